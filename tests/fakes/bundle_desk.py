"""Somebody at a desk with a bundle, a trust file and the command line: no node, no gateway."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance_schemas.ids import ItemId
from tests.fakes.bundles import BundleMaker
from tests.fakes.world import World
from verifier.bundle_form import open_bundle
from verifier.cli.main import main
from verifier.trust import trust_json


@dataclass
class BundleDesk:
    """Verifies files by the command line. `capsys` gives what was printed."""

    world: World
    folder: Path
    capsys: Any

    def __post_init__(self) -> None:
        self.maker = BundleMaker(self.world)

    def make(self, item: ItemId) -> bytes:
        return self.maker.make(item)

    def verify(self, data: bytes, *options: str, block: bytes | None = None) -> tuple[int, dict[str, Any]]:
        """Give the exit code and verdict-1.json; the block's hash is the genuine one unless another is given."""
        (self.folder / "given.assay.zip").write_bytes(data)
        (self.folder / "trust.json").write_text(trust_json(self.world.trust))
        named = block or open_bundle(data).block.hash
        told = main(
            [
                "verify",
                "--bundle",
                str(self.folder / "given.assay.zip"),
                "--trust",
                str(self.folder / "trust.json"),
                "--block",
                "0x" + named.hex(),
                "--json",
                *options,
            ]
        )
        return told, json.loads(self.capsys.readouterr().out)


def outcome(verdict: dict[str, Any], code: str) -> str:
    """Give the outcome of one code in verdict-1.json."""
    return next(finding["outcome"] for finding in verdict["findings"] if finding["code"] == code)
