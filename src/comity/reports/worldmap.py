"""A map of flows: TopoJSON in, outlines and curved arrows in the units of a drawing out.

Projection: Equal Earth (Šavrič, Patterson and Jenny 2019, "The Equal Earth map projection", equations for x
and y), because areas stay true and no continent is flattered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from comity.reports.amounts import ends
from comity.reports.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.reports.document import Flow, FlowMap, Point

__all__ = ["Arrow", "Drawing", "Label", "draw", "project"]

WIDTH: Final = 800.0
_FLATTEST: Final = 0.5  # height over width of a drawing
_TALLEST: Final = 0.68
_A: Final = (1.340264, -0.081106, 0.000893, 0.003796)  # the projection's coefficients
_LEAST_SPAN: Final = math.radians(22.0)
_MARGIN: Final = 0.22
_LETTER: Final = 9.6  # width of a letter of a label, on average

Ring = list[tuple[float, float]]


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Equal Earth coordinates of a place, x to the east and y to the north, in radii.

    >>> project(0.0, 0.0)
    (0.0, 0.0)
    """
    a1, a2, a3, a4 = _A
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    sixth = theta**6
    slope = 9 * a4 * theta**8 + 7 * a3 * sixth + 3 * a2 * theta**2 + a1
    x = 2 * math.sqrt(3) * math.radians(longitude) * math.cos(theta) / (3 * slope)
    y = a4 * theta**9 + a3 * theta**7 + a2 * theta**3 + a1 * theta
    return x, y


@dataclass(frozen=True, slots=True)
class Arrow:
    """A curved arrow: the SVG path of its shaft, that of its head, and the width of the shaft."""

    shaft: str
    head: str
    width: float
    flow: Flow


@dataclass(frozen=True, slots=True)
class Label:
    """A dot with a name; ``anchor`` is the SVG text-anchor and ``dx``, ``dy`` the step from the dot."""

    x: float
    y: float
    dx: float
    dy: float
    anchor: str
    point: Point


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map ready to be drawn; all coordinates are in a box of ``width`` by ``height``."""

    width: float
    height: float
    land: str
    arrows: tuple[Arrow, ...]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class _View:
    left: float
    top: float
    factor: float
    height: float

    def at(self, place: tuple[float, float]) -> tuple[float, float]:
        return (place[0] - self.left) * self.factor, (self.top - place[1]) * self.factor


def draw(chart: FlowMap) -> Drawing:
    """Lay out a map around the places that its flows join; its middle is the middle of those places."""
    codes = sorted({code for flow in chart.flows for code in (flow.origin, flow.destination)})
    middle = _middle([chart.points[code].longitude for code in codes])
    places = {
        code: project(_turned(chart.points[code].longitude, middle), chart.points[code].latitude)
        for code in codes
    }
    view = _view(list(places.values()) or [(-2.0, -1.0), (2.0, 1.0)])
    spots = {code: view.at(place) for code, place in places.items()}
    labels = tuple(_labels([(chart.points[code], spots[code]) for code in codes], view.height))
    land = _land(chart.topology, view, middle) if chart.topology is not None else ""
    return Drawing(WIDTH, round(view.height, 1), land, tuple(_arrows(chart.flows, spots)), labels)


def _turned(longitude: float, middle: float) -> float:
    """Count a longitude from the middle of the map, in [-180, 180)."""
    return (longitude - middle + 180.0) % 360.0 - 180.0


def _middle(longitudes: list[float]) -> float:
    """Middle of the shortest arc that holds all longitudes, so that no flow runs the long way round."""
    around = sorted({longitude % 360.0 for longitude in longitudes})
    if not around:
        return 0.0
    gaps = [(later - earlier, later) for earlier, later in pairwise([*around, around[0] + 360.0])]
    widest, start = max(gaps)
    return _turned(start + (360.0 - widest) / 2, 0.0)


def _labels(spots: list[tuple[Point, tuple[float, float]]], height: float) -> Iterator[Label]:
    """Put each name beside its dot, on the first side where it covers nothing that stands there already."""
    taken = [(x - 7, y - 7, x + 7, y + 7) for _, (x, y) in spots]
    for point, (x, y) in spots:
        long = _LETTER * len(Text.of(point.name).plain)
        sides = (
            (11.0, 6.0, "start", (x + 9, x + 11 + long)),
            (-11.0, 6.0, "end", (x - 11 - long, x - 9)),
            (0.0, -13.0, "middle", (x - long / 2, x + long / 2)),
            (0.0, 25.0, "middle", (x - long / 2, x + long / 2)),
        )

        def covers(side: tuple[float, float, str, tuple[float, float]], y: float = y) -> float:
            left, right = side[3]
            box = (left, y + side[1] - 15, right, y + side[1] + 4)
            inside = left >= 0 and right <= WIDTH and box[1] >= 0 and box[3] <= height
            return sum(map(_overlap, [box] * len(taken), taken)) + (0.0 if inside else 1e6)

        dx, dy, anchor, (left, right) = min(
            sides, key=covers
        )  # the first of equals, so the right side if free
        taken.append((left, y + dy - 15, right, y + dy + 4))
        yield Label(round(x, 1), round(y, 1), dx, dy, anchor, point)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0


def _view(places: list[tuple[float, float]]) -> _View:
    xs, ys = [x for x, _ in places], [y for _, y in places]
    wide = max((max(xs) - min(xs)) * (1 + 2 * _MARGIN), _LEAST_SPAN)
    tall = max((max(ys) - min(ys)) * (1 + 2 * _MARGIN), _LEAST_SPAN / 2)
    wide = max(wide, tall / _TALLEST)
    tall = max(tall, wide * _FLATTEST)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    factor = WIDTH / wide
    return _View(middle_x - wide / 2, middle_y + tall / 2, factor, tall * factor)


# ------------------------------------------------------------------------------------------------- outlines


def _land(topology: Mapping[str, Any], view: _View, middle: float) -> str:
    """One SVG path of all outlines that touch the view."""
    arcs = list(_arcs(topology))
    objects = topology["objects"]
    chosen = objects.get("countries") or objects.get("land") or next(iter(objects.values()))
    pieces: list[str] = []
    for ring in (turned for outline in _rings(chosen, arcs) for turned in _unrolled(outline, middle)):
        line = [view.at(project(*place)) for place in ring]
        xs, ys = [x for x, _ in line], [y for _, y in line]
        if max(xs) < 0 or min(xs) > WIDTH or max(ys) < 0 or min(ys) > view.height:
            continue
        pieces.append("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in line) + "Z")
    return "".join(pieces)


def _unrolled(ring: Ring, middle: float) -> Iterator[Ring]:
    """Turn a ring to the middle of the map without the jump where longitude wraps.

    A ring that leaves the map on one side is given again on the other; one that runs around the Earth is
    closed over the nearer pole.
    """
    line: Ring = []
    for longitude, latitude in ring:
        turned = _turned(longitude, middle)
        if line:
            turned += 360.0 * round((line[-1][0] - turned) / 360.0)
        line.append((turned, latitude))
    if not line:
        return
    if abs(line[-1][0] - line[0][0]) > 180.0:
        pole = math.copysign(90.0, line[0][1])
        line += [(line[-1][0], pole), (line[0][0], pole)]
    yield line
    if max(x for x, _ in line) > 180.0:
        yield [(x - 360.0, y) for x, y in line]
    if min(x for x, _ in line) < -180.0:
        yield [(x + 360.0, y) for x, y in line]


def _arcs(topology: Mapping[str, Any]) -> Iterator[Ring]:
    """Undo the delta coding of a quantised topology."""
    transform = topology.get("transform")
    for arc in topology["arcs"]:
        if transform is None:
            yield [(float(x), float(y)) for x, y, *_ in arc]
            continue
        (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
        x = y = 0
        line: Ring = []
        for step_x, step_y, *_ in arc:
            x, y = x + step_x, y + step_y
            line.append((x * scale_x + move_x, y * scale_y + move_y))
        yield line


def _rings(node: Mapping[str, Any], arcs: list[Ring]) -> Iterator[Ring]:
    if node["type"] == "GeometryCollection":
        for child in node["geometries"]:
            yield from _rings(child, arcs)
    elif node["type"] == "Polygon":
        yield from (_joined(ring, arcs) for ring in node["arcs"])
    elif node["type"] == "MultiPolygon":
        yield from (_joined(ring, arcs) for polygon in node["arcs"] for ring in polygon)


def _joined(indexes: Iterable[int], arcs: list[Ring]) -> Ring:
    """Join arcs end to end; a negative index walks the arc of its complement backwards."""
    ring: Ring = []
    for index in indexes:
        line = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring.extend(line[1:] if ring else line)
    return ring


# --------------------------------------------------------------------------------------------------- arrows


def _arrows(flows: tuple[Flow, ...], spots: Mapping[str, tuple[float, float]]) -> Iterator[Arrow]:
    """Bend each arrow to its own left, so that two opposite flows never cover each other."""
    sizes = [max(map(abs, ends(flow.figure)), default=0.0) for flow in flows]
    biggest = max(sizes, default=0.0) or 1.0
    earlier: dict[tuple[str, str], int] = {}
    for flow, size in zip(flows, sizes, strict=True):
        pair = (flow.origin, flow.destination)
        rank = earlier[pair] = earlier.get(pair, 0) + 1
        (x0, y0), (x1, y1) = spots[flow.origin], spots[flow.destination]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        along = ((x1 - x0) / length, (y1 - y0) / length)
        bend = length * (0.10 + 0.09 * rank)
        control = ((x0 + x1) / 2 + along[1] * bend, (y0 + y1) / 2 - along[0] * bend)
        width = 1.8 + 4.2 * size / biggest
        start = _towards((x0, y0), control, 9.0)
        tip = _towards((x1, y1), control, 9.0)
        neck = _towards(tip, control, 6.0 + 2.2 * width)
        shaft = f"M{_xy(start)}Q{_xy(control)} {_xy(neck)}"
        yield Arrow(shaft, _head(tip, neck, 3.0 + 1.1 * width), round(width, 2), flow)


def _head(tip: tuple[float, float], neck: tuple[float, float], half: float) -> str:
    length = math.hypot(tip[0] - neck[0], tip[1] - neck[1]) or 1.0
    side = (-(tip[1] - neck[1]) / length * half, (tip[0] - neck[0]) / length * half)
    left, right = (neck[0] + side[0], neck[1] + side[1]), (neck[0] - side[0], neck[1] - side[1])
    return f"M{_xy(tip)}L{_xy(left)}L{_xy(right)}Z"


def _towards(start: tuple[float, float], goal: tuple[float, float], step: float) -> tuple[float, float]:
    length = math.hypot(goal[0] - start[0], goal[1] - start[1]) or 1.0
    return start[0] + (goal[0] - start[0]) / length * step, start[1] + (goal[1] - start[1]) / length * step


def _xy(place: tuple[float, float]) -> str:
    return f"{place[0]:.1f},{place[1]:.1f}"
