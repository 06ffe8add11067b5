"""Rules: what a file may say, and what no book accepts."""

from __future__ import annotations

import json

import pytest

from loyalty.errors import RuleError
from loyalty.events import EventKind
from loyalty.rule import read_rule, rule_of
from loyalty.rulebook import RuleBook, lint, load_rules, shipped_rules, shipped_rules_folder
from provenance_schemas.canonical import canonical_bytes
from tests.fakes.points import RULE, some_rule

LIMITS = ["item_members = 3", "item_kept = 1", "member_day = 5", "device_day = 5"]


def test_the_shipped_rules_are_sound_and_pay_for_both_events():
    """What a brand starts with: a small award for a look, the main one for a claim."""
    rules = shipped_rules()
    check, claim = rules.for_event(EventKind.CHECK), rules.for_event(EventKind.CLAIM)

    assert lint(shipped_rules_folder()) == ()
    assert claim.amount >= 10 * check.amount
    assert (check.limits.item_members, check.limits.item_kept) == (3, 1)
    assert claim.once_per == ("item",)


def test_a_rule_reads_back_from_its_canonical_text():
    """What an award cites is enough to judge it by, whatever becomes of the file."""
    for rule in shipped_rules().rules:
        assert rule == rule_of(rule.body)
        assert canonical_bytes(json.loads(rule.body)).decode() == rule.body


def test_comments_and_order_do_not_change_a_rules_hash():
    text = RULE.format(
        id="a",
        on="claim",
        once_per='["item"]',
        amount=1,
        limits="",
        vest_days=1,
        expire_days=2,
        campaign="c",
        per_day=9,
    )
    moved = "amount = 1 # one\n" + text.replace("amount = 1\n", "")

    assert read_rule("a", text.encode()).hash == read_rule("b", moved.encode()).hash


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("amount = 10", "amount = 0", "amount"),
        ("amount = 10", "amount = 1.5", "amount"),
        ("amount = 10", "amount = true", "amount"),
        ('on = "check"', 'on = "scan"', "on"),
        ('"not_staff"', '"1 == 1"', "when/2"),
        ('["member", "item"]', '["member", "device"]', "once_per/1"),
        ("days = 1\n", "days = 0\n", "vest/days"),
        ("[vest]", "[vest]\nhours = 1", "vest"),
        ("[expire]\ndays = 730\n", "", ""),
        ("[budget]", "[budget]\nper_week = 1", "budget"),
        ('fr = "Une vérification."', "", "explain"),
        ('id = "first-check"', 'id = "First check"', "id"),
        ("version = 1", "version = 1\nif = \"__import__('os')\"", ""),
    ],
)
def test_what_the_schema_does_not_know_is_refused(old, new, field):
    """A closed vocabulary: a word more, a word less or a word else is no rule."""
    text = RULE.format(
        id="first-check",
        on="check",
        once_per='["member", "item"]',
        amount=10,
        limits="\n".join(LIMITS),
        vest_days=1,
        expire_days=730,
        campaign="discovery",
        per_day=100,
    )
    assert old in text
    with pytest.raises(RuleError) as caught:
        read_rule("bad.toml", text.replace(old, new, 1).encode())

    assert ("bad.toml", field) == (caught.value.source, caught.value.field)


@pytest.mark.parametrize("content", [b"\xff", b"id = ", b"a = [" * 2000, b"#" * 20_000, b"x = 99999999999999999999"])
def test_what_is_no_toml_is_refused_in_words(content):
    with pytest.raises(RuleError):
        read_rule("bad.toml", content)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expire_days": 1}, "expire/days"),
        ({"once_per": []}, "once_per"),
        ({"amount": 10, "per_day": 9}, "budget/per_day"),
        *[
            ({"limits": "\n".join(one for one in LIMITS if one != left)}, f"limits/{left.split()[0]}")
            for left in LIMITS
        ],
        ({"limits": "\n".join(["item_members = 1", *LIMITS[1:]])}, "limits/item_kept"),
    ],
)
def test_a_rule_that_pays_without_bound_is_refused(changes, field):
    """The static checks: an award has a budget, happens once, vests before it expires, and a check is bounded."""
    with pytest.raises(RuleError) as caught:
        RuleBook([some_rule(**changes)])

    assert field == caught.value.field


@pytest.mark.parametrize("word", ["verified", "sold", "not_staff"])
def test_no_rule_pays_on_less_than_verified_sold_and_not_staff(word):
    body = json.loads(some_rule().body)
    body["when"].remove(word)
    with pytest.raises(RuleError, match=f"must hold '{word}'"):
        RuleBook([rule_of(canonical_bytes(body).decode())])


def test_two_rules_for_one_event_or_of_one_name_are_refused():
    for other in (some_rule(id="second"), some_rule(on="claim")):
        with pytest.raises(RuleError, match="belongs to"):
            RuleBook([some_rule(), other])


def test_lint_gives_every_fault_of_a_folder(tmp_path):
    """All at once: whoever writes rules should not find them one by one."""
    (tmp_path / "a.toml").write_text("id = ")
    (tmp_path / "b.toml").write_text(some_toml(amount=10, per_day=9, expire_days=1))
    (tmp_path / "c.toml").write_text(some_toml())

    found = [(fault.source, fault.field) for fault in lint(tmp_path)]

    assert found[0] == ("a.toml", "")
    assert {("b.toml", "expire/days"), ("b.toml", "budget/per_day"), ("c.toml", "")} <= set(found)
    with pytest.raises(RuleError):
        load_rules(tmp_path)


def test_an_empty_folder_is_no_book(tmp_path):
    with pytest.raises(RuleError, match="no rule here"):
        load_rules(tmp_path)


def test_a_new_version_of_a_rule_pays_nobody_again():
    """What is paid once is named by the rule's id: its text may change."""
    old, new = some_rule(amount=10), some_rule(amount=20)

    assert old.hash != new.hash
    assert old.once_key("ana", "item") == new.once_key("ana", "item")
    assert len({old.once_key(member, item) for member in "ab" for item in "cd"}) == 4


def some_toml(**changes):
    fields = {
        "id": "first-check",
        "on": "check",
        "once_per": '["member", "item"]',
        "amount": 10,
        "limits": "\n".join(LIMITS),
        "vest_days": 1,
        "expire_days": 730,
        "campaign": "discovery",
        "per_day": 100,
    }
    return RULE.format(**fields | changes)
