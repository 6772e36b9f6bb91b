"""``comity coherence``: do a government's ministries pull the same way."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import check_writable, colours, print_result, say, width, write_file

__all__ = ["assess"]


def assess(
    portfolio: Annotated[Path, typer.Argument(metavar="PORTFOLIO", help="The portfolio file (YAML).")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML file.")
    ] = None,
    longest: Annotated[
        int, typer.Option("--longest", metavar="N", help="Most links in a chain of effects.")
    ] = 3,
    full: Annotated[
        bool, typer.Option("--full", help="Print the whole report, not its first pages.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")] = False,
) -> None:
    """Find where a government's measures pull against each other, and the smallest repair."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.coherence import coherence_assess

    found = coherence_assess(path=portfolio, longest=longest)
    if html is not None:
        from comity.reports.html import render_html

        write_file(html, render_html(found.document()), option="--html")
        say(f"report written to {html}", quiet=quiet)
    if json:
        print_result(found.to_json())
    else:
        from comity.reports.terminal import render_terminal

        print_result(render_terminal(found.document(brief=not full), width=width(), colour=colours()))
