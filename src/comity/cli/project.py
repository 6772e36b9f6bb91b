"""``comity project``: the work force to 2050, with and without a package."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import check_writable, show_answer

__all__ = ["project"]


def project(
    countries: Annotated[
        list[str] | None, typer.Argument(metavar="[COUNTRY…]", help="ISO3 codes; none for all economies.")
    ] = None,
    package: Annotated[
        Path | None,
        typer.Option("--package", metavar="FILE", help="JSON of 'comity deal ROUND --json'."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Which package of the file [default: the first]."),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="O:D:SKILL:N", help="N yearly places from O to D; may be repeated."),
    ] = None,
    to: Annotated[int, typer.Option("--to", metavar="YEAR", help="Last year.")] = 2050,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the HTML report here.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")] = False,
) -> None:
    """Project the work force by country: the year after, five years, and the long run."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.project import project_find

    found = project_find(
        countries=tuple(countries or ()), to=to, add=tuple(add or ()), package=package, package_name=name
    )
    show_answer(
        found.to_json,
        found.document,
        json=json,
        html=html,
        quiet=quiet,
    )
