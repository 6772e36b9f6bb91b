"""docs/round-file.md says what the program does: its keys, its example, its commands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from comity.cli import main
from comity.services.roundfile import load_round, round_schema
from comity.services.roundfile_keys import describe_keys
from comity.services.world_file import is_world_file

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "round-file.md").read_text(encoding="utf-8")


def test_keys_on_the_page_are_the_programs_keys():
    tables = PAGE[PAGE.index("### The file") :]
    assert tables.strip() == describe_keys().strip(), (
        "run: comity round keys, and paste it at the end of the page"
    )


def test_every_key_is_explained():
    unexplained = [line for line in describe_keys().splitlines() if re.search(r"\|  \|$", line)]
    assert not unexplained


def test_the_example_on_the_page_is_a_round(tmp_path: Path):
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    path = tmp_path / "two-countries.yaml"
    path.write_text(example, encoding="utf-8")
    found = load_round(path)
    assert [clause.key for clause in found.table] == ["LE02-ESP-MAR", "RW01-ESP-MAR", "PE01-MAR-ESP"]
    assert found.clause("PE01-MAR-ESP").strongest == 5


def test_the_mistake_on_the_page_is_what_the_program_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    (shown,) = re.findall(r"```text\n(comity: .*?)```", PAGE, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("my-round.yaml").write_text(example.replace("[1000, 10000]", "[1000, 9_000_000]"), encoding="utf-8")
    assert main(["round", "check", "my-round.yaml"]) == 2
    assert capsys.readouterr().err == shown


def test_commands_on_the_page_exist(capsys: pytest.CaptureFixture[str]):
    (shell,) = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    for line in shell.splitlines():
        words = line.partition("#")[0].split()
        names = [word for word in words[1:] if word.islower() and "." not in word]
        assert main([*names, "--help"]) == 0, line
    capsys.readouterr()


def test_shipped_schema_is_current():
    shipped = json.loads((ROOT / "examples" / "round.schema.json").read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(round_schema()))


ROUNDS = [path for path in sorted((ROOT / "examples").glob("*.yaml")) if not is_world_file(path)]


@pytest.mark.parametrize("path", ROUNDS, ids=lambda path: path.stem)
def test_examples_say_what_is_illustrative(path: Path):
    text = path.read_text(encoding="utf-8")
    tree = yaml.safe_load(text)
    assert text.startswith("# yaml-language-server: $schema=round.schema.json\n")
    for interest in tree.get("interests", []):
        assert interest["status"] == "illustrative"
        assert len(interest["source"]) > 20 or "as for" in interest["source"]
