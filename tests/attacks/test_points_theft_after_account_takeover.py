"""Somebody else's hands on an open session: a stolen cookie, a phone left on a table, a shared computer.

The weaker rule asks whether the visitor is signed in. Ours asks for the passkey again before anything that moves a
piece, shows what is secret, or changes who can come in; with the cookie alone a thief can look, and collect for the
owner.
"""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select, update

from tests.fakes.owners import Boutique
from web.store.people_tables import PASSKEY, SESSION

THIEFS_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
TAKEOVERS = {
    "another passkey": ("post", "/account/passkeys/options"),
    "new recovery codes": ("post", "/account/codes"),
    "everything that is known": ("get", "/account/data/export"),
    "the end of the account": ("post", "/account/delete"),
}


def may_act(customer) -> bool:
    """The weaker rule: whoever has the cookie is the customer."""
    return customer.get("/account").status_code == 200


@pytest.fixture
def stolen():
    """A customer with a piece, whose passkey was shown an hour ago: what the thief's browser has from now on."""
    boutique = Boutique()
    camille = boutique.customer()
    path = camille.own()
    with boutique.site.database.writing() as connection:
        connection.execute(update(SESSION).values(stepped_up_at=int(time.time()) - 3_600))
    return boutique, camille, path


@pytest.mark.parametrize(("method", "path"), TAKEOVERS.values(), ids=TAKEOVERS)
def test_a_cookie_alone_does_not_take_an_account_over(stolen, method, path):
    """Each is sent to show the passkey first, and nothing is done."""
    boutique, thief, _ = stolen
    assert may_act(thief)

    answer = getattr(thief, method)(path)
    assert answer.status_code in {302, 303, 401, 403}
    assert "/account/confirm" in answer.headers.get("Location", "/account/confirm")
    with boutique.site.database.reading() as connection:
        assert connection.execute(select(PASSKEY.c.id)).all() == []
        assert len(connection.execute(select(SESSION.c.id)).all()) == 1


@pytest.mark.parametrize("act", ["move", "report", "withdraw"])
def test_a_cookie_alone_moves_no_piece(stolen, act):
    """Neither out of the house nor into a false theft."""
    boutique, thief, path = stolen
    assert may_act(thief)
    owner = boutique.site.world.registry.words(boutique.item, boutique.site.world.registry.tip).owner

    answers = [thief.get(f"{path}/{act}"), thief.post(f"{path}/{act}", address=THIEFS_ADDRESS, once="0" * 32)]
    boutique.work()
    assert {answer.status_code for answer in answers} <= {302, 303, 401, 403}
    words = boutique.site.world.registry.words(boutique.item, boutique.site.world.registry.tip)
    assert (words.owner, words.status & 0b11) == (owner, 0)


def test_the_owner_ends_the_thiefs_session_from_another(stolen):
    """And then the cookie is nobody's."""
    boutique, thief, _ = stolen
    assert may_act(thief)
    with boutique.site.database.writing() as connection:
        connection.execute(SESSION.delete())

    assert not may_act(thief)
