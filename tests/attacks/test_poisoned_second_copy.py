"""Somebody with a hand on one copy changes it, and waits for the house to save it over the good one.

The weaker rule takes what a copy says of itself, or the newest of two that differ. Ours knows which of two is right
without asking: a document's name is its hash, so a poisoned copy can be seen, outvoted by one, and never copied.
"""

from __future__ import annotations

import pytest

from mint.content_audit import Auditor, Fault, audit_names
from mint.content_backup import back_up
from mint.dispatch import Store
from mint.errors import PublishError
from mint.publish import publish_blocks
from provenance_schemas.content_id import ContentId
from tests.fakes.content import some_content
from tests.fakes.store import MemoryStore
from verifier.adapters.cached_store import FirstOfStores
from verifier.errors import ContentUnavailableError

CONTENT = some_content()


class Poisoned(MemoryStore):
    """Serves other bytes for one block, and says that all is well."""

    def __init__(self, cid: ContentId, block: bytes) -> None:
        super().__init__(CONTENT.blocks.items())
        self.poison = (cid, block)

    def get(self, cid, *, size_max_bytes):
        if cid == self.poison[0]:
            return self.poison[1]
        return super().get(cid, size_max_bytes=size_max_bytes)


def forged_step():
    return CONTENT.steps[0], CONTENT.blocks[CONTENT.steps[0]].replace(b"Pantin", b"Hendaye")


def synchronised_unchecked(good, bad):
    """The weaker rule: the copies are made equal by taking over whatever differs."""
    cid, _ = bad.poison
    good.blocks[cid.digest] = bad.get(cid, size_max_bytes=2**21)
    return good.blocks[cid.digest]


def test_a_poisoned_copy_is_named_and_never_written_over_the_good_one():
    """The weaker rule spreads the forgery; ours repairs nothing from it, and keeps saying so."""
    cid, forged = forged_step()
    poisoned = Poisoned(cid, forged)
    assert forged == synchronised_unchecked(MemoryStore(CONTENT.blocks.items()), poisoned)

    house = CONTENT.copy("house")
    audit = audit_names(CONTENT.names, Auditor([Store(poisoned, poisoned, "kubo"), house], repair=True))
    assert [(cid, "kubo", Fault.DAMAGED)] == audit.faults
    assert audit.copies_verified_min == 1
    assert house.reader.blocks[cid.digest] == CONTENT.blocks[cid]


def test_a_backup_is_made_from_the_good_copy(tmp_path):
    """The poisoned copy is asked first, hashed, and passed over."""
    cid, forged = forged_step()
    back_up(
        CONTENT.names, FirstOfStores([Checked(Poisoned(cid, forged)), CONTENT.copy("house").reader]), tmp_path / "b"
    )

    assert forged not in (tmp_path / "b").read_bytes()
    assert CONTENT.blocks[cid] in (tmp_path / "b").read_bytes()


class Checked:
    """What every adapter of ours does with an answer."""

    def __init__(self, store):
        self._store = store

    def get(self, cid, *, size_max_bytes):
        block = self._store.get(cid, size_max_bytes=size_max_bytes)
        if not cid.matches(block):
            raise ContentUnavailableError(f"{cid}: other bytes")
        return block


def test_nothing_is_recorded_while_a_copy_gives_other_bytes():
    """The poison is there before the document: the registry never hears of it."""
    cid, forged = forged_step()
    poisoned = Poisoned(cid, forged)

    with pytest.raises(PublishError, match="kubo"):
        publish_blocks([CONTENT.copy("house"), Store(poisoned, poisoned, "kubo")], list(CONTENT.blocks.items()))
