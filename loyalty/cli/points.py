"""`assay points audit|statement|fund|vest|lint`: what the ledger holds, and whether it adds up."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from loyalty.adapters.migrating import migrate
from loyalty.adapters.sql_database import Database, DatabaseUrlError
from loyalty.errors import LogSizeError, LoyaltyError
from loyalty.points import Points
from loyalty.results import Audit, Balance, Fault, Statement
from loyalty.rulebook import lint, shipped_rules, shipped_rules_folder
from loyalty.tables import MIGRATIONS, VERSION_TABLE
from verifier.adapters.checkpoint_source import read_checkpoint
from verifier.adapters.environment import EnvironmentValueError, value_of
from verifier.checkpoints import Checkpoint, verify_checkpoint
from verifier.cli.trust_choice import add_trust_option, chosen_trust
from verifier.errors import CheckpointError, UnavailableError

FAULT: Final = 1
USAGE_ERROR: Final = 2
NOT_THERE: Final = 3
DEFAULT_DATA: Final = "var/assay"


class DatabaseMissingError(UnavailableError):
    """There is no database file yet. Nothing was made; the site makes it."""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "points",
        help="audit the points, and see who has what",
        description="Points are entries in a ledger that is only ever added to. See what it holds, and recompute it.",
        epilog="Exit codes: 0 done, 1 a fault was found, 2 bad input, 3 not there now.",
    )
    below = parser.add_subparsers(dest="points_command", metavar="COMMAND", required=True)
    audit = _add(below, "audit", _audit, "recompute every row, and name the first that is wrong")
    audit.add_argument(
        "--checkpoint", metavar="FILE|URL", help="hold the log against what the brand signed: a cut end shows"
    )
    add_trust_option(audit)
    statement = _add(below, "statement", _statement, "what a member has, and why")
    statement.add_argument("member", metavar="MEMBER", help="the member's id")
    fund = _add(below, "fund", _fund, "give a campaign points to pay from")
    fund.add_argument("campaign", metavar="CAMPAIGN", help="as the rules name it")
    fund.add_argument("amount", metavar="POINTS", type=int)
    fund.add_argument("--key", default=None, help="an id of your own: the same id funds once; default: a random one")
    _add(below, "vest", _vest, "make available what was pending long enough, and expire what is old")
    rules = below.add_parser("lint", help="check rules", description="Check rules before they are put in force.")
    rules.add_argument(
        "folder", metavar="DIR", type=Path, nargs="?", help="folder of *.toml; default: the shipped ones"
    )
    rules.add_argument("--json", action="store_true", help="print JSON")
    rules.set_defaults(run=_lint)


def _add(
    below: Any, name: str, work: Callable[[argparse.Namespace, Points], int], what: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = below.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    parser.add_argument(
        "--database",
        metavar="URL",
        help=f"default: $ASSAY_DATABASE, then site.sqlite3 in $ASSAY_DATA, then in {DEFAULT_DATA}",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_guarded(work))
    return parser


def _guarded(work: Callable[[argparse.Namespace, Points], int]) -> Callable[[argparse.Namespace], int]:
    """Open the points, and turn our errors into words on stderr and an exit code."""

    def run(args: argparse.Namespace) -> int:
        try:
            database = _open(args.database or value_of(os.environ, "ASSAY_DATABASE") or _default_url())
            try:
                return work(args, Points(database, shipped_rules(), time.time))
            finally:
                database.close()
        except UnavailableError as error:
            return _refuse(error, NOT_THERE)
        except (LoyaltyError, DatabaseUrlError, CheckpointError, EnvironmentValueError) as error:
            return _refuse(error, USAGE_ERROR)

    return run


def _open(url: str) -> Database:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUrlError("--database is no URL, as sqlite:////srv/assay/site.sqlite3") from error
    if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).exists():
        raise DatabaseMissingError(f"no database at {parsed.database}; `assay serve` makes it")
    database = Database.open(url)
    migrate(database, MIGRATIONS, VERSION_TABLE)
    return database


def _default_url() -> str:
    return f"sqlite:///{Path(os.environ.get('ASSAY_DATA') or DEFAULT_DATA) / 'site.sqlite3'}"


def _refuse(error: Exception, code: int) -> int:
    print(f"assay: {error}", file=sys.stderr)
    return code


def _audit(args: argparse.Namespace, points: Points) -> int:
    signed = _signed_head(args) if args.checkpoint else None
    audit = points.audit()
    if signed is not None and audit.fault is None:
        audit = replace(audit, fault=_beside(points, signed))
    _say(args, _audit_json(audit), _audit_text(audit))
    return FAULT if audit.fault else 0


def _signed_head(args: argparse.Namespace) -> Checkpoint:
    """Read a checkpoint that signs for points, and check by whom. Raises CheckpointError."""
    checkpoint = read_checkpoint(args.checkpoint)
    brand = chosen_trust(args.trust).brand_by_contract(checkpoint.chain_id, checkpoint.contract)
    if brand is None:
        raise CheckpointError(f"{checkpoint.name} is of no registry in the trust file")
    verify_checkpoint(checkpoint, brand)
    if checkpoint.points is None:
        raise CheckpointError(f"{checkpoint.name} signs for no points")
    return checkpoint


def _beside(points: Points, checkpoint: Checkpoint) -> Fault | None:
    """Hold the log, whose rows are right, against a signed head; None where that is how it began."""
    assert checkpoint.points is not None, "looked at when it was read"
    signed = checkpoint.points
    try:
        found = points.growth(signed.size).first
    except LogSizeError as error:
        reason = f"{checkpoint.name} is signed for {signed.size} entries, and there are {error.size}: the end was cut"
        return Fault("log", str(signed.size), reason)
    if found.root != signed.root:
        return Fault("log", str(signed.size), f"{checkpoint.name} is signed for another log: entries were rewritten")
    return None


def _statement(args: argparse.Namespace, points: Points) -> int:
    statement = points.statement(args.member)
    _say(args, _statement_json(statement), _statement_text(statement))
    return 0


def _fund(args: argparse.Namespace, points: Points) -> int:
    transfer = points.fund(args.campaign, args.amount, args.key or secrets.token_hex(16))
    value = {"transfer": transfer, "campaign": args.campaign, "points": args.amount}
    _say(args, value, f"campaign {args.campaign} was given {args.amount} points, transfer {transfer}")
    return 0


def _vest(args: argparse.Namespace, points: Points) -> int:
    settled = points.settle_due()
    value = {"vested": settled.vested, "expired": settled.expired}
    _say(args, value, f"{settled.vested} awards vested, {settled.expired} expired")
    return 0


def _lint(args: argparse.Namespace) -> int:
    faults = lint(args.folder or shipped_rules_folder())
    value = [{"file": fault.source, "field": fault.field, "reason": fault.reason} for fault in faults]
    _say(args, value, "\n".join(map(str, faults)) or "the rules are sound")
    return FAULT if faults else 0


def _say(args: argparse.Namespace, value: object, text: str) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False) if args.json else text)


def _audit_json(audit: Audit) -> dict[str, object]:
    fault = audit.fault
    return {
        "transfers": audit.transfers,
        "entries": audit.entries,
        "awards": audit.awards,
        "issued": audit.issued,
        "outstanding": audit.outstanding,
        "head": {"size": audit.head.size, "root": audit.head.root.hex()},
        "fault": {"table": fault.table, "row": fault.row, "reason": fault.reason} if fault else None,
    }


def _audit_text(audit: Audit) -> str:
    counted = f"{audit.transfers} transfers, {audit.entries} entries, {audit.awards} awards"
    if audit.fault:
        return f"FAULT  {audit.fault}\n  {counted} before it are right"
    return (
        f"RIGHT  {counted}\n  issued {audit.issued}, with members {audit.outstanding}\n"
        f"  log of {audit.head.size}, root {audit.head.root.hex()}"
    )


def _statement_json(statement: Statement) -> dict[str, object]:
    lines = [
        {
            "award": line.award,
            "amount": line.amount,
            "left": line.left,
            "state": line.state,
            "happened_at": _time(line.happened_at),
            "recorded_at": _time(line.recorded_at),
            "vests_at": _time(line.vests_at),
            "expires_at": _time(line.expires_at),
            "rule": line.rule,
            "explanation": {"en": line.explanation.en, "fr": line.explanation.fr},
            "item": str(line.item),
            "rule_hash": line.rule_hash.hex(),
            "facts_hash": line.facts_hash.hex(),
            "leaf_index": line.leaf_index,
            "leaf_hash": line.leaf_hash.hex(),
        }
        for line in statement.lines
    ]
    return {"member": statement.member, "balance": _balance_json(statement.balance), "lines": lines}


def _balance_json(balance: Balance) -> dict[str, int]:
    return {"available": balance.available, "pending": balance.pending, "held": balance.held}


def _statement_text(statement: Statement) -> str:
    balance = statement.balance
    lines = [f"available {balance.available}, pending {balance.pending}, held {balance.held}"]
    for line in statement.lines:
        until = f" until {_time(line.vests_at)}" if line.state == "pending" else ""
        lines.append(f"  {_time(line.recorded_at)}  {line.amount:+6d}  {line.state}{until}  {line.rule}  {line.item}")
    if statement.older is not None:
        lines.append("  and older ones")
    return "\n".join(lines)


def _time(moment_s: int) -> str:
    return datetime.fromtimestamp(moment_s, UTC).isoformat().replace("+00:00", "Z")
