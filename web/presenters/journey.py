"""Where the piece has been: stops on a map of the world, joined in order. Decoration: the timeline says it in words."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from provenance_schemas.document_parts import Place
from verifier.evidence import Evidence
from verifier.report import timeline
from web.presenters.projection import WORLD_HEIGHT, WORLD_WIDTH, project
from web.presenters.timeline import happened_at
from web.scripts import FOLDER as SCRIPTS
from web.scripts import content_version

Point = tuple[float, float]

WIDTH: Final = 360
HEIGHT: Final = 190
"""Of the map as it is drawn: about a phone's width, so that a unit there is a pixel."""
_SPAN_MIN: Final = 130.0
"""Least width of the part of the world that is shown, in its own units: a country and its neighbours."""
_MARGIN: Final = 0.22
"""Free ground on each side, as a part of what lies between the stops."""
_NEAR: Final = 13.0
"""Stops nearer than this are drawn as one."""
_BOW: Final = 0.14
"""How far a leg bends, as a part of its length: there and back are two lines."""
_STOPS_MAX: Final = 40
_LETTER: Final = 6.4
"""Width of a letter of a stop's name, on a phone."""
_LINE: Final = 13.0
_NAME_MAX: Final = 24


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on the map, with its name where there is room for it."""

    x: int
    y: int
    name: str
    name_x: int
    name_y: int
    anchor: str
    """start, middle or end: which part of the name stands at `name_x`."""


@dataclass(frozen=True, slots=True)
class Journey:
    """The map: which part of the world lies behind, the way, and the stops."""

    world: str
    """Address of the picture of the world."""
    world_x: int
    world_y: int
    world_width: int
    world_height: int
    way: str
    """An SVG path."""
    stops: tuple[Stop, ...]


def present_journey(evidence: Evidence) -> Journey | None:
    """Draw the way of a piece; None where no step says where it happened. Voided steps are left out."""
    places = [
        line.document.place
        for line in sorted(timeline(evidence), key=happened_at)
        if line.document and line.document.place and not line.voided
    ]
    located = [(place, found) for place in places if (found := _located(place)) is not None][:_STOPS_MAX]
    if not located:
        return None
    left, top, scale = _frame([point for _, point in located])
    seen = [((x - left) * scale, (y - top) * scale) for _, (x, y) in located]
    names = [(place.city or place.name)[:_NAME_MAX] for place, _ in located]
    stops, visits = _merged(seen, names)
    return Journey(
        world_href(),
        _whole(-left * scale),
        _whole(-top * scale),
        _whole(WORLD_WIDTH * scale),
        _whole(WORLD_HEIGHT * scale),
        _way([stops[number][0] for number in visits]),
        _named(stops),
    )


@functools.cache
def world_href() -> str:
    """Give the address of the world's picture, with its version: it may be kept for ever."""
    return f"/static/world.svg?v={content_version((SCRIPTS.parent / 'world.svg').read_bytes())}"


def _located(place: Place) -> Point | None:
    if place.latitude is None or place.longitude is None:
        return None
    return project(place.latitude, place.longitude)


def _frame(points: list[Point]) -> tuple[float, float, float]:
    """Choose the part of the world to show: its left and top edge, and how much it is enlarged."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    width = max((max(xs) - min(xs)) * (1 + 2 * _MARGIN), _SPAN_MIN)
    height = max((max(ys) - min(ys)) * (1 + 2 * _MARGIN), _SPAN_MIN * HEIGHT / WIDTH)
    width = max(width, height * WIDTH / HEIGHT)
    height = width * HEIGHT / WIDTH
    left, top = (min(xs) + max(xs) - width) / 2, (min(ys) + max(ys) - height) / 2
    # Not beyond the edges of the picture, as long as it is larger than the frame.
    if width < WORLD_WIDTH:
        left = min(max(left, 0), WORLD_WIDTH - width)
    if height < WORLD_HEIGHT:
        top = min(max(top, 0), WORLD_HEIGHT - height)
    return left, top, WIDTH / width


def _merged(points: list[Point], names: list[str]) -> tuple[list[tuple[Point, str]], list[int]]:
    """Draw near stops as one, under the name most of its steps have; give the stops, and the order of the visits."""
    stops: list[tuple[Point, list[str]]] = []
    visits: list[int] = []
    for point, name in zip(points, names, strict=True):
        near = next((number for number, (at, _) in enumerate(stops) if math.dist(at, point) < _NEAR), None)
        if near is None:
            stops.append((point, [name]))
        else:
            stops[near][1].append(name)
        number = len(stops) - 1 if near is None else near
        if not visits or visits[-1] != number:
            visits.append(number)
    return [(at, max(said, key=said.count)) for at, said in stops], visits


def _way(points: list[Point]) -> str:
    """Join points by bows that all bend to the same hand."""
    legs = [f"M{_whole(points[0][0])} {_whole(points[0][1])}"]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        bend_x = (x0 + x1) / 2 + (y1 - y0) * _BOW
        bend_y = (y0 + y1) / 2 - (x1 - x0) * _BOW
        legs.append(f"Q{_whole(bend_x)} {_whole(bend_y)} {_whole(x1)} {_whole(y1)}")
    return "".join(legs) if len(points) > 1 else ""


def _named(stops: list[tuple[Point, str]]) -> tuple[Stop, ...]:
    """Put each name beside its stop where it covers nothing; a name without room is left to the timeline."""
    taken = [(x - 5, y - 5, x + 5, y + 5) for (x, y), _ in stops]
    named = []
    for number, ((x, y), name) in enumerate(stops):
        stop = Stop(_whole(x), _whole(y), "", 0, 0, "start")
        for anchor, name_x, name_y, box in _sides(x, y, len(name) * _LETTER):
            others = taken[:number] + taken[number + 1 :]
            if _is_inside(box) and not any(_overlap(box, other) for other in others):
                taken.append(box)
                stop = Stop(stop.x, stop.y, name, _whole(name_x), _whole(name_y), anchor)
                break
        named.append(stop)
    return tuple(named)


_Box = tuple[float, float, float, float]


def _sides(x: float, y: float, width: float) -> Iterable[tuple[str, float, float, _Box]]:
    """Give the places for a name: right, left, above, below; each with the box it fills."""
    up, down = y - _LINE / 2, y + _LINE / 2
    yield "start", x + 8, y + 4, (x + 7, up, x + 9 + width, down)
    yield "end", x - 8, y + 4, (x - 9 - width, up, x - 7, down)
    yield "middle", x, y - 9, (x - width / 2, y - 9 - _LINE, x + width / 2, y - 7)
    yield "middle", x, y + 18, (x - width / 2, y + 7, x + width / 2, y + 20)


def _is_inside(box: _Box) -> bool:
    return box[0] > 0 and box[1] > 0 and box[2] < WIDTH and box[3] < HEIGHT


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _whole(value: float) -> int:
    """Round to the map's own units: a pixel on a phone."""
    return round(value)
