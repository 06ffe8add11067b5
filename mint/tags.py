"""Tags of the house's pieces: registered, retired, made ready to be encoded, and what one of them answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum, unique
from pathlib import Path
from typing import Any, Final

from mint.book import Piece
from mint.errors import Fault, FaultsError, InputError
from mint.limits import FAULTS_MAX, TAGS_MAX, TAGS_OF_A_PIECE_MAX
from mint.outbox import State
from mint.records import Paperwork
from mint.row_reader import RowReader, read_rows
from mint.tag_book import Tag, TagBook, TagState, active
from mint.tag_encoding import TagFile, make_tag_file
from mint.tag_keys import KEY_NUMBERS, TagKeyFolder
from provenance_schemas.labels import Label, format_label
from verifier.errors import SunError
from verifier.sun import UID_BYTES, PiccData, decrypt_picc_data, is_sun_mac, session_keys
from verifier.tag_link import TagMessage, covered_text

FIELDS: Final = ("uid", "piece")
_BETWEEN: Final = re.compile(r"[\s:-]")
_UID: Final = re.compile(rf"[0-9A-Fa-f]{{{2 * UID_BYTES}}}")


@dataclass(frozen=True, slots=True)
class NewTag:
    """A tag to be registered, and where it was asked for."""

    uid: bytes = field(repr=False)
    piece: Piece
    source: str
    row: int


@unique
class TagSaid(StrEnum):
    """What a message is, before anybody asks whether it was seen before."""

    ANSWERED = "answered"
    """By the piece's own tag: the MAC is right."""
    FALSE = "false"
    """The piece has a tag, and this is not of it."""
    OTHER_PIECE = "other_piece"
    """A tag of the house wrote it, and that one is in another piece."""
    RETIRED = "retired"
    """A tag of the piece that was taken out of use wrote it."""
    NO_TAG = "no_tag"
    """The piece has no tag, and the message is of none of ours: nothing can be said."""


@dataclass(frozen=True, slots=True)
class TagReading:
    """One message, read with the house's keys."""

    said: TagSaid
    tag: Tag | None = None
    counter: int = 0


# ---- registering


def parse_uid(text: str) -> bytes:
    """Read a UID as encoders print it: 14 hex digits, with or without colons. Raises InputError."""
    plain = _BETWEEN.sub("", text)
    if not _UID.fullmatch(plain):
        raise InputError(f"uid: an NTAG 424 DNA has {2 * UID_BYTES} hexadecimal digits, this one has {len(plain)}")
    return bytes.fromhex(plain)


def read_new_tags(desk: Paperwork, path: Path) -> list[NewTag]:
    """Read a CSV or JSON file with the columns `uid` and `piece`. Raises FaultsError naming every row, InputError."""
    found: list[NewTag] = []
    faults: list[Fault] = []
    for number, values in read_rows(path):
        row = RowReader(path.name, number, values)
        row.refuse_unknown(FIELDS)
        uid, name = row.needed("uid"), row.needed("piece")
        if not row.faults:
            try:
                found.append(NewTag(parse_uid(uid), desk.piece(name), path.name, number))
            except InputError as error:
                row.fault("uid" if str(error).startswith("uid") else "piece", str(error).removeprefix("uid: "))
        faults += row.faults
        if len(found) > TAGS_MAX or len(faults) > FAULTS_MAX:
            raise InputError(f"{path}: at most {TAGS_MAX} tags at once; cut it into several files")
    if faults:
        raise FaultsError(faults)
    if not found:
        raise InputError(f"{path}: holds no tag")
    return found


def register_tags(desk: Paperwork, new: Sequence[NewTag], keys: TagKeyFolder) -> list[Tag]:
    """Write tags down for their pieces, with the newest keys; all of them, or none.

    Raises FaultsError for a UID that is known or stands twice, a piece that is not registered or has too many.
    """
    version = keys.newest().version
    book, now = TagBook(desk.book.database), _now()
    with desk.lock():
        faults = list(_refusals(book, new))
        if faults:
            raise FaultsError(faults)
        with book.database.transaction():
            return [book.add(one.uid, one.piece.token_id, version, now) for one in new]


def _refusals(book: TagBook, new: Sequence[NewTag]) -> Iterator[Fault]:
    """Say what stands against it. A fault names no other piece by its tag: the house's lists do."""
    seen: set[bytes] = set()
    counts: dict[int, int] = {}
    for one in new:
        if one.uid in seen:
            yield Fault(one.source, one.row, "uid", "stands twice in what was given")
        elif book.of_uid(one.uid) is not None:
            yield Fault(one.source, one.row, "uid", "is registered already", "see `assay mint tag list`")
        seen.add(one.uid)
        token = one.piece.token_id
        if one.piece.state is not State.CONFIRMED:
            reason = f"{one.piece.reference} is not registered yet ({one.piece.state})"
            yield Fault(one.source, one.row, "piece", reason, "run `assay mint resume` first")
        counts[token] = counts.get(token, len(active(book.of_piece(token)))) + 1
        if counts[token] > TAGS_OF_A_PIECE_MAX:
            reason = f"{one.piece.reference} would have more than {TAGS_OF_A_PIECE_MAX} tags"
            yield Fault(one.source, one.row, "piece", reason, "retire one first: `assay mint tag retire`")


def retire_tag(desk: Paperwork, uid: bytes) -> Tag:
    """Let a tag count no more, for good. Raises InputError when it is not known."""
    book = TagBook(desk.book.database)
    with desk.lock(), book.database.transaction():
        tag = book.of_uid(uid)
        if tag is None:
            raise InputError("uid: no tag of this house has it; `assay mint tag list` shows them")
        book.retire(tag, _now())
        return tag


# ---- encoding


def tag_file(desk: Paperwork, piece: Piece) -> TagFile:
    """Lay out what a tag in a piece holds: the link of its label in force. Raises InputError."""
    serial = desk.book.serial(piece.token_id)
    if piece.state is not State.CONFIRMED or serial is None:
        raise InputError(f"{piece.reference} is not registered yet ({piece.state}); run `assay mint resume` first")
    return make_tag_file(format_label(desk.identity.maker.hosts[0], piece.gtin, serial, upper=False))


def personalisation(desk: Paperwork, tags: Sequence[Tag], keys: TagKeyFolder) -> str:
    """Write what the encoding station needs for some tags, as JSON: keys, file, settings of each. All of it secret."""
    rows = []
    for tag in tags:
        piece = desk.piece(str(tag.token_id))
        made, own = tag_file(desk, piece), keys.of(tag.key_version)
        rows.append(
            {
                "uid": tag.uid.hex().upper(),
                "piece": piece.reference,
                "keyVersion": tag.key_version & 0xFF,
                "keys": [own.of_chip(tag.uid, number).hex().upper() for number in KEY_NUMBERS],
            }
            | tag_file_json(made)
        )
    return json.dumps({"type": "assay/tag-personalisation-1", "tags": rows}, indent=1) + "\n"


def tag_file_json(made: TagFile) -> dict[str, Any]:
    """Give the file of a tag as JSON values."""
    return {
        "link": made.link,
        "file": made.content.hex().upper(),
        "fileSettings": made.settings.hex().upper(),
        "piccDataOffset": made.picc_offset,
        "sdmMacInputOffset": made.mac_input_offset,
        "sdmMacOffset": made.mac_offset,
    }


# ---- reading


def read_answer(label: Label, message: TagMessage, token_id: int, book: TagBook, keys: TagKeyFolder) -> TagReading:
    """Say what a message is that came with the label of a piece.

    1. Find who wrote it: under the keys of some version it must name a UID of that version.
    2. A tag of another piece proves that this is not the piece's own.
    3. A tag of this piece must have the MAC right, over this very label.
    4. What nobody of ours wrote is false where the piece has a tag, and else nothing is known of it.

    Raises KeyFileError when keys of a version in use cannot be opened, HouseWriteError when the table cannot be read.
    """
    found = _writer(message, book, keys)
    if found is None:  # 4.
        return TagReading(TagSaid.FALSE if active(book.of_piece(token_id)) else TagSaid.NO_TAG)
    tag, picc = found
    if tag.token_id != token_id:  # 2.
        return TagReading(TagSaid.OTHER_PIECE, tag)
    session = session_keys(keys.of(tag.key_version).file_read(tag.uid), picc)
    if not is_sun_mac(message.mac, session, covered_text(label, message.picc)):  # 3.
        return TagReading(TagSaid.FALSE, tag)
    said = TagSaid.ANSWERED if tag.state is TagState.ACTIVE else TagSaid.RETIRED
    return TagReading(said, tag, picc.counter)


def _writer(message: TagMessage, book: TagBook, keys: TagKeyFolder) -> tuple[Tag, PiccData] | None:
    for version in sorted(book.versions(), reverse=True):
        try:
            picc = decrypt_picc_data(message.picc, keys.of(version).meta_read)
        except SunError:
            continue
        tag = book.of_uid(picc.uid)
        if tag is not None and tag.key_version == version:
            return tag, picc
    return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
