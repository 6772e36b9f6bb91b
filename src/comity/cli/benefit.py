"""``comity benefit``: one country's net benefit, alone, with each partner, with the table, with all alike."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.output import (
    check_writable,
    progress_bar,
    show_answer,
)
from comity.cli.workers import Evidence, check_pack, open_executor
from comity.errors import InputError

__all__ = ["benefit"]


def benefit(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="ISO3 code, such as ESP.")],
    package: Annotated[
        Path | None,
        typer.Option(
            "--package",
            metavar="FILE",
            help="JSON of 'comity deal --json', a round file, or a YAML list of provisions.",
        ),
    ] = None,
    package_name: Annotated[
        str | None,
        typer.Option("--package-name", metavar="NAME", help="Which package of FILE [default: the first]."),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", metavar="NAME", help="A built-in scenario: see 'comity world scenarios'."),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of the scenario; may be repeated."),
    ] = None,
    horizon: Annotated[
        str | None,
        typer.Option("--horizon", help="year-after, five-years or long-run [default: the package's own]."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the HTML report here.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the draws.")
    ] = None,
    draws: Annotated[int | None, typer.Option("--draws", min=20, max=5000, help="Number of draws.")] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=256, help="Processes that compute the draws.")
    ] = 1,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="A Dask scheduler that computes the draws."),
    ] = None,
    evidence: Evidence = None,
    full: Annotated[bool, typer.Option("--full", help="Print the whole report here too.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages and no progress.")] = False,
) -> None:
    """Compute one country's net benefit of cooperating: who gains at home, and what decides it."""
    if (package is None) == (scenario is None):
        msg = "nothing to judge" if package is None else "a package and a scenario at once"
        raise InputError(msg, key="--package", accepted="either --package FILE or --scenario NAME")
    if html is not None:
        check_writable(html, option="--html")
    with open_executor(workers, cluster) as executor, progress_bar(quiet=quiet) as progress:
        if package is not None:
            if setting:
                msg = "--set changes a scenario, and none is given"
                raise InputError(msg, key="--set", accepted="--scenario NAME")
            from comity.services.benefit import benefit_compute

            found = benefit_compute(
                country=country.upper(),
                package=package,
                package_name=package_name,
                horizon=horizon,
                seed=seed,
                draws=draws,
                executor=executor,
                pack=check_pack(evidence),
                progress=progress,
            )
        else:
            from comity.cli.world import read_pairs
            from comity.services.benefit_scenario import benefit_of_scenario

            if package_name is not None:
                msg = "--package-name chooses from a file, and none is given"
                raise InputError(msg, key="--package-name", accepted="--package FILE")
            found = benefit_of_scenario(
                country=country.upper(),
                scenario=str(scenario),
                settings=read_pairs(setting),
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
