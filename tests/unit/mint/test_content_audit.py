"""Auditing: every block of every copy, and what is done about a bad one."""

from __future__ import annotations

import pytest

from mint.content_audit import FAULTS_KEPT, Auditor, Fault, audit_names
from mint.content_names import Named, NameKind
from mint.dispatch import Store
from provenance_schemas.content_id import ContentId
from tests.fakes.content import FILES, some_content
from tests.fakes.store import MemoryStore

CONTENT = some_content()


def two_copies():
    return [CONTENT.copy("house"), CONTENT.copy("kubo")]


def audited(copies, **more):
    return audit_names(CONTENT.names, Auditor(copies, **more))


def test_everything_that_the_registry_names_is_read_from_every_copy():
    """Directories, commitments, documents, and the pictures and certificates that documents link to: all, once."""
    copies = two_copies()
    audit = audited(copies)

    assert (len(CONTENT.blocks), 2, 0, []) == (audit.blocks, audit.copies_verified_min, audit.lost, audit.faults)
    for copy in copies:
        assert sorted(CONTENT.blocks, key=str) == sorted(copy.reader.asked, key=str)


@pytest.mark.parametrize("cid", CONTENT.blocks, ids=lambda cid: str(cid)[-6:])
@pytest.mark.parametrize("kind", [Fault.MISSING, Fault.DAMAGED])
def test_any_one_bad_block_is_found_and_repaired(cid, kind):
    """Each block in turn, gone or rotten, in the second copy: named, and made good from the first."""
    house, kubo = two_copies()
    if kind is Fault.MISSING:
        del kubo.reader.blocks[cid.digest]
    else:
        kubo.reader.blocks[cid.digest] += b"x"
    found = audited([house, kubo])
    repaired = audited([house, kubo], repair=True)

    assert ([(cid, "kubo", kind)], 1, 0) == (found.faults, found.copies_verified_min, found.lost)
    assert (repaired.faults, repaired.copies_verified_min, repaired.copies[1].repaired) == ([], 2, 1)
    assert audited([house, kubo]).copies_verified_min == 2


def test_a_block_in_no_copy_is_lost_and_the_rest_is_still_looked_at():
    """A directory that is gone hides what is below it, not what is beside it."""
    house, kubo = two_copies()
    for copy in (house, kubo):
        del copy.reader.blocks[CONTENT.batch.digest]
    audit = audited([house, kubo], repair=True)

    assert (audit.lost, audit.copies_verified_min, audit.names) == (1, 0, 3)
    assert audit.blocks == 1 + len(CONTENT.steps) + 1


def test_a_copy_that_lies_about_its_checks_is_not_believed():
    """The auditor hashes for itself: a store that returns other bytes without a word is damaged."""

    class Liar(MemoryStore):
        def get(self, cid, *, size_max_bytes):
            del size_max_bytes
            return b"whatever"

    audit = audited([CONTENT.copy("house"), Store(None, Liar(), "gateway")])

    assert audit.copies[1].damaged == len(CONTENT.blocks)
    assert audit.copies_verified_min == 1


def test_a_copy_that_is_away_is_neither_good_nor_bad_and_soon_left_alone():
    """Three refusals in a row: the rest is not asked for, each with its timeout."""
    house, kubo = two_copies()
    kubo.reader.reachable = False
    audit = audited([house, kubo])

    assert (True, 0, len(CONTENT.blocks)) == (audit.is_away, audit.bad, audit.copies[1].away)
    assert (audit.copies_verified_min, audit.lost) == (1, 0)


def test_a_copy_that_is_only_read_is_not_repaired():
    """A gateway of somebody else: its fault is told, again and again."""
    memory = MemoryStore()
    audit = audited([CONTENT.copy("house"), Store(None, memory, "gateway")], repair=True)

    assert (len(CONTENT.blocks), 0) == (audit.bad, audit.copies[1].repaired)


def test_what_was_repaired_is_pinned_again():
    """A node that lost blocks may have lost its pins: the names above them, and their files, are pinned anew."""
    house, kubo = two_copies()
    kubo.reader.blocks.clear()
    audited([house, kubo], repair=True)

    files = {ContentId.of(content) for content in FILES}
    assert {CONTENT.batch, *CONTENT.steps, *files} == set(kubo.reader.pinned)


def test_no_more_faults_are_kept_than_somebody_reads():
    """An empty copy of a million blocks costs no memory; the count is whole all the same."""
    auditor = Auditor([Store(None, MemoryStore(), "house")])
    for number in range(FAULTS_KEPT + 5):
        auditor.check(ContentId.of(b"%d" % number))

    assert (len(auditor.audit.faults), auditor.audit.faulty) == (FAULTS_KEPT, FAULTS_KEPT + 5)


def test_a_name_left_midway_is_gone_on_with():
    """Five blocks at a time, in as many runs as it takes: each block is checked once."""
    copy = CONTENT.copy("house")
    named = Named(CONTENT.batch, NameKind.BATCH, "")
    checked, done, runs = 0, 0, 0
    while done is not None:
        auditor = Auditor([copy])
        done = auditor.check_name(named, set(), skip=done, go_on=lambda a=auditor: a.audit.blocks < 5)
        checked, runs = checked + auditor.audit.blocks, runs + 1

    assert (checked, runs) == (len(CONTENT.blocks) - len(CONTENT.steps) - 1, 3)


def test_a_copy_that_takes_a_repair_and_stays_as_it_was_is_not_repaired():
    """What was written is read again: a store that says nothing and gives other bytes is still damaged."""

    class Stubborn(MemoryStore):
        def put_many(self, blocks):
            list(blocks)

        def get(self, cid, *, size_max_bytes):
            del cid, size_max_bytes
            return b"as it was"

    stubborn = Stubborn()
    audit = audited([CONTENT.copy("house"), Store(stubborn, stubborn, "kubo")], repair=True)

    assert (audit.copies[1].repaired, audit.bad) == (0, len(CONTENT.blocks))
