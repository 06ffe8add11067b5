"""Ask several nodes the same question side by side, and let none of them hold the answer up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Generic, TypeVar

from verifier.errors import ChainUnavailableError
from verifier.limits import QUORUM_GRACE_S, QUORUM_ROUND_MAX_S, QUORUM_WAITING_MAX
from verifier.ports import CanonicalChain

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class NamedChain:
    """One node of several."""

    name: str
    """What is shown of it: host and port, never its whole URL."""
    chain: CanonicalChain


@dataclass(slots=True)
class Round(Generic[_Answer]):
    """What the nodes answered to one question, by the node's name."""

    answers: dict[str, _Answer] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    """Why each of the others gave none."""


class Line:
    """One node, and the questions it is thinking about. The same question is put to it once at a time."""

    def __init__(self, node: NamedChain) -> None:
        self.name = node.name
        self.chain = node.chain
        self._lock = threading.Lock()
        self._waiting: dict[str, Future[Any]] = {}

    def ask(self, question: str, put: Callable[[CanonicalChain], _Answer]) -> Future[_Answer]:
        """Put a question in a thread of its own, or join whoever asks the same already."""
        with self._lock:
            if (asked := self._waiting.get(question)) is not None:
                return asked
            answer: Future[_Answer] = Future()
            if len(self._waiting) >= QUORUM_WAITING_MAX:
                answer.set_exception(ChainUnavailableError("is still busy with earlier questions"))
                return answer
            self._waiting[question] = answer
        # A daemon: a node that hangs must not keep the command from ending once its answer is printed.
        threading.Thread(target=self._work, args=(question, put, answer), daemon=True).start()
        return answer

    def _work(self, question: str, put: Callable[[CanonicalChain], _Answer], answer: Future[_Answer]) -> None:
        try:
            found = put(self.chain)
        except BaseException as error:  # noqa: BLE001 - the one who waits raises it
            self._forget(question)
            answer.set_exception(error)
        else:
            self._forget(question)
            answer.set_result(found)

    def _forget(self, question: str) -> None:
        with self._lock:
            self._waiting.pop(question, None)


def ask_all(
    lines: Sequence[Line],
    question: str,
    put: Callable[[CanonicalChain], _Answer],
    needed: int,
    is_enough: Callable[[Mapping[str, _Answer]], bool],
) -> Round[_Answer]:
    """Put one question to every node; stop when the answers so far are enough, when all spoke, or when time is up.

    Once `needed` nodes have answered, the others get `QUORUM_GRACE_S` more. `question` names it: whoever asks the
    same meanwhile joins, and gets the same answer.
    """
    found: Round[_Answer] = Round()
    waiting = {line.name: line.ask(question, put) for line in lines}
    until_s = monotonic() + QUORUM_ROUND_MAX_S
    in_grace = False
    while True:
        for name in [name for name, answer in waiting.items() if answer.done()]:
            _note(found, name, waiting.pop(name))
        if len(found.answers) >= needed and not in_grace:
            in_grace, until_s = True, min(until_s, monotonic() + QUORUM_GRACE_S)
        left_s = until_s - monotonic()
        if not waiting or left_s <= 0 or is_enough(found.answers):
            break
        wait(waiting.values(), timeout=left_s, return_when=FIRST_COMPLETED)
    found.failures |= dict.fromkeys(waiting, "did not answer in time")
    return found


def first_answer(lines: Sequence[Line], question: str, put: Callable[[CanonicalChain], _Answer]) -> Round[_Answer]:
    """Ask one node after the other until one answers; the next one's turn comes early when a node is slow."""
    found: Round[_Answer] = Round()
    waiting: dict[str, Future[_Answer]] = {}
    queue = list(lines)
    until_s = monotonic() + QUORUM_ROUND_MAX_S
    while queue or waiting:
        if queue:
            line = queue.pop(0)
            waiting[line.name] = line.ask(question, put)
        left_s = until_s - monotonic()
        wait(waiting.values(), timeout=min(QUORUM_GRACE_S, left_s) if queue else left_s, return_when=FIRST_COMPLETED)
        for name in [name for name, answer in waiting.items() if answer.done()]:
            _note(found, name, waiting.pop(name))
        if found.answers or until_s <= monotonic():
            break
    found.failures |= dict.fromkeys(waiting, "did not answer in time")
    return found


def _note(found: Round[_Answer], name: str, answer: Future[_Answer]) -> None:
    try:
        found.answers[name] = answer.result()
    except ChainUnavailableError as error:
        found.failures[name] = str(error).removeprefix(f"{name}: ")
