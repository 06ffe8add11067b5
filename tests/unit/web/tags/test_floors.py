"""The floor under a tag's counter, on SQLite and on PostgreSQL: it rises, once for each message."""

from __future__ import annotations

import threading

import pytest

from tests.fakes.database import some_database
from verifier.sun import COUNTER_MAX
from web.store.tag_tables import TAG_FLOOR
from web.tags.floors import TagFloors, Tap

pytestmark = pytest.mark.usefixtures("each_engine")
TAG, OTHER = "ab" * 16, "cd" * 16
NOW_S = 1_800_000_000


@pytest.fixture
def floors():
    return TagFloors(some_database())


def rows(floors):
    with floors._database.reading() as connection:
        return [tuple(row) for row in connection.execute(TAG_FLOOR.select())]


def test_a_floor_rises_and_never_falls(floors):
    """A message, the same again, an older one, a newer one: true only where it is new."""
    moved = [floors.move(Tap(TAG, counter), NOW_S + counter) for counter in (3, 3, 2, 4, 3, 5)]

    assert moved == [True, False, False, True, False, True]
    assert rows(floors) == [(TAG, 5, 0, NOW_S + 5)]


def test_a_gap_is_stored_with_the_floor(floors):
    """How many taps before this one were never shown here; also before the first."""
    floors.move(Tap(TAG, 8), NOW_S)
    assert rows(floors) == [(TAG, 8, 7, NOW_S)]
    floors.move(Tap(TAG, COUNTER_MAX), NOW_S)

    assert rows(floors) == [(TAG, COUNTER_MAX, COUNTER_MAX - 9, NOW_S)]


def test_looking_gives_the_floor_and_makes_no_row(floors):
    """A tag that never answered has the floor 0, and no row until it did."""
    assert floors.of(TAG) == 0
    assert rows(floors) == []
    floors.move(Tap(TAG, 2), NOW_S)

    assert (floors.of(TAG), floors.of(OTHER)) == (2, 0)


@pytest.mark.parametrize("counter", [0, -1])
def test_a_counter_below_one_never_counts(floors, counter):
    """No chip answers with it: the first answer is 1."""
    assert not floors.move(Tap(TAG, counter), NOW_S)
    assert rows(floors) == []


def test_fifty_at_once_with_one_message_count_once(floors):
    """Whoever comes second finds the floor where the first has put it: nothing is read before it is written."""
    moved = []
    start = threading.Barrier(50)

    def race():
        start.wait()
        moved.append(floors.move(Tap(TAG, 7), NOW_S))

    threads = [threading.Thread(target=race) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one for one in moved if one] == [True]
    assert (len(moved), floors.of(TAG)) == (50, 7)


def test_fifty_at_once_with_fifty_messages_leave_the_highest(floors):
    """In whatever order they come: each that counted was above all that counted before it."""
    start = threading.Barrier(50)

    def race(counter):
        start.wait()
        floors.move(Tap(TAG, counter), NOW_S)

    threads = [threading.Thread(target=race, args=(counter,)) for counter in range(1, 51)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert floors.of(TAG) == 50
