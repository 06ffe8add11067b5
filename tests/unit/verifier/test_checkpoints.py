"""Signed checkpoints: the same bytes for everyone, and no second way to sign them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from provenance_schemas.keccak import keccak256
from tests.fakes.registry import some_address
from tests.fakes.trust import CHECKPOINT_KEY, after, some_block, some_brand, some_checkpoint, some_key
from verifier.checkpoints import (
    LogHead,
    checkpoint_digest,
    checkpoint_json,
    checkpoint_request,
    disagreements,
    parse_checkpoint,
    verify_checkpoint,
)
from verifier.errors import CheckpointError
from verifier.signatures import recover

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "checkpoints.json").read_text("utf-8"))
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.mark.parametrize("vector", VECTORS["checkpoints"], ids=lambda v: str(v["file"]["sequence"]))
def test_the_vectors_hold(vector):
    """Made with another implementation of EIP-712; JavaScript reads the same file."""
    checkpoint = parse_checkpoint(json.dumps(vector["file"]).encode())

    assert bytes.fromhex(vector["request"][2:]) == checkpoint_request(checkpoint)
    assert bytes.fromhex(vector["digest"][2:]) == checkpoint_digest(checkpoint)
    assert VECTORS["checkpoint_key"]["address"] == recover(checkpoint_digest(checkpoint), checkpoint.signature)


def test_a_checkpoint_comes_back_from_its_file():
    """With points and without."""
    for checkpoint in (some_checkpoint(), some_checkpoint(2, 1_200, points=None)):
        assert checkpoint == parse_checkpoint(checkpoint_json(checkpoint))


def test_the_brands_own_key_gives_the_block():
    """What a verifier may take for a block of the chain."""
    assert some_block(1_000) == verify_checkpoint(some_checkpoint(), some_brand())


def test_no_points_are_not_an_empty_log():
    """Whoever signs for no points has not signed that there are none."""
    empty = some_checkpoint(
        points=LogHead(0, bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
    )

    assert checkpoint_digest(some_checkpoint(points=None)) != checkpoint_digest(empty)


SIGNED_FIELDS = {
    "chain_id": 1,
    "contract": some_address("another registry"),
    "sequence": 3,
    "block number": some_block(1_000),
    "issuance": 5,
    "points": LogHead(8, keccak256(b"seven entries")),
    "previous": keccak256(b"another"),
    "issued_at": some_block(5_000).mined_at,
}


@pytest.mark.parametrize("field", SIGNED_FIELDS)
def test_every_field_is_under_the_signature(field):
    """Changed after signing, each of them makes the signature somebody else's, or the registry another one."""
    checkpoint = some_checkpoint(2, 1_200)
    value = SIGNED_FIELDS[field]
    changed = replace(checkpoint, **{"block" if field == "block number" else field: value})
    assert recover(checkpoint_digest(checkpoint), checkpoint.signature) == CHECKPOINT_KEY.address

    with pytest.raises(CheckpointError):
        verify_checkpoint(changed, some_brand())


def malleable(signature: bytes) -> bytes:
    """Give the other signature that the same numbers make."""
    s = ORDER - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([27 + 28 - signature[64]])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (malleable, "upper half"),
        (lambda s: s[:64] + bytes([s[64] - 27]), "27 or 28"),
        (lambda s: bytes(65), "27 or 28"),
        (lambda s: bytes(64) + b"\x1b", "no key"),
        (lambda s: s[:31] + bytes([s[31] ^ 1]) + s[32:], "not signed by|no key"),
        (lambda s: s[:64], "65 bytes"),
    ],
)
def test_a_signature_has_one_form(change, why):
    """Two spellings of one signature would be two files of one checkpoint."""
    checkpoint = some_checkpoint()

    with pytest.raises(CheckpointError, match=why):
        verify_checkpoint(replace(checkpoint, signature=change(checkpoint.signature)), some_brand())


def test_who_may_sign():
    """No key of the trust file, a stranger's, one that another brand has, a block before the registry was."""
    stranger = some_key("stranger")
    with pytest.raises(CheckpointError, match="no checkpoint key of Maison"):
        verify_checkpoint(some_checkpoint(key=stranger), some_brand())
    with pytest.raises(CheckpointError, match="names no checkpoint key"):
        verify_checkpoint(some_checkpoint(), some_brand(checkpoint_keys=()))
    for place in ({"chain_id": 1}, {"contract": some_address("another registry")}):
        with pytest.raises(CheckpointError, match="not about the registry"):
            verify_checkpoint(some_checkpoint(**place), some_brand())
    with pytest.raises(CheckpointError, match="is not signed by"):
        verify_checkpoint(replace(some_checkpoint(), key=stranger.address), some_brand())
    with pytest.raises(CheckpointError, match="older than the registry"):
        verify_checkpoint(some_checkpoint(1, 99), some_brand())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("/type", "assay/checkpoint-2"),
        ("/sequence", 0),
        ("/sequence", True),
        ("/sequence", 2**53),
        ("/chain_id", 0),
        ("/contract", "0x12"),
        ("/block", None),
        ("/block/number", -1),
        ("/block/hash", "0x" + "AA" * 32),
        ("/block/mined_at", "2026-03-25"),
        ("/block/extra", 1),
        ("/issuance", "5"),
        ("/points", []),
        ("/points/size", -1),
        ("/points/root", None),
        ("/previous", "0x" + "01" * 32),
        ("/issued_at", "2026-13-01T00:00:00Z"),
        ("/key", 5),
        ("/signature", "0x00"),
        ("/extra", 1),
    ],
)
def test_a_malformed_field_is_named(field, value):
    """One fault at a time; number 1 has nothing before it."""
    file = json.loads(checkpoint_json(some_checkpoint()))
    *path, last = field[1:].split("/")
    target = file
    for name in path:
        target = target[name]
    target[last] = value

    with pytest.raises(CheckpointError, match=field.replace("/extra", "/extra")):
        parse_checkpoint(json.dumps(file).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"type":"assay/checkpoint-1"}', b"x" * 9_000, b"[" * 5_000])
def test_what_is_no_checkpoint_is_refused(content):
    """No crash, whatever a server sends."""
    with pytest.raises(CheckpointError):
        parse_checkpoint(content)


FIRST = some_checkpoint(5, 1_000)
SECOND = after(FIRST, 1_300)
STORIES = {
    "one number, two blocks": (FIRST, some_checkpoint(5, 1_001), "number 5"),
    "one number, two times": (FIRST, some_checkpoint(5, 1_000, issued_at=some_block(9).mined_at), "number 5"),
    "another one before": (FIRST, after(FIRST, 1_300, previous=keccak256(b"another")), "follows another"),
    "one block, two hashes": (FIRST, some_checkpoint(9, 1_000, block=some_block(1_000, " of a fork")), "two hashes"),
    "one block, two issuances": (FIRST, some_checkpoint(9, 1_000, issuance=7), "two issuance words"),
    "back in the chain": (FIRST, some_checkpoint(9, 999), "went back"),
    "a shorter log": (FIRST, some_checkpoint(9, 1_300, points=LogHead(6, bytes(32))), "shrank"),
    "one size, two roots": (FIRST, some_checkpoint(9, 1_300, points=LogHead(7, bytes(32))), "two roots"),
}


@pytest.mark.parametrize("story", STORIES)
def test_two_stories_are_told_apart(story):
    """In both orders: whoever keeps the two files has the evidence."""
    one, other, why = STORIES[story]

    for pair in ((one, other), (other, one)):
        assert any(why in reason for reason in disagreements(*pair))


def test_one_story_has_no_contradiction():
    """The next one, a later one, one without points, the same one."""
    for other in (SECOND, some_checkpoint(9, 1_400, points=None), FIRST, some_checkpoint(9, 1_000, issuance=1_000)):
        assert disagreements(FIRST, other) == ()


def test_checkpoints_of_two_registries_are_not_compared():
    """They say nothing about each other."""
    with pytest.raises(CheckpointError, match="different registries"):
        disagreements(FIRST, replace(FIRST, chain_id=5))
