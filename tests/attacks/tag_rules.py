"""The weaker rules for tags, as systems in use have them: written out here, with nothing of ours."""

from __future__ import annotations

import re

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

_MESSAGE = re.compile(r"e=([0-9A-F]{32})&c=([0-9A-F]{16})")


def has_a_message(link: str) -> bool:
    """The weakest rule: the link looks dynamic, so it comes from a tag."""
    return _MESSAGE.search(link) is not None


def decrypts(link: str, meta_read: bytes) -> bool:
    """Weaker than a MAC: the encrypted part has the right first byte, so it is believed."""
    running = Cipher(algorithms.AES(meta_read), modes.CBC(bytes(16))).decryptor()
    return running.update(bytes.fromhex(_MESSAGE.search(link)[1]))[0] == 0xC7


def mac_is_right(link: str, meta_read: bytes, file_read: bytes) -> bool:
    """A dynamic tag URL checked without its counter: the MAC is the chip's, and nobody asks when it was made.

    As the usual backends and most of the published examples do it; the counter is decrypted, printed, and forgotten.
    """
    picc, mac = _MESSAGE.search(link).groups()
    running = Cipher(algorithms.AES(meta_read), modes.CBC(bytes(16))).decryptor()
    who = running.update(bytes.fromhex(picc))[1:11]
    session = _cmac(file_read, bytes.fromhex("3cc300010080") + who)
    path = "/" + link.split("/", 3)[3]
    covered = path[: path.index("&c=") + 3].encode()
    return _cmac(session, covered)[1::2].hex().upper() == mac


def mac_of_some_label_is_right(message: str, label: str, meta_read: bytes, file_read: bytes) -> bool:
    """The MAC covers UID and counter only, as when both of its offsets are one: it fits behind any label."""
    picc, mac = _MESSAGE.search(message).groups()
    running = Cipher(algorithms.AES(meta_read), modes.CBC(bytes(16))).decryptor()
    who = running.update(bytes.fromhex(picc))[1:11]
    return bool(label) and _cmac(_cmac(file_read, bytes.fromhex("3cc300010080") + who), b"")[1::2].hex().upper() == mac


def _cmac(key: bytes, content: bytes) -> bytes:
    running = CMAC(algorithms.AES(key))
    running.update(content)
    return running.finalize()
