"""Sign a checkpoint every hour, with the head of the points in it, and anchor one a day."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from loyalty.errors import LogSizeError
from loyalty.merkle import is_consistent
from loyalty.points import Points
from mint.checkpoints import CHECKPOINT_KEY, PointsHead, anchor_checkpoint, is_anchored, issue_for, refuse_restored
from mint.errors import CheckpointRefusedError, HouseMissingError, MintError
from mint.house import House
from verifier.checkpoints import Checkpoint, LogHead
from verifier.errors import UnavailableError

_LOG: Final = logging.getLogger("assay.checkpoints")
ISSUE_EVERY_S: Final = 3_600
ANCHOR_EVERY: Final = 24
"""Checkpoints, so that one a day costs a transaction or two."""


class HouseAwayError(UnavailableError):
    """The house could not sign or anchor now; the next time may do."""


def points_head(points: Points) -> PointsHead:
    """Give the log of points as it is, proved to have grown out of the head that was signed last."""

    def head(last: LogHead | None) -> LogHead:
        try:
            growth = points.growth(last.size if last else 0)
        except LogSizeError as error:
            raise CheckpointRefusedError(f"the log of points was cut: {error}") from error
        first, second = growth.first, growth.second
        grown = is_consistent(first.size, first.root, second.size, second.root, growth.path)
        if not grown or (last is not None and first.root != last.root):
            raise CheckpointRefusedError(f"the log of points does not begin with what was signed at {first.size}")
        return LogHead(second.size, second.root)

    return head


class CheckpointChores:
    """What the worker does about checkpoints. Each method may be run again at any time."""

    def __init__(self, open_house: Callable[[], House], points: Points, clock: Callable[[], float] = time.time) -> None:
        self._open_house = open_house
        self._points = points
        self._clock = clock
        self._told = False

    def issue(self) -> Checkpoint | None:
        """Sign for the ledger, unless that was done within the hour. Raises UnavailableError; MintError is an alarm."""
        try:
            house = self._open_house()
            if CHECKPOINT_KEY not in house.identity.roles:
                _LOG.warning("no checkpoint is signed: the house has no key for it; `assay mint keys` makes one")
                return None
            if house.checkpoints.restored:
                self._tell(house)
                return None
            last = house.checkpoints.last()
            if last is not None and self._clock() - last.issued_at.timestamp() < ISSUE_EVERY_S:
                return None
            return issue_for(house, points_head(self._points))
        except HouseMissingError:
            return None  # a site that only verifies
        except MintError as error:
            raise _away(error) from error

    def _tell(self, house: House) -> None:
        """Say once why nothing is signed; the rest of the worker goes on."""
        if not self._told:
            self._told = True
            try:
                refuse_restored(house.checkpoints)
            except CheckpointRefusedError as error:
                _LOG.warning("no checkpoint is signed: %s", error)

    def anchor(self) -> None:
        """Anchor the last checkpoint whose turn it is, unless that was done. Raises as `issue` does."""
        try:
            house = self._open_house()
            last = house.checkpoints.last()
            due = last.sequence - last.sequence % ANCHOR_EVERY if last else 0
            checkpoint = house.checkpoints.get(due) if due and not is_anchored(house, due) else None
            if checkpoint is not None:
                anchor_checkpoint(house, checkpoint)
        except HouseMissingError:
            return
        except MintError as error:
            raise _away(error) from error


def _away(error: MintError) -> Exception:
    return HouseAwayError(str(error)) if error.exit_code == 3 else error
