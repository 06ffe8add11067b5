"""The trust registry: which brand answers on which host, with which contract.

A file of `type` `assay/trust-1` is pinned by hand: nothing in it is fetched, and whoever gives it to you is whom you
trust. `trust_signed.py` holds the same entries in `assay/trust-2`, which is signed, has versions and expires.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import Address, parse_address
from provenance_schemas.nesting import nests_deeper
from verifier.errors import TrustError
from verifier.limits import CHAIN_FRESH_MAX_S

TRUST_TYPE: Final = "assay/trust-1"
SIGNED_TRUST_TYPE: Final = "assay/trust-2"
ENTRIES: Final = frozenset({"brands", "nodes", "gateways"})
"""What both types of file hold alike."""
_SIZE_MAX_BYTES: Final = 1 << 20
_DEPTH_MAX: Final = 16
_HOST: Final = re.compile(r"(?=.{1,260}$)[a-z0-9.-]+(:[0-9]{1,5})?")
_URL: Final = re.compile(r"https?://[!-~]{1,2000}")
_PREFIX: Final = re.compile(r"[0-9]{4,14}")
_HASH: Final = re.compile(r"0x[0-9a-f]{64}")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True, slots=True)
class Registry:
    """One brand's contract, exactly as it must be found on chain."""

    chain_id: int
    contract: Address
    code_hash: bytes
    deployed_block: int
    deployed_block_hash: bytes
    """A node that does not know this block by this hash is not on this chain."""
    fresh_max_s: int = CHAIN_FRESH_MAX_S

    @property
    def name(self) -> str:
        """Name the contract and its chain, as CAIP-10 does."""
        return f"eip155:{self.chain_id}:{self.contract}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where another registry stands."""

    chain_id: int
    contract: Address


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand and everything its labels are held against."""

    name: str
    hosts: tuple[str, ...]
    gtin_prefixes: tuple[str, ...]
    """Leading digits of the brand's GTIN-14s."""
    registry: Registry
    checkpoint_keys: tuple[Address, ...] = ()
    """Accounts whose signature makes a checkpoint of this registry."""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    """What was registered before or after counts for nothing; what was registered between stays verifiable."""
    successor: Place | None = None
    """The brand's newer registry: new labels are looked for there first."""

    def owns_gtin(self, gtin: str) -> bool:
        """Say whether a GTIN-14 is under one of the brand's prefixes."""
        return gtin.startswith(self.gtin_prefixes)


@dataclass(frozen=True, slots=True)
class TrustRegistry:
    """All brands a verifier trusts, and where it may ask."""

    brands: tuple[Brand, ...]
    nodes: tuple[str, ...] = ()
    """JSON-RPC URLs to ask when none is given. Not trusted: every answer is proved."""
    gateways: tuple[str, ...] = ()
    expires_at: datetime | None = None
    """From then on nothing can be verified with it. None: it was pinned by hand, until somebody changes it."""

    @property
    def hosts(self) -> frozenset[str]:
        """Every host that a label of a trusted brand may have."""
        return frozenset(host for brand in self.brands for host in brand.hosts)

    def brand_of(self, host: str) -> Brand | None:
        """Find the brand of a label's host, in lower case: of several registries the one that succeeded the others."""
        return next(iter(self.brands_of(host)), None)

    def brands_of(self, host: str) -> tuple[Brand, ...]:
        """Find every registry of a host's brand, the newest first."""
        return tuple(sorted((b for b in self.brands if host in b.hosts), key=lambda brand: len(self._line(brand))))

    def brand_by_contract(self, chain_id: int, contract: Address) -> Brand | None:
        """Find the brand whose registry this is."""
        wanted = (chain_id, contract)
        return next((b for b in self.brands if (b.registry.chain_id, b.registry.contract) == wanted), None)

    def expiry(self, now: datetime) -> str | None:
        """Say in words that the file has expired; None while it is good."""
        if self.expires_at is None or now < self.expires_at:
            return None
        return f"the trust file has expired on {self.expires_at:%Y-%m-%d}; `assay trust update` brings the next"

    def fault(self) -> str | None:
        """Say which entries cannot stand together; None where all can."""
        for brand in self.brands:
            line = self._line(brand)
            if line[-1] is None:
                return f"{brand.name}: its successor is not in this file, or leads back to itself"
        for host in self.hosts:
            lines = [self._line(brand) for brand in self.brands if host in brand.hosts]
            if len({line[-1] for line in lines}) > 1 or len({len(line) for line in lines}) < len(lines):
                return f"one host belongs to one brand, or to registries that succeed each other: {host}"
        return None

    def _line(self, brand: Brand) -> list[Brand | None]:
        """Give a brand's registries from this one to the last that succeeded it; ends in None where it is broken."""
        line: list[Brand | None] = [brand]
        while (place := brand.successor) is not None:
            following = self.brand_by_contract(place.chain_id, place.contract)
            if following is None or following in line:
                return [*line, None]
            line.append(brand := following)
        return line


def load_trust(path: Path) -> TrustRegistry:
    """Read a trust file. Raises TrustError naming the field at fault."""
    try:
        if path.stat().st_size > _SIZE_MAX_BYTES:
            raise TrustError(f"{path}: a trust file is at most 1 MiB")
        text = path.read_text("utf-8")
    except OSError as error:
        raise TrustError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise TrustError(f"{path}: not UTF-8 text") from error
    return parse_trust(text, source=str(path))


def parse_trust(text: str, *, source: str = "trust file") -> TrustRegistry:
    """Read the text of a trust file."""
    if nests_deeper(text.encode(errors="replace"), _DEPTH_MAX):
        raise TrustError(f"{source}: nested deeper than {_DEPTH_MAX}")
    try:
        value = json.loads(text)
    except ValueError as error:
        raise TrustError(f"{source}: not JSON ({error})") from error
    reader = _Reader(source)
    top = reader.table(value, "", {"type", *ENTRIES})
    if top.get("type") == SIGNED_TRUST_TYPE or "signed" in top:
        raise TrustError(f"{source}: a signed trust file; it is read by `assay trust update`, never by hand")
    if top.get("type") != TRUST_TYPE:
        raise TrustError(f'{source}: type must be "{TRUST_TYPE}"')
    return read_entries(top, source)


def read_entries(top: dict[str, Any], source: str) -> TrustRegistry:
    """Read brands, nodes and gateways of either type of file. Raises TrustError naming the field at fault."""
    reader = _Reader(source)
    brands = tuple(reader.brand(b, f"/brands/{i}") for i, b in enumerate(reader.items(top, "", "brands")))
    registry = TrustRegistry(brands, reader.urls(top, "nodes"), reader.urls(top, "gateways"))
    if fault := registry.fault():
        raise TrustError(f"{source}: /brands: {fault}")
    return registry


def instant_of(value: Any) -> datetime:
    """Read a time as `2026-11-22T05:17:33Z`. Raises ValueError."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError(f"is no time as 2026-11-22T05:17:33Z: {str(value)[:40]!r}")
    return datetime.fromisoformat(value)


def instant_text(moment: datetime) -> str:
    """Write a time as `2026-11-22T05:17:33Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Reader:
    """Reads one file's values; every refusal names the field by JSON Pointer."""

    def __init__(self, source: str) -> None:
        self.source = source

    def fail(self, field: str, reason: str) -> TrustError:
        return TrustError(f"{self.source}: {field or '/'}: {reason}")

    def table(self, value: Any, field: str, known: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.fail(field, "must be an object")
        if unknown := sorted(set(value) - known):
            raise self.fail(f"{field}/{unknown[0]}", "is not a field of a trust file")
        return value

    def items(self, table: dict[str, Any], field: str, name: str) -> list[Any]:
        value = table.get(name)
        if not isinstance(value, list) or not value:
            raise self.fail(f"{field}/{name}", "must be a list with at least one entry")
        return value

    def urls(self, table: dict[str, Any], name: str) -> tuple[str, ...]:
        value = table.get(name, [])
        if not isinstance(value, list):
            raise self.fail(f"/{name}", "must be a list of URLs")
        return tuple(self.text(url, f"/{name}/{i}", _URL) for i, url in enumerate(value))

    def text(self, value: Any, field: str, pattern: re.Pattern[str] | None = None) -> str:
        if not isinstance(value, str) or not value or (pattern and not pattern.fullmatch(value)):
            raise self.fail(field, f"is malformed: {value!r}")
        return value

    def number(self, value: Any, field: str, low: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            raise self.fail(field, f"must be a whole number, at least {low}")
        return value

    def brand(self, value: Any, field: str) -> Brand:
        names = {"name", "hosts", "gtin_prefixes", "registry", "checkpoint_keys", "valid_from", "valid_until"}
        table = self.table(value, field, names | {"successor"})
        hosts = self.items(table, field, "hosts")
        prefixes = self.items(table, field, "gtin_prefixes")
        keys = self.items(table, field, "checkpoint_keys") if "checkpoint_keys" in table else []
        return Brand(
            self.text(table.get("name"), f"{field}/name"),
            tuple(self.text(h, f"{field}/hosts/{i}", _HOST) for i, h in enumerate(hosts)),
            tuple(self.text(p, f"{field}/gtin_prefixes/{i}", _PREFIX) for i, p in enumerate(prefixes)),
            self.registry(table.get("registry"), f"{field}/registry"),
            tuple(self.address(k, f"{field}/checkpoint_keys/{i}") for i, k in enumerate(keys)),
            self.instant(table, field, "valid_from"),
            self.instant(table, field, "valid_until"),
            self.place(table.get("successor"), f"{field}/successor"),
        )

    def address(self, value: Any, field: str) -> Address:
        try:
            return parse_address(self.text(value, field))
        except SchemaError as error:
            raise self.fail(field, str(error)) from error

    def instant(self, table: dict[str, Any], field: str, name: str) -> datetime | None:
        if name not in table:
            return None
        try:
            return instant_of(table[name])
        except ValueError as error:
            raise self.fail(f"{field}/{name}", str(error)) from error

    def place(self, value: Any, field: str) -> Place | None:
        if value is None:
            return None
        table = self.table(value, field, {"chain_id", "contract"})
        chain_id = self.number(table.get("chain_id"), f"{field}/chain_id", 1)
        return Place(chain_id, self.address(table.get("contract"), f"{field}/contract"))

    def registry(self, value: Any, field: str) -> Registry:
        names = {"chain_id", "contract", "code_hash", "deployed_block", "deployed_block_hash", "fresh_max_s"}
        table = self.table(value, field, names)
        contract = self.address(table.get("contract"), f"{field}/contract")
        code_hash = self.text(table.get("code_hash"), f"{field}/code_hash", _HASH)
        block_hash = self.text(table.get("deployed_block_hash"), f"{field}/deployed_block_hash", _HASH)
        return Registry(
            self.number(table.get("chain_id"), f"{field}/chain_id", 1),
            contract,
            bytes.fromhex(code_hash[2:]),
            self.number(table.get("deployed_block"), f"{field}/deployed_block", 0),
            bytes.fromhex(block_hash[2:]),
            self.number(table.get("fresh_max_s", CHAIN_FRESH_MAX_S), f"{field}/fresh_max_s", 1),
        )


def trust_json(registry: TrustRegistry) -> str:
    """Write the text of a trust file that is pinned by hand."""
    return json.dumps({"type": TRUST_TYPE, **entries_json(registry)}, indent=2, ensure_ascii=False) + "\n"


def entries_json(registry: TrustRegistry) -> dict[str, Any]:
    """Write what both types of file hold alike."""
    return {
        "brands": [brand_json(brand) for brand in registry.brands],
        "nodes": list(registry.nodes),
        "gateways": list(registry.gateways),
    }


def brand_json(brand: Brand) -> dict[str, Any]:
    """Write one brand's entry; what it does not say has no field."""
    registry, successor = brand.registry, brand.successor
    optional = {
        "checkpoint_keys": list(brand.checkpoint_keys),
        "valid_from": instant_text(brand.valid_from) if brand.valid_from else None,
        "valid_until": instant_text(brand.valid_until) if brand.valid_until else None,
        "successor": {"chain_id": successor.chain_id, "contract": successor.contract} if successor else None,
    }
    return {
        "name": brand.name,
        "hosts": list(brand.hosts),
        "gtin_prefixes": list(brand.gtin_prefixes),
        "registry": {
            "chain_id": registry.chain_id,
            "contract": registry.contract,
            "code_hash": "0x" + registry.code_hash.hex(),
            "deployed_block": registry.deployed_block,
            "deployed_block_hash": "0x" + registry.deployed_block_hash.hex(),
            "fresh_max_s": registry.fresh_max_s,
        },
    } | {name: value for name, value in optional.items() if value}
