"""The map behind the timeline: where places lie, which part is shown, and which names fit."""

import itertools
import xml.etree.ElementTree as ET

import pytest

from provenance_schemas.document_parts import Place
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.site import SiteWorld
from tests.fakes.world import MAKER
from verifier.policies import CLI
from web.presenters.journey import HEIGHT, WIDTH, present_journey, world_href
from web.presenters.projection import WORLD_HEIGHT, WORLD_WIDTH, project
from web.scripts import FOLDER

ROME, TOKYO, SYDNEY = ("Rome", 41.9, 12.5), ("Tokyo", 35.7, 139.7), ("Sydney", -33.9, 151.2)
HONOLULU, NUUK, USHUAIA = ("Honolulu", 21.3, -157.9), ("Nuuk", 64.2, -51.7), ("Ushuaia", -54.8, -68.3)
FLORENCE, PRATO = ("Florence", 43.77, 11.25), ("Prato", 43.88, 11.1)


def journey(*stops):
    """Record one step at each place and draw the way."""
    world = SiteWorld()
    (item,) = world.register(77, 1)
    for name, latitude, longitude in stops:
        place = Place(name, name, None, latitude, longitude) if latitude is not None else Place(name)
        world.record(item, EntryKind.INSPECTED, by=MAKER, place=place)
    world.settle()
    return present_journey(world.verify(world.label(item), CLI).evidence)


@pytest.mark.parametrize(("longitude", "x"), [(0, 480), (180, 960), (-180, 0), (90, 720)])
def test_the_equator_is_as_wide_as_the_map(longitude, x):
    """Longitudes are evenly spaced along it."""
    assert (x, 233) == pytest.approx(project(0, longitude))


def test_the_map_has_the_shape_its_authors_give_it():
    """Their own figures: 2.05458 times as wide as high, the poles 0.59247 as long as the equator."""
    (_, north), (_, south), (right, _) = project(90, 0), project(-90, 0), project(90, 180)

    assert pytest.approx(2.05458, abs=1e-4) == WORLD_WIDTH / (south - north)
    assert pytest.approx(0.59247, abs=1e-3) == 2 * (right - 480) / WORLD_WIDTH


def test_equal_areas_of_the_earth_are_equal_on_the_map():
    """Half of a hemisphere lies south of 30 degrees, for sin 30 is a half; so it must here."""
    rows = [project(tenth / 10, 180) for tenth in range(901)]
    bands = [(y0 - y1) * (x0 + x1 - 960) for (x0, y0), (x1, y1) in itertools.pairwise(rows)]

    assert pytest.approx(sum(bands) / 2, rel=1e-4) == sum(bands[:300])


@pytest.mark.parametrize(
    "stops",
    [(NUUK,), (USHUAIA,), (HONOLULU,), (HONOLULU, SYDNEY), (NUUK, USHUAIA), (USHUAIA, TOKYO, NUUK, HONOLULU, ROME)],
)
def test_every_stop_is_on_the_map_wherever_in_the_world_it_is(stops):
    """From the far north to the far south and both sides of the date line."""
    drawn = journey(*stops)

    assert len(stops) == len(drawn.stops)
    for stop in drawn.stops:
        assert 0 <= stop.x <= WIDTH
        assert 0 <= stop.y <= HEIGHT


def test_one_place_alone_is_shown_with_its_neighbours_and_without_a_way():
    """A map that shows one town only would show nothing."""
    drawn = journey(ROME)

    assert drawn.way == ""
    assert drawn.world_width < 10 * WIDTH


def test_near_places_are_one_stop_under_the_name_most_steps_have():
    """Three workshops of one valley would cover each other."""
    drawn = journey(PRATO, FLORENCE, FLORENCE, TOKYO)

    assert [stop.name for stop in drawn.stops] == ["Florence", "Tokyo"]


def test_the_way_joins_the_stops_in_order_and_comes_back_by_another_line():
    """There and back are two legs, bent apart."""
    drawn = journey(ROME, TOKYO, ROME)

    assert drawn.way.count("Q") == 2
    assert len(set(drawn.way.replace("M", "Q").split("Q")[1:])) == 3


def test_names_never_cover_each_other():
    """A name without room is left to the list below."""
    spread = [(f"A town with a long name {n}", 40 + n / 2, 5 + n) for n in range(12)]
    drawn = journey(*spread)
    boxes = [_box(stop) for stop in drawn.stops if stop.name]

    assert boxes
    assert not any(_overlap(one, other) for one, other in itertools.combinations(boxes, 2))


def _box(stop):
    width = len(stop.name) * 6.4
    left = {"start": stop.name_x, "middle": stop.name_x - width / 2, "end": stop.name_x - width}[stop.anchor]
    return left, stop.name_y - 9, left + width, stop.name_y + 2


def _overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_a_history_without_coordinates_has_no_map():
    """Better none than a guess."""
    assert journey(("Somewhere", None, None)) is None


def test_a_voided_step_is_not_on_the_way():
    """It was taken back: the piece never was there."""
    world = SiteWorld()
    (item,) = world.register(77, 1)
    world.record(item, EntryKind.INSPECTED, by=MAKER, place=Place("Rome", "Rome", None, 41.9, 12.5))
    world.record(item, EntryKind.INSPECTED, by=MAKER, place=Place("Tokyo", "Tokyo", None, 35.7, 139.7))
    world.void(item, 2)
    world.settle()
    drawn = present_journey(world.verify(world.label(item), CLI).evidence)

    assert [stop.name for stop in drawn.stops if stop.name == "Rome" or stop.name == "Tokyo"] == ["Rome"]


def test_the_world_is_small_and_drawn_to_the_projection():
    """The picture and the places must agree, and the picture must not delay a verdict."""
    file = FOLDER.parent / "world.svg"
    root = ET.fromstring(file.read_text("utf-8"))

    assert root.get("viewBox") == f"0 0 {WORLD_WIDTH} {WORLD_HEIGHT}"
    assert file.stat().st_size < 11_000
    assert world_href().startswith("/static/world.svg?v=")
