"""A house's records without a ledger: found, searched, printed, while no node answers."""

import pytest

from mint.errors import CodeErasedError, HouseMissingError, InputError, UnknownPieceError
from mint.printing import forget_card, make_card, make_label
from mint.records import Records
from tests.fakes.office import FakeOffice
from tests.fakes.site import SiteWorld


@pytest.fixture
def office():
    world = SiteWorld()
    items = world.register(77, 3)
    office = FakeOffice(world)
    for reference, item in zip(("BAG-1", "BAG_2", "SAC-BAG"), items, strict=True):
        office.add(reference, item)
    office.items = items
    return office


def references(pieces):
    return [piece.reference for piece in pieces]


def test_a_folder_without_a_house_is_said(tmp_path):
    """Nothing is made in it."""
    with pytest.raises(HouseMissingError):
        Records.open(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_piece_is_found_by_reference_token_and_name(office):
    """As the command line finds it."""
    records, item = office.open(), office.items[0]

    assert {"BAG-1"} == {records.piece(name).reference for name in ("BAG-1", str(item.token_id), str(item))}
    with pytest.raises(UnknownPieceError):
        records.piece("BAG-99")


def test_references_are_searched_by_part(office):
    """Those that begin with it first; `_` and `%` are letters of a reference here."""
    book = office.open().book

    assert references(book.search_pieces("bag", limit=9)) == ["BAG-1", "BAG_2", "SAC-BAG"]
    assert references(book.search_pieces("_", limit=9)) == ["BAG_2"]
    assert references(book.search_pieces("%", limit=9)) == []
    assert references(book.newest_pieces(limit=2)) == ["SAC-BAG", "BAG_2"]


def test_a_card_can_be_drawn_until_its_code_is_forgotten(office):
    """The code of another key stays: it is a card that was not printed."""
    records = office.open()
    card = make_card(records, "BAG-1", "svg")

    assert make_card(records, "BAG-1", "svg").picture == card.picture
    assert not forget_card(records, "BAG-1", office.world.brand.registry.contract)
    assert make_card(records, "BAG-1", "svg").picture == card.picture
    assert forget_card(records, "BAG-1", card.address)
    with pytest.raises(CodeErasedError):
        make_card(records, "BAG-1")


def test_nothing_is_drawn_before_the_registration_is_done(office):
    """A label in a hand, and no piece on the ledger, would be a false alarm."""
    (item,) = office.world.register(99, 1)
    office.add("BAG-9", item, confirmed=False)
    with pytest.raises(InputError, match="not registered yet"):
        make_label(office.open(), "BAG-9")

    assert make_label(office.open(), "BAG-1", "svg").text.startswith("HTTPS://")
