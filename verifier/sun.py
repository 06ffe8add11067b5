"""The message of an NTAG 424 DNA: Secure Unique NFC. Pure; the keys are given, none of ours is here.

At each tap the chip writes into its own link who it is and how often it was read, encrypted, and a MAC over both and
over a range of the link. Source: NXP AN12196 and the data sheet NT4H2421Gx, section 9.3.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.cmac import CMAC

from verifier.errors import SunError
from verifier.key_diversification import KEY_BYTES

PICC_BYTES: Final = 16
MAC_BYTES: Final = 8
UID_BYTES: Final = 7
COUNTER_BYTES: Final = 3
COUNTER_MAX: Final = (1 << 8 * COUNTER_BYTES) - 1
_TAG: Final = 0xC7
"""PICCDataTag: UID and counter are mirrored, and the UID has 7 bytes. What else there may be we did not configure."""
_ENCRYPTS: Final = bytes.fromhex("c33c00010080")
_AUTHENTICATES: Final = bytes.fromhex("3cc300010080")
"""How SV1 and SV2 begin: label, counter of one block, and 128 bits."""


@dataclass(frozen=True, slots=True)
class PiccData:
    """Which chip answered, and for the how many-th time."""

    uid: bytes = field(repr=False)
    """7 bytes. Kept out of `repr`, so that no log gets it by accident."""
    counter: int
    """SDMReadCtr: 1 at the first tap that is mirrored, at most 16,777,215; the chip never turns it back."""

    @property
    def vector(self) -> bytes:
        """What the chip derives the keys of this tap from: UID, then the counter, its lowest byte first."""
        return self.uid + self.counter.to_bytes(COUNTER_BYTES, "little")


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The two keys of one tap."""

    encrypts: bytes = field(repr=False)
    """SesSDMFileReadENCKey."""
    authenticates: bytes = field(repr=False)
    """SesSDMFileReadMACKey."""


def decrypt_picc_data(content: bytes, meta_read_key: bytes) -> PiccData:
    """Read who answered. Under a wrong key it raises SunError, but for one time in 256.

    Nothing is proved yet: 16 random bytes may decrypt to something. The MAC proves.
    """
    _check_key(meta_read_key)
    if len(content) != PICC_BYTES:
        raise SunError("PICCData", f"has {PICC_BYTES} bytes, got {len(content)}")
    running = Cipher(AES(meta_read_key), CBC(bytes(PICC_BYTES))).decryptor()
    plain = running.update(content) + running.finalize()
    if plain[0] != _TAG:
        raise SunError("PICCDataTag", f"is not {_TAG:02X}: another key, another setting, or not a tag's")
    counter = int.from_bytes(plain[1 + UID_BYTES : 1 + UID_BYTES + COUNTER_BYTES], "little")
    return PiccData(plain[1 : 1 + UID_BYTES], counter)


def session_keys(file_read_key: bytes, picc: PiccData) -> SessionKeys:
    """Derive the keys of one tap from the chip's SDMFileRead key."""
    _check_key(file_read_key)
    return SessionKeys(
        _cmac(file_read_key, _ENCRYPTS + picc.vector), _cmac(file_read_key, _AUTHENTICATES + picc.vector)
    )


def sun_mac(keys: SessionKeys, covered: bytes) -> bytes:
    """Compute the SDMMAC, 8 bytes: every second byte of a CMAC.

    `covered` is the file as it was read from SDMMACInputOffset up to SDMMACOffset, mirrored characters included; empty
    where both offsets are one.
    """
    return _cmac(keys.authenticates, covered)[1::2]


def is_sun_mac(mac: bytes, keys: SessionKeys, covered: bytes) -> bool:
    """Say whether a MAC is the chip's, in a time that tells nothing of where it differs."""
    if len(mac) != MAC_BYTES:
        raise SunError("SDMMAC", f"has {MAC_BYTES} bytes, got {len(mac)}")
    return hmac.compare_digest(mac, sun_mac(keys, covered))


def decrypt_file_data(content: bytes, keys: SessionKeys, picc: PiccData) -> bytes:
    """Read SDMENCFileData, whole blocks of 16 bytes. It is authentic only when the MAC covers it."""
    if not content or len(content) % PICC_BYTES:
        raise SunError("SDMENCFileData", f"comes in blocks of {PICC_BYTES} bytes, got {len(content)}")
    counter = picc.counter.to_bytes(COUNTER_BYTES, "little").ljust(PICC_BYTES, b"\0")
    vector = Cipher(AES(keys.encrypts), ECB()).encryptor()  # noqa: S305 - one block, as the chip makes its first vector
    start = vector.update(counter) + vector.finalize()
    running = Cipher(AES(keys.encrypts), CBC(start)).decryptor()
    return running.update(content) + running.finalize()


def _cmac(key: bytes, content: bytes) -> bytes:
    running = CMAC(AES(key))
    running.update(content)
    return running.finalize()


def _check_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise SunError("key", f"has {KEY_BYTES} bytes, got {len(key)}")
