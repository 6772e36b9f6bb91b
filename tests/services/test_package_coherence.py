"""What a package clashes with at home: by the same engine, per party and ministry."""

from __future__ import annotations

from comity.coherence import Measure, Portfolio, StateValue, assess
from comity.evidence import Catalogue, Evidence
from comity.evidence.interaction_rules import InteractionRules
from comity.reports.document import Document
from comity.reports.html import render_html
from comity.reports.walk import find_unsourced_numbers
from comity.services.package_coherence import PackageCoherence, find_changes, package_coherence
from comity.vocabulary import Provision

EVIDENCE, CATALOGUE, RULES = Evidence.load(), Catalogue.load(), InteractionRules.load()
PARTIES = {"ESP": ("ESP",), "MAR": ("MAR",)}


def lay(*given: tuple[str, str, str], homes: dict[str, Portfolio] | None = None) -> PackageCoherence:
    provisions = [Provision(code, a, b, 1.0, "unit", f"{code}-{a}-{b}", {}) for code, a, b in given]
    return package_coherence(
        provisions, PARTIES, evidence=EVIDENCE, catalogue=CATALOGUE, rules=RULES, homes=homes
    )


def test_a_provision_is_its_givers_measure_and_no_one_elses() -> None:
    found = lay(("PE06", "MAR", "ESP"))
    assert found.found["ESP"] == ()
    alone = assess(
        Portfolio("MAR", (Measure("PE06-MAR-ESP raise", "interior", "PE06", "raise"),)), CATALOGUE, RULES
    )
    assert [h.finding for h in found.found["MAR"]] == list(alone.findings)


def test_a_severe_conflict_is_noticed_and_an_open_one_is_not_taken_for_severe() -> None:
    assert lay(("LE19", "ESP", "MAR")).conflicts
    harmless = lay(("RM01", "ESP", "MAR"))
    assert not harmless.adds_severe
    assert {h.finding.chain.outcome for h in harmless.found["ESP"]} >= {"remittances"}
    true = {"unmet_labour_demand": StateValue(True, "portfolio:states.unmet_labour_demand")}
    home = Portfolio("ESP", (Measure("old", "interior", "LE01", "restrict"),), (), true)
    beside = lay(("RM01", "ESP", "MAR"), homes={"ESP": home})
    assert assess(home, CATALOGUE, RULES).severe
    assert not beside.adds_severe, "what the government does already is not laid at the package's door"


def test_a_condition_that_holds_at_home_makes_an_open_conflict_sure() -> None:
    package = ("DV07", "ESP", "MAR")
    assert {h.finding.severity for h in lay(package).conflicts} == {"open"}
    true = StateValue(True, "portfolio:states.no_mobility_component")
    home = Portfolio("ESP", (), (), {"no_mobility_component": true})
    assert {h.finding.severity for h in lay(package, homes={"ESP": home}).conflicts} == {"moderate"}


def test_what_has_no_known_effect_is_listed() -> None:
    assert lay(("RW24", "ESP", "MAR")).silent["ESP"] == ("RW24-ESP-MAR",)


def test_every_instrument_acts_in_one_direction_at_most() -> None:
    for code in CATALOGUE.instruments:
        assert len(find_changes(code, CATALOGUE)) <= 1, code


def test_blocks_and_data_agree_and_every_number_has_a_source() -> None:
    found = lay(("PE06", "MAR", "ESP"), ("LE19", "ESP", "MAR"))
    page = render_html(Document("A package", "", tuple(found.blocks({"MAR": "Morocco", "ESP": "Spain"}))))
    assert find_unsourced_numbers(page) == []
    assert "Morocco" in page
    assert {(x["party"], x["acting"]) for x in found.to_list()} == {
        (h.party, h.acting) for items in found.found.values() for h in items
    }
