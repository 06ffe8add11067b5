"""How long a customer waits: from the tap to the verdict's headline, on a slow phone and a mobile network.

The phone is Chromium slowed down four times. The network is "4G" by CDP: 9 Mbit/s down, 1.5 Mbit/s up and 85 ms a
round trip. CDP delays a request but no connection, so each request waits two round trips, as a first one does
without TLS. Every round is a new visitor: nothing is cached, no connection is open.
"""

from __future__ import annotations

import os
import shutil
from typing import Any, Final

from tests.bench.figures import Figure, median
from tests.e2e.showroom import Gallery, Showroom

ROUNDS: Final = 9
GOAL_MS: Final = 700.0
_SLOWDOWN: Final = 4
_NETWORK: Final = {
    "offline": False,
    "latency": 2 * 85,
    "downloadThroughput": 9_000_000 / 8,
    "uploadThroughput": 1_500_000 / 8,
}
# Runs before the page: a frame after the headline has a place on the screen, it has been painted.
_WATCH: Final = """
    const look = () => {
        const headline = document.querySelector("#verdict");
        if (!headline?.getClientRects().length) return requestAnimationFrame(look);
        requestAnimationFrame(() => { window.seenAt = performance.now(); });
    };
    requestAnimationFrame(look);
"""
_SEEN: Final = """
    () => new Promise(tell => {
        const ask = () => {
            const [painted] = performance.getEntriesByName("first-contentful-paint");
            if (!window.seenAt || !painted) return requestAnimationFrame(ask);
            tell(Math.max(window.seenAt, painted.startTime));
        };
        ask();
    })
"""


def measure() -> list[Figure]:
    """Measure the bag of the example collection, with its photo, its map and its eight steps."""
    from playwright.sync_api import sync_playwright

    gallery = Gallery()
    try:
        url, _ = gallery.open(world_type=Showroom)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            seen_ms = [_visit(browser, url) for _ in range(ROUNDS + 1)][1:]
            browser.close()
    finally:
        gallery.close()
    against = "CPU x4, 9 Mbit/s, 85 ms round trip, no TLS"
    return [Figure("verdict_visible_4g_ms", median(seen_ms), "ms", GOAL_MS, against=against, samples=seen_ms)]


def _visit(browser: Any, url: str) -> float:
    """Open the page as a new visitor; gives milliseconds from the navigation to the headline."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=3, is_mobile=True)
    page = context.new_page()
    phone = context.new_cdp_session(page)
    phone.send("Network.enable")
    phone.send("Network.emulateNetworkConditions", _NETWORK)
    phone.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWDOWN})
    page.add_init_script(_WATCH)
    page.goto(url, wait_until="commit")
    seen_ms: float = page.evaluate(_SEEN)
    context.close()
    return round(seen_ms, 1)


def chromium_path() -> str:
    """Find the browser, as the tests do: $ASSAY_CHROMIUM, `chromium`, `google-chrome`."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("ASSAY_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise FileNotFoundError("Chromium is missing: install it, or name it in $ASSAY_CHROMIUM")
    return found
