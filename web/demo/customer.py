"""The demo's customer: signs in, checks two pieces and collects points, through the site's own pages."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from werkzeug.test import Client, TestResponse

from loyalty.points import Points
from mint.house import write_text
from web.accounts.accounts import Accounts
from web.accounts.hooks import AccountHooks
from web.app import create_app, origin_of
from web.parts import Parts
from web.store.people import Person, Role, add_person, find_person

NAME: Final = "Camille"
_FUNDS: Final = 1_000_000
_TOKEN: Final = re.compile(r'name="scan" value="([^"]+)"')
_CSRF: Final = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')


class DemoBrokenError(Exception):
    """A page of the site did not do what the tour needs. The message names it."""


@dataclass(frozen=True, slots=True)
class Way:
    """How whoever runs the demo can be the customer, too."""

    recovery_code: str
    points: int


class DemoCustomer:
    """One person, kept from one run of the demo to the next."""

    def __init__(self, parts: Parts, file: Path) -> None:
        self._parts = parts
        self._accounts = Accounts(parts.database, AccountHooks(), parts.clock)
        self._person = self._found(file)
        self._browser = Client(create_app(parts))
        self._base = origin_of(parts.hosts[0])

    def collect(self, labels: Sequence[str]) -> Way:
        """Walk through the pages as a customer does who was led here by the labels.

        1. The campaigns have points to give.
        2. A recovery code signs in: the tour has no passkey.
        3. Each label's page is opened, and its points collected.
        """
        fund(self._parts.points)  # 1.
        first, second, *_ = self._accounts.make_codes(self._person).codes
        self._sign_in(first)  # 2.
        for label in labels:
            self._collect(label)  # 3.
        balance = self._parts.points.balance(self._person.id)
        return Way(second, balance.pending + balance.available)

    def _found(self, file: Path) -> Person:
        """Find the customer of an earlier run, or make one."""
        if file.exists():
            with self._parts.database.reading() as connection:
                person = find_person(connection, str(json.loads(file.read_text("utf-8"))["person"]))
            if person is not None:
                return person
        with self._parts.database.writing() as connection:
            person = add_person(connection, NAME, Role.MEMBER, "en", int(self._parts.clock()))
        write_text(file, json.dumps({"person": person.id}))
        return person

    def _sign_in(self, code: str) -> None:
        self._expect(self._post("/sign-in/code", {"code": code}), HTTPStatus.SEE_OTHER, "signing in")

    def _collect(self, label: str) -> None:
        path = "/" + label.split("/", 3)[3]
        page = self._expect(self._browser.get(path, base_url=self._base), HTTPStatus.OK, "a label's page")
        token = _TOKEN.search(page.text)
        if token is None:
            raise DemoBrokenError("a label's page carries no token for its scan")
        csrf = _CSRF.search(page.text)
        form = {"scan": token[1], "csrf_token": csrf[1] if csrf else ""}
        answer = self._post("/points/collect", form)
        if answer.status_code not in {HTTPStatus.SEE_OTHER, HTTPStatus.OK}:
            raise DemoBrokenError(f"collecting points answered {answer.status_code}")

    def _post(self, path: str, form: dict[str, Any]) -> TestResponse:
        return self._browser.post(path, base_url=self._base, data=form, headers={"Sec-Fetch-Site": "same-origin"})

    @staticmethod
    def _expect(answer: TestResponse, status: HTTPStatus, what: str) -> TestResponse:
        if answer.status_code != status:
            raise DemoBrokenError(f"{what} answered {answer.status_code}")
        return answer


def fund(points: Points) -> None:
    """Give each campaign its points, once."""
    for campaign in points.rules.campaigns:
        points.fund(campaign, _FUNDS, f"demo-{campaign}")
