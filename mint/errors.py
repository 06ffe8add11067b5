"""What can go wrong on the write side. Each error says what did not happen and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Final

from provenance_schemas.content_id import ContentId
from provenance_schemas.ids import Address, ItemId

_FAULTS_SHOWN = 20


class MintError(Exception):
    """Base of every error of this package."""

    exit_code: int = 1
    """Of the command line: 1 refused, 2 bad input, 3 the world is not there (resume later)."""


# ---- bad input


class InputError(MintError):
    """What was given cannot be used. Nothing was written; put it right and try again."""

    exit_code = 2


@unique
class FaultKind(StrEnum):
    """What is wrong, for whoever says it in words of their own. Append only."""

    REFUSED = "refused"
    """None of the others: the field's own rule says what it may hold."""
    MISSING = "missing"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_TIME = "not_a_time"
    TAKEN = "taken"
    CHECK_DIGIT = "check_digit"
    """`detail` is the digit that would be right."""
    FOREIGN_GTIN = "foreign_gtin"
    """`detail` names the prefixes of the house."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one row of a file."""

    source: str
    row: int
    """Line of a CSV file (its header is 1), or place in a JSON list, from 1."""
    field: str
    reason: str
    advice: str = ""
    kind: FaultKind = FaultKind.REFUSED
    detail: str = ""
    """What the kind says of it; for REFUSED the place in the document (JSON Pointer), where one is known."""

    def __str__(self) -> str:
        where = f"{self.source}, row {self.row}"
        text = f"{where}, {self.field}: {self.reason}" if self.field else f"{where}: {self.reason}"
        return f"{text}; {self.advice}" if self.advice else text


class FaultsError(InputError):
    """Rows are broken. None of the file's rows was registered or recorded."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        shown = [str(fault) for fault in faults[:_FAULTS_SHOWN]]
        more = len(faults) - len(shown)
        if more:
            shown.append(f"and {more} more")
        super().__init__("nothing was written:\n  " + "\n  ".join(shown))
        self.faults = tuple(faults)


class DuplicatePieceError(InputError):
    """A piece of this reference is registered already. Nothing was registered; use the token it has."""

    def __init__(self, reference: str, item: ItemId) -> None:
        super().__init__(f"{reference} is registered already, as token {item.token_id}; it was not registered again")
        self.reference = reference
        self.item = item


class UnknownPieceError(InputError):
    """The house registered no such piece. Nothing was done; `assay mint status` lists what there is."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no piece {name!r} was registered by this house; `assay mint status` lists the pieces")
        self.name = name


class ActorError(InputError):
    """No actor of the house can do this. Nothing was recorded; the message names who could."""


class BackdatedStepError(InputError):
    """The step happened long before the one recorded last. Nothing was recorded: everyone would read it as disorder."""

    def __init__(self, subject: str, happened_at: str, last: str) -> None:
        super().__init__(
            f"{subject}: a step of {happened_at} cannot follow one of {last}; "
            "steps are recorded in order, at most 48 hours late"
        )
        self.subject = subject
        self.happened_at = happened_at
        self.last = last


class CodeErasedError(InputError):
    """The claim code was printed and forgotten. No card was made; `--renew` draws a new code while in stock."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"the claim card of {reference} was printed and its code erased; "
            f"`assay mint card {reference} --renew` sets a new one on the ledger while the piece is in stock"
        )
        self.reference = reference


class NotClaimableError(InputError):
    """The label leads to no piece that can be claimed here. Nothing was sent."""


class KeyFileError(InputError):
    """A key file is missing, malformed or open to others. Nothing was overwritten and nothing was signed."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


# ---- signers


class SignerMissingError(InputError):
    """A role has no signer here, or one of another account. Nothing was signed; the message names the setting."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} cannot sign: {reason}")
        self.name = name
        self.reason = reason


class SignerUnavailableError(MintError):
    """A signer outside this house gave no answer. Nothing was sent; `assay mint resume` asks it again."""

    exit_code = 3

    def __init__(self, signer: str, reason: str) -> None:
        super().__init__(f"the signer {signer} did not sign: {reason}; nothing was sent, run `assay mint resume` later")
        self.signer = signer
        self.reason = reason


class SignatureRefusedError(MintError):
    """A signer gave a signature that is not its key's over what was asked. It was thrown away; nothing was sent."""

    exit_code = 3

    def __init__(self, signer: str, reason: str) -> None:
        super().__init__(
            f"the signature of {signer} was refused: {reason}; nothing was sent, "
            "check which key its setting names, then run `assay mint resume`"
        )
        self.signer = signer
        self.reason = reason


SIGNER_ERRORS: Final = (KeyFileError, SignerMissingError, SignerUnavailableError, SignatureRefusedError)
"""What keeps one key's work waiting, and no other's."""


# ---- the house's folder


class HouseMissingError(InputError):
    """The folder holds no house. Run `assay mint init` first, or name another folder with --data."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(f"{data_dir} holds no house; set one up with `assay mint init`, or name one with --data")
        self.data_dir = data_dir


class HouseExistsError(InputError):
    """The folder holds another house already. Nothing was changed."""

    def __init__(self, data_dir: Path, name: str, field: str) -> None:
        super().__init__(f"{data_dir} belongs to {name} already, with another {field}; use another folder")
        self.data_dir = data_dir
        self.field = field


class HouseInUseError(MintError):
    """Another process is writing for this house. Nothing was done; try again when it has ended."""

    exit_code = 3

    def __init__(self, data_dir: Path, pid: int | None) -> None:
        holder = "another process" if pid is None else f"process {pid}"
        super().__init__(f"{holder} is writing in {data_dir}; nothing was done, try again when it has ended")
        self.data_dir = data_dir
        self.pid = pid


class HouseWriteError(MintError):
    """The house's own database cannot be written, as on a full disk. What was saved before is whole; run it again."""

    exit_code = 3

    def __init__(self, place: object, reason: str) -> None:
        remedy = "make room" if isinstance(place, Path) else "see to the database server"
        super().__init__(f"{place}: {reason}; nothing more was sent, {remedy} and run `assay mint resume`")
        self.place = place
        self.reason = reason


class WrongDatabaseError(InputError):
    """The database that is named keeps no book, or another house's. Nothing was written."""

    def __init__(self, place: object, registry: str, found: str | None) -> None:
        what = "no house's book" if found is None else f"the book of {found}"
        super().__init__(
            f"{place} holds {what}, and this is the house of {registry}: set $ASSAY_DATABASE as it was when the house"
            " was founded, or after `assay database move`"
        )
        self.place = place
        self.found = found


class PublishError(MintError):
    """Documents could not be stored, or did not read back. Nothing was sent; resume when the store is well."""

    exit_code = 3

    def __init__(self, reason: str, advice: str = "nothing was sent, run `assay mint resume` later") -> None:
        super().__init__(f"documents are not published: {reason}; {advice}")
        self.reason = reason


class ContentLostError(MintError):
    """A block is in no copy. No backup was written; `assay content audit --repair` says what else is missing."""

    def __init__(self, cid: ContentId, reason: str) -> None:
        super().__init__(f"{cid} is in no copy of the house ({reason}); nothing was written")
        self.cid = cid
        self.reason = reason


class StoreAwayError(MintError):
    """A copy does not take blocks just now. What it took before is good; give the same command again."""

    exit_code = 3

    def __init__(self, store: str, reason: str) -> None:
        super().__init__(f"{store}: {reason}; give the same command again, it goes on from there")
        self.store = store
        self.reason = reason


class BackupWriteError(MintError):
    """A backup cannot be written, as on a full disk. Nothing stands under its name."""

    exit_code = 3

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; no backup was written")
        self.path = path
        self.reason = reason


# ---- print runs


class UnknownRunError(InputError):
    """No print run has this number. `assay mint print-run list` names them."""

    def __init__(self, run: object) -> None:
        super().__init__(f"there is no print run {run}; `assay mint print-run list` names them")
        self.run = run


class RunStateError(MintError):
    """A print run is not where this step begins. Nothing was changed; its state says what comes next."""

    def __init__(self, run: int, state: str, reason: str) -> None:
        super().__init__(f"print run {run} is {state}: {reason}")
        self.run = run
        self.state = state


class RunChangedError(MintError):
    """A label or card of a run was replaced since. Nothing was drawn; make a new run for that piece."""

    def __init__(self, run: int, reference: str) -> None:
        super().__init__(f"print run {run}: the label or card of {reference} was replaced since; make a new run for it")
        self.run = run
        self.reference = reference


# ---- the ledger


class LedgerUnavailableError(MintError):
    """No node gave a usable answer. What was signed stays in the outbox; `assay mint resume` continues."""

    exit_code = 3

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; nothing is lost, run `assay mint resume` when the node answers")
        self.reason = reason


class WrongLedgerError(MintError):
    """The node is not on the house's chain. Nothing was sent; name the right node with --node."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; nothing was sent, name the right node with --node")
        self.reason = reason


class NotFinalYetError(MintError):
    """The ledger has not made it final in time. Nothing is lost; `assay mint resume` looks again."""

    exit_code = 3

    def __init__(self, open_count: int, waited_s: float) -> None:
        super().__init__(
            f"{open_count} transactions are not final after {waited_s:.0f} s; nothing is lost, "
            "`assay mint resume` looks again"
        )
        self.open_count = open_count
        self.waited_s = waited_s


class SubmitError(MintError):
    """A transaction cannot be made. Nothing was sent."""


class FeeCeilingError(SubmitError):
    """The network asks more than we agreed to pay. Nothing was sent; try again later, or raise --fee-max-gwei."""

    exit_code = 3

    def __init__(self, asked_gwei: float, fee_max_gwei: float) -> None:
        super().__init__(
            f"the network asks {asked_gwei:g} gwei, the ceiling is {fee_max_gwei:g}; nothing was sent, "
            "run `assay mint resume` later or with a higher --fee-max-gwei"
        )
        self.asked_gwei = asked_gwei
        self.fee_max_gwei = fee_max_gwei


class FundsError(SubmitError):
    """An account cannot pay. Nothing was sent; send it the amount named, then resume."""

    exit_code = 3

    def __init__(self, account: Address, balance_wei: int, needed_wei: int) -> None:
        super().__init__(
            f"{account} holds {balance_wei / 1e18:.6f} and needs {needed_wei / 1e18:.6f} of the chain's coin; "
            "send it that much, then run `assay mint resume`"
        )
        self.account = account
        self.balance_wei = balance_wei
        self.needed_wei = needed_wei


class RefusedError(SubmitError):
    """The contract refuses the call. Nothing was changed on the ledger."""

    def __init__(self, error: str, arguments: tuple[object, ...] = (), advice: str = "") -> None:
        given = f"({', '.join(map(str, arguments))})" if arguments else ""
        super().__init__(f"the registry refuses: {advice or error + given}" + (f" [{error}]" if advice else ""))
        self.error = error
        """Name of the contract's error, or the node's own words."""
        self.arguments = arguments


class CheckpointRefusedError(MintError):
    """A checkpoint would contradict what the house has signed before, or is not the house's own. Nothing was signed."""


class CheckpointKeptError(MintError):
    """A checkpoint of this number is kept already. The new one was dropped: there are never two of one number."""

    def __init__(self, sequence: int) -> None:
        super().__init__(f"checkpoint {sequence} is kept already; the new one was dropped")
        self.sequence = sequence


class FailedTransactionError(MintError):
    """A transaction was mined and failed. It changed nothing on the ledger; the message says why, where known."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what} failed: {reason}")
        self.what = what
        self.reason = reason


class ReadbackError(MintError):
    """The ledger took it, but a stranger cannot verify it. It stays in the outbox; `assay mint resume` looks again."""

    def __init__(self, subject: str, reasons: Sequence[str]) -> None:
        super().__init__(f"{subject} was recorded but does not verify: {'; '.join(reasons)}")
        self.subject = subject
        self.reasons = tuple(reasons)
