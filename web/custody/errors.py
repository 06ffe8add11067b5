"""What can go wrong with pieces held for people."""

from __future__ import annotations

from enum import StrEnum, unique
from pathlib import Path

from verifier.errors import UnavailableError
from web.errors import WebError


class CustodyKeyError(WebError):
    """The custody key is missing, or not the one that these addresses were made with.

    Nothing was signed. Restore `custody.key` from its copy: without it the pieces held for people cannot be moved.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; restore it from its copy")
        self.path = path
        self.reason = reason


class DeskUnavailableError(UnavailableError):
    """The house or its ledger does not answer. Nothing is lost; the same may be asked again."""


@unique
class ActRefusal(StrEnum):
    """Why the registry does not do what a person asked for. Append only: catalogues have words for each."""

    NOT_SOLD = "not_sold"
    USED = "used"
    STOLEN = "stolen"
    WRONG_CODE = "wrong_code"
    TOO_LATE = "too_late"
    NOT_HELD = "not_held"
    """The house does not hold the piece for this person, or not any more."""
    UNKNOWN_PIECE = "unknown_piece"
    OTHER = "other"


class DeskRefusedError(WebError):
    """The registry refuses. Nothing was changed."""

    def __init__(self, refusal: ActRefusal, detail: str = "") -> None:
        super().__init__(f"{refusal}: {detail}")
        self.refusal = refusal
        self.detail = detail
        """The registry's own name of the error; no account, no code."""
