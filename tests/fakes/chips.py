"""A chip of an NTAG 424 DNA: holds a file, its settings and two keys, and writes its message at each tap.

Written from the data sheet on the library's ciphers alone; nothing of ours is used but the file it is given.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from mint.tag_encoding import TagFile

_SCHEMES = {3: "http://", 4: "https://"}


@dataclass
class Chip:
    """One chip. `taps` is its counter, which it never turns back."""

    file: TagFile
    uid: bytes = bytes.fromhex("04de5f1eacc040")
    meta_read: bytes = bytes(16)
    file_read: bytes = bytes(16)
    taps: int = 0
    covered: bytes = field(default=b"", init=False)
    """What its last MAC covered."""

    def tap(self, times: int = 1) -> str:
        """Be read so many times, and give the link that a phone opens at the last."""
        self.taps += times
        return self.link_at(self.taps)

    def link_at(self, counter: int) -> str:
        """Give the link of one reading."""
        low_first = counter.to_bytes(3, "little")
        settings = self.file.settings
        picc_at, covered_at, mac_at = (int.from_bytes(settings[at : at + 3], "little") for at in (6, 9, 12))
        content = bytearray(self.file.content)
        plain = b"\xc7" + self.uid + low_first + b"\xa5" * 5
        running = Cipher(algorithms.AES(self.meta_read), modes.CBC(bytes(16))).encryptor()
        content[picc_at : picc_at + 32] = (running.update(plain) + running.finalize()).hex().upper().encode()
        self.covered = bytes(content[covered_at:mac_at])
        session = _cmac(self.file_read, bytes.fromhex("3cc300010080") + self.uid + low_first)
        content[mac_at : mac_at + 16] = _cmac(session, self.covered)[1::2].hex().upper().encode()
        size = int.from_bytes(content[:2])
        return _SCHEMES[content[6]] + content[7 : 2 + size].decode()


def _cmac(key: bytes, content: bytes) -> bytes:
    running = CMAC(algorithms.AES(key))
    running.update(content)
    return running.finalize()
