"""``comity coherence``: do a government's ministries pull the same way.

``comity coherence FILE`` assesses a portfolio; the other verbs have names (``diff``). A word that is no
verb is read as the file, so that the commonest use needs no verb. A file named ``diff`` is written
``./diff``.
"""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from comity.cli.output import (
    ask_for_command,
    check_writable,
    print_result,
    show_answer,
)

__all__ = ["app"]

_DEFAULT = "assess"


class FileOrVerb(TyperGroup):
    """A group whose first word may be a file: it then means ``assess``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the verb that was left out."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=FileOrVerb,
    help="Do a government's ministries pull the same way? Give a portfolio file, or a verb.",
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML file.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")]
Longest = Annotated[int, typer.Option("--longest", metavar="N", help="Most links in a chain of effects.")]


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Assess a portfolio of measures (the default), or compare two."""
    ask_for_command(context)


@app.command()
def assess(
    portfolio: Annotated[Path, typer.Argument(metavar="PORTFOLIO", help="The portfolio file (YAML).")],
    json: Json = False,
    html: Html = None,
    longest: Longest = 3,
    full: Annotated[
        bool, typer.Option("--full", help="Print the whole report, not its first pages.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Find where measures pull against each other, and the smallest repair; "assess" may be left out."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.coherence import coherence_assess

    found = coherence_assess(path=portfolio, longest=longest)
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=html,
        quiet=quiet,
    )


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier portfolio file.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later portfolio file.")],
    json: Json = False,
    html: Html = None,
    longest: Longest = 3,
    quiet: Quiet = False,
) -> None:
    """Say what changed between two portfolios of one country: measures, conflicts, objectives, benchmarks."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.coherence_diff import coherence_diff

    found = coherence_diff(old=old, new=new, longest=longest)
    show_answer(found.to_json, found.document, json=json, html=html, quiet=quiet)


@app.command()
def public(
    portfolio: Annotated[Path, typer.Argument(metavar="PORTFOLIO", help="The portfolio file (YAML).")],
    json: Json = False,
    html: Html = None,
    quiet: Quiet = False,
) -> None:
    """Write a page for the public: how admission is decided, and what is not disclosed."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.public_page import public_page

    found = public_page(path=portfolio)
    show_answer(found.to_json, found.document, json=json, html=html, quiet=quiet)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a portfolio file."""
    import json

    from comity.services.portfolio_file import portfolio_schema

    print_result(json.dumps(portfolio_schema(), indent=2, ensure_ascii=False))
