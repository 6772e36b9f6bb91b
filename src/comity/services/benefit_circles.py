"""Circles of cooperation: one country alone, with each partner, with the whole table, with all alike (E62).

Four columns, from narrow to wide:

* **alone**: what the country itself gives in this package, with nothing in return;
* **bilateral**: a separate deal with each partner, made of the clauses between the two, each solved by
  itself; the column is their sum, draw by draw;
* **regional**: all parties of the package together, the clauses among the partners included;
* **global**: the same offers by all to all: every economy in the income group of a clause's giver makes it to
  every economy in the income group of its beneficiary. Places and money are in proportion to the givers' size
  and shared out over the takers; a rule that two clauses hold alike counts once, at its strongest value.

A country inside a bloc takes part alone and bilaterally with its own share of the bloc's clauses.

Who may import me: the benefit service. Start at :func:`draw_circles`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.evidence import Catalogue
    from comity.services.laboratory import Laboratory
    from comity.services.roundfile import Round
    from comity.world import Part

__all__ = ["BILATERAL", "Circle", "draw_circles", "drop_overridden", "party_of"]

#: Before the party code in the key of a partner's column.
BILATERAL: Final = "bilateral:"

#: Actions that say a rule rather than a number of people or an amount of money.
_RULES: Final = frozenset({"tariff_cut", "remittance_cost_ceiling", "recognition", "readmission"})


@dataclass(frozen=True, slots=True)
class Circle:
    """Who takes part, and the parts of the package that they do.

    ``clauses`` are the keys of the package's clauses that this circle holds, for interests stated about them.
    """

    key: str
    title: str
    meaning: str
    parts: tuple[Part, ...]
    clauses: frozenset[str]


def party_of(round_: Round, country: str) -> str | None:
    """Party of a round that a country is, or is a member of; None for an outsider."""
    return next((party.code for party in round_.parties if country in party.countries), None)


def drop_overridden(round_: Round, party: str | None, parts: Sequence[Part]) -> tuple[Part, ...]:
    """Leave out what an interest of this party replaces, so that its stated worth stands alone (§5.2)."""
    replaced = {
        clause.key
        for interest in round_.interests
        if interest.overrides_model and interest.party == party
        for clause in round_.interest_clauses(interest)
    }
    return tuple(part for part in parts if part.provision.key not in replaced)


def _own(part: Part, party: str, country: str, members: Mapping[str, tuple[str, ...]]) -> Part:
    """Take the country's own share of a clause of its bloc."""
    if members[party] == (country,):
        return part
    if part.provision.giver == party:
        return replace(part, givers=(country,))
    return replace(part, beneficiaries=(country,))


def _partner(part: Part, party: str) -> str:
    p = part.provision
    return p.beneficiary if p.giver == party else p.giver


def draw_circles(
    lab: Laboratory, country: str, values: Mapping[str, float], names: Mapping[str, str]
) -> tuple[Circle, ...]:
    """List the circles of a package as one country sees them; partners' columns stand at the end.

    Parameters
    ----------
    lab
        Of the package's round.
    country
        ISO3 code; an outsider of the round has only the two wide circles to look at.
    values
        The package, value by clause key.
    names
        Party code → name.
    """
    party = party_of(lab.round, country)
    whole = drop_overridden(lab.round, party, lab.parts(values))
    mine = [part for part in whole if party in (part.provision.giver, part.provision.beneficiary)]
    alone = [
        _own(part, party, country, lab.members) for part in mine if party and part.provision.giver == party
    ]
    partners = dict.fromkeys(_partner(part, party) for part in mine) if party else {}
    keys = frozenset(values)
    about = {
        key: frozenset({clause.giver, clause.beneficiary})
        for key in keys
        for clause in [lab.round.clause(key)]
    }
    given = frozenset(key for key in keys if lab.round.clause(key).giver == party)
    # What is used in part has a share of its own, so it cannot be added to another clause.
    held = frozenset(key for key in keys if lab.round.clause(key).is_conditional)
    alike = _offer_to_all(whole, lab.figures.income, lab.figures.codes, lab.members, lab.catalogue, held)
    circles = [
        Circle(
            "alone", "Alone", "what it gives in this package, with nothing in return", tuple(alone), given
        ),
        Circle(
            "bilateral",
            "Bilateral",
            "a separate deal with each partner, solved one by one and added",
            (),
            frozenset(key for key in keys if party in about[key]),
        ),
        Circle(
            "regional",
            "The table together",
            "all parties of the package at once, with the clauses among the partners",
            whole,
            keys,
        ),
        Circle(
            "global",
            "All alike",
            "every economy in the giver's income group makes the same offer to every economy in the "
            "beneficiary's: places and money in proportion to the giver's size, rules for each pair",
            alike,
            keys,
        ),
    ]
    for code in partners:
        between = tuple(
            _own(part, party, country, lab.members)
            for part in mine
            if party and _partner(part, party) == code
        )
        held = frozenset(key for key in keys if about[key] == {party, code})
        title, meaning = f"With {names[code]}", f"only the clauses between it and {names[code]}"
        circles.append(Circle(f"{BILATERAL}{code}", title, meaning, between, held))
    return tuple(circles)


def _offer_to_all(
    parts: Sequence[Part],
    income: Sequence[str],
    codes: Sequence[str],
    members: Mapping[str, tuple[str, ...]],
    catalogue: Catalogue,
    apart: frozenset[str],
) -> tuple[Part, ...]:
    """Offer each clause to all alike; where clauses become one and the same rule, keep the strongest."""
    group = dict(zip(codes, income, strict=True))

    def kinds(party: str) -> frozenset[str]:
        return frozenset(group[code] or code for code in members[party])

    out: dict[tuple[object, ...], Part] = {}
    same: tuple[object, ...]
    for part in parts:
        p = part.provision
        if part.action not in _RULES:
            same = ("one", p.key)
            if (
                part.action != "permit_validity" and p.key not in apart
            ):  # its value is years, which do not add up
                terms = tuple(sorted((name, str(x)) for name, x in p.terms.items()))
                same = (p.instrument, p.giver, kinds(p.beneficiary), terms)
            held = out.get(same)
            summed = p if held is None else replace(p, value=p.value + held.provision.value)
            out[same] = replace(part, provision=summed, alike=True)
            continue
        rule = (p.instrument, kinds(p.giver), kinds(p.beneficiary))
        held = out.get(rule)
        sign = -1 if catalogue.stronger.get(p.instrument) == "low" else 1
        if held is None or sign * p.value > sign * held.provision.value:
            out[rule] = replace(part, alike=True)
    return tuple(out.values())
