"""Print runs: made, printed, verified, codes destroyed; forwards only, and nothing lost on the way."""

import io
import stat

import pytest
from PIL import Image

from mint.database import HouseDatabase
from mint.errors import (
    CodeErasedError,
    HouseWriteError,
    InputError,
    RunChangedError,
    RunStateError,
    UnknownPieceError,
    UnknownRunError,
)
from mint.labels.claim_card import CardShape
from mint.labels.errors import LabelFitError
from mint.labels.pdf_sheet import render_page
from mint.print_run_book import PrintRunBook, RunState, RunWish
from mint.print_run_check import Stray, StrayLabel, check_run, texts_in
from mint.print_runs import destroy_codes, draw_run, make_run, run_printed, sample_of
from mint.printing import label_text, make_label
from provenance_schemas.labels import format_label, new_serial
from tests.fakes.office import GTIN, FakeOffice
from tests.fakes.site import SiteWorld

LABELS = RunWish(stock="L7159")
CARDS = RunWish(stock="", card_shape=CardShape.SCRATCH)
BOTH = RunWish(stock="L7159", card_shape=CardShape.FOLD)


@pytest.fixture
def office():
    world = SiteWorld()
    items = world.register(77, 5)
    office = FakeOffice(world)
    for number, item in enumerate(items, 1):
        office.add(f"BAG-{number}", item)
    return office


@pytest.fixture
def desk(office):
    return office.open()


def made(desk, wish=LABELS, names=("BAG-1", "BAG-2")):
    return make_run(desk, names, wish, "ines")


def code(desk, reference):
    return desk.book.claim_key(desk.piece(reference).token_id).code


def page(desk, run, name="labels.pdf"):
    (content,) = [file.content for file in draw_run(desk, run.id) if file.name == name]
    picture = io.BytesIO()
    Image.fromarray(render_page(content, 0)).save(picture, "PNG")
    return picture.getvalue()


def state(desk, run):
    return PrintRunBook(desk.book.database).run(run.id).state


def test_a_run_goes_its_whole_way(desk):
    """Every step with the moment and the person who took it; at its end no code is left here."""
    run = made(desk, BOTH)
    pictures = [page(desk, run), page(desk, run, "cards.pdf")]
    run_printed(desk, run.id, "paul")
    check = check_run(desk, run.id, pictures, "ines")
    assert code(desk, "BAG-1") is not None
    done = destroy_codes(desk, run.id, "eve")

    assert (check.read_now, check.strays, check.missing) == (4, (), ())
    assert [(event.state, event.who) for event in done.events] == [
        (RunState.MADE, "ines"),
        (RunState.PRINTED, "paul"),
        (RunState.VERIFIED, "ines"),
        (RunState.DESTROYED, "eve"),
    ]
    assert {code(desk, "BAG-1"), code(desk, "BAG-2")} == {None}
    assert code(desk, "BAG-3") is not None
    assert [file.name for file in draw_run(desk, run.id)] == ["labels.pdf"]


def test_files_are_private_and_named_without_a_secret(desk, tmp_path):
    """In every format; the run is written down after its files."""
    make_run(desk, ["BAG-1"], BOTH, "ines", tmp_path / "a")
    make_run(desk, ["BAG-1"], RunWish("zpl", card_shape=CardShape.FOLD), "ines", tmp_path / "b")

    files = sorted((tmp_path / "a").iterdir()) + sorted((tmp_path / "b").iterdir())
    assert [path.name for path in files] == ["cards.pdf", "labels.pdf", "BAG-1.card.zpl", "BAG-1.zpl"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_run_whose_files_cannot_be_written_is_not_written_down(desk, tmp_path):
    """A full or missing folder: every code stays, and there is no run."""
    (tmp_path / "taken").write_text("a file, no folder")
    with pytest.raises(HouseWriteError):
        make_run(desk, ["BAG-1"], BOTH, "ines", tmp_path / "taken")

    assert PrintRunBook(desk.book.database).runs(limit=9) == []
    assert code(desk, "BAG-1") is not None


@pytest.mark.parametrize(
    ("names", "wish", "error"),
    [
        ((), LABELS, InputError),
        (("BAG-1", "BAG-1"), LABELS, InputError),
        (("BAG-99",), LABELS, UnknownPieceError),
        (("BAG-1",), RunWish(stock=""), InputError),
        (("BAG-1",), RunWish(stock="L4731"), LabelFitError),
        (("BAG-1",), RunWish(stock="L7159", start=25), LabelFitError),
    ],
)
def test_what_cannot_be_printed_makes_no_run(desk, names, wish, error):
    """Said before anything is kept."""
    with pytest.raises(error):
        made(desk, wish, names)

    assert PrintRunBook(desk.book.database).runs(limit=9) == []


def test_states_only_move_forward(desk):
    """Every step from every state that is not before it."""
    run = made(desk, CARDS, ["BAG-1"])
    with pytest.raises(RunStateError, match="made"):
        destroy_codes(desk, run.id, "ines")
    with pytest.raises(RunStateError):
        check_run(desk, run.id, [], "ines")
    assert code(desk, "BAG-1") is not None
    run_printed(desk, run.id, "ines")
    with pytest.raises(RunStateError):
        run_printed(desk, run.id, "ines")
    destroy_codes(desk, run.id, "ines")
    for again in (run_printed, destroy_codes):
        with pytest.raises(RunStateError):
            again(desk, run.id, "ines")
    with pytest.raises(RunStateError):
        draw_run(desk, run.id)

    assert state(desk, run) is RunState.DESTROYED
    with pytest.raises(UnknownRunError):
        run_printed(desk, 99, "ines")


def test_a_run_without_cards_has_no_codes_to_destroy(desk):
    """Said, and its state stays."""
    run = made(desk)
    run_printed(desk, run.id, "ines")
    with pytest.raises(RunStateError, match="no claim cards"):
        destroy_codes(desk, run.id, "ines")

    assert state(desk, run) is RunState.PRINTED


def test_a_run_is_given_up_explicitly(desk):
    """Its codes go although it was not printed, and nothing of it can be drawn any more."""
    run = made(desk, CARDS, ["BAG-1"])
    destroy_codes(desk, run.id, "ines", give_up=True)

    assert code(desk, "BAG-1") is None
    with pytest.raises(RunStateError, match="may be printed"):
        draw_run(desk, run.id)
    with pytest.raises(CodeErasedError):
        made(desk, CARDS, ["BAG-1"])


def test_a_code_that_was_renewed_since_stays(desk):
    """It is on no card of the run; and the run says that its card is replaced."""
    run = made(desk, CARDS, ["BAG-1"])
    token = desk.piece("BAG-1").token_id
    other = desk.identity.registry.contract
    with desk.book.database.transaction():
        (intent,) = {row["intent"] for row in desk.book.database.rows("SELECT intent FROM label LIMIT 1")}
        desk.book.add_claim_key(intent, token, other, desk.book.claim_key(token).code.new())
    with pytest.raises(RunChangedError, match="BAG-1"):
        draw_run(desk, run.id)
    run_printed(desk, run.id, "ines")
    destroy_codes(desk, run.id, "ines")

    assert desk.book.claim_key(token).address == other
    assert code(desk, "BAG-1") is not None


def test_pictures_add_up_until_all_were_seen(desk):
    """One label now, one another day; what is still missing is named by reference."""
    run = made(desk)
    run_printed(desk, run.id, "ines")
    first = check_run(desk, run.id, [make_label(desk, "BAG-1").picture], "ines")
    assert (first.run.state, first.missing) == (RunState.PRINTED, ("BAG-2",))
    second = check_run(desk, run.id, [make_label(desk, "BAG-2").picture], "ines")

    assert (second.run.state, second.missing) == (RunState.VERIFIED, ())


def test_a_label_that_is_not_of_the_run_is_named_by_its_reference(desk):
    """Another piece's, an older one of a piece, a foreign house's; never by serial, and the run is not verified."""
    run = made(desk, names=["BAG-1"])
    run_printed(desk, run.id, "ines")
    old = label_text(desk, desk.piece("BAG-1"))
    foreign = format_label("id.other.example", GTIN, new_serial())
    unknown = format_label(desk.identity.maker.hosts[0], GTIN, new_serial())
    other = label_text(desk, desk.piece("BAG-2"))
    lower = old.replace("HTTPS", "https")
    shown = [text.encode() for text in (old, foreign, unknown, other, lower, "hello")]
    found = check_run(desk, run.id, shown, "ines", read=lambda picture: [picture.decode()])

    assert sorted(found.strays, key=repr) == sorted(
        [StrayLabel(Stray.FOREIGN, "")] * 3
        + [StrayLabel(Stray.OTHER_PIECE, "BAG-2"), StrayLabel(Stray.REPLACED, "BAG-1")],
        key=repr,
    )
    assert found.run.state is RunState.PRINTED
    assert desk.book.serial(desk.piece("BAG-2").token_id) not in repr(found)
    assert check_run(desk, run.id, [b""], "ines", read=lambda _: [old]).run.state is RunState.VERIFIED


def test_a_scan_of_a_sheet_is_read_part_by_part(desk):
    """Where one look finds only some of many labels; each part holds whole labels, for they overlap."""
    run = made(desk, names=[f"BAG-{n}" for n in range(1, 6)])
    run_printed(desk, run.id, "ines")
    scan, looks = page(desk, run), []

    def short_sighted(picture):
        looks.append(picture)
        return texts_in(picture)[:2]

    check = check_run(desk, run.id, [scan], "ines", read=short_sighted)
    assert (check.run.state, check.missing) == (RunState.VERIFIED, ())
    assert len(looks) > 1


@pytest.mark.parametrize(("count", "size"), [(1, 1), (19, 19), (20, 8), (50, 8), (51, 13), (500, 50), (2000, 125)])
def test_the_sample_is_drawn_by_the_run(count, size):
    """All of a small one; else the first, the last and as many as ISO 2859-1 says, always the same."""
    sample = sample_of(count, "seed")

    assert len(sample) == size
    assert {1, count} <= sample <= set(range(1, count + 1))
    assert sample == sample_of(count, "seed")
    assert size == count or sample != sample_of(count, "other")


def test_no_secret_stands_in_the_tables(desk):
    """Only digests of what symbols say; a stranger who reads these rows can print nothing."""
    run = made(desk, BOTH)
    rows = [dict(row) for row in desk.book.database.rows("SELECT * FROM print_run_item")]
    texts = " ".join(str(value) for row in rows for value in row.values())

    assert len(rows) == len(run.items) == 4
    for name in ("BAG-1", "BAG-2"):
        assert desk.book.serial(desk.piece(name).token_id) not in texts
        assert code(desk, name).symbols not in texts
        assert code(desk, name).symbols not in repr(run)


def test_a_house_of_before_gets_the_tables(office, tmp_path):
    """A database without print runs is opened, and keeps what it had."""
    desk = office.open()
    with desk.book.database.transaction():
        for table in ("print_run_event", "print_run_item", "print_run"):
            desk.book.database.execute(f"DROP TABLE {table}")
    desk.close()
    office._records = None
    again = HouseDatabase(office.folder / "house.sqlite3")
    assert PrintRunBook(again).runs(limit=9) == []
    assert len(again.rows("SELECT * FROM piece")) == 5
    again.close()
