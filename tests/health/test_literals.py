"""No calibrated number hides in code (§2.4): such numbers are parameters, with a range and a reference.

What may stand in code: small whole numbers, one half, years (labels of editions), powers of ten (scales and
tolerances), and numbers that index, shape, round or bound (``MOST_…``, ``…_LIMIT``). A module-level setting
that is not a calibration (a rounding that decides what is shown, say) is named in ``literals.yaml`` with the
reason why it is not a parameter.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from tests.health.tree import module_name, room, source_files

ROOMS = {"world", "services", "bargaining"}
ALLOWED_NEARBY = range(-4, 5)
YEARS = range(1900, 2101)
STRUCTURAL_CALLS = {
    "range",
    "zeros",
    "ones",
    "full",
    "empty",
    "eye",
    "reshape",
    "round",
    "min",
    "max",
    "repeat",
    "tile",
    "ljust",
    "rjust",
    "center",
    "split",
    "rsplit",
    "head",
    "tail",
    "quantile",
    "percentile",
    "nlargest",
}
STRUCTURAL_KEYWORDS = {
    "axis",
    "ndim",
    "decimals",
    "ndigits",
    "digits",
    "width",
    "ge",
    "le",
    "gt",
    "lt",
    "min_length",
    "max_length",
    "precision",
    "maxsize",
    "indent",
    "stacklevel",
    "repeats",
}
#: Names of settings that say themselves that they bound or stop a method.
LIMIT = re.compile(r"^_?(MOST|MAX)(_|$)|(^|_)(LIMIT|NODES|ROUNDS|STEPS|CUTS|TOLERANCE)$")
ALLOWED = yaml.safe_load(Path(__file__).with_name("literals.yaml").read_text(encoding="utf-8"))


def plain(value: object) -> bool:
    """True for numbers that carry no knowledge about the world."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    if value in ALLOWED_NEARBY or value in {0.5, math.inf} or (isinstance(value, int) and value in YEARS):
        return True
    if value <= 0 or math.isnan(value):
        return False
    exponent = math.log10(value)
    return abs(exponent - round(exponent)) < 1e-12 and (exponent >= 1 or exponent <= -4)


def suspicious(node: ast.AST, setting: str | None = None) -> Iterator[tuple[int, float, str | None]]:
    """Yield line, number and the module-level name it is given to."""
    if isinstance(node, ast.Subscript):
        yield from suspicious(node.value, setting)
        return
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func).rsplit(".", 1)[-1]
        yield from suspicious(node.func, setting)
        for argument in node.args:
            if called not in STRUCTURAL_CALLS or not isinstance(argument, ast.Constant):
                yield from suspicious(argument, setting)
        for keyword in node.keywords:
            if keyword.arg not in STRUCTURAL_KEYWORDS:
                yield from suspicious(keyword.value, setting)
        return
    if isinstance(node, ast.JoinedStr):
        return
    if isinstance(node, ast.Constant) and not plain(node.value):
        yield node.lineno, node.value, setting
    for child in ast.iter_child_nodes(node):
        yield from suspicious(child, setting)


def literals(path: Path) -> Iterator[tuple[int, float, str | None]]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        name = None
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            name = node.name
        if name is None or not LIMIT.search(name):
            yield from suspicious(node, name)


def test_no_calibrated_literal_in_code():
    allowed = {(entry["module"], entry["name"]) for entry in ALLOWED}
    found = []
    for path in source_files():
        if room(path) not in ROOMS:
            continue
        module = module_name(path)
        for line, value, name in literals(path):
            if not {(module, name), (module, "*")} & allowed:
                found.append(f"{module}:{line} {value} in {name}")
    assert not found, (
        "make it a parameter, or name it in tests/health/literals.yaml with a reason:\n" + "\n".join(found)
    )


def test_each_allowed_literal_has_a_reason_and_is_still_there():
    names = {module_name(path): path for path in source_files()}
    for entry in ALLOWED:
        assert len(entry["reason"].split()) >= 5, entry
        assert entry["module"] in names, f"no such module any more: {entry}"
        if entry["name"] != "*":
            held = {name for _, _, name in literals(names[entry["module"]])}
            assert entry["name"] in held, f"no longer needed: {entry}"


def test_the_check_would_notice():
    code = "SHARE = 0.41\ndef f(x):\n    return x * 1.7 + x[17] + round(x, 9)\n"
    found = [item for node in ast.parse(code).body for item in suspicious(node)]
    assert [value for _, value, _ in found] == [0.41, 1.7]
