"""What every store of rates must do, in memory and in a real Redis. Time passes only when a test lets it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from web.limits import Rate, RateStore

RATE = Rate(3, 3_600)
INTERVAL_S = 1_200
LATE_S = 30
"""More than a test takes: a real clock goes on while it runs."""


@dataclass
class World:
    """A store, its clock, and a way to let time pass."""

    store: RateStore
    now_s: Callable[[], float]
    pass_s: Callable[[float], None]

    def take(self, key=b"a" * 32, rate=RATE):
        return self.store.take(key, rate, self.now_s())

    def free(self, key=b"a" * 32, rate=RATE):
        """Count how many are free now."""
        return next(count for count in range(1_000) if self.take(key, rate) > 0)


class RateStoreSuite:
    """Subclass it and give it a `world` fixture."""

    def test_so_many_are_free_at_once_and_no_more(self, world):
        """Edge and one past it."""
        assert world.free() == 3

    @pytest.mark.parametrize(
        ("after_s", "count"),
        [(INTERVAL_S - LATE_S, 0), (INTERVAL_S, 1), (2 * INTERVAL_S, 2), (3 * INTERVAL_S, 3), (10**6, 3)],
    )
    def test_what_was_used_comes_back_evenly(self, world, after_s, count):
        """No burst at the edge of a window, and no hoard after a quiet night."""
        world.free()
        world.pass_s(after_s)

        assert count == world.free()

    def test_a_refusal_says_how_long_to_wait_and_costs_nothing(self, world):
        """However often somebody knocks meanwhile."""
        world.free()
        waits = [world.take() for _ in range(20)]

        assert all(INTERVAL_S - LATE_S < wait <= INTERVAL_S for wait in waits)
        world.pass_s(waits[-1])
        assert world.take() == 0.0

    def test_keys_and_rates_are_counted_apart(self, world):
        """Bytes of any kind are a key."""
        world.free(b"\x00\xff" * 16)

        assert world.free(b"b" * 32) == 3
        assert world.free(b"c" * 32, Rate(7, 60)) == 7

    def test_many_at_once_get_no_more_than_there_is(self, world):
        """Two that look at the same moment must not both see room for one."""
        start, waits = threading.Barrier(8), Counter()

        def knock():
            start.wait()
            for _ in range(5):
                waits[world.take(rate=Rate(10, 3_600)) == 0.0] += 1

        threads = [threading.Thread(target=knock) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert waits == {True: 10, False: 30}
