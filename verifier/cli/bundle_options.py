"""`assay verify --bundle FILE`: an evidence bundle held against a trust root, with no network unless one is named."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import BlockRef
from verifier.adapters.checkpoint_source import read_checkpoint
from verifier.answers import Answer, answer_of
from verifier.bundle import TrustRoot, refused_bundle, verify_bundle
from verifier.bundle_archive import BUNDLE_MAX_BYTES
from verifier.bundle_form import Bundle, open_bundle
from verifier.checkpoints import verify_checkpoint
from verifier.cli.node_options import named_quorum, node_clients
from verifier.errors import BundleError, ChainUnavailableError, CheckpointError, TrustError, UnavailableError
from verifier.label_opening import OPENING_MAX_BYTES, LabelOpening, read_opening
from verifier.service import Verification
from verifier.trust import Registry, TrustRegistry
from verifier.wiring import open_chain

_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}")
_DAY_S: Final = 86_400
_HOUR_S: Final = 3_600
_MINUTE_S: Final = 60

ADVICE: Final = {
    Answer.VERIFIED: "The record was genuine and complete at that block. Compare its details with the piece.",
    Answer.NOT_SOLD_YET: "Registered, and not yet sold at that block.",
    Answer.STEP_UNCONFIRMED: "The record was genuine at that block; a step is disputed or could not be confirmed.",
    Answer.CANNOT_VERIFY: "Not verified. This says nothing against the item.",
}
"""Where the words of a live answer would be wrong of a block that is past."""

LATER: Final = (
    "What was recorded since, a theft for example, is not in a bundle: check the label itself before you buy."
)
NO_ROOT: Final = (
    "A bundle is worth what its block's hash is worth: name it with --block, --checkpoint, or --node and --quorum."
)


def add_bundle_options(parser: argparse.ArgumentParser) -> None:
    """Add what a bundle needs."""
    group = parser.add_argument_group("an evidence bundle, checked without asking anybody")
    group.add_argument("--bundle", metavar="FILE", type=Path, help="verify this bundle in place of a label")
    group.add_argument("--opening", metavar="FILE", type=Path, help="the label opening, to check the label too")
    group.add_argument("--block", metavar="0xHASH", type=_block_hash, help="the block's hash, from whom you trust")
    group.add_argument(
        "--checkpoint",
        metavar="FILE|URL",
        help="a signed checkpoint of the bundle's block; or let nodes name the hash, with --node and --quorum",
    )


def _block_hash(text: str) -> bytes:
    if not _HASH.fullmatch(text):
        raise argparse.ArgumentTypeError("a block's hash is 0x and 64 hexadecimal digits")
    return bytes.fromhex(text[2:])


def verify_bundle_file(args: argparse.Namespace, trust: TrustRegistry | None) -> tuple[Verification, str]:
    """Verify the bundle that the options name; give the answer and what to say of its block.

    Raises TrustError for files and options that are not what they should be: nothing was verified then.
    """
    now = datetime.now(UTC)
    opening = _opening(args.opening)
    try:
        bundle = open_bundle(_archive(args.bundle))
    except BundleError as error:
        return refused_bundle(error, label=opening is not None, now=now), f"{args.bundle} is refused: {error}"
    root, why = _root(args, bundle, trust)
    try:
        verification = verify_bundle(bundle, trust, root, opening=opening, now=now)
    except BundleError as error:
        return refused_bundle(error, label=opening is not None, now=now), _as_of(bundle.block, root, why, now)
    except ValueError as error:
        raise TrustError(f"--opening: {error}") from error
    return verification, _as_of(bundle.block, root, why, now)


def _archive(path: Path) -> bytes:
    """Read the file. A certificate is told apart: the bundle is inside it."""
    data = read_bounded(path, BUNDLE_MAX_BYTES)
    if data.startswith(b"%PDF"):
        raise TrustError(
            f"{path}: a PDF; save the bundle attached to it (.assay.zip), or open it in the /portable page"
        )
    return data


def read_bounded(path: Path, size_max_bytes: int) -> bytes:
    """Read a file of at most so many bytes. Raises TrustError."""
    try:
        with path.open("rb") as file:
            data = file.read(size_max_bytes + 1)
    except OSError as error:
        raise TrustError(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) > size_max_bytes:
        raise TrustError(f"{path}: over {size_max_bytes} bytes")
    return data


def bundle_advice(verification: Verification, otherwise: str) -> str:
    """Give the last lines of an answer; `otherwise` is what a live answer would say."""
    answer = answer_of(verification)
    return ADVICE.get(answer, otherwise) + "\n" + LATER


def _opening(path: Path | None) -> LabelOpening | None:
    if path is None:
        return None
    try:
        return read_opening(read_bounded(path, OPENING_MAX_BYTES))
    except SchemaError as error:
        raise TrustError(f"{path}: {error}") from error


# ---- the trust root


def _root(args: argparse.Namespace, bundle: Bundle, trust: TrustRegistry | None) -> tuple[TrustRoot | None, str]:
    """Find the trust root that the options name, or why there is none. Raises TrustError where two are named."""
    named = [args.block is not None, args.checkpoint is not None, bool(args.node)]
    if sum(named) > 1:
        raise TrustError("name the block's hash once: with --block, --checkpoint, or --node")
    if args.block is not None:
        return TrustRoot(args.block, "you"), ""
    try:
        if args.checkpoint is not None:
            return _by_checkpoint(args.checkpoint, bundle, trust), ""
        if args.node:
            return _by_nodes(args, bundle, trust), ""
    except (UnavailableError, CheckpointError) as error:
        return None, str(error)
    return None, NO_ROOT


def _by_checkpoint(source: str, bundle: Bundle, trust: TrustRegistry | None) -> TrustRoot:
    if trust is None:
        raise CheckpointError("a checkpoint is signed by a key of your trust file: name one with --trust FILE")
    checkpoint = read_checkpoint(source)
    brand = trust.brand_by_contract(bundle.item.chain_id, bundle.item.contract)
    if brand is None:
        raise CheckpointError("no brand in your trust file has the bundle's contract")
    block = verify_checkpoint(checkpoint, brand)
    if block.number != bundle.block.number:
        raise CheckpointError(
            f"checkpoint {checkpoint.sequence} is of block {block.number}, the bundle of block {bundle.block.number}: "
            "ask the maker for the checkpoint of that block, or name the hash in another way"
        )
    return TrustRoot(block.hash, f"checkpoint {checkpoint.sequence} of {brand.name}")


def _by_nodes(args: argparse.Namespace, bundle: Bundle, trust: TrustRegistry | None) -> TrustRoot:
    """Ask the nodes for the final block at the bundle's number. The user's own trust file says which chain is ours."""
    registry = _registry(bundle, trust)
    try:
        chain = open_chain(registry, node_clients(args.node), quorum=named_quorum(args.quorum))
    except ValueError as error:
        raise TrustError(f"--node, --quorum: {error}") from error
    final = chain.tips().final
    if bundle.block.number > final.number:
        raise ChainUnavailableError(f"the bundle's block {bundle.block.number} is not final yet, the nodes say")
    block = chain.block_at(bundle.block.number)
    count = len(args.node)
    return TrustRoot(block.hash, "the node" if count == 1 else f"the nodes ({count} were asked)")


def _registry(bundle: Bundle, trust: TrustRegistry | None) -> Registry:
    own = trust.brand_by_contract(bundle.item.chain_id, bundle.item.contract) if trust else None
    return own.registry if own else bundle.registry


# ---- words


def _as_of(block: BlockRef, root: TrustRoot | None, why: str, now: datetime) -> str:
    mined = f"{block.mined_at:%Y-%m-%d %H:%M} UTC"
    place = f"as of block {block.number}, {mined}, {_age((now - block.mined_at).total_seconds())}"
    named = f"; its hash was named by {root.named_by}" if root else f"\n{why}"
    return f"{place}{named}"


def _age(age_s: float) -> str:
    if age_s < 0:
        return "ahead of this clock"
    if age_s >= 2 * _DAY_S:
        return f"{age_s // _DAY_S:.0f} days ago"
    if age_s < 2 * _MINUTE_S:
        return "just now"
    return f"{age_s // _HOUR_S:.0f} hours ago" if age_s >= 2 * _HOUR_S else f"{age_s // _MINUTE_S:.0f} minutes ago"
