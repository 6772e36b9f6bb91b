"""How a drafted clause speaks: amounts with their units, parties, force, and further terms.

Who may import me: services. Start at :func:`write_amount` and :func:`fill`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from comity.services.roundfile_messages import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.evidence.catalogue_rows import Bound
    from comity.evidence.clause_templates import ClauseTemplate

__all__ = ["fill", "list_names", "write_amount", "write_blank", "write_span", "write_terms"]

_PAIR: Final = "{giver} and {beneficiary}"
_SCALE: Final = re.compile(r"(level|category) \d+-\d+")
_PLURALS: Final = (
    "persons", "months", "years", "days", "hours", "working days", "occupations", "zones", "benchmarks",
    "verified milestones", "instruments", "branches", "categories", "percentage points", "tonnes",
    "sub-sectors", "points", "meetings", "inspections", "places", "public units",
)  # fmt: skip
_ODD: Final = {"branches": "branch", "categories": "category"}
_SKILLS: Final = {
    "low": "persons without a qualification beyond secondary school",
    "high": "persons with a qualification beyond secondary school",
    "mixed": "persons of every qualification",
}
#: Facts about today that a round file keeps beside a clause; a text does not promise them.
_NOT_PROMISED: Final = ("today",)


def write_amount(value: float, bound: Bound) -> str:
    """Write one number of an instrument with its unit, as a sentence takes it.

    Examples
    --------
    >>> from comity.evidence import Catalogue
    >>> bounds = Catalogue.load().bounds
    >>> write_amount(2500, bounds["LE02"][0]), write_amount(1, bounds["PE01"][0])
    ('2,500 persons per year', '1 working day')
    >>> write_amount(30, bounds["DV02"][0]), write_amount(80, bounds["LE14"][0])
    ('US$ 30 million per year', 'EUR 80')
    >>> write_amount(2, bounds["RW10"][0]), write_amount(2, bounds["RW11"][0])
    ('level 2 on the scale from 0 to 3 (essential)', 'level 2 on the scale from 0 to 3 of the annex')
    """
    if scale := _SCALE.fullmatch(bound.unit):
        step = int(value - bound.low) if float(value).is_integer() else -1
        named = bool(bound.labels) and 0 <= step < len(bound.labels)
        what = f" ({bound.labels[step]})" if named else " of the annex"
        return (
            f"{scale[1]} {number(value)} on the scale from {number(bound.low)} to {number(bound.high)}{what}"
        )
    return _with_unit(number(value), bound.unit, one=value == 1)


def write_span(low: float, high: float, bound: Bound) -> str:
    """Write two ends as one bracket, as drafters do.

    >>> from comity.evidence import Catalogue
    >>> write_span(50, 80, Catalogue.load().bounds["RW01"][0])
    '[50 to 80 % of admitted workers]'
    """
    if _SCALE.fullmatch(bound.unit):
        return f"[{write_amount(low, bound)} to {write_amount(high, bound)}]"
    return f"[{_with_unit(f'{number(low)} to {number(high)}', bound.unit)}]"


def write_blank(unit: str) -> str:
    """Write an open bracket for a number that nobody has agreed.

    >>> write_blank("months"), write_blank("US$ per place"), write_blank("level 0-3")
    ('[… months]', '[US$ … per place]', '[level … on the scale of the annex]')
    """
    if scale := _SCALE.fullmatch(unit):
        return f"[{scale[1]} … on the scale of the annex]"
    return f"[{_with_unit('…', unit)}]"


def _with_unit(written: str, unit: str, *, one: bool = False) -> str:
    for money in ("US$", "EUR"):
        if unit == money:
            return f"{money} {written}"
        if unit.startswith(f"{money} "):
            return f"{money} {written} {unit.removeprefix(money).strip()}"
    if one:
        for many in sorted(_PLURALS, key=len, reverse=True):
            if unit == many or unit.startswith(f"{many} "):
                unit = _ODD.get(many, many.removesuffix("s")) + unit.removeprefix(many)
                break
    return f"{written} {unit}"


def fill(
    template: ClauseTemplate | str,
    *,
    giver: str,
    beneficiary: str,
    shall: str,
    pair: str = "",
    amounts: Mapping[str, str] | None = None,
) -> str:
    """Put parties, force and amounts into a template; ``pair`` stands for "giver and beneficiary" where told.

    >>> fill("{giver} {shall} inform {beneficiary}.", giver="Spain", beneficiary="Morocco", shall="shall")
    'Spain shall inform Morocco.'
    """
    words = template if isinstance(template, str) else template.text
    if pair:
        words = words.replace(_PAIR, pair)
    filled = words.format_map({"giver": giver, "beneficiary": beneficiary, "shall": shall, **(amounts or {})})
    first = 1 if filled.startswith("[") else 0
    return filled[:first] + filled[first : first + 1].upper() + filled[first + 1 :]


def write_terms(terms: Mapping[str, float | str], bounds: Sequence[Bound]) -> tuple[dict[str, str], str]:
    """Split terms of a provision: amounts of the instrument's further numbers, a sentence for the rest.

    Returns
    -------
    amounts, sentence
        ``amounts`` has every further number, open where the provision does not tell it; the sentence is empty
        where there is no other term.

    Examples
    --------
    >>> from comity.evidence import Catalogue
    >>> bounds = Catalogue.load().bounds["LE03"]
    >>> write_terms({"skill": "low", "max_stay_months": 7, "crop": "grapes"}, bounds)[0]
    {'max_stay': '7 months'}
    """
    left = {name: value for name, value in terms.items() if name not in _NOT_PROMISED}
    amounts: dict[str, str] = {}
    for bound in bounds[1:]:
        spelled = f"{bound.parameter}_{bound.unit.partition(' ')[0]}"
        name = next((n for n in (bound.parameter, spelled) if isinstance(left.get(n), int | float)), None)
        amounts[bound.parameter] = (
            write_blank(bound.unit) if name is None else write_amount(float(left.pop(name)), bound)
        )
    parts = []
    skill = left.pop("skill", None)
    if skill is not None:
        parts.append(f"This is for {_SKILLS.get(str(skill), str(skill))}.")
    if left:
        listed = (f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in left.items())
        parts.append(f"Further terms: {'; '.join(listed)}.")
    return amounts, " ".join(parts)


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else number(value)


def list_names(names: Sequence[str]) -> str:
    """Join names.

    >>> list_names(["Spain"]), list_names(["Italy", "Malta", "Spain"])
    ('Spain', 'Italy, Malta and Spain')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
