"""The rolling audit: slices, rounds, what is remembered, and when it cries out."""

from __future__ import annotations

import fcntl
import logging
import os

import pytest

from mint.content_health import FILE_NAME, read_health, read_state
from mint.content_watch import ContentWatch
from tests.fakes.content import ListedNames, some_content
from verifier.errors import ChainUnavailableError

CONTENT = some_content()
ALL = len(CONTENT.blocks) + 1
"""Each name is looked at by itself: the certificate hangs below two steps."""
WEEK = 7 * 24 * 3600


class World:
    """Two copies, a list of names, and a clock that stands still unless told."""

    def __init__(self, folder):
        self.folder = folder
        self.copies = [CONTENT.copy("house"), CONTENT.copy("kubo")]
        self.names = ListedNames(CONTENT.names)
        self.now = 1_000_000
        self.ticks = 0.0
        self.tick = 0.0

    def run(self, **more):
        return ContentWatch(
            self.folder, [self.names], self.copies, now_s=lambda: self.now, clock=self._clock, **more
        ).run()

    def _clock(self):
        self.ticks += self.tick
        return self.ticks


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_the_first_round_is_done_as_fast_as_it_goes(world):
    """Afterwards everything is known to be good in two copies."""
    health = world.run()

    assert health == read_health(world.folder)
    assert (health.healthy, health.copies_verified_min, health.blocks) == (True, 2, ALL)
    assert (health.round_ended_at, health.checked_at, health.copies) == (world.now, world.now, ("house", "kubo"))


def test_a_run_stops_when_its_time_is_up_and_the_next_goes_on(world):
    """Seconds that pass at each look at the clock: many short runs make one round, each block read once."""
    world.tick = 1.0
    runs = 0
    while not (health := world.run()).round_ended_at:
        assert not health.healthy
        runs += 1

    assert runs > 2
    assert health.healthy
    assert read_state(world.folder).blocks == ALL


def test_the_next_round_is_spread_over_its_week(world):
    """A quarter of the week, a quarter of the blocks; at its end, all; and none before it begins."""
    world.run()
    asked = world.copies[1].reader.asked
    asked.clear()
    world.now += WEEK - 1
    world.run()
    assert asked == []
    world.now += 1
    world.run()
    world.now += WEEK // 4
    world.run()
    assert ALL // 4 <= len(asked) <= ALL // 4 + 2
    world.now += WEEK
    world.run()

    assert read_health(world.folder).round_ended_at == world.now


def test_a_bad_block_is_remembered_until_it_is_well(world):
    """It is looked at in every run, not once a week."""
    cid = CONTENT.steps[0]
    block = world.copies[1].reader.blocks.pop(cid.digest)
    health = world.run()
    assert (health.copies_verified_min, health.missing, health.healthy) == (1, 1, False)
    world.now += 60
    assert world.run().copies_verified_min == 1
    world.copies[1].reader.blocks[cid.digest] = block
    world.now += 60

    assert world.run().healthy


def test_a_copy_that_is_away_counts_for_nothing_and_comes_back(world):
    """What it lacked before it lacks still, as far as anybody knows."""
    del world.copies[1].reader.blocks[CONTENT.steps[0].digest]
    world.run()
    world.copies[1].reader.reachable = False
    world.now += WEEK
    away = world.run()
    world.copies[1].reader.reachable = True
    world.now += 60
    back = world.run()

    assert (away.away, away.missing) == (("kubo",), 1)
    assert (back.away, back.copies_verified_min, back.missing) == ((), 1, 1)


def test_fewer_than_two_good_copies_are_an_alarm_once_an_hour(world, caplog):
    """An error in the log, with numbers and names of copies and nothing else; silence once all is well."""
    world.copies.pop()
    with caplog.at_level(logging.ERROR, "assay.content"):
        for later in (0, 60, 3599, 3600):
            world.now = 1_000_000 + later
            world.run()
    fields = [record.assay_fields for record in caplog.records]

    assert len(fields) == 2
    assert fields[0] == {
        "message": "documents have fewer than two verified copies",
        "copies": 1,
        "copies_verified_min": 1,
        "missing": 0,
        "damaged": 0,
        "away": [],
    }


def test_other_copies_make_a_new_beginning(world):
    """What was verified in a copy that is named no more says nothing of the new one."""
    world.run()
    world.copies[1] = CONTENT.copy("another")
    world.tick = 10.0

    assert not world.run().healthy


def test_names_that_cannot_be_had_stop_the_run_and_lose_nothing(world):
    """The node is away: the faults found so far are written down, and the error goes to whoever runs the chore."""
    world.run()
    del world.copies[1].reader.blocks[CONTENT.steps[0].digest]
    world.now += WEEK
    world.names.error = ChainUnavailableError("no node")
    with pytest.raises(ChainUnavailableError):
        world.run()
    world.names.error = None
    world.now += WEEK

    assert world.run().copies_verified_min == 1


def test_another_process_at_work_is_left_alone(world):
    """It holds the lock; nothing is read and nothing is written."""
    descriptor = os.open(world.folder / "content.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    health = world.run()
    os.close(descriptor)

    assert health.checked_at == 0
    assert world.copies[0].reader.asked == []


@pytest.mark.parametrize("text", ["", "[]", '{"type": "other"}', '{"type": "assay/content-health-1"}', "\x00" * 40])
def test_a_damaged_file_is_a_new_beginning(world, text):
    """Everything in it can be found out again."""
    world.run()
    (world.folder / FILE_NAME).write_text(text)

    assert read_health(world.folder) is None
    assert world.run().healthy
