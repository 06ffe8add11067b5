"""Scan logs: one in memory for the verifier, and whole sites that keep a real one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask
from sqlalchemy import Table, func, select
from werkzeug.test import TestResponse

from tests.fakes.site import FakeSite, some_site
from verifier.answers import Answer
from verifier.errors import ScansUnavailableError
from verifier.policies import PHONE
from verifier.ports import ScanFacts
from verifier.service import Verification, Verifier
from web.scan.scan_log import SqlScanLog
from web.store.tables_base import METADATA

_TOKEN = re.compile(r'name="scan" value="([^"]+)"')
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class FakeScanLog:
    """A scan log that says the same of every label, or does not answer."""

    said: ScanFacts | None = field(default_factory=lambda: ScanFacts(0, ()))
    asked: int = 0

    def facts(self, commitment: bytes, at: datetime) -> ScanFacts:
        self.asked += 1
        if self.said is None:
            raise ScansUnavailableError("the scan log does not answer")
        return self.said


class ScanSite:
    """A site that keeps a scan log, and visitors who look at its one label, each from an address."""

    def __init__(self, answer: Answer = Answer.VERIFIED, *hosts: str, country_header: str = "X-Country") -> None:
        self.site: FakeSite = some_site(answer, *hosts)
        self.country_header = country_header
        self.log = SqlScanLog(self.site.database)
        self.ahead_s = 0
        """How far the site's clock is ahead of the world's."""
        self.site.verifier = Verifier(
            self.site.world.trust,
            lambda _: self.site.world.access(),
            now=lambda: self.site.world.now,
            scan_log=self.log,
        )
        self.app = self.started()

    def started(self) -> Flask:
        """Start the site's process anew: nothing of a moment ago is known any more."""
        self.app = self.site.app(clock=self.now_s, country_header=self.country_header)
        return self.app

    def now_s(self) -> float:
        return self.site.world.now.timestamp() + self.ahead_s

    def look(self, address: str = "203.0.113.7", *, path: str | None = None, **headers: str) -> TestResponse:
        """Open the label's page, as a phone does."""
        names = {"Host": self.site.host} | {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.app.test_client(use_cookies=False)
        return client.get(path or self.site.path, headers=names, environ_base={"REMOTE_ADDR": address})

    def report(self, token: str, address: str = "203.0.113.7", country: str = "", **headers: str) -> TestResponse:
        """Report a scan, as the page's script does."""
        names = {"Host": self.site.host} | SAME_ORIGIN | ({self.country_header: country} if country else {})
        names |= {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.app.test_client(use_cookies=False)
        response = client.post("/scans", data={"scan": token}, headers=names, environ_base={"REMOTE_ADDR": address})
        self.app.extensions["assay.scans"].queue.flush()
        return response

    def scan(self, address: str = "203.0.113.7", country: str = "") -> TestResponse:
        """Look at the label, and let the page report it."""
        return self.report(token_in(self.look(address).text), address, country)

    def verified(self) -> Verification:
        """Verify the label as the site does, without its memory."""
        return self.site.verifier.verify_label(self.site.label, PHONE)

    def rows(self, table: Table) -> Sequence[object]:
        with self.site.database.reading() as connection:
            return connection.execute(select(table)).mappings().all()

    def sizes(self) -> dict[str, int]:
        """Count the rows of every table of the site."""
        with self.site.database.reading() as connection:
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in METADATA.tables.items()
            }


def token_in(page: str) -> str:
    """Find the token that a verdict page reports its scan with; empty where it has none."""
    found = _TOKEN.search(page)
    return found[1] if found else ""
