"""Which words belong to which language."""

from __future__ import annotations

from typing import Final

from web.presenters.catalogue import Words
from web.presenters.english import ENGLISH
from web.presenters.french import FRENCH
from web.presenters.language import Language

_WORDS: Final = {Language.EN: ENGLISH, Language.FR: FRENCH}


def words_of(language: Language) -> Words:
    """Give a language's words."""
    return _WORDS[language]
