"""Which blocks an evidence bundle holds, and in which order: the walk that its writer and its reader both make.

Source: docs/bundle.md, "Blocks". The walk meets what a verification reads, so that nothing is missing and nothing is
carried that nobody reads: a block more would be room for something unseen.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, ParamSpec

from provenance_schemas.car import car_parts, read_car
from provenance_schemas.commitments import passport_path
from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.errors import ContentError, SchemaError
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.unixfs_read import Get, checked, resolve_path
from verifier.commitment_files import batch_commitments
from verifier.errors import BundleError, ContentUnavailableError
from verifier.history import Entry, documented_steps
from verifier.issuance import Issuance, LabelReplacement
from verifier.ports import ActorWord

BLOCKS_MAX_BYTES: Final = 64 * 1024**2
_Part = ParamSpec("_Part")


def needed_blocks(
    item: ItemId,
    passports: ContentId,
    entries: Sequence[Entry],
    issuances: Iterable[Issuance],
    actors: Mapping[Address, ActorWord],
    get: Get,
) -> dict[ContentId, bytes]:
    """Walk everything a verification of `item` reads, and give its blocks in the order they were first met.

    `entries` are numbered. What `get` cannot give (ContentUnavailableError) is left out; a directory or a file that
    proves to be malformed ends its own part of the walk. An issuance by a key that was disputed by then ties no label,
    so its content is never read.
    """
    met: dict[ContentId, bytes] = {}

    def meet(cid: ContentId) -> bytes:
        if cid not in met:
            met[cid] = get(cid)
        return met[cid]

    _walk(_passport, passports, item.index, meet)
    for entry in documented_steps(entries):
        if entry.document:
            _walk(checked, entry.document, meet)
    for issuance in issuances:
        if not actors[issuance.meta.actor].disputes(issuance.meta.time_s):
            _walk(_issued, issuance, meet)
    return met


def _walk(part: Callable[_Part, object], *args: _Part.args, **kwargs: _Part.kwargs) -> None:
    try:
        part(*args, **kwargs)
    except (ContentUnavailableError, SchemaError):
        return


def _passport(root: ContentId, index: int, get: Get) -> None:
    target = resolve_path(root, passport_path(index), get).target
    if target is not None:
        checked(target, get)


def _issued(issuance: Issuance, get: Get) -> None:
    if isinstance(issuance, LabelReplacement):
        checked(issuance.document, get)
    else:
        batch_commitments(ContentId(DAG_PB, issuance.passports), issuance.count, get)


def write_blocks(root: ContentId, blocks: Mapping[ContentId, bytes]) -> bytes:
    """Write the CAR of a bundle."""
    return b"".join(car_parts([root], blocks.items()))


def read_blocks(car: bytes) -> dict[ContentId, bytes]:
    """Read the CAR of a bundle, in its order. Raises BundleError for a wrong block, and for one that stands twice."""
    blocks: dict[ContentId, bytes] = {}
    try:
        for cid, block in read_car(io.BytesIO(car), size_max_bytes=BLOCKS_MAX_BYTES).blocks:
            if cid in blocks:
                raise BundleError(f"blocks.car: block {cid} stands twice")
            blocks[cid] = block
    except ContentError as error:
        raise BundleError(f"blocks.car: {error}") from error
    return blocks
