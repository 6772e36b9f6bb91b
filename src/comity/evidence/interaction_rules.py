"""What the interactions catalogue needs to be reasoned with: outcomes, states, conditions and grades (§7.2).

``outcomes.csv`` says which way of an outcome is wanted and whose concern it is, ``states.yaml`` what a
condition speaks of and how it can be answered, ``interaction_conditions.yaml`` which states each edge needs
and how strong it is judged on Nilsson's scale (Nilsson, Griggs and Visbeck 2016, Nature 534),
``practices.yaml`` the plain words for what is no instrument. All four are our judgement.

Who may import me: coherence, regime and the floors above. Start at :meth:`InteractionRules.load`.
"""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from comity.errors import EvidenceError
from comity.evidence.catalogue_rows import Cause
from comity.evidence.catalogue_set import PACKED, Catalogue
from comity.evidence.yaml_lines import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["InteractionRules", "Need", "Outcome", "Remark", "Rule", "State", "parse_need"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Step = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{2}:[a-z][a-z_]*$")]

_NEED: Final = re.compile(r"(not )?([a-z][a-z0-9_]*)(?: (<|<=|>|>=) ([0-9]+(?:\.[0-9]+)?))?")


class Outcome(BaseModel):
    """A row of ``outcomes.csv``: an outcome, which way is wanted, and whose concern it is.

    ``better`` is ``depends`` where the wanted way is for a government to say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Slug
    title: Text
    better: Literal["higher", "lower", "depends"]
    ministry: Slug
    lens: Literal[
        "human_rights", "economic", "trade", "security", "environmental", "integration", "development"
    ]
    sdg: Annotated[str, StringConstraints(pattern=r"^(D[1-6])?$")]


class State(BaseModel):
    """An entry of ``states.yaml``: what a condition speaks of.

    ``fill`` names a figure of the pack that answers it, ``eased_by`` measures that are meant to change it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Slug
    title: Text
    question: Text
    unit: Text
    fill: str = ""
    eased_by: tuple[Step, ...] = ()

    @property
    def is_number(self) -> bool:
        """True for a quantity, False for a yes or no."""
        return self.unit != "yes or no"


class Remark(BaseModel):
    """An entry of ``contested.yaml``: what must be said beside certain interactions, and where it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    remark: Slug
    title: Text
    edges: tuple[Text, ...]
    note: Text
    source: Text


@dataclass(frozen=True, slots=True)
class Need:
    """One part of a condition: a state that holds, does not hold, or compares with a number."""

    state: str
    negated: bool = False
    compare: str = ""
    number: float = 0.0


def parse_need(words: str) -> Need:
    """Read a condition part.

    Raises
    ------
    EvidenceError
        The words are not of the form ``[not ]state`` or ``state < number``.

    Examples
    --------
    >>> parse_need("not enforcement_combined")
    Need(state='enforcement_combined', negated=True, compare='', number=0.0)
    >>> parse_need("gdp_pc_origin_ppp < 10000").number
    10000.0
    """
    found = _NEED.fullmatch(words)
    if found is None or (found[1] and found[3]):
        msg = f"not a condition: {words!r}"
        raise EvidenceError(msg)
    return Need(found[2], bool(found[1]), found[3] or "", float(found[4] or 0))


@dataclass(frozen=True, slots=True)
class Rule:
    """How one edge is tested: Nilsson grade (1 to 3), what it needs, where it was studied (ISO3 or EU)."""

    edge: str
    grade: int = 1
    needs: tuple[Need, ...] = ()
    where: tuple[str, ...] = ()


class _RuleRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    grade: Literal[1, 2, 3]
    needs: tuple[str, ...] = ()
    where: tuple[Annotated[str, StringConstraints(pattern=r"^(EU|[A-Z]{3})$")], ...] = ()


@dataclass(frozen=True, slots=True)
class InteractionRules:
    """Outcomes, states and rules, checked against the catalogue.

    Examples
    --------
    >>> rules = InteractionRules.load()
    >>> rules.outcomes["irregular_entry"].better, rules.of("I019").needs[0].state
    ('lower', 'unmet_labour_demand')
    """

    outcomes: Mapping[str, Outcome]
    states: Mapping[str, State]
    rules: Mapping[str, Rule]
    practices: Mapping[str, str]
    remarks: tuple[Remark, ...]

    def of(self, edge: str) -> Rule:
        """Return the rule of an edge; one that is not listed has grade 1 and no condition."""
        return self.rules.get(edge, Rule(edge))

    @classmethod
    def load(cls, directory: Path | None = None) -> InteractionRules:
        """Read and check the five files.

        Raises
        ------
        EvidenceError
            A row breaks its type, or names an edge, outcome, state, ministry or instrument that is not there.
        """
        return _packed() if directory is None else _load(directory)


@functools.cache
def _packed() -> InteractionRules:
    return _load(PACKED)


def _load(folder: Path) -> InteractionRules:
    catalogue = Catalogue.load(None if folder == PACKED else folder)
    outcomes = _outcomes(folder / "outcomes.csv", catalogue)
    states = _states(folder / "states.yaml", catalogue)
    rules = _rules(folder / "interaction_conditions.yaml", catalogue, states)
    for edge in catalogue.interactions:
        if edge.to_outcome not in outcomes:
            msg = f"outcomes.csv lacks '{edge.to_outcome}', which {edge.edge} ends in"
            raise EvidenceError(msg)
    practices = _practices(folder / "practices.yaml", catalogue)
    return InteractionRules(
        MappingProxyType(outcomes),
        MappingProxyType(states),
        MappingProxyType(rules),
        MappingProxyType(practices),
        _remarks(folder / "contested.yaml", catalogue),
    )


def _remarks(path: Path, catalogue: Catalogue) -> tuple[Remark, ...]:
    edges = {edge.edge for edge in catalogue.interactions}
    found: list[Remark] = []
    for slug, node in read_yaml(path).mapping(path.name).items():
        place = f"{path.name}:{node.line}"
        fields = {key: item.value for key, item in node.mapping(place).items()}
        try:
            remark = Remark.model_validate({"remark": slug, **fields})
        except ValidationError as error:
            msg = f"{place}: {error.errors(include_url=False)[0]['msg']}"
            raise EvidenceError(msg) from error
        odd = sorted(set(remark.edges) - edges)
        _refuse(bool(odd), place, f"no interaction {', '.join(odd)}")
        found.append(remark)
    return tuple(found)


def _practices(path: Path, catalogue: Catalogue) -> dict[str, str]:
    found: dict[str, str] = {}
    for slug, node in read_yaml(path).mapping(path.name).items():
        place = f"{path.name}:{node.line}"
        fields = {key: item.value for key, item in node.mapping(place).items()}
        title = fields.get("title")
        _refuse(
            set(fields) != {"title"} or not isinstance(title, str) or not title, place, "a title in words"
        )
        found[slug] = str(title)
    used = {edge.subject for edge in catalogue.interactions if edge.cause is Cause.STATE}
    odd = sorted(used ^ found.keys())
    _refuse(bool(odd), path.name, f"practices and interactions differ in {', '.join(odd[:3])}")
    return found


def _outcomes(path: Path, catalogue: Catalogue) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        for cells in reader:
            place = f"{path.name}:{reader.line_num}"
            try:
                row = Outcome.model_validate(cells)
            except ValidationError as error:
                msg = f"{place}: {error.errors(include_url=False)[0]['msg']}"
                raise EvidenceError(msg) from error
            _refuse(row.outcome in found, place, f"'{row.outcome}' is written twice")
            _refuse(row.ministry not in catalogue.ministries, place, f"no ministry '{row.ministry}'")
            found[row.outcome] = row
    return found


def _states(path: Path, catalogue: Catalogue) -> dict[str, State]:
    found: dict[str, State] = {}
    for slug, node in read_yaml(path).mapping(path.name).items():
        place = f"{path.name}:{node.line}"
        fields = {key: item.value for key, item in node.mapping(place).items()}
        try:
            state = State.model_validate({"state": slug, **fields})
        except ValidationError as error:
            msg = f"{place}: {error.errors(include_url=False)[0]['msg']}"
            raise EvidenceError(msg) from error
        for step in state.eased_by:
            code = step.partition(":")[0]
            _refuse(code not in catalogue.instruments, place, f"no instrument '{code}'")
        found[slug] = state
    return found


def _rules(path: Path, catalogue: Catalogue, states: Mapping[str, State]) -> dict[str, Rule]:
    edges = {edge.edge for edge in catalogue.interactions}
    found: dict[str, Rule] = {}
    for name, node in read_yaml(path).mapping(path.name).items():
        place = f"{path.name}:{node.line}"
        _refuse(name not in edges, place, f"no interaction '{name}'")
        try:
            row = _RuleRow.model_validate({k: item.value for k, item in node.mapping(place).items()})
        except ValidationError as error:
            msg = f"{place}: {error.errors(include_url=False)[0]['msg']}"
            raise EvidenceError(msg) from error
        needs = tuple(parse_need(words) for words in row.needs)
        for need in needs:
            _refuse(need.state not in states, place, f"states.yaml has no '{need.state}'")
            numeric = states[need.state].is_number
            _refuse(numeric != bool(need.compare), place, f"'{need.state}' is compared the wrong way")
        found[name] = Rule(name, row.grade, needs, row.where)
    return found


def _refuse(wrong: bool, place: str, what: str) -> None:
    if wrong:
        msg = f"{place}: {what}"
        raise EvidenceError(msg)
