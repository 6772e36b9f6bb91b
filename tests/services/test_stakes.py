"""What each clause is worth to each party: stated, modelled or not valued, and never silently zero."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence import Catalogue, Evidence
from comity.services.deal import list_countries
from comity.services.roundfile import Round, parse_round
from comity.services.stakes import combine, draw_interests, mark_overridden, write_game
from comity.vocabulary import SourceClass

CATALOGUE = Catalogue.load()
COUNTRIES = list_countries(Evidence.load())
DRAWS = 40

HEAD = """
round: stakes
title: Made up for a test
parties:
  - code: ESP
  - code: MAR
    limits: [{instrument: LE14, at_most: 50, reason: made up}]
table:
  - {instrument: LE14, giver: ESP, beneficiary: MAR, range: [35, 60], today: 80}
  - {instrument: DV02, giver: ESP, beneficiary: MAR, range: [0, 100]}
  - {instrument: GV03, giver: MAR, beneficiary: ESP, range: [1, 4]}
interests:
"""
INTEREST = (
    "  - {{party: {party}, instrument: {instrument}, value: {{low: {low}, mid: {mid}, high: {high}}}, "
    "per: {per}, overrides_model: {overrides}, source: made up}}\n"
)


def interest(party: str, instrument: str, worth: tuple[float, float, float], **more: object) -> str:
    low, mid, high = worth
    given = {"per": "full", "overrides": "false"} | more
    return INTEREST.format(party=party, instrument=instrument, low=low, mid=mid, high=high, **given)


def read(*interests: str) -> Round:
    text = HEAD.replace("interests:\n", "" if not interests else "interests:\n") + "".join(interests)
    return parse_round(text.encode(), name="stakes.yaml", catalogue=CATALOGUE, countries=COUNTRIES)


@dataclass
class Lab:
    """The parts of a laboratory that stakes ask for, without a world."""

    round: Round
    catalogue: Catalogue = field(default=CATALOGUE)

    def is_modelled(self, clause: object) -> bool:
        return bool(self.catalogue.instruments[clause.instrument].action)  # type: ignore[attr-defined]


def modelled(round_: Round) -> tuple[np.ndarray, np.ndarray]:
    """A made-up model: the aid clause costs its giver 1 per unit and is worth 0.8 to the other."""
    slope = np.zeros((DRAWS, 2, len(round_.table)))
    slope[:, 0, 1], slope[:, 1, 1] = -1.0, 0.8
    return slope, np.zeros_like(slope)


ENDS = st.lists(st.floats(-500, 500).map(lambda x: round(x, 2)), min_size=3, max_size=3).map(sorted)


@given(ENDS)
def test_today_is_worth_nothing_and_the_far_end_what_was_stated(ends: list[float]):
    """LE14 is a fee: smaller is stronger, so strength runs from 0 at 80 to 1 at 35."""
    (item,) = draw_interests(read(interest("MAR", "LE14", tuple(ends))), DRAWS, 3)
    today = item.slope[:, 0] * 80 + item.fixed[:, 0]
    full = item.slope[:, 0] * 35 + item.fixed[:, 0]
    size = max(map(abs, ends), default=0.0)
    assert np.abs(today).max() <= 1e-9 * max(size, 1)
    assert (full >= ends[0] - 1e-6).all()
    assert (full <= ends[2] + 1e-6).all()


def test_worth_per_unit_grows_with_the_distance_from_today():
    (item,) = draw_interests(read(interest("MAR", "LE14", (2, 2, 2), per="unit")), DRAWS, 3)
    assert item.slope[:, 0] * 60 + item.fixed[:, 0] == pytest.approx(np.full(DRAWS, 40.0))
    assert item.slope[:, 0] * 35 + item.fixed[:, 0] == pytest.approx(np.full(DRAWS, 90.0))


@given(st.lists(ENDS, min_size=0, max_size=3), st.integers(0, 2**32 - 1))
def test_draws_stay_when_another_interest_is_added_or_removed_at_the_end(extra: list[list[float]], seed: int):
    places = (("ESP", "DV02"), ("MAR", "DV02"), ("ESP", "GV03"))
    base = [interest("MAR", "LE14", (10, 20, 40)), interest("ESP", "LE14", (-40, -20, -10))]
    more = [interest(p, i, tuple(ends)) for (p, i), ends in zip(places, extra, strict=False)]
    few, many = draw_interests(read(*base), DRAWS, seed), draw_interests(read(*base, *more), DRAWS, seed)
    for one, other in zip(few, many, strict=False):
        assert np.array_equal(one.slope, other.slope)
        assert np.array_equal(one.fixed, other.fixed)
    assert len(many) == len(base) + len(more)
    # Two parties do not share their draws, and another seed gives others.
    assert not np.allclose(few[0].slope, -few[1].slope)
    assert not np.array_equal(few[0].slope, draw_interests(read(*base), DRAWS, seed ^ 1)[0].slope)


def test_an_overriding_interest_replaces_the_model_and_another_adds_to_it():
    for overrides, expected in (("true", 50.0), ("false", 130.0)):
        round_ = read(interest("MAR", "DV02", (50, 50, 50), overrides=overrides))
        drawn = draw_interests(round_, DRAWS, 1)
        stakes = combine(Lab(round_), modelled(round_), drawn)  # type: ignore[arg-type]
        assert stakes.slope[:, 1, 1] * 100 + stakes.fixed[:, 1, 1] == pytest.approx(np.full(DRAWS, expected))
        assert stakes.slope[:, 0, 1] == pytest.approx(np.full(DRAWS, -1.0)), "the other party keeps the model"
        assert mark_overridden(round_, drawn).sum() == (overrides == "true")
        (cell,) = [c for c in stakes.cells if (c.party, c.clause) == ("MAR", "DV02-ESP-MAR")]
        sources = (
            (SourceClass.ELICITED,) if overrides == "true" else (SourceClass.MODELLED, SourceClass.ELICITED)
        )
        assert cell.sources == sources
        assert "round:interests.0.value" in cell.references


def test_what_nobody_valued_is_listed_for_both_sides():
    round_ = read(interest("ESP", "GV03", (5, 6, 7)))
    stakes = combine(Lab(round_), modelled(round_), draw_interests(round_, DRAWS, 1))  # type: ignore[arg-type]
    unvalued = {(cell.party, cell.clause) for cell in stakes.cells if cell.unvalued}
    assert unvalued == {("ESP", "LE14-ESP-MAR"), ("MAR", "LE14-ESP-MAR"), ("MAR", "GV03-MAR-ESP")}
    # Every side of every clause has a cell: a zero in the sums is either stated or on this list.
    assert {(c.party, c.clause) for c in stakes.cells} == {
        (party, clause.key) for clause in round_.table for party in (clause.giver, clause.beneficiary)
    }
    for cell in stakes.cells:
        assert cell.references
        assert cell.unvalued == (cell.sources == (SourceClass.UNVALUED,))


def test_limits_areas_and_ministries_reach_the_game():
    round_ = read(interest("ESP", "GV03", (5, 6, 7)))
    stakes = combine(Lab(round_), modelled(round_), draw_interests(round_, DRAWS, 1))  # type: ignore[arg-type]
    game = write_game(Lab(round_), stakes)  # type: ignore[arg-type]
    visa, aid, _ = game.clauses
    assert (visa.low, visa.high) == (35, 50)
    assert not visa.linked
    assert aid.linked
    assert aid.ministries == ("ESP:development", aid.ministries[1])
    assert game.share == round_.settings.share_of_draws
