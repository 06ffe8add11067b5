"""Who may record what: actors, with keys of this house or keys of their own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mint.book import Actor
from mint.desk import Desk
from mint.errors import ActorError
from mint.limits import ACTOR_VALID_DAYS
from mint.ports import Signer
from mint.records import Paperwork
from provenance_schemas.ids import Address
from provenance_schemas.roles import ROLE_KINDS, Role, kinds_bitmap
from provenance_schemas.step_kinds import EntryKind

HOUSE: Final = "house"
HOUSE_KINDS: Final = (
    ROLE_KINDS[Role.MAKER] | ROLE_KINDS[Role.INSPECTOR] | ROLE_KINDS[Role.WAREHOUSE] | ROLE_KINDS[Role.BRAND]
)
"""What the brand itself may record. Selling is a boutique's."""


@dataclass(frozen=True, slots=True)
class ActorWord:
    """What the registry says of an actor now."""

    kinds: int
    valid_from_s: int
    valid_until_s: int
    disputed_since_s: int
    """0: never disputed."""

    def may_record(self, now_s: int) -> bool:
        """Say whether it may record anything now."""
        return not self.disputed_since_s and self.valid_from_s <= now_s < self.valid_until_s


def house_actor(company: str, address: Address) -> Actor:
    """Describe the brand as its own first actor."""
    return Actor(HOUSE, address, Role.BRAND, company, HOUSE_KINDS, HOUSE)


def actor_arguments(actor: Actor, valid_until_s: int) -> tuple[object, ...]:
    """Give the arguments of `setActor`; valid from the beginning of time, so that no clock is too early."""
    return (actor.address, kinds_bitmap(actor.kinds), 0, valid_until_s)


def valid_until(now: datetime) -> int:
    """Give when an actor's time usually ends, Unix seconds."""
    return int((now + timedelta(days=ACTOR_VALID_DAYS)).timestamp())


def add_actor(
    desk: Desk,
    name: str,
    role: Role,
    make_key: Callable[[str], Signer],
    *,
    company: str | None = None,
    address: Address | None = None,
    kinds: Iterable[EntryKind] = (),
    until: datetime | None = None,
) -> Actor:
    """Let somebody record steps. Without an address a key is made for him in this house.

    `kinds` replaces what his role allows. The same name again changes what he may do.
    Raises ActorError for a name that is taken by another account.
    """
    with desk.writing():
        known = desk.book.actor(name)
        key = None if address else f"actor.{name}"
        account = address or make_key(f"actor.{name}").address
        if known and known.address != account:
            raise ActorError(f"{name} is {known.address} already; remove it first, or choose another name")
        allowed = frozenset(kinds) or ROLE_KINDS[role]
        actor = Actor(name, account, role, company or name, allowed, known.key if known else key)
        until_s = int(until.timestamp()) if until else valid_until(desk.now())
        _carry(desk, f"actor:{name}", "setActor", actor_arguments(actor, until_s), actor)
        return actor


def remove_actor(desk: Desk, name: str) -> None:
    """End what an actor may record, from now on. What he recorded stays valid."""
    with desk.writing():
        actor = known_actor(desk, name)
        _carry(desk, f"actor.remove:{name}", "removeActor", (actor.address,), None)


def dispute_actor(desk: Desk, name: str, since: datetime) -> None:
    """Dispute, for ever, everything an actor recorded from `since` on: his key was stolen.

    At most 90 days back; the registry refuses anything else with RefusedError.
    """
    with desk.writing():
        identity = desk.identity
        account = identity.roles.get(name) or identity.retired.get(name) or known_actor(desk, name).address
        _carry(desk, f"actor.dispute:{name}", "dispute", (account, int(since.timestamp())), None)


def actor_word(desk: Desk, account: Address) -> ActorWord:
    """Ask the registry about an actor."""
    registry = desk.identity.registry.contract
    disputed, until, since, kinds = desk.dispatch.ledger.call("ItemRegistry", registry, "actors", (account,))
    return ActorWord(kinds, since, until, disputed)


def known_actor(desk: Paperwork, name: str) -> Actor:
    """Find an actor by name. Raises ActorError."""
    actor = desk.book.actor(name)
    if actor is None:
        names = ", ".join(one.name for one in desk.book.actors())
        raise ActorError(f"no actor {name!r}; there are {names}")
    return actor


def actor_for(desk: Paperwork, kind: EntryKind, name: str | None = None) -> Actor:
    """Choose who records a step: the one named, or the only one who may and whose key is here.

    Raises ActorError that says who could.
    """
    able = [one for one in desk.book.actors() if kind in one.kinds]
    if name is not None:
        actor = known_actor(desk, name)
        if kind not in actor.kinds:
            raise ActorError(f"{name} may not record {kind.word}; {_names(able)}")
        if actor.key is None:
            raise ActorError(
                f"the key of {name} is not in this house; {name} records {kind.word} with a key of his own"
            )
        return actor
    here = [one for one in able if one.key is not None]
    if len(here) != 1:
        raise ActorError(f"who records {kind.word}? Name one with --actor; {_names(here)}")
    return here[0]


def _names(actors: Sequence[Actor]) -> str:
    if not actors:
        return "no actor may; add one with `assay mint actor add NAME --role ROLE`"
    return f"those who may are {', '.join(actor.name for actor in actors)}"


def _carry(desk: Desk, name: str, function: str, arguments: tuple[object, ...], actor: Actor | None) -> None:
    calldata = desk.registry_call(function, *arguments)
    new = desk.intent(f"{name}:{secrets.token_hex(8)}", "actor", desk.identity.actor_admin, calldata)
    with desk.book.database.transaction():
        (intent,) = desk.dispatch.outbox.plan([new])
        if actor:
            desk.book.add_actor(intent.id, actor)
    desk.carry_out(intent.job)
