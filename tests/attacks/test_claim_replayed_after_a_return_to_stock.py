"""The first buyer gives a bag back, keeps the card, and claims the bag again once it is sold to somebody else.

The weaker rule knows one code for a piece, for ever, and forgets that it was used when the piece comes back. Ours
sets a new key with the new card: the old card and every signature it ever made stay dead.
"""

from __future__ import annotations

from provenance_schemas.step_kinds import EntryKind, Status
from tests.fakes.owners import Boutique
from tests.fakes.registry import STOCK, some_address
from tests.fakes.world import BOUTIQUE


def returned_and_sold_again(boutique):
    """Hand the piece back to the stock, draw a new card, sell it once more."""
    world, item = boutique.site.world, boutique.item
    world.registry.transfer(item, STOCK)
    world.record(item, EntryKind.RETURNED, by=BOUTIQUE)
    new_card = boutique.site.desk.give_card(item)
    world.registry.set_claim_key(item, some_address("new claim key"))
    world.record(item, EntryKind.SOLD, by=BOUTIQUE)
    world.settle()
    return new_card


def the_code_was_never_changed(boutique, code):
    """The weaker rule: it was right once, and the piece is not claimed now."""
    registry = boutique.site.world.registry
    return code == boutique.code and not registry.words(boutique.item, registry.tip).status & Status.CLAIMED


def test_an_old_card_is_dead_and_the_new_one_works():
    """For the first buyer and for whoever else photographed it."""
    boutique = Boutique()
    first, second = boutique.customer("First"), boutique.customer("Second")
    path = first.own()
    first.confirm_move(path, some_address("first's wallet"), sure="yes")
    boutique.work()
    new_card = returned_and_sold_again(boutique)
    assert the_code_was_never_changed(boutique, boutique.code)

    assert first.claim().status_code == 422
    assert second.claim(new_card.symbols).status_code == 303
    boutique.work()
    assert boutique.parts.custody.holdings.holder_of(boutique.item) == second.id


def test_a_wish_of_the_old_card_that_comes_late_is_refused():
    """Signed before the return, brought after it: the signature is of a key that is none any more."""
    boutique = Boutique()
    first = boutique.customer("First")
    path = first.claim().headers["Location"]
    returned_and_sold_again(boutique)
    boutique.work()

    assert boutique.site.desk.wishes == []
    assert "not the one of this piece" in first.get(path).text
