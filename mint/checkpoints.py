"""Sign the ledger's head as the house's checkpoint, keep it for ever, and anchor it on chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mint.checkpoint_folder import CheckpointFolder
from mint.desk import Desk
from mint.errors import CheckpointRefusedError, LedgerUnavailableError, ReadbackError
from mint.house import House
from mint.lock import FolderLock
from mint.outbox import NewIntent
from provenance_schemas.ids import Address, BlockRef
from provenance_schemas.keccak import keccak256
from verifier.checkpoints import (
    NOTHING_BEFORE,
    Checkpoint,
    LogHead,
    checkpoint_digest,
    checkpoint_request,
    disagreements,
    signed_by,
    verify_checkpoint,
)
from verifier.errors import CheckpointError, UnavailableError
from verifier.ports import CanonicalChain
from verifier.trust import Registry

CHECKPOINT_KEY: Final = "checkpoint"
PUBLISHER: Final = "relayer"
"""The key that pays for anchoring; the lanes of the anchor are its account's."""
_ANCHOR: Final = "found:anchor"

PointsHead = Callable[[LogHead | None], LogHead]
"""Gives the log of points as it is, grown out of the head that was signed last. Raises UnavailableError."""


def issue_for(house: House, points: PointsHead | None = None) -> Checkpoint:
    """Sign a house's next checkpoint, and remember it where the house's own verifiers look. As `issue_checkpoint`."""
    registry = house.identity.registry
    try:
        seen = house.memory.load(registry).checkpoint
        refuse_restored(house.checkpoints)
        last = house.checkpoints.last()
        if seen is not None and (last is None or last.sequence < seen.sequence):
            raise CheckpointRefusedError(
                f"{seen.name} was signed before and is not in {house.checkpoints.folder}: put the newer files back "
                "(`assay mint checkpoint --after FILE|URL`), or a second checkpoint of one number would be signed"
            )
        checkpoint = issue_checkpoint(house, house.chain(), house.checkpoints, points)
        house.memory.adopt(registry, checkpoint, (checkpoint.key,))
    except UnavailableError as error:
        raise LedgerUnavailableError(str(error)) from error
    except CheckpointError as error:
        raise CheckpointRefusedError(str(error)) from error
    return checkpoint


def issue_checkpoint(
    desk: Desk, chain: CanonicalChain, folder: CheckpointFolder, points: PointsHead | None = None
) -> Checkpoint:
    """Sign for the newest final block and the log of points, after what was signed before; one at a time.

    0. The folder does not come from a backup that may lack the newest.
    1. The node still has the block that was signed for last, and its final block is not older.
    2. The registry's issuance word is read there, proved.
    3. Nothing new since then: the last checkpoint is given again.
    4. What is to be signed cannot contradict what was.
    5. Sign, and keep it before anybody sees it.

    `chain` reads the house's registry. Raises CheckpointRefusedError, LedgerUnavailableError, HouseInUseError, and
    what the signer raises: nothing was signed then.
    """
    folder.folder.mkdir(parents=True, exist_ok=True)
    with FolderLock(folder.folder)():
        refuse_restored(folder)  # 0.
        last = folder.last()
        try:
            block = _final_block(chain, last)  # 1.
            issuance = _issuance(chain, desk.identity.registry, block)  # 2.
            head = points(last.points if last else None) if points else None
        except UnavailableError as error:
            raise LedgerUnavailableError(f"no checkpoint was signed: {error}") from error
        if last is not None and (last.block, last.points) == (block, head):  # 3.
            return last
        checkpoint = _draft(desk, last, block, issuance, head)
        if last is not None and (reasons := disagreements(last, checkpoint)):  # 4.
            raise CheckpointRefusedError("; ".join(reasons))
        checkpoint = _signed(desk, checkpoint)  # 5.
        folder.add(checkpoint)
        return checkpoint


def refuse_restored(folder: CheckpointFolder) -> None:
    """Refuse to sign after a backup was brought back, until it is known what was signed last."""
    if folder.restored:
        raise CheckpointRefusedError(
            "a backup was brought back, and newer checkpoints may have been published: `assay mint checkpoint "
            "--after FILE|URL` takes them back from where they are kept, `--after none` says that there are none"
        )


def _final_block(chain: CanonicalChain, last: Checkpoint | None) -> BlockRef:
    final = chain.tips().final
    if last is None:
        return final
    if final.number < last.block.number:
        raise UnavailableError(f"the node's final block {final.number} is older than that of {last.name}")
    found = chain.block_at(last.block.number)
    if found.hash != last.block.hash:
        raise CheckpointRefusedError(
            f"the node's block {found.number} is not the one that {last.name} was signed for: it is on another chain"
        )
    return final


def _issuance(chain: CanonicalChain, registry: Registry, block: BlockRef) -> int:
    state = chain.read([], [], block)
    if state.code_hash != registry.code_hash:
        raise CheckpointRefusedError(f"the contract at {registry.contract} is not the house's registry")
    return state.issuance


def _draft(desk: Desk, last: Checkpoint | None, block: BlockRef, issuance: int, points: LogHead | None) -> Checkpoint:
    registry = desk.identity.registry
    now = desk.now()
    return Checkpoint(
        registry.chain_id,
        registry.contract,
        last.sequence + 1 if last else 1,
        block,
        issuance,
        points,
        checkpoint_digest(last) if last else NOTHING_BEFORE,
        max(now, last.issued_at) if last else now,
        desk.dispatch.keys.signer(CHECKPOINT_KEY).address,
        b"",
    )


def _signed(desk: Desk, checkpoint: Checkpoint) -> Checkpoint:
    """Sign, and verify as a stranger would before anybody sees it."""
    signer = desk.dispatch.keys.signer(CHECKPOINT_KEY)
    signed = signed_by(checkpoint, signer.address, signer.sign_hashed(checkpoint_request(checkpoint)))
    (brand,) = desk.identity.trust(None).brands
    try:
        verify_checkpoint(signed, brand)
    except CheckpointError as error:
        raise CheckpointRefusedError(str(error)) from error
    return signed


# ---- the anchor


def ledger_topic(registry: Registry) -> bytes:
    """Name the lane of a registry's checkpoints: their digests, counted by their sequence."""
    return keccak256(f"assay/checkpoint-1 {registry.name}".encode())


def points_topic(registry: Registry) -> bytes:
    """Name the lane of the log of points: its roots, counted by its entries."""
    return keccak256(f"assay/points-1 {registry.name}".encode())


def anchor_checkpoint(desk: Desk, checkpoint: Checkpoint) -> Address:
    """Write a checkpoint's digest and the head of its points on chain, once; gives the contract's address.

    The contract is deployed at the first time. Raises MintError; `assay mint resume` goes on.
    """
    job = f"anchor:{checkpoint.sequence}"
    with desk.writing():
        anchor = _deployed(desk)
        topic = ledger_topic(desk.identity.registry)
        if not desk.carry_on(job) and _lane_size(desk, anchor, topic) < checkpoint.sequence:
            desk.dispatch.outbox.plan(_anchorings(desk, anchor, checkpoint, job))
            desk.carry_out(job)
        if _lane_size(desk, anchor, topic) < checkpoint.sequence:
            raise ReadbackError(job, [f"the anchor at {anchor} does not hold it"])
        return anchor


def is_anchored(desk: Desk, sequence: int) -> bool:
    """Say whether this checkpoint, or a later one, is anchored, as the house's node tells it."""
    deployed = desk.dispatch.outbox.by_key(_ANCHOR)
    if deployed is None or deployed.contract is None:
        return False
    return _lane_size(desk, deployed.contract, ledger_topic(desk.identity.registry)) >= sequence


def _deployed(desk: Desk) -> Address:
    """Give the anchor contract, deployed at most once however often this is cut."""
    outbox = desk.dispatch.outbox
    if not desk.carry_on(_ANCHOR):
        calldata = desk.dispatch.ledger.encode_deployment("CheckpointAnchor", ())
        outbox.plan([NewIntent(_ANCHOR, _ANCHOR, "deploy", PUBLISHER, None, calldata)])
        desk.carry_out(_ANCHOR)
    deployed = outbox.by_key(_ANCHOR)
    assert deployed, "it was planned above"
    assert deployed.contract, "a deployment has an address"
    return deployed.contract


def _anchorings(desk: Desk, anchor: Address, checkpoint: Checkpoint, job: str) -> list[NewIntent]:
    registry, points = desk.identity.registry, checkpoint.points
    lanes = [("ledger", ledger_topic(registry), checkpoint_digest(checkpoint), checkpoint.sequence)]
    if points is not None and points.size > _lane_size(desk, anchor, points_topic(registry)):
        lanes.append(("points", points_topic(registry), points.root, points.size))
    encode = desk.dispatch.ledger.encode
    return [
        NewIntent(f"{job}:{name}", job, "anchor", PUBLISHER, anchor, encode("CheckpointAnchor", "anchor", lane))
        for name, *lane in lanes
    ]


def _lane_size(desk: Desk, anchor: Address, topic: bytes) -> int:
    publisher = desk.dispatch.keys.signer(PUBLISHER).address
    _, size, _, _ = desk.dispatch.ledger.call("CheckpointAnchor", anchor, "lane", (publisher, topic))
    return int(size)
