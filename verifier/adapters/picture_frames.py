"""What goes between us and the process that reads pictures: frames of a JSON head and bytes, and nothing that runs.

Whoever took that process over can only send frames: every length is limited, every field checked, and no pickle read.
"""

from __future__ import annotations

import dataclasses
import json
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any, Final, TypeVar, get_type_hints

from verifier.errors import VerifierError
from verifier.image_limits import SIZE_MAX_BYTES
from verifier.images import FoundText, ImageReading
from verifier.safe_photos import SafePhoto

HEAD_MAX_BYTES: Final = 1024 * 1024
_LENGTHS: Final = struct.Struct(">II")
_PART_BYTES: Final = 1024 * 1024
_PLAIN: Final = (str, int, bool, float)
Record = TypeVar("Record")


class FrameError(VerifierError):
    """The other side sent no frame of ours, or ended. Nothing it sent is used."""


def send_frame(channel: socket.socket, head: Mapping[str, Any], body: bytes = b"") -> None:
    """Send one. Raises OSError, and TimeoutError after the channel's timeout."""
    encoded = json.dumps(head).encode()
    channel.sendall(_LENGTHS.pack(len(encoded), len(body)) + encoded)
    if body:
        channel.sendall(body)


def receive_frame(channel: socket.socket, until_s: float | None = None) -> tuple[dict[str, Any], bytes]:
    """Receive one. `until_s` is of the monotonic clock. Raises FrameError, TimeoutError, OSError."""
    head_bytes, body_bytes = _LENGTHS.unpack(_exactly(channel, _LENGTHS.size, until_s))
    if head_bytes > HEAD_MAX_BYTES or body_bytes > SIZE_MAX_BYTES + 1:
        raise FrameError("a frame is too long")
    try:
        head = json.loads(_exactly(channel, head_bytes, until_s))
    except (ValueError, RecursionError) as error:
        raise FrameError("a frame is no JSON") from error
    if not isinstance(head, dict):
        raise FrameError("a frame has no head")
    return head, _exactly(channel, body_bytes, until_s)


def _exactly(channel: socket.socket, count: int, until_s: float | None) -> bytes:
    received = bytearray()
    while len(received) < count:
        if until_s is not None:
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            channel.settimeout(left_s)
        part = channel.recv(min(_PART_BYTES, count - len(received)))
        if not part:
            raise FrameError("the other side ended")
        received += part
    return bytes(received)


def reading_head(reading: ImageReading) -> dict[str, Any]:
    """Write a reading as JSON."""
    return dataclasses.asdict(reading)


def reading_of(head: Mapping[str, Any]) -> ImageReading:
    """Read it back. Raises FrameError."""
    found = head.get("found")
    if not isinstance(found, list):
        raise FrameError("a reading has no texts")
    return _record(ImageReading, {**head, "found": tuple(_record(FoundText, each) for each in found)})


def photo_head(photo: SafePhoto) -> dict[str, Any]:
    """Write what is said beside a photo's bytes."""
    return {"width": photo.width, "height": photo.height, "sha256": photo.sha256.hex()}


def photo_of(head: Mapping[str, Any], body: bytes) -> SafePhoto:
    """Read it back. Raises FrameError."""
    try:
        row = {**head, "sha256": bytes.fromhex(head.get("sha256", "")), "content": body}
    except (ValueError, TypeError) as error:
        raise FrameError("a photo has no digest") from error
    return _record(SafePhoto, row)


def _record(kind: type[Record], row: object) -> Record:
    """Make a record from a JSON object with exactly its fields, plain ones of their own types."""
    if not isinstance(row, dict):
        raise FrameError(f"no {kind.__name__}")
    hints = get_type_hints(kind)
    for name, hint in hints.items():
        if hint in _PLAIN and type(row.get(name)) is not hint:
            raise FrameError(f"{kind.__name__}.{name} is of another type")
    try:
        return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})
    except TypeError as error:
        raise FrameError(f"a {kind.__name__} has other fields") from error
