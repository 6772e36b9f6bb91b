"""``comity displacement``: what a decision outside migration may do to movement."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import check_writable, show_answer

__all__ = ["displacement"]


def displacement(
    decision: Annotated[Path, typer.Argument(metavar="DECISION", help="The decision file (YAML).")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the note as one HTML file.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")] = False,
) -> None:
    """Write a one-page displacement note for a trade, aid, sanctions, climate or military decision."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.displacement import displacement_note

    found = displacement_note(path=decision)
    show_answer(found.to_json, found.document, json=json, html=html, quiet=quiet)
