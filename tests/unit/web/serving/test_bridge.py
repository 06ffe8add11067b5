"""The bridge between granian and the site: targets as sent, bodies within limits, answers whole or broken off."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

import pytest

from web.serving.bodies import BodyLimits, BodyReader, BodyRefusedError
from web.serving.bridge import Bridge
from web.serving.environ import environ_of


def scope(path=b"/", query=b"", headers=(), **changes):
    return {
        "type": "http",
        "method": "POST",
        "raw_path": path,
        "path": path.decode("latin-1"),
        "query_string": query,
        "headers": list(headers),
        "client": ("198.51.100.7", 1234),
        "server": ("127.0.0.1", "5000"),
        "scheme": "http",
        "http_version": "1.1",
    } | changes


def in_a_loop(run):
    """Run one coroutine function in an event loop of its own thread.

    Playwright keeps a loop running in the main thread from the first browser test to the last, and a worker
    may well run a browser test before this file.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


def receiver(*messages):
    """Give the messages one by one, and then nothing for ever."""
    left = list(messages)

    async def receive():
        if left:
            return left.pop(0)
        return await asyncio.Event().wait()

    return receive


def part(body, *, more=False):
    return {"type": "http.request", "body": body, "more_body": more}


WITH_BODY = [(b"content-length", b"1")]


# ---- environ


@pytest.mark.parametrize(
    ("path", "query", "raw", "decoded"),
    [
        (b"/01/a%2Fb", b"", "/01/a%2Fb", "/01/a/b"),
        (b"/%e9", b"x=%20", "/%e9?x=%20", "/é"),
        ("/é".encode(), b"", "/Ã©", "/Ã©"),
        (b"//x//y", b"", "//x//y", "//x//y"),
    ],
)
def test_the_target_is_handed_on_as_it_was_sent(path, query, raw, decoded):
    """`%2F` stays what it is, byte for byte (PEP 3333: text is latin-1)."""
    environ = environ_of(scope(path, query), b"", 0)

    assert (environ["RAW_URI"], environ["PATH_INFO"]) == (raw, decoded)


def test_headers_are_told_apart():
    """An underscore is no hyphen, twice is not once, and a proxy of ours is not named by a client."""
    sent = [
        (b"x_forwarded_for", b"1.2.3.4"),
        (b"proxy", b"http://evil.example"),
        (b"host", b"a"),
        (b"host", b"b"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"content-type", b"text/plain"),
        (b"content-length", b"999"),
    ]
    environ = environ_of(scope(headers=sent), b"abc", 3)

    assert {name: text for name, text in environ.items() if name.startswith(("HTTP_", "CONTENT_"))} == {
        "HTTP_HOST": "a,b",
        "HTTP_COOKIE": "a=1; b=2",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
    }


# ---- bodies


def read(limits, receive, headers=WITH_BODY):
    async def run():
        reader = BodyReader(limits)
        async with reader.body(scope(headers=headers), receive) as body:
            return body.content, body.size_bytes

    return in_a_loop(run)


def test_a_body_is_read_whole():
    """In as many parts as it comes; without one nothing is waited for."""
    limits = BodyLimits()

    assert read(limits, receiver(part(b"ab", more=True), part(b"", more=True), part(b"c"))) == (b"abc", 3)
    assert read(limits, receiver(), headers=[]) == (b"", 0)


def test_of_a_large_body_one_byte_too_many_is_kept():
    """So the site answers 413 itself, in its own words, and memory stays bounded."""
    limits = BodyLimits(kept_max_bytes=3)

    assert read(limits, receiver(part(b"abc"))) == (b"abc", 3)
    assert read(limits, receiver(part(b"abcd", more=True), part(b"efgh"))) == (b"abcd", 8)


@pytest.mark.parametrize(
    ("limits", "messages", "status"),
    [
        (BodyLimits(sent_max_bytes=3), [part(b"abcd", more=True)], 413),
        (BodyLimits(small_max_bytes=1, together_max_bytes=2), [part(b"abcd")], 503),
        (BodyLimits(small_max_bytes=3, large_of_network_max=0), [part(b"abcd")], 429),
        (BodyLimits(pause_max_s=0.01), [part(b"a", more=True)], 408),
        (BodyLimits(time_max_s=0.01), [part(b"a", more=True)], 408),
        (BodyLimits(), [part(b"a", more=True), {"type": "http.disconnect"}], 400),
    ],
    ids=["endless", "too many at once", "too many of one network", "silent", "slow", "gone"],
)
def test_a_body_that_costs_too_much_is_refused(limits, messages, status):
    """Each limit by itself."""
    with pytest.raises(BodyRefusedError) as caught:
        read(limits, receiver(*messages))

    assert caught.value.status == status


def holding(limits, *bodies, proxies=0):
    """Read bodies, `(address, content)` or with what a proxy says of it, while all before them are held."""

    async def run():
        reader, statuses = BodyReader(limits, proxies), []
        async with AsyncExitStack() as held:
            for address, content, *said in bodies:
                headers = [*WITH_BODY, *((b"x-forwarded-for", value) for value in said)]
                sent = scope(headers=headers, client=(address, 1))
                try:
                    await held.enter_async_context(reader.body(sent, receiver(part(content))))
                except BodyRefusedError as refused:
                    statuses.append(int(refused.status))
                else:
                    statuses.append(200)
        async with reader.body(scope(headers=WITH_BODY), receiver(part(bodies[0][1]))) as body:
            return statuses, body.content == bodies[0][1]

    return in_a_loop(run)


def test_bodies_count_together_until_they_are_answered():
    """Two large ones at once are one too many; one after the other is fine, also after a refusal."""
    limits = BodyLimits(small_max_bytes=1, together_max_bytes=4)

    assert holding(limits, ("192.0.2.1", b"abcd"), ("198.51.100.1", b"abc")) == ([200, 503], True)


def test_a_small_body_is_let_in_whatever_else_is_held():
    """Whoever fills the memory with photos keeps nobody from signing in, claiming or reporting a scan."""
    limits = BodyLimits(small_max_bytes=3, together_max_bytes=3)
    bodies = [("192.0.2.1", b"abcdef"), ("198.51.100.1", b"abc"), ("198.51.100.1", b"abcd"), ("192.0.2.1", b"abc")]

    assert holding(limits, *bodies) == ([200, 200, 503, 200], True)


def test_one_network_holds_only_so_many_large_bodies_open():
    """Its neighbours in the /24 count with it; everybody else still sends photos."""
    limits = BodyLimits(small_max_bytes=1, large_of_network_max=2)
    bodies = [("192.0.2.1", b"ab"), ("192.0.2.2", b"ab"), ("192.0.2.3", b"ab"), ("198.51.100.1", b"ab")]

    assert holding(limits, *bodies) == ([200, 200, 429, 200], True)


@pytest.mark.parametrize(
    ("proxies", "said", "statuses"),
    [
        (1, [(b"192.0.2.1",), (b"198.51.100.1",)], [200, 200]),
        (1, [(b"6.6.6.6, 192.0.2.1",), (b"7.7.7.7, 192.0.2.1",)], [200, 429]),
        (2, [(b"192.0.2.1", b"10.0.0.1"), (b"198.51.100.1", b"10.0.0.1")], [200, 200]),
        (2, [(b"10.0.0.1",), (b"10.0.0.2",)], [200, 429]),
        (0, [(b"192.0.2.1",), (b"198.51.100.1",)], [200, 429]),
    ],
    ids=["its visitors", "what a visitor says", "two proxies", "too few", "no proxy"],
)
def test_behind_proxies_a_body_belongs_to_the_network_that_they_saw(proxies, said, statuses):
    """As many entries are believed as there are proxies, as for every other limit."""
    limits = BodyLimits(small_max_bytes=1, large_of_network_max=1)

    assert holding(limits, *(("127.0.0.1", b"ab", *values) for values in said), proxies=proxies)[0] == statuses


# ---- answers


def answered(application, limits=None, receive=None, headers=()):
    """Run one request; gives the messages sent, and the error that flew on."""

    async def run():
        sent, failed = [], None

        async def send(message):
            sent.append(message)

        bridge = Bridge(application, threads=1, limits=limits)
        try:
            await bridge(scope(headers=headers), receive or receiver(), send)
        except RuntimeError as error:
            failed = error
        return sent, failed

    return in_a_loop(run)


class Application:
    """Answers with the parts given, and says whether it was closed."""

    def __init__(self, *parts, error=None):
        self.parts, self.error, self.closed = parts, error, False

    def __call__(self, environ, start_response):
        start_response("201 Created", [("X-A", "é")])
        return self

    def __iter__(self):
        yield from self.parts
        if self.error:
            raise self.error

    def close(self):
        self.closed = True


@pytest.mark.parametrize("parts", [(), (b"",), (b"whole",), (b"a", b"", b"b", b"c")])
def test_an_answer_arrives_whole(parts):
    """In one part or many, and the application hears its end."""
    application = Application(*parts)
    sent, failed = answered(application)

    assert (failed, application.closed) == (None, True)
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"x-a"]) == (201, "é".encode("latin-1"))
    assert b"".join(message["body"] for message in sent[1:]) == b"".join(parts)
    assert not sent[-1].get("more_body")


def test_an_answer_that_breaks_off_is_never_ended():
    """The error flies on, and the server breaks off the connection: nobody takes half for the whole."""
    application = Application(b"a", b"b", error=RuntimeError("lost"))
    sent, failed = answered(application)

    assert (str(failed), application.closed) == ("lost", True)
    assert sent[-1]["more_body"] is True


def test_a_refusal_is_a_problem_with_the_headers_of_the_site():
    """It ends the connection: what is left of the body is nobody's request."""
    sent, _ = answered(
        Application(b"x"), BodyLimits(sent_max_bytes=1), receiver(part(b"abc", more=True)), headers=WITH_BODY
    )
    headers = dict(sent[0]["headers"])

    assert (sent[0]["status"], json.loads(sent[1]["body"])["code"]) == (413, "too_large")
    assert headers[b"connection"] == b"close"
    assert b"default-src 'none'" in headers[b"content-security-policy"]


# ---- streams


def streaming(environ, start_response):
    """An application: `/whole` in one part, anything else in more than one."""
    start_response("200 OK", [])
    return [b"whole"] if environ["PATH_INFO"] == "/whole" else iter([b"a", b"b"])


class Client:
    """One who asks a bridge: it takes the beginning of an answer, and reads on when it is let to."""

    def __init__(self, bridge, path):
        self.begun, self.may_read, self.sent = asyncio.Event(), asyncio.Event(), []
        self.asking = asyncio.create_task(bridge(scope(path), receiver(), self.send))

    async def send(self, message):
        self.sent.append(message)
        self.begun.set()
        await self.may_read.wait()

    async def status(self):
        """Give the status, as soon as there is one."""
        await self.begun.wait()
        return self.sent[0]["status"]

    async def read(self):
        """Read to the end; gives the status and what came."""
        self.may_read.set()
        await self.asking
        return self.sent[0]["status"], b"".join(message["body"] for message in self.sent[1:])


@pytest.mark.parametrize(("threads", "streams"), [(1, 1), (2, 1), (4, 2)])
def test_streams_leave_half_of_the_threads(threads, streams):
    """One stream too many is told to come back, other answers are given all the while, and a place comes free again."""

    async def run():
        bridge = Bridge(streaming, threads=threads)
        slow = [Client(bridge, b"/car") for _ in range(streams)]
        begun = [await client.status() for client in slow]
        others = {}
        if threads > streams:
            others = {path: await Client(bridge, path).read() for path in (b"/whole", b"/car")}
        ended = [await client.read() for client in slow]
        again = await Client(bridge, b"/car").read()
        return begun, others, ended, again

    begun, others, ended, again = in_a_loop(run)

    assert begun == [200] * streams
    assert ended == [(200, b"ab")] * streams
    assert again == (200, b"ab")
    if threads > streams:
        assert others[b"/whole"] == (200, b"whole")
        assert others[b"/car"][0] == 503
        assert json.loads(others[b"/car"][1])["code"] == "unavailable"


def read_at(bytes_per_s, size_bytes):
    """Read a stream so fast, by a clock of our own; gives how many bytes were taken, and the error that flew on."""

    async def run():
        now_s, sent, failed = [0.0], [], None

        async def send(message):
            taken = message.get("body", b"")
            sent.append(taken)
            now_s[0] += len(taken) / bytes_per_s

        application = Application(b"x" * (size_bytes // 2), b"y" * (size_bytes // 2))
        try:
            await Bridge(application, clock=lambda: now_s[0])(scope(), receiver(), send)
        except TimeoutError as error:
            failed = error
        return sum(map(len, sent)), failed, application.closed

    return in_a_loop(run)


MEGABYTE = 1024 * 1024


def test_whoever_reads_a_stream_fast_enough_gets_all_of_it():
    """64 KiB in a second are enough, however long it is."""
    assert read_at(64 * 1024, 16 * MEGABYTE) == (16 * MEGABYTE, None, True)


def test_whoever_reads_a_stream_too_slowly_is_left():
    """A client that takes a little now and then would hold a thread for hours. Half is never taken for the whole."""
    taken, failed, closed = read_at(2 * 1024, 16 * MEGABYTE)

    assert taken == 2 * 64 * 1024  # 64 s are over by then, and 62 were earned
    assert "a stream of 131072 bytes took over 62 s" in str(failed)
    assert closed


def test_a_stream_is_sent_in_small_pieces():
    """So what a client took is known: of one part of megabytes nobody could say how fast it goes."""
    sent, _ = answered(Application(b"a" * 100_000, b"b", b"c"))

    assert [len(message["body"]) for message in sent[1:]] == [65_536, 34_464, 1, 1, 0]
