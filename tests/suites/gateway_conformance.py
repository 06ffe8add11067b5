"""Conformance of a gateway for raw blocks and CARs: one case a rule, named by the section of the specification.

Source: the Trustless Gateway specification of 2026-03-05 and the parts of the Path Gateway's that it takes over.
`MUST` cases are its MUSTs; the others are SHOULDs that a gateway may have reasons to leave out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import urllib3

from provenance_schemas.car import car_header, read_car
from provenance_schemas.content_id import ContentId
from provenance_schemas.dag_walk import Scope
from tests.suites.gateway_world import LONG, TEXT, World

RAW = "application/vnd.ipld.raw"
CAR = "application/vnd.ipld.car"
IMMUTABLE = r"public, max-age=(29030400|[3-9]\d{7,}), immutable"


@dataclass(frozen=True)
class Case:
    """One request and what a conforming gateway answers."""

    section: str
    """Heading of the specification."""
    name: str
    target: str
    """Path and query; `{name}` stands for an id of the world."""
    status: int | tuple[int, ...] = 200
    accept: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes | None = None
    blocks: Sequence[str] | None = None
    """Ids a CAR must hold, exactly and in this order: names; `walk:`, `each:` (with repeats) or `entity:` and a
    name for what is below it; `path:root/segment` for what a path crosses; `inline:` and a block's own text."""
    unordered: bool = False
    answer: dict[str, str | None] = field(default_factory=dict)
    """Headers as regular expressions; None: it must not be there."""
    must: bool = True

    @property
    def id(self) -> str:
        """Section and name."""
        return f"{self.section}: {self.name}"


@dataclass(frozen=True)
class Answered:
    """An answer, as far as the cases look at it."""

    status: int
    headers: urllib3.HTTPHeaderDict
    body: bytes


class Client:
    """Asks one gateway."""

    def __init__(self, base: str, world: World) -> None:
        self._base = base
        self._pool = urllib3.PoolManager(retries=False)
        self.world = world

    def ask(self, case: Case, **more: str) -> Answered:
        """Send a case's request."""
        headers = case.headers | ({"Accept": case.accept} if case.accept else {}) | more
        target = case.target.format(**{name: str(cid) for name, cid in self.world.names.items()})
        url = f"{self._base}/ipfs/{target}"
        answer = self._pool.request(case.method, url, headers=headers, redirect=False, decode_content=False)
        return Answered(answer.status, answer.headers, answer.data)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()


def faults(client: Client, case: Case) -> list[str]:
    """Run a case; give what is wrong with the answer, nothing when it conforms."""
    answered = client.ask(case)
    statuses = case.status if isinstance(case.status, tuple) else (case.status,)
    found = [] if answered.status in statuses else [f"status {answered.status}, not {case.status}"]
    for name, pattern in case.answer.items():
        value = answered.headers.get(name)
        if (pattern is None) != (value is None) or (pattern and not re.fullmatch(pattern, value or "")):
            found.append(f"{name}: {value!r}, not {pattern!r}")
    if case.body is not None and answered.body != case.body:
        found.append(f"a body of {len(answered.body)} bytes, not {case.body[:40]!r}")
    if case.blocks is not None and not found:
        found += _wrong_blocks(client.world, case, answered.body)
    return found


def _wrong_blocks(world: World, case: Case, body: bytes) -> list[str]:
    expected = [cid for name in case.blocks or () for cid in _ids(world, name)]
    sent = [cid for cid, _ in read_car(io.BytesIO(body)).blocks]
    if case.unordered:
        expected, sent = sorted(expected, key=str), sorted(sent, key=str)
    labels = {cid: name for name, cid in world.names.items()}
    shown = [labels.get(cid, str(cid)[-6:]) for cid in sent]
    return [] if sent == expected else [f"blocks {shown}, not {[labels.get(c, str(c)[-6:]) for c in expected]}"]


def _ids(world: World, name: str) -> list[ContentId]:
    kind, _, what = name.partition(":")
    if kind == "inline":
        return [ContentId.of(what.encode())]
    if not what:
        return [world.names[name]]
    if kind == "path":
        root, *segments = what.split("/")
        return world.crossed(world.names[root], *segments)
    scope = Scope.ENTITY if kind == "entity" else Scope.ALL
    return world.walk(world.names[what], scope, repeat=kind == "each")


def _raw() -> list[Case]:
    """Block responses."""
    s, h = "Block Responses", {"Content-Type": RAW}
    r = "Range (request header)"
    return [
        Case(s, "format=raw gives the block", "{text}?format=raw", body=TEXT, answer=h),
        Case(s, "Accept gives the block", "{text}", accept=RAW, body=TEXT, answer=h),
        Case(s, "a dag-pb block comes as it is", "{subdir}?format=raw", answer=h),
        Case(s, "an empty block", "{empty}?format=raw", body=b"", answer={"Content-Length": "0"}),
        Case("format", "the URL goes before Accept", "{text}?format=raw", accept=CAR, body=TEXT, answer=h, must=False),
        Case("GET", "a raw block takes no path", "{root}/subdir?format=raw", (400, 406), must=False),
        Case("GET", "a slash at the end is no path", "{text}/?format=raw", (200, 301, 400), must=False),
        Case(r, "a part from the start", "{text}?format=raw", 206, headers={"Range": "bytes=0-4"}, body=TEXT[:5]),
        Case(r, "a part from the middle", "{text}?format=raw", 206, headers={"Range": "bytes=6-16"}, body=TEXT[6:17],
             answer={"Content-Range": f"bytes 6-16/{len(TEXT)}", "Content-Length": "11", "Content-Type": RAW}),
        Case(r, "an open end", "{text}?format=raw", 206, headers={"Range": "bytes=20-"}, body=TEXT[20:]),
        Case(r, "a suffix", "{text}?format=raw", 206, headers={"Range": "bytes=-3"}, body=TEXT[-3:]),
        Case(r, "a suffix longer than the block", "{text}?format=raw", 206, headers={"Range": "bytes=-999"}, body=TEXT),
        Case(r, "an end beyond the block", "{text}?format=raw", 206, headers={"Range": "bytes=25-999"}, body=TEXT[25:]),
        Case(r, "beyond the block", "{text}?format=raw", 416, headers={"Range": "bytes=999-"},
             answer={"Content-Range": rf"bytes \*/{len(TEXT)}"}),
        Case(r, "several parts: whole, or parts", "{text}?format=raw", (200, 206), headers={"Range": "bytes=6-16,0-4"}),
        Case(r, "another unit is ignored", "{text}?format=raw", 200, headers={"Range": "pieces=1-2"}, body=TEXT),
        Case(r, "If-Range of another version sends all", "{text}?format=raw", 200,
             headers={"Range": "bytes=0-4", "If-Range": '"x"'}, body=TEXT),
        Case("Accept-Ranges", "raw blocks have ranges", "{text}?format=raw", answer={"Accept-Ranges": "bytes"},
             must=False),
    ]  # fmt: skip


def _headers() -> list[Case]:
    """Response headers of both formats."""
    cases = [Case("HEAD", "a raw block", "{text}?format=raw", method="HEAD", body=b"",
                  answer={"Content-Length": str(len(TEXT)), "Content-Type": RAW, "Etag": ".+"})]  # fmt: skip
    for form, ending in (("raw", "bin"), ("car", "car")):
        url, common = f"{{text}}?format={form}", {"Etag": r'(W/)?".+"', "X-Content-Type-Options": "nosniff"}
        cases += [
            Case("Cache-Control", f"{form} is immutable", url, answer={"Cache-Control": IMMUTABLE}),
            Case("Etag", f"{form} has one", url, answer=common),
            Case("Content-Disposition", f"{form} is an attachment named after the id", url,
                 answer={"Content-Disposition": rf'attachment; ?filename="[a-z0-9]+\.{ending}"(;.*)?'}),
            Case("Content-Disposition", f"{form} by a name of one's own", url + "&filename=a-b.bin",
                 answer={"Content-Disposition": r'attachment; ?filename="a-b\.bin"(;.*)?'}),
            Case("Content-Location", f"{form} by Accept names its URL", "{text}", accept=f"application/vnd.ipld.{form}",
                 answer={"Content-Location": rf"/ipfs/[a-z0-9]+\?format={form}"}, must=False),
            Case("Content-Location", f"{form} by its URL names none", url, answer={"Content-Location": None},
                 must=False),
            Case("X-Ipfs-Roots", f"{form} names its root", url, answer={"X-Ipfs-Roots": "[a-z0-9]{59}"}, must=False),
            Case("Cross origin", f"{form} may be read by any page", url,
                 answer={"Access-Control-Allow-Origin": r"\*"}, must=False),
            Case("HEAD", f"{form} without a body", url, method="HEAD", body=b"", answer=common),
            Case("404 Not Found", f"{form} whose root is not here", f"{{absent}}?format={form}", 404),
            Case("404 Not Found", f"HEAD of {form} whose root is not here", f"{{absent}}?format={form}", 404,
                 method="HEAD"),
            Case("only-if-cached", f"{form} not here", f"{{absent}}?format={form}", 412,
                 headers={"Cache-Control": "only-if-cached"}, must=False),
            Case("only-if-cached", f"{form} here", url, headers={"Cache-Control": "only-if-cached"}),
            Case("400 Bad Request", f"{form} of a malformed id", f"not-a-cid?format={form}", 400),
            Case("If-None-Match", f"{form} by a star", url, 304, headers={"If-None-Match": "*"}, body=b""),
            Case("If-None-Match", f"{form} by another version", url, headers={"If-None-Match": '"x"'}),
            Case("Dedicated Probe Paths", f"GET {form}", f"bafkqaaa?format={form}"),
            Case("Dedicated Probe Paths", f"HEAD {form}", f"bafkqaaa?format={form}", method="HEAD", body=b""),
        ]  # fmt: skip
    cases += [
        Case("Dedicated Probe Paths", "raw is empty", "bafkqaaa?format=raw", body=b""),
        Case("Dedicated Probe Paths", "a CAR of that root alone", "bafkqaaa?format=car",
             body=bytes.fromhex("19a265726f6f747381d82a4500015500006776657273696f6e01")),
        Case("Content-Location", "told where URL and Accept differ", "{text}?format=raw", accept=CAR,
             answer={"Content-Location": r"/ipfs/[a-z0-9]+\?format=raw"}, must=False),
        Case("X-Ipfs-Roots", "one for each segment", "{root}/subdir/ascii.txt?format=car",
             answer={"X-Ipfs-Roots": r"[a-z0-9]{59}(,[a-z0-9]{59}){2}"}, must=False),
        Case("Accept", "none at all is a bad request", "{text}", 400, must=False),
        Case("Accept", "nothing that is offered", "{text}", (400, 406), accept="image/png"),
        Case("format", "nothing that is offered", "{text}?format=tar", (400, 406)),
        Case("Accept", "the better of two", "{text}", accept=f"{CAR};q=0.4, {RAW};q=0.9", answer={"Content-Type": RAW},
             must=False),
    ]  # fmt: skip
    return cases


def _scopes() -> list[Case]:
    """Paths and scopes of CARs."""
    p, b, e, a = "CAR paths", "dag-scope block", "dag-scope entity", "dag-scope all"
    long = "{root}/subdir/multiblock.txt?format=car"
    name = "caf%C3%A9%20%E2%98%95%3F%23%25.txt"
    rows: list[tuple[str, str, str, list[str]]] = [
        (p, "through directories", "{root}/subdir/ascii.txt?format=car", ["root", "subdir", "text"]),
        (p, "to a file of several blocks", long, ["root", "subdir", "walk:long"]),
        (p, "through a sharded directory", "{shard}/7.txt?format=car", ["path:shard/7.txt", "inline:7"]),
        (p, "through a shard to several blocks", "{shard}/long.bin?format=car", ["path:shard/long.bin", "walk:long"]),
        (p, "of any script, percent-encoded", f"{{root}}/{name}?format=car", ["root", "hello"]),
        (p, "a directory's own id", "{subdir}?format=car", ["walk:subdir"]),
        (p, "a block's own id", "{text}?format=car", ["text"]),
        (b, "of a directory on a path", "{root}/subdir?format=car&dag-scope=block", ["root", "subdir"]),
        (b, "of a chunked file on a path", long + "&dag-scope=block", ["root", "subdir", "long"]),
        (b, "of a root", "{root}?format=car&dag-scope=block", ["root"]),
        (b, "of a sharded directory", "{shard}?format=car&dag-scope=block", ["shard"]),
        (e, "of a directory", "{root}?format=car&dag-scope=entity", ["root"]),
        (e, "of a directory on a path", "{root}/subdir?format=car&dag-scope=entity", ["root", "subdir"]),
        (e, "of a sharded directory: all of its shards", "{shard}?format=car&dag-scope=entity", ["entity:shard"]),
        (e, "of a file of one block", "{subdir}/ascii.txt?format=car&dag-scope=entity", ["subdir", "text"]),
        (e, "of a chunked file", long + "&dag-scope=entity", ["root", "subdir", "walk:long"]),
        (a, "of a directory on a path", "{root}/subdir?format=car&dag-scope=all", ["root", "walk:subdir"]),
        (a, "of a chunked file", long + "&dag-scope=all", ["root", "subdir", "walk:long"]),
        (a, "is the default", "{root}?format=car", ["walk:root"]),
        (a, "of a sharded directory", "{shard}?format=car&dag-scope=all", ["walk:shard"]),
    ]  # fmt: skip
    cases = [Case(section, title, target, blocks=blocks) for section, title, target, blocks in rows]
    cases += [
        Case(p, "a name that is not there", "{root}/subdir/nothing?format=car", 404, must=False),
        Case(p, "below a file", "{root}/subdir/ascii.txt/below?format=car", 404, must=False),
        Case("dag-scope", "a word that is none", "{root}?format=car&dag-scope=some", 400, must=False),
        Case("Streaming and Missing Child Blocks", "a file that is here in part", "{holed}?format=car&dag-scope=block",
             blocks=["holed"]),
    ]  # fmt: skip
    return cases


def _ranges() -> list[Case]:
    """entity-bytes: 1,026 bytes in four chunks of 256 and one of 2."""
    rows: list[tuple[str, str, str, list[int]]] = [
        ("all of a file", "long", "0:*", [0, 1, 2, 3, 4]),
        ("from the middle on", "long", "512:*", [2, 3, 4]),
        ("the middle", "long", "512:1023", [2, 3]),
        ("the middle, its end counted from the end", "long", "512:-256", [2, 3]),
        ("a suffix", "long", "-5:*", [3, 4]),
        ("the last byte", "long", "-1:*", [4]),
        ("a suffix longer than the file", "long", "-9999:*", [0, 1, 2, 3, 4]),
        ("from before the file to near its end", "long", "-9999:-3", [0, 1, 2, 3]),
        ("the first byte", "long", "0:0", [0]),
        ("the edge of two chunks", "long", "255:256", [0, 1]),
        ("beyond the end in part", "long", "1000:5000", [3, 4]),
        ("before a hole", "holed", "0:200", [0]),
        ("behind a hole", "holed", "600:*", [2, 3, 4]),
    ]
    s, url = "entity-bytes", "{{{0}}}?format=car&dag-scope=entity&entity-bytes={1}"
    cases = [
        Case(s, title, url.format(name, part), blocks=[name, *(f"{name}{index}" for index in chunks)])
        for title, name, part, chunks in rows
    ]
    cases += [
        Case(s, "implies dag-scope=entity", "{long}?format=car&entity-bytes=0:0", blocks=["long", "long0"]),
        Case(s, "on a path", "{root}/subdir/multiblock.txt?format=car&entity-bytes=0:0",
             blocks=["root", "subdir", "long", "long0"]),
        Case(s, "is ignored for a directory", url.format("root", "0:*"), blocks=["root"]),
        Case(s, "is ignored for a sharded directory", url.format("shard", "0:*"), blocks=["entity:shard"]),
        Case(s, "of a raw block is the block", url.format("text", "2:4"), blocks=["text"]),
        Case(s, "that is malformed", url.format("long", "a:b"), 400, must=False),
        Case(s, "has an Etag of its own", url.format("long", "0:0"), answer={"Etag": ".+"}),
    ]  # fmt: skip
    return cases


def _order() -> list[Case]:
    """Order, duplicates, version, by header and by URL."""
    o, d, v = "CAR order", "CAR dups", "CAR version"
    full = rf"{CAR}; ?version=1; ?order=dfs; ?dups="
    return [
        Case(d, "y by Accept", "{twice}", accept=f"{CAR}; version=1; order=dfs; dups=y", blocks=["each:twice"],
             answer={"Content-Type": full + "y"}),
        Case(d, "n by Accept", "{twice}", accept=f"{CAR}; version=1; order=dfs; dups=n", blocks=["walk:twice"],
             answer={"Content-Type": full + "n"}),
        Case(d, "y by URL", "{twice}?format=car&car-dups=y&car-order=dfs", blocks=["each:twice"],
             answer={"Content-Type": full + "y"}),
        Case(d, "n by URL", "{twice}?format=car&car-dups=n&car-order=dfs", blocks=["walk:twice"]),
        Case(d, "the URL goes before Accept", "{twice}?format=car&car-dups=n", accept=f"{CAR}; dups=y",
             blocks=["walk:twice"], answer={"Content-Type": full + "n"}, must=False),
        Case(d, "Accept is read beside format=car", "{twice}?format=car", accept=f"{CAR}; order=dfs; dups=y",
             blocks=["each:twice"], answer={"Content-Type": full + "y"}),
        Case(d, "is always told", "{twice}?format=car", answer={"Content-Type": rf"{CAR};.*dups=[yn].*"}),
        Case(d, "no identity block is ever sent", "bafkqaf3imvwgy3zaneqgc3janfxgy2lomvscay3jmqfa",
             accept=f"{CAR}; dups=y", body=car_header([b"\x01\x55\x00\x17hello i am inlined cid\n"]), must=False),
        Case(o, "unk sends all blocks in any order", "{twice}", accept=f"{CAR}; order=unk", blocks=["walk:twice"],
             unordered=True, answer={"Content-Type": rf"{CAR};.*order=.*"}),
        Case(o, "of a kind unknown", "{twice}?format=car&car-order=bfs", (400, 406), must=False),
        Case(v, "1 by Accept", "{text}", accept=f"{CAR}; version=1", answer={"Content-Type": rf"{CAR}; ?version=1.*"}),
        Case(v, "1 by URL", "{text}?format=car&car-version=1", answer={"Content-Type": rf"{CAR}; ?version=1.*"}),
        Case(v, "2 is not offered", "{text}?format=car&car-version=2", (400, 406), must=False),
        Case(v, "is always told", "{text}?format=car", answer={"Content-Type": rf"{CAR};.*version=1.*"}),
        Case("CAR format signaling in Request", "the one of two orders that is known", "{twice}",
             accept=f"{CAR};order=foo, {CAR};order=dfs;dups=y;q=0.5", blocks=["each:twice"],
             answer={"Content-Type": full + "y"}, must=False),
        Case("Accept-Ranges", "CARs have none", "{twice}?format=car", answer={"Accept-Ranges": "none"}, must=False),
    ]  # fmt: skip


CASES: tuple[Case, ...] = (*_raw(), *_headers(), *_scopes(), *_ranges(), *_order())
assert len({case.id for case in CASES}) == len(CASES), "two cases of one name"
assert len(LONG) == 1026
