"""From the label to points as a customer does it: the label's page, a new account, the points, and why."""

from __future__ import annotations

import re

import pytest

from tests.e2e.passkeys import add_authenticator
from web.points.words import WORDS
from web.presenters.language import Language

pytestmark = [pytest.mark.browser, pytest.mark.process]
PHONE = {"width": 390, "height": 844}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Customer:
    """A stranger with a phone who holds a label."""

    def __init__(self, serve, chromium, **settings):
        self.label, self.site = serve(logs_scans=True)
        self.base = f"http://{self.site.host}"
        self.page = chromium.new_context(**{"viewport": PHONE, "bypass_csp": True} | settings).new_page()

    def balance(self):
        with self.site.database.reading() as connection:
            person = connection.exec_driver_sql("SELECT id FROM person").scalar_one()
        return self.site.points.balance(person)


def violations(page, axe):
    """Name what axe finds on the page as it is."""
    page.evaluate(axe)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(r => r.violations)", WCAG
    )
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


@pytest.mark.parametrize("language", Language)
def test_a_stranger_scans_signs_up_and_collects(serve, chromium, axe, language):
    """One walk, without going back: the check that was made before the account existed is the one that pays."""
    words = WORDS[language]
    customer = Customer(serve, chromium)
    page, lang = customer.page, f"?lang={language.value}"
    add_authenticator(page)

    page.goto(customer.label + lang)
    page.locator('button[formaction*="/points/collect"]').click()
    page.wait_for_url(re.compile(r"/sign-in"))
    page.locator('a[href*="/sign-up"]').click()
    page.locator("#name").fill("Camille")
    page.locator('[data-behaviour="passkey-make"] button').click()
    page.wait_for_selector(".recovery-codes")
    page.locator("main a.button").click()
    page.wait_for_url(re.compile(r"/points/collect"))
    assert violations(page, axe) == []
    page.get_by_role("button", name=words.collect_button.format(points=words.points.format(amount=10))).click()
    page.wait_for_url(re.compile(r"/points\?"))

    assert words.awarded.format(points=words.points.format(amount=10)) in page.locator(".notice").inner_text()
    assert customer.balance().pending == 10
    page.locator(".earned summary").click()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_points_are_collected_with_keys_alone_in_the_dark_on_a_narrow_screen(serve, chromium, axe):
    """Enter is enough once the button has the focus; every stop on the way can be seen."""
    customer = Customer(serve, chromium, viewport={"width": 320, "height": 640}, color_scheme="dark")
    page = customer.page
    add_authenticator(page)
    page.goto(f"{customer.base}/sign-up")
    page.locator("#name").fill("Camille")
    page.keyboard.press("Enter")
    page.wait_for_selector(".recovery-codes")

    page.goto(customer.label)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.getAttribute('formaction') ?? '').includes('/points/collect')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/points\?"))

    assert customer.balance().pending == 10
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
