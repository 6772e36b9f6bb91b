"""The file of a decision outside migration: trade, aid, sanctions, climate or military (§7.4).

Who may import me: services. Start at :func:`read_decision`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from comity.coherence import OPPOSITES
from comity.services.modelfile import fail, read_model
from comity.services.portfolio_file import (
    Iso3,
    Since,
    Slug,
    StateEntry,
    Strict,
    Text,
    check_states,
    find_day,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.evidence import Catalogue
    from comity.evidence.interaction_rules import InteractionRules

__all__ = ["DecisionFile", "StepEntry", "read_decision"]


class StepEntry(Strict):
    """One thing that the decision does; it need not have an entry in the catalogue."""

    title: Text = Field(description="what is done, in plain words")
    instrument: str | None = Field(default=None, description="code of an instrument, such as TR01")
    practice: Slug | None = Field(default=None, description="a practice that interactions start from")
    change: Slug | None = Field(default=None, description="expand, restrict, raise, lower, introduce, …")

    @model_validator(mode="after")
    def _one_subject(self) -> StepEntry:
        if self.instrument is not None and (self.practice is not None or self.change is None):
            msg = "either instrument with a change, or practice, or neither"
            raise ValueError(msg)
        return self


class DecisionFile(Strict):
    """A decision outside migration, before or after it is taken."""

    decision: Slug = Field(description="a short name of the decision")
    title: Text = Field(description="a title for readers")
    kind: Literal["trade", "aid", "sanctions", "climate", "military"] = Field(description="its kind")
    country: Iso3 = Field(description="who decides, by ISO3 code")
    affects: tuple[Iso3, ...] = Field(min_length=1, description="countries whose people it may displace")
    date: Since = Field(description="a date such as 1991-04-05, or a year")
    illustrative: bool = Field(default=False, description="true when the decision is made up")
    source: Text = Field(description="where the decision is published")
    steps: tuple[StepEntry, ...] = Field(min_length=1, description="what it does")
    states: dict[Slug, StateEntry] = Field(default_factory=dict, description="answers to questions of states")


def read_decision(
    path: Path, *, catalogue: Catalogue, rules: InteractionRules, countries: Mapping[str, str]
) -> DecisionFile:
    """Read a decision file and check it against the catalogues.

    Raises
    ------
    InputError
        File, line, key and what is accepted.
    """
    file, source = read_model(path, DecisionFile)
    for key, codes in (("country", (file.country,)), ("affects", file.affects)):
        for code in codes:
            if code not in countries:
                raise fail(source, (key,), f"unknown country '{code}'", "an ISO 3166-1 alpha-3 code")
    if find_day(file.date) is None:
        raise fail(source, ("date",), f"'{file.date}' is no date", "a date such as 1991-04-05")
    for k, step in enumerate(file.steps):
        here = ("steps", k)
        if step.instrument is not None and step.instrument not in catalogue.instruments:
            accepted = "a code of the catalogue, such as TR01"
            raise fail(source, (*here, "instrument"), f"unknown instrument '{step.instrument}'", accepted)
        if step.practice is not None and step.practice not in rules.practices:
            accepted = ", ".join(sorted(rules.practices))
            raise fail(source, (*here, "practice"), f"unknown practice '{step.practice}'", accepted)
        if step.change is not None and step.change not in OPPOSITES:
            accepted = ", ".join(sorted(OPPOSITES))
            raise fail(source, (*here, "change"), f"unknown change '{step.change}'", accepted)
    check_states(file.states, source, rules)
    return file
