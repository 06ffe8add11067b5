"""The hand-written layout and event signatures, held to the compiled contract."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

import provenance_schemas
from provenance_schemas.ids import ItemId
from provenance_schemas.keccak import keccak256
from tests.fakes.documents import CONTRACT
from tests.fakes.registry import NO_ACTOR, some_address
from tests.unit.verifier.test_history import BATCH, ITEM, full_registry
from verifier.adapters import registry_events, registry_layout
from verifier.adapters.registry_layout import actor_slot, actor_word, item_slots, item_words
from verifier.ports import ActorWord


@cache
def artifact():
    path = Path(provenance_schemas.__file__).parent / "abi" / "ItemRegistry.json"
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("constant", "label"),
    [
        ("OWNERS_SLOT", "_owners"),
        ("BATCHES_SLOT", "batches"),
        ("STATE_SLOT", "state"),
        ("BATCH_STATE_SLOT", "batchState"),
        ("ISSUANCE_SLOT", "issuance"),
        ("ACTORS_SLOT", "actors"),
    ],
)
def test_each_slot_is_where_the_compiler_put_it(constant, label):
    """A wrong one would be read as zero, and zero is an answer."""
    (slot,) = [s["slot"] for s in artifact()["storageLayout"]["storage"] if s["label"] == label]
    assert getattr(registry_layout, constant) == int(slot)


def members(struct):
    types = artifact()["storageLayout"]["types"]
    (found,) = [t for name, t in types.items() if name.startswith(f"t_struct({struct})")]
    return {m["label"]: (int(m["slot"]), 8 * m["offset"]) for m in found["members"]}


def test_a_batch_is_unpacked_as_the_compiler_packed_it():
    """Three slots; the first holds three numbers."""
    at = members("Batch")
    stock = 0x5FBDB2315678AFECB367F032D93F642F64180AA3
    values = {"registeredAt": 1_790_000_000, "count": 4096, "stockAccount": stock, "passports": 7, "claimRoot": 9}
    slots = [0, 0, 0]
    for name, value in values.items():
        slot, shift = at[name]
        slots[slot] |= value << shift

    words = item_words(ITEM, (*slots, 11, 13, 0))
    assert (words.registered_at, words.count, int(words.stock_account, 16)) == (1_790_000_000, 4096, stock)
    assert (int.from_bytes(words.passports), int.from_bytes(words.claim_root)) == (7, 9)
    assert (words.state, words.batch_state) == (11, 13)


def test_an_actor_is_unpacked_as_the_compiler_packed_it():
    """With two of them exchanged, every actor would be disputed since 1970."""
    at = members("Actor")
    names = {"kinds": 1, "validFrom": 2, "validUntil": 3, "disputedSince": 4}
    packed = sum(value << at[name][1] for name, value in names.items())

    assert {slot for slot, _ in at.values()} == {0}
    assert actor_word(packed) == ActorWord(1, 2, 3, 4)
    assert actor_word(0) == NO_ACTOR


def test_every_event_we_read_has_the_signature_of_the_contract():
    """Name, types and how many words follow; one indexed argument each."""
    for event in (e for e in artifact()["abi"] if e["type"] == "event"):
        signature = f"{event['name']}({','.join(i['type'] for i in event['inputs'])})"
        topic = "0x" + keccak256(signature.encode()).hex()
        if topic in registry_events._WORDS:
            assert [i["indexed"] for i in event["inputs"]] == [True] + [False] * registry_events._WORDS[topic]
    topics = {
        "0x" + keccak256(f"{e['name']}({','.join(i['type'] for i in e['inputs'])})".encode()).hex()
        for e in artifact()["abi"]
        if e["type"] == "event"
    }
    assert set(registry_events._WORDS) <= topics


def test_the_six_slots_of_an_item_give_its_words():
    """Against the model's own storage, for an owned piece and for one in stock."""
    registry = full_registry()
    storage = registry.storage(registry.tip)
    for item in (ITEM, BATCH.item(2)):
        values = tuple(storage.get(slot, 0) for slot in item_slots(item))
        assert item_words(item, values) == registry.words(item, registry.tip)


@pytest.mark.parametrize(("index", "held"), [(0, True), (2, True), (3, False), (2**32 - 1, False)])
def test_a_batch_holds_its_count_and_no_more(index, held):
    """Both sides of the edge: beyond it there is no such item."""
    registry = full_registry()
    storage = registry.storage(registry.tip)
    item = BATCH.item(index)

    words = item_words(item, tuple(storage.get(slot, 0) for slot in item_slots(item)))
    assert (words is not None) == held


def test_a_batch_that_was_never_registered_holds_nothing():
    assert item_words(ItemId(1, CONTRACT, 5 << 32), (0,) * 6) is None


def test_an_actor_has_a_slot_of_its_own():
    assert len({actor_slot(some_address(name)) for name in "abc"}) == 3
