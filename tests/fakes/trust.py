"""Signed trust files and checkpoints of a federation whose keys are known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from provenance_schemas.ids import BlockRef
from provenance_schemas.keccak import keccak256
from tests.fakes.registry import CODE_HASH, some_address
from verifier.adapters.trust_keys import TrustKey
from verifier.checkpoints import (
    NOTHING_BEFORE,
    Checkpoint,
    LogHead,
    checkpoint_digest,
    checkpoint_request,
    signed_by,
)
from verifier.trust import Brand, Registry, TrustRegistry
from verifier.trust_signed import (
    SignedTrust,
    read_root,
    signed_trust_json,
    trust_request,
    with_signature,
)

NOW = datetime.now(UTC).replace(microsecond=0)
"""Commands look at the real clock; what they are given must be good then."""


def some_key(name: str) -> TrustKey:
    """Give a key that everybody knows."""
    return TrustKey(hashlib.sha256(f"key of {name}".encode()).digest())


ANA, BEN, CLEO, DAN = (some_key(name) for name in ("ana", "ben", "cleo", "dan"))
CHECKPOINT_KEY = some_key("checkpoints")


def some_brand(**changes) -> Brand:
    """Give a brand with a checkpoint key."""
    registry = Registry(31337, some_address("registry"), CODE_HASH, 100, keccak256(b"block 100"))
    brand = Brand("Maison", ("id.maison.example",), ("0952132",), registry, (CHECKPOINT_KEY.address,))
    return replace(brand, **changes)


def some_trust(
    version: int = 1, *, keys=(ANA, BEN, CLEO), threshold: int = 2, signed=(ANA, BEN), **changes
) -> SignedTrust:
    """Give a version of a federation's file, signed by some of its people."""
    root = read_root([key.address for key in keys], threshold)
    entries = TrustRegistry((some_brand(),), (), ("https://gateway.example/",))
    issued_at = NOW + timedelta(minutes=version)
    file = SignedTrust("federation", version, issued_at, issued_at + timedelta(days=90), root, entries)
    file = replace(file, **changes)
    for key in signed:
        file = with_signature(file, key.address, key.sign(trust_request(file)))
    return file


def published(folder: Path, *files: SignedTrust) -> str:
    """Lay versions side by side as a federation does; gives the path of the newest, under its usual name."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        text = json.dumps(signed_trust_json(file))
        (folder / f"{file.version}.trust.json").write_text(text, "utf-8")
        (folder / "trust.json").write_text(text, "utf-8")
    return str(folder / "trust.json")


def some_block(number: int, fork: str = "") -> BlockRef:
    """Name a block."""
    return BlockRef.at(number, keccak256(f"block {number}{fork}".encode()), 1_795_338_000 + 12 * number)


def some_checkpoint(sequence: int = 1, number: int = 1_000, *, key: TrustKey = CHECKPOINT_KEY, **changes) -> Checkpoint:
    """Give a signed checkpoint of `some_brand`."""
    registry = some_brand().registry
    checkpoint = Checkpoint(
        registry.chain_id,
        registry.contract,
        sequence,
        some_block(number),
        number,
        LogHead(7, keccak256(b"seven entries")),
        NOTHING_BEFORE if sequence == 1 else keccak256(b"checkpoint %d" % (sequence - 1)),
        NOW,
        key.address,
        b"",
    )
    return signed(replace(checkpoint, **changes), key)


def signed(checkpoint: Checkpoint, key: TrustKey = CHECKPOINT_KEY) -> Checkpoint:
    """Sign a checkpoint anew."""
    return signed_by(checkpoint, key.address, key.sign(checkpoint_request(checkpoint)))


def after(checkpoint: Checkpoint, number: int, **changes) -> Checkpoint:
    """Give the checkpoint that follows another one."""
    sequence = checkpoint.sequence + 1
    return some_checkpoint(sequence, number, **{"previous": checkpoint_digest(checkpoint)} | changes)
