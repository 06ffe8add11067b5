"""What can happen to an account. Each wish is one transaction; a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import IntegrityError
from webauthn.helpers.structs import AuthenticationCredential

from loyalty.adapters.sql_database import Database
from web.accounts.ceremonies import MadePasskey, check_shown
from web.accounts.hooks import AccountHooks, Tie
from web.accounts.recovery import draw_codes, hash_of, parse_code
from web.accounts.refusals import Refusal, RefusedError
from web.accounts.relying_party import RelyingParty
from web.store.invitations import find_invitation, use_invitation
from web.store.passkeys import (
    PASSKEYS_MAX,
    Passkey,
    add_passkey,
    count_passkeys,
    find_passkey,
    note_use,
    passkeys_of,
    remove_passkey,
    rename_passkey,
)
from web.store.people import Person, Role, add_person, change_profile, delete_person, find_person, set_role
from web.store.recovery_codes import are_codes_of, count_codes, replace_codes, use_code
from web.store.sessions import Challenge

_RANK: Final = {Role.MEMBER: 0, Role.RESELLER: 1, Role.STAFF: 2}


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How a person can sign in."""

    passkeys: tuple[Passkey, ...]
    codes_left: int


@dataclass(frozen=True, slots=True)
class MadeCodes:
    """A new set of recovery codes."""

    codes: tuple[str, ...]
    replaced: bool
    """There were others before, which work no more."""


class Accounts:
    """People and their ways in."""

    def __init__(self, database: Database, hooks: AccountHooks, clock: Callable[[], float]) -> None:
        self.database = database
        self.hooks = hooks
        self._clock = clock

    def now_s(self) -> int:
        """Give the moment, in unix seconds."""
        return int(self._clock())

    # ---- ways in

    def sign_up(self, asked: Challenge, language: str, made: MadePasskey, party: RelyingParty, device: str) -> Person:
        """Make the account that a challenge was drawn for, with its first passkey. Raises RefusedError."""
        now_s = self.now_s()
        passkey = _passkey(made, asked.person_id, party, device, now_s)
        try:
            with self.database.writing() as connection:
                person = add_person(
                    connection, asked.name, Role.MEMBER, language, now_s, person_id=asked.person_id
                )  # fmt: skip
                add_passkey(connection, passkey)
        except IntegrityError as error:
            raise RefusedError(Refusal.PASSKEY_KNOWN) from error
        return person

    def person_showing(self, shown: AuthenticationCredential, challenge: bytes, party: RelyingParty) -> Person:
        """Say who answered a question with their passkey. Raises RefusedError.

        1. Find the passkey; an unknown one is refused as a wrong one is.
        2. Hold the answer to question, host, owner and signature.
        3. Its count must go up: two that are equal are two copies of one key.
        """
        with self.database.reading() as connection:
            passkey = find_passkey(connection, shown.raw_id)  # 1.
        if passkey is None:
            raise RefusedError(Refusal.PASSKEY_REFUSED, "unknown")
        answer = check_shown(shown, passkey, challenge, party)  # 2.
        with self.database.writing() as connection:
            person = find_person(connection, passkey.person_id)
            counted = note_use(
                connection, passkey.id, answer.sign_count, backed_up=answer.backed_up, now_s=self.now_s()
            )  # fmt: skip
        if person is None:
            raise RefusedError(Refusal.PASSKEY_REFUSED, "its person just left")
        if not counted:
            raise RefusedError(Refusal.PASSKEY_COPIED, f"count {answer.sign_count} after {passkey.sign_count}")  # 3.
        return person

    def person_with_code(self, typed: str, *, only: Person | None = None) -> Person:
        """Use a recovery code up and say whose it was; `only` theirs, where given. Raises RefusedError."""
        code = parse_code(typed)
        if code is None:
            raise RefusedError(Refusal.CODE_REFUSED)
        with self.database.writing() as connection:
            person_id = use_code(connection, hash_of(code), self.now_s())
            person = None if person_id is None else find_person(connection, person_id)
            if person is None or (only is not None and person.id != only.id):
                # Raised inside the transaction, so that somebody else's code is not used up.
                raise RefusedError(Refusal.CODE_REFUSED)
        return person

    def ways_in(self, person: Person) -> WaysIn:
        """Give a person's passkeys and how many codes still work."""
        with self.database.reading() as connection:
            return WaysIn(passkeys_of(connection, person.id), count_codes(connection, person.id))

    def add_passkey(self, person: Person, made: MadePasskey, party: RelyingParty, name: str) -> None:
        """Keep one more passkey. Raises RefusedError."""
        passkey = _passkey(made, person.id, party, name, self.now_s())
        try:
            with self.database.writing() as connection:
                if count_passkeys(connection, person.id) >= PASSKEYS_MAX:
                    raise RefusedError(Refusal.PASSKEYS_FULL)
                add_passkey(connection, passkey)
        except IntegrityError as error:
            raise RefusedError(Refusal.PASSKEY_KNOWN) from error

    def passkey(self, person: Person, handle: str) -> Passkey | None:
        """Find one of a person's passkeys; None when they have none of this handle."""
        return next((each for each in self.ways_in(person).passkeys if each.handle == handle), None)

    def rename_passkey(self, passkey: Passkey, name: str) -> None:
        """Give a passkey another name."""
        with self.database.writing() as connection:
            rename_passkey(connection, passkey, name)

    def remove_passkey(self, passkey: Passkey) -> None:
        """Forget a passkey. Raises RefusedError when nothing would be left to sign in with."""
        with self.database.writing() as connection:
            others = count_passkeys(connection, passkey.person_id) - 1
            if others == 0 and count_codes(connection, passkey.person_id) == 0:
                raise RefusedError(Refusal.LAST_WAY_IN)
            remove_passkey(connection, passkey)

    def make_codes(self, person: Person) -> MadeCodes:
        """Draw ten recovery codes in place of all earlier ones. This is the only time they can be read."""
        codes = draw_codes()
        with self.database.writing() as connection:
            replaced = replace_codes(connection, person.id, [hash_of(code) for code in codes], self.now_s())
        return MadeCodes(codes, replaced)

    def are_codes_of(self, person: Person, codes: Sequence[str]) -> bool:
        """Say whether every one of these is a working code of this person."""
        with self.database.reading() as connection:
            return are_codes_of(connection, person.id, [hash_of(code) for code in codes])

    # ---- the person

    def change_profile(self, person: Person, name: str, language: str) -> None:
        """Call a person by another name, in another language."""
        with self.database.writing() as connection:
            change_profile(connection, person.id, name, language)

    def accept_invitation(self, person: Person, token: str) -> Person:
        """Give a person the role they are invited to. Raises RefusedError; an invitation refused stays open."""
        with self.database.writing() as connection:
            invitation = find_invitation(connection, token, self.now_s())
            if invitation is None:
                raise RefusedError(Refusal.INVITATION_REFUSED)
            if _RANK[person.role] >= _RANK[invitation.role]:
                raise RefusedError(Refusal.ROLE_HELD)
            use_invitation(connection, invitation, person.id)
            set_role(connection, person.id, invitation.role)
            changed = find_person(connection, person.id)
        assert changed is not None, "whoever has a session has an account"
        return changed

    def ties(self, person: Person) -> frozenset[Tie]:
        """Say what still binds a person who thinks of leaving."""
        with self.database.reading() as connection:
            return self.hooks.ties(connection, person)

    def delete(self, person: Person, *, leaves_pieces: bool = False) -> None:
        """Delete a person: every part of the site lets go of them, or nobody does.

        `leaves_pieces`: they said so. Raises RefusedError when they did not, or a piece is being claimed for them.
        """
        with self.database.writing() as connection:
            ties = self.hooks.ties(connection, person)
            if Tie.CLAIMING in ties:
                raise RefusedError(Refusal.CLAIM_UNDER_WAY)
            if Tie.HELD in ties and not leaves_pieces:
                raise RefusedError(Refusal.PIECES_NOT_CONFIRMED)
            for let_go in self.hooks.on_delete:
                let_go(connection, person)
            delete_person(connection, person.id)


def _passkey(made: MadePasskey, person_id: str, party: RelyingParty, name: str, now_s: int) -> Passkey:
    return Passkey(
        made.id, person_id, party.id, made.public_key, made.sign_count, name, made.backed_up, now_s, used_at=None
    )
