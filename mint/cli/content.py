"""`assay content audit|backup|restore`: the house's documents and their copies."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mint.adapters.ledger_names import ledger_names
from mint.cli.common import data_dir, guarded, node_url, opened_house, say
from mint.content_audit import COPIES_MIN, Audit, Auditor, audit_names
from mint.content_backup import BackupReport, RestoreReport, back_up, restore
from mint.content_copies import close_copies, open_house_copies
from mint.content_names import BookNames, Named, Names, every
from mint.dispatch import Store
from mint.errors import InputError, LedgerUnavailableError
from mint.limits import FEE_MAX_GWEI
from mint.records import Records
from provenance_schemas.errors import ContentError
from verifier.adapters.cached_store import FirstOfStores
from verifier.errors import ChainUnavailableError

_CAUTION: Final = 4
_AWAY: Final = 3
_SHOWN: Final = 20


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "content",
        help="check, back up and restore the documents that the registry names",
        description="The documents of a house: passports, steps, pictures. Their copies are the house's own block "
        "file, and what $ASSAY_BLOCKS_COPY, $ASSAY_IPFS_API and $ASSAY_IPFS_GATEWAYS name.",
    )
    below = parser.add_subparsers(dest="content_command", metavar="COMMAND", required=True)
    _add_audit(below)
    _add_backup(below)
    _add_restore(below)


def _add_audit(below: Any) -> None:
    audit = below.add_parser(
        "audit",
        help="read every block again from every copy",
        description="Hold every block that the registry names against its content id, in every copy. Exit code 0: all "
        "are good in two copies at least; 4: all are good, in one copy only; 1: some are missing or damaged; 3: a copy "
        "or the ledger did not answer.",
    )
    _add_house(audit)
    some = audit.add_mutually_exclusive_group()
    some.add_argument("--all", action="store_true", help="check everything; the default")
    some.add_argument("--sample", metavar="N", type=_count, help="check N batches and steps drawn at random")
    audit.add_argument("--repair", action="store_true", help="write good blocks over missing and damaged ones")
    audit.set_defaults(run=guarded(_audit))


def _add_backup(below: Any) -> None:
    backup = below.add_parser(
        "backup",
        help="write all documents into one CAR file",
        description="Write everything the registry names into one file (CAR version 1), read it again, and only then "
        "give it its name. The same documents give the same bytes. Exit code 1: written, but some document or picture "
        "is in no copy and so not in it.",
    )
    _add_house(backup)
    backup.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the file to write")
    backup.add_argument("--since", metavar="FILE", type=Path, action="append", default=[],
                        help="leave out what this earlier backup names; may be given several times")  # fmt: skip
    backup.add_argument("--force", action="store_true", help="write over a file that is there")
    backup.set_defaults(run=guarded(_back_up))


def _add_restore(below: Any) -> None:
    back = below.add_parser(
        "restore",
        help="bring a backup back into the copies",
        description="Check every block of a backup and write what a copy lacks. A restore that was cut goes on when "
        "the same command is given again. Afterwards run `assay content audit`.",
    )
    back.add_argument("file", metavar="FILE", type=Path, help="a file that `assay content backup` wrote")
    back.add_argument("--data", metavar="DIR", type=Path, help="the house's folder; default: $ASSAY_DATA")
    back.add_argument("--to", metavar="COPY", help="one copy, by its name in `assay content audit`; default: all")
    back.add_argument("--json", action="store_true", help="print JSON")
    back.set_defaults(run=guarded(_restore))


def _add_house(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="DIR", type=Path, help="the house's folder; default: $ASSAY_DATA")
    parser.add_argument("--node", metavar="URL", help="JSON-RPC node; default: $ASSAY_NODE, then the embedded ledger")
    parser.add_argument("--book", action="store_true", help="go by the house's own book alone, without the ledger")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(fee_max_gwei=FEE_MAX_GWEI)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"a number from 1 to 1000000 is needed, not {text[:20]!r}")
    return int(text)


@dataclass(frozen=True, slots=True)
class _Opened:
    names: Sequence[Names]
    copies: Sequence[Store]


@contextmanager
def _opened(args: argparse.Namespace) -> Iterator[_Opened]:
    """Open what names documents, and every copy. With --book no node is asked."""
    if args.book:
        records = Records.open(data_dir(args))
        try:
            copies = open_house_copies(data_dir(args), os.environ)
            yield _Opened([BookNames(records.book.database)], copies)
            close_copies(copies)
        finally:
            records.close()
        return
    with opened_house(args) as house:
        book = BookNames(house.book.database)
        ledger = ledger_names(node_url(args) or house.node_url, house.identity.registry, book)
        try:
            yield _Opened([book, ledger], house.dispatch.stores)
        except ChainUnavailableError as error:
            raise LedgerUnavailableError(f"{error}; --book goes by the house's own book alone") from error


def _audit(args: argparse.Namespace) -> int:
    with _opened(args) as opened:
        auditor = Auditor(opened.copies, repair=args.repair)
        names: Iterable[Named] = every(opened.names)
        audit = audit_names(_sample(names, args.sample) if args.sample else names, auditor)
    say(args, _audit_json(audit), _audit_text(audit, repair=args.repair))
    return _audit_code(audit)


def _sample(names: Iterable[Named], count: int) -> list[Named]:
    """Draw `count` names, each as likely as any other, in one pass."""
    drawn: list[Named] = []
    for number, named in enumerate(names):
        if number < count:
            drawn.append(named)
        elif (place := secrets.randbelow(number + 1)) < count:
            drawn[place] = named
    return drawn


def _audit_code(audit: Audit) -> int:
    if audit.bad:
        return 1
    if audit.is_away:
        return _AWAY
    return _CAUTION if audit.blocks and (audit.copies_verified_min or 0) < COPIES_MIN else 0


def _audit_json(audit: Audit) -> dict[str, Any]:
    return {
        "names": audit.names,
        "blocks": audit.blocks,
        "copies_verified_min": audit.copies_verified_min,
        "lost": audit.lost,
        "copies": [
            {
                "name": copy.name,
                "verified": copy.verified,
                "missing": copy.missing,
                "damaged": copy.damaged,
                "repaired": copy.repaired,
                "away": copy.away,
            }
            for copy in audit.copies
        ],
        "faults": [{"block": str(cid), "copy": copy, "fault": fault} for cid, copy, fault in audit.faults],
        "faults_in_all": audit.faulty,
    }


def _audit_text(audit: Audit, *, repair: bool) -> str:
    lines = [f"{audit.blocks} blocks below {audit.names} batches and steps"]
    width = max(len(copy.name) for copy in audit.copies)
    for copy in audit.copies:
        told = [f"{copy.verified} good"]
        told += [f"{count} {word}" for word, count in (("missing", copy.missing), ("damaged", copy.damaged)) if count]
        told += [f"{copy.repaired} repaired"] if copy.repaired else []
        told += [f"did not answer for {copy.away}"] if copy.away else []
        lines.append(f"  {copy.name:<{width}}  {', '.join(told)}")
    lines += [f"  {fault:<8} {cid}  in {copy}" for cid, copy, fault in audit.faults[:_SHOWN]]
    if audit.faulty > _SHOWN:
        lines.append(f"  and {audit.faulty - _SHOWN} more; --json names a thousand")
    return "\n".join([*lines, *_advice(audit, repair=repair)])


def _advice(audit: Audit, *, repair: bool) -> list[str]:
    if not audit.blocks:
        return ["Nothing is registered yet."]
    if audit.lost:
        return [f"{audit.lost} blocks are in no copy. Restore a backup: assay content restore FILE"]
    if audit.bad and repair:
        return ["Some could not be repaired: docs/content.md says what a node needs for it, and what to do."]
    if audit.bad:
        return ["Every block is in some copy. To write good ones over bad ones: assay content audit --repair"]
    if audit.is_away:
        return ["A copy did not answer: nothing is known of it. Run this again when it is back."]
    least = audit.copies_verified_min or 0
    if least < COPIES_MIN:
        return ["There is one copy only. Name another: ASSAY_BLOCKS_COPY, ASSAY_IPFS_API or ASSAY_IPFS_GATEWAYS."]
    return [f"Every block is good in {least} copies."]


def _back_up(args: argparse.Namespace) -> int:
    with _opened(args) as opened:
        source = FirstOfStores([copy.reader for copy in opened.copies])
        try:
            report = back_up(every(opened.names), source, args.output, since=args.since, force=args.force)
        except ContentError as error:
            raise InputError(str(error)) from error
    text = (
        f"{report.roots} roots, {report.blocks} blocks, {report.size_bytes} bytes in {args.output}\nroot {report.root}"
    )
    say(args, _backup_json(report), text)
    return 0


def _backup_json(report: BackupReport) -> dict[str, Any]:
    return {
        "root": str(report.root),
        "roots": report.roots,
        "blocks": report.blocks,
        "size_bytes": report.size_bytes,
        "left_out": [str(cid) for cid in report.left_out],
    }


def _restore(args: argparse.Namespace) -> int:
    copies = [copy for copy in open_house_copies(data_dir(args), os.environ) if copy.writer is not None]
    chosen = [copy for copy in copies if args.to in (None, copy.name)]
    if not chosen:
        raise InputError(f"--to {args.to}: the copies that can be written are {', '.join(c.name for c in copies)}")
    try:
        reports = [restore(args.file, copy) for copy in chosen]
    except ContentError as error:
        raise InputError(f"{args.file}: {error}; nothing after that was written") from error
    finally:
        close_copies(copies)
    say(args, [_restore_json(report) for report in reports], "\n".join(_restore_text(report) for report in reports))
    return 0


def _restore_json(report: RestoreReport) -> dict[str, Any]:
    return {"copy": report.copy, "root": str(report.root), "blocks": report.blocks, "written": report.written}


def _restore_text(report: RestoreReport) -> str:
    return f"{report.copy}: {report.written} of {report.blocks} blocks written, the others were there; all are checked"
