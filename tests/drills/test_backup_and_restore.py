"""The drill to be done before it is needed: back up while all goes on, lose everything, bring it back."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import shutil
import tarfile
import threading
import time

import pytest
from sqlalchemy.engine import make_url

from loyalty.adapters.migrating import migrate
from loyalty.adapters.sql_database import Database
from loyalty.points import Points
from loyalty.rulebook import shipped_rules
from loyalty.tables import MIGRATIONS, VERSION_TABLE
from mint.checkpoint_folder import CheckpointFolder
from mint.items import register_pieces
from mint.localnet.start import stop_localnet
from mint.lock import FolderLock
from tests.engines import engine
from tests.fakes.postgres import shared_postgres
from tests.integration.mint_house import some_house, some_piece
from web.backup import make
from web.backup.archive import MANIFEST, SEALED_KEYS
from web.backup.errors import ArchiveError, BackupBusyError, RestoreError
from web.backup.make import dump_postgres, make_backup
from web.backup.restore import restore_backup, restore_postgres
from web.backup.sealing import key_files, read_passphrase
from web.settings import read_settings

pytestmark = pytest.mark.process
PASSPHRASE = b"eleven stitches"
CAMPAIGN = shipped_rules().campaigns[0]


class Writer:
    """Gives points all the while, and notes what it was told."""

    def __init__(self, settings):
        self.database = Database.open(settings.database_url)
        migrate(self.database, MIGRATIONS, VERSION_TABLE)
        self.points = Points(self.database, shipped_rules(), time.time)
        self.heard = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self):
        for number in itertools.count():
            if self._stopping.is_set():
                return
            self.heard.append(self.points.fund(CAMPAIGN, 1, f"drill-{number}"))

    def wait_for(self, count):
        while len(self.heard) < count:
            self._stopping.wait(0.005)

    def stop(self):
        self._stopping.set()
        self._thread.join()
        self.database.close()


@pytest.fixture(scope="module")
def drill(tmp_path_factory):
    """One house, a backup that was taken while points were given, and what had been answered before it began."""
    folder = tmp_path_factory.mktemp("drill")
    data, file = folder / "house", folder / "backups" / "house.tar"
    with some_house(data) as house:
        register_pieces(house, [some_piece(house, "BAG-1")])
        settings = read_settings({"ASSAY_DATA": str(data)})
        writer = Writer(settings)
        writer.wait_for(10)
        heard = list(writer.heard)
        manifest = make_backup(settings, file, PASSPHRASE)
        writer.wait_for(len(writer.heard) + 2)
        writer.stop()
        keys = {path.relative_to(data): path.read_bytes() for path in key_files(data)}
    stop_localnet(data / "localnet")
    shutil.rmtree(data)
    return folder, file, manifest, heard, keys


def test_everything_answered_before_the_backup_is_there_after_everything_was_lost(drill):
    """Points, pieces, documents, keys: read back, played again and verified as by a stranger."""
    folder, file, _, heard, keys = drill
    restored = restore_backup(file, folder / "again", passphrase=PASSPHRASE)
    database = Database.open(f"sqlite:///{folder / 'again' / 'site.sqlite3'}")
    with database.reading() as connection:
        there = {row[0] for row in connection.exec_driver_sql("SELECT id FROM points_transfer")}
    database.close()

    assert restored.right, restored.checks
    assert {"points", "documents", "pieces"} == {check.name for check in restored.checks}
    assert "1 of 1" in next(check.said for check in restored.checks if check.name == "pieces")
    assert set(heard) <= there
    assert keys == {path.relative_to(folder / "again"): path.read_bytes() for path in key_files(folder / "again")}
    assert CheckpointFolder(folder / "again" / "checkpoints").restored
    assert {0o600} == {path.stat().st_mode & 0o777 for path in (folder / "again").rglob("*") if path.is_file()}


def test_a_backup_shows_no_key_and_is_for_its_owner_alone(drill):
    """The passphrase is the only way to them; without it they stay sealed, and the rest is restored."""
    folder, file, manifest, _, keys = drill
    content = file.read_bytes()
    restored = restore_backup(file, folder / "without")

    assert file.stat().st_mode & 0o777 == 0o600
    assert SEALED_KEYS in manifest.names()
    assert not [name for name, key in keys.items() if key.strip() in content]
    assert not restored.keys
    assert key_files(folder / "without") == []
    assert (folder / "without" / SEALED_KEYS).exists()


def test_the_wrong_passphrase_opens_nothing(drill):
    """It is said before anything is written."""
    folder, file, *_ = drill
    with pytest.raises(RestoreError, match="passphrase"):
        restore_backup(file, folder / "wrong", passphrase=b"twelve stitches")

    assert list((folder / "wrong").iterdir()) == []


def test_a_folder_that_holds_something_is_not_restored_into(drill):
    """A living house is never overwritten."""
    folder, file, *_ = drill
    (folder / "full").mkdir()
    (folder / "full" / "house.json").write_text("{}")
    with pytest.raises(RestoreError, match="not empty"):
        restore_backup(file, folder / "full")

    assert (folder / "full" / "house.json").read_text() == "{}"


def changed(file, target, change):
    """Write the archive anew, each entry as `change` gives it."""
    with tarfile.open(file) as old, tarfile.open(target, "w") as new:
        for entry in old:
            for name, content in change(entry.name, old.extractfile(entry).read()):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return target


DAMAGES = {
    "another byte": lambda name, content: [(name, content[:-1] + b"\0" if name == "house.json" else content)],
    "a part too few": lambda name, content: [] if name == "trust.json" else [(name, content)],
    "a part too many": lambda name, content: [(name, content)] + ([("x", b"")] if name == "house.json" else []),
    "a part twice": lambda name, content: [(name, content)] * (2 if name == "house.json" else 1),
    "no manifest": lambda name, content: [] if name == MANIFEST else [(name, content)],
    "a way out": lambda name, content: [
        ("../house.json" if name == "house.json" else name, content.replace(b'"house.json"', b'"../house.json"'))
    ],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_backup_that_was_changed_is_refused_before_anything_is_written(drill, damage, tmp_path):
    """Damage, a cut and a name that leads out of the folder."""
    bad = changed(drill[1], tmp_path / "bad.tar", DAMAGES[damage])
    with pytest.raises(ArchiveError):
        restore_backup(bad, tmp_path / "into")

    assert list((tmp_path / "into").iterdir()) == []


def json_part(file, name):
    """Read one entry of an archive."""
    with tarfile.open(file) as tar:
        return json.loads(tar.extractfile(name).read())


def forged(file, target, name, content, **manifest):
    """Write the archive anew with another part, and its digest in the manifest; what cannot be made is the HMAC."""
    value = json_part(file, MANIFEST)
    parts = [one for one in value["parts"] if one["name"] != name]
    if content is not None:
        parts.append({"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    value |= {"parts": parts} | manifest
    new = {name: content, MANIFEST: json.dumps(value).encode()}
    return changed(file, target, lambda one, old: [(one, new.get(one, old))] if new.get(one, old) is not None else [])


def test_who_has_no_passphrase_forges_no_backup(drill, tmp_path):
    """A manifest that was made anew, without its HMAC too, or without the sealed keys: nothing is written."""
    other = b'{"type": "assay/trust-1"}'
    forgeries = {
        "another part": forged(drill[1], tmp_path / "1.tar", "trust.json", other),
        "no tag": forged(drill[1], tmp_path / "2.tar", "trust.json", other, hmac=""),
        "no keys": forged(drill[1], tmp_path / "3.tar", SEALED_KEYS, None),
        "another date": forged(drill[1], tmp_path / "4.tar", "none", None, made_at="2030-01-01T00:00:00Z"),
    }
    for file in forgeries.values():
        with pytest.raises(ArchiveError, match="passphrase"):
            restore_backup(file, tmp_path / "into", passphrase=PASSPHRASE)

        assert list((tmp_path / "into").iterdir()) == []


def test_a_command_comes_back_only_from_a_backup_that_nobody_changed(drill, tmp_path):
    """Else whoever reaches the backups names the program that the house runs; the operator may have read it."""
    house = json_part(drill[1], "house.json")
    house["signers"] = {"relayer": {"kind": "command", "command": ["/tmp/mine"], "public_key_file": "relayer.pub"}}
    file = forged(drill[1], tmp_path / "1.tar", "house.json", json.dumps(house).encode())
    with pytest.raises(RestoreError, match=r"command to sign with \(relayer\)"):
        restore_backup(file, tmp_path / "into")
    assert list((tmp_path / "into").iterdir()) == []

    assert restore_backup(file, tmp_path / "into", accept_commands=True).right


def test_a_sparse_entry_is_no_part_of_a_backup(drill, tmp_path):
    """A line of such a file can stand for terabytes."""
    bad = tmp_path / "bad.tar"
    with tarfile.open(drill[1]) as old, tarfile.open(bad, "w") as new:
        for entry in old:
            content = old.extractfile(entry).read()
            if entry.name == "trust.json":
                entry.pax_headers = {"GNU.sparse.map": f"0,{len(content)}", "GNU.sparse.size": str(len(content))}
            new.addfile(entry, io.BytesIO(content))
    with pytest.raises(ArchiveError, match=r"trust\.json"):
        restore_backup(bad, tmp_path / "into")

    assert list((tmp_path / "into").iterdir()) == []


@pytest.mark.parametrize("part", [0.0, 0.3, 0.99])
def test_a_backup_that_broke_off_is_refused(drill, part, tmp_path):
    """As a disk that was full leaves it. What stands after the last file is padding: without it nothing is lost."""
    content = drill[1].read_bytes().rstrip(b"\0")
    (tmp_path / "cut.tar").write_bytes(content[: int(len(content) * part)])
    with pytest.raises(ArchiveError):
        restore_backup(tmp_path / "cut.tar", tmp_path / "into")


def test_a_house_in_use_is_said_and_an_older_backup_is_kept(drill, tmp_path, monkeypatch):
    """Another process holds the house's lock: nothing is made. The wait is shortened for it."""
    _folder, file, *_ = drill
    data = tmp_path / "house"
    restore_backup(file, data)
    monkeypatch.setattr(make, "LOCK_WAIT_S", 0.0)
    target = tmp_path / "kept.tar"
    target.write_bytes(b"older")
    with FolderLock(data)(), pytest.raises(BackupBusyError):
        make_backup(read_settings({"ASSAY_DATA": str(data)}), target)

    assert target.read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["house", "kept.tar"]


def test_a_passphrase_that_others_can_read_is_refused(tmp_path):
    """And one that is too short, and a file that is not there."""
    file = tmp_path / "passphrase"
    for mode, line in ((0o644, b"eleven stitches\n"), (0o600, b"short\n"), (0o600, b"")):
        file.write_bytes(line)
        file.chmod(mode)
        with pytest.raises(RestoreError):
            read_passphrase(file)
    file.write_bytes(b"eleven stitches\n")

    assert read_passphrase(file) == b"eleven stitches"


def test_a_dump_of_a_server_is_brought_into_an_empty_database_and_into_no_other(tmp_path):
    """PostgreSQL: what was given is there again and adds up; a database that holds something is refused."""
    engine("pg_dump")
    server = shared_postgres()
    urls = [server.url(server.new_database()) for _ in range(2)]
    database = Database.open(urls[0])
    migrate(database, MIGRATIONS, VERSION_TABLE)
    given = Points(database, shipped_rules(), time.time).fund(CAMPAIGN, 7, "drill")
    dump_postgres(make_url(urls[0]), tmp_path / "database.dump")
    shutil.copy(tmp_path / "database.dump", tmp_path / "again.dump")
    restore_postgres(tmp_path / "database.dump", urls[1])
    with pytest.raises(RestoreError, match="empty"):
        restore_postgres(tmp_path / "again.dump", urls[1])
    again = Database.open(urls[1])
    points = Points(again, shipped_rules(), time.time)

    assert given == points.fund(CAMPAIGN, 7, "drill")
    assert points.audit().fault is None
    assert points.audit().transfers == 1
    for one in (database, again):
        one.close()
