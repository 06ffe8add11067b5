"""The file of a backup: an uncompressed tar of the parts, and at its end `manifest.json` with the digest of each."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final

from web.backup.errors import ArchiveError

TYPE: Final = "assay/backup-1"
MANIFEST: Final = "manifest.json"
SEALED_KEYS: Final = "keys.sealed"
DATABASE_DUMP: Final = "database.dump"
_MANIFEST_MAX_BYTES: Final = 1 << 20
_PARTS_MAX: Final = 10_000
_CHUNK_BYTES: Final = 1 << 20
_NAMES: Final = re.compile(
    r"(house|trust|content)\.json|(house|blocks|site)\.sqlite3|localnet/chain\.sqlite3|localnet/port"
    r"|checkpoints/[0-9]{1,16}\.json|keys\.sealed|database\.dump"
)
"""What a backup may hold: any other name is refused, so that none leads out of the folder."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, and of whom."""

    made_at: str
    brand: str
    chain_id: int
    contract: str
    parts: tuple[Part, ...]
    tag: bytes = b""
    """HMAC-SHA256 of all the rest, by whoever knew the passphrase; empty where nobody gave one."""

    def names(self) -> frozenset[str]:
        """Name the parts."""
        return frozenset(part.name for part in self.parts)


class ArchiveWriter:
    """Adds parts to a tar, one after the other."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.parts: list[Part] = []

    def add(self, name: str, path: Path) -> None:
        """Add a file under a name, as it is now."""
        assert _NAMES.fullmatch(name), name
        with path.open("rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size)

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add what is in memory."""
        assert _NAMES.fullmatch(name), name
        self._add(name, io.BytesIO(content), len(content))

    def close_with(
        self, brand: str, chain_id: int, contract: str, made_at: str, tag: Callable[[bytes], bytes] | None = None
    ) -> Manifest:
        """Write the manifest, which is the last entry: a file that broke off has none. `tag` authenticates it."""
        manifest = Manifest(made_at, brand, chain_id, contract, tuple(self.parts))
        if tag is not None:
            manifest = replace(manifest, tag=tag(tagged_bytes(manifest)))
        content = _manifest_json(manifest)
        self._tar.addfile(_entry(MANIFEST, len(content)), io.BytesIO(content))
        return manifest

    def _add(self, name: str, file: IO[bytes], size_bytes: int) -> None:
        hashing = _Hashing(file)
        self._tar.addfile(_entry(name, size_bytes), hashing)
        self.parts.append(Part(name, size_bytes, hashing.digest.hexdigest()))


@contextmanager
def writing_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Write an archive to a private file beside `path`, read it back, and only then give it its name.

    Raises ArchiveError when what was read back differs; OSError as the disk does.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                writer = ArchiveWriter(tar)
                yield writer
            file.flush()
            os.fsync(file.fileno())
        if read_manifest(unfinished).parts != tuple(writer.parts):
            raise ArchiveError(unfinished, "it does not read back as it was written")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_manifest(path: Path) -> Manifest:
    """Read a backup through, and hold every part against its digest. Raises ArchiveError."""
    manifest = _manifest(path)
    for _ in _checked_parts(path, manifest, None):
        pass
    return manifest


def read_part(path: Path, manifest: Manifest, name: str, *, size_max_bytes: int) -> bytes:
    """Read one part, as the manifest has it; empty where there is none. Raises ArchiveError."""
    part = next((one for one in manifest.parts if one.name == name), None)
    if part is None:
        return b""
    if part.size_bytes > size_max_bytes:
        raise ArchiveError(path, f"{name} is larger than {size_max_bytes} bytes")
    try:
        with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:") as tar:
            entry = tar.getmember(name)
            file = tar.extractfile(entry) if _is_plain(entry) else None
            content = file.read(size_max_bytes) if file is not None else b""
    except (tarfile.TarError, EOFError, KeyError) as error:
        raise ArchiveError(path, f"{name} cannot be read ({type(error).__name__})") from error
    if hashlib.sha256(content).hexdigest() != part.sha256:
        raise ArchiveError(path, f"{name} has another digest: the file was changed meanwhile")
    return content


def extract(path: Path, folder: Path, manifest: Manifest) -> None:
    """Bring every part into an empty folder, private to its owner, as a manifest that was read before says it.

    Raises ArchiveError.
    """
    for _ in _checked_parts(path, manifest, folder):
        pass


def _checked_parts(path: Path, manifest: Manifest, folder: Path | None) -> Iterator[Part]:
    """Read each part once, keep it where a folder is given, and compare with the manifest."""
    wanted = {part.name: part for part in manifest.parts}
    try:
        with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:") as tar:
            for entry in tar:
                if entry.name == MANIFEST:
                    continue
                part = wanted.pop(entry.name, None)
                if part is None or not _is_plain(entry) or entry.size != part.size_bytes:
                    raise ArchiveError(path, f"{entry.name[:80]!r} is not as its manifest says")
                if _copy(tar, entry, folder) != part.sha256:
                    raise ArchiveError(path, f"{part.name} has another digest: the file was damaged or changed")
                yield part
    except (tarfile.TarError, EOFError) as error:
        raise ArchiveError(path, f"it breaks off ({type(error).__name__})") from error
    if wanted:
        raise ArchiveError(path, f"{min(wanted)} is missing")


def _copy(tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path | None) -> str:
    source = tar.extractfile(entry)
    assert source is not None, "a regular file"
    digest = hashlib.sha256()
    target = None
    if folder is not None:
        place = folder / entry.name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            if target is not None:
                target.write(chunk)
    finally:
        if target is not None:
            target.flush()
            os.fsync(target.fileno())
            target.close()
    return digest.hexdigest()


def _manifest(path: Path) -> Manifest:
    try:
        with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:") as tar:
            entries = {}
            for number, entry in enumerate(tar):
                if number > _PARTS_MAX or entry.name in entries:
                    raise ArchiveError(path, "a name stands there twice, or there are too many")
                entries[entry.name] = entry
            last = entries.get(MANIFEST)
            file = tar.extractfile(last) if last is not None and _is_plain(last) else None
            if last is None or file is None or last.size > _MANIFEST_MAX_BYTES:
                raise ArchiveError(path, "it has no manifest: it was never finished")
            value: dict[str, Any] = json.loads(file.read())
        return _parse(path, value)
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError(path, f"it cannot be read ({type(error).__name__})") from error


def _parse(path: Path, value: dict[str, Any]) -> Manifest:
    if value["type"] != TYPE:
        raise ArchiveError(path, f"its type is not {TYPE}")
    parts = tuple(Part(str(one["name"]), int(one["bytes"]), str(one["sha256"])) for one in value["parts"])
    names = [part.name for part in parts]
    if len(set(names)) != len(names) or not all(map(_NAMES.fullmatch, names)):
        raise ArchiveError(path, "its manifest names a part that no backup has")
    return Manifest(
        str(value["made_at"]),
        str(value["brand"]),
        int(value["chain_id"]),
        str(value["contract"]),
        parts,
        bytes.fromhex(value.get("hmac", "")),
    )


def tagged_bytes(manifest: Manifest) -> bytes:
    """Give what a manifest's tag is computed over: all of it but the tag."""
    return _manifest_json(replace(manifest, tag=b""))


def _manifest_json(manifest: Manifest) -> bytes:
    value: dict[str, Any] = {
        "type": TYPE,
        "made_at": manifest.made_at,
        "brand": manifest.brand,
        "chain_id": manifest.chain_id,
        "contract": manifest.contract,
        "parts": [{"name": one.name, "bytes": one.size_bytes, "sha256": one.sha256} for one in manifest.parts],
    }
    if manifest.tag:
        value["hmac"] = manifest.tag.hex()
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"


def _is_plain(entry: tarfile.TarInfo) -> bool:
    """Whether an entry is a file with all its bytes: a sparse one could name terabytes in a line."""
    return entry.isreg() and not entry.issparse()


def _entry(name: str, size_bytes: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size_bytes, 0o600
    return entry


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        part = self._file.read(size)
        self.digest.update(part)
        return part
