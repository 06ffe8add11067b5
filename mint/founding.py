"""Found a house: deploy its two contracts, give its keys their roles, and write down where all of it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from mint.actors import actor_arguments, house_actor, valid_until
from mint.book import Actor, Book
from mint.carry import carry_out, fund, no_readback
from mint.dispatch import Dispatch
from mint.errors import ReadbackError
from mint.identity import ACTOR_ADMIN, ADMIN, Identity, Maker
from mint.limits import ADMIN_DELAY_S, FUND_WEI
from mint.outbox import Intent, NewIntent
from provenance_schemas.ids import Address
from provenance_schemas.keccak import keccak256
from verifier.trust import Registry

PAYING_KEYS: Final = (ADMIN, ACTOR_ADMIN, "registrar", "guardian", "relayer", "house")
"""`house` is the brand's own actor."""

OWN_KEYS: Final = (*PAYING_KEYS, "stock", "checkpoint")
"""`stock` and `checkpoint` only sign, and never pay."""

_DEPLOY: Final = "found:deploy"
_GRANT: Final = "found:grant"
_ROLES: Final = (("REGISTRAR", "registrar"), ("GUARDIAN", "guardian"), ("ACTOR_ADMIN", ACTOR_ADMIN))


@dataclass(frozen=True, slots=True)
class Artifact:
    """A committed build of a contract, to hold the ledger's code against."""

    code: bytes
    immutables: tuple[tuple[int, int], ...]
    """Offset and length of what the constructor fills in."""

    def matches(self, code: bytes) -> bool:
        """Say whether `code` is this build, whatever its constructor filled in."""
        return len(code) == len(self.code) and self._blank(code) == self._blank(self.code)

    def _blank(self, code: bytes) -> bytes:
        blank = bytearray(code)
        for start, length in self.immutables:
            blank[start : start + length] = bytes(length)
        return bytes(blank)

    @classmethod
    def of(cls, built: dict[str, Any]) -> Artifact:
        """Read a build artifact of `provenance_schemas/abi`."""
        code = built["deployedBytecode"].removeprefix("0x")
        places = tuple((int(p["start"]), int(p["length"])) for p in built["immutableReferences"])
        return cls(bytes.fromhex(code), places)


def found(
    dispatch: Dispatch,
    book: Book,
    maker: Maker,
    gateways: tuple[str, ...],
    artifact: Callable[[str], Artifact],
    *,
    admin_delay_s: int = ADMIN_DELAY_S,
) -> Identity:
    """Deploy and set up a house; again after a kill -9, nothing is deployed twice.

    1. On the embedded ledger, fund the house's accounts.
    2. Deploy both contracts, and hold their code against the committed builds.
    3. Grant the roles, let the stock key approve, and make the house its own first actor.
    """
    accounts = {name: dispatch.keys.signer(name).address for name in OWN_KEYS}
    if dispatch.funder is not None:
        poor = [accounts[name] for name in PAYING_KEYS if dispatch.ledger.balance(accounts[name]) < FUND_WEI // 2]
        if poor:
            fund(dispatch, poor, FUND_WEI)
    stock, registry = _deploy(dispatch, maker, accounts[ADMIN], admin_delay_s)
    for name, intent in (("StockAccount", stock), ("ItemRegistry", registry)):
        _check_code(dispatch, name, intent, artifact(name))
    assert registry.contract, "a deployment has an address"
    assert stock.contract, "a deployment has an address"
    assert registry.block_number is not None, "a final deployment has a block"
    assert registry.block_hash is not None, "a final deployment has a block"
    _grant(dispatch, book, house_actor(maker.name, accounts["house"]), accounts, registry.contract, stock.contract)
    code_hash = keccak256(dispatch.ledger.code(registry.contract))
    place = Registry(dispatch.chain_id, registry.contract, code_hash, registry.block_number, registry.block_hash)
    return Identity(maker, place, stock.contract, accounts, gateways)


def _deploy(dispatch: Dispatch, maker: Maker, admin: Address, delay_s: int) -> tuple[Intent, Intent]:
    symbol = "".join(letter for letter in maker.name.upper() if letter.isascii() and letter.isalpha())[:8]
    names = (maker.name, symbol or "ASSAY", admin, delay_s)
    encode = dispatch.ledger.encode_deployment
    dispatch.outbox.plan(
        [
            NewIntent("found:stock", _DEPLOY, "deploy", "admin", None, encode("StockAccount", (admin, delay_s))),
            NewIntent("found:registry", _DEPLOY, "deploy", "admin", None, encode("ItemRegistry", names)),
        ]
    )
    carry_out(dispatch, _DEPLOY, no_readback)
    stock, registry = dispatch.outbox.by_key("found:stock"), dispatch.outbox.by_key("found:registry")
    assert stock, "it was planned above"
    assert registry, "it was planned above"
    return stock, registry


def _check_code(dispatch: Dispatch, name: str, intent: Intent, artifact: Artifact) -> None:
    assert intent.contract is not None, intent.key
    if not artifact.matches(dispatch.ledger.code(intent.contract)):
        raise ReadbackError(name, [f"the code at {intent.contract} is not the committed build"])


def _grant(
    dispatch: Dispatch,
    book: Book,
    actor: Actor,
    accounts: dict[str, Address],
    registry: Address,
    stock: Address,
) -> None:
    encode = dispatch.ledger.encode
    news = [
        NewIntent(
            f"found:{role}",
            _GRANT,
            "grant",
            "admin",
            registry,
            encode("ItemRegistry", "grantRole", (keccak256(role.encode()), accounts[key])),
        )
        for role, key in _ROLES
    ]
    operator = encode("StockAccount", "grantRole", (keccak256(b"OPERATOR"), accounts["stock"]))
    news.append(NewIntent("found:OPERATOR", _GRANT, "grant", "admin", stock, operator))
    calldata = encode("ItemRegistry", "setActor", actor_arguments(actor, valid_until(datetime.now(UTC))))
    news.append(NewIntent("found:actor", _GRANT, "actor", ACTOR_ADMIN, registry, calldata, wave=1))
    with dispatch.outbox.database.transaction():
        planned = dispatch.outbox.plan(news)
        book.add_actor(planned[-1].id, actor)
    carry_out(dispatch, _GRANT, no_readback)
