"""Admission decisions from rules as data: reasons rule by rule, what would change it, gaps (E79).

A rule speaks when its condition holds and no rule that silences it speaks. Exactly one kind of decision among
the speaking rules is the decision; none is a gap, several a contradiction, and neither is decided here. An
attribute that is not answered makes conditions unknown, and the decision open where it depends on them.

Who may import me: doors and the admission document. Start at :func:`admission_check`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from comity.errors import InputError
from comity.services.admission_file import Answer, Atom, RulesFile, read_case, read_rules
from comity.services.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from comity.reports.document import Document
    from comity.services.admission_file import AttributeEntry, CaseFile, RuleEntry

__all__ = [
    "Change", "Decided", "Levels", "Reason", "Regulations", "admission_check", "admission_levels",
]  # fmt: skip

Truth = Literal["yes", "no", "unknown"]
Word = Literal["admit", "refuse", "refer", "gap", "contradiction", "open"]
#: From worst to best for an applicant; what an officer or the law must still settle lies between.
_RANK: Final = {"refuse": 0, "gap": 1, "contradiction": 1, "refer": 1, "open": 1, "admit": 2}
MOST_CELLS: Final = 100_000
MOST_CHANGES: Final = 2


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule on one case: whether its condition holds, and whether it speaks."""

    rule: str
    parts: tuple[Truth, ...]
    holds: Truth
    silenced_by: tuple[str, ...]
    speaks: Truth
    decision: Literal["admit", "refuse", "refer"]


@dataclass(frozen=True, slots=True)
class Change:
    """Answers that would lead to admission, each a change of an attribute that can change."""

    answers: tuple[tuple[str, Answer], ...]
    rule: str


class Regulations:
    """Rules that were read and found sound.

    Raises
    ------
    InputError
        A rule that no case can satisfy, or a promise (``better``) that the rules break.
    """

    def __init__(self, file: RulesFile, atoms: Mapping[str, tuple[Atom, ...]], *, name: str = "") -> None:
        self.file = file
        self.atoms = atoms
        self.attributes: dict[str, AttributeEntry] = {a.key: a for a in file.attributes}
        self.rules: dict[str, RuleEntry] = {r.key: r for r in file.provisions}
        self.cells = {key: self._cells(key) for key in self.attributes}
        self._name = name or file.rules
        self._order = self._sort()
        total = 1
        for cells in self.cells.values():
            total *= len(cells)
        if total > MOST_CELLS:
            msg = f"the rules tell {total:,} kinds of case apart"
            raise InputError(msg, file=self._name, accepted=f"at most {MOST_CELLS:,}")
        self._check()

    @classmethod
    def read(cls, path: Path) -> Regulations:
        """Read a rules file."""
        file, atoms = read_rules(path)
        return cls(file, atoms, name=str(path))

    def _cells(self, key: str) -> tuple[Answer, ...]:
        """Answers that stand for all answers that the rules cannot tell apart, in order."""
        a = self.attributes[key]
        if a.kind == "yes or no":
            return (False, True)
        if a.kind == "level":
            return a.levels
        low, high = float(a.low or 0), float(a.high or 0)
        marks = sorted({float(x.value) for atoms in self.atoms.values() for x in atoms if x.attribute == key})
        inner = [m for m in marks if low <= m <= high]
        ends = sorted({low, *inner, high})
        between = [(x + y) / 2 for x, y in itertools.pairwise(ends)]
        return tuple(sorted({*ends, *between}))

    def _sort(self) -> tuple[str, ...]:
        """Rules in an order in which those that silence come first; there is no circle."""
        order: list[str] = []

        def place(key: str) -> None:
            if key not in order:
                for name in self.rules[key].unless:
                    place(name)
                order.append(key)

        for key in self.rules:
            place(key)
        return tuple(order)

    def weigh(self, answers: Mapping[str, Answer]) -> tuple[Reason, ...]:
        """Every rule on one case, in the order of the file."""
        speaks: dict[str, Truth] = {}
        found: dict[str, Reason] = {}
        for key in self._order:
            rule = self.rules[key]
            parts = tuple(self._truth(atom, answers) for atom in self.atoms[key])
            holds: Truth = "no" if "no" in parts else "unknown" if "unknown" in parts else "yes"
            silent = tuple(name for name in rule.unless if speaks[name] == "yes")
            maybe = any(speaks[name] == "unknown" for name in rule.unless)
            word: Truth = (
                "no" if holds == "no" or silent else "unknown" if holds == "unknown" or maybe else "yes"
            )
            speaks[key] = word
            found[key] = Reason(key, parts, holds, silent, word, rule.decision)
        return tuple(found[key] for key in self.rules)

    def _truth(self, atom: Atom, answers: Mapping[str, Answer]) -> Truth:
        if atom.attribute not in answers:
            return "unknown"
        levels = self.attributes[atom.attribute].levels
        return "yes" if atom.holds(answers[atom.attribute], levels) else "no"

    @staticmethod
    def conclude(reasons: tuple[Reason, ...]) -> Word:
        """Draw the decision from the reasons, and from nothing else."""
        sure = {r.decision for r in reasons if r.speaks == "yes"}
        maybe = {r.decision for r in reasons if r.speaks == "unknown"}
        if maybe - sure:
            return "open"
        if len(sure) == 1:
            word: Word = next(iter(sure))
            return word
        return "contradiction" if sure else "gap"

    def cases(self) -> Iterator[dict[str, Answer]]:
        """One case of each kind that the rules can tell apart."""
        keys = list(self.cells)
        for values in itertools.product(*(self.cells[key] for key in keys)):
            yield dict(zip(keys, values, strict=True))

    def _check(self) -> None:
        speaking: set[str] = set()
        words: dict[tuple[Answer, ...], Word] = {}
        for case in self.cases():
            reasons = self.weigh(case)
            speaking |= {r.rule for r in reasons if r.speaks == "yes"}
            words[tuple(case.values())] = self.conclude(reasons)
        for key in self.rules:
            if key not in speaking:
                msg = f"no case can satisfy rule '{key}'"
                accepted = "conditions that can hold together, and are not always silenced"
                raise InputError(msg, file=self._name, key=f"provisions.{key}", accepted=accepted)
        for place, (key, a) in enumerate(self.attributes.items()):
            if a.better is not None:
                self._check_promise(place, key, a.better, words)

    def _check_promise(
        self, place: int, key: str, better: str, words: Mapping[tuple[Answer, ...], Word]
    ) -> None:
        cells = self.cells[key] if better == "higher" else self.cells[key][::-1]
        for worse, good in itertools.pairwise(cells):
            for case, word in words.items():
                if case[place] != worse:
                    continue
                other = words[(*case[:place], good, *case[place + 1 :])]
                if _RANK[other] < _RANK[word]:
                    move = f"{worse} → {good} turns {word} into {other}"
                    msg = f"'{key}' is said to help when {better}, yet {move}"
                    raise InputError(msg, file=self._name, key=f"attributes.{key}",
                                     accepted="rules that keep the promise, or no 'better'")  # fmt: skip

    def find_gaps(self) -> tuple[tuple[Word, dict[str, Answer]], ...]:
        """Kinds of case that no rule decides, or that rules decide both ways."""
        found: dict[tuple[tuple[Truth, ...], ...], tuple[Word, dict[str, Answer]]] = {}
        for case in self.cases():
            reasons = self.weigh(case)
            word = self.conclude(reasons)
            if word in ("gap", "contradiction"):
                found.setdefault(tuple(r.parts for r in reasons), (word, case))
        return tuple(found.values())

    def find_changes(self, answers: Mapping[str, Answer]) -> tuple[Change, ...]:
        """List the smallest changes that lead to admission: of one answer, else of two."""
        free = [key for key, a in self.attributes.items() if a.changeable or key not in answers]
        for size in range(1, MOST_CHANGES + 1):
            found: dict[tuple[str, ...], Change] = {}
            for keys in itertools.combinations(free, size):
                options = [self._nearest(key, answers) for key in keys]
                for values in itertools.product(*options):
                    new = tuple(zip(keys, values, strict=True))
                    reasons = self.weigh({**answers, **dict(new)})
                    if self.conclude(reasons) == "admit" and keys not in found:
                        rule = next(r.rule for r in reasons if r.speaks == "yes")
                        found[keys] = Change(new, rule)
            if found:
                return tuple(found.values())
        return ()

    def _nearest(self, key: str, answers: Mapping[str, Answer]) -> list[Answer]:
        """Other answers, the nearest first."""
        cells = [c for c in self.cells[key] if c != answers.get(key)]
        if key not in answers or isinstance(answers[key], bool | str):
            return list(cells)
        return sorted(cells, key=lambda c: abs(float(c) - float(answers[key])))


@dataclass(frozen=True, repr=False)
class Decided(Result):
    """A case under rules: the decision, its reasons, what would change it. Nothing of it is kept."""

    regulations: Regulations
    case: CaseFile
    decision: Word
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]

    @property
    def category(self) -> str | None:
        """Category of the rule that admits, where it names one."""
        speaking = [r.rule for r in self.reasons if r.speaks == "yes" and r.decision == "admit"]
        named = [self.regulations.rules[key].category for key in speaking]
        return named[0] if self.decision == "admit" and named else None

    @property
    def place_left(self) -> bool | None:
        """Whether the category has a place left; None where that is not stated."""
        for c in self.regulations.file.categories:
            if c.key == self.category and c.places is not None and c.used is not None:
                return c.used < c.places
        return None

    @property
    def missing(self) -> tuple[str, ...]:
        """Attributes that are not answered and on which the decision hangs."""
        if self.decision != "open":
            return ()
        unsure = [r.rule for r in self.reasons if r.speaks == "unknown"]
        keys = [atom.attribute for key in unsure for atom in self.regulations.atoms[key]]
        return tuple(dict.fromkeys(key for key in keys if key not in self.case.answers))

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        rules = self.regulations.rules
        return {
            "rules": self.regulations.file.rules, "case": self.case.case, "decision": self.decision,
            "category": self.category, "place_left": self.place_left, "missing": list(self.missing),
            "reasons": [
                {
                    "rule": r.rule, "title": rules[r.rule].title, "holds": r.holds, "speaks": r.speaks,
                    "silenced_by": list(r.silenced_by), "decision": r.decision,
                    "parts": dict(zip(rules[r.rule].when, r.parts, strict=True)),
                    "source": rules[r.rule].source,
                }
                for r in self.reasons
            ],
            "would_admit": [{"answers": dict(c.answers), "rule": c.rule} for c in self.changes],
            "illustrative": self.regulations.file.illustrative,
        }  # fmt: skip

    def document(self, *, brief: bool = False) -> Document:
        """Readable form."""
        from comity.services.admission_document import write_decision  # noqa: PLC0415  (mutual)

        return write_decision(self, brief=brief)


@dataclass(frozen=True, repr=False)
class Levels(Result):
    """Places by category, and kinds of case that the rules leave open."""

    regulations: Regulations
    gaps: tuple[tuple[Word, dict[str, Answer]], ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "rules": self.regulations.file.rules,
            "categories": [
                {
                    **c.model_dump(mode="json"),
                    "left": None if c.places is None or c.used is None else c.places - c.used,
                }
                for c in self.regulations.file.categories
            ],
            "gaps": [{"kind": word, "case": case} for word, case in self.gaps],
            "illustrative": self.regulations.file.illustrative,
        }

    def document(self, *, brief: bool = False) -> Document:
        """Readable form."""
        from comity.services.admission_document import write_levels  # noqa: PLC0415  (mutual)

        return write_levels(self, brief=brief)


def admission_check(*, rules: Path, case: Path) -> Decided:
    """Weigh a case under rules.

    Raises
    ------
    InputError
        A file cannot be used, or the rules are not sound.
    """
    regulations = Regulations.read(rules)
    file = read_case(case, regulations.file)
    reasons = regulations.weigh(file.answers)
    word = regulations.conclude(reasons)
    changes = () if word == "admit" else regulations.find_changes(file.answers)
    return Decided(regulations, file, word, reasons, changes)


def admission_levels(*, rules: Path) -> Levels:
    """Say which places are used and left, and which kinds of case the rules do not decide.

    Raises
    ------
    InputError
        The file cannot be used, or the rules are not sound.
    """
    regulations = Regulations.read(rules)
    return Levels(regulations, regulations.find_gaps())
