"""`assay bundle make|show`: evidence bundles, which anybody can verify without us."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from provenance_schemas.errors import DocumentError
from provenance_schemas.ids import BlockRef, ItemId
from provenance_schemas.labels import parse_label
from provenance_schemas.leaks import refuse_label_leak
from verifier.adapters.bundle_proofs import RpcProofs
from verifier.adapters.checkpoint_source import read_checkpoint
from verifier.answers import answer_of
from verifier.bundle import read_evidence
from verifier.bundle_archive import BUNDLE_MAX_BYTES
from verifier.bundle_blocks import read_blocks
from verifier.bundle_form import Bundle, bundle_name, open_bundle
from verifier.bundle_make import make_bundle
from verifier.checkpoints import verify_checkpoint
from verifier.cli.bundle_options import read_bounded
from verifier.cli.node_options import add_node_options, named_nodes, named_quorum, node_clients
from verifier.cli.trust_choice import add_trust_option, chosen_trust
from verifier.cli.verify import ADVICE, EXIT_CODES, build_verifier, read_picture
from verifier.errors import BundleError, CheckpointError, ImageError, TrustError, UnavailableError
from verifier.label_opening import LabelOpening, write_opening
from verifier.policies import CLI
from verifier.service import Verifier
from verifier.trust import Brand, TrustRegistry
from verifier.verdict import Code, Outcome

REFUSED: Final = 1
AWAY: Final = 3
_PRIVATE: Final = 0o600
_PUBLIC: Final = 0o644


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "bundle",
        help="make or look into an evidence bundle",
        description="An evidence bundle holds all that a verification reads: anybody can check it without us.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    make = actions.add_parser(
        "make",
        help="make the bundle of a piece",
        description="Verify a piece, keep what was read in one file, and verify that file again before it is written.",
        epilog="Exit codes: 0 written, 1 refused, 2 usage, 3 cannot be made now.",
    )
    make.add_argument("piece", metavar="LABEL|IMAGE|ITEM", help="a label's URL, a picture, or eip155:.../erc721:.../N")
    make.add_argument("-o", "--output", metavar="FILE", type=Path, help="default: named for the token, ends .assay.zip")
    make.add_argument("--opening", metavar="FILE", type=Path, help="also write the label opening here: for the holder")
    make.add_argument("--force", action="store_true", help="write over files that are there")
    make.add_argument("--checkpoint", metavar="FILE|URL", help="at this checkpoint's block, not the final one")
    add_trust_option(make)
    make.add_argument("--gateway", metavar="URL", action="append", help="IPFS gateway to ask; may be repeated")
    add_node_options(make)
    make.set_defaults(run=run_make)
    show = actions.add_parser(
        "show",
        help="say what a bundle holds",
        description="Say what a bundle holds, and whether it holds together. Whether it is true takes `assay verify`.",
        epilog="Exit codes: 0 it holds together, 1 refused, 2 usage.",
    )
    show.add_argument("file", metavar="FILE", type=Path)
    show.add_argument("--json", action="store_true", help="print it as JSON")
    show.set_defaults(run=run_show)


# ---- make


def run_make(args: argparse.Namespace) -> int:
    """Make a bundle, and the label opening where one is asked for."""
    trust = chosen_trust(args.trust)
    verifier = build_verifier(trust, args.node, args.gateway, quorum=named_quorum(args.quorum))
    opening = None
    if args.piece.startswith("eip155:"):
        if args.opening:
            raise TrustError("--opening needs the label itself: name the piece by its label")
        item = ItemId.parse(args.piece)
    else:
        found = _opened(verifier, args.piece)
        if isinstance(found, int):
            return found
        opening, item = found, found.item
    output = args.output or Path(bundle_name(item))
    _refuse_existing([output, *([args.opening] if args.opening else [])], force=args.force)
    try:
        data = _made(item, verifier, trust, args)
        _refuse_leak(data, opening)
    except UnavailableError as error:
        print(f"assay: cannot be made now: {error}", file=sys.stderr)
        return AWAY
    except (BundleError, CheckpointError) as error:
        print(f"assay: no bundle was made: {error}", file=sys.stderr)
        return REFUSED
    _write(output, data, _PUBLIC)
    if args.opening and opening:
        _write(args.opening, write_opening(opening), _PRIVATE)
    bundle = open_bundle(data)
    print(output)
    print(f"{len(data)} bytes, {item}, as of block {bundle.block.number}", file=sys.stderr)
    print(f"check it with: assay verify --bundle {output} --block 0x{bundle.block.hash.hex()}", file=sys.stderr)
    return 0


def _opened(verifier: Verifier, text: str) -> LabelOpening | int:
    """Verify a label, or the one in a picture; give its opening, or the exit code where it opens no piece."""
    if not text.lower().startswith(("http://", "https://")):
        try:
            text = read_picture(verifier, Path(text))
        except ImageError as error:
            raise TrustError(f"{text}: {error}") from error
    verification = verifier.verify_label(text, CLI)
    item = verification.evidence.item
    if isinstance(item, ItemId) and verification.verdict.outcome(Code.ITEM_COMMITTED) is Outcome.PASSED:
        label = parse_label(text)
        return LabelOpening(item, label.gtin, label.serial)
    print(f"assay: no bundle was made: {ADVICE[answer_of(verification)]}", file=sys.stderr)
    return EXIT_CODES[verification.verdict.level]


def _made(item: ItemId, verifier: Verifier, trust: TrustRegistry, args: argparse.Namespace) -> bytes:
    brand = trust.brand_by_contract(item.chain_id, item.contract)
    if brand is None:
        raise TrustError(f"no brand in the trust file has the contract of {item}")
    proofs = RpcProofs(node_clients(named_nodes(args.node, trust)), item.contract)
    return make_bundle(item, verifier.access(brand), proofs, at=_checkpoint_block(args.checkpoint, brand))


def _checkpoint_block(source: str | None, brand: Brand) -> BlockRef | None:
    return verify_checkpoint(read_checkpoint(source), brand) if source else None


def _refuse_leak(data: bytes, opening: LabelOpening | None) -> None:
    """Hold a bundle against the one label we know: nothing in it may help to guess the serial."""
    if opening is None:
        return
    for cid, block in read_blocks(open_bundle(data).car).items():
        try:
            refuse_label_leak(block.decode("utf-8", "replace"), opening.gtin, opening.serial)
        except DocumentError as error:
            raise BundleError(f"document {cid} {error.reason}") from error


def _refuse_existing(paths: list[Path], *, force: bool) -> None:
    for path in paths:
        if path.exists() and not force:
            raise TrustError(f"{path} is there already; --force writes over it")


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write a whole file or none. Raises TrustError."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".assay-")
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), mode)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TrustError(f"{path}: cannot be written ({error.strerror})") from error


# ---- show


def run_show(args: argparse.Namespace) -> int:
    """Say what a bundle holds."""
    try:
        bundle = open_bundle(read_bounded(args.file, BUNDLE_MAX_BYTES))
        read_evidence(bundle)
    except BundleError as error:
        print(f"assay: {args.file}: refused: {error}", file=sys.stderr)
        return REFUSED
    shown = _shown(bundle)
    if args.json:
        print(json.dumps(shown, indent=2, ensure_ascii=False))
        return 0
    width = max(map(len, shown))
    for name, value in shown.items():
        print(f"{name:<{width}}  {value}")
    print("It holds together. Whether it is true: assay verify --bundle FILE --block 0xHASH", file=sys.stderr)
    return 0


def _shown(bundle: Bundle) -> dict[str, Any]:
    checks = json.loads(bundle.checks)
    registry = bundle.registry
    return {
        "item": str(bundle.item),
        "block": bundle.block.number,
        "block_hash": "0x" + bundle.block.hash.hex(),
        "mined_at": f"{bundle.block.mined_at:%Y-%m-%dT%H:%M:%SZ}",
        "contract": registry.name,
        "code_hash": "0x" + registry.code_hash.hex(),
        "level": checks["level"],
        "answer": checks["answer"],
        "words": 7 + len(bundle.actors),
        "nodes": len(bundle.nodes),
        "entries": len(bundle.entries),
        "issuances": len(bundle.issuances),
        "documents_bytes": len(bundle.car),
    }
