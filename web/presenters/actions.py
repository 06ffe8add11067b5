"""What a visitor can do next: one main action, which fits the answer, and one beside it.

A page is never offered for sharing: its address is the label, and whoever has it can show the record as his own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from verifier.answers import Answer
from web.presenters.catalogue import Custody
from web.presenters.facts import ScanSeen
from web.presenters.frame import Visit

_GOOD: Final = frozenset({Answer.VERIFIED, Answer.VERIFIED_PENDING})
_STANDING: Final = _GOOD | {Answer.UNUSUAL_ACTIVITY, Answer.ACTIVITY_UNKNOWN, Answer.STEP_UNCONFIRMED}
"""The record stands: whoever has the card may claim the piece."""
_COMPARED: Final = _STANDING | {Answer.NOT_SOLD_YET}
_FOR_THE_MAKER: Final = frozenset(
    {
        Answer.UNUSUAL_ACTIVITY,
        Answer.NOT_SOLD_YET,
        Answer.STOLEN,
        Answer.LOST,
        Answer.REVOKED,
        Answer.RECALLED,
        Answer.RETIRED,
    }
)
_SCAN_AGAIN: Final = frozenset({Answer.LABEL_REPLACED, Answer.NOT_ISSUED})
_OWNERS: Final = _GOOD | {Answer.STOLEN, Answer.LOST}
_ACTIONS_MAX: Final = 2


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do."""

    text: str
    href: str
    """Where a link leads or a button posts to; empty is this page again."""
    posts: bool = False
    """A button that sends the scan's token, so that the scan is reported with it."""
    leaves: bool = False
    """Leads to the maker's own site."""


def present_actions(
    answer: Answer, custody: Custody | None, seen: ScanSeen, visit: Visit, maker_url: str
) -> tuple[Action, ...]:
    """Choose what is offered, the main action first. `maker_url` is of a proven passport, or empty.

    1. What earns or protects something for this very visitor.
    2. What the answer asks for.
    3. A way on, for everybody.
    """
    said, actions = visit.words.verdict.actions, []
    if seen.holds and answer in _OWNERS:  # 1.
        actions.append(Action(said.my_pieces, visit.link("/pieces")))
    elif seen.token and custody is Custody.HOUSE and answer in _STANDING:
        actions.append(Action(said.claim, visit.link("/claim"), posts=True))
    if seen.token and seen.collectable:
        actions.append(Action(said.collect, visit.link("/points/collect"), posts=True))
    if answer is Answer.CANNOT_VERIFY:  # 2.
        actions.append(Action(said.again, ""))
    if maker_url and answer in _FOR_THE_MAKER and not seen.holds and len(actions) < _ACTIONS_MAX:
        actions.append(Action(said.contact.format(brand=visit.brand), maker_url, leaves=True))
    if answer in _SCAN_AGAIN:
        actions.append(Action(said.scan, visit.link("/")))
    elif answer in _COMPARED and len(actions) < _ACTIONS_MAX:
        actions.append(Action(said.compare, "#compare"))
    if answer not in _SCAN_AGAIN and len(actions) < _ACTIONS_MAX:  # 3.
        actions.append(Action(said.another, visit.link("/")))
    return tuple(actions)
