"""What stays under national control in a package: caps, limits, exits, and what is not touched (E62).

Read off the clauses and the catalogue; nothing is computed. Advisory: which control a country wants is its
own affair.

Who may import me: the benefit service. Start at :func:`list_control`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.services.benefit_result import Control
from comity.vocabulary import Area

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence import Catalogue
    from comity.services.roundfile import Clause, Round

__all__ = ["list_control"]

#: Instruments by which a party keeps a way out, with what they are for.
_EXITS: Final = {
    "GV08": "suspend its commitments for a time when a trigger is met",
    "GV12": "let the agreement end, or leave it after notice",
    "GV13": "review the commitments at set dates",
}
_PLACES: Final = frozenset(
    {"entry_places", "seasonal_places", "fixed_term_places", "permit_validity", "humanitarian_places"}
)
_MONEY: Final = frozenset({"public_transfer", "cost_sharing"})


def list_control(
    round_: Round, party: str | None, values: Mapping[str, float], catalogue: Catalogue
) -> tuple[Control, ...]:
    """List what a party keeps in its own hands; empty for an outsider.

    Parameters
    ----------
    values
        The package, value by clause key.
    """
    if party is None:
        return ()
    given = [round_.clause(key) for key in values if round_.clause(key).giver == party]
    out = [_keep(clause, values[clause.key], catalogue) for clause in given]
    for limit in round_.party(party).limits:
        bound = limit.at_most if limit.at_most is not None else limit.at_least
        held = [clause for clause in given if limit.instrument in (clause.key, clause.instrument)]
        unit = catalogue.instruments[held[0].instrument].parameter.unit if held else ""
        binds = any(values[clause.key] == bound for clause in held)
        state = "reached in this package" if binds else "not reached in this package"
        side = "at most" if limit.at_most is not None else "at least"
        out.append(
            Control(
                "limit", limit.instrument, f"its own limit, {side} this; {state}: {limit.reason}", bound, unit
            )
        )
    instruments = {round_.clause(key).instrument: key for key in values}
    for code, what in _EXITS.items():
        title = catalogue.instruments[code].title
        if code in instruments:
            out.append(Control("exit", instruments[code], f"{title}: it may {what}"))
        else:
            out.append(
                Control("missing", code, f"{title}: no such clause in this package; with one it could {what}")
            )
    touched = {catalogue.instruments[clause.instrument].area for clause in given}
    out += [
        Control("untouched", "", f"no commitment in this package on {words}")
        for area, words in _AREAS.items()
        if area not in touched
    ]
    return tuple(out)


def _keep(clause: Clause, value: float, catalogue: Catalogue) -> Control:
    instrument = catalogue.instruments[clause.instrument]
    unit = instrument.parameter.unit
    if instrument.action in _PLACES:
        what = f"{instrument.title}: a number, not an open door; whom it admits, it decides itself"
        return Control("cap", clause.key, what, value, unit)
    if instrument.action in _MONEY:
        what = f"{instrument.title}: a sum, voted in its own budget"
        return Control("money", clause.key, what, value, unit)
    return Control("rule", clause.key, f"{instrument.title}: a rule that it binds itself to", value, unit)


#: Areas of the catalogue, in words for a sentence.
_AREAS: Final[Mapping[Area, str]] = {
    Area.RIGHTS_WELFARE: "rights and welfare of migrants",
    Area.PREVENTION_ENFORCEMENT: "border control, return and enforcement",
    Area.LEGAL_ENTRY: "entry and stay",
    Area.SKILLS: "training and recognition",
    Area.REMITTANCES: "remittances",
    Area.TRADE: "goods and services trade",
    Area.INVESTMENT_DEVELOPMENT: "investment and aid",
    Area.SECURITY_HUMAN_RIGHTS: "security",
}
