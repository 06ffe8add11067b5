"""Names that people choose, for themselves and for their passkeys."""

from __future__ import annotations

import unicodedata
from typing import Final

from web.accounts.refusals import Refusal, RefusedError
from web.store.people import NAME_MAX

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that are not seen, or that turn the text around them."""
_TYPED_MAX: Final = 4 * NAME_MAX


def parse_name(typed: str) -> str:
    """Read a name: 1 to 40 visible characters, spaces made single. Raises RefusedError."""
    if len(typed) > _TYPED_MAX:
        raise RefusedError(Refusal.NAME_UNUSABLE, f"{len(typed)} characters")
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not 0 < len(name) <= NAME_MAX:
        raise RefusedError(Refusal.NAME_UNUSABLE, f"{len(name)} characters")
    if any(unicodedata.category(character) in _HIDDEN for character in name):
        raise RefusedError(Refusal.NAME_UNUSABLE, "a character that is not seen")
    return name
