"""What each clause is worth to each party, and how it is known: the payoff cells of §5.2.

A cell is modelled (the world room), elicited (the round file), or **unvalued**. Unvalued is never silently
zero: it is listed with the value at which it would turn the answer.

Who may import me: services. Start at :func:`write_game`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.bargaining import Cap, Clause, Exclusion, Game, Requirement
from comity.vocabulary import SourceClass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from comity.evidence import Catalogue
    from comity.services.delivery import Delivery
    from comity.services.laboratory import Laboratory
    from comity.services.roundfile import Clause as RoundClause
    from comity.services.roundfile import Round

    Array = NDArray[np.float64]

__all__ = [
    "Cell",
    "InterestDraws",
    "Stakes",
    "combine",
    "draw_interests",
    "draw_no_deal",
    "draw_threats",
    "mark_overridden",
    "value_clauses",
    "write_game",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """How one clause's worth to one party is known; ``references`` can be traced."""

    party: str
    clause: str
    sources: tuple[SourceClass, ...]
    references: tuple[str, ...]

    @property
    def unvalued(self) -> bool:
        """True when neither the model nor the round file says anything."""
        return self.sources == (SourceClass.UNVALUED,)


@dataclass(frozen=True, slots=True)
class Stakes:
    """Payoffs as lines over each clause's range; US$ million per year.

    ``slope`` and ``fixed`` are draws × parties × clauses: a clause at value v is worth slope·v + fixed.
    """

    slope: Array
    fixed: Array
    cells: tuple[Cell, ...]


@dataclass(frozen=True, eq=False)
class InterestDraws:
    """One elicited interest over the draws: each of its clauses as a line; US$ million per year.

    ``place`` is its position in the round file, ``party`` and ``columns`` positions of the party and the
    clauses; ``slope`` and ``fixed`` are draws × columns.
    """

    place: int
    party: int
    columns: tuple[int, ...]
    slope: Array
    fixed: Array
    overrides: bool

    def worth(self, value: Array, on: Array) -> Array:
        """Worth of a package in each draw; ``value`` and ``on`` over all clauses."""
        columns = list(self.columns)
        return np.asarray(self.slope @ value[columns] + self.fixed @ on[columns])


def draw_interests(
    round_: Round, draws: int, seed: int, delivery: Delivery | None = None
) -> tuple[InterestDraws, ...]:
    """Draw the elicited interests; with ``delivery``, as much of each as is released and used.

    Notes
    -----
    Each interest is triangular between its low, mid and high, from a stream of its own, so that changing one
    does not change the others' draws. It is linear in the clause's strength (0 today, 1 at full value).
    """
    parties = [party.code for party in round_.parties]
    keys = [clause.key for clause in round_.table]
    out = []
    for place, interest in enumerate(round_.interests):
        stream = np.random.default_rng([seed, place, len(interest.party), *interest.party.encode()])
        low, mid, high = interest.value.low, interest.value.mid, interest.value.high
        worth = stream.triangular(low, mid, high, draws) if high > low else np.full(draws, mid)
        clauses = round_.interest_clauses(interest)
        slope, fixed = np.zeros((draws, len(clauses))), np.zeros((draws, len(clauses)))
        for k, clause in enumerate(clauses):
            span = clause.strongest - clause.status_quo
            full = worth * abs(span) if interest.per == "unit" else worth
            if span == 0:
                fixed[:, k] = full
            else:
                slope[:, k] = full / span
                fixed[:, k] = -full / span * clause.status_quo
        columns = tuple(keys.index(clause.key) for clause in clauses)
        if delivery is not None and not interest.whatever_is_used:
            slope *= delivery.factor[:, list(columns)]
            fixed *= delivery.factor[:, list(columns)]
        party = parties.index(interest.party)
        out.append(InterestDraws(place, party, columns, slope, fixed, interest.overrides_model))
    return tuple(out)


def mark_overridden(round_: Round, interests: Sequence[InterestDraws]) -> Array:
    """Mark cells where an interest replaces the model; parties × clauses, 0 or 1."""
    marks = np.zeros((len(round_.parties), len(round_.table)))
    for item in interests:
        if item.overrides:
            marks[item.party, list(item.columns)] = 1.0
    return marks


def value_clauses(
    lab: Laboratory,
    around: Mapping[str, float],
    tick: Callable[[float], None],
    draws: Sequence[int | None] | None = None,
    *,
    by_group: bool = False,
) -> tuple[Array, Array]:
    """Value each modelled clause at both ends of its range, given the rest of a package.

    Parameters
    ----------
    around
        The package (value by clause key); empty for stand-alone values.
    draws
        Which draws, None among them for central values; all unless told.
    by_group
        Keep the groups of people apart instead of weighting them as the parties do.

    Returns
    -------
    slope, fixed
        draws × parties × clauses, or draws × parties × groups × clauses; zero for clauses that do not act on
        the model.

    Notes
    -----
    §6.3: local values. Around a package they are marginal ones, so that a second search sees how clauses
    work on each other.
    """
    table = lab.round.table
    modelled = [c for c, clause in enumerate(table) if lab.is_modelled(clause)]
    packages: list[dict[str, float]] = []
    for c in modelled:
        rest = {key: value for key, value in around.items() if key != table[c].key}
        low, high = table[c].range
        packages += [rest, {**rest, table[c].key: low}, {**rest, table[c].key: high}]
    unique = {tuple(sorted(p.items())): p for p in packages}
    order = {key: k for k, key in enumerate(unique)}
    search = lab.search_counts if by_group else lab.search_gains
    gains = search(list(unique.values()), tick, draws)
    slope = np.zeros((len(gains), *gains.shape[2:], len(table)))
    fixed = np.zeros_like(slope)
    for place, c in enumerate(modelled):
        without, least, most = (
            gains[:, order[tuple(sorted(p.items()))]] for p in packages[3 * place : 3 * place + 3]
        )
        low, high = table[c].range
        if high == low:
            fixed[..., c] = most - without
            continue
        slope[..., c] = (most - least) / (high - low)
        fixed[..., c] = least - without - slope[..., c] * low
    return slope, fixed


def _describe_cells(lab: Laboratory, overridden: Array) -> tuple[Cell, ...]:
    round_ = lab.round
    stated: dict[tuple[str, str], list[int]] = {}
    for k, interest in enumerate(round_.interests):
        for clause in round_.interest_clauses(interest):
            stated.setdefault((interest.party, clause.key), []).append(k)
    cells = []
    for p, party in enumerate(round_.parties):
        for c, clause in enumerate(round_.table):
            sources: list[SourceClass] = []
            references: list[str] = []
            if lab.is_modelled(clause) and not overridden[p, c]:
                sources.append(SourceClass.MODELLED)
                references.append(f"model:§3.12|{clause.key}")
            if (party.code, clause.key) in stated:
                sources.append(SourceClass.ELICITED)
                references += [f"round:interests.{k}.value" for k in stated[party.code, clause.key]]
            if not sources:
                if party.code not in (clause.giver, clause.beneficiary):
                    continue
                sources, references = [SourceClass.UNVALUED], [f"round:table.{c}"]
            cells.append(Cell(party.code, clause.key, tuple(sources), tuple(references)))
    return tuple(cells)


def combine(
    lab: Laboratory,
    modelled: tuple[Array, Array],
    interests: Sequence[InterestDraws],
    delivery: Delivery | None = None,
) -> Stakes:
    """Modelled and elicited worth together; an overriding interest replaces the model, visibly (§5.2).

    ``delivery`` says how much of each clause is released and used; all of it where it is None. Interests
    come with it applied already.
    """
    marks = mark_overridden(lab.round, interests)
    kept = 1 - marks
    if delivery is not None:
        kept = kept * delivery.factor[:, None, :]
    slope, fixed = modelled[0] * kept, modelled[1] * kept
    for item in interests:
        for k, c in enumerate(item.columns):
            slope[:, item.party, c] += item.slope[:, k]
            fixed[:, item.party, c] += item.fixed[:, k]
    return Stakes(slope, fixed, _describe_cells(lab, marks))


def _write_clause(round_: Round, clause: RoundClause, catalogue: Catalogue) -> Clause:
    instrument = catalogue.instruments[clause.instrument]
    low, high = clause.range
    for party in round_.parties:
        for limit in party.limits:
            if limit.instrument in (clause.key, clause.instrument) and party.code in (
                clause.giver,
                clause.beneficiary,
            ):
                low = low if limit.at_least is None else max(low, limit.at_least)
                high = high if limit.at_most is None else min(high, limit.at_most)
    return Clause(
        key=clause.key,
        giver=clause.giver,
        beneficiary=clause.beneficiary,
        low=low,
        high=max(low, high),
        step=clause.step,
        kind="continuous" if clause.step is None else "stepped",
        area=instrument.area.value,
        linked=not instrument.area.is_migration,
        group=clause.instrument,
        ministries=(
            f"{clause.giver}:{instrument.ministry_giver}",
            f"{clause.beneficiary}:{instrument.ministry_beneficiary}",
        ),
    )


def _write_rules(round_: Round, catalogue: Catalogue) -> tuple[list[Requirement], list[Exclusion], list[Cap]]:
    requires: list[Requirement] = []
    excludes: list[Exclusion] = []
    caps: list[Cap] = []
    for rule in round_.principles:
        if rule.rule == "requires":
            for clause, others in round_.principle_pairs(rule):
                if len(others) == 1:
                    requires.append(Requirement(clause.key, others[0].key, rule.text))
                else:
                    counted = {clause.key: 1.0} | {other.key: -1.0 for other in others}
                    caps.append(Cap(counted, 0.0, on_values=False, name=rule.text))
        elif rule.rule == "excludes":
            for clause, others in round_.principle_pairs(rule):
                excludes += [Exclusion(clause.key, other.key, rule.text) for other in others]
        elif rule.rule == "cap" and rule.at_most is not None:
            keys = {clause.key: 1.0 for clause in round_.clauses(rule.if_)}
            caps.append(Cap(keys, rule.at_most, on_values=True, name=rule.text))
        elif rule.rule == "balance_across_areas":
            by_area: dict[str, list[str]] = {}
            for clause in round_.table:
                of = catalogue.instruments[clause.instrument].area
                if of.is_migration:
                    by_area.setdefault(of.value, []).append(clause.key)
            for area, keys_here in by_area.items():
                for other, keys_there in by_area.items():
                    if other != area:
                        caps += [
                            Cap(
                                {k: 1.0} | dict.fromkeys(keys_there, -1.0),
                                0.0,
                                on_values=False,
                                name=rule.text,
                            )
                            for k in keys_here
                        ]
    return requires, excludes, caps


def _write_conditions(round_: Round) -> tuple[list[Requirement], list[Cap]]:
    """Budgets, and clauses that wait for other clauses, as rules of the table."""
    requires = {
        (clause.key, tranche.after): f"{clause.key} is released on {tranche.after}"
        for clause in round_.table
        for tranche in clause.tranches
        if tranche.after is not None
    }
    caps = [
        Cap({c.key: 1.0 for c in round_.budget_clauses(b)}, b.at_most, on_values=True, name=b.name)
        for b in round_.budgets
    ]
    return [Requirement(first, second, name) for (first, second), name in requires.items()], caps


def draw_no_deal(round_: Round, draws: int, seed: int) -> Array:
    """Draw what each party has without a deal, against the status quo; US$ million per year.

    Returns
    -------
    ndarray
        Shape (parties,) where every party states one value, else (draws, parties), triangular between low,
        mid and high.
    """
    stated = [party.no_deal for party in round_.parties]
    if all(item.low == item.high for item in stated):
        return np.array([item.mid for item in stated])
    out = np.empty((draws, len(stated)))
    for p, (party, item) in enumerate(zip(round_.parties, stated, strict=True)):
        stream = np.random.default_rng([seed, _NO_DEAL, *party.code.encode()])
        spread = item.high > item.low
        out[:, p] = stream.triangular(item.low, item.mid, item.high, draws) if spread else item.mid
    return out


def draw_threats(round_: Round, draws: int, seed: int) -> Array:
    """Draw what others can take from each party's no-deal together; draws × parties, 0 or more."""
    out = np.zeros((draws, len(round_.parties)))
    for p, party in enumerate(round_.parties):
        for k, threat in enumerate(party.no_deal.worsened_by):
            loss = threat.loss
            stream = np.random.default_rng([seed, _THREAT, k, *party.code.encode()])
            out[:, p] += (
                stream.triangular(loss.low, loss.mid, loss.high, draws) if loss.high > loss.low else loss.mid
            )
    return out


#: Streams apart from those of the interests.
_NO_DEAL: Final = 1_000_003
_THREAT: Final = 1_000_004


def write_game(lab: Laboratory, stakes: Stakes, no_deal: Array | None = None) -> Game:
    """Write the round as a game (§6.1): clauses, payoffs, red lines, limits, principles and budgets.

    ``no_deal`` as from :func:`draw_no_deal`; the middle values of the round file where it is None.
    """
    round_ = lab.round
    requires, excludes, caps = _write_rules(round_, lab.catalogue)
    waits, budgets = _write_conditions(round_)
    if no_deal is None:
        no_deal = np.array([party.no_deal.mid for party in round_.parties])
    return Game(
        parties=tuple(party.code for party in round_.parties),
        clauses=tuple(_write_clause(round_, clause, lab.catalogue) for clause in round_.table),
        slope=stakes.slope,
        fixed=stakes.fixed,
        disagreement=no_deal,
        red_lines=np.array([party.red_line.gain_at_least for party in round_.parties]),
        share=round_.settings.share_of_draws,
        epsilon=round_.settings.epsilon,
        requires=(*requires, *waits),
        excludes=tuple(excludes),
        caps=(*caps, *budgets),
    )
