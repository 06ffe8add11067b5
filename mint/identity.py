"""Who a house is: brand, hosts, number ranges, and where its registry stands. Nothing in here is secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mint.errors import InputError
from mint.signer_settings import SignerSetting, read_setting, setting_json
from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import Address, BatchId, ItemId, parse_address
from verifier.trust import Brand, Registry, TrustRegistry

HOUSE_TYPE: Final = "assay/house-1"
ADMIN: Final = "admin"
CHECKPOINT: Final = "checkpoint"
ACTOR_ADMIN: Final = "actor-admin"
_FILE_MAX_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Maker:
    """The brand, before and after it has a registry."""

    name: str
    url: str
    """Its https:// address; stands in every passport as the issuer's id."""
    hosts: tuple[str, ...]
    """Hosts of its labels, lower case. New labels are printed with the first."""
    gtin_prefixes: tuple[str, ...]
    """Leading digits of its GTIN-14s."""

    def owns_gtin(self, gtin: str) -> bool:
        """Say whether a GTIN-14 is under one of the brand's prefixes."""
        return gtin.startswith(self.gtin_prefixes)


@dataclass(frozen=True, slots=True)
class Handover:
    """A key that is being replaced: what the next one is. Its ledger work is in the outbox."""

    address: Address
    signer: SignerSetting
    last: Address | None = None
    """The account that is replaced; None where there was none."""
    stolen: bool = False
    """Somebody else may have the last key."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One house on one chain."""

    maker: Maker
    registry: Registry
    stock_account: Address
    roles: dict[str, Address]
    """Accounts of the house's own keys, by the key's name."""
    gateways: tuple[str, ...] = ()
    signers: Mapping[str, SignerSetting] = field(default_factory=dict)
    """Where each key is, by its name; one that is not named is a plain file."""
    retired: Mapping[str, Address] = field(default_factory=dict)
    """Accounts of keys that were replaced: `registrar.1` is the first registrar there was."""
    handovers: Mapping[str, Handover] = field(default_factory=dict)
    """Keys that are being replaced, by name."""
    stolen: frozenset[str] = frozenset()
    """Retired keys that somebody else may have: what they sign is not believed."""

    @property
    def actor_admin(self) -> str:
        """Name the key that sets, ends and disputes actors: the admin's, where the house has no key just for that."""
        return ACTOR_ADMIN if ACTOR_ADMIN in self.roles else ADMIN

    def key_accounts(self) -> dict[str, Address]:
        """Give the account each key must have; a key that is being handed over is `<name>.next`."""
        return dict(self.roles) | {f"{name}.next": one.address for name, one in self.handovers.items()}

    def key_settings(self) -> dict[str, SignerSetting]:
        """Give where each key is, the next ones too."""
        return dict(self.signers) | {f"{name}.next": one.signer for name, one in self.handovers.items()}

    def item(self, token_id: int) -> ItemId:
        """Name a piece by its token."""
        return ItemId(self.registry.chain_id, self.registry.contract, token_id)

    def batch(self, batch_id: int) -> BatchId:
        """Name a batch."""
        return BatchId(self.registry.chain_id, self.registry.contract, batch_id)

    def trust(self, node_url: str | None) -> TrustRegistry:
        """Give what others need to verify this house's pieces."""
        maker = self.maker
        past = [name for name in self.retired if name.rpartition(".")[0] == CHECKPOINT and name not in self.stolen]
        keys = (
            *(self.roles[name] for name in (CHECKPOINT,) if name in self.roles),
            *map(self.retired.__getitem__, past),
        )
        brand = Brand(maker.name, maker.hosts, maker.gtin_prefixes, self.registry, keys)
        return TrustRegistry((brand,), (node_url,) if node_url else (), self.gateways)


def identity_json(identity: Identity) -> str:
    """Write `house.json`."""
    registry, maker = identity.registry, identity.maker
    value = {
        "type": HOUSE_TYPE,
        "name": maker.name,
        "url": maker.url,
        "hosts": list(maker.hosts),
        "gtin_prefixes": list(maker.gtin_prefixes),
        "chain_id": registry.chain_id,
        "contract": registry.contract,
        "code_hash": "0x" + registry.code_hash.hex(),
        "deployed_block": registry.deployed_block,
        "deployed_block_hash": "0x" + registry.deployed_block_hash.hex(),
        "stock_account": identity.stock_account,
        "roles": identity.roles,
        "gateways": list(identity.gateways),
        "signers": {name: setting_json(setting) for name, setting in identity.signers.items()},
        "retired": dict(identity.retired),
        "stolen": sorted(identity.stolen),
        "handovers": {
            name: {
                "address": one.address,
                "signer": setting_json(one.signer),
                "last": one.last,
                "stolen": one.stolen,
            }
            for name, one in identity.handovers.items()
        },
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def read_identity(path: Path) -> Identity:
    """Read `house.json`. Raises InputError naming what is wrong."""
    try:
        with path.open("rb") as file:
            value: dict[str, Any] = json.loads(file.read(_FILE_MAX_BYTES))
        if value["type"] != HOUSE_TYPE:
            raise InputError(f"{path}: type is {value['type']!r}, not {HOUSE_TYPE}")
        return Identity(
            Maker(
                str(value["name"]),
                str(value["url"]),
                tuple(map(str, value["hosts"])),
                tuple(map(str, value["gtin_prefixes"])),
            ),
            Registry(
                int(value["chain_id"]),
                parse_address(value["contract"]),
                bytes.fromhex(value["code_hash"][2:]),
                int(value["deployed_block"]),
                bytes.fromhex(value["deployed_block_hash"][2:]),
            ),
            parse_address(value["stock_account"]),
            _accounts(value["roles"]),
            tuple(map(str, value["gateways"])),
            {str(name): read_setting(name, one) for name, one in value.get("signers", {}).items()},
            _accounts(value.get("retired", {})),
            {
                str(name): Handover(
                    parse_address(one["address"]),
                    read_setting(name, one["signer"]),
                    parse_address(one["last"]) if one["last"] is not None else None,
                    one.get("stolen") is True,
                )
                for name, one in value.get("handovers", {}).items()
            },
            frozenset(map(str, value.get("stolen", ()))),
        )
    except (AttributeError, KeyError, TypeError, ValueError, SchemaError, OSError) as error:
        raise InputError(f"{path} is damaged ({type(error).__name__}: {error}); restore it from a copy") from error


def _accounts(value: dict[str, str]) -> dict[str, Address]:
    return {str(name): parse_address(account) for name, account in value.items()}
