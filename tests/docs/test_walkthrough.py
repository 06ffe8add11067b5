"""The walkthrough works as it is written, and no link in the documentation leads nowhere."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.process
def test_every_command_of_the_walkthrough_does_what_the_text_says(tmp_path):
    """One shell, one folder, in the order of the page; only the port is another."""
    text = (ROOT / "docs" / "walkthrough.md").read_text("utf-8")
    script = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).replace("8099", str(_free_port()))
    guard = "trap 'kill $(jobs -p) 2>/dev/null; assay ledger stop >/dev/null 2>&1 || true' EXIT\n"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", guard + script],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_a_page_names_exists(page):
    """Links, and paths in backticks that begin with one of our folders."""
    text = page.read_text("utf-8")
    named = set(re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text))
    ours = r"`((?:docs|tests|mint|verifier|web|provenance_schemas|tools|\.ci)/[\w./-]+)`"
    missing = [n for n in named if not (page.parent / n).exists()]
    missing += [n for n in re.findall(ours, text) if not (ROOT / n.rstrip("/")).exists() and not _is_module(n)]

    assert missing == []


def _is_module(name: str) -> bool:
    """`mint/localnet` and `web/scan` name packages; `verifier/index` too."""
    return (ROOT / name).with_suffix(".py").exists()
