"""A WSGI application behind an ASGI server: bodies are read first, then a thread answers.

A client that sends slowly therefore never holds a thread, and the application sees the target as it was sent.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import chain
from typing import Any, Final

from web.negotiation import problem_code
from web.serving.bodies import BodyLimits, BodyReader, BodyRefusedError, Receive
from web.serving.environ import environ_of

THREADS: Final = 8
_WAITING_PER_THREAD: Final = 16
_PIECE_BYTES: Final = 64 * 1024
_PIECE_MAX_S: Final = 30.0
_STREAM_START_S: Final = 60.0
_STREAM_BYTES_PER_S: Final = 64 * 1024
"""Whoever reads slower than this for longer than the start is left: a stream holds a thread."""
_RETRY_AFTER_S: Final = 5

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Emit = Callable[[Message, float], None]
"""Sends a message from a thread, within so many seconds. Raises TimeoutError."""


@dataclass(slots=True)
class _Answer:
    """What an application said, in the words of ASGI."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    content: bytes = b""
    """The whole body, unless `streamed`."""
    streamed: bool = False
    """Everything was sent already."""

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        """Take status and headers (PEP 3333)."""
        del exc_info  # nothing has been sent yet, so the later call counts
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self.headers.append((b"server", b"assay"))

    def opening(self) -> Message:
        """Give the message that opens the answer."""
        return {"type": "http.response.start", "status": self.status, "headers": self.headers}


class _Pace:
    """How long one stream may still take: so much to begin with, and a second more for each 64 KiB that was taken."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began_at_s = clock()
        self._taken_bytes = 0

    def left_s(self) -> float:
        """Give the seconds that the next piece may take. Raises TimeoutError when the stream is too slow."""
        earned_s = _STREAM_START_S + self._taken_bytes / _STREAM_BYTES_PER_S
        left_s = self._began_at_s + earned_s - self._clock()
        if left_s <= 0:
            raise TimeoutError(f"a stream of {self._taken_bytes} bytes took over {earned_s:.0f} s")
        return min(_PIECE_MAX_S, left_s)

    def took(self, size_bytes: int) -> None:
        """Count what the client took."""
        self._taken_bytes += size_bytes


class Bridge:
    """The ASGI application. One a process; its threads begin with the first request."""

    def __init__(
        self,
        application: Application,
        *,
        threads: int = THREADS,
        limits: BodyLimits | None = None,
        proxies: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._application = application
        self._bodies = BodyReader(limits or BodyLimits(), proxies)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="assay-request")
        self._waiting_max = threads * _WAITING_PER_THREAD
        self._waiting = 0
        # Streams last as long as their readers like: half the threads are for answers that end by themselves.
        self._streams = threading.BoundedSemaphore(max(threads // 2, 1))
        self._clock = clock

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request.

        1. Read its body, within limits.
        2. Turn it away when too many wait for a thread: an answer that comes too late is none.
        3. Let a thread answer; an answer in one part is sent from here, a longer one by the thread, a few at once.
        """
        assert scope["type"] == "http", "the server is told to speak nothing else"
        try:
            async with self._bodies.body(scope, receive) as body:  # 1.
                if self._waiting >= self._waiting_max:  # 2.
                    raise BodyRefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
                environ = environ_of(scope, body.content, body.size_bytes)
                answer = await self._answered(environ, send)  # 3.
        except BodyRefusedError as refused:
            await _refuse(send, refused.status)
            return
        if not answer.streamed:
            await send(answer.opening())
            await send({"type": "http.response.body", "body": answer.content})

    async def _answered(self, environ: dict[str, Any], send: Send) -> _Answer:
        loop = asyncio.get_running_loop()

        def emit(message: Message, time_max_s: float) -> None:
            sending = asyncio.run_coroutine_threadsafe(_sent(send, message), loop)
            try:
                sending.result(time_max_s)
            except TimeoutError:
                sending.cancel()
                raise

        self._waiting += 1
        try:
            return await loop.run_in_executor(self._pool, self._answer, environ, emit)
        finally:
            self._waiting -= 1

    def _answer(self, environ: dict[str, Any], emit: Emit) -> _Answer:
        """Run the application, in a thread. Raises BodyRefusedError for a stream too many: nothing was sent then."""
        answer = _Answer()
        with ExitStack() as ending:
            body = self._application(environ, answer.start_response)
            if hasattr(body, "close"):
                ending.callback(body.close)
            parts = iter(body)
            answer.content = next(parts, b"")
            second = next(parts, None)
            if second is not None:
                if not self._streams.acquire(blocking=False):
                    raise BodyRefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
                ending.callback(self._streams.release)
                _stream(answer, chain((second,), parts), emit, _Pace(self._clock))
        return answer


def _stream(answer: _Answer, rest: Iterable[bytes], emit: Emit, pace: _Pace) -> None:
    """Send piece by piece. What fails midway flies on, and the server breaks off the connection: half is not whole."""
    answer.streamed = True
    emit(answer.opening(), pace.left_s())
    for part in chain((answer.content,), rest):
        for start in range(0, len(part), _PIECE_BYTES):
            piece = part[start : start + _PIECE_BYTES]
            emit({"type": "http.response.body", "body": piece, "more_body": True}, pace.left_s())
            pace.took(len(piece))
    emit({"type": "http.response.body", "body": b""}, pace.left_s())


async def _sent(send: Send, message: Message) -> None:
    await send(message)


async def _refuse(send: Send, status: HTTPStatus) -> None:
    """Answer without the application, and end the connection: what is left of the body is nobody's."""
    content = (
        f'{{"type":"about:blank","title":"{status.phrase}","status":{status.value},"code":"{problem_code(status)}"}}\n'
    ).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(content)).encode()),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"strict-origin"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
        (b"server", b"assay"),
    ]
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        headers.append((b"retry-after", str(_RETRY_AFTER_S).encode()))
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": content})
