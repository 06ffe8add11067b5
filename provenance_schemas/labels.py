"""The label: what the QR code on a piece says. A GS1 Digital Link with a GTIN and our 20-character serial.

    HTTPS://ID.MAISON.EXAMPLE/01/09521321000018/21/7KQ2M9X4T8VJ3B6NW5RC

The serial is the secret that only someone who has seen the label knows. It stands in no document, log or
metric; a passport holds only `label_commitment` of it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final

from provenance_schemas import crockford
from provenance_schemas.errors import LabelError
from provenance_schemas.gs1 import DigitalLink, normalise_gtin, parse_digital_link

SERIAL_LENGTH: Final = 20
HOST_LENGTH_MAX: Final = 253
_COMMITMENT_TAG: Final = b"assay/item/1\n"
_HOST: Final = re.compile(r"(?P<name>[a-z0-9.-]+|\[::1\])(?::(?P<port>[1-9][0-9]{0,4}))?")
_HOST_PART: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMERIC: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_DEFAULT_PORTS: Final = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True)
class Label:
    """One label, in its plain form. Whether its host is a brand's is for the trust file to say."""

    host: str
    """Lower case, with `:port` unless it is the scheme's own."""
    gtin: str
    """14 digits."""
    serial: str = field(repr=False)
    """20 characters, upper case. Kept out of `repr`, so that no log gets it by accident."""

    def __post_init__(self) -> None:
        check_host(self.host)
        if normalise_gtin(self.gtin) != self.gtin:
            raise LabelError(f"a label's GTIN has 14 digits, this one has {len(self.gtin)}")
        _check_serial(self.serial, 0)

    @property
    def commitment(self) -> bytes:
        """What a passport says of this label; 32 bytes."""
        return label_commitment(self.gtin, self.serial)


def new_serial() -> str:
    """Draw a serial: 19 random characters (95 bits) and a check character."""
    body = crockford.random_symbols(SERIAL_LENGTH - 1)
    return body + crockford.check_character(body)


def normalise_serial(typed: str) -> str:
    """Read a serial somebody typed: any case, spaces and dashes, O for 0, I and L for 1.

    Raises LabelError; its position counts in `typed`.
    """
    if len(typed) > 4 * SERIAL_LENGTH:
        raise LabelError(f"a serial has {SERIAL_LENGTH} characters, got {len(typed)}")
    plain = crockford.normalise(typed)
    if plain.stranger is not None:
        raise LabelError(f"{typed[plain.stranger]!r} is never part of a serial", plain.stranger)
    _check_serial(plain.symbols, None)
    return plain.symbols


def label_commitment(gtin: str, serial: str) -> bytes:
    """Commit to a label: sha256("assay/item/1" LF gtin LF serial), of the 14-digit GTIN; 32 bytes."""
    assert len(gtin) == 14, gtin
    assert len(serial) == SERIAL_LENGTH, len(serial)
    return hashlib.sha256(_COMMITMENT_TAG + gtin.encode() + b"\n" + serial.encode()).digest()


def format_label(host: str, gtin: str, serial: str, *, upper: bool = True) -> str:
    """Write a label's text; in upper case a QR code holds it in its dense alphanumeric mode.

    A loopback host gets http, for a demonstration without certificates. Raises LabelError.
    """
    label = Label(host.lower(), normalise_gtin(gtin), serial)
    origin = origin_of(label.host)
    return f"{origin.upper() if upper else origin}/01/{label.gtin}/21/{label.serial}"


def parse_label(text: str) -> Label:
    """Read a label's text as scanned, before anything has unescaped it.

    1. It is a GS1 Digital Link, in any case of scheme, host and serial; a short GTIN is padded.
    2. It says https, or http to this very machine.
    3. It has a GTIN and a serial, no stem and no further qualifier: those we would not compare with the
       record, so somebody could print whatever he likes there.
    4. Its query names nothing twice. What it names is not read; the same goes for a fragment.
    Raises LabelError with the position at fault.
    """
    scheme, separator, rest = text.partition("://")
    link = parse_digital_link(scheme.lower() + separator + rest, short_gtin=True)

    host = check_host(link.authority.lower(), len(link.scheme) + 3)
    host = host.removesuffix(_DEFAULT_PORTS[link.scheme])
    if link.scheme == "http" and not _is_loopback(host):
        raise LabelError("a label begins with https://", 0)

    gtin, serial = _gtin_and_serial(link)
    _refuse_repeats(link, text)
    return Label(host, gtin, serial)


def check_host(host: str, position: int = 0) -> str:
    """Hold a lower-case `host` to the grammar of DNS names and plain IPv4 addresses, maybe with a port.

    Gives it back. Raises LabelError; `position` is where the host begins.
    """
    match = _HOST.fullmatch(host)
    if not match or len(host) > HOST_LENGTH_MAX:
        raise LabelError(f"not a host name: {host[:60]!r}", position)
    if match["port"] and int(match["port"]) > 65535:
        raise LabelError(f"port {match['port']} is over 65535", position + match.start("port"))
    name = match["name"]
    parts = [] if name == "[::1]" else name.split(".")
    if not all(_HOST_PART.fullmatch(part) for part in parts):
        raise LabelError(f"not a host name: {name[:60]!r}", position)
    # Browsers read 3232235777, 0300.0250.1.1 and 0xC0.0xA8.1.1 as addresses: one spelling only.
    if parts and _NUMERIC.fullmatch(parts[-1]) and not _is_plain_ipv4(name):
        raise LabelError(f"not a plain address: {name[:60]!r}", position)
    return host


def origin_of(host: str) -> str:
    """Give the scheme and host of a label's site: https, but http on this very machine, for demonstrations."""
    return f"{'http' if _is_loopback(host) else 'https'}://{host}"


def _gtin_and_serial(link: DigitalLink) -> tuple[str, str]:
    start = len(link.scheme) + 3 + len(link.authority)
    if link.stem:
        raise LabelError("/01/ does not follow the host", start)
    ais = [element.ai for element in link.path]
    if ais[0] != "01":
        raise LabelError(f"a label names a GTIN (/01/), this link has /{ais[0]}/", start)
    if ais != ["01", "21"]:
        extra = next((e for e in link.path[1:] if e.ai != "21"), None)
        if extra is None:
            raise LabelError("no serial (/21/) follows the GTIN", link.path[0].position + 14)
        raise LabelError(f"a label has no /{extra.ai}/", extra.position - len(extra.ai) - 1)
    gtin, raw_serial = link.path
    serial = raw_serial.text.upper()
    _check_serial(serial, raw_serial.position)
    return gtin.text, serial


def _is_plain_ipv4(name: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(name)) == name
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    return re.sub(r":[0-9]+\Z", "", host) in _LOOPBACK


def _check_serial(serial: str, position: int | None) -> None:
    """Hold `serial` to our form; `position` is where it begins. Messages never repeat it: it is a secret."""
    wrong = crockford.stranger(serial)
    if wrong is not None:
        raise LabelError(f"{serial[wrong]!r} is never part of a serial", None if position is None else position + wrong)
    if len(serial) != SERIAL_LENGTH:
        raise LabelError(f"a serial has {SERIAL_LENGTH} characters, this one has {len(serial)}", position)
    if not crockford.is_checked(serial):
        raise LabelError("the serial's check character is wrong: something is mistyped or misread", position)


def _refuse_repeats(link: DigitalLink, text: str) -> None:
    """Two systems may each read another one of two equal keys, so neither may be there."""
    names = [part.partition("=")[0] for part in link.others]
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise LabelError(f"{twice[:40]!r} is given twice", text.rindex(twice))
