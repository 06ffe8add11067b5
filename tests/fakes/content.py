"""A small house's documents: one batch, two steps, and the pictures and certificates that they link to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from mint.content_names import Named, NameKind, Page
from mint.dispatch import Store
from mint.plan import directory_blocks
from provenance_schemas.commitments import directory_entries
from provenance_schemas.content_id import ContentId
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.documents import some_passport, some_step
from tests.fakes.store import MemoryStore

PIECES = 3
FILES = (b"front", b"back", b"stamp", b"certificate")
"""What the sample documents link to."""


@dataclass(frozen=True)
class Content:
    """Blocks, and what names them."""

    blocks: dict[ContentId, bytes]
    names: tuple[Named, ...]
    batch: ContentId
    steps: tuple[ContentId, ...]

    def copy(self, name: str) -> Store:
        """Give a copy of its own that holds everything."""
        memory = MemoryStore(self.blocks.items())
        return Store(memory, memory, name)


class ListedNames:
    """Names from a list, a few at a time."""

    def __init__(self, names: Sequence[Named]) -> None:
        self.names = list(names)
        self.error: Exception | None = None

    def after(self, place: str, limit: int) -> Page | None:
        if self.error is not None:
            raise self.error
        start = int(place or 0)
        page = self.names[start : start + min(limit, 2)]
        return Page(page, str(start + len(page))) if page else None


def some_content() -> Content:
    """Make it."""
    commitments = [hashlib.sha256(b"%d" % index).digest() for index in range(PIECES)]
    passports = [some_passport(commitment=commitment, name=f"Aurore {index}").to_bytes()
                 for index, commitment in enumerate(commitments)]  # fmt: skip
    batch, blocks = directory_blocks(directory_entries(passports, commitments))
    steps = [some_step(kind).to_bytes() for kind in (EntryKind.MANUFACTURED, EntryKind.SOLD)]
    everything = dict(blocks) | {ContentId.of(content): content for content in (*steps, *FILES)}
    ids = tuple(ContentId.of(step) for step in steps)
    names = [Named(batch, NameKind.BATCH, "1"), *(Named(cid, NameKind.STEP, str(at)) for at, cid in enumerate(ids, 2))]
    return Content(everything, tuple(names), batch, ids)
