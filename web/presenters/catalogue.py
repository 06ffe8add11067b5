"""The shape of a language: every sentence the site can say. `english.py` and `french.py` fill it in.

mypy holds both to the same fields; a test holds their tables to every member of every enum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from mint.reports import ReportReason
from provenance_schemas.step_kinds import EntryKind
from verifier.answers import Answer
from verifier.verdict import Code, Outcome
from web.presenters.language import Language
from web.presenters.many_words import ManyWords
from web.presenters.scan_words import ScanWords
from web.presenters.verdict_words import VerdictWords


@unique
class StepState(StrEnum):
    """How far one entry of the timeline can be relied on."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    UNCONFIRMED = "unconfirmed"
    DISPUTED = "disputed"
    VOIDED = "voided"


@unique
class Custody(StrEnum):
    """Who holds the piece on record. Never a name, never an account."""

    STOCK = "stock"
    HOUSE = "house"
    """Sold, and still in the house's account: it could move it."""
    OWNER = "owner"
    KEPT = "kept"
    """An owner's, kept for them by the house, which could move it."""
    YOURS = "yours"
    """The visitor's own, kept by the house, which could move it."""


@unique
class Refusal(StrEnum):
    """Why a photo or a typed code leads to no label."""

    NOTHING_GIVEN = "nothing_given"
    NOT_A_PICTURE = "not_a_picture"
    NO_CODE = "no_code"
    SEVERAL_LABELS = "several_labels"
    NOT_A_LABEL = "not_a_label"
    GTIN_WRONG = "gtin_wrong"
    SERIAL_WRONG = "serial_wrong"
    FOREIGN_HOST = "foreign_host"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """What one answer is called and what it means. `{brand}` is the maker's name."""

    tag: str
    headline: str
    lead: str


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """An error page."""

    headline: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameWords:
    """Around every page."""

    skip: str
    official: str
    caveat: str
    footer: str
    home: str
    menu: str
    nav: str
    my_pieces: str
    my_points: str
    account: str
    sign_in: str
    console: str
    other_language: str
    """Name of the other language, in that language."""
    title: str
    """`{headline}` and `{brand}`."""
    preview: str
    """What a link preview says: the same for every piece and every answer."""
    preview_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language, whole."""

    language: Language
    months: tuple[str, ...]
    first_of_month: str
    age_units: tuple[str, str, str, str]
    """Seconds, minutes, hours, days, each after its number."""
    answers: Mapping[Answer, AnswerWords]
    yours: Mapping[Answer, AnswerWords]
    """The same answers where the visitor holds the piece and should hear something else."""
    checks: Mapping[Code, str]
    """The property that a check proves, as a phrase that stands with any outcome."""
    outcomes: Mapping[Outcome, str]
    kinds: Mapping[EntryKind, str]
    reasons: Mapping[ReportReason, str]
    """Of a report; nothing is said of NOT_STATED."""
    states: Mapping[StepState, str]
    custody: Mapping[Custody, str]
    errors: Mapping[int, ErrorWords]
    """By HTTP status; 400 and 500 stand for every other of their class."""
    refusals: Mapping[Refusal, str]
    """`{host}` in FOREIGN_HOST."""
    frame: FrameWords
    verdict: VerdictWords
    scan: ScanWords
    many: ManyWords
