"""A rule: what pays, to whom, how much, from which campaign. A closed vocabulary, read from TOML, never evaluated."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import cache
from importlib import resources
from typing import Any, Final

import jsonschema_rs

from loyalty.errors import RuleError
from loyalty.events import EventKind
from loyalty.results import Explanation
from provenance_schemas.canonical import canonical_bytes, parse_canonical
from provenance_schemas.errors import DocumentError

RULE_MAX_BYTES: Final = 16 * 1024
_UNSET: Final = 10**9


@unique
class Condition(StrEnum):
    """What must be true. Append only."""

    VERIFIED = "verified"
    SOLD = "sold"
    NOT_STAFF = "not_staff"


@unique
class KeyPart(StrEnum):
    """What an award is unique by, for ever. Append only."""

    MEMBER = "member"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a rule pays. A limit that a rule does not set is out of reach."""

    item_members: int = _UNSET
    """Awards for one piece, ever."""
    item_kept: int = 0
    """Of these, how many only the piece's claimant may have."""
    member_day: int = _UNSET
    device_day: int = _UNSET
    """Awards a day (UTC, as recorded)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, and the canonical text that its hash names."""

    id: str
    version: int
    on: EventKind
    when: frozenset[Condition]
    once_per: tuple[KeyPart, ...]
    amount: int
    limits: Limits
    vest_days: int
    expire_days: int
    campaign: str
    per_day: int
    """Points that the rule may pay from its campaign in one day."""
    explanation: Explanation
    body: str
    hash: bytes
    """sha2-256 of `body`."""

    def once_key(self, member: str, item: str) -> bytes:
        """Name what is paid once: 32 bytes. Another version of the rule has the same key."""
        values = {KeyPart.MEMBER: member, KeyPart.ITEM: item}
        lines = [f"{part}={values[part]}" for part in sorted(self.once_per)]
        return hashlib.sha256("\n".join(["assay/once/1", self.id, *lines]).encode()).digest()


def read_rule(source: str, content: bytes) -> Rule:
    """Read a rule's TOML file; `source` is its name. Raises RuleError."""
    if len(content) > RULE_MAX_BYTES:
        raise RuleError(source, "", f"{len(content)} bytes, a rule has at most {RULE_MAX_BYTES}")
    try:
        value = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleError(source, "", f"not TOML: {str(error)[:200]}") from error
    try:
        return _rule(source, value, canonical_bytes(value).decode())
    except DocumentError as error:
        raise RuleError(source, error.field, error.reason) from error


def rule_of(body: str) -> Rule:
    """Read a rule back from its canonical text. Raises RuleError."""
    try:
        return _rule("stored rule", parse_canonical(body.encode()), body)
    except (DocumentError, UnicodeEncodeError) as error:
        raise RuleError("stored rule", "", str(error)) from error


def _rule(source: str, value: dict[str, Any], body: str) -> Rule:
    fault = next(_validator().iter_errors(value), None)
    if fault is not None:
        raise RuleError(source, "/".join(map(str, fault.instance_path)), fault.message[:200])
    return Rule(
        id=value["id"],
        version=value["version"],
        on=EventKind(value["on"]),
        when=frozenset(map(Condition, value["when"])),
        once_per=tuple(map(KeyPart, value["once_per"])),
        amount=value["amount"],
        limits=Limits(**value["limits"]),
        vest_days=value["vest"]["days"],
        expire_days=value["expire"]["days"],
        campaign=value["budget"]["campaign"],
        per_day=value["budget"]["per_day"],
        explanation=Explanation(**value["explain"]),
        body=body,
        hash=hashlib.sha256(body.encode()).digest(),
    )


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    text = resources.files("loyalty").joinpath("schemas", "rule-1.json").read_text("utf-8")
    return jsonschema_rs.Draft202012Validator(json.loads(text), offline=True)
