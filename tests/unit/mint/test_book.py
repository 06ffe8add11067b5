"""The house's book: which label and claim key are in force, and what is forgotten for good."""

from datetime import UTC, datetime

import pytest

from mint.book import Book, NewPiece
from mint.database import HouseDatabase
from mint.outbox import Outbox
from mint.ports import Receipt, SignedTransaction
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.keccak import keccak256
from provenance_schemas.labels import new_serial
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.database import some_place
from tests.fakes.desk import CONTRACT, STOCK, some_intent

TOKEN = (7 << 32) + 1


@pytest.fixture
def book(tmp_path, each_engine):
    database = HouseDatabase(some_place(tmp_path / "house.sqlite3"))
    yield Book(database)
    database.close()


def planned(book, key):
    return Outbox(book.database).plan([some_intent(key, job=key, drafts=())])[0]


def confirm(book, intent):
    outbox = Outbox(book.database)
    raw = intent.key.encode()
    outbox.signed(intent, "0xa", 0, 1, (1, 1), lambda nonce: SignedTransaction(raw, keccak256(raw)))
    outbox.sent(intent)
    outbox.mined(intent, Receipt(b"h", True, 1, b"b", 1, None))
    outbox.confirmed(intent)


def registered(book, reference="BAG-1", token_id=TOKEN, *, confirmed=True):
    intent = planned(book, f"register:{reference}")
    piece = NewPiece(
        reference, token_id, "09521321000018", "Aurore", bytes(32), CONTRACT, new_serial(), ClaimCode.new()
    )
    with book.database.transaction():
        book.add_pieces(intent.id, [piece])
    if confirmed:
        confirm(book, intent)
    return piece, intent


def test_a_new_label_counts_once_the_ledger_has_it(book):
    """Before that the old one must stay printable: nobody could verify the new one."""
    piece, _ = registered(book)
    replacement = planned(book, "replace")
    with book.database.transaction():
        book.add_label(replacement.id, TOKEN, "NEW")

    assert piece.serial == book.serial(TOKEN)
    confirm(book, replacement)
    assert book.serial(TOKEN) == "NEW"


def test_a_piece_that_is_not_confirmed_has_no_label_yet(book):
    """A label printed for a registration that then fails would be a forgery of our own."""
    registered(book, confirmed=False)

    assert None is book.serial(TOKEN)


def test_a_reference_is_taken_from_the_moment_it_is_planned(book):
    """Two commands in a row cannot register it twice."""
    registered(book, confirmed=False)

    assert list(book.known(["BAG-1", "BAG-2"])) == ["BAG-1"]


def test_a_reference_whose_registration_failed_is_free_again(book):
    """It changed nothing on the ledger."""
    _, intent = registered(book, confirmed=False)
    Outbox(book.database).failed(intent, "refused")

    assert book.known(["BAG-1"]) == {}
    registered(book, token_id=TOKEN + 5)
    assert book.piece("BAG-1").token_id == TOKEN + 5


def test_a_forgotten_code_is_in_no_file_of_the_house(tmp_path):
    """Not in free pages, not in the log: whoever takes the disk finds no code. Of a server nobody can say that."""
    book = Book(HouseDatabase(tmp_path / "house.sqlite3"))
    piece, _ = registered(book)
    files = [tmp_path / "house.sqlite3", tmp_path / "house.sqlite3-wal"]
    assert any(piece.code.secret in path.read_bytes() for path in files)

    book.forget_codes([TOKEN])

    assert not any(piece.code.secret in path.read_bytes() for path in files if path.exists())
    key = book.claim_key(TOKEN)
    assert (key.code, key.is_leaf, key.address) == (None, True, CONTRACT)


def test_a_renewed_claim_key_replaces_the_leaf_once_confirmed(book):
    """The tree keeps the old leaf: proofs of the other pieces are built of it."""
    registered(book)
    renewal = planned(book, "renew")
    code = ClaimCode.new()
    with book.database.transaction():
        book.add_claim_key(renewal.id, TOKEN, STOCK, code)
    assert book.claim_key(TOKEN).is_leaf

    confirm(book, renewal)

    key = book.claim_key(TOKEN)
    assert (STOCK, False, code) == (key.address, key.is_leaf, key.code)
    assert book.leaf_addresses(7) == [CONTRACT]


def test_a_voided_step_is_not_what_later_ones_must_follow(book):
    """A wrong date was voided: the right one may be earlier."""
    intent = planned(book, "steps")
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    with book.database.transaction():
        book.add_step(intent.id, b"a", "token", EntryKind.SHIPPED, early)
        book.add_step(intent.id, b"b", "token", EntryKind.RECEIVED, late)
    assert late == book.last_happened(["token"])

    with book.database.transaction():
        book.forget_step(b"b")

    assert early == book.last_happened(["token"])


def test_secrets_do_not_show_in_logs(book):
    """`repr` of a piece or key gives neither serial nor code."""
    piece, _ = registered(book)

    assert piece.serial not in repr(piece)
    assert piece.code.symbols not in repr(book.claim_key(TOKEN))


def test_pieces_are_listed_by_the_bytes_of_their_reference_whatever_the_servers_locale(book):
    """A list that is read page by page must not leave out or repeat what a locale would sort elsewhere."""
    references = ["a-1", "B-1", "É-1", "b-1", "A-1"]
    for number, reference in enumerate(references):
        registered(book, reference, TOKEN + number)
    pages = [book.pieces(limit=2, after=after)[0].reference for after in ("", "A-1", "B-1", "a-1", "b-1")]

    assert sorted(references) == pages
    assert {"B-1", "b-1"} == {piece.reference for piece in book.search_pieces("B", limit=10)}
