"""The drawing of the world: no line across the whole map, no coast cut away, no character too many."""

import pytest

from tools.make_world import area, cut_at_date_line, path_of, rings_of, simplify

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]


def test_land_over_the_date_line_is_cut_in_two_and_keeps_its_size():
    """Fiji and the east of Siberia lie on both edges of the map."""
    ring = [(170.0, 0.0), (-170.0, 0.0), (-170.0, 10.0), (170.0, 10.0)]
    parts = list(cut_at_date_line(ring))

    assert len(parts) == 2
    assert sum(map(area, parts)) == pytest.approx(200)
    assert all(abs(longitude) <= 180 for part in parts for longitude, _ in part)


def test_land_elsewhere_stays_whole():
    """Nothing is gained by cutting it."""
    assert [area(part) for part in cut_at_date_line(SQUARE)] == [100.0]


def test_the_least_visible_corners_go_first():
    """A bump of half a unit goes, the square stays."""
    bumpy = [*SQUARE[:2], (10.1, 5.0), *SQUARE[2:]]

    assert simplify(bumpy, 1.0) == SQUARE


def test_a_ring_never_shrinks_to_a_line():
    """Three corners are left however coarse the drawing."""
    assert len(simplify(SQUARE, 1e9)) == 3


def test_a_path_is_written_in_relative_steps():
    """A minus separates as well as a space."""
    assert path_of([(5, 5), (8, 5), (8, 2)]) == "M5 5l3 0 0-3z"


def test_arcs_are_walked_in_both_directions():
    """TopoJSON shares a border between two rings; one of them walks it backwards."""
    topology = {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": [[[0, 0], [2, 0], [0, 2]], [[0, 0], [2, 2]]],
        "objects": {"land": {"geometries": [{"type": "Polygon", "arcs": [[0, -2]]}]}},
    }

    assert list(rings_of(topology)) == [[(0, 0), (2, 0), (2, 2), (0, 0)]]
