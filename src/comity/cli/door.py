"""The one place where an error becomes a line and an exit code.

Exit codes: 0 done, 1 no zone of agreement under ``--require-zone``, 2 bad input, 3 a result that could not
be computed, 130 interrupted, 141 the reader of our output went away.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import typer

from comity.cli.app import app
from comity.errors import ComityError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

BAD_INPUT: Final = 2
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

#: The parser's own base of usage errors, found through a public name because typer may bundle its parser.
_ParserError: Final = next(cls for cls in typer.BadParameter.__mro__ if cls.__name__ == "ClickException")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    argv
        Arguments without the program name; those of the process when not given.

    Examples
    --------
    >>> main(["--version"])  # doctest: +ELLIPSIS
    comity ...
    0
    """
    try:
        code = app(args=None if argv is None else list(argv), prog_name="comity", standalone_mode=False)
        sys.stdout.flush()
    except ComityError as error:
        return _fail(str(error), error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _hang_up()
    except SystemExit as stop:  # the parser's own way out when a pipe breaks inside a command
        if isinstance(stop.__context__, BrokenPipeError):
            return _hang_up()
        raise
    except Exception as error:
        # Only usage errors are handled here; all else is a fault of ours and keeps its trace.
        if not isinstance(error, _ParserError):
            raise
        return _fail(_usage(error), BAD_INPUT)
    if code == INTERRUPTED:  # newer parsers turn the key press into this code, without a word
        return _fail("interrupted", INTERRUPTED)
    return code if isinstance(code, int) else 0


def _fail(message: str, code: int) -> int:
    line = " ".join(message.split())
    try:
        sys.stderr.write(f"comity: {line}\n")
        sys.stderr.flush()
    except UnicodeEncodeError:
        sys.stderr.write(f"comity: {ascii(line)[1:-1]}\n")
    except BrokenPipeError:
        pass
    return code


def _usage(error: Exception) -> str:
    """Say what is wrong with the command line, and where its options are listed."""
    words = getattr(error, "format_message", error.__str__)()
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", None) or "comity"
    return f"{str(words).rstrip('.')}; accepted: see '{command} --help'"


def _hang_up() -> int:
    """Stop quietly when nobody reads any more; what the interpreter flushes at exit goes nowhere."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
    return BROKEN_PIPE
