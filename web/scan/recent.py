"""One reading of the registry for everybody who asks for the same label in the same five seconds.

A positive answer needs a head at most 5 s old, so nothing here is older than that, counted from before the reading
began. An answer that could not be given is never kept: the next visitor may have more luck.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from verifier.service import Verification
from verifier.verdict import Level
from web.presenters.frame import Visit
from web.scan.scan_tokens import pack
from web.scan.shared_page import SharedPage

HEAD_AGE_MAX_S: Final = 5.0
_ANSWERS_MAX: Final = 1_024
_TEXT_MAX: Final = 512
"""Longer texts are no labels, and are not kept."""
_PAGES_MAX: Final = 8
_SWEPT_AT_ONCE: Final = 16
"""Each answer that comes lets go of up to so many, so that no visitor pays for a long sweep."""


@dataclass(slots=True)
class RecentAnswer:
    """One answer, when its reading began, and the pages that were printed of it."""

    verification: Verification
    began_at: float
    answered: bytes | None
    """What a token of this answer is signed over (`scan_tokens.pack`)."""
    pages: dict[Visit, SharedPage] = field(default_factory=dict)
    """For visitors that nobody knows, one for each language and host. They end with the answer."""

    @property
    def is_given(self) -> bool:
        """Say whether there was an answer at all; what could not be given is never kept."""
        return self.verification.verdict.level is not Level.UNDETERMINED

    def put(self, visit: Visit, page: SharedPage) -> None:
        """Keep a page as long as the answer."""
        if len(self.pages) < _PAGES_MAX:
            self.pages[visit] = page


class RecentAnswers:
    """Verifies by label, and gives the same answer again for a moment. Safe to use from several threads."""

    def __init__(
        self,
        verify: Callable[[str], Verification],
        *,
        clock: Callable[[], float] = time.monotonic,
        age_max_s: float = HEAD_AGE_MAX_S,
    ) -> None:
        self._verify = verify
        self._clock = clock
        self._age_max_s = age_max_s
        self._answers: OrderedDict[str, RecentAnswer] = OrderedDict()
        self._under_way: dict[str, Future[RecentAnswer]] = {}
        self._lock = threading.Lock()

    def answer(self, text: str) -> RecentAnswer:
        """Give the answer for a label's text: the one known, the one somebody is waiting for, or a new one."""
        with self._lock:
            known = self._answers.get(text)
            if known is not None and self.is_recent(known):
                return known
            waiting = self._under_way.get(text)
            if waiting is None:
                mine = self._under_way[text] = Future()
        if waiting is None:
            return self._read(text, mine)
        answer = waiting.result()
        # Who waited long for somebody else's reading reads once more, rather than to give an old answer.
        return answer if self.is_recent(answer) else self._verified(text)

    def _read(self, text: str, mine: Future[RecentAnswer]) -> RecentAnswer:
        try:
            answer = self._verified(text)
        except BaseException as error:
            with self._lock:
                del self._under_way[text]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._under_way[text]
            if answer.is_given and len(text) <= _TEXT_MAX:
                self._keep(text, answer)
        mine.set_result(answer)
        return answer

    def _verified(self, text: str) -> RecentAnswer:
        began_at = self._clock()
        verification = self._verify(text)
        return RecentAnswer(verification, began_at, pack(verification))

    def _keep(self, text: str, answer: RecentAnswer) -> None:
        """Keep an answer, and let go of what is too old or too much. The oldest stand first, or nearly so."""
        self._answers[text] = answer
        self._answers.move_to_end(text)
        for oldest, known in list(itertools.islice(self._answers.items(), _SWEPT_AT_ONCE)):
            if len(self._answers) > _ANSWERS_MAX or not self.is_recent(known):
                del self._answers[oldest]

    def is_recent(self, answer: RecentAnswer) -> bool:
        """Say whether an answer may still be given."""
        return self._clock() - answer.began_at <= self._age_max_s
