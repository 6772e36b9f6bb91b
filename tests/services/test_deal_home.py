"""A deal beside the parties' own portfolios: what it clashes with, and what is left out when asked (§7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.errors import InputError
from comity.evidence import Catalogue, Evidence
from comity.services.deal import deal_find, list_countries
from comity.services.deal_home import open_homes
from comity.services.roundfile import load_round

ROUND = Path(__file__).parents[2] / "examples" / "western-mediterranean.yaml"
HOME = """
portfolio: made-up
title: Made-up portfolio for a test
country: {country}
as_of: 2024
objectives:
  - {{key: less-remittance, outcome: remittances, wants: lower, ministry: finance, source: made up}}
measures:
  - key: accounts
    ministry: finance
    instrument: RM02
    change: introduce
    title: Accounts
    since: 2020
    source: made up
"""


def write(folder: Path, country: str) -> Path:
    file = folder / f"{country}.yaml"
    file.write_text(HOME.format(country=country), encoding="utf-8")
    return file


def homes(paths: dict[str, Path], *, coherent: bool):
    evidence = Evidence.load()
    return open_homes(
        load_round(ROUND), evidence, Catalogue.load(), list_countries(evidence), paths, coherent=coherent
    )


def test_a_clause_that_alone_adds_a_severe_conflict_is_named(tmp_path: Path) -> None:
    # Cheaper remittances raise remittances, which this made-up government wants to fall.
    without = homes({}, coherent=True)
    with_home = homes({"ESP": write(tmp_path, "ESP")}, coherent=True)
    fees = {c.key for c in load_round(ROUND).table if c.instrument == "RM01" and c.giver == "ESP"}
    assert fees
    assert fees <= set(with_home.forbidden)
    assert not fees & set(without.forbidden)


@pytest.mark.slow
def test_what_is_forbidden_is_in_no_package_and_the_rest_adds_no_severe_conflict(tmp_path: Path) -> None:
    found = deal_find(path=ROUND, draws=20, portfolios={"ESP": write(tmp_path, "ESP")}, coherent=True)
    assert found.forbidden
    used = {x.key for package in found.packages for x in package.provisions}
    assert not used & set(found.forbidden)
    assert not any(home.adds_severe for home in found.at_home.values())
    assert set(found.at_home) == {package.name for package in found.packages}


def test_a_portfolio_of_nobody_at_the_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no party"):
        homes({"FRA": write(tmp_path, "FRA")}, coherent=False)
    with pytest.raises(InputError, match="not of ESP"):
        homes({"ESP": write(tmp_path, "MAR")}, coherent=False)
