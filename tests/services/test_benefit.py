"""One country's net benefit: columns add up, inputs are tried one at a time, red lines are found (E62)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.benefit_sample import sample_benefit

from comity.cli import main
from comity.errors import InputError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.benefit import _Study, benefit_compute
from comity.services.benefit_inputs import find_roots
from comity.services.benefit_result import Benefit, Worth
from comity.services.deal import list_countries
from comity.services.horizon import at_horizon
from comity.services.laboratory import Laboratory
from comity.services.package_file import PackageFile, read_package
from comity.world import Setting, World, calibrate

GOLDEN = Path(__file__).parent / "golden"
OFFER = """
package: offer
draws: 20
horizon_years: 5
parties:
  - code: ESP
    red_line: {gain_at_least: 200}
    limits: [{instrument: LE02, at_most: 10000, reason: schools}]
  - code: MAR
  - code: SEN
provisions:
  - {instrument: LE02, giver: ESP, beneficiary: MAR, value: 10000, range: [0, 20000], skill: low}
  - {instrument: LE02, giver: ESP, beneficiary: SEN, value: 4000, range: [0, 8000], skill: low}
  - {instrument: DV02, giver: ESP, beneficiary: MAR, value: 50, range: [0, 2000]}
  - {instrument: PE01, giver: MAR, beneficiary: ESP, value: 10, range: [5, 30], today: 45}
  - {instrument: GV03, giver: ESP, beneficiary: MAR, value: 2, range: [1, 4]}
interests:
  - {party: ESP, ministry: interior, clause: PE01-MAR-ESP, value: {low: 5, mid: 15, high: 30}, source: r}
  - {party: MAR, ministry: interior, clause: PE01-MAR-ESP, value: {low: -9, mid: -5, high: -1}, source: r}
"""


@pytest.fixture(scope="module")
def offer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("offer") / "offer.yaml"
    path.write_text(OFFER, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def spain(offer: Path) -> Benefit:
    return benefit_compute(country="ESP", package=offer)


def read(path: Path, name: str | None = None) -> PackageFile:
    def never(_: Path):
        raise AssertionError

    countries = list_countries(Evidence.load())
    return read_package(path, name=name, catalogue=Catalogue.load(), countries=countries, solve=never)


@pytest.fixture(scope="module")
def lab(offer: Path) -> Laboratory:
    return Laboratory(
        read(offer).round, Evidence.load(), Parameters.load(), Catalogue.load(), draws=3, seed=2010
    )


def gain(lab: Laboratory, values: Mapping[str, float], party: str, **pinned: float) -> float:
    """A party's gain by the deal's own laboratory, one input pinned; the interest on readmission added."""
    world, setting = lab.central, lab.setting(lab.central.economy, None)
    if pinned:
        inputs = {**lab.values(None), **pinned}
        world = World(calibrate(lab.figures, inputs))
        setting = Setting(world.economy, inputs, lab.facts, lab.members, lab.round.horizon_years)
    modelled = lab.gain(world, lab.shock(setting, values))[list(lab.members).index(party)]
    clause = lab.round.clause("PE01-MAR-ESP")
    said = {"ESP": 15.0, "MAR": -5.0}.get(party, 0.0) * clause.strength(values["PE01-MAR-ESP"])
    return float(modelled + said)


def study(offer: Path, country: str, *, horizon: str | None = None, executor=None) -> _Study:
    """The study behind a benefit, with few draws and nothing computed yet."""
    parameters, years = at_horizon(Parameters.load(), horizon, 5)
    source = read(offer)
    round_ = source.round.model_copy(update={"horizon_years": years, "draws": 3})
    few = Laboratory(round_, Evidence.load(), parameters, Catalogue.load(), draws=3, seed=round_.seed)
    return _Study(
        few, replace(source, round=round_), country, list_countries(Evidence.load()), parameters, executor,
        lambda *_: None,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ sums


def test_lines_ministries_and_groups_add_up_to_the_total(spain: Benefit):
    for column in (*spain.columns, *spain.partners):
        for end in ("mean", "central"):
            total = getattr(column.total, end)
            lines = sum(line.weight * getattr(line.worth, end) for line in column.lines)
            assert lines == pytest.approx(total, abs=1e-9)
            for sums in (column.ministries, column.groups):
                assert sum(getattr(w, end) for w in sums.values()) == pytest.approx(total, abs=1e-9)


def test_bilateral_is_the_sum_of_its_partners_line_by_line(spain: Benefit):
    bilateral = spain.column("bilateral")
    assert {c.key for c in spain.partners} == {"bilateral:MAR", "bilateral:SEN"}
    for line in bilateral.lines:
        parts = [x.worth.mean for c in spain.partners for x in c.lines if x.name == line.name]
        assert sum(parts) == pytest.approx(line.worth.mean, abs=1e-9)
    # Together the deals work on each other, so the table is near the sum, but not the sum.
    together = spain.column("regional").total.central
    assert together == pytest.approx(bilateral.total.central, rel=0.05)
    assert together != bilateral.total.central


def test_alone_holds_what_the_country_gives_and_nothing_back(spain: Benefit):
    lines = {line.name: line.worth for line in spain.column("alone").lines}
    assert lines["enforcement"].high == 0.0
    assert "interest_0" not in lines
    assert {line.name for line in spain.column("regional").lines} >= {"interest_0"}
    assert lines["transfers"].central == pytest.approx(-50, rel=0.01)


def test_the_table_together_is_what_the_deal_would_say(spain: Benefit, lab: Laboratory, offer: Path):
    assert spain.column("regional").total.central == pytest.approx(gain(lab, read(offer).values, "ESP"))


def test_an_outsider_gives_nothing_and_still_feels_it(offer: Path):
    outside = study(offer, "FRA")
    columns = {column.key: column for column in outside.columns()}
    assert outside.party is None
    assert columns["alone"].total == columns["bilateral"].total == Worth(0, 0, 0, 0, 0)
    assert columns["regional"].total.mean != 0
    assert outside.notes()
    assert outside.unvalued() == ()


def test_every_executor_gives_the_same_columns(offer: Path):
    with ThreadPoolExecutor(2) as pool:
        assert study(offer, "MAR", executor=pool).columns() == study(offer, "MAR").columns()


def test_a_horizon_changes_places_and_capital(spain: Benefit, offer: Path):
    for column in study(offer, "ESP", horizon="year-after").columns():
        assert column.total.central == pytest.approx(spain.horizons["year-after"][column.key], rel=1e-9)
    ordered = [spain.horizons[name]["regional"] for name in ("year-after", "five-years", "long-run")]
    assert ordered == sorted(ordered)


# ------------------------------------------------------------------------------------------ what decides


def test_the_tornado_is_what_brute_force_finds(spain: Benefit, lab: Laboratory, offer: Path):
    values, parameters = read(offer).values, Parameters.load()
    swings = {}
    for name in lab.names:
        param = parameters[name]
        if param.low is not None and param.high is not None and param.low < param.high:
            swings[name] = [gain(lab, values, "ESP", **{name: end}) for end in (param.low, param.high)]
    assert len(swings) + 1 == spain.inputs, "and the interest"
    order = sorted(swings, key=lambda name: -abs(swings[name][1] - swings[name][0]))
    assert [item.name.removeprefix("parameter:") for item in spain.tornado] == order[:5]
    for item in spain.tornado:
        ends = swings[item.name.removeprefix("parameter:")]
        assert (item.at_low, item.at_high) == pytest.approx(tuple(ends), rel=1e-9)
        assert item.turns == (min(*ends, item.base) < 0 < max(*ends, item.base))
    turning = {name for name, ends in swings.items() if min(ends) < 0 < max(ends)}
    shown = {x.name.removeprefix("parameter:") for x in (*spain.tornado, *spain.other_turns) if x.turns}
    assert turning == shown


def test_at_a_break_even_the_party_stands_on_its_red_line(spain: Benefit, lab: Laboratory, offer: Path):
    values = read(offer).values
    found = [item for item in spain.break_even if item.at]
    assert {item.clause for item in found if item.party == "ESP"} >= {"LE02-ESP-MAR", "DV02-ESP-MAR"}
    for item in found:
        for root in item.at:
            here = gain(lab, {**values, item.clause: root}, item.party)
            assert here == pytest.approx(item.red_line, abs=1e-3)
    aid = next(x for x in found if x.party == "ESP" and x.clause == "DV02-ESP-MAR")
    assert aid.red_line == 200
    assert aid.gain_high < 200 < aid.gain_low


def test_where_a_red_line_is_never_reached_both_ends_lie_on_one_side(spain: Benefit):
    never = [item for item in spain.break_even if not item.at and item.gain_low is not None]
    assert never
    for item in never:
        assert (item.gain_low - item.red_line) * (item.gain_high - item.red_line) > 0


@given(st.floats(-50, 50), st.floats(0.1, 10))
def test_roots_of_a_line_are_found(where: float, slope: float):
    found = find_roots(lambda x: slope * (x - where), -20.0, 20.0)
    if -20 < where < 20:
        assert len(found) in (1, 2)
        assert found[0] == pytest.approx(where, abs=1e-6)
    elif abs(where) > 20:
        assert found == ()


def test_roots_of_a_gain_that_turns_are_all_found():
    assert find_roots(lambda x: (x - 3) * (x - 17), 0.0, 20.0) == pytest.approx((3, 17))
    assert find_roots(lambda x: x - 4, 4.0, 4.0) == (4.0,)


# ------------------------------------------------------------------------------------------ control, reports


def test_control_names_caps_limits_and_missing_ways_out(spain: Benefit):
    kinds = {item.kind for item in spain.control}
    assert kinds >= {"cap", "money", "limit", "missing", "untouched"}
    limit = next(item for item in spain.control if item.kind == "limit")
    assert limit.value == 10000
    assert "reached in this package" in limit.text
    assert spain.unvalued == ("GV03-ESP-MAR",)


def test_no_number_in_a_report_is_without_a_source(spain: Benefit):
    assert find_unsourced_numbers(render_html(spain.document())) == []
    assert find_unsourced_numbers(render_html(sample_benefit().document())) == []


def test_golden_terminal():
    path, got = GOLDEN / "benefit.txt", render_terminal(sample_benefit().document(), 100)
    if os.environ.get("COMITY_WRITE_GOLDEN"):
        path.write_text(got, encoding="utf-8")
    assert got == path.read_text(encoding="utf-8")


def test_a_country_that_loses_is_told_so_first():
    sample = sample_benefit()
    worse = replace(sample, columns=tuple(_turned(column) for column in sample.columns))
    assert "does not gain" in render_terminal(worse.document(brief=True), 100)


def _turned(column):
    t = column.total
    return replace(column, total=Worth(-t.high, -t.mean, -t.low, -t.central, 1 - t.share_positive))


# ------------------------------------------------------------------------------------------ package files


def test_a_deal_in_json_is_read_with_its_round(tmp_path: Path, offer: Path):
    source = read(offer)
    provisions = [{"key": k, "value": v} for k, v in source.values.items()]
    deal = {
        "round": source.round.model_dump(mode="json", by_alias=True),
        "packages": [
            {"name": "one", "title": "First", "provisions": provisions[:1]},
            {"name": "two", "title": "Second", "provisions": provisions},
        ],
    }
    path = tmp_path / "deal.json"
    path.write_text(json.dumps(deal), encoding="utf-8")
    assert read(path).name == "one"
    found = read(path, "two")
    assert dict(found.values) == dict(source.values)
    assert found.round == source.round
    with pytest.raises(InputError, match="accepted: one, two"):
        read(path, "three")


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ("value: 10000", "value: many", 12, "provisions.0.value", "not a number"),
        ("value: 10000, ", "", 12, "provisions.0.value", "missing"),
        ("value: 10000", "value: 30000", 12, "provisions.0.value", "outside the range"),
        ("instrument: DV02", "instrument: DV2", 14, "provisions.2.instrument", "unknown instrument"),
        ("- code: SEN", "- code: SEX", 10, "parties.2.code", "unknown country"),
        ("package: offer", "packages: offer", 2, "packages", "unknown key"),
        ("skill: low}", "skill: most}", 12, "provisions.0.skill", "most"),
    ],
)
def test_a_mistake_in_a_list_of_provisions_names_line_and_key(tmp_path: Path, old, new, line, key, says):
    path = tmp_path / "bad.yaml"
    assert old in OFFER
    path.write_text(OFFER.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read(path)
    assert (raised.value.line, raised.value.key) == (line, key)
    assert says in raised.value.message


def test_givers_and_beneficiaries_are_the_parties_where_none_are_given(tmp_path: Path):
    path = tmp_path / "short.yaml"
    path.write_text(
        "package: p\nprovisions:\n  - {instrument: LE02, giver: ESP, beneficiary: MAR, value: 100}\n"
    )
    found = read(path)
    assert [party.code for party in found.round.parties] == ["ESP", "MAR"]
    assert found.round.table[0].range == (0, 400)
    path.write_text(path.read_text().replace("MAR", "MAX"))
    with pytest.raises(InputError) as raised:
        read(path)
    assert (raised.value.line, raised.value.key) == (3, "provisions.0.beneficiary")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ESP"], "either --package FILE or --scenario NAME"),
        (["ESP", "--package", "x.yaml", "--scenario", "fee-cut"], "either --package"),
        (["ESP", "--package", "nowhere.yaml"], "nowhere.yaml"),
        (["ESP", "--scenario", "nothing"], "full-liberalisation"),
        (["ESP", "--scenario", "no-migration", "--set", "share=1.2"], "a number from 0 to 1"),
        (["ESP", "--scenario", "fee-cut", "--set", "ceiling"], "KEY=VALUE"),
        (["ESP", "--scenario", "fee-cut", "--horizon", "soon"], "year-after, five-years, long-run"),
        (["XXX", "--scenario", "fee-cut"], "ISO 3166-1"),
        (["ESP", "--scenario", "fee-cut", "--package-name", "nash"], "--package FILE"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["benefit", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert says in err


def test_the_command_prints_json_and_writes_html(
    spain: Benefit, offer: Path, tmp_path: Path, monkeypatch, capsys
):
    asked = {}
    monkeypatch.setattr("comity.services.benefit.benefit_compute", lambda **x: asked.update(x) or spain)
    page = tmp_path / "page.html"
    assert main(["benefit", "esp", "--package", str(offer), "--json", "--html", str(page), "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert asked["country"] == "ESP"
    assert out.strip() == spain.to_json().strip()
    assert json.loads(out)["columns"][2]["key"] == "regional"
    assert "<svg" in page.read_text(encoding="utf-8")


def test_a_worth_holds_its_mean():
    worth = Worth.of(np.array([0.0] * 99 + [1000.0]), 3.0)
    assert worth.low <= worth.mean <= worth.high
    assert worth.share_positive == 0.01


# ----------------------------------------------------------------------------------------- what is used of it

PLACES = """
package: places
draws: 20
horizon_years: 5
provisions:
  - {instrument: LE02, giver: ESP, beneficiary: MAR, value: %s, range: [0, 20000], skill: low%s}
  - {instrument: DV02, giver: ESP, beneficiary: MAR, value: 50, range: [0, 2000]}
interests:
  - {party: MAR, ministry: labour, clause: LE02-ESP-MAR, value: {low: 10, mid: 10, high: 10}, source: r}
  - {party: MAR, ministry: interior, clause: LE02-ESP-MAR, value: {low: -3, mid: -3, high: -3}, source: r,
     whatever_is_used: true}
"""


def test_a_benefit_counts_what_is_used(tmp_path: Path):
    """Half used of a clause is worth what half of it would be, but for what falls due in any case."""

    def compute(name: str, value: int, use: str) -> Benefit:
        path = tmp_path / f"{name}.yaml"
        path.write_text(PLACES % (value, use), encoding="utf-8")
        return benefit_compute(country="MAR", package=path)

    whole = compute("whole", 10000, ", take_up: {low: 1, mid: 1, high: 1, source: r}")
    plain = compute("plain", 10000, "")
    half = compute("half", 10000, ", take_up: {low: 0.5, mid: 0.5, high: 0.5, source: r}")
    small = compute("small", 5000, "")
    for key in ("alone", "bilateral", "regional", "global"):
        assert whole.column(key).total == plain.column(key).total
        model = {x.name: x.worth for x in half.column(key).lines if not x.name.startswith("interest")}
        for name, worth in model.items():
            line = next(x for x in small.column(key).lines if x.name == name)
            assert worth.mean == pytest.approx(line.worth.mean, rel=1e-9, abs=1e-9)
            assert worth.central == pytest.approx(line.worth.central, rel=1e-9, abs=1e-9)
    stated = {x.name: x.worth.mean for x in half.column("regional").lines if x.name.startswith("interest")}
    full = {x.name: x.worth.mean for x in plain.column("regional").lines if x.name.startswith("interest")}
    assert stated["interest_0"] == pytest.approx(full["interest_0"] / 2)
    assert stated["interest_1"] == pytest.approx(full["interest_1"])
    assert any("LE02-ESP-MAR" in note for note in half.notes)
    assert half.horizons["five-years"]["regional"] < plain.horizons["five-years"]["regional"]


def test_what_decides_holds_the_share_that_is_used(tmp_path: Path):
    path = tmp_path / "range.yaml"
    path.write_text(
        PLACES % (10000, ", take_up: {low: 0.2, mid: 0.5, high: 0.9, source: r}"), encoding="utf-8"
    )
    found = benefit_compute(country="MAR", package=path)
    (swing,) = (x for x in (*found.tornado, *found.other_turns) if x.name == "round:table.0.take_up")
    assert (swing.low, swing.high) == (0.2, 0.9)
    assert swing.at_low < swing.base < swing.at_high
    assert swing.base == pytest.approx(found.column("regional").total.central)
    assert find_unsourced_numbers(render_html(found.document())) == []
