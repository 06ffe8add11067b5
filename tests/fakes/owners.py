"""Customers with cards: a fake site whose worker works on demand, and visitors who claim and report."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from werkzeug.test import TestResponse

from mint.lock import FolderLock
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.ids import ItemId
from tests.fakes.pieces import some_sold_piece
from tests.fakes.site import FakeSite, some_site
from web.csrf import FIELD
from web.custody.handlers import Claimed, PieceJobs
from web.jobs.worker import Worker
from web.sessions import Sessions
from web.store.people import Person, Role, add_person
from web.store.sessions import SessionStore

HOST = "id.maison.example"
HTTPS = f"https://{HOST}"
_ONCE = re.compile(r'name="once" value="([0-9a-f]+)"')


class Boutique:
    """A site with pieces that were just sold, their labels and their cards."""

    def __init__(self, **parts: object) -> None:
        self.site: FakeSite = some_site()
        self.parts = self.site.parts(**parts)
        self.app = self.site.app(**parts)
        self.told: list[Claimed] = []
        handlers = PieceJobs(self.site.desk, self.parts.custody, [self.told.append]).handlers()
        lock = FolderLock(Path(tempfile.mkdtemp(dir=self.folder)))
        self.worker = Worker(self.parts.custody.jobs, handlers, lock)
        self.item = some_sold_piece(self.site.world)
        self.code = self.site.desk.give_card(self.item)

    @property
    def folder(self) -> Path:
        """Where the site's database is; it ends with the test run."""
        return Path(self.site.database.engine.url.database or "").parent

    @property
    def serial(self) -> str:
        """What the label says."""
        return self.site.world.serials[self.item.token_id]

    def another_piece(self, batch: int, *, with_card: bool = True) -> tuple[ItemId, ClaimCode | None]:
        """Sell one more piece."""
        item = some_sold_piece(self.site.world, batch)
        return item, self.site.desk.give_card(item) if with_card else None

    def work(self) -> None:
        """Do everything that is due."""
        while self.worker.run_once():
            pass

    def customer(self, name: str = "Camille", *, language: str = "en") -> Customer:
        """Let somebody in who has an account."""
        return Customer(self, name, language)

    def stranger(self) -> Customer:
        """Let somebody in who has none."""
        return Customer(self, "", "en")


class Customer:
    """One browser, signed in with a passkey a moment ago, or not at all."""

    def __init__(self, boutique: Boutique, name: str, language: str) -> None:
        self.boutique = boutique
        self.client = boutique.app.test_client()
        self.person: Person | None = None
        self.csrf = ""
        if name:
            self._sign_in(name, language)

    @property
    def id(self) -> str:
        """Name the person."""
        assert self.person is not None, "a stranger"
        return self.person.id

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=HTTPS, headers=headers)

    def post(self, path: str, **form: str) -> TestResponse:
        """Send a form."""
        return self.client.post(path, base_url=HTTPS, data={FIELD: self.csrf, **form})

    def choose(self, serial: str | None = None) -> TestResponse:
        """Type the label."""
        boutique = self.boutique
        return self.post("/claim", serial=boutique.serial if serial is None else serial, gtin="09521321000018")

    def claim(self, code: str | None = None) -> TestResponse:
        """Type the label, then the card's hidden code."""
        self.choose()
        return self.type_code(code)

    def type_code(self, code: str | None = None) -> TestResponse:
        """Type the code for the piece chosen before."""
        return self.post("/claim/code", code=self.boutique.code.symbols if code is None else code)

    def own(self) -> str:
        """Claim the boutique's piece; gives the address of its page."""
        path = self.claim().headers["Location"]
        self.boutique.work()
        return path

    def confirm(self, path: str, **form: str) -> TestResponse:
        """Open the page of an act as the form leads to it, and send what it shows."""
        query = "&".join(f"{name}={value}" for name, value in form.items())
        page = self.get(f"{path}?{query}")
        once = _ONCE.search(page.text)
        assert once, page.status
        return self.post(path, once=once[1], **form)

    def confirm_move(self, path: str, address: str, **form: str) -> TestResponse:
        """Type an address, and send what the page then shows."""
        once = _ONCE.search(self.post(f"{path}/move", address=address).text)
        assert once, "no address to be confirmed"
        return self.post(f"{path}/move", address=address, once=once[1], **form)

    def _sign_in(self, name: str, language: str) -> None:
        database = self.boutique.site.database
        store = SessionStore(database)
        now_s = Sessions(store).now_s()
        with database.writing() as connection:
            self.person = add_person(connection, name, Role.MEMBER, language, now_s)
        started = store.start(self.person, now_s, device="")
        self.client.set_cookie("__Host-assay", started.token, domain=HOST, secure=True)
        self.csrf = started.session.csrf
