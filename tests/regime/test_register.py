"""The register agrees with its sources, and keeps the kinds of silence apart."""

from __future__ import annotations

from collections import Counter

import pytest

from comity.errors import EvidenceNotFound
from comity.evidence import Evidence
from comity.regime import Entry, FreeMovementArea, Kind, Membership, Register, Unknown, read_areas
from comity.regime.register import read_fields
from comity.vocabulary import Area

EVIDENCE = Evidence.load()
REGISTER = Register(EVIDENCE)


def test_counts_agree_with_the_sources():
    agreements = REGISTER.all(Kind.LABOUR_AGREEMENT)
    assert len(agreements) == 1_222
    coded = [e for e in agreements if e.areas[Area.RIGHTS_WELFARE] is not Unknown.NOT_CODED]
    assert len(coded) == 570
    assert len(REGISTER.all(Kind.TRADE_AGREEMENT)) == 259
    votes = Counter(e.status for e in REGISTER.all(Kind.COMPACT_VOTE) if "73/195" in e.title)
    assert votes == {"yes": 152, "no": 5, "abstain": 12}
    icmw = [e for e in REGISTER.all(Kind.TREATY) if e.title == "icmw" and e.status.startswith("state party")]
    assert len(icmw) == 57


def test_every_coded_column_has_a_place_in_the_mapping():
    columns = set(EVIDENCE.meta("labour_agreements").columns)
    other = {"agreement", "country_a", "country_b", "year", "text_coded", "bla_duration_years", "quota_num"}
    assert {f.name for f in read_fields()} == columns - other


def test_what_is_not_coded_is_neither_yes_nor_no():
    bare = next(e for e in REGISTER.all(Kind.LABOUR_AGREEMENT) if e.areas[Area.RIGHTS_WELFARE] == "not coded")
    assert bare.content is not None
    assert set(bare.content.values()) == {Unknown.NOT_CODED}
    for e in REGISTER.all(Kind.LABOUR_AGREEMENT):
        assert e.areas[Area.PREVENTION_ENFORCEMENT] is Unknown.NOT_CODED
        assert e.until is Unknown.NOT_CODED
    assert sum(e.since is Unknown.NOT_KNOWN for e in REGISTER.all(Kind.LABOUR_AGREEMENT)) == 1
    for e in REGISTER.all(Kind.TRADE_AGREEMENT):
        assert set(e.areas.values()) == {Unknown.NOT_CODED}


def test_a_pair_is_found_in_either_order():
    one = REGISTER.find("PHL", partner="ITA", kinds=(Kind.LABOUR_AGREEMENT, Kind.VISA))
    other = REGISTER.find("ITA", partner="PHL", kinds=(Kind.LABOUR_AGREEMENT, Kind.VISA))
    assert {e.key for e in one} == {e.key for e in other}
    assert {e.key: e.status for e in one if e.kind is Kind.VISA} == {
        "visa-ITA-PHL": "visa free", "visa-PHL-ITA": "visa required",
    }  # fmt: skip


def test_filters_only_take_away():
    everything = REGISTER.find("PHL")
    later = REGISTER.find("PHL", since=2010)
    assert {e.key for e in later} < {e.key for e in everything}
    assert all(isinstance(e.since, int) and e.since >= 2010 for e in later)
    control = REGISTER.find("PHL", area=Area.PREVENTION_ENFORCEMENT)
    assert {e.title for e in control if e.kind is Kind.TREATY} >= {"smuggling_protocol_2000"}
    assert not [e for e in control if e.kind is Kind.FREE_MOVEMENT]


@pytest.mark.parametrize("key", ["bla-624", "trade-4", "treaty-icmw-MAR", "visa-MAR-ESP", "area-1"])
def test_each_kind_of_key_can_be_shown(key: str):
    assert REGISTER.show(key).key == key


def test_unknown_codes_and_keys_are_refused():
    with pytest.raises(EvidenceNotFound, match="unknown country"):
        REGISTER.find("XXX")
    with pytest.raises(EvidenceNotFound, match="no entry"):
        REGISTER.show("bla-99999")


def test_former_states_can_be_asked_for():
    assert REGISTER.find("YUG", kinds=(Kind.LABOUR_AGREEMENT,))


def test_a_membership_holds_from_its_first_year_until_it_ends():
    member = Membership("GBR", 1994, 2020)
    assert [member.holds(y) for y in (1993, 1994, 2019, 2020)] == [False, True, True, False]
    area = FreeMovementArea("x", "y", 1994, "open", (member, Membership("IRL", 1996)), "", "recalled")
    assert (area.at(1995), area.at(2000), area.at(2024)) == ({"GBR"}, {"GBR", "IRL"}, {"IRL"})


def test_long_lists_of_parties_are_shortened():
    entry = next(e for e in REGISTER.all(Kind.TRADE_AGREEMENT) if len(e.parties) > 20)
    assert isinstance(entry, Entry)
    assert entry.people.endswith(f"and {len(entry.parties) - 6} more")


def test_members_of_free_movement_agree_with_the_pack():
    eu = set(EVIDENCE.table("countries").query("eu").iso3)
    europe = next(a for a in read_areas() if "European" in a.name)
    assert europe.at(2025) == eu | {"ISL", "LIE", "NOR", "CHE"}
    assert "GBR" in europe.at(2019)
    assert "GBR" not in europe.at(2020)
    known = set(EVIDENCE.table("countries").iso3)
    assert all(m.country in known for a in read_areas() for m in a.members)
