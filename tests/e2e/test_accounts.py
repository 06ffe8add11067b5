"""Accounts as a person meets them: a fingerprint reader, a phone, two languages, no mouse, or no script."""

import re

import pytest

from tests.e2e.passkeys import add_authenticator, sign_in, sign_out, sign_up
from tests.e2e.test_site_in_browser import NARROW, WCAG, violations, width_of
from web.store.invitations import invite
from web.store.people import Role
from web.store.sessions import STEP_UP_AGE_MAX_S

pytestmark = [pytest.mark.browser, pytest.mark.process]
ACCOUNT = re.compile(r"/account(\?|$)")
PAGES = ("/account", "/account/passkeys", "/account/passkeys/new", "/account/codes", "/account/sessions",
         "/account/data", "/account/confirm", "/invitation")  # fmt: skip


class Clock:
    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def site(serve, clock):
    """A site of our own, over a clock that the test sets."""
    return serve(clock=clock)[1]


@pytest.fixture
def base(site):
    return f"http://{site.host}"


@pytest.fixture
def browse(chromium):
    """Open a browser of one visitor's own; a script error or a blocked resource fails the test."""
    contexts, complaints = [], []

    def open_browser(**settings):
        context = chromium.new_context(**{"viewport": NARROW} | settings)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and complaints.append(said.text))
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert complaints == []


def heading(page):
    return page.locator("h1").inner_text()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(
    ("lang", "welcome", "greeting"),
    [("en", "Welcome, Zoé.", "Good to see you, Zoé."), ("fr", "Bienvenue, Zoé.", "Heureux de vous revoir, Zoé.")],
)
def test_a_customer_signs_up_out_and_in(base, browse, lang, welcome, greeting):
    """A name, a touch, ten codes; then a touch is enough."""
    page = browse()
    authenticator = add_authenticator(page)
    page.goto(f"{base}/sign-up?lang={lang}")
    page.locator("#name").fill("Zoé")
    page.locator("main button").click()
    page.wait_for_selector(".recovery-codes")

    assert welcome in page.locator(".notice").inner_text()
    assert len(set(page.locator(".recovery-codes code").all_inner_texts())) == 10
    (credential,) = authenticator.credentials()
    assert (credential["rpId"], credential["isResidentCredential"]) == ("localhost", True)
    sign_out(page, base)
    sign_in(page, base, lang=lang)
    assert greeting in page.locator("main").inner_text()


def test_autofill_signs_in_before_any_button_is_pressed(base, browse):
    """Where the browser offers passkeys in a field, choosing one is all there is to do."""
    page = browse()
    add_authenticator(page, autofill=True)
    sign_up(page, base)
    sign_out(page, base)
    page.goto(f"{base}/sign-in?next=/account/sessions")
    page.wait_for_url(f"{base}/account/sessions")

    assert heading(page) == "Where you are signed in"


def test_a_stranger_s_finger_is_refused_and_said(base, browse):
    """Nothing happens, the page says so, and the right finger works at once."""
    page = browse()
    authenticator = add_authenticator(page)
    sign_up(page, base)
    sign_out(page, base)
    authenticator.verify_user(verified=False)
    page.goto(f"{base}/sign-in")
    press(page, "Sign in with a passkey")
    page.get_by_text("Nothing was done").wait_for()
    authenticator.verify_user(verified=True)
    press(page, "Sign in with a passkey")

    page.wait_for_url(ACCOUNT)


def test_a_passkey_that_we_do_not_know_is_refused_in_words(base, browse):
    """An account deleted here may live on in somebody's phone."""
    page = browse()
    add_authenticator(page)
    sign_up(page, base)
    page.goto(f"{base}/account/data")
    page.get_by_label("I understand").check()
    press(page, "Delete my account")
    assert heading(page) == "Your account is deleted"
    page.goto(f"{base}/sign-in?lang=fr")
    page.locator("main button").first.click()

    page.get_by_text("Cette clé n’ouvre aucun compte ici").wait_for()


def test_an_answer_that_is_sent_again_opens_nothing(base, browse):
    """As a browser really sends it."""
    page, seen = browse(), {}
    add_authenticator(page)
    sign_up(page, base)
    sign_out(page, base)
    page.on("request", lambda asked: seen.update(body=asked.post_data) if "/sign-in/passkey" in asked.url else None)
    sign_in(page, base)
    status = page.evaluate(
        "body => fetch('/sign-in/passkey', {method: 'POST', headers: {'Content-Type': 'application/json'}, body})"
        ".then(response => response.status)",
        seen["body"],
    )

    assert status == 409


def test_a_copied_passkey_is_noticed(base, browse):
    """The authenticator's count went on without us: somebody else has the key."""
    page = browse()
    authenticator = add_authenticator(page)
    sign_up(page, base)
    (before,) = authenticator.credentials()
    sign_out(page, base)
    sign_in(page, base)
    sign_out(page, base)
    authenticator.clear()
    authenticator.restore(before)
    page.goto(f"{base}/sign-in")
    press(page, "Sign in with a passkey")

    page.get_by_text("This passkey seems to exist twice").wait_for()


def test_a_lost_phone_is_replaced_by_a_code_and_a_new_passkey(base, browse):
    """On the new phone: the code, the new passkey, and the account is there."""
    old = browse()
    add_authenticator(old)
    code = sign_up(old, base)[3]
    new = browse()
    add_authenticator(new)
    new.goto(f"{base}/sign-in?next=/account/passkeys")
    new.get_by_label("Recovery code").fill(code.lower())
    press(new, "Sign in with a code")
    assert "signed in with a recovery code" in new.locator("main").inner_text()
    new.get_by_label("Name of this passkey").fill("New phone")
    press(new, "Create the passkey")
    new.wait_for_url(f"{base}/account/passkeys")

    assert "New phone" in new.locator("main").inner_text()
    sign_out(new, base)
    sign_in(new, base)


def test_a_device_has_one_passkey_for_one_account(base, browse):
    """It says so itself, and the page repeats it in words."""
    page = browse()
    add_authenticator(page)
    sign_up(page, base)
    page.goto(f"{base}/account/passkeys/new")
    press(page, "Create the passkey")

    page.get_by_text("This device already has a passkey").wait_for()


def test_what_matters_asks_for_the_passkey_again(base, browse, clock):
    """After ten minutes: one touch, and on to where one wanted to go."""
    page = browse()
    add_authenticator(page)
    sign_up(page, base)
    clock.now += STEP_UP_AGE_MAX_S + 1
    page.goto(f"{base}/account/data")
    assert heading(page) == "Is it you?"
    press(page, "Confirm with my passkey")
    page.wait_for_url(f"{base}/account/data")

    assert heading(page) == "Your data"


def test_an_invitation_survives_signing_up_and_is_in_no_address(site, base, browse):
    """The guest opens the link, makes an account, comes back, and is staff."""
    page, asked = browse(), []
    add_authenticator(page)
    with site.database.writing() as connection:
        token = invite(connection, Role.STAFF, 1_800_000_000, age_max_s=600)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{base}/invitation#{token}")
    page.get_by_role("link", name="Create an account").click()
    page.locator("#name").fill("Sacha")
    page.locator("main button").click()
    page.wait_for_selector(".recovery-codes")
    page.locator("main a.button").click()
    page.wait_for_url(f"{base}/invitation")
    press(page, "Accept the invitation")

    page.wait_for_url(f"{base}/console")
    page.goto(f"{base}/account")
    assert "Staff of the house" in page.locator("main").inner_text()
    # The browser itself reports the first address with its fragment; no later one has it.
    assert not [url for url in asked[1:] if token in url]


# ---- without a script


def test_without_a_script_the_pages_say_what_works(base, browse):
    """Plainly, and no button that does nothing is shown."""
    page = browse(java_script_enabled=False)
    page.goto(f"{base}/sign-up")
    assert "needs JavaScript" in page.locator(".notice").inner_text()
    assert page.locator("main button:visible").count() == 0
    page.goto(f"{base}/sign-in")

    assert "A recovery code works without it" in page.locator(".notice").inner_text()
    assert page.locator("main button:visible").all_inner_texts() == ["Sign in with a code"]


def test_without_a_script_a_code_opens_the_whole_account(base, browse):
    """Sign in, rename, save codes as a file, download the data, sign out."""
    phone = browse()
    add_authenticator(phone)
    codes = sign_up(phone, base)
    page = browse(java_script_enabled=False)
    page.goto(f"{base}/sign-in")
    page.get_by_label("Recovery code").fill(codes[0])
    press(page, "Sign in with a code")
    page.get_by_role("link", name="Not now").click()
    page.get_by_label("Name", exact=True).fill("Camille B.")
    press(page, "Save")
    assert "Good to see you, Camille B." in page.locator("main").inner_text()
    page.goto(f"{base}/account/codes")
    press(page, "Make ten new codes")
    with page.expect_download() as saved:
        press(page, "Save as a file")
    text = saved.value.path().read_text("utf-8")
    page.goto(f"{base}/account/data")
    with page.expect_download() as data:
        page.get_by_role("link", name="Download my data").click()

    assert len(re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", text)) == 10
    assert "Camille B." in data.value.path().read_text("utf-8")
    sign_out(page, base)


# ---- for everybody


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_account_page_is_accessible_and_fits_the_narrowest_phone(base, browse, axe, lang):
    """WCAG 2.2 AA by axe, light and dark, 320 px wide, every part unfolded; the codes too."""
    page = browse(bypass_csp=True)
    add_authenticator(page)
    found = {}

    def look(name):
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found[name] = (width_of(page), violations(page, axe, *WCAG))
        page.emulate_media(color_scheme="dark")
        found[f"{name}, dark"] = (width_of(page), violations(page, axe, "wcag2aa"))
        page.emulate_media(color_scheme="light")

    for path in ("/sign-in", "/sign-up", "/account-deleted"):
        page.goto(f"{base}{path}?lang={lang}")
        look(path)
    page.goto(f"{base}/sign-up?lang={lang}")
    page.locator("#name").fill("Maximilienne-Alexandrine de Montmorency")
    page.locator("main button").click()
    page.wait_for_selector(".recovery-codes")
    look("the codes")
    for path in PAGES:
        page.goto(f"{base}{path}?lang={lang}")
        look(path)
    page.goto(f"{base}/account/passkeys?lang={lang}")
    page.locator("main .panel > p > a").first.click()
    look("remove")
    press(page, {"en": "Remove this passkey", "fr": "Supprimer cette clé"}[lang])
    page.goto(f"{base}/account/passkeys?lang={lang}")
    look("no passkey")

    assert {(NARROW["width"], ())} == {(width, tuple(faults)) for width, faults in found.values()}, found


def test_the_whole_way_in_is_walked_by_keyboard(base, browse):
    """Tab and Enter alone; what a script says is said to a screen reader."""
    page = browse()
    add_authenticator(page)
    page.goto(f"{base}/sign-up")
    page.locator("#name").focus()
    page.keyboard.type("Camille")
    page.keyboard.press("Enter")
    page.wait_for_selector(".recovery-codes")
    page.locator("main a.button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(ACCOUNT)
    sign_out(page, base)
    page.goto(f"{base}/sign-in")
    assert page.locator('[data-part="said"]').get_attribute("role") == "status"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.part") == "button":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    page.keyboard.press("Enter")
    page.wait_for_url(ACCOUNT)

    assert outline == "3px"


def test_a_browser_without_passkeys_is_told_so(base, browse):
    """Instead of a button that fails."""
    page = browse()
    page.add_init_script("delete globalThis.PublicKeyCredential")
    page.goto(f"{base}/sign-in")

    assert "cannot use passkeys" in page.locator('[data-part="said"]').inner_text()
    assert page.get_by_role("button", name="Sign in with a passkey").is_disabled()


def test_a_site_that_is_away_is_said_and_can_be_tried_again(base, browse):
    """A lift, a train: the button is there again."""
    page = browse()
    add_authenticator(page)
    page.goto(f"{base}/sign-in")
    page.context.set_offline(True)
    press(page, "Sign in with a passkey")
    page.get_by_text("We cannot be reached right now").wait_for()

    assert page.get_by_role("button", name="Sign in with a passkey").is_enabled()
