"""What staff have begun to write is kept whole, once, and by its writer alone."""

import pytest

from tests.fakes.database import some_database
from web.store.drafts import (
    DRAFT_AGE_MAX_S,
    DRAFTS_MAX,
    DraftChange,
    DraftKind,
    Drafts,
    DraftState,
    ForeignDraftError,
    NewPhoto,
    TooManyDraftsError,
    hand_over,
)
from web.store.people import Role, add_person

pytestmark = pytest.mark.usefixtures("each_engine")

NOW = 1_800_000_000
ID = "a" * 32


@pytest.fixture
def drafts():
    return Drafts(some_database())


@pytest.fixture
def ines(drafts):
    with drafts.database.writing() as connection:
        return add_person(connection, "Inès", Role.STAFF, "fr", NOW).id


def photo(name, place=0):
    return NewPhoto(place, name.encode(), name.encode().ljust(32, b"."), 40, 30)


def change(person, draft_id=ID, **changes):
    return DraftChange(draft_id, person, DraftKind.REGISTER, changes.pop("fields", {"name": "Aurore"}), **changes)


def test_a_form_sent_twice_is_kept_once(drafts, ines):
    """A reload sends it again, photos and all."""
    for _ in range(2):
        kept = drafts.keep(change(ines, photos=[photo("front"), photo("back")]), NOW)

    assert len(kept.photos) == 2
    assert len(drafts.of_person(ines, DraftKind.REGISTER)) == 1


def test_photos_stay_until_they_are_left_out(drafts, ines):
    """A second sending brings no file, as browsers do not fill in files again."""
    first = drafts.keep(change(ines, photos=[photo("front"), photo("back")]), NOW)
    front, back = first.photos
    second = drafts.keep(change(ines, alts={front.id: "The front"}, dropped=[back.id]), NOW + 1)

    assert [(one.id, one.alt) for one in second.photos] == [(front.id, "The front")]
    assert drafts.photo(ID, front.id) == b"front"
    assert drafts.photo(ID, back.id) is None


def test_a_mark_has_one_photo(drafts, ines):
    """The new one takes the place of the old."""
    drafts.keep(change(ines, photos=[photo("old", 2)]), NOW)
    kept = drafts.keep(change(ines, photos=[photo("new", 2)]), NOW)

    assert [drafts.photo(ID, one.id) for one in kept.photos] == [b"new"]


def test_nobody_writes_into_the_draft_of_another(drafts, ines):
    """And nothing of the try is kept."""
    kept = drafts.keep(change(ines), NOW)
    with drafts.database.writing() as connection:
        other = add_person(connection, "Paul", Role.STAFF, "fr", NOW).id
    with pytest.raises(ForeignDraftError):
        drafts.keep(change(other, fields={"name": "Mine now"}, photos=[photo("x")]), NOW)

    assert drafts.find(ID) == kept


def test_what_is_being_recorded_is_not_changed(drafts, ines):
    """The public must read what somebody looked at; a refusal opens it again."""
    drafts.keep(change(ines, photos=[photo("front")]), NOW)
    with drafts.database.writing() as connection:
        hand_over(connection, ID, "b" * 32)
    with pytest.raises(ForeignDraftError):
        drafts.keep(change(ines), NOW)
    assert not drafts.drop(ID, ines)
    drafts.release(ID)

    assert drafts.keep(change(ines), NOW).state is DraftState.OPEN
    assert drafts.find(ID).job_id == "b" * 32


def test_what_is_recorded_lets_its_photos_go(drafts, ines):
    """They are published; the draft itself still names what was asked for."""
    drafts.keep(change(ines, photos=[photo("front")]), NOW)
    drafts.recorded(ID)
    kept = drafts.find(ID)

    assert (kept.state, kept.photos, kept.fields) == (DraftState.DONE, (), {"name": "Aurore"})


def test_drafts_have_an_end(drafts, ines):
    """Nobody fills the disk, and what nobody touched for three months goes."""
    for number in range(DRAFTS_MAX):
        drafts.keep(change(ines, f"{number:032x}"), NOW)
    with pytest.raises(TooManyDraftsError):
        drafts.keep(change(ines, "f" * 32), NOW)
    drafts.keep(change(ines, "f" * 32), NOW + DRAFT_AGE_MAX_S + 1)

    assert len(drafts.of_person(ines, DraftKind.REGISTER)) == 1


def test_a_draft_can_be_deleted_by_its_writer(drafts, ines):
    """By nobody else."""
    drafts.keep(change(ines), NOW)

    assert not drafts.drop(ID, "c" * 32)
    assert drafts.drop(ID, ines)
    assert drafts.find(ID) is None
