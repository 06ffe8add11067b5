"""The page that verifies without us, opened from a folder in a real browser: no server, no network."""

import pytest

from tests.fakes.bundles import BundleMaker
from tests.fakes.documents import GTIN
from tests.fakes.world import some_world
from tools.build_portable import SOURCES, VENDOR, build
from verifier.bundle_archive import read_archive, write_archive
from verifier.bundle_form import open_bundle
from verifier.label_opening import LabelOpening, write_opening
from verifier.trust import trust_json

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder as somebody keeps it: the page, and the files of one piece."""
    folder = tmp_path_factory.mktemp("kept")
    world = some_world()
    data = BundleMaker(world).make(world.bag)
    members = read_archive(data)
    changed = members["entries.bin"][:-1] + bytes([members["entries.bin"][-1] ^ 1])
    (folder / "assay-verify.html").write_bytes(build(SOURCES, VENDOR))
    (folder / "bag.assay.zip").write_bytes(data)
    (folder / "forged.assay.zip").write_bytes(write_archive(members | {"entries.bin": changed}))
    (folder / "trust.json").write_text(trust_json(world.trust))
    opening = LabelOpening(world.bag, GTIN, world.serials[world.bag.token_id])
    (folder / "opening.json").write_bytes(write_opening(opening))
    (folder / "hash.txt").write_text("0x" + open_bundle(data).block.hash.hex())
    return folder


@pytest.fixture
def page(chromium, folder):
    """The page from file://; a request for anything else ends the test."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    page = context.new_page()
    asked, problems = [], []
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith("file:") else None)
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((folder / "assay-verify.html").as_uri())
    page.wait_for_selector("#bundle")
    yield page
    context.close()

    assert asked == []
    assert problems == []


def give(page, folder, *, bundle="bag.assay.zip", trust=True, root=True):
    """Give the page what its reader holds, and wait for the answer."""
    if trust:
        page.set_input_files("#trust", folder / "trust.json")
        page.wait_for_selector("text=trust.json")
    if root:
        page.fill("#hash", (folder / "hash.txt").read_text())
        page.dispatch_event("#hash", "change")
    page.set_input_files("#bundle", folder / bundle)
    page.wait_for_selector("[data-level]")
    return page.get_attribute("[data-level]", "data-level")


def outcomes(page):
    """Read the outcome of each check off the page."""
    rows = page.query_selector_all("[data-code]")
    return {row.get_attribute("data-code"): row.get_attribute("data-outcome") for row in rows}


def test_a_genuine_bundle_is_verified_with_no_server_at_all(page, folder):
    """From a file, with a trust file and a block's hash of one's own; and its label by the opening."""
    assert give(page, folder) == "verified"
    assert set(outcomes(page).values()) == {"passed"}

    page.set_input_files("#opening", folder / "opening.json")
    page.wait_for_selector("[data-code='item.committed']")
    assert page.get_attribute("[data-level]", "data-level") == "verified"
    assert outcomes(page)["item.committed"] == "passed"


def test_a_forged_bundle_is_not(page, folder):
    """One byte of one entry, in an archive that is right again: refused, and nothing said against the piece."""
    assert give(page, folder, bundle="forged.assay.zip") == "undetermined"
    assert set(outcomes(page).values()) == {"unknown"}


def test_a_bundle_alone_proves_nothing(page, folder):
    """Without a hash from somebody else and a trust file of one's own, the page says what is missing."""
    assert give(page, folder, trust=False, root=False) == "undetermined"

    said = page.inner_text("#result")
    assert "A made-up chain would look the same" in said
    assert "Compare this contract" in said


def test_the_page_is_for_everyone(page, folder, axe):
    """WCAG 2.2 AA by axe, with an answer on the page, in both languages; the language is one key away."""
    give(page, folder)
    for language in ("en", "fr"):
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")

        assert [fault["id"] for fault in found["violations"]] == []
        assert page.get_attribute("html", "lang") == language
        page.focus("#language")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"html[lang={'fr' if language == 'en' else 'en'}]")
