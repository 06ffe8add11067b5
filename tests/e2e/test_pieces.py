"""Claim, my pieces and a theft as their owner does them: with a thumb, a keyboard, no script, in French, at night."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from mint.lock import FolderLock
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.step_kinds import Status
from tests.e2e.passkeys import add_authenticator, sign_up
from tests.fakes.pieces import some_sold_piece
from tests.fakes.registry import some_address
from web.custody.handlers import PieceJobs
from web.jobs.worker import Worker
from web.pieces.words import WORDS
from web.presenters.language import Language

pytestmark = [pytest.mark.browser, pytest.mark.process]
NARROW = {"width": 320, "height": 640}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GTIN = "09521321000018"
MINE = some_address("my own wallet")


class Sale:
    """A site where a piece was just sold, and a browser at its door."""

    def __init__(self, serve, chromium, axe, complaints, **settings):
        _, self.site = serve()
        parts = self.site.parts()
        lock = FolderLock(Path(tempfile.mkdtemp(dir=Path(self.site.database.engine.url.database).parent)))
        self.worker = Worker(parts.custody.jobs, PieceJobs(self.site.desk, parts.custody).handlers(), lock)
        self.item = some_sold_piece(self.site.world)
        self.code = self.site.desk.give_card(self.item)
        self.base = f"http://{self.site.host}"
        self.axe = axe
        self.context = chromium.new_context(**{"viewport": NARROW, "bypass_csp": True} | settings)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: complaints.append(str(error)))
        self.page.on("console", lambda said: "Content Security" in said.text and complaints.append(said.text))

    def work(self):
        while self.worker.run_once():
            pass

    @property
    def status(self):
        registry = self.site.world.registry
        return Status(registry.words(self.item, registry.tip).status)

    def go(self, path):
        self.page.goto(self.base + path)

    def type_label(self):
        self.page.locator("#serial").fill(self.site.world.serials[self.item.token_id])
        self.page.locator("#gtin").fill(GTIN)
        self.page.locator("form:has(#serial) button").click()
        self.page.wait_for_url(re.compile(r"/claim(\?lang=..)?$"))

    def type_code(self, code):
        self.page.locator("#code").fill(code)
        self.page.locator("form:has(#code) button").click()

    def own(self, query=""):
        """Sign up, claim and hold the piece; ends at its page, whose path it gives."""
        add_authenticator(self.page)
        sign_up(self.page, self.base, lang="fr" if "fr" in query else "en")
        self.go(f"/claim{query}")
        self.type_label()
        self.type_code(self.code.symbols)
        self.page.wait_for_url(re.compile("/pieces/"))
        self.work()
        self.page.wait_for_selector(".notice.verified")
        return self.page.url.removeprefix(self.base).partition("?")[0]

    def look(self):
        """Hold the page to the narrowest phone and to WCAG 2.2 AA, light and dark."""
        assert self.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"], self.page.url
        for scheme, tags in (("light", WCAG), ("dark", ["wcag2aa"])):
            self.page.emulate_media(color_scheme=scheme)
            self.page.evaluate(self.axe)
            found = self.page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", tags)
            assert found["passes"], "no rule found anything to look at"
            assert [(each["id"], node["html"]) for each in found["violations"] for node in each["nodes"]] == []
        self.page.emulate_media(color_scheme="light")


@pytest.fixture
def sale(serve, chromium, axe):
    """Make sales, each with a browser of its own; a script error or a blocked resource fails the test."""
    complaints, sales = [], []

    def make(**settings):
        sales.append(Sale(serve, chromium, axe, complaints, **settings))
        return sales[-1]

    yield make
    for one in sales:
        one.context.close()
    assert complaints == []


@pytest.mark.parametrize("language", Language)
def test_from_a_card_and_a_label_to_my_piece(sale, language):
    """The card is scanned first; its code leaves the address at once, waits in the tab, and is there when asked for.

    Every page on the way fits the narrowest phone and is accessible.
    """
    one, words = sale(), WORDS[language]
    one.go(f"/claim?lang={language}#{one.code.symbols}")
    assert "#" not in one.page.url
    assert one.page.locator('[data-behaviour="claim-card"]').inner_text() == words.claim.card_waits
    one.look()
    one.type_label()
    one.look()
    add_authenticator(one.page)
    sign_up(one.page, one.base, lang=language.value)
    one.go(f"/claim?lang={language}")
    assert one.page.locator("#code").input_value() == " ".join(one.code.groups)
    assert one.page.locator("#code-state").inner_text() == words.claim.code_right
    one.look()

    one.page.locator("form:has(#code) button").click()
    one.page.wait_for_url(re.compile("/pieces/"))
    assert words.job.claiming.title in one.page.content()
    one.look()
    piece = one.page.url
    one.go(f"/account/data?lang={language}")
    assert one.page.locator(".button.danger").count() == 0
    one.look()
    one.page.goto(piece)
    one.work()
    one.page.get_by_text(words.job.done_claim.title, exact=True).wait_for()

    one.look()
    assert one.page.evaluate("sessionStorage.length") == 0
    one.go(f"/pieces?lang={language}")
    one.look()
    assert one.page.locator(".held-name").count() == 1
    one.go(f"/account/data?lang={language}")
    assert one.page.locator("#pieces").count() == 1
    one.look()


def test_a_wrong_code_is_not_typed_again(sale):
    """One character to correct, not twenty-seven; and while it is typed its check character speaks."""
    one = sale()
    add_authenticator(one.page)
    sign_up(one.page, one.base)
    one.go("/claim")
    one.type_label()
    wrong = ClaimCode.new()
    one.type_code(wrong.symbols)
    one.page.wait_for_selector(".error")
    one.look()

    assert one.page.locator("#code").input_value() == " ".join(wrong.groups)
    one.page.locator("#code").fill("abc")
    assert one.page.locator("#code-state").inner_text() == "3 of 27"
    one.page.locator("#code").fill(one.code.symbols[:-1] + ("0" if one.code.symbols[-1] != "0" else "1"))
    assert one.page.locator("#code-state").inner_text() == WORDS[Language.EN].claim.code_wrong


@pytest.mark.parametrize("language", Language)
def test_a_theft_is_reported_and_taken_back(sale, language):
    """With what everybody will read shown before; by keyboard alone."""
    one = sale()
    look = one.look if language is Language.FR else lambda: None  # the longer words
    path = one.own(f"?lang={language}")
    words = WORDS[language].report
    one.go(f"{path}/report?lang={language}")
    look()
    one.page.locator("input[name=what]").first.focus()
    one.page.keyboard.press("Space")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector("blockquote")
    look()
    one.page.get_by_role("button", name=words.confirm[20]).focus()
    one.page.keyboard.press("Enter")
    one.page.wait_for_url(re.compile(rf"{path}(\?|$)"))
    one.work()
    one.page.get_by_text(WORDS[language].job.done_report[20].text).wait_for()
    assert one.status & Status.STOLEN
    look()

    one.go(f"{path}/withdraw?lang={language}")
    look()
    one.page.locator("input[name=what]").first.check()
    one.page.get_by_role("button", name=words.look).click()
    one.page.get_by_role("button", name=words.confirm[22]).click()
    one.page.wait_for_url(re.compile(path))
    one.work()

    assert not one.status & Status.STOLEN


def test_a_piece_is_moved_out(sale):
    """The address is seen twice, and ticked."""
    one = sale()
    path = one.own()
    one.go(f"{path}/move")
    one.look()
    one.page.locator("#address").fill(MINE[:-1] + "x")
    one.page.locator("form:has(#address) button").click()
    one.page.wait_for_selector(".error")
    one.look()
    one.page.locator("#address").fill(MINE)
    one.page.locator("form:has(#address) button").click()
    one.page.wait_for_selector("#sure")
    one.look()
    one.page.locator("#sure").check()
    one.page.locator("form:has(#sure) button").click()
    one.page.wait_for_url(re.compile(rf"{path}(\?|$)"))
    one.work()
    one.page.get_by_text(WORDS[Language.EN].job.done_move.title, exact=True).wait_for()

    assert one.site.world.registry.words(one.item, one.site.world.registry.tip).owner == MINE
    one.look()


def test_everything_but_the_passkey_works_without_a_script(sale, chromium):
    """Claim and report by plain forms; the page that waits loads itself again."""
    one = sale()
    add_authenticator(one.page)
    sign_up(one.page, one.base)
    plain = chromium.new_context(viewport=NARROW, java_script_enabled=False, storage_state=one.context.storage_state())
    one.page = plain.new_page()
    one.go("/claim")
    one.type_label()
    one.type_code(one.code.symbols)
    one.page.wait_for_url(re.compile("/pieces/"))
    path = one.page.url.removeprefix(one.base)
    assert one.page.locator('noscript meta[http-equiv="refresh"], meta[http-equiv="refresh"]').count() == 1
    one.work()
    one.go(f"{path}/report")
    one.page.locator("input[name=what]").first.check()
    one.page.locator("main form button").click()
    one.page.locator("main form button").click()
    one.work()
    plain.close()

    assert one.status & Status.STOLEN
