"""What is written into a tag: its link as an NDEF file, and the settings that let the chip answer in it. Pure.

Source: NT4H2421Gx, sections 8.2.3 (files), 9.3 (Secure Dynamic Messaging) and 10.7.1 (ChangeFileSettings).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mint.errors import InputError
from mint.tag_keys import FILE_READ, META_READ
from verifier.sun import MAC_BYTES, PICC_BYTES
from verifier.tag_link import MAC_NAME, PICC_NAME

NDEF_FILE: Final = 2
"""Number of the file that phones read."""
NDEF_FILE_BYTES: Final = 256
_LENGTH_BYTES: Final = 2
_RECORD: Final = b"\xd1\x01"
"""One short record of a well-known type, whose name has one letter."""
_URI: Final = b"U"
_RECORD_HEAD_BYTES: Final = 5
"""Before the first character of the link: the two above, the payload's length, the name, and the scheme's number."""
_PREFIXES: Final = {"https://": 4, "http://": 3}
"""How a URI record shortens a scheme (NFC Forum, URI RTD)."""
_SDM_PLAIN: Final = 0x40
_READ_BY_ALL: Final = bytes((0x00, 0xE0))
"""Everybody reads; key 0 alone writes, and changes these settings. The low byte first."""
_MIRRORS: Final = 0xC1
"""UID and counter, in ASCII; no limit, no encrypted file data."""
_NOBODY: Final = 0xF
_SDM_ACCESS: Final = bytes((_NOBODY << 4 | _NOBODY, META_READ << 4 | FILE_READ))
"""PICCData encrypted with the key META_READ, MAC by the key FILE_READ, and the counter is given to nobody else."""


@dataclass(frozen=True, slots=True)
class TagFile:
    """File 02 of one tag. The link in it holds the label's serial, as the printed label does: a secret."""

    link: str = field(repr=False)
    """With zeros where the chip writes its message."""
    picc_offset: int
    """PICCDataOffset; offsets count bytes from the start of the file."""
    mac_input_offset: int
    mac_offset: int

    @property
    def content(self) -> bytes:
        """Give the file: two bytes of length, then one NDEF message."""
        record = _record(self.link)
        return len(record).to_bytes(_LENGTH_BYTES) + record

    @property
    def settings(self) -> bytes:
        """Give what ChangeFileSettings is sent, after the file's number."""
        offsets = (self.picc_offset, self.mac_input_offset, self.mac_offset)
        mirrors = b"".join(offset.to_bytes(3, "little") for offset in offsets)
        return bytes((_SDM_PLAIN,)) + _READ_BY_ALL + bytes((_MIRRORS,)) + _SDM_ACCESS + mirrors

    def covered(self, content: bytes) -> bytes:
        """Give what the chip's MAC covers of a file as it was read out."""
        return content[self.mac_input_offset : self.mac_offset]


def make_tag_file(label_text: str) -> TagFile:
    """Lay the file of one tag out around its label's own link. Raises InputError where the chip has no room for it."""
    link = f"{label_text}?{PICC_NAME}={'0' * (2 * PICC_BYTES)}&{MAC_NAME}={'0' * (2 * MAC_BYTES)}"
    scheme = next(one for one in _PREFIXES if link.startswith(one))
    start = _LENGTH_BYTES + _RECORD_HEAD_BYTES - len(scheme)  # from a place in the link to its place in the file
    path = link.index("/", len(scheme))
    made = TagFile(
        link,
        start + link.index("?") + 2 + len(PICC_NAME),
        start + path,
        start + len(link) - 2 * MAC_BYTES,
    )
    if len(made.content) > NDEF_FILE_BYTES:
        over = len(made.content) - NDEF_FILE_BYTES
        raise InputError(f"the link is {over} characters too long for a tag: name a shorter host for the labels")
    return made


def _record(link: str) -> bytes:
    scheme = next(one for one in _PREFIXES if link.startswith(one))
    payload = bytes((_PREFIXES[scheme],)) + link[len(scheme) :].encode("ascii")
    return _RECORD + min(len(payload), 0xFF).to_bytes(1) + _URI + payload
