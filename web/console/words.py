"""The console's words by language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.console.catalogue import ConsoleWords
from web.console.english import ENGLISH
from web.console.french import FRENCH
from web.presenters.language import Language

WORDS: Final[Mapping[Language, ConsoleWords]] = {Language.EN: ENGLISH, Language.FR: FRENCH}
