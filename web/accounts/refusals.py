"""Why an account page says no. The codes are append only: scripts and tests know them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from http import HTTPStatus
from typing import Final

from web.errors import WebError


@unique
class Refusal(StrEnum):
    """One reason. Unknown and wrong are one: nobody learns here which passkeys or codes exist."""

    UNREADABLE = "unreadable"
    NAME_UNUSABLE = "name_unusable"
    QUESTION_EXPIRED = "question_expired"
    PASSKEY_REFUSED = "passkey_refused"
    PASSKEY_COPIED = "passkey_copied"
    PASSKEY_KNOWN = "passkey_known"
    PASSKEYS_FULL = "passkeys_full"
    LAST_WAY_IN = "last_way_in"
    NO_PASSKEYS_HERE = "no_passkeys_here"
    CODE_REFUSED = "code_refused"
    INVITATION_REFUSED = "invitation_refused"
    ROLE_HELD = "role_held"
    NOT_CONFIRMED = "not_confirmed"
    CLAIM_UNDER_WAY = "claim_under_way"
    PIECES_NOT_CONFIRMED = "pieces_not_confirmed"


STATUSES: Final[Mapping[Refusal, HTTPStatus]] = {
    Refusal.UNREADABLE: HTTPStatus.BAD_REQUEST,
    Refusal.NAME_UNUSABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.QUESTION_EXPIRED: HTTPStatus.CONFLICT,
    Refusal.PASSKEY_REFUSED: HTTPStatus.FORBIDDEN,
    Refusal.PASSKEY_COPIED: HTTPStatus.FORBIDDEN,
    Refusal.PASSKEY_KNOWN: HTTPStatus.CONFLICT,
    Refusal.PASSKEYS_FULL: HTTPStatus.CONFLICT,
    Refusal.LAST_WAY_IN: HTTPStatus.CONFLICT,
    Refusal.NO_PASSKEYS_HERE: HTTPStatus.CONFLICT,
    Refusal.CODE_REFUSED: HTTPStatus.FORBIDDEN,
    Refusal.INVITATION_REFUSED: HTTPStatus.FORBIDDEN,
    Refusal.ROLE_HELD: HTTPStatus.CONFLICT,
    Refusal.NOT_CONFIRMED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.CLAIM_UNDER_WAY: HTTPStatus.CONFLICT,
    Refusal.PIECES_NOT_CONFIRMED: HTTPStatus.UNPROCESSABLE_ENTITY,
}


class RefusedError(WebError):
    """The wish was understood and is not granted. Nothing was changed."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{refusal.value}: {detail}" if detail else refusal.value)
        self.refusal = refusal
        self.detail = detail
        """For developers, in English; never shown, never a secret."""

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status of its answer."""
        return STATUSES[self.refusal]
