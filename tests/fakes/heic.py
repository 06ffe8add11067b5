"""HEIC files made by hand: HEVC whose every block is stored as plain samples (PCM), in boxes of our choosing.

No encoder of HEVC is installed, and none is needed: PCM blocks ask for one arithmetic-coded bit each.
Sources: ITU-T H.265 (7.3, 9.3.4), ISO 23008-12.
"""

from __future__ import annotations

import struct
from itertools import accumulate

import numpy as np

BLOCK = 32
_VPS, _SPS, _PPS, _IDR = 32, 33, 34, 20
# How much of the range the unlikely value of a bit takes, in the states that a run of likely ones walks through,
# for a range of 448 and more (H.265, table 9-52, last column).
_UNLIKELY = (
    "240 227 216 205 195 185 175 166 158 150 142 135 128 122 116 110 104 99 94 89 85 80 76 72 69 65 62 59 56 53 "
    "50 48 45 43 41 39 37 35 33 31 30 28 27 25 24 23 22 21 20 19 18 17 16 15 14 14 13 12 12 11 11 10 9"
)
UNLIKELY = [int(each) for each in _UNLIKELY.split()]


class Bits:
    """Bits, most significant first."""

    def __init__(self):
        self.bits = []

    def u(self, count, value=0):
        self.bits += [value >> i & 1 for i in reversed(range(count))]
        return self

    def ue(self, value):
        length = (value + 1).bit_length()
        return self.u(length - 1).u(length, value + 1)

    def aligned(self, first=1):
        self.bits.append(first)
        self.bits += [0] * (-len(self.bits) % 8)
        return self

    def bytes(self):
        assert len(self.bits) % 8 == 0
        return np.packbits(self.bits).tobytes()


class Coder:
    """The arithmetic coder of H.265 (9.3.4), for one context and the terminating bit."""

    def __init__(self):
        self.low, self.range, self.waiting, self.first, self.bits = 0, 510, 0, True, []

    def likely(self, state):
        self.range -= UNLIKELY[min(state, 62)]
        self._renormalise()

    def terminate(self, value):
        self.range -= 2
        if not value:
            self._renormalise()
            return
        self.low += self.range
        self.range = 2
        self._renormalise()
        self._put(self.low >> 9 & 1)
        self.bits += [self.low >> 8 & 1, 1]

    def _renormalise(self):
        while self.range < 256:
            if self.low < 256:
                self._put(0)
            elif self.low >= 512:
                self.low -= 512
                self._put(1)
            else:
                self.low -= 256
                self.waiting += 1
            self.range <<= 1
            self.low <<= 1

    def _put(self, bit):
        if self.first:
            self.first = False
        else:
            self.bits.append(bit)
        self.bits += [1 - bit] * self.waiting
        self.waiting = 0


def _profile(bits):
    bits.u(2).u(1).u(5, 1).u(32, 0x60000000).u(1, 1).u(2).u(1, 1).u(32).u(12)
    return bits.u(8, 186)


def _nal(kind, payload):
    escaped, zeros = bytearray(), 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes((kind << 1, 1)) + bytes(escaped)


def parameter_sets(width, height):
    """Video, sequence and picture parameters, for a picture of whole blocks cut to a size."""
    wide, high = -(-width // BLOCK) * BLOCK, -(-height // BLOCK) * BLOCK
    video = _profile(Bits().u(4).u(2, 3).u(6).u(3).u(1, 1).u(16, 0xFFFF))
    video.u(1, 1).ue(0).ue(0).ue(0).u(6).ue(0).u(2)
    sequence = _profile(Bits().u(4).u(3).u(1, 1)).ue(0).ue(1).ue(wide).ue(high)
    sequence.u(1, 1).ue(0).ue((wide - width) // 2).ue(0).ue((high - height) // 2)
    sequence.ue(0).ue(0).ue(0).u(1, 1).ue(0).ue(0).ue(0).ue(2).ue(0).ue(0).ue(3).ue(0).ue(0)
    sequence.u(3).u(1, 1).u(4, 7).u(4, 7).ue(2).ue(0).u(1, 1).ue(0).u(5)
    picture = Bits().ue(0).ue(0).u(7).ue(0).ue(0).ue(0).u(3).ue(0).ue(0).u(7)
    picture.u(1, 1).u(1).u(1, 1).u(2).ue(0).u(2)
    sets = ((_VPS, video), (_SPS, sequence), (_PPS, picture))
    return [(kind, _nal(kind, bits.aligned().bytes())) for kind, bits in sets]


def slice_of(pixels):
    """One picture as one slice; `pixels` is grey, and its edges are repeated to whole blocks."""
    height, width = pixels.shape
    padded = np.pad(pixels, ((0, -height % BLOCK), (0, -width % BLOCK)), "edge")
    parts = [Bits().u(1, 1).u(1).ue(0).ue(2).ue(0).aligned().bytes()]
    colourless = bytes([128]) * (BLOCK * BLOCK // 2)
    coder = Coder()
    blocks = [
        padded[y : y + BLOCK, x : x + BLOCK]
        for y in range(0, padded.shape[0], BLOCK)
        for x in range(0, padded.shape[1], BLOCK)
    ]
    for number, block in enumerate(blocks):
        coder.likely(number)
        coder.terminate(1)
        parts += [_padded(coder.bits), block.tobytes(), colourless]
        coder = Coder()
        coder.terminate(int(number == len(blocks) - 1))
    parts.append(_padded(coder.bits))
    return _nal(_IDR, b"".join(parts))


def _padded(bits):
    return np.packbits(bits).tobytes()


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full(kind, version, *parts, flags=0):
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def hvcc(width, height):
    """The decoder's configuration."""
    sets = parameter_sets(width, height)
    head = bytes((1, 1)) + struct.pack(">I", 0x60000000) + bytes((0x90, 0, 0, 0, 0, 0, 186))
    head += bytes((0xF0, 0, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0, 0x0F, len(sets)))
    return box(b"hvcC", head, *(struct.pack(">BHH", 0x80 | kind, 1, len(nal)) + nal for kind, nal in sets))


def ispe(width, height):
    return full(b"ispe", 0, struct.pack(">II", width, height))


COLOURS = box(b"colr", b"nclx", struct.pack(">HHHB", 1, 13, 6, 0x80))


def container(items, properties, owned, *, primary=1, references=b"", brand=b"heic", front=b"", behind=b""):
    """A HEIC of `items` (kind, bytes), numbered from 1, with `owned[i]` naming each one's properties from 1.

    Equal bytes are stored once: that is how a small file asks for a large picture.
    """
    stored = list(dict.fromkeys(content for _, content in items))
    offsets = dict(zip(stored, accumulate([0, *map(len, stored)]), strict=False))
    entries = [full(b"infe", 2, struct.pack(">HH4sB", i, 0, kind, 0)) for i, (kind, _) in enumerate(items, 1)]

    def meta(start):
        places = [
            struct.pack(">HHHII", i, 0, 1, start + offsets[content], len(content))
            for i, (_, content) in enumerate(items, 1)
        ]
        own = [struct.pack(f">HB{len(each)}B", i, len(each), *each) for i, each in enumerate(owned, 1)]
        return full(
            b"meta",
            0,
            full(b"hdlr", 0, bytes(4), b"pict", bytes(13)),
            full(b"pitm", 0, struct.pack(">H", primary)),
            full(b"iloc", 0, struct.pack(">BBH", 0x44, 0, len(items)), *places),
            full(b"iinf", 0, struct.pack(">H", len(items)), *entries),
            full(b"iref", 0, references) if references else b"",
            box(b"iprp", box(b"ipco", *properties), full(b"ipma", 0, struct.pack(">I", len(own)), *own)),
        )

    head = box(b"ftyp", brand, bytes(4), b"mif1heic") + front
    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", *stored) + behind


def coded(pixels):
    """A slice as an item holds it."""
    nal = slice_of(np.ascontiguousarray(pixels))
    return struct.pack(">I", len(nal)) + nal


def heic(picture, *, turn=0, mirror=None, size=None, **changes):
    """One grey picture; `turn` quarters against the clock, `mirror` an axis, `size` a lie about its size."""
    pixels = np.asarray(picture.convert("L"))
    height, width = pixels.shape
    properties = [hvcc(width, height), ispe(*(size or (width, height))), COLOURS]
    if turn:
        properties.append(box(b"irot", bytes([turn])))
    if mirror is not None:
        properties.append(box(b"imir", bytes([mirror])))
    owned = [tuple(range(1, len(properties) + 1))]
    return container([(b"hvc1", coded(pixels))], properties, owned, **changes)


def repeated(width, height, tile, *, size=None):
    """A grid of one tile again and again: megapixels for the bytes of one."""
    across, down = -(-width // tile), -(-height // tile)
    pixels = np.random.default_rng(1).integers(0, 255, (tile, tile), np.uint8)
    lay = struct.pack(">BBBBHH", 0, 0, down - 1, across - 1, width, height)
    items = [(b"grid", lay)] + [(b"hvc1", coded(pixels))] * (across * down)
    properties = [hvcc(tile, tile), ispe(tile, tile), COLOURS, ispe(*(size or (width, height)))]
    numbers = range(2, len(items) + 1)
    references = box(b"dimg", struct.pack(f">HH{len(numbers)}H", 1, len(numbers), *numbers))
    return container(items, properties, [(4, 3)] + [(1, 2, 3)] * len(numbers), references=references)


def grid(picture, tile, *, size=None, rows=None, columns=None, **changes):
    """The picture in tiles of `tile` x `tile`, as phones write it."""
    pixels = np.asarray(picture.convert("L"))
    height, width = pixels.shape
    padded = np.pad(pixels, ((0, -height % tile), (0, -width % tile)), "edge")
    tiles = [
        padded[y : y + tile, x : x + tile]
        for y in range(0, padded.shape[0], tile)
        for x in range(0, padded.shape[1], tile)
    ]
    across, down = columns or padded.shape[1] // tile, rows or padded.shape[0] // tile
    lay = struct.pack(">BBBBHH", 0, 0, down - 1, across - 1, *(size or (width, height)))
    items = [(b"grid", lay)] + [(b"hvc1", coded(each)) for each in tiles]
    properties = [hvcc(tile, tile), ispe(tile, tile), COLOURS, ispe(width, height)]
    references = box(b"dimg", struct.pack(f">HH{len(tiles)}H", 1, len(tiles), *range(2, len(tiles) + 2)))
    return container(items, properties, [(4, 3)] + [(1, 2, 3)] * len(tiles), references=references, **changes)
