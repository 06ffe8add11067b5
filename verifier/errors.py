"""Why a verification could not be made, as opposed to what it found."""

from __future__ import annotations

from collections.abc import Sequence


class VerifierError(Exception):
    """Base of every error this package raises."""


class UnavailableError(VerifierError):
    """The world did not answer. Worth a retry; says nothing about the item."""


class ChainUnavailableError(UnavailableError):
    """No node gave a usable answer."""


class ContentUnavailableError(UnavailableError):
    """No store gave the block within its limits."""


class ScansUnavailableError(UnavailableError):
    """The scan log did not answer."""


class ImageError(VerifierError):
    """A picture cannot be read. Nothing was kept; the message says what to send instead."""


class TrustError(VerifierError):
    """The trust file is missing or malformed. Nothing can be verified without one."""


class NotVerifiedError(VerifierError):
    """A caller demanded a level that the verdict does not have."""

    def __init__(self, level: str, codes: Sequence[str]) -> None:
        super().__init__(f"item is {level}: {', '.join(codes) or 'no finding'}")
        self.level = level
        self.codes = tuple(codes)
