"""Where output goes: results to stdout, messages and progress to stderr, files with clear refusals."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

import typer

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from comity.reports.document import Document

    Progress = Callable[[str, float], None]

__all__ = [
    "StageTimes",
    "ask_for_command",
    "check_writable",
    "colours",
    "print_result",
    "progress_bar",
    "say",
    "show_answer",
    "width",
    "write_file",
]

_WIDTH: Final = 100
_NARROWEST: Final = 40
#: Stages that took at least this many seconds are named.
_LONG: Final = 1.0


def print_result(text: str) -> None:
    """Write a result to stdout as UTF-8, ending in one newline."""
    stream: TextIO = sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None and (stream.encoding or "").casefold().replace("-", "") != "utf8":
        reconfigure(encoding="utf-8")
    stream.write(text if text.endswith("\n") else text + "\n")


def say(message: str, *, quiet: bool = False) -> None:
    """Write a message to stderr."""
    if not quiet:
        typer.echo(message, err=True)


def width() -> int:
    """Columns to write for: those of the terminal, or 100 when the output is not one.

    >>> width() >= 40
    True
    """
    if not sys.stdout.isatty():
        return _WIDTH
    return max(_NARROWEST, shutil.get_terminal_size((_WIDTH, 24)).columns)


def colours() -> bool:
    """Whether the reader's terminal wants colour; never into a file or a pipe, never under NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Progress | None]:
    """Show progress on stderr while the block runs; nothing when quiet or when stderr is not a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)

        def report(stage: str, share: float) -> None:
            bar.update(task, description=stage, completed=min(max(share, 0.0), 1.0))

        yield report


class StageTimes:
    """How long each stage of a computation took, told by the messages of its progress.

    Time is told beside an answer and never in it: the same input gives the same bytes.

    Parameters
    ----------
    progress
        Where the messages are passed on to, if anywhere.
    """

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self._stage, self._since = "", time.perf_counter()

    def __call__(self, stage: str, share: float) -> None:
        """Note what begins now."""
        if stage != self._stage:
            self._close()
            self._stage = stage
        if self.progress is not None:
            self.progress(stage, share)

    def _close(self) -> None:
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._since = now

    def told(self) -> str:
        """Write the times of the stages in one line: long ones and every solution; empty without stages."""
        self._close()
        self._stage = ""
        if not self.seconds:
            return ""
        shown = [
            f"{stage[:1].lower()}{stage[1:]} {seconds:.1f}"
            for stage, seconds in self.seconds.items()
            if seconds >= _LONG or stage.startswith("Solving")
        ]
        return f"took {sum(self.seconds.values()):.1f} s" + (f": {', '.join(shown)}" if shown else "")


def check_writable(path: Path, *, option: str, fresh: bool = False) -> None:
    """Refuse a target that cannot be written before the work starts, not after.

    Raises
    ------
    InputError
        The folder does not exist, the path is a folder, or (with ``fresh``) the file is there already.
    """
    if path.is_dir() or not path.parent.is_dir():
        what = "is a folder" if path.is_dir() else "lies in a folder that does not exist"
        msg = f"{path} {what}"
        raise InputError(msg, key=option, accepted="a file in an existing folder")
    if fresh and path.exists():
        msg = f"{path} exists already"
        raise InputError(msg, key=option, accepted="a new file, or --force to replace it")


def write_file(path: Path, text: str, *, option: str) -> None:
    """Write a text file as UTF-8 with Unix line ends.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise InputError(msg, key=option, accepted="a file that can be written") from error


def show_answer(
    to_json: Callable[[], str],
    page: Callable[[], Document],
    screen: Callable[[], Document] | None = None,
    *,
    json: bool,
    html: Path | None,
    quiet: bool,
) -> None:
    """Write the page of an answer where one is asked for, then print it as JSON or for the terminal.

    Parameters
    ----------
    to_json, page, screen
        Make each form when it is wanted; the terminal gets the page unless it has a form of its own.
    json, html, quiet
        What the user asked for.
    """
    if html is not None:
        from comity.reports.html import render_html

        write_file(html, render_html(page()), option="--html")
        say(f"report written to {html}", quiet=quiet)
    if json:
        print_result(to_json())
    else:
        from comity.reports.terminal import render_terminal

        print_result(render_terminal((screen or page)(), width=width(), colour=colours()))


def ask_for_command(context: typer.Context) -> None:
    """Print the help of a group that was called without a command."""
    if context.invoked_subcommand is None:
        print_result(context.get_help())
        raise typer.Exit
