"""Packages for the facilitator: every sheet accepts them, and nothing else comes out."""

from __future__ import annotations

import json

import pytest
from tests.services.sealed_rounds import small_game, small_sheets

from comity.errors import InputError
from comity.services.package_zone import Verdict, ZoneLimits, ask_zone, improve_agreed
from comity.services.private_sheet import PrivateSheet, SheetLimit, SheetValue
from comity.services.sealed_game import open_position

LIMITS = ZoneLimits.read()


def loosened() -> dict[str, PrivateSheet]:
    """Sheets without a narrow limit, so that there is a zone."""
    return {
        party: sheet.model_copy(update={"limits": (), "red_line": 0.0})
        for party, sheet in small_sheets().items()
    }


def test_every_sheet_accepts_every_package():
    game, sheets = small_game(), small_sheets()
    answer = ask_zone(game, sheets, LIMITS)
    assert answer.verdict is Verdict.FOUND
    assert 1 <= len(answer.packages) <= LIMITS.packages
    for _, values in answer.packages:
        assert not game.table.breaches(values)
        for party, sheet in sheets.items():
            assert open_position(game, party, sheet).accepts(values)


def test_the_answer_says_packages_and_nothing_else():
    answer = json.loads(ask_zone(small_game(), small_sheets(), LIMITS).to_json())
    assert set(answer) == {"verdict", "packages"}
    table = {clause.key for clause in small_game().table.clauses}
    for name, values in answer["packages"]:
        assert set(values) <= table
        assert isinstance(name, str)
    # a few values of each range: no figure of a sheet can be among them by accident of its digits
    for clause in small_game().table.clauses:
        seen = {values[clause.key] for _, values in answer["packages"] if clause.key in values}
        assert len(seen) <= LIMITS.levels


@pytest.mark.parametrize("party", ["ESP", "MAR", "SEN"])
def test_private_values_far_from_binding_leave_no_trace(party: str):
    """Two rounds that differ only in one delegation's values, where none of them binds: the same bytes."""
    sheets = loosened()
    mine = sheets[party]
    generous = tuple(
        SheetValue(provision=c.key, low=900.0, mid=1000.0, high=1100.0)
        for c in small_game().table.clauses
        if party in (c.giver, c.beneficiary)
    )
    base = mine.model_copy(update={"values": generous})
    first = ask_zone(small_game(), sheets | {party: base}, LIMITS).to_json()
    for change in (
        {"red_line": 77.7713},
        {"red_line": -500.25, "no_deal": -31.3},
        {"values": tuple(v.model_copy(update={"mid": 1033.7, "high": 1234.5}) for v in generous)},
        {"counts": mine.counts.model_copy(update={"treasury": 0.618, "movers": 0.27})},
        {"mandate": "CANARY", "notes": "CANARY"},
    ):
        other = ask_zone(small_game(), sheets | {party: base.model_copy(update=change)}, LIMITS).to_json()
        assert other == first


def test_a_proof_that_none_exists():
    sheets = loosened()
    hard = {party: sheet.model_copy(update={"red_line": 1e7}) for party, sheet in sheets.items()}
    answer = ask_zone(small_game(), hard, LIMITS)
    assert answer.verdict is Verdict.NONE_EXISTS
    assert answer.packages == ()


@pytest.mark.parametrize("blocker", ["ESP", "MAR", "SEN"])
def test_who_blocks_is_not_said(blocker: str):
    """Whoever closes the zone, the answer is the same bytes."""
    sheets = loosened()
    sheets[blocker] = sheets[blocker].model_copy(update={"red_line": 1e7})
    assert ask_zone(small_game(), sheets, LIMITS).to_json() == (
        '{\n  "packages": [],\n  "verdict": "none exists"\n}\n'
    )


def test_limits_that_miss_the_grid_close_it_without_a_proof():
    sheets = loosened()
    shut = tuple(
        SheetLimit(provision=c.key, at_least=c.low + 0.01, at_most=c.low + 0.02)
        for c in small_game().table.clauses
        if "ESP" in (c.giver, c.beneficiary)
    )
    sheets["ESP"] = sheets["ESP"].model_copy(update={"limits": shut})
    answer = ask_zone(small_game(), sheets, LIMITS)
    assert answer.verdict in (Verdict.NONE_FOUND, Verdict.NONE_EXISTS)
    assert answer.packages == ()


def test_two_delegations_are_too_few_and_all_must_take_part():
    game, sheets = small_game(), small_sheets()
    with pytest.raises(InputError, match="too few delegations"):
        ask_zone(game, sheets, ZoneLimits(5, 3, 4))
    away = sheets | {"MAR": sheets["MAR"].model_copy(update={"takes_part": False})}
    with pytest.raises(InputError) as caught:
        ask_zone(game, away, LIMITS)
    assert "MAR" not in str(caught.value)
    with pytest.raises(InputError, match="not every delegation"):
        ask_zone(game, {key: sheets[key] for key in ("ESP", "SEN")}, LIMITS)


def test_an_improvement_is_better_for_all():
    game, sheets = small_game(), loosened()
    agreed = {"LE02-ESP-MAR": 1000.0, "RW01-ESP-MAR": 50.0, "GV14-ESP-SEN": 1.0}
    found = improve_agreed(game, sheets, agreed, LIMITS)
    assert found.package is not None
    for party, sheet in sheets.items():
        position = open_position(game, party, sheet)
        more = position.gains(found.package) - position.gains(agreed)
        assert more.mean() >= position.epsilon * 0.99
        assert (more > 0).mean() >= game.round.settings.share_of_draws
        assert position.accepts(found.package)
    assert set(json.loads(found.to_json())) == {"package"}


def test_nothing_is_offered_where_one_would_lose():
    game, sheets = small_game(), loosened()
    agreed = {"LE02-ESP-MAR": 1000.0, "RW01-ESP-MAR": 50.0}
    # SEN is offered nothing that it would gain from
    costly = tuple(
        SheetValue(provision=c.key, low=-1e6, mid=-1e6, high=-1e6, instead_of_model=True)
        for c in game.table.clauses
    )
    sheets["SEN"] = PrivateSheet(values=costly, takes_part=True)
    assert improve_agreed(game, sheets, agreed, LIMITS).package is None
    assert improve_agreed(game, sheets, agreed, LIMITS).to_json() == '{\n  "package": null\n}\n'
