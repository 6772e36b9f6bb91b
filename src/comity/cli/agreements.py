"""``comity agreements``: what is on record, and what an agreement holds."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import (
    ask_for_command,
    check_writable,
    print_result,
    say,
    show_answer,
    write_file,
)
from comity.errors import InputError

__all__ = ["app"]

app = typer.Typer(help="Agreements: on record, tested, compared and drafted.", rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML file.")
]
Full = Annotated[bool, typer.Option("--full", help="Print the whole report, not its first pages.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")]
Store = Annotated[
    Path, typer.Option("--store", metavar="FOLDER", help="Folder of the agreements that you added.")
]
STORE = Path("comity-agreements")


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """List what is on record, add an agreement of your own, test one, compare several."""
    ask_for_command(context)


@app.command("list")
def list_(
    country: Annotated[str, typer.Option("--country", metavar="ISO3", help="Whose agreements.")],
    partner: Annotated[str, typer.Option("--partner", metavar="ISO3", help="Only those with this one.")] = "",
    area: Annotated[
        str,
        typer.Option("--area", metavar="a|b|c", help="a rights, b prevention, c entry; unknown counts too."),
    ] = "",
    since: Annotated[
        int | None, typer.Option("--since", metavar="YEAR", min=1900, max=2100, help="From this year on.")
    ] = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="labour-agreement, treaty, visa, own, …")
    ] = "",
    store: Store = STORE,
    json: Json = False,
    full: Full = False,
) -> None:
    """List what binds a country, by kind: agreements, treaties, votes, visas, free movement."""
    from comity.services.agreements import agreements_list

    found = agreements_list(country=country, partner=partner, area=area, since=since, kind=kind, store=store)
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not (full or kind)),
        json=json,
        html=None,
        quiet=True,
    )


@app.command()
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A key that the list prints, such as bla-12.")],
    store: Store = STORE,
    json: Json = False,
) -> None:
    """Show one entry with its coded content."""
    from comity.services.agreements import agreements_show

    found = agreements_show(key=key, store=store)
    show_answer(
        found.to_json,
        found.document,
        json=json,
        html=None,
        quiet=True,
    )


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The agreement file (YAML).")],
    store: Store = STORE,
    force: Annotated[bool, typer.Option("--force", help="Replace one that was added before.")] = False,
    quiet: Quiet = False,
) -> None:
    """Check an agreement of your own and keep a copy for the list."""
    from comity.services.agreements import agreements_add

    agreement, target = agreements_add(path=file, store=store, replace=force)
    say(f"{agreement.key}: {len(agreement.clauses)} clauses, kept as {target}", quiet=quiet)


@app.command()
def test(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The agreement file (YAML).")],
    json: Json = False,
    html: Html = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Hold an agreement against the checklist: present, weak or absent, who gives, which principles break."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.agreements import agreements_test

    found = agreements_test(path=file)
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=html,
        quiet=quiet,
    )


@app.command()
def compare(
    files: Annotated[list[Path], typer.Argument(metavar="FILE FILE…", help="Two or more agreement files.")],
    json: Json = False,
    html: Html = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Find what several agreements share, where they differ, and a draft joint schedule."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.agreements import agreements_compare

    found = agreements_compare(paths=tuple(files))
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=html,
        quiet=quiet,
    )


@app.command()
def draft(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE…]", help="Agreement files: the text is drafted from what they share."),
    ] = None,
    package: Annotated[
        Path | None,
        typer.Option(
            "--package",
            metavar="FILE",
            help="Draft a package instead: a deal's JSON, a round file, or a list of provisions.",
        ),
    ] = None,
    package_name: Annotated[
        str | None,
        typer.Option("--package-name", metavar="NAME", help="Which package of FILE [default: the first]."),
    ] = None,
    json: Json = False,
    html: Html = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write the text as Markdown.")
    ] = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Draft a model text: of a deal's package, or of what several agreements share."""
    if bool(files) == (package is not None):
        msg = "agreement files and a package at once" if files else "nothing to draft from"
        raise InputError(msg, accepted="agreement files, or --package FILE")
    if package_name is not None and package is None:
        msg = "--package-name chooses from a file, and none is given"
        raise InputError(msg, key="--package-name", accepted="together with --package FILE")
    for target, option in ((html, "--html"), (markdown, "--markdown")):
        if target is not None:
            check_writable(target, option=option)
    from comity.services.agreements_draft import agreements_draft, package_draft

    found = (
        agreements_draft(paths=tuple(files or ()))
        if package is None
        else package_draft(path=package, name=package_name)
    )
    if markdown is not None:
        from comity.reports.markdown import render_markdown

        write_file(markdown, render_markdown(found.document()), option="--markdown")
        say(f"text written to {markdown}", quiet=quiet)
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=html,
        quiet=quiet,
    )


@app.command()
def schema() -> None:
    """Print the JSON Schema of an agreement file."""
    import json

    from comity.services.agreement_file import agreement_schema

    print_result(json.dumps(agreement_schema(), indent=2, ensure_ascii=False))
