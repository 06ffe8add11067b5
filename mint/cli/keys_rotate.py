"""`assay mint keys rotate|accept|cancel|set`: replace a key, or say that it is elsewhere now."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mint.cli.common import add_house_options, guarded, opened_house, say
from mint.cli.keys_options import add_signer_options, setting_of, words_of
from mint.errors import InputError, SignerMissingError
from mint.house import House
from mint.identity import ADMIN
from mint.rotation import Rotated, accept_admin, admin_accept_time_s, cancel_admin, key_name, rotate_key
from mint.signer_settings import FileKey, SignerSetting


def add_parsers(below: Any) -> None:
    """Add the subcommands."""
    rotate = below.add_parser(
        "rotate",
        help="replace a key",
        description="Replace the key of a role or of an actor. Without options a new key file is made. "
        "Pieces stay as they are; the last key is not needed. Run it again after it was interrupted.",
    )
    rotate.add_argument("name", metavar="NAME", help="a role, as registrar, or an actor whose key is in this house")
    rotate.add_argument(
        "--stolen",
        action="store_true",
        help="somebody else may have the last key: checkpoints that it signed are not believed any more",
    )
    add_signer_options(rotate)
    move = below.add_parser(
        "set", help="say where a key is now", description="Say where a key is now. It must be the same key."
    )
    move.add_argument("name", metavar="NAME")
    add_signer_options(move)
    accept = below.add_parser("accept", help="finish the admin's handover", description="Finish the admin's handover.")
    cancel = below.add_parser("cancel", help="call the admin's handover off", description="Call it off.")
    for one, work in ((rotate, _rotate), (move, _set), (accept, _accept), (cancel, _cancel)):
        add_house_options(one)
        one.set_defaults(run=guarded(work))


def _rotate(args: argparse.Namespace) -> int:
    with opened_house(args) as house, house.alone():
        name = key_name(house, args.name)
        setting = setting_of(args, name) or _new_file(house, name)
        account = house.keys.open(name, setting).address
        rotated = rotate_key(house, house.keep, name, account, setting, stolen=args.stolen)
        if rotated is None:
            until = datetime.fromtimestamp(admin_accept_time_s(house), UTC).isoformat()
            value: dict[str, Any] = {"name": ADMIN, "next": account, "accept_after": until}
            say(args, value, f"{account} can become admin after {until}: run `assay mint keys accept` then")
            return 0
        say(args, _value(rotated), _words(rotated, setting))
    return 0


def _accept(args: argparse.Namespace) -> int:
    with opened_house(args) as house, house.alone():
        rotated = accept_admin(house, house.keep)
        say(args, _value(rotated), _words(rotated, house.identity.signers[ADMIN]))
    return 0


def _cancel(args: argparse.Namespace) -> int:
    with opened_house(args) as house, house.alone():
        account = cancel_admin(house, house.keep)
        say(args, {"cancelled": account}, f"{account} does not become admin")
    return 0


def _set(args: argparse.Namespace) -> int:
    with opened_house(args) as house, house.alone():
        name = key_name(house, args.name)
        setting = setting_of(args, name)
        if setting is None:
            raise InputError("say where the key is, with --file, --keystore, --url or --command")
        move_key(house, name, setting)
        say(args, {"name": name, "where": words_of(setting)}, f"{name} signs through {words_of(setting)} from now on")
    return 0


def move_key(house: House, name: str, setting: SignerSetting) -> None:
    """Change where a key is. Raises SignerMissingError when another key is there: that is a rotation."""
    found = house.keys.open(name, setting)
    wanted = house.keys.signer(name).address if name not in house.identity.roles else house.identity.roles[name]
    if found.address != wanted:
        raise SignerMissingError(
            name, f"the key there is {found.address}, and {name} is {wanted}; replace it with `assay mint keys rotate`"
        )
    found.sign_hashed(b"assay/key-check/1")
    house.keep(replace(house.identity, signers={**house.identity.signers, name: setting}))


def _new_file(house: House, name: str) -> FileKey:
    """Make the next key file, or find the one an interrupted run made: the first whose number is not used yet."""
    handover = house.identity.handovers.get(name)
    if handover is not None and isinstance(handover.signer, FileKey):
        return handover.signer
    number = 2 + sum(one.rpartition(".")[0] == name for one in house.identity.retired)
    made = f"{name}.{number}"
    house.keys.folder.make(made)
    return FileKey(f"keys/{made}.key")


def _value(rotated: Rotated) -> dict[str, Any]:
    return {
        "name": rotated.name,
        "last": rotated.last,
        "next": rotated.next,
        "retired_as": rotated.retired_as,
        "given_up": list(rotated.given_up),
    }


def _words(rotated: Rotated, setting: SignerSetting) -> str:
    lines = [f"{rotated.name} is {rotated.next} from now on, {words_of(setting)}"]
    if rotated.last:
        lines.append(f"{rotated.last} is {rotated.retired_as} and may do nothing more; what it wrote stays valid")
    if rotated.name == "checkpoint":
        lines.append(
            "the house's trust.json names it first from now on; with --stolen, the last one no more. "
            "In trust files that others sign, do the same"
        )
    if rotated.given_up:
        lines.append(f"{len(rotated.given_up)} steps were not signed yet and name the last account; record them again")
    return "\n".join(lines)
