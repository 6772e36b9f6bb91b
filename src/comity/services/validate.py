"""How the world model fares against published experiments and observed episodes (§3.15): misses are printed.

Verdicts: **inside** or **outside** what counts as inside (stated in the catalogue before anything was run),
or **not comparable** with the reason. The verdict is taken at central parameter values; the range over the
draws stands beside it. No parameter is fitted to any of these rows.

Who may import me: doors. Start at :func:`world_validate`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from comity.evidence import Evidence, Parameters
from comity.evidence.published import Episode, Target, read_episodes, read_targets
from comity.services.benefit_result import Worth
from comity.services.result import Result
from comity.world import gather, gather_registers, pack_figures, run_draws
from comity.world.calibrate import PARAMETERS as WORLD_PARAMETERS
from comity.world.channels import PARAMETERS as CHANNEL_PARAMETERS
from comity.world.experiments import EXPERIMENTS, Battery, Past
from comity.world.experiments import PARAMETERS as EXPERIMENT_PARAMETERS
from comity.world.registers import IRREGULAR_IN_US
from comity.world.scenarios import PARAMETERS as SCENARIO_PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from comity.reports.document import Document

__all__ = ["Check", "Validation", "judge", "world_validate"]

DRAWS: Final = 20
SEED: Final = 2010
INSIDE, OUTSIDE, NOT_COMPARABLE = "inside", "outside", "not comparable"
#: An effect below this share of pay is read as none, where a study finds none.
NULL_LIMIT: Final = 1.0
#: Years of the share of people born abroad in the United States that an experiment reads.
_US_YEARS: Final = (1990, 2005, 2024)


@dataclass(frozen=True, slots=True)
class Check:
    """One row: what was published or observed, ours, and the verdict with its reason.

    ``low`` and ``high`` are the published number or the observed change (%), None where there is none.
    ``ours`` is None where the model has nothing to say. ``beside`` lists further numbers of ours that a
    reader needs, by experiment.
    """

    key: str
    kind: str
    origin: str
    quantity: str
    published: str
    unit: str
    experiment: str
    ours: Worth | None
    beside: Mapping[str, float]
    verdict: str
    compared: str
    reason: str
    source: str
    mark: str
    reference: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Validation(Result):
    """The table of ``comity world validate``."""

    checks: tuple[Check, ...]
    experiments: Mapping[str, str]
    seed: int
    draws: int
    versions: Mapping[str, str]

    def count(self, verdict: str, kind: str | None = None) -> int:
        """Rows with a verdict."""
        return sum(c.verdict == verdict and kind in (None, c.kind) for c in self.checks)

    @property
    def by_direction(self) -> int:
        """Rows inside of which only the direction was compared."""
        return sum(c.verdict == INSIDE and c.compared.startswith("the direction") for c in self.checks)

    def __repr__(self) -> str:
        counts = ", ".join(f"{self.count(v)} {v}" for v in (INSIDE, OUTSIDE, NOT_COMPARABLE))
        return f"Validation({counts})"

    def document(self, *, brief: bool = False) -> Document:
        """Readable form."""
        from comity.services.validate_document import write_document  # noqa: PLC0415  (the two need each other)

        return write_document(self, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def world_validate(
    *,
    seed: int | None = None,
    draws: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Validation:
    """Run every experiment and set it beside what was published or observed.

    Parameters
    ----------
    seed, draws
        Of the uncertain inputs, for the ranges.
    executor
        Where the draws are computed; here unless given.
    progress
        Called with what is being done and a share from 0 to 1.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        evidence, parameters = Evidence.load(), Parameters.load()
        figures = pack_figures(gather(evidence))
        names = tuple(
            dict.fromkeys(
                (
                    *WORLD_PARAMETERS,
                    *CHANNEL_PARAMETERS,
                    *SCENARIO_PARAMETERS,
                    *EXPERIMENT_PARAMETERS,
                    *(f"world.choice.irregular_us.{x}" for x in IRREGULAR_IN_US),
                )
            )
        )
        central = {name: parameters.value(name) for name in names}
        episodes = read_episodes()
        registers = gather_registers(evidence, figures.codes, central)
        battery = Battery(figures, registers, read_past(evidence, episodes))
        size, root = DRAWS if draws is None else draws, SEED if seed is None else seed
        drawn = run_draws(
            battery,
            parameters.draw(np.random.default_rng(root), size, names=names),
            executor=executor,
            chunk=2,
            progress=None if progress is None else lambda x: progress("Experiments", x),
        )
        middle = battery(central)
        ours = {name: Worth.of(drawn[:, k], float(middle[k])) for k, name in enumerate(EXPERIMENTS)}
    checks = [_check_target(target, ours) for target in read_targets()]
    checks += [_check_episode(rows, ours) for rows in _series(episodes)]
    return Validation(
        tuple(checks), dict(EXPERIMENTS), root, size,
        {"comity": version("comity"), "numpy": version("numpy")},
    )  # fmt: skip


def read_past(evidence: Evidence, episodes: Sequence[Episode]) -> Past:
    """Read what experiments about the past rest on."""
    stock = evidence.table("migrant_stock").astype({"destination": str})
    people = evidence.table("population_age").astype({"country": str})
    foreign = stock[stock["destination"] == "USA"].groupby("year")["persons"].sum()
    all_ages = people[people["country"] == "USA"].groupby("year")["persons"].sum()
    seasonal = [e.value for e in episodes if e.episode == "US_H2_Mexico" and e.unit == "visas" and e.value]
    return Past(
        {year: float(foreign[year] / all_ages[year]) for year in _US_YEARS}, (seasonal[0], seasonal[-1])
    )


def judge(target: Target, ours: Mapping[str, float]) -> tuple[str, str]:
    """Verdict on a target, and what was compared.

    >>> bench = next(t for t in read_targets() if t.row == "dms_bench")
    >>> judge(bench, {"open_world": 12.0})[0], judge(bench, {"open_world": 3.0})[0]
    ('inside', 'outside')
    """
    if target.compare == "none":
        return NOT_COMPARABLE, ""
    if target.compare == "order":
        held = ours["open_world_schooling"] < ours["open_world"] < ours["open_world_network"]
        return (INSIDE if held else OUTSIDE), "the order only"
    if target.compare == "largest":
        others = max(abs(ours["effect_labour"]), abs(ours["effect_fiscal"]))
        return (INSIDE if abs(ours["effect_market_size"]) > others else OUTSIDE), "which effect is largest"
    low, high = target.accept_low, target.accept_high
    if low is None or high is None:
        return NOT_COMPARABLE, ""
    return (INSIDE if low <= ours[target.experiment] <= high else OUTSIDE), f"{low:g} to {high:g}"


#: Numbers of ours that belong beside a row.
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "abd_oecd": ("gainers_oecd_market_size",),
    "abd_channel": ("effect_labour", "effect_fiscal", "effect_trade"),
    "dms_bench": ("open_world_market", "open_world_movers"),
    "dms_range": ("open_world", "open_world_network"),
}


def _check_target(target: Target, ours: Mapping[str, Worth]) -> Check:
    verdict, compared = judge(target, {name: worth.central for name, worth in ours.items()})
    reason = target.if_missed if verdict == OUTSIDE else target.basis
    return Check(
        key=target.key,
        kind="target",
        origin=target.publication,
        quantity=target.quantity,
        published=target.published,
        unit=target.unit,
        experiment=target.experiment,
        ours=ours.get(target.experiment),
        beside={name: ours[name].central for name in _BESIDE.get(target.key, ())},
        verdict=verdict,
        compared=compared,
        reason=reason,
        source=target.source,
        mark=target.mark,
        reference=f"catalogue:targets[row={target.row}{f',part={target.part}' if target.part else ''}]",
        low=target.low,
        high=target.high,
    )


def _series(episodes: Sequence[Episode]) -> list[tuple[Episode, ...]]:
    """Rows that observe the same thing on the same corridor, in the order of the file."""
    out: dict[tuple[str, str, str], list[Episode]] = {}
    for row in episodes:
        out.setdefault((row.episode, row.corridor, row.quantity), []).append(row)
    return [tuple(rows) for rows in out.values()]


def observed_change(rows: Sequence[Episode]) -> float | None:
    """Observed change over a series, % ; None where there are not two numbers.

    A row whose unit is per cent is a change already. Of series with parts of a year only whole years count,
    and an episode that turned round later (arrivals of 2023) ends where the policy's years end.
    """
    if rows[0].unit == "percent":
        return (
            -rows[0].value
            if rows[0].value is not None and rows[0].quantity.startswith("fall")
            else rows[0].value
        )
    whole = [(int(r.period), r.value) for r in rows if r.period.isdigit() and r.value is not None]
    if len(whole) < 2:
        return None
    if rows[0].episode == "ES_WestAfrica_Canaries_2006":
        whole = [pair for pair in whole if pair[0] in _CANARIES]
    first, last = min(whole), max(whole)
    return 100.0 * (last[1] / first[1] - 1) if first[1] else None


#: Years of the agreements that the episode on the Canary Islands is about.
_CANARIES: Final = range(2006, 2011)


def _check_episode(rows: Sequence[Episode], ours: Mapping[str, Worth]) -> Check:
    first = rows[0]
    worth = ours.get(first.experiment)
    change = observed_change(rows) if first.compare == "direction" else None
    verdict, compared = NOT_COMPARABLE, ""
    if first.compare == "direction" and worth is not None and change is not None:
        verdict = INSIDE if worth.central * change > 0 else OUTSIDE
        compared = "the direction only"
        if worth.low < 0 < worth.high:
            compared += "; the range over the draws holds both signs"
    elif first.compare == "null" and worth is not None:
        verdict = INSIDE if abs(worth.central) < NULL_LIMIT else OUTSIDE
        compared = f"an effect below {NULL_LIMIT:g} %"
    listed = ", ".join(
        f"{r.period}: {r.value:,.10g}" if r.value is not None else r.period
        for r in rows
        if r.period or r.value
    )
    return Check(
        key=rows[0].row if len(rows) == 1 else f"{rows[0].row}–{rows[-1].row}",
        kind="episode",
        origin=f"{first.episode.replace('_', ' ')}, {first.corridor}"
        if first.corridor
        else first.episode.replace("_", " "),
        quantity=first.quantity,
        published=listed,
        unit=first.unit,
        experiment=first.experiment,
        ours=worth,
        beside={},
        verdict=verdict,
        compared=compared,
        reason=first.if_missed if verdict == OUTSIDE else first.basis,
        source=first.source,
        mark=first.mark,
        reference=f"catalogue:episodes[row={first.row}]",
        low=change,
        high=change,
    )
