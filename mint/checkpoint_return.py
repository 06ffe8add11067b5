"""Newer checkpoints back into a house that was restored: nothing is signed until the last published one is known.

A backup ends before the house did. Signing on from its last checkpoint would give a second one to numbers that are
published: evidence, in the house's own hand, of two stories.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from mint.checkpoints import is_anchored
from mint.errors import CheckpointRefusedError, LedgerUnavailableError
from mint.house import House
from mint.lock import FolderLock
from verifier.adapters.checkpoint_source import WELL_KNOWN, read_checkpoint
from verifier.adapters.small_files import is_url
from verifier.checkpoints import NOTHING_BEFORE, Checkpoint, checkpoint_digest, disagreements, verify_checkpoint
from verifier.errors import CheckpointError, UnavailableError
from verifier.trust import Brand

NONE: Final = "none"
_TAKEN_MAX: Final = 20_000
"""Two years of them."""


def take_back(house: House, source: str) -> tuple[Checkpoint, ...]:
    """Bring back what was signed after the house's backup was made, oldest first; then the house may sign again.

    1. The newest at `source` (a file or URL) is signed by a checkpoint key that the house's trust file names.
    2. Each one's `previous` leads back to the last that the house has; those between lie beside the newest.
    3. They are kept, from the oldest on: after a kill the same command goes on.
    4. None newer is anchored on chain, or was seen by this house; only then is the mark of the restoring deleted.

    `source` may be `none`: the operator says that none is newer. Raises CheckpointRefusedError,
    LedgerUnavailableError where the source or the node does not answer, HouseInUseError.
    """
    folder = house.checkpoints
    folder.folder.mkdir(parents=True, exist_ok=True)
    with FolderLock(folder.folder)():
        if source == NONE and not folder.restored:
            raise CheckpointRefusedError("no backup was brought back here: there is nothing to say that of")
        last = folder.last()
        try:
            taken = () if source == NONE else _newer(house, source, last)  # 1. 2.
            for checkpoint in taken:  # 3.
                folder.add(checkpoint)
            newest = taken[-1] if taken else last
            _refuse_missing(house, newest)  # 4.
            if newest is not None and newest.key in _brand(house).checkpoint_keys:
                house.memory.adopt(house.identity.registry, newest, (newest.key,))
        except UnavailableError as error:
            raise LedgerUnavailableError(f"nothing can be signed yet: {error}") from error
        except CheckpointError as error:
            raise CheckpointRefusedError(str(error)) from error
        folder.unmark()
    return taken


def _newer(house: House, source: str, last: Checkpoint | None) -> tuple[Checkpoint, ...]:
    newest, first = read_checkpoint(source), last.sequence + 1 if last else 1
    verify_checkpoint(newest, _brand(house))
    if newest.sequence < first:
        raise CheckpointRefusedError(
            f"{source} has nothing newer than checkpoint {first - 1}, which is here: name who kept newer ones; "
            f"where none was ever published, say --after {NONE}"
        )
    if newest.sequence - first >= _TAKEN_MAX:
        raise CheckpointRefusedError(f"{source}: more than {_TAKEN_MAX} checkpoints would have to be taken back")
    if last is not None and (reasons := disagreements(last, newest)):
        raise CheckpointRefusedError("; ".join(reasons))
    found = [newest]
    while found[-1].sequence > first:
        found.append(_before(found[-1], _beside(source, newest.sequence, found[-1].sequence - 1)))
    if found[-1].previous != (checkpoint_digest(last) if last else NOTHING_BEFORE):
        raise CheckpointRefusedError(f"{found[-1].name} does not follow the checkpoint {first - 1} that is here")
    return tuple(reversed(found))


def _before(later: Checkpoint, place: str) -> Checkpoint:
    """Read the one before; the later one's signature covers its digest, but neither its key nor its signature."""
    found = read_checkpoint(place)
    if checkpoint_digest(found) != later.previous:
        raise CheckpointRefusedError(f"{place} is not the checkpoint that {later.name} follows")
    return found


def _beside(source: str, newest: int, wanted: int) -> str:
    """Name another checkpoint of the same publisher: in the site's archive, or beside a file that has its number."""
    if is_url(source) and urlsplit(source).path in ("", "/"):
        source = source.rstrip("/") + WELL_KNOWN
    if is_url(source) and source.endswith(WELL_KNOWN):
        return f"{source}s/{wanted}"
    folder, slash, name = source.rpartition("/")
    ending = "" if name == str(newest) else ".json"
    return f"{folder}{slash}{wanted}{ending}"


def _brand(house: House) -> Brand:
    (brand,) = house.identity.trust(None).brands
    return brand


def _refuse_missing(house: House, newest: Checkpoint | None) -> None:
    """Refuse where the house's own traces know of a newer one."""
    sequence = newest.sequence if newest else 0
    seen = house.memory.load(house.identity.registry).checkpoint
    if is_anchored(house, sequence + 1):
        trace = "is anchored on chain"
    elif seen is not None and seen.sequence > sequence:
        trace = f"was seen by this house: {seen.name}"
    else:
        return
    raise CheckpointRefusedError(
        f"one newer than checkpoint {sequence} {trace}; take that one back, with --after FILE|URL"
    )
