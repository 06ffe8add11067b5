"""The JavaScript oracles: installed from their lock file, asked through a pipe."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.oracles.unixfs_cases import Case, Tree

FOLDER = Path(__file__).parent


class OracleMissingError(Exception):
    """Node or its packages are not here. Fine on a desk, a failure in CI."""


def install() -> None:
    """Install what package-lock.json names, once. Raises OracleMissingError when it cannot be."""
    marker = FOLDER / "node_modules" / ".package-lock.json"
    lock = FOLDER / "package-lock.json"
    if marker.exists() and marker.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise OracleMissingError("npm is not installed")
    done = subprocess.run([npm, "ci"], cwd=FOLDER, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise OracleMissingError(f"npm ci: {done.stderr.strip()[-300:]}")
    os.utime(marker)


def importer_cids(cases: Sequence[Case]) -> list[str]:
    """Name each case with npm `ipfs-unixfs-importer` under profile unixfs-v1-2025."""
    install()
    node = shutil.which("node")
    if node is None:
        raise OracleMissingError("node is not installed")
    lines = "".join(json.dumps(_question(case)) + "\n" for case in cases)
    done = subprocess.run(
        [node, "unixfs_cids.mjs"], cwd=FOLDER, input=lines, capture_output=True, text=True, timeout=300, check=True
    )
    return done.stdout.split()


def _question(case: Case) -> dict[str, object]:
    layout = case.layout
    question: dict[str, object] = {
        "chunkBytes": layout.chunk_bytes,
        "width": layout.width,
        "directoryMaxBytes": layout.directory_max_bytes,
    }
    if isinstance(case.content, bytes):
        return question | {"file": _base64(case.content)}
    return question | {"entries": list(_flat(case.content))}


def _flat(tree: Tree, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    for name, entry in tree.items():
        if isinstance(entry, bytes):
            yield prefix + name, _base64(entry)
        elif entry:
            yield from _flat(entry, f"{prefix}{name}/")
        else:
            yield prefix + name, None


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
