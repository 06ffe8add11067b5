"""All documents of a house in one CAR, and back: streamed, bounded in memory, every block checked both ways.

Memory is about 150 bytes a block: each digest is remembered, so that none is written twice or missed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from mint.content_index import Index, Part, make_index, read_index
from mint.content_names import Named, NameKind
from mint.content_ports import StoreWriteError
from mint.content_walk import blocks_below, children
from mint.dispatch import Store
from mint.errors import BackupWriteError, ContentLostError, InputError, StoreAwayError
from provenance_schemas.car import Car, car_header, car_section, read_car
from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES, decode_node
from provenance_schemas.errors import ContentError
from verifier.errors import ContentUnavailableError
from verifier.ports import ContentStore

_BATCH_MAX_BYTES: Final = 8 * 1024 * 1024
_FILE_MAX_BYTES: Final = 2**44

Progress = Callable[[int], None]
"""Takes how many blocks are done."""


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What stands in a backup."""

    root: ContentId
    roots: int
    blocks: int
    size_bytes: int
    left_out: tuple[ContentId, ...]
    """Step documents and linked files that no copy has whole: a partner may name what was never given to us."""


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a backup brought back to one copy."""

    copy: str
    root: ContentId
    blocks: int
    written: int
    """The others were there already, and whole."""


def back_up(
    names: Iterable[Named],
    source: ContentStore,
    out: Path,
    *,
    since: Sequence[Path] = (),
    force: bool = False,
    progress: Progress = lambda _: None,
) -> BackupReport:
    """Write everything below `names` into a new file.

    1. Walk all documents for what they link to, and write the index over all roots.
    2. Write index and roots, depth first, each block once, to a file beside `out`.
    3. Read that file as a stranger would, and only then give it its name.

    Documents and files that no copy has are left out and told; a batch must be whole.
    The roots of earlier backups, `since`, are left out: the new one holds what came after, and is whole in itself.
    Raises ContentLostError when a block of a batch is nowhere, InputError for a file that is there already,
    BackupWriteError when the disk is full. The same roots give the same bytes.
    """
    if out.exists() and not force:
        raise InputError(f"{out} is there already; --force writes over it")
    known = {root for earlier in since for root in _roots(earlier)}
    parts, left_out = _parts(names, source, known)  # 1.
    index = make_index(parts, lambda cid: _block(source, cid))
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with temporary.open("xb") as file:
            file.write(car_header([index.root.raw]))
            for count, (cid, block) in enumerate(_all_blocks(index, source), 1):  # 2.
                file.write(car_section(cid, block))
                progress(count)
            file.flush()
            os.fsync(file.fileno())
        with open_backup(temporary) as backup:  # 3.
            blocks = sum(1 for _ in backup.blocks())
        size = temporary.stat().st_size
        temporary.replace(out)
    except OSError as error:
        raise BackupWriteError(out, str(error)) from error
    finally:
        temporary.unlink(missing_ok=True)
    return BackupReport(index.root, len(index.roots), blocks, size, left_out)


class Backup:
    """A backup being read. Raises ContentError for anything that is not exactly a whole backup."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._car: Car = read_car(file, size_max_bytes=_FILE_MAX_BYTES)
        if len(self._car.roots) != 1:
            raise ContentError(f"a backup has one root, this CAR has {len(self._car.roots)}")
        self.index: Index = read_index(self._car.roots[0], self._car.blocks)

    def __enter__(self) -> Backup:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def blocks(self) -> Iterator[tuple[ContentId, bytes]]:
        """Give every block once, the index first; nothing that no earlier block names, and all that one names.

        A block that fails is never given. The end is reached only by a whole backup.
        """
        seen = {cid.digest for cid in self.index.blocks}
        wanted = {cid.digest for cid in self.index.roots} - seen
        yield from self.index.blocks.items()
        for cid, block in self._car.blocks:
            if cid.digest not in wanted:
                why = "stands twice in it" if cid.digest in seen else "is named by nothing in it"
                raise ContentError(f"{cid}: this block of the backup {why}")
            wanted.discard(cid.digest)
            seen.add(cid.digest)
            if cid.codec != RAW:
                # Read strictly: a directory that cannot be read cannot be shown to be whole.
                wanted.update(link.cid.digest for link in decode_node(block).links if link.cid.digest not in seen)
            yield cid, block
        if wanted:
            raise ContentError(f"the backup is not whole: {len(wanted)} blocks that it names are not in it")


def open_backup(path: Path) -> Backup:
    """Open a backup and read its index. Raises ContentError, InputError when there is no such file."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    try:
        return Backup(file)
    except BaseException:
        file.close()
        raise


def _roots(path: Path) -> tuple[ContentId, ...]:
    with open_backup(path) as backup:
        return backup.index.roots


def restore(path: Path, copy: Store, progress: Progress = lambda _: None) -> RestoreReport:
    """Bring a backup back into one copy, and pin its index there.

    What the copy has already, and whole, is not written again: a restore that was cut goes on by being repeated.
    Raises ContentError when the file is no whole backup (good blocks before the fault stay: each stands for itself),
    StoreAwayError when the copy does not take them.
    """
    assert copy.writer is not None, "a copy that is only read takes nothing"
    written = count = 0
    try:
        with open_backup(path) as backup:
            for batch in _batches(backup.blocks()):
                missing = [(cid, block) for cid, block in batch if not _holds(copy, cid, block)]
                copy.writer.put_many(missing)
                written, count = written + len(missing), count + len(batch)
                progress(count)
            copy.writer.pin(backup.index.root)
    except StoreWriteError as error:
        raise StoreAwayError(copy.name, error.reason) from error
    return RestoreReport(copy.name, backup.index.root, count, written)


def _parts(
    names: Iterable[Named], source: ContentStore, known: set[ContentId]
) -> tuple[dict[Part, list[ContentId]], tuple[ContentId, ...]]:
    """Sort the roots into the folders of the index, find the files that documents link to, and what is lost."""
    parts: dict[Part, list[ContentId]] = {part: [] for part in Part}
    left_out: dict[ContentId, None] = {}
    seen: set[bytes] = set()
    for named in names:
        if named.cid in known:
            continue
        is_batch = named.kind is NameKind.BATCH
        parts[Part.BATCHES if is_batch else Part.DOCUMENTS].append(named.cid)
        root = named.cid
        for found in blocks_below(named, lambda cid: _block_or_none(source, cid), seen):
            if found.root_of_file:
                root = found.cid
                if root not in known:
                    parts[Part.FILES].append(root)
            if found.block is None:
                if is_batch and root == named.cid:
                    raise ContentLostError(found.cid, f"it belongs to the batch {root}")
                left_out[root] = None
                seen.discard(found.cid.digest)  # whatever else needs this block is to be left out too
    for part in (Part.DOCUMENTS, Part.FILES):
        parts[part] = [cid for cid in parts[part] if cid not in left_out]
    return parts, tuple(left_out)


def _all_blocks(index: Index, source: ContentStore) -> Iterator[tuple[ContentId, bytes]]:
    """Give the index, then what is below each root, depth first, each block once."""
    seen = {cid.digest for cid in index.blocks}
    yield from index.blocks.items()
    for root in index.roots:
        stack = [root]
        while stack:
            cid = stack.pop()
            if cid.digest in seen:
                continue
            seen.add(cid.digest)
            block = _block(source, cid)
            yield cid, block
            if cid.codec != RAW:
                stack += reversed(children(block))


def _block(source: ContentStore, cid: ContentId) -> bytes:
    block = _block_or_none(source, cid)
    if block is None:
        raise ContentLostError(cid, "it was there a moment ago")
    return block


def _block_or_none(source: ContentStore, cid: ContentId) -> bytes | None:
    try:
        block = source.get(cid, size_max_bytes=BLOCK_MAX_BYTES)
    except ContentUnavailableError:
        return None
    return block if cid.matches(block) else None


def _holds(copy: Store, cid: ContentId, block: bytes) -> bool:
    try:
        return copy.reader.get(cid, size_max_bytes=BLOCK_MAX_BYTES) == block
    except ContentUnavailableError:
        return False


def _batches(blocks: Iterator[tuple[ContentId, bytes]]) -> Iterator[Sequence[tuple[ContentId, bytes]]]:
    batch: list[tuple[ContentId, bytes]] = []
    size = 0
    for cid, block in blocks:
        batch.append((cid, block))
        size += len(block)
        if size >= _BATCH_MAX_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
