"""The work force to 2050, with and without a package (§3.10).

Who may import me: the doors. Start at :func:`project_find`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.errors import EvidenceNotFound, InputError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.services.deal_file import read_deal
from comity.services.result import Result
from comity.services.roundfile_source import one_line
from comity.vocabulary import Range
from comity.world.projection import AFTER, BASE, LAST, Places, find_baseline, project_work_force

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from comity.reports.document import Document
    from comity.services.deal_file import DealProvision

__all__ = ["Projection", "project_find", "read_package", "read_places"]

_STAYS: Final = {
    "entry_places": "work",
    "humanitarian_places": "humanitarian",
    "seasonal_places": "seasonal",
    "fixed_term_places": "g2g",
}
#: Term of a provision that says how long a place is used, by action; in years, or months of a season.
_TERMS: Final = {
    "entry_places": "years_of_stay",
    "humanitarian_places": "years_of_stay",
    "seasonal_places": "max_stay",
    "fixed_term_places": "duration",
}
_MONTHS: Final = 12
_STEP: Final = 10
_PARAMETER: Final = "world.admission.years_of_stay."
_SKILLS: Final = ("low", "high", "mixed")


@dataclass(frozen=True, slots=True, repr=False)
class Projection(Result):
    """What :func:`project_find` found.

    Attributes
    ----------
    countries
        Those asked for; empty for all.
    years
        Years shown: the base, the year after, five years, then steps to the last.
    table
        As :func:`comity.world.projection.project_work_force`, for the countries asked for.
    places
        What the package adds.
    long_run
        Change of the work force when stocks have settled, by country, persons.
    left_out
        Provisions of the package that move nobody, by key.
    missing
        Countries asked for nothing is projected for; always empty when countries were named.
    """

    countries: tuple[str, ...]
    years: tuple[int, ...]
    table: pd.DataFrame
    places: tuple[Places, ...]
    long_run: Mapping[str, Range]
    left_out: tuple[str, ...]
    missing: tuple[str, ...]
    names: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Plain data: one entry for each country, one for each year in it."""
        rows = []
        for code, part in self.table.groupby(level="country", sort=True):
            rows.append(
                {
                    "country": code,
                    "participation": float(part["participation"].iloc[0]),
                    "participation_year": int(part["participation_year"].iloc[0]),
                    "long_run_change": _plain(self.long_run.get(str(code), Range.point(0.0))),
                    "years": [
                        {
                            "year": int(year),
                            "working_age": float(row["working"]),
                            "work_force": float(row["work_force"]),
                            "work_force_with": _ends(row, "with"),
                            "change": _ends(row, "change"),
                            "dependency": float(row["dependency"]),
                            "dependency_with": float(row["dependency_with"]),
                        }
                        for year, row in zip(
                            part.index.get_level_values("year"), part.to_dict(orient="records"), strict=True
                        )
                    ],
                }
            )
        return {
            "base": BASE,
            "unit": "persons",
            "countries": rows,
            "places": [
                {
                    "origin": one.origin,
                    "destination": one.destination,
                    "skill": one.skill,
                    "places_per_year": one.yearly,
                    "years_of_stay": _plain(one.stay),
                }
                for one in self.places
            ],
            "left_out": list(self.left_out),
            "missing": list(self.missing),
            "assumed": [
                "participation by country stays at the latest published rate",
                "the UN medium variant already holds the moves that the UN expects; the package comes on top",
                "each place is one worker; families do not follow",
            ],
        }

    def document(self) -> Document:
        """Lay out for reading."""
        from comity.services.project_document import write_document  # noqa: PLC0415  (reports load slowly)

        return write_document(self)


def project_find(
    *,
    countries: Sequence[str] = (),
    to: int = 2050,
    add: Sequence[str] = (),
    package: Path | None = None,
    package_name: str | None = None,
    evidence: Evidence | None = None,
) -> Projection:
    """Project the work force of some countries, or of all, with and without a package.

    Parameters
    ----------
    countries
        ISO3; none for all.
    to
        Last year.
    add
        Yearly places, each as ``ORIGIN:DESTINATION:SKILL:PLACES``.
    package
        JSON as ``comity deal ROUND --json`` prints it; its entry places are added.
    package_name
        Which of its packages; the first unless told.

    Raises
    ------
    comity.errors.InputError
        An unknown country, a year outside the projection, places that cannot be read, or a file that is no
        deal.

    Examples
    --------
    >>> found = project_find(countries=["ESP"], add=["SEN:ESP:low:1000"])
    >>> [int(change) for change in found.table["change"]][:3]
    [0, 1000, 3361]
    """
    if not BASE < to <= LAST:
        msg = f"no projection for {to}"
        raise InputError(msg, key="--to", accepted=f"a year from {BASE + 1} to {LAST}")
    evidence = evidence or Evidence.load()
    parameters = Parameters.load()
    names_table = evidence.table("countries")
    names = dict(zip(names_table["iso3"], names_table["name"], strict=True))
    wanted = tuple(dict.fromkeys(_code(code, names, "COUNTRY") for code in countries))
    places = [read_places(text, parameters, names) for text in add]
    left_out: tuple[str, ...] = ()
    if package is not None:
        more, left_out = read_package(package, parameters, evidence, name=package_name)
        places += more
    years = _years(to)
    table = project_work_force(evidence, years=years, places=places)
    known = set(table.index.get_level_values("country"))
    for code in wanted:
        if code not in known:
            msg = f"no projection of the work force for {code}: population or participation is missing"
            raise EvidenceNotFound(msg, accepted="comity evidence gaps " + code + " says what is missing")
    if wanted:
        table = table[table.index.get_level_values("country").isin(wanted)]
    everybody = set(evidence.table("population_age")["country"])
    missing = () if wanted else tuple(sorted(everybody - known))
    return Projection(wanted, years, table, tuple(places), _long_run(places), left_out, missing, names)


def read_places(text: str, parameters: Parameters, names: Mapping[str, str]) -> Places:
    """Read ``ORIGIN:DESTINATION:SKILL:PLACES``; the stay is that of a general work place.

    Raises
    ------
    comity.errors.InputError
        What it cannot use.
    """
    parts = text.split(":")
    accepted = "ORIGIN:DESTINATION:SKILL:PLACES, for example SEN:ESP:low:1000"
    if len(parts) != 4:
        msg = f"{text!r} does not name a corridor, a skill and a number"
        raise InputError(msg, key="--add", accepted=accepted)
    origin, destination = (_code(part, names, "--add") for part in parts[:2])
    if parts[2] not in _SKILLS:
        msg = f"unknown skill {parts[2]!r}"
        raise InputError(msg, key="--add", accepted="low, high or mixed")
    try:
        yearly = float(parts[3])
    except ValueError:
        msg = f"{parts[3]!r} is not a number of places"
        raise InputError(msg, key="--add", accepted=accepted) from None
    return Places(origin, destination, parts[2], yearly, parameters.range(f"{_PARAMETER}work"))


def read_package(
    path: Path, parameters: Parameters, evidence: Evidence, *, name: str | None = None
) -> tuple[list[Places], tuple[str, ...]]:
    """Read the entry places of a package from a deal's JSON; blocs share them by work force.

    Returns
    -------
    tuple
        Places by corridor, and the keys of provisions that open no places (they move nobody here).

    Raises
    ------
    comity.errors.InputError
        The file is no deal, holds no package, or none of that name.
    """
    found = read_deal(path)
    place_in_file, chosen = found.choose(name, "--package-name")
    members = {party.code: tuple(party.members) for party in found.parties}
    force = find_baseline(evidence)["work_force"].xs(BASE, level="year")
    actions = {code: entry.action for code, entry in Catalogue.load().instruments.items()}
    places: list[Places] = []
    left_out: list[str] = []
    for k, provision in enumerate(chosen.provisions):
        action = actions.get(provision.instrument, "")
        if action not in _STAYS:
            left_out.append(provision.key)
            continue
        at = f"packages.{place_in_file}.provisions.{k}"
        try:
            stay = _stay(action, provision, parameters)
            skill = _skill(provision)
            ends = [
                _shares(members.get(code, (code,)), force, side)
                for side, code in (("beneficiary", provision.beneficiary), ("giver", provision.giver))
            ]
            for (origin, here), (place, there) in itertools.product(*ends):
                yearly = provision.value * here * there
                places.append(Places(origin, place, skill, yearly, stay))
        except InputError as error:
            key = at if error.key is None else f"{at}.{error.key}"
            raise InputError(error.message, file=found.file, key=key, accepted=error.accepted) from None
    return places, tuple(left_out)


def _stay(action: str, provision: DealProvision, parameters: Parameters) -> Range:
    term = _TERMS[action]
    given = provision.terms.get(term)
    if given is None:
        kind = "reserved" if provision.instrument == "LE02" else _STAYS[action]
        return parameters.range(f"{_PARAMETER}{kind}")
    if isinstance(given, str):
        msg = f"{one_line(given)} is not a number"
        raise InputError(msg, key=f"terms.{term}", accepted="a number above zero")
    return Range.point(given / _MONTHS if action == "seasonal_places" else given)


def _skill(provision: DealProvision) -> str:
    given = provision.terms.get("skill", "mixed")
    if given not in _SKILLS:
        msg = f"unknown skill {one_line(given)}"
        raise InputError(msg, key="terms.skill", accepted="low, high or mixed")
    return str(given)


def _shares(codes: Iterable[str], force: pd.Series, side: str) -> list[tuple[str, float]]:
    """Share the places of a party among its members by work force."""
    held = {code: float(force[code]) for code in codes if code in force.index}
    total = sum(held.values())
    if not total > 0:
        msg = f"nothing is known of the work force of {', '.join(one_line(code)[1:-1] for code in codes)}"
        raise InputError(msg, key=side, accepted="a country with a projection, or a party that has one")
    return [(code, value / total) for code, value in held.items()]


def _years(to: int) -> tuple[int, ...]:
    steps = range(BASE + AFTER, to, _STEP)
    return tuple(sorted({BASE, BASE + 1, BASE + AFTER, *steps, to}))


def _long_run(places: Sequence[Places]) -> dict[str, Range]:
    """N* by country: places times years of stay."""
    found: dict[str, Range] = {}
    for one in places:
        stock = Range(one.yearly * one.stay.low, one.yearly * one.stay.mid, one.yearly * one.stay.high)
        zero = Range.point(0.0)
        found[one.destination] = found.get(one.destination, zero) + stock
        found[one.origin] = found.get(one.origin, zero) + stock.scaled(-1.0)
    return found


def _code(given: str, names: Mapping[str, str], key: str) -> str:
    code = given.strip().upper()
    if code not in names:
        msg = f"unknown country {given!r}"
        raise InputError(msg, key=key, accepted="an ISO 3166-1 alpha-3 code such as ESP")
    return code


def _plain(value: Range) -> dict[str, float]:
    return {"low": value.low, "mid": value.mid, "high": value.high}


def _ends(row: Mapping[Any, Any], name: str) -> dict[str, float]:
    return {"low": float(row[f"{name}_low"]), "mid": float(row[name]), "high": float(row[f"{name}_high"])}
