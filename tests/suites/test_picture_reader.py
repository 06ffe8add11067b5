"""The suite of picture readers in this process and in one of its own; and what only the latter can do: be killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.suites.picture_reader import FILES, HOST, TEXT, PictureReaderSuite
from verifier.adapters.picture_frames import FrameError, photo_of, reading_head, reading_of, receive_frame, send_frame
from verifier.adapters.picture_process import PictureProcess, PicturesUnavailableError
from verifier.errors import ImageError, UnavailableError
from verifier.images import read_labels
from verifier.safe_photos import make_safe

FAKE = """
import os, socket, sys, time
from verifier.adapters.picture_frames import *
channel = socket.socket(fileno=os.dup(0))
send_frame(channel, {"ready": 1})
head, body = receive_frame(channel)
%s
"""


class TestInThisProcess(PictureReaderSuite):
    @pytest.fixture
    def read(self):
        return read_labels

    @pytest.fixture
    def photo(self):
        return make_safe


@pytest.fixture(scope="module")
def pictures():
    """One for the module: each takes a second to load its libraries."""
    process = PictureProcess(1)
    yield process
    process.close()


@pytest.mark.process
class TestInAProcessOfItsOwn(PictureReaderSuite):
    @pytest.fixture
    def read(self, pictures):
        return pictures

    @pytest.fixture
    def photo(self, pictures):
        return pictures.photo


def that_does(deed, **settings):
    """A reader whose process says it is ready, takes one picture, and then does something."""
    return PictureProcess(1, command=("-P", "-c", FAKE % deed), **settings)


def one_process(pictures):
    """The process that waits."""
    pictures.ask()
    return pictures._idle[-1]


@pytest.mark.process
@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("time.sleep(600)", "took over"),
        ("os.kill(os.getpid(), 11)", "gave up"),
        ("os._exit(0)", "gave up"),
        ("channel.sendall(b'x' * 100)", "gave up"),
        ("send_frame(channel, {'fault': 'SystemError'})", "could not be read"),
        ("send_frame(channel, {'reading': {'found': [{'text': 1}], 'width': 1}})", "gave up"),
        ("send_frame(channel, {'nonsense': 1})", "gave up"),
    ],
)
def test_whatever_becomes_of_the_process_is_an_image_error(deed, told, caplog):
    """Silence, a crash, an early end, nonsense: the sender reads what to do, the log names no picture."""
    pictures = that_does(deed)
    try:
        with pytest.raises(ImageError, match=told) as refusal:
            pictures(FILES["JPEG"], budget_s=0 if told == "took over" else 2.5)
    finally:
        pictures.close()

    assert "Send a smaller photo" in str(refusal.value)
    assert "replaced" in caplog.text


@pytest.mark.process
def test_after_a_kill_the_next_picture_is_read(pictures):
    """By a process that was started at once."""
    before = one_process(pictures)
    os.kill(before.pid, signal.SIGKILL)
    before._process.wait()

    assert pictures(FILES["PNG"]).texts == (TEXT,)
    assert before.pid != one_process(pictures).pid


@pytest.mark.process
def test_a_picture_that_takes_too_long_ends_its_process(pictures):
    """A stopped process stands for a decoder that is busy for ever: nothing but a signal reaches either."""
    worker = one_process(pictures)
    os.kill(worker.pid, signal.SIGSTOP)
    with pytest.raises(ImageError, match="took over"):
        pictures(FILES["PNG"], budget_s=0)

    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
    assert pictures(FILES["PNG"]).texts == (TEXT,)


@pytest.mark.process
def test_a_process_is_replaced_after_so_many_pictures():
    """What leaks in it ends with it."""
    pictures = PictureProcess(1, uses_max=1)
    try:
        first = pictures._idle or one_process(pictures)
        pictures(FILES["PNG"])
        second = pictures._idle[-1]

        assert first is not second
        assert second.uses == 0
    finally:
        pictures.close()


@pytest.mark.process
def test_a_process_holds_no_secret_and_may_do_little(pictures, monkeypatch):
    """Its environment is chosen, not inherited; the kernel limits memory, files and their size."""
    monkeypatch.setenv("ASSAY_METRICS_TOKEN", "a secret")
    pictures._put_back(one_process(pictures), good=False)
    pictures._idle.pop(0)
    worker = one_process(pictures)
    proc = Path("/proc") / str(worker.pid)
    environment = (proc / "environ").read_bytes()
    limits = (proc / "limits").read_text()
    status = (proc / "status").read_text()

    assert b"secret" not in environment
    assert b"ASSAY" not in environment
    for line in ("Max core file size 0 0", "Max file size 0 0", "Max open files 32 32"):
        assert line in " ".join(limits.split())
    assert "Max address space unlimited" not in " ".join(limits.split())
    assert "NoNewPrivs:\t1" in status


@pytest.mark.process
def test_a_process_ends_when_its_starter_does(pictures):
    """Even by kill -9: the socket's other end closes, and nothing else has to happen."""
    worker = one_process(pictures)
    worker._channel.shutdown(socket.SHUT_RDWR)

    assert worker._process.wait(timeout=30) == 0
    assert pictures(FILES["PNG"]).texts == (TEXT,)


@pytest.mark.process
def test_many_at_once_share_the_processes():
    """Six threads, two processes; each gets its own picture's answer."""
    pictures = PictureProcess(2)
    start = threading.Barrier(6)

    def read(number):
        start.wait()
        return pictures(FILES["PNG"], hosts=[HOST] if number % 2 else []).found[0].preferred

    try:
        with ThreadPoolExecutor(6) as pool:
            assert [bool(number % 2) for number in range(6)] == list(pool.map(read, range(6)))
        assert len(pictures._idle) <= 2
    finally:
        pictures.close()


@pytest.mark.process
def test_without_a_process_the_part_is_away():
    """Not the picture's fault, so no ImageError: the site answers 503."""
    for pictures in (PictureProcess(1, command=("-P", "-c", "raise SystemExit(1)")), PictureProcess(1)):
        pictures.close() if pictures._command[1] == "-m" else None
        with pytest.raises(PicturesUnavailableError):
            pictures(FILES["PNG"])
        pictures.close()
    assert issubclass(PicturesUnavailableError, UnavailableError)


def test_a_frame_is_believed_in_nothing():
    """Lengths, form, fields and their types are checked; an honest reading goes there and back."""
    reading = read_labels(FILES["PNG"], hosts=[HOST])
    head = json.loads(json.dumps(reading_head(reading)))

    assert reading == reading_of(head)
    for wrong in ({}, {"found": 1}, head | {"width": "1"}, head | {"more": 1}, head | {"found": [{"text": "x"}]}):
        with pytest.raises(FrameError):
            reading_of(wrong)
    for wrong in ({}, {"sha256": "zz"}, {"sha256": 7}, {"sha256": "00", "width": 1}):
        with pytest.raises(FrameError):
            photo_of(wrong, b"")


@pytest.mark.parametrize(
    "sent",
    [
        b"\0\0\0\2\0\0\0\0[]",
        b"\0\0\0\2\0\0\0\0{",
        b"\0\0\0\2\0\0\0\0{x",
        b"\xff" * 8,
        b"\0\0\0\2\xff\xff\xff\xff{}",
        b"",
    ],
)
def test_what_is_no_frame_is_refused(sent):
    """No length makes us wait or reserve for gigabytes."""
    ours, theirs = socket.socketpair()
    theirs.sendall(sent)
    theirs.close()
    with ours, pytest.raises(FrameError):
        receive_frame(ours, time.monotonic() + 30)


def test_a_frame_goes_there_and_back():
    """Head and bytes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send_frame(theirs, {"a": "\u00e9"}, b"\0\1")

        assert receive_frame(ours) == ({"a": "\u00e9"}, b"\0\1")
