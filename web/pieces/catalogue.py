"""Every sentence of the pages of a person's pieces, as a shape. `english.py` and `french.py` fill it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from mint.reports import ReportReason
from provenance_schemas.step_kinds import EntryKind
from web.custody.errors import ActRefusal
from web.jobs.queue import JobState


@unique
class ClaimProblem(StrEnum):
    """Why a piece cannot be claimed now, or not so."""

    NO_PIECE = "no_piece"
    """The label leads to no piece of ours."""
    LABEL_REPLACED = "label_replaced"
    WITHDRAWN = "withdrawn"
    """Recalled, revoked or retired."""
    NOT_SOLD = "not_sold"
    USED = "used"
    STOLEN = "stolen"
    AWAY = "away"
    CHOICE_LOST = "choice_lost"
    """The page no longer knows which piece it was."""


@unique
class CodeFault(StrEnum):
    """What is wrong with a hidden code."""

    MISSING = "missing"
    LENGTH = "length"
    STRANGER = "stranger"
    MISTYPED = "mistyped"
    WRONG = "wrong"
    """A right code, of another piece or of a card that was replaced."""


@unique
class AddressFault(StrEnum):
    """What is wrong with an address to move to."""

    MISSING = "missing"
    MALFORMED = "malformed"
    CHECKSUM = "checksum"
    UNUSABLE = "unusable"
    """Nobody holds it, or the house does."""


@dataclass(frozen=True, slots=True)
class Said:
    """A heading and what follows it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWords:
    """The way from a label and a card to one's own piece."""

    headline: str
    lead: str
    """`{brand}`."""
    steps: tuple[str, str, str]
    """The label, the account, the code."""
    progress: str
    which: str
    which_text: str
    photo: str
    photo_hint: str
    or_type: str
    serial: str
    serial_hint: str
    gtin: str
    gtin_hint: str
    find: str
    card_waits: str
    """Said by the script when a card's symbol brought the code along."""
    another: str
    sign_in: str
    sign_in_text: str
    sign_in_button: str
    sign_up_button: str
    code: str
    code_hint: str
    code_count: str
    """`{count}` of `{length}`."""
    code_right: str
    code_wrong: str
    custody: Said
    """`{brand}`."""
    submit: str
    yours: Said
    to_piece: str
    to_scan: str
    problems: Mapping[ClaimProblem, Said]
    """`{brand}`."""
    refused: str
    codes: Mapping[CodeFault, str]
    """`{count}` in LENGTH, `{character}` in STRANGER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobWords:
    """What is under way, or became of it."""

    claiming: Said
    reporting: Said
    moving: Said
    stages: tuple[str, str, str]
    away: Said
    again: str
    safe: str
    done_claim: Said
    """`{brand}`."""
    done_report: Mapping[EntryKind, Said]
    done_move: Said
    failed: Said
    """`{number}`."""
    refusals: Mapping[ActRefusal, Said]
    """`{brand}`."""
    states: Mapping[JobState, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceWords:
    """My pieces, and one of them."""

    headline: str
    lead: str
    empty: Said
    claim: str
    since: str
    """`{day}`."""
    asked: str
    """`{day}`."""
    ended: str
    """`{day}`."""
    open: str
    unnamed: str
    more: str
    newer: str
    all_pieces: str
    state: str
    held: str
    registry_away: Said
    elsewhere: Said
    """`{brand}`."""
    custody: Said
    """`{brand}`."""
    custody_more: str
    custody_points: tuple[str, ...]
    """`{brand}`."""
    address: str
    actions: str
    report: str
    withdraw: str
    move: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    """Lost, stolen, and found again."""

    headline: str
    lead: str
    stolen: str
    lost: str
    reasons: Mapping[ReportReason, str]
    no_reason: str
    no_reason_back: str
    public_reason: str
    look: str
    choose: str
    preview: str
    preview_reason: str
    """`{reason}`."""
    private: str
    confirm: Mapping[EntryKind, str]
    back: str
    effects: Mapping[EntryKind, tuple[str, ...]]
    """What happens, and what does not."""
    withdraw_headline: str
    withdraw_lead: str
    nothing_to_report: Said
    nothing_to_withdraw: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWords:
    """Out of the house's hands."""

    headline: str
    lead: str
    """`{brand}`."""
    points: tuple[str, ...]
    """`{brand}`."""
    address: str
    address_hint: str
    look: str
    check: str
    check_text: str
    sure: str
    sure_missing: str
    confirm: str
    change: str
    faults: Mapping[AddressFault, str]
    stolen: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecesWords:
    """One language, whole."""

    claim: ClaimWords
    job: JobWords
    piece: PieceWords
    report: ReportWords
    move: MoveWords
