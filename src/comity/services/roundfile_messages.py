"""What pydantic found, in the words of a round file: what is wrong and what is accepted.

Who may import me: services. Start at :func:`describe`.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

from comity.services import roundfile_models as models
from comity.services.roundfile_source import Problem, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from comity.services.roundfile_source import Key

__all__ = ["MISSING", "closest_country", "closest_instrument", "describe", "number", "quoted"]

MISSING: Final = "the key is missing"

_PATTERNS: Final = {
    r"^[A-Za-z0-9][A-Za-z0-9_-]*$": "letters, digits, - and _, such as western-mediterranean",
    r"^[A-Z][A-Z0-9-]{1,15}$": "a code in capitals, such as MAR, or EU for a bloc with members",
    r"^[A-Z]{2}[0-9]{2}$": "an instrument code, such as LE02",
}


def number(value: float) -> str:
    """Write a number as a user would type it, thousands separated.

    >>> number(1000.0), number(0.25), number(float("inf"))
    ('1,000', '0.25', 'no limit')
    """
    return "no limit" if value in (float("inf"), float("-inf")) else f"{value:,.10g}"


def quoted(names: list[str] | tuple[str, ...], *, most: int = 12) -> str:
    """Join names for a message, and say how many were left out.

    >>> quoted(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def closest_country(text: str, countries: Mapping[str, str]) -> str:
    """Say which country codes are accepted, the close ones first.

    >>> closest_country("Moroco", {"MAR": "Morocco", "ESP": "Spain"})
    'an ISO 3166-1 alpha-3 code; did you mean MAR (Morocco)?'
    """
    folded = text[:60].casefold()
    by_name = {name.casefold(): code for code, name in countries.items()}
    codes = [code for name, code in by_name.items() if len(folded) > 2 and name.startswith(folded)]
    codes += [by_name[n] for n in difflib.get_close_matches(folded, list(by_name), n=3, cutoff=0.75)]
    if len(folded) <= 4:
        near = difflib.get_close_matches(text.upper(), list(countries), n=6, cutoff=0.6)
        codes += [code for code in near if code[0] == text[:1].upper()]
    return _suggest(
        "an ISO 3166-1 alpha-3 code", {code: countries[code] for code in dict.fromkeys(codes)}, "such as MAR"
    )


def closest_instrument(text: str, names: Mapping[str, str]) -> str:
    """Say which instrument codes are accepted, the close ones first.

    >>> closest_instrument("LE2", {"LE02": "country_reserved_quota", "PE01": "readmission"})
    'an instrument code of the catalogue; did you mean LE02 (country_reserved_quota)?'
    """
    by_name = {name.casefold(): code for code, name in names.items()}
    codes = difflib.get_close_matches(text[:60].upper(), list(names), n=3, cutoff=0.6)
    found = difflib.get_close_matches(text[:60].casefold().replace(" ", "_"), list(by_name), n=3, cutoff=0.7)
    codes += [by_name[n] for n in found]
    return _suggest(
        "an instrument code of the catalogue",
        {code: names[code] for code in dict.fromkeys(codes)},
        "such as LE02",
    )


def _suggest(what: str, close: Mapping[str, str], otherwise: str) -> str:
    if not close:
        return f"{what} {otherwise}"
    shown = [f"{code} ({one_line(name)[1:-1]})" for code, name in list(close.items())[:3]]
    return f"{what}; did you mean {' or '.join(shown)}?"


def describe(error: ErrorDetails, countries: Mapping[str, str], instruments: Mapping[str, str]) -> Problem:
    """Turn one pydantic error into a problem with a dotted key."""
    key: Key = tuple(part for part in error["loc"] if part != "[key]")
    kind, value = error["type"], error["input"]
    context: dict[str, Any] = error.get("ctx") or {}
    if kind == "missing":
        return Problem(key, MISSING, _expected(key))
    if kind == "extra_forbidden":
        if key[-2:] == ("red_line", "gain_at_most"):
            # It was once read and bound nothing, so files with it exist.
            return Problem(
                key,
                "a largest gain is not a red line, and no package is held below one",
                "gain_at_least here, or limits on what the party gives or gets",
            )
        return _unknown_key(key)
    if kind == "string_pattern_mismatch":
        last = key[-1] if key else ""
        if last == "code" or (len(key) > 1 and key[-2] == "members"):
            return Problem(key, f"unknown country {one_line(value)}", closest_country(str(value), countries))
        if last == "instrument":
            accepted = closest_instrument(str(value), instruments)
            return Problem(key, f"unknown instrument {one_line(value)}", accepted)
        accepted = _PATTERNS.get(str(context.get("pattern")), "another form")
        return Problem(key, f"{one_line(value)} is not in the form expected", accepted)
    if kind in ("too_short", "too_long"):
        least, most = context.get("min_length"), context.get("max_length")
        accepted = f"at least {least} entries" if least is not None else f"at most {most} entries"
        return Problem(key, "too few entries" if kind == "too_short" else "too many entries", accepted)
    shown = "nothing" if value is None else one_line(value)
    return Problem(key, f"{shown} is not accepted", _accepted(kind, context, error["msg"]))


_KINDS: Final = {
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "string_too_short": "text that is not empty",
}


def _accepted(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == "literal_error":
        return str(context["expected"]).replace("'", "")
    if kind == "string_too_long":
        return f"at most {context['max_length']} characters"
    for name, words in (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than")):
        if name in context:
            return f"a number of {words} {number(float(context[name]))}"
    return one_line(message.removeprefix("Value error, ").removeprefix("Input should be "), limit=160)[1:-1]


def _model_at(key: Key) -> type[models.Strict] | None:
    """Return the model whose keys stand under a path, by walking the published schema's owners."""
    owners: dict[str, type[models.Strict]] = {
        "settings": models.Settings,
        "parties": models.Party,
        "counts": models.Counts,
        "red_line": models.RedLine,
        "limits": models.Limit,
        "no_deal": models.NoDeal,
        "worsened_by": models.Threat,
        "loss": models.Spread,
        "table": models.Clause,
        "principles": models.Principle,
        "interests": models.Interest,
        "budgets": models.Budget,
        "take_up": models.TakeUp,
        "tranches": models.Tranche,
        "met": models.ShareSpread,
        "value": models.Spread,
        "objectives": models.Objective,
    }
    names = [part for part in key if isinstance(part, str)]
    if not names:
        return models.Round
    return owners.get(names[-1])


def _expected(key: Key) -> str:
    model = _model_at(key[:-1])
    name = str(key[-1]) if key else ""
    if model is not None:
        for field, info in model.model_fields.items():
            if name in (field, info.alias) and info.description:
                return f"{name}: {info.description.rstrip('.')}"
    if key and isinstance(key[-1], int):
        return "a list of two numbers"
    return name


def _unknown_key(key: Key) -> Problem:
    model = _model_at(key[:-1])
    last = one_line(str(key[-1]) if key else "")[1:-1]
    shown = (*key[:-1], last)
    if model is None:
        return Problem(shown, "unknown key")
    names = [info.alias or field for field, info in model.model_fields.items()]
    close = difflib.get_close_matches(last, names, n=1, cutoff=0.6)
    accepted = quoted(names, most=20)
    return Problem(shown, f"unknown key; did you mean {close[0]}?" if close else "unknown key", accepted)
