"""The token of a scan: what is in it, whose it is, how long it is good for."""

from __future__ import annotations

import base64

import pytest

from provenance_schemas.labels import label_commitment
from tests.fakes.evidence import genuine_world, some_evidence
from tests.fakes.world import GTIN, HOST
from verifier.evidence import Absent, Malformed, Unavailable
from verifier.judge import judge
from verifier.policies import CLI, PHONE
from verifier.service import Verification
from verifier.verdict import Code, Level
from web.scan.errors import TokenRefusal, TokenRefusedError
from web.scan.scan_tokens import AGE_MAX_S, CLOCK_AHEAD_MAX_S, LENGTH, ScanTokens, pack

NOW_S = 1_770_000_000
TOKENS = ScanTokens(bytes(32), genuine_world().trust)


def verification(policy=PHONE, **changes) -> Verification:
    evidence = some_evidence(**changes)
    return Verification(evidence, judge(evidence, policy))


def some_token(now_s=NOW_S, host=HOST, tokens=TOKENS, **changes) -> str:
    return tokens.sign(pack(verification(**changes)), host, now_s)


def refusal_of(token, *, host=HOST, now_s=NOW_S, tokens=TOKENS) -> TokenRefusal:
    with pytest.raises(TokenRefusedError) as caught:
        tokens.read(token, host, now_s)
    return caught.value.refusal


def test_a_token_gives_back_what_was_answered():
    """Enough to draw the verdict again, and to read the same blocks again."""
    shown, world = verification(), genuine_world()
    scan = TOKENS.read(some_token(), HOST, NOW_S + 1)

    assert (scan.item, scan.answered_at) == (world.bag, NOW_S)
    assert scan.label == label_commitment(GTIN, world.serials[world.bag.token_id])
    assert (scan.final.number, scan.final.hash_start) == (shown.evidence.final.number, shown.evidence.final.hash[:8])
    assert (scan.latest.number, scan.latest.hash_start) == (
        shown.evidence.latest.number,
        shown.evidence.latest.hash[:8],
    )
    assert scan.verdict.policy is PHONE
    assert {code: scan.verdict.outcome(code) for code in Code} == {code: shown.verdict.outcome(code) for code in Code}


def test_a_token_holds_no_serial():
    """It may end in a log, a history or a mail; the serial is only on the label."""
    serial = genuine_world().serials[genuine_world().bag.token_id].encode()
    token = some_token()

    assert serial not in base64.urlsafe_b64decode(token) + token.encode()


def test_every_token_is_another_scan_of_the_same_length():
    """Two visitors who get the same answer in the same second made two scans."""
    first, second = some_token(), some_token()

    assert TOKENS.read(first, HOST, NOW_S).id != TOKENS.read(second, HOST, NOW_S).id
    assert {len(first), len(second)} == {LENGTH}


@pytest.mark.parametrize("age_s", [-CLOCK_AHEAD_MAX_S, 0, AGE_MAX_S])
def test_a_token_is_good_for_a_quarter_of_an_hour(age_s):
    """Both edges, from inside."""
    assert TOKENS.read(some_token(), HOST, NOW_S + age_s).answered_at == NOW_S


@pytest.mark.parametrize("age_s", [-CLOCK_AHEAD_MAX_S - 1, AGE_MAX_S + 1, 10**9])
def test_an_old_token_and_one_from_the_future_are_expired(age_s):
    """Both edges, from outside."""
    assert TokenRefusal.EXPIRED is refusal_of(some_token(), now_s=NOW_S + age_s)


def test_no_byte_of_a_token_can_be_changed():
    """Whoever could would have scanned another piece, at another time, with another answer."""
    content = base64.urlsafe_b64decode(some_token())
    for place in range(len(content)):
        changed = bytes([*content[:place], content[place] ^ 1, *content[place + 1 :]])
        assert TokenRefusal.FOREIGN is refusal_of(base64.urlsafe_b64encode(changed).decode()), place


def test_a_token_is_for_one_host_and_one_secret():
    """Another brand's page, another site's key."""
    assert TokenRefusal.FOREIGN is refusal_of(some_token(), host="id2.maison.example")
    assert TokenRefusal.FOREIGN is refusal_of(some_token(tokens=ScanTokens(b"\1" * 32, genuine_world().trust)))


@pytest.mark.parametrize(
    "text",
    ["", "x", "A" * (LENGTH - 1), "A" * (LENGTH + 1), "=" * LENGTH, "é" * LENGTH, " " * LENGTH, "\0" * LENGTH],
)
def test_what_is_no_token_is_said_to_be_none(text):
    """Of any length and alphabet; nothing of it is repeated."""
    assert TokenRefusal.MALFORMED is refusal_of(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"label": Absent()},
        {"label": Malformed("no label")},
        {"item": Absent()},
        {"item": Unavailable("gone")},
        {"final": Unavailable("gone")},
        {"latest": Unavailable("gone")},
    ],
)
def test_there_is_nothing_to_report_without_label_item_and_blocks(changes):
    """An invented serial would fill the log with whatever somebody types."""
    assert pack(verification(**changes)) is None


def test_the_policy_is_the_one_that_was_answered_under():
    """A scan that was answered without the scan log stays one."""
    scan = TOKENS.read(some_token(policy=CLI), HOST, NOW_S)

    assert scan.policy is CLI
    assert scan.verdict.level is Level.VERIFIED
