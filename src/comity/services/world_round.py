"""The world round (§6.10): whether one integrated regime lets every country be a net gainer.

Drafts the clauses from the evidence, searches for the regime, writes it down, lets the full world value it at
central values and in every draw, searches for a sturdier one where a party loses in too many draws, and
asks what the regime turns on. Nothing here recommends a package to a state.

Who may import me: doors. Start at :func:`world_deal_find`.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import numpy as np
from threadpoolctl import threadpool_limits

from comity.errors import InputError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.services.world_file import read_world_file
from comity.services.world_laboratory import WorldLaboratory
from comity.services.world_pivots import drop_clauses, drop_families, drop_groups, drop_pairs
from comity.services.world_result import Others, WorldDeal
from comity.services.world_search import search_regime
from comity.services.world_sturdy import draw_again, make_sturdy, write_package
from comity.services.world_web import weave
from comity.world import gather

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    from comity.services.world_pivots import Absence, Pivot
    from comity.services.world_search import Regime

__all__ = ["world_deal_find"]

#: Other mixtures that are held against the bound in the full world.
MOST_OTHERS: Final = 12


def world_deal_find(
    *,
    path: Path,
    seed: int | None = None,
    draws: int | None = None,
    without: tuple[str, ...] = (),
    executor: Executor | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> WorldDeal:
    """Answer the file of a world round.

    Parameters
    ----------
    path
        The file (YAML), with a key ``world_round``.
    seed, draws
        Override the file's own.
    without
        Blocs of the file that stay out from the start.
    executor
        Runs the draws in other processes; the answer is the same without.
    progress
        Called with what is being done and a share from 0 to 1.

    Raises
    ------
    InputError
        The file cannot be used, or a bloc is unknown.
    SolveError
        The world or a local game was not solved.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        return _find(path, seed, draws, without, executor, progress or (lambda _, __: None))


def _find(
    path: Path,
    seed: int | None,
    draws: int | None,
    without: tuple[str, ...],
    executor: Executor | None,
    tell: Callable[[str, float], None],
) -> WorldDeal:
    tell("Reading the round", 0.0)
    evidence, parameters = Evidence.load(), Parameters.load()
    table = evidence.table("countries")
    names = dict(zip(table["iso3"].astype(str), table["name"].astype(str), strict=True))
    figures = gather(evidence)
    file = read_world_file(path, countries=names, held=frozenset(figures.codes))
    seed = file.seed if seed is None else seed
    draws = file.draws if draws is None else draws
    lab = WorldLaboratory(file, evidence, parameters, figures)
    out = frozenset(code for bloc in without for code in lab.members[file.bloc(bloc).code])
    seated, allowed = lab.without(out)
    if int(seated.sum()) < 2:
        msg = "fewer than two parties stay at the table"
        raise InputError(msg, key="--without", accepted="a bloc that leaves two parties or more")
    first = search_regime(
        lab, seated=seated, allowed=allowed, tell=lambda x: tell("Searching in the full world", 0.25 * x)
    )
    central = sturdy = None
    if first.open:
        share = file.world_round.share_of_draws
        central = write_package(
            lab,
            first,
            parameters,
            draws=draws,
            seed=seed,
            executor=executor,
            tell=lambda x: tell("Valuing the package in every draw", 0.25 + 0.1 * x),
        )
        sturdy = make_sturdy(
            lab,
            central,
            parameters,
            share=share,
            draws=draws,
            seed=seed,
            executor=executor,
            tell=lambda label, x: tell(label, 0.35 + 0.25 * x),
        )
    final, told = sturdy, None
    if sturdy is not None and sturdy is not central:
        told = float(sturdy.share(lab)[seated].min())
        tell("Valuing it in draws that the search has not seen", 0.6)
        final = draw_again(lab, sturdy, parameters, draws=draws, seed=(seed + 1) % 2**32, executor=executor)
    regime = first if final is None else final.regime
    shown = final is not None
    clauses = (
        drop_clauses(lab, regime, lambda x: tell("Dropping single clauses", 0.6 + 0.05 * x)) if shown else ()
    )
    pairs = drop_pairs(lab, regime, lambda x: tell("Dropping pairs", 0.65 + 0.05 * x)) if shown else ()
    families: tuple[Pivot, ...] = ()
    absences: tuple[Absence, ...] = ()
    if shown:
        families = drop_families(
            lab, first, lambda x: tell("Dropping families of clauses", 0.7 + 0.15 * x), executor=executor
        )
        here = set(np.array(lab.parties)[regime.seated].tolist())
        blocs = {
            code: lab.members[code] for code in file.world_round.stay_out if here & set(lab.members[code])
        }
        absences = drop_groups(
            lab, first, blocs, lambda x: tell("Letting a bloc stay out", 0.85 + 0.1 * x), executor=executor
        )
    tell("Holding other mixtures against the bound", 0.95)
    others = _try_others(lab, first, seed) if shown else Others(0, 0)
    tell("Writing the answer", 1.0)
    return WorldDeal(
        file=file,
        names={**names, **{bloc.code: bloc.name for bloc in file.world_round.blocs}},
        lab=lab,
        without=without,
        first=first,
        central=central,
        final=final,
        share_in_search=told,
        web=weave(lab, final) if final is not None else None,
        pivots=(*clauses, *pairs, *families),
        absences=absences,
        others=others,
        instruments=Catalogue.load().instruments,
        evidence=evidence,
        parameters=parameters,
        seed=seed,
        draws=draws,
        versions={"comity": version("comity"), "numpy": version("numpy"), "scipy": version("scipy")},
    )


def _try_others(lab: WorldLaboratory, regime: Regime, seed: int) -> Others:
    """Value other mixtures that keep the bounds in the full world, and count those above the local bound.

    Half lie near the regime, half are drawn from the whole table; a clause is weakened where it takes part in
    more than an economy's bound allows.
    """
    rng = np.random.default_rng(seed)
    caps, _ = lab.limits
    weights = lab.party_weights[regime.seated]
    beaten = 0
    for k in range(MOST_OTHERS):
        drawn = np.where(regime.allowed, rng.uniform(0, 1, len(lab)), 0.0)
        mixture = (0.5 * regime.strengths + 0.5 * drawn) if k % 2 else drawn
        use = np.maximum(np.asarray(caps @ mixture).ravel(), 1.0)
        tightest = (
            np.asarray(caps.sign().multiply(use[:, None]).max(axis=0).todense()).ravel() if len(use) else 1.0
        )
        mixture = mixture / np.maximum(tightest, 1.0)
        net = (lab.gains(lab.solve(mixture)) - lab.red_lines)[regime.seated]
        beaten += bool((net > 0).all() and float(weights @ np.log(net)) > regime.bound)
    return Others(MOST_OTHERS, beaten)
