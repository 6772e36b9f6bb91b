"""Catalogues: every instrument has numbers with bounds, ministries and codes that exist."""

from __future__ import annotations

import csv
import os
import pickle
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml

from comity.errors import EvidenceError, EvidenceNotFound
from comity.evidence.catalogue_set import (
    PACKED,
    Basis,
    Catalogue,
    Cause,
    EvidenceClass,
    Sign,
    find_banned_words,
)
from comity.evidence.parameter_set import Parameters
from comity.vocabulary import Area

CATALOGUE = Catalogue.load()
CODES = list(CATALOGUE.instruments)

# The world-model actions, exactly.
ACTIONS = {
    "LE01": "entry_places",
    "LE02": "entry_places",
    "LE03": "seasonal_places",
    "LE04": "fixed_term_places",
    "LE05": "permit_validity",
    "LE16": "humanitarian_places",
    "TR01": "tariff_cut",
    "TR06": "tariff_cut",
    "RM01": "remittance_cost_ceiling",
    "SK01": "recognition",
    "PE01": "readmission",
    "PE03": "readmission",
    "DV02": "public_transfer",
    "GV14": "cost_sharing",
}


def collected(name: str) -> list[dict[str, str]]:
    shared = Path(os.environ.get("COMITY_SHARED", Path(__file__).parents[3] / "shared"))
    path = shared / "catalogue" / name
    if not path.is_file():
        pytest.skip("the collected tables are not beside the repository (set COMITY_SHARED)")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the catalogue folder that a test may break."""
    return Path(shutil.copytree(PACKED, tmp_path / "catalogue"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_counts() -> None:
    assert len(CATALOGUE.instruments) == 122
    assert len(CATALOGUE.interactions) == 103
    assert len(CATALOGUE.vocabulary) == 168
    assert len(CATALOGUE.cases) == 9


@pytest.mark.parametrize("code", CODES)
def test_instrument_is_complete(code: str) -> None:
    instrument = CATALOGUE.instruments[code]
    assert instrument.code == code
    assert instrument.parameter is instrument.parameters[0]
    for parameter, bound in zip(instrument.parameters, CATALOGUE.bounds[code], strict=True):
        assert parameter.low < parameter.high < float("inf")
        assert parameter.unit
        assert ";" not in parameter.unit
        assert "currency" not in parameter.unit, "say which currency"
        assert bound.basis in Basis
    assert len({p.name for p in instrument.parameters}) == len(instrument.parameters)
    assert instrument.ministry_giver in CATALOGUE.ministries
    assert instrument.ministry_beneficiary in CATALOGUE.ministries
    assert instrument.gcm, "an instrument serves at least one objective"
    for objective in instrument.gcm:
        assert CATALOGUE.term("GCM", objective).label
    for article in instrument.ilo:
        assert CATALOGUE.term("ILO-R86-model-agreement", article).label
    assert instrument.mita in {"facilitation", "protection", "control", "none"}
    assert CATALOGUE.stronger[code] in {"high", "low"}


def test_titles_are_short_plain_and_unlike_each_other() -> None:
    titles = [instrument.title for instrument in CATALOGUE.instruments.values()]
    assert len({title.casefold() for title in titles}) == len(CODES)
    for title in titles:
        assert 0 < len(title) <= 60
        assert title[0].isupper()
        assert "_" not in title
        assert not title.endswith(".")
        assert not find_banned_words(title), title


def test_actions_are_exactly_those_of_the_world_model() -> None:
    assert {code: i.action for code, i in CATALOGUE.instruments.items() if i.action} == ACTIONS


def test_cost_sharing_varies_the_transfer() -> None:
    transfer, share = CATALOGUE.instruments["GV14"].parameters
    assert (transfer.name, transfer.unit, transfer.low) == ("annual_transfer", "US$ million per year", 0.0)
    assert (share.name, share.low, share.high) == ("share_destination", 0.0, 100.0)


def test_every_objective_and_area_has_an_instrument() -> None:
    objectives = {code for i in CATALOGUE.instruments.values() for code in i.gcm}
    assert objectives == {f"GCM{n:02d}" for n in range(1, 24)}
    assert {i.area for i in CATALOGUE.instruments.values()} == set(Area)


def test_levels_and_shares_have_the_bounds_their_unit_says() -> None:
    for code, bounds in CATALOGUE.bounds.items():
        for bound in bounds:
            if scale := re.fullmatch(r"(?:level|category) (\d)-(\d)", bound.unit):
                assert (bound.low, bound.high) == (float(scale[1]), float(scale[2])), code
            if bound.unit.startswith("% of admitted"):
                assert (bound.low, bound.high) == (0.0, 100.0), code


def test_every_stated_bound_is_kept() -> None:
    for row in collected("instruments.csv"):
        stated = re.search(r"bounds (\d+)-(\d+)", row["typical_range"])
        if stated:
            ends = [(b.low, b.high) for b in CATALOGUE.bounds[row["code"]]]
            assert (float(stated[1]), float(stated[2])) in ends, row["code"]


def test_instruments_agree_with_the_collected_table() -> None:
    rows = {row["code"]: row for row in collected("instruments.csv")}
    assert list(rows) == CODES
    for code, instrument in CATALOGUE.instruments.items():
        row = rows[code]
        assert instrument.area == row["area"]
        assert instrument.name == row["name"]
        assert instrument.definition == row["definition"]
        assert instrument.typical == row["typical_range"]
        assert instrument.giver_role == row["who_gives"]
        assert instrument.gainers == tuple(row["who_gains"].split(";"))
        assert instrument.source == row["source"]
        names = {parameter.name for parameter in instrument.parameters}
        assert set(row["parameter"].split(";")) <= names
        assert names - set(row["parameter"].split(";")) <= {"annual_transfer"}


def test_interactions_are_typed() -> None:
    assert Counter(edge.sign for edge in CATALOGUE.interactions) == {
        Sign.RAISES: 52,
        Sign.LOWERS: 41,
        Sign.NO_EFFECT: 7,
        Sign.OPEN: 3,
    }
    for edge in CATALOGUE.interactions:
        assert (edge.change == "") == (edge.cause is not Cause.INSTRUMENT)
        if edge.sign is Sign.OPEN:
            assert edge.evidence_class is EvidenceClass.CONTESTED
        if edge.evidence_class is not EvidenceClass.CONTESTED:
            assert edge.evidence_source.startswith(edge.evidence_class)


def test_an_edge_can_be_traced() -> None:
    for edge in CATALOGUE.interactions:
        found = CATALOGUE.trace(edge.reference)
        assert [row["from_instrument"] for row in found.rows] == [edge.from_instrument]


def test_edges_that_disagree_are_contested() -> None:
    measures = {e.from_instrument for e in CATALOGUE.interactions if e.cause is Cause.INSTRUMENT}
    for measure in measures:
        subject = measure.partition(":")[0]
        by_outcome: dict[str, list[EvidenceClass]] = {}
        signs: dict[str, set[Sign]] = {}
        for edge in CATALOGUE.edges(subject):
            if edge.from_instrument == measure:
                by_outcome.setdefault(edge.to_outcome, []).append(edge.evidence_class)
                signs.setdefault(edge.to_outcome, set()).add(edge.sign)
        for outcome, classes in by_outcome.items():
            if len(signs[outcome]) > 1:
                assert set(classes) == {EvidenceClass.CONTESTED}, (measure, outcome)


def test_a_measured_strength_names_a_parameter_that_exists() -> None:
    parameters = Parameters.load()
    named = [edge.parameter for edge in CATALOGUE.interactions if edge.parameter]
    assert len(named) > 10
    for name in named:
        assert name in parameters


def test_the_interview_examples_are_edges() -> None:
    restrict = [e for e in CATALOGUE.edges("LE01", outcome="irregular_entry") if e.change == "restrict"]
    assert [edge.sign for edge in restrict] == [Sign.RAISES]
    assert [edge.to_outcome for edge in CATALOGUE.edges("irregular_entry")] == ["border_control_cost"]


def test_every_column_is_documented_and_our_judgement_is_marked() -> None:
    documented = yaml.safe_load((PACKED / "columns.yaml").read_text(encoding="utf-8"))
    assert set(documented) == {path.name for path in PACKED.glob("*.csv")}
    for name, entry in documented.items():
        with (PACKED / name).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        assert list(entry["columns"]) == reader.fieldnames, name
        assert entry["rows"] == len(rows), name
        assert {column["origin"] for column in entry["columns"].values()} <= {"ours", "collected"}
    mapped = documented["instruments.csv"]["columns"]
    for column in ("ministry_giver", "ministry_beneficiary", "gcm", "mita", "ilo"):
        assert "ours, not official" in mapped[column]["means"]


def test_look_ups_offer_what_is_close() -> None:
    with pytest.raises(EvidenceNotFound, match="LE01"):
        CATALOGUE.instrument("LE1")
    with pytest.raises(EvidenceNotFound, match="accepted: LE01"):
        CATALOGUE.instrument("le01")
    with pytest.raises(EvidenceNotFound, match="interior"):
        CATALOGUE.ministry("interor")
    with pytest.raises(EvidenceNotFound, match="GCM"):
        CATALOGUE.term("GCM", "GCM24")


def test_a_trace_gives_the_row_as_written() -> None:
    found = CATALOGUE.trace("catalogue:interactions[from_instrument=O:irregular_entry]")
    assert found.file == "interactions.csv"
    assert [row["to_outcome"] for row in found.rows] == ["border_control_cost"]
    line = (PACKED / found.file).read_text(encoding="utf-8").splitlines()[found.lines[0] - 1]
    assert ",O:irregular_entry," in line
    for wrong in (
        "catalogue:nothing[code=LE01]",
        "catalogue:instruments[code=ZZ99]",
        "parameter:instruments",
    ):
        with pytest.raises(EvidenceNotFound):
            CATALOGUE.trace(wrong)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("instruments.csv", ",labour,labour,GCM06;GCM16", ",works,labour,GCM06;GCM16", "no 'works'"),
        ("instruments.csv", "GCM06;GCM16", "GCM06;GCM26", "GCM 'GCM26'"),
        ("instruments.csv", ",Art17,high", ",Art77,high", "'Art77'"),
        ("instruments.csv", "RW02,", "RW01,", "used twice"),
        ("instruments.csv", "a_rights_welfare", "z_rights", "area"),
        ("instruments.csv", ",protection,", ",kindness,", "mita"),
        ("instruments.csv", ",Equal treatment in pay and work,", ",,", "title"),
        ("instrument_parameters.csv", "RW01,1,", "RW01,2,", "position 2 should be 1"),
        ("instrument_parameters.csv", ",0,100,stated", ",100,0,stated", "low 100 is not below high 0"),
        ("instrument_parameters.csv", ",0,100,stated", ",0,inf,stated", "finite"),
        ("instrument_parameters.csv", "RW01,1", "RW99,1", "RW01"),
        ("instrument_parameters.csv", "none;model;", "none;", "3 labels do not fit 0 to 3"),
        ("interactions.csv", "I002,", "I001,", "used twice"),
        ("interactions.csv", "LE01:restrict", "LE91:restrict", "no 'LE91'"),
        ("interactions.csv", ",regime_durability,-,", ",regime_durability,--,", "sign"),
        ("interactions.csv", ",seed,E18", ",E18", "fewer cells"),
        ("interactions.csv", "E18 G Q1 l.49", "E18 G Q1 l.49,more", "more cells"),
        ("vocabulary.csv", ",read,", ",guessed,", "mark"),
        ("cases.csv", "ITA2004", "ita2004", "case"),
        ("ministries.yaml", "  name: Interior\n", "", "name"),
    ],
)
def test_a_wrong_row_is_named_with_its_file(broken: Path, file: str, old: str, new: str, says: str) -> None:
    change(broken / file, old, new)
    with pytest.raises(EvidenceError, match=re.escape(says)) as caught:
        Catalogue.load(broken)
    assert re.match(r"[a-z_]+\.(csv|yaml):\d+", str(caught.value))


def test_an_intact_copy_loads_the_same(broken: Path) -> None:
    other = Catalogue.load(broken)
    assert other.instruments == CATALOGUE.instruments
    assert other.interactions == CATALOGUE.interactions


def test_a_catalogue_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(CATALOGUE)).instruments == CATALOGUE.instruments  # noqa: S301
