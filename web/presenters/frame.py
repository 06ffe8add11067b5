"""What surrounds every page: whose site it is, in which language, and the way to the other one."""

from __future__ import annotations

from dataclasses import dataclass

from web.presenters.catalogue import FrameWords, Words
from web.presenters.catalogues import words_of
from web.presenters.language import Language


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a visitor came to, and the language to answer in."""

    host: str
    """As the browser names it, lower case, with `:port` unless it is the scheme's own."""
    brand: str
    """The maker's name; empty where no brand answers on this host."""
    language: Language
    asked: bool
    """The language was asked for by `?lang=`, so our links keep it."""

    @property
    def words(self) -> Words:
        """The words of the visitor's language."""
        return words_of(self.language)

    def link(self, path: str) -> str:
        """Write a link to a page of ours that keeps the language asked for."""
        return f"{path}?lang={self.language}" if self.asked else path


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything a page needs but its content."""

    language: Language
    title: str
    """Headline and maker: never an item, never a serial."""
    brand: str
    host: str
    home_href: str
    other_language: Language
    other_href: str
    words: FrameWords


def make_frame(visit: Visit, headline: str, *, other_path: str = "") -> Frame:
    """Frame a page. `other_path` is where the language switch leads; empty is the same address."""
    other = Language.FR if visit.language is Language.EN else Language.EN
    words = visit.words.frame
    title = words.title.format(headline=headline, brand=visit.brand) if visit.brand else headline
    return Frame(
        visit.language, title, visit.brand, visit.host, visit.link("/"), other, f"{other_path}?lang={other}", words
    )
