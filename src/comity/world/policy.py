"""From a shock to what it does to choice: κ̂, amenities, ceilings, openings (§3.7–§3.9).

Who may import me: the world room. Start at :func:`read_policy`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comity.errors import InputError
from comity.world.choice import Menu, Pull
from comity.world.economy import SKILLS, Array, Economy
from comity.world.shock import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.world.channels import Channels
    from comity.world.shock import Shock

__all__ = ["Policy", "find_option", "read_policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """A shock as the choice sees it.

    Attributes
    ----------
    pull
        Changes of V̂ and ceilings.
    recognised
        Working units per person over today's (1 + coverage × gain of recognised qualifications); K.
    opening
        o, share of the new ceiling that is new: 0 none, 1 no ceiling any more; K.
    effort
        Ê, factor on enforcement; K.
    control_cost
        What more enforcement costs, US$ of the baseline; N.
    """

    pull: Pull
    recognised: Array
    opening: Array
    effort: Array
    control_cost: Array


def _skills(name: str | None) -> tuple[int, ...]:
    if name is None:
        return tuple(range(len(SKILLS)))
    if name not in SKILLS:
        msg = f"unknown skill {name!r}"
        raise InputError(msg, accepted=" or ".join(SKILLS))
    return (SKILLS.index(name),)


def find_option(e: Economy, m: Menu, origin: str, destination: str, skill: str | None) -> Iterator[int]:
    """Positions on the menu of one corridor, by skill.

    Raises
    ------
    InputError
        Nobody is on record there: nothing is known about how people would answer.
    """
    i, j = e.place(origin), e.place(destination)
    for s in _skills(skill):
        at = int(m.lookup[i, j, s])
        if at >= 0:
            yield at
        elif skill is not None or i == j:
            msg = f"nobody born in {origin} with {SKILLS[s]} skill is on record in {destination}"
            raise InputError(msg, accepted="a corridor with people on record, or moves by number in World")


def _factor(value: float, what: str) -> float:
    if not (value > 0 and np.isfinite(value)):
        msg = f"{what} by the factor {value:g}"
        raise InputError(msg, accepted="a positive number; 1 changes nothing")
    return float(np.log(value))


def _channel(name: str) -> int:
    if name not in CHANNELS:
        msg = f"unknown channel {name!r}"
        raise InputError(msg, accepted=", ".join(CHANNELS))
    return CHANNELS.index(name)


def _quotas(e: Economy, m: Menu, shock: Shock) -> Array:
    """Find the new ceilings, persons; K."""
    quota = m.quota.copy()
    for item in shock.quotas:
        given = [x for x in (item.persons, item.to, item.factor) if x is not None]
        if len(given) != 1:
            msg = f"a change of quota of {item.origin} in {item.destination} gives {len(given)} numbers"
            raise InputError(msg, accepted="exactly one of persons, to and factor")
        for k in find_option(e, m, item.origin, item.destination, item.skill):
            today = quota[k] if np.isfinite(quota[k]) else m.stock[k, 0]
            new = item.to if item.to is not None else today
            new = new * item.factor if item.factor is not None else new
            new = new + item.persons if item.persons is not None else new
            if not (new >= 0 and np.isfinite(new)):
                msg = (
                    f"the ceiling on {item.skill}-skill regular places of {item.origin} in "
                    f"{item.destination} would be {new:,.0f}"
                )
                raise InputError(msg, accepted=f"0 or more persons; today's ceiling is {today:,.0f}")
            quota[k] = new
    for opened in shock.openings:
        for k in find_option(e, m, opened.origin, opened.destination, opened.skill):
            quota[k] = np.inf
    return quota


def _openings(m: Menu, quota: Array) -> Array:
    """O = 1 − Q/Q' where the ceiling rises, 1 where it falls away, 0 elsewhere."""
    old = np.where(np.isfinite(m.quota), m.quota, 0.0)
    grown = np.isfinite(m.quota) & (quota > m.quota)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(grown, 1 - old / quota, 0.0)


def _control(e: Economy, c: Channels, shock: Shock) -> tuple[Array, Array]:
    """Ê by corridor (K), and what more enforcement costs (US$, N): at most public revenue per head."""
    m = c.menu
    effort, cost = np.ones(len(m.total)), np.zeros(m.size)
    head = e.tax * e.value_added / e.population
    for control in shock.enforcement:
        _factor(control.factor, "enforcement changes")
        for k in find_option(e, m, control.origin, control.destination, None):
            effort[k] *= control.factor
            place = m.place[k]
            cost[place] += (control.factor - 1) * m.stock[k, 2] * min(c.factors.control, head[place])
    return effort, cost


def read_policy(e: Economy, c: Channels, shock: Shock) -> Policy:
    """Turn the items of a shock that act on choice into arrays on the menu.

    Raises
    ------
    InputError
        An unknown economy, skill or channel; a ceiling below zero; a factor that is not positive; a corridor
        without anybody on record.
    """
    m, f = c.menu, c.factors
    channel, home = np.zeros((len(m.total), 3)), np.zeros((m.size, 2))
    recognised = np.ones(len(m.total))
    quota = _quotas(e, m, shock)
    for item in shock.amenities:
        change = _factor(item.factor, "an amenity changes")
        if item.origin == item.destination:
            home[e.place(item.origin), list(_skills(item.skill))] += change
            continue
        for k in find_option(e, m, item.origin, item.destination, item.skill):
            channel[k] += change
    for dearer in shock.channel_costs:
        change = _factor(dearer.factor, "the cost of a channel changes")
        for k in find_option(e, m, dearer.origin, dearer.destination, dearer.skill):
            channel[k, _channel(dearer.channel)] -= change
    effort, cost = _control(e, c, shock)
    opening = _openings(m, quota)
    channel[:, 2] -= f.enforcement * (1 + f.interaction * opening) * np.log(effort)
    for rule in shock.recognitions:
        for name, share in (("coverage", rule.coverage), ("gain", rule.gain)):
            if not 0 <= share <= 1:
                msg = f"a recognition with {name} {share:g}"
                raise InputError(msg, accepted="a share between 0 and 1")
        for k in find_option(e, m, rule.birthplace, rule.place, "high"):
            recognised[k] *= 1 + rule.coverage * rule.gain
    channel += np.log(recognised)[:, None]
    for closed in shock.closings:
        for k in find_option(e, m, closed.origin, closed.destination, closed.skill):
            channel[k, _channel(closed.channel)] = -np.inf
            if _channel(closed.channel) == 0:
                quota[k] = np.inf
    return Policy(Pull(channel, home, quota), recognised, opening, effort, cost)
