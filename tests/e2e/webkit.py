"""WebKitGTK, driven as the W3C's WebDriver says, over HTTP: the engine of every browser on an iPhone, more or less."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from werkzeug.wrappers import Response

DRIVER: Final = "WebKitWebDriver"
SCREEN: Final = "Xvfb"
ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
"""How the standard names a reference to an element."""
_BROWSERS: Final = ("webkit2gtk-4.1/MiniBrowser", "webkit2gtk-4.0/MiniBrowser", "webkitgtk-6.0/MiniBrowser")
_ANSWER_MAX_S: Final = 90
_LISTENER: Final = b"""
globalThis.complaints = [];
addEventListener("error", event => complaints.push(String(event.message ?? event.target?.src)), true);
addEventListener("unhandledrejection", event => complaints.push(String(event.reason)));
addEventListener("securitypolicyviolation", ({effectiveDirective: rule, blockedURI: what}) =>
  complaints.push(`${rule} ${what}`));
"""


def missing() -> str:
    """Name what this machine lacks; empty where it has everything."""
    found = [name for name in (DRIVER, SCREEN) if shutil.which(name) is None]
    return ", ".join(found) or ("" if _browser() else "MiniBrowser")


class Listening:
    """Lets every page of a site begin with a script that hears what goes wrong: this driver tells nobody.

    It is a script of the site's own host, so the policies stay as they are.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/listener.js":
            return Response(_LISTENER, mimetype="text/javascript")(environ, start)
        response = Response.from_app(self._app, environ | {"HTTP_ACCEPT_ENCODING": "identity"})
        if response.mimetype == "text/html":
            response.set_data(response.get_data().replace(b"<head>", b'<head><script src="/listener.js"></script>', 1))
        return response(environ, start)


class WebKitError(Exception):
    """The browser did not do what it was asked for."""


class WebKit:
    """One browser with one page."""

    def __init__(self, driver: str) -> None:
        self._driver = driver
        options = {"binary": str(_browser()), "args": ["--automation"]}
        wishes = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self._session = f"/session/{self._ask('POST', '/session', wishes)['sessionId']}"

    def open(self, url: str) -> None:
        """Open a page and wait until it is there."""
        self._ask("POST", f"{self._session}/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """Run the body of a function in the page; it may `await`. Gives what it returns."""
        body = f"const done = arguments[arguments.length - 1]; const run = async (...given) => {{ {script} }};"
        body += (
            " run(...[...arguments].slice(0, -1)).then(value => done({value}), error => done({error: String(error)}));"
        )
        answer = self._ask("POST", f"{self._session}/execute/async", {"script": body, "args": arguments})
        if "error" in answer:
            raise WebKitError(answer["error"])
        return answer.get("value")

    def until(self, expression: str) -> Any:
        """Wait until an expression is true in the page, ten seconds at most. Gives its value."""
        wait = f"for (let i = 0; i < 500; i++) {{ const found = {expression}; if (found) return found; "
        found = self.run(wait + "await new Promise(next => setTimeout(next, 20)); } return null;")
        if found is None:
            raise WebKitError(f"never came true: {expression}")
        return found

    def until_at(self, path: str) -> None:
        """Wait until the browser is somewhere else; a page that goes away takes its script with it."""
        for _ in range(100):
            try:
                return self.until(f"location.pathname === {json.dumps(path)}") and None
            except WebKitError as error:
                if "never came true" in str(error):
                    raise
        raise WebKitError(f"never came to {path}")

    def type_into(self, selector: str, text: str) -> None:
        """Type, or choose a file."""
        element = self._ask("POST", f"{self._session}/element", {"using": "css selector", "value": selector})[ELEMENT]
        self._ask("POST", f"{self._session}/element/{element}/value", {"text": text})

    def close(self) -> None:
        """End the browser."""
        self._ask("DELETE", self._session)

    def _ask(self, method: str, path: str, content: object = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self._driver + path, body, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_MAX_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise WebKitError(error.read().decode()) from error


@contextmanager
def webkit(folder: Path) -> Iterator[WebKit]:
    """Start a screen, a driver and a browser; end them all."""
    home = folder / "home"
    home.mkdir()
    screen = subprocess.Popen([SCREEN, "-displayfd", "1", "-nolisten", "tcp"], stdout=subprocess.PIPE, text=True)
    assert screen.stdout is not None
    names = {"DISPLAY": f":{screen.stdout.readline().strip()}", "HOME": str(home), "LIBGL_ALWAYS_SOFTWARE": "1"}
    port = _free_port()
    driver = subprocess.Popen([DRIVER, "--host=127.0.0.1", f"--port={port}"], env=os.environ | names)
    try:
        _wait_for(port, driver)
        browser = WebKit(f"http://127.0.0.1:{port}")
        yield browser
        browser.close()
    finally:
        for process in (driver, screen):
            process.terminate()
            process.wait(10)
        screen.stdout.close()


def _browser() -> Path | None:
    return next((path for name in _BROWSERS for path in Path("/usr/lib").glob(f"*/{name}")), None)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, driver: subprocess.Popen[bytes]) -> None:
    """Wait until the driver listens."""
    while driver.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
            continue
        return
    raise WebKitError(f"{DRIVER} ended with {driver.returncode}")
