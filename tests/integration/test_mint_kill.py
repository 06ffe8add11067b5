"""kill -9 in every state of the outbox: nothing lost, nothing sent twice, on the real ledger and the real disk."""

import os
import signal
from itertools import count

import pytest

from mint.desk import finish_open_jobs
from mint.house import House
from mint.identity import Maker
from mint.items import register_pieces
from mint.localnet.start import stop_localnet
from mint.outbox import State
from tests.fakes.desk import MAKER
from tests.integration.mint_house import registered_batches, some_house, some_piece
from verifier.policies import MINT_READBACK
from verifier.verdict import Level

pytestmark = pytest.mark.process

REFERENCES = (f"KILL-{number}" for number in count())
MOVES = ("plan", "published", "signed", "sent", "mined", "confirmed")
WORLD = ("send", "estimate_gas", "receipts", "final_number")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with some_house(tmp_path_factory.mktemp("house")) as house:
        yield house


def die_in_child(work, owner, method, when):
    """Fork, and let the child kill itself with SIGKILL before or after a method's first call."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the child came through without meeting the method"
        assert os.WTERMSIG(status) == signal.SIGKILL
        return
    try:
        original = getattr(owner, method)

        def fatal(*arguments, **named):
            if when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            original(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(owner, method, fatal)
        work()
    finally:
        os._exit(1)


def register_and_die(house, reference, owner, method, when):
    """Register one piece in a process of its own that ends at `method`."""

    def work():
        own = House.open(house.data_dir)
        register_pieces(own, [some_piece(own, reference)])

    die_in_child(work, owner, method, when)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", MOVES + WORLD)
def test_a_registration_killed_anywhere_is_finished_once(house, method, when):
    """The process dies by SIGKILL around each move of the outbox and each question to the node.

    Whoever opens the house next finds either nothing at all, or brings it to its end: one batch, one nonce, verified.
    """
    from mint.adapters.rpc_writer import RpcWriter
    from mint.outbox import Outbox

    owner = Outbox if method in MOVES else RpcWriter
    reference = next(REFERENCES)
    batches = registered_batches(house)
    registrar = house.identity.roles["registrar"]
    nonce = house.dispatch.ledger.nonce(registrar)
    register_and_die(house, reference, owner, method, when)

    again = House.open(house.data_dir)
    finish_open_jobs(again)
    if again.book.piece(reference) is None:
        assert (method, when) in {("plan", "before"), ("plan", "after")}  # its transaction was not committed
        register_pieces(again, [some_piece(again, reference)])

    piece = again.piece(reference)
    assert piece.state is State.CONFIRMED
    assert registered_batches(again) == batches + 1
    assert again.dispatch.ledger.nonce(registrar) == nonce + 1
    verdict = again.verifier().verify_item(again.identity.item(piece.token_id), MINT_READBACK).verdict
    assert verdict.level is Level.VERIFIED
    again.close()


def test_a_house_killed_while_it_is_set_up_deploys_nothing_twice(tmp_path):
    """Killed again and again on one folder: in the end there are two contracts, and every nonce was used once."""
    from mint.outbox import Outbox

    maker = Maker("Maison Rapide", MAKER.url, MAKER.hosts, MAKER.gtin_prefixes)
    try:
        for method, when in [("plan", "after"), ("signed", "after"), ("sent", "before"), ("mined", "after")]:
            die_in_child(lambda: House.found(tmp_path, maker), Outbox, method, when)

        house = House.found(tmp_path, maker)
        admin, actor_admin = (house.identity.roles[name] for name in ("admin", "actor-admin"))
        intents = [*house.dispatch.outbox.of_job("found:deploy"), *house.dispatch.outbox.of_job("found:grant")]

        assert {State.CONFIRMED} == {intent.state for intent in intents}
        assert len(intents) == 7
        assert (house.dispatch.ledger.nonce(admin), house.dispatch.ledger.nonce(actor_admin)) == (6, 1)
        house.close()
    finally:
        stop_localnet(tmp_path / "localnet")
