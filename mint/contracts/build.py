"""Compile the contracts and write, or compare, the artifacts that the rest of the product reads.

Needs node and `npm ci --ignore-scripts` in this folder. Who only uses the artifacts needs neither.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
ARTIFACTS: Final = HERE.parents[1] / "provenance_schemas" / "abi"
CONTRACTS: Final = ("CheckpointAnchor", "ItemRegistry", "StockAccount")
CODE_MAX_BYTES: Final = 24_576
"""EIP-170: no chain accepts a longer contract."""

_COMPILE_MAX_S: Final = 300
_IMPORT: Final = re.compile(r'^import\s[^;]*?"([^"]+)";', re.MULTILINE)
_NODE_NUMBER: Final = re.compile(r"(?<=\))\d+(?=_)")
_OUTPUT: Final = ["abi", "evm.bytecode.object", "evm.deployedBytecode", "storageLayout"]

Json = dict[str, Any]


class BuildError(Exception):
    """The contracts were not built, or are not what the artifacts say. Nothing was written."""


def compiler_settings(config: Path) -> Json:
    """Read the settings that decide the bytecode from `foundry.toml`, in the compiler's own words."""
    profiles = tomllib.loads(config.read_text("utf-8"))["profile"]
    profile = profiles["default"] | profiles["artifact"]
    return {
        "evmVersion": profile["evm_version"],
        "metadata": {"appendCBOR": profile["cbor_metadata"], "bytecodeHash": profile["bytecode_hash"]},
        "optimizer": {"enabled": profile["optimizer"], "runs": profile["optimizer_runs"]},
        "viaIR": profile["via_ir"],
    }


def gather_sources(root: Path, names: Sequence[str]) -> dict[str, str]:
    """Read the named sources and all they import, by the names the compiler knows them under.

    Libraries are looked up in `node_modules`. Raises BuildError where one is missing.
    """
    sources: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in sources:
            continue
        path = root / name if name.startswith("src/") else root / "node_modules" / name
        if not path.is_file():
            raise BuildError(f"{path} is missing; run `npm ci --ignore-scripts` in {root}")
        sources[name] = path.read_text("utf-8")
        waiting += [_resolve(name, target) for target in _IMPORT.findall(sources[name])]
    return dict(sorted(sources.items()))


def _resolve(importer: str, target: str) -> str:
    if not target.startswith("."):
        return target
    parts = importer.split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def compile_contracts(root: Path = HERE) -> dict[str, str]:
    """Compile every contract of the product; contract name -> artifact text.

    Raises BuildError on any error or warning of the compiler, and when a contract grew beyond EIP-170.
    """
    names = [f"src/{name}.sol" for name in CONTRACTS]
    settings = compiler_settings(root / "foundry.toml")
    question = {
        "language": "Solidity",
        "settings": {**settings, "outputSelection": {name: {"*": _OUTPUT} for name in names}},
        "sources": {name: {"content": text} for name, text in gather_sources(root, names).items()},
    }
    answer = json.loads(_run(root, ["--standard-json"], json.dumps(question)))
    if complaints := [error["formattedMessage"] for error in answer.get("errors", [])]:
        raise BuildError("\n".join(complaints))
    version = _run(root, ["--version"], "").split("Version: ")[-1].strip()
    return {
        name: _artifact(name, answer["contracts"][f"src/{name}.sol"][name], version, settings) for name in CONTRACTS
    }


def _run(root: Path, words: Sequence[str], text: str) -> str:
    try:
        run = subprocess.run(  # noqa: S603 - our own wrapper, no shell
            [root / "tools" / "solc", *words],
            input=text,
            capture_output=True,
            encoding="utf-8",
            timeout=_COMPILE_MAX_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"the compiler did not run: {error}") from error
    if run.returncode != 0:
        raise BuildError(f"the compiler ended with {run.returncode}: {run.stderr.strip()[-2000:]}")
    return run.stdout


def _artifact(name: str, output: Json, version: str, settings: Json) -> str:
    deployed = output["evm"]["deployedBytecode"]
    size = len(deployed["object"]) // 2
    if size > CODE_MAX_BYTES:
        raise BuildError(f"{name} has {size} bytes of code, the limit is {CODE_MAX_BYTES} (EIP-170)")
    spots = [spot for spots in deployed.get("immutableReferences", {}).values() for spot in spots]
    artifact = {
        "contractName": name,
        "compiler": version,
        "settings": settings,
        "abi": output["abi"],
        "bytecode": "0x" + output["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + deployed["object"],
        "immutableReferences": sorted(spots, key=lambda spot: int(spot["start"])),
        "storageLayout": _layout(output["storageLayout"]),
    }
    return json.dumps(artifact, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _layout(layout: Any) -> Any:
    """Drop the compiler's node numbers: they change whenever an unrelated line does."""
    if isinstance(layout, dict):
        return {_unnumbered(key): _layout(value) for key, value in layout.items() if key != "astId"}
    if isinstance(layout, list):
        return [_layout(value) for value in layout]
    return _unnumbered(layout) if isinstance(layout, str) else layout


def _unnumbered(name: str) -> str:
    return _NODE_NUMBER.sub("", name)


def differing(artifacts: dict[str, str], folder: Path = ARTIFACTS) -> list[str]:
    """Name the contracts whose artifact in `folder` is absent or differs by a single byte."""
    return [
        name
        for name, text in artifacts.items()
        if not (folder / f"{name}.json").is_file() or (folder / f"{name}.json").read_text("utf-8") != text
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the artifacts, or with --check compare them; 1 when they differ or cannot be built."""
    parser = argparse.ArgumentParser(prog="python -m mint.contracts.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare byte for byte, write nothing")
    options = parser.parse_args(arguments)
    try:
        artifacts = compile_contracts()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    stale = differing(artifacts)
    if options.check and stale:
        print(f"differ from their source: {', '.join(stale)}; run without --check", file=sys.stderr)
        return 1
    if not options.check:
        ARTIFACTS.mkdir(exist_ok=True)
        for name in stale:
            (ARTIFACTS / f"{name}.json").write_text(artifacts[name], "utf-8")
    print(f"{len(artifacts)} artifacts, {0 if options.check else len(stale)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
