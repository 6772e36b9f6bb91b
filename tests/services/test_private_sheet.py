"""A private sheet: read, checked, written; its errors repeat nothing that was typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.sealed_rounds import small_game, small_sheets

from comity.errors import InputError
from comity.services.private_sheet import (
    PrivateSheet,
    SheetLimit,
    SheetTable,
    SheetValue,
    read_sheet,
    seal_with_sheet,
)

TABLE = SheetTable.of(small_game().round)
YAML = b"""\
red_line: 7.25
takes_part: true
mandate: No returns without places
values:
  - {provision: PE01-MAR-ESP, low: -15, mid: -8, high: -3, note: police overtime}
limits:
  - {provision: PE01-MAR-ESP, at_least: 10}
counts: {movers: 0.5}
"""


def test_a_yaml_sheet_is_read():
    sheet = read_sheet(YAML, TABLE, "MAR")
    assert sheet.red_line == 7.25
    assert sheet.values[0].mid == -8
    assert sheet.counts.movers == 0.5
    assert read_sheet(sheet.to_yaml().encode(), TABLE, "MAR") == sheet


def test_it_shows_nothing_when_printed():
    sheet = read_sheet(YAML, TABLE, "MAR")
    for shown in (repr(sheet), str(sheet), f"{sheet}", f"{sheet!r}"):
        assert "7.25" not in shown
        assert "returns" not in shown


CANARY = "83.377713"


@pytest.mark.parametrize(
    ("plain", "key"),
    [
        ({"red_line": CANARY}, "red_line"),
        ({"red_line": float("nan")}, "red_line"),
        ({CANARY: 1}, "…"),
        ({"values": [{"provision": CANARY + "!", "low": 0, "mid": 0, "high": 0}]}, "values.0.provision"),
        ({"values": [{"provision": "NO-SUCH-THING", "low": 0, "mid": 0, "high": 0}]}, "values.0.provision"),
        ({"values": [{"provision": "PE01-MAR-ESP", "low": 83.377713, "mid": 1, "high": 2}]}, "values.0"),
        ({"values": [{"provision": "PE01-MAR-ESP", "mid": 83.377713}]}, "values.0.low"),
        ({"limits": [{"provision": "PE01-MAR-ESP", "at_least": 84, "at_most": 83.377713}]}, "limits.0"),
        ({"limits": [{"provision": "PE01-SEN-ESP", "at_least": 83.377713}]}, "limits.0.provision"),
        ({"counts": {"movers": 83.377713}}, "counts.movers"),
        ({"notes": CANARY * 10_000}, "notes"),
    ],
)
def test_one_error_that_repeats_no_value(plain: dict[str, object], key: str):
    with pytest.raises(InputError) as caught:
        read_sheet(plain, TABLE, "MAR")
    error = caught.value
    assert CANARY not in str(error)
    assert "NO-SUCH-THING" not in str(error)
    assert error.key == key
    assert error.accepted
    # whoever logs the chain finds nothing there either
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize("raw", [b"a: [83.377713", b"83.377713", b"\xff\xfe83", b"a: &x 83.377713\nb: *x\n"])
def test_yaml_that_cannot_be_read_says_so_and_no_more(raw: bytes):
    with pytest.raises(InputError) as caught:
        read_sheet(raw, TABLE, "MAR")
    assert "83" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_yaml_error_names_the_line():
    with pytest.raises(InputError, match=r"private sheet:2: values\.0\.low"):
        read_sheet(b"values:\n  - {provision: PE01-MAR-ESP, low: much}\n", TABLE, "MAR")


def test_the_sealed_round_of_a_sheet_holds_nothing_of_others():
    sheets = small_sheets()
    sealed = seal_with_sheet(small_game().round, "MAR", sheets["MAR"])
    assert {interest.party for interest in sealed.interests} == {"MAR"}
    assert [p.red_line.gain_at_least for p in sealed.parties if p.code != "MAR"] == [0.0, 0.0]
    assert sealed.party("MAR").red_line.gain_at_least == 2


numbers = st.floats(-1e6, 1e6, allow_nan=False)
words = st.text(max_size=40)


@settings(max_examples=40, deadline=None)
@given(st.lists(numbers, min_size=3, max_size=3).map(sorted), numbers, words, words, st.booleans())
def test_bytes_and_yaml_give_the_sheet_back(
    spread: list[float], line: float, mandate: str, notes: str, part: bool
):
    low, mid, high = spread
    sheet = PrivateSheet(
        values=(SheetValue(provision="PE01-MAR-ESP", low=low, mid=mid, high=high, per="unit"),),
        limits=(SheetLimit(provision="PE01-MAR-ESP", at_most=line),),
        red_line=line,
        takes_part=part,
        mandate=mandate,
        notes=notes,
    )
    assert PrivateSheet.from_bytes(sheet.to_bytes()) == sheet
    assert sheet.to_bytes() == PrivateSheet.from_bytes(sheet.to_bytes()).to_bytes()


def test_other_bytes_are_refused_without_being_repeated():
    with pytest.raises(InputError) as caught:
        PrivateSheet.from_bytes(b'{"red_line": "83.377713"}')
    assert "83" not in str(caught.value)
    assert caught.value.__context__ is None
