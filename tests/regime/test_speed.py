"""Speed by area: against direct counts, seeded, and honest about what is not coded."""

from __future__ import annotations

import math

import numpy as np
import pytest

from comity.evidence import Evidence
from comity.regime import measure_speed, read_areas
from comity.regime.speed import COMMON, MIGRANTS, PAIRS, TYPES, corridor_type
from comity.vocabulary import Area

EVIDENCE = Evidence.load()
SPEED = measure_speed(EVIDENCE, draws=60, seed=3)


def universe() -> tuple[list[str], dict[str, bool]]:
    countries = EVIDENCE.table("countries").set_index("iso3")
    states = sorted(set(EVIDENCE.table("treaty_status").country) & set(countries.index))
    income = {s: countries.income_group[s] for s in states if isinstance(countries.income_group[s], str)}
    return list(income), {s: g == "high" for s, g in income.items()}


def test_treaty_pairs_against_a_direct_count():
    states, north = universe()
    table = EVIDENCE.table("treaty_status")
    rows = table[(table.treaty == "smuggling_protocol_2000") & (table.status == "state_party")]
    party = set(rows[rows.year <= COMMON].country)
    for kind in TYPES:
        pairs = [
            (a, b)
            for k, a in enumerate(states)
            for b in states[k + 1 :]
            if kind in ("all", corridor_type(a, b, north))
        ]
        share = sum(a in party and b in party for a, b in pairs) / len(pairs)
        assert SPEED.levels["smuggling", kind].mid == pytest.approx(share)


def test_labour_pairs_against_a_direct_count():
    states, _ = universe()
    known = set(states)
    table = EVIDENCE.table("labour_agreements").dropna(subset=["year"])
    pairs = {
        frozenset((a, b))
        for a, b, y in zip(table.country_a, table.country_b, table.year, strict=True)
        if y <= COMMON and {a, b} <= known
    }
    n = len(states)
    assert SPEED.levels["labour", "all"].mid == pytest.approx(len(pairs) / (n * (n - 1) / 2))


def test_free_movement_against_a_direct_count():
    states, _ = universe()
    members = [area.at(COMMON) & set(states) for area in read_areas()]
    pairs = {frozenset((a, b)) for group in members for a in group for b in group if a < b}
    n = len(states)
    assert SPEED.levels["movement", "all"].mid == pytest.approx(len(pairs) / (n * (n - 1) / 2))


def test_labour_migrants_against_a_direct_count():
    states, north = universe()
    stock = EVIDENCE.table("migrant_stock").query("year == 2015")
    stock = stock[
        stock.origin.isin(states) & stock.destination.isin(states) & (stock.origin != stock.destination)
    ]
    stock = stock[~stock.origin.map(north) & stock.destination.map(north)]
    table = EVIDENCE.table("labour_agreements").dropna(subset=["year"])
    table = table[table.year <= COMMON]
    signed = {frozenset(p) for p in zip(table.country_a, table.country_b, strict=True)}
    held = [frozenset(p) in signed for p in zip(stock.origin, stock.destination, strict=True)]
    share = stock.persons[held].sum() / stock.persons.sum()
    assert SPEED.migrants["labour", "South to North"].mid == pytest.approx(share)


def test_the_seed_decides_the_ranges_and_nothing_else_does():
    assert repr(measure_speed(EVIDENCE, draws=60, seed=3)) == repr(SPEED)
    other = measure_speed(EVIDENCE, draws=60, seed=4)
    assert other.levels["icmw", "all"].mid == SPEED.levels["icmw", "all"].mid
    assert other.levels["icmw", "all"] != SPEED.levels["icmw", "all"]


def test_series_are_silent_outside_their_sources():
    years = dict(zip(SPEED.years, SPEED.series["smuggling", "all"], strict=True))
    assert math.isnan(years[1999])
    assert math.isnan(years[2015])
    assert years[2014] == pytest.approx(SPEED.levels["smuggling", "all"].mid)
    for line in SPEED.series.values():
        known = np.array([x for x in line if not math.isnan(x)])
        assert ((known >= 0) & (known <= 1)).all()


def test_verdicts_follow_from_their_ranges():
    for c in SPEED.comparisons:
        low, high = c.difference.low, c.difference.high
        expected = "ahead" if low > 0 else "behind" if high < 0 else "cannot be told"
        assert c.verdict == expected
    for area in (Area.RIGHTS_WELFARE, Area.PREVENTION_ENFORCEMENT):
        for yardstick in (PAIRS, MIGRANTS):
            assert SPEED.claim(area, yardstick) in {"holds", "fails", "hangs on the measure"}


def test_no_direction_is_invented_for_agreements():
    assert not [t for t in TYPES if "to" in t]
    assert {t.corridor for t in SPEED.texts} <= {*TYPES, "not classified"}


def test_texts_count_what_was_coded():
    texts = {t.corridor: t for t in SPEED.texts}
    assert texts["all"].agreements == 570
    assert sum(t.agreements for k, t in texts.items() if k != "all") == 570
    assert texts["all"].quota.mid == pytest.approx(0.24, abs=0.005)


def test_pairs_of_every_type_add_up():
    counts = {v.direction: v.pairs for v in SPEED.visas}
    assert counts["North to South"] == counts["South to North"]
