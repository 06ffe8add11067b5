"""How an answer looks and which HTTP status it has. Colour never speaks alone: each tone has its icon."""

from __future__ import annotations

from enum import StrEnum, unique
from http import HTTPStatus
from typing import Final

from verifier.answers import Answer
from verifier.verdict import Outcome


@unique
class Tone(StrEnum):
    """A colour of the stylesheet, by what it means."""

    VERIFIED = "verified"
    CAUTION = "caution"
    UNDETERMINED = "undetermined"
    REJECTED = "rejected"


@unique
class Icon(StrEnum):
    """A picture of `_icons.html`."""

    CHECK = "check"
    ALERT = "alert"
    QUESTION = "question"
    STOP = "stop"
    WAIT = "wait"
    """Something is under way: no answer yet, and no doubt either."""


ICONS: Final = {
    Tone.VERIFIED: Icon.CHECK,
    Tone.CAUTION: Icon.ALERT,
    Tone.UNDETERMINED: Icon.QUESTION,
    Tone.REJECTED: Icon.STOP,
}

TONES: Final = {
    Answer.VERIFIED: Tone.VERIFIED,
    Answer.VERIFIED_PENDING: Tone.VERIFIED,
    Answer.UNUSUAL_ACTIVITY: Tone.CAUTION,
    Answer.ACTIVITY_UNKNOWN: Tone.CAUTION,
    Answer.NOT_SOLD_YET: Tone.CAUTION,
    Answer.STEP_UNCONFIRMED: Tone.CAUTION,
    Answer.STOLEN: Tone.REJECTED,
    Answer.LOST: Tone.REJECTED,
    Answer.REVOKED: Tone.REJECTED,
    Answer.RECALLED: Tone.REJECTED,
    Answer.RETIRED: Tone.REJECTED,
    Answer.LABEL_REPLACED: Tone.REJECTED,
    Answer.NOT_GENUINE: Tone.REJECTED,
    Answer.NOT_ISSUED: Tone.REJECTED,
    Answer.CANNOT_VERIFY: Tone.UNDETERMINED,
}

OUTCOME_TONES: Final = {
    Outcome.PASSED: Tone.VERIFIED,
    Outcome.FAILED: Tone.REJECTED,
    Outcome.UNKNOWN: Tone.UNDETERMINED,
}

_STATUSES: Final = {
    Answer.NOT_ISSUED: HTTPStatus.NOT_FOUND,
    Answer.CANNOT_VERIFY: HTTPStatus.SERVICE_UNAVAILABLE,
}


def status_of(answer: Answer) -> HTTPStatus:
    """Give the HTTP status of an answer; every proved fact about a recorded piece is 200."""
    return _STATUSES.get(answer, HTTPStatus.OK)
