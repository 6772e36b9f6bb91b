"""Coverage of commitments by state, and who leads: counts against the tables, associations against a loop."""

from __future__ import annotations

import math

import pytest

from comity.evidence import Evidence
from comity.regime import measure_coverage, read_mandates
from comity.regime.coverage import MIGRATION_TREATIES, SEVERAL

EVIDENCE = Evidence.load()
FOUND = measure_coverage(EVIDENCE, draws=60)
COUNT = {c.key: c.states for c in FOUND.counts}


def test_votes_are_those_of_the_source():
    assert FOUND.votes == {"yes": 152, "no": 5, "abstain": 12, "not recorded": 24}
    assert sum(FOUND.votes.values()) == len(FOUND.states) == 193
    assert COUNT["gcm"] == 152


@pytest.mark.parametrize("treaty", MIGRATION_TREATIES)
def test_treaties_are_counted_as_listed(treaty: str):
    table = EVIDENCE.table("treaty_status")
    listed = {
        r["country"]
        for r in table.to_dict("records")
        if r["treaty"] == treaty and r["status"] == "state_party"
    }
    assert FOUND.held[treaty] == listed & set(FOUND.states)


def test_labour_agreements_are_counted_by_state():
    times: dict[str, int] = {}
    for row in EVIDENCE.table("labour_agreements").to_dict("records"):
        for side in (row["country_a"], row["country_b"]):
            times[side] = times.get(side, 0) + 1
    assert FOUND.held["labour"] == {s for s in FOUND.states if times.get(s)}
    assert FOUND.held["labour_several"] == {s for s in FOUND.states if times.get(s, 0) >= SEVERAL}


def test_states_by_number_of_treaties_add_up():
    assert sum(FOUND.by_treaties.values()) == len(FOUND.states)
    assert sum(n * states for n, states in FOUND.by_treaties.items()) == sum(
        COUNT[t] for t in MIGRATION_TREATIES
    )


def test_associations_are_shares_of_their_groups():
    table = EVIDENCE.table("compact_votes")
    voted = set(table.loc[table["resolution"] == "A/RES/73/195", "country"])
    for a in FOUND.associations:
        states = [s for s in FOUND.states if a.further != "gcm" or s in voted]
        here = [s for s in states if s in FOUND.held[a.nearer]]
        rest = [s for s in states if s not in FOUND.held[a.nearer]]
        assert (len(here), len(rest)) == (a.states_with, a.states_without)
        assert math.isclose(a.with_nearer, sum(s in FOUND.held[a.further] for s in here) / len(here))
        assert math.isclose(a.without, sum(s in FOUND.held[a.further] for s in rest) / len(rest))
        assert a.difference.low <= a.difference.mid <= a.difference.high
        clear = a.difference.low > 0 or a.difference.high < 0
        assert (a.verdict == "cannot be told") is not clear


def test_same_seed_same_answer_and_the_claim_follows_the_verdicts():
    again = measure_coverage(EVIDENCE, draws=60)
    assert again.associations == FOUND.associations
    assert {a.verdict for a in FOUND.associations} > {"more often", "less often"}
    assert FOUND.claim == "hangs on the measure"


def test_leaders_have_a_source_a_mark_and_an_end_where_they_ended():
    mandates = read_mandates()
    by_key = {x.key: x for x in mandates.leaders}
    assert by_key["srsg"].until == 2018
    assert all(x.source and x.mark in ("read", "recalled") and x.mandate_from for x in mandates.leaders)
    assert all(x.until is None or x.since <= x.until for x in mandates.leaders)
    assert "srsg" in {x.key for x in mandates.leading(2017)}
    assert "network_coordinator" in {x.key for x in mandates.leading(2020)}
    assert not any(x.binds for x in mandates.leaders)
