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

app = typer.Typer(help="The evidence pack: list, show, gaps, trace, build.", rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most this many rows.")]


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """List, show, trace and rebuild the evidence that every figure rests on."""
    ask_for_command(context)


@app.command("list")
def list_tables(json: Json = False) -> None:
    """List the tables with rows, status, publisher and licence, and what stays out with the reason."""
    from comity.services.evidence import evidence_list

    found = evidence_list()
    if json:
        tables = [meta.model_dump(mode="json", exclude={"raw_files", "checks"}) for meta in found.tables]
        excluded = [item.model_dump(mode="json") for item in found.excluded]
        _print_json({"tables": tables, "excluded": excluded, "bytes": found.bytes})
        return
    wide = max(len(meta.name) for meta in found.tables)
    lines = [f"{m.name:<{wide}}  {m.rows:>9,} rows  {m.status:<9}  {m.source}" for m in found.tables]
    lines += ["", "Not in the pack:", *(f"  {item.title}: {item.reason}" for item in found.excluded)]
    print_result("\n".join(lines))


@app.command()
def show(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="Name of the table.")],
    country: Annotated[
        str | None, typer.Option("--country", metavar="ISO3", help="Only rows that name this country.")
    ] = None,
    limit: Limit = 20,
    json: Json = False,
) -> None:
    """Print rows of a table, with units and source."""
    from comity.services.evidence import evidence_show

    found = evidence_show(table=table, country=country, limit=limit)
    if json:
        _print_json(
            {
                "table": table,
                "units": found.meta.units,
                "source": found.meta.source,
                "total": found.total,
                "rows": _records(found.rows),
            }
        )
        return
    print_result(_text(found.rows, found.meta))
    if found.total > len(found.rows):
        say(f"{len(found.rows):,} of {found.total:,} rows; --limit shows more")


@app.command()
def gaps(
    country: Annotated[str, typer.Argument(metavar="ISO3", help="The country.")],
    json: Json = False,
) -> None:
    """List the tables that hold nothing for a country: unknown, which is not zero."""
    from dataclasses import asdict

    from comity.services.evidence import evidence_gaps

    found = evidence_gaps(country=country)
    if json:
        _print_json([asdict(gap) for gap in found])
        return
    lines = [f"{gap.table} (as {gap.column}): {gap.title}" for gap in found]
    print_result("\n".join(lines) or "no gaps: every table by country holds something")


@app.command()
def trace(
    reference: Annotated[str, typer.Argument(metavar="REF", help="A reference, as reports print them.")],
    round_file: Annotated[
        Path | None,
        typer.Option("--round", metavar="FILE", help="The round file, for round: references."),
    ] = None,
    limit: Limit = 20,
    json: Json = False,
) -> None:
    """Print what stands behind a figure: evidence, a parameter, an entry, an equation, your own file."""
    from comity.services.evidence import evidence_trace

    found = evidence_trace(reference=reference, round_file=round_file)
    if json:
        _print_json(
            {
                "reference": str(found.reference),
                "source": found.source,
                "place": found.place,
                "units": found.rows.attrs.get("unit", {}),
                "rows": _records(found.rows.head(limit)),
            }
        )
        return
    lines = [str(found.reference), f"in: {found.place}", ""]
    print_result("\n".join(lines) + _text(found.rows.head(limit), found.meta))
    if found.meta is None and found.source:
        print_result(f"\nsource: {found.source}")
    if len(found.rows) > limit:
        say(f"{limit:,} of {len(found.rows):,} rows; --limit shows more")


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
    from comity.services.evidence import evidence_build

    with progress_bar(quiet=quiet) as progress:

        def report(name: str, done: int, total: int) -> None:
            if progress is not None:
                progress(name, done / max(total, 1))

        results = evidence_build(raw=raw, out=out, only=table or None, progress=report)
    for result in results:
        note = f" ({result.note})" if result.note else ""
        print_result(f"{result.name}: {result.outcome}, {result.rows:,} rows{note}")


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Turn rows into JSON values; a missing cell is null."""
    import json

    records: list[dict[str, object]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    return records


def _print_json(value: object) -> None:
    import json

    print_result(json.dumps(value, indent=2, ensure_ascii=False))


def _text(frame: pd.DataFrame, meta: TableMeta | None) -> str:
    if meta is None:
        rows = frame.to_dict(orient="records")
        if list(frame.columns) == ["field", "value"]:
            rows = [{row["field"]: row["value"] for row in rows}]
        return "\n\n".join(
            "\n".join(f"{name}: {value}" for name, value in row.items() if value not in (None, ""))
            for row in rows
        )
    lines = [frame.to_string(index=False, na_rep="–")]
    units = ", ".join(f"{name}: {unit}" for name, unit in meta.units.items() if unit != "key")
    lines += ["", f"units: {units}", f"source: {meta.source}", f"status: {meta.status}"]
    lines += [f"gap: {gap}" for gap in meta.gaps]
    return "\n".join(lines)
