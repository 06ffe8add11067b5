"""The pages around reports of suspicious pieces, for visitors and for the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from web.presenters.formats import machine_text, moment_text
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.tones import ICONS, Icon, Tone
from web.store.suspicions import Suspected, Suspicion
from web.suspicions.words import WORDS, Fault, SuspicionWords

PATH = "/report"
WITHDRAW_PATH = "/report/withdraw"
CONSOLE_PATH = "/console/reports"


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody typed, to be shown again."""

    wrong: str = ""
    place: str = ""
    words: str = ""
    contact: str = ""
    consent: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be wrong."""

    value: str
    text: str
    checked: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The form."""

    frame: Frame
    status: int
    action: str
    withdraw_href: str
    once: str
    lead: str
    consent_hint: str
    kept: str
    choices: tuple[Choice, ...]
    sent: Sent
    faults: Mapping[str, str]
    """Field: what is wrong with it."""
    detail: str
    """Why a photo cannot be read, in English."""
    labels: Mapping[str, str]
    """Of the fields that may stay empty."""
    words: SuspicionWords


@dataclass(frozen=True, slots=True)
class ThanksPage:
    """What became of a report."""

    frame: Frame
    status: int
    headline: str
    lead: str
    told: tuple[str, ...]
    code: str
    """Shown once; empty where it was shown before."""
    code_hint: str
    withdraw_href: str
    home_href: str
    words: SuspicionWords


@dataclass(frozen=True, slots=True)
class WithdrawPage:
    """The form that takes a report back, and what became of it."""

    frame: Frame
    status: int
    action: str
    done: bool
    error: str
    home_href: str
    words: SuspicionWords


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report in the console's list."""

    title: str
    place: str
    href: str
    when: str
    when_machine: str
    tone: Tone
    icon: Icon
    state: str


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """The console's list."""

    frame: Frame
    status: int
    lines: tuple[ReportLine, ...]
    home_href: str
    words: SuspicionWords


@dataclass(frozen=True, slots=True)
class CaseFact:
    """One fact of a report."""

    name: str
    text: str
    machine: str = ""
    """A moment for machines; empty for what is none."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """One report in the console."""

    frame: Frame
    status: int
    line: ReportLine
    facts: tuple[CaseFact, ...]
    said: str
    photo_href: str
    handle_action: str
    """Empty where it was handled."""
    back_href: str
    words: SuspicionWords


def present_form(
    visit: Visit,
    once: str,
    days: int,
    sent: Sent,
    faults: Mapping[str, Fault],
    *,
    detail: str = "",
    status: int = 200,
) -> ReportPage:
    """Present the form, with what was typed and what is wrong with it."""
    words = WORDS[visit.language]
    named = {"place": words.place, "words": words.words, "photo": words.photo, "contact": words.contact}
    return ReportPage(
        frame=make_frame(visit, words.headline, other_path=PATH),
        status=status,
        action=visit.link(PATH),
        withdraw_href=visit.link(WITHDRAW_PATH),
        once=once,
        lead=words.lead.format(brand=visit.brand),
        consent_hint=words.consent_hint.format(days=days),
        kept=words.kept.format(days=days),
        choices=tuple(Choice(each.value, words.kinds[each], each.value == sent.wrong) for each in Suspected),
        sent=sent,
        faults={name: words.faults[fault] for name, fault in faults.items()},
        detail=detail,
        labels={name: words.optional.format(label=label) for name, label in named.items()},
        words=words,
    )


def present_thanks(visit: Visit, code: str | None, days: int, *, has_photo: bool, has_label: bool) -> ThanksPage:
    """Thank for a report, say what is kept of it, and show its code this once. Without a code it came before."""
    words = WORDS[visit.language]
    told = [words.with_photo if has_photo else words.without_photo]
    if has_label:
        told.append(words.with_label)
    return ThanksPage(
        frame=make_frame(visit, words.headline, other_path=PATH),
        status=200,
        headline=words.thanks,
        lead=words.thanks_lead if code else words.again,
        told=(*told, words.kept.format(days=days)) if code else (),
        code=code or "",
        code_hint=words.code_hint.format(days=days),
        withdraw_href=visit.link(WITHDRAW_PATH),
        home_href=visit.link("/"),
        words=words,
    )


def present_withdrawal(visit: Visit, *, done: bool = False, unknown: bool = False) -> WithdrawPage:
    """Present the form that takes a report back."""
    words = WORDS[visit.language]
    return WithdrawPage(
        frame=make_frame(visit, words.withdraw, other_path=WITHDRAW_PATH),
        status=422 if unknown else 200,
        action=visit.link(WITHDRAW_PATH),
        done=done,
        error=words.unknown_code if unknown else "",
        home_href=visit.link("/"),
        words=words,
    )


def present_reports(visit: Visit, found: Sequence[Suspicion]) -> ReportsPage:
    """List the reports for the house."""
    words = WORDS[visit.language]
    lines = tuple(_line(visit, each) for each in found)
    return ReportsPage(make_frame(visit, words.list_headline), 200, lines, visit.link("/console"), words)


def present_case(visit: Visit, found: Suspicion) -> CasePage:
    """Lay one report out for the house."""
    words, path = WORDS[visit.language], f"{CONSOLE_PATH}/{found.id}"
    deleted = datetime.fromtimestamp(found.delete_at, UTC)
    line = _line(visit, found)
    facts = (
        CaseFact(words.reported, line.when, line.when_machine),
        CaseFact(words.seen, found.place or words.nothing),
        CaseFact(words.email, found.contact or words.nothing),
        CaseFact(words.label, found.label.hex() if found.label else words.label_none),
        CaseFact(words.deleted, moment_text(deleted, visit.words), machine_text(deleted)),
    )
    return CasePage(
        make_frame(visit, words.page_headline),
        200,
        line,
        facts,
        found.words or words.nothing,
        f"{path}/photo" if found.has_photo else "",
        "" if found.handled_at is not None else visit.link(f"{path}/handled"),
        visit.link(CONSOLE_PATH),
        words,
    )


def _line(visit: Visit, found: Suspicion) -> ReportLine:
    words, done = WORDS[visit.language], found.handled_at is not None
    reported = datetime.fromtimestamp(found.reported_at, UTC)
    tone = Tone.VERIFIED if done else Tone.CAUTION
    return ReportLine(
        words.kinds[found.wrong],
        found.place,
        visit.link(f"{CONSOLE_PATH}/{found.id}"),
        moment_text(reported, visit.words),
        machine_text(reported),
        tone,
        ICONS[tone],
        words.handled if done else words.waiting,
    )
