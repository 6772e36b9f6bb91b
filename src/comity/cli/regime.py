"""``comity regime``: how far cooperation has come, and which agency does what."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.output import (
    ask_for_command,
    check_writable,
    progress_bar,
    show_answer,
)
from comity.errors import InputError

if TYPE_CHECKING:
    from comity.reports.document import Block

__all__ = ["app"]

app = typer.Typer(
    help="The regime: speed, coverage, agencies, agenda, the puzzle of blocs, pictures.",
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML file.")
]
Full = Annotated[bool, typer.Option("--full", help="Print the whole report, not its first pages.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")]


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Measure cooperation, map agencies, put issues in an order, or draw the whole."""
    ask_for_command(context)


@app.command()
def speed(
    json: Json = False,
    html: Html = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the draws.")] = 1,
    draws: Annotated[int, typer.Option("--draws", min=20, max=5000, help="Number of draws.")] = 1000,
    full: Full = False,
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
def coverage(
    json: Json = False,
    html: Html = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the draws.")] = 1,
    draws: Annotated[int, typer.Option("--draws", min=20, max=5000, help="Number of draws.")] = 1000,
    quiet: Quiet = False,
) -> None:
    """Count how many states have committed themselves, with a partner, in a region and globally."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.regime import regime_coverage

    found = regime_coverage(draws=draws, seed=seed)
    show_answer(found.to_json, found.document, json=json, html=html, quiet=quiet)


@app.command()
def agenda(
    round_file: Annotated[Path, typer.Argument(metavar="ROUND", help="The round file (YAML).")],
    rule: Annotated[
        str, typer.Option("--rule", metavar="RULE", help="consensus, gain, ready or obstacles.")
    ] = "consensus",
    by: Annotated[str, typer.Option("--by", help="What makes an issue: instrument or area.")] = "instrument",
    json: Json = False,
    html: Html = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the draws, instead of the file's."),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option("--draws", min=20, max=5000, help="Number of draws, instead of the file's."),
    ] = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Put the issues of a round in an order: joint gain, who gains, obstacles, readiness, and why."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.agenda import regime_agenda

    with progress_bar(quiet=quiet) as progress:
        found = regime_agenda(path=round_file, rule=rule, by=by, seed=seed, draws=draws, progress=progress)
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=html,
        quiet=quiet,
    )


@app.command()
def picture(
    country: Annotated[
        str, typer.Option("--country", metavar="ISO3", help="Links of one country [default: the world].")
    ] = "",
    area: Annotated[
        str, typer.Option("--area", metavar="a|b|c", help="a rights, b prevention, c entry [default: all].")
    ] = "",
    year: Annotated[int, typer.Option("--year", metavar="YEAR", help="At the end of which year.")] = 2020,
    store: Annotated[
        Path, typer.Option("--store", metavar="FOLDER", help="Folder of the agreements that you added.")
    ] = Path("comity-agreements"),
    puzzle_file: Annotated[
        Path | None,
        typer.Option(
            "--puzzle", metavar="FILE", help="Also show how the blocs of a puzzle file join, step by step."
        ),
    ] = None,
    json: Json = False,
    html: Html = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Draw the regime in one page: map and network of agreements, timeline by area, agencies."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.regime_picture import regime_picture

    found = regime_picture(country=country, area=area, year=year, store=store)
    story: tuple[Block, ...] = ()
    if puzzle_file is not None:
        if json:
            msg = "a storyboard is not data"
            raise InputError(msg, key="--puzzle", accepted=f"comity regime puzzle {puzzle_file} --json")
        from comity.services.puzzle import regime_puzzle

        with progress_bar(quiet=quiet) as progress:
            story = regime_puzzle(path=puzzle_file, progress=progress).storyboard()
    show_answer(
        found.to_json,
        lambda: found.document(storyboard=story),
        lambda: found.document(brief=not full, storyboard=story),
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
    full: Full = False,
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
