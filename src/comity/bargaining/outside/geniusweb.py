"""GeniusWeb JSON profiles: a linear additive utility space with its domain in one file.

Utility: the sum over the issues of weight times the value's utility, both as the file gives them. The format
demands weights that sum to 1. A reservation bid stands for its own utility; without one it is 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.bargaining.outside.markup import read_json, read_number
from comity.bargaining.outside.profile import MOST_VALUES, Profile, check_weights
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["SPACE", "read_profile"]

SPACE = "LinearAdditiveUtilitySpace"
_TABLES = ("discreteutils", "DiscreteValueSetUtilities")
_LINES = ("numberutils", "NumberValueSetUtilities")


def read_profile(path: Path, content: Any = None) -> Profile:  # noqa: ANN401
    """Read one party's profile; the party is named by the file.

    Raises
    ------
    comity.errors.InputError
        When the space is of another kind, weights do not sum to 1, or a utility is missing.
    """
    content = read_json(path) if content is None else content
    if not isinstance(content, dict) or SPACE not in content:
        kinds = ", ".join(content) if isinstance(content, dict) else type(content).__name__
        msg = f"unknown profile ({kinds[:80]})"
        raise InputError(msg, file=str(path), accepted=SPACE)
    space = _object(content[SPACE], path, SPACE)
    utilities = _object(space.get("issueUtilities"), path, "issueUtilities")
    weights = _object(space.get("issueWeights"), path, "issueWeights")
    domain = _object(_object(space.get("domain"), path, "domain").get("issuesValues"), path, "issuesValues")
    worth: dict[str, dict[str, float]] = {}
    total = 0.0
    for issue, values in domain.items():
        for holder, key in ((utilities, "issueUtilities"), (weights, "issueWeights")):
            if issue not in holder:
                msg = f"nothing for issue '{issue}'"
                raise InputError(msg, file=str(path), key=key, accepted="every issue of the domain")
        weight = read_number(weights[issue], file=path, key=f"issueWeights.{issue}")
        total += weight
        shares = _shares(_object(utilities[issue], path, issue), _names(values, path, issue), path, issue)
        worth[issue] = {value: weight * share for value, share in shares.items()}
    if not worth:
        msg = "no issue"
        raise InputError(msg, file=str(path), key="domain.issuesValues", accepted="at least one issue")
    for holder, key in ((utilities, "issueUtilities"), (weights, "issueWeights")):
        extra = next((issue for issue in holder if issue not in domain), None)
        if extra is not None:
            msg = f"unknown issue '{extra}'"
            raise InputError(msg, file=str(path), key=key, accepted="the issues of the domain")
    check_weights(total, file=path)
    reserve, notes = _reserve(space, worth, path)
    return Profile(path.stem, path, worth, reserve, notes)


def _object(value: Any, path: Path, key: str) -> Mapping[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict):
        msg = "missing, or not an object"
        raise InputError(msg, file=str(path), key=key, accepted="a JSON object")
    return value


def _names(values: Any, path: Path, issue: str) -> list[str]:  # noqa: ANN401
    """Values of a domain: a list, or a range of three numbers (lowest, highest, step)."""
    holder = _object(values, path, issue)
    if "values" in holder and isinstance(holder["values"], list):
        return [str(value) for value in holder["values"]]
    span = holder.get("range")
    if not isinstance(span, list) or len(span) != 3:
        msg = "neither a list of values nor a range"
        raise InputError(
            msg, file=str(path), key=f"issue {issue}", accepted="values, or range [low, high, step]"
        )
    low, high, step = (read_number(part, file=path, key=f"issue {issue}, range") for part in span)
    if not (step > 0 and low <= high and (high - low) / step < MOST_VALUES):
        msg = f"the range {low:g} to {high:g} by {step:g}"
        raise InputError(
            msg,
            file=str(path),
            key=f"issue {issue}",
            accepted=f"a step above 0, at most {MOST_VALUES:,} values",
        )
    count = int((high - low) / step + 1e-9) + 1
    return [f"{low + step * number:.12g}" for number in range(count)]


def _shares(given: Mapping[str, Any], names: list[str], path: Path, issue: str) -> dict[str, float]:
    table = next((given[key] for key in _TABLES if key in given), None)
    if table is not None:
        found = _object(
            _object(table, path, issue).get("valueUtilities"), path, f"issue {issue}, valueUtilities"
        )
        unknown = next((value for value in found if value not in set(names)), None)
        if unknown is not None:
            msg = f"unknown value '{unknown}'"
            raise InputError(msg, file=str(path), key=f"issue {issue}", accepted="values of the domain")
        missing = next((value for value in names if value not in found), None)
        if missing is not None:
            msg = f"no utility of value '{missing}'"
            raise InputError(msg, file=str(path), key=f"issue {issue}", accepted="a utility of every value")
        return {value: read_number(found[value], file=path, key=f"issue {issue}, {value}") for value in names}
    line = next((given[key] for key in _LINES if key in given), None)
    if line is None:
        msg = f"unknown kind of utilities ({', '.join(given)[:60]})"
        raise InputError(msg, file=str(path), key=f"issue {issue}", accepted="discreteutils or numberutils")
    ends = [
        read_number(_object(line, path, issue).get(key), file=path, key=f"issue {issue}, {key}")
        for key in ("lowValue", "lowUtility", "highValue", "highUtility")
    ]
    width = ends[2] - ends[0]
    if width <= 0:
        msg = "the line of utilities has no width"
        raise InputError(msg, file=str(path), key=f"issue {issue}", accepted="lowValue below highValue")
    return {
        name: ends[1]
        + (ends[3] - ends[1]) * (read_number(name, file=path, key=f"issue {issue}") - ends[0]) / width
        for name in names
    }


def _reserve(
    space: Mapping[str, Any], worth: Mapping[str, Mapping[str, float]], path: Path
) -> tuple[float, tuple[str, ...]]:
    bid = space.get("reservationBid")
    if bid is None:
        return 0.0, ("No reservation bid is stated, so the reservation value is 0 ({who}).",)
    agreed = _object(
        _object(bid, path, "reservationBid").get("issuevalues"), path, "reservationBid.issuevalues"
    )
    reserve = 0.0
    for issue, table in worth.items():
        value = str(agreed.get(issue))
        if value not in table:
            msg = f"no value '{value}' for issue '{issue}'"
            raise InputError(msg, file=str(path), key="reservationBid", accepted="one value for each issue")
        reserve += table[value]
    return reserve, ()
