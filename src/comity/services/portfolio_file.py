"""The portfolio file as frozen objects (§7.1): what a government's ministries do and what they are for.

A measure follows the fields of DEMIG POLICY (de Haas, Natter and Vezzoli 2015): area and tool through the
instrument's code, change, target group, target origin, date and agency.

Who may import me: services. Start at :func:`read_portfolio`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from comity.coherence import OPPOSITES, Measure, Objective, Portfolio, StateValue
from comity.errors import InputError
from comity.services.modelfile import fail, read_model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.evidence import Catalogue
    from comity.evidence.interaction_rules import InteractionRules
    from comity.services.roundfile_source import Source

__all__ = [
    "AdmissionCategory", "AdmissionEntry", "Benchmark", "Iso3", "MeasureEntry", "ObjectiveEntry",
    "PortfolioFile", "RecordEntry", "Since", "Size", "Slug", "StateEntry", "Statement", "Strict", "Text",
    "check_states", "find_day", "last_day", "portfolio_schema", "read_portfolio", "to_portfolio",
]  # fmt: skip

DECEMBER: Final = 12

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,60}$")]
Iso3 = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
#: A day, a month or a year, as sources give it.
Since = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]


class Strict(BaseModel):
    """Frozen; refuses keys that it does not know; numbers may stand where a text is wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Size(Strict):
    """How large a measure is, in its own unit."""

    value: float = Field(description="a number")
    unit: Text = Field(description="unit of the number, such as places per year")


class ObjectiveEntry(Strict):
    """What the government wants of an outcome."""

    key: Slug = Field(description="a short name of the objective")
    outcome: Slug = Field(description="an outcome of the catalogue, such as irregular_entry")
    wants: Literal["higher", "lower"] = Field(description="higher or lower")
    ministry: Text = Field(description="the ministry or agency whose objective it is")
    weight: float = Field(default=1.0, ge=0, le=1, description="0 to 1; orders findings, adds nothing up")
    title: Text | None = Field(default=None, description="the objective in the government's own words")
    source: Text = Field(description="where the objective is written")


class MeasureEntry(Strict):
    """Something a ministry or agency does, or fails to do."""

    key: Slug = Field(description="a short name of the measure")
    ministry: Text = Field(description="the ministry or agency that is responsible; names are free")
    instrument: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{2}$")] | None = Field(
        default=None, description="code of an instrument, such as LE01"
    )
    practice: Slug | None = Field(
        default=None, description="a practice that interactions start from, such as gross_hr_violations"
    )
    change: Slug | None = Field(
        default=None, description="expand, restrict, raise, lower, introduce, withdraw, …"
    )
    title: Text = Field(description="the measure in plain words")
    size: Size | None = Field(default=None, description="how large it is")
    group: Text | None = Field(default=None, description="target group")
    origin: tuple[Iso3, ...] = Field(default=(), description="target countries of origin, by ISO3 code")
    destination: tuple[Iso3, ...] = Field(
        default=(), description="countries to which this country's own people go under it, by ISO3 code"
    )
    since: Since = Field(description="a date such as 2022-07-26, or a year")
    fixed: bool = Field(default=False, description="true when the measure is not up for change")
    source: Text = Field(description="where the measure is published")

    @model_validator(mode="after")
    def _one_subject(self) -> MeasureEntry:
        if (self.instrument is None) == (self.practice is None):
            msg = "either instrument (with a change) or practice, and not both"
            raise ValueError(msg)
        if self.instrument is not None and self.change is None:
            msg = f"a change beside the instrument: {', '.join(sorted(OPPOSITES))}"
            raise ValueError(msg)
        return self


class StateEntry(Strict):
    """The answer to the question of a state."""

    value: bool | float = Field(description="true, false or a number")
    source: Text = Field(description="where the answer comes from")


class RecordEntry(Strict):
    """Where a benchmark stood on a date."""

    on: Since = Field(description="the date")
    state: Literal["reached", "on track", "behind", "not known"] = Field(description="where it stood")
    value: float | None = Field(default=None, description="the number on that date")
    note: Text | None = Field(default=None, description="what happened")
    source: Text = Field(description="where it is published")


class Benchmark(Strict):
    """What an agency is held to, by when, and where it stands (E74, E100)."""

    key: Slug = Field(description="a short name of the benchmark")
    title: Text = Field(description="what is to be reached")
    domain: Annotated[str, StringConstraints(pattern=r"^D[1-6](\.[1-5])?$")] = Field(
        description="domain or sub-category of SDG indicator 10.7.2, such as D3 or D3.1"
    )
    owner: Text = Field(description="the agency that answers for it")
    target: float | None = Field(default=None, description="a number to reach")
    value: float | None = Field(default=None, description="the number today")
    unit: Text | None = Field(default=None, description="unit of target and value")
    due: Since | None = Field(default=None, description="a date")
    state: Literal["reached", "on track", "behind", "not known"] = Field(
        default="not known", description="reached, on track, behind or not known"
    )
    source: Text = Field(description="where the figure or commitment is published")
    history: tuple[RecordEntry, ...] = Field(default=(), description="its record, oldest first")


class Statement(Strict):
    """Something that a government says, and where."""

    text: Text = Field(description="in plain words")
    source: Text = Field(description="where it is published")


class AdmissionCategory(Strict):
    """A category in which people are admitted; what is absent is not disclosed."""

    title: Text = Field(description="the category in plain words")
    number: Size | None = Field(default=None, description="how many, with a unit such as persons per year")
    criteria: tuple[Text, ...] = Field(default=(), description="what is asked of applicants")
    source: Text = Field(description="where it is published")


class AdmissionEntry(Strict):
    """How admission is decided, for the public; what is absent is not disclosed (E79)."""

    decides: Text = Field(description="who decides")
    categories: tuple[AdmissionCategory, ...] = Field(min_length=1, description="categories of admission")
    targets: Statement | None = Field(default=None, description="geographic targets, or that there are none")
    removal: Statement | None = Field(default=None, description="when and how people are removed")
    appeal: Statement | None = Field(default=None, description="how to appeal")
    refusals: Statement | None = Field(default=None, description="what happens after a refusal")


class PortfolioFile(Strict):
    """A government's measures and objectives at one date."""

    portfolio: Slug = Field(description="a short name of the portfolio")
    title: Text = Field(description="a title for readers")
    country: Iso3 = Field(description="ISO 3166-1 alpha-3 code")
    as_of: Since = Field(description="the date for which it holds")
    note: Text | None = Field(default=None, description="what a reader should know")
    objectives: tuple[ObjectiveEntry, ...] = Field(default=(), description="what the government wants")
    measures: tuple[MeasureEntry, ...] = Field(min_length=1, description="what its ministries do")
    states: dict[Slug, StateEntry] = Field(default_factory=dict, description="answers to questions of states")
    benchmarks: tuple[Benchmark, ...] = Field(default=(), description="what agencies are held to")
    admission: AdmissionEntry | None = Field(default=None, description="how admission is decided")


def read_portfolio(
    path: Path, *, catalogue: Catalogue, rules: InteractionRules, countries: Mapping[str, str]
) -> PortfolioFile:
    """Read a portfolio file and check it against the catalogues.

    Raises
    ------
    InputError
        File, line, key and what is accepted: an unknown instrument, practice, outcome, state, change or
        country, an impossible date, a measure that contradicts another of the same ministry.
    """
    file, source = read_model(path, PortfolioFile)
    _check(file, source, catalogue, rules, countries)
    return file


def _check(
    file: PortfolioFile,
    source: Source,
    catalogue: Catalogue,
    rules: InteractionRules,
    countries: Mapping[str, str],
) -> None:
    if file.country not in countries:
        raise fail(source, ("country",), f"unknown country '{file.country}'", "an ISO 3166-1 alpha-3 code")
    if find_day(file.as_of) is None:
        raise fail(source, ("as_of",), f"'{file.as_of}' is no date", "a date such as 2024-12-31")
    practices = sorted(rules.practices)
    for k in range(len(file.measures)):
        _check_subject(file, source, k, catalogue, practices)
        _check_when_and_whom(file, source, k, countries)
        _refuse_contradiction(file, source, k)
    for k, o in enumerate(file.objectives):
        if o.outcome not in rules.outcomes:
            at = ("objectives", k, "outcome")
            raise fail(source, at, f"unknown outcome '{o.outcome}'", ", ".join(sorted(rules.outcomes)))
    for k in range(len(file.benchmarks)):
        _check_benchmark(file, source, k)
    check_states(file.states, source, rules)


def check_states(states: Mapping[str, StateEntry], source: Source, rules: InteractionRules) -> None:
    """Refuse a state that the catalogue does not ask about, or an answer of the wrong kind.

    Raises
    ------
    InputError
        At the line of the state.
    """
    for name, state in states.items():
        if name not in rules.states:
            raise fail(source, ("states", name), "unknown state", ", ".join(sorted(rules.states)))
        if rules.states[name].is_number == isinstance(state.value, bool):
            key = ("states", name, "value")
            raise fail(source, key, "the value does not answer the question", rules.states[name].unit)


def _check_benchmark(file: PortfolioFile, source: Source, k: int) -> None:
    """Refuse a record that goes back in time, or ends late or in another state than the entry gives."""
    b, here = file.benchmarks[k], ("benchmarks", k)
    if b.key in [other.key for other in file.benchmarks[:k]]:
        raise fail(source, (*here, "key"), f"benchmark '{b.key}' is written twice", "a name of its own")
    if b.due is not None and find_day(b.due) is None:
        raise fail(source, (*here, "due"), f"'{b.due}' is no date", "a date such as 2026-12-31")
    if b.unit is None and (b.target is not None or b.value is not None):
        raise fail(source, here, "a number without a unit", "unit: what target and value count")
    before: dt.date | None = None
    for n, entry in enumerate(b.history):
        at = (*here, "history", n)
        day = find_day(entry.on)
        if day is None or day > last_day(file.as_of) or (before is not None and day < before):
            accepted = f"dates in order, up to {file.as_of}"
            raise fail(source, (*at, "on"), f"'{entry.on}' cannot stand here", accepted)
        before = day
    if b.history and b.history[-1].state != b.state:
        accepted = f"state: {b.history[-1].state}, as the record ends"
        raise fail(source, (*here, "state"), f"'{b.state}' is not where the record ends", accepted)


def _check_subject(
    file: PortfolioFile, source: Source, k: int, catalogue: Catalogue, practices: list[str]
) -> None:
    m, here = file.measures[k], ("measures", k)
    if m.key in [other.key for other in file.measures[:k]]:
        raise fail(source, (*here, "key"), f"measure '{m.key}' is written twice", "a name of its own")
    if m.instrument is not None and m.instrument not in catalogue.instruments:
        accepted = "a code of the catalogue, such as LE01"
        raise fail(source, (*here, "instrument"), f"unknown instrument '{m.instrument}'", accepted)
    if m.practice is not None and m.practice not in practices:
        raise fail(source, (*here, "practice"), f"unknown practice '{m.practice}'", ", ".join(practices))
    if m.change is not None and m.change not in OPPOSITES:
        raise fail(source, (*here, "change"), f"unknown change '{m.change}'", ", ".join(sorted(OPPOSITES)))


def _check_when_and_whom(file: PortfolioFile, source: Source, k: int, countries: Mapping[str, str]) -> None:
    m, here = file.measures[k], ("measures", k)
    since, as_of = find_day(m.since), find_day(file.as_of, last=True)
    if since is None:
        raise fail(source, (*here, "since"), f"'{m.since}' is no date", "a date such as 2022-07-26")
    if as_of is not None and since > as_of:
        accepted = f"a date up to {file.as_of}"
        raise fail(source, (*here, "since"), f"'{m.since}' is after the portfolio's own date", accepted)
    for key, codes in (("origin", m.origin), ("destination", m.destination)):
        for code in codes:
            if code not in countries:
                raise fail(source, (*here, key), f"unknown country '{code}'", "an ISO 3166-1 alpha-3 code")


def _refuse_contradiction(file: PortfolioFile, source: Source, k: int) -> None:
    """Refuse a measure that the same ministry undoes for the same people: one of the two is a mistake."""
    m = file.measures[k]
    for other in file.measures[:k]:
        if _whom(other) != _whom(m):
            continue
        if m.change == other.change:
            raise fail(
                source,
                ("measures", k),
                f"says the same as '{other.key}'",
                "one entry, or another group or origin",
            )
        if m.change is not None and OPPOSITES.get(m.change) == other.change:
            raise fail(
                source, ("measures", k), f"undoes '{other.key}' of the same ministry for the same people",
                "the net change, or another group or origin",
            )  # fmt: skip


def _whom(m: MeasureEntry) -> tuple[object, ...]:
    return (m.ministry, m.instrument, m.practice, m.group, m.origin, m.destination)


def find_day(words: str, *, last: bool = False) -> dt.date | None:
    """First (or last) day of a day, month or year; None where the calendar has no such day.

    >>> find_day("2024-02", last=True), find_day("2023-02-29")
    (datetime.date(2024, 2, 29), None)
    """
    parts = [int(x) for x in words.split("-")]
    try:
        month = parts[1] if len(parts) > 1 else DECEMBER if last else 1
        final = calendar.monthrange(parts[0], month)[1] if last else 1
        return dt.date(parts[0], month, parts[2] if len(parts) > 2 else final)
    except (ValueError, calendar.IllegalMonthError):
        return None


def last_day(words: str) -> dt.date:
    """Last day of a date that has been checked: of a day itself, a month or a year.

    >>> last_day("2024")
    datetime.date(2024, 12, 31)
    """
    day = find_day(words, last=True)
    if day is None:
        msg = f"'{words}' is no date"
        raise InputError(msg, accepted="a date such as 2024-12-31")
    return day


def to_portfolio(file: PortfolioFile, states: Mapping[str, StateValue] | None = None) -> Portfolio:
    """Turn the file into what the coherence room assesses; the user's answers outweigh the pack's."""
    given = {name: StateValue(s.value, f"portfolio:states.{name}") for name, s in file.states.items()}
    return Portfolio(
        file.country,
        tuple(
            Measure(m.key, m.ministry, m.instrument or m.practice or "", m.change or "", m.title, m.fixed)
            for m in file.measures
        ),
        tuple(
            Objective(o.key, o.outcome, o.wants, o.ministry, o.weight, o.title or "") for o in file.objectives
        ),
        {**(states or {}), **given},
    )


def portfolio_schema() -> dict[str, Any]:
    """Return the JSON Schema of a portfolio file (draft 2020-12).

    >>> sorted(portfolio_schema()["required"])
    ['as_of', 'country', 'measures', 'portfolio', 'title']
    """
    schema = PortfolioFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Comity portfolio file",
    }
