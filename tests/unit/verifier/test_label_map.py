"""The label map: a miss is a proof, or it is not given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance_schemas.commitments import commitments_path, directory_entries
from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.ids import BatchId
from provenance_schemas.labels import label_commitment
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.unixfs_read import resolve_path
from tests.fakes.chain import FakeChain
from tests.fakes.registry import REGISTRAR
from tests.fakes.world import CHAIN_ID, CONTRACT, GTIN, HOUSE, World, put_directory, some_serial
from verifier.errors import ChainUnavailableError
from verifier.label_map import LabelMap
from verifier.limits import UNREAD_FAILURES_MAX, UNREAD_RETRY_S


class Books:
    """A label map over one world, with a clock that moves when told."""

    def __init__(self, world: World, *sources):
        self.world = world
        self.sources = sources or (world.chain,)
        self.now_s = 0.0
        self.map = LabelMap(CHAIN_ID, CONTRACT, 0, world.store, clock=lambda: self.now_s)

    def look_up(self, serial, at=None):
        at = self.world.registry.tip if at is None else at
        word = self.world.registry.issuance(at)
        return self.map.look_up(label_commitment(GTIN, serial), word, at, self.sources)

    def items(self, serial, at=None):
        found = self.look_up(serial, at)
        assert not found.unread
        return [candidate.item for candidate in found.candidates]


@pytest.fixture
def world():
    return World()


def serial_of(world, item):
    return world.serials[item.token_id]


def commitment_file(world, batch):
    """Name the block that holds a batch's commitments."""
    return resolve_path(world.roots[batch], commitments_path(0), world.store.get_block).target


def test_each_label_leads_to_its_item(world):
    """Several batches, found in one walk."""
    items = [*world.register(77, 3), *world.register(78)]
    books = Books(world)

    for item in items:
        assert books.items(serial_of(world, item)) == [item]
        assert books.map.guess(label_commitment(GTIN, serial_of(world, item))) == item


def test_a_label_nobody_issued_is_a_proven_miss(world):
    world.register(77)
    assert Books(world).items(some_serial("nobody's")) == []


def test_a_registry_without_registrations_proves_every_miss(world):
    assert Books(world).items(some_serial("nobody's")) == []


def test_a_candidate_says_who_registered_and_who_tied_the_label(world):
    (item,) = world.register(77)
    world.replace_label(item, "new")
    registered, replaced = world.registry.issuances(0, 99)
    books = Books(world)

    (old,) = books.look_up(serial_of(world, item)).candidates
    (new,) = books.look_up(some_serial("new")).candidates
    assert (old.tied_by, old.tied_at) == (REGISTRAR, registered.meta.time_s)
    assert (new.tied_by, new.tied_at) == (HOUSE, replaced.meta.time_s)
    assert {(c.registrar, c.registered_at) for c in (old, new)} == {(REGISTRAR, registered.meta.time_s)}


def test_two_items_with_one_commitment_are_both_found(world):
    (first,) = world.register(77)
    (second,) = world.register(78, serials=[serial_of(world, first)])

    assert Books(world).items(serial_of(world, first)) == [first, second]


# ---- sources


def hiding(position):
    return lambda issuances: issuances[:position] + issuances[position + 1 :]


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_source_that_hides_a_registration_proves_no_miss(world, position):
    for batch in (77, 78, 79):
        world.register(batch)
    world.chain.tell_issuances = hiding(position)

    with pytest.raises(ChainUnavailableError, match="do not replay"):
        Books(world).look_up(some_serial("nobody's"))


def test_a_source_that_adds_a_registration_is_not_believed(world):
    """Nor is a byte of the forged batch asked for: it could be anything, anywhere."""
    (item,) = world.register(77)
    (real,) = world.registry.issuances(0, 99)
    forged = replace(real, batch=0, passports=b"\7" * 32, block_number=world.registry.tip)
    world.chain.tell_issuances = lambda issuances: [*issuances, forged]

    with pytest.raises(ChainUnavailableError, match="do not replay"):
        Books(world).look_up(serial_of(world, item))
    assert ContentId(DAG_PB, forged.passports) not in world.store.asked


@pytest.mark.parametrize("fault", ["hides", "adds", "is silent"])
def test_after_a_source_that_lies_or_is_silent_the_next_is_asked(world, fault):
    """An index first, the node's own logs after."""
    (item,) = world.register(77)
    index = FakeChain(world.registry)
    index.reachable = fault != "is silent"
    index.tell_issuances = {"hides": lambda _: [], "adds": lambda all_: all_ * 2}.get(fault, lambda all_: all_)

    assert Books(world, index, world.chain).items(serial_of(world, item)) == [item]


def test_without_any_source_there_is_no_answer(world):
    world.register(77)
    world.chain.reachable = False

    with pytest.raises(ChainUnavailableError):
        Books(world).look_up(some_serial("nobody's"))


def test_what_was_read_once_is_not_walked_again(world):
    """Neither for the same word nor for a miss; a new block without issuances asks for nothing either."""
    (item,) = world.register(77)
    books = Books(world)
    books.look_up(serial_of(world, item))
    world.chain.reachable = False
    world.registry.mine(5)

    assert books.items(serial_of(world, item)) == [item]
    assert books.items(some_serial("nobody's")) == []


# ---- blocks


def test_a_newer_registration_is_added_to_the_books(world):
    (first,) = world.register(77)
    books = Books(world)
    assert books.items(serial_of(world, first)) == [first]

    (second,) = world.register(78)
    assert books.items(serial_of(world, second)) == [second]
    assert books.items(serial_of(world, first)) == [first]


def test_an_older_word_sees_only_what_it_covers(world):
    """The final block is read after the latest one, for another phone."""
    (first,) = world.register(77)
    before = world.registry.tip
    (second,) = world.register(78)
    books = Books(world)
    assert books.items(serial_of(world, second)) == [second]

    assert books.items(serial_of(world, second), at=before) == []
    assert books.items(serial_of(world, first), at=before) == [first]
    assert books.items(serial_of(world, first), at=0) == []


def test_a_reorganisation_starts_new_books(world):
    """A registration that was undone leads nowhere; the one that took its place is found."""
    (kept,) = world.register(77)
    fork = world.registry.tip
    (undone,) = world.register(78)
    books = Books(world)
    assert books.items(serial_of(world, undone)) == [undone]

    world.registry.rewind(fork)
    (instead,) = world.register(79)
    assert books.items(serial_of(world, instead)) == [instead]
    assert books.items(serial_of(world, undone)) == []
    assert books.items(serial_of(world, kept)) == [kept]


# ---- content


def test_a_withheld_commitment_file_leaves_the_miss_open(world):
    """The label looked for may be in it; who registered it, and when, is told."""
    (item,) = world.register(77)
    withheld = commitment_file(world, 77)
    del world.store.blocks[withheld.digest]

    found = Books(world).look_up(serial_of(world, item))
    assert not found.candidates
    (unread,) = found.unread
    assert unread.actor == REGISTRAR
    assert str(withheld) in unread.why


def test_a_withheld_batch_hides_no_other_one(world):
    """What can be read is read; the gap is told beside it."""
    world.register(77)
    (item,) = world.register(78)
    del world.store.blocks[world.roots[77].digest]

    found = Books(world).look_up(serial_of(world, item))
    assert [candidate.item for candidate in found.candidates] == [item]
    assert len(found.unread) == 1


def test_a_withheld_batch_does_not_touch_an_older_word(world):
    """At that block it was not there yet."""
    (item,) = world.register(77)
    before = world.registry.tip
    world.register(78)
    del world.store.blocks[world.roots[78].digest]
    books = Books(world)

    assert books.look_up(serial_of(world, item)).unread
    assert books.items(serial_of(world, item), at=before) == [item]


def test_missing_content_is_asked_for_again_after_a_pause(world):
    """Not with every scan: each would wait for it."""
    (item,) = world.register(77)
    block = world.store.blocks.pop(world.roots[77].digest)
    books = Books(world)
    assert books.look_up(serial_of(world, item)).unread
    world.store.blocks[world.roots[77].digest] = block

    books.now_s = UNREAD_RETRY_S / 2
    assert books.look_up(serial_of(world, item)).unread
    books.now_s = UNREAD_RETRY_S
    assert books.items(serial_of(world, item)) == [item]


def test_a_store_that_gives_nothing_is_given_up_soon(world):
    """A thousand batches must not mean a thousand timeouts."""
    for batch in range(70, 70 + 3 * UNREAD_FAILURES_MAX):
        world.register(batch)
    world.store.reachable = False
    world.store.asked.clear()

    found = Books(world).look_up(some_serial("nobody's"))
    assert len(found.unread) == 3 * UNREAD_FAILURES_MAX
    assert len(world.store.asked) == UNREAD_FAILURES_MAX


def test_batches_that_are_gone_for_good_do_not_keep_the_others_from_being_read(world):
    """A stolen key could register a few whose content nobody ever had."""
    for batch in range(70, 70 + UNREAD_FAILURES_MAX):
        world.register(batch)
        del world.store.blocks[world.roots[batch].digest]
    (item,) = world.register(99)
    books = Books(world)
    books.look_up(serial_of(world, item))

    books.now_s = UNREAD_RETRY_S
    found = books.look_up(serial_of(world, item))
    assert [candidate.item for candidate in found.candidates] == [item]


@pytest.mark.parametrize("data", [b"", b"{}", b"not JSON", b"\0" * 300_000])
def test_proven_bytes_that_are_no_commitment_file_tie_no_label(world, data):
    """They match their content id, so nothing is missing: this batch has no labels."""
    (item,) = world.register(77)
    (other,) = world.register(78)
    passport = world.passport(item, bytes(32)).to_bytes()
    entries = {**directory_entries([passport], [bytes(32)]), "commitments": {"0.json": data}}
    root = put_directory(entries, world.store)
    world.registry.register(BatchId(CHAIN_ID, CONTRACT, 79), 1, root.digest)

    assert Books(world).items(some_serial("nobody's")) == []
    assert Books(world).items(serial_of(world, other)) == [other]


def test_a_commitment_file_of_other_pieces_ties_no_label(world):
    """It must name each piece of the batch once: here it names two, the batch has one."""
    passports = [world.passport(BatchId(CHAIN_ID, CONTRACT, 79).item(0), bytes(32)).to_bytes()] * 2
    root = put_directory(directory_entries(passports, [bytes(32), b"\1" * 32]), world.store)
    world.registry.register(BatchId(CHAIN_ID, CONTRACT, 79), 1, root.digest)

    word, tip = world.registry.issuance(world.registry.tip), world.registry.tip
    assert Books(world).map.look_up(bytes(32), word, tip, (world.chain,)).candidates == ()


def test_a_replaced_label_leads_to_its_item(world):
    """The old one too: what is in force is for the history to say."""
    (item,) = world.register(77)
    world.replace_label(item, "new")

    assert Books(world).items(some_serial("new")) == [item]
    assert Books(world).items(serial_of(world, item)) == [item]


def test_a_withheld_replacement_leaves_the_miss_open(world):
    (item,) = world.register(77)
    world.replace_label(item, "new")
    (_, replacement) = world.registry.issuances(0, 99)
    del world.store.blocks[replacement.document.digest]

    (unread,) = Books(world).look_up(some_serial("new")).unread
    assert unread.actor == HOUSE


@pytest.mark.parametrize("told", ["another piece", "another kind", "no step"])
def test_a_document_that_replaces_no_label_of_this_item_ties_none(world, told):
    """Recorded on the second piece, a true document of the first would make its label a double."""
    first, second = world.register(77, 2)
    document = world.step_document(
        first, EntryKind.LABEL_REPLACED, HOUSE, commitment=label_commitment(GTIN, some_serial("new"))
    )
    if told == "another kind":
        document = world.step_document(second, EntryKind.SERVICED, HOUSE)
    digest = world.put_step(document)
    if told == "no step":
        cid = ContentId.of(b"no step")
        world.store.put(cid, b"no step")
        digest = cid.digest
    world.registry.step(second, EntryKind.LABEL_REPLACED, digest, by=HOUSE)

    assert Books(world).items(some_serial("new")) == []
