"""The main job: from one round file to packages in which every party is a net gainer, or why there are none.

Search on local values in small worlds, re-solve the world at the package, search again, and keep the full
world's ledger as the last word (§6.3). Nothing here recommends a package to a state.

Who may import me: doors. Start at :func:`deal_find`.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import numpy as np
from threadpoolctl import threadpool_limits

from comity.bargaining import alternatives, find_blockers, smallest_linkage, test_zone
from comity.errors import SolveError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.evidence.pack import COUNTRY_COLUMNS
from comity.services import deal_packages as packs
from comity.services.clashes import list_clashes
from comity.services.deal_result import (
    Assumption,
    BlockersFound,
    Deal,
    Imputed,
    Unvalued,
    UsedTable,
    Zone,
)
from comity.services.laboratory import Laboratory
from comity.services.mismatch import MISSING, measure_mismatch
from comity.services.roundfile import read_round
from comity.services.search import Search
from comity.vocabulary import Status
from comity.world.facts import TABLES as FACT_TABLES
from comity.world.figures import TABLES as WORLD_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from comity.bargaining import Game, Solution
    from comity.bargaining import Zone as ZoneTest
    from comity.services.deal_result import PackageResult
    from comity.services.stakes import Stakes

__all__ = ["deal_find", "list_countries"]

Progress = "Callable[[str, float], None]"

#: Most packages that a report sets side by side.
MOST_PACKAGES: Final = 4
#: Tables that the mismatch reads, beside those of the world.
_MISMATCH_TABLES: Final = ("immigration_by_citizenship", "found_irregular", "asylum_applications")


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
        return _find(path, seed, draws, progress if progress is not None else _quiet)


def _find(path: Path, seed: int | None, draws: int | None, tell: Callable[[str, float], None]) -> Deal:
    tell("Reading the round", 0.0)
    evidence, parameters, catalogue = Evidence.load(), Parameters.load(), Catalogue.load()
    round_ = read_round(path, catalogue=catalogue, countries=list_countries(evidence))
    seed = round_.seed if seed is None else seed
    draws = round_.draws if draws is None else draws
    lab = Laboratory(round_, evidence, parameters, catalogue, draws=draws, seed=seed)
    search = Search(lab, seed, tell)
    first = search.game
    tell("Testing for a zone of agreement", 0.5)
    narrow, wide = test_zone(first, linked=False), test_zone(first)
    linkage = smallest_linkage(first) if wide.open and not narrow.open else None
    results: tuple[PackageResult, ...] = ()
    unsolved = ""
    if wide.open:
        best = search.solve()
        tell("Looking for other packages", 0.5)
        found = [packs.Found("nash", best)] if best.found else []
        others, unsolved = _others(search.game, best)
        found += others
        results = packs.write_packages(lab, search, packs.keep_different(search.game, found), tell)
    tell("Naming what closes the zone", 1.0)
    blockers = _blockers(first, narrow_open=narrow.open, wide_open=wide.open)
    best_package = {x.key: x.value for x in results[0].provisions} if results else {}
    tell("Writing the answer", 1.0)
    return Deal(
        round=round_,
        names=_party_names(lab),
        units={c.key: catalogue.instruments[c.instrument].parameter.unit for c in round_.table},
        instruments={c.instrument: catalogue.instruments[c.instrument] for c in round_.table},
        migration_only=_zone(narrow),
        linked=_zone(wide),
        linkage=None if linkage is None or not linkage.found else linkage.clauses,
        linkage_proven=linkage is not None and linkage.proven,
        veto_players=() if linkage is None else linkage.veto_players_added,
        packages=results,
        blockers=blockers,
        unvalued=_unvalued(search.stakes, first, results, blockers),
        cells=search.stakes.cells,
        mismatch=measure_mismatch(round_, evidence, catalogue, best_package, lab.workers),
        clashes=list_clashes([round_.clause(key) for key in best_package], catalogue),
        assumptions=_assumptions(parameters, lab),
        imputed=_imputed(lab),
        missing=(*_missing(lab, evidence), *([unsolved] if unsolved else [])),
        evidence=_used_tables(evidence),
        places=_places(evidence, lab),
        seed=seed,
        draws=draws,
        versions={"comity": version("comity"), "pyscipopt": version("pyscipopt"), "numpy": version("numpy")},
    )


def _others(game: Game, best: Solution) -> tuple[list[packs.Found], str]:
    """Find packages under other ideas; where a solver fails the first still stands, and that is said."""
    solved_here = best.found and np.array_equal(game.gains(best.values), best.gains)
    try:
        found = alternatives(game, MOST_PACKAGES, nash=best if solved_here else None)
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


def _assumptions(parameters: Parameters, lab: Laboratory) -> tuple[Assumption, ...]:
    """List every parameter behind the results, those that are measured last."""
    rank = {Status.CONTESTED: 0, Status.ASSUMED: 1, Status.ESTIMATED: 2, Status.MEASURED: 3}
    rows = []
    for name in lab.names:
        p = parameters[name]
        if p.value is None or p.low is None or p.high is None:
            continue
        rows.append(
            Assumption(name, p.definition, p.value, p.low, p.high, p.unit, str(p.status), p.reference)
        )
    return tuple(sorted(rows, key=lambda a: (rank[Status(a.status)], a.name)))


def _imputed(lab: Laboratory) -> tuple[Imputed, ...]:
    filled = lab.central.economy.imputed
    return tuple(Imputed(code, filled[code]) for code in sorted(lab.kept) if code in filled)


def _missing(lab: Laboratory, evidence: Evidence) -> tuple[str, ...]:
    """Say what the pack does not hold for the economies of this round."""
    said = [MISSING]
    for code in sorted(lab.kept):
        absent = _absent(evidence, code)
        if absent:
            said.append(f"Nothing on {code} in: {'; '.join(absent)}.")
    said += [
        f"The pack holds no {gap}, so the model does not value {clause.key}."
        for clause in lab.round.table
        if (gap := lab.gap(clause))
    ]
    said += [
        f"How likely the milestone of {clause.key} is, nobody has said: “{tranche.milestone}” counts as met."
        for clause in lab.round.table
        for tranche in clause.tranches
        if tranche.met is None
    ]
    said += [
        "Goods trade only: services are part of what closes each economy's accounts.",
        "Tariffs by pair of countries are not in the pack; each importer's average is spread out.",
        "Movers bring no family at first, and the worth of living elsewhere beyond pay is not valued.",
        "The cost of education that leaves with skilled movers is not valued.",
        "People move by number here: there is no queue for regular places, so no rent of a quota is counted.",
        "Political cost is counted only where the round file states it as an interest.",
    ]
    return tuple(said)


def _absent(evidence: Evidence, code: str) -> list[str]:
    """Titles of the tables used here that hold the country in none of their country columns."""
    gaps: dict[str, list[str]] = {}
    for gap in evidence.gaps(code):
        if gap.table in (*WORLD_TABLES, *FACT_TABLES):
            gaps.setdefault(gap.table, []).append(gap.title)
    columns = {name: set(evidence.meta(name).columns) & set(COUNTRY_COLUMNS) for name in gaps}
    return sorted(titles[0] for name, titles in gaps.items() if len(titles) >= len(columns[name]))


def _used_tables(evidence: Evidence) -> tuple[UsedTable, ...]:
    names = sorted({*WORLD_TABLES, *FACT_TABLES, *_MISMATCH_TABLES} & set(evidence.names()))
    rows = []
    for name in names:
        meta = evidence.meta(name)
        source = meta.sources[0]
        rows.append(
            UsedTable(name, meta.title, source.producer, str(source.edition), source.licence, source.url)
        )
    return tuple(rows)


def _places(evidence: Evidence, lab: Laboratory) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of each member country, and of blocs as the middle of their members."""
    frame = evidence.table("countries").set_index("iso3")
    out = {}
    for code, members in lab.members.items():
        at = frame.loc[list(members), ["longitude", "latitude"]].to_numpy(dtype=float)
        if np.isfinite(at).all():
            out[code] = (float(at[:, 0].mean()), float(at[:, 1].mean()))
    return out
