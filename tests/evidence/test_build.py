"""The build: the same bytes twice, checks that stop a wrong table, and names that are never lost."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest

from comity.errors import EvidenceError, EvidenceNotFound
from comity.evidence import Evidence
from comity.evidence.build import pipeline
from comity.evidence.build.names import code_names
from comity.evidence.build.spec import Check
from comity.evidence.checks import check_licences, check_table
from comity.evidence.pack import DATA


@pytest.fixture
def only_stays(monkeypatch, stays):
    monkeypatch.setattr(pipeline, "specs", lambda: {"stays": stays})
    return stays


@pytest.mark.raw
@pytest.mark.slow
def test_the_committed_pack_is_what_the_raw_files_give(raw, tmp_path):
    shipped = Evidence.load()
    results = pipeline.build(raw, tmp_path)
    assert [result.name for result in results if result.outcome != "built"] == []
    derived = {name for name, spec in pipeline.specs().items() if getattr(spec, "derived", "")}
    assert sorted(result.name for result in results) == [n for n in shipped.names() if n not in derived]
    rebuilt = Evidence.load(tmp_path)
    for name in rebuilt.names():
        ours, theirs = rebuilt.meta(name), shipped.meta(name)
        assert ours.content_sha256 == theirs.content_sha256, name
        if ours.written_with == theirs.written_with:
            assert (tmp_path / ours.file).read_bytes() == (DATA / ours.file).read_bytes(), name
            sidecar = f"{name}.meta.yaml"
            assert (tmp_path / sidecar).read_bytes() == (DATA / sidecar).read_bytes(), name


@pytest.mark.raw
def test_a_table_that_may_not_be_shipped_is_built_when_asked_for(raw, tmp_path):
    (result,) = pipeline.build(raw, tmp_path, only=["border_detections"])
    assert result.checks == 9
    frame = Evidence.load(tmp_path).table("border_detections")
    assert frame.loc[frame["year"].eq(2025), "months"].eq(4).all()
    assert frame.loc[frame["year"].eq(2024), "months"].eq(12).all()


def test_the_same_table_gives_the_same_bytes(tmp_path, only_stays):
    for folder in ("a", "b"):
        pipeline.build(tmp_path, tmp_path / folder)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["stays.meta.yaml", "stays.parquet"]
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_built_table_reads_back_as_it_was(tmp_path, only_stays):
    (result,) = pipeline.build(tmp_path, tmp_path / "out")
    assert (result.outcome, result.rows, result.checks) == ("built", 2, 1)
    pack = Evidence.load(tmp_path / "out")
    pd.testing.assert_frame_equal(pack.table("stays"), only_stays.read(tmp_path), check_dtype=False)
    assert pack.table("stays")["stays"].isna().tolist() == [False, True]
    assert pack.meta("stays").columns["stays"].missing == 1
    assert pack.meta("stays").gaps == ("A gap that is known.",)


def test_progress_is_reported(tmp_path, only_stays):
    seen = []
    pipeline.build(tmp_path, tmp_path / "out", progress=lambda *step: seen.append(step))
    assert seen == [("stays", 0, 1), ("", 1, 1)]


def test_missing_raw_files_skip_a_table_but_not_one_that_was_asked_for(tmp_path, monkeypatch, stays):
    def read(_):
        raise FileNotFoundError("the raw folder holds none of: stays.csv")

    monkeypatch.setattr(pipeline, "specs", lambda: {"stays": replace(stays, read=read)})
    (result,) = pipeline.build(tmp_path, tmp_path / "out")
    assert result.outcome == "skipped"
    assert "stays.csv" in result.note
    with pytest.raises(EvidenceNotFound, match=r"stays\.csv"):
        pipeline.build(tmp_path, tmp_path / "out", only=["stays"])


def test_unknown_names_and_folders_are_refused(tmp_path, only_stays):
    with pytest.raises(EvidenceNotFound, match="accepted: stays"):
        pipeline.build(tmp_path, tmp_path / "out", only=["stay"])
    with pytest.raises(EvidenceNotFound, match="no raw folder"):
        pipeline.build(tmp_path / "none", tmp_path / "out")


def test_a_failed_check_names_table_and_check_and_writes_nothing(tmp_path, monkeypatch, stays):
    wrong = replace(stays, checks=(Check("all stays", lambda df: float(len(df)), 10, 0.1, "Office"),))
    monkeypatch.setattr(pipeline, "specs", lambda: {"stays": wrong})
    with pytest.raises(EvidenceError, match=r"stays: check 'all stays' fails: ours 2, published 10"):
        pipeline.build(tmp_path, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_newer_edition_may_differ_when_told_so_and_the_sidecar_says_it(tmp_path, monkeypatch, stays):
    newer = replace(stays, checks=(Check("all stays", lambda _: 11.0, 10, 0, "Office"),))
    monkeypatch.setattr(pipeline, "specs", lambda: {"stays": newer})
    (result,) = pipeline.build(tmp_path, tmp_path / "out", strict=False)
    assert result.note == "all stays: 11, not 10"
    (check,) = Evidence.load(tmp_path / "out").meta("stays").checks
    assert not check.passed


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda df: df.rename(columns={"stays": "visits"}), "columns are"),
        (lambda df: df.assign(country=["MAR", None]), "a key is missing"),
        (lambda df: df.assign(country=["MAR", "MAR"]), "keys are not unique"),
        (lambda df: df.assign(country=["SEN", "MAR"]), "not sorted"),
        (lambda df: df.assign(country=["MAR", "Senegal"]), "not a three-letter code"),
        (lambda df: df.iloc[:0], "no row"),
    ],
)
def test_a_misshapen_table_is_refused(stays, change, says):
    with pytest.raises(EvidenceError, match=f"stays: .*{says}"):
        check_table(stays, change(stays.read(None)))


@pytest.mark.parametrize("licence", ["", "CC BY-NC 4.0", "CC BY-NC-SA 4.0", "CC BY-ND 4.0"])
def test_a_licence_that_forbids_passing_on_stops_a_table(licence):
    with pytest.raises(EvidenceError, match=r"excluded\.yaml"):
        check_licences("stays", [licence])
    with pytest.raises(EvidenceError, match="no source"):
        check_licences("stays", [])


def test_arrow_types_are_narrow_and_carry_no_metadata():
    frame = pd.DataFrame({"small": [1, 2], "large": [1, 2**40], "text": ["a", "b"], "share": [0.5, None]})
    table = pipeline.arrow_table(frame)
    assert [str(field.type) for field in table.schema] == ["int32", "int64", "string", "double"]
    assert [field.nullable for field in table.schema] == [False, False, False, True]
    assert table.schema.metadata is None
    assert pipeline.write_parquet(table) == pipeline.write_parquet(pa.Table.from_batches(table.to_batches()))


def test_names_are_mapped_or_reported_never_lost():
    names = pd.Series(["Côte d’Ivoire", "Ivory Coast", "Namibia", "Total", "Atlantis", "Atlantis"])
    codes, gaps = code_names(names)
    assert codes.tolist()[:3] == ["CIV", "CIV", "NAM"]
    assert codes.isna().tolist() == [False, False, False, True, True, True]
    assert gaps == ("'Atlantis' is a name without a known code; its 2 rows are left out.",)


def test_a_publisher_may_use_a_name_in_its_own_way():
    name = pd.Series(["Micronesia"])
    assert code_names(name, scheme="us_state")[0].tolist() == ["FSM"]
    assert code_names(name, scheme="eurostat")[0].isna().all()


def test_a_table_that_is_computed_from_the_pack_says_by_what(tmp_path):
    with pytest.raises(EvidenceNotFound, match="comity mismatch --estimate"):
        pipeline.build(tmp_path, tmp_path / "out", only=["pressure"])


def test_a_computed_table_is_not_older_than_what_it_was_computed_from():
    shipped = Evidence.load()
    names = [name for name, spec in pipeline.specs().items() if getattr(spec, "derived", "")]
    assert names
    for name in names:
        for used in shipped.meta(name).raw_files:
            now = hashlib.sha256((DATA / used.path).read_bytes()).hexdigest()
            assert used.sha256 == now, f"{used.path} has changed since {name} was estimated"
