"""Checkpoints: the ledger's head, and the head of the log of points, signed by a brand's checkpoint key.

Pure: bytes in, facts out. docs/trust.md has the format; tests/vectors/checkpoints.json holds it to its bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from provenance_schemas.canonical import Json, canonical_bytes, parse_json_strict
from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import Address, BlockRef, parse_address
from provenance_schemas.keccak import keccak256
from verifier.errors import CheckpointError, SignatureError
from verifier.limits import CHECKPOINT_SIZE_MAX_BYTES
from verifier.signatures import recover, type_hash, typed_request, words
from verifier.trust import Brand, instant_of, instant_text

CHECKPOINT_TYPE: Final = "assay/checkpoint-1"
NOTHING_BEFORE: Final = bytes(32)
"""`previous` of checkpoint 1."""
_NUMBER_MAX: Final = 2**53 - 1
_WORD: Final = re.compile(r"0x[0-9a-f]{64}")
_SIGNATURE: Final = re.compile(r"0x[0-9a-f]{130}")
_FIELDS: Final = frozenset(
    {
        "type",
        "chain_id",
        "contract",
        "sequence",
        "block",
        "issuance",
        "points",
        "previous",
        "issued_at",
        "key",
        "signature",
    }
)
_DOMAIN: Final = type_hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_NAME: Final = type_hash("Assay Checkpoint")
_VERSION: Final = type_hash("1")
_CHECKPOINT: Final = type_hash(
    "Checkpoint(uint64 sequence,uint64 blockNumber,bytes32 blockHash,uint64 blockTime,uint256 issuance,"
    "uint64 pointsSize,bytes32 pointsRoot,bytes32 previous,uint64 issuedAt)"
)


@dataclass(frozen=True, slots=True)
class LogHead:
    """The log of points at one size."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One signed word of a brand about its ledger."""

    chain_id: int
    contract: Address
    sequence: int
    """1, 2, 3 and so on: one more than the one before."""
    block: BlockRef
    """A final block."""
    issuance: int
    """The registry's issuance word at that block: it commits to every registration."""
    points: LogHead | None
    """None: this house signs for no points."""
    previous: bytes
    """Digest of the checkpoint before."""
    issued_at: datetime
    key: Address
    signature: bytes

    @property
    def name(self) -> str:
        """Say in words which checkpoint this is."""
        return f"checkpoint {self.sequence} of eip155:{self.chain_id}:{self.contract}"


def checkpoint_request(checkpoint: Checkpoint) -> bytes:
    """Give the 66 bytes whose keccak256 the checkpoint key signs. Key and signature are not among what is signed."""
    points = checkpoint.points or LogHead(0, bytes(32))  # an empty log has another root
    request = words(
        _CHECKPOINT,
        checkpoint.sequence,
        checkpoint.block.number,
        checkpoint.block.hash,
        int(checkpoint.block.mined_at.timestamp()),
        checkpoint.issuance,
        points.size,
        points.root,
        checkpoint.previous,
        int(checkpoint.issued_at.timestamp()),
    )
    return typed_request(words(_DOMAIN, _NAME, _VERSION, checkpoint.chain_id, checkpoint.contract), request)


def checkpoint_digest(checkpoint: Checkpoint) -> bytes:
    """Give a checkpoint's name: 32 bytes that the next one's `previous` repeats."""
    return keccak256(checkpoint_request(checkpoint))


def verify_checkpoint(checkpoint: Checkpoint, brand: Brand) -> BlockRef:
    """Give the block that a brand's own checkpoint key signed for. Raises CheckpointError otherwise."""
    registry = brand.registry
    if (checkpoint.chain_id, checkpoint.contract) != (registry.chain_id, registry.contract):
        raise CheckpointError(f"{checkpoint.name} is not about the registry of {brand.name}, {registry.name}")
    if not brand.checkpoint_keys:
        raise CheckpointError(f"the trust file names no checkpoint key of {brand.name}")
    try:
        signer = recover(checkpoint_digest(checkpoint), checkpoint.signature)
    except SignatureError as error:
        raise CheckpointError(f"{checkpoint.name}: {error}") from error
    if signer != checkpoint.key:
        raise CheckpointError(f"{checkpoint.name} is not signed by {checkpoint.key}")
    if signer not in brand.checkpoint_keys:
        raise CheckpointError(f"{checkpoint.name} is signed by {signer}, no checkpoint key of {brand.name}")
    if checkpoint.block.number < registry.deployed_block:
        raise CheckpointError(f"{checkpoint.name} names a block older than the registry")
    return checkpoint.block


def disagreements(one: Checkpoint, other: Checkpoint) -> tuple[str, ...]:
    """Say in what two checkpoints of one registry cannot both be true; empty where they can.

    Where both are signed by the brand, each is evidence that its ledger or its key was used to tell two stories.
    Raises CheckpointError when they are of different registries.
    """
    if (one.chain_id, one.contract) != (other.chain_id, other.contract):
        raise CheckpointError(f"{one.name} and {other.name} are about different registries")
    first, second = sorted((one, other), key=lambda checkpoint: checkpoint.sequence)
    found = []
    if first.sequence == second.sequence and checkpoint_digest(first) != checkpoint_digest(second):
        found.append(f"two checkpoints have number {first.sequence}, and differ")
    if second.sequence == first.sequence + 1 and second.previous != checkpoint_digest(first):
        found.append(f"checkpoint {second.sequence} follows another checkpoint {first.sequence} than this one")
    found += _ledger_disagreements(first, second)
    found += _points_disagreements(first, second)
    return tuple(found)


def _ledger_disagreements(first: Checkpoint, second: Checkpoint) -> list[str]:
    if first.block.number == second.block.number:
        if first.block.hash != second.block.hash:
            return [f"block {first.block.number} has two hashes: the ledger was forked"]
        return [] if first.issuance == second.issuance else ["one block has two issuance words"]
    if first.sequence < second.sequence and first.block.number > second.block.number:
        return [f"the ledger went back from block {first.block.number} to {second.block.number}"]
    return []


def _points_disagreements(first: Checkpoint, second: Checkpoint) -> list[str]:
    if first.points is None or second.points is None:
        return []
    if first.points.size == second.points.size and first.points.root != second.points.root:
        return [f"the log of points has two roots at size {first.points.size}"]
    if first.sequence < second.sequence and first.points.size > second.points.size:
        return [f"the log of points shrank from {first.points.size} to {second.points.size}"]
    return []


# ---- the file


def checkpoint_json(checkpoint: Checkpoint) -> bytes:
    """Write a checkpoint's file: canonical JSON, then a line's end."""
    points = checkpoint.points
    value: dict[str, Json] = {
        "type": CHECKPOINT_TYPE,
        "chain_id": checkpoint.chain_id,
        "contract": str(checkpoint.contract),
        "sequence": checkpoint.sequence,
        "block": {
            "number": checkpoint.block.number,
            "hash": _hex(checkpoint.block.hash),
            "mined_at": instant_text(checkpoint.block.mined_at),
        },
        "issuance": f"0x{checkpoint.issuance:064x}",
        "points": {"size": points.size, "root": _hex(points.root)} if points else None,
        "previous": _hex(checkpoint.previous),
        "issued_at": instant_text(checkpoint.issued_at),
        "key": str(checkpoint.key),
        "signature": _hex(checkpoint.signature),
    }
    return canonical_bytes(value) + b"\n"


def parse_checkpoint(content: bytes) -> Checkpoint:
    """Read a checkpoint's file; its signature is not looked at. Raises CheckpointError naming the field."""
    if len(content) > CHECKPOINT_SIZE_MAX_BYTES:
        raise CheckpointError(f"a checkpoint has at most {CHECKPOINT_SIZE_MAX_BYTES} bytes")
    try:
        value = parse_json_strict(content)
    except SchemaError as error:
        raise CheckpointError(f"not a checkpoint: {error}") from error
    if value.get("type") != CHECKPOINT_TYPE:
        raise CheckpointError(f'/type: must be "{CHECKPOINT_TYPE}"')
    table = _table(value, "", _FIELDS)
    block = _table(table["block"], "/block", frozenset({"number", "hash", "mined_at"}))
    sequence = _number(table["sequence"], "/sequence", 1)
    previous = _bytes(table["previous"], "/previous")
    if (sequence == 1) != (previous == NOTHING_BEFORE):
        raise CheckpointError("/previous: is zero in checkpoint 1 and nowhere else")
    return Checkpoint(
        _number(table["chain_id"], "/chain_id", 1),
        _address(table["contract"], "/contract"),
        sequence,
        BlockRef(
            _number(block["number"], "/block/number", 0),
            _bytes(block["hash"], "/block/hash"),
            _instant(block["mined_at"], "/block/mined_at"),
        ),
        int.from_bytes(_bytes(table["issuance"], "/issuance")),
        _points(table["points"]),
        previous,
        _instant(table["issued_at"], "/issued_at"),
        _address(table["key"], "/key"),
        _bytes(table["signature"], "/signature", _SIGNATURE),
    )


def signed_by(checkpoint: Checkpoint, key: Address, signature: bytes) -> Checkpoint:
    """Give a checkpoint with its signature."""
    return replace(checkpoint, key=key, signature=signature)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _table(value: Any, field: str, names: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CheckpointError(f"{field}: must be an object")
    if wrong := sorted(set(value) ^ names):
        state = "is not a field of a checkpoint" if wrong[0] in value else "is missing"
        raise CheckpointError(f"{field}/{wrong[0][:40]}: {state}")
    return value


def _number(value: Any, field: str, low: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= _NUMBER_MAX:
        raise CheckpointError(f"{field}: must be a whole number, at least {low}")
    return value


def _bytes(value: Any, field: str, pattern: re.Pattern[str] = _WORD) -> bytes:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise CheckpointError(f"{field}: must match {pattern.pattern}")
    return bytes.fromhex(value[2:])


def _instant(value: Any, field: str) -> datetime:
    try:
        return instant_of(value)
    except ValueError as error:
        raise CheckpointError(f"{field}: {error}") from error


def _address(value: Any, field: str) -> Address:
    try:
        return parse_address(str(value))
    except SchemaError as error:
        raise CheckpointError(f"{field}: {error}") from error


def _points(value: Any) -> LogHead | None:
    if value is None:
        return None
    table = _table(value, "/points", frozenset({"size", "root"}))
    return LogHead(_number(table["size"], "/points/size", 0), _bytes(table["root"], "/points/root"))
