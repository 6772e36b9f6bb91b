"""When a result is given: the year after, after five years, in the long run (§3.10).

Two things change with time: how many of an agreement's places have piled up, and how far capital has followed
labour. Scenarios with a long-run stock reach a part of it, at the yearly speed of adjustment.

Who may import me: services. Start at :func:`at_horizon`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence import Parameters

__all__ = ["ADJUSTMENT", "HORIZONS", "at_horizon", "horizon_years"]

#: What a user may ask for → the group of its parameters.
HORIZONS: Final[Mapping[str, str]] = {
    "year-after": "world.horizon.year_after",
    "five-years": "world.horizon.five_years",
    "long-run": "world.horizon.long_run",
}
#: δ of §3.10.
ADJUSTMENT: Final = "world.horizon.stock_adjustment"
_CAPITAL: Final = "world.capital.adjustment"


def at_horizon(parameters: Parameters, horizon: str | None, years: float) -> tuple[Parameters, float]:
    """Parameters and years of a horizon; what was given where none is asked for.

    Raises
    ------
    InputError
        An unknown horizon.

    Examples
    --------
    >>> from comity.evidence import Parameters
    >>> changed, years = at_horizon(Parameters.load(), "long-run", 5)
    >>> years, changed.value("world.capital.adjustment")
    (30.0, 1.0)
    """
    if horizon is None:
        return parameters, years
    try:
        group = HORIZONS[horizon]
    except KeyError:
        msg = f"unknown horizon {horizon!r}"
        raise InputError(msg, key="--horizon", accepted=", ".join(HORIZONS)) from None
    return parameters.substitute({_CAPITAL: f"{group}.capital"}), parameters.value(f"{group}.years")


def horizon_years(
    parameters: Parameters, horizon: str, central: Mapping[str, float]
) -> tuple[dict[str, float], float]:
    """Central values and years at a horizon, whatever the horizon of the study itself is."""
    group = HORIZONS[horizon]
    values = {**central, _CAPITAL: parameters.value(f"{group}.capital")}
    return values, parameters.value(f"{group}.years")
