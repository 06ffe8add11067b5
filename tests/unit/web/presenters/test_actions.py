"""What is offered next: the one thing that fits the answer, and never what would harm."""

import pytest

from verifier.answers import Answer
from web.presenters.actions import present_actions
from web.presenters.catalogue import Custody
from web.presenters.english import ENGLISH
from web.presenters.facts import UnloggedScan
from web.presenters.frame import Visit
from web.presenters.language import Language

SAID = ENGLISH.verdict.actions
MAKER = "https://maison.example/"
STRANGER = UnloggedScan(token="a token")
COLLECTOR = UnloggedScan(token="a token", collectable=True)
HOLDER = UnloggedScan(token="a token", holds=True)
VISIT = Visit("id.maison.example", "Maison Éclat", Language.EN, asked=False)


def offered(answer, custody=Custody.OWNER, seen=STRANGER, maker=MAKER):
    return [action.text for action in present_actions(answer, custody, seen, VISIT, maker)]


@pytest.mark.parametrize("custody", [*Custody, None])
@pytest.mark.parametrize("seen", [STRANGER, COLLECTOR, HOLDER, UnloggedScan()])
@pytest.mark.parametrize("answer", Answer)
def test_there_is_always_one_thing_to_do_and_never_more_than_two(answer, custody, seen):
    """A dead end helps nobody, and a wall of buttons hides the right one."""
    assert 1 <= len(offered(answer, custody, seen)) <= 2


@pytest.mark.parametrize(
    ("answer", "custody", "seen", "main"),
    [
        (Answer.VERIFIED, Custody.HOUSE, COLLECTOR, SAID.claim),
        (Answer.VERIFIED, Custody.OWNER, COLLECTOR, SAID.collect),
        (Answer.VERIFIED, Custody.OWNER, STRANGER, SAID.compare),
        (Answer.VERIFIED, Custody.YOURS, HOLDER, SAID.my_pieces),
        (Answer.UNUSUAL_ACTIVITY, Custody.HOUSE, STRANGER, SAID.claim),
        (Answer.UNUSUAL_ACTIVITY, Custody.OWNER, STRANGER, "Contact Maison Éclat"),
        (Answer.ACTIVITY_UNKNOWN, Custody.OWNER, STRANGER, SAID.compare),
        (Answer.NOT_SOLD_YET, Custody.STOCK, STRANGER, "Contact Maison Éclat"),
        (Answer.STOLEN, Custody.OWNER, STRANGER, "Contact Maison Éclat"),
        (Answer.STOLEN, Custody.YOURS, HOLDER, SAID.my_pieces),
        (Answer.LABEL_REPLACED, Custody.OWNER, STRANGER, SAID.scan),
        (Answer.NOT_ISSUED, None, STRANGER, SAID.scan),
        (Answer.CANNOT_VERIFY, None, STRANGER, SAID.again),
    ],
)
def test_the_main_action_is_the_one_that_fits(answer, custody, seen, main):
    """The first button is the one that a thumb finds."""
    assert main == offered(answer, custody, seen)[0]


@pytest.mark.parametrize("answer", sorted(set(Answer) - {Answer.VERIFIED, Answer.VERIFIED_PENDING}))
def test_a_piece_in_doubt_is_claimed_only_while_its_record_stands(answer):
    """Whoever holds a stolen, withdrawn or unproven piece is not invited to make it his."""
    stands = answer in {Answer.UNUSUAL_ACTIVITY, Answer.ACTIVITY_UNKNOWN, Answer.STEP_UNCONFIRMED}

    assert stands == (SAID.claim in offered(answer, Custody.HOUSE))


def test_what_reports_the_scan_is_posted_and_nothing_else_is():
    """A GET records nothing; a button carries the scan's token."""
    actions = present_actions(Answer.VERIFIED, Custody.HOUSE, COLLECTOR, VISIT, MAKER)

    assert [(a.href, a.posts) for a in actions] == [("/claim", True), ("/points/collect", True)]


def test_without_a_token_nothing_is_posted():
    """There is no scan to report, so nothing can be claimed or collected with it."""
    actions = present_actions(Answer.VERIFIED, Custody.HOUSE, UnloggedScan(collectable=True), VISIT, MAKER)

    assert [a for a in actions if a.posts] == []


def test_a_maker_whose_address_is_not_proven_is_not_linked():
    """A forged passport would lead the victim to the forger."""
    assert offered(Answer.STOLEN, maker="") == [SAID.another]
