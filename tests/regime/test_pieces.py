"""Pieces: what fits, what contradicts, and where a set of pieces contradicts itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence import Evidence
from comity.regime import Agreement, Clause, Force, Register, Tags, read_areas
from comity.regime.pieces import (
    Limit,
    Match,
    Piece,
    Provision,
    compare_pieces,
    find_flaw,
    provisions_of_agreement,
    provisions_of_area,
    provisions_on_record,
)

TAGS = Tags.load()


@pytest.fixture
def tags() -> Tags:
    return TAGS


def fit(tags: Tags, one: Provision | None, other: Provision | None):
    a = Piece("A", "A", ("MAR",), () if one is None else (one,))
    b = Piece("B", "B", ("ESP",), () if other is None else (other,))
    (found,) = compare_pieces(a, b, tags)
    assert compare_pieces(b, a, tags) == (found,)
    return found


def fee(level: float | None, limit: Limit = Limit.EXACTLY, force: Force = Force.BINDING) -> Provision:
    return Provision("RM01", "fees", level, limit, force)


def test_the_same_level(tags: Tags):
    assert fit(tags, fee(3), fee(3)).match is Match.SAME


def test_levels_that_differ_merge_in_a_range(tags: Tags):
    found = fit(tags, fee(5), fee(3))
    assert (found.match, found.low, found.high) == (Match.MERGEABLE, 3, 5)
    assert "between 3 and 5" in found.words


def test_binding_limits_without_a_common_level_contradict(tags: Tags):
    found = fit(tags, fee(3, Limit.AT_MOST), fee(5, Limit.AT_LEAST))
    assert found.match is Match.CONTRADICTING
    assert "at most 3" in found.words
    assert "at least 5" in found.words
    assert (
        fit(tags, fee(3, Limit.AT_MOST), fee(5, Limit.AT_LEAST, Force.BEST_EFFORT)).match is Match.MERGEABLE
    )
    room = fit(tags, fee(5, Limit.AT_MOST), fee(3, Limit.AT_LEAST))
    assert (room.match, room.low, room.high) == (Match.MERGEABLE, 3, 5)


def test_what_one_rules_out_the_other_cannot_hold(tags: Tags):
    closed = Provision("LE01", "permits by the state only", force=Force.BINDING, excludes=("RM01",))
    a, b = Piece("A", "A", ("MAR",), (closed,)), Piece("B", "B", ("ESP",), (fee(3),))
    found = {f.tag: f.match for f in compare_pieces(a, b, tags)}
    assert found == {"RM01": Match.CONTRADICTING, "LE01": Match.ONE_SIDE}


def test_missing_is_not_the_same_as_compatible(tags: Tags):
    assert fit(tags, fee(3), None).match is Match.ONE_SIDE
    unknown = fee(None, force=Force.NOT_KNOWN)
    assert fit(tags, unknown, unknown).match is Match.UNKNOWN
    assert fit(tags, fee(None), fee(None, force=Force.MENTION)).match is Match.MERGEABLE


levels = st.one_of(st.none(), st.integers(0, 20).map(float))
provisions = st.builds(
    Provision, st.sampled_from(["RM01", "LE18"]), st.just("w"), levels, st.sampled_from(Limit),
    st.sampled_from(Force),
)  # fmt: skip


@given(st.lists(provisions, max_size=3), st.lists(provisions, max_size=3))
def test_the_order_of_pieces_and_provisions_changes_nothing(one, other):
    tags = TAGS
    a, b = Piece("A", "A", ("MAR",), tuple(one)), Piece("B", "B", ("ESP",), tuple(other))
    c, d = Piece("A", "A", ("MAR",), tuple(one[::-1])), Piece("B", "B", ("ESP",), tuple(other[::-1]))
    assert compare_pieces(a, b, tags) == compare_pieces(d, c, tags)


def test_overlap():
    pair = Piece("A", "A", ("TZA", "KEN")), Piece("B", "B", ("TZA", "ZAF"))
    flaw = find_flaw(pair)
    assert flaw is not None
    assert (flaw.piece, flaw.message) == (1, "TZA is in A and in B")
    assert "acts_in" in flaw.accepted
    assert find_flaw(pair, acts_in=["TZA"]) is None
    unions = tuple(Piece(p.code, p.name, p.members, customs_union=True) for p in pair)
    twice = find_flaw(unions, acts_in=["TZA"])
    assert twice is not None
    assert "two customs unions" in twice.message


def test_provisions_from_the_register_and_from_agreements(tags: Tags):
    area = next(a for a in read_areas() if "West African" in a.name)
    (free,) = provisions_of_area(area)
    assert (free.tag, free.mark) == ("LE18", "recalled")
    register = Register(Evidence.load(), tags=tags)
    gulf = ("ARE", "BHR", "KWT", "OMN", "QAT", "SAU")
    (trade,) = provisions_on_record(gulf, register)
    assert trade.tag == "TR01"
    assert trade.force is Force.NOT_KNOWN
    assert provisions_on_record(("FRA", "PRY"), register) == ()
    text = Agreement("x", "X", ("ITA", "MAR"), (Clause("1", ("LE02", "RW01"), "both", Force.BINDING),))
    assert [p.tag for p in provisions_of_agreement(text)] == ["LE02", "RW01"]
