"""A piece's life in a customer's account, on real parts: house, contracts, embedded ledger, the site and its worker."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import update

from mint.actors import add_actor
from mint.adapters.keystore_signer import KeySigner, draw_key
from mint.errors import InputError
from mint.items import register_pieces
from mint.outbox import State
from mint.ownership import on_ledger
from mint.printing import make_label, print_cards
from mint.reports import report
from mint.steps import StepInput, record_steps
from mint.transfers import transfer
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.labels import parse_label
from provenance_schemas.roles import Role as ActorRole
from provenance_schemas.step_kinds import EntryKind, Status
from tests.integration.mint_house import some_house, some_piece
from web.app import create_app
from web.csrf import FIELD
from web.custody.acts import CLAIMED
from web.jobs.queue import JobState
from web.sessions import Sessions
from web.settings import read_settings
from web.store.jobs_tables import JOB
from web.store.people import Role, add_person
from web.store.sessions import SessionStore
from web.wiring import make_worker, wire

pytestmark = pytest.mark.process

HOST = "id.maison.example"
ZONE = timezone(timedelta(hours=1))
SOLD_AT = datetime(2026, 3, 2, 14, 5, 30, tzinfo=ZONE)
THEFT = "reported_stolen.theft"


class Shop:
    """One house, its site and the site's worker, all of them real."""

    def __init__(self, house, folder, environ=None):
        self.house = house
        self.folder = folder
        add_actor(house, "paris", ActorRole.BOUTIQUE, house.keys.folder.make, company="Maison Éclat Paris")
        self.settings = read_settings(environ or {}, data=house.data_dir)
        self.parts = wire(self.settings)
        self.worker = make_worker(self.settings, self.parts)
        self.app = create_app(self.parts)
        self.jobs, self.holdings = self.parts.custody.jobs, self.parts.custody.holdings

    def sell(self, reference):
        """Register a piece, print label and card, record the sale; gives the serial and the card's code."""
        register_pieces(self.house, [some_piece(self.house, reference)])
        label = parse_label(make_label(self.house, reference).text)
        ((_, card),) = print_cards(self.house, [reference], self.folder / reference)
        code = zxingcpp.read_barcodes(Image.open(card))[0].text.partition("#")[2]
        step = StepInput(subject=reference, kind=EntryKind.SOLD, happened_at=SOLD_AT, actor="paris")
        record_steps(self.house, [step])
        return label, code

    def on_ledger(self, reference):
        return on_ledger(self.house, self.house.piece(reference).token_id)

    def work(self):
        """Do everything, also what would wait for a while."""
        with self.parts.database.writing() as connection:
            connection.execute(update(JOB).where(JOB.c.state.in_(["waiting", "running"])).values(due_at=0))
        while self.worker.run_once():
            pass


class Customer:
    """One browser, signed in."""

    def __init__(self, shop, name):
        self.shop = shop
        self.client = shop.app.test_client()
        store = SessionStore(shop.parts.database)
        now_s = Sessions(store).now_s()
        with shop.parts.database.writing() as connection:
            self.person = add_person(connection, name, Role.MEMBER, "en", now_s)
        started = store.start(self.person, now_s, device="")
        self.csrf = started.session.csrf
        self.client.set_cookie("__Host-assay", started.token, domain=HOST, secure=True)

    def get(self, path):
        return self.client.get(path, base_url=f"https://{HOST}")

    def post(self, path, **form):
        return self.client.post(path, base_url=f"https://{HOST}", data={FIELD: self.csrf, **form})

    def claim(self, label, code):
        chosen = self.post("/claim", serial=label.serial, gtin=label.gtin)
        assert chosen.status_code == 303, chosen.text
        return self.post("/claim/code", code=code)

    def once(self, path):
        return re.search(r'name="once" value="([0-9a-f]+)"', self.get(path).text)[1]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    with some_house(folder / "house") as house:
        yield Shop(house, folder)


def test_a_piece_is_claimed_held_reported_recovered_and_moved_out(shop):
    """The registry says the same as the site at every step; its contract checked each signature."""
    label, code = shop.sell("BAG")
    camille = Customer(shop, "Camille")
    assert camille.claim(label, ClaimCode.new().symbols).status_code == 422
    path = camille.claim(label, code).headers["Location"]
    shop.work()

    (holding,) = shop.holdings.of_person(camille.person.id)
    assert shop.on_ledger("BAG").owner == holding.address
    assert shop.holdings.holds(camille.person.id, holding.item)
    assert [job.state for job in shop.jobs.newest([CLAIMED])] == [JobState.DONE]
    assert "Aurore 25" in camille.get(path).text

    assert (
        camille.post(f"{path}/report", what=THEFT, once=camille.once(f"{path}/report?what={THEFT}")).status_code == 303
    )
    shop.work()
    assert shop.on_ledger("BAG").status & Status.STOLEN
    assert "Reported stolen" in camille.get(path).text
    back = "report_withdrawn.recovered"
    camille.post(f"{path}/withdraw", what=back, once=camille.once(f"{path}/withdraw?what={back}"))
    shop.work()
    assert not shop.on_ledger("BAG").status & Status.STOLEN

    wallet = KeySigner(draw_key())
    shown = camille.post(f"{path}/move", address=wallet.address)
    once = re.search(r'name="once" value="([0-9a-f]+)"', shown.text)[1]
    camille.post(f"{path}/move", address=wallet.address, once=once, sure="yes")
    shop.work()
    assert shop.on_ledger("BAG").owner == wallet.address
    assert not shop.holdings.is_held(holding.item)
    assert report(shop.house, "BAG", EntryKind.REPORTED_LOST, owner=wallet)  # its owner alone signs for it now


def test_a_wish_with_a_name_is_brought_once(shop):
    """Asked again after it went through, as a worker does that was killed: the same transaction, and no refusal."""
    register_pieces(shop.house, [some_piece(shop.house, "NAMED")])
    wallet = KeySigner(draw_key())

    first, again = (transfer(shop.house, "NAMED", wallet.address, wish="one") for _ in range(2))

    assert (first.id, first.state) == (again.id, State.CONFIRMED)
    with pytest.raises(InputError, match="belongs to"):
        transfer(shop.house, "NAMED", wallet.address, wish="another")


def test_a_claim_cut_at_every_point_is_claimed_once(shop, monkeypatch):
    """Killed with the wish written down, then with the registry done and our own table not: one transaction."""
    label, code = shop.sell("CUT")
    camille = Customer(shop, "Camille")
    path = camille.claim(label, code).headers["Location"]
    house = shop.parts.open_house()
    holdings = type(shop.holdings)

    def dies(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(type(house), "carry_out", dies)
        with pytest.raises(KeyboardInterrupt):
            shop.worker.run_once()
    assert shop.on_ledger("CUT").in_stock
    with monkeypatch.context() as cut:
        cut.setattr(holdings, "held", dies)
        with pytest.raises(KeyboardInterrupt):
            shop.worker.run_once()
    assert not shop.on_ledger("CUT").in_stock
    assert "Yours since" not in camille.get(path).text
    shop.work()

    assert "Yours since" in camille.get(path).text
    token = str(shop.house.piece("CUT").token_id)
    sql = "SELECT count(*) AS count FROM intent WHERE what = 'claim' AND payload LIKE ?"
    assert shop.house.book.database.row(sql, (f"%{token}%",))["count"] == 1


def test_an_unsold_piece_and_a_used_card_are_refused_by_name(shop):
    """Before anything is signed, and by the contract where two are at it at once."""
    register_pieces(shop.house, [some_piece(shop.house, "UNSOLD")])
    unsold = parse_label(make_label(shop.house, "UNSOLD").text)
    camille, bob = Customer(shop, "Camille"), Customer(shop, "Bob")
    assert "not recorded as sold" in camille.claim(unsold, ClaimCode.new().symbols).text

    label, code = shop.sell("TWICE")
    first, late = (one.claim(label, code).headers["Location"] for one in (camille, bob))
    shop.work()

    assert "Yours since" in camille.get(first).text
    assert "This card has been used" in bob.get(late).text


def test_a_house_that_is_being_written_to_by_somebody_else_makes_a_claim_wait(shop):
    """Nothing is lost: the next try finds the house free."""
    label, code = shop.sell("BUSY")
    camille = Customer(shop, "Camille")
    path = camille.claim(label, code).headers["Location"]
    with shop.house.lock():
        assert shop.worker.run_once()
    (job,) = shop.jobs.of_subject(path.rpartition("/")[2])
    assert (job.state, job.note) == (JobState.WAITING, "DeskUnavailableError")

    shop.work()

    assert "Yours since" in camille.get(path).text


def test_the_keys_of_held_pieces_are_in_one_private_file(shop):
    """Mode 600, beside the house's own keys; the database holds none."""
    file = shop.settings.custody_key_file

    assert file.stat().st_mode & 0o077 == 0
    secret = bytes.fromhex(file.read_text().strip())
    files = b"".join(path.read_bytes() for path in shop.house.data_dir.glob("site.sqlite3*"))
    assert secret not in files
    assert secret.hex().encode() not in files
