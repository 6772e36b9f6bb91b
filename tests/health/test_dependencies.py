"""What is imported is declared, and what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.health.tree import ROOT, SOURCE, short, source_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PROVIDERS = packages_distributions()
#: Used by name only (a parquet engine, a plug-in) or through another declared package.
NOT_IMPORTED = {"pyarrow"}

#: Published apart, versioned and installed together with the package that is declared.
PARTS = {"pydantic-core": "pydantic"}


def plain(name: str) -> str:
    return re.split(r"[<>=\[;~! ]", name)[0].lower().replace("_", "-")


def declared(*extras: str) -> set[str]:
    names = {plain(item) for item in PROJECT["dependencies"]}
    for extra in extras:
        names |= {plain(item) for item in PROJECT["optional-dependencies"][extra]}
    return names


def imported(path: Path) -> set[str]:
    """Distributions that a file imports from, at any depth."""
    tops = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            tops |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            tops.add(node.module.split(".")[0])
    own = {"comity", "tests", "benchmarks", "__future__"} | set(sys.stdlib_module_names)
    own |= {neighbour.stem for neighbour in path.parent.glob("*.py")}
    names = {plain(PROVIDERS.get(top, [top])[0]) for top in tops - own}
    return {PARTS.get(name, name) for name in names}


def test_the_source_imports_only_what_it_declares():
    building = SOURCE / "evidence" / "build"
    for path in source_files():
        extras = ("build",) if building in path.parents else ()
        if path.parent == SOURCE / "world" and path.stem.startswith("pressure"):
            extras = ("estimate",)
        if SOURCE / "forum" in path.parents or path.stem.startswith(("text_", "calendar_feed")):
            extras = ("forum",)
        missing = imported(path) - declared(*extras)
        assert not missing, f"{short(path)} imports {sorted(missing)}, which pyproject.toml does not declare"


def test_the_tests_import_only_what_dev_declares():
    for path in (ROOT / "tests").rglob("*.py"):
        missing = imported(path) - declared("dev", "build", "forum")
        assert not missing, f"{short(path)} imports {sorted(missing)}, which the extra 'dev' does not declare"


def test_what_is_declared_is_used():
    used = set().union(*(imported(path) for path in source_files()))
    unused = sorted(declared("build", "estimate") - used - NOT_IMPORTED)
    assert not unused, f"declared in pyproject.toml and not imported: {unused}"


def test_each_declared_package_is_pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {plain(line) for line in lines if not line.startswith("#")}
    assert not declared("build", "dev") - pinned - {"comity"}
