"""The network of what is on record: counts, parts and years, against plain loops."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from comity.evidence import Evidence
from comity.regime import Agreement, Clause, Kind, Register, Tags
from comity.regime.network import count_by_year, lay_network
from comity.vocabulary import Area

EVIDENCE = Evidence.load()
TAGS = Tags.load()
REGISTER = Register(EVIDENCE, tags=TAGS)
LABOUR = EVIDENCE.table("labour_agreements").to_dict("records")


@pytest.mark.parametrize("year", [1960, 2000, 2020])
def test_links_count_the_agreements_of_each_pair(year: int):
    expected = Counter(
        tuple(sorted((r["country_a"], r["country_b"])))
        for r in LABOUR
        if pd.notna(r["year"]) and r["year"] <= year
    )
    found = lay_network(REGISTER, year=year)
    assert {(x.one, x.other): x.agreements for x in found.links if x.agreements} == dict(expected)
    assert found.undated == sum(pd.isna(r["year"]) for r in LABOUR)
    assert all(len(x.keys) == x.agreements for x in found.links)


def test_a_later_year_never_takes_an_agreement_away():
    early = {(x.one, x.other): x.agreements for x in lay_network(REGISTER, year=1990).links}
    late = {(x.one, x.other): x.agreements for x in lay_network(REGISTER, year=2015).links}
    assert all(late.get(pair, 0) >= n for pair, n in early.items())


def test_parts_split_the_states_and_no_link_crosses_them():
    found = lay_network(REGISTER, year=1955)
    assert sorted(s for part in found.parts for s in part) == list(found.states)
    part_of = {s: k for k, part in enumerate(found.parts) for s in part}
    assert all(part_of[x.one] == part_of[x.other] for x in found.links)
    assert len(found.parts) > 1


def test_an_area_keeps_what_speaks_of_it_and_counts_what_is_not_coded():
    rights = lay_network(REGISTER, year=2020, area=Area.RIGHTS_WELFARE)
    coded = sum(bool(r["text_coded"]) for r in LABOUR)
    assert coded == 570
    assert rights.not_coded == len(LABOUR) - coded
    assert lay_network(REGISTER, year=2020, area=Area.PREVENTION_ENFORCEMENT).links == ()
    assert sum(x.movement for x in rights.links) == 0


def test_a_country_keeps_its_own_links():
    found = lay_network(REGISTER, year=2020, country="PHL")
    every = lay_network(REGISTER, year=2020)
    assert found.links == tuple(x for x in every.links if "PHL" in (x.one, x.other))


def test_own_agreements_join_until_they_end():
    own = Agreement(
        "mine", "Mine", ("FJI", "ISL"), (Clause("1", ("LE02",), ""),), signed="2001-01-01", ended="2005-01-01"
    )
    register = Register(EVIDENCE, [own], tags=TAGS)

    def joined(year: int) -> bool:
        return any((x.one, x.other) == ("FJI", "ISL") for x in lay_network(register, year=year).links)

    assert [joined(y) for y in (2000, 2001, 2004, 2005)] == [False, True, True, False]


def test_regions_count_each_pair_once():
    found = lay_network(REGISTER, year=2020)
    group = {s: s[0] for s in found.states}
    assert sum(found.by_group(group).values()) == len(found.links)
    assert found.by_group({}) == {}


def test_the_timeline_agrees_with_the_tables():
    found = count_by_year(REGISTER, first=1990, last=2020)
    assert found[Area.LEGAL_ENTRY, Kind.LABOUR_AGREEMENT][-1] == sum(
        pd.notna(r["year"]) and r["year"] <= 2020 for r in LABOUR
    )
    treaties = EVIDENCE.table("treaty_status")
    control = treaties[
        treaties["treaty"].isin(
            ("organised_crime_2000", "trafficking_protocol_2000", "smuggling_protocol_2000")
        )
        & (treaties["status"] == "state_party")
        & treaties["year"].notna()
    ]
    line = found[Area.PREVENTION_ENFORCEMENT, Kind.TREATY]
    assert line[-1] == len(control)
    assert line[0] == 0
    assert all(list(x) == sorted(x) for (_, kind), x in found.items() if kind is not Kind.FREE_MOVEMENT)
