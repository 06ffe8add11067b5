"""My points in words: what a person has, and for each line why, and what proves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from loyalty.results import Award, Balance, Declined, Line, LineState, Reason, Statement
from loyalty.rule import Rule
from provenance_schemas.ids import ItemId
from web.points.words import WORDS, NotCounted, PointsWords
from web.presenters.formats import date_text, machine_text
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.language import Language
from web.presenters.tones import ICONS, Icon, Tone

PATH: Final = "/points"
COLLECT_PATH: Final = "/points/collect"
_THIN: Final = {Language.EN: ",", Language.FR: "\u202f"}
_TONES: Final = {
    LineState.PENDING: Tone.CAUTION,
    LineState.AVAILABLE: Tone.VERIFIED,
    LineState.HELD: Tone.CAUTION,
    LineState.REDEEMED: Tone.UNDETERMINED,
    LineState.EXPIRED: Tone.UNDETERMINED,
    LineState.REVERSED: Tone.REJECTED,
}
_HAD_ALREADY: Final = frozenset({Reason.ALREADY_COLLECTED, Reason.SCAN_USED})
"""Not a refusal: the points were given."""
NameOf = Callable[[ItemId], str | None]
"""Names a piece as its passport does; None where that cannot be read now."""


@dataclass(frozen=True, slots=True)
class PointsLine:
    """One award."""

    day: str
    day_machine: str
    piece: str
    why: str
    amount: str
    state: str
    tone: Tone
    rule: str
    rule_href: str
    rule_hash: str
    facts_hash: str
    leaf: str
    receipt_href: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the last step led to."""

    tone: Tone
    icon: Icon
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PointsPage:
    """Balance, lines, and how to earn more."""

    frame: Frame
    status: int
    notice: Notice | None
    available: str
    pending: str
    vest_next: str
    expiry_next: str
    lines: tuple[PointsLine, ...]
    older_href: str
    newest_href: str
    earn: tuple[str, ...]
    scan_href: str
    words: PointsWords


@dataclass(frozen=True, slots=True)
class CollectPage:
    """One check, ready to be collected; or why there is none."""

    frame: Frame
    status: int
    notice: Notice | None
    lead: str
    button: str
    terms: str
    action_href: str
    back_href: str
    scan_href: str
    again_href: str
    """Where trying again may help; empty where it does not."""
    words: PointsWords


def present_points(
    statement: Statement, rules: tuple[Rule, ...], name_of: NameOf, visit: Visit, notice: Notice | None, *, first: bool
) -> PointsPage:
    """Present what a person has."""
    words = WORDS[visit.language]
    balance = statement.balance
    older = f"{visit.link(PATH)}{'&' if visit.asked else '?'}before={statement.older}"
    return PointsPage(
        make_frame(visit, words.headline),
        HTTPStatus.OK,
        notice,
        number_text(balance.available, visit.language),
        number_text(balance.pending, visit.language),
        _vest_next(balance, visit),
        _expiry_next(balance, visit),
        tuple(_line(line, name_of, visit) for line in statement.lines),
        "" if statement.older is None else older,
        "" if first else visit.link(PATH),
        tuple(_earn(rule, visit) for rule in rules),
        visit.link("/"),
        words,
    )


def present_collect(rule: Rule, piece: str, vests_at: int, visit: Visit) -> CollectPage:
    """Present the check that waits, and what it is worth."""
    words = WORDS[visit.language]
    points = points_text(rule.amount, visit.language)
    return _collect(
        visit,
        HTTPStatus.OK,
        None,
        words.collect_lead.format(piece=piece, points=points),
        words.collect_button.format(points=points),
        words.collect_terms.format(day=day_text(vests_at, visit)),
    )


def present_refused(notice: Notice, visit: Visit, *, again: bool = False) -> CollectPage:
    """Say why a check brings nothing, or nothing yet."""
    status = HTTPStatus.SERVICE_UNAVAILABLE if again else HTTPStatus.OK
    return _collect(visit, status, notice, again_href=visit.link(COLLECT_PATH) if again else "")


def notice_of_award(award: Award, visit: Visit) -> Notice:
    """Say what was earned."""
    words = WORDS[visit.language]
    text = words.repeated if award.repeated else words.awarded_hint.format(day=day_text(award.vests_at, visit))
    points = points_text(award.amount, visit.language)
    return Notice(Tone.VERIFIED, ICONS[Tone.VERIFIED], words.awarded.format(points=points), text)


def notice_of_decline(declined: Declined, visit: Visit) -> Notice:
    """Say why nothing was earned."""
    words = WORDS[visit.language]
    text = words.reasons[declined.reason]
    if declined.reason in _HAD_ALREADY:
        return Notice(Tone.UNDETERMINED, Icon.CHECK, words.had_already, text)
    return _declined(text, visit)


def notice_not_counted(why: NotCounted, visit: Visit) -> Notice:
    """Say why a check cannot be collected at all."""
    return _declined(WORDS[visit.language].not_counted[why], visit)


def notice_of_conflict(visit: Visit) -> Notice:
    """Say that the same check was asked for in another way before."""
    return _declined(WORDS[visit.language].conflict, visit)


def number_text(number: int, language: Language) -> str:
    """Write a whole number with its thousands apart."""
    return f"{number:,}".replace(",", _THIN[language])


def points_text(amount: int, language: Language) -> str:
    """Write an amount with its unit."""
    words = WORDS[language]
    return words.point if amount == 1 else words.points.format(amount=number_text(amount, language))


def day_text(moment_s: int, visit: Visit) -> str:
    """Write a day."""
    return date_text(datetime.fromtimestamp(moment_s, UTC), visit.words)


def name_or_number(item: ItemId, name_of: NameOf, visit: Visit) -> str:
    """Name a piece, or say its number where the name cannot be read now."""
    return name_of(item) or WORDS[visit.language].unnamed.format(number=f"…{item.token_id % 10**8:08d}")


def _collect(visit: Visit, status: int, notice: Notice | None, *texts: str, again_href: str = "") -> CollectPage:
    words = WORDS[visit.language]
    lead, button, terms = texts or ("", "", "")
    return CollectPage(
        make_frame(visit, words.collect_headline, other_path=COLLECT_PATH),
        status,
        notice,
        lead,
        button,
        terms,
        visit.link(COLLECT_PATH),
        visit.link(PATH),
        visit.link("/"),
        again_href,
        words,
    )


def _declined(text: str, visit: Visit) -> Notice:
    return Notice(Tone.CAUTION, ICONS[Tone.CAUTION], WORDS[visit.language].declined_title, text)


def _vest_next(balance: Balance, visit: Visit) -> str:
    if balance.next_vest_at is None:
        return ""
    points = points_text(balance.next_vest_amount, visit.language)
    return WORDS[visit.language].vest_next.format(points=points, day=day_text(balance.next_vest_at, visit))


def _expiry_next(balance: Balance, visit: Visit) -> str:
    if balance.next_expiry_at is None:
        return ""
    points = points_text(balance.next_expiry_amount, visit.language)
    return WORDS[visit.language].expiry_next.format(points=points, day=day_text(balance.next_expiry_at, visit))


def _line(line: Line, name_of: NameOf, visit: Visit) -> PointsLine:
    words = WORDS[visit.language]
    happened = datetime.fromtimestamp(line.happened_at, UTC)
    until = line.vests_at if line.state is LineState.PENDING else line.expires_at
    return PointsLine(
        date_text(happened, visit.words),
        machine_text(happened),
        name_or_number(line.item, name_of, visit),
        line.explanation.fr if visit.language is Language.FR else line.explanation.en,
        f"+{number_text(line.amount, visit.language)}",
        words.states[line.state].format(day=day_text(until, visit)),
        _TONES[line.state],
        line.rule,
        f"/points/rules/{line.rule_hash.hex()}",
        line.rule_hash.hex(),
        line.facts_hash.hex(),
        f"{line.leaf_index} · {line.leaf_hash.hex()}",
        f"/points/receipts/{line.award}",
    )


def _earn(rule: Rule, visit: Visit) -> str:
    words = WORDS[visit.language]
    return words.earn_line.format(points=points_text(rule.amount, visit.language), fact=words.facts[rule.on])
