"""The main job: from one round file to packages in which every party is a net gainer, or why there are none.

Search on local values in small worlds, re-solve the world at the package, search again, and keep the full
world's ledger as the last word (§6.3). Nothing here recommends a package to a state.

Who may import me: doors. Start at :func:`deal_find`; :func:`deal_evaluate` looks at a package that the user
brings.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
from threadpoolctl import threadpool_limits

from comity.bargaining import (
    alternatives,
    find_blockers,
    smallest_linkage,
    solve_nash,
)
from comity.bargaining import test_zone as check_zone
from comity.errors import SolveError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.services import deal_analysis as analysis
from comity.services import deal_packages as packs
from comity.services.basis import list_assumptions, list_tables
from comity.services.clashes import list_clashes
from comity.services.deal_basis import DEAL_TABLES, find_places, list_imputed, list_missing
from comity.services.deal_choices import find_choices
from comity.services.deal_home import Homes, open_homes
from comity.services.deal_improvement import evaluate_package
from comity.services.deal_result import BlockersFound, Deal, Unvalued, Zone
from comity.services.deal_sensitivity import measure_pressure, measure_sensitivity
from comity.services.deal_supplied import read_supplied
from comity.services.laboratory import Laboratory
from comity.services.mismatch import measure_mismatch
from comity.services.roundfile import read_round
from comity.services.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from comity.bargaining import Game, Linkage, Solution
    from comity.bargaining import Zone as ZoneTest
    from comity.services.deal_findings import Choices, Evaluation, Fragility
    from comity.services.deal_result import PackageResult
    from comity.services.deal_supplied import Supplied
    from comity.services.roundfile import Round
    from comity.services.stakes import Stakes

    Tell = Callable[[str, float], None]

__all__ = ["deal_evaluate", "deal_find", "list_countries"]

#: Most packages that a report sets side by side.
MOST_PACKAGES: Final = 4


def list_countries(evidence: Evidence) -> dict[str, str]:
    """List the countries that a round file may name, ISO3 → name."""
    frame = evidence.table("countries")
    return dict(zip(frame["iso3"].astype(str), frame["name"].astype(str), strict=True))


def _quiet(message: str, share: float) -> None:
    """Stand in where no door listens."""


def deal_find(
    *,
    path: Path,
    seed: int | None = None,
    draws: int | None = None,
    progress: Callable[[str, float], None] | None = None,
    portfolios: Mapping[str, Path] | None = None,
    coherent: bool = False,
) -> Deal:
    """Answer a round file.

    Parameters
    ----------
    path
        The round file (YAML).
    seed, draws
        Override the file's own.
    progress
        Called with what is being done and a share from 0 to 1.
    portfolios
        Party code → portfolio file of its government (§7.1).
    coherent
        Use no clause that adds a severe conflict at home.

    Returns
    -------
    Deal
        Packages, zone, blockers and all they rest on.

    Raises
    ------
    InputError
        The file cannot be used; the message names file, line and key.
    SolveError
        The world or a program was not solved.
    """
    # Matrices here are small: one thread is faster than several, and the sums keep their order.
    with threadpool_limits(limits=1, user_api="blas"):
        homes = (portfolios or {}, coherent)
        bench = _open_bench(path, seed, draws, progress if progress is not None else _quiet, homes=homes)
        return _find(bench)


def deal_evaluate(
    *,
    path: Path,
    supplied: Path,
    package: str | None = None,
    seed: int | None = None,
    draws: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Deal:
    """Look at a package that the user brings: rules, gains, distance to the frontier, one improvement (§6.7).

    Parameters
    ----------
    path
        The round file (YAML).
    supplied
        The package: YAML with ``clauses``, or the JSON of an earlier answer.
    package
        Which package of a JSON answer; the first unless told.
    seed, draws, progress
        As in :func:`deal_find`.

    Returns
    -------
    Deal
        Its first package is the one supplied, at exactly the values supplied, and ``evaluation`` says what
        there is to say about it; a second package is the improvement, where there is one.

    Raises
    ------
    InputError
        A file cannot be used. A package that breaks a rule or a red line is an answer, not an error.
    SolveError
        The world or a program was not solved.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        bench = _open_bench(
            path, seed, draws, progress if progress is not None else _quiet, supplied, package
        )
        return _evaluate(bench)


@dataclass(frozen=True, eq=False)
class _Bench:
    """A round laid out for work."""

    round: Round
    evidence: Evidence
    parameters: Parameters
    catalogue: Catalogue
    lab: Laboratory
    search: Search
    tell: Tell
    seed: int
    draws: int
    supplied: Supplied | None
    homes: Homes


def _open_bench(
    path: Path,
    seed: int | None,
    draws: int | None,
    tell: Tell,
    supplied: Path | None = None,
    package: str | None = None,
    homes: tuple[Mapping[str, Path], bool] = (MappingProxyType({}), False),
) -> _Bench:
    tell("Reading the round", 0.0)
    evidence, parameters, catalogue = Evidence.load(), Parameters.load(), Catalogue.load()
    countries = list_countries(evidence)
    round_ = read_round(path, catalogue=catalogue, countries=countries)
    at_home = open_homes(round_, evidence, catalogue, countries, homes[0], coherent=homes[1])
    brought = (
        None if supplied is None else read_supplied(supplied, round_, catalogue.instruments, package=package)
    )
    seed = round_.seed if seed is None else seed
    draws = round_.draws if draws is None else draws
    lab = Laboratory(round_, evidence, parameters, catalogue, draws=draws, seed=seed)
    search = Search(lab, seed, tell, at_home.forbidden)
    return _Bench(
        round_, evidence, parameters, catalogue, lab, search, tell, seed, draws, brought, at_home
    )  # fmt: skip


def _find(bench: _Bench) -> Deal:
    lab, search, tell = bench.lab, bench.search, bench.tell
    first = search.game
    tell("Testing for a zone of agreement", 0.5)
    narrow, wide = check_zone(first, linked=False), check_zone(first)
    linkage = smallest_linkage(first) if wide.open and not narrow.open else None
    fragile = _on_paper(search)
    results: tuple[PackageResult, ...] = ()
    unsolved = ""
    if wide.open:
        best = search.solve()
        tell("Looking for other packages", 0.5)
        found = [packs.Found("nash", best)] if best.found else []
        others, unsolved = _others(search.game, best, tell)
        found += others
        results = packs.write_packages(lab, search, packs.keep_different(search.game, found), tell)
    tell("Naming what closes the zone", 1.0)
    blockers = _blockers(first, narrow_open=narrow.open, wide_open=wide.open)
    return _write(bench, first, (narrow, wide, linkage), results, blockers, fragile, None, unsolved)


def _on_paper(search: Search) -> tuple[Fragility, ...]:
    """Look at the package that would be best if all of it were used, as it is expected to be used."""
    if not search.delivery.conditional:
        return ()
    best = solve_nash(search.delivered(1.0))
    if not best.found:
        return ()
    found = analysis.measure_fragility(search, best.values, analysis.ON_PAPER)
    return () if found is None else (found,)


def _evaluate(bench: _Bench) -> Deal:
    lab, search, tell = bench.lab, bench.search, bench.tell
    brought = bench.supplied
    assert brought is not None  # noqa: S101  (deal_evaluate reads it)
    first = search.game
    tell("Testing for a zone of agreement", 0.5)
    narrow, wide = check_zone(first, linked=False), check_zone(first)
    linkage = smallest_linkage(first) if wide.open and not narrow.open else None
    search.around(brought.values, "Valuing the clauses around the package")
    results, evaluation = evaluate_package(lab, search, brought, tell)
    tell("Naming what closes the zone", 1.0)
    blockers = _blockers(first, narrow_open=narrow.open, wide_open=wide.open)
    return _write(bench, first, (narrow, wide, linkage), results, blockers, (), evaluation, "")


def _write(
    bench: _Bench,
    first: Game,
    zones: tuple[ZoneTest, ZoneTest, Linkage | None],
    results: tuple[PackageResult, ...],
    blockers: tuple[BlockersFound, ...],
    fragile: tuple[Fragility, ...],
    evaluation: Evaluation | None,
    unsolved: str,
) -> Deal:
    lab, search, catalogue = bench.lab, bench.search, bench.catalogue
    narrow, wide, linkage = zones
    best = {x.key: x.value for x in results[0].provisions} if results else {}
    bench.tell("Weighing the package", 1.0)
    hangs = measure_sensitivity(search, best) if results and evaluation is None else None
    threat = analysis.test_threat(search, first, wide)
    held = best or ({} if threat is None else threat.values)
    own = analysis.measure_fragility(search, best, results[0].name) if results else None
    if own is not None:
        fragile = (own, *(f for f in fragile if f.on_paper != own.on_paper))
    choices: Choices | None = None
    more: tuple[str, ...] = ()
    if results:
        choices, more = find_choices(
            search, best, results[0].sureness.by_party, bench.tell, brought=evaluation is not None
        )
    bench.tell("Writing the answer", 1.0)
    return Deal(
        round=bench.round,
        names=_party_names(lab),
        units={c.key: catalogue.instruments[c.instrument].parameter.unit for c in bench.round.table},
        instruments={c.instrument: catalogue.instruments[c.instrument] for c in bench.round.table},
        migration_only=_zone(narrow),
        linked=_zone(wide),
        linkage=None if linkage is None or not linkage.found else linkage.clauses,
        linkage_proven=linkage is not None and linkage.proven,
        veto_players=() if linkage is None else linkage.veto_players_added,
        threatened=threat,
        packages=results,
        evaluation=evaluation,
        fragility=fragile,
        units_worth=analysis.measure_units(search, search.game, best),
        budgets=analysis.measure_budgets(search, best) if best else (),
        pressure=measure_pressure(search, search.game, held),
        sensitivity=hangs,
        choices=choices,
        blockers=blockers,
        unvalued=_unvalued(search.stakes, first, results, blockers),
        cells=search.stakes.cells,
        mismatch=measure_mismatch(bench.round, bench.evidence, catalogue, best, lab.workers),
        at_home={p.name: bench.homes.assess(p.provisions) for p in results},
        forbidden=bench.homes.forbidden,
        clashes=list_clashes([bench.round.clause(key) for key in best], catalogue),
        assumptions=list_assumptions(bench.parameters, lab.names),
        imputed=list_imputed(lab),
        missing=(*list_missing(lab, bench.evidence), *([unsolved] if unsolved else []), *more),
        evidence=list_tables(bench.evidence, DEAL_TABLES),
        places=find_places(bench.evidence, lab),
        seed=bench.seed,
        draws=bench.draws,
        versions={"comity": version("comity"), "pyscipopt": version("pyscipopt"), "numpy": version("numpy")},
    )


def _others(game: Game, best: Solution, tell: Tell) -> tuple[list[packs.Found], str]:
    """Find packages under other ideas; where a solver fails the first still stands, and that is said."""
    solved_here = best.found and np.array_equal(game.gains(best.values), best.gains)
    try:
        found = alternatives(
            game,
            MOST_PACKAGES,
            nash=best if solved_here else None,
            tell=lambda name: tell(f"Solving: {name}", 0.5),
        )
        return [packs.Found(a.name, a.solution) for a in found], ""
    except SolveError as error:
        return [], f"Other packages are not shown, because a search was not solved ({error})."


def _zone(test: ZoneTest) -> Zone:
    return Zone(test.open, test.best_worst_gain, test.proven, tuple(test.values))


def _blockers(game: Game, *, narrow_open: bool, wide_open: bool) -> tuple[BlockersFound, ...]:
    """Name what closes the migration-only zone, and what closes the whole one."""
    out = []
    for scope, is_open, linked in (("migration_only", narrow_open, False), ("linked", wide_open, True)):
        if is_open or (not linked and not any(clause.linked for clause in game.clauses)):
            continue
        found = find_blockers(game, linked=linked)
        if not found.closed:
            continue
        pay, give = found.smallest_transfer, found.smallest_concession
        out.append(
            BlockersFound(
                scope=scope,
                parties=found.parties,
                principles=found.principles,
                red_lines=found.red_lines,
                best_alone=found.best_alone,
                irreducible=found.irreducible,
                transfer=None if pay is None else pay.total,
                payers={} if pay is None else pay.paid,
                receivers={} if pay is None else pay.received,
                concession=None if give is None else give.total,
                concession_by={} if give is None else give.by_party,
                opening_clauses=found.opening_clauses,
            )
        )
    return tuple(out)


def _party_names(lab: Laboratory) -> dict[str, str]:
    names = dict(zip(lab.figures.codes, lab.figures.names, strict=True))
    return {p.code: p.name or names.get(p.code, p.code) for p in lab.round.parties}


def _unvalued(
    stakes: Stakes, game: Game, results: tuple[PackageResult, ...], blockers: tuple[BlockersFound, ...]
) -> tuple[Unvalued, ...]:
    """List cells that nobody valued, with the worth below which the first package that holds them fails."""
    out = []
    for cell in stakes.cells:
        if not cell.unvalued:
            continue
        holder = next((p for p in results if any(x.key == cell.clause for x in p.provisions)), None)
        flips = None
        if holder is not None:
            flips = -(holder.margins[cell.party] - game.epsilon)
        elif not results:
            flips = next((b.receivers[cell.party] for b in blockers if cell.party in b.receivers), None)
        out.append(Unvalued(cell.party, cell.clause, None if holder is None else holder.name, flips))
    return tuple(out)
