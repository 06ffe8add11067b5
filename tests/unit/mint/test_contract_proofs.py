"""What holds the contracts: every guard gets its mutant, and no finding of slither goes unexplained."""

import importlib.util
import json
import re

import pytest

from mint.contracts import build
from tests.bench.figures import ROOT
from tests.bench.mutant_sources import mutate


def prove_contracts():
    spec = importlib.util.spec_from_file_location("prove_contracts", ROOT / "tools" / "prove_contracts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PROVE = prove_contracts()


def own_sources():
    return {
        str(path.relative_to(build.HERE)): path.read_text("utf-8") for path in sorted(build.HERE.glob("src/**/*.sol"))
    }


def test_every_refusal_of_the_contracts_can_be_taken_away():
    """Each `revert` under a condition, each role and each check has a mutant on its line, and each switch is used."""
    sources = own_sources()
    changed, mutants = mutate(sources)
    places = {(mutant.file, mutant.line) for mutant in mutants}
    guard = re.compile(r"\bif \(|onlyRole\(|^ +_(require|batchOf|spendClaimKey|revokeRole)\w*\([^{]*\);$")

    for file, text in sources.items():
        if "/interfaces/" in file:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if guard.search(line) and not line.lstrip().startswith(("//", "function _")):
                assert {(file, number), (file, number - 1), (file, number - 2)} & places, f"{file}:{number} {line}"
    whole = "".join(changed.values())
    assert [1] * len(mutants) == [whole.count(f"(block.prevrandao == {one.number})") for one in mutants]


def test_the_mutants_of_one_condition_are_the_whole_and_each_of_its_parts():
    """Also where it stands over several lines, or has brackets inside."""
    source = "contract A {\n    function f() pure {\n        if (a == (b || c) || d) revert X();\n    }\n}\n"

    changed, mutants = mutate({"src/A.sol": source})

    assert [one.what for one in mutants[:2]] == [
        "never if (a == (b || c) || d)",
        "if (a == (b || c) || d) without a == (b || c)",
    ]
    assert len(mutants) == 3
    assert "pure" not in changed["src/A.sol"]


def test_a_finding_needs_an_explanation_and_an_explanation_a_finding():
    """A new one fails, one that is gone fails, and so does one that is explained with nothing."""
    key, why = "timestamp src/A.sol A.f", "Deadlines are an hour away."

    assert PROVE.compare({key: "A.f uses timestamp"}, {key: why}) == 1
    for found, triage in (({key: "uses timestamp"}, {}), ({}, {key: why}), ({key: "uses timestamp"}, {key: "ok"})):
        with pytest.raises(PROVE.ProofError, match=r"slither-triage\.json right"):
            PROVE.compare(found, triage)


def test_a_finding_is_named_without_its_line():
    """So that a comment above it is no new finding."""
    contract = {"type": "contract", "name": "A"}
    parent = {"type": "function", "name": "f", "type_specific_fields": {"parent": contract}}
    element = {
        "name": "held",
        "type_specific_fields": {"parent": parent},
        "source_mapping": {"filename_relative": "src/A.sol", "lines": [7]},
    }
    answer = {"results": {"detectors": [{"check": "uninitialized-local", "elements": [element], "description": " x "}]}}

    assert PROVE.findings_of(answer) == {"uninitialized-local src/A.sol A.f.held": "x"}


def test_every_explanation_names_a_function_that_is_there():
    """The triage file is read by people: it must not speak of what was removed."""
    sources = own_sources()
    for key in json.loads(PROVE.TRIAGE.read_text("utf-8")):
        _, file, path = key.split()
        assert re.search(rf"function {path.split('.')[1]}\b", sources[file]), key
