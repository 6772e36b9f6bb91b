"""``comity game``: games that others have written, solved exactly."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import (
    ask_for_command,
    check_writable,
    progress_bar,
    say,
    show_answer,
)

__all__ = ["app"]

app = typer.Typer(help="Games from outside: read them and solve them exactly.", rich_markup_mode=None)


class Form(StrEnum):
    """Formats that can be asked for."""

    AUTO = "auto"
    GENIUS = "genius"
    NEGOLOG = "negolog"
    LLMDELIB = "llmdelib"


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Solve negotiation games written for Genius, GeniusWeb, NegoLog or LLM-Deliberation."""
    ask_for_command(context)


@app.command()
def solve(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Folders with games, or the profiles of one game."),
    ],
    form: Annotated[Form, typer.Option("--format", help="What the files are.")] = Form.AUTO,
    all_profiles: Annotated[
        bool, typer.Option("--all-profiles", help="Seat every profile of a folder, however many.")
    ] = False,
    real_steps: Annotated[
        int | None,
        typer.Option("--real-steps", min=1, max=10_000, help="Cut continuous issues into this many steps."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="List all outcomes too and compare (up to fifty million).")
    ] = False,
    frontier: Annotated[
        bool,
        typer.Option("--frontier/--no-frontier", help="Find the whole frontier too; solutions need none."),
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Also write an HTML report.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages and no progress.")] = False,
) -> None:
    """Solve games exactly: Nash, even ratios, even gains, largest sum, frontier and counts."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.games import games_solve

    with progress_bar(quiet=quiet) as progress:
        found = games_solve(
            paths=files,
            form=form.value,
            all_profiles=all_profiles,
            real_steps=real_steps,
            check=check,
            frontier=frontier,
            progress=progress,
        )
    show_answer(
        found.to_json,
        found.document,
        json=json,
        html=html,
        quiet=quiet,
    )
    if found.refused:
        say(
            f"{len(found.refused)} of {len(found.refused) + len(found.games)} games were refused", quiet=quiet
        )
        raise typer.Exit(2)
