"""`assay mint tag new-keys|personalise|open-file|forget-file`: the secrets of tags."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any, Final

from mint.adapters.encrypted_keystore import check_passphrase, read_passphrase
from mint.cli.common import ask_passphrase, data_dir, guarded, say
from mint.errors import InputError, KeyFileError
from mint.key_files import erase_secret, write_secret
from mint.records import Records
from mint.tag_book import TagBook, active
from mint.tag_keys import TagKeyFolder, asking, read_sealed, seal
from mint.tags import personalisation

SEALED_FILE: Final = "assay/tag-personalisation-1"


def add_parsers(below: Any) -> None:
    """Add the subcommands."""
    new = below.add_parser(
        "new-keys",
        help="draw the next version of the tags' master key",
        description="Draw the next version of the tags' master key, sealed under a passphrase. Tags that are "
        "registered from now on are made with it; older ones go on with theirs.",
    )
    add_passphrase_option(new)
    _add_common(new)
    new.set_defaults(run=guarded(_new_keys))

    make = below.add_parser(
        "personalise",
        help="write the file for the encoding station",
        description="Write keys, links and settings of tags into one file for the encoding station, sealed under a "
        "passphrase of its own. Whoever opens it can imitate these tags.",
    )
    make.add_argument("pieces", metavar="PIECE", nargs="+", help="pieces whose tags are to be encoded")
    make.add_argument("--out", metavar="FILE", type=Path, required=True, help="the file; must not be there yet")
    make.add_argument("--station-passphrase-file", metavar="FILE", type=Path, help="passphrase of the file, mode 600")
    add_passphrase_option(make)
    _add_common(make)
    make.set_defaults(run=guarded(_personalise))

    opened = below.add_parser(
        "open-file",
        help="on the encoding station: print what a file holds",
        description="Print what a personalisation file holds, as JSON, for the encoder's program to read. Pipe it: it "
        "should not be written to a disk.",
    )
    opened.add_argument("file", metavar="FILE", type=Path)
    opened.add_argument("--station-passphrase-file", metavar="FILE", type=Path, help="passphrase of the file, mode 600")
    opened.set_defaults(run=guarded(_open_file))

    forget = below.add_parser(
        "forget-file",
        help="erase a personalisation file",
        description="Overwrite and remove a personalisation file. Nothing is lost: it can be written again.",
    )
    forget.add_argument("file", metavar="FILE", type=Path)
    forget.set_defaults(run=guarded(_forget_file))


def add_passphrase_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the passphrase of the tags' keys."""
    parser.add_argument(
        "--passphrase-file",
        metavar="FILE",
        type=Path,
        help="passphrase of the tags' keys, mode 600; default: $ASSAY_TAG_PASSPHRASE_FILE, else it is asked",
    )


def key_folder(args: argparse.Namespace) -> TagKeyFolder:
    """Give the tags' keys of the house."""
    return TagKeyFolder(data_dir(args), asking(os.environ, ask_passphrase, args.passphrase_file))


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help="the house's folder; default: $ASSAY_DATA, then var/assay"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _new_keys(args: argparse.Namespace) -> int:
    records = Records.open(data_dir(args))
    try:
        known = TagKeyFolder(data_dir(args), ask_passphrase).versions()
        ask = ask_passphrase if known else _twice
        with records.lock():
            keys = TagKeyFolder(data_dir(args), asking(os.environ, ask, args.passphrase_file)).make()
    finally:
        records.close()
    path = data_dir(args) / "keys" / f"tags-{keys.version}.json"
    text = f"keys version {keys.version} is sealed in {path}\nKeep the passphrase elsewhere: without it no tag is read."
    say(args, {"version": keys.version, "file": str(path)}, text)
    return 0


def _personalise(args: argparse.Namespace) -> int:
    records = Records.open(data_dir(args))
    try:
        book = TagBook(records.book.database)
        tags = [tag for name in args.pieces for tag in active(book.of_piece(records.piece(name).token_id))]
        if not tags:
            raise InputError("these pieces have no tag in use; register it with `assay mint tag register`")
        content = personalisation(records, tags, key_folder(args))
    finally:
        records.close()
    file = args.station_passphrase_file
    passphrase = read_passphrase(file) if file is not None else _twice(args.out)
    check_passphrase(args.out, passphrase)
    write_secret(args.out, seal(SEALED_FILE, content.encode(), passphrase, about=f"{len(tags)} tags"))
    text = f"{len(tags)} tags are in {args.out}; after encoding: assay mint tag forget-file {args.out}"
    say(args, {"file": str(args.out), "tags": len(tags)}, text)
    return 0


def _open_file(args: argparse.Namespace) -> int:
    file = args.station_passphrase_file
    passphrase = read_passphrase(file) if file is not None else ask_passphrase(args.file)
    sys.stdout.write(read_sealed(args.file, SEALED_FILE, passphrase).decode())
    return 0


def _forget_file(args: argparse.Namespace) -> int:
    if not args.file.is_file():
        raise InputError(f"{args.file}: there is no such file")
    erase_secret(args.file)
    print(f"{args.file} is erased")
    return 0


def _twice(path: Path) -> str:
    first = ask_passphrase(path)
    if first != getpass.getpass("Once more: "):
        raise KeyFileError(path, "the two passphrases are not the same; nothing was written")
    return first
