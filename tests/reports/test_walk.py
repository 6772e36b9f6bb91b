"""The walk finds what the document model is meant to keep out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reports.sample import sample

from comity.reports.html import render_html
from comity.reports.walk import find_unsourced_numbers

SOURCED = '<data data-source="modelled" data-ref="model:§3.12">{}</data>'


@pytest.mark.parametrize(
    "html",
    [
        "<p>12 persons</p>",
        "<p>n = ٣</p>",
        "<p>m²</p>",
        "<p>&#49;&#50;</p>",
        '<p title="12 persons">persons</p>',
        '<img alt="12">',
        '<p aria-label="12"/>',
        '<data data-source="guessed" data-ref="model:x">12</data>',
        '<data data-source="modelled">12</data>',
        '<data data-source="modelled" data-ref=" ">12</data>',
        '<data data-ref="model:x">12</data>',
        '<data data-source="modelled" data-ref="model:x">fine</data>12',
        '<figure data-source="modelled oracle" data-refs="model:x">12</figure>',
        "<svg><text>12</text></svg>",
        "<p>1<b>x</b></p>",
        '<p data-name="x">a<br>b</p>12',
        "<details><summary>12</summary></details>",
        "12",
    ],
)
def test_an_unsourced_number_is_found(html):
    assert len(find_unsourced_numbers(html)) == 1


@pytest.mark.parametrize(
    "html",
    [
        "<p>no number</p>",
        f"<p>{SOURCED.format('12')}</p>",
        SOURCED.format("<span>12</span> <b>13</b>"),
        '<figure data-source="evidence modelled" data-refs="a b"><svg><text>12</text></svg></figure>',
        '<span data-name="code">LE01</span>',
        "<style>p { margin: 12px }</style>",
        '<a href="#source-modelled-1" id="x1" class="h2">fine</a>',
        "<!-- 12 -->",
        "",
    ],
)
def test_what_is_sourced_or_unseen_passes(html):
    assert find_unsourced_numbers(html) == []


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**9), st.integers(0, 60))
def test_a_number_smuggled_into_a_real_report_is_found(number, place):
    page = render_html(sample())
    ends = [i for i in range(len(page)) if page.startswith("</p>", i)]
    spot = ends[place % len(ends)]
    found = find_unsourced_numbers(page[:spot] + f" plus {number}" + page[spot:])
    assert len(found) == 1
    assert str(number) in found[0]
