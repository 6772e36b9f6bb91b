"""The agreement file: a user's own agreement by clauses, in our own or the user's words, checked (§8).

Who may import me: services. Start at :func:`read_agreement`.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from comity.errors import EvidenceNotFound
from comity.regime import Agreement, Clause, Force, Publication
from comity.regime.agreement import BOTH
from comity.services.modelfile import fail, read_model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.regime import Tags
    from comity.services.roundfile_source import Key, Source

__all__ = ["AgreementFile", "Bloc", "ClauseEntry", "Member", "agreement_schema", "read_agreement"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,60}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,15}$")]
#: A day, a month or a year, as sources give it.
When = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Member(_Strict):
    """A country in a bloc, from when and until when."""

    country: Code = Field(description="ISO 3166-1 alpha-3 code")
    joined: When | None = Field(default=None, description="a date or a year")
    left: When | None = Field(default=None, description="a date or a year")


class Bloc(_Strict):
    """A party that consists of countries."""

    code: Code = Field(description="a short code for the bloc, such as EU")
    name: Text = Field(description="the bloc's name")
    members: tuple[Member, ...] = Field(min_length=1, description="its member countries")


class ClauseEntry(_Strict):
    """One clause."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.()-]{0,40}$")] = Field(
        description="article or paragraph, such as 4.2"
    )
    tags: tuple[Text, ...] = Field(
        min_length=1, max_length=12, description="codes such as LE02, or words such as reserved places"
    )
    summary: Text = Field(description="what the clause says, in your own words")
    force: Literal["binding", "best effort", "mention", "not known"] = Field(
        default="not known", description="binding, best effort, mention or not known"
    )
    giver: Text | None = Field(default=None, description="a party's code, or both; leave out if not told")
    beneficiary: Text | None = Field(
        default=None, description="a party's code, or both; leave out if not told"
    )
    value: float | None = Field(default=None, description="the number that the clause states")
    unit: Text | None = Field(default=None, description="the unit of the number")


class AgreementFile(_Strict):
    """An agreement by clauses."""

    agreement: Slug = Field(description="a short name of the agreement")
    title: Text = Field(description="the agreement's title")
    parties: tuple[Code, ...] = Field(min_length=2, max_length=60, description="ISO3 codes or codes of blocs")
    blocs: tuple[Bloc, ...] = Field(default=(), description="parties that consist of countries")
    origin: tuple[Code, ...] = Field(default=(), description="parties in the role of origin")
    destination: tuple[Code, ...] = Field(default=(), description="parties in the role of destination")
    signed: When | None = Field(default=None, description="date of signature, such as 2016-03-18")
    in_force: When | None = Field(default=None, description="date of entry into force")
    ended: When | None = Field(default=None, description="date of termination")
    published: Literal["full", "part", "no", "not known"] = Field(
        default="not known", description="full, part, no or not known"
    )
    source: Text = Field(description="citation of the text")
    mark: Literal["read", "recalled", "own draft"] = Field(description="read, recalled or own draft")
    note: Text | None = Field(default=None, description="what a reader should know")
    clauses: tuple[ClauseEntry, ...] = Field(default=(), max_length=2000, description="the clauses")


def read_agreement(path: Path, *, tags: Tags, countries: Mapping[str, str]) -> Agreement:
    """Read an agreement file and check it against the catalogues.

    Raises
    ------
    InputError
        File, line, key and what is accepted: an unknown tag, country or party, a bloc of unknown members,
        membership that contradicts itself, dates in the wrong order, a clause written twice.
    """
    file, source = read_model(path, AgreementFile)
    _check_parties(file, source, countries)
    _check_dates(file, source)
    _check_roles(file, source)
    clauses = tuple(_clause(file, source, k, tags) for k in range(len(file.clauses)))
    return Agreement(
        key=file.agreement,
        title=file.title,
        parties=file.parties,
        clauses=clauses,
        members=tuple((b.code, tuple(sorted({m.country for m in b.members}))) for b in file.blocs),
        origin=file.origin,
        destination=file.destination,
        signed=file.signed or "",
        ended=file.ended or "",
        published=Publication(file.published),
        source=file.source,
        mark=file.mark,
    )


def _check_parties(file: AgreementFile, source: Source, countries: Mapping[str, str]) -> None:
    blocs = {b.code for b in file.blocs}
    iso = "an ISO 3166-1 alpha-3 code such as MAR"
    for k, party in enumerate(file.parties):
        if party in file.parties[:k]:
            raise fail(source, ("parties", k), f"'{party}' is a party twice", "each party once")
        if party not in countries and party not in blocs:
            message = f"'{party}' is neither a country nor one of the blocs of this file"
            raise fail(source, ("parties", k), message, f"{iso}, or a bloc with its members under blocs")
    for k, bloc in enumerate(file.blocs):
        here: Key = ("blocs", k)
        if bloc.code in countries:
            raise fail(source, (*here, "code"), f"'{bloc.code}' is a country", "a code that no country has")
        if bloc.code in [b.code for b in file.blocs[:k]]:
            raise fail(source, (*here, "code"), f"bloc '{bloc.code}' is written twice", "each bloc once")
        if bloc.code not in file.parties:
            raise fail(source, (*here, "code"), f"'{bloc.code}' is not a party", ", ".join(file.parties))
        _check_members(file, source, k, countries)


def _check_members(file: AgreementFile, source: Source, k: int, countries: Mapping[str, str]) -> None:
    bloc = file.blocs[k]
    for j, member in enumerate(bloc.members):
        key: Key = ("blocs", k, "members", j)
        if member.country not in countries:
            message = f"bloc '{bloc.code}': unknown member '{member.country}'"
            raise fail(source, (*key, "country"), message, "an ISO 3166-1 alpha-3 code such as MAR")
        first, last = _span(source, key, member)
        if last <= first:
            message = f"{member.country} leaves '{bloc.code}' before it joins"
            raise fail(source, (*key, "left"), message, "a date after joined")
        for i, other in enumerate(bloc.members[:j]):
            begins, ends = _span(source, ("blocs", k, "members", i), other)
            if other.country == member.country and first < ends and begins < last:
                message = f"{member.country} is in '{bloc.code}' twice at the same time"
                raise fail(source, key, message, "spells of membership that do not overlap")
        if member.country in file.parties:
            message = f"{member.country} is a party itself and a member of the party '{bloc.code}'"
            raise fail(source, key, message, "a country on one side only")
        for other_bloc in file.blocs[:k]:
            for other in other_bloc.members:
                begins, ends = _span(source, key, other)
                if other.country == member.country and first < ends and begins < last:
                    message = (
                        f"{member.country} is in '{other_bloc.code}' and in '{bloc.code}' at the same time"
                    )
                    raise fail(source, key, message, "a country on one side only")


def _span(source: Source, key: Key, member: Member) -> tuple[dt.date, dt.date]:
    first = dt.date.min if member.joined is None else _day(source, (*key, "joined"), member.joined)
    last = dt.date.max if member.left is None else _day(source, (*key, "left"), member.left)
    return first, last


def _check_dates(file: AgreementFile, source: Source) -> None:
    named = [(n, getattr(file, n)) for n in ("signed", "in_force", "ended")]
    told = [(n, words, _day(source, (n,), words)) for n, words in named if words is not None]
    for (name, words, day), (later, after, last) in pairwise(told):
        # a bare year counts as its first day, so only dates of one precision can be held against each other
        size = min(len(words), len(after))
        if words[:size] > after[:size] or (len(words) == len(after) and day > last):
            message = f"{name} {words} is after {later} {after}"
            raise fail(source, (later,), message, f"a date from {words} on")


def _check_roles(file: AgreementFile, source: Source) -> None:
    for name in ("origin", "destination"):
        for k, party in enumerate(getattr(file, name)):
            if party not in file.parties:
                raise fail(source, (name, k), f"'{party}' is not a party", ", ".join(file.parties))


def _clause(file: AgreementFile, source: Source, k: int, tags: Tags) -> Clause:
    c, here = file.clauses[k], ("clauses", k)
    if c.key in [other.key for other in file.clauses[:k]]:
        raise fail(source, (*here, "key"), f"clause '{c.key}' is written twice", "a key of its own")
    resolved: list[str] = []
    for j, words in enumerate(c.tags):
        try:
            resolved.append(tags.resolve(words))
        except EvidenceNotFound as error:
            raise fail(source, (*here, "tags", j), error.message, error.accepted or "") from None
    for name in ("giver", "beneficiary"):
        party = getattr(c, name)
        if party is not None and party not in (*file.parties, BOTH):
            accepted = f"{', '.join(file.parties)} or both"
            raise fail(source, (*here, name), f"'{party}' is not a party", accepted)
    if c.giver is not None and c.giver == c.beneficiary and c.giver != BOTH:
        raise fail(source, (*here, "beneficiary"), f"{c.giver} gives to itself", "another party, or both")
    unique = tuple(sorted(set(resolved)))
    return Clause(
        c.key, unique, c.summary, Force(c.force), c.giver or "", c.beneficiary or "",
        c.value, _unit(source, (*here,), c, unique, tags),
    )  # fmt: skip


def _unit(source: Source, here: Key, c: ClauseEntry, codes: tuple[str, ...], tags: Tags) -> str:
    if c.value is None:
        return c.unit or ""
    if len(codes) > 1:
        raise fail(
            source, (*here, "value"), "a number under several tags fits none of them",
            "one tag for a clause with a value; write the rest as clauses of their own",
        )  # fmt: skip
    instrument = tags.catalogue.instruments.get(codes[0])
    if instrument is None:
        raise fail(source, (*here, "value"), f"{codes[0]} carries no number", "no value, or another tag")
    expected = instrument.parameter.unit
    if c.unit != expected:
        raise fail(source, (*here, "unit"), f"unit of {codes[0]} is missing or another", expected)
    low, high = instrument.parameter.low, instrument.parameter.high
    if not low <= c.value <= high:
        raise fail(
            source, (*here, "value"), f"{c.value:g} is out of bounds", f"{low:g} to {high:g} {expected}"
        )
    return expected


def _day(source: Source, key: Key, words: str) -> dt.date:
    parts = [int(x) for x in words.split("-")]
    try:
        return dt.date(parts[0], *[*parts[1:], 1, 1][:2])
    except ValueError:
        raise fail(source, key, f"'{words}' is no date", "a date such as 2016-03-18") from None


def agreement_schema() -> dict[str, Any]:
    """Return the JSON Schema of an agreement file (draft 2020-12).

    >>> sorted(agreement_schema()["required"])
    ['agreement', 'mark', 'parties', 'source', 'title']
    """
    schema = AgreementFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Comity agreement file",
    }
