"""The link that a tag answers with: the label's own, and the chip's message in its query. Pure.

    https://id.maison.example/01/09521321000018/21/7KQ2M9X4T8VJ3B6NW5RC?e=<32 hex digits>&c=<16 hex digits>

`e` is the encrypted PICCData and `c` the SDMMAC. The MAC covers everything from `/01/` to `c=`, so that a message
belongs to one label: moved onto another it is false.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from provenance_schemas.labels import Label
from verifier.errors import SunError
from verifier.sun import MAC_BYTES, PICC_BYTES

PICC_NAME: Final = "e"
MAC_NAME: Final = "c"
_HEX: Final = re.compile(r"[0-9A-Fa-f]+")


@dataclass(frozen=True, slots=True)
class TagMessage:
    """What a chip wrote into its link."""

    picc: bytes = field(repr=False)
    """PICCData as it was sent, encrypted; 16 bytes."""
    mac: bytes = field(repr=False)
    """SDMMAC; 8 bytes."""

    @property
    def query(self) -> str:
        """Write it as the chip does."""
        return f"{PICC_NAME}={self.picc.hex().upper()}&{MAC_NAME}={self.mac.hex().upper()}"


def has_tag_message(text: str) -> bool:
    """Say whether a link's query names anything of a tag's, whole or not."""
    return bool({PICC_NAME, MAC_NAME} & _values(text).keys())


def read_tag_message(text: str) -> TagMessage:
    """Read the message in a tag's link. Raises SunError naming what is missing or cut."""
    values = _values(text)
    picc = _bytes(values, PICC_NAME, PICC_BYTES)
    return TagMessage(picc, _bytes(values, MAC_NAME, MAC_BYTES))


def covered_text(label: Label, picc: bytes) -> bytes:
    """Write what the MAC covers: the link as the chip reads it out, from `/01/` to where the MAC begins.

    Written anew from what was read, so that a phone may change the case of the host, or append to the query.
    """
    return f"/01/{label.gtin}/21/{label.serial}?{PICC_NAME}={picc.hex().upper()}&{MAC_NAME}=".encode()


def _values(text: str) -> dict[str, list[str]]:
    query = text.partition("#")[0].partition("?")[2]
    values: dict[str, list[str]] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        values.setdefault(name, []).append(value)
    return values


def _bytes(values: dict[str, list[str]], name: str, size: int) -> bytes:
    found = values.get(name, [])
    if len(found) != 1:
        raise SunError(name, "is missing from the tag's link" if not found else "stands in the tag's link twice")
    if len(found[0]) != 2 * size or not _HEX.fullmatch(found[0]):
        raise SunError(name, f"has {2 * size} hexadecimal digits in a tag's link, this one is cut or changed")
    return bytes.fromhex(found[0])
