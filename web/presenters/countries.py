"""Countries by their names in the visitor's language, as Unicode's CLDR has them."""

from __future__ import annotations

import functools

from babel import Locale

from web.presenters.language import Language


@functools.cache  # two languages, 250 countries; a code that is none is not kept
def _names(language: Language) -> dict[str, str]:
    return dict(Locale(language.value).territories)


def country_text(code: str, language: Language) -> str:
    """Name a country by its ISO 3166-1 code; the code itself where nobody has a name for it."""
    return _names(language).get(code, code)
