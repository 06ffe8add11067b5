"""The boxes of a HEIC or AVIF file (ISO 14496-12, 23008-12), read far enough to know what decoding will cost.

A HEIC of 23 kB can ask for 700 MB: its size stands in a property, or in the grid that joins its tiles, and decoders
believe both. Every walk here is flat and counted: boxes are opened three deep and never by recursion.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifier.image_limits import (
    BOXES_MAX,
    ITEMS_MAX,
    META_MAX_BYTES,
    PROPERTIES_MAX,
    TILES_MAX,
    refusal,
)

_CODED: Final = frozenset({b"hvc1", b"av01"})
_GRID: Final = b"grid"
_OUTERMOST: Final = frozenset({b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip", b"uuid", b"mpvd", b"idat"})
_HEADERS_MAX: Final = 4 * ITEMS_MAX


@dataclass(frozen=True, slots=True)
class BoxedPicture:
    """What the boxes say of the picture that a decoder would show."""

    width: int
    height: int
    coded_pixels: int
    """All pixels a decoder makes for it: of its tiles, which may reach over its edge."""
    turned: bool
    """It stands on its side: shown, width and height change places."""
    end: int
    """Where the last whole box ends."""
    film_at: int
    """Where the name of the box with a film stands, 0 for none."""


@dataclass(slots=True)
class _Meta:
    primary: int = 0
    kinds: dict[int, bytes] | None = None
    places: dict[int, tuple[int, int, int]] | None = None
    """Item: construction method, offset, length."""
    tiles: dict[int, tuple[int, ...]] | None = None
    properties: tuple[tuple[bytes, int, int], ...] = ()
    owned: dict[int, tuple[int, ...]] | None = None
    idat: int = 0


def read_boxes(content: bytes, kind: str) -> BoxedPicture:
    """Find the first picture and its cost. Raises ImageError; struct.error or IndexError when cut off."""
    meta_at, end, film_at = _top(content, kind)
    if not meta_at:
        raise refusal(f"the {kind} file holds a film and no picture" if film_at else f"the {kind} file has no picture")
    meta = _read_meta(content, *meta_at)
    kinds, sizes = meta.kinds or {}, _sizes(content, meta)
    if meta.primary not in kinds or meta.primary not in sizes:
        raise refusal(f"the {kind} file is damaged: it does not say which picture it shows, or of what size")
    width, height = sizes[meta.primary]
    turned = _is_turned(content, meta)
    what = kinds[meta.primary]
    largest = max(across * down for across, down in sizes.values())  # of a layer of transparency, too
    if what in _CODED:
        return BoxedPicture(width, height, largest, turned, end, film_at)
    if what != _GRID:
        raise refusal(f"the {kind} file is put together in a way that we do not read")
    tiles = (meta.tiles or {}).get(meta.primary, ())
    if not 0 < len(tiles) <= TILES_MAX or any(kinds.get(tile) not in _CODED or tile not in sizes for tile in tiles):
        raise refusal(f"the {kind} file is damaged: its {len(tiles)} tiles are not pictures")
    if _grid_size(content, meta) != (width, height, len(tiles)):
        raise refusal(f"the {kind} file gives two sizes")
    coded = max(largest, sum(sizes[tile][0] * sizes[tile][1] for tile in tiles))
    return BoxedPicture(width, height, coded, turned, end, film_at)


def _walk(content: bytes, start: int, end: int, count_max: int) -> Iterator[tuple[bytes, int, int]]:
    """Give each box: its type, where its body starts, where it ends. Stops in front of what is no box."""
    at = start
    for _ in range(count_max):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", content, at)
        body = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, body)
            body += 8
        elif size == 0:
            size = end - at
        if size < body - at or not kind.isalnum():
            return
        yield kind, body, at + size
        at += size
    raise refusal(f"the file has over {count_max} parts")


def _top(content: bytes, kind: str) -> tuple[tuple[int, int] | None, int, int]:
    """Walk the outermost boxes: the first `meta`, the end of the last box, and where a film is described."""
    meta, end, film_at = None, 0, 0
    for name, body, after in _walk(content, 0, len(content), BOXES_MAX):
        if after > len(content) and name not in _OUTERMOST:
            break  # letters that happen to look like a box
        if after > len(content):
            raise refusal(f"the {kind} file is cut off")
        if name == b"ftyp" and end:  # another file begins here
            break
        if name == b"meta" and meta is None:
            if after - body > META_MAX_BYTES:
                raise refusal(f"the {kind} file says {(after - body) / 1024:.0f} KB of its pictures")
            meta = (body + 4, after)
        if name == b"moov":
            film_at = film_at or body - 4
        end = after
    return meta, end, film_at


def _read_meta(content: bytes, start: int, end: int) -> _Meta:
    meta = _Meta()
    for kind, body, after in _inside(content, start, end, BOXES_MAX):
        if kind == b"pitm":
            (meta.primary,) = struct.unpack_from(">H" if content[body] == 0 else ">I", content, body + 4)
        elif kind == b"iinf":
            meta.kinds = _item_kinds(content, body, after)
        elif kind == b"iloc":
            meta.places = _item_places(content, body)
        elif kind == b"iref":
            meta.tiles = _item_tiles(content, body, after)
        elif kind == b"iprp":
            for name, inner, inner_end in _inside(content, body, after, BOXES_MAX):
                if name == b"ipco":
                    meta.properties = tuple(_inside(content, inner, inner_end, PROPERTIES_MAX))
                elif name == b"ipma":
                    meta.owned = (meta.owned or {}) | _item_properties(content, inner)
        elif kind == b"idat":
            meta.idat = body
    return meta


def _inside(content: bytes, start: int, end: int, count_max: int) -> Iterator[tuple[bytes, int, int]]:
    """Walk the boxes of a box; none may reach over its end."""
    for kind, body, after in _walk(content, start, end, count_max):
        if after > end:
            raise refusal("the file is damaged: a part of it is larger than what holds it")
        yield kind, body, after


def _item_kinds(content: bytes, body: int, end: int) -> dict[int, bytes]:
    start = body + (6 if content[body] == 0 else 8)
    kinds = {}
    for name, inner, _ in _inside(content, start, end, ITEMS_MAX):
        version = content[inner]
        if name != b"infe" or version < 2:
            continue
        wide = version == 3
        (item,) = struct.unpack_from(">I" if wide else ">H", content, inner + 4)
        at = inner + (10 if wide else 8)
        kinds[item] = content[at : at + 4]
    return kinds


def _number(content: bytes, at: int, size: int) -> tuple[int, int]:
    """Read a number of 0, 4 or 8 bytes; gives it, and what comes after."""
    if size not in {0, 4, 8} or at + size > len(content):
        raise struct.error("a number of an odd size, or cut off")
    return int.from_bytes(content[at : at + size]), at + size


def _item_places(content: bytes, body: int) -> dict[int, tuple[int, int, int]]:
    """Read where the first extent of each item lies."""
    version = content[body]
    sizes, bases = content[body + 4], content[body + 5]
    at = body + 6
    (count,) = struct.unpack_from(">I" if version == 2 else ">H", content, at)
    at += 4 if version == 2 else 2
    if count > ITEMS_MAX:
        raise refusal(f"the file has over {ITEMS_MAX} items")
    places = {}
    for _ in range(count):
        (item,) = struct.unpack_from(">I" if version == 2 else ">H", content, at)
        at += 4 if version == 2 else 2
        method = 0
        if version:
            method = content[at + 1] & 15
            at += 2
        base, at = _number(content, at + 2, bases >> 4)
        (extents,) = struct.unpack_from(">H", content, at)
        at += 2
        if extents > ITEMS_MAX:
            raise refusal(f"the file has an item in over {ITEMS_MAX} parts")
        for each in range(extents):
            _, at = _number(content, at, bases & 15 if version else 0)
            offset, at = _number(content, at, sizes >> 4)
            length, at = _number(content, at, sizes & 15)
            if not each:
                places[item] = (method, base + offset, length)
    return places


def _item_tiles(content: bytes, body: int, end: int) -> dict[int, tuple[int, ...]]:
    """Read which items each item is made from."""
    wide = content[body] != 0
    tiles = {}
    for name, inner, after in _inside(content, body + 4, end, _HEADERS_MAX):
        if name != b"dimg":
            continue
        (item,) = struct.unpack_from(">I" if wide else ">H", content, inner)
        (count,) = struct.unpack_from(">H", content, inner + (4 if wide else 2))
        if count > TILES_MAX:
            raise refusal(f"the file has a picture of over {TILES_MAX} tiles")
        start = inner + (6 if wide else 4)
        if start + count * (4 if wide else 2) > after:
            raise struct.error("a list is cut off")
        tiles[item] = struct.unpack_from(f">{count}{'I' if wide else 'H'}", content, start)
    return tiles


def _item_properties(content: bytes, body: int) -> dict[int, tuple[int, ...]]:
    """Read which properties each item has, by their place in the list."""
    version, wide = content[body], bool(content[body + 3] & 1)
    (count,) = struct.unpack_from(">I", content, body + 4)
    if count > ITEMS_MAX:
        raise refusal(f"the file has over {ITEMS_MAX} items")
    at, owned = body + 8, {}
    for _ in range(count):
        (item,) = struct.unpack_from(">H" if version == 0 else ">I", content, at)
        at += 2 if version == 0 else 4
        length = content[at]
        at += 1
        numbers = struct.unpack_from(f">{length}{'H' if wide else 'B'}", content, at)
        at += length * (2 if wide else 1)
        owned[item] = tuple(number & (0x7FFF if wide else 0x7F) for number in numbers)
    return owned


def _sizes(content: bytes, meta: _Meta) -> dict[int, tuple[int, int]]:
    """Find the size of each item that has one. Two sizes for one item are refused."""
    sizes = {}
    for item, numbers in (meta.owned or {}).items():
        found = set()
        for number in numbers:
            if not 0 < number <= len(meta.properties):
                continue
            kind, body, _ = meta.properties[number - 1]
            if kind == b"ispe":
                found.add(struct.unpack_from(">II", content, body + 4))
        if len(found) > 1:
            raise refusal("the file gives two sizes")
        if found:
            sizes[item] = found.pop()
    return sizes


def _is_turned(content: bytes, meta: _Meta) -> bool:
    """Say whether the picture is turned by a quarter, as its own properties ask."""
    quarters = 0
    for number in (meta.owned or {}).get(meta.primary, ()):
        if 0 < number <= len(meta.properties):
            kind, body, _ = meta.properties[number - 1]
            quarters += content[body] & 3 if kind == b"irot" else 0
    return quarters % 2 == 1


def _grid_size(content: bytes, meta: _Meta) -> tuple[int, int, int]:
    """Read the grid that joins the tiles: width, height, and how many tiles it asks for."""
    method, offset, length = (meta.places or {}).get(meta.primary, (-1, 0, 0))
    if method not in {0, 1} or not 8 <= length <= 12:
        raise refusal("the file is damaged: nothing says how its tiles lie")
    at = offset + (meta.idat if method == 1 else 0)
    _, flags, rows, columns = struct.unpack_from(">4B", content, at)
    width, height = struct.unpack_from(">II" if flags & 1 else ">HH", content, at + 4)
    return width, height, (rows + 1) * (columns + 1)
