"""The last block of a CAR: what a naive client takes for the file it asked for."""

from __future__ import annotations

import io

from provenance_schemas.car import read_car


def file_in_car(content: bytes) -> bytes:
    """Give the bytes of the last block."""
    *_, (_, block) = read_car(io.BytesIO(content), size_max_bytes=1 << 24).blocks
    return block
