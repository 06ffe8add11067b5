"""Keys of single chips: the published vector, and every length against CMAC written out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from verifier.key_diversification import INPUT_BYTES_MAX, diversify

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "key_diversification.json").read_text())
MASTER = bytes.fromhex("00112233445566778899aabbccddeeff")


def unhexed(text):
    return bytes.fromhex(text.removeprefix("0x"))


def encrypt_block(key, block):
    running = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return running.update(block) + running.finalize()


def cmac_by_hand(key, content, *, blocks_min=1):
    """RFC 4493 on numbers, block by block; shares no line with ours or with the library's CMAC."""

    def doubled(number):
        shifted = number << 1
        return shifted ^ (1 << 128 | 0x87) if shifted >> 128 else shifted

    first = doubled(int.from_bytes(encrypt_block(key, bytes(16))))
    missing = max(blocks_min, -(-len(content) // 16)) * 16 - len(content)
    subkey = first if missing == 0 else doubled(first)
    padded = content if missing == 0 else content + b"\x80" + bytes(missing - 1)
    state = 0
    for start in range(0, len(padded), 16):
        state ^= int.from_bytes(padded[start : start + 16])
        if start + 16 == len(padded):
            state ^= subkey
        state = int.from_bytes(encrypt_block(key, state.to_bytes(16)))
    return state.to_bytes(16)


@pytest.mark.parametrize("vector", VECTORS["published"], ids=lambda vector: vector["key"][:10])
def test_the_published_vector_of_an10922_holds(vector):
    """Whoever personalises by NXP's own tools gets the very keys that we verify with."""
    assert unhexed(vector["key"]) == diversify(unhexed(vector["master"]), unhexed(vector["input"]))


@pytest.mark.parametrize("size", range(1, INPUT_BYTES_MAX + 1))
def test_every_length_is_padded_to_two_blocks(size):
    """Also the short ones, where CMAC by itself would stop at one block, and the whole one, where nothing is padded."""
    given = bytes(range(size))

    assert cmac_by_hand(MASTER, b"\x01" + given, blocks_min=2) == diversify(MASTER, given)


@pytest.mark.parametrize(("master", "size"), [(MASTER, 0), (MASTER, 32), (MASTER[:-1], 17), (MASTER + b"\0", 17)])
def test_a_length_that_cannot_be_is_refused(master, size):
    """A cut key or an overlong input would silently give a key that no chip has."""
    with pytest.raises(ValueError, match="bytes"):
        diversify(master, bytes(size))
