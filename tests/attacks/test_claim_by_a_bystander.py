"""Somebody photographs the label of a bag in the underground, and claims it at home.

The weaker rule is that of dynamic tags and receipts: whoever shows the label first is its owner. Ours asks for the
code inside the folded card, which no bystander has seen, and for an account with a passkey.
"""

from __future__ import annotations

from provenance_schemas.claim_codes import ClaimCode
from tests.fakes.owners import Boutique


def first_to_show_the_label(owners: dict[str, str], serial: str, person: str) -> bool:
    """The weaker rule."""
    return owners.setdefault(serial, person) == person


def test_a_label_alone_claims_nothing():
    """Neither without a code, nor with one of his own making, nor with the card of another piece."""
    boutique = Boutique()
    bystander, buyer = boutique.customer("Bystander"), boutique.customer("Buyer")
    assert first_to_show_the_label({}, boutique.serial, bystander.id)
    _, other_card = boutique.another_piece(701)

    answers = [bystander.claim(code).status_code for code in ("", ClaimCode.new().symbols, other_card.symbols)]
    boutique.work()

    assert answers == [422] * 3
    assert boutique.site.desk.wishes == []
    buyer.own()
    assert boutique.parts.custody.holdings.holder_of(boutique.item) == buyer.id


def test_a_card_that_was_used_claims_nothing_more():
    """The bystander photographs the card too, an hour after its owner used it."""
    boutique = Boutique()
    buyer, bystander = boutique.customer("Buyer"), boutique.customer("Bystander")
    buyer.own()
    bystander.claim()
    boutique.work()

    assert boutique.parts.custody.holdings.holder_of(boutique.item) == buyer.id
    assert boutique.parts.custody.holdings.of_person(bystander.id) == ()
