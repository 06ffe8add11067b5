"""The shape of the console's language; `english.py` and `french.py` fill it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from web.console.fields import Wrong
from web.console.run_words import RunWords
from web.store.staff_log import StaffAction


@unique
class Refused(StrEnum):
    """Why a registration or a step came back, by the code of its job."""

    TAKEN = "taken"
    FORM = "form"
    REGISTRY = "registry"
    NO_DRAFT = "no_draft"


@unique
class JobPhase(StrEnum):
    """How far what somebody asked for has come, as a page tells it."""

    WAITING = "waiting"
    AWAY = "away"
    """Waiting for a ledger, or a house, that does not answer."""
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FieldWords:
    """One field: what it is called, what to write, and what is said when it was not followed."""

    label: str
    hint: str | None = None
    rule: str | None = None
    missing: str | None = None
    """When it was left empty; without it, that it should be filled in."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A headline with a sentence below it."""

    headline: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeWords:
    """The console's first page."""

    headline: str
    register: str
    search: str
    search_hint: str
    find: str
    found: str
    """`{text}`."""
    not_found: str
    """`{text}`."""
    attention: str
    no_attention: str
    card_kept: str
    """`{reference}`."""
    look: str
    retry: str
    under_way: str
    none_under_way: str
    drafts: str
    draft_unnamed: str
    resume: str
    drop: str
    newest: str
    empty: str
    registered: str
    registering: str
    log: str
    reports: str
    """Of suspicious pieces."""
    reports_waiting: str
    """`{count}`."""
    runs: str
    records_away: Telling


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWords:
    """The form of a registration, and the look before it."""

    headline: str
    lead: str
    optional: str
    """`{label}`."""
    more_marks: str
    more_materials: str
    facts: str
    makeup: str
    material: str
    """`{number}`."""
    marks: str
    marks_hint: str
    mark: str
    """`{number}`."""
    photos: str
    photos_hint: str
    photo_of: str
    """`{number}`."""
    drop_photo: str
    no_country: str
    """Of a list of countries, before one is chosen."""
    sizes: str
    more: str
    how_many: str
    add_photos: str
    look: str
    faults: str
    """`{count}`."""
    fault_line: str
    """`{label}` and `{text}`."""
    fault: str
    """For one."""
    preview: str
    preview_lead: str
    public: str
    facts_title: str
    compare: str
    pictures: str
    one_piece: str
    """`{reference}`."""
    pieces: str
    """`{count}` and `{references}`."""
    for_ever: str
    register: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceWords:
    """One piece at the console."""

    reference: str
    token: str
    gtin: str
    public: str
    """`{headline}`."""
    sell: str
    record: str
    label: str
    card: str
    provenance: str
    no_steps: str
    not_yet: str
    """Its registration is under way."""
    log: str
    no_log: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWords:
    """Recording a step."""

    headline: str
    lead: str
    choose: str
    choice_by: str
    """`{kind}` and `{company}`, where several may."""
    nobody: str
    where: str
    coordinates: str
    more: str
    look: str
    preview: str
    preview_lead: str
    by: str
    """`{recorder}`."""
    for_ever: str
    record: str
    record_sale: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintWords:
    """Labels and claim cards."""

    label: str
    label_lead: str
    card: str
    card_lead: str
    card_once: str
    card_gone: Telling
    png: str
    svg: str
    printed: str
    printed_hint: str
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobWords:
    """What was asked for, and how far it has come."""

    phases: Mapping[JobPhase, Telling]
    badges: Mapping[JobPhase, str]
    refusals: Mapping[Refused, str]
    registering: str
    """`{reference}`."""
    registered: str
    """`{reference}`."""
    recording: str
    """`{kind}` and `{reference}`."""
    customers: Mapping[str, str]
    """What a customer asked for, by kind of job. `{number}`: the one that the customer was told."""
    pieces: str
    open_piece: str
    print_label: str
    retry: str
    again: str
    change: str
    home: str
    technical: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWords:
    """The log of what staff did."""

    headline: str
    lead: str
    empty: str
    when: str
    who: str
    what: str
    piece: str
    gone: str
    """Somebody whose account is closed."""
    actions: Mapping[StaffAction, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleWords:
    """One language, whole."""

    home: HomeWords
    register: RegisterWords
    piece: PieceWords
    step: StepWords
    printing: PrintWords
    job: JobWords
    log: LogWords
    runs: RunWords
    fields: Mapping[str, FieldWords]
    """By name; a field of a list by `material_name` and the like."""
    wrong: Mapping[Wrong, str]
    """`{detail}`; REFUSED has the field's own rule instead, and this where a field has none."""
