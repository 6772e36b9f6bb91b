"""``comity regime``: how far cooperation has come, and which agency does what."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import (
    ask_for_command,
    check_writable,
    progress_bar,
    show_answer,
)

__all__ = ["app"]

app = typer.Typer(
    help="The regime: speed by area, agencies and mandates, the puzzle of blocs.", rich_markup_mode=None
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML file.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")]


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Measure cooperation by area, or map the agencies."""
    ask_for_command(context)


@app.command()
def speed(
    json: Json = False,
    html: Html = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the draws.")] = 1,
    draws: Annotated[int, typer.Option("--draws", min=20, max=5000, help="Number of draws.")] = 1000,
    full: Annotated[
        bool, typer.Option("--full", help="Print the whole report, not its first pages.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Test whether rights (a) and prevention (b) are ahead of regular entry (c), with uncertainty."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.regime import regime_speed

    found = regime_speed(draws=draws, seed=seed)
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=html,
        quiet=quiet,
    )


@app.command()
def agencies(json: Json = False, html: Html = None, quiet: Quiet = False) -> None:
    """Map who covers which area and function: gaps, overlaps, and how often ministers meet."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.regime import regime_agencies

    found = regime_agencies()
    show_answer(
        found.to_json,
        found.document,
        json=json,
        html=html,
        quiet=quiet,
    )


@app.command()
def puzzle(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A puzzle file (YAML).")],
    json: Json = False,
    html: Html = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the draws; the file's own unless told."),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option("--draws", min=0, max=2000, help="Number of draws; 0 for central values alone."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Print the whole report, not its first pages.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Search for a path on which blocs join step by step, whoever joins gains and nobody inside loses."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.puzzle import regime_puzzle

    with progress_bar(quiet=quiet) as progress:
        found = regime_puzzle(path=file, seed=seed, draws=draws, progress=progress)
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=html,
        quiet=quiet,
    )
