"""The regime in one page: sourced figures, lines without direction, and a place for the storyboard."""

from __future__ import annotations

import json

import pytest

from comity.reports.document import Paragraph
from comity.reports.html import render_html
from comity.reports.markdown import render_markdown
from comity.reports.walk import find_unsourced_numbers
from comity.services.regime import regime_coverage
from comity.services.regime_picture import regime_picture

WORLD = regime_picture()


@pytest.mark.parametrize(
    "choice",
    [{}, {"country": "PHL"}, {"area": "a"}, {"area": "b"}, {"country": "MAR", "area": "c", "year": 1990}],
)
def test_no_number_stands_without_its_source(choice: dict[str, object]):
    found = regime_picture(**choice)  # type: ignore[arg-type]
    for brief in (False, True):
        assert find_unsourced_numbers(render_html(found.document(brief=brief))) == []
    assert json.loads(found.to_json())["readmission_agreements"] == {"unknown": "not in the pack"}


def test_a_line_has_no_direction():
    page = render_html(WORLD.document())
    assert 'class="shaft"' in page
    assert 'class="head"' not in page
    map_part = page.partition('class="chart map"')[2].partition("</figure>")[0]
    assert "→" not in map_part
    assert "→" not in render_markdown(WORLD.document())


def test_nothing_is_drawn_where_nothing_is_on_record():
    page = render_html(regime_picture(area="b").document())
    assert "nothing is drawn" in page
    assert 'class="shaft"' not in page


def test_json_and_page_count_the_same():
    data = json.loads(WORLD.to_json())
    assert len(data["links"]) == len(WORLD.network.links)
    assert sum(x["links"] for x in data["links_by_region"]) <= len(data["links"])
    assert data["states"] == sorted(data["states"])
    assert f"{len(data['links']):,}" in render_html(WORLD.document())


def test_the_storyboard_has_a_place_of_its_own():
    page = render_html(WORLD.document(storyboard=(Paragraph("Step by step."),)))
    assert "Joining the pieces" in page
    assert "Joining the pieces" not in render_html(WORLD.document())


def test_coverage_says_what_is_not_known():
    found = regime_coverage(draws=30)
    page = render_html(found.document())
    assert find_unsourced_numbers(page) == []
    assert "is not known" in page
