"""One piece at the console: what a scan says of it, what happened to it, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mint.book import Piece
from mint.outbox import State
from provenance_schemas.step_kinds import EntryKind, Status
from verifier.answers import answer_of
from verifier.evidence import Registered, Unavailable
from verifier.report import timeline
from verifier.service import Verification
from web.console.catalogue import PieceWords, PrintWords
from web.console.home_page import LogRow, log_row, piece_path
from web.console.jobs_shown import JobLine
from web.console.step_form import Recordable
from web.console.words import WORDS
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.timeline import TimelineRow, present_timeline
from web.presenters.tones import ICONS, TONES, Icon, Tone
from web.store.staff_log import LogLine


@dataclass(frozen=True, slots=True)
class PieceAction:
    """Something that can be done with the piece."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """What a scan of its label says now."""

    tone: Tone
    icon: Icon
    headline: str
    lead: str


@dataclass(frozen=True, slots=True)
class PiecePage:
    """Everything the template prints."""

    frame: Frame
    status: int
    name: str
    facts: tuple[tuple[str, str], ...]
    public: PublicAnswer | None
    """None before its registration is done."""
    sell_href: str
    """Empty where nobody here may sell it, or it is sold."""
    actions: tuple[PieceAction, ...]
    under_way: tuple[JobLine, ...]
    timeline: tuple[TimelineRow, ...]
    reason: str
    """Goes before the reason of a step."""
    log: tuple[LogRow, ...]
    home_href: str
    home: str
    words: PieceWords


@dataclass(frozen=True, slots=True)
class PrintPage:
    """A label or a claim card, before it is drawn."""

    frame: Frame
    status: int
    headline: str
    lead: str
    once: str
    """Said of a card; empty for a label."""
    gone: str
    """Headline when a card's code is forgotten; the lead says the rest."""
    action_href: str
    forget_href: str
    """Empty for a label, and before the card was drawn."""
    key: str
    """Which claim key the card carries: its public account."""
    back_href: str
    words: PrintWords


def is_sold(verification: Verification) -> bool:
    """Say whether the registry calls a piece sold."""
    registered = verification.evidence.registered
    if not isinstance(registered, Registered):
        return False
    newest = registered.final if isinstance(registered.latest, Unavailable) else registered.latest
    return bool(newest.status & Status.SOLD)


def last_place(verification: Verification) -> dict[str, str]:
    """Give the place of the newest step that names one, as the form of a step has it; empty where none does."""
    documented = [line.document for line in timeline(verification.evidence) if line.document and line.document.place]
    if not documented:
        return {}
    place = max(documented, key=lambda step: step.happened_at).place
    assert place is not None, "those without were left out"
    values = {
        "place": place.name,
        "place_city": place.city,
        "place_country": place.country,
        "place_latitude": place.latitude,
        "place_longitude": place.longitude,
    }
    return {name: "" if value is None else str(value) for name, value in values.items()}


def present_piece_page(
    visit: Visit,
    piece: Piece,
    verification: Verification | None,
    can_record: Sequence[Recordable],
    under_way: Sequence[JobLine],
    log: Sequence[LogLine],
) -> PiecePage:
    """Lay a piece out. `verification` is None until its registration is done."""
    words, path = WORDS[visit.language], piece_path(piece.token_id)
    said = words.piece
    facts = ((said.reference, piece.reference), (said.gtin, piece.gtin), (said.token, str(piece.token_id)))
    done = verification if piece.state is State.CONFIRMED else None
    sells = done and not is_sold(done) and any(one.kind is EntryKind.SOLD for one in can_record)
    actions = [(said.record, f"{path}/steps"), (said.label, f"{path}/label"), (said.card, f"{path}/card")]
    return PiecePage(
        make_frame(visit, piece.name, scripts=("job-wait",) if under_way else ()),
        200,
        piece.name,
        facts,
        _public(visit, done) if done else None,
        visit.link(f"{path}/sale") if sells else "",
        tuple(PieceAction(text, visit.link(href)) for text, href in actions) if done else (),
        tuple(under_way),
        present_timeline(done.evidence, visit.words) if done else (),
        visit.words.verdict.reason,
        tuple(log_row(visit, line, "") for line in log),
        visit.link("/console"),
        words.job.home,
        said,
    )


def present_label_page(visit: Visit, piece: Piece) -> PrintPage:
    """Lay the page out from which a label is drawn."""
    words = WORDS[visit.language].printing
    path = piece_path(piece.token_id)
    headline = words.label.format(reference=piece.reference)
    frame = make_frame(visit, headline)
    return PrintPage(
        frame,
        200,
        headline,
        words.label_lead,
        "",
        "",
        visit.link(f"{path}/label"),
        "",
        "",
        visit.link(path),
        words,
    )


def present_card_page(visit: Visit, piece: Piece, key: str, *, drawn: bool) -> PrintPage:
    """Lay the page out from which a claim card is drawn; without a key its code is forgotten already."""
    words = WORDS[visit.language].printing
    path = piece_path(piece.token_id)
    headline = words.card.format(reference=piece.reference)
    return PrintPage(
        make_frame(visit, headline),
        200,
        headline,
        words.card_lead if key else words.card_gone.lead,
        words.card_once,
        "" if key else words.card_gone.headline,
        visit.link(f"{path}/card"),
        visit.link(f"{path}/card/printed") if key and drawn else "",
        key,
        visit.link(path),
        words,
    )


def _public(visit: Visit, verification: Verification) -> PublicAnswer:
    answer = answer_of(verification)
    said, tone = visit.words.answers[answer], TONES[answer]
    headline = WORDS[visit.language].piece.public.format(headline=said.headline)
    return PublicAnswer(tone, ICONS[tone], headline, said.lead.format(brand=visit.brand))
