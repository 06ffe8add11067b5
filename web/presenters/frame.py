"""What surrounds every page: whose site it is, in which language, and the way to the other one."""

from __future__ import annotations

from dataclasses import dataclass

from web.presenters.catalogue import FrameWords, Words
from web.presenters.catalogues import words_of
from web.presenters.language import Language
from web.scripts import Script, script_urls
from web.stylesheet import Bundle


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
    path: str = "/"
    """The page asked for, to mark it in the navigation. Never a label's."""
    signed_in: bool = False
    staff: bool = False

    @property
    def words(self) -> Words:
        """The words of the visitor's language."""
        return words_of(self.language)

    def link(self, path: str) -> str:
        """Write a link to a page of ours that keeps the language asked for."""
        return f"{path}?lang={self.language}" if self.asked else path


@dataclass(frozen=True, slots=True)
class NavLink:
    """One way to go."""

    text: str
    href: str
    current: bool


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
    nav: tuple[NavLink, ...]
    bundle: Bundle
    scripts: tuple[Script, ...]
    signed_in: bool


def make_frame(
    visit: Visit,
    headline: str,
    *,
    other_path: str = "",
    bundle: Bundle = Bundle.PAGES,
    scripts: tuple[str, ...] = (),
) -> Frame:
    """Frame a page.

    `other_path` is where the language switch leads; empty is the same address. `scripts` are names in `static/js`.
    """
    other = Language.FR if visit.language is Language.EN else Language.EN
    words = visit.words.frame
    title = words.title.format(headline=headline, brand=visit.brand) if visit.brand else headline
    return Frame(
        visit.language,
        title,
        visit.brand,
        visit.host,
        visit.link("/"),
        other,
        f"{other_path}?lang={other}",
        words,
        _nav(visit, words),
        bundle,
        script_urls(scripts),
        visit.signed_in,
    )


def _nav(visit: Visit, words: FrameWords) -> tuple[NavLink, ...]:
    """Lay the navigation out: what only signed-in people have leads others to the sign-in page and back."""
    if not visit.brand:
        return ()
    places = [(words.home, "/"), (words.my_pieces, "/pieces"), (words.my_points, "/points")]
    places += [(words.console, "/console")] if visit.staff else []
    places += [(words.account, "/account")] if visit.signed_in else [(words.sign_in, "/sign-in")]
    return tuple(NavLink(text, visit.link(path), current=visit.path == path) for text, path in places)
