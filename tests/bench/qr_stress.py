"""Labels under worse and worse conditions, drawn by the shared generator: ours and its peers on the same pictures.

Thirteen distortions at five severities, twelve pictures each (six of the large ones), and twelve clean ones.
`ASSAY_QR_STRESS` asks for another number. Needs the generator of the shared prototypes, which needs segno: it is
installed with the peers.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import cv2

from tests.bench.figures import Figure
from tests.bench.qr import judge
from tests.bench.qr_peers import NAMES, OURS, PEERS, ZXING, Reading, install_peers
from tests.bench.qr_reading import read_by_all, shared_folder

DISTORTIONS = (
    "clean",
    "jpeg",
    "lowcontrast",
    "inverted",
    "logo",
    "defocus",
    "motion",
    "glare",
    "lowlight",
    "perspective",
    "cylinder",
    "small12mp",
    "dirt",
    "mixed",
)
SEVERITIES = range(1, 6)
_EACH = int(os.environ.get("ASSAY_QR_STRESS", "12"))
_SEED = 1
_PROTOTYPE = 70.5
"""What the prototype reads of these pictures, %."""


@dataclass(frozen=True)
class Case:
    """One picture and what it says."""

    distortion: str
    severity: int
    path: Path
    text: str


def measure() -> list[Figure]:
    """Draw, read with every decoder, and tell by severity."""
    shared = shared_folder()
    if shared is None:
        return []
    install_peers()
    with tempfile.TemporaryDirectory(prefix="assay-stress-") as folder:
        cases = _draw(_generator(shared), Path(folder))
        readings = read_by_all([case.path for case in cases])
    return _figures(cases, readings)


def _generator(shared: Path) -> ModuleType:
    sys.path.append(str(PEERS))
    spec = importlib.util.spec_from_file_location("qr_synth", shared / "prototypes" / "qr" / "synth.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _draw(generator: ModuleType, folder: Path) -> list[Case]:
    cases = []
    for distortion in DISTORTIONS:
        for severity in SEVERITIES if distortion != "clean" else (1,):
            for i in range(max(1, _EACH // 2) if distortion == "small12mp" else _EACH):
                picture, text, quality, _ = generator.render(distortion, severity, i, _SEED)
                path = folder / f"{distortion}-{severity}-{i}.jpg"
                cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
                cases.append(Case(distortion, severity, path, text))
    return cases


def _figures(cases: Sequence[Case], readings: Mapping[str, Sequence[Reading]]) -> list[Figure]:
    shown = Counter((case.distortion, case.severity) for case in cases)
    right: dict[str, Counter[tuple[str, int]]] = {name: Counter() for name in NAMES}
    wrong = Counter[str]()
    for name, found in readings.items():
        for case, reading in zip(cases, found, strict=True):
            said = judge(list(reading.texts), [case.text])
            right[name][case.distortion, case.severity] += said == "right"
            wrong[name] += said == "wrong"

    def rows(name: str, distortion: str) -> str:
        levels = [level for level in SEVERITIES if shown[distortion, level]]
        shares = (100 * right[name][distortion, level] / shown[distortion, level] for level in levels)
        return ",".join(f"{share:.0f}" for share in shares)

    for distortion in DISTORTIONS:
        print(f"   {distortion:12}", *(f"{name} {rows(name, distortion)}" for name in NAMES), sep="  ", file=sys.stderr)
    share = {name: 100 * counted.total() / len(cases) for name, counted in right.items()}
    told = ", ".join(f"{name} {share[name]:.1f}" for name in NAMES if name != OURS)
    overall = Figure(
        "qr_stress",
        round(share[OURS], 1),
        f"% of {len(cases)} pictures",
        _PROTOTYPE,
        at_least=True,
        against=told,
        ratio=round(share[OURS] / share[ZXING], 3),
    )
    return [
        overall,
        Figure("qr_stress_wrong", wrong[OURS], "wrong texts", 0),
        *(
            Figure(
                f"qr_stress_{distortion}",
                round(
                    100
                    * sum(right[OURS][distortion, level] for level in SEVERITIES)
                    / sum(shown[distortion, level] for level in SEVERITIES),
                    1,
                ),
                "%, severity 1 to 5: " + rows(OURS, distortion),
                against=f"zxing-cpp {rows(ZXING, distortion)}",
            )
            for distortion in DISTORTIONS
        ),
    ]
