"""What staff write to record steps."""

import json

import pytest

from mint.step_input import read_steps
from provenance_schemas.step_kinds import EntryKind

ROW = {"piece": "BAG-1", "kind": "shipped", "at": "2026-03-02T14:05:30+01:00"}


def read(folder, *rows):
    path = folder / "steps.json"
    path.write_text(json.dumps(rows), "utf-8")
    return read_steps(path)


def test_a_row_becomes_a_step(tmp_path):
    """With its own clock's zone kept, its place, and its evidence beside the file."""
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    row = ROW | {"place": "Port of Genoa", "place_country": "IT", "evidence": "report.pdf=Report", "batch": "yes"}

    (step,) = read(tmp_path, row).steps

    assert (step.kind, step.whole_batch, step.place.country) == (EntryKind.SHIPPED, True, "IT")
    assert step.happened_at.utcoffset().total_seconds() == 3600
    assert ("Report", tmp_path / "report.pdf") == (step.evidence[0].title, step.evidence[0].path)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"kind": "teleported"}, "kind", "the kinds are sourced"),
        ({"kind": "voided"}, "kind", "no kind of step"),
        ({"at": "2026-03-02"}, "at", "with its zone"),
        ({"at": "yesterday"}, "at", "with its zone"),
        ({"at": None}, "at", "is missing"),
        ({"piece": " "}, "piece", "is missing"),
        ({"kind": "revoked"}, "reason", "everyone may read"),
        ({"evidence": "absent.pdf"}, "evidence", "there is no file"),
        ({"evidence": "x" * 400}, "evidence", "there is no file"),
        ({"evidence": "\x00.pdf"}, "evidence", "there is no file"),
        ({"batch": "perhaps"}, "batch", "neither yes nor no"),
        ({"batch": ["yes"]}, "batch", "neither yes nor no"),
        ({"apart": {}}, "apart", "neither yes nor no"),
        ({"attributes": "Colour"}, "attributes", "trait=value"),
        ({"colour": "red"}, "colour", "is not a field"),
        ({"place": {"name": "Paris", "street": "x"}}, "place.street", "is not a field"),
    ],
)
def test_a_broken_step_is_named_with_its_field(tmp_path, change, field, words):
    """As in a file of pieces."""
    parsed = read(tmp_path, ROW, ROW | change)

    (fault,) = parsed.faults
    assert (2, field) == (fault.row, fault.field)
    assert words in str(fault)
    assert len(parsed.steps) == 1
