"""`assay mint checkpoint`: sign for the ledger's head now, and anchor that."""

from __future__ import annotations

import argparse
import json
from typing import Any

from mint.checkpoint_return import take_back
from mint.checkpoints import anchor_checkpoint, issue_for
from mint.cli.common import add_house_options, guarded, opened_house, say
from mint.errors import CheckpointRefusedError
from mint.house import House
from verifier.checkpoints import checkpoint_digest, checkpoint_json
from verifier.trust import instant_text


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "checkpoint",
        help="sign for the ledger's head",
        description="Sign for the newest final block as the house's next checkpoint, keep it, and anchor it on chain. "
        "Points are signed for by the site's worker, which does the same every hour.",
    )
    parser.add_argument(
        "--after",
        metavar="FILE|URL|none",
        help="after `assay restore`: take the newest published checkpoint back, and all between, and sign nothing now; "
        "`none`: none is newer than the backup's",
    )
    parser.add_argument("--no-anchor", action="store_true", help="sign and keep it, and send no transaction")
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Issue, anchor, and say what was signed."""
    with opened_house(args) as house:
        if args.after is not None:
            return _take_back(args, house)
        last = house.checkpoints.last()
        if last is not None and last.points is not None:
            raise CheckpointRefusedError(
                f"{last.name} signs for points, and this command cannot: the site's worker issues the next one"
            )
        checkpoint = issue_for(house)
        anchor = None if args.no_anchor else anchor_checkpoint(house, checkpoint)
        lines = [
            f"{checkpoint.name}",
            f"  block   {checkpoint.block.number} of {instant_text(checkpoint.block.mined_at)}",
            f"  digest  0x{checkpoint_digest(checkpoint).hex()}",
            f"  kept    {house.checkpoints.folder}",
        ]
        if anchor is not None:
            lines.append(f"  anchor  {anchor}")
        value = {"checkpoint": json.loads(checkpoint_json(checkpoint)), "anchor": anchor}
        say(args, value, "\n".join(lines))
    return 0


def _take_back(args: argparse.Namespace, house: House) -> int:
    taken = take_back(house, args.after)
    last = house.checkpoints.last()
    said = f"{len(taken)} checkpoints taken back" if taken else "none is newer"
    text = f"{said}; the house signs on from {last.name if last else 'the first one'}"
    say(args, {"taken": [one.sequence for one in taken], "last": last.sequence if last else None}, text)
    return 0
