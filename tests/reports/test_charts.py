"""Where things stand on an axis and on the map."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.sample import ISLAND, flow_map
from tests.reports.strategies import figures

from comity.reports.charts import Axis
from comity.reports.document import Flow, FlowMap, Name, Point
from comity.reports.worldmap import WIDTH, draw, project
from comity.units import PERSONS
from comity.vocabulary import Figure, SourceClass


@given(st.lists(figures((PERSONS,)), min_size=1, max_size=6), st.booleans())
def test_every_end_and_zero_stand_on_the_axis(group, tight):
    axis = Axis.around(group, tight=tight)
    assert -1e-9 <= axis.zero <= 1 + 1e-9
    for figure in group:
        span = axis.span(figure)
        if figure.value is None:
            assert span is None
        else:
            assert -1e-9 <= span.low <= span.middle <= span.high <= 1 + 1e-9


@given(st.lists(figures((PERSONS,)), min_size=1, max_size=6))
def test_ticks_say_where_they_stand(group):
    axis = Axis.around(group)
    if all(figure.value is None for figure in group):
        assert axis.ticks == ()
        return
    assert 2 <= len(axis.ticks) <= 8
    assert "0" in {number for _, number in axis.ticks}
    for place, number in axis.ticks:
        value = float(number.replace(",", "").replace("−", "-"))
        assert axis.at(value) == pytest.approx(place, abs=1e-6)


def test_equal_earth_has_its_published_extent():
    # Šavrič, Patterson and Jenny 2019: the whole Earth of radius 1 is 2 × 2.70663 wide, 2 × 1.31737 high.
    assert project(180, 0)[0] == pytest.approx(2.70663, abs=1e-5)
    assert project(0, 90)[1] == pytest.approx(1.31736, abs=2e-5)


@given(st.floats(-179, 179), st.floats(-85, 85))
def test_equal_earth_keeps_areas(longitude, latitude):
    step = 1e-4
    east, west = project(longitude + step, latitude), project(longitude - step, latitude)
    north, south = project(longitude, latitude + step), project(longitude, latitude - step)
    dx = ((east[0] - west[0]) / (2 * step), (north[0] - south[0]) / (2 * step))
    dy = ((east[1] - west[1]) / (2 * step), (north[1] - south[1]) / (2 * step))
    area = (dx[0] * dy[1] - dx[1] * dy[0]) / math.radians(1) ** 2
    assert area == pytest.approx(math.cos(math.radians(latitude)), abs=1e-5)


def test_outlines_are_joined_from_their_arcs():
    drawing = draw(flow_map(ISLAND))
    assert drawing.land.count("M") == 1
    assert drawing.land.endswith("Z")
    assert len(re.findall(r"[ML]", drawing.land)) == 5  # four corners, the first of them again


def test_outlines_outside_the_view_are_left_out():
    figure = Figure(1.0, PERSONS, SourceClass.ELICITED, "round:x")
    pacific = {"FJI": Point("Fiji", 178.0, -17.8), "NZL": Point("New Zealand", 174.8, -41.3)}
    assert draw(FlowMap("m", (Flow("FJI", "NZL", figure),), pacific, ISLAND)).land == ""


@given(st.data())
def test_all_places_and_arrows_stay_in_the_drawing(data):
    place = st.builds(lambda x, y: Point("Place", x, y), st.integers(-179, 179), st.integers(-60, 75))
    points = {code: data.draw(place) for code in ("AAA", "BBB", "CCC")}
    figure = Figure(5.0, PERSONS, SourceClass.ELICITED, "round:x")
    drawing = draw(
        FlowMap(
            "m", (Flow("AAA", "BBB", figure), Flow("BBB", "AAA", figure), Flow("CCC", "AAA", figure)), points
        )
    )
    for label in drawing.labels:
        assert 0 <= label.x <= WIDTH
        assert 0 <= label.y <= drawing.height
    shafts = [arrow.shaft for arrow in drawing.arrows]
    assert "nan" not in "".join(shafts)
    if points["AAA"] != points["BBB"]:
        assert shafts[0] != shafts[1]


def islands(*points):
    figure = Figure(1.0, PERSONS, SourceClass.ELICITED, "round:x")
    codes = [f"A{letter}A" for letter in "ABCDEFGH"][: len(points)]
    flows = tuple(Flow(code, codes[0], figure) for code in codes[1:])
    return flows, dict(zip(codes, points, strict=True))


def test_neighbours_across_the_date_line_are_neighbours_on_the_map():
    flows, points = islands(Point("Fiji", 178.0, -17.8), Point("Tonga", -175.2, -21.2))
    near = draw(FlowMap("m", flows, points))
    same = draw(FlowMap("m", *islands(Point("a", -2.0, -17.8), Point("b", 4.8, -21.2))))
    assert [label.x for label in near.labels] == [label.x for label in same.labels]


def test_an_outline_across_the_date_line_is_not_drawn_around_the_earth():
    ring = [[170, 60], [179, 60], [-170, 60], [-170, 70], [170, 70], [170, 60]]
    topology = {"type": "Topology", "arcs": [ring], "objects": {"land": {"type": "Polygon", "arcs": [[0]]}}}
    everywhere = [
        Point(letter, x, y)
        for letter, x, y in zip("ABCD", (-150, -40, 60, 150), (60, -30, 60, 0), strict=True)
    ]
    drawing = draw(FlowMap("m", *islands(*everywhere), topology))
    for outline in drawing.land.split("Z")[:-1]:
        xs = [float(pair.split(",")[0]) for pair in outline.lstrip("M").split("L")]
        assert max(xs) - min(xs) < WIDTH / 8


def test_names_do_not_cover_each_other():
    close = [
        Point("Bangladesh", 90.3, 23.7),
        Point("India", 86.0, 22.0),
        Point("Germany", 10.0, 51.0),
        Point("Mexico", -102.0, 24.0),
    ]
    anchors = {label.point.name: label.anchor for label in draw(FlowMap("m", *islands(*close))).labels}
    assert anchors["Bangladesh"] != anchors["India"]


def test_a_name_with_digits_may_stand_on_the_map():
    flows, points = islands(Point(Name("Zone 1"), 0.0, 0.0), Point("b", 5.0, 5.0))
    assert draw(FlowMap("m", flows, points)).labels[0].point.name == Name("Zone 1")
