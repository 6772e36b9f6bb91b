"""From an adopted package to a draft of its schedule: who does what by when, and what shows it (§9).

A package says what is promised. A schedule says which agency owns each promise, how anybody can see that it
was kept, and by when. What the round file says is taken over; what it does not say is proposed and marked,
for the parties to settle. Nothing here is agreed: :attr:`Draft.payload` is what a delegation or the
secretariat registers.

Who may import me: services and doors. Start at :func:`propose_commitments`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence import Catalogue
    from comity.services.roundfile import Clause, Round, Tranche
    from comity.vocabulary import Instrument

__all__ = ["Draft", "add_months", "propose_commitments"]

_STRAY: Final = re.compile(r"[^A-Za-z0-9._:-]+")
_LONGEST_KEY: Final = 64
_LONGEST_TITLE: Final = 300


@dataclass(frozen=True, slots=True)
class Draft:
    """One proposed commitment.

    Attributes
    ----------
    payload
        Plain values in the terms of the act "register commitment".
    instrument
        Code of the catalogue that it rests on.
    assumed
        What the package does not say and we proposed, in words; empty where all is stated.
    """

    payload: Mapping[str, Any]
    instrument: str
    assumed: tuple[str, ...]

    @property
    def key(self) -> str:
        """The key under which it would be registered."""
        return str(self.payload["commitment"])


def add_months(day: date, months: int) -> date:
    """Return the day some months later; the last day of a shorter month where it has no such day.

    Examples
    --------
    >>> add_months(date(2030, 1, 31), 1), add_months(date(2030, 11, 15), 14)
    (datetime.date(2030, 2, 28), datetime.date(2032, 1, 15))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError  # pragma: no cover


def propose_commitments(
    round_: Round,
    values: Mapping[str, float],
    *,
    start: date,
    review_months: int,
    catalogue: Catalogue,
    paragraphs: Mapping[str, str] | None = None,
) -> tuple[Draft, ...]:
    """Draft the schedule of a package: one commitment for each clause, or for each tranche of it.

    Parameters
    ----------
    round_
        The round whose clauses the package is made of; ``Deal.round`` or a round file.
    values
        The package: value by clause key, in the clause's unit.
    start
        The day from which months are counted: that of adoption or entry into force.
    review_months
        Months to the first review; what has no date of its own is proposed for that day.
    catalogue
        Instruments and ministries.
    paragraphs
        Paragraph of the text by clause key, where the text speaks of it.

    Raises
    ------
    InputError
        When the package is empty, or names a clause that the round does not have.

    Notes
    -----
    A tranche is released by the clause's giver when its milestone is shown. Whose milestone it is, a round
    file says only where the tranche waits for another clause; else the beneficiary is proposed, and marked as
    assumed.
    """
    clauses = {clause.key: clause for clause in round_.table}
    unknown = sorted(set(values) - set(clauses))
    if unknown or not values:
        msg = f"the round has no clause '{unknown[0]}'" if unknown else "the package is empty"
        raise InputError(msg, key="package", accepted=", ".join(list(clauses)[:8]))
    where = paragraphs or {}
    drafts: list[Draft] = []
    for key, clause in clauses.items():
        if key not in values:
            continue
        instrument = catalogue.instrument(clause.instrument)
        drafter = _Drafter(clause, instrument, values[key], start, where.get(key), catalogue)
        if clause.tranches:
            drafts += [
                drafter.tranche(tranche, number, _owner(clauses, clause, tranche))
                for number, tranche in enumerate(clause.tranches, start=1)
            ]
        else:
            drafts.append(drafter.whole(add_months(start, review_months)))
    return tuple(drafts)


def _owner(clauses: Mapping[str, Clause], clause: Clause, tranche: Tranche) -> tuple[str, str | None]:
    """Whose milestone: the delegation, and the instrument whose ministry owns it where that is known."""
    before = clauses.get(tranche.after) if tranche.after else None
    return (before.giver, before.instrument) if before else (clause.beneficiary, None)


@dataclass(frozen=True, slots=True)
class _Drafter:
    clause: Clause
    instrument: Instrument
    value: float
    start: date
    paragraph: str | None
    catalogue: Catalogue

    def whole(self, due: date) -> Draft:
        """Put the clause as one commitment of its giver."""
        unit = self.instrument.parameter.unit
        name = _capital(self.instrument.parameter.name)
        measure, way = _measure(self.value, unit), "less" if self.clause.stronger == "low" else "more"
        payload = {
            "commitment": _key(self.clause.key),
            "delegation": self.clause.giver,
            "agency": self._agency(self.instrument.ministry_giver),
            "title": _cut(f"{self.instrument.title}, towards {self.clause.beneficiary}"),
            "indicator": _cut(f"{self.instrument.parameter.name.replace('_', ' ')} ({unit})"),
            "milestone": f"{name} stands at {measure} or {way}, by records of the agency that can be seen.",
            "due": due.isoformat(),
            "provision": self.clause.key,
            "target": float(self.value),
        }
        return self._made(
            payload,
            "due day: the first review, because the package states none",
            "agency: the ministry that the catalogue names for this instrument (our mapping)",
        )

    def tranche(self, tranche: Tranche, number: int, owner: tuple[str, str | None]) -> Draft:
        """Put one tranche: its owner reaches the milestone, and the giver releases a share of the clause."""
        delegation, instrument = owner
        if instrument is not None:
            ministry = self.catalogue.instrument(instrument).ministry_giver
            assumed: tuple[str, ...] = ()
        else:
            ministry = self.instrument.ministry_beneficiary
            assumed = ("owner of the milestone: the beneficiary, because the round file names nobody",)
        unit = self.instrument.parameter.unit
        payload: dict[str, Any] = {
            "commitment": _key(self.clause.key, f".t{number}"),
            "delegation": delegation,
            "agency": self._agency(ministry),
            "title": _cut(f"{self.instrument.title}: milestone of tranche {number}"),
            "indicator": _cut(
                f"milestone reached (yes or no), for {_number(tranche.share * 100)} % of the clause"
            ),
            "milestone": tranche.milestone,
            "due": add_months(self.start, tranche.due).isoformat(),
            "provision": self.clause.key,
        }
        amount = tranche.share * self.value
        if amount > 0 and self.clause.giver != delegation:
            payload |= {"tranche": amount, "unit": unit, "payer": self.clause.giver}
        return self._made(
            payload,
            *assumed,
            "agency: the ministry that the catalogue names for this instrument (our mapping)",
        )

    def _agency(self, ministry: str) -> str:
        return f"{self.catalogue.ministry(ministry).name} (ministry)"

    def _made(self, payload: dict[str, Any], *assumed: str) -> Draft:
        if self.paragraph is not None:
            payload["paragraph"] = self.paragraph
        return Draft(payload, self.instrument.code, assumed)


def _key(clause: str, tail: str = "") -> str:
    return _STRAY.sub("-", clause).strip("._:-")[: _LONGEST_KEY - len(tail)] + tail


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST_TITLE else words[: _LONGEST_TITLE - 1] + "…"


def _capital(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _measure(value: float, unit: str) -> str:
    scale = unit.removeprefix("level ")
    return f"level {_number(value)} of the scale {scale}" if scale != unit else f"{_number(value)} {unit}"


def _number(value: float) -> str:
    return f"{value:,.10g}"
