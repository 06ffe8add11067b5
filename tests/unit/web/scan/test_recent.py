"""One reading for many visitors: never older than five seconds, never an answer that could not be given."""

from __future__ import annotations

import threading

import pytest

from tests.fakes.evidence import some_evidence
from verifier.evidence import Unavailable
from verifier.judge import judge
from verifier.policies import CLI
from verifier.service import Verification
from verifier.verdict import Level
from web.scan.recent import _ANSWERS_MAX, HEAD_AGE_MAX_S, RecentAnswers

LABEL = "https://id.maison.example/01/09521321000018/21/X"


class Reader:
    """Verifies, counts, and takes its time by the clock it is given."""

    def __init__(self, level: Level = Level.VERIFIED, takes_s: float = 0.0) -> None:
        self.now_s = 100.0
        self.level = level
        self.takes_s = takes_s
        self.readings = 0

    def clock(self) -> float:
        return self.now_s

    def verify(self, text: str) -> Verification:
        self.readings += 1
        self.now_s += self.takes_s
        changes = {} if self.level is Level.VERIFIED else {"registered": Unavailable("gone")}
        evidence = some_evidence(**changes)
        return Verification(evidence, judge(evidence, CLI))

    def answers(self) -> RecentAnswers:
        return RecentAnswers(self.verify, clock=self.clock)


@pytest.mark.parametrize(("age_s", "readings"), [(0, 1), (HEAD_AGE_MAX_S, 1), (HEAD_AGE_MAX_S + 0.001, 2)])
def test_an_answer_serves_others_for_five_seconds_and_no_longer(age_s, readings):
    """Both sides of the edge: a theft reported at second 1 is on every page by second 6."""
    reader = Reader()
    answers = reader.answers()
    answers.answer(LABEL)
    reader.now_s += age_s
    answers.answer(LABEL)

    assert readings == reader.readings


def test_the_age_counts_from_before_the_reading():
    """A node that takes four seconds gives an answer that is good for one more."""
    reader = Reader(takes_s=4.0)
    answers = reader.answers()
    answers.answer(LABEL)
    reader.takes_s = 0.0
    reader.now_s += 1.5
    answers.answer(LABEL)

    assert reader.readings == 2


def test_an_answer_that_could_not_be_given_is_asked_for_again():
    """The node may be back for the next visitor."""
    reader = Reader(Level.UNDETERMINED)
    answers = reader.answers()
    assert answers.answer(LABEL).verification.verdict.level is Level.UNDETERMINED
    reader.level = Level.VERIFIED

    assert answers.answer(LABEL).verification.verdict.level is Level.VERIFIED


def test_each_label_has_its_own_answer():
    """Also in another spelling: only the very same text is the same question."""
    reader = Reader()
    answers = reader.answers()
    for text in (LABEL, LABEL.lower(), LABEL + "?lang=fr"):
        answers.answer(text)

    assert reader.readings == 3


def test_a_page_ends_with_its_answer():
    """Whatever was printed of it is not found any more."""
    reader = Reader()
    answers = reader.answers()
    first = answers.answer(LABEL)
    first.pages["visit"] = "page"
    reader.now_s += HEAD_AGE_MAX_S + 1

    assert answers.answer(LABEL).pages == {}


def test_what_is_too_old_or_too_much_is_let_go():
    """Memory is bounded by what is asked for in five seconds, and by a number."""
    reader = Reader()
    answers = reader.answers()
    for number in range(_ANSWERS_MAX + 10):
        answers.answer(f"{LABEL}{number}")
    assert len(answers._answers) == _ANSWERS_MAX
    reader.now_s += HEAD_AGE_MAX_S + 1
    for number in range(200):
        answers.answer(f"{LABEL}{number}")

    assert len(answers._answers) == 200


def test_a_text_that_is_too_long_for_a_label_is_not_kept():
    """An address of eight kilobytes, a thousand times."""
    reader = Reader()
    answers = reader.answers()
    answers.answer(LABEL + "?" + "x" * 1_000)

    assert not answers._answers


def test_visitors_who_come_together_share_one_reading():
    """A hundred phones at an exhibition; the node is asked once."""
    reader, come = Reader(), threading.Event()
    started = threading.Event()

    def slowly(text: str) -> Verification:
        started.set()
        come.wait(10)
        return reader.verify(text)

    answers = RecentAnswers(slowly, clock=reader.clock)
    found = []
    threads = [threading.Thread(target=lambda: found.append(answers.answer(LABEL))) for _ in range(8)]
    threads[0].start()
    assert started.wait(10)
    for thread in threads[1:]:
        thread.start()
    come.set()
    for thread in threads:
        thread.join()

    assert reader.readings == 1
    assert len({id(answer) for answer in found}) == 1


def test_who_waited_too_long_for_another_reads_again():
    """A reading that took longer than five seconds is nobody's but its own."""
    reader, come, started = Reader(), threading.Event(), threading.Event()

    def slowly(text: str) -> Verification:
        if reader.readings == 0:
            started.set()
            come.wait(10)
            reader.takes_s = HEAD_AGE_MAX_S + 1
        else:
            reader.takes_s = 0.0
        return reader.verify(text)

    answers = RecentAnswers(slowly, clock=reader.clock)
    first = threading.Thread(target=answers.answer, args=(LABEL,))
    first.start()
    assert started.wait(10)
    second = threading.Thread(target=answers.answer, args=(LABEL,))
    second.start()
    come.set()
    first.join()
    second.join()

    assert reader.readings == 2


def test_a_bug_reaches_everybody_who_waits_and_is_not_kept():
    """Nobody waits for ever."""

    def broken(text: str) -> Verification:
        raise ZeroDivisionError

    answers = RecentAnswers(broken)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            answers.answer(LABEL)
