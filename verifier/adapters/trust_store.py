"""The signed trust files that this verifier follows: the newest version of each, and never an older one again."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from verifier.adapters.small_files import FileUnavailableError, is_url, read_small_file
from verifier.adapters.whole_files import write_whole
from verifier.errors import TrustError, TrustRefusedError, TrustUnavailableError
from verifier.limits import TRUST_SIZE_MAX_BYTES, TRUST_STEPS_MAX
from verifier.trust import TrustRegistry, load_trust
from verifier.trust_signed import (
    SignedTrust,
    check_first,
    check_next,
    check_threshold,
    check_time,
    is_signed_trust,
    parse_signed_trust,
    root_fingerprint,
    signed_trust_json,
)

_SUFFIX: Final = ".trust.json"


def state_folder(environ: Mapping[str, str]) -> Path:
    """Name the folder of what a verifier remembers: $ASSAY_STATE, else in $ASSAY_DATA, else the user's own."""
    if (named := environ.get("ASSAY_STATE")) and named != "off":
        return Path(named)
    if data := environ.get("ASSAY_DATA"):
        return Path(data) / "state"
    base = environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "assay"


def open_trust(path: Path, state: Path, *, now: datetime | None = None) -> TrustRegistry:
    """Read a trust file of either type.

    One that is pinned by hand is taken as it is. A signed one must be followed already, and its version is remembered;
    one that has expired is given out as such, so that answers say why they cannot be. Raises TrustError.
    """
    content = read_trust_file(str(path))
    if not is_signed_trust(content):
        return load_trust(path)
    file = parse_signed_trust(content, source=str(path))
    store = TrustStore(state)
    if store.path(file.name).absolute() == path.absolute():
        return store.load(file.name).trust()
    return store.take(file, now or datetime.now(UTC)).trust()


class TrustStore:
    """The folder. Every method raises TrustError, and says what to do."""

    def __init__(self, state: Path) -> None:
        self.folder = state / "trust"

    def path(self, name: str) -> Path:
        """Name the file of a federation's newest version."""
        return self.folder / f"{name}{_SUFFIX}"

    def names(self) -> tuple[str, ...]:
        """Name the federations that are followed."""
        return tuple(sorted(path.name.removesuffix(_SUFFIX) for path in self.folder.glob(f"*{_SUFFIX}")))

    def load(self, name: str) -> SignedTrust:
        """Give the newest version seen. It is checked again: the disk is no authority."""
        path = self.path(name)
        if not path.exists():
            raise TrustError(f"the trust file {name} is not followed yet: `assay trust update FILE --pin ROOT`")
        file = parse_signed_trust(read_trust_file(str(path)), source=str(path))
        check_threshold(file, file.root)
        return file

    def follow(self, file: SignedTrust, pin: str, now: datetime) -> SignedTrust:
        """Begin to follow a federation whose root keys somebody has compared. Never in the place of a known one."""
        check_first(file, pin)
        check_time(file, now)

        def first(known: SignedTrust | None) -> SignedTrust:
            if known is not None:
                check_next(known, file)
            return file

        return self._change(file.name, first)

    def take(self, file: SignedTrust, now: datetime) -> SignedTrust:
        """Take one file that stands by itself: the version known, or one that the keys known so far have signed."""

        def newer(known: SignedTrust | None) -> SignedTrust:
            known = _known(known, file)
            check_next(known, file)
            if file.version > known.version:
                check_time(file, now)
            return file

        return self._change(file.name, newer)

    def update(self, source: str, now: datetime) -> tuple[SignedTrust | None, SignedTrust]:
        """Take the newest version that a source has; gives what was known before, and what is now.

        Where the keys known so far have not signed it, the versions between are walked one by one: each is signed by
        the root before it and by its own. They lie beside the source as `<version>.trust.json`. Only the last one
        must not have expired.
        """
        newest = parse_signed_trust(read_trust_file(source), source=source)
        before = _known(self.load(newest.name) if self.path(newest.name).exists() else None, newest)
        known = before
        for _ in range(TRUST_STEPS_MAX):
            try:
                check_next(known, newest)
            except TrustRefusedError:
                if newest.version <= known.version + 1 or newest.name != known.name:
                    raise
                known = self._step(known, _beside(source, known.version + 1))
                continue
            if newest.version > known.version:
                check_time(newest, now)
            return before, self._change(newest.name, lambda now_known: _newer(now_known, newest))
        raise TrustError(f"{newest.label}: {TRUST_STEPS_MAX} versions were walked; run the update again to go on")

    def _step(self, known: SignedTrust, source: str) -> SignedTrust:
        file = parse_signed_trust(read_trust_file(source), source=source)
        if file.version != known.version + 1:
            raise TrustError(f"{source}: is version {file.version}, not {known.version + 1}")
        check_next(known, file)
        return self._change(file.name, lambda now_known: _newer(now_known, file))

    def source(self, name: str) -> str:
        """Give where the newest version was taken from."""
        return read_trust_file(str(self.path(name).with_suffix(".source"))).decode(errors="replace").strip()

    def remember_source(self, name: str, source: str) -> None:
        """Remember where to look for the next version."""
        with self._locked(name):
            write_whole(
                self.path(name).with_suffix(".source"),
                (source if is_url(source) else str(Path(source).absolute())) + "\n",
            )

    def forget(self, name: str) -> bool:
        """Stop following a federation; False where it was not followed."""
        with self._locked(name):
            known = self.path(name).exists()
            self.path(name).unlink(missing_ok=True)
            self.path(name).with_suffix(".source").unlink(missing_ok=True)
            return known

    def _change(self, name: str, change: Callable[[SignedTrust | None], SignedTrust]) -> SignedTrust:
        """Replace a federation's file whole, while no other process does."""
        path = self.path(name)
        if path.exists() and change(known := self.load(name)) == known:
            return known  # nothing to write: the folder may well be read-only
        with self._locked(name):
            file = change(self.load(name) if path.exists() else None)
            write_whole(path, json.dumps(signed_trust_json(file), indent=2, ensure_ascii=False) + "\n")
            return file

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path(name).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unusable(self.folder, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        except OSError as error:
            raise _unusable(self.folder, error) from error
        finally:
            os.close(descriptor)


def _known(known: SignedTrust | None, file: SignedTrust) -> SignedTrust:
    if known is None:
        raise TrustRefusedError(
            f"{file.name} is not followed yet. Compare its root with what the federation has published elsewhere, "
            f"then: assay trust update SOURCE --pin {root_fingerprint(file)}"
        )
    return known


def _newer(known: SignedTrust | None, file: SignedTrust) -> SignedTrust:
    """Let the higher version stand: another process may have been faster, and have turned a key out meanwhile."""
    if known is not None and known.version > file.version:
        return known
    if known is not None:
        check_next(known, file)
    return file


def _beside(source: str, version: int) -> str:
    """Name a version's file in the same folder as another."""
    if is_url(source):
        return f"{source.partition('?')[0].rpartition('/')[0]}/{version}{_SUFFIX}"
    return str(Path(source).with_name(f"{version}{_SUFFIX}"))


def read_trust_file(source: str) -> bytes:
    """Read a trust file's bytes from a path or a URL. Raises TrustUnavailableError."""
    try:
        return read_small_file(source, size_max_bytes=max(TRUST_SIZE_MAX_BYTES, 1 << 20))
    except FileUnavailableError as error:
        raise TrustUnavailableError(str(error)) from error


def _unusable(folder: Path, error: OSError) -> TrustError:
    return TrustError(f"{folder}: cannot be written ({error.strerror}); name another folder in $ASSAY_STATE")
