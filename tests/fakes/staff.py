"""Somebody of the house in front of a fake site, with the house's records."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import update
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from loyalty.adapters.sql_database import Database
from tests.fakes.office import FakeOffice
from tests.fakes.site import FakeSite, some_site
from verifier.answers import Answer
from web.app import create_app
from web.store.people import Role, add_person
from web.store.people_tables import SESSION
from web.store.sessions import SessionStore


class StaffVisitor:
    """Somebody of the house, signed in, with a passkey shown a moment ago."""

    def __init__(
        self, app: Flask, host: str, database: Database, *, role: Role = Role.STAFF, name: str = "Inès"
    ) -> None:
        self.app, self.host, self.database = app, host, database
        store = SessionStore(database)
        with database.writing() as connection:
            self.person = add_person(connection, name, role, "en", int(time.time()))
        started = store.start(self.person, int(time.time()), device="Firefox, Linux")
        self.session, self.token = started.session, started.token

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        return self._open("GET", path, headers)

    def post(self, path: str, fields: Mapping[str, object] | None = None, **headers: str) -> TestResponse:
        """Send a form with the session's token, as a browser does: in parts only where the form may have files.

        A file is a pair of bytes and name; a list sends a field several times.
        """
        values = MultiDict({"csrf_token": self.session.csrf})
        for name, value in (fields or {}).items():
            for each in value if isinstance(value, list) else [value]:
                values.add(name, FileStorage(io.BytesIO(each[0]), each[1]) if isinstance(each, tuple) else each)
        if not path.partition("?")[0].endswith(("/console/register", "/check")):
            kind, body = "application/x-www-form-urlencoded", urlencode(list(values.items(multi=True))).encode()
        else:
            boundary, body = encode_multipart(values)
            kind = f"multipart/form-data; boundary={boundary}"
        return self._open("POST", path, {"Content-Type": kind} | headers, body)

    def forget_step_up(self) -> None:
        """Let the passkey have been shown long ago."""
        long_ago = int(time.time()) - 3_600
        with self.database.writing() as connection:
            connection.execute(update(SESSION).where(SESSION.c.id == self.session.id).values(stepped_up_at=long_ago))

    def _open(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> TestResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        cookie = {"Host": self.host, "Cookie": f"__Host-assay={self.token}"}
        client = self.app.test_client(use_cookies=False)
        return client.open(path, method=method, base_url=f"https://{self.host}", headers=cookie | names, data=body)


def some_staff(**changes: object) -> tuple[FakeSite, FakeOffice, StaffVisitor]:
    """Make a site whose records can be opened, and somebody of the house in it."""
    site = some_site(Answer.NOT_SOLD_YET)
    office = FakeOffice(site.world)
    app = create_app(site.parts(open_records=office.open, **changes))
    return site, office, StaffVisitor(app, site.host, site.database)
