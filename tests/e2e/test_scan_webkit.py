"""The scan page in WebKit: modules, workers, WebAssembly and both policies, as an iPhone's browsers have them.

WebKitGTK has no camera that plays a film, so the decoders are given a picture.
"""

import base64
import os

import pytest

from tests.e2e.scan_support import two_houses, words
from tests.e2e.webkit import Listening, missing, webkit
from tests.fakes.camera import CIRCUMSTANCES, camera_frame
from tests.fakes.documents import GTIN
from tests.fakes.pictures import as_file, qr_picture
from web.presenters.language import Language

pytestmark = [pytest.mark.browser, pytest.mark.process]
READS = """
const [worker, source, offscreen] = given;
if (!offscreen) globalThis.OffscreenCanvas = undefined;
const {WorkerDecoder} = await import("/static/js/scan-worker-decoder.js");
const bytes = Uint8Array.from(atob(source), (letter) => letter.charCodeAt(0));
const picture = await createImageBitmap(new Blob([bytes], {type: "image/jpeg"}));
const canvas = document.createElement("canvas");
Object.assign(canvas, {width: picture.width, height: picture.height});
canvas.getContext("2d").drawImage(picture, 0, 0);
Object.assign(canvas, {videoWidth: canvas.width, videoHeight: canvas.height});
const address = document.querySelector("[data-workers]").dataset.workers.split(" ")[worker];
const decoder = new WorkerDecoder(address);
const {texts} = await decoder.read(canvas);
decoder.close();
return texts;
"""
REFUSES = """
Object.defineProperty(navigator, "mediaDevices", {configurable: true, value: {
  getUserMedia: async () => { throw new DOMException("", "NotAllowedError"); },
}});
"""


@pytest.fixture(scope="module")
def sites(placeholder, decoder):
    with two_houses(placeholder, Listening) as found:
        yield found


@pytest.fixture(scope="module")
def safari(tmp_path_factory):
    """WebKitGTK on a screen of its own."""
    lacks = missing()
    if lacks and os.environ.get("CI") == "true":
        pytest.fail(f"{lacks} is missing, and CI=true allows no skipping")
    if lacks:
        pytest.skip(f"{lacks} is missing")
    with webkit(tmp_path_factory.mktemp("webkit")) as browser:
        yield browser


@pytest.fixture
def page(safari, sites):
    """The first house's scan page; a script error or a blocked resource fails the test at its end."""
    safari.open(f"http://{sites[0].host}/?lang=en")
    safari.until("document.querySelector('[data-live]') && document.querySelector('.scanner').dataset.state")
    yield safari
    assert safari.run("return complaints") == []


def test_complaints_are_heard(safari, sites):
    """A script that fails and a picture that is blocked: silence below means something."""
    safari.open(f"http://{sites[0].host}/?lang=en")
    safari.run(
        "const it = document.createElement('img'); it.src = 'http://127.0.0.1:9/x.png'; document.body.append(it);"
    )
    safari.run("setTimeout(() => { throw new Error('a bug'); })")
    # The picture alone makes two complaints: that it is blocked, and that it did not load.
    heard = safari.until(
        "complaints.length > 1 && complaints.some(said => said.includes('a bug')) && complaints.join()"
    )

    assert "img-src http://127.0.0.1:9/x.png" in heard
    assert "a bug" in heard


def test_a_photo_is_read(page, sites, tmp_path):
    """Chosen, sent at once, followed."""
    photo = tmp_path / "label.png"
    photo.write_bytes(as_file(qr_picture(sites[0].label)))
    page.type_into("#choose", str(photo))
    page.until_at(sites[0].path)

    assert page.run("return document.querySelector('h1').innerText") == "Authentic record"


def test_a_typed_serial_is_read(page, sites):
    """In groups of four, as it is typed."""
    page.type_into("#serial", sites[0].path.rsplit("/", 1)[1].lower())
    page.type_into("#gtin", GTIN + "\ue007")
    page.until_at(sites[0].path)

    assert page.run("return document.querySelector('h1').innerText") == "Authentic record"


@pytest.mark.parametrize("worker", [0, 1], ids=["qr", "zxing"])
@pytest.mark.parametrize("offscreen", [True, False], ids=["bitmap", "pixels"])
def test_each_worker_reads_a_frame(page, sites, worker, offscreen):
    """Module worker, Trusted Types, WebAssembly under its own policy; with OffscreenCanvas, and as before it."""
    frame = as_file(camera_frame(sites[0].label, 0.3, CIRCUMSTANCES["tilted"]), "JPEG")
    source = base64.b64encode(frame).decode()

    assert page.run(READS, worker, source, offscreen) == [sites[0].label]


@pytest.mark.parametrize("language", Language)
def test_a_refused_camera_leads_to_words(safari, sites, language):
    """And the other ways are still there."""
    safari.open(f"http://{sites[0].host}/?lang={language}")
    safari.until("document.querySelector('[data-live]')")
    safari.run(REFUSES)
    # The page asked whether there is a camera before the script above ran: ask again.
    safari.run("await import('/static/js/scan-camera.js?again')")
    state = "document.querySelector('.scanner').dataset.state"
    safari.run("document.querySelector('.scanner [data-part=button]').click()")
    safari.until(f"{state} === 'blocked'")

    assert (
        safari.run("return document.querySelector('.scanner [data-part=said]').innerText")
        == words(language).camera.blocked
    )
    assert safari.run("return document.querySelector('#serial').checkVisibility()")
