"""Packages on pages: the rows of a builder, what a form says, and what a package does for who looks.

Who may import me: views of deals. Start at :func:`list_rows` and :func:`show_effect`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as mark

from comity.errors import ComityError, InputError
from comity.forum.actions import open_sheet
from comity.forum.games import game_of, sealing_of
from comity.forum.words import say_error
from comity.protocol.conference import Act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from comity.forum.gate import Place
    from comity.services.package_sight import PackageSight
    from comity.vocabulary import Range

__all__ = ["Effect", "Row", "list_rows", "plain", "read_package", "show_effect", "show_money"]

AREAS: Final = {
    "LE": mark("Regular entry"),
    "RW": mark("Rights and welfare"),
    "PE": mark("Prevention, return and enforcement"),
    "SK": mark("Skills"),
    "RM": mark("Remittances"),
    "TR": mark("Trade"),
    "DV": mark("Investment and development"),
    "HE": mark("Health"),
    "EN": mark("Environment and climate"),
    "SE": mark("Security and human rights"),
    "GV": mark("Joint work and public services"),
}


def plain(value: float | None) -> str:
    """Write a number as a form field wants it, in any language.

    >>> plain(1000.0), plain(2.5), plain(None)
    ('1000', '2.5', '')
    """
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def show_number(value: float) -> str:
    """Write a number for a reader, with as many places as it needs."""
    places = 0 if float(value).is_integer() or abs(value) >= 100 else 2
    return _minus(number_format(round(value, places), decimal_pos=None if places else 0, force_grouping=True))


def show_money(value: float) -> str:
    """Write US$ million: whole from 10, one place below; the sign always with it."""
    rounded = round(value) if abs(value) >= 10 else round(value, 1)
    return _minus(number_format(rounded, decimal_pos=0 if abs(value) >= 10 else 1, force_grouping=True))


def _minus(words: str) -> str:
    """Write the sign as print does, and no sign before nothing."""
    if not any(each in "123456789" for each in words):
        words = words.removeprefix("-")
    return words.replace("-", "\u2212")


@dataclass(frozen=True, slots=True)
class Row:
    """One provision of the public table, as a builder shows it; ``value`` is None where it is not in."""

    key: str
    title: str
    area: str
    giver: str
    beneficiary: str
    unit: str
    low: float
    high: float
    step: float | None
    value: float | None
    own: bool
    today: float | None

    @property
    def field(self) -> str:
        """What the number field holds: the value, or the lower end until one is chosen."""
        return plain(self.low if self.value is None else self.value)

    @property
    def least(self) -> str:
        """The lower end, for a field."""
        return plain(self.low)

    @property
    def most(self) -> str:
        """The upper end, for a field."""
        return plain(self.high)

    @property
    def stride(self) -> str:
        """The step of a field; any where the provision has none."""
        return "any" if self.step is None else plain(self.step)

    @property
    def notch(self) -> str:
        """The step of a slider: its own, or a hundredth of the range."""
        if self.step is not None:
            return plain(self.step)
        return plain(float(f"{(self.high - self.low) / 100:.3g}") or 1)

    @property
    def told(self) -> str:
        """The value for a reader; a dash where it is not in."""
        return "–" if self.value is None else show_number(self.value)

    @property
    def span(self) -> str:
        """The range for a reader."""
        return f"{show_number(self.low)} – {show_number(self.high)}"


def list_rows(place: Place, values: Mapping[str, float], *, only: bool = False) -> list[Row]:
    """List the provisions of the charter with what a package says of each; ``only`` those that it holds."""
    own = place.seat.delegation
    rows = []
    for key, item in place.charter.provisions.items():
        if only and key not in values:
            continue
        giver, beneficiary = str(item.get("giver", "")), str(item.get("beneficiary", ""))
        low, high = item.get("minimum"), item.get("maximum")
        rows.append(
            Row(
                key=key,
                title=str(item.get("name") or key),
                area=str(_(AREAS.get(key[:2], "Other"))),
                giver=place.names.get(giver, giver),
                beneficiary=place.names.get(beneficiary, beneficiary),
                unit=str(item.get("unit") or ""),
                low=0.0 if low is None else float(low),
                high=float(high) if high is not None else max(1.0, float(values.get(key, 1.0))),
                step=item.get("step"),
                value=values.get(key),
                own=own is not None and own in (giver, beneficiary),
                today=item.get("today"),
            )
        )
    known = set(place.charter.provisions)
    rows += [
        Row(key, key, _("Other"), "", "", "", value, value, None, value, False, None)
        for key, value in values.items()
        if key not in known
    ]
    return rows


def read_package(place: Place, data: QueryDict) -> dict[str, float]:
    """Read the package of a builder: fields ``on-KEY`` and ``value-KEY``.

    Raises
    ------
    comity.errors.InputError
        A value is not a number; the round's own checks come with the move.
    """
    values: dict[str, float] = {}
    for key, item in place.charter.provisions.items():
        if not data.get(f"on-{key}"):
            continue
        given = data.get(f"value-{key}", "").strip().replace(",", ".")
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            msg = _("this is no number")
            raise InputError(
                msg,
                key=str(item.get("name") or key),
                accepted=f"{item.get('minimum')} – {item.get('maximum')}",
            )
        values[key] = value
    return values


@dataclass(frozen=True, slots=True)
class Bar:
    """A range drawn on a line of 100: where it begins, how long it is, its middle and where zero is."""

    start: str
    length: str
    middle: str
    zero: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an effect: its name, its gain in words and as a bar."""

    name: str
    gain: Range | None
    low: str
    mid: str
    high: str
    bar: Bar | None
    unvalued: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a package does, for a page. ``problem`` says why nothing is shown."""

    problem: str = ""
    sight: PackageSight | None = None
    broken: tuple[str, ...] = ()
    places: tuple[dict[str, str], ...] = ()
    money: tuple[dict[str, str], ...] = ()
    own: Side | None = None
    sides: tuple[Side, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    groups: tuple[dict[str, Any], ...] = ()
    has_sheet: bool = False
    together: str = ""


GROUPS: Final = {
    "residents_low": mark("Residents with low skill who stay"),
    "residents_high": mark("Residents with high skill who stay"),
    "employers": mark("Employers and owners of capital"),
    "treasury": mark("The treasury"),
    "remittances": mark("Remittances that households receive"),
    "trade": mark("Trade"),
    "nationals_abroad": mark("Nationals already abroad"),
    "movers": mark("People who move"),
    "immigrants": mark("Immigrants already here"),
}


def show_effect(place: Place, values: Mapping[str, float], *, private: bool = True) -> Effect:
    """Show what a package does: the own side from the own sheet, all sides from the public model.

    ``private`` False leaves the own side out, for pages that others look at too.
    """
    from comity.services.package_sight import PackageView, check_values  # noqa: PLC0415  (the model: not at each start)

    if not values:
        return Effect(problem=_("The package is empty. Choose a provision to see what it does."))
    game = game_of(place.round)
    if game is None:
        row = sealing_of(place.round)
        working = row is not None and row.status == "working"
        return Effect(
            problem=_("The public model of this round is being computed.")
            if working
            else _("The public model of this round has not been computed yet.")
        )
    party = place.seat.delegation if private and place.may(Act.PREVIEW_PACKAGE) else None
    sheet, version = None, 0
    try:
        checked = check_values(game, values)
        if party is not None:
            sheet, version = open_sheet(round=place.round, seat=place.seat)
        sight = PackageView(game, party, sheet).see(checked)
    except InputError as error:
        return Effect(problem=say_error(error))
    except ComityError:
        return Effect(problem=_("The effect could not be computed."))
    gains = [side.gain for side in sight.parties if side.gain is not None]
    gains += [sight.own.own.gain] if sight.own is not None else []
    ends = [0.0, *(end for gain in gains for end in (gain.low, gain.high))]
    titles = {row.key: row.title for row in list_rows(place, values, only=True)}
    together = (
        game.together.get(party)
        if party
        else max((share for share in game.together.values() if share is not None), default=None)
    )
    names = place.names
    return Effect(
        sight=sight,
        broken=tuple(_name_rule(place, rule) for rule in sight.broken),
        places=tuple(
            {
                "origin": names.get(each.origin, each.origin),
                "destination": names.get(each.destination, each.destination),
                "places": show_number(each.places),
            }
            for each in sight.places
        ),
        money=tuple(
            {
                "giver": names.get(each.giver, each.giver),
                "beneficiary": names.get(each.beneficiary, each.beneficiary),
                "amount": show_number(each.amount),
            }
            for each in sight.money
        ),
        own=None
        if sight.own is None
        else _side(place.names.get(str(party), str(party)), sight.own.own.gain, ends, ()),
        sides=tuple(
            _side(
                place.names.get(side.party, side.name),
                side.gain,
                ends,
                tuple(titles[k] for k in side.unvalued),
            )
            for side in sight.parties
        ),
        rows=()
        if sight.own is None
        else tuple(
            {
                "title": titles[row.provision],
                "value": show_number(row.value),
                "low": None if row.worth is None else show_money(row.worth.low),
                "high": None if row.worth is None else show_money(row.worth.high),
                "from_sheet": row.from_sheet,
                "beyond": row.beyond_limit,
            }
            for row in sight.own.rows
        ),
        groups=()
        if sight.own is None
        else tuple(
            {
                "name": _(GROUPS[row.group]),
                "weight": show_number(row.weight),
                "low": show_money(row.worth.low),
                "high": show_money(row.worth.high),
            }
            for row in sight.own.groups
        ),
        has_sheet=version > 0,
        together="" if together is None else number_format(100 * together, decimal_pos=1),
    )


def _name_rule(place: Place, rule: str) -> str:
    """Say a broken rule with the titles of provisions in place of their keys."""
    for row in sorted(list_rows(place, {}), key=lambda each: -len(each.key)):
        rule = rule.replace(row.key, f"{row.title} ({row.giver} → {row.beneficiary})")
    return rule


def _side(name: str, gain: Range | None, ends: list[float], unvalued: tuple[str, ...]) -> Side:
    if gain is None:
        return Side(name, None, "", "", "", None, unvalued)
    least, most = min(ends), max(ends)
    size = (most - least) or 1.0

    def at(value: float) -> str:
        return f"{100 * (value - least) / size:.2f}"

    bar = Bar(at(gain.low), f"{max(1.0, 100 * (gain.high - gain.low) / size):.2f}", at(gain.mid), at(0.0))
    return Side(name, gain, show_money(gain.low), show_money(gain.mid), show_money(gain.high), bar, unvalued)
