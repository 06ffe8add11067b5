"""The languages the site speaks."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

from werkzeug.datastructures import LanguageAccept


@unique
class Language(StrEnum):
    """An ISO 639-1 code, as it stands in `lang` attributes."""

    EN = "en"
    FR = "fr"


DEFAULT: Final = Language.EN


def choose_language(asked: str | None, accepted: LanguageAccept, own: str | None = None) -> Language:
    """Take what was asked for by `?lang=`, else the account's own, else what the browser prefers, else English."""
    for chosen in (asked, own):
        if chosen in set(Language):
            return Language(chosen)
    return Language(accepted.best_match([language.value for language in Language], DEFAULT.value))
