"""What this verifier has seen of each registry's chain: one small file a registry, replaced whole, never moved back."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from provenance_schemas.canonical import parse_json_strict
from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import Address, BlockRef
from provenance_schemas.keccak import keccak256
from verifier.adapters.whole_files import write_whole
from verifier.checkpoints import Checkpoint, checkpoint_json, parse_checkpoint
from verifier.descent import Seen, Walk, adopt
from verifier.errors import ChainUnavailableError, CheckpointError
from verifier.limits import TRAIL_BLOCKS_MAX
from verifier.trust import Registry, instant_of, instant_text

SEEN_TYPE: Final = "assay/seen-1"
OFF: Final = "off"
_SIZE_MAX_BYTES: Final = 1 << 16


class CheckpointMemory:
    """The memory in one folder. Every method raises ChainUnavailableError when the folder cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, registry: Registry) -> Path:
        """Name the file of one registry; another deployment under the same address has another file."""
        name = f"{registry.name}@0x{registry.deployed_block_hash.hex()}"
        return self.folder / f"{keccak256(name.encode()).hex()[:16]}.json"

    def load(self, registry: Registry) -> Seen:
        """Read what was seen; an empty memory where nothing was."""
        path = self.path(registry)
        try:
            with path.open("rb") as file:
                content = file.read(_SIZE_MAX_BYTES)
        except FileNotFoundError:
            return Seen()
        except OSError as error:
            raise ChainUnavailableError(f"{path}: what was seen before cannot be read ({error.strerror})") from error
        try:
            return _seen_of(parse_json_strict(content), registry)
        except (SchemaError, CheckpointError, AttributeError, KeyError, TypeError, ValueError) as error:
            # Believing nothing instead would let whoever damages the file undo the memory unseen.
            raise ChainUnavailableError(f"{path} is damaged; `assay checkpoint forget` starts anew") from error

    def stamp(self, registry: Registry) -> tuple[int, int]:
        """Give what changes whenever the file does; zeros where there is none."""
        try:
            state = self.path(registry).stat()
        except OSError:
            return 0, 0
        return state.st_ino, state.st_mtime_ns

    def adopt(self, registry: Registry, checkpoint: Checkpoint, keys: Collection[Address] | None = None) -> Seen:
        """Remember a checkpoint whose signature was verified. Raises CheckpointError when it contradicts the memory.

        With the brand's `keys` of today, one that was signed by any other counts no more: its thief could number his
        so high that the brand is never heard again.
        """

        def change(seen: Seen) -> Seen:
            if keys is not None and seen.checkpoint is not None and seen.checkpoint.key not in keys:
                seen = replace(seen, checkpoint=None, walk=None)
            return adopt(seen, checkpoint)

        return self._change(registry, change)

    def keep(self, registry: Registry, after: Seen) -> Seen:
        """Remember a head, or an unfinished walk, found with what `load` gave. What another process saw later stays."""

        def later(now: Seen) -> Seen:
            same = now.checkpoint == after.checkpoint or now.checkpoint is None
            if now.checkpoint is not None and after.linked and not now.linked:
                return after if same else now  # it descends from the brand's word, the other is a node's alone
            behind = now.head is None or (after.head is not None and after.head.number >= now.head.number)
            return after if same and behind else now

        return self._change(registry, later)

    def forget(self, registry: Registry) -> bool:
        """Drop what was seen of one registry; False where there was nothing."""
        with self._locked(registry):
            if not self.path(registry).exists():
                return False
            self.path(registry).unlink()
            return True

    def _change(self, registry: Registry, change: Callable[[Seen], Seen]) -> Seen:
        with self._locked(registry):
            before = self.load(registry)
            after = change(before)
            if after != before:
                write_whole(self.path(registry), json.dumps(_seen_json(after, registry), indent=1))
            return after

    @contextmanager
    def _locked(self, registry: Registry) -> Iterator[None]:
        """Keep other processes from changing the same file."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path(registry).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        except OSError as error:
            raise self._unusable(error) from error
        finally:
            os.close(descriptor)

    def _unusable(self, error: OSError) -> ChainUnavailableError:
        return ChainUnavailableError(
            f"{self.folder}: what was seen cannot be kept ({error.strerror}); name another folder"
        )


def open_memory(state: Path, environ: Mapping[str, str]) -> CheckpointMemory | None:
    """Give the memory of a state folder; None where $ASSAY_STATE says `off`: each answer is then the first one."""
    return None if environ.get("ASSAY_STATE") == OFF else CheckpointMemory(state / "seen")


def _seen_json(seen: Seen, registry: Registry) -> dict[str, Any]:
    walk = seen.walk
    return {
        "type": SEEN_TYPE,
        "registry": registry.name,
        "checkpoint": json.loads(checkpoint_json(seen.checkpoint)) if seen.checkpoint else None,
        "head": _block_json(seen.head) if seen.head else None,
        "linked": seen.linked,
        "trail": ["0x" + one.hex() for one in seen.trail],
        "walk": {"top": _block_json(walk.top), "number": walk.number, "hash": "0x" + walk.hash.hex()} if walk else None,
        "refuted": _block_json(seen.refuted) if seen.refuted else None,
    }


def _seen_of(value: dict[str, Any], registry: Registry) -> Seen:
    if value["type"] != SEEN_TYPE or value["registry"] != registry.name:
        raise ValueError(f"is not about {registry.name}")
    checkpoint, head, walk = value["checkpoint"], value["head"], value["walk"]
    refuted = value.get("refuted")  # a file of before has none
    trail = tuple(_word_of(one) for one in value["trail"])
    if len(trail) > TRAIL_BLOCKS_MAX or bool(trail) != (head is not None) or not isinstance(value["linked"], bool):
        raise ValueError("head and trail do not belong together")
    return Seen(
        parse_checkpoint(json.dumps(checkpoint).encode()) if checkpoint is not None else None,
        _block_of(head) if head is not None else None,
        value["linked"],
        trail,
        Walk(_block_of(walk["top"]), int(walk["number"]), _word_of(walk["hash"])) if walk is not None else None,
        _block_of(refuted) if refuted is not None else None,
    )


def _block_json(block: BlockRef) -> dict[str, Any]:
    return {"number": block.number, "hash": "0x" + block.hash.hex(), "mined_at": instant_text(block.mined_at)}


def _block_of(value: Any) -> BlockRef:
    return BlockRef(int(value["number"]), _word_of(value["hash"]), instant_of(value["mined_at"]))


def _word_of(text: str) -> bytes:
    word = bytes.fromhex(text.removeprefix("0x"))
    if len(word) != 32:
        raise ValueError("a hash is 32 bytes")
    return word
