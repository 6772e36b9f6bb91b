"""One country's net benefit of a built-in scenario (E62): alone, with partners, its region, all.

The acting side of a corridor is its destination. The four columns are:

* **alone**: only the country acts, on every corridor that ends there;
* **bilateral**: the corridors that begin or end there, so that it and each partner act towards each other;
* **regional**: the corridors between economies of its continent (United Nations);
* **global**: all of the scenario's corridors.

Who may import me: doors. Start at :func:`benefit_of_scenario`.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import numpy as np
from threadpoolctl import threadpool_limits

from comity.errors import InputError
from comity.services.basis import list_assumptions, list_tables
from comity.services.benefit_inputs import rank_swings, swing_inputs
from comity.services.benefit_result import Benefit, BenefitColumn, Control, Line, Worth, add_up
from comity.services.horizon import HORIZONS
from comity.services.roundfile import Counts
from comity.services.roundfile_messages import closest_country
from comity.services.scenario_setup import set_up
from comity.units import to_usd_million
from comity.vocabulary import SourceClass, Status
from comity.world import calibrate, run_draws
from comity.world.channel_ledger import CHANNEL_LINES
from comity.world.facts import TABLES as FACT_TABLES
from comity.world.figures import TABLES as WORLD_TABLES
from comity.world.scenarios import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor
    from pathlib import Path

    from numpy.typing import NDArray

    from comity.services.benefit_result import InputSwing
    from comity.services.scenario_setup import Setup

    Array = NDArray[np.float64]

__all__ = ["benefit_of_scenario"]

MOST_SWINGS: Final = 5
#: Parameters that a tornado of a scenario tries: a world of people who choose takes seconds for each.
_TRIED: Final = frozenset({Status.CONTESTED, Status.ASSUMED})


def benefit_of_scenario(
    *,
    country: str,
    scenario: str,
    settings: Mapping[str, str] | None = None,
    horizon: str | None = None,
    seed: int | None = None,
    draws: int | None = None,
    executor: Executor | None = None,
    pack: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Benefit:
    """Compute one country's net benefit of a scenario.

    Parameters
    ----------
    country
        ISO3 code.
    scenario, settings
        Name, and settings as a user writes them.
    horizon
        ``year-after``, ``five-years`` or ``long-run`` (unless given).
    seed, draws, executor, pack, progress
        As in :func:`comity.services.scenario.scenario_run`.

    Raises
    ------
    InputError
        Unknown country, scenario, setting or horizon.
    SolveError
        The world was not solved.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        setup = set_up(scenario, settings or {}, horizon=horizon, seed=seed, draws=draws, pack=pack)
        if country not in setup.figures.codes:
            names = dict(zip(setup.figures.codes, setup.figures.names, strict=True))
            msg = f"unknown country {country!r}"
            raise InputError(msg, key="COUNTRY", accepted=closest_country(country, names))

        def tell(what: str, share: float) -> None:
            if progress is not None:
                progress(what, share)

        return _write(setup, country, executor, tell)


def _circles(setup: Setup, country: str) -> dict[str, tuple[str, str, Scope]]:
    table = setup.evidence.table("countries").astype({"iso3": str, "region": str}).set_index("iso3")["region"]
    continent = str(table[country])
    near = tuple(code for code in setup.figures.codes if table[code] == continent)
    return {
        "alone": ("Alone", "only it acts, on every corridor that ends there", Scope("alone", (country,))),
        "bilateral": (
            "Bilateral",
            "it and each of its partners act towards each other, and nobody else does",
            Scope("hub", (country,)),
        ),
        "regional": (
            "Regional",
            f"the corridors between the economies of {continent}, its continent in the United Nations list",
            Scope("within", near),
        ),
        "global": ("Global", "every corridor of the scenario", Scope()),
    }


def _column(
    key: str, words: tuple[str, str, Scope], drawn: Array, central: Array, weights: Array, country: str
) -> BenefitColumn:
    rows = [
        (line.name, line.label, line.counts, line.ministry, float(weights[k]), drawn[:, k], float(central[k]))
        for k, line in enumerate(CHANNEL_LINES)
    ]
    lines = tuple(
        Line(
            name, label, group, ministry, weight, Worth.of(worth, middle), str(SourceClass.MODELLED),
            f"model:§3.12|{name}|{country}",
        )
        for name, label, group, ministry, weight, worth, middle in rows
    )  # fmt: skip
    return BenefitColumn(
        key,
        words[0],
        words[1],
        lines,
        add_up((r[3], r[4], r[5], r[6]) for r in rows),
        add_up((r[2], r[4], r[5], r[6]) for r in rows),
        add_up(("all", r[4], r[5], r[6]) for r in rows)["all"],
    )


def _tornado(
    setup: Setup,
    keep: tuple[int, ...],
    weights: Array,
    executor: Executor | None,
    tell: Callable[[str, float], None],
) -> list[InputSwing]:
    task = setup.run(keep=keep)
    tried = {
        name: value
        for name, value in setup.central.items()
        if setup.scenario.mode == "quantity"
        or setup.parameters[name].status in _TRIED
        or str(setup.parameters[name].distribution) == "fixed"
    }

    def totals(table: Mapping[str, Array]) -> Array:
        size = len(next(iter(table.values())))
        whole = {**{name: np.full(size, value) for name, value in setup.central.items()}, **table}
        found = run_draws(
            task,
            whole,
            executor=executor,
            chunk=4,
            progress=lambda x: tell("One input at a time", x),
        )
        return np.asarray(to_usd_million(1.0) * found[:, 0, 0, : len(CHANNEL_LINES)] @ weights)

    return rank_swings(swing_inputs(totals, tried, setup.parameters))


def _write(
    setup: Setup, country: str, executor: Executor | None, tell: Callable[[str, float], None]
) -> Benefit:
    place = setup.figures.codes.index(country)
    circles = _circles(setup, country)
    scopes = [scope for _, _, scope in circles.values()]
    counts = Counts().weights()
    weights = np.array([counts[line.counts] for line in CHANNEL_LINES])
    width = len(CHANNEL_LINES)
    million = to_usd_million(1.0)
    task = setup.run(scopes, keep=(place,))
    drawn = million * run_draws(
        task, setup.drawn, executor=executor, chunk=4, progress=lambda x: tell("Worlds drawn", x)
    )[:, :, 0, :width]  # fmt: skip
    central = million * task(setup.central)[:, 0, :width]
    columns = tuple(
        _column(key, words, drawn[:, k], central[k], weights, country)
        for k, (key, words) in enumerate(circles.items())
    )
    over_time = {}
    for k, name in enumerate(HORIZONS):
        values, share = setup.at(name)
        found = million * setup.run(scopes, keep=(place,), share=share)(values)[:, 0, :width] @ weights
        over_time[name] = dict(zip(circles, map(float, found), strict=True))
        tell("Over time", (k + 1) / len(HORIZONS))
    ranked = _tornado(setup, (place,), weights, executor, tell)
    names = dict(zip(setup.figures.codes, setup.figures.names, strict=True))
    sets = " ".join(f"--set {key}={value}" for key, value in setup.settings.items())
    return Benefit(
        country=country,
        name=names[country],
        case=setup.scenario.name,
        case_title=setup.scenario.title,
        case_source="built-in scenario",
        party=None,
        headline="global",
        columns=columns,
        partners=(),
        horizon=setup.horizon,
        horizon_years=setup.years,
        horizons=over_time,
        tornado=tuple(ranked[:MOST_SWINGS]),
        other_turns=tuple(item for item in ranked[MOST_SWINGS:] if item.turns),
        inputs=len(ranked),
        break_even=(),
        red_line=0.0,
        control=(
            Control(
                "missing", "", "A scenario is no agreement: it holds no cap, no safeguard and no way out",
            ),
        ),
        weights=counts,
        unvalued=(),
        notes=()
        if setup.scenario.mode == "quantity"
        else (
            "Tried one at a time: inputs that are contested, assumed or held fixed; the draws move them all.",
        ),
        assumptions=list_assumptions(setup.parameters, setup.names),
        imputed=calibrate(setup.figures, setup.central).imputed.get(country, ()),
        evidence=list_tables(setup.evidence, (*WORLD_TABLES, *FACT_TABLES)),
        names=names,
        titles={},
        ministries={slug: ministry.name for slug, ministry in setup.catalogue.ministries.items()},
        command=f"comity benefit {country} --scenario {setup.scenario.name} {sets}".strip(),
        seed=setup.seed,
        draws=setup.draws,
        versions={"comity": version("comity"), "numpy": version("numpy")},
    )  # fmt: skip
