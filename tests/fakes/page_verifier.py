"""The verifier of the page, under node: many bundles at once, each with its level and its outcomes."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from provenance_schemas.keccak import keccak256
from tests.engines import missing
from verifier.bundle import TrustRoot, refused_bundle, verify_bundle
from verifier.bundle_archive import read_archive
from verifier.bundle_form import open_bundle
from verifier.errors import BundleError
from verifier.label_opening import LabelOpening, write_opening
from verifier.service import Verification
from verifier.trust import TrustRegistry, trust_json

SCRIPT = Path(__file__).parent.parent / "unit" / "web" / "portable" / "verify_many.mjs"


@dataclass(frozen=True)
class Case:
    """One bundle, and what its reader brings."""

    name: str
    data: bytes
    trust: TrustRegistry | None = None
    root: bytes | None = None
    opening: LabelOpening | None = None

    def job(self) -> str:
        opening = base64.b64encode(write_opening(self.opening)).decode() if self.opening else None
        trust = base64.b64encode(trust_json(self.trust).encode()).decode() if self.trust else None
        return json.dumps(
            {
                "bundle": base64.b64encode(self.data).decode(),
                "trust": trust,
                "root": self.root.hex() if self.root else None,
                "opening": opening,
                "now": 2_000_000_000,
            }
        )

    def in_python(self) -> Verification:
        """Verify with our own verifier; a refused bundle is the answer it gives for one."""
        root = TrustRoot(self.root, "you") if self.root else None
        try:
            return verify_bundle(open_bundle(self.data), self.trust, root, opening=self.opening)
        except BundleError as error:
            return refused_bundle(error, label=self.opening is not None)


def own_root(data: bytes, otherwise: bytes) -> bytes:
    """Name the hash of a bundle's own header, as a reader would who was lied to about the block as well."""
    try:
        return keccak256(read_archive(data)["header.rlp"])
    except BundleError:
        return otherwise


def answers(cases: Sequence[Case], folder: Path) -> list[dict[str, object]]:
    """Ask the page's verifier. Skips where there is no node; under CI=true that is a failure."""
    node = shutil.which("node")
    if node is None:
        missing("node")
    jobs = folder / "jobs"
    jobs.write_text("\n".join(case.job() for case in cases))
    done = subprocess.run([node, SCRIPT, jobs], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
