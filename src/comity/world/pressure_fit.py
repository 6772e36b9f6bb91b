"""The pressure estimate: Poisson pseudo-maximum likelihood with fixed effects, by pyfixest (§4).

    E[M_ijt] = exp(α_i + δ_j + z_ijt'β)

M_ijt is the number of moves from i to j in the interval t, α_i and δ_j are effects of origin and
destination, and z is what was true at the start of the interval (Santos Silva and Tenreyro 2006, equation
12; errors clustered by pair). Effects are constant over time on purpose: an effect of an interval to come
is not known, so with one there would be no prediction. What is constant for a country is absorbed by them.

pyfixest is the optional extra ``estimate``; nothing else in Comity needs it.

Who may import me: services. Start at :func:`fit_pressure` and :func:`hold_out`.
"""
# ruff: noqa: PLC0415  (pyfixest is optional and slow to import)

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from scipy import sparse

from comity.errors import MissingExtraError, SolveError
from comity.world.pressure_panel import PAIR_TERMS, TERMS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

__all__ = [
    "BANDS",
    "IDENTIFIED",
    "PREDICTION",
    "VISA",
    "HoldOut",
    "PressureFit",
    "fit_coefficients",
    "fit_pressure",
    "fit_specifications",
    "hold_out",
    "measure_forecast",
]

PREDICTION: Final = "prediction"
IDENTIFIED: Final = "identified"
VISA: Final = "visa"

BANDS: Final = (10, 100, 1000, 10000)
"""Lower ends of the bands of predicted size in which errors of forecasts are counted."""

_EFFECTS: Final = ("origin", "destination")
_CHUNK: Final = 4096
_TOLERANCE: Final = 1e-9
_LEAST_MEASURED: Final = 100
"""Corridors of fewer moves say little about a forecast by a ratio."""
_TAILS: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class PressureFit:
    """A fitted gravity equation that can predict.

    Attributes
    ----------
    coefficients
        ``term, estimate, error``; errors clustered by pair.
    effects
        Log effect by ``origin`` and by ``destination``. Countries that nobody leaves, or nobody goes to, in
        the sample have none, and no prediction.
    covariance
        Of coefficients and effects together, clustered by pair; in the order of ``coefficients``, origins,
        destinations.
    observations, pairs
        Rows and clusters of the sample.
    """

    coefficients: pd.DataFrame
    effects: dict[str, pd.Series]
    covariance: Vector
    observations: int
    pairs: int

    def predict(self, panel: pd.DataFrame) -> pd.DataFrame:
        """Predict moves, and the standard error of their logarithm by the delta method.

        Returns
        -------
        pandas.DataFrame
            ``persons`` and ``log_error`` with the index of ``panel``; missing where a country has no effect.
        """
        terms = list(self.coefficients["term"])
        out = pd.DataFrame(np.nan, index=panel.index, columns=["persons", "log_error"])
        known = np.ones(len(panel), dtype=bool)
        for effect in _EFFECTS:
            known &= panel[effect].isin(self.effects[effect].index).to_numpy()
        rows = panel[known]
        if rows.empty:
            return out
        index = rows[terms].to_numpy(dtype=float) @ self.coefficients["estimate"].to_numpy()
        for effect in _EFFECTS:
            index = index + self.effects[effect].reindex(rows[effect]).to_numpy()
        design = _design(rows, terms, self.effects)
        spread = np.concatenate(
            [
                np.asarray((part @ self.covariance)[:, :] * part.toarray()).sum(axis=1)
                for part in (design[k : k + _CHUNK] for k in range(0, design.shape[0], _CHUNK))
            ]
        )
        out.loc[known, "persons"] = np.exp(index)
        out.loc[known, "log_error"] = np.sqrt(np.maximum(spread, 0.0))
        return out


@dataclass(frozen=True, slots=True)
class HoldOut:
    """A forecast of an interval that the fit did not see.

    Attributes
    ----------
    start
        First year of the interval.
    measures
        ``forecast, band, measure, value``; see :func:`measure_forecast`.
    forecast
        ``origin, destination, persons, predicted, log_error, before``.
    """

    start: int
    measures: pd.DataFrame
    forecast: pd.DataFrame


def _pyfixest() -> ModuleType:
    try:
        import pyfixest
    except ImportError as error:
        raise MissingExtraError("pyfixest", extra="estimate") from error  # noqa: EM101  (a name, not a message)
    module: ModuleType = pyfixest
    return module


def fit_coefficients(
    sample: pd.DataFrame, *, terms: Sequence[str], effects: Sequence[str], cluster: str = "pair"
) -> Any:  # noqa: ANN401  (pyfixest has no types)
    """Fit by pyfixest; its own result, for coefficients alone.

    Parameters
    ----------
    sample
        Rows with ``persons``, the terms, the effects and the cluster.
    terms, effects
        Regressors, and the columns whose every value gets an effect (``origin^start`` joins two).

    Raises
    ------
    comity.errors.MissingExtraError
        pyfixest is not installed.
    comity.errors.SolveError
        The fit did not converge, or a term is a sum of the others.
    """
    pyfixest = _pyfixest()
    formula = f"persons ~ {' + '.join(terms)}"
    if effects:
        formula += f" | {' + '.join(effects)}"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*removed because of separation.*")
        warnings.filterwarnings("ignore", message=".*singleton fixed effect.*")
        # a dropped term is an error of ours below
        warnings.filterwarnings("ignore", message=r"(?s).*dropped due to multicollinearity.*")
        warnings.filterwarnings("ignore", category=FutureWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        try:
            fit = pyfixest.fepois(
                formula, data=sample, vcov={"CRV1": cluster}, iwls_tol=_TOLERANCE, fixef_tol=_TOLERANCE
            )
        except (RuntimeError, np.linalg.LinAlgError) as error:
            msg = f"the pressure estimate did not converge: {' '.join(str(error).split())}"
            raise SolveError(msg) from error
    dropped = [term for term in terms if term not in fit.coef().index]
    if dropped:
        msg = f"{dropped[0]} cannot be told from the other terms of the pressure estimate"
        raise SolveError(msg)
    return fit


def fit_pressure(sample: pd.DataFrame, *, terms: Sequence[str] = TERMS) -> PressureFit:
    """Fit the prediction specification: effects of origin and of destination, errors clustered by pair.

    Countries that nobody leaves or nobody reaches in the sample are left out first: their effect would be
    minus infinity.

    Raises
    ------
    comity.errors.MissingExtraError, comity.errors.SolveError
        As :func:`fit_coefficients`.
    """
    sample = _with_moves(sample)
    fit = fit_coefficients(sample, terms=terms, effects=_EFFECTS)
    beta = fit.coef().reindex(list(terms))
    mean = np.asarray(fit.predict(type="response"), dtype=float)
    if len(mean) != len(sample):
        msg = "the pressure estimate left out rows that have moves around them"
        raise SolveError(msg)
    rest = np.log(mean) - sample[list(terms)].to_numpy(dtype=float) @ beta.to_numpy()
    effects = _recover(sample, rest)
    covariance = _cluster(sample, list(terms), effects, mean)
    # the errors of the terms are pyfixest's own
    errors = fit.se().reindex(list(terms))
    table = pd.DataFrame({"term": list(terms), "estimate": beta.to_numpy(), "error": errors.to_numpy()})
    return PressureFit(table, effects, covariance, len(sample), sample["pair"].nunique())


def _with_moves(sample: pd.DataFrame) -> pd.DataFrame:
    """Drop countries without any move, again and again until none is left."""
    while True:
        keep = np.ones(len(sample), dtype=bool)
        for effect in _EFFECTS:
            keep &= (sample.groupby(effect)["persons"].transform("sum") > 0).to_numpy()
        if keep.all():
            return sample.reset_index(drop=True)
        sample = sample[keep]


def _recover(sample: pd.DataFrame, rest: Vector) -> dict[str, pd.Series]:
    """Effects whose sums are ``rest``; the first destination is the one that others are measured from."""
    names = {effect: sorted(sample[effect].unique()) for effect in _EFFECTS}
    blank = {effect: pd.Series(0.0, index=names[effect]) for effect in _EFFECTS}
    design = _design(sample, [], blank)
    normal = (design.T @ design).toarray()
    solved = np.linalg.solve(normal, design.T @ rest)
    if np.abs(design @ solved - rest).max() > 1e-4:
        msg = "effects of the pressure estimate do not add up"
        raise SolveError(msg)
    split = len(names["origin"])
    return {
        "origin": pd.Series(solved[:split], index=names["origin"]),
        "destination": pd.Series(np.concatenate([[0.0], solved[split:]]), index=names["destination"]),
    }


def _design(rows: pd.DataFrame, terms: list[str], effects: dict[str, pd.Series]) -> sparse.csr_matrix:
    """Terms, then a column for each origin, then one for each destination but the first."""
    blocks = [sparse.csr_matrix(rows[terms].to_numpy(dtype=float))]
    for effect in _EFFECTS:
        places = pd.Index(effects[effect].index).get_indexer(rows[effect])
        dummies = sparse.csr_matrix(
            (np.ones(len(rows)), (np.arange(len(rows)), places)), shape=(len(rows), len(effects[effect]))
        )
        blocks.append(dummies if effect == "origin" else dummies[:, 1:])
    return sparse.hstack(blocks, format="csr")


def _cluster(sample: pd.DataFrame, terms: list[str], effects: dict[str, pd.Series], mean: Vector) -> Vector:
    """H⁻¹ (Σ_pairs s s') H⁻¹ · G/(G−1): the sandwich of coefficients and effects together."""
    design = _design(sample, terms, effects)
    hessian = (design.T @ design.multiply(mean[:, None]).tocsr()).toarray()
    codes, pairs = pd.factorize(sample["pair"])
    gather = sparse.csr_matrix((sample["persons"].to_numpy() - mean, (codes, np.arange(len(sample)))))
    scores = (gather @ design).tocsr()
    meat = (scores.T @ scores).toarray()
    bread = np.linalg.inv(hessian)
    out: Vector = bread @ meat @ bread * (len(pairs) / (len(pairs) - 1))
    return out


def hold_out(panel: pd.DataFrame, *, start: int, terms: Sequence[str] = TERMS) -> HoldOut:
    """Fit to intervals before ``start``, forecast the one from ``start``, and hold both beside persistence.

    The flows of the interval itself enter only the measures of error, never the forecast.
    """
    fit = fit_pressure(panel[panel["start"] < start], terms=terms)
    then = panel[panel["start"] == start].reset_index(drop=True)
    forecast = then[["origin", "destination", "persons", "before"]].copy()
    predicted = fit.predict(then)
    forecast["predicted"], forecast["log_error"] = predicted["persons"], predicted["log_error"]
    held = forecast[forecast["predicted"].notna()].reset_index(drop=True)
    parts = [
        measure_forecast(held["persons"].to_numpy(), held[column].to_numpy(dtype=float)).assign(forecast=name)
        for name, column in (("gravity", "predicted"), ("persistence", "before"))
    ]
    covered = _coverage(held)
    measures = pd.concat([*parts, covered], ignore_index=True)
    return HoldOut(start, measures[["forecast", "band", "measure", "value"]], forecast)


def measure_forecast(actual: Vector, predicted: Vector) -> pd.DataFrame:
    """How far a forecast lies from what happened.

    Parameters
    ----------
    actual, predicted
        Persons by corridor, on the same corridors.

    Returns
    -------
    pandas.DataFrame
        ``band, measure, value``. For all corridors: ``corridors``, ``mean_absolute_error`` (persons),
        ``weighted_log_error`` (mean of |log((predicted+1)/(actual+1))|, weighted by moves),
        ``within_factor_2`` (share of corridors of at least 100 moves), ``deviance`` (Poisson, over its
        number of corridors, 1 person added to a forecast of none), ``total_ratio`` (predicted over actual).
        By band of predicted size: ``corridors`` and the ``ratio_low``, ``ratio_middle`` and ``ratio_high``
        of actual over predicted that 10, 50 and 90 in 100 corridors stay under.

    Examples
    --------
    >>> table = measure_forecast(np.array([100.0, 300.0]), np.array([200.0, 300.0]))
    >>> float(table.set_index(["band", "measure"]).loc[("all", "mean_absolute_error"), "value"])
    50.0
    """
    big = actual >= _LEAST_MEASURED
    near = (predicted >= actual / 2) & (predicted <= 2 * actual)
    guarded = np.where(predicted > 0, predicted, 1.0)
    terms = np.where(actual > 0, actual * np.log(np.where(actual > 0, actual, 1.0) / guarded), 0.0)
    logs = np.abs(np.log((predicted + 1) / (actual + 1)))
    everything = {
        "corridors": float(len(actual)),
        "mean_absolute_error": float(np.abs(predicted - actual).mean()),
        "weighted_log_error": float((logs * actual).sum() / actual.sum()),
        "within_factor_2": float(near[big].mean()) if big.any() else np.nan,
        "deviance": float(2 * (terms - actual + guarded).mean()),
        "total_ratio": float(predicted.sum() / actual.sum()),
    }
    rows: list[tuple[str, str, float]] = [("all", name, value) for name, value in everything.items()]
    for band, inside in _bands(predicted):
        if inside.any():
            low, middle, high = np.quantile(actual[inside] / predicted[inside], _TAILS)
            rows.append((str(band), "corridors", float(inside.sum())))
            rows.append((str(band), "ratio_low", float(low)))
            rows.append((str(band), "ratio_middle", float(middle)))
            rows.append((str(band), "ratio_high", float(high)))
    return pd.DataFrame(rows, columns=["band", "measure", "value"])


def _bands(predicted: Vector) -> list[tuple[int, NDArray[np.bool_]]]:
    ends = [*BANDS[1:], np.inf]
    return [(band, (predicted >= band) & (predicted < end)) for band, end in zip(BANDS, ends, strict=True)]


def _coverage(held: pd.DataFrame) -> pd.DataFrame:
    """Share of corridors (of at least 100 moves) whose flow lies in the 90 % interval of the mean."""
    from scipy.stats import norm

    rows = held[held["persons"] >= _LEAST_MEASURED]
    distance = np.abs(np.log(rows["persons"] / rows["predicted"]))
    inside = distance <= norm.ppf(0.95) * rows["log_error"]
    value = float(inside.mean()) if len(rows) else np.nan
    return pd.DataFrame(
        {"forecast": ["gravity"], "band": ["all"], "measure": ["inside_mean_interval"], "value": [value]}
    )


def fit_specifications(panel: pd.DataFrame, progress: Callable[[str], None] = lambda _: None) -> pd.DataFrame:
    """Coefficients of the two specifications that are published beside the prediction.

    ``identified``: effects of origin in each interval and of destination in each interval, which absorb all
    that the country regressors could say and all policy towards everybody, so only terms of a pair remain.
    ``visa``: the last published interval alone, with the visa rules of the one snapshot.
    """
    progress("identified")
    seen = panel[panel["persons"].notna()]
    identified = fit_coefficients(seen, terms=PAIR_TERMS, effects=("origin^start", "destination^start"))
    progress("visa")
    last = seen[(seen["start"] == seen["start"].max()) & seen["visa_free"].notna()]
    visa = fit_coefficients(last, terms=(*PAIR_TERMS, "visa_free"), effects=_EFFECTS)
    return pd.concat([_tidy(IDENTIFIED, identified, seen), _tidy(VISA, visa, last)], ignore_index=True)


def _tidy(name: str, fit: Any, sample: pd.DataFrame) -> pd.DataFrame:  # noqa: ANN401  (pyfixest has no types)
    return pd.DataFrame(
        {
            "specification": name,
            "term": list(fit.coef().index),
            "estimate": fit.coef().to_numpy(),
            "error": fit.se().to_numpy(),
            "observations": int(fit._N),  # noqa: SLF001  (pyfixest has no public count)
            "pairs": sample["pair"].nunique(),
        }
    )
