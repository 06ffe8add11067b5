"""`assay mint tag new-keys|register|list|retire|ndef|personalise|open-file|forget-file`: NFC tags of the pieces."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mint.cli import tag_secrets
from mint.cli.common import data_dir, guarded, say
from mint.cli.tag_secrets import add_passphrase_option, key_folder
from mint.errors import InputError
from mint.records import Records
from mint.tag_book import Tag, TagBook
from mint.tags import NewTag, parse_uid, read_new_tags, register_tags, retire_tag, tag_file, tag_file_json


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "tag",
        help="NFC tags of the pieces (NTAG 424 DNA)",
        description="NFC tags in the pieces: their keys, which tag is in which piece, and what is written into them.",
    )
    below = parser.add_subparsers(dest="tag_command", metavar="COMMAND", required=True)
    tag_secrets.add_parsers(below)

    register = below.add_parser(
        "register",
        help="write down which tag is in which piece",
        description="Write down which tag is in which piece, with the newest keys. Give one UID and one piece, or a "
        "file with the columns uid and piece: all its rows are checked first, and one broken row registers none.",
    )
    register.add_argument("uid", metavar="UID", nargs="?", help="14 hexadecimal digits")
    register.add_argument("piece", metavar="PIECE", nargs="?", help="a reference or token")
    register.add_argument("--file", metavar="FILE", type=Path, help=".json, or anything else as CSV")
    add_passphrase_option(register)
    _finish(register, _register)

    listing = below.add_parser(
        "list", help="list the tags", description="List the tags with their pieces. UIDs are private."
    )
    listing.add_argument("pieces", metavar="PIECE", nargs="*", help="a reference or token; default: all")
    _finish(listing, _list)

    retire = below.add_parser(
        "retire",
        help="let a tag count no more",
        description="Let a tag count no more, for good: cut out, broken, replaced, or opened. What it answers is shown "
        "as false from then on.",
    )
    retire.add_argument("uid", metavar="UID", help="14 hexadecimal digits")
    _finish(retire, _retire)

    ndef = below.add_parser(
        "ndef",
        help="print what a tag in a piece holds",
        description="Print the link with zeros where the chip writes its message, the NDEF file, and the settings of "
        "the file. It holds the label's serial, which is a secret.",
    )
    ndef.add_argument("piece", metavar="PIECE", help="a reference or token")
    _finish(ndef, _ndef)


def _finish(parser: argparse.ArgumentParser, run: Any) -> None:
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help="the house's folder; default: $ASSAY_DATA, then var/assay"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=guarded(run))


@contextmanager
def opened_records(args: argparse.Namespace) -> Iterator[Records]:
    """Open the house's records: no ledger is needed for tags."""
    records = Records.open(data_dir(args))
    try:
        yield records
    finally:
        records.close()


def _register(args: argparse.Namespace) -> int:
    with opened_records(args) as records:
        if args.file is not None and args.uid is None:
            new = read_new_tags(records, args.file)
        elif args.file is None and args.uid is not None and args.piece is not None:
            new = [NewTag(parse_uid(args.uid), records.piece(args.piece), "the command line", 1)]
        else:
            raise InputError("give a UID and a piece, or --file FILE")
        tags = register_tags(records, new, key_folder(args))
        say(args, [_json(records, tag) for tag in tags], f"{len(tags)} registered, keys version {tags[0].key_version}")
    return 0


def _list(args: argparse.Namespace) -> int:
    with opened_records(args) as records:
        book = TagBook(records.book.database)
        names = [records.piece(name).token_id for name in args.pieces]
        tags = [tag for token in names for tag in book.of_piece(token)] if names else book.all()
        rows = [_json(records, tag) for tag in tags]
    lines = [f"{r['uid']}  {r['piece']}  keys version {r['keyVersion']}  {r['state']}" for r in rows]
    say(args, rows, "\n".join(lines) or "no tag is registered")
    return 0


def _retire(args: argparse.Namespace) -> int:
    with opened_records(args) as records:
        tag = retire_tag(records, parse_uid(args.uid))
        piece = records.piece(str(tag.token_id)).reference
    say(args, {"piece": piece, "state": "retired"}, f"the tag of {piece} counts no more")
    return 0


def _ndef(args: argparse.Namespace) -> int:
    with opened_records(args) as records:
        value = tag_file_json(tag_file(records, records.piece(args.piece)))
    say(args, value, "\n".join(f"{name:<18} {text}" for name, text in value.items()))
    return 0


def _json(records: Records, tag: Tag) -> dict[str, object]:
    return {
        "uid": tag.uid.hex().upper(),
        "piece": records.piece(str(tag.token_id)).reference,
        "keyVersion": tag.key_version,
        "state": tag.state.value,
    }
