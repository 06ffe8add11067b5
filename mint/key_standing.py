"""What each key of the house is, where it is, and what the ledger lets it do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from mint.actors import actor_word
from mint.desk import Desk
from mint.errors import MintError
from mint.identity import ADMIN
from mint.ports import KeyRing
from mint.signer_settings import CommandKeySetting, SignerSetting, UrlKey, default_setting
from provenance_schemas.ids import Address
from provenance_schemas.keccak import keccak256
from verifier.adapters.rpc_client import node_name

_ROLES: Final = ("REGISTRAR", "GUARDIAN", "ACTOR_ADMIN")
_RETIRED: Final = "retired"


@dataclass(frozen=True, slots=True)
class Standing:
    """One key."""

    name: str
    address: Address
    kind: str
    where: str
    """A file from the house's folder on, or a host; no secret."""
    may: tuple[str, ...]
    """What the ledger lets it do, in the contracts' words."""
    disputed_since_s: int
    balance_wei: int
    problem: str | None = None


def key_standings(desk: Desk, ring: KeyRing | None = None) -> list[Standing]:
    """Ask the ledger about every key, the replaced ones too; with a ring, also whether its signer is there.

    Raises LedgerUnavailableError.
    """
    identity = desk.identity
    settings = identity.key_settings()
    accounts = identity.key_accounts() | {
        actor.key: actor.address for actor in desk.book.actors() if actor.key and actor.key not in identity.roles
    }
    found = [_standing(desk, name, account, settings.get(name), ring) for name, account in sorted(accounts.items())]
    for name, account in sorted(identity.retired.items()):
        found.append(_retired(desk, name, account))
    return found


def _standing(desk: Desk, name: str, account: Address, setting: SignerSetting | None, ring: KeyRing | None) -> Standing:
    setting = setting or default_setting(name)
    problem = None
    if ring is not None:
        try:
            ring.signer(name).sign_hashed(b"assay/key-check/1")
        except MintError as error:
            problem = str(error)
    may = _may(desk, account)
    disputed = actor_word(desk, account).disputed_since_s
    if disputed and problem is None:
        problem = f"it is disputed; replace it with `assay mint keys rotate {name}`"
    return Standing(name, account, setting.kind, _where(setting), may, disputed, _balance(desk, account), problem)


def _retired(desk: Desk, name: str, account: Address) -> Standing:
    may = () if account in desk.identity.roles.values() else _may(desk, account)
    problem = f"it was replaced and may still act as {', '.join(may)}" if may else None
    disputed = actor_word(desk, account).disputed_since_s
    return Standing(name, account, _RETIRED, "", may, disputed, _balance(desk, account), problem)


def _may(desk: Desk, account: Address) -> tuple[str, ...]:
    """Name what the contracts let an account do now."""
    ledger, identity = desk.dispatch.ledger, desk.identity
    registry, stock = identity.registry.contract, identity.stock_account
    may = [
        role for role in _ROLES if ledger.call("ItemRegistry", registry, "hasRole", (keccak256(role.encode()), account))
    ]
    if ledger.call("StockAccount", stock, "hasRole", (keccak256(b"OPERATOR"), account)):
        may.append("OPERATOR")
    if ledger.call("ItemRegistry", registry, "defaultAdmin", ()) == account:
        may.append(ADMIN.upper())
    if actor_word(desk, account).may_record(int(datetime.now(UTC).timestamp())):
        may.append("record")
    return tuple(may)


def _balance(desk: Desk, account: Address) -> int:
    return desk.dispatch.ledger.balance(account)


def _where(setting: SignerSetting) -> str:
    if isinstance(setting, UrlKey):
        return node_name(setting.url)
    if isinstance(setting, CommandKeySetting):
        return setting.command[0]
    return setting.file
