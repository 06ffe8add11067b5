"""Two decoders side by side: hard films, each decoder alone, and every way in which one of them breaks."""

import pytest

from tests.e2e.scan_support import ARE_OFF, COUNTS, start, until, words
from tests.fakes.camera import CIRCUMSTANCES, camera_clip

pytestmark = [pytest.mark.browser, pytest.mark.process]
QR, WASM = "**/scan-worker.js*", "**/scan-worker-wasm.js*"
WORKS, ABSENT, SILENT, FAILS = "works", "absent", "silent", "fails"
SCRIPTS = {
    SILENT: "self.postMessage({ready: true})",
    FAILS: "self.postMessage({ready: true}); self.onmessage = () => self.postMessage({failed: 'out of memory'})",
}


@pytest.fixture(scope="module")
def films(sites, camera_file):
    """Put the first house's label before the camera, under some circumstances."""
    clips = {}

    def play(name):
        clips[name] = clips.get(name) or camera_clip(sites[0].label, CIRCUMSTANCES[name])
        camera_file.write_bytes(clips[name])

    return play


def replies(**how):
    """Let a decoder work, or break in one way."""

    def reply(kind):
        if kind is ABSENT:
            return lambda route: route.abort()
        return lambda route: route.fulfill(body=SCRIPTS[kind], content_type="text/javascript")

    patterns = {"qr": QR, "wasm": WASM}
    return [(patterns[name], reply(kind)) for name, kind in how.items() if kind is not WORKS]


@pytest.mark.parametrize("name", CIRCUMSTANCES)
def test_a_label_in_hard_circumstances_is_read(sites, films, visit, name):
    """Blur, glare, a tilt, dim light, and a code of three pixels a module."""
    films(name)
    page = visit()
    start(page)

    page.wait_for_url(f"**{sites[0].path}?lang=en")


@pytest.mark.parametrize(("qr", "wasm"), [(WORKS, ABSENT), (ABSENT, WORKS), (WORKS, SILENT), (FAILS, WORKS)])
def test_one_decoder_is_enough(sites, films, visit, qr, wasm):
    """The other did not load, says nothing, or says that it cannot: it holds nobody up."""
    films("sharp")
    page = visit(replies=replies(qr=qr, wasm=wasm))
    start(page)

    page.wait_for_url(f"**{sites[0].path}?lang=en")


@pytest.mark.parametrize(("qr", "wasm"), [(ABSENT, ABSENT), (FAILS, ABSENT), (SILENT, FAILS)])
def test_when_both_are_broken_it_is_said(films, visit, qr, wasm):
    """However they broke; and the camera is off again."""
    films("sharp")
    page = visit(COUNTS, replies=replies(qr=qr, wasm=wasm))
    page.clock.install()
    start(page)
    for _ in range(3):  # 5 s are waited for an answer; a frame in between shows that none came
        page.clock.run_for(2_500)

    assert until(page, "broken") == words().camera.broken
    assert page.evaluate(ARE_OFF)


def test_a_broken_binary_breaks_only_its_own_decoder(sites, films, visit):
    """A proxy that cuts WebAssembly short."""
    films("sharp")
    page = visit(replies=[("**/*.wasm", lambda route: route.fulfill(body="\0asm"))])
    start(page)

    page.wait_for_url(f"**{sites[0].path}?lang=en")


def test_nothing_of_this_is_loaded_before_the_tap(films, visit):
    """The first answer stays what it was: a form, and a few small scripts."""
    films("sharp")
    page = visit()
    page.get_by_role("button", name=words().camera.start).wait_for()
    names = page.evaluate("performance.getEntriesByType('resource').map(each => new URL(each.name).pathname)")

    assert "/static/js/scan-viewer.js" in names
    assert not [name for name in names if "vendor" in name or "worker" in name or "look" in name]


def test_only_the_workers_own_answer_may_compile_webassembly(films, visit):
    """The page may not, nor the other worker: each answer has its own policy."""
    films("sharp")
    page = visit()
    compiled = page.evaluate(
        """async () => {
          try { await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); return true; }
          catch (error) { return error.name; }
        }"""
    )
    policies = page.evaluate(
        """() => Promise.all(document.querySelector('[data-workers]').dataset.workers.split(' ').map(
          async address => (await fetch(address)).headers.get('Content-Security-Policy')))"""
    )

    assert compiled == "CompileError"
    assert ["wasm-unsafe-eval" in policy for policy in policies] == [False, True]
    assert all("require-trusted-types-for 'script'" in policy for policy in policies)
