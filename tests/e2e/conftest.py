"""A real browser in front of a real server. Skips where there is no Chromium; under CI=true that is a failure."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.scan_support import two_houses, visits
from tests.fakes.camera import camera_flags
from tests.fakes.site import FakeSite, some_site
from verifier.answers import Answer
from web.app import create_app
from web.cli.serve import make_site_server
from web.parts import Parts
from web.scan.camera import DECODER, DECODERS

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
Serve = Callable[..., tuple[str, FakeSite]]


def _missing(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI=true allows no skipping")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def camera_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's camera sees: the clip in this file, read whenever a page opens the camera."""
    return tmp_path_factory.mktemp("camera") / "seen.mjpeg"


@pytest.fixture(scope="session")
def chromium(camera_file: Path) -> Iterator[object]:
    """A headless Chromium, ours or the system's: $ASSAY_CHROMIUM, `chromium`, `google-chrome`."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        _missing("playwright")
    named = os.environ.get("ASSAY_CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found or not Path(found).exists():
        _missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", *camera_flags(camera_file)])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which `npm ci` in this folder installs."""
    if not AXE.exists():
        _missing("axe-core")
    return AXE.read_text("utf-8")


@pytest.fixture(scope="session")
def decoder() -> Path:
    """The QR decoders for browsers without one, which `tools/fetch_assets.py` puts there; the first of them."""
    for needed in DECODERS.values():
        if not needed.is_file():
            _missing(str(needed))
    return DECODER


@pytest.fixture(scope="session")
def placeholder() -> Parts:
    """What a server is made with until its port is known."""
    return some_site().parts()


@pytest.fixture
def serve(placeholder: Parts) -> Iterator[Serve]:
    """Serve a fake site on a port of its own; gives the label's address and the site."""
    servers = []

    def start(answer: Answer = Answer.VERIFIED, *, logs_scans: bool = False, **changes: object) -> tuple[str, FakeSite]:
        server = make_site_server(placeholder, "127.0.0.1", 0)
        # The labels name the port, which only now is known.
        site = some_site(answer, f"localhost:{server.server_port}")
        if logs_scans:
            site.keep_scans()
        server.app = create_app(site.parts(**changes))
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://{site.host}{site.path}", site

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def sites(placeholder: Parts, decoder: Path) -> Iterator[list[FakeSite]]:
    """Two houses, for whoever scans: a label of one is foreign to the other."""
    with two_houses(placeholder) as found:
        yield found


@pytest.fixture
def visit(chromium: object, sites: list[FakeSite]) -> Iterator[Callable[..., object]]:
    """Open the scan page of a house; at the end nothing may have complained."""
    with visits(chromium, sites) as open_page:
        yield open_page
