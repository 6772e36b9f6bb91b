"""``comity evidence``: what the pack holds, what stands behind a figure, and how to rebuild it."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.output import ask_for_command, print_result, progress_bar, say

if TYPE_CHECKING:
    import pandas as pd

    from comity.evidence import TableMeta

__all__ = ["app"]

app = typer.Typer(help="The evidence pack: list, show, trace, build.", rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """List, show and trace the evidence that every figure rests on."""
    ask_for_command(context)


@app.command("list")
def list_tables(json: Json = False) -> None:
    """List the tables with their producer, edition, status, rows and licence."""
    from comity.evidence import Evidence

    evidence = Evidence.load()
    metas = [evidence.meta(name) for name in evidence.names()]
    if json:
        _print_json([meta.model_dump(mode="json", exclude={"raw_files", "checks"}) for meta in metas])
        return
    wide = max(len(meta.name) for meta in metas)
    for meta in metas:
        print_result(f"{meta.name:<{wide}}  {meta.rows:>9,} rows  {meta.status:<9}  {meta.source}")


@app.command()
def show(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="Name of the table.")],
    country: Annotated[
        str | None, typer.Option("--country", metavar="ISO3", help="Only rows that name this country.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many rows.")] = 20,
    json: Json = False,
) -> None:
    """Print rows of a table, with units and source."""
    from comity.evidence import Evidence

    evidence = Evidence.load()
    meta = evidence.meta(table)
    rows = evidence.show(table, country=country)
    if json:
        _print_json(
            {"table": table, "units": meta.units, "source": meta.source, "rows": _records(rows.head(limit))}
        )
        return
    print_result(_text(rows.head(limit), meta))
    if len(rows) > limit:
        say(f"{limit:,} of {len(rows):,} rows; --limit shows more")


@app.command()
def trace(
    reference: Annotated[str, typer.Argument(metavar="REF", help="A reference, as reports print them.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many rows.")] = 20,
    json: Json = False,
) -> None:
    """Print what stands behind a figure: rows of evidence, a parameter, a catalogue entry."""
    from comity.evidence import Evidence, Parameters, parse

    parsed = parse(reference)
    if parsed.kind == "parameter":
        found = Parameters.load().trace(parsed.name)
        entry = {"reference": found.reference, "file": found.file, "line": found.line}
        entry |= found.param.model_dump(mode="json")
        if json:
            _print_json(entry)
        else:
            print_result(
                "\n".join(f"{name}: {value}" for name, value in entry.items() if value not in (None, ""))
            )
        return
    if parsed.kind != "evidence":
        where = {
            "round": "a key of your round file",
            "catalogue": "an entry of the catalogue that is shipped with Comity",
            "model": "an equation of the model; see the design paragraph it names",
        }
        print_result(f"{parsed}: {where[parsed.kind]}")
        return
    rows = Evidence.load().trace(parsed)
    if json:
        units = {} if rows.meta is None else rows.meta.units
        _print_json(
            {
                "reference": str(parsed),
                "units": units,
                "source": rows.source,
                "rows": _records(rows.rows.head(limit)),
            }
        )
        return
    print_result(str(parsed))
    print_result(_text(rows.rows.head(limit), rows.meta))
    if len(rows.rows) > limit:
        say(f"{limit:,} of {len(rows.rows):,} rows; --limit shows more")


@app.command()
def build(
    raw: Annotated[Path, typer.Option("--raw", metavar="DIR", help="Folder of the publishers' files.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the tables go.")] = Path(
        "evidence-pack"
    ),
    table: Annotated[
        list[str] | None, typer.Option("--table", metavar="T", help="Only this table; may be repeated.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages and no progress.")] = False,
) -> None:
    """Rebuild tables from the publishers' own files, byte for byte."""
    from comity.evidence.build.pipeline import build as build_tables

    with progress_bar(quiet=quiet) as progress:

        def report(name: str, done: int, total: int) -> None:
            if progress is not None:
                progress(name, done / max(total, 1))

        results = build_tables(raw, out, only=table or None, progress=report)
    for result in results:
        print_result(f"{result.name}: {result.outcome}" + (f" ({result.note})" if result.note else ""))


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as JSON values; a missing cell is null."""
    import json

    records: list[dict[str, object]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    return records


def _print_json(value: object) -> None:
    import json

    print_result(json.dumps(value, indent=2, ensure_ascii=False))


def _text(frame: pd.DataFrame, meta: TableMeta | None) -> str:
    lines = [frame.to_string(index=False, na_rep="–")]
    if meta is not None:
        units = ", ".join(f"{name}: {unit}" for name, unit in meta.units.items() if unit != "key")
        lines += ["", f"units: {units}", f"source: {meta.source}", f"status: {meta.status}"]
        lines += [f"gap: {gap}" for gap in meta.gaps]
    return "\n".join(lines)
