"""A curious rival, or a thief, wants to know who owns which piece, and what else that person owns.

The weaker rule keeps a customer's pieces at the customer's one address: whoever knows the owner of one bag knows the
owner of all of them. Ours holds each piece at a fresh address, and no page that others may open names a person.
"""

from __future__ import annotations

import pytest

from tests.fakes.owners import Boutique

OTHERS = ("/pieces/1", "/pieces/2", "/pieces/999999", "/pieces/none")


def pieces_at(registry, items, address):
    """The weaker rule's owner list: everything at one address belongs to one person."""
    return [item for item in items if registry.words(item, registry.tip).owner == address]


@pytest.fixture
def owned():
    """Two pieces of one customer, and the pages of the first."""
    boutique = Boutique()
    camille = boutique.customer("Camille Delacroix")
    path = camille.own()
    second, code = boutique.another_piece(4711)
    camille.choose(boutique.site.world.serials[second.token_id])
    camille.type_code(code.symbols)
    boutique.work()
    boutique.site.world.settle()
    return boutique, camille, path, (boutique.item, second)


def test_two_pieces_of_one_customer_lead_to_each_other_nowhere(owned):
    """On the chain, which everybody reads."""
    boutique, camille, _, items = owned
    registry = boutique.site.world.registry
    addresses = [registry.words(item, registry.tip).owner for item in items]
    one_address = [pieces_at(registry, items, addresses[0]) for _ in items]
    assert {boutique.parts.custody.holdings.holder_of(item) for item in items} == {camille.id}
    assert one_address[0], "the weaker rule's list is what an explorer of the chain shows"

    assert addresses[0] != addresses[1]
    assert pieces_at(registry, items, addresses[0]) == [items[0]]


def test_the_pages_of_a_piece_are_for_its_holder(owned):
    """For everybody else they are not there, whichever they are: the answer tells nothing."""
    boutique, camille, path, _ = owned
    rival = boutique.customer("Rival")
    assert camille.get(path).status_code == 200

    heard = {(page.status_code, len(page.data) // 100) for page in map(rival.get, (path, *OTHERS[2:]))}
    assert {status for status, _ in heard} == {404}
    assert boutique.stranger().get(path).status_code in {302, 303, 401, 403, 404}


def test_no_page_that_others_may_open_names_a_person(owned):
    """Verdict, proof, bundle, certificate: of the token, never of whoever holds it."""
    boutique, camille, _, items = owned
    item, rival = items[0], boutique.customer("Rival")
    token = f"{item.chain_id}/{item.contract}/{item.token_id}"
    label = f"/01/09521321000018/21/{boutique.serial}"
    for path in (label, f"/proof/{item}", f"/certificates/{token}.pdf", f"/bundles/{token}.assay.zip"):
        content = rival.get(path).data
        for name in (b"Camille", b"Delacroix", camille.id.encode()):
            assert name not in content, path
