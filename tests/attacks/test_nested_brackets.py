"""A forger nests brackets so deep that the reader's own stack overflows: no verdict, and no site, for anyone."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.process

# Chain libraries raise the recursion limit to this when they are imported, for the whole process.
RAISED = "import json, sys; sys.setrecursionlimit(100_000); deep = b'[' * 200_000; "
READERS = {
    "a document": (
        "from provenance_schemas.canonical import parse_canonical as read",
        "provenance_schemas.errors.DocumentError: nested deeper",
    ),
    "a passport whose name is deep": (
        "from provenance_schemas.passports import parse_passport; read = lambda d: parse_passport(b'{\"name\":' + d)",
        "provenance_schemas.errors.DocumentError: nested deeper",
    ),
    "a trust file": (
        "from verifier.trust import parse_trust; read = lambda d: parse_trust(d.decode())",
        "verifier.errors.TrustError: trust file: nested deeper",
    ),
}


def run(script):
    """Run a script in a process of its own, which may die."""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from Python 3.12 on C code has a recursion limit of its own")
def test_the_usual_parser_takes_the_process_with_it():
    """The weaker rule: catch RecursionError. It never comes; the operating system ends the process."""
    fallen = run(RAISED + "\ntry: json.loads(deep)\nexcept RecursionError: print('caught')")

    assert fallen.returncode < 0
    assert fallen.stdout == ""


@pytest.mark.parametrize(("reader", "words"), READERS.values(), ids=READERS)
def test_brackets_are_counted_before_the_parser_sees_them(reader, words):
    """An error of ours, that a caller can catch."""
    refused = run(f"{RAISED}{reader}\nread(deep)")

    assert refused.returncode == 1
    assert words in refused.stderr
