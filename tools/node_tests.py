"""`make contracts`: build the contracts, compare the artifacts, run forge's tests; fetch the packages other tests need.

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
PACKAGES = (CONTRACTS, ROOT / "tests" / "e2e", ROOT / "tests" / "oracles", ROOT / "tests" / "real_nodes")
CI = os.environ.get("CI") == "true"


def run(*command: str, cwd: Path, environ: dict[str, str] | None = None) -> None:
    """Run one command and stop on its failure."""
    print("+", " ".join(command), flush=True)
    result = subprocess.run(command, cwd=cwd, check=False, env={**os.environ, **(environ or {})})  # noqa: S603
    if result.returncode:
        sys.exit(result.returncode)


def install(folder: Path) -> None:
    """Install the locked packages of one folder, unless they are there already. No package runs a script."""
    marker = folder / "node_modules" / ".package-lock.json"
    lock = folder / "package-lock.json"
    if not marker.exists() or marker.stat().st_mtime < lock.stat().st_mtime:
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", cwd=folder)
        marker.touch()


def main() -> None:
    """Install the pinned packages, then build, compare and test the contracts."""
    if not (shutil.which("node") and shutil.which("npm")):
        if CI:
            sys.exit("node and npm are needed for the contracts' tests, and CI=true allows no skip")
        print("SKIPPED: the contracts' tests need node and npm; the committed artifacts are used as they are")
        return
    for folder in PACKAGES:
        install(folder)
    run(sys.executable, "-m", "mint.contracts.build", "--check", cwd=ROOT)
    run("npx", "forge", "test", cwd=CONTRACTS, environ={"FOUNDRY_PROFILE": "ci"} if CI else None)


if __name__ == "__main__":
    main()
