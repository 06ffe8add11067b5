"""The members of an evidence bundle, read and written. Source: docs/bundle.md.

Opening a bundle believes nothing: it says which piece and which block the bundle is of, so that a trust root can be
found for it. `bundle.verify_bundle` proves the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from provenance_schemas.canonical import Json, canonical_bytes, parse_json_strict
from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import Address, BlockRef, ItemId, parse_address
from verifier.bundle_archive import read_archive, write_archive
from verifier.bundle_records import (
    pack_entries,
    pack_issuances,
    unpack_entries,
    unpack_issuances,
    writers,
)
from verifier.bundle_words import Header, pack_nodes, read_header, unpack_nodes
from verifier.errors import BundleError
from verifier.history import Entry
from verifier.issuance import Issuance
from verifier.trust import Registry

BUNDLE_TYPE: Final = "assay/bundle-1"
TRUST_ENTRY_TYPE: Final = "assay/bundle-trust-1"
BUNDLE_SUFFIX: Final = ".assay.zip"
BUNDLE_MEDIA_TYPE: Final = "application/vnd.assay.bundle+zip"


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundle, in its one form. Nothing of it is proved yet."""

    item: ItemId
    registry: Registry
    """What the maker trusted. Never a reason to trust."""
    block: BlockRef
    """As the header tells it, which hashes to the block's hash."""
    header: bytes
    state_root: bytes
    nodes: tuple[bytes, ...]
    entries: tuple[Entry, ...]
    issuances: tuple[Issuance, ...]
    car: bytes
    checks: bytes

    @property
    def actors(self) -> tuple[Address, ...]:
        """Everybody whose word the bundle proves, in its order."""
        return writers(self.entries, self.issuances)


def open_bundle(data: bytes) -> Bundle:
    """Read a bundle's form. Raises BundleError for anything but its one spelling."""
    members = read_archive(data)
    try:
        item = _read_item(members["bundle.json"])
        registry = _read_registry(members["trust.json"])
    except SchemaError as error:
        raise BundleError(f"bundle.json or trust.json: {error}") from error
    if (registry.chain_id, registry.contract) != (item.chain_id, item.contract):
        raise BundleError("trust.json is about another contract than the piece's")
    header = read_header(members["header.rlp"])
    block = _block(header)
    issuances = unpack_issuances(members["issuances.bin"], block.number, header.time_s)
    return Bundle(
        item,
        registry,
        block,
        members["header.rlp"],
        header.state_root,
        unpack_nodes(members["nodes.bin"]),
        unpack_entries(members["entries.bin"], item, issuances, block.number, header.time_s),
        issuances,
        members["blocks.car"],
        members["checks.json"],
    )


def write_bundle(bundle: Bundle) -> bytes:
    """Write a bundle's one spelling."""
    return write_archive(
        {
            "bundle.json": _item_bytes(bundle.item),
            "trust.json": _registry_bytes(bundle.registry),
            "header.rlp": bundle.header,
            "nodes.bin": pack_nodes(bundle.nodes),
            "entries.bin": pack_entries(bundle.entries),
            "issuances.bin": pack_issuances(bundle.issuances),
            "blocks.car": bundle.car,
            "checks.json": bundle.checks,
        }
    )


def bundle_name(item: ItemId) -> str:
    """Name the file of a piece's bundle."""
    return f"{item.chain_id}-{item.contract}-{item.token_id}{BUNDLE_SUFFIX}"


def _block(header: Header) -> BlockRef:
    try:
        return BlockRef.at(header.number, header.hash, header.time_s)
    except (OverflowError, OSError, ValueError) as error:
        raise BundleError(f"header.rlp: no block was mined at {header.time_s} s") from error


def _item_bytes(item: ItemId) -> bytes:
    return canonical_bytes({"type": BUNDLE_TYPE, "item": str(item)})


def _read_item(data: bytes) -> ItemId:
    value = parse_json_strict(data)
    if value.get("type") != BUNDLE_TYPE:
        raise BundleError(f'bundle.json: type must be "{BUNDLE_TYPE}"; a newer form needs a newer reader')
    item = ItemId.parse(str(value.get("item")))
    if _item_bytes(item) != data:
        raise BundleError("bundle.json is not in its one spelling")
    return item


def _registry_bytes(registry: Registry) -> bytes:
    entry: dict[str, Json] = {
        "chain_id": registry.chain_id,
        "contract": str(registry.contract),
        "code_hash": "0x" + registry.code_hash.hex(),
        "deployed_block": registry.deployed_block,
        "deployed_block_hash": "0x" + registry.deployed_block_hash.hex(),
    }
    return canonical_bytes({"type": TRUST_ENTRY_TYPE, "registry": entry})


def _read_registry(data: bytes) -> Registry:
    """Read the trust entry; whatever is not spelled as we write it is refused, whichever field it is."""
    value: Any = parse_json_strict(data)
    try:
        entry = value["registry"]
        registry = Registry(
            int(entry["chain_id"]),
            parse_address(str(entry["contract"])),
            bytes.fromhex(str(entry["code_hash"])[2:]),
            int(entry["deployed_block"]),
            bytes.fromhex(str(entry["deployed_block_hash"])[2:]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(f"trust.json: a field is missing or malformed ({error})") from error
    lengths = {len(registry.code_hash), len(registry.deployed_block_hash)}
    if lengths != {32} or registry.deployed_block < 0 or _registry_bytes(registry) != data:
        raise BundleError("trust.json is not in its one spelling")
    return registry
