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


class ContentMissingError(ContentUnavailableError):
    """The store answered: it does not hold this block."""


class ContentDamagedError(ContentUnavailableError):
    """The store gave other bytes under this name: cut, rotten or exchanged."""


class ScansUnavailableError(UnavailableError):
    """The scan log did not answer."""


class ImageError(VerifierError):
    """A picture cannot be read. Nothing was kept; the message says what to send instead."""


class TrustError(VerifierError):
    """The trust file is missing or malformed. Nothing can be verified without one."""


class TrustRefusedError(TrustError):
    """A signed trust file may not take the place of the one followed: unsigned, older, expired, of another root."""


class TrustUnavailableError(TrustError):
    """A trust file could not be had. What is followed already stays good until it expires."""


class SignatureError(VerifierError):
    """Bytes are no signature, or not in the one form that is accepted."""


class CheckpointError(VerifierError):
    """A checkpoint is malformed, not the brand's, or cannot be true beside another one. Nothing was remembered."""


class BundleError(VerifierError):
    """An evidence bundle is damaged, changed, or not in its one form. Nothing in it is believed or said of the item."""


class NoSuchPieceError(BundleError):
    """The registry holds no such piece at the block a bundle was asked for. No bundle was made."""


class SunError(VerifierError):
    """A tag's message is not in its form, or not of these keys. It proves nothing; the field says where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


class NotVerifiedError(VerifierError):
    """A caller demanded a level that the verdict does not have."""

    def __init__(self, level: str, codes: Sequence[str]) -> None:
        super().__init__(f"item is {level}: {', '.join(codes) or 'no finding'}")
        self.level = level
        self.codes = tuple(codes)
