"""What is known of a label before it is read: it starts with the house's own address, in a form of one length.

Only texts that prove themselves may be read with that: the serial's check character, the GTIN's check digit and the
form of the whole must hold afterwards, beside the check symbols that are left over.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, BitBuffer, QRData, length_in_bits

from provenance_schemas.labels import origin_of
from verifier.qr.symbol import blocks_of

# Two labels that differ wherever two labels of one host can; what their bits share at the start is known.
_ONE: Final = "/01/" + "0" * 14 + "/21/" + "0" * 20
_OTHER: Final = "/01/" + "9" * 14 + "/21/" + "Z" * 20
_HOSTS_MAX: Final = 8


def known_symbols(hosts: frozenset[str], version: int, level: int) -> Iterator[NDArray[np.float32]]:
    """Give for each form a label of these hosts may have its bits as transmitted: +1, -1, and 0 for unknown."""
    for host in sorted(hosts)[:_HOSTS_MAX]:
        for mode in (MODE_ALPHA_NUM, MODE_8BIT_BYTE):
            known = _known_bits(host, mode, version, level)
            if known is not None:
                yield known


@cache
def _known_bits(host: str, mode: int, version: int, level: int) -> NDArray[np.float32] | None:
    blocks = blocks_of(version, level)
    room = 8 * sum(len(block.at) - block.check_count for block in blocks)
    origin = origin_of(host).upper() if mode == MODE_ALPHA_NUM else origin_of(host)
    one, other = (_bits_of(origin + path, mode, version) for path in (_ONE, _OTHER))
    if len(one) > room:
        return None
    differs = np.flatnonzero(one != other)
    shared = one[: differs[0]]
    data = np.zeros(room, np.float32)
    data[: len(shared)] = np.where(shared, 1, -1)
    sent = np.zeros((sum(len(block.at) for block in blocks), 8), np.float32)
    order = np.concatenate([block.at[: len(block.at) - block.check_count] for block in blocks])
    sent[order] = data.reshape(-1, 8)
    return sent.ravel()


def _bits_of(text: str, mode: int, version: int) -> NDArray[np.bool_]:
    data = QRData(text.encode(), mode=mode)
    buffer = BitBuffer()
    buffer.put(mode, 4)
    buffer.put(len(data), length_in_bits(mode, version))
    data.write(buffer)
    return np.array([buffer.get(i) for i in range(len(buffer))], np.bool_)
