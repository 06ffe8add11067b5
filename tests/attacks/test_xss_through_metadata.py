"""A supplier writes markup where a passport or a step has words, or prints it on a label, and waits for customers.

The weaker rule puts the field into the page as it came, as explorers of NFTs did. Ours escapes every word in one
place, and no page lets any script run that is not the site's own.
"""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser

import pytest

from provenance_schemas.ids import ItemId
from provenance_schemas.passports import Mark, Passport
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.site import SiteWorld, some_site
from tests.fakes.visitor import Visitor
from tests.fakes.world import WORKSHOP
from verifier.answers import Answer

PAYLOADS = {
    "an element": "<script>steal()</script>",
    "an attribute": '"><img src=x onerror=steal()>',
    "a quote": "' autofocus onfocus='steal()",
    "the end of a style": "</style></title><script>steal()</script>",
    "a template": "{{ config }}{% print(1) %}<svg/onload=steal()>",
}
LINKS = ("href", "src", "action", "formaction", "xlink:href")


class Danger(HTMLParser):
    """Collects what a browser would run: scripts with words in them, handlers, links that are scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        for name, value in attrs:
            if name.startswith("on") or (name in LINKS and (value or "").strip().lower().startswith("javascript:")):
                self.found.append(f"{tag} {name}")

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def runs(page: str) -> list[str]:
    danger = Danger()
    danger.feed(page)
    return danger.found


def page_of_the_field(text: str) -> str:
    """The weaker rule: the words of the metadata are the words of the page."""
    return f"<h1 title='{text}'>{text}</h1>"


class MarkedUp(SiteWorld):
    """A brand whose documents carry markup in every field that holds words."""

    payload = ""

    def passport(self, item: ItemId, commitment: bytes) -> Passport:
        passport = super().passport(item, commitment)
        marks = tuple(Mark(f"{n} {self.payload}", f"{n} {self.payload}") for n in range(3))
        image = dataclasses.replace(passport.images[0], alt=f"Bag {self.payload}")
        product = dataclasses.replace(passport.product, model=f"Bag {self.payload}", marks=marks)
        words = {"name": f"Bag {self.payload}", "description": f"Bag {self.payload}"}
        return dataclasses.replace(passport, product=product, images=(image, *passport.images[1:]), **words)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_words_of_a_document_are_words_on_every_page(payload):
    """The documents are valid and verified: what they say is shown, to the letter, and nothing of it runs."""
    assert runs(page_of_the_field(payload))

    site = some_site(Answer.VERIFIED, world_type=type("World", (MarkedUp,), {"payload": payload}))
    words = {"name": f"Care {payload}", "description": f"Polished {payload}"}
    site.world.record(site.item, EntryKind.SERVICED, by=WORKSHOP, **words)
    site.world.settle()
    visitor = Visitor(site)
    proof = f"/proof/{site.item}"
    for path in (site.path, f"{site.path}?lang=fr", proof):
        page = visitor.get(path)
        assert page.status_code == 200
        assert runs(page.text) == []
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "steal()" in visitor.get(site.path).text, "the words are shown"


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_what_stands_on_a_label_or_is_typed_is_words_too(payload):
    """A sticker over the genuine label, a serial sent in a chat: both come back in the page that refuses them."""
    assert runs(page_of_the_field(payload))

    visitor = Visitor(some_site())
    for path in (
        f"/01/{payload}/21/X",
        f"/01/09521321000018/21/{payload}",
        f"/?next={payload}",
        f"/sign-in?next={payload}",
    ):
        assert runs(visitor.get(path).text) == []
    for field in ("serial", "text", "label", "gtin"):
        assert runs(visitor.post("/scan", {field: payload}).text) == []
