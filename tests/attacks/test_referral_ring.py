"""Ten accounts of one person recommend each other in a circle, and each is paid for bringing the next.

The weaker rule pays both sides of every recommendation. No rule of ours can: an award needs a verification of a sold
piece or a claim, and a rule for any other event is refused before it is in force.
"""

from __future__ import annotations

import contextlib
import io
import re

import pytest

from loyalty.events import EventKind
from loyalty.rulebook import shipped_rules_folder
from verifier.cli.main import main

RING = [f"member-{number}" for number in range(10)]
PAID_EACH = 50


def points_of_the_ring(members):
    """The weaker rule: who recommends, and who comes, are both paid."""
    return sum(2 * PAID_EACH for _ in zip(members, members[1:] + members[:1], strict=True))


def linted(folder):
    out, talk = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(talk):
        code = main(["points", "lint", str(folder)])
    return code, out.getvalue() + talk.getvalue()


def rules_with(tmp_path, change):
    for path in shipped_rules_folder().glob("*.toml"):
        (tmp_path / path.name).write_text(change(path.read_text("utf-8")), "utf-8")
    return tmp_path


def test_the_rules_that_are_shipped_pass():
    """So that what is refused below is the change."""
    assert linted(shipped_rules_folder())[0] == 0


@pytest.mark.parametrize("event", ["referral", "sign_up", "friend", "share"])
def test_no_rule_pays_for_bringing_members(tmp_path, event):
    """An event without a piece behind it is none; the refusal names the field."""
    assert points_of_the_ring(RING) == 1_000
    assert event not in {kind.value for kind in EventKind}

    code, said = linted(
        rules_with(tmp_path, lambda text: re.sub(r'^on = "check"', f'on = "{event}"', text, flags=re.M))
    )
    assert code == 1
    assert '"on"' in said or "on:" in said or "/on" in said, said
