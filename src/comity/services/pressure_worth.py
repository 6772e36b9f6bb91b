"""Coefficient table and hold-out table of the gravity estimate, for reading.

Who may import me: :mod:`comity.services.pressure_document`. Start at :func:`show_holdout`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import Block, Cell, Column, Name, Notice, Paragraph, Table, date, text
from comity.units import PERSONS, SHARE
from comity.vocabulary import Figure, Range, SourceClass
from comity.world.pressure_panel import INTERVAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

__all__ = ["show_coefficients", "show_holdout"]

_WHAT: Final = {
    "prediction": "Effects of origin and of destination: what predicts",
    "identified": "Effects of each origin and each destination in each interval: terms of a pair alone",
    "visa": "Last interval alone, with today's visa rules: an association",
}
_ABSORBED: Final = {
    "prediction": "The effects absorb whatever does not change for an origin or for a destination.",
    "identified": (
        "The effects absorb everything of an origin or a destination in an interval: income, "
        "population, age, "
        "conflict, and policy towards all."
    ),
    "visa": "Visa rules of January after the interval; not used to predict. The effects absorb all "
    "country terms.",
}
_TERMS: Final = {
    "log_stock": "network: people of the origin in the destination (log)",
    "stock_recorded": "such a network is on record",
    "log_stock_back": "people of the destination in the origin, who may return (log)",
    "stock_back_recorded": "such people are on record",
    "log_distance": "distance (log)",
    "contiguous": "common land border",
    "border_unknown": "border not known to the source",
    "common_spoken_language": "common spoken language (index)",
    "colony_ever": "colonial tie",
    "log_gdp_origin": "income per person of the origin (log)",
    "log_gdp_destination": "income per person of the destination (log)",
    "log_population_origin": "population of the origin (log)",
    "log_population_destination": "population of the destination (log)",
    "young_share_origin": "share of the origin's people aged 15 to 39",
    "log_conflict_origin": "deaths in conflict in the origin, five years before (log)",
    "visa_free": "no visa needed for a short stay",
}
_MEASURES: Final = (
    ("corridors", "Corridors", ""),
    ("mean_absolute_error", "Mean absolute error", f"{PERSONS} per five years"),
    ("weighted_log_error", "Log error, weighted by moves", "log points"),
    ("within_factor_2", "Within a factor of two, corridors of a hundred moves or more", SHARE),
    ("deviance", "Deviance for each corridor", ""),
    ("total_ratio", "All moves, forecast over published", "ratio"),
    ("inside_mean_interval", "Inside the interval of the mean", SHARE),
)
_FORECASTS: Final = ("gravity", "persistence")
_BEST: Final = "mean_absolute_error"


def show_coefficients(table: pd.DataFrame) -> Iterator[Block]:
    """One table for each published specification."""
    for name, title in _WHAT.items():
        rows = table[table["specification"] == name]
        if rows.empty:
            continue
        cells: list[tuple[Cell, ...]] = []
        for term, words in _TERMS.items():
            found = rows[rows["term"] == term]
            if found.empty:
                continue
            reference = f"evidence:pressure_coefficients[specification={name},term={term}]"
            cells.append(
                (
                    Name(words),
                    _figure(float(found["estimate"].iloc[0]), f"{reference}#estimate"),
                    _figure(float(found["error"].iloc[0]), f"{reference}#error"),
                )
            )
        size = f"evidence:pressure_coefficients[specification={name}]"
        yield Table(
            title,
            (Column("Term"), Column("Coefficient"), Column("Clustered error")),
            tuple(cells),
            note=text(
                "{absorbed} {rows} rows, {pairs} pairs of countries.",
                absorbed=_ABSORBED[name],
                rows=_figure(float(rows["observations"].iloc[0]), f"{size}#observations"),
                pairs=_figure(float(rows["pairs"].iloc[0]), f"{size}#pairs"),
            ),
        )


def show_holdout(table: pd.DataFrame, *, whole: bool) -> Iterator[Block]:
    """Gravity beside persistence on an interval that neither has seen; all intervals when ``whole``."""
    starts = sorted(int(start) for start in table["period_start"].unique())
    last = starts[-1]
    values = table.set_index(["period_start", "forecast", "band", "measure"])["value"]
    nearer = min(_FORECASTS, key=lambda name: values[last, name, "all", _BEST])
    lead = (
        "On an interval held out, the naive forecast (the same as in the interval before) was nearer than "
        "gravity. Read expected moves as what a corridor's features let expect, not as a forecast."
    )
    if nearer != "persistence":
        lead = (
            "On an interval held out, gravity was nearer than the naive forecast (the same as in the "
            "interval before)."
        )
    yield Paragraph(lead)
    for start in starts if whole else [last]:
        reference = (
            f"evidence:pressure_holdout[period_start={start},forecast={{}},band=all,measure={{}}]#value"
        )
        yield Table(
            text("Fitted to intervals before, held against {span}", span=date(f"{start}–{start + INTERVAL}")),
            (Column("Measure"), Column("Gravity"), Column("Persistence")),
            tuple(
                (
                    words,
                    *(
                        _figure(values[start, name, "all", measure], reference.format(name, measure), unit)
                        if (start, name, "all", measure) in values.index
                        else None
                        for name in _FORECASTS
                    ),
                )
                for measure, words, unit in _MEASURES
            ),
            note=(
                "Same corridors for both. Stocks and income of the start of the interval are those "
                "of editions "
                "published later; only flows are unseen."
            ),
        )
        if whole:
            yield _bands(table, start)
    yield Notice(
        "limit",
        text(
            "Single corridors vary far more than the mean. Where {size} moves or more were expected in five "
            "years, those published came to {ratio} of them: the middle corridor, then the span of eight in "
            "ten.",
            size=_figure(float(_bands_of(table)[-1]), f"evidence:pressure_holdout[period_start={last}]#band"),
            ratio=_spread(table, last, _bands_of(table)[-1]),
        ),
    )


def _bands_of(table: pd.DataFrame) -> list[int]:
    return sorted(int(band) for band in table["band"].unique() if band != "all")


def _spread(table: pd.DataFrame, start: int, band: int, forecast: str = "gravity") -> Figure:
    rows = table[
        (table["period_start"] == start) & (table["forecast"] == forecast) & (table["band"] == str(band))
    ]
    value = rows.set_index("measure")["value"]
    return Figure(
        Range(float(value["ratio_low"]), float(value["ratio_middle"]), float(value["ratio_high"])),
        "times",
        SourceClass.ESTIMATED,
        f"evidence:pressure_holdout[period_start={start},forecast={forecast},band={band}]#value",
    )


def _bands(table: pd.DataFrame, start: int) -> Table:
    return Table(
        "Published over forecast, by size of the forecast: middle, and the span of eight corridors in ten",
        (Column("Forecast of at least"), Column("Gravity"), Column("Persistence")),
        tuple(
            (
                _figure(float(band), f"evidence:pressure_holdout[period_start={start},band={band}]#band"),
                *(_spread(table, start, band, forecast) for forecast in _FORECASTS),
            )
            for band in _bands_of(table)
        ),
    )


def _figure(value: float, reference: str, unit: str = "") -> Figure:
    return Figure(float(value), unit, SourceClass.ESTIMATED, reference)
