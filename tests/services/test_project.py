"""``comity project`` as a service: packages of a deal, places by hand, and what it leaves out."""

from __future__ import annotations

import json

import pytest

from comity.errors import EvidenceNotFound, InputError
from comity.evidence import Parameters
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.evidence import evidence_trace
from comity.services.project import project_find
from comity.vocabulary import Range

ADD = ["SEN:ESP:low:1000"]

DEAL = {
    "parties": [
        {"code": "ESP", "name": "Spain", "members": ["ESP"]},
        {"code": "WA", "name": "West Africa", "members": ["SEN", "MLI"]},
    ],
    "packages": [
        {
            "name": "first",
            "provisions": [
                {
                    "key": "a", "instrument": "LE02", "giver": "ESP", "beneficiary": "WA", "value": 900.0,
                    "unit": "persons per year", "terms": {"skill": "low", "years_of_stay": 4.0},
                },
                {
                    "key": "b", "instrument": "LE03", "giver": "ESP", "beneficiary": "WA", "value": 1200.0,
                    "unit": "persons per year", "terms": {"max_stay": 6.0},
                },
                {
                    "key": "c", "instrument": "TR06", "giver": "WA", "beneficiary": "ESP", "value": 3.0,
                    "unit": "per cent", "terms": {},
                },
            ],
        },
        {"name": "second", "provisions": []},
    ],
}  # fmt: skip


@pytest.fixture
def deal(tmp_path):
    path = tmp_path / "deal.json"
    path.write_text(json.dumps(DEAL), encoding="utf-8")
    return path


def test_results_are_for_the_year_after_five_years_and_the_long_run():
    found = project_find(countries=["ESP", "SEN"], add=ADD)
    stay = Parameters.load().range("world.admission.years_of_stay.work")
    change = found.table["change"]
    assert change["ESP", 2026] == 1000
    assert change["ESP", 2030] == pytest.approx(1000 * stay.mid * (1 - (1 - 1 / stay.mid) ** 5))
    assert found.long_run["ESP"] == Range(*(1000 * years for years in (stay.low, stay.mid, stay.high)))
    assert found.long_run["SEN"].mid == -found.long_run["ESP"].mid
    assert found.years[:3] == (2025, 2026, 2030)
    assert found.years[-1] == 2050


def test_a_package_opens_its_places_and_names_what_moves_nobody(deal):
    found = project_find(countries=["ESP"], package=deal)
    assert found.left_out == ("c",)
    by_key = {(one.origin, one.stay.mid): one.yearly for one in found.places}
    assert by_key["SEN", 4.0] + by_key["MLI", 4.0] == pytest.approx(900)
    assert by_key["SEN", 0.5] + by_key["MLI", 0.5] == pytest.approx(1200)
    assert found.long_run["ESP"].mid == pytest.approx(900 * 4 + 1200 * 0.5)
    assert found.table["change"]["ESP", 2026] == pytest.approx(900 + 600)


def test_another_package_is_found_by_name(deal):
    assert project_find(countries=["ESP"], package=deal, package_name="second").places == ()
    with pytest.raises(InputError, match=r"no package is called 'third'.*accepted: first, second"):
        project_find(package=deal, package_name="third")


def test_the_world_holds_180_economies_and_names_those_it_leaves_out():
    found = project_find()
    codes = set(found.table.index.get_level_values("country"))
    assert len(codes) >= 180
    assert found.missing
    assert not codes & set(found.missing)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"countries": ["XYZ"]}, "unknown country 'XYZ'"),
        ({"to": 2024}, "no projection for 2024"),
        ({"to": 2200}, "no projection for 2200"),
        ({"add": ["SEN:ESP:1000"]}, "does not name a corridor"),
        ({"add": ["SEN:SEN:low:10"]}, "from SEN to itself"),
        ({"add": ["SEN:ESP:low:-10"]}, "-10 places"),
        ({"add": ["SEN:ESP:low:nan"]}, "nan places"),
        ({"add": ["SEN:ESP:low:many"]}, "'many' is not a number"),
        ({"add": ["SEN:ESP:medium:10"]}, "unknown skill"),
    ],
)
def test_bad_input_is_one_line(asked, says):
    with pytest.raises(InputError, match=says) as caught:
        project_find(**asked)
    assert "accepted:" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_country_without_participation_is_an_error_not_a_zero():
    with pytest.raises(EvidenceNotFound, match="no projection of the work force for AND"):
        project_find(countries=["AND"])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"packages": [], "parties": []}', '{"packages": 3}'])
def test_a_file_that_is_no_deal_is_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"other\.json"):
        project_find(package=path)
    with pytest.raises(InputError, match="cannot read"):
        project_find(package=tmp_path / "missing.json")


@pytest.mark.parametrize("asked", [{"countries": ["ESP", "SEN"], "add": ADD}, {}])
def test_every_number_has_a_source_that_can_be_followed(asked):
    document = project_find(**asked).document()
    assert find_unsourced_numbers(render_html(document)) == []
    for reference in list(dict.fromkeys(figure.reference for figure in document.figures()))[:20]:
        assert len(evidence_trace(reference=reference).rows) > 0
    page = " ".join(render_terminal(document, width=100).split())
    assert "Participation stays" in page
    assert project_find(**asked).to_json() == project_find(**asked).to_json()
