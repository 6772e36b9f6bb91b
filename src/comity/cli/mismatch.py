"""``comity mismatch``: expected moves beside regular places, by corridor and skill."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import (
    check_writable,
    print_result,
    progress_bar,
    show_answer,
)
from comity.errors import InputError

__all__ = ["mismatch"]


def mismatch(
    origin: Annotated[
        str | None, typer.Option("--origin", metavar="ISO3", help="Corridors from this country.")
    ] = None,
    destination: Annotated[
        str | None, typer.Option("--destination", metavar="ISO3", help="Corridors to this country.")
    ] = None,
    skill: Annotated[str, typer.Option("--skill", metavar="SKILL", help="low, high or all.")] = "all",
    add: Annotated[
        float,
        typer.Option("--add", metavar="PLACES", help="Places a year to add in thought to one corridor."),
    ] = 0.0,
    interval: Annotated[
        int | None,
        typer.Option(
            "--interval", "--year", metavar="YEAR", help="First year of the interval [default: 2020]."
        ),
    ] = None,
    coefficients: Annotated[
        bool, typer.Option("--coefficients", help="Show the coefficients behind the estimate.")
    ] = False,
    holdout: Annotated[
        bool, typer.Option("--holdout", help="Show all of the hold-out, by interval and size.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the HTML report here.")
    ] = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Estimate anew first (needs comity[estimate]; minutes).")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="With --estimate: write the three tables here and stop."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages and no progress.")] = False,
) -> None:
    """Set expected moves beside regular places: one corridor, a country's corridors, or the world's."""
    if html is not None:
        check_writable(html, option="--html")
    if out is not None and not estimate:
        msg = "there is nothing to write"
        raise InputError(msg, key="--out", accepted="--estimate with it")
    if out is not None and out.exists() and not out.is_dir():
        msg = f"{out} is a file"
        raise InputError(msg, key="--out", accepted="a folder, or one that is to be made")
    if estimate and out is not None:
        _estimate(out, quiet=quiet)
        return
    from comity.services.pressure import mismatch_find
    from comity.services.pressure_build import pressure_refit

    with progress_bar(quiet=quiet) as progress:
        evidence = pressure_refit(progress=progress) if estimate else None
    found = mismatch_find(
        origin=origin,
        destination=destination,
        skill=skill,
        added=add,
        interval=interval,
        evidence=evidence,
    )
    show_answer(
        found.to_json,
        lambda: found.document(coefficients=coefficients, holdout=holdout),
        lambda: found.document(coefficients=coefficients, holdout=holdout, brief=True),
        json=json,
        html=html,
        quiet=quiet,
    )


def _estimate(out: Path, *, quiet: bool) -> None:
    from comity.services.pressure_build import pressure_estimate

    with progress_bar(quiet=quiet) as progress:
        results = pressure_estimate(out=out, progress=progress)
    for result in results:
        print_result(f"{result.name}: {result.outcome}, {result.rows:,} rows")
