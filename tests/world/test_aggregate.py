"""§3.13: the small world keeps every total, and its parties gain what they gain in the full one.

Tolerance measured on the committed pack over five party sets, every ordered pair of parties and ten
instruments (1,112 shocks; docs/decisions/0005): the largest difference between the small and the full world
over the largest party gain of the shock had median 0.0014, 99th percentile 0.027 and maximum 0.065, and no
party's gain changed its sign.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evidence import Catalogue
from comity.vocabulary import Provision
from comity.world import DEFAULT_COUNTS, LINES, Facts, Ledger, Setting, Shock, World, act
from comity.world.aggregate import merge_economies
from comity.world.examples import random_economy

TYPICAL = 0.005
"""Tolerated median of the relative difference."""
WORST = 0.10
"""Tolerated maximum of the relative difference."""
WEIGHT = np.array([DEFAULT_COUNTS[line.counts] for line in LINES])

EU = """
AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE
"""
PARTIES = {
    "Spain, Morocco, Senegal": {code: (code,) for code in ("ESP", "MAR", "SEN")},
    "EU, Morocco, Tunisia": {"EU": tuple(EU.split()), "MAR": ("MAR",), "TUN": ("TUN",)},
    "Gulf and South Asia": {code: (code,) for code in ("ARE", "SAU", "IND", "PHL")},
    "United States, India, Brazil, Bangladesh": {code: (code,) for code in ("USA", "IND", "BRA", "BGD")},
}
CLAUSES = (
    ("LE02", 5000.0, {"skill": "low"}),
    ("LE01", 5000.0, {"skill": "high"}),
    ("LE03", 5000.0, {}),
    ("LE04", 3000.0, {"skill": "low"}),
    ("TR01", 2.0, {}),
    ("RM01", 2.0, {}),
    ("SK01", 5.0, {}),
    ("DV02", 50.0, {}),
)


@given(st.integers(4, 10), st.integers(0, 10_000), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_totals_are_conserved(size: int, seed: int, regions: int):
    e = random_economy(size, seed)
    keep = frozenset(e.codes[:2])
    m = merge_economies(e, keep, {code: f"region {k % regions}" for k, code in enumerate(e.codes)})
    assert len(m) == 2 + min(regions, size - 2) or regions > size - 2
    for name in ("output", "value_added", "spending", "tariff_revenue", "population"):
        assert getattr(m, name).sum() == pytest.approx(getattr(e, name).sum(), rel=1e-12), name
    for name in ("sales", "units", "workers", "persons"):
        assert getattr(m, name).sum() == pytest.approx(getattr(e, name).sum(), rel=1e-12), name
    bill = (m.unit_wage * m.labour.sum(axis=-1)).sum()
    assert bill == pytest.approx((e.unit_wage * e.labour.sum(axis=-1)).sum(), rel=1e-12)
    assert (m.tax * m.value_added).sum() == pytest.approx((e.tax * e.value_added).sum(), rel=1e-12)
    assert np.allclose(m.net_remittances[:2], e.net_remittances[:2], rtol=1e-12)
    assert np.allclose(m.balance[:2], e.balance[:2], rtol=0, atol=1e-12 * e.output.sum())
    assert np.allclose(m.propensity[:2, :2], e.propensity[:2, :2])
    assert np.all(np.diag(m.remitted) == 0)
    assert World(m).solve(Shock()).prices.steps == 0


def test_keeping_everything_changes_nothing(full: World, groups: dict[str, str]):
    e = full.economy
    same = full.aggregate(e.codes, groups).economy
    assert same.codes == e.codes
    for name in ("sales", "tariff", "units", "remitted", "fee", "propensity", "premium", "unit_wage"):
        assert np.allclose(getattr(same, name), getattr(e, name), rtol=1e-9), name


def test_an_economy_without_a_region_is_one_clear_line(full: World):
    with pytest.raises(InputError, match="neither kept nor in a region"):
        full.aggregate(["ESP"], {})
    with pytest.raises(InputError, match="no economy 'XXX'"):
        full.aggregate(["XXX"], {})


def gains(ledger: Ledger, members: dict[str, tuple[str, ...]]) -> np.ndarray:
    rows = {code: k for k, code in enumerate(ledger.codes)}
    return np.array([sum(ledger.values[rows[c]] @ WEIGHT for c in codes) for codes in members.values()])


@pytest.mark.parametrize("parties", PARTIES.values(), ids=PARTIES)
def test_party_gains_agree_with_the_full_world(
    full: World,
    groups: dict[str, str],
    values: dict[str, float],
    facts: Facts,
    parties: dict[str, tuple[str, ...]],
):
    instruments = Catalogue.load().instruments
    small = full.aggregate({c for codes in parties.values() for c in codes}, groups)
    here, there = (Setting(w.economy, values, facts, parties, 5.0) for w in (full, small))
    differences = []
    for giver in parties:
        for beneficiary in parties:
            if giver == beneficiary:
                continue
            for code, value, terms in CLAUSES:
                clause = Provision(code, giver, beneficiary, value, "", code, terms)
                action = instruments[code].action
                one = gains(full.solve(act(here, clause, action)).ledger(), parties)
                two = gains(small.solve(act(there, clause, action)).ledger(), parties)
                if np.abs(one).max() > 1e3:  # a ceiling above today's fee changes nothing
                    differences.append(np.abs(one - two).max() / np.abs(one).max())
    assert len(differences) > 30
    assert np.median(differences) < TYPICAL
    assert max(differences) < WORST
