"""``comity admission``: rules of admission as data; a case under them, and places by category."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import ask_for_command, check_writable, show_answer

__all__ = ["app"]

app = typer.Typer(help="Admission rules as data: check a case, list places.", rich_markup_mode=None)

Rules = Annotated[Path, typer.Argument(metavar="RULES", help="The rules file (YAML).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the answer as one HTML file.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")]


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Check a case under rules, or list places by category. Advisory; no personal data is kept."""
    ask_for_command(context)


@app.command()
def check(
    rules: Rules,
    case: Annotated[Path, typer.Argument(metavar="CASE", help="The case file (YAML).")],
    json: Json = False,
    html: Html = None,
    quiet: Quiet = False,
) -> None:
    """Weigh a case: the decision, the reasons rule by rule, and what would change it."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.admission import admission_check

    found = admission_check(rules=rules, case=case)
    show_answer(found.to_json, found.document, json=json, html=html, quiet=quiet)


@app.command()
def levels(
    rules: Rules,
    json: Json = False,
    html: Html = None,
    full: Annotated[bool, typer.Option("--full", help="List every gap.")] = False,
    quiet: Quiet = False,
) -> None:
    """Show places used and left by category, and kinds of case that the rules do not decide."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.admission import admission_levels

    found = admission_levels(rules=rules)
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=html,
        quiet=quiet,
    )
