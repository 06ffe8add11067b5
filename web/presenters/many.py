"""The page where many labels are checked at once: its form, and one row of the answer for each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from verifier.answers import Answer, answer_of
from verifier.service import Verification
from web.presenters.catalogue import Refusal
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.many_words import ManyWords
from web.presenters.pages import SAID_OF_A_CODE, CameraPanel, CameraSetup, present_camera
from web.presenters.piece import proven_passport
from web.presenters.tones import ICONS, TONES, Icon, Tone

PATH: Final = "/scan/many"
MANY_SCRIPTS: Final = ("scan-many",)
MANY_MODULES: Final = tuple(
    f"/static/js/{name}.js"
    for name in ("scan-label", "scan-native", "scan-serial", "scan-stream", "scan-viewer", "scan-voice", "words")
)
_NO_PIECE: Final = frozenset({Answer.NOT_GENUINE, Answer.NOT_ISSUED, Answer.CANNOT_VERIFY})


@dataclass(frozen=True, slots=True)
class ManyRow:
    """One line of the list, with what came of it."""

    row: int
    label: str
    """The serial's end, or the line as it was written: to whoever wrote it."""
    href: str
    """The label's own page; empty where the line names none."""
    open_text: str
    piece: str
    answer: str
    tone: Tone
    icon: Icon


@dataclass(frozen=True, slots=True)
class ManyPage:
    """Form and answer."""

    frame: Frame
    status: int
    action_href: str
    one_href: str
    labels_max: int
    labels: str
    """What stands in the list: what could not be checked yet."""
    fault: str
    """Why the list was not checked, as a sentence; empty where it was, or nothing was sent."""
    lead: str
    summary: str
    rows: tuple[ManyRow, ...]
    postponed: bool
    camera: CameraPanel
    modules: tuple[str, ...]
    words: ManyWords


def present_many(
    visit: Visit,
    setup: CameraSetup,
    labels_max: int,
    *,
    rows: Sequence[ManyRow] = (),
    labels: str = "",
    fault: str = "",
    postponed: bool = False,
    status: int = 200,
) -> ManyPage:
    """Present the page. `fault` is one of ManyWords, filled in."""
    words = visit.words.many
    verified = sum(row.tone is Tone.VERIFIED for row in rows)
    says: Mapping[str, str] = asdict(visit.words.scan.burst) | {
        each.value: visit.words.refusals[each] for each in SAID_OF_A_CODE
    }
    return ManyPage(
        frame=make_frame(visit, words.headline, other_path=PATH, scripts=MANY_SCRIPTS),
        status=status,
        action_href=visit.link(PATH),
        one_href=visit.link("/"),
        labels_max=labels_max,
        labels=labels,
        fault=fault,
        lead=words.lead.format(count_max=labels_max),
        summary=words.summary.format(verified=verified, count=len(rows)) if rows else "",
        rows=tuple(rows),
        postponed=postponed,
        camera=present_camera(visit, setup, words.camera_title, says),
        modules=MANY_MODULES,
        words=words,
    )


def checked_row(row: int, serial: str, href: str, verification: Verification, visit: Visit) -> ManyRow:
    """Say what the record of a label says, in the words of its own page."""
    answer = answer_of(verification)
    passport = None if answer in _NO_PIECE else proven_passport(verification)
    tone, words = TONES[answer], visit.words
    return ManyRow(
        row,
        _tail(serial),
        href,
        words.many.open.format(row=row),
        passport.name if passport is not None else words.many.no_piece,
        words.answers[answer].headline,
        tone,
        ICONS[tone],
    )


def repeated_row(row: int, serial: str, first_row: int, visit: Visit) -> ManyRow:
    """Say that a label stands in the list twice: two pieces with one label are a reason to look."""
    said = visit.words.many.duplicate.format(row=first_row)
    return ManyRow(row, _tail(serial), "", "", "", said, Tone.CAUTION, Icon.ALERT)


def refused_row(row: int, text: str, refusal: Refusal, host: str, visit: Visit) -> ManyRow:
    """Say why a line names no label of ours; a foreign host is printed and never linked."""
    said = visit.words.refusals[refusal].format(host=host)
    return ManyRow(row, text, "", "", "", said, Tone.REJECTED, Icon.STOP)


def postponed_row(row: int, serial: str, visit: Visit) -> ManyRow:
    """Say that a label was not looked up yet: no doubt, and no answer."""
    return ManyRow(row, _tail(serial), "", "", "", visit.words.many.postponed, Tone.UNDETERMINED, Icon.WAIT)


def _tail(serial: str) -> str:
    return f"…{serial[-4:]}"
