"""`assay mint actor add|list|remove|dispute`: who may record steps."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from mint.actors import actor_word, add_actor, dispute_actor, remove_actor
from mint.cli.common import add_house_options, guarded, opened_house, say
from mint.errors import InputError
from provenance_schemas.ids import parse_address
from provenance_schemas.roles import GRANTABLE, Role

_KINDS = {kind.word: kind for kind in sorted(GRANTABLE)}


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser("actor", help="who may record steps", description="Who may record steps.")
    below = parser.add_subparsers(dest="actor_command", metavar="COMMAND", required=True)
    add = below.add_parser("add", help="let somebody record steps", description="Let somebody record steps.")
    add.add_argument("name", metavar="NAME", help="a short lower-case name, as paris")
    add.add_argument("--role", choices=[role.value for role in Role], required=True, help="their trade")
    add.add_argument("--company", metavar="NAME", help="as documents name it; default: NAME")
    add.add_argument("--address", metavar="0x...", help="their own account; without it a key is made in this house")
    add.add_argument("--kinds", metavar="KIND,...", help="what they may record, instead of what the role may")
    add.add_argument("--until", metavar="TIME", help="when that ends; default: in five years")
    listing = below.add_parser("list", help="list the actors", description="List the actors, as the ledger has them.")
    remove = below.add_parser("remove", help="end what an actor may record", description="End it, from now on.")
    remove.add_argument("name", metavar="NAME")
    dispute = below.add_parser(
        "dispute",
        help="dispute what an actor recorded",
        description="Dispute, for ever, what an actor, or a key of the house, recorded since a time: it was stolen.",
    )
    dispute.add_argument("name", metavar="NAME")
    dispute.add_argument("--since", metavar="TIME", required=True, help="at most 90 days back")
    for one, work in ((add, _add), (listing, _list), (remove, _remove), (dispute, _dispute)):
        add_house_options(one)
        one.set_defaults(run=guarded(work))


def _add(args: argparse.Namespace) -> int:
    words = args.kinds.split(",") if args.kinds else []
    if unknown := [word for word in words if word not in _KINDS]:
        raise InputError(f"--kinds: {unknown[0]!r} cannot be granted; the kinds are {', '.join(_KINDS)}")
    with opened_house(args) as house:
        actor = add_actor(
            house,
            args.name,
            Role(args.role),
            house.keys.folder.make,
            company=args.company,
            address=parse_address(args.address) if args.address else None,
            kinds=[_KINDS[word] for word in words],
            until=_moment(args.until, "--until") if args.until else None,
        )
    kinds = sorted(kind.word for kind in actor.kinds)
    value = {"name": actor.name, "address": actor.address, "kinds": kinds}
    say(args, value, f"{actor.name}  {actor.address}  may record {', '.join(kinds)}")
    return 0


def _list(args: argparse.Namespace) -> int:
    now_s = int(datetime.now(UTC).timestamp())
    value = []
    with opened_house(args) as house:
        for actor in house.book.actors():
            word = actor_word(house, actor.address)
            disputed = "disputed" if word.disputed_since_s else "ended"
            value.append(
                {
                    "name": actor.name,
                    "role": actor.role,
                    "address": actor.address,
                    "state": "active" if word.may_record(now_s) else disputed,
                    "kinds": sorted(kind.word for kind in actor.kinds),
                    "key": "here" if actor.key else "elsewhere",
                }
            )
    say(args, value, "\n".join(f"{a['name']}  {a['role']}  {a['address']}  {a['state']}" for a in value))
    return 0


def _remove(args: argparse.Namespace) -> int:
    with opened_house(args) as house:
        remove_actor(house, args.name)
    say(args, {"removed": args.name}, f"{args.name} can record nothing more; what was recorded stays valid")
    return 0


def _dispute(args: argparse.Namespace) -> int:
    since = _moment(args.since, "--since")
    with opened_house(args) as house:
        dispute_actor(house, args.name, since)
    say(args, {"disputed": args.name}, f"everything {args.name} recorded since {args.since} is disputed, for ever")
    return 0


def _moment(text: str, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{option}: {text[:40]!r} is not a time, as 2026-11-02T10:30:00+01:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
