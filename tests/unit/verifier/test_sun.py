"""The message of a tag, by NXP's published vectors and by a computation of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.verifier.test_key_diversification import cmac_by_hand, unhexed
from verifier.errors import SunError
from verifier.sun import (
    COUNTER_MAX,
    PiccData,
    SessionKeys,
    decrypt_file_data,
    decrypt_picc_data,
    is_sun_mac,
    session_keys,
    sun_mac,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "sun.json").read_text())
MESSAGES, SESSIONS = VECTORS["messages"], VECTORS["sessions"]


def read(vector):
    picc = decrypt_picc_data(unhexed(vector["piccData"]), unhexed(vector["metaReadKey"]))
    return picc, session_keys(unhexed(vector["fileReadKey"]), picc)


@pytest.mark.parametrize("vector", MESSAGES, ids=lambda vector: vector["mac"])
def test_the_published_messages_of_an12196_verify(vector):
    """UID, counter and MAC as NXP prints them."""
    picc, keys = read(vector)

    assert (unhexed(vector["uid"]), vector["counter"]) == (picc.uid, picc.counter)
    assert unhexed(vector["mac"]) == sun_mac(keys, vector["covered"].encode())
    assert is_sun_mac(unhexed(vector["mac"]), keys, vector["covered"].encode())


@pytest.mark.parametrize("vector", MESSAGES, ids=lambda vector: vector["mac"])
def test_a_mac_with_any_byte_changed_is_another_one(vector):
    """Each of its eight bytes counts, and so does what it covers."""
    _, keys = read(vector)
    mac, covered = unhexed(vector["mac"]), vector["covered"].encode()
    changed = [mac[:place] + bytes([mac[place] ^ 1]) + mac[place + 1 :] for place in range(len(mac))]

    assert not any(is_sun_mac(one, keys, covered) for one in changed)
    assert not is_sun_mac(mac, keys, covered + b"x")


@pytest.mark.parametrize("vector", SESSIONS, ids=lambda vector: vector["uid"])
def test_the_keys_of_one_tap_are_those_of_an12196(vector):
    """Against the print, and against CMAC written out by hand."""
    picc = PiccData(unhexed(vector["uid"]), vector["counter"])
    keys = session_keys(unhexed(vector["fileReadKey"]), picc)
    by_hand = [
        cmac_by_hand(unhexed(vector["fileReadKey"]), unhexed(start) + picc.vector)
        for start in ("c33c00010080", "3cc300010080")
    ]

    assert [unhexed(vector["encrypts"]), unhexed(vector["authenticates"])] == by_hand
    assert by_hand == [keys.encrypts, keys.authenticates]


@pytest.mark.parametrize("vector", [m for m in MESSAGES if "fileData" in m], ids=lambda vector: vector["mac"])
def test_encrypted_file_data_is_read_with_the_keys_of_the_tap(vector):
    picc, keys = read(vector)

    assert vector["plainFileData"].encode() == decrypt_file_data(unhexed(vector["fileData"]), keys, picc)


def test_a_wrong_meta_read_key_is_found_by_the_tag_byte():
    """A message of another brand says so at once; what slips through, one in 256, has no MAC."""
    vector = MESSAGES[0]
    with pytest.raises(SunError, match="PICCDataTag") as caught:
        decrypt_picc_data(unhexed(vector["piccData"]), b"\x01" * 16)

    assert caught.value.field == "PICCDataTag"


def test_the_counter_reaches_its_end():
    """Three bytes, the lowest first: the last tap of a chip is read like the first."""
    assert bytes.fromhex("04de5f1eacc040ffffff") == PiccData(bytes.fromhex("04de5f1eacc040"), COUNTER_MAX).vector


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("PICCData", lambda: decrypt_picc_data(bytes(15), bytes(16))),
        ("key", lambda: decrypt_picc_data(bytes(16), bytes(24))),
        ("key", lambda: session_keys(bytes(32), PiccData(bytes(7), 1))),
        ("SDMMAC", lambda: is_sun_mac(bytes(16), SessionKeys(bytes(16), bytes(16)), b"")),
        ("SDMENCFileData", lambda: decrypt_file_data(bytes(17), SessionKeys(bytes(16), bytes(16)), PiccData(b"", 1))),
        ("SDMENCFileData", lambda: decrypt_file_data(b"", SessionKeys(bytes(16), bytes(16)), PiccData(b"", 1))),
    ],
)
def test_what_has_another_length_is_refused_by_its_name(field, call):
    """AES would take a key of 24 or 32 bytes without a word."""
    with pytest.raises(SunError) as caught:
        call()

    assert caught.value.field == field


def test_nothing_of_a_chip_is_in_a_repr():
    """A log line or a traceback gives neither UID nor keys away."""
    picc, keys = read(MESSAGES[0])

    assert "de5f" not in repr(picc).lower() + repr(keys).lower()
    assert "3f" not in repr(keys).lower()
