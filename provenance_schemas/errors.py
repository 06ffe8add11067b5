"""What can be wrong with text or bytes from outside. Nothing here talks about the world being away."""

from __future__ import annotations


class SchemaError(ValueError):
    """Base of every error this package raises: the input is not what it claims to be."""


class IdError(SchemaError):
    """A chain, address or token name is malformed."""


class ContentError(SchemaError):
    """Bytes are not what their content id, or their format, says they are."""


class LabelError(SchemaError):
    """A label is not in our grammar."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        where = "" if position is None else f" (at character {position + 1})"
        super().__init__(f"{reason}{where}")
        self.reason = reason
        self.position = position
        """Zero-based offset into the text as it was given, where one can be named."""


class ClaimCodeError(SchemaError):
    """A claim code was mistyped."""


class DocumentError(SchemaError):
    """A document breaks its schema."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        """JSON Pointer of the field at fault; empty for the whole document."""
        self.reason = reason
