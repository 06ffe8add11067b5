"""The words of a person's pieces, by language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.pieces.catalogue import PiecesWords
from web.pieces.english import ENGLISH
from web.pieces.french import FRENCH
from web.presenters.language import Language

WORDS: Final[Mapping[Language, PiecesWords]] = {Language.EN: ENGLISH, Language.FR: FRENCH}
