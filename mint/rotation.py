"""Replace a key of the house without registering anything anew.

    1. The next key and its account are written into house.json, as a handover.
    2. The ledger: the next account is given what the last one had, then the last one loses it. Pieces that it
       registered and steps that it recorded stay as they are: they were allowed when they were written.
    3. The outbox: what the last key signed keeps its account and is carried on; what it did not sign yet is signed
       by the next one, or given up where its document names the last account.
    4. house.json names the next key; the last account stays in it as `<name>.1`, so that it can be disputed.

After a kill -9 anywhere the next command goes on. The default admin is handed over in two steps with the ledger's
delay between them: a thief of that key needs as long, and is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from mint.actors import HOUSE, actor_word, known_actor, valid_until
from mint.book import Actor
from mint.desk import Desk, finish_open_jobs
from mint.errors import SIGNER_ERRORS, FailedTransactionError, InputError, MintError, SubmitError
from mint.identity import ACTOR_ADMIN, ADMIN, Handover, Identity
from mint.outbox import Intent, NewIntent, State
from mint.signer_settings import SignerSetting
from provenance_schemas.ids import Address
from provenance_schemas.keccak import keccak256
from provenance_schemas.roles import kinds_bitmap

Keep = Callable[[Identity], None]
"""Makes an identity the house's own, on disk first."""

_Call = tuple[str, str, tuple[object, ...]]
"""Contract, function, arguments."""

_REGISTRY: Final = "ItemRegistry"
_STOCK: Final = "StockAccount"
_GRANTED: Final = {
    "registrar": (_REGISTRY, "REGISTRAR"),
    "guardian": (_REGISTRY, "GUARDIAN"),
    ACTOR_ADMIN: (_REGISTRY, "ACTOR_ADMIN"),
    "stock": (_STOCK, "OPERATOR"),
}
_OFF_LEDGER: Final = ("relayer", "checkpoint")
"""Keys the contracts know nothing of: one only pays, the other stands in the trust file."""

_ACTOR_KEY: Final = "actor."


@dataclass(frozen=True, slots=True)
class Rotated:
    """What became of a key."""

    name: str
    last: Address | None
    """None where the house had no such key yet."""
    next: Address
    retired_as: str | None
    """What the last account is called from now on."""
    given_up: tuple[str, ...] = ()
    """Intents that were never signed and name the last account in a document: to be recorded again."""


def key_name(desk: Desk, name: str) -> str:
    """Give the name of a key: of a role, or of an actor whose key is in this house. Raises ActorError, InputError."""
    if name in desk.identity.roles or name in (*_GRANTED, *_OFF_LEDGER, ADMIN, HOUSE):
        return name
    actor = known_actor(desk, name)
    if actor.key is None:
        raise InputError(f"the key of {name} is not in this house; add his next one with `assay mint actor add`")
    return actor.key


def rotate_key(
    desk: Desk, keep: Keep, name: str, account: Address, signer: SignerSetting, *, stolen: bool = False
) -> Rotated | None:
    """Replace one key; None for the admin's, whose handover has only begun. Call it under the house's lock.

    The last key is not needed, so one that was lost or stolen is replaced in the same way. What a `stolen` checkpoint
    key signed is not believed any more; one that is replaced by habit stays in the trust file for what it signed.
    """
    if account in {*desk.identity.roles.values(), *desk.identity.retired.values()}:
        raise InputError(f"{account} has or had a part in this house; each key has one, make a new key")
    with suppress(*SIGNER_ERRORS):
        finish_open_jobs(desk)
    known = desk.identity.handovers.get(name)
    if known is not None and known.address != account:
        raise InputError(f"{name} is being handed over to {known.address}; finish that first, or cancel it")
    last = desk.identity.roles.get(name)
    if last is None and name.startswith(_ACTOR_KEY):
        last = _actor_of(desk, name).address
    handover = Handover(account, signer, last, stolen)
    keep(replace(desk.identity, handovers={**desk.identity.handovers, name: handover}))
    try:
        _carry(desk, _begin(desk, name, handover))
    except (SubmitError, FailedTransactionError) as error:
        if error.exit_code == 1:
            _take_back(desk, keep, name)
        raise
    return None if name == ADMIN else _switch(desk, keep, name)


def accept_admin(desk: Desk, keep: Keep) -> Rotated:
    """Finish the admin's handover, signed by the next key, once the ledger's delay is over.

    Raises InputError when none was begun, RefusedError before its time.
    """
    handover = desk.identity.handovers.get(ADMIN)
    if handover is None:
        raise InputError("no handover of the admin was begun; begin one with `assay mint keys rotate admin`")
    _carry(desk, _both(desk, f"{_job(ADMIN, handover.address)}:accept", f"{ADMIN}.next", "acceptDefaultAdminTransfer"))
    return _switch(desk, keep, ADMIN)


def cancel_admin(desk: Desk, keep: Keep) -> Address:
    """Call the admin's handover off, signed by the last key; give the account that does not become admin."""
    handover = desk.identity.handovers.get(ADMIN)
    if handover is None:
        raise InputError("no handover of the admin was begun")
    _carry(desk, _both(desk, f"{_job(ADMIN, handover.address)}:cancel", ADMIN, "cancelDefaultAdminTransfer"))
    keep(_without(desk.identity, ADMIN))
    return handover.address


def admin_accept_time_s(desk: Desk) -> int:
    """Give when the admin's handover can be accepted on both contracts, Unix seconds; 0 when none is under way."""
    ledger, identity = desk.dispatch.ledger, desk.identity
    places = ((_REGISTRY, identity.registry.contract), (_STOCK, identity.stock_account))
    return max(int(ledger.call(contract, at, "pendingDefaultAdmin", ())[1]) for contract, at in places)


def finish_rotations(desk: Desk, keep: Keep) -> None:
    """Go on with what a kill -9 left half done. A refusal is left for the next `keys rotate` to tell."""
    for name, handover in list(desk.identity.handovers.items()):
        if name == ADMIN:
            accepted = desk.dispatch.outbox.of_job(f"{_job(ADMIN, handover.address)}:accept")
            if accepted and all(intent.state is State.CONFIRMED for intent in accepted):
                _switch(desk, keep, name)
            continue
        try:
            _carry(desk, _begin(desk, name, handover))
            _switch(desk, keep, name)
        except MintError as error:
            if error.exit_code != 1:
                raise


# ---- the ledger


def _begin(desk: Desk, name: str, handover: Handover) -> list[NewIntent]:
    """Give what the ledger has to be told so that the next account takes over."""
    account, last = handover.address, handover.last
    job = _job(name, account)
    if name == ADMIN:
        return _both(desk, job, ADMIN, "beginDefaultAdminTransfer", account)
    if name in _GRANTED:
        contract, role = _GRANTED[name]
        # The first key of a role that the admin had until now takes the role from it.
        last = last or (desk.identity.roles.get(ADMIN) if name == ACTOR_ADMIN else None)
        calls: list[_Call] = [(contract, "grantRole", (keccak256(role.encode()), account))]
        calls += [(contract, "revokeRole", (keccak256(role.encode()), last))] if last else []
        return _intents(desk, job, ADMIN, calls)
    if name in _OFF_LEDGER:
        return []
    assert last is not None, "an actor has an account"
    actor = _actor_of(desk, name)
    until_s = max(actor_word(desk, last).valid_until_s, valid_until(desk.now()))
    return _intents(
        desk,
        job,
        desk.identity.actor_admin,
        [
            (_REGISTRY, "setActor", (account, kinds_bitmap(actor.kinds), 0, until_s)),
            (_REGISTRY, "removeActor", (last,)),
        ],
    )


def _both(desk: Desk, job: str, sender: str, function: str, *arguments: object) -> list[NewIntent]:
    calls: list[_Call] = [(contract, function, arguments) for contract in (_REGISTRY, _STOCK)]
    return _intents(desk, job, sender, calls, waves=False)


def _intents(desk: Desk, job: str, sender: str, calls: list[_Call], *, waves: bool = True) -> list[NewIntent]:
    places = {_REGISTRY: desk.identity.registry.contract, _STOCK: desk.identity.stock_account}
    return [
        NewIntent(
            key=f"{job}:{number}",
            job=job,
            what="key",
            sender=sender,
            target=places[contract],
            calldata=desk.dispatch.ledger.encode(contract, function, arguments),
            wave=number if waves else 0,
        )
        for number, (contract, function, arguments) in enumerate(calls)
    ]


def _carry(desk: Desk, intents: list[NewIntent]) -> list[Intent]:
    """Carry a job to its end. What is in the outbox already is carried on, byte for byte."""
    if not intents:
        return []
    desk.dispatch.outbox.plan(intents)
    return desk.carry_out(intents[0].job)


def _job(name: str, account: Address) -> str:
    return f"rotate:{name}:{account}"


def _take_back(desk: Desk, keep: Keep, name: str) -> None:
    """Forget a handover that the ledger refused before it began."""
    job = _job(name, desk.identity.handovers[name].address)
    if all(intent.state is State.FAILED for intent in desk.dispatch.outbox.of_job(job)):
        keep(_without(desk.identity, name))


# ---- the house


def _switch(desk: Desk, keep: Keep, name: str) -> Rotated:
    """Let the next key take over in outbox, book and house.json. Again, it changes nothing more."""
    identity = desk.identity
    handover = identity.handovers[name]
    last = handover.last
    retired_as = _retired_name(desk, name, last) if last else None
    given_up: tuple[str, ...] = ()
    if last and retired_as:
        with desk.book.database.transaction():
            desk.dispatch.outbox.hand_over(name, last, retired_as)
            if _is_actor(name):
                _replace_actor(desk, name, handover.address, retired_as)
        given_up = _give_up_unsigned(desk, name)
    retired = dict(identity.retired) | ({retired_as: last} if last and retired_as else {})
    keep(
        replace(
            _without(identity, name),
            roles={**identity.roles, name: handover.address},
            signers={**identity.signers, name: handover.signer},
            retired=retired,
            stolen=identity.stolen | ({retired_as} if handover.stolen and retired_as else set()),
        )
    )
    return Rotated(name, last, handover.address, retired_as, given_up)


def _replace_actor(desk: Desk, name: str, account: Address, retired_as: str) -> None:
    """Give an actor his next account; the last one stays in the book under its own name, with nothing it may do."""
    actor = _actor_of(desk, name)
    if actor.address == account:
        return
    first = desk.dispatch.outbox.of_job(_job(name, account))[0]
    desk.book.add_actor(first.id, replace(actor, address=account))
    gone = retired_as.removeprefix(_ACTOR_KEY)
    desk.book.add_actor(first.id, replace(actor, name=gone, kinds=frozenset(), key=None))


def _give_up_unsigned(desk: Desk, name: str) -> tuple[str, ...]:
    """Fail what no key has signed and whose document names the last account: nobody would believe it."""
    outbox = desk.dispatch.outbox
    waiting = (State.PLANNED, State.PUBLISHED)
    found = [
        intent
        for intent in outbox.unfinished()
        if intent.sender == name and intent.state in waiting and intent.what in ("step", "void")
    ]
    for intent in found:
        outbox.failed(intent, f"not sent: the key of {name} was replaced before it was signed; record it again")
    return tuple(intent.key for intent in found)


def _actor_of(desk: Desk, name: str) -> Actor:
    return known_actor(desk, name.removeprefix(_ACTOR_KEY))


def _is_actor(name: str) -> bool:
    return name == HOUSE or name.startswith(_ACTOR_KEY)


def _retired_name(desk: Desk, name: str, last: Address) -> str:
    """Number the keys of a role from 1; an actor of another account who bears such a name keeps it."""
    for number in count(1):
        found = f"{name}.{number}"
        bearer = desk.book.actor(found.removeprefix(_ACTOR_KEY))
        if found not in desk.identity.retired and (bearer is None or bearer.address == last):
            return found
    raise AssertionError("count() never ends")


def _without(identity: Identity, name: str) -> Identity:
    return replace(identity, handovers={key: one for key, one in identity.handovers.items() if key != name})
