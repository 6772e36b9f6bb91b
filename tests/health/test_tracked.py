"""What is committed: nothing of one machine, nothing without a licence, neutral words throughout."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from tests.health.tree import ROOT, SOURCE, short, tracked_files, tracked_texts

from comity.evidence.words import exempt_files, find_banned_words

SHIPPED = ("src/", "docs/", "examples/", "README.md", "CHANGELOG.md")
MEGABYTE = 1_000_000
LARGEST_PACK = 15 * MEGABYTE
#: Written in parts, so that this file does not match itself.
PRIVATE = re.compile(
    "|".join(
        [
            r"(?<![\w/.])/(?:home|root|Users|work)/\w",
            r"(?<![\w/.])/tmp/(?!\{)\w+\.\w+",
            "index" + r"-url\s*=",
            "pypi" + r"\.org/simple",
            "registry" + r"\.npmjs",
            "files" + r"\.pythonhosted",
            r"\b[Cc]o-" + r"[Aa]uthored-[Bb]y",
            r"BEGIN (?:RSA |EC |OPENSSH )?PRIVATE " + "KEY",
            r"\bgh[pousr]_" + r"[A-Za-z0-9]{20}",
            r"\bAKIA" + r"[0-9A-Z]{16}\b",
        ]
    )
)
PUBLISHED_ENDINGS = {".js", ".mjs", ".css", ".woff", ".woff2", ".ttf", ".otf", ".min", ".wasm"}
OWN_PAGES = (SOURCE / "reports", SOURCE / "forum" / "static" / "forum")


@pytest.mark.parametrize("path", tracked_texts(), ids=short)
def test_names_no_machine_registry_or_secret(path: Path):
    text = path.read_text(encoding="utf-8")
    if path == Path(__file__):
        return
    assert not [match.group() for match in PRIVATE.finditer(text)]


@pytest.mark.parametrize("path", [p for p in tracked_texts() if short(p).startswith(SHIPPED)], ids=short)
def test_words_are_neutral(path: Path):
    """No blame and no ranking of countries; official titles keep their words (E53, E60, E78)."""
    if short(path).endswith(tuple(exempt_files())):
        return
    found = find_banned_words(path.read_text(encoding="utf-8"))
    assert not found, [f"line {word.line}: {word.phrase!r}: say {word.say!r}" for word in found]


def test_no_third_party_page_parts():
    """Scripts, styles and fonts are our own (in reports or the forum), or come from an installed library."""
    published = [p for p in tracked_files() if p.suffix in PUBLISHED_ENDINGS]
    bad = [short(p) for p in published if not set(OWN_PAGES) & set(p.parents)]
    assert not bad


def test_no_raw_source_files():
    endings = {".xlsx", ".xls", ".gz", ".zip", ".rds", ".dta", ".sav", ".pdf", ".docx"}
    assert not [short(p) for p in tracked_files() if p.suffix.lower() in endings]


def test_each_table_has_a_sidecar_with_a_licence():
    data = SOURCE / "evidence" / "data"
    tables = sorted(data.glob("*.parquet")) + sorted(data.glob("*.topojson"))
    assert tables, "the evidence pack is part of the product"
    for table in tables:
        sidecar = table.with_name(table.stem + ".meta.yaml")
        assert sidecar.exists(), f"{table.name} has no sidecar"
        meta = yaml.safe_load(sidecar.read_text(encoding="utf-8"))
        assert meta["sources"], f"{sidecar.name} names no source"
        for source in meta["sources"]:
            assert source.get("licence", "").strip(), f"{sidecar.name} states no licence"


def test_the_pack_stays_small():
    data = SOURCE / "evidence" / "data"
    assert sum(p.stat().st_size for p in data.iterdir() if p.is_file()) < LARGEST_PACK


def test_a_table_that_may_not_be_shared_stays_out_and_says_why():
    listed = yaml.safe_load((SOURCE / "evidence" / "data" / "excluded.yaml").read_text(encoding="utf-8"))
    assert listed
    shipped = {path.stem for path in (SOURCE / "evidence" / "data").glob("*.parquet")}
    for entry in listed:
        assert entry["name"] not in shipped
        assert len(entry["reason"].split()) >= 3, entry["name"]


def test_every_data_file_is_installed_with_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["comity"]
    covered = {path for pattern in patterns for path in SOURCE.glob(pattern)}
    data = {path for path in tracked_files() if SOURCE in path.parents and path.suffix != ".py"}
    assert not [short(path) for path in sorted(data - covered)]


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_ci_runs_what_the_readme_says():
    ci = ROOT / ".ci" / "run"
    assert ci.stat().st_mode & 0o111
    text, readme = ci.read_text(encoding="utf-8"), (ROOT / "README.md").read_text(encoding="utf-8")
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", readme, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", make, flags=re.MULTILINE)
    assert " test" in text
    assert " check" in text
    pins = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+", line) for line in pins)
