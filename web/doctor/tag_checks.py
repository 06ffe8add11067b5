"""Tags: whether every version of keys that a tag was made with is there, opens, and opens for the site too."""

from __future__ import annotations

from collections.abc import Iterator

from mint.errors import KeyFileError
from mint.records import Records
from mint.tag_book import TagBook
from mint.tag_keys import PASSPHRASE_FILE, TagKeyFolder, from_file
from web.doctor.lines import Line, fail, ok, warn
from web.settings import Settings


def look_at_tags(settings: Settings) -> Iterator[Line]:
    """Open the keys as the site will. Nothing of them is shown; a house without tags has nothing to say."""
    keys = TagKeyFolder(settings.data, from_file(settings.tag_passphrase_file))
    there = keys.versions()
    records = Records.open(settings.data)
    try:
        book = TagBook(records.book.database)
        used, count = book.versions(), len(book.all())
    finally:
        records.close()
    for version in sorted(used - set(there)):
        said = f"tags were made with keys version {version}, and {keys.place(version).name} is missing"
        yield fail("tags", said, "bring it back from a backup: without it these tags cannot be read")
    if not there:
        if not used:
            yield ok("tags", "no tag is in use")
        return
    if settings.tag_passphrase_file is None:
        said = f"there are tag keys, and ${PASSPHRASE_FILE} names no file with their passphrase: no tag is checked"
        yield warn("tags", said, "docs/tags.md")
        return
    try:
        for version in there:
            keys.of(version)
    except KeyFileError as error:
        yield fail("tags", str(error), "docs/tags.md")
    else:
        yield ok("tags", f"{count} tags, {len(there)} versions of keys that open")
