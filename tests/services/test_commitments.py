"""A draft schedule from a package: what is stated is taken over, and what is not is marked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evidence import Catalogue
from comity.protocol.conference import TERMS, Act
from comity.services.commitments import add_months, propose_commitments
from comity.services.roundfile import Round, load_round

EXAMPLES = Path(__file__).parents[2] / "examples"


def propose(round_: Round, values, **more):
    return propose_commitments(
        round_, values, start=date(2030, 1, 31), review_months=12, catalogue=Catalogue.load(), **more
    )


@pytest.mark.parametrize("name", ["western-mediterranean", "jordan-compact-2016", "eu-turkey-2016"])
def test_every_clause_becomes_payloads_that_the_protocol_reads(name):
    round_ = load_round(EXAMPLES / f"{name}.yaml")
    drafts = propose(round_, {clause.key: clause.range[1] for clause in round_.table})
    assert {draft.payload["provision"] for draft in drafts} == {clause.key for clause in round_.table}
    assert len({draft.key for draft in drafts}) == len(drafts)
    for draft in drafts:
        TERMS[Act.REGISTER_COMMITMENT].read(draft.payload)
        assert any("our mapping" in words for words in draft.assumed)


def test_tranches_wait_for_milestones_and_the_giver_pays():
    round_ = load_round(EXAMPLES / "western-mediterranean.yaml")
    clause, other = round_.table[0], next(c for c in round_.table if c.giver != round_.table[0].giver)
    tranches = (
        {"share": 0.4, "milestone": "The register is public.", "due": 6},
        {"share": 0.6, "milestone": "Replies are in time.", "due": 18, "after": other.key},
    )
    changed = Round.model_validate(
        round_.model_dump(by_alias=True, exclude_none=True)
        | {
            "table": [
                clause.model_dump(exclude_none=True) | {"tranches": tranches},
                other.model_dump(exclude_none=True),
            ]
        }
    )
    first, second = propose(changed, {clause.key: 1000.0}, paragraphs={clause.key: "a2.p1"})
    assert first.payload["due"] == "2030-07-31"
    assert second.payload["due"] == "2031-07-31"
    assert (first.payload["tranche"], second.payload["tranche"]) == (400.0, 600.0)
    assert first.payload["payer"] == clause.giver
    assert first.payload["delegation"] == clause.beneficiary
    assert any("names nobody" in words for words in first.assumed)
    assert second.payload["delegation"] == other.giver
    assert not any("names nobody" in words for words in second.assumed)
    assert first.payload["paragraph"] == "a2.p1"


def test_a_package_that_is_empty_or_of_another_round_is_refused():
    round_ = load_round(EXAMPLES / "western-mediterranean.yaml")
    for bad in ({}, {"XX99-ESP-MAR": 1.0}):
        with pytest.raises(InputError):
            propose(round_, bad)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 600), st.integers(0, 600))
def test_months_add_up(day, first, second):
    assert add_months(day.replace(day=1), first + second) == add_months(
        add_months(day.replace(day=1), first), second
    )
    assert (add_months(day, first).year * 12 + add_months(day, first).month) - (
        day.year * 12 + day.month
    ) == first
