"""The next version of a signed trust file: written by people as TOML, and told apart from the one before in words."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import Address, parse_address
from verifier.errors import TrustError
from verifier.trust import ENTRIES, Brand, TrustRegistry, brand_json, instant_text, read_entries
from verifier.trust_signed import (
    LIFE_MAX,
    Root,
    SignedTrust,
    check_life,
    parse_signed_trust,
    read_root,
    signed_trust_json,
)

DAYS: Final = 90
_FIELDS: Final = {"name", "days", "root_keys", "threshold", *ENTRIES}
_TABLES: Final = ("registry", "successor")


def draft_toml(file: SignedTrust, days: int = DAYS) -> str:
    """Write what a person edits to make the version after `file`."""
    lines = [
        f"# The trust file {file.name}. Edit this, then: assay trust next THIS_FILE --after {file.version}.trust.json",
        f"name = {_value(file.name)}",
        f"days = {days}  # from the next version's issue until it expires",
        f"threshold = {file.root.threshold}  # so many of these must sign",
        f"root_keys = {_value([str(key) for key in file.root.keys])}",
        f"nodes = {_value(list(file.entries.nodes))}",
        f"gateways = {_value(list(file.entries.gateways))}",
    ]
    for brand in file.entries.brands:
        entry = brand_json(brand)
        lines += ["", "[[brands]]", *_fields({k: v for k, v in entry.items() if k not in _TABLES})]
        for table in _TABLES:
            if table in entry:
                lines += [f"[brands.{table}]", *_fields(entry[table])]
    return "\n".join(lines) + "\n"


def _fields(table: dict[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in table.items()]


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # text, numbers and lists are spelled alike in JSON and in TOML


def read_draft(content: bytes, version: int, issued_at: datetime, *, source: str = "draft") -> SignedTrust:
    """Make an unsigned version of what a person wrote. Raises TrustError naming the field at fault."""
    try:
        value = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrustError(f"{source}: not TOML ({error})") from error
    if wrong := sorted(set(value) ^ _FIELDS):
        raise TrustError(f"{source}: {wrong[0]} {'is not a field of a draft' if wrong[0] in value else 'is missing'}")
    days = value["days"]
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LIFE_MAX.days:
        raise TrustError(f"{source}: days is a whole number from 1 to {LIFE_MAX.days}")
    entries = read_entries({name: _plain(value[name]) for name in ENTRIES}, source)
    return first_version(
        str(value["name"]), _root(value, source), entries, issued_at, days=days, version=version, source=source
    )


def first_version(
    name: str,
    root: Root,
    entries: TrustRegistry,
    issued_at: datetime,
    *,
    days: int = DAYS,
    version: int = 1,
    source: str = "draft",
) -> SignedTrust:
    """Make an unsigned version. Raises TrustError for what no reader would take."""
    issued_at = issued_at.replace(microsecond=0)
    file = SignedTrust(name, version, issued_at, issued_at + timedelta(days=days), root, entries)
    check_life(file)
    return parse_signed_trust(json.dumps(signed_trust_json(file)).encode(), source=source)


def _root(value: dict[str, Any], source: str) -> Root:
    keys, threshold = value["root_keys"], value["threshold"]
    if not isinstance(keys, list) or not isinstance(threshold, int):
        raise TrustError(f"{source}: root_keys is a list of accounts, threshold a whole number")
    try:
        return read_root([parse_address(str(key)) for key in keys], threshold)
    except (SchemaError, TrustError) as error:
        raise TrustError(f"{source}: root_keys: {error}") from error


def _plain(value: Any) -> Any:
    """Spell TOML's own times as the file does."""
    if isinstance(value, datetime):
        return instant_text(value) if value.tzinfo else value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def changes(before: SignedTrust, after: SignedTrust) -> tuple[str, ...]:
    """Say in words what a version changes: keys first, then brands, then where to ask."""
    lines = [f"expires {instant_text(after.expires_at)}, was {instant_text(before.expires_at)}"]
    lines += _listed("root key", before.root.keys, after.root.keys)
    if before.root.threshold != after.root.threshold:
        lines.append(f"threshold is {after.root.threshold}, was {before.root.threshold}")
    old, new = _by_registry(before.entries), _by_registry(after.entries)
    lines += _listed("brand", [f"{old[n].name} ({n})" for n in old], [f"{new[n].name} ({n})" for n in new])
    for name in [name for name in old if name in new]:
        lines += _brand_changes(old[name], new[name])
    lines += _listed("node", before.entries.nodes, after.entries.nodes)
    lines += _listed("gateway", before.entries.gateways, after.entries.gateways)
    return tuple(lines)


def _by_registry(entries: TrustRegistry) -> dict[str, Brand]:
    return {brand.registry.name: brand for brand in entries.brands}


def _listed(what: str, before: Iterable[str | Address], after: Iterable[str | Address]) -> list[str]:
    old, new = list(before), list(after)
    return [f"- {what} {one}" for one in old if one not in new] + [f"+ {what} {one}" for one in new if one not in old]


def _brand_changes(before: Brand, after: Brand) -> list[str]:
    old, new = brand_json(before), brand_json(after)
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [f"~ {after.name}: {name} is {_value(new.get(name))}, was {_value(old.get(name))}" for name in names]
