"""One decoder in a process of its own, that may crash or stall: pictures go in by name, texts and times come out.

`python -m tests.bench.qr_peers NAME` reads a path a line. Every decoder starts from the file's bytes, so that loading
counts for all. pyzbar and quirc are installed beside the others, from tools/qr-peers-requirements.txt with hashes.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tests.bench.figures import ROOT

OURS: Final = "ours"
ZXING: Final = "zxing-cpp"
NAMES: Final = (OURS, ZXING, "OpenCV", "pyzbar", "quirc")
LOCK: Final = ROOT / "tools" / "qr-peers-requirements.txt"
PEERS: Final = ROOT / "build" / "qr-peers"
PICTURE_MAX_S: Final = 10.0
_START_MAX_S: Final = 60.0
Decode = Callable[[bytes], list[str]]


@dataclass(frozen=True)
class Reading:
    """What one decoder made of one picture."""

    texts: tuple[str, ...]
    cpu_ms: float
    fault: str = ""
    """`stalled`, `crashed`, or the name of an error; empty when it answered."""


def install_peers() -> None:
    """Put the peers where their processes find them. Raises CalledProcessError."""
    if (PEERS / ".from").is_file() and (PEERS / ".from").read_bytes() == LOCK.read_bytes():
        return
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--upgrade"]
    subprocess.run([*command, "--target", str(PEERS), "-r", str(LOCK)], check=True, timeout=600)
    (PEERS / ".from").write_bytes(LOCK.read_bytes())


class Decoder:
    """One decoder's process, started again whenever it had to be ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._process: subprocess.Popen[str] | None = None

    def read(self, path: Path) -> Reading:
        """Read one picture, within a time that no customer would wait."""
        process = self._started()
        assert process.stdin is not None
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        line = self._line(process, PICTURE_MAX_S)
        if line is None or not line:
            self.close()
            return Reading((), PICTURE_MAX_S * 1e3 if line is None else 0.0, "stalled" if line is None else "crashed")
        answer = json.loads(line)
        return Reading(tuple(answer["texts"]), answer["cpu_ms"], answer["fault"])

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            path = os.pathsep.join([str(ROOT), str(PEERS)])
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.qr_peers", self.name],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            if self._line(self._process, _START_MAX_S) != "ready\n":
                self.close()
                raise RuntimeError(f"{self.name} does not start; pyzbar needs the system's libzbar0")
        return self._process

    @staticmethod
    def _line(process: subprocess.Popen[str], time_max_s: float) -> str | None:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], time_max_s)
        return process.stdout.readline() if ready else None


def read_all(name: str, paths: Sequence[Path]) -> list[Reading]:
    """Read pictures one after the other with one decoder."""
    decoder = Decoder(name)
    try:
        return [decoder.read(path) for path in paths]
    finally:
        decoder.close()


def _grey(content: bytes) -> np.ndarray:
    """Load as every peer's user would: upright, on white, grey, at the picture's own size."""
    from tests.bench.qr import original

    return original(content)


def _make(name: str) -> Decode:
    if name == OURS:
        from verifier.errors import ImageError
        from verifier.images import read_labels

        def ours(content: bytes) -> list[str]:
            try:
                return list(read_labels(content, clock=time.process_time).texts)
            except ImageError:
                return []

        return ours
    if name == ZXING:
        import zxingcpp

        only_qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        return lambda content: [
            code.text
            for code in zxingcpp.read_barcodes(_grey(content), formats=only_qr, text_mode=zxingcpp.TextMode.Plain)
        ]
    return _make_other(name)


def _make_other(name: str) -> Decode:
    if name == "OpenCV":
        import cv2

        cv2.setNumThreads(1)
        detector = cv2.QRCodeDetector()
        return lambda content: [text for text in (detector.detectAndDecode(_grey(content))[0],) if text]
    if name == "pyzbar":
        from pyzbar import pyzbar

        symbols = [pyzbar.ZBarSymbol.QRCODE]
        return lambda content: [_text(code.data) for code in pyzbar.decode(_grey(content), symbols=symbols)]
    import quirc

    return lambda content: [_text(bytes(code[1].payload)) for code in quirc.decode(_grey(content))]


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _serve(name: str) -> None:
    answers, sys.stdout = sys.stdout, sys.stderr
    warnings.simplefilter("ignore")
    decode = _make(name)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        content = Path(line.rstrip("\n")).read_bytes()
        texts, fault = [], ""
        began = time.process_time()
        try:
            texts = decode(content)
        except Exception as error:  # noqa: BLE001 - a peer may raise whatever it likes
            fault = type(error).__name__
        spent_ms = (time.process_time() - began) * 1e3
        print(json.dumps({"texts": texts, "cpu_ms": spent_ms, "fault": fault}), file=answers, flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1])
