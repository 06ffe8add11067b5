"""What brand staff write: every broken row is named with its file, row, field and what to do."""

import json

import pytest
from PIL import Image

from mint.errors import InputError
from mint.registration_input import FIELDS, read_pieces
from provenance_schemas.document_parts import Attribute, Place
from provenance_schemas.passports import Dimensions, Material
from tests.fakes.desk import MAKER

ROW = {
    "reference": "BAG-1",
    "gtin": "09521321000018",
    "name": "Aurore 25, noir",
    "model": "Aurore 25",
    "category": "handbag",
    "country": "FR",
    "description": "A hand-stitched bag.",
    "materials": "Calf leather:FR:92,5|Brass:IT:7.5",
    "marks": "Eleven stitches|Blue lining|Stamp A25",
    "images": "front.png=The front",
}


@pytest.fixture
def folder(tmp_path):
    Image.new("RGB", (40, 30), "navy").save(tmp_path / "front.png")
    Image.new("RGB", (40, 30), "navy").save(tmp_path / "front.gif")
    (tmp_path / "text.jpg").write_text("not a picture")
    return tmp_path


def as_json(folder, *rows):
    path = folder / "pieces.json"
    path.write_text(json.dumps(rows), "utf-8")
    return read_pieces(path, MAKER)


def as_csv(folder, text):
    path = folder / "pieces.csv"
    path.write_text(text, "utf-8")
    return read_pieces(path, MAKER)


def test_a_csv_row_becomes_a_piece(folder):
    """A short GTIN is padded, a decimal comma read, lists cut at the bar."""
    header = (
        "reference;gtin;name;model;category;country;description;materials;marks;images;"
        "facility;facility_city;width_mm;attributes"
    )
    row = (
        "BAG-1;9521321000018;Aurore;Aurore 25;handbag;FR;A bag.;Calf leather:FR:92,5|Brass;One|Two|Three;front.png;"
        "Atelier Pantin;Pantin;250;Colour=Noir"
    )

    parsed = as_csv(folder, f"{header}\n{row}\n")
    (piece,) = parsed.pieces

    assert (piece.gtin, parsed.rows, parsed.faults) == ("09521321000018", (2,), ())
    assert (Material("Calf leather", "FR", 92.5), Material("Brass")) == piece.materials
    assert Place("Atelier Pantin", "Pantin") == piece.facility
    assert Dimensions(width_mm=250) == piece.dimensions
    assert (Attribute("Colour", "Noir"),) == piece.attributes
    assert piece.images[0].alt == "Aurore"


def test_json_may_say_more_of_each_part(folder):
    """Marks with a French text and a picture of their own."""
    mark = {"text": "Stamp", "text_fr": "Poinçon", "image": {"file": "front.png", "alt": "The stamp"}}

    parsed = as_json(folder, ROW | {"marks": ["One", "Two", mark], "quantity": 24})
    (piece,) = parsed.pieces

    assert parsed.faults == ()
    assert piece.marks[2].text_fr == "Poinçon"
    assert len(list(piece.files())) == 2
    assert [one.reference for one in piece.each()][::23] == ["BAG-1-001", "BAG-1-024"]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"reference": ""}, "reference", "is missing"),
        ({"reference": "BAG 1"}, "reference", "is no reference"),
        ({"gtin": "09521321000019"}, "gtin", "its last digit should be 8"),
        ({"gtin": "4006381333931"}, "gtin", "begin with 0952132"),
        ({"gtin": "abc"}, "gtin", "product list"),
        ({"country": "France"}, "country", "two capitals"),
        ({"category": "Hand bag"}, "category", "lower-case word"),
        ({"production_date": "2026-13-40"}, "production_date", "a date"),
        ({"name": "x" * 121}, "name", "at most 120"),
        ({"name": "bad\u202ename"}, "name", "invisible"),
        ({"name": "bad\ud800name"}, "name", "half a surrogate pair"),
        ({"marks": "One|Two"}, "marks", "at least 3"),
        ({"marks": "1|2|3|4|5|6"}, "marks", "at most 5"),
        ({"materials": ""}, "materials", "at least 1"),
        ({"materials": "Silk:FR:lots"}, "materials", "not a number"),
        ({"images": ""}, "images", "at least 1"),
        ({"images": "missing.png"}, "images", "No such file"),
        ({"images": "\x00.png"}, "images", "no file can have this name"),
        ({"images": "\ud800.png"}, "images", "no file can have this name"),
        ({"images": "text.jpg"}, "images", "text.jpg"),
        ({"images": "front.gif"}, "images", "JPEG, PNG or WebP"),
        ({"external_url": "javascript:alert(1)"}, "external_url", "https://"),
        ({"quantity": "0"}, "quantity", "from 1"),
        ({"quantity": "2.5"}, "quantity", "from 1"),
        ({"weight_g": "-1"}, "dimensions", "grams"),
        ({"attributes": "Colour"}, "attributes", "trait=value"),
        ({"weight_g": float("nan")}, "dimensions", "not a JSON number"),
        ({"attributes": {"Weight": float("inf")}}, "attributes", "not a JSON number"),
        ({"facility_city": "Pantin"}, "facility.name", "is missing"),
        ({"colour": "noir"}, "colour", "is not a field"),
        ({"name": ["a"]}, "name", "must be a text"),
    ],
)
def test_a_broken_row_is_named_with_its_field_and_what_to_do(folder, change, field, words):
    """One fault a row; the row before it is good."""
    parsed = as_json(folder, ROW, ROW | {"reference": "BAG-2"} | change)

    assert [piece.reference for piece in parsed.pieces] == ["BAG-1"]
    (fault,) = parsed.faults
    assert ("pieces.json", 2, field) == (fault.source, fault.row, fault.field)
    assert words in str(fault)


ODD = (
    None,
    True,
    0,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    10**30,
    "",
    "\x00",
    "x\ud800",
    "\x1b[31m",
    "\u202e",
    "e\u0301",
)
ODD_PARTS = (
    [],
    [None],
    [1],
    [[]],
    ["\x00"],
    {},
    {"": ""},
    {"x": 1},
    {"file": "\x00"},
    [{"file": 1}],
    [{"text": ["a"]}],
)


@pytest.mark.parametrize("field", FIELDS)
def test_whatever_stands_in_a_field_the_file_is_read_to_its_end(folder, field):
    """Every field with every odd value: a piece or a fault, never a crash."""
    for value in (*ODD, *ODD_PARTS, "x" * 5000, {"name": "x", "latitude": float("inf"), "longitude": 1}):
        parsed = as_json(folder, ROW | {field: value}, ROW | {"reference": "BAG-2"})

        assert parsed.pieces[-1].reference == "BAG-2"
        assert len(parsed.pieces) == 2 or {1} == {fault.row for fault in parsed.faults}


def test_all_broken_rows_are_told_at_once(folder):
    """Nobody wants to find them one by one."""
    parsed = as_json(folder, *[ROW | {"reference": f"BAG-{n}", "gtin": "09521321000019"} for n in range(30)])

    assert len(parsed.faults) == 30
    assert list(range(1, 31)) == [fault.row for fault in parsed.faults]


@pytest.mark.parametrize(("first", "second"), [("BAG-1", "BAG-1"), ("X-002", "X")])
def test_a_reference_stands_once_in_a_file(folder, first, second):
    """Also against one that a quantity makes."""
    rows = [ROW | {"reference": first}, ROW | {"reference": second, "quantity": 3 if second == "X" else 1}]

    (fault,) = as_json(folder, *rows).faults

    assert (fault.row, fault.field) == (2, "reference")
    assert "row 1" in fault.reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "must be an object"),
        (b"[]", "one object, or a list"),
        (b"{", "not JSON"),
        (b'{"name": 1, "name": 2}', "stands twice"),
        (b"[" * 100_000, "nested deeper"),
    ],
)
def test_a_file_that_is_no_list_of_rows_is_refused_as_a_whole(folder, content, words):
    """With its name."""
    path = folder / "pieces.json"
    path.write_bytes(content)

    with pytest.raises(InputError, match=words):
        read_pieces(path, MAKER)


def test_a_csv_row_with_a_cell_too_many_is_a_fault(folder):
    """A comma in a text without quotes shifts every field after it."""
    text = "reference,gtin,name\nBAG-1,09521321000018,Aurore, noir\n"

    (fault,) = as_csv(folder, text).faults

    assert (fault.row, fault.reason) == (2, "has 4 cells, the header has 3")


def test_a_header_that_names_a_column_twice_is_refused(folder):
    """One of the two would silently win."""
    with pytest.raises(InputError, match="each once"):
        as_csv(folder, "reference,reference\n1,2\n")


def test_a_file_that_is_not_there_is_an_input_error(folder):
    """With the system's reason."""
    with pytest.raises(InputError, match="No such file"):
        read_pieces(folder / "absent.csv", MAKER)
