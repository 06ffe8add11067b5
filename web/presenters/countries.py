"""Countries by their names in the visitor's language, as Unicode's CLDR has them."""

from __future__ import annotations

import functools
import unicodedata
from typing import Final

from babel import Locale

from web.presenters.language import Language

_NO_COUNTRIES: Final = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)
"""Two letters that CLDR has a name for and ISO 3166-1 assigns to no country."""


@functools.cache  # two languages, 250 countries; a code that is none is not kept
def _names(language: Language) -> dict[str, str]:
    return dict(Locale(language.value).territories)


def country_text(code: str, language: Language) -> str:
    """Name a country by its ISO 3166-1 code; the code itself where nobody has a name for it."""
    return _names(language).get(code, code)


@functools.cache
def country_names(language: Language) -> tuple[tuple[str, str], ...]:
    """List every country of ISO 3166-1, code and name, in the order of an index: accents do not count."""
    known = [(code, name) for code, name in _names(language).items() if is_country(code)]
    return tuple(sorted(known, key=lambda each: _plain(each[1])))


def is_country(code: str) -> bool:
    """Say whether two letters are an assigned code of ISO 3166-1."""
    return len(code) == 2 and code.isalpha() and code in _names(Language.EN) and code not in _NO_COUNTRIES


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
