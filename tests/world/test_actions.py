"""§5.2: each instrument that acts does so in the direction that its definition says, on real figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from comity.errors import InputError
from comity.evidence import Catalogue
from comity.vocabulary import Provision
from comity.world import ACTIONS, LINES, Facts, Setting, Shock, World, act, find_gap
from comity.world.actions import PARAMETERS, TERMS

INSTRUMENTS = Catalogue.load().instruments
ACTING = {code: x.action for code, x in INSTRUMENTS.items() if x.action}
NAMES = [line.name for line in LINES]
SOUTH = ("MAR", "SEN")


@dataclass(frozen=True)
class Case:
    """A provision, and the sign expected of lines: (country, line) → +1 or −1."""

    giver: str
    beneficiary: str
    value: float
    signs: dict[tuple[str, str], int]
    terms: dict[str, float | str]


PLACES = {
    ("MAR", "movers"): 1, ("MAR", "remittances"): 1, ("MAR", "residents_low"): 1,
    ("ESP", "residents_low"): -1, ("ESP", "residents_high"): 1, ("ESP", "employers"): 1,
    ("ESP", "administration"): -1, ("ESP", "immigrants"): -1,
}  # fmt: skip
RETURNS = {
    ("MAR", "movers"): -1, ("MAR", "remittances"): -1, ("MAR", "residents_low"): -1,
    ("ESP", "residents_low"): 1, ("ESP", "enforcement"): 1,
}  # fmt: skip
OPENING = {("MAR", "tariff_revenue"): -1}
CASES = {
    "LE01": Case("ESP", "MAR", 2000, PLACES, {"skill": "low"}),
    "LE02": Case("ESP", "MAR", 2000, PLACES, {"skill": "low", "years_of_stay": 4}),
    "LE03": Case("ESP", "MAR", 2000, PLACES, {"skill": "low", "max_stay": 6}),
    "LE04": Case("ESP", "MAR", 2000, PLACES, {"skill": "low", "duration": 2}),
    "LE05": Case("ESP", "MAR", 2, PLACES, {"skill": "low", "persons": 1000, "max_stay": 9}),
    "LE16": Case(
        "DEU", "TUR", 2000,
        {("SYR", "movers"): 1, ("DEU", "administration"): -1, ("TUR", "residents_low"): 1}, {},
    ),
    "TR01": Case("MAR", "ESP", 1, OPENING | {("ESP", "residents_low"): 1, ("ESP", "employers"): 1}, {}),
    "TR06": Case("MAR", "ESP", 1, OPENING | {("ESP", "residents_high"): 1}, {}),
    "RM01": Case("ESP", "MAR", 3, {("MAR", "remittances"): 1, ("ESP", "payment_providers"): -1}, {}),
    "SK01": Case(
        "ESP", "MAR", 5,
        {("ESP", "residents_high"): -1, ("ESP", "immigrants"): 1, ("MAR", "remittances"): 1,
         ("MAR", "nationals_abroad"): 1, ("ESP", "treasury"): 1}, {},
    ),
    "PE01": Case("MAR", "ESP", 10, RETURNS, {}),
    "PE03": Case("MAR", "ESP", 3, RETURNS, {}),
    "DV02": Case("ESP", "SEN", 50, {("ESP", "transfers"): -1, ("SEN", "transfers"): 1}, {}),
    "GV14": Case("ESP", "SEN", 50, {("ESP", "transfers"): -1, ("SEN", "transfers"): 1}, {}),
}  # fmt: skip


@pytest.fixture
def setting(full: World, values: dict[str, float], facts: Facts) -> Setting:
    return Setting(full.economy, values, facts, {"SOUTH": SOUTH, "NORTH": ("ESP", "FRA", "DEU")}, 5.0)


def provide(code: str, case: Case, **changes: object) -> Provision:
    plain = Provision(
        code, case.giver, case.beneficiary, case.value, "", "clause", {"skill": "mixed"} | case.terms
    )
    return replace(plain, **changes)


def solve(full: World, shock: Shock) -> dict[tuple[str, str], float]:
    ledger = full.solve(shock).ledger()
    return {
        (code, name): float(ledger.values[k, m])
        for k, code in enumerate(ledger.codes)
        for m, name in enumerate(NAMES)
    }


def test_these_cases_are_all_instruments_that_act():
    assert set(CASES) == set(ACTING)
    assert set(ACTIONS) == set(ACTING.values())


@pytest.mark.parametrize("code", CASES)
def test_each_instrument_acts_in_the_expected_direction(full: World, setting: Setting, code: str):
    case = CASES[code]
    shock = act(setting, provide(code, case), ACTING[code])
    assert not shock.is_identity
    lines = solve(full, shock)
    wrong = {key: lines[key] for key, sign in case.signs.items() if not lines[key] * sign > 0}
    assert wrong == {}


def strength(code: str, values: dict[str, float], fee: float) -> tuple[float, float]:
    """Two values of a clause, the second twice as strong as the first."""
    if code == "RM01":
        return 100 * (fee - 0.01), 100 * (fee - 0.02)
    if code in {"PE01", "PE03"}:
        name = "reply" if code == "PE01" else "document"
        today = values[f"world.readmission.{name}_days_baseline"]
        return 0.9 * today, 0.8 * today
    if code == "LE05":
        return 1, 2
    if code.startswith("TR"):
        return 0.1, 0.2
    return (1, 2) if code == "SK01" else (100, 200)


@pytest.mark.parametrize("code", CASES)
def test_twice_as_much_does_twice_as_much(full: World, setting: Setting, values: dict[str, float], code: str):
    case = CASES[code]
    e = full.economy
    fee = float(e.fee[e.place("MAR"), e.place("ESP")])
    one, two = (
        solve(full, act(setting, provide(code, case, value=v), ACTING[code]))
        for v in strength(code, values, fee)
    )
    for key in case.signs:
        if code == "LE05" and key[1] == "administration":
            # A longer permit is issued once: it does not cost more to admit.
            assert two[key] == one[key]
            continue
        assert two[key] == pytest.approx(2 * one[key], rel=0.02, abs=1.0), key


@pytest.mark.parametrize("code", ["LE01", "LE02", "LE03", "LE04", "LE05"])
def test_places_between_blocs_add_up(setting: Setting, code: str):
    case = CASES[code]
    single = act(setting, provide(code, case), ACTING[code])
    bloc = act(setting, provide(code, case, giver="NORTH", beneficiary="SOUTH"), ACTING[code])
    assert len(bloc.moves) == 6
    for shock in (single, bloc):
        assert {move.source for move in shock.moves} <= set(SOUTH)
    assert sum(m.persons for m in bloc.moves) == pytest.approx(sum(m.persons for m in single.moves))
    assert sum(c.usd for c in bloc.costs) == pytest.approx(sum(c.usd for c in single.costs))


def test_refugees_of_blocs_add_up(setting: Setting):
    bloc = replace(setting, members={"HOSTS": ("TUR", "JOR"), "NORTH": ("ESP", "FRA")})
    shock = act(bloc, Provision("LE16", "NORTH", "HOSTS", 1000, ""), "humanitarian_places")
    assert sum(m.persons for m in shock.moves) == pytest.approx(1000 * 5)
    assert {m.birthplace for m in shock.moves} == {
        setting.facts.refugee_origins["TUR"],
        setting.facts.refugee_origins["JOR"],
    }


@pytest.mark.parametrize("code", ["DV02", "GV14"])
def test_money_between_blocs_adds_up(setting: Setting, code: str):
    shock = act(setting, Provision(code, "NORTH", "SOUTH", 60, ""), ACTING[code])
    assert len(shock.transfers) == 6
    assert sum(t.usd for t in shock.transfers) == pytest.approx(60e6)
    given = {c: sum(t.usd for t in shock.transfers if t.giver == c) for c in ("ESP", "FRA", "DEU")}
    assert given["DEU"] > given["FRA"] > given["ESP"], "by value added"
    assert {t.effective for t in shock.transfers} == {
        setting.values["world.aid.effectiveness"] if code == "DV02" else 1.0
    }


@pytest.mark.parametrize("code", ["TR01", "RM01", "SK01", "PE01", "PE03"])
def test_rules_between_blocs_hold_for_every_pair(setting: Setting, code: str):
    giver, beneficiary = ("SOUTH", "NORTH") if code.startswith("PE") else ("NORTH", "SOUTH")
    shock = act(setting, Provision(code, giver, beneficiary, 3.0, ""), ACTING[code])
    items = shock.tariffs or shock.fees or shock.recognitions or shock.moves
    assert len(items) == (12 if code == "RM01" else 6), "a fee ceiling binds both directions"


def test_a_clause_may_fix_how_long(setting: Setting):
    def stock(code: str, value: float, **terms: float) -> float:
        shock = act(setting, Provision(code, "ESP", "MAR", value, "", "", terms), ACTING[code])
        return sum(m.persons for m in shock.moves)

    assert stock("LE02", 100, years_of_stay=3) == pytest.approx(300)
    assert stock("LE02", 100, years_of_stay=30) == pytest.approx(500), "not beyond the horizon of 5 years"
    assert stock("LE03", 100, max_stay=6) == pytest.approx(50)
    assert stock("LE04", 100, duration=2) == pytest.approx(200)
    assert stock("LE05", 4, persons=100, max_stay=9) == pytest.approx(300)
    assert stock("LE05", 9, persons=100, max_stay=9) == pytest.approx(375)
    assert stock("LE05", 4, persons=100, max_stay=9, today=1) == pytest.approx(225), "only what is added"


def test_the_mix_of_skills_is_the_corridors_or_else_that_of_home(full: World, setting: Setting):
    e = full.economy

    def high(giver: str, origin: str) -> float:
        moves = act(setting, Provision("LE01", giver, origin, 100, ""), "entry_places").moves
        return sum(m.persons for m in moves if m.skill == "high") / sum(m.persons for m in moves)

    corridor = e.workers[e.place("IND"), e.place("USA")]
    assert high("USA", "IND") == pytest.approx(corridor[1] / corridor.sum())
    empty = np.argwhere(e.persons == 0)
    i, j = (int(k) for k in empty[(empty[:, 0] != empty[:, 1])][0])
    home = e.workers[i, i]
    assert high(e.codes[j], e.codes[i]) == pytest.approx(home[1] / home.sum())


def test_nobody_returns_who_is_not_on_record(setting: Setting):
    many = replace(setting, facts=Facts({("SEN", "ESP"): 1e9}))
    moves = [
        m
        for code in ("PE01", "PE03")
        for m in act(many, Provision(code, "SEN", "ESP", 1, ""), "readmission").moves
    ]
    e = setting.economy
    units = sum(m.persons * m.work_source for m in moves)
    assert 0 < units <= e.units[e.place("SEN"), e.place("ESP"), 0]


def test_a_later_reply_than_today_does_nothing(full: World, setting: Setting):
    lines = solve(full, act(setting, Provision("PE01", "MAR", "ESP", 250, ""), "readmission"))
    assert max(map(abs, lines.values())) < 1.0


def test_a_gap_in_the_evidence_is_said(setting: Setting):
    known = Provision("PE01", "MAR", "ESP", 10, "")
    unknown = Provision("PE01", "IND", "USA", 10, "")
    assert find_gap(setting, known, "readmission") == ""
    assert "IND" in find_gap(setting, unknown, "readmission")
    assert act(setting, unknown, "readmission").is_identity
    assert find_gap(setting, Provision("TR01", "MAR", "ESP", 1, ""), "tariff_cut") == ""


@pytest.mark.parametrize(
    ("provision", "words", "accepted"),
    [
        (Provision("LE05", "ESP", "MAR", 2, "", "k"), "permits issued each year", "terms: persons"),
        (Provision("LE01", "ESP", "MAR", 2, "", "k", {"skill": "some"}), "unknown skill", "or mixed"),
        (Provision("LE03", "ESP", "MAR", 2, "", "k", {"max_stay": "long"}), "term max_stay", "a number"),
        (Provision("LE16", "DEU", "TUR", 2, "", "k", {"nationality": "XXX"}), "not known", "nationality"),
        (Provision("LE01", "ESP", "XXX", 2, "", "k"), "no economy 'XXX'", "ABW"),
        (Provision("RW01", "ESP", "MAR", 2, "", "k"), "does not act on the model", "entry_places"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_one_clear_line(
    setting: Setting, provision: Provision, words: str, accepted: str
):
    with pytest.raises(InputError, match=words) as caught:
        act(setting, provision, ACTING.get(provision.instrument, ""))
    assert accepted in str(caught.value)
    assert "\n" not in str(caught.value)


def test_each_parameter_that_actions_name_is_there_and_each_term_is_explained(values: dict[str, float]):
    assert set(PARAMETERS) <= set(values)
    assert all(len(text) > 10 for text in TERMS.values())
