"""Two hundred files that mean harm, the same ones every time, each made when it is asked for.

Bombs, lies, cuts, files of two kinds, odd modes and random damage; every one has the first bytes of a picture or
of something people send for one. Readers owe each an answer or an ImageError, in bounded time and memory.
"""

from __future__ import annotations

import functools
import io
import random
import struct
import zlib

import numpy as np
from PIL import Image

from tests.fakes import heic
from tests.fakes.pictures import as_file, qr_picture

TEXT = "HTTPS://ID.MAISON.EXAMPLE/01/09521321000018/21/7KQ2M9X4T8VJ3B6NW5R1"
HOSTILE = {}
"""Name -> a function that makes the file."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIC")


def hostile(name, make, *args, **options):
    assert name not in HOSTILE, name
    HOSTILE[name] = functools.cache(functools.partial(make, *args, **options))


@functools.cache
def good(kind, colour="RGB"):
    picture = qr_picture(TEXT, 3).convert(colour)
    return heic.heic(picture) if kind == "HEIC" else as_file(picture, kind)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width, height, *chunks, depth=8, colour=6, interlace=0, data=None):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))
    body = [chunk(*each) for each in chunks]
    pixels = [chunk(b"IDAT", zlib.compress(bytes(1000) if data is None else data, 9))]
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(body + pixels) + chunk(b"IEND", b"")


def full_png(width, height, depth, colour, interlace=0):
    """Valid to the last pixel: megabytes of nothing in a few kilobytes."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = 1 + (width * depth * channels + 7) // 8
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(bytes(row * 64)) for _ in range(-(-height // 64) + 8)) + packer.flush()
    palette = chunk(b"PLTE", bytes(6)) if colour == 3 else b""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))
    return b"\x89PNG\r\n\x1a\n" + head + palette + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def patched(content, at, *parts):
    return content[:at] + b"".join(parts) + content[at + sum(map(len, parts)) :]


def jpeg_size(width, height):
    content = good("JPEG")
    at = content.index(b"\xff\xc0") + 5
    return patched(content, at, struct.pack(">HH", height, width))


def scans(side, count, mode="L", **options):
    content = as_file(
        Image.new(mode, (side, side), 128 if mode == "L" else (9, 99, 200)), "JPEG", progressive=True, **options
    )
    start, end = content.rfind(b"\xff\xda"), content.rfind(b"\xff\xd9")
    return content[:end] + content[start:end] * (count - content.count(b"\xff\xda")) + content[end:]


def segments(marker, body, count):
    content = good("JPEG")
    return content[:2] + (b"\xff" + marker + struct.pack(">H", len(body) + 2) + body) * count + content[2:]


def inside_scan(part):
    content = good("JPEG")
    at = content.index(b"\xff\xda") + 200
    return content[:at] + part + content[at:]


def webp_canvas(width, height, *chunks):
    body = b"WEBPVP8X\x0a\0\0\0\x02\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body += b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_lossless(width, height, data=bytes(40)):
    body = b"WEBPVP8L" + struct.pack("<IBI", len(data) + 5, 0x2F, (width - 1) | (height - 1) << 14) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif(width, height, *blocks):
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b"".join(blocks)


def gif_frame(width, height, data=b"\2\x02\x4c\x01\0"):
    return b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + data


def animated(kind, frames, side=64, **options):
    pictures = [Image.new("RGB", (side, side), (i % 256, i // 256, 0)) for i in range(frames)]
    content = io.BytesIO()
    pictures[0].save(content, kind, save_all=True, append_images=pictures[1:], duration=20, **options)
    return content.getvalue()


def finders(side, step):
    """A wall of finder patterns: each pair may be a code, so searching takes the square of them."""
    finder = np.zeros((7, 7), np.uint8)
    finder[1:6, 1:6], finder[2:5, 2:5] = 255, 0
    tile = np.pad(finder, ((0, step - 7), (0, step - 7)), constant_values=255)
    times = -(-side // step)
    return Image.fromarray(np.tile(tile, (times, times))[:side, :side])


def noise(side, levels=2, seed=1):
    return Image.fromarray(
        (np.random.default_rng(seed).integers(0, levels, (side, side)) * (255 // (levels - 1))).astype(np.uint8)
    )


def boxes_deep(depth):
    """Boxes within boxes, as deep as they go."""
    body = b""
    for _ in range(depth):
        body = heic.box(b"meta", bytes(4), body)
    return heic.box(b"ftyp", b"heic", bytes(4), b"heic") + body


def boxes_many(kind, count, inner=b""):
    return heic.box(b"ftyp", b"heic", bytes(4), b"heic") + heic.box(kind, inner) * count


def heic_of(**changes):
    picture = Image.new("L", (64, 64), 200)
    pixels = heic.coded(np.asarray(picture))
    settings = {
        "items": [(b"hvc1", pixels)],
        "properties": [heic.hvcc(64, 64), heic.ispe(64, 64), heic.COLOURS],
        "owned": [(1, 2, 3)],
    } | changes
    return heic.container(settings.pop("items"), settings.pop("properties"), settings.pop("owned"), **settings)


def tiles(count, kind=b"hvc1", size=(64, 64)):
    pixels = heic.coded(np.full((64, 64), 99, np.uint8))
    lay = struct.pack(">BBBBHH", 0, 0, 15, 15, *size)
    items = [(b"grid", lay), (kind, pixels)]
    references = heic.box(b"dimg", struct.pack(f">HH{count}H", 1, count, *[2] * count))
    properties = [heic.hvcc(64, 64), heic.ispe(64, 64), heic.ispe(*size)]
    return heic.container(items, properties, [(3,), (1, 2)], references=references)


def grid_of_grids():
    lay = struct.pack(">BBBBHH", 0, 0, 15, 15, 4096, 4096)
    items = [(b"grid", lay), (b"grid", lay)]
    references = b"".join(heic.box(b"dimg", struct.pack(">HH256H", a, 256, *[b] * 256)) for a, b in ((1, 2), (2, 1)))
    return heic.container(items, [heic.ispe(4096, 4096)], [(1,), (1,)], references=references)


def avif_size(width, height):
    content = good("AVIF")
    return patched(content, content.index(b"ispe") + 8, struct.pack(">II", width, height))


def with_metadata(kind, **options):
    return as_file(qr_picture(TEXT, 3).convert("RGB"), kind, **options)


def endless_exif():
    """A directory that is its own next directory, with entries that point to the end of the world."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x010E, 2, 0xFFFFFFFF, 8)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + entry + struct.pack("<I", 8)


def profile(size):
    return zlib.compress(bytes(size), 9)


def mutation(kind, seed):
    """A good file with a few bytes changed, some also cut, doubled or swapped."""
    rng = random.Random(f"{kind}{seed}")
    broken = bytearray(good(kind))
    for _ in range(rng.randrange(1, 12)):
        broken[rng.randrange(12, min(len(broken), 400 if seed % 2 else len(broken)))] = rng.randrange(256)
    if seed % 3 == 1:
        at, length = rng.randrange(12, len(broken)), rng.randrange(1, 400)
        broken[at:at] = broken[at : at + length]
    if seed % 5 == 1:
        del broken[rng.randrange(12, len(broken)) :]
    return bytes(broken)


def cut(kind, share):
    content = good(kind)
    return content[: max(3, int(len(content) * share))]


def appended(kind, tail):
    return good(kind) + tail


def named(kind, place):
    """HTML or a script in a comment at the front, where sniffers look."""
    if kind == "JPEG":
        return segments(b"\xfe", place, 1)
    if kind == "GIF":
        return gif(8, 8, b"\x21\xfe" + bytes([len(place)]) + place + b"\0", gif_frame(8, 8), b"\x3b")
    return good("PNG")[:33] + chunk(b"tEXt", b"Comment\0" + place) + good("PNG")[33:]


def _bombs():
    for name, size in {"vast": (30_000, 30_000), "line": (1, 65_535), "wide": (65_500, 1), "none": (0, 5)}.items():
        hostile(f"png size {name}", png, *size)
        hostile(f"jpeg size {name}", jpeg_size, *size)
        hostile(f"gif size {name}", gif, 1, 1, gif_frame(*(min(side, 65_535) for side in size)), b"\x3b")
        hostile(f"webp canvas {name}", webp_canvas, max(1, size[0]), max(1, size[1]))
        hostile(f"heic size {name}", heic.heic, Image.new("L", (64, 64)), size=size)
        hostile(f"avif size {name}", avif_size, *size)
    hostile("webp lossless vast", webp_lossless, 16_384, 16_384)
    hostile("webp lossless allowed", webp_lossless, 4_000, 4_000)
    hostile("webp flat", lambda: as_file(Image.new("RGB", (4_000, 4_000)), "WEBP", lossless=True, method=0))
    hostile("avif flat", lambda: as_file(Image.new("RGB", (4_900, 5_000)), "AVIF", speed=10))
    hostile("png flat rgba", full_png, 7_000, 7_000, 8, 6)
    hostile("png flat 16 bit", full_png, 5_000, 5_000, 16, 6)
    hostile("png flat grey 16 bit", full_png, 7_000, 7_000, 16, 0)
    hostile("png flat palette", full_png, 7_000, 7_000, 8, 3)
    hostile("png flat 1 bit", full_png, 7_000, 7_000, 1, 0)
    hostile("png interlaced", full_png, 5_000, 5_000, 8, 6, 1)
    hostile("png interlaced short", png, 7_000, 7_000, interlace=1)
    hostile("png data too long", png, 10, 10, data=bytes(60_000_000))
    hostile("png text bomb", png, 10, 10, *[(b"zTXt", b"a\0\0" + profile(20_000_000))] * 20)
    hostile("png itxt bomb", png, 10, 10, *[(b"iTXt", b"a\0\1\0\0\0" + profile(20_000_000))] * 20)
    hostile("png profile bomb", png, 10, 10, (b"iCCP", b"a\0\0" + profile(50_000_000)))
    hostile("png crumbled", png, 10, 10, *[(b"prVt", b"")] * 20_000)
    hostile("png animated", animated, "PNG", 300)
    hostile("gif animated", animated, "GIF", 400)
    hostile("webp animated", animated, "WEBP", 120)
    hostile("avif animated", animated, "AVIF", 12, speed=10)
    hostile("gif crumbled comment", gif, 1, 1, b"\x21\xfe" + b"\1x" * 300_000 + b"\0", gif_frame(1, 1), b"\x3b")
    hostile("gif crumbled frame", gif, 9, 9, gif_frame(9, 9, b"\2" + b"\1x" * 900_000 + b"\0"), b"\x3b")
    hostile("gif many frames", gif, 9, 9, gif_frame(9, 9) * 200_000, b"\x3b")
    hostile("gif endless codes", gif, 7_000, 7_000, gif_frame(7_000, 7_000, b"\2" + b"\xff\x92" * 9_000 + b"\0"))
    for side, count in ((400, 200), (7_000, 20), (3_800, 40), (200, 38)):
        hostile(f"jpeg {count} scans of {side}", scans, side, count)
    hostile("jpeg progressive colours", scans, 6_000, 12, "RGB", subsampling=0)
    hostile("jpeg progressive ink", lambda: as_file(Image.new("CMYK", (5_500, 5_500)), "JPEG", progressive=True))
    hostile("jpeg flat ink", lambda: as_file(Image.new("CMYK", (7_000, 7_000)), "JPEG"))
    hostile("jpeg flat", lambda: as_file(Image.new("RGB", (8_600, 5_800)), "JPEG", subsampling=0))
    hostile("heic flat", heic.repeated, 4_900, 5_000, 512)
    hostile("heic vast grid", heic.repeated, 16_000, 8_000, 512)


def _lists():
    hostile("jpeg exif segments", segments, b"\xe1", b"Exif\0\0ab", 16_000)
    hostile("jpeg comments", segments, b"\xfe", b"x" * 60_000, 200)
    hostile("jpeg profiles", segments, b"\xe2", b"ICC_PROFILE\0\1\xff" + bytes(60_000), 200)
    hostile("jpeg tables", segments, b"\xdb", b"\0" + bytes(range(1, 65)), 5_000)
    hostile("jpeg huffman", segments, b"\xc4", b"\0" + bytes([255] * 16), 4)
    hostile("jpeg fill", lambda: good("JPEG")[:2] + b"\xff" * 2_000_000 + good("JPEG")[2:])
    hostile("jpeg markers in the scan", inside_scan, b"\xff\xfe\0\2" * 900_000)
    hostile("jpeg restarts in the scan", inside_scan, b"\xff\xd0\xff\xd7" * 900_000)
    hostile("jpeg lines later", inside_scan, b"\xff\xdc\0\4\xff\xff")
    hostile(
        "jpeg two frames",
        lambda: good("JPEG").replace(b"\xff\xc0", b"\xff\xc0\0\x0b\x08\x40\0\x40\0\1\1\x11\0\xff\xc0", 1),
    )
    hostile("jpeg lossless frame", lambda: good("JPEG").replace(b"\xff\xc0", b"\xff\xc3", 1))
    hostile("jpeg arithmetic", lambda: good("JPEG").replace(b"\xff\xc0", b"\xff\xc9", 1))
    hostile("jpeg exif loop", with_metadata, "JPEG", exif=endless_exif())
    hostile("png exif loop", with_metadata, "PNG", exif=endless_exif())
    hostile("webp exif loop", with_metadata, "WEBP", exif=endless_exif())
    hostile("avif exif loop", with_metadata, "AVIF", exif=endless_exif())
    hostile("jpeg profile", with_metadata, "JPEG", icc_profile=random.Random(1).randbytes(50_000))
    hostile("heic deep", boxes_deep, 5_000)
    hostile("heic many boxes", boxes_many, b"free", 300_000)
    hostile("heic large meta", boxes_many, b"meta", 1, bytes(3_000_000))
    hostile("heic box of nothing", boxes_many, b"free", 1, b"\0\0\0\1free" + b"\xff" * 8)
    hostile("heic endless box", lambda: good("HEIC") + b"\0\0\0\1free" + b"\xff" * 8)
    hostile("heic no primary", heic_of, primary=9)
    hostile("heic unknown item", heic_of, items=[(b"jpeg", good("JPEG"))])
    hostile("heic overlay", heic_of, items=[(b"iovl", bytes(40))])
    hostile("heic derived from itself", heic_of, items=[(b"iden", b"")], references=heic.box(b"dimg", b"\0\1\0\1\0\1"))
    hostile("heic two sizes", heic_of, properties=[heic.hvcc(64, 64), heic.ispe(64, 64), heic.ispe(32, 32)])
    hostile("heic many properties", heic_of, properties=[heic.ispe(64, 64)] * 5_000)
    hostile("heic coded larger", heic_of, properties=[heic.hvcc(8_192, 8_192), heic.ispe(64, 64), heic.COLOURS])
    hostile(
        "heic turned often",
        heic_of,
        properties=[heic.hvcc(64, 64), heic.ispe(64, 64)] + [heic.box(b"irot", b"\1")] * 90,
        owned=[tuple(range(1, 93))],
    )
    hostile(
        "heic crop away", heic_of, properties=[heic.hvcc(64, 64), heic.ispe(64, 64), heic.box(b"clap", b"\xff" * 32)]
    )
    hostile("heic film", heic_of, behind=heic.box(b"moov", bytes(200)))
    hostile("heic film alone", lambda: heic.box(b"ftyp", b"hevc", bytes(4), b"msf1") + heic.box(b"moov", bytes(900)))
    for count in (0, 1, 200, 256, 9_000):
        hostile(f"heic {count} tiles", tiles, count)
    hostile("heic tiles of a vast one", tiles, 256, b"hvc1", (60_000, 60_000))
    hostile("heic grid of grids", grid_of_grids)
    hostile("heic data gone", lambda: good("HEIC")[: good("HEIC").index(b"mdat") - 4])


def _kinds():
    archive = b"PK\3\4" + bytes(26) + b"PK\5\6" + bytes(18)
    tails = {
        "zip": archive,
        "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
        "page": b"<html><script>alert(1)</script></html>",
        "script": b"*/=1;alert(document.domain)//",
        "program": b"\x7fELF" + bytes(60),
    }
    for kind in FORMATS:
        for name, tail in tails.items():
            hostile(f"{kind.lower()} and {name}", appended, kind, tail)
    for kind in ("JPEG", "GIF", "PNG"):
        hostile(f"{kind.lower()} with a page in front", named, kind, b"<html><body onload=alert(1)>")
    hostile("jpeg holding a zip", segments, b"\xfe", archive, 1)
    others = {
        "svg": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        "html": b"<!DOCTYPE html><img src=x onerror=alert(1)>",
        "pdf": b"%PDF-1.7\n",
        "tiff": b"II*\0\x08\0\0\0\xff\xff" + b"\xff" * 400,
        "bmp": b"BM" + b"\xff" * 60,
        "ico": b"\0\0\1\0\xff\xff" + b"\xff" * 64,
        "mp4": heic.box(b"ftyp", b"isom", bytes(4), b"mp42") + heic.box(b"mdat", bytes(500)),
        "text": b"no picture at all\n" * 50,
    }
    for name, content in others.items():
        hostile(f"other {name}", lambda content=content: content)


def _modes():
    hostile("grey and alpha", lambda: as_file(qr_picture(TEXT, 3).convert("LA")))
    hostile("one bit", lambda: as_file(qr_picture(TEXT, 3).convert("1")))
    hostile("palette beyond its end", png, 64, 64, (b"PLTE", bytes(3)), colour=3, data=(b"\0" + b"\xff" * 64) * 64)
    hostile("palette missing", png, 64, 64, colour=3, data=bytes(65 * 64))
    hostile("depth that is none", png, 64, 64, depth=3)
    hostile("colours that are none", png, 64, 64, colour=5)
    hostile("ink turned over", lambda: good("JPEG").replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c", 1))
    for side, step in ((2_000, 9), (4_000, 8), (4_000, 23)):
        hostile(f"finders {step} of {side}", lambda side=side, step=step: as_file(finders(side, step)))
    for side, levels in ((2_000, 2), (3_000, 256), (3_800, 2)):
        hostile(
            f"noise {levels} of {side}",
            lambda side=side, levels=levels: as_file(noise(side, levels), "JPEG", quality=40),
        )


def _fill(count):
    """Cuts and random damage, the formats by turns, until there are `count`."""
    for share in (0.02, 0.1, 0.5, 0.95):
        for kind in FORMATS:
            hostile(f"{kind.lower()} cut at {share:.0%}", cut, kind, share)
    seed = 0
    while len(HOSTILE) < count:
        kind = FORMATS[seed % len(FORMATS)]
        hostile(f"{kind.lower()} damage {seed}", mutation, kind, seed)
        seed += 1


_bombs()
_lists()
_kinds()
_modes()
_fill(200)
assert len(HOSTILE) == 200, len(HOSTILE)
