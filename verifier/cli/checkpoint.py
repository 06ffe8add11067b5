"""`assay checkpoint ...`: what brands have signed about their ledgers, and what this verifier has seen of them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from verifier.adapters.checkpoint_memory import CheckpointMemory
from verifier.adapters.checkpoint_source import checkpoint_url, read_checkpoint
from verifier.adapters.small_files import is_url
from verifier.adapters.trust_store import state_folder
from verifier.checkpoints import Checkpoint, checkpoint_digest, checkpoint_json, disagreements, verify_checkpoint
from verifier.cli.trust_choice import add_trust_option, chosen_trust
from verifier.descent import Seen
from verifier.errors import CheckpointError, TrustError, UnavailableError
from verifier.trust import Brand, TrustRegistry, instant_text

REFUSED: Final = 1
NOT_THERE: Final = 3
_OLD: Final = timedelta(days=1)
_REFUTED: Final = "a node gave it, and the brand signed for another chain"


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "checkpoint",
        help="fetch and compare what brands signed about their ledgers",
        description="A checkpoint is a ledger's head, signed by the brand. A verifier that has seen one believes no "
        "node whose head does not descend from it.",
        epilog="Exit codes: 0 done, 1 refused or contradicting, 2 bad input, 3 not there now.",
    )
    below = parser.add_subparsers(dest="checkpoint_command", metavar="COMMAND", required=True)
    fetch = _add(below, "fetch", _fetch, "take a brand's newest checkpoint, and remember it")
    fetch.add_argument(
        "source", metavar="FILE|URL|HOST", help="a file, its URL, or a host that labels of the brand name"
    )
    show = _add(below, "show", _show, "who signed a checkpoint, and for what")
    show.add_argument("source", metavar="FILE|URL")
    compare = _add(below, "compare", _compare, "hold two checkpoints of one registry against each other")
    compare.add_argument("one", metavar="FILE|URL")
    compare.add_argument("other", metavar="FILE|URL")
    seen = _add(below, "seen", _seen, "what was seen of each registry's chain")
    forget = _add(below, "forget", _forget, "remember nothing of a brand's chain: after you found out who lied")
    forget.add_argument("host", metavar="HOST", help="a host that labels of the brand name")
    for command in (fetch, show, compare, seen, forget):
        add_trust_option(command)
        command.add_argument("--json", action="store_true", help="print JSON")
        command.add_argument("--state", metavar="DIR", type=Path, help="where it is remembered; default: $ASSAY_STATE")


def _add(below: Any, name: str, work: Callable[[argparse.Namespace], int], what: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = below.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    parser.set_defaults(run=_guarded(work))
    return parser


def _guarded(work: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        try:
            return work(args)
        except (CheckpointError, UnavailableError) as error:
            print(f"assay: {error}", file=sys.stderr)
            return REFUSED if isinstance(error, CheckpointError) else NOT_THERE

    return run


def _fetch(args: argparse.Namespace) -> int:
    trust = _trust(args)
    source = args.source
    brand = trust.brand_of(source.lower())
    if brand is not None and not Path(source).exists():
        source = checkpoint_url(source.lower())
    elif brand is None and not is_url(source) and not Path(source).exists():
        raise TrustError(f"{source} is no file, no URL, and not the host of a brand in the trust file")
    checkpoint = read_checkpoint(source)
    brand = _brand(trust, checkpoint)
    verify_checkpoint(checkpoint, brand)
    seen = _memory(args).adopt(brand.registry, checkpoint, brand.checkpoint_keys)
    _say(
        args,
        checkpoint,
        f"{checkpoint.name}, block {checkpoint.block.number} of {instant_text(checkpoint.block.mined_at)}",
    )
    if seen.checkpoint != checkpoint:
        print("This number was seen before.", file=sys.stderr)
    age = datetime.now(UTC) - checkpoint.issued_at
    if age > _OLD:
        days = f"{age.days} day{'s' if age.days > 1 else ''}"
        print(f"assay: it was issued {days} ago; ask elsewhere whether there is a newer one", file=sys.stderr)
    if seen.refuted is not None:
        print(f"assay: warning: block {seen.refuted.number} was seen before: {_REFUTED}", file=sys.stderr)
    return 0


def _show(args: argparse.Namespace) -> int:
    checkpoint = read_checkpoint(args.source)
    brand = _brand(_trust(args), checkpoint)
    verify_checkpoint(checkpoint, brand)
    points = checkpoint.points
    lines = [
        f"SIGNED  {checkpoint.name}, by {brand.name} ({checkpoint.key})",
        f"  block     {checkpoint.block.number} of {instant_text(checkpoint.block.mined_at)}",
        f"  hash      0x{checkpoint.block.hash.hex()}",
        f"  points    {f'{points.size} entries, root {points.root.hex()}' if points else 'not signed for'}",
        f"  issued    {instant_text(checkpoint.issued_at)}",
        f"  digest    0x{checkpoint_digest(checkpoint).hex()}",
        f"  previous  0x{checkpoint.previous.hex()}",
    ]
    _say(args, checkpoint, "\n".join(lines))
    return 0


def _compare(args: argparse.Namespace) -> int:
    pair = [read_checkpoint(source) for source in (args.one, args.other)]
    trust = _trust(args)
    for checkpoint in pair:
        verify_checkpoint(checkpoint, _brand(trust, checkpoint))
    reasons = disagreements(*pair)
    if args.json:
        files = [json.loads(checkpoint_json(one)) for one in pair]
        print(json.dumps({"agree": not reasons, "reasons": list(reasons), "checkpoints": files}, indent=2))
    elif reasons:
        print(f"CONTRADICTION  both are signed by {_brand(trust, pair[0]).name}", *reasons, sep="\n  ")
        print("Keep both files: they are evidence. The brand, or whoever has its key, told two stories.")
    else:
        print("AGREE  nothing in one contradicts the other")
    return REFUSED if reasons else 0


def _seen(args: argparse.Namespace) -> int:
    memory = _memory(args)
    found = [(brand, memory.load(brand.registry)) for brand in _trust(args).brands]
    if args.json:
        print(json.dumps([_seen_json(brand, seen) for brand, seen in found], indent=2, ensure_ascii=False))
        return 0
    for brand, seen in found:
        print(f"{brand.name}  {brand.registry.name}")
        head, checkpoint = seen.head, seen.checkpoint
        print(f"  head        {f'block {head.number} of {instant_text(head.mined_at)}' if head else 'none seen'}")
        number = f"number {checkpoint.sequence}, block {checkpoint.block.number}" if checkpoint else "none seen"
        print(f"  checkpoint  {number}")
        if seen.refuted is not None:
            print(f"  refuted     block {seen.refuted.number}, 0x{seen.refuted.hash.hex()}: {_REFUTED}")
    return 0


def _seen_json(brand: Brand, seen: Seen) -> dict[str, Any]:
    head, checkpoint, refuted = seen.head, seen.checkpoint, seen.refuted
    return {
        "brand": brand.name,
        "registry": brand.registry.name,
        "head": {"number": head.number, "hash": "0x" + head.hash.hex()} if head else None,
        "checkpoint": json.loads(checkpoint_json(checkpoint)) if checkpoint else None,
        "refuted": {"number": refuted.number, "hash": "0x" + refuted.hash.hex()} if refuted else None,
    }


def _forget(args: argparse.Namespace) -> int:
    brands = _trust(args).brands_of(args.host.lower())
    if not brands:
        raise TrustError(f"{args.host} is not the address of a brand in the trust file")
    forgotten = [brand for brand in brands if _memory(args).forget(brand.registry)]
    print(f"{len(forgotten)} of {len(brands)} registries of {brands[0].name} forgotten")
    return 0


def _trust(args: argparse.Namespace) -> TrustRegistry:
    return chosen_trust(args.trust, args.state)


def _memory(args: argparse.Namespace) -> CheckpointMemory:
    return CheckpointMemory((args.state or state_folder(os.environ)) / "seen")


def _brand(trust: TrustRegistry, checkpoint: Checkpoint) -> Brand:
    brand = trust.brand_by_contract(checkpoint.chain_id, checkpoint.contract)
    if brand is None:
        raise CheckpointError(f"{checkpoint.name} is of no registry in the trust file")
    return brand


def _say(args: argparse.Namespace, checkpoint: Checkpoint, text: str) -> None:
    print(checkpoint_json(checkpoint).decode().rstrip() if args.json else text)
