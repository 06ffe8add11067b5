"""A serial read from a bundle, to print a label that opens a genuine record.

The weaker rule hides the label but publishes a plain hash of its short number, or the number itself in some document.
Ours has 95 random bits behind the commitment, and nothing in a bundle, as bytes or as text, helps to guess one of them.
"""

from __future__ import annotations

import hashlib
import re

from provenance_schemas import crockford
from provenance_schemas.leaks import refuse_label_leak
from tests.fakes.bundle_desk import BundleDesk
from tests.fakes.documents import GTIN
from tests.fakes.world import some_serial, some_world
from verifier.bundle_archive import read_archive
from verifier.policies import CLI
from verifier.verdict import Level

SERIAL = re.compile(rb"[0-9A-HJKMNP-TV-Z]{20}")


def guessed(commitment: bytes, numbers: range) -> int | None:
    """The weaker rule's end: a running number of six digits behind a hash is found by trying all."""
    return next((n for n in numbers if hashlib.sha256(b"%06d" % n).digest() == commitment), None)


def test_a_short_number_behind_a_hash_is_found():
    """What ours would be with the article's running number in place of a random serial."""
    assert guessed(hashlib.sha256(b"004711").digest(), range(10_000)) == 4711


def test_no_text_in_a_bundle_makes_a_label(tmp_path, capsys):
    """Every run of characters that could be a serial is tried as a label; none opens anything."""
    world = some_world()
    desk = BundleDesk(world, tmp_path, capsys)
    data = desk.make(world.bag)
    runs = {match.group().decode() for match in SERIAL.finditer(data.upper())}
    tried = {run[:-1] + crockford.check_character(run[:-1]) for run in runs} | {some_serial("known form")}
    assert tried

    for serial in tried:
        assert world.verify(world.label_of(serial), CLI).verdict.level in (Level.REJECTED, Level.UNDETERMINED)


def test_no_member_holds_a_part_of_any_serial(tmp_path, capsys):
    """Eight characters in a row would leave too few to guess; the leak check finds them in any spelling."""
    world = some_world()
    desk = BundleDesk(world, tmp_path, capsys)
    for content in read_archive(desk.make(world.bag)).values():
        for serial in world.serials.values():
            refuse_label_leak(content.decode("latin-1"), GTIN, serial)
