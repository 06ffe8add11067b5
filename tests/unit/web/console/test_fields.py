"""What staff type becomes the row that mint reads, and every fault finds its field again."""

import pytest
from PIL import Image

from mint.errors import Fault, FaultKind
from mint.registration_input import parse_pieces
from mint.step_input import parse_steps
from tests.fakes.desk import MAKER
from web.console.fields import (
    REGISTER_FIELDS,
    STEP_FIELDS,
    FieldFault,
    Wrong,
    filled_marks,
    place_fault,
    registration_row,
    step_row,
    typed,
)

GOOD = {
    "reference": "BAG-1",
    "gtin": "0952 1321 0000 18",
    "name": "Aurore 25, noir",
    "model": "Aurore 25",
    "category": "Handbag",
    "country": "fr",
    "description": "A hand-stitched bag.\r\nLined in silk.",
    "material_2_name": "Calf leather",
    "material_2_country": "fr",
    "material_2_share": "92,5",
    "mark_1_text": "Eleven stitches",
    "mark_2_text": "Blue lining",
    "mark_2_text_fr": "Doublure bleue",
    "mark_4_text": "Stamp A25",
    "width_mm": "250",
    "quantity": "1",
}
PHOTO = "0" * 32 + ".jpg"


@pytest.fixture
def folder(tmp_path):
    Image.new("RGB", (40, 30), "navy").save(tmp_path / PHOTO)
    return tmp_path


def parsed(folder, changes, marks=()):
    fields = typed(GOOD | changes, REGISTER_FIELDS)
    row = registration_row(fields, [(PHOTO, "The front")], dict(marks))
    return fields, parse_pieces([(1, row)], MAKER, source="form", folder=folder)


def test_a_draft_that_lacks_a_field_of_this_release_is_read(folder):
    """Drafts are kept for weeks: what they do not know is empty, as if nobody had typed it."""
    draft = {"material_1_name": "Calf leather", "mark_1_text_fr": "Doublure bleue"}
    row = registration_row(draft, [], {1: PHOTO})

    assert row["materials"] == [{"name": "Calf leather", "origin_country": "", "share_percent": ""}]
    assert row["marks"] == [{"text": "", "text_fr": "Doublure bleue", "image": {"file": PHOTO, "alt": ""}}]


def test_every_kind_of_fault_is_one_of_the_form(folder):
    """What mint finds in a row has words here: a new kind is added to both, or fails here."""
    kinds = [place_fault(Fault("form", 1, "name", "", kind=kind), {}).kind for kind in FaultKind]

    assert [kind.value for kind in FaultKind] == [kind.value for kind in kinds]


def test_a_form_becomes_a_piece(folder):
    """Rows left empty between others are left out, and what has one meaning is forgiven."""
    _, found = parsed(folder, {}, {4: PHOTO})
    (piece,) = found.pieces

    assert found.faults == ()
    assert (piece.gtin, piece.country, piece.category) == ("09521321000018", "FR", "handbag")
    assert piece.description == "A hand-stitched bag.\nLined in silk."
    assert [(m.name, m.origin_country, m.share_percent) for m in piece.materials] == [("Calf leather", "FR", 92.5)]
    assert [mark.text_fr for mark in piece.marks] == [None, "Doublure bleue", None]
    assert piece.marks[2].image is not None
    assert piece.marks[2].image.alt == "Stamp A25"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"reference": "BAG 1"}, FieldFault("reference", Wrong.REFUSED)),
        ({"gtin": "09521321000019"}, FieldFault("gtin", Wrong.CHECK_DIGIT, "8")),
        ({"gtin": "4006381333931"}, FieldFault("gtin", Wrong.FOREIGN_GTIN, "0952132")),
        ({"gtin": "12"}, FieldFault("gtin", Wrong.REFUSED)),
        ({"name": ""}, FieldFault("name", Wrong.MISSING)),
        ({"name": "x" * 121}, FieldFault("name", Wrong.REFUSED)),
        ({"country": "France"}, FieldFault("country", Wrong.REFUSED)),
        ({"category": "sac à main"}, FieldFault("category", Wrong.REFUSED)),
        ({"production_date": "2026-13-01"}, FieldFault("production_date", Wrong.REFUSED)),
        ({"external_url": "http://x.example"}, FieldFault("external_url", Wrong.REFUSED)),
        ({"facility_city": "Pantin"}, FieldFault("facility", Wrong.MISSING)),
        ({"facility": "Atelier", "facility_country": "France"}, FieldFault("facility_country", Wrong.REFUSED)),
        ({"material_2_name": ""}, FieldFault("material_2_name", Wrong.MISSING)),
        ({"material_2_country": "France"}, FieldFault("material_2_country", Wrong.REFUSED)),
        ({"material_2_share": "most"}, FieldFault("material_2_share", Wrong.NOT_A_NUMBER)),
        ({"material_2_share": "101"}, FieldFault("material_2_share", Wrong.REFUSED)),
        ({"mark_2_text": ""}, FieldFault("mark_2_text", Wrong.MISSING)),
        ({"mark_4_text": "x" * 301}, FieldFault("mark_4_text", Wrong.REFUSED)),
        ({"mark_2_text_fr": "x" * 301}, FieldFault("mark_2_text_fr", Wrong.REFUSED)),
        ({"mark_4_text": ""}, FieldFault("marks", Wrong.REFUSED)),
        ({"width_mm": "wide"}, FieldFault("width_mm", Wrong.NOT_A_NUMBER)),
        ({"width_mm": "-1"}, FieldFault("width_mm", Wrong.REFUSED)),
        ({"quantity": "0"}, FieldFault("quantity", Wrong.REFUSED)),
    ],
)
def test_every_fault_is_said_at_the_field_it_is_about(folder, changes, fault):
    """The rules are mint's own; only the names are the form's."""
    fields, found = parsed(folder, changes)

    assert [fault] == [place_fault(one, fields) for one in found.faults]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"at": ""}, FieldFault("at", Wrong.MISSING)),
        ({"at": "yesterday"}, FieldFault("at", Wrong.NOT_A_TIME)),
        ({"place_city": "Tokyo"}, FieldFault("place", Wrong.MISSING)),
        ({"place": "Ginza", "place_latitude": "north"}, FieldFault("place_latitude", Wrong.NOT_A_NUMBER)),
        ({"what": "celebrated:house"}, FieldFault("what", Wrong.REFUSED)),
    ],
)
def test_a_step_says_its_faults_at_their_fields_too(folder, changes, fault):
    """As above, for a step."""
    sent = {"what": "sold:boutique", "at": "2026-11-02T10:30", "zone": "+01:00"} | changes
    fields = typed(sent, STEP_FIELDS)
    found = parse_steps([(1, step_row(fields, "330712481792"))], source="form", folder=folder)

    assert [fault] == [place_fault(one, fields) for one in found.faults]


def test_a_form_is_cut_to_its_own_fields_and_to_a_length():
    """Whatever else is sent is not kept, and no field grows without end."""
    fields = typed({"name": "x" * 10_000, "serial": "SECRET"}, ("name", "model"))

    assert (list(fields), len(fields["name"]), fields["model"]) == (["name", "model"], 4_001, "")


def test_a_mark_with_nothing_but_a_photo_is_a_mark():
    """Its missing text is then asked for, rather than its photo lost."""
    assert filled_marks({"mark_1_text": "One"}, [3]) == [1, 3]
