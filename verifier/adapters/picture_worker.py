"""The process that opens pictures: it holds no secret, writes no file, and may be killed at any moment.

Started by `picture_process` with one end of a socket as its standard input. It ends when the other end does, and a
timer of the kernel's ends it even while a decoder is busy and its starter is gone. PR_SET_PDEATHSIG would
not do: it fires when the *thread* that started us ends, and servers have threads that come and go.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any, Final

import pi_heif  # type: ignore[import-untyped]

from verifier.adapters.picture_frames import FrameError, photo_head, reading_head, receive_frame, send_frame
from verifier.errors import ImageError
from verifier.images import read_labels
from verifier.safe_photos import make_safe

HEADROOM_BYTES: Final = 300 * 1024 * 1024
"""What one picture may take, beyond what this process has when it starts."""
_FILES_MAX: Final = 32
_CPU_MAX_S: Final = 900
_ALARM_MARGIN_S: Final = 1.0
_NICE: Final = 5
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38


def main() -> int:
    """Read pictures, one at a time, until the other end closes."""
    channel = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to everybody; our starter decides
    assert pi_heif.libheif_version(), "loaded before files are limited"
    _confine()
    send_frame(channel, {"ready": os.getpid()})
    while True:
        try:
            head, body = receive_frame(channel)
        except (FrameError, OSError):
            return 0
        signal.setitimer(signal.ITIMER_REAL, head["deadline_s"] + _ALARM_MARGIN_S)
        answer, made = _answer(head, body)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            send_frame(channel, answer, made)
        except OSError:
            return 0


def _answer(head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Do what was asked. What a picture does to a reader is the picture's fault, and said by name alone."""
    try:
        if head["ask"] == "photo":
            photo = make_safe(body)
            return {"photo": photo_head(photo)}, photo.content
        return {"reading": reading_head(read_labels(body, hosts=head["hosts"], budget_s=head["budget_s"]))}, b""
    except ImageError as error:
        return {"refused": str(error)}, b""
    except Exception as error:  # noqa: BLE001 - a library that a picture broke must not break the next picture
        return {"fault": type(error).__name__}, b""


def _confine() -> None:
    """Take away what reading a picture does not need."""
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES_MAX, _FILES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_MAX_S, _CPU_MAX_S))
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        size = pages * resource.getpagesize() + HEADROOM_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main())
