"""The main job, end to end, on the shipped examples and on small rounds made for one question each."""

from __future__ import annotations

import functools
import html
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.services.answer import Answer, Package
from tests.services.found import DRAWS, EXAMPLES, answer, find

from comity.bargaining import test_zone as check_zone
from comity.cli import main
from comity.evidence import Catalogue, Evidence, Parameters
from comity.evidence.words import find_banned_words
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.deal import deal_find
from comity.services.evidence import evidence_trace
from comity.services.laboratory import Laboratory
from comity.services.roundfile import load_round
from comity.services.stakes import combine, draw_interests, value_clauses, write_game

if TYPE_CHECKING:
    from comity.bargaining import Game

NAMES = ("western-mediterranean", "eu-maghreb-visa", "doha-eight")

#: The key names of §5.4.
KEYS = {
    "round", "parties", "objectives", "mismatch", "zone", "packages", "clashes", "blockers", "unvalued",
    "assumptions", "evidence", "seed", "versions",
}  # fmt: skip

pytestmark = pytest.mark.slow


@functools.cache
def page(name: str) -> str:
    return render_html(find(name).document())


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# -- the answer as data -------------------------------------------------------------------------------


def test_json_has_the_keys_of_the_design_and_no_other_shape(name: str):
    plain = json.loads(find(name).to_json())
    added = {"unit", "draws", "imputed", "missing", "evaluation", "fragility", "exchange", "budgets"}
    added |= {"pressure", "sensitivity", "choices", "at_home", "left_out_as_conflicting"}
    assert set(plain) == KEYS | added
    assert set(plain["zone"]) >= {"migration_only", "linked", "smallest_linkage", "veto_players_added"}
    got = answer(name)
    codes = [party.code for party in got.parties]
    for package in got.packages:
        for by_party in (package.gains, package.ledger, package.margins, package.ministries):
            assert list(by_party) == sorted(codes)
    assert got.draws == DRAWS
    assert got.seed == 2010


def test_nothing_is_named_after_a_ranking(name: str):
    def keys(node: object) -> set[str]:
        if isinstance(node, dict):
            return set(node) | {k for value in node.values() for k in keys(value)}
        if isinstance(node, list):
            return {k for value in node for k in keys(value)}
        return set()

    plain = json.loads(find(name).to_json())
    words = {word for key in keys(plain) for word in re.split(r"[_\W]+", key.casefold())}
    assert not words & {"rank", "ranking", "score", "winner", "loser", "winners", "losers", "leader", "top"}
    # Parties stand in the order of the round file, whatever they gain.
    assert [party["code"] for party in plain["parties"]] == [p["code"] for p in plain["round"]["parties"]]


def test_a_confirmed_package_keeps_every_red_line(name: str):
    got = answer(name)
    assert got.packages
    needed = got.round["settings"]["share_of_draws"]
    for package in got.packages:
        assert package.confirmed_by_full_world
        for code, gain in package.gains.items():
            assert gain.share_above_red_line >= needed, (package.name, code)
            assert gain.share_positive >= needed
            assert package.margins[code] >= got.round["settings"]["epsilon"]


def test_central_ledger_lines_add_up_to_the_gain(name: str):
    got = answer(name)
    no_deal = {party["code"]: party["no_deal"]["mid"] for party in got.round["parties"]}
    for package in got.packages:
        for code, gain in package.gains.items():
            total = sum(line.weight * line.central for line in package.ledger[code]) - no_deal[code]
            assert total == pytest.approx(gain.central, rel=1e-6, abs=1e-6)


def test_a_package_holds_only_what_the_table_allows(name: str):
    got = answer(name)
    table = {clause.key: clause for clause in find(name).round.table}
    for package in got.packages:
        for x in package.provisions:
            low, high = table[x.key].range
            assert low <= x.value <= high
            assert (x.giver, x.beneficiary) == (table[x.key].giver, table[x.key].beneficiary)
    for rule in find(name).round.principles:
        if rule.rule != "requires":
            continue
        for package in got.packages:
            there = {x.key for x in package.provisions}
            for clause, others in find(name).round.principle_pairs(rule):
                assert clause.key not in there or there & {other.key for other in others}


def test_the_search_is_near_the_full_world_and_its_gap_is_small(name: str):
    best = answer(name).packages[0]
    assert best.name == "nash"
    assert best.distance < 0.1
    assert best.nash.gap is not None
    assert 0 <= best.nash.gap < 0.01
    assert best.nash.method


def test_a_no_deal_that_others_worsen_never_lowers_the_gain(name: str):
    for package in answer(name).packages:
        for gain in package.gains.values():
            assert gain.vs_worsened_no_deal.low >= gain.low
            assert gain.vs_worsened_no_deal.high >= gain.high


# -- gains from their parts ---------------------------------------------------------------------------


def test_ledger_and_interests_add_up_in_every_draw():
    """Means and ranges of the first package, computed again from its lines and interests."""
    found = find("western-mediterranean")
    best = answer("western-mediterranean").packages[0]
    evidence, parameters, catalogue = Evidence.load(), Parameters.load(), Catalogue.load()
    lab = Laboratory(found.round, evidence, parameters, catalogue, draws=DRAWS, seed=found.seed)
    values = {x.key: x.value for x in best.provisions}
    (account,) = lab.accounts([values], lambda _: None)
    assert not any(item.overrides_model for item in found.round.interests)
    gains = np.einsum("dpl,pl->dp", account.lines, lab.weights)
    keys = [clause.key for clause in found.round.table]
    value = np.array([values.get(key, 0.0) for key in keys])
    on = np.array([float(key in values) for key in keys])
    for item in draw_interests(found.round, DRAWS, found.seed):
        gains[:, item.party] += item.worth(value, on)
    gains -= [party.no_deal.mid for party in found.round.parties]
    for p, party in enumerate(found.round.parties):
        said = best.gains[party.code]
        assert best.final_mean_gains[party.code] == pytest.approx(gains[:, p].mean(), rel=1e-6)
        ends = np.quantile(gains[:, p], (0.05, 0.5, 0.95))
        assert (said.low, said.mid, said.high) == pytest.approx(tuple(ends), rel=1e-6)
        assert said.share_positive == pytest.approx((gains[:, p] > 0).mean())


# -- what the package hangs on ------------------------------------------------------------------------


def test_every_party_is_asked_what_staying_out_is_worth(name: str):
    got = answer(name)
    assert got.sensitivity is not None
    codes = [party.code for party in got.parties]
    assert [item.party for item in got.sensitivity.staying] == codes
    for item in got.sensitivity.staying:
        assert item.stays_out == (item.outside > item.inside + 1e-3 * abs(item.inside))
    assert [item.party for item in got.sensitivity.weights] == codes
    for item in got.sensitivity.weights:
        assert item.low <= 1 <= item.high
        assert {weighed.factor for weighed in item.gains} == {0.5, 2.0}
        # A party never has less when it weighs more.
        by_factor = {weighed.factor: weighed.gains[item.party] for weighed in item.gains}
        assert by_factor[0.5] <= by_factor[2.0] * (1 + 1e-3)
    assert got.sensitivity.split is not None
    for code, ratio in got.sensitivity.split.ratios.items():
        assert ratio is not None, code
        assert 0 < ratio < 1.1
    if len(codes) > 2:
        circles = got.sensitivity.circles
        assert circles is not None
        assert circles.added is None or circles.added >= -1e-6 * abs(circles.together)


def test_a_cell_without_value_turns_the_package_between_the_two_sides_that_are_given():
    got = answer("western-mediterranean")
    assert got.sensitivity is not None
    for turn in got.sensitivity.turns:
        assert turn.reach > 0
        if turn.below is not None:
            assert turn.above is not None
            assert -turn.reach <= turn.below < turn.above <= turn.reach
            assert turn.answer_low != turn.answer_high


def test_the_report_shows_each_part_under_a_plain_heading():
    shown = render_terminal(find("western-mediterranean").document(), width=100)
    for heading in (
        "What holds it together", "How the gain is split", "Who could leave", "What each concession is worth",
        "What the package hangs on", "What a threat changes",
    ):  # fmt: skip
        assert heading in shown


# -- what else could be agreed ------------------------------------------------------------------------


def test_payments_divide_the_largest_sum_and_add_up_to_nothing(name: str):
    got = answer(name)
    assert got.choices is not None
    found = got.choices.payments
    assert found is not None
    assert sum(found.paid.values()) == pytest.approx(0, abs=1e-6 * found.total)
    assert found.total <= found.bound
    assert found.gap == pytest.approx(found.bound - found.total, abs=1e-6 * found.total)
    # No package without payments has a larger sum, by more than the two ledgers differ.
    largest = next((p for p in got.packages if p.name == "largest total gain"), None)
    if largest is not None:
        assert sum(largest.searched_mean_gains.values()) <= found.bound * (1 + 1e-6)
    assert found.together.low <= found.total <= found.together.high


def test_no_point_of_the_frontier_betters_another_for_all(name: str):
    got = answer(name)
    assert got.choices is not None
    assert got.choices.frontier is not None
    points = [np.array(list(p.gains.values())) for p in got.choices.frontier.points]
    table = {clause.key: clause for clause in find(name).round.table}
    for k, one in enumerate(points):
        assert not any(np.all(other > one + 1e-3 * np.abs(one)) for j, other in enumerate(points) if j != k)
        assert all(x >= got.round["settings"]["epsilon"] - 1e-6 for x in one)
        # The sum is within what is proven to be the most, which may pass through payments.
        assert got.choices.payments is not None
        assert one.sum() <= got.choices.payments.bound * (1 + 1e-6)
    for point in got.choices.frontier.points:
        for key, value in point.values.items():
            low, high = table[key].range
            assert low - 1e-6 <= value <= high * (1 + 1e-6) + 1e-6


def test_sureness_is_counted_in_the_full_ledger(name: str):
    found = find(name)
    lines = np.array([party.red_line.gain_at_least for party in found.round.parties])
    for package, written in zip(found.packages, answer(name).packages, strict=True):
        enough = package.by_draw >= lines + found.round.settings.epsilon
        assert written.sureness.together == pytest.approx(enough.all(axis=1).mean(), abs=0.5 / DRAWS)
        assert min(written.sureness.by_party.values()) >= found.round.settings.share_of_draws
    assert found.choices is not None
    sure = min(found.packages[0].sureness.by_party.values())
    assert (found.choices.surest is None) == (sure == 1.0)
    if found.choices.surest is not None:
        assert found.choices.surest.share >= sure - 1e-9 or not found.choices.surest.proven


def test_rates_are_ratios_of_what_a_unit_is_worth(name: str):
    got = answer(name)
    assert got.choices is not None
    worth = {unit.clause: unit.worth for unit in got.exchange}
    for rate in got.choices.rates:
        assert rate.low <= rate.high
        expected = worth[rate.first][rate.party] / worth[rate.second][rate.party]
        assert rate.amount == pytest.approx(expected, rel=1e-6)


def test_without_a_clause_the_product_never_rises(name: str):
    got = answer(name)
    assert got.choices is not None
    assert 0 < len(got.choices.without) <= 12
    for item in got.choices.without:
        if item.lost is None:
            continue
        # Whatever is lost, not everybody gains by it.
        assert min(item.change.values()) <= 1e-3 * max(abs(x) for x in item.change.values()) + 1e-6


def test_pairs_add_up_to_what_passes(name: str):
    for package in answer(name).packages:
        given = {(g.giver, g.beneficiary): g for g in package.giving}
        for pair in package.balance:
            forth, back = given.get((pair.first, pair.second)), given.get((pair.second, pair.first))
            net = (forth.giver_gain if forth else 0) + (back.beneficiary_gain if back else 0)
            assert pair.first_net == pytest.approx(net, rel=1e-6, abs=1e-6)
            assert pair.stands_alone == (pair.first_net >= 0 and pair.second_net >= 0)


def test_the_terminal_shows_what_else_could_be_agreed(name: str):
    shown = " ".join(render_terminal(find(name).document(brief=True), width=100).split())
    for words in (
        "What else could be agreed", "Packages side by side", "If the parties could also pay each other",
        "every party gains enough at once", "on the frontier", "What concessions are worth to each other",
    ):  # fmt: skip
        if words.startswith("What concessions") and not answer(name).choices.rates:  # type: ignore[union-attr]
            continue
        assert words in shown, words


# -- what if not --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def visa_game() -> Game:
    round_ = load_round(EXAMPLES / "eu-maghreb-visa.yaml")
    lab = Laboratory(
        round_, Evidence.load(), Parameters.load(), Catalogue.load(), draws=DRAWS, seed=round_.seed
    )
    modelled = value_clauses(lab, {}, lambda _: None)
    return write_game(lab, combine(lab, modelled, draw_interests(round_, DRAWS, round_.seed)))


def test_visa_talks_are_closed_and_the_report_names_what_opens_them(visa_game: Game):
    got = answer("eu-maghreb-visa")
    assert not got.zone.migration_only.open
    assert got.zone.migration_only.proven
    assert got.zone.linked.open
    assert got.zone.smallest_linkage
    assert got.zone.linkage_proven
    (blocker,) = got.blockers
    assert blocker.scope == "migration_only"
    assert blocker.parties
    assert blocker.irreducible
    assert blocker.transfer is not None
    assert blocker.transfer > 0
    assert blocker.opening_clauses
    # What it says, tried: a named clause opens the zone, any other linked clause alone does not.
    alone = [clause.key for clause in visa_game.clauses if not clause.linked]
    for clause in visa_game.clauses:
        if clause.linked:
            is_open = check_zone(visa_game, allowed=[*alone, clause.key]).open
            assert is_open == (clause.key in blocker.opening_clauses), clause.key
    assert check_zone(visa_game, allowed=[*alone, *got.zone.smallest_linkage]).open


def test_the_visa_report_says_it_in_words():
    shown = render_terminal(find("eu-maghreb-visa").document(), width=100)
    assert "Migration measures alone open no zone" in shown
    found = find("eu-maghreb-visa")
    assert found.linkage
    for key in found.linkage:
        assert found.instruments[found.round.clause(key).instrument].title in shown


CLOSED = """
round: closed
title: Readmission without anything in return
seed: 5
draws: 20
settings: {share_of_draws: 0.8, epsilon: 1}
parties:
  - code: ESP
  - code: MAR
table:
  - {instrument: PE01, giver: MAR, beneficiary: ESP, range: [5, 30], today: 30}
interests:
  - party: ESP
    instrument: PE01
    value: {low: 70, mid: 70, high: 70}
    overrides_model: true
    source: made up for a test
  - party: MAR
    instrument: PE01
    value: {low: -40, mid: -40, high: -40}
    overrides_model: true
    source: made up for a test
"""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rounds") / "closed.yaml"
    path.write_text(CLOSED, encoding="utf-8")
    return path


def test_a_round_that_is_closed_even_when_linked(closed: Path):
    found = deal_find(path=closed)
    got = Answer.model_validate_json(found.to_json())
    assert not found.zone_open
    assert not got.zone.linked.open
    assert got.zone.linked.proven
    assert got.packages == []
    assert got.zone.smallest_linkage is None
    (blocker,) = got.blockers
    assert blocker.scope == "linked"
    # Both gains must reach 1. At strength s and payment t: 70s − t ≥ 1 and t − 40s ≥ 1, so s = 1/15.
    least = 40 / 15 + 1
    assert blocker.transfer == pytest.approx(least, abs=1e-3)
    assert blocker.payers == pytest.approx({"ESP": least}, abs=1e-3)
    assert blocker.receivers == pytest.approx({"MAR": least}, abs=1e-3)
    shown = render_terminal(found.document(), width=100)
    assert "No package on this table leaves Spain and Morocco each better off" in shown
    assert "side payment" in shown
    assert find_unsourced_numbers(render_html(found.document())) == []


def test_exit_code_one_only_when_a_zone_is_required(
    closed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    target = tmp_path / "closed.html"
    assert main(["deal", str(closed), "--json", "--require-zone"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["packages"] == []
    assert "no zone of agreement" in captured.err
    assert main(["deal", str(closed), "--html", str(target), "--quiet"]) == 0
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")


UNVALUED = """
round: unvalued
title: A clause that nobody valued
seed: 5
draws: 20
settings: {share_of_draws: 0.8, epsilon: 1}
parties:
  - code: ESP
  - code: MAR
table:
  - {instrument: GV14, giver: ESP, beneficiary: MAR, range: [20, 20]}
  - {instrument: PE02, giver: MAR, beneficiary: ESP, range: [5, 5], today: 30}
  - {instrument: GV03, giver: ESP, beneficiary: MAR, range: [1, 1]}
principles:
  - {rule: requires, if: PE02, then: GV03, text: Returns only under joint monitoring}
interests:
  - party: ESP
    instrument: PE02
    value: {low: 60, mid: 60, high: 60}
    source: made up for a test
  - party: MAR
    instrument: PE02
    value: {low: -10, mid: -10, high: -10}
    source: made up for a test
%s
"""
WORTH = """  - party: MAR
    instrument: GV03
    value: {low: %(worth)r, mid: %(worth)r, high: %(worth)r}
    source: made up for a test
"""


def test_an_unvalued_clause_is_listed_with_the_worth_that_turns_the_answer(tmp_path: Path):
    path = tmp_path / "unvalued.yaml"
    path.write_text(UNVALUED % "", encoding="utf-8")
    found = deal_find(path=path)
    assert found.zone_open
    best = found.packages[0]
    held = "GV03-ESP-MAR"
    assert held in {x.key for x in best.provisions}
    listed = {(u.party, u.clause): u for u in found.unvalued}
    assert set(listed) == {("ESP", held), ("MAR", held)}
    for item in listed.values():
        assert item.package == best.name
        assert item.flips_below is not None
        assert item.flips_below < 0
    assert not any("GV03" in line.label for lines in best.ledger.values() for line in lines)
    assert held in render_terminal(found.document(), width=100)
    # The threshold is right: a worth just above it keeps the zone open, one just below closes it.
    edge = listed["MAR", held].flips_below
    assert edge is not None
    for worth, is_open in ((edge + 0.5, True), (edge - 0.5, False)):
        path.write_text(UNVALUED % (WORTH % {"worth": round(worth, 6)}), encoding="utf-8")
        again = deal_find(path=path)
        # Payment against returns is the only mutual gain, and no value can vary: there is one package.
        assert again.zone_open is is_open, worth
        assert ("MAR", held) not in {(u.party, u.clause) for u in again.unvalued}


def test_unvalued_cells_of_the_examples_are_in_the_json(name: str):
    found, got = find(name), answer(name)
    cells = {(cell.party, cell.clause) for cell in found.cells if cell.unvalued}
    assert {(u.party, u.clause) for u in got.unvalued} == cells
    packages: dict[str, Package] = {p.name: p for p in got.packages}
    for item in got.unvalued:
        if item.package is None:
            continue
        assert item.clause in {x.key for x in packages[item.package].provisions}
        edge = got.round["settings"]["epsilon"] - packages[item.package].margins[item.party]
        assert item.flips_below == pytest.approx(edge)


# -- same file and seed: same bytes -------------------------------------------------------------------


def test_same_file_and_seed_give_the_same_bytes_in_other_processes():
    outputs = [
        subprocess.run(
            [
                sys.executable, "-m", "comity", "deal", str(EXAMPLES / "eu-maghreb-visa.yaml"),
                "--draws", str(DRAWS), "--json", "--quiet",
            ],
            check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert outputs[0] == outputs[1]
    assert outputs[0].decode().strip() == find("eu-maghreb-visa").to_json().strip()


def test_another_seed_gives_other_draws():
    one = answer("eu-maghreb-visa")
    other = Answer.model_validate_json(
        deal_find(path=EXAMPLES / "eu-maghreb-visa.yaml", draws=DRAWS, seed=7).to_json()
    )
    assert other.seed == 7
    assert one.packages[0].gains["MAR"] != other.packages[0].gains["MAR"]
    assert one.zone.migration_only.open == other.zone.migration_only.open


# -- the page -----------------------------------------------------------------------------------------


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {key: value or "" for key, value in attrs}))


@functools.cache
def elements(name: str) -> list[tuple[str, dict[str, str]]]:
    parser = _Elements()
    parser.feed(page(name))
    parser.close()
    return parser.found


def references(name: str) -> set[str]:
    found = set()
    for _, given in elements(name):
        if "data-ref" in given:
            found.add(given["data-ref"])
        found |= set(
            re.split(r"\s+(?=(?:evidence|parameter|catalogue|round|model):)", given.get("data-refs", ""))
        )
    return found - {""}


def test_no_number_without_a_source(name: str):
    assert find_unsourced_numbers(page(name)) == []


def test_every_reference_of_the_page_can_be_traced(name: str):
    found = references(name)
    assert {reference.partition(":")[0] for reference in found} >= {"model", "round", "parameter"}
    for reference in sorted(found):
        trace = evidence_trace(reference=reference, round_file=EXAMPLES / f"{name}.yaml")
        assert len(trace.rows) > 0, reference
        assert trace.place, reference


def test_every_reference_of_the_data_can_be_traced(name: str):
    text = find(name).to_json()
    found = {
        html.unescape(x)
        for x in re.findall(r'"reference": "((?:evidence|catalogue|round|model):[^"]+)"', text)
    }
    assert found
    for reference in sorted(found):
        assert evidence_trace(reference=reference, round_file=EXAMPLES / f"{name}.yaml").place


def test_evidence_on_the_page_is_what_the_pack_says(name: str):
    got = answer(name)
    figures = [
        f for c in got.mismatch.before for f in (c.regular_entries, *c.other_arrivals) if f is not None
    ]
    # Visa talks put no entry places on the table, so no corridor is measured.
    assert bool(figures) == (name != "eu-maghreb-visa")
    for figure in figures:
        rows = evidence_trace(reference=figure.reference).rows
        column = figure.reference.partition("#")[2]
        assert rows[column].sum() == pytest.approx(figure.value)


def test_values_from_the_file_are_what_the_file_says(name: str):
    checked = 0
    for tag, given in elements(name):
        reference = given.get("data-ref", "")
        if tag != "data" or not reference.startswith("round:"):
            continue
        traced = evidence_trace(reference=reference, round_file=EXAMPLES / f"{name}.yaml").value
        if isinstance(traced, int | float) and reference != "round:draws":
            assert float(given["value"]) == pytest.approx(traced), reference
            checked += 1
    assert checked


def test_words_are_neutral(name: str):
    text = html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", page(name), flags=re.DOTALL))
    assert find_banned_words(text) == []
    assert find_banned_words(render_terminal(find(name).document(), width=100)) == []


def test_the_page_asks_nothing_of_the_network(name: str):
    for tag, given in elements(name):
        assert tag not in {"script", "iframe", "object", "embed", "base"}
        for key in ("src", "srcset", "data", "poster", "action", "xlink:href", "background"):
            assert given.get(key, "data:").startswith(("data:", "#")), (tag, given)
        if tag != "a":
            assert given.get("href", "#").startswith(("data:", "#")), (tag, given)
        assert given.get("http-equiv", "").casefold() != "refresh"
    assert not re.search(r"@import|url\(\s*['\"]?(?!data:|#)", page(name))


def test_the_notebook_form_holds_the_answer():
    shown = find("eu-maghreb-visa")._repr_html_()
    assert "Migration measures alone open no zone" in shown
    assert "packages" in repr(find("eu-maghreb-visa"))
