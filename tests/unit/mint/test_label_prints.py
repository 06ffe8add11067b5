"""What a label must survive between printer and phone, and what is refused because it would not."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mint.labels.choices import PrintChoices
from mint.labels.errors import LabelInkError, LabelLogoError, LabelReadbackError, LabelSizeError
from mint.labels.ink import Inks
from mint.labels.logo import SHARE, covered_codewords, logo_side_max, place_logo
from mint.labels.proof import prove_layout, prove_prints
from mint.labels.raster import draw_pixels, symbol_px
from mint.labels.render import label_layout, lettering_for, render_label
from mint.labels.simulated_print import SIMULATIONS, Patch, SimulatedPrint
from mint.labels.substrates import DEMANDS, Substrate
from mint.labels.symbol import anatomy_of, qr_matrix
from mint.labels.zpl import pixels_to_zpl, zpl_to_pixels
from provenance_schemas.labels import format_label
from verifier.images import read_labels

GTIN = "09521321000018"
TEXT = format_label("id.maison.example", GTIN, "7KQ2M9X4T8VJ3B6NW5R1")
PX_PER_MM = 24.0


def crop(module_mm, ecc="Q", quiet=4, matrix=None):
    """A symbol as pixels, of modules of any size."""
    matrix = qr_matrix(TEXT, ecc) if matrix is None else matrix
    px = round(module_mm * PX_PER_MM)
    return np.where(np.pad(matrix, quiet), 0, 255).astype(np.uint8).repeat(px, 0).repeat(px, 1), px / module_mm


def failing(module_mm, substrate=Substrate.PAPER, inks=None, **changes):
    """Name the simulations that do not bring the text back."""
    pixels, px_per_mm = crop(module_mm, DEMANDS[substrate].ecc, **changes)
    printed = SimulatedPrint(Patch(pixels, px_per_mm, inks or Inks()), DEMANDS[substrate], TEXT)
    return {one.name for one in SIMULATIONS if read_labels(printed.photograph(one)).texts != (TEXT,)}


def logo_png(size=(300, 200)):
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((10, 10, size[0] - 10, size[1] - 10), fill="black")
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize("substrate", Substrate)
def test_the_smallest_module_of_a_substrate_survives_everything(substrate):
    """At its own error correction, in every simulation."""
    assert failing(DEMANDS[substrate].module_min_mm, substrate) == set()


def test_a_module_that_the_ink_closes_fails():
    """Fabric at paper's smallest module: threads widen every edge until no light module is left."""
    assert "ink_spread" in failing(0.396, Substrate.FABRIC)
    assert failing(0.396, Substrate.PAPER) == set()


def test_a_module_too_small_for_a_lens_fails():
    """Half of GS1's smallest, out of focus."""
    assert "out_of_focus" in failing(0.2)


def test_too_little_contrast_fails():
    """Pale grey on white drowns in the sensor's noise."""
    assert failing(0.495, inks=Inks("#f4f4f4", "#ffffff")) == {one.name for one in SIMULATIONS}


def test_a_logo_that_covers_too_much_fails():
    """Half of the symbol's side: more than error correction brings back."""
    matrix = qr_matrix(TEXT)
    matrix[8:25, 8:25] = False

    assert failing(0.495, matrix=matrix) == {one.name for one in SIMULATIONS}


def test_a_missing_quiet_zone_fails():
    """Ink that reaches into the four modules around the symbol is measured, whatever a decoder makes of it."""
    choices = PrintChoices()
    lettering = lettering_for(choices, "png")
    layout = label_layout(TEXT, ("Maison",), choices, "png", lettering)
    pixels = draw_pixels(layout, lettering, 600).copy()
    prove_layout(pixels, 600 / 25.4, layout, TEXT, choices, "png")
    left, top, module = symbol_px(layout, 600)
    pixels[top - 2 * module : top - module, left : left + 9 * module] = 0
    with pytest.raises(LabelReadbackError, match=r"modules|quiet_zone"):
        prove_layout(pixels, 600 / 25.4, layout, TEXT, choices, "png")
    with pytest.raises(LabelReadbackError, match="quiet_zone"):
        prove_layout(pixels[:, left:], 600 / 25.4, layout, TEXT, choices, "png")


def test_a_wrong_module_is_measured():
    """One module turned over is no reading error; it is not the symbol that was meant."""
    choices = PrintChoices()
    lettering = lettering_for(choices, "png")
    layout = label_layout(TEXT, (), choices, "png", lettering)
    pixels = draw_pixels(layout, lettering, 600).copy()
    left, top, module = symbol_px(layout, 600)
    y, x = top + 12 * module, left + 12 * module
    pixels[y : y + module, x : x + module] = 255 - pixels[y : y + module, x : x + module]
    with pytest.raises(LabelReadbackError, match="modules"):
        prove_layout(pixels, 600 / 25.4, layout, TEXT, choices, "png")


def test_the_simulation_that_failed_is_named():
    """Whoever prints learns what to change."""
    pixels, px_per_mm = crop(0.396, "H")
    with pytest.raises(LabelReadbackError) as caught:
        prove_prints(pixels, px_per_mm, TEXT, PrintChoices(substrate=Substrate.FABRIC), "png")

    assert caught.value.simulation == "ink_spread"


def test_the_same_label_gives_the_same_photographs():
    """A release that was refused is refused again; another label is seen from elsewhere."""
    pixels, px_per_mm = crop(0.495)
    shots = [
        SimulatedPrint(Patch(pixels, px_per_mm), DEMANDS[Substrate.PAPER], text).photograph(SIMULATIONS[0])
        for text in (TEXT, TEXT, TEXT + "x")
    ]

    assert shots[0] == shots[1] != shots[2]


@pytest.mark.parametrize(
    ("substrate", "module_mm"), [(Substrate.LEATHER, 0.494), (Substrate.FABRIC, 0.659), (Substrate.ENGRAVED, 0.494)]
)
def test_a_substrate_refuses_what_it_cannot_hold(substrate, module_mm):
    """And says why."""
    with pytest.raises(LabelSizeError, match=DEMANDS[substrate].why):
        PrintChoices(substrate=substrate, module_mm=module_mm)


@pytest.mark.parametrize(
    ("ink", "paper", "words"),
    [
        ("#ffffff", "#000000", "not darker"),
        ("#808080", "#808080", "not darker"),
        ("#b8b8b8", "#ffffff", "contrast"),
        ("#c00000", "#ffffff", "contrast"),
        ("black", "#ffffff", "#1a2b3c"),
    ],
)
def test_inks_no_reader_can_tell_apart_are_refused(ink, paper, words):
    """Inverted, equal, pale, or red, which shop scanners light away."""
    with pytest.raises(LabelInkError, match=words):
        PrintChoices(inks=Inks(ink, paper))


@pytest.mark.parametrize("picture_format", ["png", "pdf", "svg"])
def test_a_coloured_label_reads(picture_format):
    """Dark blue on cream, proved with the reflectances these have."""
    choices = PrintChoices(inks=Inks("#10204a", "#f6efdf"))

    assert render_label(TEXT, picture_format=picture_format, choices=choices)


@pytest.mark.parametrize(("side", "ecc"), [(33, "Q"), (37, "Q"), (41, "H"), (45, "H")])
def test_a_symbols_anatomy_is_that_of_the_standard(side, ecc):
    """Each codeword has its eight modules, and every block as many codewords as the standard gives it."""
    anatomy = anatomy_of(side, ecc)
    counts = np.bincount(anatomy.codeword[anatomy.codeword >= 0])

    assert set(counts) == {8}
    assert len(counts) == len(anatomy.block)
    assert anatomy.function[6].all()
    assert not anatomy.codeword[anatomy.function].max() >= 0


def test_a_codeword_is_where_the_anatomy_says():
    """Damage up to what every block corrects still reads; one codeword more in one block does not."""
    matrix, anatomy = qr_matrix(TEXT), anatomy_of(33, "Q")
    of_first = [place for place, block in enumerate(anatomy.block) if block == 0]

    def damaged(count):
        wrong = np.isin(anatomy.codeword, of_first[:count])
        return read_labels(as_png(crop(0.495, matrix=matrix ^ wrong)[0])).texts

    assert damaged(anatomy.corrects[0]) == (TEXT,)
    assert damaged(anatomy.corrects[0] + 1) == ()


def as_png(pixels):
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize(("side", "ecc"), [(33, "Q"), (37, "Q"), (41, "Q"), (41, "H")])
def test_a_logo_leaves_two_thirds_of_what_corrects(side, ecc):
    """In every block; one ring more would take too much. It covers no pattern."""
    most, corrects = logo_side_max(side, ecc), anatomy_of(side, ecc).corrects
    too_many = covered_codewords(side, ecc, most + 2)

    assert most >= 3
    assert all(n <= c // SHARE for n, c in zip(covered_codewords(side, ecc, most), corrects, strict=True))
    assert any(n > c // SHARE for n, c in zip(too_many, corrects, strict=True))


def test_a_larger_logo_is_refused_with_what_there_is_room_for():
    """Also where a pattern stands in the very middle, and a file that is no PNG."""
    matrix = qr_matrix(TEXT)
    most = logo_side_max(33, "Q")
    with pytest.raises(LabelLogoError, match=f"can spare {most} by {most}"):
        place_logo(matrix, "Q", logo_png(), most + 1)
    with pytest.raises(LabelLogoError, match="no room"):
        place_logo(np.zeros((45, 45), np.bool_), "H", logo_png())
    for content in (b"GIF89a", logo_png()[:60], b"\x89PNG" + bytes(3 * 2**20)):
        with pytest.raises(LabelLogoError):
            place_logo(matrix, "Q", content)


@pytest.mark.parametrize("picture_format", ["png", "svg", "pdf", "zpl"])
def test_a_label_with_a_logo_reads_in_every_format(picture_format):
    """And its logo is in it: the middle differs from the label without one."""
    choices = PrintChoices(logo=logo_png())

    assert render_label(TEXT, picture_format=picture_format, choices=choices) != render_label(
        TEXT, picture_format=picture_format
    )


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_a_thermal_printer_burns_whole_dots(dpi):
    """The dots that were read back are those that were drawn, at every resolution; a module is never below GS1's."""
    choices = PrintChoices(module_mm=0.396, dpi=dpi)
    lettering = lettering_for(choices, "zpl")
    layout = label_layout(TEXT, ("Maison É",), choices, "zpl", lettering)
    burnt = zpl_to_pixels(render_label(TEXT, picture_format="zpl", choices=choices, caption=("Maison É",)).decode())

    assert np.array_equal(burnt < 128, draw_pixels(layout, lettering, dpi) < 128)
    assert layout.module_mm * dpi / 25.4 == pytest.approx(round(layout.module_mm * dpi / 25.4))
    assert layout.module_mm >= 0.396


def test_zpl_and_pixels_are_each_others_inverse():
    """Runs of every length, repeated rows, empty rows and full ones, widths that are no multiple of eight."""
    rng = np.random.default_rng(5)
    for width in (1, 7, 8, 9, 812, 4000):
        pixels = np.where(rng.random((12, width)) < 0.3, 0, 255).astype(np.uint8)
        pixels[3:6], pixels[7] = pixels[2], 255
        pixels[9], pixels[11] = 0, 255

        assert np.array_equal(pixels, zpl_to_pixels(pixels_to_zpl(pixels)))
