"""`assay mint status [PIECE]`: what the house holds and what is under way."""

from __future__ import annotations

import argparse
from typing import Any, Final

from mint.cli.common import add_house_options, guarded, opened_house, say
from mint.house import House
from mint.outbox import Intent
from mint.ownership import on_ledger

_PIECES_SHOWN: Final = 50


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "status",
        help="what the house holds and what is under way",
        description="List the pieces and what is under way, or look one piece up on the ledger.",
    )
    parser.add_argument("piece", metavar="PIECE", nargs="?", help="a reference or token")
    parser.add_argument("--after", metavar="REFERENCE", default="", help=f"list the next {_PIECES_SHOWN} pieces")
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Say how things stand. Writes nothing."""
    with opened_house(args) as house:
        if args.piece:
            return _show_piece(args, house)
        pieces = house.book.pieces(limit=_PIECES_SHOWN, after=args.after)
        under_way = house.dispatch.outbox.unfinished()
        value = {
            "pieces": [{"reference": one.reference, "token": str(one.token_id), "state": one.state} for one in pieces],
            "under_way": [_intent_json(intent) for intent in under_way],
        }
        lines = [f"{one.reference}  {one.token_id}  {one.name}  ({one.state})" for one in pieces]
        lines += [f"under way: {intent.key}  {intent.state}  {intent.reason or ''}".rstrip() for intent in under_way]
        say(args, value, "\n".join(lines) or "no piece is registered yet")
    return 0


def _show_piece(args: argparse.Namespace, house: House) -> int:
    piece = house.piece(args.piece)
    item = house.identity.item(piece.token_id)
    value: dict[str, object] = {
        "reference": piece.reference,
        "item": str(item),
        "name": piece.name,
        "registration": piece.state,
    }
    if piece.state == "confirmed":
        found = on_ledger(house, piece.token_id)
        value |= {
            "owner": found.owner,
            "in_stock": found.in_stock,
            "entries": found.state >> 8 & 0xFFFFFFFF,
            "status": [bit.name.lower() for bit in found.status if bit.name],
        }
    width = max(map(len, value))
    say(args, value, "\n".join(f"{name:<{width}}  {_text(given)}" for name, given in value.items()))
    return 0


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "-"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _intent_json(intent: Intent) -> dict[str, object]:
    return {"key": intent.key, "job": intent.job, "state": intent.state, "reason": intent.reason}
