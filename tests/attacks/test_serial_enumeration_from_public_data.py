"""A forger reads everything that is public, and tries to print a label from it.

The weaker rule has the serial in the metadata, or counts serials up: whoever reads one document prints a thousand
good labels. Ours publishes a commitment to 95 random bits; nothing public opens it.
"""

from __future__ import annotations

import json
import re
from itertools import islice

from provenance_schemas import crockford
from provenance_schemas.labels import format_label, new_serial
from tests.fakes.registry import Log
from tests.fakes.world import GTIN, HOST, BagWorld, some_world
from verifier.policies import CLI
from verifier.verdict import Level

SYMBOLS = re.compile(rb"[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{20}")


def counted_up(first: int, count: int):
    """The weaker rule's serials: a number, counted up, with a check character."""
    for number in range(first, first + count):
        body = f"{number:019d}"
        yield body + crockford.check_character(body)


def public_bytes(world: BagWorld):
    """Everything anyone can read: every block on IPFS, every word and event on chain."""
    yield from world.store.blocks.values()
    for log in world.registry.logs:
        assert isinstance(log, Log)
        yield json.dumps(log.as_rpc(world.registry.contract)).encode()


def serials_in(data: bytes):
    """Every run of 20 characters that could be a serial, at any offset, read as leniently as a label is."""
    for start in range(len(data) - 19):
        window = data[start : start + 20]
        if SYMBOLS.fullmatch(window):
            text = window.decode().upper()
            if crockford.is_checked(text):
                yield text


def test_serials_that_are_counted_up_can_be_guessed():
    """The weaker rule, seen to fail: from one serial the next ones follow."""
    known, *others = counted_up(1000, 5)
    assert others == list(islice(counted_up(int(known[:19]) + 1, 9), 4))


def test_nothing_public_opens_a_commitment():
    """Every string in every public byte that is in the form of a serial is tried on the verifier."""
    world = some_world()
    verifier = world.verifier()
    tried = {serial for data in public_bytes(world) for serial in serials_in(data)}

    assert tried, "some runs of hexadecimal digits pass as a serial by chance"
    assert not tried & set(world.serials.values())
    for serial in sorted(tried)[:200]:
        assert verifier.verify_label(format_label(HOST, GTIN, serial), CLI).verdict.level is Level.REJECTED


def test_no_public_byte_holds_a_serial():
    """Neither as text nor folded to the look-alikes that a reader forgives."""
    world = some_world()
    public = b"\n".join(public_bytes(world)).upper()
    for serial in world.serials.values():
        assert serial.encode() not in public
        assert serial[:10].encode() not in public


def test_serials_are_random_and_their_check_character_is_no_secret():
    """95 bits each: a million guesses a second would need more than the age of the universe for one."""
    serials = {new_serial() for _ in range(500)}

    assert len(serials) == 500
    assert len({serial[:19] for serial in serials}) == 500
    for place in range(19):
        assert len({serial[place] for serial in serials}) > 20
