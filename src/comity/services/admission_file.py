"""Admission rules and cases as files (E79): conditions in plain atoms, categories with places, appeal.

A rule says when it speaks, and which rules silence it (``unless``). A case holds answers to the attributes
that the rules ask for, and nothing that names a person.

Who may import me: services. Start at :func:`read_rules`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

import networkx as nx
from pydantic import Field, StringConstraints

from comity.services.modelfile import fail, read_model
from comity.services.portfolio_file import Iso3, Slug, Strict, Text

if TYPE_CHECKING:
    from pathlib import Path

    from comity.services.roundfile_source import Source

__all__ = [
    "Answer", "Atom", "AttributeEntry", "CaseFile", "CategoryEntry", "RuleEntry", "RulesFile", "parse_atom",
    "read_case", "read_rules",
]  # fmt: skip

Answer = bool | float | str
_ATOM: Final = re.compile(r"(not )?([a-z][a-z0-9_]*)(?: (<|<=|>|>=|is|at least|below) ([A-Za-z0-9_.-]+))?")
#: Words in keys that speak of a person, not of a case; Comity keeps no such data.
_PERSONAL: Final = frozenset(
    {"name", "surname", "birth", "birthday", "passport", "address", "email", "phone", "photo", "fingerprint"}
)


class AttributeEntry(Strict):
    """Something that the rules ask about a case."""

    key: Slug = Field(description="a short name")
    title: Text = Field(description="the question in plain words")
    kind: Literal["yes or no", "number", "level"] = Field(description="yes or no, number, or level")
    unit: Text | None = Field(default=None, description="unit of a number")
    low: float | None = Field(default=None, description="least number that can occur")
    high: float | None = Field(default=None, description="largest number that can occur")
    levels: tuple[Slug, ...] = Field(default=(), description="levels, from least to most")
    better: Literal["higher", "lower"] | None = Field(
        default=None, description="higher or lower, where the rules promise that it can only help"
    )
    changeable: bool = Field(default=True, description="false for what nobody can change")


class CategoryEntry(Strict):
    """A category of admission, with places a period."""

    key: Slug = Field(description="a short name")
    title: Text = Field(description="in plain words")
    places: int | None = Field(default=None, ge=0, description="places a period; absent where none is stated")
    used: int | None = Field(default=None, ge=0, description="places used so far")
    period: Text | None = Field(default=None, description="the period, such as 2026")
    source: Text = Field(description="where the numbers are published")


class RuleEntry(Strict):
    """One rule: when all of ``when`` holds and no rule of ``unless`` speaks, it decides."""

    key: Slug = Field(description="a short name")
    title: Text = Field(description="the reason, as it is told to the applicant")
    when: tuple[Text, ...] = Field(
        min_length=1, description='parts such as "age >= 18" or "not removed_before"'
    )
    unless: tuple[Slug, ...] = Field(default=(), description="rules that silence this one")
    decision: Literal["admit", "refuse", "refer"] = Field(description="admit, refuse, or refer to an officer")
    category: Slug | None = Field(default=None, description="category whose place is used, for admit")
    source: Text = Field(description="where the rule is published")


class RulesFile(Strict):
    """Admission rules as data."""

    rules: Slug = Field(description="a short name of the rules")
    title: Text = Field(description="a title for readers")
    country: Iso3 | None = Field(default=None, description="ISO3 code; absent for made-up rules")
    illustrative: bool = Field(default=False, description="true when the rules are made up")
    decides: Text = Field(description="who decides")
    appeal: Text | None = Field(default=None, description="where and until when one may appeal")
    attributes: tuple[AttributeEntry, ...] = Field(min_length=1, description="what the rules ask")
    categories: tuple[CategoryEntry, ...] = Field(default=(), description="categories with places")
    provisions: tuple[RuleEntry, ...] = Field(min_length=1, description="the rules")


class CaseFile(Strict):
    """A case: answers to the attributes; what is absent is not known."""

    case: Slug = Field(description="a short label that names nobody")
    answers: dict[Slug, bool | float | Annotated[str, StringConstraints(max_length=60)]] = Field(
        description="attribute → answer"
    )


Operator = Literal["is", "is not", "<", "<=", ">", ">=", "at least", "below"]
_COMPARED: Final[dict[str, Operator]] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
#: Operators on levels, and what each means after "not".
_REACHED: Final[dict[str, tuple[Operator, Operator]]] = {
    "is": ("is", "is not"), "at least": ("at least", "below"), "below": ("below", "at least"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Atom:
    """One part of a condition on one attribute.

    >>> parse_atom("age >= 18", {"age": "number"})
    Atom(attribute='age', operator='>=', value=18.0)
    """

    attribute: str
    operator: Operator
    value: Answer

    def holds(self, answer: Answer, levels: tuple[str, ...] = ()) -> bool:
        """Whether the part holds for an answer."""
        if self.operator in ("is", "is not"):
            return (answer == self.value) == (self.operator == "is")
        if self.operator in ("at least", "below"):
            reached = levels.index(str(answer)) >= levels.index(str(self.value))
            return reached == (self.operator == "at least")
        a, b = float(answer), float(self.value)
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[self.operator]


def parse_atom(words: str, kinds: dict[str, str], levels: dict[str, tuple[str, ...]] | None = None) -> Atom:
    """Read one part of a condition.

    Raises
    ------
    ValueError
        It is not of the form that its attribute's kind allows.
    """
    found = _ATOM.fullmatch(words)
    if found is None or found[2] not in kinds:
        msg = f"not a condition on an attribute: {words!r}"
        raise ValueError(msg)
    negated, key, operator, value = found.groups()
    kind = kinds[key]
    if kind == "yes or no" and operator is None:
        return Atom(key, "is", not negated)
    if kind == "number" and not negated and operator in _COMPARED:
        return Atom(key, _COMPARED[operator], float(value))
    known = (levels or {}).get(key, ())
    if kind == "level" and operator in _REACHED and value in known:
        return Atom(key, _REACHED[operator][1 if negated else 0], value)
    msg = f"{words!r} does not fit an attribute of kind {kind!r}"
    raise ValueError(msg)


def read_rules(path: Path) -> tuple[RulesFile, dict[str, tuple[Atom, ...]]]:
    """Read a rules file, and its conditions taken apart, by rule.

    Raises
    ------
    InputError
        File, line, key and what is accepted: a key used twice, a condition that does not fit, an unknown
        category or rule, rules that silence each other in a circle, data on persons.
    """
    file, source = read_model(path, RulesFile)
    for kind, entries in (("attributes", file.attributes), ("categories", file.categories),
                          ("provisions", file.provisions)):  # fmt: skip
        keys = [e.key for e in entries]
        for k, key in enumerate(keys):
            if key in keys[:k]:
                raise fail(source, (kind, k, "key"), f"'{key}' is written twice", "a name of its own")
    for k, a in enumerate(file.attributes):
        _check_attribute(a, source, k)
    kinds = {a.key: a.kind for a in file.attributes}
    levels = {a.key: a.levels for a in file.attributes}
    atoms: dict[str, tuple[Atom, ...]] = {}
    names = [r.key for r in file.provisions]
    for k, r in enumerate(file.provisions):
        parts = []
        for n, words in enumerate(r.when):
            try:
                parts.append(parse_atom(words, dict(kinds), levels))
            except ValueError as error:
                accepted = '"age >= 18", "offer", "not removed_before" or "language at least good"'
                raise fail(source, ("provisions", k, "when", n), str(error), accepted) from None
        atoms[r.key] = tuple(parts)
        for name in r.unless:
            if name not in names:
                raise fail(source, ("provisions", k, "unless"), f"no rule '{name}'", ", ".join(names))
        if r.category is not None and r.category not in [c.key for c in file.categories]:
            accepted = ", ".join(c.key for c in file.categories) or "no category is listed"
            raise fail(source, ("provisions", k, "category"), f"no category '{r.category}'", accepted)
    _refuse_circles(file, source)
    return file, atoms


def _check_attribute(a: AttributeEntry, source: Source, k: int) -> None:
    here = ("attributes", k)
    if _PERSONAL & set(re.split(r"[_-]", a.key)):
        accepted = "attributes of a case, not of a person"
        raise fail(source, (*here, "key"), f"'{a.key}' would be data on a person", accepted)
    if a.kind == "number" and (a.unit is None or a.low is None or a.high is None or a.low >= a.high):
        raise fail(source, here, f"'{a.key}' is a number", "unit, low and high, with low below high")
    if (a.kind == "level") != (len(a.levels) > 1):
        raise fail(source, here, f"'{a.key}' and its levels do not fit", "two levels or more for kind: level")


def _refuse_circles(file: RulesFile, source: Source) -> None:
    graph = nx.DiGraph((r.key, name) for r in file.provisions for name in r.unless)
    for ring in nx.simple_cycles(graph):
        at = next(k for k, r in enumerate(file.provisions) if r.key in ring)
        words = " → ".join((*ring, ring[0]))
        raise fail(source, ("provisions", at, "unless"), f"rules silence each other in a circle: {words}",
                   "exceptions that end in a rule without one")  # fmt: skip


def read_case(path: Path, rules: RulesFile) -> CaseFile:
    """Read a case and check its answers against what the rules ask.

    Raises
    ------
    InputError
        File, line, key and what is accepted.
    """
    file, source = read_model(path, CaseFile)
    known = {a.key: a for a in rules.attributes}
    for key, answer in file.answers.items():
        at = ("answers", key)
        if key not in known:
            accepted = ", ".join(known)
            raise fail(source, at, "the rules do not ask this, so it is not wanted", accepted)
        a = known[key]
        if a.kind == "yes or no" and not isinstance(answer, bool):
            raise fail(source, at, f"{answer!r} is no answer", "true or false")
        if a.kind == "level" and answer not in a.levels:
            raise fail(source, at, f"{answer!r} is no level", ", ".join(a.levels))
        if a.kind == "number":
            if isinstance(answer, bool | str):
                raise fail(source, at, f"{answer!r} is no number", f"a number in {a.unit}")
            if not (a.low or 0.0) <= answer <= (a.high or 0.0):
                raise fail(source, at, f"{answer:g} cannot occur", f"{a.low:g} to {a.high:g}")
    return file
