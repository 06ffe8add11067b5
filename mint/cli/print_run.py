"""`assay mint print-run new|list|show|sheet|printed|verify|destroy`: labels and cards printed together."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mint.cli.common import add_house_options, data_dir, guarded, say
from mint.cli.label_options import add_format_option, add_size_options, add_spelling_options
from mint.errors import InputError
from mint.labels.claim_card import CardShape
from mint.labels.stock import STOCKS
from mint.labels.substrates import Substrate
from mint.print_run_book import PrintRun, PrintRunBook, RunState, RunWish
from mint.print_run_check import PICTURES_MAX, RunCheck, Stray, check_run
from mint.print_runs import destroy_codes, draw_run, make_run, run_printed
from mint.printing import write_file
from mint.records import Paperwork, Records
from verifier.errors import ImageError

_LISTED_MAX = 200
_LOOKED_AT = {RunState.MADE, RunState.PRINTED}
_STRAYS = {
    Stray.OTHER_PIECE: "{reference} is in the picture, and not in this run",
    Stray.REPLACED: "{reference} is there with a label that is not the one of this run",
    Stray.FOREIGN: "a label that is not of this house is in the picture",
}


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "print-run",
        help="print labels and cards together, and follow them",
        description="A run is made, printed, verified; then the claim codes of its cards are destroyed here.",
    )
    below = parser.add_subparsers(dest="print_run_command", metavar="COMMAND", required=True)
    _add_new(below)
    _add(below, "list", "name the newest runs", _list, numbered=False)
    _add(below, "show", "say how far a run is, and what comes next", _show)
    sheet = _add(below, "sheet", "draw the files of a run again", _sheet)
    sheet.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the files")
    _add(below, "printed", "say that a run is printed", _printed)
    verify = _add(below, "verify", "read pictures of the printed labels", _verify)
    verify.add_argument("pictures", metavar="PICTURE", nargs="+", type=Path, help="photos or scans of the print")
    destroy = _add(below, "destroy", "erase the claim codes of a printed run's cards", _destroy)
    destroy.add_argument("--give-up", action="store_true", help="end a run that was not printed; its codes go too")


def _add_new(below: Any) -> None:
    new = below.add_parser("new", help="draw labels and cards of pieces as one run")
    new.add_argument("pieces", metavar="PIECE", nargs="+", help="a reference or token")
    new.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the files")
    new.add_argument(
        "--stock",
        default="L7160",
        help=f"{', '.join(STOCKS)}, or a cut in mm as 70x37@3x8; `none` for cards alone. Default: L7160",
    )
    new.add_argument("--start", metavar="PLACE", type=int, default=1, help="first free place of a used sheet, from 1")
    new.add_argument("--cards", choices=[one.value for one in CardShape], help="claim cards too, folded or scratched")
    add_format_option(new, "pdf")
    add_size_options(new)
    add_spelling_options(new)
    add_house_options(new)
    new.set_defaults(run=guarded(_new))


def _add(
    below: Any, name: str, text: str, work: Callable[[argparse.Namespace], int], *, numbered: bool = True
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = below.add_parser(name, help=text)
    if numbered:
        parser.add_argument("number", metavar="RUN", type=int, help="its number")
    add_house_options(parser)
    parser.set_defaults(run=guarded(work))
    return parser


def _new(args: argparse.Namespace) -> int:
    wish = RunWish(
        args.format,
        Substrate(args.substrate),
        args.spelling,
        args.module_mm,
        "" if args.stock == "none" else args.stock,
        args.start,
        CardShape(args.cards) if args.cards else None,
    )
    return _with_records(args, lambda desk: _tell(args, desk, make_run(desk, args.pieces, wish, _who(), args.out)))


def _list(args: argparse.Namespace) -> int:
    def work(desk: Paperwork) -> int:
        runs = PrintRunBook(desk.book.database).runs(limit=_LISTED_MAX)
        lines = [f"{run.id}  {run.state}  {_sizes(run)}" for run in runs]
        say(args, [_value(desk, run) for run in runs], "\n".join(lines) or "No print run yet.")
        return 0

    return _with_records(args, work)


def _show(args: argparse.Namespace) -> int:
    return _with_records(args, lambda desk: _tell(args, desk, PrintRunBook(desk.book.database).run(args.number)))


def _sheet(args: argparse.Namespace) -> int:
    def work(desk: Paperwork) -> int:
        paths = [str(write_file(args.out, file.name, file.content)) for file in draw_run(desk, args.number)]
        say(args, {"run": args.number, "files": paths}, "\n".join(paths))
        return 0

    return _with_records(args, work)


def _printed(args: argparse.Namespace) -> int:
    return _with_records(args, lambda desk: _tell(args, desk, run_printed(desk, args.number, _who())))


def _verify(args: argparse.Namespace) -> int:
    if len(args.pictures) > PICTURES_MAX:
        raise InputError(f"at most {PICTURES_MAX} pictures at a time, got {len(args.pictures)}")
    pictures = [_read(path) for path in args.pictures]

    def work(desk: Paperwork) -> int:
        try:
            check = check_run(desk, args.number, pictures, _who())
        except ImageError as error:
            raise InputError(f"a picture cannot be read: {error}") from error
        said = _said(check)
        value = _value(desk, check.run) | {"read_now": check.read_now, "strays": said}
        say(args, value, "\n".join([f"{check.read_now} of this run were read.", *said, *_lines(desk, check.run)]))
        return 1 if check.strays or check.missing else 0

    return _with_records(args, work)


def _destroy(args: argparse.Namespace) -> int:
    return _with_records(
        args, lambda desk: _tell(args, desk, destroy_codes(desk, args.number, _who(), give_up=args.give_up))
    )


def _with_records(args: argparse.Namespace, work: Callable[[Records], int]) -> int:
    records = Records.open(data_dir(args))
    try:
        return work(records)
    finally:
        records.close()


def _tell(args: argparse.Namespace, desk: Paperwork, run: PrintRun) -> int:
    say(args, _value(desk, run), "\n".join(_lines(desk, run)))
    return 0


def _lines(desk: Paperwork, run: PrintRun) -> list[str]:
    events = [f"  {event.state}  {event.at.isoformat()}  {event.who}" for event in run.events]
    lines = [f"Run {run.id} is {run.state}: {_sizes(run)}", *events]
    if run.missing and run.state in _LOOKED_AT:
        lines.append(f"To be seen in pictures: {', '.join(_missing(desk, run))}")
    return lines


def _value(desk: Paperwork, run: PrintRun) -> dict[str, Any]:
    return {
        "run": run.id,
        "state": run.state.value,
        "labels": len(run.labels),
        "cards": len(run.cards),
        "stock": run.wish.stock,
        "substrate": run.wish.substrate.value,
        "format": run.wish.picture_format,
        "to_be_seen": _missing(desk, run),
        "events": [{"state": e.state.value, "at": e.at.isoformat(), "who": e.who} for e in run.events],
    }


def _missing(desk: Paperwork, run: PrintRun) -> list[str]:
    """Name what must still be seen; of a piece whose label was seen, its card may be left."""
    named = [(desk.piece(str(item.token_id)).reference, item.address is not None) for item in run.missing]
    return [f"{reference} (card)" if is_card else reference for reference, is_card in named]


def _sizes(run: PrintRun) -> str:
    stock = f" on {run.wish.stock}" if run.wish.stock else ""
    return f"{len(run.labels)} labels{stock}, {len(run.cards)} cards, {run.wish.substrate}, {run.wish.picture_format}"


def _said(check: RunCheck) -> list[str]:
    return [_STRAYS[stray.kind].format(reference=stray.reference) for stray in check.strays]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or 'cannot be read'}") from error


def _who() -> str:
    return getpass.getuser()
