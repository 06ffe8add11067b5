"""`assay people invite|list|grant|revoke`: who belongs to the house."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from loyalty.adapters.sql_database import Database, DatabaseUnavailableError
from provenance_schemas.labels import origin_of
from verifier.adapters.trust_store import open_trust
from web.errors import SettingsError, WebError
from web.settings import Settings, read_settings
from web.store.invitations import invite, open_invitations, withdraw_invitation
from web.store.people import Person, Role, find_person, list_people, set_role
from web.wiring import open_database

USAGE_ERROR: Final = 2
UNAVAILABLE: Final = 3
_DAY_S: Final = 86_400
_DAYS_MAX: Final = 30
_LISTED_MAX: Final = 1_000
_INVITED: Final = (Role.STAFF.value, Role.RESELLER.value)
Work = Callable[[argparse.Namespace, Settings, Database], int]


class UnknownPersonError(WebError):
    """Nobody, and no open invitation, has this id. Nothing was changed; `assay people list` shows the ids."""

    def __init__(self, asked: str) -> None:
        super().__init__(f"no person and no open invitation has the id {asked[:40]!r}")
        self.asked = asked


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "people", help="invite staff and resellers, list people, change roles", description="Who belongs to the house."
    )
    below = parser.add_subparsers(dest="people_command", metavar="COMMAND", required=True)
    inviting = below.add_parser(
        "invite",
        help="make a link that gives a role, once",
        description="Make a link for one person. Whoever opens it signs in, or signs up, and has the role. Send it as "
        "you would send a key.",
    )
    inviting.add_argument("role", choices=_INVITED)
    inviting.add_argument("--days", type=_days, default=7, metavar="N", help="how long it may be accepted; default: 7")
    listing = below.add_parser("list", help="list people and open invitations", description="List people.")
    granting = below.add_parser("grant", help="give a person a role", description="Give a person a role, at once.")
    granting.add_argument("person", metavar="ID", help="as `assay people list` shows it")
    granting.add_argument("role", choices=_INVITED)
    revoking = below.add_parser(
        "revoke",
        help="take a role or an invitation back",
        description="Make a person a plain member again, or withdraw an open invitation. It holds from their next "
        "page on.",
    )
    revoking.add_argument("id", metavar="ID", help="of a person or of an invitation")
    for one, work in ((inviting, _invite), (listing, _list), (granting, _grant), (revoking, _revoke)):
        one.add_argument("--data", metavar="DIR", type=Path, help="the brand's folder; default: $ASSAY_DATA")
        one.add_argument("--json", action="store_true", help="print JSON")
        one.set_defaults(run=_with_database(work))


def _with_database(work: Work) -> Callable[[argparse.Namespace], int]:
    """Open the site's database for one command. Exit codes: 2 a wrong wish, 3 a database that is away."""

    def run(args: argparse.Namespace) -> int:
        try:
            settings = read_settings(os.environ, data=args.data)
            database = open_database(settings)
            try:
                return work(args, settings, database)
            finally:
                database.close()
        except (SettingsError, UnknownPersonError) as error:
            print(f"assay: {error}", file=sys.stderr)
            return USAGE_ERROR
        except DatabaseUnavailableError as error:
            print(f"assay: {error}", file=sys.stderr)
            return UNAVAILABLE

    return run


def _invite(args: argparse.Namespace, settings: Settings, database: Database) -> int:
    brands = open_trust(settings.trust, settings.state_folder).brands
    origin = origin_of(brands[0].hosts[0])
    now_s, age_max_s = int(time.time()), args.days * _DAY_S
    with database.writing() as connection:
        token = invite(connection, Role(args.role), now_s, age_max_s=age_max_s)
    # In the fragment: no server, proxy or log ever sees it.
    link = f"{origin}/invitation#{token}"
    value = {"role": args.role, "link": link, "expires_at": _moment(now_s + age_max_s)}
    _say(args, value, f"{link}\nGives the role {args.role}, once, until {value['expires_at']}.")
    return 0


def _list(args: argparse.Namespace, settings: Settings, database: Database) -> int:
    del settings
    with database.reading() as connection:
        people = list_people(connection, _LISTED_MAX)
        invitations = open_invitations(connection, int(time.time()))
    value = {
        "people": [_person_value(person) for person in people],
        "invitations": [
            {"id": each.handle, "role": each.role.value, "expires_at": _moment(each.expires_at)}
            for each in invitations
        ],
    }  # fmt: skip
    lines = [f"{person.id}  {person.role.value:<8}  {person.name}" for person in people]
    lines += [
        f"{each.handle}  {each.role.value:<8}  invited, until {_moment(each.expires_at)}" for each in invitations
    ]  # fmt: skip
    _say(args, value, "\n".join(lines) or "Nobody yet.")
    return 0


def _grant(args: argparse.Namespace, settings: Settings, database: Database) -> int:
    del settings
    return _set_role(args, database, args.person, Role(args.role))


def _revoke(args: argparse.Namespace, settings: Settings, database: Database) -> int:
    del settings
    with database.writing() as connection:
        for invitation in open_invitations(connection, int(time.time())):
            if invitation.handle == args.id:
                withdraw_invitation(connection, invitation)
                _say(args, {"withdrawn": args.id}, f"{args.id}  withdrawn")
                return 0
    return _set_role(args, database, args.id, Role.MEMBER)


def _set_role(args: argparse.Namespace, database: Database, person_id: str, role: Role) -> int:
    with database.writing() as connection:
        if find_person(connection, person_id) is None:
            raise UnknownPersonError(person_id)
        set_role(connection, person_id, role)
        person = find_person(connection, person_id)
    assert person is not None, "a person was just given a role"
    _say(args, _person_value(person), f"{person.id}  {person.role.value:<8}  {person.name}")
    return 0


def _person_value(person: Person) -> dict[str, str]:
    return {
        "id": person.id, "name": person.name, "role": person.role.value, "created_at": _moment(person.created_at)
    }  # fmt: skip


def _say(args: argparse.Namespace, value: dict[str, Any], text: str) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2) if args.json else text)


def _moment(unix_s: int) -> str:
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _DAYS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to {_DAYS_MAX}")
    return int(text)
