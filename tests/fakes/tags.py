"""A site whose pieces have tags: a house with keys and a table of tags, encoded chips, phones that tap them."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from flask import Flask
from sqlalchemy import delete
from werkzeug.test import TestResponse

from mint.tag_book import TagBook
from mint.tag_keys import TagKeyFolder
from mint.tags import NewTag, register_tags, tag_file
from tests.fakes.chips import Chip
from tests.fakes.office import FakeOffice
from tests.fakes.scans import ScanSite, token_in
from verifier.answers import Answer
from web.store.scan_tables import SCAN, SCAN_SIGHTING
from web.store.tag_tables import TAG_FLOOR

PASSPHRASE = "a passphrase of tests"
UID, OTHER_UID = (bytes.fromhex(f"04{number:012x}") for number in (0xDE5F1EACC040, 0x958CAA5C5E80))
CHEAP = 2
"""The work of scrypt in tests."""
BAG, SCARF = "BAG-1", "SCARF-1"
_LINE = re.compile(r'<div class="tap (\w+)">.*?<span>(.*?)</span>', re.DOTALL)


def some_keys(folder: Path, passphrase: str = PASSPHRASE) -> TagKeyFolder:
    """Give the tag keys of a folder; the passphrase is known without asking."""
    return TagKeyFolder(folder, lambda _: passphrase)


def encoded(office: FakeOffice, keys: TagKeyFolder, reference: str, uid: bytes) -> Chip:
    """Register a tag for a piece and encode it, as the station does."""
    records = office.open()
    piece = records.piece(reference)
    (tag,) = register_tags(records, [NewTag(uid, piece, "here", 1)], keys)
    own = keys.of(tag.key_version)
    return Chip(tag_file(records, piece), uid, own.meta_read, own.file_read(uid))


class TaggedSite(ScanSite):
    """The site of one bag and one scarf, each with its tag."""

    def __init__(self, *hosts: str) -> None:
        super().__init__(Answer.VERIFIED, *hosts)
        world = self.site.world
        self.office = FakeOffice(world)
        self.keys = some_keys(self.office.folder)
        self.keys.make(cost=CHEAP)
        items = (self.site.item, self.site.item.batch.item(1))
        for reference, item in zip((BAG, SCARF), items, strict=True):
            self.office.add(reference, item, serial=world.serials[item.token_id])
        self.chip = encoded(self.office, self.keys, BAG, UID)
        self.other_chip = encoded(self.office, self.keys, SCARF, OTHER_UID)
        self.started()

    def renewed(self) -> TaggedSite:
        """Be as new: nothing counted, the bag's tag registered anew, and no other. Making a site takes a second."""
        with self.site.database.writing() as connection:
            for table in (TAG_FLOOR, SCAN, SCAN_SIGHTING):
                connection.execute(delete(table))
        database = self.book.database
        with database.transaction():
            database.execute("DELETE FROM tag")
        if self.keys.versions() != [1]:
            for version in self.keys.versions()[1:]:
                self.keys.place(version).unlink()
            self.keys = some_keys(self.office.folder)
            self.started()
        self.app = self._own_app
        self.chip = encoded(self.office, self.keys, BAG, UID)
        self.other_chip = encoded(self.office, self.keys, SCARF, OTHER_UID)
        return self

    @property
    def book(self) -> TagBook:
        """The house's table of tags."""
        return TagBook(self.office.open().book.database)

    def started(self) -> Flask:
        if not hasattr(self, "keys"):
            return super().started()
        self.app = self._own_app = self.site.app(
            clock=self.now_s,
            country_header=self.country_header,
            open_records=self.office.open,
            tag_keys=self.keys,
        )
        return self.app

    def follow(self, link: str, address: str = "203.0.113.7", **headers: str) -> TestResponse:
        """Open a tag's link, as a phone that was held to it does."""
        return self.look(address, path="/" + link.split("/", 3)[3], **headers)

    def floors(self) -> list[tuple[int, int]]:
        """Tell each floor that moved: its counter, and how many taps before it were missed."""
        return [(row["counter"], row["missed"]) for row in self.rows(TAG_FLOOR)]

    def counts(self, link: str) -> int:
        """Follow a link and let the page report it; gives the report's status."""
        return self.report(token_in(self.follow(link).text)).status_code


def line_in(page: str) -> tuple[str, str]:
    """Find what a page says of a tag: tone and words; empty where it says nothing."""
    found = _LINE.search(page)
    return (found[1], found[2]) if found else ("", "")


@functools.cache
def _made() -> TaggedSite:
    return TaggedSite()


def tagged_site() -> TaggedSite:
    """Give the one site of this run, as new."""
    return _made().renewed()
