"""One meter for all processes and machines, in a Redis; away, each process counts for itself until it is back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from web.limits import MemoryRates, Rate, RateStore

_LOG: Final = logging.getLogger("assay.limits")
_PREFIX: Final = b"assay:rate:"
_TIMEOUT_S: Final = 0.25
"""A Redis that takes longer is no help: the page it counts takes less."""
_RETRY_S: Final = 5.0
"""How long after a failure nobody waits for it again."""
_US: Final = 1_000_000
# The moment is Redis' own, in microseconds: clocks of several machines differ. Numbers are written out whole, for Lua
# would round them to fourteen digits. A key goes when everything it counted has come back.
_TAKE: Final = """
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local interval, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local free_at = tonumber(redis.call('GET', KEYS[1]) or now)
if free_at < now then free_at = now end
free_at = free_at + interval
local wait = free_at - now - period
if wait > 0 then return string.format('%.0f', wait) end
redis.call('SET', KEYS[1], string.format('%.0f', free_at), 'PX', math.ceil((free_at - now) / 1000))
return '0'
"""


class RedisRates:
    """RateStore that every process with the same URL shares. Nothing is asked when it is built.

    While Redis does not answer, `instead` counts: a limit then holds for each process alone, and nobody is let in
    uncounted or sent away for our sake. Raises ValueError for a URL that is none.
    """

    def __init__(self, url: str, instead: RateStore | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._client: Any = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S, retry=Retry(NoBackoff(), 0)
        )
        self._script = self._client.register_script(_TAKE)
        self._instead = instead or MemoryRates()
        self._clock = clock
        self._lock = threading.Lock()
        self._away_until: float | None = None

    def take(self, key: bytes, rate: Rate, now_s: float) -> float:
        """Use one; give 0.0 when it was free, else the seconds to wait. `now_s` counts only while Redis is away."""
        if self._is_away():
            return self._instead.take(key, rate, now_s)
        arguments = [round(rate.interval_s * _US), rate.period_s * _US]
        try:
            wait_us = int(self._script(keys=[_PREFIX + key], args=arguments))
        except (redis.RedisError, OSError) as error:
            self._note_away(error)
            return self._instead.take(key, rate, now_s)
        self._note_back()
        return wait_us / _US

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _is_away(self) -> bool:
        away_until = self._away_until
        return away_until is not None and self._clock() < away_until

    def _note_away(self, error: Exception) -> None:
        """Say it once an outage, without what the error says: that may hold the URL."""
        with self._lock:
            first, self._away_until = self._away_until is None, self._clock() + _RETRY_S
        if first:
            _LOG.warning("Redis does not answer (%s): each process counts for itself", type(error).__name__)

    def _note_back(self) -> None:
        if self._away_until is None:
            return
        with self._lock:
            was_away, self._away_until = self._away_until is not None, None
        if was_away:
            _LOG.warning("Redis answers again: processes count together")
