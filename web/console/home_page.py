"""The console's first page: what needs somebody, what is under way, what was registered last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mint.book import Piece
from mint.outbox import State
from web.console.catalogue import HomeWords, LogWords
from web.console.jobs_shown import JobLine
from web.console.words import WORDS
from web.presenters.formats import machine_text, moment_text
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.tones import ICONS, Icon, Tone
from web.store.drafts import Draft
from web.store.staff_log import LogLine


@dataclass(frozen=True, slots=True)
class When:
    """A moment for people and for machines."""

    text: str
    machine: str


@dataclass(frozen=True, slots=True)
class PieceLine:
    """One piece in a list."""

    reference: str
    name: str
    href: str
    state: str
    tone: Tone
    icon: Icon


@dataclass(frozen=True, slots=True)
class CardLine:
    """A claim card whose code is still kept."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft to go on with."""

    title: str
    saved: When
    href: str
    drop_href: str


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for, and what was found."""

    text: str
    headline: str
    pieces: tuple[PieceLine, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """Everything the template prints."""

    frame: Frame
    status: int
    register_href: str
    search_href: str
    log_href: str
    reports_href: str
    reports: str
    """How many reports of suspicious pieces wait; empty for none."""
    runs_href: str
    language: str
    """To keep in the search, when it was asked for; empty otherwise."""
    search: Search | None
    attention: tuple[JobLine, ...]
    cards: tuple[CardLine, ...]
    under_way: tuple[JobLine, ...]
    drafts: tuple[DraftLine, ...]
    newest: tuple[PieceLine, ...] | None
    """None: the records cannot be opened."""
    words: HomeWords


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log."""

    when: When
    who: str
    what: str
    piece: str
    href: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """The log of what staff did."""

    frame: Frame
    status: int
    rows: tuple[LogRow, ...]
    home_href: str
    home: str
    words: LogWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Desktop:
    """What the first page tells of."""

    search: str
    found: Sequence[Piece]
    newest: Sequence[Piece] | None
    attention: Sequence[JobLine]
    under_way: Sequence[JobLine]
    cards: Sequence[Piece]
    drafts: Sequence[Draft]
    reports: int
    """Of suspicious pieces, which nobody handled yet."""


def piece_path(token: str | int) -> str:
    """Name the console's page of a piece. Tokens are public."""
    return f"/console/pieces/{token}"


def present_home(visit: Visit, desktop: Desktop) -> HomePage:
    """Lay the first page out."""
    words = WORDS[visit.language].home
    search = None
    if desktop.search:
        said = words.found if desktop.found else words.not_found
        pieces = tuple(piece_line(visit, piece) for piece in desktop.found)
        search = Search(desktop.search, said.format(text=desktop.search), pieces)
    cards = [
        CardLine(words.card_kept.format(reference=piece.reference), visit.link(f"{piece_path(piece.token_id)}/card"))
        for piece in desktop.cards
    ]
    newest = None if desktop.newest is None else tuple(piece_line(visit, piece) for piece in desktop.newest)
    return HomePage(
        make_frame(visit, words.headline),
        200 if newest is not None else 503,
        visit.link("/console/register"),
        "/console",
        visit.link("/console/log"),
        visit.link("/console/reports"),
        words.reports_waiting.format(count=desktop.reports) if desktop.reports else "",
        visit.link("/console/runs"),
        visit.language.value if visit.asked else "",
        search,
        tuple(desktop.attention),
        tuple(cards),
        tuple(desktop.under_way),
        tuple(_draft_line(visit, draft) for draft in desktop.drafts),
        newest,
        words,
    )


def piece_line(visit: Visit, piece: Piece) -> PieceLine:
    """Lay one piece out for a list."""
    words, done = WORDS[visit.language].home, piece.state is State.CONFIRMED
    tone = Tone.VERIFIED if done else Tone.UNDETERMINED
    icon = ICONS[tone] if done else Icon.WAIT
    state = words.registered if done else words.registering
    return PieceLine(piece.reference, piece.name, visit.link(piece_path(piece.token_id)), state, tone, icon)


def present_log(visit: Visit, lines: Sequence[LogLine], references: dict[str, str]) -> LogPage:
    """Lay the log out; `references` by token."""
    words = WORDS[visit.language]
    rows = tuple(log_row(visit, line, references.get(line.token, "")) for line in lines)
    home = words.job.home
    return LogPage(make_frame(visit, words.log.headline), 200, rows, visit.link("/console"), home, words.log)


def log_row(visit: Visit, line: LogLine, reference: str) -> LogRow:
    """Lay one line of the log out."""
    words = WORDS[visit.language].log
    what = f"{words.actions[line.action]} ({line.detail})" if line.detail else words.actions[line.action]
    href = visit.link(piece_path(line.token)) if line.token and reference else ""
    return LogRow(when_of(visit, line.at), line.person or words.gone, what, reference, href)


def when_of(visit: Visit, at: int) -> When:
    """Write a moment, given in unix seconds, for people and machines."""
    moment = datetime.fromtimestamp(at, UTC)
    return When(moment_text(moment, visit.words), machine_text(moment))


def _draft_line(visit: Visit, draft: Draft) -> DraftLine:
    words = WORDS[visit.language].home
    title = draft.fields.get("reference") or draft.fields.get("name") or words.draft_unnamed
    href = f"{visit.link('/console/register')}{'&' if visit.asked else '?'}draft={draft.id}"
    return DraftLine(title, when_of(visit, draft.changed_at), href, visit.link(f"/console/drafts/{draft.id}/drop"))
