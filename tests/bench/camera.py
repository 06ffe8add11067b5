"""How long a customer waits with the camera open: from the tap to the answer, on films of hard labels.

The same page, films, Chromium and machine for all; the peers are our own page with one decoder taken out, so each is
measured as a site would use it alone, loading included. Rounds of all three are mixed, so that a busy moment hits
all. The browser's own `BarcodeDetector` is not among them: headless Chromium has none. The answer is the moment at
which the page leaves for the label's own, so no server is in the figures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from tests.bench.figures import Figure, median
from tests.bench.visible import chromium_path
from tests.e2e.scan_support import two_houses
from tests.fakes.camera import CIRCUMSTANCES, camera_clip, camera_flags
from tests.fakes.site import some_site
from web.presenters.catalogues import words_of
from web.presenters.language import Language

ROUNDS: Final = 7
WAIT_MAX_MS: Final = 6_000.0
"""A decoder that read nothing until then did not read the film; it is shown with this figure."""
RACE: Final = "race"
_TAKEN_OUT: Final[Mapping[str, str | None]] = {
    RACE: None,
    "qr alone": "**/scan-worker-wasm.js*",
    "zxing-wasm alone": "**/scan-worker.js*",
}
# The page's words change to those of a read label right before it leaves.
_WATCH: Final = """
    () => new Promise(tell => {
        const panel = document.querySelector(".scanner");
        let tapped = 0;
        const look = () => panel.dataset.state === "found" && tell(performance.now() - tapped);
        new MutationObserver(look).observe(panel, {attributes: true});
        setTimeout(() => tell(null), %d);
        tapped = performance.now();
        panel.querySelector("[data-part=button]").click();
    })
"""


def measure() -> list[Figure]:
    """Measure every film."""
    from playwright.sync_api import sync_playwright

    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        site = opened.enter_context(two_houses(some_site().parts()))[0]
        playwright = opened.enter_context(sync_playwright())
        clip = folder / "seen.mjpeg"
        clip.touch()
        flags = ["--no-sandbox", *camera_flags(clip)]
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        figures = []
        for name, how in CIRCUMSTANCES.items():
            clip.write_bytes(camera_clip(site.label, how))
            figures.append(_figure(name, _rounds(browser, f"http://{site.host}/?lang=en")))
        browser.close()
    return figures


def _rounds(browser: Any, url: str) -> dict[str, list[float]]:
    waited: dict[str, list[float]] = {name: [] for name in _TAKEN_OUT}
    for round_number in range(ROUNDS + 1):
        for name, taken_out in _TAKEN_OUT.items():
            waited_ms = _tap(browser, url, taken_out)
            if round_number:  # the first warms the server and the film
                waited[name].append(waited_ms)
    return waited


def _figure(name: str, waited: Mapping[str, list[float]]) -> Figure:
    peers = {peer: median(samples) for peer, samples in waited.items() if peer != RACE}
    ours = median(waited[RACE])
    told = ", ".join(f"{peer} {'nothing' if ms >= WAIT_MAX_MS else f'{ms:.0f} ms'}" for peer, ms in peers.items())
    ratio = round(ours / min(peers.values()), 3)
    return Figure(f"scan_tap_ms_{name}", ours, "ms", against=told, ratio=ratio, samples=waited[RACE])


def _tap(browser: Any, url: str, taken_out: str | None) -> float:
    """Open the page as a new visitor, tap, and wait for the answer; gives milliseconds."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = context.new_page()
    # The label's own page is not waited for.
    page.route("**/01/**", lambda route: route.abort())
    if taken_out is not None:
        page.route(taken_out, lambda route: route.abort())
    page.goto(url)
    page.get_by_role("button", name=words_of(Language.EN).scan.camera.start).wait_for()
    waited_ms: float | None = page.evaluate(_WATCH % WAIT_MAX_MS)
    context.close()
    return WAIT_MAX_MS if waited_ms is None else round(waited_ms, 1)
