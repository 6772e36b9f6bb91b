"""What each instrument does to the model: from a provision to a shock (§5.2).

Only instruments that the catalogue gives an ``action`` act here; all others are elicited or unvalued, never
invented. A provision between blocs is shared out over the members: places by people in work,
money by value added (giving) and by people (receiving); rules apply to every pair.

Who may import me: services. Start at :func:`act`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.errors import InputError
from comity.units import to_share, to_usd
from comity.world.economy import SKILLS, Array, Economy
from comity.world.shock import Cost, FeeCut, Move, Recognition, Shock, TariffCut, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from comity.vocabulary import Provision

__all__ = ["ACTIONS", "PARAMETERS", "TERMS", "Facts", "Setting", "act", "find_gap"]

#: Parameters that actions read, by dotted name.
PARAMETERS: Final = (
    "world.admission.cost_per_place",
    "world.admission.validity_today",
    "world.admission.years_of_stay.g2g",
    "world.admission.years_of_stay.humanitarian",
    "world.admission.years_of_stay.reserved",
    "world.admission.years_of_stay.seasonal",
    "world.admission.years_of_stay.work",
    "world.aid.effectiveness",
    "world.calibration.reply_share",
    "world.fiscal.irregular_tax_share",
    "world.fiscal.reception_cost",
    "world.fiscal.return_cost",
    "world.migrants.employment_ratio.asylum",
    "world.migrants.employment_ratio.irregular",
    "world.migrants.productivity.asylum",
    "world.migrants.productivity.irregular",
    "world.migrants.productivity.regular",
    "world.migrants.skill_transfer.high",
    "world.migrants.skill_transfer.low",
    "world.readmission.document_days_baseline",
    "world.readmission.reply_days_baseline",
    "world.readmission.return_rate_baseline",
    "world.readmission.return_rate_gain",
    "world.recognition.coverage_per_occupation",
    "world.recognition.wage_gain",
)

#: Terms that a clause may fix for these instruments, with what they mean.
TERMS: Final[Mapping[str, str]] = {
    "skill": "low, high or mixed (the corridor's present mix)",
    "years_of_stay": "years that a place is used (LE01, LE02, LE16)",
    "duration": "years of a fixed-term permit (LE04)",
    "max_stay": "months of each season or year (LE03, LE05)",
    "persons": "permits issued each year (LE05)",
    "today": "value today (LE05: years of validity; 0 for a new permit)",
    "nationality": "ISO3 code of the people admitted (LE16)",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Evidence that single actions need; absent keys are unknown.

    Attributes
    ----------
    returned
        (citizenship, destination) → persons who returned following an order to leave in the latest year.
    refugee_origins
        Host → the origin of the largest group of refugees there.
    """

    returned: Mapping[tuple[str, str], float] = field(default_factory=dict)
    refugee_origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where provisions act: world, parameter values, facts, members of parties, horizon in years."""

    economy: Economy
    values: Mapping[str, float]
    facts: Facts
    members: Mapping[str, tuple[str, ...]]
    horizon_years: float

    def share_out(self, party: str, weights: Array) -> list[tuple[str, float]]:
        """Members of a party with their share of ``weights`` (N)."""
        codes = self.members.get(party, (party,))
        if len(codes) == 1:
            self.economy.place(codes[0])
            return [(codes[0], 1.0)]
        picked = np.array([weights[self.economy.place(code)] for code in codes])
        return [(code, float(w)) for code, w in zip(codes, picked / picked.sum(), strict=True)]

    def pairs(self, giver: str, beneficiary: str) -> Iterator[tuple[str, str]]:
        """Every (member of giver, member of beneficiary)."""
        for a in self.members.get(giver, (giver,)):
            for b in self.members.get(beneficiary, (beneficiary,)):
                if a != b:
                    yield a, b

    def term(self, provision: Provision, name: str, parameter: str) -> float:
        """Read a numeric term of the provision, else the parameter's value."""
        value = provision.terms.get(name)
        if value is None:
            return self.values[parameter]
        if isinstance(value, str):
            msg = f"term {name} is {value!r}"
            raise InputError(msg, key=provision.key, accepted=f"a number: {TERMS[name]}")
        return float(value)


def _mix(s: Setting, provision: Provision, birthplace: str, place: str) -> dict[str, float]:
    """Shares by skill: as the clause says, or as the corridor's workers are today."""
    skill = str(provision.terms.get("skill", "mixed"))
    if skill in SKILLS:
        return {skill: 1.0}
    if skill != "mixed":
        msg = f"unknown skill {skill!r}"
        raise InputError(msg, key=provision.key, accepted="low, high or mixed")
    e = s.economy
    here = e.workers[e.place(birthplace), e.place(place)]
    if e.persons[e.place(birthplace), e.place(place)] <= 0 or here.sum() <= 0:  # no corridor on record
        here = e.workers[e.place(birthplace), e.place(birthplace)]
    return {name: float(x) for name, x in zip(SKILLS, here / here.sum(), strict=True)}


def _admit(s: Setting, provision: Provision, stock: float, yearly: float) -> Shock:
    """Move ``stock`` workers from beneficiary to giver; ``yearly`` admissions cost the giver's treasury."""
    e = s.economy
    adults = e.work_force
    moves, costs = [], []
    for place, there in s.share_out(provision.giver, adults):
        costs.append(
            Cost(place, yearly * there * s.values["world.admission.cost_per_place"], "administration")
        )
        for origin, here in s.share_out(provision.beneficiary, adults):
            for skill, part in _mix(s, provision, origin, place).items():
                transfer = s.values[f"world.migrants.skill_transfer.{skill}"]
                moves.append(
                    Move(
                        birthplace=origin, source=origin, target=place, skill=skill,
                        persons=stock * there * here * part,
                        work_source=float(e.work_rate[e.place(origin)]),
                        work_target=transfer * s.values["world.migrants.productivity.regular"],
                    )
                )  # fmt: skip
    return Shock(moves=tuple(moves), costs=tuple(costs))


def _entry_places(s: Setting, p: Provision) -> Shock:
    kind = "reserved" if p.instrument == "LE02" else "work"
    years = s.term(p, "years_of_stay", f"world.admission.years_of_stay.{kind}")
    return _admit(s, p, p.value * min(years, s.horizon_years), p.value)


def _yearly_presence(s: Setting, p: Provision) -> float:
    months = p.terms.get("max_stay")
    if months is None:
        return s.values["world.admission.years_of_stay.seasonal"]
    return s.term(p, "max_stay", "world.admission.years_of_stay.seasonal") / _MONTHS


_MONTHS: Final = 12


def _seasonal_places(s: Setting, p: Provision) -> Shock:
    return _admit(s, p, p.value * _yearly_presence(s, p), p.value)


def _fixed_term_places(s: Setting, p: Provision) -> Shock:
    years = s.term(p, "duration", "world.admission.years_of_stay.g2g")
    return _admit(s, p, p.value * min(years, s.horizon_years), p.value)


def _permit_validity(s: Setting, p: Provision) -> Shock:
    permits = p.terms.get("persons")
    if not isinstance(permits, int | float):
        msg = "permits issued each year are not given"
        raise InputError(msg, key=p.key, accepted="a number under terms: persons")
    today = s.term(p, "today", "world.admission.validity_today")
    added = max(0.0, min(p.value, s.horizon_years) - min(today, s.horizon_years))
    # Permits that exist today are only made longer; new ones have to be issued each year.
    issued = 0.0 if today > 0 else float(permits)
    return _admit(s, p, float(permits) * added * _yearly_presence(s, p), issued)


def _humanitarian_places(s: Setting, p: Provision) -> Shock:
    """Refugees go from the beneficiary, their host, to the giver; work follows the asylum channel."""
    e, moves, costs = s.economy, [], []
    years = s.term(p, "years_of_stay", "world.admission.years_of_stay.humanitarian")
    stock = p.value * min(years, s.horizon_years)
    phi = s.values["world.migrants.productivity.asylum"] * s.values["world.migrants.employment_ratio.asylum"]
    for place, there in s.share_out(p.giver, e.work_force):
        costs.append(
            Cost(place, p.value * there * s.values["world.admission.cost_per_place"], "administration")
        )
        for host, here in s.share_out(p.beneficiary, e.population):
            people = str(p.terms.get("nationality") or s.facts.refugee_origins.get(host, ""))
            if people not in e.places:
                msg = f"the origin of the refugees in {host} is not known to the pack"
                raise InputError(msg, key=p.key, accepted="an ISO3 code under terms: nationality")
            for skill, part in _mix(s, p, people, host).items():
                unit = phi * s.values[f"world.migrants.skill_transfer.{skill}"]
                moves.append(
                    Move(
                        birthplace=people, source=host, target=place, skill=skill,
                        persons=stock * there * here * part,
                        work_source=unit * float(e.work_rate[e.place(host)]),
                        work_target=unit * float(e.work_rate[e.place(place)]),
                    )
                )  # fmt: skip
    return Shock(moves=tuple(moves), costs=tuple(costs))


def _tariff_cut(s: Setting, p: Provision) -> Shock:
    cut = to_share(p.value)
    return Shock(tariffs=tuple(TariffCut(b, a, cut) for a, b in s.pairs(p.giver, p.beneficiary)))


def _remittance_cost_ceiling(s: Setting, p: Provision) -> Shock:
    """Bind the corridor in both directions, whoever gives the ceiling."""
    ceiling = to_share(p.value)
    pairs = list(s.pairs(p.giver, p.beneficiary))
    both = [*pairs, *((b, a) for a, b in pairs)]
    return Shock(fees=tuple(FeeCut(b, a, ceiling) for a, b in both))


def _recognition(s: Setting, p: Provision) -> Shock:
    covered = min(1.0, p.value * s.values["world.recognition.coverage_per_occupation"])
    gain = s.values["world.recognition.wage_gain"]
    return Shock(
        recognitions=tuple(Recognition(b, a, covered, gain) for a, b in s.pairs(p.giver, p.beneficiary))
    )


def _readmission(s: Setting, p: Provision) -> Shock:
    """More of those ordered to leave return; the effect of a whole agreement is split over its two clocks.

    The effect is a rise of the return rate in points of orders, and the register counts returns, so orders
    are returns over today's return rate.

    Source: WODC 2022 (rate of return up by 5 to 10 points under a binding agreement of a European state).
    """
    v, e = s.values, s.economy
    reply = p.instrument == "PE01"
    today = v[
        "world.readmission.reply_days_baseline" if reply else "world.readmission.document_days_baseline"
    ]
    part = v["world.calibration.reply_share"] if reply else 1 - v["world.calibration.reply_share"]
    strength = float(np.clip((today - p.value) / today, 0, 1))
    moves, costs = [], []
    for origin, place in s.pairs(p.giver, p.beneficiary):
        returned = s.facts.returned.get((origin, place))
        if returned is None:
            continue
        ordered = returned / v["world.readmission.return_rate_baseline"]
        yearly = ordered * v["world.readmission.return_rate_gain"] * part * strength
        unit = (
            v["world.migrants.productivity.irregular"]
            * v["world.migrants.skill_transfer.low"]
            * min(v["world.migrants.employment_ratio.irregular"] * float(e.work_rate[e.place(place)]), 1.0)
        )
        # Stocks and orders come from different registers: nobody can return who is not on record as there.
        i, j = e.place(origin), e.place(place)
        recorded = float(min(e.units[i, j, 0] / unit, e.persons[i, j])) * part
        stock = min(yearly * s.horizon_years, recorded)
        moves.append(
            Move(
                birthplace=origin, source=place, target=origin, skill="low", persons=stock, work_source=unit,
                work_target=float(e.work_rate[e.place(origin)]),
                tax_source=v["world.fiscal.irregular_tax_share"],
            )
        )  # fmt: skip
        saved = stock * v["world.fiscal.reception_cost"]
        costs.append(Cost(place, yearly * v["world.fiscal.return_cost"] - saved, "enforcement"))
    return Shock(moves=tuple(moves), costs=tuple(costs))


def _pay(s: Setting, p: Provision, kind: str, effective: float) -> Shock:
    e = s.economy
    return Shock(
        transfers=tuple(
            Transfer(a, b, to_usd(p.value) * x * y, "aid" if kind == "aid" else "side_payment", effective)
            for a, x in s.share_out(p.giver, e.value_added)
            for b, y in s.share_out(p.beneficiary, e.population)
        )
    )


def _public_transfer(s: Setting, p: Provision) -> Shock:
    return _pay(s, p, "aid", s.values["world.aid.effectiveness"])


def _cost_sharing(s: Setting, p: Provision) -> Shock:
    return _pay(s, p, "side_payment", 1.0)


#: Action name (as the catalogue writes it) → what it does.
ACTIONS: Final[Mapping[str, Callable[[Setting, Provision], Shock]]] = {
    "entry_places": _entry_places,
    "seasonal_places": _seasonal_places,
    "fixed_term_places": _fixed_term_places,
    "permit_validity": _permit_validity,
    "humanitarian_places": _humanitarian_places,
    "tariff_cut": _tariff_cut,
    "remittance_cost_ceiling": _remittance_cost_ceiling,
    "recognition": _recognition,
    "readmission": _readmission,
    "public_transfer": _public_transfer,
    "cost_sharing": _cost_sharing,
}


def act(setting: Setting, provision: Provision, action: str) -> Shock:
    """Turn one provision into a shock.

    Raises
    ------
    InputError
        The action is unknown, or the provision lacks a term that it needs.
    """
    try:
        do = ACTIONS[action]
    except KeyError:
        msg = f"instrument {provision.instrument} does not act on the model (action {action!r})"
        raise InputError(msg, accepted=", ".join(sorted(ACTIONS))) from None
    return do(setting, provision)


def find_gap(setting: Setting, provision: Provision, action: str) -> str:
    """Say what the pack lacks to value this provision; empty where it lacks nothing.

    A provision with a gap adds nothing to the shock, which must not be read as a value of zero (§2.3, §5.2).
    """
    if action == "readmission":
        pairs = list(setting.pairs(provision.giver, provision.beneficiary))
        if not any(pair in setting.facts.returned for pair in pairs):
            return f"returns from {provision.beneficiary} to {provision.giver} after an order to leave"
    return ""
