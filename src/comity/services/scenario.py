"""Run a built-in scenario of the whole world: who is affected, and what world output does (§3.15).

Who may import me: doors. Start at :func:`scenario_run` and :func:`scenario_list`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from comity.evidence import Parameters
from comity.services.basis import list_assumptions, list_tables
from comity.services.benefit_result import Worth
from comity.services.result import Result
from comity.services.scenario_setup import set_up
from comity.units import USD_MILLION_YEAR, to_usd_million
from comity.world import DEFAULT_COUNTS, run_draws
from comity.world.channel_ledger import CHANNEL_LINES
from comity.world.facts import TABLES as FACT_TABLES
from comity.world.figures import TABLES as WORLD_TABLES
from comity.world.registers import TABLES as REGISTER_TABLES
from comity.world.runs import ROWS
from comity.world.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor
    from pathlib import Path

    from numpy.typing import NDArray

    from comity.reports.document import Document
    from comity.services.deal_result import Assumption, UsedTable
    from comity.services.scenario_setup import Setup

    Array = NDArray[np.float64]

__all__ = ["EconomyRow", "ScenarioResult", "scenario_list", "scenario_run"]

_AT: Final[Mapping[str, int]] = {name: k for k, name in enumerate(ROWS)}
#: Parts into which the change of world output at purchasing power parity falls exactly.
PARTS: Final[Mapping[str, str]] = {
    "from_work": "people at work elsewhere",
    "from_capital": "capital that follows them",
    "from_prices": "prices, trade and productivity",
}
#: Draws in one chunk: a world of people who choose takes seconds.
CHUNK_LIMIT: Final = 4
#: Movements that are reported.
MOVES: Final[Mapping[str, str]] = {
    "regular": "Regular residents",
    "asylum": "Asylum residents",
    "irregular": "Irregular residents",
    "born_abroad": "People who live outside their birthplace",
}


@dataclass(frozen=True, slots=True)
class EconomyRow:
    """One economy: output and net benefit, people who come and go; compared with itself only.

    ``output`` is the change of real output as a share, ``benefit`` US$ million per year under default
    weights, ``arrivals`` and ``departures`` changes of stocks, persons.
    """

    code: str
    name: str
    region: str
    output: Worth
    benefit: Worth
    arrivals: Worth
    departures: Worth


@dataclass(frozen=True)
class ScenarioResult(Result):
    """The answer of ``comity world run``.

    Shares are 0–1 of world output; ``groups`` are sums over all economies of the lines that fall on a group,
    US$ million per year, whether or not a country counts them.
    """

    name: str
    title: str
    story: str
    settings: Mapping[str, str | float]
    mode: str
    horizon: str
    share: float
    market: Worth
    parity: Worth
    parts: Mapping[str, Worth]
    moves: Mapping[str, Worth]
    groups: Mapping[str, Worth]
    regions: tuple[EconomyRow, ...]
    economies: tuple[EconomyRow, ...]
    assumptions: tuple[Assumption, ...]
    evidence: tuple[UsedTable, ...]
    seed: int
    draws: int
    versions: Mapping[str, str]

    def __repr__(self) -> str:
        p = self.parity
        return f"ScenarioResult({self.name}: world output {p.mean:+.2%} ({p.low:+.2%} to {p.high:+.2%}))"

    def document(self, *, brief: bool = False) -> Document:
        """Readable form."""
        from comity.services.scenario_document import write_document  # noqa: PLC0415  (the two need each other)

        return write_document(self, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {**asdict(self), "unit": USD_MILLION_YEAR}


def scenario_list() -> list[dict[str, Any]]:
    """List the scenarios with their settings and defaults, as plain data.

    >>> [row["name"] for row in scenario_list()][:2]
    ['full-liberalisation', 'no-migration']
    """
    parameters = Parameters.load()
    return [
        {
            "name": s.name,
            "title": s.title,
            "story": s.story,
            "mode": s.mode,
            "settings": [
                {
                    "key": o.key,
                    "meaning": o.meaning,
                    "kind": o.kind,
                    "default": o.default or repr(parameters.value(o.parameter)),
                }
                for o in s.options
            ],
        }
        for s in SCENARIOS.values()
    ]


def scenario_run(
    *,
    name: str,
    settings: Mapping[str, str] | None = None,
    horizon: str | None = None,
    seed: int | None = None,
    draws: int | None = None,
    executor: Executor | None = None,
    pack: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> ScenarioResult:
    """Run a scenario over draws of the uncertain inputs.

    Parameters
    ----------
    name
        One of :data:`comity.world.scenarios.SCENARIOS`.
    settings
        Key → value as a user writes it.
    horizon
        ``year-after``, ``five-years`` or ``long-run`` (unless given).
    seed, draws
        Of the uncertain inputs.
    executor
        Where the draws are computed; here unless given.
    pack
        Folder of a user's own evidence pack; the shipped one unless given.
    progress
        Called with what is being done and a share from 0 to 1.

    Raises
    ------
    InputError
        Unknown scenario, setting or horizon, or a share that cannot be.
    SolveError
        The world was not solved.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        setup = set_up(name, settings or {}, horizon=horizon, seed=seed, draws=draws, pack=pack)
        task = setup.run()

        def tick(share: float) -> None:
            if progress is not None:
                progress(f"Worlds drawn for {name}", share)

        tick(0.0)
        drawn = run_draws(task, setup.drawn, executor=executor, chunk=CHUNK_LIMIT, progress=tick)[:, 0]
        central = task(setup.central)[0]
        return _write(setup, drawn, central)


def _ratio(drawn: Array, central: Array, top: str, bottom: str) -> Worth:
    """Sum of one column over the sum of another; ``drawn`` is draws × economies × rows."""
    over = drawn[..., _AT[top]].sum(axis=1) / drawn[..., _AT[bottom]].sum(axis=1)
    return Worth.of(over, float(central[:, _AT[top]].sum() / central[:, _AT[bottom]].sum()))


def _total(drawn: Array, central: Array, column: str) -> Worth:
    return Worth.of(drawn[..., _AT[column]].sum(axis=1), float(central[:, _AT[column]].sum()))


def _write(setup: Setup, drawn: Array, central: Array) -> ScenarioResult:
    figures = setup.figures
    n = len(figures.codes)
    groups: dict[str, tuple[Array, float]] = {}
    for k, line in enumerate(CHANNEL_LINES):
        worth, middle = groups.get(line.counts, (np.zeros(len(drawn)), 0.0))
        # Nationals abroad and immigrants are the same people twice, once by birthplace and once by place.
        groups[line.counts] = (worth + drawn[..., k].sum(axis=1), middle + float(central[:, k].sum()))
    groups.pop("nationals_abroad")
    weights = np.array([DEFAULT_COUNTS[line.counts] for line in CHANNEL_LINES])
    rows = [
        _row(drawn, central, [k], figures.codes[k], figures.names[k], figures.regions[k], weights)
        for k in range(n)
    ]
    regions = []
    for region in sorted(set(figures.regions)):
        where = [k for k in range(n) if figures.regions[k] == region]
        regions.append(_row(drawn, central, where, region, region, region, weights))
    tables = (*WORLD_TABLES, *(REGISTER_TABLES if setup.scenario.mode == "channels" else ()), *FACT_TABLES)
    return ScenarioResult(
        name=setup.scenario.name,
        title=setup.scenario.title,
        story=setup.scenario.story,
        settings=dict(setup.settings),
        mode=setup.scenario.mode,
        horizon=setup.horizon,
        share=setup.share,
        market=_ratio(drawn, central, "output_change", "output"),
        parity=_ratio(drawn, central, "output_ppp_change", "output_ppp"),
        parts={part: _ratio(drawn, central, part, "output_ppp") for part in PARTS},
        moves={move: _total(drawn, central, move) for move in MOVES},
        groups={
            name: Worth.of(to_usd_million(1.0) * worth, to_usd_million(middle))
            for name, (worth, middle) in groups.items()
        },
        regions=tuple(regions),
        economies=tuple(rows),
        assumptions=list_assumptions(setup.parameters, setup.names),
        evidence=list_tables(setup.evidence, tables),
        seed=setup.seed,
        draws=setup.draws,
        versions={"comity": version("comity"), "numpy": version("numpy")},
    )


def _row(
    drawn: Array,
    central: Array,
    where: list[int],
    code: str,
    name: str,
    region: str,
    weights: Array,
) -> EconomyRow:
    some, middle = drawn[:, where], central[where]
    lines = slice(0, len(CHANNEL_LINES))
    benefit = to_usd_million(1.0) * (some[..., lines] @ weights).sum(axis=1)
    at_centre = to_usd_million(1.0) * float((middle[:, lines] @ weights).sum())
    channels = [_AT["regular"], _AT["asylum"], _AT["irregular"]]
    return EconomyRow(
        code,
        name,
        region,
        _ratio(some, middle, "output_change", "output"),
        Worth.of(benefit, at_centre),
        Worth.of(some[..., channels].sum(axis=(1, 2)), float(middle[:, channels].sum())),
        _total(some, middle, "born_abroad"),
    )
