"""``comity practice``: rehearse a round against scripted counterparts, and look back on it."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from comity.cli.output import (
    ask_for_command,
    check_writable,
    colours,
    print_result,
    progress_bar,
    say,
    width,
    write_file,
)
from comity.errors import InputError

if TYPE_CHECKING:
    from comity.services.practice import Practice

__all__ = ["app"]


class _Group(TyperGroup):
    """``comity practice ROUND`` means ``comity practice play ROUND``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["play", *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(
    cls=_Group,
    help="Rehearse a round against scripted counterparts: comity practice ROUND --as CODE.",
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages and no progress.")]
RoundFile = Annotated[Path, typer.Argument(metavar="ROUND", help="The round file (YAML).")]
LogFile = Annotated[Path, typer.Argument(metavar="LOG", help="The log of a practice round.")]
Seat = Annotated[str, typer.Option("--as", metavar="CODE", help="The party that you play.")]
OfRound = Annotated[
    Path | None,
    typer.Option("--round", metavar="ROUND", help="The round file [default: the one that the log names]."),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the draws, instead of the file's."),
]
Rounds = Annotated[int | None, typer.Option("--rounds", min=1, max=100, help="Rounds until time is up.")]
Draws = Annotated[
    int | None, typer.Option("--draws", min=20, max=1000, help="Draws behind each value; more is slower.")
]
Moves = Annotated[
    Path | None,
    typer.Option("--moves", metavar="FILE", help="Read commands from a file instead of the keyboard."),
]


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Rehearse a round, replay one, or look back on one."""
    ask_for_command(context)


@app.command()
def play(
    round_file: RoundFile,
    seat: Seat,
    mode: Annotated[str, typer.Option("--mode", help="request-offer or single-text.")] = "request-offer",
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            "--strategy",
            metavar="NAME",
            help="conceder, boulware, tit-for-tat, principled; CODE=NAME for one party [default: conceder].",
        ),
    ] = None,
    seed: Seed = None,
    rounds: Rounds = None,
    draws: Draws = None,
    moves: Moves = None,
    log: Annotated[
        Path | None,
        typer.Option("--log", metavar="FILE", help="Where to keep the log [default: a new file here]."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play one seat of a round; scripts play the others. The log stays with you, and replays."""
    lines = _read_lines(moves)
    if log is not None:
        check_writable(log, option="--log")
        if log.exists():
            msg = f"{log} exists already"
            raise InputError(
                msg, key="--log", accepted="a new file; 'comity practice resume' goes on with a log"
            )
    elif not json:
        log = _free_name(f"{round_file.stem or 'round'}-{seat}")
    from comity.services.practice_opening import practice_open

    with progress_bar(quiet=quiet) as progress:
        practice = practice_open(
            path=round_file, seat=seat, mode=mode, strategies=strategy or (), seed=seed, rounds=rounds,
            draws=draws, progress=progress,
        )  # fmt: skip
    _run(practice, lines, moves, log, json=json, quiet=quiet)


@app.command()
def resume(
    log: LogFile,
    round_file: OfRound = None,
    moves: Moves = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Go on with a round that was left, where its log ends."""
    lines = _read_lines(moves)
    practice = _replay(log, round_file, quiet=quiet)
    _run(practice, lines, moves, log, json=json, quiet=quiet)


@app.command()
def replay(log: LogFile, round_file: OfRound = None, json: Json = False, quiet: Quiet = False) -> None:
    """Play a log again and check that every scripted move comes out the same."""
    practice = _replay(log, round_file, quiet=quiet)
    if json:
        print_result(_as_json(practice))
        return
    from comity.cli.practice_screen import draw_sight
    from comity.services.practice_words import tell_move

    rows = {row.key: row for row in practice.see().rows}
    for number, move in enumerate(practice.moves):
        turn = practice.states[number].round(practice.rules)
        print_result(f"[{turn}] " + "\n".join(tell_move(move, rows, practice.desk.names)))
    print_result(draw_sight(practice.see(), practice.desk.names))
    say(f"{log}: {len(practice.moves)} moves replayed, all the same", quiet=quiet)


@app.command()
def debrief(
    log: LogFile,
    round_file: OfRound = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Where to write the page [default: LOG.html here]."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Look back on a finished round: value created, claimed and left. It opens what everybody wanted."""
    target = html
    if target is None and not json:
        target = Path(f"{log.stem}-debrief.html")
    if target is not None:
        check_writable(target, option="--html")
    practice = _replay(log, round_file, quiet=quiet)
    from comity.services.practice_debrief import practice_debrief

    found = practice_debrief(practice)
    if target is not None or not json:
        from comity.services.practice_document import write_debrief

        document = write_debrief(practice, found)
        if target is not None:
            from comity.reports.html import render_html

            write_file(target, render_html(document), option="--html")
            say(f"debrief written to {target}", quiet=quiet)
        if not json:
            from comity.reports.terminal import render_terminal

            print_result(render_terminal(document, width=width(), colour=colours()))
    if json:
        print_result(found.to_json())


@app.command(name="seat")
def seat_file(
    round_file: RoundFile,
    seat: Seat,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the seat file here [default: stdout]."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write what one delegation may open: the public table, and its own interests only."""
    if output is not None:
        check_writable(output, option="--output", fresh=not force)
    from comity.services.practice_seats import write_seat
    from comity.services.roundfile import load_round

    text = write_seat(load_round(round_file), seat)
    if output is None:
        print_result(text)
        return
    write_file(output, text, option="--output")
    say(f"seat of {seat} written to {output}", quiet=quiet)


@app.command()
def pack(
    round_file: RoundFile,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="An empty or new folder for the sheets.")
    ],
    rounds: Rounds = None,
    seed: Seed = None,
    draws: Draws = None,
    quiet: Quiet = False,
) -> None:
    """Write the sheets for a round between people: public, one for each seat, and facilitator's notes."""
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        msg = f"{output} is not an empty folder"
        raise InputError(msg, key="--output", accepted="a new or an empty folder")
    if not output.exists() and not output.parent.is_dir():
        msg = f"{output} lies in a folder that does not exist"
        raise InputError(msg, key="--output", accepted="a new folder in an existing one")
    from comity.services.practice_opening import practice_prepare
    from comity.services.practice_pack import write_pack

    with progress_bar(quiet=quiet) as progress:
        whole = practice_prepare(path=round_file, seed=seed, rounds=rounds, draws=draws, progress=progress)
        files = write_pack(whole)
    output.mkdir(exist_ok=True)
    for name, text in files.items():
        write_file(output / name, text, option="--output")
    say(f"{len(files)} files written to {output}: {', '.join(files)}", quiet=quiet)


# -- shared parts -------------------------------------------------------------------------------------


def _read_lines(moves: Path | None) -> list[str] | None:
    return None if moves is None else _read_text(moves, "--moves").splitlines()


def _read_text(path: Path, option: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        msg = f"cannot read {path}: {reason}"
        raise InputError(msg, key=option, accepted="a text file that can be read") from None


def _free_name(stem: str) -> Path:
    count = 1
    while (path := Path(f"{stem}-{count}.jsonl")).exists():
        count += 1
    return path


def _replay(log: Path, round_file: Path | None, *, quiet: bool) -> Practice:
    text = _read_text(log, "LOG")
    from comity.protocol import read_log
    from comity.services.practice_opening import practice_replay

    if round_file is None:
        named = str(read_log(text, name=str(log))[0].get("file", ""))
        places = [Path(named), log.parent / named]
        round_file = next((place for place in places if named and place.is_file()), None)
        if round_file is None:
            msg = f"the round file that the log names ({named}) is not here"
            raise InputError(msg, file=str(log), line=1, accepted="--round ROUND")
    with progress_bar(quiet=quiet) as progress:
        return practice_replay(log=text, name=str(log), path=round_file, progress=progress)


def _run(
    practice: Practice,
    lines: list[str] | None,
    moves: Path | None,
    log: Path | None,
    *,
    json: bool,
    quiet: bool,
) -> None:
    from comity.cli.practice_room import Room

    room = Room(practice, log=log, quiet=json)
    room.open()
    if lines is not None:
        room.run_script(iter(lines), name=str(moves))
    elif sys.stdin.isatty() and not json:
        print_result("Type 'help' for what you may say.")
        room.run_prompt()
    else:
        room.run_script((line.rstrip("\n") for line in sys.stdin), name="stdin")
    if json:
        print_result(_as_json(practice))
    if log is not None:
        say(f"log kept in {log}", quiet=quiet)
        if practice.state.over:
            say(f"look back with: comity practice debrief {log}", quiet=quiet)


def _as_json(practice: Practice) -> str:
    from comity.reports.canonical import render_json

    return render_json(
        {
            "setup": practice.setup,
            "moves": [move.to_plain() for move in practice.moves],
            "outcome": practice.state.outcome or None,
            "draft": practice.state.draft,
            "sight": practice.see(),
        }
    )
