"""Worked cases from history (§5.5): each comes out as its story says, by computation and not by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.services.answer import Answer, Budget
from tests.services.found import DEALS, EXAMPLES, answer, evaluate, find

from comity.evidence.words import find_banned_words
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.deal import deal_find

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

CASES = ("italy-2004", "jordan-compact-2016", "eu-turkey-2016", "rse-pacific", "gambia-2021")
SIGNED = DEALS / "jordan-compact-2016-signed.yaml"


def shown(name: str) -> str:
    """Whole report for a terminal, its lines joined."""
    return " ".join(render_terminal(find(name).document(), width=120).split())


@pytest.mark.parametrize("name", CASES)
def test_a_case_can_be_read_and_every_number_has_a_source(name: str):
    document = find(name).document()
    assert answer(name).round["round"] == name
    assert find_unsourced_numbers(render_html(document)) == []
    assert not find_banned_words(render_terminal(document, width=100))


# -- Italy 2004: an open pool as an inducement ----------------------------------------------------------


def pool() -> Budget:
    (found,) = answer("italy-2004").budgets
    return found


def test_italy_holds_an_agreement_within_migration():
    got = answer("italy-2004")
    assert got.zone.migration_only.open
    assert got.zone.smallest_linkage is None
    for package in got.packages:
        there = {x.key for x in package.provisions}
        for x in package.provisions:
            if x.instrument == "LE02":
                assert f"PE01-{x.beneficiary}-ITA" in there
                assert f"RW01-ITA-{x.beneficiary}" in there


def test_the_open_pool_is_shared_out_and_priced():
    found = pool()
    assert found.at_most == 2500
    assert 0 < sum(found.used.values()) <= 2500
    # What nobody has yet buys the agreement of those who get it: without the pool there is none.
    assert set(found.used) <= {"open-TUN", "open-SEN", "open-GHA"}
    assert found.whole is None
    assert found.per_unit is not None
    assert found.per_unit["ITA"] > 0
    assert any(found.per_unit[code] > 0 for code in ("SEN", "GHA", "TUN"))
    words = shown("italy-2004")
    assert "Places held open for new agreements" in words
    assert "With none of it there is no package in which every party gains" in words


def test_a_day_of_readmission_has_a_price_in_places():
    worth = {item.clause: item.worth for item in answer("italy-2004").exchange}
    for code in ("ALB", "TUN", "MAR"):
        day = worth[f"PE01-{code}-ITA"]
        assert day[code] < 0 < day["ITA"]
        assert worth[f"reserved-{code}"][code] > 0
    assert "it costs as much as" in shown("italy-2004")


# -- Jordan 2016: balanced on paper, hardly used -----------------------------------------------------------


def test_the_jordan_compact_is_fragile_because_it_is_hardly_used():
    got = answer("jordan-compact-2016")
    on_paper = next(f for f in got.fragility if f.package == "on paper")
    assert all(gain > 1 for gain in on_paper.on_paper.values())
    assert on_paper.fragile
    assert on_paper.below
    reason = next(r for r in on_paper.reasons if r.clause == "TR02-DONORS-JOR")
    assert (reason.kind, reason.party) == ("take_up", "JOR")
    assert reason.needed is None or reason.needed > reason.stated.mid
    words = shown("jordan-compact-2016")
    assert "Fragile: what would be the best package on paper does not hold" in words
    assert "must be used for Jordan to gain" in words


def test_the_compact_as_announced_holds_on_paper_only():
    found = evaluate("jordan-compact-2016", SIGNED)
    got = Answer.model_validate_json(found.to_json())
    assert got.evaluation is not None
    assert not got.evaluation.within_rules
    (fragility,) = got.fragility
    assert all(gain > 1 for gain in fragility.on_paper.values())
    assert fragility.fragile
    assert any(fragility.as_expected[code] < 0 for code in fragility.below)
    assert {reason.kind for reason in fragility.reasons} == {"take_up"}


def test_the_same_round_by_another_name_and_used_in_full_is_not_fragile(tmp_path: Path):
    text = (EXAMPLES / "jordan-compact-2016.yaml").read_text(encoding="utf-8")
    text = text.replace("round: jordan-compact-2016", "round: another")
    for low, mid, high in (("0.01", "0.05", "0.25"), ("0.15", "0.3", "0.6")):
        old = f"low: {low}\n      mid: {mid}\n      high: {high}\n"
        assert text.count(old) == 1
        text = text.replace(old, "low: 0.97\n      mid: 0.99\n      high: 1\n")
    path = tmp_path / "another.yaml"
    path.write_text(text, encoding="utf-8")
    found = deal_find(path=path, draws=20)
    assert found.zone_open
    assert found.fragility
    assert not any(item.fragile for item in found.fragility)
    assert "Fragile" not in render_terminal(found.document(), width=100)


# -- EU–Türkiye 2016: tranches, sequence, partial delivery ---------------------------------------------------


def test_the_statement_needs_money_and_depends_on_its_tranches():
    got = answer("eu-turkey-2016")
    assert not got.zone.migration_only.open
    assert got.zone.smallest_linkage == ["DV03-EU8-TUR"]
    best = got.packages[0]
    there = {x.key for x in best.provisions}
    assert {"PE17-TUR-EU8", "DV03-EU8-TUR", "LE16-EU8-TUR"} <= there
    mine = next(f for f in got.fragility if f.package == best.name)
    assert [stop.month for stop in mine.stops] == sorted({stop.month for stop in mine.stops})
    # Money that comes later: who stops paying gains, and who waits for it loses.
    first, last = mine.stops[0], mine.stops[-1]
    assert first.gains["EU8"] > last.gains["EU8"]
    assert first.gains["TUR"] < last.gains["TUR"]
    assert any(r.kind == "tranches" and r.party == "TUR" for r in mine.reasons)


def test_visa_free_travel_is_worth_little_because_it_is_not_expected():
    found = find("eu-turkey-2016")
    paper = next(f for f in found.fragility if f.package == found.packages[0].name)
    assert paper.on_paper["TUR"] > paper.as_expected["TUR"]
    page = render_html(found.document())
    assert "All benchmarks of the visa roadmap are met" in page
    assert "If delivery stops" in page


def test_a_clause_that_waits_for_another_never_stands_alone():
    for package in answer("eu-turkey-2016").packages:
        there = {x.key for x in package.provisions}
        for waiting in ("DV03-EU8-TUR", "LE15-EU8-TUR"):
            assert waiting not in there or "PE17-TUR-EU8" in there


# -- New Zealand: a scheme that holds within migration -------------------------------------------------------


def test_the_seasonal_scheme_serves_everybody_without_linkage():
    got = answer("rse-pacific")
    assert got.zone.migration_only.open
    assert not got.zone.veto_players_added
    best = got.packages[0]
    places = {x.beneficiary: x.value for x in best.provisions if x.instrument == "LE03"}
    assert set(places) == {"VUT", "TON", "SLB", "FJI"}
    assert sum(places.values()) <= 12_500 + 1e-6
    assert not any(f.fragile for f in got.fragility)
    (ceiling,) = got.budgets
    assert sum(ceiling.used.values()) == pytest.approx(sum(places.values()))


# -- The Gambia: a threat -----------------------------------------------------------------------------------


def test_the_threat_opens_a_zone_that_leaves_the_gambia_worse_off():
    got = answer("gambia-2021")
    assert not got.zone.linked.open
    assert got.zone.linked.proven
    assert got.packages == []
    threat = got.zone.under_threat
    assert threat is not None
    assert threat.open
    assert threat.against_no_deal["GMB"] < 0 < threat.against_worsened["GMB"]
    assert threat.against_no_deal["EU4"] == pytest.approx(threat.against_worsened["EU4"])
    pressed = {item.party: item.coerced for item in got.pressure}
    assert pressed == {"EU4": False, "GMB": True}
    words = shown("gambia-2021")
    assert "relief from a threat" in words
    assert "somebody would sign and be worse off than today" in words


def test_no_example_leaves_the_threat_out_of_its_gains():
    for package in answer("eu-maghreb-visa").packages:
        for code in ("MAR", "TUN"):
            gain = package.gains[code]
            assert gain.vs_worsened_no_deal.mid > gain.mid
        assert package.gains["EU6"].vs_worsened_no_deal.mid == pytest.approx(package.gains["EU6"].mid)


def test_give_and_get_adds_up_to_the_searched_gains():
    """What passes between pairs, with what reaches third parties, is the whole of the gain."""
    got = answer("italy-2004")
    for package in got.packages[:1]:
        sums = dict.fromkeys(package.gains, 0.0)
        for item in package.giving:
            sums[item.giver] += item.giver_gain
            sums[item.beneficiary] += item.beneficiary_gain
        for code, total in sums.items():
            searched = package.searched_mean_gains[code]
            # Third parties feel a place that somebody else gets a little.
            assert np.isclose(total, searched, rtol=0.05, atol=1.0), code
