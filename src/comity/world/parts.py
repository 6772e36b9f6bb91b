"""The part of a provision that some of its members do, and the same provision offered by all to all.

A column of a benefit table asks what happens when only some take part: one country alone, two countries, the
whole table, or every economy on the same terms. Places and money are divided in proportion to what the
provision itself shares them out by; rules (tariffs, fees, recognition, readmission) hold for each pair. So
the parts of a provision add up to the provision.

Who may import me: the world room and services. Start at :class:`Part` and :func:`act_part`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from comity.errors import InputError
from comity.world.actions import act
from comity.world.shock import Move, Shock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.vocabulary import Provision
    from comity.world.actions import Setting
    from comity.world.economy import Array

__all__ = ["Part", "act_part", "act_parts"]

#: What an action divides its number by, on the giver's and on the beneficiary's side; rules divide nothing.
_DIVIDED: Final[Mapping[str, tuple[str, str]]] = {
    "entry_places": ("workers", "workers"),
    "seasonal_places": ("workers", "workers"),
    "fixed_term_places": ("workers", "workers"),
    "permit_validity": ("workers", "workers"),
    "humanitarian_places": ("workers", "people"),
    "public_transfer": ("value_added", "people"),
    "cost_sharing": ("value_added", "people"),
}

#: Refugees are with the hosts that the provision names, so their places stay as they are.
_NOT_OFFERED_TO_ALL: Final = frozenset({"humanitarian_places"})


@dataclass(frozen=True, slots=True)
class Part:
    """A provision and who takes part in it.

    Attributes
    ----------
    provision, action
        What is done, and the action of the model that does it; an empty action does nothing here.
    givers, beneficiaries
        Only these economies take part; None for all members of the party.
    alike
        Offered by every economy of the giver's income group to every economy of the beneficiary's, places
        and money in proportion to the givers' size (as a most-favoured-nation rule would have it).
    """

    provision: Provision
    action: str
    givers: tuple[str, ...] | None = None
    beneficiaries: tuple[str, ...] | None = None
    alike: bool = False


def _weights(s: Setting, kind: str) -> Array:
    e = s.economy
    if kind == "workers":
        return np.asarray(e.workers.sum(axis=(0, 2)))
    return e.value_added if kind == "value_added" else e.population


def _share(s: Setting, kind: str, some: Sequence[str], whole: Sequence[str]) -> float:
    """How large some economies are against others, by what a provision divides by."""
    weights = _weights(s, kind)
    return float(
        sum(weights[s.economy.place(c)] for c in some) / sum(weights[s.economy.place(c)] for c in whole)
    )


def _scaled(provision: Provision, action: str, factor: float) -> Provision:
    """Divide the number of people or the money of a provision, whichever its action counts."""
    if action == "permit_validity":
        permits = provision.terms.get("persons", 0.0)
        if isinstance(permits, str):
            return provision
        return replace(provision, terms={**provision.terms, "persons": float(permits) * factor})
    return replace(provision, value=provision.value * factor)


def act_part(setting: Setting, part: Part, income: Sequence[str]) -> Shock:
    """Turn a part into a shock.

    Parameters
    ----------
    income
        World Bank income group of each economy, in the world's order; empty where not classified.

    Raises
    ------
    InputError
        An economy that is not a member of the party it is named for.
    """
    if not part.action:
        return Shock()
    if part.alike:
        return _act_alike(setting, part, income)
    if part.givers is None and part.beneficiaries is None:
        return act(setting, part.provision, part.action)
    p = part.provision
    sides = []
    for party, some in ((p.giver, part.givers), (p.beneficiary, part.beneficiaries)):
        whole = setting.members.get(party, (party,))
        kept = whole if some is None else some
        stranger = set(kept) - set(whole)
        if stranger:
            msg = f"{min(stranger)} is not a member of {party}"
            raise InputError(msg, key=p.key, accepted=", ".join(whole))
        if not kept:
            return Shock()
        sides.append((kept, whole))
    (givers, all_givers), (takers, all_takers) = sides
    divided = _DIVIDED.get(part.action)
    if divided is not None:
        factor = _share(setting, divided[0], givers, all_givers)
        factor *= _share(setting, divided[1], takers, all_takers)
        p = _scaled(p, part.action, factor)
    members = {**setting.members, p.giver: tuple(givers), p.beneficiary: tuple(takers)}
    return act(replace(setting, members=members), p, part.action)


def _alike(setting: Setting, party: str, income: Sequence[str]) -> tuple[str, ...]:
    """Every economy in the income groups of a party's members, and the members themselves."""
    members = setting.members.get(party, (party,))
    groups = {income[setting.economy.place(code)] for code in members} - {""}
    return tuple(
        code
        for code, group in zip(setting.economy.codes, income, strict=True)
        if group in groups or code in members
    )


def _act_alike(setting: Setting, part: Part, income: Sequence[str]) -> Shock:
    p = part.provision
    if part.action in _NOT_OFFERED_TO_ALL:
        return act(setting, p, part.action)
    givers, takers = _alike(setting, p.giver, income), _alike(setting, p.beneficiary, income)
    divided = _DIVIDED.get(part.action)
    if divided is not None:
        whole = setting.members.get(p.giver, (p.giver,))
        p = _scaled(p, part.action, _share(setting, divided[0], givers, whole))
    members = {**setting.members, p.giver: givers, p.beneficiary: takers}
    shock = act(replace(setting, members=members), p, part.action)
    # Where one economy is both giver and taker it admits nobody from itself and pays itself nothing.
    return replace(
        shock,
        moves=tuple(m for m in shock.moves if m.source != m.target),
        transfers=tuple(t for t in shock.transfers if t.giver != t.receiver),
    )


def act_parts(setting: Setting, parts: Sequence[Part], income: Sequence[str]) -> Shock:
    """Turn the parts of a package into one shock; see :func:`act_part`."""
    shock = Shock()
    for part in parts:
        shock += act_part(setting, part, income)
    if any(part.alike for part in parts):
        shock = replace(shock, moves=_merge(shock.moves))
    return shock


def _merge(moves: Sequence[Move]) -> tuple[Move, ...]:
    """Add up moves that differ only in the number of persons; offers to all make thousands of them."""
    total: dict[tuple[Any, ...], float] = {}
    for m in moves:
        key = (
            m.birthplace, m.source, m.target, m.skill, m.work_source, m.work_target, m.tax_source,
            m.tax_target,
        )  # fmt: skip
        total[key] = total.get(key, 0.0) + m.persons
    return tuple(
        Move(a, b, c, skill, persons, here, there, paid, pays)
        for (a, b, c, skill, here, there, paid, pays), persons in total.items()
    )
