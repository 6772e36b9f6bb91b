"""``docs/map.md`` has a line for each room and each module, and none for what is gone."""

from __future__ import annotations

import re

from tests.health.tree import ROOT, SOURCE, source_files

MAP = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
LISTED = set(re.findall(r"^\s*-?\s*`([\w/]+(?:\.py|/))`", MAP, flags=re.MULTILINE))


def expected() -> set[str]:
    modules = {p.relative_to(SOURCE).as_posix() for p in source_files() if p.name != "__init__.py"}
    rooms = {
        p.parent.relative_to(SOURCE).as_posix() + "/" for p in source_files() if p.name == "__init__.py"
    } - {"./"}
    return modules | rooms


def test_each_room_and_module_has_a_line():
    assert not expected() - LISTED, "run make map"


def test_no_line_for_what_is_gone():
    assert not LISTED - expected(), "run make map"


def test_each_line_says_something():
    for line in MAP.splitlines():
        if re.match(r"^\s*-\s*`", line):
            assert len(line.split()) >= 5, line
