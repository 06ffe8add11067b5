"""A visitor who came by tapping a tag: what its message proves of the piece that the label names.

Nothing is written here. The floor is only looked at, and moves when the page reports its scan (ADR 26).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from loyalty.adapters.sql_database import DatabaseUnavailableError
from mint.tags import TagSaid
from provenance_schemas.errors import LabelError
from provenance_schemas.ids import ItemId
from provenance_schemas.labels import parse_label
from verifier.checks.scans import check_possession_shown
from verifier.errors import SunError
from verifier.evidence import Disproved, Possession, Shown, Unavailable
from verifier.service import Verification
from verifier.tag_link import has_tag_message, read_tag_message
from verifier.verdict import Code, Verdict
from web.presenters.taps import TapSeen, TapState
from web.tags.desk import TagDesk, TagsAwayError
from web.tags.floors import TagFloors, Tap

_FALSE = {
    TagSaid.FALSE: (TapState.FALSE, "the message is not of this piece's tag"),
    TagSaid.OTHER_PIECE: (TapState.OTHER_PIECE, "the tag that answered is another piece's"),
    TagSaid.RETIRED: (TapState.RETIRED, "the tag that answered was taken out of use"),
}


@dataclass(frozen=True, slots=True)
class TapLook:
    """What was found, for the page, for the verdict, and for the report."""

    seen: TapSeen
    shown: Shown
    tap: Tap | None = None
    """What the report lets count; None where there is nothing to count."""


def is_tapped(text: str) -> bool:
    """Say whether a link comes from a tag: it has a message, and is else a label's own."""
    if not has_tag_message(text):
        return False
    try:
        parse_label(text)
    except LabelError:
        return False
    return True


def printed_link(text: str) -> str:
    """Give the link as the printed label has it, without any query: what the record is looked up by."""
    return text.partition("#")[0].partition("?")[0]


class Taps:
    """Looks at messages of tags."""

    def __init__(self, desk: TagDesk, floors: TagFloors) -> None:
        self._desk = desk
        self._floors = floors

    def look(self, text: str, found: Verification) -> TapLook | None:
        """Say what a tag's message proves; None where no piece was found that it could prove anything of.

        1. A cut message, or one that cannot be looked at, proves nothing.
        2. One that is not of this piece's tag is false.
        3. A genuine one counts while it is newer than all that counted. One that is not proves nothing: whoever opens
           a page again sends the very bytes that a copy would.
        """
        if not isinstance(found.evidence.item, ItemId):
            return None
        try:
            message = read_tag_message(text)
            reading = self._desk.read(parse_label(text), message, found.evidence.item.token_id)
            floor = self._floors.of(reading.tag.id) if reading.tag is not None else 0
        except SunError as error:  # 1.
            return TapLook(TapSeen(TapState.CUT), Unavailable(f"the tag's message: {error}"))
        except (TagsAwayError, DatabaseUnavailableError):
            return TapLook(TapSeen(TapState.AWAY), Unavailable("the tag's message cannot be checked right now"))
        if reading.said in _FALSE:  # 2.
            state, why = _FALSE[reading.said]
            return TapLook(TapSeen(state), Disproved(why))
        if reading.tag is None:
            return TapLook(TapSeen(TapState.NO_TAG), Unavailable("no tag is on record for this piece"))
        if reading.counter <= floor:  # 3.
            return TapLook(TapSeen(TapState.USED), Unavailable("the tag's message was used before"))
        seen = TapSeen(TapState.ANSWERED, reading.counter, reading.counter - floor - 1)
        return TapLook(seen, Possession.TAG, Tap(reading.tag.id, reading.counter))


def with_possession(found: Verification, shown: Shown) -> Verification:
    """Judge what was shown beside a verification that is shared; every other finding stays as it is."""
    evidence = replace(found.evidence, possession=shown)
    judged = check_possession_shown(evidence)
    findings = tuple(judged if one.code is Code.POSSESSION_SHOWN else one for one in found.verdict.findings)
    return Verification(evidence, Verdict(found.verdict.policy, findings))
