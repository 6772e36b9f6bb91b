"""A world that can be asked "what if": the face of the world room.

Who may import me: services and doors' tests. Start at :class:`World`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from comity.evidence import Evidence, Parameters
from comity.world.aggregate import merge_economies
from comity.world.calibrate import PARAMETERS, calibrate
from comity.world.equilibrium import Factors, Prices, factor_baseline, solve_prices
from comity.world.figures import gather
from comity.world.given import Given, prepare
from comity.world.ledger import Ledger, keep_ledger
from comity.world.shock import Shock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.world.economy import Array, Economy

__all__ = ["Outcome", "World"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A solved counterfactual: prices, what was given, and the ledger on demand.

    >>> from comity.world.examples import three_economies
    >>> from comity.world.shock import TariffCut
    >>> outcome = World(three_economies()).solve(Shock(tariffs=(TariffCut("E00", "E01", 0.02),)))
    >>> outcome.real_wage().shape, outcome.ledger().to_frame("E01")["usd"].notna().all().item()
    ((3, 2, 2), True)
    """

    economy: Economy
    shock: Shock
    given: Given
    prices: Prices

    def ledger(self) -> Ledger:
        """Lines of net benefit for every economy (§3.12)."""
        return keep_ledger(self.economy, self.given, self.prices, self.shock)

    def real_wage(self) -> Array:
        """Change of the real wage, ŵ/P̂, by economy, skill and (native, migrant); N × 2 × 2."""
        return np.asarray(self.given.pay * (self.prices.factor / self.prices.index)[:, None, None])


class World:
    """A calibrated economy and the factors that make counterfactuals on it cheap.

    Examples
    --------
    >>> from comity.world.examples import three_economies
    >>> world = World(three_economies())
    >>> bool(abs(world.solve(Shock()).prices.factor - 1).max() < 1e-12)
    True
    """

    def __init__(self, economy: Economy) -> None:
        self.economy = economy

    @classmethod
    def load(cls, evidence: Evidence | None = None, parameters: Parameters | None = None) -> Self:
        """Load the full world on the evidence pack, at central parameter values unless others are given."""
        values = parameters if parameters is not None else Parameters.load()
        figures = gather(evidence if evidence is not None else Evidence.load())
        return cls(calibrate(figures, {name: values.value(name) for name in PARAMETERS}))

    def __repr__(self) -> str:
        total = self.economy.value_added.sum() / 1e12
        return f"World({len(self.economy)} economies, value added {total:,.1f} US$ trillion a year)"

    @cached_property
    def factors(self) -> Factors:
        """LU factors of the Jacobian at the baseline."""
        return factor_baseline(self.economy, prepare(self.economy, Shock()))

    def solve(self, shock: Shock, *, start: Array | None = None) -> Outcome:
        """Solve a counterfactual in quantity mode.

        Parameters
        ----------
        shock
            What changes.
        start
            (log ω̂, log P̂) to start from, 2N; the baseline unless given.

        Raises
        ------
        InputError
            The shock asks for what the world does not hold.
        SolveError
            No equilibrium was reached; the message names the economy.
        """
        given = prepare(self.economy, shock)
        return Outcome(self.economy, shock, given, solve_prices(self.economy, given, self.factors, start))

    def aggregate(self, keep: Iterable[str], groups: Mapping[str, str]) -> Self:
        """Merge into a smaller world: ``keep`` stay as they are, the rest by ``groups`` (code → region)."""
        return type(self)(merge_economies(self.economy, frozenset(keep), groups))

    def with_coefficients(self, **changes: float) -> Self:
        """Keep the baseline and solve under other behavioural parameters."""
        return type(self)(replace(self.economy, coefficients=replace(self.economy.coefficients, **changes)))
