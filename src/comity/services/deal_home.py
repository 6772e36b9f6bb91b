"""What a deal would clash with at home: the parties' portfolios, and clauses that may not be used (§7).

Who may import me: :mod:`comity.services.deal`. Start at :class:`Homes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.errors import InputError
from comity.evidence.interaction_rules import InteractionRules
from comity.services.laboratory import make_provision
from comity.services.package_coherence import PackageCoherence, package_coherence
from comity.services.portfolio_file import read_portfolio, to_portfolio

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from comity.coherence import Portfolio
    from comity.evidence import Catalogue, Evidence
    from comity.services.roundfile import Round
    from comity.vocabulary import Provision

__all__ = ["Homes", "open_homes"]


@dataclass(frozen=True, eq=False)
class Homes:
    """The parties' governments, as far as they are known.

    Attributes
    ----------
    portfolios
        Party code → portfolio; a party without one is read by the catalogue alone.
    forbidden
        Clauses that may not be used, because each of them alone adds a severe conflict at home; empty unless
        that was asked for. A finding depends on the clause and not on its value or on other clauses, so that
        leaving these out is exactly what it takes.
    """

    round: Round
    evidence: Evidence
    catalogue: Catalogue
    rules: InteractionRules
    portfolios: Mapping[str, Portfolio]
    forbidden: tuple[str, ...] = ()

    def assess(self, provisions: Iterable[Provision]) -> PackageCoherence:
        """Assess a package in each giver's government."""
        return package_coherence(
            provisions,
            {party.code: party.countries for party in self.round.parties},
            evidence=self.evidence,
            catalogue=self.catalogue,
            rules=self.rules,
            homes=self.portfolios,
        )


def open_homes(
    round_: Round,
    evidence: Evidence,
    catalogue: Catalogue,
    countries: Mapping[str, str],
    paths: Mapping[str, Path],
    *,
    coherent: bool,
) -> Homes:
    """Read the portfolios and, where asked, find the clauses that add a severe conflict.

    Parameters
    ----------
    paths
        Party code → portfolio file.
    coherent
        Leave out clauses that add a severe conflict at home.

    Raises
    ------
    InputError
        A code that is no party, or the portfolio of a country that is not in that party.
    """
    rules = InteractionRules.load()
    portfolios: dict[str, Portfolio] = {}
    for code, path in paths.items():
        party = next((p for p in round_.parties if p.code == code), None)
        if party is None:
            msg = f"'{code}' is no party of this round"
            raise InputError(msg, key="--portfolio", accepted=", ".join(p.code for p in round_.parties))
        file = read_portfolio(path, catalogue=catalogue, rules=rules, countries=countries)
        if file.country not in party.countries:
            msg = f"the portfolio of {file.country} is not of {code}"
            raise InputError(msg, file=str(path), key="country", accepted=", ".join(party.countries))
        portfolios[code] = to_portfolio(file)
    homes = Homes(round_, evidence, catalogue, rules, portfolios)
    if not coherent:
        return homes
    forbidden = tuple(
        clause.key
        for clause in round_.table
        if homes.assess([make_provision(clause, clause.strongest, clause.unit or "")]).adds_severe
    )
    return Homes(round_, evidence, catalogue, rules, portfolios, forbidden)
