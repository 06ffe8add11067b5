"""The rolling audit: a little now and then, so that every block is looked at again within a week, in every copy."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from mint.content_audit import COPIES_MIN, Auditor, Fault
from mint.content_health import ContentHealth, WatchState, read_state, write_state
from mint.content_names import Named, Names
from mint.dispatch import Store
from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import ContentError

ROUND_S: Final = 7 * 24 * 3600
"""In which everything is looked at once."""
RUN_MAX_S: Final = 5.0
"""Of one run: the worker that does it has other things to do."""
_FAULTS_MAX: Final = 200
_ALARM_EVERY_S: Final = 3600
_NAMES_AT_ONCE: Final = 200
_LOCK_NAME: Final = "content.lock"
_LOG: Final = logging.getLogger("assay.content")


class ContentWatch:
    """Does one slice at each `run`. Several processes may have one: one at a time works, the others leave it."""

    def __init__(
        self,
        data_dir: Path,
        names: Sequence[Names],
        copies: Sequence[Store],
        *,
        now_s: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        round_s: float = ROUND_S,
        run_max_s: float = RUN_MAX_S,
    ) -> None:
        self._data_dir = data_dir
        self._names = tuple(names)
        self._copies = tuple(copies)
        self._now_s = now_s
        self._clock = clock
        self._round_s = round_s
        self._run_max_s = run_max_s

    def run(self) -> ContentHealth:
        """Do a slice.

        1. What was wrong is looked at again.
        2. A round that has ended waits for its week; one under way does as many blocks as are due, for 5 s at most.
        3. What is known is written down, and fewer than two good copies of anything are an alarm.

        Raises MintError, UnavailableError when names cannot be had; what was done before is kept.
        """
        with _alone(self._data_dir) as ours:
            if not ours:
                return read_state(self._data_dir).health
            state, auditor = read_state(self._data_dir), Auditor(self._copies)
            if state.health.copies != tuple(copy.name for copy in self._copies):
                state = WatchState(alarmed_at=state.alarmed_at)  # other copies: nothing known of them counts
            before = state.faults
            self._look_again(state, auditor)
            try:
                for reached in self._go_on(state, auditor):
                    state = reached
            finally:
                state = self._known(state, auditor, before)
                write_state(self._data_dir, state)
            return state.health

    def _look_again(self, state: WatchState, auditor: Auditor) -> None:
        """Check the faulty blocks anew: those that are well by now are not reported, and so forgotten."""
        for text in state.faults:
            auditor.check(ContentId.parse(text))

    def _go_on(self, state: WatchState, auditor: Auditor) -> Iterator[WatchState]:
        """Give the state after each page of names, so that what was done stays done when the next cannot be had."""
        now, until = int(self._now_s()), self._clock() + self._run_max_s
        health = state.health
        if state.source >= len(self._names):
            if now - health.round_began_at < self._round_s:
                return
            state = replace(state, source=0, place="", done=0, blocks=0, health=replace(health, round_began_at=now))
        elif not health.round_began_at:
            state = replace(state, health=replace(health, round_began_at=now))
        yield state
        due = self._due(state, now)
        while state.source < len(self._names) and state.blocks < due and self._clock() < until:
            state = self._some_names(state, auditor, due, until)
            yield state
        if state.source >= len(self._names):
            yield replace(state, health=replace(state.health, blocks=state.blocks, round_ended_at=now))

    def _due(self, state: WatchState, now: int) -> float:
        """Give how many blocks of this round should be done by now; all of them in the first round."""
        if not state.health.round_ended_at:
            return float("inf")
        share = (now - state.health.round_began_at) / self._round_s
        return max(state.health.blocks * share, 1) if share < 1 else float("inf")

    def _some_names(self, state: WatchState, auditor: Auditor, due: float, until: float) -> WatchState:
        page = self._names[state.source].after(state.place, _NAMES_AT_ONCE)
        if page is None:
            return replace(state, source=state.source + 1, place="", done=0)
        place, skip = state.place, state.done  # a name that was left midway stands first again
        for named in page.names:
            before = auditor.audit.blocks
            room = due - state.blocks

            def go_on(before: int = before, room: float = room) -> bool:
                return self._clock() < until and auditor.audit.blocks - before < room

            left = self._check(auditor, named, skip, go_on)
            state = replace(state, blocks=state.blocks + auditor.audit.blocks - before)
            if left is not None:
                return replace(state, place=place, done=left)
            place, skip = named.place, 0
            if not (self._clock() < until and state.blocks < due):
                return replace(state, place=place, done=0)
        return replace(state, place=page.place, done=0)

    def _check(self, auditor: Auditor, named: Named, skip: int, go_on: Callable[[], bool]) -> int | None:
        try:
            return auditor.check_name(named, set(), skip=skip, go_on=go_on)
        except ContentError as error:
            _LOG.warning("a name is too large to be audited", extra={"assay_fields": {"message": str(error)}})
            return None

    def _known(self, state: WatchState, auditor: Auditor, before: Mapping[str, Mapping[str, str]]) -> WatchState:
        """Draw the health from what is known now. What a copy that is away lacked before, it lacks still."""
        audit, now = auditor.audit, int(self._now_s())
        faults: dict[str, dict[str, str]] = {}
        for cid, copy, fault in audit.faults:
            word = before.get(str(cid), {}).get(copy) if fault is Fault.AWAY else fault.value
            if word and (str(cid) in faults or len(faults) < _FAULTS_MAX):
                faults.setdefault(str(cid), {})[copy] = word
        away = tuple(copy.name for copy in audit.copies if copy.away)
        worst = max((len(wrong) for wrong in faults.values()), default=0)
        kinds = [kind for wrong in faults.values() for kind in wrong.values()]
        health = replace(
            state.health,
            copies=tuple(copy.name for copy in self._copies),
            away=away,
            copies_verified_min=max(len(self._copies) - len(away) - worst, 0) if self._anything(state) else 0,
            missing=kinds.count(Fault.MISSING),
            damaged=kinds.count(Fault.DAMAGED),
            blocks=state.health.blocks if state.health.round_ended_at else state.blocks,
            checked_at=now,
        )
        return self._alarmed(replace(state, health=health, faults=faults), now)

    def _anything(self, state: WatchState) -> bool:
        return bool(state.blocks or state.health.round_ended_at)

    def _alarmed(self, state: WatchState, now: int) -> WatchState:
        """Say aloud, at most once an hour, that something has fewer than two good copies."""
        health = state.health
        if health.copies_verified_min >= COPIES_MIN or not max(health.blocks, state.blocks):
            return replace(state, alarmed_at=0)
        if now - state.alarmed_at < _ALARM_EVERY_S:
            return state
        fields = {
            "message": "documents have fewer than two verified copies",
            "copies": len(health.copies),
            "copies_verified_min": health.copies_verified_min,
            "missing": health.missing,
            "damaged": health.damaged,
            "away": list(health.away),
        }
        _LOG.error("content alarm", extra={"assay_fields": fields})
        return replace(state, alarmed_at=now)


@contextmanager
def _alone(data_dir: Path) -> Iterator[bool]:
    """Say whether this process may do the audit now; it may until the block ends."""
    descriptor = os.open(data_dir / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
