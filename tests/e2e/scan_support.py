"""A customer at the scan page: two houses to visit, films for the camera, and what the page says."""

import json
import threading
from contextlib import contextmanager

from tests.fakes.site import some_site
from verifier.answers import Answer
from web.app import create_app
from web.cli.serve import make_site_server
from web.presenters.catalogues import words_of
from web.presenters.language import Language

NARROW = {"width": 320, "height": 640}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CAMERA = '[data-behaviour="scan-camera"]'
OTHER_HOST = "check.maison.example"

SEES = """
globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return %s.map(rawValue => ({rawValue})); }
};
globalThis.Worker = class { constructor() { throw new Error("nobody needs a worker here"); } };
void 0;
"""
BREAKS = """
globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { throw new DOMException("", "NotSupportedError"); }
};
"""
REFUSES = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '%s'); };"
COUNTS = """
globalThis.streams = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async wishes => { const s = await open(wishes); streams.push(s); return s; };
"""
ASKS = """
const ask = navigator.mediaDevices.getUserMedia;
navigator.mediaDevices.getUserMedia = wishes => new Promise(done => { globalThis.allow = () => done(ask(wishes)); });
"""
ARE_OFF = "streams.length && streams.every(s => s.getTracks().every(t => t.readyState === 'ended'))"


@contextmanager
def two_houses(placeholder, around=lambda app: app):
    """Serve two houses, each on a port of its own: a label of one is foreign to the other."""
    servers = [make_site_server(placeholder, "127.0.0.1", 0) for _ in range(2)]
    found = []
    for server in servers:
        # The second host is the house's too, and nobody listens there.
        site = some_site(Answer.VERIFIED, f"127.0.0.1:{server.server_port}", OTHER_HOST)
        server.app = around(create_app(site.parts()))
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        found.append(site)
    yield found
    for server in servers:
        server.shutdown()
        server.server_close()


@contextmanager
def visits(chromium, sites):
    """Give a function that opens the scan page of the first house, or of the second.

    A script error or a blocked resource fails the test at its end.
    """
    contexts, complaints = [], []

    def open_page(script="", *, house=0, language=Language.EN, replies=(), **settings):
        context = chromium.new_context(**{"viewport": NARROW, "permissions": ["camera"]} | settings)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and complaints.append(said.text))
        page.add_init_script(script)
        for pattern, reply in replies:
            page.route(pattern, reply)
        page.goto(f"http://{sites[house].host}/?lang={language}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def words(language=Language.EN):
    return words_of(language).scan


def start(page, language=Language.EN):
    page.get_by_role("button", name=words(language).camera.start).click()


def until(page, state):
    """Wait for a state of the camera; give what it says."""
    page.locator(f"{CAMERA}[data-state={state}]").wait_for()
    return page.locator(f"{CAMERA} [data-part=said]").inner_text()


def until_true(page, expression):
    """Wait in the page itself, ten seconds at most: Playwright's own wait would need `unsafe-eval`."""
    came = page.evaluate(f"""async () => {{
      for (let i = 0; i < 500 && !({expression}); i++) await new Promise(done => setTimeout(done, 20));
      return Boolean({expression});
    }}""")
    assert came, expression


def said(page, behaviour):
    return page.locator(f'[data-behaviour="{behaviour}"] [data-part=said]').inner_text()


def sees(*texts):
    """A browser that reads QR codes itself, and reads these."""
    return SEES % json.dumps(texts)


def violations(page, axe, *tags):
    page.evaluate(axe)
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", tags)
    assert found["passes"], "no rule found anything to look at"
    return [(each["id"], node["html"]) for each in found["violations"] for node in each["nodes"]]


SHOWS = """
globalThis.shown = [];
globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return globalThis.shown.map(rawValue => ({rawValue})); }
};
globalThis.Worker = class { constructor() { throw new Error("nobody needs a worker here"); } };
"""
"""A browser that reads codes itself: those that `show` puts before the camera."""
SPEAKS = """
globalThis.spoken = [];
Object.defineProperty(globalThis, "speechSynthesis", {value: {cancel() {}, speak(utterance) {
  if (utterance.text) spoken.push([utterance.lang, utterance.text]);
  queueMicrotask(() => utterance.dispatchEvent(new Event("end")));
}}});
"""


def show(page, *texts):
    page.evaluate("texts => { globalThis.shown = texts; }", list(texts))


def part_of(page, name):
    return page.locator(f'.scanner [data-part="{name}"]')
