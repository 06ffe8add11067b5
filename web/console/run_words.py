"""The shape of what the console says of print runs; `english_runs.py` and `french_runs.py` fill it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from mint.labels.choices import Spelling
from mint.labels.claim_card import CardShape
from mint.labels.substrates import Substrate
from mint.print_run_book import RunState
from mint.print_run_check import Stray


@unique
class RunRefused(StrEnum):
    """Why a run was not made, or did not move on."""

    PIECES = "pieces"
    UNKNOWN_PIECE = "unknown_piece"
    NOT_REGISTERED = "not_registered"
    CODE_GONE = "code_gone"
    NO_FIT = "no_fit"
    START = "start"
    NOTHING = "nothing"
    UNREADABLE = "unreadable"
    BUSY = "busy"
    STATE = "state"
    CHANGED = "changed"
    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PICTURES = "too_many_pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWords:
    """Print runs."""

    headline: str
    lead: str
    new: str
    empty: str
    title: str
    """`{number}`."""
    sizes: str
    """`{labels}` and `{cards}`."""
    states: Mapping[RunState, str]
    next: Mapping[RunState, str]
    """What a run in this state waits for."""
    form_headline: str
    form_lead: str
    pieces: str
    pieces_hint: str
    """`{most}`."""
    stock: str
    stock_of: str
    """`{name}`, `{width}`, `{height}` and `{places}`."""
    decimal: str
    """The sign before tenths."""
    no_labels: str
    start: str
    start_hint: str
    substrate: str
    substrates: Mapping[Substrate, str]
    spelling: str
    spellings: Mapping[Spelling, str]
    cards: str
    no_cards: str
    shapes: Mapping[CardShape, str]
    make: str
    files: str
    files_lead: str
    labels_file: str
    cards_file: str
    printed: str
    printed_lead: str
    check: str
    check_lead: str
    pictures: str
    pictures_hint: str
    """`{most}`."""
    check_button: str
    read_now: str
    """`{count}`."""
    card_of: str
    """`{reference}`."""
    missing: str
    """`{references}`."""
    strays: Mapping[Stray, str]
    """`{reference}`, but where there is none."""
    destroy: str
    destroy_lead: str
    give_up: str
    give_up_lead: str
    history: str
    back: str
    refused: Mapping[RunRefused, str]
    """`{detail}`, where there is one."""
