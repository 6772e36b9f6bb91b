"""Unusual rounds that a delegation would try: small, odd, blocked; and what the report says of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comity.cli import main
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.deal import deal_find

if TYPE_CHECKING:
    from pathlib import Path

    from comity.services.deal_result import Deal

DRAWS = 20

PLACES = "{instrument: LE02, giver: ITA, beneficiary: TUN, range: [500, 5000], step: 500}"
TARIFF = "{instrument: TR06, giver: TUN, beneficiary: ITA, range: [0.5, 3]}"
TWO = "[{code: ITA}, {code: TUN}]"

pytestmark = pytest.mark.slow


def write(folder: Path, *clauses: str, parties: str = TWO, rest: str = "") -> Path:
    """Write a round file of these clauses."""
    path = folder / "odd.yaml"
    table = "\n".join(f"  - {clause}" for clause in clauses)
    path.write_text(
        f"round: odd\ntitle: An odd round\nparties: {parties}\ntable:\n{table}\n{rest}", encoding="utf-8"
    )
    return path


def find(folder: Path, *clauses: str, parties: str = TWO, rest: str = "") -> Deal:
    """Answer a round, with a report that can be written and in which every number has a source."""
    deal = deal_find(path=write(folder, *clauses, parties=parties, rest=rest), draws=DRAWS)
    assert not find_unsourced_numbers(render_html(deal.document()))
    return deal


def read(deal: Deal, *, brief: bool = False) -> str:
    """Read the report as one line of words."""
    return " ".join(render_terminal(deal.document(brief=brief), 200).replace("│", " ").split())


def values(deal: Deal) -> dict[str, float]:
    return {x.key: x.value for x in deal.packages[0].provisions}


def test_one_clause_is_one_package_and_no_linked_area(tmp_path: Path):
    deal = find(tmp_path, PLACES)
    words = read(deal)
    assert deal.zone_open
    assert "Here is a package in which Italy and Tunisia each gain" in words
    assert "Every clause on this table is a migration measure" in words
    assert "linked areas add to it" not in words


@pytest.mark.parametrize("code", ["KIR", "SSD"])
def test_a_country_with_little_evidence_is_answered_and_its_gaps_are_named(tmp_path: Path, code: str):
    deal = find(
        tmp_path,
        f"{{instrument: LE02, giver: NZL, beneficiary: {code}, range: [100, 2000], skill: low}}",
        f"{{instrument: RM01, giver: NZL, beneficiary: {code}, range: [3, 8]}}",
        parties=f"[{{code: {code}}}, {{code: NZL}}]",
    )
    assert any(f"Nothing on {code} in: " in said for said in deal.missing)
    assert code in {item.economy for item in deal.imputed}


@pytest.mark.parametrize("code", ["PRK", "TWN", "XKX"])
def test_a_country_that_the_model_lacks_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str
):
    path = write(
        tmp_path,
        f"{{instrument: PE01, giver: {code}, beneficiary: DEU, range: [5, 30]}}",
        parties=f"[{{code: {code}}}, {{code: DEU}}]",
    )
    target = tmp_path / "odd.html"
    assert main(["deal", str(path), "--draws", "20", "--html", str(target)]) == 2
    out, said = capsys.readouterr()
    assert out == ""
    assert said.count("\n") == 1
    assert f"the world model holds no economy {code}" in said
    assert not target.exists()


def test_where_nobody_can_pay_the_answer_is_no_and_names_who_cannot_gain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = write(
        tmp_path,
        "{instrument: PE01, giver: DZA, beneficiary: FRA, range: [5, 30]}",
        "{instrument: PE03, giver: DZA, beneficiary: FRA, range: [3, 12]}",
        parties="[{code: FRA}, {code: DZA}]",
    )
    target = str(tmp_path / "odd.html")
    assert main(["deal", str(path), "--draws", "20", "--html", target, "--require-zone"]) == 1
    out = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "No package on this table leaves France and Algeria each better off" in out
    assert "the red line of Algeria" in out


def test_red_lines_that_no_package_reaches(tmp_path: Path):
    deal = find(
        tmp_path,
        PLACES,
        TARIFF,
        parties="[{code: ITA, red_line: {gain_at_least: 5000}}, {code: TUN, red_line: {gain_at_least: 9e4}}]",
    )
    assert not deal.zone_open
    assert deal.packages == ()
    assert deal.linked.proven
    assert {scope.scope for scope in deal.blockers} == {"migration_only", "linked"}


def test_limits_bind_in_steps_and_say_why(tmp_path: Path):
    limits = (
        "[{instrument: LE02, at_most: 700, reason: Housing in two provinces}, "
        "{instrument: TR06, at_least: 2, reason: Worth the paper}]"
    )
    deal = find(
        tmp_path,
        "{instrument: LE02, giver: ITA, beneficiary: TUN, range: [500, 5000], step: 300}",
        "{instrument: LE02, giver: ITA, beneficiary: MAR, range: [0, 5000]}",
        TARIFF,
        parties=f"[{{code: ITA, limits: {limits}}}, {{code: TUN}}, {{code: MAR}}]",
    )
    found = values(deal)
    assert deal.zone_open
    assert found["LE02-ITA-TUN"] == 500  # the next step, 800, is above the limit
    assert found["LE02-ITA-MAR"] == 700
    assert found.get("TR06-TUN-ITA", 2) >= 2
    for words in (read(deal), read(deal, brief=True)):
        assert "A limit of Italy holds" in words
        assert "Housing in two provinces" in words


def test_principles_of_every_kind_hold_in_every_package(tmp_path: Path):
    deal = find(
        tmp_path,
        PLACES,
        "{instrument: LE02, giver: ITA, beneficiary: MAR, range: [500, 5000], step: 500}",
        "{instrument: LE03, giver: ITA, beneficiary: MAR, range: [500, 5000], step: 500}",
        "{instrument: RW01, giver: ITA, beneficiary: TUN, range: [50, 100]}",
        "{instrument: RW01, giver: ITA, beneficiary: MAR, range: [50, 100]}",
        "{instrument: PE01, giver: TUN, beneficiary: ITA, range: [5, 30]}",
        "{instrument: PE01, giver: MAR, beneficiary: ITA, range: [5, 30]}",
        parties="[{code: ITA}, {code: TUN}, {code: MAR}]",
        rest="principles:\n"
        "  - {rule: requires, if: LE02, then: RW01, text: Equal pay}\n"
        "  - {rule: excludes, if: LE02-ITA-MAR, then: LE03-ITA-MAR, text: One programme}\n"
        "  - {rule: cap, if: LE02, at_most: 6000, text: At most 6000}\n"
        "  - {rule: balance_across_areas, text: All areas}\n",
    )
    assert deal.packages
    for package in deal.packages:
        at = {x.key: x.value for x in package.provisions}
        for partner in ("TUN", "MAR"):
            assert f"LE02-ITA-{partner}" not in at or f"RW01-ITA-{partner}" in at
        assert not {"LE02-ITA-MAR", "LE03-ITA-MAR"} <= set(at)
        assert sum(v for k, v in at.items() if k.startswith("LE02")) <= 6000
        assert {k[:2] for k in at} == {"LE", "RW", "PE"}


def test_an_interest_that_overrides_the_model_shows_both(tmp_path: Path):
    deal = find(
        tmp_path,
        PLACES,
        "{instrument: RW04, giver: ITA, beneficiary: TUN, range: [1, 3]}",
        rest="interests:\n"
        "  - {party: ITA, clause: LE02-ITA-TUN, value: {low: -90, mid: -60, high: -30}, "
        "overrides_model: true, source: Reasoning}\n"
        "  - {party: ITA, clause: RW04-ITA-TUN, value: {low: 100, mid: 120, high: 150}, source: Reasoning}\n",
    )
    lines = {line.name: line for line in deal.packages[0].ledger["ITA"]}
    assert lines["overridden"].range.mid != 0
    assert lines["interest_0"].range.high < 0
    # Nobody said what the clause is worth to Tunisia: it is listed, never counted as zero in silence.
    assert [(u.party, u.clause) for u in deal.unvalued] == [("TUN", "RW04-ITA-TUN")]


def test_threats_move_one_measure_of_the_gain_and_not_the_other(tmp_path: Path):
    parties = (
        "[{code: ITA}, {code: TUN, no_deal: {low: 1, mid: 5, high: 9, source: Reasoning, worsened_by: ["
        "{by: ITA, how: Aid ends, loss: {low: 10, mid: 30, high: 60}, source: Reasoning}]}}]"
    )
    deal = find(tmp_path, PLACES, parties=parties)
    plain = find(tmp_path, PLACES)
    gain, without = deal.packages[0].gains["TUN"], plain.packages[0].gains["TUN"]
    assert gain.status_quo == without.status_quo
    # Both are drawn: what no deal is worth, from 1 to 9, and the loss, from 10 to 60.
    assert without.range.low - 9 <= gain.range.low <= without.range.low - 1
    assert without.range.high - 9 <= gain.range.high <= without.range.high - 1
    assert gain.range.low + 10 <= gain.worsened.low
    assert gain.worsened.high <= gain.range.high + 60
    assert gain.worsened.high - gain.worsened.low > gain.range.high - gain.range.low
    assert gain.central == pytest.approx(without.central - 5)


def test_blocs_on_both_sides(tmp_path: Path):
    deal = find(
        tmp_path,
        "{instrument: LE04, giver: BENELUX, beneficiary: WEST, range: [500, 5000], skill: high}",
        "{instrument: PE01, giver: WEST, beneficiary: BENELUX, range: [5, 30]}",
        "{instrument: GV14, giver: BENELUX, beneficiary: WEST, range: [1, 100]}",
        parties="[{code: BENELUX, members: [BEL, NLD, LUX]}, "
        "{code: WEST, name: Three in West Africa, members: [SEN, CIV, GHA]}]",
    )
    assert deal.zone_open
    assert "Three in West Africa" in read(deal)


def test_refugees_are_taken_from_those_whom_the_partner_hosts(tmp_path: Path):
    deal = find(
        tmp_path,
        "{instrument: LE16, giver: DEU, beneficiary: TUR, range: [1000, 40000], step: 1000}",
        "{instrument: PE01, giver: TUR, beneficiary: DEU, range: [5, 30]}",
        parties="[{code: DEU}, {code: TUR}]",
    )
    modelled = {c.clause for c in deal.cells if "modelled" in {str(s) for s in c.sources}}
    assert "LE16-DEU-TUR" in modelled
    assert deal.zone_open or deal.blockers
