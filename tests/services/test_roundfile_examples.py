"""The shipped examples state what they are meant to state, before any service computes with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from comity.evidence import Catalogue
from comity.services.roundfile import Round, load_round
from comity.services.world_file import is_world_file

EXAMPLES = Path(__file__).parents[2] / "examples"


def rounds() -> dict[str, Round]:
    return {
        path.stem: load_round(path) for path in sorted(EXAMPLES.glob("*.yaml")) if not is_world_file(path)
    }


@pytest.fixture(scope="module")
def read() -> dict[str, Round]:
    return rounds()


def test_sizes(read: dict[str, Round]):
    west = read["western-mediterranean"]
    assert [party.code for party in west.parties] == ["ESP", "MAR", "SEN"]
    assert 12 <= len(west.table) <= 20
    doha = read["doha-eight"]
    assert len(doha.parties) == 8
    assert {clause.instrument for clause in doha.table} >= {"LE02", "LE03", "LE04", "TR06"}


def test_visa_talks_hold_no_agreement_within_migration(read: dict[str, Round]):
    """Within the stated middle values no mix of visa facilitation and readmission serves all three.

    A linear program: strength of each migration clause from 0 to 1 (more than a clause's range allows, so
    that an empty answer here is an empty zone), maximise the smallest gain.
    """
    found = read["eu-maghreb-visa"]
    catalogue = Catalogue.load()
    clauses = [c for c in found.table if catalogue.instruments[c.instrument].area.is_migration]
    assert {c.instrument for c in clauses} == {"LE14", "PE01", "PE02"}
    worth = np.zeros((len(found.parties), len(clauses)))
    codes, keys = [p.code for p in found.parties], [c.key for c in clauses]
    for interest in found.interests:
        for clause in found.interest_clauses(interest):
            if clause.key in keys:
                worth[codes.index(interest.party), keys.index(clause.key)] += interest.value.mid
    assert np.all((worth != 0).sum(axis=0) == 2), "giver and beneficiary both state each migration clause"
    best = linprog(
        np.r_[np.zeros(len(keys)), -1.0],
        A_ub=np.c_[-worth, np.ones(len(codes))],
        b_ub=np.zeros(len(codes)),
        bounds=[(0, 1)] * len(keys) + [(None, None)],
    )
    assert best.status == 0
    assert -best.fun < found.settings.epsilon


def test_visa_talks_value_readmission_above_its_cost(read: dict[str, Round]):
    """So that some other means of payment can open a zone: the joint worth of readmission is positive."""
    found = read["eu-maghreb-visa"]
    for partner in ("MAR", "TUN"):
        joint = sum(i.value.mid for i in found.interests if i.clause == f"PE01-{partner}-EU6")
        assert joint > 0
    assert {"DV02", "RM01", "TR01", "DV01"} <= {clause.instrument for clause in found.table}


def test_every_entry_place_needs_equal_treatment_in_the_western_mediterranean(read: dict[str, Round]):
    found = read["western-mediterranean"]
    protected = {
        clause.key
        for rule in found.principles
        for clause, others in found.principle_pairs(rule)
        if any(other.instrument == "RW01" for other in others)
    }
    places = {c.key for c in found.table if c.instrument in ("LE02", "LE03", "LE04")}
    assert places <= protected
