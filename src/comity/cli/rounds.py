"""``comity round``: the schema of a round file, and a check of one."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import ask_for_command, print_result, say

__all__ = ["app"]

app = typer.Typer(help="The round file: its schema, and a check of one.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Show the schema of a round file, or check one."""
    ask_for_command(context)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a round file."""
    import json

    from comity.services.roundfile import round_schema

    print_result(json.dumps(round_schema(), indent=2, ensure_ascii=False))


@app.command()
def keys() -> None:
    """Print every key of a round file as Markdown tables."""
    from comity.services.roundfile_keys import describe_keys

    print_result(describe_keys())


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The round file (YAML).")],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No message when all is well.")] = False,
) -> None:
    """Read a round file and say whether it can be negotiated over."""
    from comity.services.roundfile import load_round
    from comity.services.world_file import is_world_file, load_world_file

    if is_world_file(file):
        world = load_world_file(file)
        named = world.world_round.parties
        seats = "all" if named == "all" else len(named)
        say(
            f"{file}: {world.round}: a world round, {seats} parties, {len(world.world_round.blocs)} blocs",
            quiet=quiet,
        )
        return
    found = load_round(file)
    say(
        f"{file}: {found.round}: {len(found.parties)} parties, {len(found.table)} clauses, "
        f"{len(found.interests)} interests",
        quiet=quiet,
    )
