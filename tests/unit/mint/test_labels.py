"""Labels and claim cards as they leave the printer."""

import io
import re
import stat
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from mint.labels.choices import PICTURE_FORMATS, PrintChoices
from mint.labels.claim_card import CardShape, claim_url, render_claim_card
from mint.labels.errors import LabelReadbackError, LabelSizeError, LabelTextError
from mint.labels.render import (
    DEFAULT,
    draw,
    label_layout,
    lettering_for,
    prove_png,
    prove_svg,
    prove_zpl,
    render_label,
    write_picture,
)
from mint.labels.symbol import matrix_to_path, path_to_matrix, qr_matrix
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.errors import LabelError
from provenance_schemas.labels import format_label
from verifier.images import read_labels

GTIN = "09521321000018"
SERIAL = "7KQ2M9X4T8VJ3B6NW5R1"
TEXT = format_label("id.maison.example", GTIN, SERIAL)
CAPTION = ("Maison Exemple", "Sac Num\u00e9ro Sept")
CODE = ClaimCode(bytes(range(16)))
MODULE_PX = 12


def pixels_of(png):
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture), picture.info["dpi"]


def layout_of(text, picture_format="png"):
    lettering = lettering_for(DEFAULT, picture_format)
    return label_layout(text, CAPTION, DEFAULT, picture_format, lettering), lettering


def all_text(svg):
    return [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(("host_length", "modules"), [(17, 33), (18, 37), (37, 37), (38, 41)])
def test_capitals_keep_the_symbol_small(host_length, modules):
    """Version 4 up to a 17-character host, version 5 up to 37, at error correction Q."""
    host = "m" * (host_length - 8) + ".example"

    assert (modules, modules) == qr_matrix(format_label(host, GTIN, SERIAL)).shape


def test_the_lower_case_twin_is_larger_and_says_its_own_text():
    """For readers that dislike capitals: the host as bytes, the rest still dense, so version 5 and not 6."""
    lower = format_label("id.maison.example", GTIN, SERIAL, upper=False)

    assert lower.startswith("https://id.maison.example/01/")
    assert qr_matrix(lower).shape == (37, 37)
    assert read_labels(render_label(lower)).texts == (lower,)


@pytest.mark.parametrize("caption", [(), CAPTION, ("\u00c9L\u00c8VE \u00c7A", "na\u00efve \u00f4 \u00f1 \u00e5", "3")])
def test_a_png_reads_back_and_has_its_true_size(caption):
    """600 dpi, said in the file, so that a module is 12 pixels, 0.508 mm, on paper."""
    pixels, dpi = pixels_of(png := render_label(TEXT, caption=caption))

    assert read_labels(png).texts == (TEXT,)
    assert tuple(round(value) for value in dpi) == (600, 600)
    assert 945 == pixels.shape[1] == round(40 / 25.4 * 600)
    assert DEFAULT.printed_module_mm("png") == pytest.approx(0.508)


def test_the_quiet_zone_is_white_and_the_code_never_inverted():
    """4 modules of paper on every side of the symbol, whatever the caption; ink is black."""
    pixels, _ = pixels_of(render_label(TEXT, caption=("W" * 60, "W" * 60, "W" * 60)))
    layout, _ = layout_of(TEXT)
    ink = np.where(layout.symbol, 0, 255).repeat(MODULE_PX, 0).repeat(MODULE_PX, 1)
    side, quiet = len(ink), 4 * MODULE_PX
    windows = np.lib.stride_tricks.sliding_window_view(pixels, 7 * MODULE_PX, 0)[:, round((945 - side) / 2), :]
    top = next(y for y, column in enumerate(windows) if not column.any())
    left = round((945 - side) / 2)

    assert np.array_equal(ink, pixels[top : top + side, left : left + side])
    frame = pixels[top - quiet : top + side + quiet, left - quiet : left + side + quiet].copy()
    frame[quiet:-quiet, quiet:-quiet] = 255
    assert frame.min() == 255


def test_an_svg_reads_back_and_says_what_a_person_can_type():
    """The path becomes the same modules again; the text names serial, GTIN and host in groups."""
    svg = render_label(TEXT, picture_format="svg", caption=CAPTION).decode()

    assert np.array_equal(qr_matrix(TEXT), path_to_matrix(svg))
    assert all_text(svg) == [
        "MAISON EXEMPLE",
        "Sac Num\u00e9ro Sept",
        "7KQ2 M9X4 T8VJ 3B6N W5R1",
        "GTIN  09521 32100 0018",
        "id.maison.example",
    ]
    assert "scale(0.4950)" in svg


def test_captions_are_text_and_never_markup():
    """A model's name may hold any sign; an SVG opened in a browser must not run it."""
    svg = render_label(TEXT, picture_format="svg", caption=('<script>"&',))

    assert all_text(svg)[0] == '<SCRIPT>"&'


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"caption": ("a",) * 4}, LabelTextError),
        ({"caption": ("",)}, LabelTextError),
        ({"caption": ("a" * 61,)}, LabelTextError),
        ({"caption": ("a\nb",)}, LabelTextError),
        ({"caption": ("\u65e5\u672c",)}, LabelTextError),
    ],
)
def test_what_will_not_print_is_refused(options, error):
    """Modules shops cannot scan, captions that do not fit, letters the typeface lacks."""
    with pytest.raises(error):
        render_label(TEXT, **options)


@pytest.mark.parametrize("module_mm", [0.395, 0.991])
def test_a_module_no_shop_can_scan_is_refused(module_mm):
    """Both edges of what GS1 allows, just outside."""
    with pytest.raises(LabelSizeError):
        PrintChoices(module_mm=module_mm)


@pytest.mark.parametrize("module_mm", [0.396, 0.99])
@pytest.mark.parametrize("picture_format", PICTURE_FORMATS)
def test_the_smallest_and_the_largest_module_print(module_mm, picture_format):
    """Both edges of what GS1 allows, in every format; dots never make a module smaller than that."""
    choices = PrintChoices(module_mm=module_mm)

    assert render_label(TEXT, choices=choices, picture_format=picture_format)
    assert 0.396 <= choices.printed_module_mm(picture_format) <= 0.99


def test_a_text_that_is_no_label_is_not_printed():
    """The grammar is asked first: nobody finds out at the customer's."""
    with pytest.raises(LabelError):
        render_label("HTTPS://ID.MAISON.EXAMPLE/01/09521321000018/21/7KQ2M9X4T8VJ3B6NW5R2")


@pytest.mark.parametrize("picture_format", PICTURE_FORMATS)
def test_a_picture_that_says_something_else_does_not_leave(picture_format):
    """The guard itself: a layout with another piece's symbol is caught by reading it."""
    other = format_label("id.maison.example", "09521321000025", SERIAL)
    layout, lettering = layout_of(other, picture_format)
    with pytest.raises(LabelReadbackError):
        draw(layout, TEXT, lettering, picture_format, DEFAULT)


def test_a_damaged_picture_is_noticed():
    """A blank PNG, an SVG without its path, one with a run that is not ours, and a ZPL that lost a row."""
    svg = render_label(TEXT, picture_format="svg").decode()
    zpl = render_label(TEXT, picture_format="zpl").decode()
    layout, _ = layout_of(TEXT)
    with pytest.raises(LabelReadbackError):
        prove_png(as_png(np.full((400, 400), 255, np.uint8)), layout, TEXT, DEFAULT)
    for broken in ("<svg/>", svg.replace('d="M', 'd="Q'), re.sub(r'd="[^"]*"', 'd=""', svg)):
        with pytest.raises(LabelReadbackError):
            prove_svg(broken, layout, TEXT, DEFAULT)
    for broken in ("^XA^XZ", zpl.replace(":^FS", "^FS"), zpl.replace("^GFA,", "^GFA,1")):
        with pytest.raises(LabelReadbackError, match="modules"):
            prove_zpl(broken, layout, TEXT, DEFAULT)


def as_png(pixels):
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def test_paths_and_matrices_are_each_others_inverse():
    """Random ink, a full and a nearly empty symbol."""
    rng = np.random.default_rng(3)
    for density in (0.05, 0.5, 1.0):
        matrix = rng.random((33, 33)) < density
        matrix[-1, -1] = True

        assert np.array_equal(matrix, path_to_matrix(f'<path id="symbol" d="{matrix_to_path(matrix)}"/>'))


def test_a_brands_own_typeface_is_used(tmp_path):
    """Any font file; one that is none is refused by name."""
    bad = tmp_path / "house.otf"
    bad.write_text("not a font")
    with pytest.raises(LabelTextError, match=r"house\.otf"):
        render_label(TEXT, choices=PrintChoices(font_path=bad))


@pytest.mark.parametrize("picture_format", ["png", "svg"])
def test_a_claim_card_carries_its_code_and_never_a_label(picture_format):
    """The symbol opens the claim page with the code as fragment, which browsers never send."""
    card = render_claim_card(CODE, "ID.maison.example", picture_format=picture_format, caption=CAPTION)
    url = claim_url(CODE, "id.maison.example")

    assert url == f"https://id.maison.example/claim#{CODE.symbols}"
    if picture_format == "png":
        assert read_labels(card).texts == (url,)
        assert pixels_of(card)[0].shape == (2550, 2022)
    else:
        words = " ".join(all_text(card))
        assert "  ".join(CODE.groups[:3]) in words
        assert "records you as the owner" in words
        assert "vous inscrit comme propri\u00e9taire" in words


def test_a_scratch_card_keeps_its_foil_apart():
    """The foil is a layer of its own, an outline that hides nothing, and reaches beyond symbol and code."""
    svg = render_claim_card(CODE, "id.maison.example", picture_format="svg", shape=CardShape.SCRATCH).decode()
    foil = ET.fromstring(svg).find(".//*[@id='scratch-foil']/*")
    x, y, width, height = (float(foil.get(name)) for name in ("x", "y", "width", "height"))
    across, down, scale = (float(n) for n in re.search(r"translate\((\S+) (\S+)\) scale\((\S+)\)", svg).groups())
    side = scale * len(path_to_matrix(svg))

    assert 'width="85.60mm" height="53.98mm"' in svg
    assert "grattez le panneau" in svg
    assert 'id="scratch-foil" fill="none"' in svg
    assert x + 2 <= across - 4 * scale
    assert x + width >= across + side
    assert y + 2 <= down - 4 * scale
    assert y + height - 2 >= down + side + 4 * scale


def test_a_claim_card_for_no_host_is_refused():
    """A slip in the settings would print cards that lead nowhere."""
    with pytest.raises(LabelError):
        render_claim_card(CODE, "https://id.maison.example")


def test_a_picture_is_written_whole_or_not_at_all(tmp_path):
    """Readable by its owner alone; a failed write leaves the old file and no crumbs."""
    path = tmp_path / "label.png"
    write_picture(path, b"old")
    with pytest.raises(TypeError):
        write_picture(path, "text is no bytes")

    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"old", 0o600)
    assert [path] == list(tmp_path.iterdir())
    write_picture(path, b"new")
    assert path.read_bytes() == b"new"
