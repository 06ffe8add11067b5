"""Settings, files, keys, documents and programs of a house."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from mint.checkpoint_folder import CheckpointFolder
from mint.content_audit import COPIES_MIN
from mint.content_health import read_health
from mint.identity import Identity, read_identity
from verifier.adapters.rpc_client import RpcClient
from web.backup.sealing import FOLDERS, key_files
from web.doctor.lines import Check, Line, fail, ok, warn
from web.doctor.tag_checks import look_at_tags
from web.errors import SettingsError
from web.settings import Settings, unknown_variables

MARK: Final = "custody.backed-up"
PAYS_LOW, PAYS_MIN = 500, 20
"""Transactions that the relayer can still pay for."""
_GAS_EACH: Final = 250_000
"""A claim on a first visit costs about so much."""
_CONTENT_OLD_S: Final = 8 * 86_400
_AUDIT: Final = "assay content audit --all --repair"
_SECOND_COPY: Final = "name a second copy: ASSAY_BLOCKS_COPY, ASSAY_IPFS_API or ASSAY_IPFS_GATEWAYS"
_OTHERS: Final = 0o077


def house_checks(settings: Settings, environ: Mapping[str, str], node_url: str) -> list[Check]:
    """List the checks of what lies in the folder."""
    data = settings.data
    return [
        Check("settings", lambda: _settings(settings, environ), "docs/settings.md"),
        Check("keys", lambda: look_at_keys(data), f"chmod -R go-rwx {data}/keys"),
        Check("custody", lambda: _custody(settings), "assay doctor --custody-backed-up"),
        Check("tags", lambda: look_at_tags(settings), "docs/tags.md"),
        Check("relayer", lambda: _relayer(data, node_url, settings), "send it coins"),
        Check("content", lambda: _content(data), _AUDIT),
        Check("checkpoints", lambda: look_at_checkpoints(data), "docs/trust.md"),
        Check("tools", lambda: _tools(settings), "docs/operations.md"),
    ]


def _settings(settings: Settings, environ: Mapping[str, str]) -> Iterator[Line]:
    for name, nearest in unknown_variables(environ).items():
        do = f"did you mean {nearest}?" if nearest else f"unset {name}"
        yield warn("settings", f"nobody reads the variable {name}", do)
    if stat.S_IMODE(settings.data.stat().st_mode) & _OTHERS:
        yield fail("settings", f"others can look into {settings.data}", f"chmod 700 {settings.data}")
    else:
        yield ok("settings", f"data in {settings.data}, {settings.workers} processes of {settings.threads} threads")


def look_at_keys(data: Path) -> Iterator[Line]:
    """Find keys that others can read, and roles of the house without one. No key is opened."""
    files = key_files(data)
    bad = [path for path in files if stat.S_IMODE(path.stat().st_mode) & _OTHERS]
    folders = [data / name for name in FOLDERS if (data / name).is_dir()]
    bad += [path for path in folders if stat.S_IMODE(path.stat().st_mode) & _OTHERS]
    for path in bad:
        yield fail("keys", f"others can reach {path.relative_to(data)}", f"chmod go-rwx {path}")
    names = {path.name.partition(".")[0] for path in files}
    identity = read_identity(data / "house.json")
    for role in sorted(set(identity.roles) - names - set(identity.signers)):
        yield fail("keys", f"the house has no key {role!r}, and no signer is named for it", "assay mint keys list")
    if not bad:
        yield ok("keys", f"{len(files)} files, for their owner alone")


def custody_fingerprint(path: Path) -> str:
    """Name a custody key without showing it: 16 hexadecimal digits."""
    return hashlib.sha256(b"assay/custody/mark/1" + path.read_bytes()).hexdigest()[:16]


def mark_custody(settings: Settings) -> str:
    """Note that the operator keeps a copy of this very custody key. Raises SettingsError where there is none."""
    path = settings.custody_key_file
    if not path.exists():
        raise SettingsError("ASSAY_DATA", str(settings.data), "it holds no custody key yet; the site makes it")
    mark = settings.data / MARK
    mark.write_text(custody_fingerprint(path) + "\n", "ascii")
    mark.chmod(0o600)
    return custody_fingerprint(path)


def _custody(settings: Settings) -> Iterator[Line]:
    path, mark = settings.custody_key_file, settings.data / MARK
    if not path.exists():
        yield warn("custody", "no custody key yet", "assay serve: it is made at the first start")
    elif not mark.exists() or mark.read_text("ascii").strip() != custody_fingerprint(path):
        said = (
            "nobody has said that a copy of keys/custody.key is kept elsewhere; lost, customers' pieces cannot be moved"
        )
        yield warn("custody", said, "copy it to a safe place, then: assay doctor --custody-backed-up")
    else:
        yield ok("custody", f"a copy is kept elsewhere (key {custody_fingerprint(path)})")


def _relayer(data: Path, node_url: str, settings: Settings) -> Iterator[Line]:
    if not settings.node_urls:
        yield ok("relayer", "the embedded ledger pays by itself")
        return
    identity = read_identity(data / "house.json")
    if "relayer" in identity.roles:
        yield _pays(identity, node_url)


def _pays(identity: Identity, node_url: str) -> Line:
    with closing(RpcClient(node_url)) as client:
        account = identity.roles["relayer"]
        balance = int(client.call("eth_getBalance", account, "latest"), 16)
        price = max(int(client.call("eth_gasPrice"), 16), 1)
    count = balance // (price * _GAS_EACH)
    said = f"{account} pays for about {count} more claims at today's price"
    do = f"send coins to {account}"
    if count < PAYS_MIN:
        return fail("relayer", said, do)
    return warn("relayer", said, do) if count < PAYS_LOW else ok("relayer", said)


def _content(data: Path) -> Iterator[Line]:
    health = read_health(data)
    if health is None or not health.round_ended_at:
        yield warn("content", "the documents' copies were never all looked at", _AUDIT)
        return
    age_s = time.time() - health.round_ended_at
    said = f"{health.blocks} blocks, verified copies of each: {health.copies_verified_min}"
    if health.copies_verified_min < 1:
        yield fail("content", f"{said}; a document is lost", "assay content restore FILE.car")
    elif len(health.copies) < COPIES_MIN:
        yield warn("content", f"{said}; at least {COPIES_MIN} are wanted", _SECOND_COPY)
    elif health.copies_verified_min < COPIES_MIN:
        yield warn("content", f"{said}; at least {COPIES_MIN} are wanted", _AUDIT)
    elif age_s > _CONTENT_OLD_S:
        yield warn("content", f"{said}, looked at {age_s / 86_400:.0f} days ago", _AUDIT)
    else:
        yield ok("content", said)
    if health.away:
        yield warn("content", f"copies that do not answer: {', '.join(health.away)}", "look at that node's own log")


def look_at_checkpoints(data: Path) -> Iterator[Line]:
    """Say whether checkpoints may be signed: not after restoring, until the last one is known."""
    folder = CheckpointFolder(data / "checkpoints")
    if folder.restored:
        said = "a backup was brought back: nothing is signed until it is known what was published last"
        yield warn("checkpoints", said, "assay mint checkpoint --after FILE|URL, or --after none")
        return
    last = folder.last()
    yield ok("checkpoints", f"the last is number {last.sequence}" if last else "none was signed yet")


def _tools(settings: Settings) -> Iterator[Line]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield ok("tools", f"Python {version}, process {os.getpid()}")
    if not settings.database_url.startswith("sqlite") and shutil.which("pg_dump") is None:
        yield warn("tools", "pg_dump is missing: no backup can be made", "apt install postgresql-client")
