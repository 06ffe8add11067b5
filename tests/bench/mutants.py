"""Take each guard of the contracts away, once; forge's tests must notice every time.

All mutants live in one build (`mutant_sources.py`), so that the contracts are compiled once. Each is then switched on
for a run of the whole test suite, with few fuzz runs and without the gas figures, which any change would move. What
was found is kept in build/mutants/ until a source, a test or the compiler changes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mint.contracts import build
from tests.bench.figures import ROOT, Figure
from tests.bench.mutant_sources import Mutant, mutate

FOLDER: Final = ROOT / "build" / "mutants"
_RUN_MAX_S: Final = 900
"""A run takes seconds; the first one compiles the tests."""
_FEW_RUNS: Final = {
    "FOUNDRY_FUZZ_RUNS": "32",
    "FOUNDRY_INVARIANT_RUNS": "6",
    "FOUNDRY_INVARIANT_DEPTH": "40",
}
_ANY_SIZE: Final = "100000000"
_KEPT: Final = ("foundry.toml", "package.json", "package-lock.json", "tools", "src", "test")


class MutantsError(Exception):
    """The mutants could not be tried: something is missing, or the tests fail without any mutant."""


def measure() -> list[Figure]:
    """Try every mutant; goal: none is alive."""
    mutants = build_mutants()
    if _survives(0) is False:
        raise MutantsError("the tests fail although no guard was taken away")
    known = _known()
    alive = [mutant for mutant in _tried(mutants, known) if known[str(mutant)]]
    for mutant in alive:
        print(f"   alive: {mutant}", file=sys.stderr)
    return [
        Figure("contract_mutants", len(mutants), "guards taken away"),
        Figure("contract_mutants_alive", len(alive), "not noticed", 0),
    ]


def _tried(mutants: list[Mutant], known: dict[str, bool]) -> Iterator[Mutant]:
    for mutant in mutants:
        if str(mutant) not in known:
            known[str(mutant)] = _survives(mutant.number)
            (FOLDER / "found.json").write_text(json.dumps({"of": _fingerprint(), "alive": known}, indent=1))
        yield mutant


def build_mutants() -> list[Mutant]:
    """Copy the contracts beside the product, compile them with all switches, and give the list of mutants."""
    contracts = FOLDER / "mint" / "contracts"
    fresh = _copied(contracts)
    names = [f"src/{name}.sol" for name in build.CONTRACTS]
    sources, mutants = mutate(build.gather_sources(build.HERE, names))
    if fresh:
        return mutants
    settings = build.compiler_settings(build.HERE / "foundry.toml")
    settings |= {"viaIR": False, "optimizer": {"enabled": True, "runs": 1}}
    wanted = {name: {"*": ["evm.bytecode.object"]} for name in names}
    question = {
        "language": "Solidity",
        "settings": {**settings, "outputSelection": wanted},
        "sources": {name: {"content": text} for name, text in sources.items()},
    }
    answer = json.loads(_solc(contracts, json.dumps(question)))
    if errors := [one["formattedMessage"] for one in answer.get("errors", []) if one["severity"] == "error"]:
        raise MutantsError("\n".join(errors))
    abi = FOLDER / "provenance_schemas" / "abi"
    abi.mkdir(parents=True, exist_ok=True)
    for name in build.CONTRACTS:
        artifact = json.loads((build.ARTIFACTS / f"{name}.json").read_text("utf-8"))
        artifact["bytecode"] = "0x" + answer["contracts"][f"src/{name}.sol"][name]["evm"]["bytecode"]["object"]
        (abi / f"{name}.json").write_text(json.dumps(artifact), "utf-8")
    (FOLDER / "built").write_text(_fingerprint())
    return mutants


def _copied(contracts: Path) -> bool:
    """Copy tests and sources; say whether the build in the folder is of these very ones."""
    if not (build.HERE / "node_modules").is_dir():
        raise MutantsError("the contracts' packages are missing; run `make contracts` first")
    built = FOLDER / "built"
    if built.exists() and built.read_text() == _fingerprint():
        return True
    shutil.rmtree(FOLDER, ignore_errors=True)
    contracts.mkdir(parents=True)
    for name in _KEPT:
        source = build.HERE / name
        if source.is_dir():
            shutil.copytree(source, contracts / name, ignore=shutil.ignore_patterns("proofs"))
        else:
            shutil.copy2(source, contracts / name)
    shutil.copytree(ROOT / "tests" / "vectors", FOLDER / "tests" / "vectors")
    (contracts / "node_modules").symlink_to(build.HERE / "node_modules")
    _quick_compiler(contracts / "tools" / "solc")
    return False


def _quick_compiler(path: Path) -> None:
    """Answer forge's question for the version from a note: it asks at each start, and loading solc takes seconds."""
    original = build.HERE / "tools" / "solc"
    run = subprocess.run([original, "--version"], capture_output=True, encoding="utf-8", check=True)
    answer = f"if [ \"$1\" = --version ]; then cat <<'END'\n{run.stdout}END\nexit 0; fi"
    path.write_text(f"#!/bin/sh\n{answer}\nexec '{original}' \"$@\"\n")
    path.chmod(0o755)


def _solc(contracts: Path, question: str) -> str:
    run = subprocess.run(
        [contracts / "tools" / "solc", "--standard-json"],
        input=question,
        capture_output=True,
        encoding="utf-8",
        timeout=_RUN_MAX_S,
        check=False,
    )
    if run.returncode:
        raise MutantsError(f"the compiler ended with {run.returncode}: {run.stderr[-500:]}")
    return run.stdout


def _survives(number: int) -> bool:
    """Run all tests with one mutant in force; say whether they pass. No test stands for more than one failure."""
    forge = build.HERE / "node_modules" / ".bin" / "forge"
    words = ["test", "--fail-fast", "--no-match-contract", "GasTest", "--code-size-limit", _ANY_SIZE]
    run = subprocess.run(
        [forge, *words, "--block-prevrandao", f"{number:064x}"],
        cwd=FOLDER / "mint" / "contracts",
        env={**os.environ, **_FEW_RUNS},
        capture_output=True,
        encoding="utf-8",
        timeout=_RUN_MAX_S,
        check=False,
    )
    if run.returncode and "Suite result: FAILED" not in run.stdout:
        raise MutantsError(f"forge did not run: {run.stderr[-500:]}{run.stdout[-500:]}")
    if not run.returncode and "0 failed" not in run.stdout:
        raise MutantsError("forge ran no tests")
    return run.returncode == 0


def _known() -> dict[str, bool]:
    try:
        found = json.loads((FOLDER / "found.json").read_text())
    except (OSError, ValueError):
        return {}
    alive: dict[str, bool] = found["alive"] if found.get("of") == _fingerprint() else {}
    return alive


def _fingerprint() -> str:
    """Name the sources, tests, settings and switches that a finding holds for."""
    digest = hashlib.sha256()
    folders = [build.HERE / name for name in _KEPT if name != "tools"]
    own = Path(__file__).parent
    sources = [one for folder in folders for one in ([folder] if folder.is_file() else folder.rglob("*.sol"))]
    for path in sorted(
        [one for one in sources if "proofs" not in one.parts]
        + [own / "mutant_sources.py", own / "mutants.py", ROOT / "tests" / "vectors" / "folding.json"]
    ):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
