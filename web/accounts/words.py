"""The words of the account pages, by language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.accounts.catalogue import AccountsWords
from web.accounts.english import ENGLISH
from web.accounts.french import FRENCH
from web.presenters.language import Language

WORDS: Final[Mapping[Language, AccountsWords]] = {Language.EN: ENGLISH, Language.FR: FRENCH}
