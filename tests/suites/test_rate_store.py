"""The suite of rates in memory and in a real Redis, and what happens while Redis is away."""

from __future__ import annotations

import logging

import pytest

from tests.fakes.redis import RedisServer
from tests.suites.rate_store import RATE, RateStoreSuite, World
from web.limits import MemoryRates
from web.redis_rates import RedisRates

KEY = b"k" * 32


class TestMemoryRates(RateStoreSuite):
    @pytest.fixture
    def world(self):
        moments = [1_000.0]

        def pass_s(seconds):
            moments.append(moments[-1] + seconds)

        return World(MemoryRates(), lambda: moments[-1], pass_s)


@pytest.fixture(scope="module")
def server():
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture
def shared(server):
    """A store as one process has it; what an earlier test counted is gone."""
    with server.client() as client:
        client.flushall()
    rates = RedisRates(server.url, clock=lambda: 0.0)
    yield rates
    rates.close()


@pytest.mark.process
class TestRedisRates(RateStoreSuite):
    @pytest.fixture
    def world(self, server, shared):
        def pass_s(seconds):
            """Let what was used come back: the server's own clock is moved by nobody."""
            with server.client() as client:
                for key in client.keys("assay:rate:*"):
                    client.set(key, int(client.get(key)) - round(seconds * 1e6), keepttl=True)

        return World(shared, lambda: 0.0, pass_s)


@pytest.mark.process
def test_two_processes_count_together(server, shared):
    """A visitor gets the limit once, however many processes answer."""
    other = RedisRates(server.url)
    waits = [rates.take(KEY, RATE, 0.0) > 0 for rates in (shared, other, shared, other)]

    assert waits == [False, False, False, True]
    other.close()


@pytest.mark.process
def test_what_is_kept_says_nothing_and_goes_by_itself(server, shared):
    """A hash and a moment; an hour later, when all has come back, not even that."""
    shared.take(KEY, RATE, 0.0)
    with server.client() as client:
        (name,) = client.keys("*")
        left_ms = client.pttl(name)

    assert name == b"assay:rate:" + KEY
    assert 0 < left_ms <= 1_200_000


@pytest.mark.process
def test_while_redis_is_away_each_process_counts_for_itself(server, caplog):
    """Never an open door, and never an error page; one line tells when it went and one when it came back."""
    moments = [0.0]
    rates = RedisRates(server.url, clock=lambda: moments[-1])
    assert rates.take(KEY, RATE, 0.0) == 0.0
    server.stop()
    with caplog.at_level(logging.WARNING, "assay.limits"):
        away = [rates.take(KEY, RATE, 0.0) > 0 for _ in range(5)]
        server.start()
        still_alone = rates.take(KEY, RATE, 0.0)
        moments.append(5.0)
        back = rates.take(KEY, RATE, 0.0)

    assert away == [False, False, False, True, True]
    assert (still_alone > 0, back) == (True, 0.0)
    assert len(caplog.messages) == 2
    assert not any(str(server.folder) in message for message in caplog.messages)
    rates.close()


@pytest.mark.process
def test_a_redis_that_refuses_counts_as_away(server, shared, caplog):
    """Full, read only, or of another kind: the limit holds all the same."""
    with server.client() as client:
        client.config_set("maxmemory", "1")
    try:
        with caplog.at_level(logging.WARNING, "assay.limits"):
            waits = [shared.take(KEY, RATE, 0.0) > 0 for _ in range(4)]
    finally:
        with server.client() as client:
            client.config_set("maxmemory", "0")

    assert waits == [False, False, False, True]
    assert len(caplog.messages) == 1


def test_a_url_that_is_none_is_refused_at_the_start():
    with pytest.raises(ValueError, match="scheme"):
        RedisRates("localhost:6379")
