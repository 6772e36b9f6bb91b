"""The commands and their options; each calls one service.

Imports inside the commands are on purpose: help and usage errors must not wait for the world model.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli import (
    admission,
    agreements,
    coherence,
    evidence,
    forum,
    games,
    mismatch,
    practice,
    project,
    regime,
    rounds,
    world,
)
from comity.cli.benefit import benefit
from comity.cli.displacement import displacement
from comity.cli.output import (
    StageTimes,
    ask_for_command,
    check_writable,
    print_result,
    progress_bar,
    say,
    show_answer,
    write_file,
)
from comity.errors import InputError

if TYPE_CHECKING:
    from comity.services.deal_result import Deal
    from comity.services.world_result import WorldDeal

__all__ = ["app"]

app = typer.Typer(
    name="comity",
    help="Find migration agreements in which every negotiating country is a net gainer.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages and no progress.")]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print_result(f"comity {version('comity')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find migration agreements in which every negotiating country is a net gainer."""
    ask_for_command(context)


@app.command()
def deal(
    round_file: Annotated[Path, typer.Argument(metavar="ROUND", help="The round file (YAML).")],
    json: Json = False,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Where to write the HTML report [default: ROUND.html here]."
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the draws, instead of the file's."),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option("--draws", min=20, max=5000, help="Number of draws, instead of the file's."),
    ] = None,
    require_zone: Annotated[
        bool, typer.Option("--require-zone", help="Exit with 1 when there is no zone of agreement.")
    ] = False,
    evaluate: Annotated[
        Path | None,
        typer.Option(
            "--evaluate",
            metavar="DEAL",
            help="Look at your own package instead: YAML with clauses, or a --json answer.",
        ),
    ] = None,
    package: Annotated[
        str | None,
        typer.Option("--package", metavar="NAME", help="Which package of a --json answer to evaluate."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Print the whole report here too, not its first pages.")
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="BLOC", help="World round only: a bloc of the file that stays out."
        ),
    ] = None,
    portfolio: Annotated[
        list[str] | None,
        typer.Option(
            "--portfolio",
            metavar="CODE=FILE",
            help="A party's portfolio of measures, to see what a package clashes with at home.",
        ),
    ] = None,
    coherent: Annotated[
        bool, typer.Option("--coherent", help="Use no clause that adds a severe conflict at home.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Find packages in which every party is a net gainer, or say what would open a zone."""
    if package is not None and evaluate is None:
        msg = "it says which package of a --json answer to evaluate"
        raise InputError(msg, key="--package", accepted="together with --evaluate DEAL")
    target = html
    if target is None and not json:
        target = Path(f"{(evaluate or round_file).stem or 'round'}.html")
    if target is not None:
        check_writable(target, option="--html")
    from comity.cli.world_round import find_world, is_world

    found: Deal | WorldDeal
    if is_world(round_file, without):
        if evaluate is not None:
            msg = "a package of one's own is not laid beside a world round"
            raise InputError(msg, key="--evaluate", accepted="a round file of named parties")
        found = find_world(round_file, seed=seed, draws=draws, without=tuple(without or ()), quiet=quiet)
    else:
        with progress_bar(quiet=quiet) as bar:
            progress = StageTimes(bar)
            if evaluate is None:
                from comity.services.deal import deal_find

                found = deal_find(
                    path=round_file,
                    seed=seed,
                    draws=draws,
                    progress=progress,
                    portfolios=_read_homes(portfolio),
                    coherent=coherent,
                )
            else:
                from comity.services.deal import deal_evaluate

                found = deal_evaluate(
                    path=round_file,
                    supplied=evaluate,
                    package=package,
                    seed=seed,
                    draws=draws,
                    progress=progress,
                )
        if times := progress.told():
            say(times, quiet=quiet)
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=target,
        quiet=quiet,
    )
    if require_zone and not found.zone_open:
        say(
            "no zone of agreement" if evaluate is None else "not an agreement in which each gains",
            quiet=quiet,
        )
        raise typer.Exit(1)


def _read_homes(pairs: list[str] | None) -> dict[str, Path]:
    """Read ``CODE=FILE`` pairs."""
    found: dict[str, Path] = {}
    for pair in pairs or ():
        code, mark, file = pair.partition("=")
        if not mark or not code or not file:
            msg = f"'{pair}' names no party and file"
            raise InputError(msg, key="--portfolio", accepted="CODE=FILE, such as ESP=spain.yaml")
        found[code] = Path(file)
    return found


@app.command()
def propose(
    parties: Annotated[list[str], typer.Argument(metavar="PARTY PARTY…", help="Two or more ISO3 codes.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write the round file here, and print the reasons."
        ),
    ] = None,
    json: Json = False,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
    quiet: Quiet = False,
) -> None:
    """Draft a round file: the instruments that fit these parties, ranked by joint gain."""
    if output is not None:
        check_writable(output, option="--output", fresh=not force)
    from comity.services.propose import propose_round

    with progress_bar(quiet=quiet) as progress:
        proposal = propose_round(codes=tuple(code.upper() for code in parties), progress=progress)
    if output is not None:
        write_file(output, proposal.to_yaml(), option="--output")
        say(f"round file written to {output}", quiet=quiet)
    if output is None and not json:
        print_result(proposal.to_yaml())
    else:
        show_answer(proposal.to_json, proposal.document, json=json, html=None, quiet=quiet)


app.command()(benefit)
app.command()(mismatch.mismatch)
app.command()(project.project)
app.add_typer(coherence.app, name="coherence")
app.command()(displacement)
app.add_typer(agreements.app, name="agreements")
app.add_typer(regime.app, name="regime")
app.add_typer(admission.app, name="admission")
app.add_typer(practice.app, name="practice")
app.add_typer(world.app, name="world")
app.add_typer(games.app, name="game")
app.add_typer(rounds.app, name="round")
app.add_typer(forum.app, name="forum")
app.add_typer(evidence.app, name="evidence")
