"""What a request to the gateway asks for, read from its URL and headers.

Source: the Trustless Gateway specification; dag-scope and entity-bytes are IPIP-402, CAR order and dups
IPIP-412.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provenance_schemas.dag_walk import ByteRange, Scope

PARAMS: Final = frozenset({"format", "dag-scope", "entity-bytes", "car-version", "car-order", "car-dups"})
"""The URL parameters that decide what is sent."""
_ENTITY_BYTES: Final = re.compile(r"(-?[0-9]{1,18}):(\*|-?[0-9]{1,18})")
_ACCEPT_MAX_CHARACTERS: Final = 2048


class GatewayError(Exception):
    """The request gets no content; `status` is the HTTP status that says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Format(StrEnum):
    """The two answers a trustless gateway gives; both can be checked by whoever receives them."""

    RAW = "raw"
    CAR = "car"

    @property
    def media_type(self) -> str:
        """As in `Accept` and `Content-Type`."""
        return f"application/vnd.ipld.{self.value}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to answer with."""

    format: Format
    scope: Scope = Scope.ALL
    entity_bytes: ByteRange | None = None
    repeat: bool = False
    """Send a block each time the walk meets it (`dups=y`)."""
    signals: tuple[tuple[str, str], ...] = ()
    """CAR parameters that were asked for, by URL or header, as `("dups", "y")`."""
    contested: bool = False
    """URL and `Accept` ask for different answers; the URL went first."""

    @property
    def content_type(self) -> str:
        """The full `Content-Type` of the answer."""
        if self.format is Format.RAW:
            return self.format.media_type
        return f"{self.format.media_type}; version=1; order=dfs; dups={'y' if self.repeat else 'n'}"

    @property
    def params(self) -> dict[str, str]:
        """What of this has to stand in a URL that asks for the same without an `Accept` header."""
        return {"format": self.format.value} | {f"car-{name}": value for name, value in self.signals}

    @property
    def tag(self) -> str:
        """What tells this answer from others of the same path, in an Etag."""
        if self.format is Format.RAW:
            return "raw"
        part = f".{self.entity_bytes}" if self.entity_bytes else ""
        return f"car.{self.scope}{part}.{'y' if self.repeat else 'n'}"


def read_wanted(params: Mapping[str, str], accept: str) -> Wanted:
    """Decide on the answer; URL parameters go before the `Accept` header.

    Raises GatewayError 400 when nothing or nonsense is asked for, 406 for what we do not offer.
    """
    chosen, accepted = _choose(params.get("format", ""), accept)
    contested = accepted is None
    if chosen is Format.RAW:
        return Wanted(chosen, contested=contested)
    told = {name: params[f"car-{name}"] for name in _SIGNALS if f"car-{name}" in params}
    signals = (accepted or {}) | told
    contested = contested or any((accepted or {}).get(name, value) != value for name, value in told.items())
    for name, value in signals.items():
        if name in _SIGNALS and value not in _SIGNALS[name]:
            raise GatewayError(406, f"CAR {name}={value[:40]} is not offered; {' or '.join(_SIGNALS[name])} is")
    part = _entity_bytes(params["entity-bytes"]) if "entity-bytes" in params else None
    scope = params.get("dag-scope", Scope.ALL.value)
    if scope not in set(Scope):
        raise GatewayError(400, f"dag-scope={scope[:40]!r}; it is block, entity or all")
    known = tuple((name, signals[name]) for name in _SIGNALS if name in signals)
    return Wanted(chosen, Scope.ENTITY if part else Scope(scope), part, signals.get("dups") == "y", known, contested)


_SIGNALS: Final = {"version": ("1",), "order": ("dfs", "unk"), "dups": ("y", "n")}


def _choose(format_param: str, accept: str) -> tuple[Format, dict[str, str] | None]:
    """Give the format, with the CAR parameters of the `Accept` entry it agrees with; None where it agrees with none."""
    if len(accept) > _ACCEPT_MAX_CHARACTERS:
        raise GatewayError(400, f"Accept of {len(accept)} characters, at most {_ACCEPT_MAX_CHARACTERS}")
    offers = _offers(accept)
    if format_param:
        if format_param not in set(Format):
            raise GatewayError(406, f"format={format_param[:40]!r} is not offered; raw and car are")
        chosen = Format(format_param)
        return chosen, next((signals for offered, signals in offers if offered is chosen), None if offers else {})
    for offered, signals in offers:
        if all(value in _SIGNALS[name] for name, value in signals.items() if name in _SIGNALS):
            return offered, signals
    if not accept:
        raise GatewayError(400, "say what to send: ?format=raw or ?format=car")
    names = " and ".join(offered.media_type for offered in Format)
    raise GatewayError(406, f"only {names} are offered, not {accept[:80]!r}")


def _offers(accept: str) -> list[tuple[Format, dict[str, str]]]:
    """Read `Accept`: our formats among its entries, best first. A wildcard names neither of them."""
    media_types = {offered.media_type: offered for offered in Format}
    found: list[tuple[float, Format, dict[str, str]]] = []
    for entry in accept.split(","):
        media_type, *pairs = (part.strip() for part in entry.split(";"))
        if media_type.lower() not in media_types:
            continue
        signals = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        weight = _weight(signals.pop("q", "1"))
        if weight:
            found.append((weight, media_types[media_type.lower()], signals))
    found.sort(key=lambda offer: -offer[0])
    return [(offered, signals) for _, offered, signals in found]


def _weight(text: str) -> float:
    return float(text) if re.fullmatch(r"[01](\.[0-9]{0,3})?", text) else 0.0


def _entity_bytes(text: str) -> ByteRange:
    match = _ENTITY_BYTES.fullmatch(text)
    if not match:
        raise GatewayError(400, f"entity-bytes={text[:40]!r}; it is from:to, as 0:* or -1024:*")
    first, last = int(match[1]), None if match[2] == "*" else int(match[2])
    if last is not None and 0 <= last < first:
        raise GatewayError(400, f"entity-bytes={text!r} ends before it begins")
    return ByteRange(first, last)
