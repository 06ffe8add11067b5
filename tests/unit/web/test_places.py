"""Places for costly work: who gets one, who waits, and who is sent away."""

import pytest

from web.places import BusyError, Places


def some_places(**changes):
    return Places("cakes", **{"at_once_max": 2, "waiting_max": 1, "wait_max_s": 0.0} | changes)


def test_a_few_things_are_made_at_once():
    """One more waits, here for no time at all, and is told to come back."""
    places = some_places()
    with places.place("a"), places.place("b"):
        with pytest.raises(BusyError, match="too many cakes are being asked for"), places.place("c"):
            pass
        assert not places.is_full


def test_a_thing_is_made_by_one():
    """Who asks for the same waits, though there is a place."""
    places = some_places()
    with places.place("a"), pytest.raises(BusyError), places.place("a"):
        pass


def test_nobody_waits_where_nobody_may():
    """The last place is the last thread that this work gets."""
    places = some_places(at_once_max=1, waiting_max=0, wait_max_s=60.0)
    with places.place("a"):
        assert places.is_full
        with pytest.raises(BusyError), places.place("b"):
            pass


def test_a_place_comes_free_whatever_happened():
    """Work that failed, and one who waited in vain, hold nothing."""
    places = some_places(at_once_max=1)
    for _ in range(5):
        with pytest.raises(BusyError), places.place("a"), places.place("b"):
            pass
    with places.place("a"):
        assert not places.is_full
