"""The search for reciprocity: drafts that can be read, run and changed."""

from __future__ import annotations

import functools
import html
import re
from pathlib import Path

import pytest

from comity.errors import InputError
from comity.evidence import Catalogue
from comity.evidence.words import find_banned_words
from comity.reports.html import render_html
from comity.reports.walk import find_unsourced_numbers
from comity.services.deal import deal_find
from comity.services.evidence import evidence_trace
from comity.services.propose import Proposal, propose_round
from comity.services.roundfile import load_round

pytestmark = pytest.mark.slow

CODES = ("ESP", "MAR", "SEN")


@functools.cache
def proposal() -> Proposal:
    return propose_round(codes=CODES)


def test_clauses_are_useful_and_sorted_by_joint_gain():
    found = proposal()
    assert found.candidates
    joints = [c.joint for c in found.candidates]
    assert joints == sorted(joints, reverse=True)
    titles = {i.title for i in Catalogue.load().instruments.values()}
    for c in found.candidates:
        assert max(c.gains.values()) > 0
        assert set(c.gains) == set(CODES)
        assert c.name in titles
        assert c.joint == pytest.approx(sum(c.gains.values()))
    areas = {Catalogue.load().instruments[c.clause.instrument].area.is_migration for c in found.candidates}
    assert areas == {True, False}, "migration and linked areas are both searched"


def test_members_of_a_customs_union_are_drafted_no_tariffs():
    assert not [
        c
        for c in proposal().candidates
        if c.clause.instrument in {"TR01", "TR06"} and c.clause.giver == "ESP"
    ]


def test_a_proposal_reads_back_and_runs(tmp_path: Path):
    path = tmp_path / "draft.yaml"
    path.write_text(proposal().to_yaml(), encoding="utf-8")
    round_ = load_round(path)
    assert [party.code for party in round_.parties] == list(CODES)
    assert {clause.key for clause in round_.table} >= {c.clause.key for c in proposal().candidates}
    found = deal_find(path=path, draws=20)
    # Equal treatment is on the table without a value, so it is listed, not counted as nothing.
    assert {u.clause[:4] for u in found.unvalued} == {"RW01"}


def test_same_parties_same_bytes_and_order_is_the_users():
    again = propose_round(codes=CODES)
    assert again.to_json() == proposal().to_json()
    assert again.to_yaml() == proposal().to_yaml()
    assert list(propose_round(codes=("MAR", "ESP")).names) == ["MAR", "ESP"]


def test_the_page_is_sourced_traceable_and_neutral():
    page = render_html(proposal().document())
    assert find_unsourced_numbers(page) == []
    for reference in set(re.findall(r'data-ref="([^"]+)"', page)):
        assert evidence_trace(reference=html.unescape(reference)).place
    text = html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))
    assert find_banned_words(text) == []


@pytest.mark.parametrize("codes", [("ESP",), ("ESP", "ESP"), ("ESP", "XXX"), ()])
def test_bad_parties_are_refused(codes: tuple[str, ...]):
    with pytest.raises(InputError):
        propose_round(codes=codes)
