"""Everything the site keeps of a person, in one JSON file of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from web.accounts.accounts import Accounts, WaysIn
from web.presenters.formats import machine_text
from web.store.passkeys import Passkey
from web.store.people import Person
from web.store.sessions import SignedIn


def export_of(accounts: Accounts, person: Person, sessions: tuple[SignedIn, ...]) -> dict[str, Any]:
    """Give the account, and what every other part of the site keeps. Raises UnavailableError."""
    ways: WaysIn = accounts.ways_in(person)
    return {
        "exported_at": _moment(accounts.now_s()),
        "account": {
            "id": person.id,
            "name": person.name,
            "role": person.role.value,
            "language": person.language,
            "created_at": _moment(person.created_at),
        },
        "passkeys": [_passkey(each) for each in ways.passkeys],
        "recovery_codes_left": ways.codes_left,
        "sessions": [{"device": each.device, "signed_in_at": _moment(each.created_at)} for each in sessions],
    } | {name: part(person) for name, part in accounts.hooks.export_parts.items()}


def _passkey(passkey: Passkey) -> dict[str, Any]:
    return {
        "name": passkey.name,
        "host": passkey.rp_id,
        "id": passkey.id.hex(),
        "public_key": passkey.public_key.hex(),
        "backed_up": passkey.backed_up,
        "created_at": _moment(passkey.created_at),
        "used_at": None if passkey.used_at is None else _moment(passkey.used_at),
    }


def _moment(unix_s: int) -> str:
    return machine_text(datetime.fromtimestamp(unix_s, UTC))
