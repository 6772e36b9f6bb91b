"""Whether take-up, tranches and budgets of a round file make sense.

Who may import me: :mod:`comity.services.roundfile_checks`. Start at :func:`check_conditions`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import networkx as nx

from comity.services.roundfile_messages import number, quoted
from comity.services.roundfile_source import Problem, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.services.roundfile_models import Budget, Clause, Round, ShareSpread
    from comity.services.roundfile_source import Key
    from comity.vocabulary import Instrument

__all__ = ["check_conditions"]


def check_conditions(
    round_: Round, instruments: Mapping[str, Instrument], stronger: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield what does not hold in the take-up, the tranches and the budgets of a round."""
    for index, clause in enumerate(round_.table):
        key: Key = ("table", index)
        if clause.take_up is not None:
            yield from _check_order((*key, "take_up"), clause.take_up)
        yield from _check_tranches((*key, "tranches"), clause, round_)
    yield from _check_deadlock(round_)
    for index, budget in enumerate(round_.budgets):
        yield from _check_budget(("budgets", index), budget, round_, instruments, stronger)


def _check_order(key: Key, spread: ShareSpread) -> Iterator[Problem]:
    if not spread.low <= spread.mid <= spread.high:
        shown = f"{number(spread.low)}, {number(spread.mid)}, {number(spread.high)}"
        yield Problem(key, f"the shares are not in order: {shown}", "low <= mid <= high")


def _check_tranches(key: Key, clause: Clause, round_: Round) -> Iterator[Problem]:
    if not clause.tranches:
        return
    total = math.fsum(t.share for t in clause.tranches)
    if abs(total - 1) > 1e-6:
        yield Problem(
            key,
            f"the tranches of {clause.key} add up to {number(round(total, 6))}",
            "shares that add up to 1",
        )
    last = 0
    for index, tranche in enumerate(clause.tranches):
        here = (*key, index)
        if tranche.due < last:
            yield Problem(
                (*here, "due"),
                f"month {tranche.due} comes before month {last} of the tranche before it",
                "tranches in the order in which they fall due",
            )
        last = max(last, tranche.due)
        if tranche.met is not None:
            yield from _check_order((*here, "met"), tranche.met)
            if tranche.source is None:
                yield Problem(
                    here,
                    "how likely a milestone is needs a source",
                    "source: where it comes from, or the reasoning",
                )
        if tranche.after is not None:
            known = [c.key for c in round_.table if c.key != clause.key]
            if tranche.after not in known:
                same = tranche.after == clause.key
                what = "a clause cannot wait for itself" if same else "it waits for a clause not on the table"
                yield Problem((*here, "after"), f"{what}: {one_line(tranche.after)}", quoted(known))


def _check_deadlock(round_: Round) -> Iterator[Problem]:
    """Find clauses whose very first tranches wait for each other, so that nothing would ever start."""
    place = {clause.key: index for index, clause in enumerate(round_.table)}
    waits = nx.DiGraph(
        (clause.key, clause.tranches[0].after)
        for clause in round_.table
        if clause.tranches and clause.tranches[0].after in place
    )
    circle = next(iter(nx.simple_cycles(waits)), None)
    if circle and len(circle) > 1:
        first = min(circle, key=lambda name: place[name])
        yield Problem(
            ("table", place[first], "tranches", 0, "after"),
            f"the first tranches wait for each other: {', '.join(sorted(circle, key=lambda n: place[n]))}",
            "one of these clauses with a first tranche that waits for none of the others",
        )


def _check_budget(
    key: Key,
    budget: Budget,
    round_: Round,
    instruments: Mapping[str, Instrument],
    stronger: Mapping[str, str],
) -> Iterator[Problem]:
    codes = [party.code for party in round_.parties]
    if budget.giver not in codes:
        yield Problem((*key, "giver"), f"{one_line(budget.giver)} is not a party", quoted(codes))
        return
    given = [c for c in round_.table if c.giver == budget.giver]
    for index, name in enumerate(budget.of):
        if not any(name in (c.key, c.instrument) for c in given):
            yield Problem(
                (*key, "of", index),
                f"{budget.giver} gives nothing called {one_line(name)}",
                quoted([c.key for c in given]),
            )
    drawn = [c for c in round_.budget_clauses(budget) if c.instrument in instruments]
    units = list(dict.fromkeys(instruments[c.instrument].parameter.unit for c in drawn))
    if len(units) > 1:
        yield Problem(
            (*key, "of"), f"the clauses of a budget are in different units: {quoted(units)}", "one unit"
        )
    for clause in drawn:
        if (clause.stronger or stronger.get(clause.instrument)) == "low":
            yield Problem(
                (*key, "of"),
                f"in {clause.key} less is the larger concession, so it draws on nothing",
                "clauses in which more is the larger concession",
            )
