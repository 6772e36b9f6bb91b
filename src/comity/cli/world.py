"""``comity world``: built-in scenarios, and how the model fares against published results."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import (
    ask_for_command,
    check_writable,
    print_result,
    progress_bar,
    show_answer,
)
from comity.cli.workers import Evidence, check_pack, open_executor
from comity.errors import InputError

__all__ = ["app", "read_pairs"]

app = typer.Typer(help="The world model: scenarios, and its validation.", rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the HTML report here.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages and no progress.")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=256, help="Processes that compute the draws.")]
Cluster = Annotated[
    str | None, typer.Option("--cluster", metavar="ADDRESS", help="A Dask scheduler that computes the draws.")
]


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Run a scenario by name, or see how the model fares against published results."""
    ask_for_command(context)


@app.command()
def scenarios(json: Json = False) -> None:
    """List the built-in scenarios and their settings."""
    from comity.services.scenario import scenario_list

    rows = scenario_list()
    if json:
        import json as writer

        print_result(writer.dumps(rows, indent=2, ensure_ascii=False))
        return
    lines = []
    for row in rows:
        lines += [f"{row['name']}: {row['title']}", f"  {row['story']}"]
        lines += [f"  --set {s['key']}={s['default']}  {s['meaning']} ({s['kind']})" for s in row["settings"]]
        lines.append("")
    print_result("\n".join(lines).rstrip())


def read_pairs(settings: list[str] | None) -> dict[str, str]:
    """Read ``key=value`` pairs.

    >>> read_pairs(["share=0.5"])
    {'share': '0.5'}

    Raises
    ------
    InputError
        A pair without ``=``, or a key that is given twice.
    """
    out: dict[str, str] = {}
    for pair in settings or []:
        key, sign, value = pair.partition("=")
        if not sign or not key or key in out:
            msg = f"cannot read {pair!r}" if not sign or not key else f"{key} is given twice"
            raise InputError(msg, key="--set", accepted="KEY=VALUE, each key once")
        out[key] = value
    return out


@app.command()
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A scenario: see 'comity world scenarios'.")],
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting; may be repeated."),
    ] = None,
    horizon: Annotated[
        str | None, typer.Option("--horizon", help="year-after, five-years or long-run [default: long-run].")
    ] = None,
    json: Json = False,
    html: Html = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the draws.")
    ] = None,
    draws: Annotated[
        int | None, typer.Option("--draws", min=20, max=5000, help="Number of draws [default: 40].")
    ] = None,
    workers: Workers = 1,
    cluster: Cluster = None,
    evidence: Evidence = None,
    full: Annotated[bool, typer.Option("--full", help="Print the whole report here too.")] = False,
    quiet: Quiet = False,
) -> None:
    """Run a scenario: who is affected, by group and economy, and what world output does."""
    if html is not None:
        check_writable(html, option="--html")
    pairs = read_pairs(setting)
    from comity.services.scenario import scenario_run

    with open_executor(workers, cluster) as executor, progress_bar(quiet=quiet) as progress:
        found = scenario_run(
            name=name,
            settings=pairs,
            horizon=horizon,
            seed=seed,
            draws=draws,
            executor=executor,
            pack=check_pack(evidence),
            progress=progress,
        )
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=html,
        quiet=quiet,
    )


@app.command()
def validate(
    json: Json = False,
    html: Html = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the draws.")
    ] = None,
    draws: Annotated[
        int | None, typer.Option("--draws", min=2, max=1000, help="Draws behind the ranges [default: 20].")
    ] = None,
    workers: Workers = 1,
    cluster: Cluster = None,
    full: Annotated[bool, typer.Option("--full", help="Print rows that cannot be compared too.")] = False,
    quiet: Quiet = False,
) -> None:
    """Set the model beside published experiments and observed episodes: target, ours, verdict, misses too."""
    if html is not None:
        check_writable(html, option="--html")
    from comity.services.validate import world_validate

    with open_executor(workers, cluster) as executor, progress_bar(quiet=quiet) as progress:
        found = world_validate(seed=seed, draws=draws, executor=executor, progress=progress)
    show_answer(
        found.to_json,
        found.document,
        lambda: found.document(brief=not full),
        json=json,
        html=html,
        quiet=quiet,
    )
