"""Make sure that the browser tests find a Chromium: this machine's, else Debian's where it may be installed.

    python tools/find_chromium.py

Without one the browser tests skip; with CI=true that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_INSTALL: Final = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
_TIME_MAX_S: Final = 600


def main() -> int:
    """Find it, or install it, or say what is missing."""
    if os.environ.get("ASSAY_CHROMIUM") or any(map(shutil.which, NAMES)):
        return 0
    if not install():
        print("SKIPPED: the browser tests need Chromium; install it, or name it in $ASSAY_CHROMIUM")
        return 1 if os.environ.get("CI") == "true" else 0
    return 0


def install() -> bool:
    """Install Debian's package, where this user may do so without being asked for a password."""
    if not shutil.which("apt-get"):
        return False
    before = () if os.geteuid() == 0 else ("sudo", "-n")
    if before and not shutil.which("sudo"):
        return False
    print("+ apt-get install chromium (for the browser tests)", flush=True)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update", "-qq"), _INSTALL):
        try:
            done = subprocess.run([*before, *command], check=False, env=environ, timeout=_TIME_MAX_S)  # noqa: S603 - our own
        except (OSError, subprocess.TimeoutExpired):
            return False
        if done.returncode:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
