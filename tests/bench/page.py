"""The verdict page under load, its scan reported, against a bare Flask page behind the same server in the same run."""

from __future__ import annotations

import gzip
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import ROOT, Figure, median
from tests.bench.house import BenchHouse, bench_house
from tests.bench.page_server import make_bare_database
from web.scan.scan_tokens import LENGTH
from web.serving.launch import claim_port

_CLIENTS = 8
_ROUND_S = 2.0
_ROUNDS = 7
_SPREAD = 100
"""Different addresses asked for in turn: each is verified and printed by itself, every five seconds."""
_SPREAD_S = 10.0
_PAGE_GZIP_MAX_BYTES = 6_144
_TOKEN = re.compile(rb'name="scan" value="([A-Za-z0-9_-]{%d})"' % LENGTH)
_BEFORE_TOKEN = b"\x00" + LENGTH.to_bytes(2, "little") + (LENGTH ^ 0xFFFF).to_bytes(2, "little")
"""The token is a stored block of the stream, so its text stands there as it is, behind this."""
_START_TIMEOUT_S = 60.0


class Phone:
    """One keep-alive connection that speaks as a browser does, and reads as little as it can."""

    def __init__(self, port: int, host: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = host.encode()

    def get(self, path: bytes, language: bytes = b"en-GB,en;q=0.9") -> bytes:
        """Open a page; gives its body as sent."""
        self._socket.sendall(
            b"GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
            b"Accept-Encoding: gzip, deflate, br\r\nAccept-Language: %s\r\nSec-Fetch-Site: none\r\n\r\n"
            % (path, self._host, language)
        )
        return self._answer(b"200")

    def report(self, token: bytes) -> None:
        """Report a scan, as report-scan.js does."""
        self._socket.sendall(
            b"POST /scans HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nSec-Fetch-Site: same-origin\r\nAccept: */*\r\n"
            b"Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\nContent-Length: %d\r\n\r\nscan=%s"
            % (self._host, self._host, len(token) + 5, token)
        )
        self._answer(b"204")

    def close(self) -> None:
        self._socket.close()

    def _answer(self, status: bytes) -> bytes:
        """Read one answer; gives its body. The server names every length, and sends nothing unasked."""
        data = self._socket.recv(65_536)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._read()
        head = data[:end].lower()
        assert head[9:12] == status, head[:200]
        at = head.find(b"content-length: ")
        size = end + 4 + (int(head[at + 16 : at + 26].split(b"\r", 1)[0]) if at >= 0 else 0)
        while len(data) < size:
            data += self._read()
        return data[end + 4 :]

    def _read(self) -> bytes:
        part = self._socket.recv(65_536)
        assert part, "the server closed the connection"
        return part


@contextmanager
def serving(name: str, server: str, folder: Path) -> Iterator[int]:
    """Serve one application; gives its port."""
    port = claim_port("127.0.0.1", 0)
    environ = os.environ | {"BENCH_FOLDER": str(folder), "ASSAY_DATA": str(folder / "house")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.page_server", name, server, str(port)],
        cwd=ROOT,
        env=environ,
        stderr=subprocess.DEVNULL,  # the log is written, and goes nowhere
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not listen")


def rate(port: int, host: str, work: Callable[[Phone, int], None], seconds: float = _ROUND_S) -> float:
    """Let several clients work side by side for a while; gives how often a second."""
    done = [0] * _CLIENTS
    until = time.monotonic() + seconds

    def use(number: int) -> None:
        phone = Phone(port, host)
        try:
            while time.monotonic() < until:
                work(phone, done[number] * _CLIENTS + number)
                done[number] += 1
        finally:
            phone.close()

    threads = [threading.Thread(target=use, args=(number,)) for number in range(_CLIENTS)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - start)


class PageBench:
    """Both applications, and what is asked of them."""

    def __init__(self, bench: BenchHouse, server: str, ours: int, bare: int) -> None:
        self.host = bench.label.split("/")[2].lower()
        self.path = "/" + bench.label.split("/", 3)[3]
        self.server, self.ours, self.bare = server, ours, bare

    def only_get(self, phone: Phone, number: int) -> None:
        phone.get(self.path.encode())

    def reported(self, phone: Phone, number: int) -> None:
        """Look at the page and report it, as every visitor's phone does."""
        self._reported(phone, self.path.encode())

    def spread(self, phone: Phone, number: int) -> None:
        """The same for many labels in turn."""
        self._reported(phone, b"%s?x=%d" % (self.path.encode(), number % _SPREAD))

    def _reported(self, phone: Phone, path: bytes) -> None:
        body = phone.get(path)
        at = body.index(_BEFORE_TOKEN) + len(_BEFORE_TOKEN)
        phone.report(body[at : at + LENGTH])

    def measure(self) -> list[Figure]:
        kinds = {
            "bare": (self.bare, self.only_get),
            "get": (self.ours, self.only_get),
            "reported": (self.ours, self.reported),
        }
        rates: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(_ROUNDS):  # in turns, so that all meet the same machine
            for name, (port, work) in kinds.items():
                rates[name].append(rate(port, self.host, work))
        rate(self.ours, self.host, self.spread)  # so that few of them are asked for the first time
        spread = [rate(self.ours, self.host, self.spread, _SPREAD_S)]
        reported = self._figure("page_vs_bare", rates["reported"], rates["bare"], "each scan reported", 0.40)
        return [
            reported,
            self._figure("page_vs_bare_get_alone", rates["get"], rates["bare"], "not reported"),
            self._figure("page_vs_bare_many_labels", spread, rates["bare"], f"reported, {_SPREAD} addresses in turn"),
        ]

    def _figure(self, name: str, ours: list[float], bare: list[float], words: str, goal: float | None = None) -> Figure:
        peers = bare if len(ours) == len(bare) else [median(bare)] * len(ours)
        ratios = [mine / theirs for mine, theirs in zip(ours, peers, strict=True)]
        against = f"bare Flask {median(bare):.0f} pages/s, ours {median(ours):.0f}; {words}; {self.server}, 1 process"
        value = round(median(ratios), 3)
        return Figure(name, value, "of its rate", goal, at_least=True, against=against, samples=ratios)


def page_sizes(port: int, host: str, path: str) -> dict[str, tuple[int, bytes]]:
    """Ask for the page in both languages; gives the size as sent, and the text."""
    phone = Phone(port, host)
    try:
        sent = {name: phone.get(path.encode(), name.encode()) for name in ("en", "fr")}
    finally:
        phone.close()
    return {name: (len(body), gzip.decompress(body)) for name, body in sent.items()}


def measure(server: str = "granian") -> list[Figure]:
    """Measure rates and the size of the first response, on the example's bag with its eight steps."""
    with bench_house() as bench, serving("ours", server, bench.folder) as ours:
        host, path = bench.label.split("/")[2].lower(), "/" + bench.label.split("/", 3)[3]
        sizes = page_sizes(ours, host, path)
        text = sizes["en"][1]
        assert _TOKEN.search(text), "the page reports its scan"
        (bench.folder / "page.html").write_bytes(text)
        make_bare_database(bench.folder)
        with serving("bare", server, bench.folder) as bare:
            rates = PageBench(bench, server, ours, bare).measure()
    largest = max(sizes, key=lambda name: sizes[name][0])
    said = ", ".join(f"{name} {size} bytes of {len(whole)}" for name, (size, whole) in sizes.items())
    return [*rates, Figure("page_gzip_bytes", sizes[largest][0], "bytes", _PAGE_GZIP_MAX_BYTES, against=said)]


if __name__ == "__main__":
    from tests.bench.figures import table

    print(table(measure(*sys.argv[1:])))
