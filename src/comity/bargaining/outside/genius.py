"""Genius XML (Lin et al., 2014, Computational Intelligence 30): linear additive utility spaces.

Utility of an outcome: the sum over the issues of weight times evaluation. The evaluation of a discrete issue
is divided by the issue's largest evaluation; that of an integer or real issue is the line through
``offset`` and ``slope`` (counted from the lower bound), kept within 0 and 1. Weights are used exactly as the
file gives them, and a utility is not cut at 1, even where weights sum to more. Discounts are left out: they
belong to a negotiation in time, not to its outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.bargaining.outside.markup import Node, read_number, read_xml
from comity.bargaining.outside.profile import MOST_VALUES, Profile
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["is_domain", "is_profile", "read_domain", "read_profile"]

#: A sum of weights that differs by no more than rounding in the file is not worth a note.
_NOTE_TOLERANCE = 1e-6


def is_domain(root: Node) -> bool:
    """Tell a file that lists issues and values without evaluations."""
    return root.tag == "negotiation_template"


def is_profile(root: Node) -> bool:
    """Tell a file with one party's preferences."""
    return root.tag == "utility_space"


def read_domain(path: Path, root: Node | None = None) -> dict[str, tuple[str, ...]]:
    """Values by issue, in the order of the file; an integer issue lists its numbers.

    A real issue has an empty list, because how finely it is cut is not the file's to say.
    """
    root = read_xml(path) if root is None else root
    found: dict[str, tuple[str, ...]] = {}
    for node in root.all("issue"):
        name = _name(node, path)
        if name in found:
            msg = f"issue '{name}' appears twice"
            raise InputError(msg, file=str(path), line=node.line, accepted="unique names")
        kind = _kind(node)
        if kind == "discrete":
            found[name] = tuple(_items(node, path, name))
        elif kind == "integer":
            low, high = _bounds(node, path, name)
            found[name] = tuple(map(str, _whole(low, high, node, path, name)))
        else:
            found[name] = ()
    return found


def read_profile(path: Path, root: Node | None = None, *, real_steps: int | None = None) -> Profile:
    """Read one party's utility space.

    Parameters
    ----------
    path
        The file; its stem names the party.
    root
        The file's content, where it has been read already.
    real_steps
        Into how many equal steps a real issue is cut; without it a real issue is refused.

    Raises
    ------
    comity.errors.InputError
        When the space is not linear additive, or an evaluation, weight or bound is missing or not a number.
    """
    root = read_xml(path) if root is None else root
    _refuse_constraints(root, path)
    weights = _weights(root, path)
    worth: dict[str, dict[str, float]] = {}
    notes: list[str] = []
    total = 0.0
    for node in root.all("issue"):
        name = _name(node, path)
        if name in worth:
            msg = f"issue '{name}' appears twice"
            raise InputError(msg, file=str(path), line=node.line, accepted="unique names")
        index = node.attributes.get("index", "")
        if index not in weights:
            msg = f"no weight for issue '{name}' (index {index or 'missing'})"
            raise InputError(msg, file=str(path), line=node.line, key="weight", accepted="one for each issue")
        weight = weights.pop(index)
        total += weight
        kind = _kind(node)
        if kind == "discrete":
            shares = _discrete(node, path, name)
        else:
            shares = _line(node, path, name, real=kind == "real", steps=real_steps)
            if kind == "real":
                notes.append(
                    f"Issue '{name}' is continuous; it is cut into {real_steps} steps and exact on those."
                )
        worth[name] = {value: weight * share for value, share in shares.items()}
    if not worth:
        msg = "no issue"
        raise InputError(msg, file=str(path), accepted="a utility space with at least one issue")
    # A weight may also belong to an objective that groups issues; no utility is computed from it.
    for node in root.all("objective"):
        weights.pop(node.attributes.get("index", ""), None)
    if weights:
        msg = f"a weight for issue index {next(iter(weights))}, which is not there"
        raise InputError(msg, file=str(path), key="weight", accepted="weights of issues in the file")
    notes += _remarks(root, path, total)
    return Profile(path.stem, path, worth, _reserve(root, path), tuple(notes))


def _refuse_constraints(root: Node, path: Path) -> None:
    kind = root.attributes.get("type", "")
    bad = next(iter([*root.all("constraint"), *root.all("constraints"), *root.all("rules")]), None)
    if kind == "constraint" or bad is not None:
        msg = "the utility space has constraints between issues"
        line = root.line if bad is None else bad.line
        raise InputError(msg, file=str(path), line=line, accepted="a linear additive utility space")
    if "hyper" in kind.lower() or next(root.all("utility_function"), None) is not None:
        msg = f"the utility space is not additive (type '{kind or 'utility_function'}')"
        raise InputError(msg, file=str(path), line=root.line, accepted="a linear additive utility space")


def _weights(root: Node, path: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    for node in root.all("weight"):
        index = node.attributes.get("index", "")
        if index in found:
            msg = f"two weights for issue index {index}"
            raise InputError(msg, file=str(path), line=node.line, key="weight", accepted="one for each issue")
        weight = read_number(node.attributes.get("value"), file=path, key="weight", line=node.line)
        if weight < 0:
            msg = f"the weight {weight:g}"
            raise InputError(msg, file=str(path), line=node.line, key="weight", accepted="a number from 0")
        found[index] = weight
    return found


def _name(node: Node, path: Path) -> str:
    name = node.attributes.get("name", "")
    if not name.strip():
        msg = "an issue without a name"
        raise InputError(msg, file=str(path), line=node.line, accepted="a name for each issue")
    return name


def _kind(node: Node) -> str:
    """``discrete``, ``integer`` or ``real``; the three attributes that name it agree in all known files."""
    given = next((node.attributes[k] for k in ("vtype", "type", "etype") if node.attributes.get(k)), "")
    if given.lower() in {"integer", "real"}:
        return given.lower()
    return "discrete"


def _items(node: Node, path: Path, name: str) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for item in node.own("item"):
        value = item.attributes.get("value")
        if value is None:
            msg = "a value without a name"
            raise InputError(msg, file=str(path), line=item.line, key=f"issue {name}", accepted="value=…")
        if value in found:
            msg = f"value '{value}' appears twice"
            raise InputError(
                msg, file=str(path), line=item.line, key=f"issue {name}", accepted="distinct values"
            )
        found[value] = item
    if not found:
        msg = "the issue has no values"
        raise InputError(
            msg, file=str(path), line=node.line, key=f"issue {name}", accepted="at least one item"
        )
    return found


def _discrete(node: Node, path: Path, name: str) -> dict[str, float]:
    marks: dict[str, float] = {}
    for value, item in _items(node, path, name).items():
        given = item.attributes.get("evaluation")
        if given is None:
            msg = f"no evaluation of value '{value}'"
            raise InputError(
                msg,
                file=str(path),
                line=item.line,
                key=f"issue {name}",
                accepted="an evaluation of every value",
            )
        mark = read_number(given, file=path, key=f"issue {name}, value {value}", line=item.line)
        if mark < 0:
            msg = f"the evaluation {mark:g} of value '{value}'"
            raise InputError(
                msg, file=str(path), line=item.line, key=f"issue {name}", accepted="a number from 0"
            )
        marks[value] = mark
    top = max(marks.values())
    # An issue in which nothing is worth anything adds nothing.
    return {value: mark / top if top > 0 else 0.0 for value, mark in marks.items()}


def _bounds(node: Node, path: Path, name: str) -> tuple[float, float]:
    holder = next((r for r in node.own("range") if "lowerbound" in r.attributes), node)
    low, high = (
        read_number(holder.attributes.get(k), file=path, key=f"issue {name}, {k}", line=node.line)
        for k in ("lowerbound", "upperbound")
    )
    if low > high:
        msg = f"the range {low:g} to {high:g} is empty"
        raise InputError(msg, file=str(path), line=node.line, key=f"issue {name}", accepted="lower <= upper")
    return low, high


def _whole(low: float, high: float, node: Node, path: Path, name: str) -> range:
    if low != int(low) or high != int(high) or high - low >= MOST_VALUES:
        msg = f"the range {low:g} to {high:g} of an integer issue"
        raise InputError(
            msg, file=str(path), line=node.line, key=f"issue {name}",
            accepted=f"whole numbers, at most {MOST_VALUES:,} values",
        )  # fmt: skip
    return range(int(low), int(high) + 1)


def _line(node: Node, path: Path, name: str, *, real: bool, steps: int | None) -> dict[str, float]:
    """Shares on an integer or real issue: ``offset + slope × (value − lower bound)``, kept within 0 and 1."""
    low, high = _bounds(node, path, name)
    evaluators = node.own("evaluator")
    if not evaluators:
        msg = "no evaluator"
        raise InputError(
            msg, file=str(path), line=node.line, key=f"issue {name}", accepted="a linear evaluator"
        )
    given = evaluators[0].attributes
    form = given.get("ftype", "linear")
    if form != "linear":
        msg = f"the evaluator '{form}'"
        raise InputError(
            msg, file=str(path), line=evaluators[0].line, key=f"issue {name}", accepted="a linear evaluator"
        )

    def number(*keys: str) -> float:
        text = next((given[k] for k in keys if k in given), None)
        return read_number(text, file=path, key=f"issue {name}, {keys[0]}", line=evaluators[0].line)

    values: Sequence[float]
    if real:
        if steps is None:
            msg = "the issue is continuous, so its outcomes cannot be listed"
            raise InputError(
                msg, file=str(path), line=node.line, key=f"issue {name}",
                accepted="discrete and integer issues, or a number of steps to cut it into (--real-steps)",
            )  # fmt: skip
        if "parameter1" in given:
            # Genius writes a real evaluator as intercept and slope over the value itself.
            offset, slope, origin = number("parameter0"), number("parameter1"), 0.0
        else:
            offset, slope, origin = number("offset"), number("slope"), low
        values = [low + (high - low) * step / steps for step in range(steps + 1)] if high > low else [low]
        names = [f"{value:.12g}" for value in values]
    else:
        offset, slope, origin = number("offset"), number("slope"), low
        values = _whole(low, high, node, path, name)
        names = [str(value) for value in values]
    shares = (min(1.0, max(0.0, offset + slope * (value - origin))) for value in values)
    return dict(zip(names, shares, strict=True))


def _reserve(root: Node, path: Path) -> float:
    nodes = list(root.all("reservation"))
    if not nodes:
        return 0.0
    return read_number(nodes[0].attributes.get("value"), file=path, key="reservation", line=nodes[0].line)


def _remarks(root: Node, path: Path, total: float) -> list[str]:
    notes = []
    if abs(total - 1.0) > _NOTE_TOLERANCE:
        notes.append(f"Weights that sum to {total:.6g}, used as given ({{who}}); utilities are not cut at 1.")
    if next(root.all("reservation"), None) is None:
        notes.append("No reservation value is stated, so it is 0 ({who}).")
    for node in root.all("discount_factor"):
        rate = read_number(node.attributes.get("value"), file=path, key="discount_factor", line=node.line)
        if rate not in {0.0, 1.0}:
            notes.append(f"The discount factor {rate:g} is left out ({{who}}): an outcome carries no time.")
    return notes
