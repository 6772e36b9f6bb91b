"""The house keeps its shape (§1): small files, plain names, imports that go down, quiet rooms."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import TypeGuard

import pytest
from tests.health.tree import ROOT, SOURCE, module_name, packages, room, short, source_files

LONGEST_FILE = 500
BANNED_NAMES = {"utils", "util", "helpers", "helper", "core", "manager", "managers", "common", "misc"}
DOORS = {"cli", "forum"}
CLOCKS = {"now", "today", "utcnow", "time_ns", "perf_counter", "monotonic"}
SEEDED = {"default_rng", "Generator", "SeedSequence", "PCG64"}
NETWORK = {"urllib.request", "http.client", "socket", "requests", "httpx", "ftplib", "smtplib"}


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def below_the_doors() -> list[Path]:
    doors = {SOURCE / "__init__.py", SOURCE / "__main__.py"}
    return [path for path in source_files() if room(path) not in DOORS and path not in doors]


def test_no_source_file_is_too_long():
    lines = {short(p): len(p.read_text(encoding="utf-8").splitlines()) for p in source_files()}
    long = {name: count for name, count in lines.items() if count > LONGEST_FILE}
    assert not long, f"over {LONGEST_FILE} lines, so split it: {long}"


def test_no_module_has_a_name_that_says_nothing():
    bad = [
        short(p) for p in source_files() if set(p.relative_to(SOURCE).with_suffix("").parts) & BANNED_NAMES
    ]
    assert not bad


@pytest.mark.parametrize("path", packages(), ids=short)
def test_each_package_says_what_it_is_for(path: Path):
    text = ast.get_docstring(parse(path)) or ""
    assert len(text.split()) >= 12, "say what the package is for"
    assert "Who may import me" in text
    assert re.search(r"\b[Ss]tart (at|with|here)\b|Where to start", text), "say where to start reading"


@pytest.mark.parametrize("path", source_files(), ids=short)
def test_each_module_has_a_docstring(path: Path):
    assert ast.get_docstring(parse(path))


@pytest.mark.parametrize("path", source_files(), ids=short)
def test_exported_members_exist_and_are_in_order(path: Path):
    if path.name == "__main__.py":
        pytest.skip("running it is its purpose")
    module = importlib.import_module(module_name(path))
    exported = getattr(module, "__all__", None)
    if exported is None:
        return
    missing = [name for name in exported if not hasattr(module, name)]
    assert not missing
    assert len(set(exported)) == len(exported)


def test_rooms_do_not_import_the_front_door():
    """``comity`` itself is a door: a room that imports it would import everything."""
    ground = {path.stem for path in SOURCE.glob("*.py")}
    bad = []
    for path in below_the_doors():
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "comity":
                bad += [(short(path), alias.name) for alias in node.names if alias.name not in ground]
            if isinstance(node, ast.Import) and any(alias.name == "comity" for alias in node.names):
                bad.append((short(path), "comity"))
    assert not bad


@pytest.mark.parametrize("path", source_files(), ids=short)
def test_imports_are_absolute(path: Path):
    assert not [
        node.lineno for node in ast.walk(parse(path)) if isinstance(node, ast.ImportFrom) and node.level
    ]


@pytest.mark.parametrize("path", below_the_doors(), ids=short)
def test_below_the_doors_no_print_clock_network_or_global_chance(path: Path):
    found = []
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in {"print", "input"}:
                found.append((node.lineno, called))
            last = called.rsplit(".", 1)[-1]
            if (
                "." in called
                and last in CLOCKS
                and re.search(r"\b(datetime|date|time|pd|Timestamp)\b", called)
            ):
                found.append((node.lineno, called))
            if called.startswith(("np.random.", "numpy.random.")) and last not in SEEDED:
                found.append((node.lineno, called))
            if last == "default_rng" and not node.args and not node.keywords:
                found.append((node.lineno, "default_rng without a seed"))
        if isinstance(node, ast.Import):
            found += [(node.lineno, a.name) for a in node.names if a.name in NETWORK | {"random"}]
        if isinstance(node, ast.ImportFrom) and (node.module in NETWORK or node.module == "random"):
            found.append((node.lineno, str(node.module)))
    assert not found


def test_import_contracts_hold():
    """The contracts of ``.importlinter``, run the way ``make check`` runs them."""
    script = Path(sys.executable).with_name("lint-imports")
    assert script.exists(), "import-linter is a development dependency"
    run = subprocess.run(
        [script, "--no-cache", "--config", ".importlinter"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def exported_by(path: Path) -> set[str]:
    for node in parse(path).body:
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "__all__" for t in node.targets):
            return set(ast.literal_eval(node.value))
    return set()


def does_something(node: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.ClassDef]:
    """True for functions, and for classes with public methods; a record of fields has nothing to show."""
    if isinstance(node, ast.ClassDef):
        return any(isinstance(item, ast.FunctionDef) and not item.name.startswith("_") for item in node.body)
    return isinstance(node, ast.FunctionDef)


def test_public_things_are_shown_or_tested():
    """Whatever a room offers has a runnable example, or appears in a test or in another example."""
    tests = [p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("*.py")]
    examples = [
        line
        for path in source_files()
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.lstrip().startswith((">>>", "..."))
    ]
    words = set(re.findall(r"[A-Za-z_]\w*", "\n".join(tests + examples)))
    offered = {name for path in packages() for name in exported_by(path)}
    offered |= {name for path in SOURCE.glob("*.py") for name in exported_by(path)}
    alone = []
    for path in source_files():
        for node in parse(path).body:
            if does_something(node) and node.name in offered & exported_by(path):
                text = ast.get_docstring(node) or ""
                if ">>>" not in text and node.name not in words:
                    alone.append(f"{module_name(path)}.{node.name}")
    assert not alone, f"neither an example nor a test: {alone}"
