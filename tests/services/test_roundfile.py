"""The round file reader: what it accepts, and the one line it says about each mistake (§5.1)."""
# ruff: noqa: E501  (a table of mistakes reads best one per line)

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from comity.errors import InputError
from comity.evidence import Catalogue, Evidence
from comity.services.roundfile import load_round, parse_round, read_round

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.services.roundfile import Round

GOOD = """\
round: small
title: A small round
parties:
  - code: ESP
    ministries: {labour: 1, interior: 0.5}
    limits:
      - {instrument: LE02, at_most: 5000, reason: housing}
  - code: MAR
    counts: {movers: 0.5}
table:
  - {instrument: LE02, giver: ESP, beneficiary: MAR, range: [1_000, 10000], skill: low}
  - {instrument: RW01, giver: ESP, beneficiary: MAR, range: [50, 100]}
  - {instrument: PE01, giver: MAR, beneficiary: ESP, range: [5, 30], today: 45}
principles:
  - {rule: requires, if: LE02, then: RW01, text: equal treatment}
interests:
  - party: MAR
    clause: PE01-MAR-ESP
    value: {low: -15, mid: -8, high: -3}
    source: reasoning
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture(scope="module")
def countries() -> Mapping[str, str]:
    table = Evidence.load().table("countries")
    return dict(zip(table["iso3"].astype(str), table["name"].astype(str), strict=True))


def read(text: str, catalogue: Catalogue, countries: Mapping[str, str]) -> Round:
    return parse_round(text.encode(), name="r.yaml", catalogue=catalogue, countries=countries)


def complaint(text: str, catalogue: Catalogue, countries: Mapping[str, str]) -> str:
    with pytest.raises(InputError) as caught:
        read(text, catalogue, countries)
    assert caught.value.exit_code == 2
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    return message


def test_good_round(catalogue: Catalogue, countries: Mapping[str, str]) -> None:
    found = read(GOOD, catalogue, countries)
    assert [party.code for party in found.parties] == ["ESP", "MAR"]
    assert found.clause("LE02-ESP-MAR").range == (1000.0, 10000.0)
    assert found.party("MAR").counts.weights()["movers"] == 0.5
    assert found.settings.share_of_draws == 0.8
    assert found.draws == 200
    assert found.seed == 2010


def test_stronger_end_comes_from_the_catalogue(catalogue: Catalogue, countries: Mapping[str, str]) -> None:
    found = read(GOOD, catalogue, countries)
    places, reply = found.clause("LE02-ESP-MAR"), found.clause("PE01-MAR-ESP")
    assert (places.strongest, places.strength(5000)) == (10000.0, 0.5)
    assert (reply.strongest, reply.strength(45), reply.strength(25)) == (5.0, 0.0, 0.5)


def test_principle_pairs_follow_giver_and_beneficiary(
    catalogue: Catalogue, countries: Mapping[str, str]
) -> None:
    found = read(GOOD, catalogue, countries)
    ((clause, others),) = found.principle_pairs(found.principles[0])
    assert clause.key == "LE02-ESP-MAR"
    assert [other.key for other in others] == ["RW01-ESP-MAR"]


# (what is replaced, by what, line of the message, what the message must say)
MISTAKES = {
    "unknown country": ("code: MAR", "code: MOR", 8, r"parties\.1\.code: unknown country 'MOR'.*MAR \(Morocco\)"),
    "country by name": ("code: MAR", "code: Morocco", 8, r"unknown country 'Morocco'.*did you mean MAR"),
    "unknown instrument": ("instrument: RW01", "instrument: RW91", 12, r"table\.1\.instrument: unknown instrument"),
    "instrument by name": ("instrument: LE02, giver", "instrument: country_reserved_quota, giver", 11, "mean LE02"),
    "out of bounds": ("[50, 100]", "[50, 101]", 12, r"table\.1\.range: .*accepted: 0 to 100 \(% of admitted"),
    "range turned around": ("[50, 100]", "[100, 50]", 12, "the range ends before it starts"),
    "one number": ("[50, 100]", "[50]", 12, r"table\.1\.range\.1: the key is missing"),
    "negative places": ("[1_000, 10000]", "[-1, 10000]", 11, "outside the bounds of LE02; accepted: 0 to"),
    "giver gives itself": ("giver: ESP, beneficiary: MAR, range: [50", "giver: ESP, beneficiary: ESP, range: [50",
                           12, "ESP is both giver and beneficiary"),
    "giver not a party": ("giver: ESP, beneficiary: MAR, range: [50", "giver: SEN, beneficiary: MAR, range: [50",
                          12, "'SEN' is not a party; accepted: ESP, MAR"),
    "not a unit of it": ("range: [50, 100]", "range: [50, 100], unit: persons", 12, "does not fit RW01"),
    "step too wide": ("range: [50, 100]", "range: [50, 100], step: 60", 12, "at most 50"),
    "limit contradicts itself": ("at_most: 5000", "at_least: 6000, at_most: 5000", 7,
                                 "the red line contradicts itself: at_least 6,000 is above at_most 5,000"),
    "limit contradicts the table": ("at_most: 5000", "at_most: 500", 7, "the red line contradicts the table"),
    "limit on nothing": ("at_most: 5000, ", "", 7, "the limit limits nothing"),
    "limit on another's": ("instrument: LE02, at_most", "instrument: LE03, at_most", 7, "no clause of ESP"),
    "gain red line": ("    counts: {movers: 0.5}", "    red_line: {gain_at_least: 9, gain_at_most: 12}", 9,
                      r"red_line\.gain_at_most: a largest gain is not a red line.*accepted: gain_at_least"),
    "unknown key": ("skill: low", "skil: low", 11, "unknown key; did you mean skill"),
    "unknown group": ("movers: 0.5", "mover: 0.5", 9, r"parties\.1\.counts\.mover: unknown key"),
    "weight above one": ("movers: 0.5", "movers: 1.5", 9, "at most 1"),
    "weight is a boolean": ("movers: 0.5", "movers: true", 9, "accepted: a number"),
    "unknown ministry": ("{labour: 1", "{labor: 1", 5, "unknown ministry 'labor'"),
    "unknown clause": ("clause: PE01-MAR-ESP", "clause: PE01-MAR", 18, "unknown clause 'PE01-MAR'"),
    "values out of order": ("low: -15", "low: -5", 19, "accepted: low <= mid <= high"),
    "interest of nobody": ("party: MAR\n", "party: SEN\n", 17, "'SEN' is not a party"),
    "no source": ("    source: reasoning\n", "", 17, r"interests\.0\.source: the key is missing"),
    "principle on nothing": ("then: RW01", "then: RW02", 15, "'RW02' is not on the table"),
    "duplicate key": ("title: A small", "title: x\ntitle: A small", 3, "title: the key is given twice"),
    "same clause twice": ("instrument: RW01, giver", "key: LE02-ESP-MAR, instrument: RW01, giver", 12, "used twice"),
    "not a number": ("[50, 100]", "[50, .nan]", 12, "not finite"),
    "infinite": ("[50, 100]", "[50, .inf]", 12, "not finite"),
    "overflow": ("[50, 100]", "[50, 1e999]", 12, "too large"),
    "anchor": ("title: A small round", "title: &a A small round", 2, "anchors and aliases"),
    "alias": ("title: A small round", "title: *a", 2, ""),
    "tag": ("title: A small round", "title: !!python/name:os.system x", 2, "tags are not used"),
    "malformed": ("title: A small round", "title: [", 4, "not valid YAML"),
    "too few parties": ("  - code: MAR\n    counts: {movers: 0.5}\n", "", 3, "at least 2 entries"),
    "two documents": ("title: A small round", "title: x\n---\na: b", 3, "more than one YAML document"),
}  # fmt: skip


CONDITIONS = """\
round: small
title: A small round
parties:
  - {code: ESP}
  - {code: MAR}
table:
  - {instrument: LE02, giver: ESP, beneficiary: MAR, range: [1000, 9000],
     take_up: {low: 0.2, mid: 0.5, high: 0.9, source: last year}}
  - {instrument: DV02, giver: ESP, beneficiary: MAR, range: [10, 50],
     tranches: [{share: 0.4, milestone: signed, due: 1},
                {share: 0.6, milestone: returns work, due: 12, after: PE01-MAR-ESP,
                 met: {low: 0.4, mid: 0.6, high: 0.9}, source: reasoning}]}
  - {instrument: PE01, giver: MAR, beneficiary: ESP, range: [5, 30],
     tranches: [{share: 1, milestone: places are open, due: 2, after: LE02-ESP-MAR}]}
budgets:
  - {name: Pool of places, giver: ESP, of: [LE02], at_most: 5000, source: decree}
"""

# (what is replaced, by what, line of the message, what the message must say)
CONDITION_MISTAKES = {
    "shares out of order": ("low: 0.2, mid: 0.5", "low: 0.6, mid: 0.5", 8, "shares are not in order.*low <= mid <= high"),
    "share above one": ("high: 0.9, source: last", "high: 1.9, source: last", 8, r"take_up\.high: .*at most 1"),
    "share below zero": ("low: 0.2", "low: -0.2", 8, r"take_up\.low: .*at least 0"),
    "use without a source": (", source: last year", "", 8, r"take_up\.source: the key is missing"),
    "use is a number": ("{low: 0.2, mid: 0.5, high: 0.9, source: last year}", "0.5", 8, r"take_up: .*a mapping"),
    "unknown key of use": ("source: last year", "source: last year, upto: 1", 8, r"take_up\.upto: unknown key"),
    "tranches do not add up": ("share: 0.6", "share: 0.5", 10, "add up to 0.9; accepted: shares that add up to 1"),
    "tranche without a milestone": ("milestone: signed, ", "", 10, r"tranches\.0\.milestone: the key is missing"),
    "due is a date": ("due: 12", "due: 2026-03-01", 11, r"tranches\.1\.due: .*a whole number"),
    "due out of order": ("due: 12", "due: 0", 11, "month 0 comes before month 1"),
    "due below zero": ("due: 1}", "due: -1}", 10, "at least 0"),
    "chance out of order": ("mid: 0.6, high: 0.9}, source: reasoning", "mid: 0.3, high: 0.9}, source: reasoning",
                            12, "not in order"),
    "chance without a source": (", source: reasoning", "", 11, "needs a source"),
    "chance above one": ("high: 0.9}, source: reasoning", "high: 9}, source: reasoning", 12, "at most 1"),
    "waits for nothing": ("after: PE01-MAR-ESP", "after: PE01-ESP-MAR", 11, r"waits for a clause not on the table.*DV02|waits for a clause not on the table"),
    "waits for itself": ("after: PE01-MAR-ESP", "after: DV02-ESP-MAR", 11, "cannot wait for itself"),
    "a deadlock": ("{share: 0.4, milestone: signed, due: 1}", "{share: 0.4, milestone: s, due: 1, after: PE01-MAR-ESP}",
                   10, ""),
    "budget of nobody": ("giver: ESP, of", "giver: FRA, of", 16, "'FRA' is not a party"),
    "budget of another's": ("of: [LE02]", "of: [PE01]", 16, "ESP gives nothing called 'PE01'"),
    "budget in two units": ("of: [LE02]", "of: [LE02, DV02]", 16, "different units"),
    "empty budget": ("of: [LE02]", "of: []", 16, "too few entries"),
    "budget below zero": ("at_most: 5000", "at_most: -1", 16, "at least 0"),
    "budget without a size": ("at_most: 5000, ", "", 16, r"budgets\.0\.at_most: the key is missing"),
    "budget without a source": (", source: decree", "", 16, r"budgets\.0\.source: the key is missing"),
}  # fmt: skip


def test_conditions_are_read(catalogue: Catalogue, countries: Mapping[str, str]) -> None:
    found = read(CONDITIONS, catalogue, countries)
    assert found.clause("LE02-ESP-MAR").take_up is not None
    assert [t.share for t in found.clause("DV02-ESP-MAR").tranches] == [0.4, 0.6]
    assert [c.key for c in found.budget_clauses(found.budgets[0])] == ["LE02-ESP-MAR"]
    assert not found.clause("LE02-ESP-MAR").tranches


@pytest.mark.parametrize("name", CONDITION_MISTAKES)
def test_mistakes_in_conditions(name: str, catalogue: Catalogue, countries: Mapping[str, str]) -> None:
    old, new, line, says = CONDITION_MISTAKES[name]
    assert CONDITIONS.count(old) == 1, "the mistake must be made in one place"
    text = CONDITIONS.replace(old, new)
    if name == "a deadlock":  # each waits for the other from the first day on
        text = text.replace("after: LE02-ESP-MAR", "after: DV02-ESP-MAR")
        says = "wait for each other: DV02-ESP-MAR, PE01-MAR-ESP"
    message = complaint(text, catalogue, countries)
    assert message.startswith(f"r.yaml:{line}: "), message
    assert re.search(says, message), message


def test_a_budget_of_a_time_limit_is_refused(catalogue: Catalogue, countries: Mapping[str, str]) -> None:
    text = CONDITIONS.replace("giver: ESP, of: [LE02]", "giver: MAR, of: [PE01]")
    assert "less is the larger concession" in complaint(text, catalogue, countries)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name: str, catalogue: Catalogue, countries: Mapping[str, str]) -> None:
    old, new, line, says = MISTAKES[name]
    assert GOOD.count(old) == 1, "the mistake must be made in one place"
    message = complaint(GOOD.replace(old, new), catalogue, countries)
    assert message.startswith(f"r.yaml:{line}: "), message
    assert re.search(says, message), message


def test_party_without_instruments(catalogue: Catalogue, countries: Mapping[str, str]) -> None:
    message = complaint(GOOD.replace("table:", "  - code: SEN\ntable:"), catalogue, countries)
    assert message.startswith("r.yaml:10: parties.2.code: party SEN has no instruments")


def test_several_mistakes_give_the_first_line_and_a_count(
    catalogue: Catalogue, countries: Mapping[str, str]
) -> None:
    text = GOOD.replace("[50, 100]", "[50, 900]").replace("at_most: 5000", "at_most: 1")
    message = complaint(text, catalogue, countries)
    assert message.startswith("r.yaml:7: ")
    assert message.endswith("(and 1 more)")


def test_bloc(catalogue: Catalogue, countries: Mapping[str, str]) -> None:
    bloc = GOOD.replace("code: ESP", "code: EU2\n    members: [ESP, FRA]").replace(": ESP,", ": EU2,")
    bloc = bloc.replace("PE01-MAR-ESP", "PE01-MAR-EU2")
    assert read(bloc, catalogue, countries).party("EU2").countries == ("ESP", "FRA")
    assert "MAR already belongs to party EU2" in complaint(
        bloc.replace("ESP, FRA", "ESP, MAR"), catalogue, countries
    )
    assert "unknown country 'EU2'" in complaint(
        bloc.replace("    members: [ESP, FRA]\n", ""), catalogue, countries
    )
    assert "is a country, so it has no members" in complaint(
        GOOD.replace("code: ESP", "code: ESP\n    members: [FRA]"), catalogue, countries
    )


def test_yaml_is_read_as_plainly_as_possible(catalogue: Catalogue, countries: Mapping[str, str]) -> None:
    text = GOOD.replace("A small round", "2004-01-01").replace("reason: housing", "reason: NO")
    found = read(text, catalogue, countries)
    assert found.title == "2004-01-01"
    assert found.parties[0].limits[0].reason == "NO"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "the file is empty"),
        (b"  \n\n", "the file is empty"),
        (b"# only a remark\n", "holds nothing"),
        (b"- a\n- b\n", "holds a list"),
        (b"42\n", "not a mapping"),
        (b"\xff\xfe\x00bad", "not UTF-8"),
        (b"a: \x00\n", "not valid YAML"),
        (b"round: small\n", "the key is missing"),
        (b"[" * 100_000, "nested too deeply"),
        (b"{a: " * 100_000, "nested too deeply"),
        (b"- a\n" * 100_000, "too many values"),
        (b"x: " + b"1" * 10_000, "unknown key"),
        (b"? [a]\n: b\n", "a key must be plain text"),
    ],
)
def test_bytes_that_are_no_round(
    raw: bytes, says: str, catalogue: Catalogue, countries: Mapping[str, str]
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        parse_round(raw, name="r.yaml", catalogue=catalogue, countries=countries)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["missing", "folder", "large", "long name"])
def test_files_that_cannot_be_read(
    kind: str, tmp_path: Path, catalogue: Catalogue, countries: Mapping[str, str]
) -> None:
    path = tmp_path / ("x" * 400 if kind == "long name" else "r.yaml")
    if kind == "folder":
        path.mkdir()
    if kind == "large":
        with path.open("wb") as stream:
            stream.truncate(50_000_000)
    says = {"large": "too large: 50,000,000 bytes", "folder": "not a regular file"}.get(kind, "cannot read")
    with pytest.raises(InputError, match=says):
        read_round(path, catalogue=catalogue, countries=countries)


def test_load_round_uses_the_shipped_pack(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_round(path).round == "small"
