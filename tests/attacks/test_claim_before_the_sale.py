"""A clerk opens the box in the stock room, and claims the piece before anybody has bought it.

The weaker rule looks at the code alone. Ours asks the registry whether the boutique recorded the sale, with a key
that the clerk does not have; and the contract asks again.
"""

from __future__ import annotations

from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.ids import Address
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.owners import Boutique
from tests.fakes.world import BOUTIQUE
from web.custody.acts import claim_key_of


def the_code_is_right(boutique: Boutique, code: ClaimCode) -> bool:
    """The weaker rule."""
    key: Address = claim_key_of(code, boutique.site.world.brand.registry, boutique.item)
    return boutique.site.desk.keys[boutique.item.token_id] == key


def test_a_right_code_is_refused_until_the_sale_is_recorded():
    """And works an hour later, for whoever has the card then."""
    boutique = Boutique()
    (boutique.item,) = boutique.site.world.register(702)
    boutique.site.world.settle()
    boutique.code = boutique.site.desk.give_card(boutique.item)
    clerk, buyer = boutique.customer("Clerk"), boutique.customer("Buyer")
    assert the_code_is_right(boutique, boutique.code)

    refused = clerk.claim()
    boutique.work()
    assert (refused.status_code, boutique.site.desk.wishes) == (422, [])

    boutique.site.world.record(boutique.item, EntryKind.SOLD, by=BOUTIQUE)
    boutique.site.world.settle()
    buyer.own()
    assert boutique.parts.custody.holdings.holder_of(boutique.item) == buyer.id


def test_a_wish_that_waited_through_the_return_of_a_piece_is_refused_by_the_registry():
    """Asked for while it was sold, brought when it was back in stock: the worker asks the registry, not our table."""
    boutique = Boutique()
    clerk = boutique.customer("Clerk")
    path = clerk.claim().headers["Location"]
    boutique.site.world.record(boutique.item, EntryKind.RETURNED, by=BOUTIQUE)
    boutique.site.world.settle()
    boutique.work()

    assert boutique.site.desk.wishes == []
    assert not boutique.parts.custody.holdings.is_held(boutique.item)
    assert "not recorded as sold yet" in clerk.get(path).text
