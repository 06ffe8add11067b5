"""`make contracts`: build the contracts, compare the artifacts, run forge's tests.

Needs node and npm. Without them it says what it skipped; with CI=true a missing tool is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "mint" / "contracts"


def run(*command: str, cwd: Path = CONTRACTS) -> None:
    """Run one command and stop on its failure."""
    print("+", " ".join(command), flush=True)
    result = subprocess.run(command, cwd=cwd, check=False)  # noqa: S603
    if result.returncode:
        sys.exit(result.returncode)


def main() -> None:
    """Install the pinned node packages, then build, compare and test."""
    if not (shutil.which("node") and shutil.which("npm")):
        if os.environ.get("CI") == "true":
            sys.exit("node and npm are needed for the contracts' tests, and CI=true allows no skip")
        print("SKIPPED: the contracts' tests need node and npm; the committed artifacts are used as they are")
        return
    marker = CONTRACTS / "node_modules" / ".package-lock.json"
    lock = CONTRACTS / "package-lock.json"
    if not marker.exists() or marker.stat().st_mtime < lock.stat().st_mtime:
        run("npm", "ci", "--no-audit", "--no-fund", "--silent")
    run(sys.executable, "-m", "mint.contracts.build", "--check", cwd=ROOT)
    run("npx", "forge", "test")


if __name__ == "__main__":
    main()
