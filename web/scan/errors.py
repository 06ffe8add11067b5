"""Why a scan is not kept, or not taken."""

from __future__ import annotations

from enum import StrEnum, unique

from web.errors import WebError


@unique
class TokenRefusal(StrEnum):
    """What is wrong with a scan's token. Append only: these are codes of problem+json."""

    MALFORMED = "scan_token_malformed"
    FOREIGN = "scan_token_foreign"
    """Another site, another host or another secret signed it, or somebody changed it."""
    EXPIRED = "scan_token_expired"


class TokenRefusedError(WebError):
    """The token reports no scan. Nothing was kept; scan the label again."""

    def __init__(self, refusal: TokenRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
