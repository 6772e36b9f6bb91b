"""Every key of a round file as Markdown tables, written from the models so that the page cannot go stale.

Who may import me: services and doors. Start at :func:`describe_keys`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comity.services.roundfile import round_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["describe_keys"]

_TITLES: Final = {
    "Round": ("The file", ""),
    "Settings": ("settings", "How strictly a package must serve each party."),
    "Party": ("parties", "One entry for each side of the table."),
    "Counts": ("parties: counts", "Who counts in a party's net gain, from 0 to 1."),
    "RedLine": ("parties: red_line", "The gain below which the party says no."),
    "Limit": ("parties: limits", "What the party will not go beyond on one instrument or clause."),
    "NoDeal": ("parties: no_deal", "What happens to the party without a deal."),
    "Threat": ("parties: no_deal: worsened_by", "What another party can do to make no deal worse."),
    "Clause": ("table", "One entry for each thing that may be granted."),
    "TakeUp": (
        "table: take_up",
        "How much of a concession is used once it is granted; a right that nobody uses is worth nothing.",
    ),
    "Tranche": ("table: tranches", "A part of a concession that is released on a milestone."),
    "Principle": ("principles", "Rules that every package obeys."),
    "Budget": ("budgets", "What a giver has to share out among several clauses."),
    "Interest": ("interests", "What a clause is worth to a party, where somebody has said so."),
    "Spread": ("low, mid, high", "A value is never a bare point."),
    "ShareSpread": ("tranches: met", "A chance is never a bare point either."),
    "Objective": ("objectives", "Why the round is held."),
}


def describe_keys() -> str:
    """Write one Markdown table for each part of a round file: key, what it holds, default, meaning.

    >>> "| `epsilon` | number, 0 or more | 1 |" in describe_keys()
    True
    """
    schema = round_schema()
    parts: dict[str, Any] = {"Round": schema, **schema["$defs"]}
    lines: list[str] = []
    for name, (title, lead) in _TITLES.items():
        lines += [f"### {title}", ""]
        if lead:
            lines += [lead, ""]
        lines += ["| Key | Holds | Default | Meaning |", "| --- | --- | --- | --- |", *_rows(parts[name]), ""]
    return "\n".join(lines)


def _rows(part: Mapping[str, Any]) -> Iterator[str]:
    required = part.get("required", [])
    for key, info in part["properties"].items():
        default = "required" if key in required else _default(info)
        yield f"| `{key}` | {_kind(info)} | {default} | {info.get('description', '')} |"


def _default(info: Mapping[str, Any]) -> str:
    value = info.get("default")
    if value is None or value in ("", [], {}) or "$ref" in info:
        return "–"
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def _kind(info: Mapping[str, Any]) -> str:
    """Say in words what a key holds."""
    if "anyOf" in info:
        kinds = [_kind(option) for option in info["anyOf"] if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in info:
        return "mapping, see below"
    if "enum" in info:
        return " or ".join(str(value) for value in info["enum"])
    kind = info.get("type")
    if kind == "array":
        if "prefixItems" in info:
            return "list of two numbers"
        inner = _kind(info["items"])
        return "list of mappings, see below" if inner.startswith("mapping") else f"list of {inner}"
    if kind == "object":
        values = [*info.get("patternProperties", {}).values(), info.get("additionalProperties")]
        return f"mapping of name to {_kind(next(value for value in values if isinstance(value, dict)))}"
    if kind in ("number", "integer"):
        return ("whole number" if kind == "integer" else "number") + _bounds(info)
    return {"boolean": "true or false", "string": "text"}.get(str(kind), "value")


def _bounds(info: Mapping[str, Any]) -> str:
    low, high = info.get("minimum", info.get("exclusiveMinimum")), info.get("maximum")
    if low is None or abs(low) >= 1e15:
        return ""
    if "exclusiveMinimum" in info:
        return f", more than {low:g}"
    return f", {low:g} or more" if high is None or high >= 1e9 else f", {low:g} to {high:g}"
