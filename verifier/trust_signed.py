"""The signed trust file, `assay/trust-2`: several people's keys, versions that only grow, an end.

In the manner of TUF's root role: whoever follows a version believes the next one when enough keys of both have signed
it. Pure: `adapters/trust_store.py` keeps what was seen, `adapters/trust_source.py` fetches. docs/trust.md says why.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from provenance_schemas.canonical import canonical_bytes, parse_json_strict
from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import Address, parse_address
from provenance_schemas.keccak import keccak256
from verifier.errors import SignatureError, TrustError, TrustRefusedError
from verifier.limits import TRUST_SIZE_MAX_BYTES
from verifier.signatures import recover, type_hash, typed_request, words
from verifier.trust import (
    ENTRIES,
    SIGNED_TRUST_TYPE,
    TRUST_TYPE,
    TrustRegistry,
    entries_json,
    instant_of,
    instant_text,
    read_entries,
)

KEYS_MAX: Final = 32
SIGNATURES_MAX: Final = 64
VERSION_MAX: Final = 2**31 - 1
LIFE_MAX: Final = timedelta(days=731)
"""Longest time between issue and expiry: for so long can somebody be kept from seeing the next version."""
_AHEAD_MAX: Final = timedelta(days=1)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SIGNATURE: Final = re.compile(r"0x[0-9a-f]{130}")
_FIELDS: Final = {"type", "name", "version", "issued_at", "expires_at", "root", *ENTRIES}
_DOMAIN: Final = words(type_hash("EIP712Domain(string name,string version)"), type_hash("Assay Trust"), type_hash("1"))
_TRUST: Final = type_hash("Trust(string name,uint64 version,uint64 expiresAt,bytes32 content)")


@dataclass(frozen=True, slots=True)
class Root:
    """Whose signatures make a version good, and how many of them."""

    keys: tuple[Address, ...]
    threshold: int


@dataclass(frozen=True, slots=True)
class SignedTrust:
    """One version, as it was read or is about to be signed. Its signatures are counted by `check_threshold`."""

    name: str
    """Of the federation; one key may sign for several."""
    version: int
    issued_at: datetime
    expires_at: datetime
    root: Root
    entries: TrustRegistry
    signatures: tuple[tuple[Address, bytes], ...] = ()

    @property
    def label(self) -> str:
        """Say in words which version this is."""
        return f"version {self.version} of the trust file {self.name}"

    def trust(self) -> TrustRegistry:
        """Give what a verifier works with."""
        return replace(self.entries, expires_at=self.expires_at)


def signed_content(file: SignedTrust) -> bytes:
    """Give the canonical bytes of what is signed. Raises TrustError over 256 KiB."""
    try:
        return canonical_bytes(_signed_json(file))
    except SchemaError as error:
        raise TrustError(f"{file.label}: {error}") from error


def trust_request(file: SignedTrust) -> bytes:
    """Give the 66 bytes whose keccak256 each key signs; a wallet shows name, version and expiry."""
    content = hashlib.sha256(signed_content(file)).digest()
    expires_s = int(file.expires_at.timestamp())
    return typed_request(_DOMAIN, words(_TRUST, type_hash(file.name), file.version, expires_s, content))


def root_fingerprint(file: SignedTrust) -> str:
    """Name the root keys, so that two people can compare them by voice: 32 bytes in hexadecimal."""
    root = {"name": file.name, **_root_json(file.root)}
    return hashlib.sha256(b"assay/root\n" + canonical_bytes(root)).hexdigest()


def signers(file: SignedTrust) -> frozenset[Address]:
    """Give the accounts whose signatures hold, each once, whether or not they are root keys."""
    digest = keccak256(trust_request(file))
    found = set()
    for key, signature in file.signatures:
        try:
            if recover(digest, signature) == key:
                found.add(key)
        except SignatureError:
            continue
    return frozenset(found)


def check_threshold(file: SignedTrust, root: Root) -> None:
    """Raise TrustRefusedError unless enough of a root's keys have signed."""
    count = len(signers(file) & set(root.keys))
    if count < root.threshold:
        whose = "its own keys" if root == file.root else "the keys trusted so far"
        raise TrustRefusedError(f"{file.label} is signed by {count} of {whose}; {root.threshold} are needed")


def check_first(file: SignedTrust, pin: str) -> None:
    """Raise TrustRefusedError unless a file is signed by its own root, and that is the one somebody has compared."""
    if pin.lower().removeprefix("sha256:") != root_fingerprint(file):
        raise TrustRefusedError(f"the root keys of {file.label} are {root_fingerprint(file)}, not {pin}")
    check_threshold(file, file.root)


def check_next(known: SignedTrust, file: SignedTrust) -> None:
    """Raise TrustRefusedError unless `file` may take the place of `known`.

    1. Of the same federation, and not older: that would bring back what was withdrawn since.
    2. One version is one file.
    3. Enough keys of the root before have signed, and enough of its own: a rotation needs both.
    """
    if file.name != known.name:
        raise TrustRefusedError(f"{file.label} is of another federation than {known.name}")
    if file.version < known.version:
        raise TrustRefusedError(
            f"{file.label} is older than version {known.version}, which was seen before: a rollback"
        )
    if file.version == known.version and signed_content(file) != signed_content(known):
        raise TrustRefusedError(f"two different files are version {file.version} of {file.name}: keep both as evidence")
    check_threshold(file, known.root)
    check_threshold(file, file.root)


def check_time(file: SignedTrust, now: datetime) -> None:
    """Raise TrustRefusedError when a file is no longer good, or not yet."""
    if now >= file.expires_at:
        raise TrustRefusedError(f"{file.label} has expired on {instant_text(file.expires_at)}")
    if file.issued_at > now + _AHEAD_MAX:
        raise TrustRefusedError(f"{file.label} was issued on {instant_text(file.issued_at)}, which is yet to come")


def with_signature(file: SignedTrust, key: Address, signature: bytes) -> SignedTrust:
    """Add one signature, in the place of an earlier one of the same key."""
    others = tuple(one for one in file.signatures if one[0] != key)
    if len(others) >= SIGNATURES_MAX:
        raise TrustError(f"a trust file has at most {SIGNATURES_MAX} signatures")
    return replace(file, signatures=(*others, (key, signature)))


# ---- the file


def signed_trust_json(file: SignedTrust) -> dict[str, Any]:
    """Write the envelope: what is signed, and who signed it."""
    signatures = [{"keyid": str(key), "sig": "0x" + signature.hex()} for key, signature in file.signatures]
    return {"signed": _signed_json(file), "signatures": signatures}


def parse_signed_trust(content: bytes, *, source: str = "trust file") -> SignedTrust:
    """Read an envelope; whether it is signed is another question. Raises TrustError naming the field at fault."""
    if len(content) > TRUST_SIZE_MAX_BYTES:
        raise TrustError(f"{source}: a signed trust file has at most {TRUST_SIZE_MAX_BYTES} bytes")
    try:
        top = parse_json_strict(content)
    except SchemaError as error:
        raise TrustError(f"{source}: {error}") from error
    if top.get("type") == TRUST_TYPE:
        raise TrustError(f"{source}: is pinned by hand ({TRUST_TYPE}), it has no versions and no signatures")
    reader = _Reader(source)
    table = reader.table(top, "", {"signed", "signatures"})
    signed = reader.table(table["signed"], "/signed", _FIELDS)
    if signed["type"] != SIGNED_TRUST_TYPE:
        raise reader.fail("/signed/type", f'must be "{SIGNED_TRUST_TYPE}"')
    file = SignedTrust(
        reader.name(signed["name"]),
        reader.number(signed["version"], "/signed/version", VERSION_MAX),
        reader.instant(signed["issued_at"], "/signed/issued_at"),
        reader.instant(signed["expires_at"], "/signed/expires_at"),
        reader.root(signed["root"], "/signed/root"),
        read_entries(signed, f"{source}: /signed"),
        reader.signatures(table["signatures"]),
    )
    check_life(file)
    return file


def check_life(file: SignedTrust) -> None:
    """Raise TrustError unless a file ends after it begins, and within two years."""
    if not file.issued_at < file.expires_at <= file.issued_at + LIFE_MAX:
        raise TrustError(
            f"{file.label}: /signed/expires_at: must be later than issued_at, by {LIFE_MAX.days} days at most"
        )


def is_signed_trust(content: bytes) -> bool:
    """Say whether a file means to be a signed one; anything else is for `parse_trust` to judge."""
    try:
        return "signed" in parse_json_strict(content[: TRUST_SIZE_MAX_BYTES + 1])
    except SchemaError:
        return False


def read_root(keys: Sequence[Address], threshold: int) -> Root:
    """Put a root together. Raises TrustError for keys named twice and a threshold that cannot be met."""
    if not 1 <= len(keys) <= KEYS_MAX or len(set(keys)) != len(keys):
        raise TrustError(f"a root has 1 to {KEYS_MAX} keys, each once")
    if not 1 <= threshold <= len(keys):
        raise TrustError(f"the threshold is 1 to {len(keys)}, the number of keys, not {threshold}")
    return Root(tuple(keys), threshold)


def _root_json(root: Root) -> dict[str, Any]:
    return {"keys": [str(key) for key in root.keys], "threshold": root.threshold}


def _signed_json(file: SignedTrust) -> dict[str, Any]:
    return {
        "type": SIGNED_TRUST_TYPE,
        "name": file.name,
        "version": file.version,
        "issued_at": instant_text(file.issued_at),
        "expires_at": instant_text(file.expires_at),
        "root": _root_json(file.root),
        **entries_json(file.entries),
    }


class _Reader:
    """Reads the envelope's own values; every refusal names the field by JSON Pointer."""

    def __init__(self, source: str) -> None:
        self.source = source

    def fail(self, field: str, reason: str) -> TrustError:
        return TrustError(f"{self.source}: {field or '/'}: {reason}")

    def table(self, value: Any, field: str, names: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.fail(field, "must be an object")
        if wrong := sorted(set(value) ^ names):
            state = "is not a field of a trust file" if wrong[0] in value else "is missing"
            raise self.fail(f"{field}/{wrong[0][:40]}", state)
        return value

    def name(self, value: Any) -> str:
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            raise self.fail("/signed/name", "must be 1 to 40 of a-z, 0-9 and -")
        return value

    def number(self, value: Any, field: str, most: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise self.fail(field, f"must be a whole number from 1 to {most}")
        return value

    def instant(self, value: Any, field: str) -> datetime:
        try:
            return instant_of(value)
        except ValueError as error:
            raise self.fail(field, str(error)) from error

    def items(self, value: Any, field: str, most: int) -> list[Any]:
        if not isinstance(value, list) or len(value) > most:
            raise self.fail(field, f"must be a list of at most {most}")
        return value

    def address(self, value: Any, field: str) -> Address:
        try:
            return parse_address(str(value))
        except SchemaError as error:
            raise self.fail(field, str(error)) from error

    def root(self, value: Any, field: str) -> Root:
        table = self.table(value, field, {"keys", "threshold"})
        keys = [self.address(k, f"{field}/keys/{i}") for i, k in enumerate(self.items(table["keys"], field, KEYS_MAX))]
        try:
            return read_root(keys, self.number(table["threshold"], f"{field}/threshold", KEYS_MAX))
        except TrustError as error:
            raise self.fail(field, str(error)) from error

    def signatures(self, value: Any) -> tuple[tuple[Address, bytes], ...]:
        found = []
        for place, one in enumerate(self.items(value, "/signatures", SIGNATURES_MAX)):
            field = f"/signatures/{place}"
            table = self.table(one, field, {"keyid", "sig"})
            if not isinstance(table["sig"], str) or not _SIGNATURE.fullmatch(table["sig"]):
                raise self.fail(f"{field}/sig", "must be 0x and 130 hexadecimal digits")
            found.append((self.address(table["keyid"], f"{field}/keyid"), bytes.fromhex(table["sig"][2:])))
        return tuple(found)
