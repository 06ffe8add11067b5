"""Content: one suite on every store, the gateway's conformance cases on ours and on Kubo, and content ids.

Prints the tables (build/content_cases.md); the real Kubo is left out, and said so, where it is not built.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.bench.figures import ROOT, Figure

FILES = ("tests/suites/test_content_store.py", "tests/suites/test_gateway_conformance.py", "tests/real_ipfs")
STORES = {
    "TestSql": "SQLite",
    "TestKubo": "Kubo as we imitate it",
    "TestRealKubo": "Kubo",
    "TestRealGateway": "Kubo's gateway",
    "TestGateway": "our gateway",
}
_OURS, _KUBOS, _IDS = "test_our_gateway_conforms", "test_kubos_gateway_agrees", "test_our_ids_are_those_of_ipfs_add"


def measure() -> list[Figure]:
    """Run the suites and count."""
    outcomes = _outcomes()
    table = _table(outcomes)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "content_cases.md").write_text(table, "utf-8")
    print(table)
    ours = Counter(state for (_, name), state in outcomes.items() if name.startswith(_OURS))
    kubo = Counter(state for (_, name), state in outcomes.items() if name.startswith(_KUBOS))
    stores = Counter(state for (kind, _), state in outcomes.items() if kind in STORES)
    figures = [
        Figure("gateway_failed", ours["failed"], f"of {ours.total()} cases", 0, against=_against(kubo)),
        Figure("content_cases_failed", stores["failed"], f"of {stores.total() - stores['skipped']} runs", 0),
    ]
    ids = [state for (_, name), state in outcomes.items() if name == _IDS]
    if ids and ids[0] != "skipped":
        figures.append(
            Figure("kubo_cids_differ", ids.count("failed"), "runs of edges and samples", 0, against="ipfs add")
        )
    return figures


def _against(kubo: Counter[str]) -> str:
    from tests.real_ipfs.test_real_gateway import KNOWN

    if not kubo["passed"]:
        return "Kubo is not built here"
    return f"Kubo 0.43.1 by the same cases: {len(KNOWN)} fail, all explained; {kubo['failed']} unexplained"


def _outcomes() -> dict[tuple[str, str], str]:
    """Give (class, case) -> passed, failed or skipped."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", f"--junitxml={report}", *FILES]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "COLUMNS": "100"}, stdout=subprocess.DEVNULL, check=False)
        cases = ET.parse(report).getroot().iter("testcase")
        found = {}
        for case in cases:
            kinds = {child.tag for child in case}
            state = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
            found[case.get("classname", "").rpartition(".")[2], case.get("name", "")] = state
    return found


def _table(outcomes: dict[tuple[str, str], str]) -> str:
    """Lay stores x cases out."""
    cases = sorted({name for kind, name in outcomes if kind in STORES})
    lines = ["| case | " + " | ".join(STORES.values()) + " |", "|---|" + "---|" * len(STORES)]
    for name in cases:
        states = [outcomes.get((kind, name), "-") for kind in STORES]
        lines.append(f"| {name.removeprefix('test_').replace('_', ' ')} | " + " | ".join(states) + " |")
    return "\n".join(lines) + "\n"
