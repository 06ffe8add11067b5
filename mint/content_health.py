"""How well the house's documents are kept, in one small file for whoever looks after it. Nothing in it is secret."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from mint.content_audit import COPIES_MIN
from mint.errors import HouseWriteError

FILE_NAME: Final = "content.json"
TYPE: Final = "assay/content-health-1"
_FILE_MAX_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ContentHealth:
    """What the rolling audit knows. Times are Unix seconds; 0 stands for never."""

    copies: tuple[str, ...] = ()
    """Names of all copies, the house's own first."""
    away: tuple[str, ...] = ()
    """Copies that did not answer in the last run."""
    copies_verified_min: int = 0
    """The fewest copies in which any block looked at is good."""
    blocks: int = 0
    """Blocks of the last whole round; of this one while it is the first."""
    missing: int = 0
    damaged: int = 0
    """Blocks that are so in some copy, as last seen."""
    checked_at: int = 0
    round_began_at: int = 0
    round_ended_at: int = 0
    """When the last whole round ended: by then everything had been looked at."""

    @property
    def healthy(self) -> bool:
        """Whether a whole round has found every block good in two copies at least."""
        return self.round_ended_at > 0 and self.copies_verified_min >= COPIES_MIN


@dataclass(frozen=True, slots=True)
class WatchState:
    """Where the rolling audit stands."""

    health: ContentHealth = field(default_factory=ContentHealth)
    source: int = 0
    """Which source of names is read."""
    place: str = ""
    """Where in it."""
    done: int = 0
    """Blocks done below the name behind `place`."""
    blocks: int = 0
    """Blocks done in this round."""
    faults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Content id -> copy -> what is wrong; looked at again in every run."""
    alarmed_at: int = 0


def read_state(data_dir: Path) -> WatchState:
    """Read the state; a file that is missing or damaged is a new beginning, for it can all be found out again."""
    try:
        with (data_dir / FILE_NAME).open("rb") as file:
            value: dict[str, Any] = json.loads(file.read(_FILE_MAX_BYTES))
        if value.pop("type") != TYPE:
            return WatchState()
        health = value.pop("health")
        copies, away = tuple(health.pop("copies")), tuple(health.pop("away"))
        return WatchState(ContentHealth(copies, away, **health), **value)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return WatchState()


def read_health(data_dir: Path) -> ContentHealth | None:
    """Give what is known of a house's content; None when its rolling audit has never run."""
    health = read_state(data_dir).health
    return health if health.checked_at else None


def write_state(data_dir: Path, state: WatchState) -> None:
    """Write the state whole or not at all. Raises HouseWriteError.

    It is not forced to the disk: what a power cut takes is looked at again.
    """
    path = data_dir / FILE_NAME
    temporary = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps({"type": TYPE} | asdict(state)), "utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise HouseWriteError(path, str(error)) from error
