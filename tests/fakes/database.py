"""Real databases for tests, each in a file of its own: the schema is made once a test run, then copied."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from loyalty.adapters.migrating import migrate
from loyalty.adapters.sql_database import Database
from loyalty.tables import MIGRATIONS, VERSION_TABLE
from web.store.schema import prepare


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="assay-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def _template() -> Path:
    file = _folder() / "template.sqlite3"
    database = Database.open(f"sqlite:///{file}")
    prepare(database)
    migrate(database, MIGRATIONS, VERSION_TABLE)
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.close()  # the last connection folds the write-ahead log into the file
    return file


def some_database(file: Path | None = None) -> Database:
    """Make an empty database of the newest schema; without a file, one that ends with the test run."""
    if file is None:
        file = Path(tempfile.mkdtemp(dir=_folder())) / "site.sqlite3"
    shutil.copy(_template(), file)
    return Database.open(f"sqlite:///{file}")
