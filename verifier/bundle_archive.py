"""The ZIP of an evidence bundle: one spelling, so that nothing in it can be changed unseen.

Source: docs/bundle.md, "The archive". Members are stored, in a fixed order, with fixed dates and nothing besides. What
is read is written again and must be the very same bytes, so a reader needs no rule for each of ZIP's freedoms.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Final

from verifier.errors import BundleError

MEMBERS: Final = {
    "bundle.json": 4 * 1024,
    "trust.json": 4 * 1024,
    "header.rlp": 4 * 1024,
    "nodes.bin": 16 * 1024**2,
    "entries.bin": 4_096 * 129,
    "issuances.bin": 200_000 * 129,
    "blocks.car": 64 * 1024**2,
    "checks.json": 16 * 1024,
}
"""Every member in its order, with its most bytes."""

BUNDLE_MAX_BYTES: Final = 64 * 1024**2

_LOCAL: Final = struct.Struct("<IHHHHHIIIHH")
_CENTRAL: Final = struct.Struct("<IHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<IHHHHIIH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = 0x04034B50, 0x02014B50, 0x06054B50
_NEEDED, _MADE_BY = 10, 20
_DATE: Final = 0x0021
"""1 January 1980, the earliest that ZIP knows."""


def write_archive(members: Mapping[str, bytes]) -> bytes:
    """Write the archive of all members. Raises BundleError where one is over its size, or all together."""
    body, directory = bytearray(), bytearray()
    for name, size_max in MEMBERS.items():
        content = members[name]
        if len(content) > size_max:
            raise BundleError(f"{name} has {len(content)} bytes, at most {size_max}")
        raw, check = name.encode(), zlib.crc32(content)
        sizes = (len(content), len(content))
        directory += _CENTRAL.pack(
            _CENTRAL_MARK, _MADE_BY, _NEEDED, 0, 0, 0, _DATE, check, *sizes, len(raw), 0, 0, 0, 0, 0, len(body)
        )
        directory += raw
        body += _LOCAL.pack(_LOCAL_MARK, _NEEDED, 0, 0, 0, _DATE, check, *sizes, len(raw), 0)
        body += raw + content
    end = _END.pack(_END_MARK, 0, 0, len(MEMBERS), len(MEMBERS), len(directory), len(body), 0)
    archive = bytes(body + directory + end)
    if len(archive) > BUNDLE_MAX_BYTES:
        raise BundleError(f"the bundle has {len(archive)} bytes, at most {BUNDLE_MAX_BYTES}")
    return archive


def read_archive(data: bytes) -> dict[str, bytes]:
    """Give the members by name. Raises BundleError for anything but the one spelling."""
    if len(data) > BUNDLE_MAX_BYTES:
        raise BundleError(f"the file has {len(data)} bytes, a bundle at most {BUNDLE_MAX_BYTES}")
    members: dict[str, bytes] = {}
    at = 0
    for name, size_max in MEMBERS.items():
        start = at + _LOCAL.size
        if data[start : start + len(name)] != name.encode():
            raise BundleError(f"{name} does not stand where it should: this is no evidence bundle, or not all of one")
        size, at = _LOCAL.unpack_from(data, at)[7], start + len(name)
        if size > size_max or at + size > len(data):
            raise BundleError(f"{name} claims {size} bytes: this is no evidence bundle, or not all of one")
        members[name] = data[at : at + size]
        at += size
    if write_archive(members) != data:
        raise BundleError("the archive is not spelled as a bundle is: it was changed, or written by another program")
    return members
