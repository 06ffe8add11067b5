"""Write unixfs.json with the JavaScript importer (`python -m tests.vectors.make_unixfs`); it only ever adds."""

from __future__ import annotations

import json
from pathlib import Path

from provenance_schemas.unixfs import Layout
from tests.oracles.node import importer_cids
from tests.oracles.unixfs_cases import Case

FILE = Path(__file__).with_name("unixfs.json")
MIB = 1024 * 1024


def content_of(spec: dict[str, object]) -> bytes:
    """Repeat the bytes of `hex` up to `size`."""
    unit = bytes.fromhex(str(spec["hex"]))
    size = int(str(spec["size"]))
    return (unit * (size // max(len(unit), 1) + 1))[:size]


def case_of(vector: dict) -> Case:
    """Build what one vector describes."""
    layout = Layout(**vector.get("layout", {}))
    if "file" in vector:
        return Case(content_of(vector["file"]), layout)
    directory = vector["directory"]
    names = directory["names"] or [directory["pattern"].replace("*", str(i)) for i in range(directory["count"])]
    return Case(dict.fromkeys(names, content_of(directory["each"])), layout)


def file(name: str, hex_unit: str, size: int, **layout: int) -> dict:
    vector: dict = {"name": name, "file": {"hex": hex_unit, "size": size}}
    return vector | ({"layout": layout} if layout else {})


def directory(name: str, names: list[str], count: int = 0, pattern: str = "", **layout: int) -> dict:
    each = {"hex": "7b7d", "size": 2}
    vector: dict = {
        "name": name,
        "directory": {"names": names, "count": count, "pattern": pattern, "each": each},
    }
    return vector | ({"layout": layout} if layout else {})


WANTED = [
    file("an empty file", "", 0),
    file("one byte", "61", 1),
    file("a document of 256 KiB", "00ff", 256 * 1024),
    file("one chunk exactly", "0102030405", MIB),
    file("one byte over a chunk", "0102030405", MIB + 1),
    file("three chunks, all alike", "00", 3 * MIB),
    file("two levels exactly full", "616263", 9 * 16, chunk_bytes=16, width=3),
    file("one chunk more opens a third level", "616263", 9 * 16 + 1, chunk_bytes=16, width=3),
    file("a last chunk that stands alone on each level", "616263", 27 * 16 + 1, chunk_bytes=16, width=3),
    directory("two passports", ["0.json", "1.json"]),
    directory("names sorted by bytes, not by characters", ["é", "z", "Z", "水", "🜂", "a"]),
    directory("six thousand entries are sharded", [], 6000, "*.json"),
    directory("shards of shards", [], 700, "piece-*", directory_max_bytes=600),
    directory("a block just as large as allowed", ["0.json", "1.json"], directory_max_bytes=104),
    directory("a block one byte too large is sharded", ["0.json", "1.json"], directory_max_bytes=103),
]


def main() -> None:
    """Add what is not there yet."""
    known = {vector["name"]: vector for vector in json.loads(FILE.read_text())} if FILE.exists() else {}
    new = [vector for vector in WANTED if vector["name"] not in known]
    for vector, cid in zip(new, importer_cids([case_of(vector) for vector in new]), strict=True):
        known[vector["name"]] = vector | {"cid": cid}
    FILE.write_text(json.dumps(list(known.values()), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
