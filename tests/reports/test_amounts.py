"""What is written is what is meant: a shown number reads back as the figure, in the shown unit."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.strategies import figures, numbers

from comity.reports.amounts import UNVALUED, ends, scale_of, show, show_number
from comity.units import PERSONS, SHARE, USD, USD_MILLION_YEAR, USD_YEAR
from comity.vocabulary import Figure, Range, SourceClass


def read(written: str) -> tuple[float, float]:
    """A written number and half of its last decimal."""
    bare = written.replace(",", "").replace("−", "-").replace("+", "")
    decimals = len(bare.partition(".")[2])
    return float(bare), 0.5 * 10.0**-decimals


def modelled(value, unit):
    return Figure(value, unit, SourceClass.MODELLED, "model:§3.12")


@given(numbers, st.booleans())
def test_a_number_reads_back_within_half_of_its_last_decimal(value, signed):
    shown, half = read(show_number(value, signed=signed))
    assert abs(shown - value) <= half * (1 + 1e-9) + 1e-12 * abs(value)


@given(numbers, st.integers(0, 4))
def test_no_number_but_zero_is_written_as_zero(value, decimals):
    shown, _ = read(show_number(value, decimals=decimals))
    assert (shown == 0) == (value == 0)


@given(figures())
def test_a_figure_reads_back_in_its_shown_unit(figure):
    scale = scale_of([figure])
    shown = show(figure)
    if figure.value is None:
        assert shown.text == UNVALUED
        return
    parts = re.findall(r"[−+]?[\d,]+(?:\.\d+)?", shown.number)
    low, middle, high = (ends(figure) * 3)[:3] if len(ends(figure)) == 1 else ends(figure)
    wanted = [middle] if len(parts) == 1 else [middle, low, high]
    for written, value in zip(parts, wanted, strict=True):
        back, half = read(written)
        assert abs(back - value * scale.factor) <= half * (1 + 1e-9) + 1e-9 * abs(value * scale.factor)


@given(st.lists(figures((USD_YEAR,)), min_size=2, max_size=6))
def test_figures_side_by_side_share_a_unit(group):
    scale = scale_of(group)
    assert {show(figure, scale=scale).unit for figure in group} == {scale.unit}


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1_234_567.0, PERSONS, "1,234,567 persons"),
        (0.125, SHARE, "12.5 %"),
        (0.0, SHARE, "0 %"),
        (2_500.0, USD, "2,500 US$"),
        (12_340_000.0, USD_YEAR, "12.3 US$ million a year"),
        (12.34, USD_MILLION_YEAR, "12.3 US$ million a year"),
        (-0.5, "months", "−0.5 months"),
        (Range(1e6, 2e6, 3.5e6), USD_YEAR, "2.0 (1.0 to 3.5) US$ million a year"),
        (Range.point(7.0), "months", "7 months"),
        (Range(-1.0, 0.0, 1.0), "months", "0 (−1 to 1) months"),
    ],
)
def test_examples(value, unit, text):
    assert show(modelled(value, unit)).text == text


def test_a_small_figure_beside_large_ones_is_not_rounded_away():
    group = [modelled(value * 1e6, USD_YEAR) for value in (171.0, 96.4, -0.04)]
    scale = scale_of(group)
    assert [show(figure, scale=scale, signed=True).text for figure in group] == [
        "+171 US$ million a year",
        "+96 US$ million a year",
        "−0.04 US$ million a year",
    ]


def test_unvalued_is_never_a_number():
    figure = Figure(None, USD_YEAR, SourceClass.UNVALUED, "round:interests")
    assert not any(map(str.isdigit, show(figure).text))
    assert math.isclose(scale_of([figure]).factor, 1.0)
