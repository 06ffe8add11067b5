"""`make prove`: slither over the contracts, halmos over their proofs.

slither   a finding that mint/contracts/slither-triage.json does not explain fails; so does an explanation of nothing
halmos    every `check_` function of mint/contracts/test/proofs must pass, within the bounds it prints

Both run in an environment of their own, build/proofs, made from tools/contracts-requirements.txt with hashes; the
compiler and forge are those of `make contracts`. Says what it skips; with CI=true a missing tool fails.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mint.contracts import build

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = ROOT / "tools" / "contracts-requirements.txt"
TRIAGE: Final = build.HERE / "slither-triage.json"
ENVIRONMENT: Final = ROOT / "build" / "proofs"
_INSTALL_MAX_S: Final = 900
_RUN_MAX_S: Final = 1_800
_LOOP: Final = "4"
"""Times halmos goes round a loop; our longest has three rounds, and the tree of the claim one."""

_SOLVE_MAX_MS: Final = "120000"


class ProofError(Exception):
    """A tool is missing, did not end, or did not say what was hoped for."""


def main() -> int:
    """Run both; 1 when something is unexplained or unproved."""
    if not (build.HERE / "node_modules" / ".bin" / "forge").exists():
        if os.environ.get("CI") == "true" or shutil.which("npm"):
            print("forge is missing: run `make contracts` first", file=sys.stderr)
            return 1
        print("SKIPPED: slither and halmos need node; the contracts stand as they were proved before")
        return 0
    try:
        prepare()
        explained = check_slither()
        proved = check_halmos()
    except ProofError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"slither: {explained} findings, each explained in {TRIAGE.relative_to(ROOT)}")
    print(f"halmos: {proved} proofs")
    return 0


def prepare() -> None:
    """Make the environment, unless it is of this very lock already."""
    marker = ENVIRONMENT / "of-lock"
    if marker.exists() and marker.read_bytes() == LOCK.read_bytes():
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=True)
    words = [ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*words, "--require-hashes", "-r", LOCK], timeout_s=_INSTALL_MAX_S)
    marker.write_bytes(LOCK.read_bytes())


def check_slither() -> int:
    """Compare the findings with their explanations; give how many there are. Raises ProofError."""
    report = ENVIRONMENT / "slither.json"
    report.unlink(missing_ok=True)
    words = [".", "--filter-paths", "node_modules", "--exclude-dependencies", "--json", report]
    said = _run([ENVIRONMENT / "bin" / "slither", *words], allow_failure=True)
    if not report.exists():
        raise ProofError(f"slither wrote no report:\n{said[-2000:]}")
    answer = json.loads(report.read_text("utf-8"))
    if not answer.get("success"):
        raise ProofError(f"slither did not get through: {answer.get('error')}")
    return compare(findings_of(answer), json.loads(TRIAGE.read_text("utf-8")))


def findings_of(answer: dict[str, Any]) -> dict[str, str]:
    """Name each finding by check, file and what it is about, so that a moved line is no new finding."""
    found = {}
    for one in answer["results"].get("detectors", []):
        element = one["elements"][0]
        file = element["source_mapping"]["filename_relative"]
        found[f"{one['check']} {file} {_path_of(element)}"] = one["description"].strip()
    return found


def compare(found: dict[str, str], triage: dict[str, str]) -> int:
    """Raise ProofError for a finding without an explanation, and for an explanation of nothing."""
    new = [f"{key}\n  {found[key]}" for key in sorted(found.keys() - triage.keys())]
    gone = sorted(triage.keys() - found.keys())
    empty = sorted(key for key, why in triage.items() if len(why) < len("because it is so"))
    if new or gone or empty:
        lines = [f"not explained: {one}" for one in new] + [f"explained, but not found any more: {one}" for one in gone]
        lines += [f"explained with nothing: {one}" for one in empty]
        raise ProofError("\n".join([*lines, f"put {TRIAGE.relative_to(ROOT)} right, or the contract"]))
    return len(found)


def check_halmos() -> int:
    """Run every proof; give how many passed. Raises ProofError when one fails or was not explored whole."""
    words = ["--loop", _LOOP, "--solver-timeout-assertion", _SOLVE_MAX_MS, "--match-contract", "Proofs$"]
    said = _run([ENVIRONMENT / "bin" / "halmos", *words], allow_failure=True)
    print(said)
    passed, failed = said.count("[PASS]"), said.count("[FAIL]") + said.count("[TIMEOUT]") + said.count("[ERROR]")
    written = sum(
        path.read_text("utf-8").count("function check_") for path in (build.HERE / "test" / "proofs").glob("*.sol")
    )
    if failed or passed != written or "WARNING" in said:
        raise ProofError(f"halmos: {passed} of {written} proofs passed, {failed} failed; a warning counts as a failure")
    return passed


def _path_of(element: dict[str, Any]) -> str:
    """Write `Contract.function.variable`."""
    names = [str(element["name"])]
    parent = element.get("type_specific_fields", {}).get("parent")
    while parent and parent["type"] in ("function", "contract"):
        names.insert(0, str(parent["name"]))
        parent = parent.get("type_specific_fields", {}).get("parent")
    return ".".join(names)


def _run(words: Sequence[str | Path], *, timeout_s: int = _RUN_MAX_S, allow_failure: bool = False) -> str:
    """Run a tool in the contracts' folder, with their forge first on the path; give all it said."""
    path = os.pathsep.join([str(build.HERE / "node_modules" / ".bin"), os.environ.get("PATH", "")])
    try:
        run = subprocess.run(  # noqa: S603 - the tools of our own lock, no shell
            words,
            cwd=build.HERE,
            env={**os.environ, "PATH": path, "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProofError(f"{Path(words[0]).name} did not end: {error}") from error
    if run.returncode and not allow_failure:
        raise ProofError(f"{Path(words[0]).name} ended with {run.returncode}:\n{run.stdout[-2000:]}")
    return run.stdout


if __name__ == "__main__":
    sys.exit(main())
