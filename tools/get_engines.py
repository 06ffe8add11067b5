"""Build the real engines that the suites run on: geth and Kubo.

    python tools/get_engines.py [NAME ...]

Each is built with Go from a module in `tools/engines/`, whose go.sum pins every byte of it, into a folder of this
user's cache, so that a second checkout finds it there. Without Go it says what it skipped; with CI=true that is a
failure. The tests find the programs through `tests/engines.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent
ENGINES: Final = {
    "geth": "github.com/ethereum/go-ethereum/cmd/geth",
    "ipfs": "github.com/ipfs/kubo/cmd/ipfs",
}
"""Program -> the Go package it is built from."""
_QUICKLY: Final = ("-gcflags=all=-N -l", "-ldflags=-s -w")
"""Without optimising: a quarter less time to build, and fast enough for tests."""
_TIME_MAX_S: Final = 1_500


def engine_path(name: str) -> Path:
    """Say where a program is built; its locked module is part of the name, so a new version is built anew."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    locked = (ROOT / "engines" / name / "go.sum").read_bytes() + (ROOT / "engines" / name / "go.mod").read_bytes()
    return cache / "assay" / "engines" / f"{name}-{sha256(locked).hexdigest()[:16]}" / name


def build(name: str) -> bool:
    """Build one program unless it is there; True when it is."""
    target = engine_path(name)
    if target.exists():
        return True
    if not shutil.which("go"):
        return False
    print(f"+ go build {ENGINES[name]} (once; it takes some minutes)", flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}")
    command = ["go", "build", "-mod=readonly", "-buildvcs=false", *_QUICKLY, "-o", str(unfinished)]
    done = subprocess.run([*command, ENGINES[name]], check=False, cwd=ROOT / "engines" / name, timeout=_TIME_MAX_S)  # noqa: S603
    if done.returncode:
        return False
    unfinished.replace(target)
    return True


def main() -> int:
    """Build what was named, or everything."""
    missing = [name for name in sys.argv[1:] or ENGINES if not build(name)]
    if missing:
        print(f"SKIPPED: {', '.join(missing)}: not built; it takes Go 1.26 or newer. The tests on them will skip")
    return 1 if missing and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
