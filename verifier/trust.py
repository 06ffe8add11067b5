"""The trust registry: which brand answers on which host, with which contract. Pinned by the one who verifies.

The file is JSON, `type` `assay/trust-1`. Nothing in it is fetched; whoever gives it to you is whom you trust.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import Address, parse_address
from provenance_schemas.nesting import nests_deeper
from verifier.errors import TrustError
from verifier.limits import CHAIN_FRESH_MAX_S

TRUST_TYPE: Final = "assay/trust-1"
_SIZE_MAX_BYTES: Final = 1 << 20
_DEPTH_MAX: Final = 16
_HOST: Final = re.compile(r"(?=.{1,260}$)[a-z0-9.-]+(:[0-9]{1,5})?")
_URL: Final = re.compile(r"https?://[!-~]{1,2000}")
_PREFIX: Final = re.compile(r"[0-9]{4,14}")
_HASH: Final = re.compile(r"0x[0-9a-f]{64}")


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


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand and everything its labels are held against."""

    name: str
    hosts: tuple[str, ...]
    gtin_prefixes: tuple[str, ...]
    """Leading digits of the brand's GTIN-14s."""
    registry: Registry

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

    def brand_of(self, host: str) -> Brand | None:
        """Find the brand of a label's host, in lower case."""
        return next((brand for brand in self.brands if host in brand.hosts), None)

    def brand_by_contract(self, chain_id: int, contract: Address) -> Brand | None:
        """Find the brand whose registry this is."""
        for brand in self.brands:
            if (brand.registry.chain_id, brand.registry.contract) == (chain_id, contract):
                return brand
        return None


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
    top = reader.table(value, "", {"type", "brands", "nodes", "gateways"})
    if top.get("type") != TRUST_TYPE:
        raise TrustError(f'{source}: type must be "{TRUST_TYPE}"')
    brands = tuple(reader.brand(b, f"/brands/{i}") for i, b in enumerate(reader.items(top, "", "brands")))
    hosts = [host for brand in brands for host in brand.hosts]
    if len(hosts) != len(set(hosts)):
        raise TrustError(f"{source}: /brands: one host belongs to one brand")
    return TrustRegistry(brands, reader.urls(top, "nodes"), reader.urls(top, "gateways"))


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
        table = self.table(value, field, {"name", "hosts", "gtin_prefixes", "registry"})
        hosts = self.items(table, field, "hosts")
        prefixes = self.items(table, field, "gtin_prefixes")
        return Brand(
            self.text(table.get("name"), f"{field}/name"),
            tuple(self.text(h, f"{field}/hosts/{i}", _HOST) for i, h in enumerate(hosts)),
            tuple(self.text(p, f"{field}/gtin_prefixes/{i}", _PREFIX) for i, p in enumerate(prefixes)),
            self.registry(table.get("registry"), f"{field}/registry"),
        )

    def registry(self, value: Any, field: str) -> Registry:
        names = {"chain_id", "contract", "code_hash", "deployed_block", "deployed_block_hash", "fresh_max_s"}
        table = self.table(value, field, names)
        try:
            contract = parse_address(self.text(table.get("contract"), f"{field}/contract"))
        except SchemaError as error:
            raise self.fail(f"{field}/contract", str(error)) from error
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
    """Write a trust file's text."""
    brands = [
        {
            "name": brand.name,
            "hosts": list(brand.hosts),
            "gtin_prefixes": list(brand.gtin_prefixes),
            "registry": {
                "chain_id": brand.registry.chain_id,
                "contract": brand.registry.contract,
                "code_hash": "0x" + brand.registry.code_hash.hex(),
                "deployed_block": brand.registry.deployed_block,
                "deployed_block_hash": "0x" + brand.registry.deployed_block_hash.hex(),
                "fresh_max_s": brand.registry.fresh_max_s,
            },
        }
        for brand in registry.brands
    ]
    value = {
        "type": TRUST_TYPE,
        "brands": brands,
        "nodes": list(registry.nodes),
        "gateways": list(registry.gateways),
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
