"""What the evidence pack can answer for a portfolio: states, groups of countries, the seven considerations.

A state is filled only where the pack answers it for every origin that the measures name; otherwise it stays
unknown, and the user may answer it.

Who may import me: services. Start at :func:`fill_states`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.coherence import StateValue
from comity.evidence.interaction_rules import InteractionRules
from comity.units import BASE_YEAR
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.coherence import Assessment
    from comity.evidence import Catalogue, Evidence
    from comity.services.portfolio_file import PortfolioFile

__all__ = ["LENSES", "fill_states", "find_groups", "find_lenses", "list_facts", "list_origins"]

#: The seven considerations that a national policy should hold (E105).
LENSES: Final = (
    "human_rights", "economic", "trade", "security", "environmental", "integration", "development",
)  # fmt: skip
#: The resolution that endorsed the Global Compact for Migration; the pack also holds the vote on refugees.
COMPACT: Final = "A/RES/73/195"
#: Instruments of area a that are about settling in (E82).
_INTEGRATION: Final = ("RW11", "RW12", "RW13", "RW17", "RW18", "RW19", "RW24")
_AREAS: Final = {
    "a_rights_welfare": "human_rights", "b_prevention_enforcement": "security", "c_legal_entry": "economic",
    "d_skills": "economic", "d_remittances": "development", "d_trade": "trade",
    "d_investment_development": "development", "d_health": "human_rights",
    "d_environment_climate": "environmental", "d_security_human_rights": "security",
}  # fmt: skip
#: Requirements of a visa that must be asked for before travel, as the pack names them.
_ASKED: Final = frozenset({"visa_required", "e_visa"})
_VISAS: Final = ("LE14", "LE15")
_FREE: Final = frozenset({"visa_free"})


def list_origins(file: PortfolioFile) -> tuple[str, ...]:
    """Origins that measures name; the country itself where a measure is about its own people abroad."""
    named = {code for m in file.measures for code in m.origin} - {file.country}
    own = {file.country} if any(m.destination for m in file.measures) else set()
    return tuple(sorted(named | own))


def find_groups(evidence: Evidence, country: str) -> tuple[str, ...]:
    """Name the groups in which edges may have been studied that a country belongs to."""
    frame = evidence.table("countries")
    row = frame[frame["iso3"].astype(str) == country]
    return ("EU",) if not row.empty and bool(row["eu"].fillna(value=False).iloc[0]) else ()


def fill_states(file: PortfolioFile, evidence: Evidence, rules: InteractionRules) -> dict[str, StateValue]:
    """Answer what the pack can answer.

    Income at the origins, where all of them lie on one side of every threshold that an edge asks for; the
    vote on the compact; whether the visa requirement towards the origins is of one side only.
    """
    origins = list_origins(file)
    found = {
        "gdp_pc_origin_ppp": _income(origins, evidence, rules),
        "global_regime_commitment": _vote(file.country, evidence),
        "unilateral_visa": _visa(file, evidence),
    }
    return {name: value for name, value in found.items() if value is not None}


def _income(origins: tuple[str, ...], evidence: Evidence, rules: InteractionRules) -> StateValue | None:
    gdp = evidence.table("gdp").astype({"country": str})
    people = evidence.table("population_age").astype({"country": str})
    incomes: list[StateValue] = []
    for code in origins:
        rows = gdp[(gdp["country"] == code) & gdp["gdp_ppp"].notna() & (gdp["year"] <= BASE_YEAR)]
        if rows.empty:
            return None
        year = int(rows["year"].max())
        persons = float(people[(people["country"] == code) & (people["year"] == year)]["persons"].sum())
        if persons <= 0:
            return None
        income = float(rows[rows["year"] == year]["gdp_ppp"].iloc[0]) / persons
        incomes.append(StateValue(income, f"evidence:gdp[country={code},year={year}]#gdp_ppp"))
    bounds = {n.number for r in rules.rules.values() for n in r.needs if n.state == "gdp_pc_origin_ppp"}
    sides = {tuple(float(x.value) < bound for bound in sorted(bounds)) for x in incomes}
    return incomes[0] if len(sides) == 1 else None


def _vote(country: str, evidence: Evidence) -> StateValue | None:
    votes = evidence.table("compact_votes")
    rows = votes[(votes["country"].astype(str) == country) & (votes["resolution"].astype(str) == COMPACT)]
    if rows.empty or str(rows["vote"].iloc[0]) not in ("yes", "no"):
        return None
    reference = f"evidence:compact_votes[country={country},resolution={COMPACT}]#vote"
    return StateValue(str(rows["vote"].iloc[0]) == "yes", reference)


def _visa(file: PortfolioFile, evidence: Evidence) -> StateValue | None:
    """Say whether every origin of a visa measure needs a visa here while people from here need none there."""
    country = file.country
    origins = sorted({code for m in file.measures if m.instrument in _VISAS for code in m.origin})
    table = evidence.table("visa_requirement").astype({"passport": str, "destination": str})
    answers: set[bool] = set()
    reference = ""
    for code in origins:
        here = table[(table["passport"] == code) & (table["destination"] == country)]["requirement"].astype(
            str
        )
        there = table[(table["passport"] == country) & (table["destination"] == code)]["requirement"].astype(
            str
        )
        if here.empty or there.empty:
            return None
        answers.add(here.iloc[-1] in _ASKED and there.iloc[-1] in _FREE)
        reference = f"evidence:visa_requirement[passport={code},destination={country}]#requirement"
    return StateValue(answers.pop(), reference) if len(answers) == 1 else None


def list_facts(
    country: str, affected: tuple[str, ...], evidence: Evidence
) -> tuple[tuple[str, str, Figure | None], ...]:
    """Look up what the pack says of affected countries: refugees, people in the deciding country, income.

    Missing is None, never zero.
    """
    refugees = evidence.table("refugees").astype({"origin": str})
    stock = evidence.table("migrant_stock").astype({"origin": str, "destination": str})
    rules = InteractionRules.load()
    found: list[tuple[str, str, Figure | None]] = []
    for code in affected:
        rows = refugees[refugees["origin"] == code]
        figure = None
        if not rows.empty:
            year = int(rows["year"].max())
            persons = float(rows[rows["year"] == year]["refugees"].sum())
            reference = f"evidence:refugees[origin={code},year={year}]#refugees"
            figure = Figure(persons, "persons", SourceClass.EVIDENCE, reference)
        found.append((code, "refugees from there, latest year", figure))
        rows = stock[(stock["origin"] == code) & (stock["destination"] == country)]
        figure = None
        if not rows.empty:
            year = int(rows["year"].max())
            persons = float(rows[rows["year"] == year]["persons"].sum())
            reference = f"evidence:migrant_stock[origin={code},destination={country},year={year}]#persons"
            figure = Figure(persons, "persons", SourceClass.EVIDENCE, reference)
        found.append((code, "people born there who live in the deciding country", figure))
        income = _income((code,), evidence, rules)
        figure = None
        if income is not None:
            unit = rules.states["gdp_pc_origin_ppp"].unit
            figure = Figure(float(income.value), unit, SourceClass.EVIDENCE, income.reference)
        found.append((code, "income per head", figure))
    return tuple(found)


def find_lenses(
    file: PortfolioFile, assessment: Assessment, rules: InteractionRules, catalogue: Catalogue
) -> Mapping[str, tuple[str, ...]]:
    """Which measures and objectives touch each of the seven considerations.

    A measure touches the consideration of its instrument's area, and those of the outcomes that it surely
    moves; an objective that of its outcome.
    """
    touched: dict[str, set[str]] = {name: set() for name in LENSES}
    for m in file.measures:
        if m.instrument:
            lens = _AREAS.get(str(catalogue.instruments[m.instrument].area))
            if m.instrument in _INTEGRATION:
                lens = "integration"
            if lens:
                touched[lens].add(m.key)
    for f in assessment.findings:
        if f.severity in ("severe", "moderate"):
            touched[rules.outcomes[f.chain.outcome].lens].add(f.chain.measure.key)
    for o in file.objectives:
        touched[rules.outcomes[o.outcome].lens].add(o.key)
    return {name: tuple(sorted(keys)) for name, keys in touched.items()}
