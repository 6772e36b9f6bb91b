"""Edges that the world model can compute for this country, for a standard change (§7.2).

A measure on an instrument that acts on the model, with named partner countries, is solved as one change:
its own size where that has the instrument's unit, else a standard one (1,000 places a year; a ceiling of
three per cent, the target of SDG 10.c). The figure replaces the catalogue's strength; both are shown.

Who may import me: :mod:`comity.services.coherence`. Start at :func:`compute_edges`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.errors import InputError
from comity.reports.document import Name, Words, text
from comity.services.coherence_wording import lower_first
from comity.units import to_usd_million
from comity.vocabulary import Figure, Provision, Range, SourceClass
from comity.world import Setting, World, act, calibrate, find_gap, gather, gather_facts
from comity.world.actions import PARAMETERS as ACTION_PARAMETERS
from comity.world.calibrate import PARAMETERS as WORLD_PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.coherence import Assessment
    from comity.evidence import Catalogue, Evidence, Parameters
    from comity.evidence.interaction_rules import InteractionRules
    from comity.services.portfolio_file import MeasureEntry, PortfolioFile

__all__ = ["ModelledEdge", "compute_edges"]

STANDARD_PLACES: Final = 1000.0
#: Per cent of the amount sent (SDG target 10.c).
STANDARD_CEILING: Final = 3.0
DRAWS: Final = 50
MOST_PARTNERS: Final = 3
HORIZON_YEARS: Final = 1.0
UNIT: Final = "US$ million of 2023 per year"

#: Instrument → lines of the ledger: outcome, whose line (the country, or its partner), the line's name.
_PLACES: Final = (
    ("tax_revenue_destination", "destination", "treasury"),
    ("low_skilled_worker_outcomes", "destination", "residents_low"),
    ("remittances", "origin", "remittances"),
)
_LINES: Final = {
    "LE01": _PLACES,
    "LE02": _PLACES,
    "LE03": (*_PLACES, ("household_income_origin", "origin", "movers")),
    "LE04": _PLACES,
    "RM01": (("remittances", "receiver", "remittances"),),
}
#: Changes that give less, not more; the solved change is then read with its sign turned.
_LESS: Final = frozenset({"restrict", "withdraw", "reduce"})


@dataclass(frozen=True, slots=True)
class ModelledEdge:
    """One figure of the model: a measure, the standard change, the outcome, and what the catalogue says."""

    measure: str
    edge: str
    outcome: str
    outcome_title: str
    measure_words: Words
    change_words: Words
    figure: Figure
    catalogue: str


def compute_edges(
    file: PortfolioFile,
    assessment: Assessment,
    evidence: Evidence,
    parameters: Parameters,
    catalogue: Catalogue,
    rules: InteractionRules,
) -> tuple[ModelledEdge, ...]:
    """Solve each measure that acts on the model with each named partner, over draws of the parameters.

    The draws are those of seed 0, so that the same portfolio gives the same bytes. Partners that the world
    model does not hold are left out.
    """
    wanted = [m for m in file.measures if m.instrument in _LINES and _partners(file, m)]
    if not wanted:
        return ()
    figures, facts = gather(evidence), gather_facts(evidence)
    if file.country not in figures.codes:
        return ()
    names = tuple(dict.fromkeys((*WORLD_PARAMETERS, *ACTION_PARAMETERS)))
    drawn = parameters.draw(np.random.default_rng(0), DRAWS, names=names)
    worlds = []
    kept = frozenset({file.country, *(p for m in wanted for p in _partners(file, m))}) & frozenset(
        figures.codes
    )
    for k in range(DRAWS):
        values = {name: float(drawn[name][k]) for name in names}
        economy = calibrate(figures, values)
        small = World(economy).aggregate(kept, dict(zip(figures.codes, figures.regions, strict=True)))
        worlds.append((small, values))
    found: list[ModelledEdge] = []
    for m in wanted:
        for partner in _partners(file, m):
            if partner not in kept:
                continue
            solved = [
                _solve(
                    world,
                    Setting(world.economy, values, facts, {}, HORIZON_YEARS),
                    file,
                    m,
                    partner,
                    catalogue,
                )
                for world, values in worlds
            ]
            if any(lines is None for lines in solved):
                continue
            ledgers = [lines for lines in solved if lines is not None]
            found += _edges(m, partner, ledgers, file, assessment, catalogue, rules)
    return tuple(found)


def _partners(file: PortfolioFile, m: MeasureEntry) -> tuple[str, ...]:
    return tuple(code for code in (*m.destination, *m.origin) if code != file.country)[:MOST_PARTNERS]


def _roles(file: PortfolioFile, m: MeasureEntry, partner: str) -> tuple[str, str]:
    """(destination, origin) in this corridor: the roles belong to the measure, not to the country."""
    return (partner, file.country) if partner in m.destination else (file.country, partner)


def _size(m: MeasureEntry, catalogue: Catalogue) -> tuple[float, str]:
    unit = catalogue.instruments[m.instrument or ""].parameter.unit
    if m.size is not None and m.size.unit == unit:
        return m.size.value, unit
    return (STANDARD_CEILING if m.instrument == "RM01" else STANDARD_PLACES), unit


def _solve(
    world: World, setting: Setting, file: PortfolioFile, m: MeasureEntry, partner: str, catalogue: Catalogue
) -> Mapping[tuple[str, str], float] | None:
    """Ledger lines by (country, line), US$ million a year; None where the pack lacks what is needed."""
    value, unit = _size(m, catalogue)
    instrument = m.instrument or ""
    destination, origin = _roles(file, m, partner)
    provision = Provision(instrument, destination, origin, value, unit, m.key, {})
    action = catalogue.instruments[instrument].action
    if find_gap(setting, provision, action):
        return None
    try:
        ledger = world.solve(act(setting, provision, action)).ledger()
    except InputError:
        return None
    out: dict[tuple[str, str], float] = {}
    for code in (file.country, partner):
        frame = ledger.to_frame(code)
        for line, usd in zip(frame["line"], frame["usd"], strict=True):
            out[code, str(line)] = to_usd_million(float(usd))
    return out


def _edges(
    m: MeasureEntry,
    partner: str,
    ledgers: list[Mapping[tuple[str, str], float]],
    file: PortfolioFile,
    assessment: Assessment,
    catalogue: Catalogue,
    rules: InteractionRules,
) -> list[ModelledEdge]:
    instrument = catalogue.instruments[m.instrument or ""]
    value, unit = _size(m, catalogue)
    sign = -1.0 if m.change in _LESS else 1.0
    if instrument.code == "RM01":
        sign = -1.0 if m.change == "raise" else 1.0
    size = (
        Figure(value, unit, SourceClass.ELICITED, f"portfolio:measures.{m.key}.size")
        if m.size is not None and m.size.unit == unit
        else Figure(value, unit, SourceClass.ESTIMATED, "model:§3.12|standard change")
    )
    words = "{size} with {partner}" if sign > 0 else "{size} fewer with {partner}"
    if instrument.code == "RM01":
        words = "ceiling of {size} with {partner}"
    change = text(words, size=size, partner=Name(partner, "code"))
    direct = {
        chain.links[0].edge.to_outcome: chain.links[0].edge
        for f in assessment.findings
        for chain in (f.chain, *f.others)
        if chain.measure.key == m.key
    }
    direct |= {
        chain.links[0].edge.to_outcome: chain.links[0].edge
        for chain in (*assessment.without_effect, *assessment.open_sign)
        if chain.measure.key == m.key
    }
    found = []
    for outcome, whose, line in _LINES[instrument.code]:
        receiver = partner if ledgers[0][partner, line] >= ledgers[0][file.country, line] else file.country
        destination, origin = _roles(file, m, partner)
        code = {"destination": destination, "origin": origin, "receiver": receiver}[whose]
        figure = Figure(
            Range.of(sign * lines[code, line] for lines in ledgers), UNIT, SourceClass.MODELLED,
            f"model:§3.12|{instrument.code}|{file.country}|{partner}|{line}",
        )  # fmt: skip
        edge = direct.get(outcome)
        known = rules.outcomes[outcome].title
        found.append(
            ModelledEdge(
                m.key, edge.edge if edge else "", outcome, f"{known}, {code}",
                text("{what} ({code})", what=Name(lower_first(m.title)), code=Name(instrument.code, "code")),
                change, figure, edge.strength if edge else "",
            )
        )  # fmt: skip
    return found
