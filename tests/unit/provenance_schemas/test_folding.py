"""Folding: Python and the contract come to the same words, and a word never lies about its history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_schemas.claim_codes import claim_leaf, claim_tree, opens_root
from provenance_schemas.folding import (
    Meta,
    claim_digest,
    claim_key_digest,
    fold,
    issuance_label_replaced,
    issuance_registration,
    registration_digest,
    report_digest,
    transfer_digest,
    void_digest,
    word_length,
    word_status,
)
from provenance_schemas.ids import parse_address
from provenance_schemas.step_kinds import EntryKind, Status, next_status

VECTORS = Path(__file__).parents[2] / "vectors"
words = st.integers(0, 2**256 - 1)
digests = st.binary(min_size=32, max_size=32)


def vectors(name):
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


def raw(text):
    return bytes.fromhex(text[2:])


def number(text):
    return int(text, 16)


def test_every_bare_fold_of_the_vectors_is_ours():
    """All kinds, known and unknown, with many status bytes, and the last length there is."""
    folds = vectors("folding")["folds"]
    columns = [folds[name] for name in ("word", "batch_word", "digest", "meta", "folded")]

    for word, batch_word, digest, meta, folded in zip(*columns, strict=True):
        assert number(folded) == fold(number(word), number(batch_word), raw(digest), number(meta))


def test_a_registration_of_the_vectors_is_ours():
    """Entry 1 of the batch, and the registry's first issuance word."""
    told = vectors("folding")
    first = told["registration"]
    digest = registration_digest(
        told["chain_id"],
        told["contract"],
        first["batch_id"],
        first["count"],
        told["stock_account"],
        raw(first["passports"]),
        raw(first["claim_root"]),
    )
    meta = Meta(parse_address(first["registrar"]), EntryKind.REGISTERED, first["time_s"]).word
    word = fold(0, 0, digest, meta)

    assert first["digest"] == "0x" + digest.hex()
    assert number(first["meta"]) == meta
    assert number(first["batch_word"]) == word
    assert number(first["issuance"]) == issuance_registration(0, word, first["batch_id"], meta)


def digest_of(told, entry):
    """What the contract folds for an entry, from what it was called with."""
    match entry["kind"], entry["lane"]:
        case EntryKind.VOIDED, lane:
            return void_digest(told["voids"][f"{lane}_entry"], raw(entry["document"]))
        case EntryKind.CLAIM_KEY_SET, _:
            return claim_key_digest(told["claim_key"])
        case EntryKind.CLAIMED, _:
            return claim_digest(told["stock_account"], told["buyer"], told["claim_key"])
        case EntryKind.REPORTED_STOLEN, _:
            return report_digest(told["report_reasons"]["stolen"])
        case EntryKind.REPORT_WITHDRAWN, _:
            return report_digest(told["report_reasons"]["withdrawn"])
        case EntryKind.TRANSFERRED, _:
            return transfer_digest(told["buyer"], told["last_owner"])
        case _:
            return raw(entry["document"])


def test_a_whole_life_of_the_vectors_folds_word_for_word():
    """One piece, its batch and the issuance word, entry by entry: forge tells the same life to the contract."""
    told = vectors("folding")
    token_id = number(told["token_id"])
    item_word, batch_word = 0, number(told["registration"]["batch_word"])
    issuance = number(told["registration"]["issuance"])
    for values in zip(*told["history"].values(), strict=True):
        entry = dict(zip(told["history"], values, strict=True))
        meta = Meta(parse_address(entry["actor"]), entry["kind"], entry["time_s"]).word
        digest = digest_of(told, entry)
        if entry["lane"] == "batch":
            batch_word = fold(batch_word, batch_word, digest, meta)
        else:
            item_word = fold(item_word, batch_word, digest, meta)
        if entry["kind"] == EntryKind.LABEL_REPLACED:
            issuance = issuance_label_replaced(issuance, item_word, token_id, digest, meta)

        assert entry["digest"] == "0x" + digest.hex()
        assert [number(entry[name]) for name in ("meta", "item_word", "batch_word", "issuance")] == [
            meta,
            item_word,
            batch_word,
            issuance,
        ]


def test_claim_trees_of_the_vectors_are_ours():
    """Root, leaves and proofs as OpenZeppelin's own library built them."""
    for tree in vectors("claim_tree")["trees"]:
        pairs = zip(tree["token_ids"], tree["claim_keys"], strict=True)
        leaves = [claim_leaf(number(token_id), parse_address(key)) for token_id, key in pairs]
        root, proofs = claim_tree(leaves)

        assert tree["leaves"] == ["0x" + leaf.hex() for leaf in leaves]
        assert tree["root"] == "0x" + root.hex()
        assert tree["proofs"] == [["0x" + node.hex() for node in proof] for proof in proofs]
        assert all(opens_root(root, leaf, proof) for leaf, proof in zip(leaves, proofs, strict=True))


@given(word=words, batch_word=words, digest=digests, meta=words)
def test_a_fold_adds_one_entry_and_keeps_to_its_places(word, batch_word, digest, meta):
    """Length grows by one, the status follows the table, and nothing spills into the head."""
    word &= ~(1 << 39)  # a length that can still grow
    folded = fold(word, batch_word, digest, meta)

    assert word_length(word) + 1 == word_length(folded)
    assert next_status(word & 0xFF, meta >> 64 & 0xFFFFFFFF) == word_status(folded)
    assert folded < 2**256


@pytest.mark.parametrize("kind", list(EntryKind))
def test_a_word_is_a_plain_number(kind):
    """A flag in its place would be kept by the enum for ever, one for each word that was ever folded."""
    kept = len(Status._value2member_map_)
    folded = fold(0, 0, bytes(32), kind << 64)

    assert type(folded) is int
    assert kept == len(Status._value2member_map_)


def test_a_full_history_grows_no_further():
    """As the contract does, which reverts: a wrapped length would run into the head."""
    with pytest.raises(ValueError, match="at most"):
        fold(0xFFFFFFFF << 8, 0, bytes(32), 0)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_digest_of_another_length_is_refused(length):
    """Else two different histories could have the same image."""
    with pytest.raises(ValueError, match="32 bytes"):
        fold(0, 0, bytes(length), 0)


@pytest.mark.parametrize("values", [(2**256, 0, 0), (0, 2**256, 0), (0, 0, 2**256), (0, -1, 0)])
def test_a_number_beyond_a_word_is_refused(values):
    """256 bits, unsigned, as on the chain."""
    word, batch_word, meta = values
    with pytest.raises(OverflowError):
        fold(word, batch_word, bytes(32), meta)


@given(actor=st.binary(min_size=20, max_size=20), kind=st.sampled_from(EntryKind), time_s=st.integers(0, 2**64 - 1))
def test_a_meta_reads_back(actor, kind, time_s):
    """Who, what and when each have their own bits."""
    meta = Meta(parse_address("0x" + actor.hex()), kind, time_s)

    assert meta == Meta.of(meta.word)


@given(entry=st.integers(1, 2**32 - 1), other=st.integers(1, 2**32 - 1), document=digests)
def test_voiding_another_entry_has_another_digest(entry, other, document):
    """The number of the voided entry is part of what is folded."""
    assert (entry == other) == (void_digest(entry, document) == void_digest(other, document))
