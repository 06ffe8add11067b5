"""Draw `web/static/world.svg`, the land behind a piece's journey, from a public-domain outline.

The outline is Natural Earth's land at 1:50 million, as the npm package `world-atlas` 2.0.2 ships it (TopoJSON).
Run it only when the drawing itself should change:

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/make_world.py package/land-50m.json
"""

from __future__ import annotations

import hashlib
import heapq
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from web.presenters.projection import WORLD_HEIGHT, WORLD_WIDTH, project

Point = tuple[float, float]
Ring = list[Point]

TARGET: Final = Path(__file__).resolve().parents[1] / "web" / "static" / "world.svg"
SOURCE_SHA256: Final = "619477ff690c086885e45cb91707d783805561bd75ae8e437b7d4694b0204e0f"
"""Another outline gives another drawing: check it by eye before you change this."""
SOUTH_MAX: Final = -58.0
"""Degrees; Antarctica is left out: nothing of ours comes from there."""
DETAIL: Final = 1.4
"""Corners that span a smaller triangle, in square units of the drawing, are left out."""
ISLAND_MIN: Final = 3.0
"""Smaller islands, in square units, are left out."""
_NOTE: Final = "Land: Natural Earth 1:50m, public domain. Made by tools/make_world.py."
# One tint for both schemes: a picture cannot read the page's colours.
_TINT: Final = 'fill="#a58a5f" fill-opacity=".3"'


def main(source: Path) -> int:
    """Read the outline, draw the world, write it."""
    content = source.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != SOURCE_SHA256:
        print(f"{source} has sha256 {found}, not {SOURCE_SHA256}", file=sys.stderr)
        return 1
    path = "".join(map(path_of, drawn_rings(json.loads(content))))
    size = f'viewBox="0 0 {WORLD_WIDTH} {WORLD_HEIGHT}" width="{WORLD_WIDTH}" height="{WORLD_HEIGHT}"'
    TARGET.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><!-- {_NOTE} --><path {_TINT} d="{path}"/></svg>\n', "utf-8"
    )
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
    return 0


def drawn_rings(topology: dict[str, Any]) -> Iterator[list[tuple[int, int]]]:
    """Give every ring that is worth drawing, in whole units of the drawing."""
    for ring in rings_of(topology):
        if max(latitude for _, latitude in ring) < SOUTH_MAX:
            continue
        for part in cut_at_date_line(ring):
            drawn = simplify([project(latitude, longitude) for longitude, latitude in part], DETAIL)
            whole = list(dict.fromkeys((round(x), round(y)) for x, y in drawn))
            if len(whole) > 2 and area(whole) >= ISLAND_MIN:
                yield whole


def rings_of(topology: dict[str, Any]) -> Iterator[Ring]:
    """Decode TopoJSON's delta-coded arcs into rings of (longitude, latitude) in degrees."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Ring] = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            arc.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(arc)
    for shape in topology["objects"]["land"]["geometries"]:
        for polygon in shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]:
            for names in polygon:
                # A negative name is the arc of its complement, walked backwards; each joint stands in both arcs.
                walked = [arcs[name] if name >= 0 else arcs[~name][::-1] for name in names]
                yield walked[0] + [point for arc in walked[1:] for point in arc[1:]]


def cut_at_date_line(ring: Ring) -> Iterator[Ring]:
    """Cut a ring where it steps over 180 degrees, so that no line crosses the whole map."""
    turned: Ring = [ring[0]]
    for longitude, latitude in ring[1:]:
        turns = round((turned[-1][0] - longitude) / 360)
        turned.append((longitude + 360 * turns, latitude))
    for turn in (-360, 0, 360):
        moved = [(longitude + turn, latitude) for longitude, latitude in turned]
        part = _keep(_keep(moved, 180, above=False), -180, above=True)
        if len(part) > 2:
            yield part


def _keep(ring: Ring, limit: float, *, above: bool) -> Ring:
    """Clip a ring to one side of a meridian (Sutherland and Hodgman)."""
    kept: Ring = []
    for (x0, y0), (x1, y1) in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
        inside0, inside1 = (x0 >= limit, x1 >= limit) if above else (x0 <= limit, x1 <= limit)
        if inside0 != inside1:
            kept.append((limit, y0 + (y1 - y0) * (limit - x0) / (x1 - x0)))
        if inside1:
            kept.append((x1, y1))
    return kept


def simplify(ring: Ring, area_min: float) -> Ring:
    """Take corners out, the least visible first (Visvalingam and Whyatt), until each left spans `area_min`."""
    count = len(ring)
    before, after = [(i - 1) % count for i in range(count)], [(i + 1) % count for i in range(count)]
    left = set(range(count))
    sizes = [_corner(ring, before[i], i, after[i]) for i in range(count)]
    queue = [(size, i) for i, size in enumerate(sizes)]
    heapq.heapify(queue)
    while len(left) > 3 and queue:
        size, i = heapq.heappop(queue)
        if i not in left or size != sizes[i]:
            continue
        if size >= area_min:
            break
        left.remove(i)
        after[before[i]], before[after[i]] = after[i], before[i]
        for j in (before[i], after[i]):
            # Never below the corner just taken: otherwise a coast of equal small bays would go all at once.
            sizes[j] = max(size, _corner(ring, before[j], j, after[j]))
            heapq.heappush(queue, (sizes[j], j))
    return [ring[i] for i in sorted(left)]


def _corner(ring: Ring, i: int, j: int, k: int) -> float:
    return area([ring[i], ring[j], ring[k]])


def area(ring: list[Point] | list[tuple[int, int]]) -> float:
    """Give the area within a ring, by the surveyor's formula."""
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip([ring[-1], *ring[:-1]], ring, strict=True))) / 2


def path_of(ring: list[tuple[int, int]]) -> str:
    """Write a ring as a path of relative steps, in as few characters as SVG allows."""
    (x, y), *rest = ring
    text = f"M{x} {y}l"
    for next_x, next_y in rest:
        text += _number(next_x - x, tight=text[-1] == "l") + _number(next_y - y, tight=False)
        x, y = next_x, next_y
    return text + "z"


def _number(value: int, *, tight: bool) -> str:
    return str(value) if tight or value < 0 else f" {value}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
