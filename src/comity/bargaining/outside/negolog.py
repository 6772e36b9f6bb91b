"""NegoLog domains: ``profileA.json``, ``profileB.json`` and what the publishers computed in ``specs.json``.

Utility: the sum over the issues of weight times the value's utility, both as given. The weights must sum
to 1. The published solutions are read only to be set beside ours; their "Kalai" point is the outcome with
the largest sum of utilities in every published domain, not the egalitarian one, so it is not shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.bargaining.outside.markup import read_json, read_number
from comity.bargaining.outside.profile import Profile, check_weights
from comity.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_profile", "read_profile"]


def is_profile(content: Any) -> bool:  # noqa: ANN401
    """Tell a file with weights and issues in NegoLog's words."""
    return isinstance(content, dict) and "issueWeights" in content and "issues" in content


def read_profile(path: Path, content: Any = None) -> Profile:  # noqa: ANN401
    """Read one party's profile; the party is named by the file.

    Raises
    ------
    comity.errors.InputError
        When issues and weights disagree, weights do not sum to 1, or a number is missing.
    """
    content = read_json(path) if content is None else content
    if not is_profile(content):
        msg = "not a NegoLog profile"
        raise InputError(msg, file=str(path), accepted="an object with issueWeights and issues")
    weights, issues = content["issueWeights"], content["issues"]
    for key, value in (("issueWeights", weights), ("issues", issues)):
        if not isinstance(value, dict) or not value:
            msg = "missing, or not an object"
            raise InputError(msg, file=str(path), key=key, accepted="a JSON object with one entry per issue")
    for issue in [*weights, *issues]:
        if issue not in weights or issue not in issues:
            msg = f"issue '{issue}' has no {'weight' if issue in issues else 'values'}"
            raise InputError(msg, file=str(path), accepted="a weight and values for each issue")
    worth: dict[str, dict[str, float]] = {}
    total = 0.0
    for issue, values in issues.items():
        weight = read_number(weights[issue], file=path, key=f"issueWeights.{issue}")
        total += weight
        if not isinstance(values, dict) or not values:
            msg = "no values"
            raise InputError(msg, file=str(path), key=f"issues.{issue}", accepted="a utility for each value")
        worth[issue] = {
            value: weight * read_number(share, file=path, key=f"issues.{issue}.{value}")
            for value, share in values.items()
        }
    check_weights(total, file=path)
    if "reservationValue" in content:
        reserve = read_number(content["reservationValue"], file=path, key="reservationValue")
        return Profile(path.stem, path, worth, reserve)
    return Profile(path.stem, path, worth, 0.0, ("No reservation value is stated, so it is 0 ({who}).",))
