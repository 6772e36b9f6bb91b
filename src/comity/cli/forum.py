"""``comity forum``: start the forum, and look after it."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.output import check_writable, print_result, say
from comity.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

    from comity.forum.models import Round
    from comity.protocol.conference import Seat

__all__ = ["app"]

app = typer.Typer(help="The forum: a web server where delegations negotiate.", rich_markup_mode=None)

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the forum [default: COMITY_DATA]."),
]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")]
Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")]
Address = Annotated[
    str | None,
    typer.Option(
        "--address", metavar="URL", help="Address of the forum, for the link [default: as COMITY_HOSTS says]."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]


@app.callback(invoke_without_command=True)
def forum(
    context: typer.Context,
    data: Data = None,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes.")] = 3,
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help="Threads of each process.")] = 2,
    quiet: Quiet = False,
) -> None:
    """Start the forum on this machine; the first start prints a one-time administrator link."""
    if context.invoked_subcommand is not None:
        return
    from comity.forum.start import bring_up_to_date, invite_first, open_forum, outer_address, serve

    folder = open_forum(data=data)
    bring_up_to_date()
    token = invite_first(_now())
    where = f"http://{_shown(host)}:{port}"
    if token is not None:
        print_result(f"Administrator, once, within a day: {outer_address(where)}/enter/{token}/")
    say(f"forum in {folder}, at {where}/ (stop with Ctrl+C)", quiet=quiet)
    _flush()
    serve(host=host, port=port, workers=workers, threads=threads)


@app.command()
def demo(
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Folder to keep it in [default: a new temporary one]."),
    ] = None,
    port: Port = 8000,
    serve_it: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it, or only make it.")] = True,
    quiet: Quiet = False,
) -> None:
    """Start a demonstration: a running round of three, with a one-time link for each seat."""
    import tempfile

    from comity.forum.start import bring_up_to_date, open_forum, serve

    folder = open_forum(data=data or Path(tempfile.mkdtemp(prefix="comity-demo-")), demo=True)
    bring_up_to_date()
    from comity.forum.demo import load_demo, make_links

    say("making the demonstration …", quiet=quiet)
    round_ = load_demo(now=_now())
    where = f"http://localhost:{port}"
    lines = [f"{_name(seat):<44} {where}/enter/{token}/" for seat, token in make_links(round_, now=_now())]
    print_result(
        f"{round_.title}: an exercise; nothing in it was said by a government.\n\n"
        f"Open any seat, and change seats at {where}/demo/{round_.slug}/\n\n" + "\n".join(lines)
    )
    _flush()
    if serve_it:
        say(f"demonstration in {folder}, at {where}/ (stop with Ctrl+C)", quiet=quiet)
        serve(host="127.0.0.1", port=port, workers=1, threads=8)


@app.command()
def new(
    round_file: Annotated[Path, typer.Argument(metavar="ROUND", help="The round file (YAML).")],
    slug: Annotated[str | None, typer.Option("--slug", help="Short name [default: as in the file].")] = None,
    silence: Annotated[int, typer.Option("--silence", min=1, help="Hours of a silence procedure.")] = 72,
    adoption: Annotated[
        str, typer.Option("--adoption", help="consensus, unanimity, two thirds or majority.")
    ] = "consensus",
    public: Annotated[bool, typer.Option("--public", help="Give it a public page.")] = False,
    base: Address = None,
    data: Data = None,
) -> None:
    """Make a round from a round file, and a one-time link for its secretariat."""
    _open(data)
    from comity.forum.actions import create_round, invite
    from comity.forum.opening import read_opening
    from comity.protocol.conference import Role, Seat

    opening = read_opening(round_file, silence_hours=silence, adoption=adoption)
    made = create_round(
        slug=slug or opening.slug,
        charter=opening.charter,
        names=opening.names,
        summary=opening.summary,
        round_file=opening.text,
        is_public=public,
        now=_now(),
    )
    _, token = invite(round=made, seat=Seat(Role.SECRETARIAT), now=_now())
    print_result(f"round '{made.slug}'; secretariat, once: {_outer(base)}/enter/{token}/")


@app.command()
def invite(
    slug: Annotated[str, typer.Argument(metavar="ROUND", help="Short name of the round.")],
    role: Annotated[str, typer.Argument(help="Such as 'facilitator' or 'head of delegation'.")],
    delegation: Annotated[
        str | None, typer.Option("--delegation", help="Code, for roles of a delegation.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Public name of the body.")] = "",
    base: Address = None,
    data: Data = None,
) -> None:
    """Make a one-time link to a seat."""
    _open(data)
    from comity.forum import actions
    from comity.protocol.conference import Seat

    plain = {"role": role, "delegation": delegation, "name": name}
    seat = Seat.read({key: value for key, value in plain.items() if value})
    _, token = actions.invite(round=_find(slug), seat=seat, now=_now())
    print_result(f"{_outer(base)}/enter/{token}/")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it (.tar.gz).")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Write a consistent backup while the forum runs. The master key is not in it: keep that elsewhere."""
    check_writable(file, option="FILE")
    _open(data)
    from comity.forum.backup import write_backup

    _show_note("written", write_backup(file, now=_now()), json=json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace the rounds that are there.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Put a backup back into a forum that is not running, and check every journal."""
    _open(data, create=True)
    from comity.forum.backup import restore_backup

    note = restore_backup(file, replace=replace)
    from comity.forum.start import bring_up_to_date

    bring_up_to_date()
    _show_note("restored", note, json=json)


@app.command()
def check(data: Data = None, json: Json = False) -> None:
    """Check settings, keys, and that every journal holds together; exit code 2 if something is wrong."""
    _open(data)
    from comity.forum.start import find_problems

    found = find_problems()
    if json:
        import json as writer

        print_result(writer.dumps({"problems": [{"level": level, "words": words} for level, words in found]}))
    else:
        print_result("\n".join(f"{level}: {words}" for level, words in found) or "all is well")
    if any(level == "error" for level, _words in found):
        raise typer.Exit(2)


@app.command()
def tick(data: Data = None) -> None:
    """Let pass what is over by now (silence), in every round; for a timer. Pages do so by themselves."""
    _open(data)
    from comity.forum import actions
    from comity.forum.models import Round

    made = sum(actions.tick(each, now=_now()) for each in Round.objects.all())
    print_result(f"{made} moves of the clock")


def _open(data: Path | None, *, create: bool = False) -> None:
    from comity.forum.start import bring_up_to_date, open_forum

    open_forum(data=data, create=create)
    bring_up_to_date()


def _outer(given: str | None) -> str:
    from comity.forum.start import outer_address

    return given.rstrip("/") if given else outer_address("http://localhost:8000")


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _find(slug: str) -> Round:
    from comity.forum.models import Round

    found = Round.objects.filter(slug=slug).first()
    if found is None:
        names = ", ".join(Round.objects.values_list("slug", flat=True)[:12]) or "none yet"
        msg = f"there is no round '{slug}'"
        raise InputError(msg, key="ROUND", accepted=names)
    return found


def _show_note(verb: str, note: dict[str, object], *, json: bool) -> None:
    if json:
        import json as writer

        print_result(writer.dumps(note))
        return
    rounds = note["rounds"]
    lines = [f"  {slug}: {each['moves']} moves, journal whole" for slug, each in rounds.items()]  # type: ignore[attr-defined]
    print_result("\n".join([f"{verb}: {len(lines)} rounds", *lines]))


def _name(seat: Seat) -> str:
    where = ", ".join(each for each in (seat.delegation, seat.name) if each)
    return f"{seat.role.value}, {where}" if where else seat.role.value


def _shown(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "::1", "0.0.0.0"} else host  # noqa: S104


def _flush() -> None:
    import sys

    sys.stdout.flush()
