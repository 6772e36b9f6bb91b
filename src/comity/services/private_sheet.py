"""A private sheet: what one delegation wants, in a small document that it alone may read (§9).

Values by provision (low, middle, high), limits, a red line, who counts, what no agreement is worth, a
mandate and notes. A sheet is read from YAML or from the fields of a form, with one clear error that repeats
no value: an error may be shown or logged, a value may not. A sheet shows nothing when it is printed.

Who may import me: services and doors. Start at :func:`read_sheet`; :func:`seal_with_sheet` makes the sealed
round of a delegation, from which its position is made as in a practice round.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from comity.errors import InputError
from comity.services.practice_seats import WITHHELD, seal_round
from comity.services.roundfile_models import Counts, Interest, Limit, RedLine
from comity.services.roundfile_parts import Number, Slug, Spread, Strict
from comity.services.roundfile_source import one_line, parse_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.services.roundfile_models import Round

__all__ = [
    "PrivateSheet",
    "SheetLimit",
    "SheetTable",
    "SheetValue",
    "check_sheet",
    "read_sheet",
    "seal_with_sheet",
    "take_sheet",
]

#: A sheet of some hundred provisions with notes is a few tens of kilobytes.
MAX_BYTES: Final = 200_000
_NAME: Final = "private sheet"
Notes = Annotated[str, StringConstraints(max_length=20_000)]
Remark = Annotated[str, StringConstraints(max_length=500)]


class SheetValue(Strict):
    """What one provision is worth to the delegation, in US$ million per year; negative when it is a cost."""

    provision: Slug = Field(description="Key of the provision.")
    low: Number = Field(description="A low but credible value.")
    mid: Number = Field(description="The central value.")
    high: Number = Field(description="A high but credible value.")
    per: Literal["full", "unit"] = Field(
        default="full", description="Worth at the provision's full value, or per unit of it."
    )
    instead_of_model: bool = Field(
        default=False, description="Whether it replaces what the public model computes, or adds to it."
    )
    note: Remark = Field(default="", description="Why.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.mid <= self.high:
            msg = "low, mid and high are not in order"
            raise ValueError(msg)
        return self


class SheetLimit(Strict):
    """A value of one provision beyond which the delegation will not go, whatever it gains."""

    provision: Slug = Field(description="Key of the provision.")
    at_least: Number | None = Field(default=None, description="Smallest value accepted, in its unit.")
    at_most: Number | None = Field(default=None, description="Largest value accepted, in its unit.")
    note: Remark = Field(default="", description="Why.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            msg = "a limit needs at_least or at_most"
            raise ValueError(msg)
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            msg = "at_least is above at_most"
            raise ValueError(msg)
        return self


class PrivateSheet(Strict):
    """What one delegation wants.

    Attributes
    ----------
    values, limits
        By provision.
    red_line
        Smallest acceptable gain against no agreement, US$ million per year.
    no_deal
        What no agreement is worth against today, US$ million per year.
    counts
        Who counts in the delegation's own net gain, as weights from 0 to 1.
    takes_part
        Whether the sheet may be used, unread, when the facilitator asks for packages that all would accept.
    mandate, notes
        Words for the delegation itself; never read by a computation.

    Examples
    --------
    >>> sheet = PrivateSheet(red_line=3.5, mandate="No returns without places")
    >>> sheet
    PrivateSheet(…)
    >>> PrivateSheet.from_bytes(sheet.to_bytes()) == sheet
    True
    """

    values: tuple[SheetValue, ...] = Field(default=(), max_length=600, strict=False)
    limits: tuple[SheetLimit, ...] = Field(default=(), max_length=600, strict=False)
    red_line: Number = Field(default=0.0)
    no_deal: Number = Field(default=0.0)
    counts: Counts = Field(default_factory=Counts)
    takes_part: bool = Field(default=False)
    mandate: Notes = Field(default="")
    notes: Notes = Field(default="")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for name, rows in (("values", self.values), ("limits", self.limits)):
            keys = [row.provision for row in rows]
            if len(set(keys)) != len(keys):
                msg = f"a provision stands twice under {name}"
                raise ValueError(msg)
        return self

    def __repr__(self) -> str:
        return "PrivateSheet(…)"

    __str__ = __repr__

    def to_bytes(self) -> bytes:
        """Write for encryption: canonical JSON, the same sheet gives the same bytes."""
        plain = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what :meth:`to_bytes` wrote.

        Raises
        ------
        InputError
            It is not a sheet; the message repeats nothing of it.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError:
            failed = "the stored sheet cannot be read"
        raise InputError(failed, key=_NAME, accepted="a sheet that this version wrote")

    def to_yaml(self) -> str:
        """Write for the delegation itself, as :func:`read_sheet` reads it."""
        import yaml  # noqa: PLC0415  (only an export needs it)

        plain = self.model_dump(mode="json", exclude_defaults=True)
        if not plain:
            return "values: []\n"
        return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The public table that a sheet is checked against: parties, and giver and beneficiary by provision."""

    parties: tuple[str, ...]
    sides: Mapping[str, tuple[str, str]]

    @classmethod
    def of(cls, round_: Round) -> Self:
        """Take it from a round."""
        return cls(
            tuple(party.code for party in round_.parties),
            {clause.key: (clause.giver, clause.beneficiary) for clause in round_.table},
        )


def read_sheet(source: bytes | Mapping[str, Any], table: SheetTable, delegation: str) -> PrivateSheet:
    r"""Read a sheet from YAML, or from the plain values of a form, and check it against the round.

    Parameters
    ----------
    source
        Bytes of a YAML file of at most 200 kB, or a mapping with the sheet's own keys.
    table, delegation
        The public table, and whose sheet it is.

    Raises
    ------
    InputError
        One line with line and key, what is wrong and what is accepted. It never repeats a value, because
        messages may be shown to others or logged.
    """
    if isinstance(source, bytes):
        if len(source) > MAX_BYTES:
            msg = "the file is too large"
            raise InputError(msg, key=_NAME, accepted=f"at most {MAX_BYTES:,} bytes")
        try:
            parsed = parse_source(source, name=_NAME)
        except InputError as error:
            # the reader's own message may repeat a word of the file
            failed, line = "the file cannot be read as YAML", error.line
        else:
            return _check_plain(parsed.data, parsed.lines, table, delegation)
        raise InputError(failed, file=_NAME, line=line, accepted="plain YAML with the keys of a sheet")
    return _check_plain(dict(source), {}, table, delegation)


def _check_plain(
    data: dict[str, Any],
    lines: Mapping[tuple[str | int, ...], int],
    table: SheetTable,
    delegation: str,
) -> PrivateSheet:
    place: tuple[str | int, ...]
    try:
        sheet = PrivateSheet.model_validate(data)
    except ValidationError as error:
        # only where and what kind: pydantic's own words may hold the value
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place, failed, accepted = first["loc"], _say(first["type"], first["msg"]), _accept(first["loc"])
    else:
        return check_sheet(sheet, table, delegation)
    place = tuple(part if isinstance(part, int) or part in _KNOWN else "…" for part in place)
    raise InputError(
        failed,
        file=_NAME,
        line=_line(lines, place),
        key=".".join(map(str, place)) or None,
        accepted=accepted,
    )


#: Keys that a message may repeat; anything else was typed by the user.
_KNOWN: Final = frozenset(
    (*PrivateSheet.model_fields, *SheetValue.model_fields, *SheetLimit.model_fields, *Counts.model_fields)
)


def _line(lines: Mapping[tuple[str | int, ...], int], place: tuple[str | int, ...]) -> int | None:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


def _say(kind: str, message: str) -> str:
    words = {
        "missing": "missing",
        "extra_forbidden": "unknown key",
        "string_too_long": "the text is too long",
        "too_long": "too many entries",
        "finite_number": "not a finite number",
    }
    if kind == "value_error":
        return message.removeprefix("Value error, ")  # our own words, without a value
    if kind.startswith(("float", "greater", "less")):
        return words.get(kind, "not a number that can be used here")
    return words.get(kind, "not accepted here")


def _accept(place: tuple[str | int, ...]) -> str:
    last = next((part for part in reversed(place) if isinstance(part, str)), "")
    if last == "per":
        return "full, unit"
    if last in Counts.model_fields and "counts" in place:
        return "a weight from 0 to 1"
    if last in ("low", "mid", "high", "red_line", "no_deal", "at_least", "at_most"):
        return "a number"
    if last in ("values", "limits"):
        return "a list of entries, each with 'provision'"
    return ", ".join(PrivateSheet.model_fields)


def check_sheet(sheet: PrivateSheet, table: SheetTable, delegation: str) -> PrivateSheet:
    """Check a sheet against the public table, and give it back.

    Raises
    ------
    InputError
        The round has no such delegation, or a provision is not on its table.
    """
    if delegation not in table.parties:
        msg = f"no delegation {one_line(delegation)} in this round"
        raise InputError(msg, accepted=", ".join(table.parties))
    for place, value in enumerate(sheet.values):
        if value.provision not in table.sides:
            off = _off_table("values", place, table.sides)
            raise off
    own = [key for key, sides in table.sides.items() if delegation in sides]
    for place, limit in enumerate(sheet.limits):
        if limit.provision not in table.sides:
            off = _off_table("limits", place, table.sides)
            raise off
        if limit.provision not in own:
            msg = "a limit is on what the delegation itself gives or gets"
            raise InputError(
                msg, file=_NAME, key=f"limits.{place}.provision", accepted=", ".join(own) or "no limit"
            )
    return sheet


def _off_table(where: str, place: int, table: Iterable[str]) -> InputError:
    msg = "no such provision on the table of this round"
    return InputError(msg, file=_NAME, key=f"{where}.{place}.provision", accepted=", ".join(table))


def take_sheet(round_: Round, delegation: str) -> PrivateSheet:
    """Take a party's private part out of a whole round file, for an example or a training round.

    Several interests in one clause are added up, low to low and high to high.
    """
    party = round_.party(delegation)
    values: dict[str, list[float]] = {}
    instead: set[str] = set()
    for interest in round_.interests:
        if interest.party != delegation:
            continue
        for clause in round_.interest_clauses(interest):
            times = abs(clause.strongest - clause.status_quo) if interest.per == "unit" else 1.0
            held = values.setdefault(clause.key, [0.0, 0.0, 0.0])
            spread = (interest.value.low, interest.value.mid, interest.value.high)
            values[clause.key] = [a + times * b for a, b in zip(held, spread, strict=True)]
            if interest.overrides_model:
                instead.add(clause.key)
    limits: dict[str, tuple[float | None, float | None]] = {}
    for limit in party.limits:
        for clause in round_.clauses(limit.instrument):
            if delegation in (clause.giver, clause.beneficiary):
                limits[clause.key] = (limit.at_least, limit.at_most)
    return PrivateSheet(
        values=tuple(
            SheetValue(provision=key, low=low, mid=mid, high=high, instead_of_model=key in instead)
            for key, (low, mid, high) in values.items()
        ),
        limits=tuple(
            SheetLimit(provision=key, at_least=least, at_most=most) for key, (least, most) in limits.items()
        ),
        red_line=party.red_line.gain_at_least,
        no_deal=party.no_deal.mid,
        counts=party.counts,
        takes_part=True,
    )


def seal_with_sheet(round_: Round, delegation: str, sheet: PrivateSheet) -> Round:
    """Write the sealed round of a delegation: what is public, and what its sheet says; nothing of others."""
    sealed = seal_round(round_)
    check_sheet(sheet, SheetTable.of(sealed), delegation)
    parties = tuple(
        party.model_copy(
            update={
                "counts": sheet.counts,
                "red_line": RedLine(gain_at_least=sheet.red_line),
                "limits": tuple(
                    Limit(instrument=x.provision, at_least=x.at_least, at_most=x.at_most, reason=WITHHELD)
                    for x in sheet.limits
                ),
                "no_deal": party.no_deal.model_copy(
                    update={"low": sheet.no_deal, "mid": sheet.no_deal, "high": sheet.no_deal}
                ),
            }
        )
        if party.code == delegation
        else party
        for party in sealed.parties
    )
    interests = tuple(
        Interest(
            party=delegation,
            clause=x.provision,
            value=Spread(low=x.low, mid=x.mid, high=x.high),
            per=x.per,
            overrides_model=x.instead_of_model,
            source=WITHHELD,
        )
        for x in sheet.values
    )
    return sealed.model_copy(update={"parties": parties, "interests": interests})
