"""Every case of the suites on every real node: one table, also written into docs/nodes.md."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.bench.figures import ROOT, Figure
from tests.real_nodes.conftest import NODES

_PLACE = ("tests/real_nodes", "tests/attacks/test_lying_proxy.py")
_PAGE = ROOT / "docs" / "nodes.md"
_NAME = re.compile(rf"^(?P<case>[^\[]+)\[(?P<node>{'|'.join(NODES)})(?:-(?P<more>.*))?\]$")
_MARKS = {"passed": "yes", "skipped": "cannot happen", "failed": "NO"}


def run_suites() -> list[tuple[str, str, str, str]]:
    """Run them; give (class or module, case, node, outcome)."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", f"--junitxml={report}", *_PLACE]
        subprocess.run(command, cwd=ROOT, stdout=sys.stderr)
        found = []
        for case in ET.parse(report).getroot().iter("testcase"):
            matched = _NAME.match(case.attrib["name"])
            if matched is None:
                continue
            outcome = "skipped" if case.find("skipped") is not None else "passed"
            if case.find("failure") is not None or case.find("error") is not None:
                outcome = "failed"
            suite = case.attrib["classname"].rsplit(".", 1)[-1]
            found.append((suite, matched["case"], matched["node"], outcome))
    return found


def table(cases: list[tuple[str, str, str, str]]) -> str:
    """Lay them out as Markdown: a case with several inputs is one row, and the worst of them counts."""
    rows: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for suite, case, node, outcome in cases:
        rows[suite, case][node].append(outcome)
    lines = [f"| suite | case | {' | '.join(NODES)} |", f"|{' --- |' * (len(NODES) + 2)}"]
    for (suite, case), by_node in rows.items():
        marks = " | ".join(_mark(by_node, node) for node in NODES)
        lines.append(f"| {suite.removeprefix('Test').removeprefix('test_')} | {_words(case)} | {marks} |")
    return "\n".join(lines)


def _mark(by_node: Mapping[str, list[str]], node: str) -> str:
    outcomes = by_node.get(node, [])
    if "failed" in outcomes:
        return _MARKS["failed"]
    return _MARKS["passed"] if "passed" in outcomes else _MARKS["skipped"]


def _words(case: str) -> str:
    return case.removeprefix("test_").replace("_", " ")


def measure() -> list[Figure]:
    """Run all, write the table, count what fails."""
    cases = run_suites()
    text = _PAGE.read_text("utf-8")
    start = text.index("| suite | case |") if "| suite | case |" in text else len(text)
    _PAGE.write_text(text[:start] + table(cases) + "\n", "utf-8")
    failed = [f"{suite} {case} on {node}" for suite, case, node, outcome in cases if outcome == "failed"]
    print("\n".join(failed), file=sys.stderr)
    return [
        Figure("nodes_failed", len(failed), "cases", 0, against=f"{len(cases)} cases on {', '.join(NODES)}"),
        Figure("nodes_cases", len(cases), "cases"),
    ]
