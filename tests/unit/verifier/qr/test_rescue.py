"""The second chance: symbols that zxing-cpp finds and cannot read, or does not even find."""

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.fakes.pictures import as_file, qr_picture
from verifier.image_stages import ALL_STAGES, CHEAP_STAGES, Scales
from verifier.images import read_labels
from verifier.qr import rescue as rescue_module
from verifier.qr.finders import symbols_by_finders
from verifier.qr.reader import find_codes
from verifier.qr.rescue import rescue
from verifier.qr.sighting import Unread

HOST = "id.maison.example"
TEXT = "HTTPS://ID.MAISON.EXAMPLE/01/09521321000018/21/7KQ2M9X4T8VJ3B6NW5R1"


def plenty():
    return 9.0


def label(module_px=8):
    return np.asarray(qr_picture(TEXT, module_px), np.uint8)


def tilted(pixels, degrees):
    """See it from the side, as over a counter."""
    height, width = pixels.shape
    near, far = 0.5 * np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    x = width * near * 0.4
    corners = np.float32([[x, 0], [width - x, 0], [width, height * far], [0, height * far]])
    whole = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    plane = cv2.getPerspectiveTransform(whole, corners)
    return cv2.warpPerspective(pixels, plane, (width, int(height * far)), flags=cv2.INTER_AREA, borderValue=210)


def without_a_finder(pixels):
    """A thumb on the lower left corner."""
    hidden = pixels.copy()
    height = len(hidden)
    hidden[int(height * 0.68) :, : int(height * 0.32)] = 150
    return hidden


def blurred(spread_px):
    return cv2.GaussianBlur(label(6), (0, 0), spread_px)


def stained(pixels):
    """Coffee: grey over a tenth of it."""
    return cv2.circle(pixels.copy(), (200, 130), 42, 120, -1)


def smeared(pixels, length):
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    return cv2.filter2D(pixels, -1, kernel)


HARD = {
    "out of focus and stained": lambda: cv2.GaussianBlur(stained(label(6)), (0, 0), 3.1),
    "moving and stained": lambda: smeared(stained(label(6)), 11),
    "a corner covered": lambda: without_a_finder(label(6)),
    "glare and a covered corner": lambda: cv2.circle(without_a_finder(label(6)), (170, 150), 36, 255, -1),
}


@pytest.mark.parametrize("name", HARD)
def test_what_the_cheap_stages_cannot_read_is_rescued(name):
    """Each picture is read by the last stage alone."""
    content = as_file_of(HARD[name]())
    reading = read_labels(content, budget_s=60)

    assert read_labels(content, stages=CHEAP_STAGES).texts == ()
    assert reading.texts == (TEXT,)
    assert reading.found[0].stage == ALL_STAGES[-1].name


def as_file_of(pixels):
    return as_file(Image.fromarray(pixels))


def test_finders_say_where_a_tilted_symbol_lies():
    """At sixty degrees the corners that three finders give are within a module of the true ones."""
    flat = label(8)
    pixels = tilted(flat, 60)
    found = symbols_by_finders(pixels, plenty)

    assert found
    assert found[0].version == 4
    texts = rescue(pixels, found[:3], plenty)
    assert texts == [TEXT]


def test_nothing_is_read_where_nothing_is():
    """Leather, noise, a chessboard: sightings may be many, texts are none."""
    rng = np.random.default_rng(11)
    noise = rng.integers(0, 256, (360, 480), np.uint8)
    leather = cv2.GaussianBlur(noise, (0, 0), 3)
    chess = np.kron(np.indices((24, 32)).sum(axis=0) % 2, np.ones((15, 15))).astype(np.uint8) * 255
    for pixels in (noise, leather, chess):
        assert read_labels(as_file_of(pixels), budget_s=60).texts == ()


def test_without_time_nothing_is_begun():
    """A frame of a camera has none left for this."""
    pixels = blurred(3.6)
    scales = Scales(pixels)
    for stage in CHEAP_STAGES:
        stage.read(scales, plenty)

    assert scales.unread
    assert rescue(pixels, scales.unread, lambda: 0.0) == []


def test_sightings_outside_the_picture_are_passed_over():
    """A reader's corners may lie anywhere; so may a far too small or a folded symbol."""
    pixels = label(4)
    odd = [
        Unread(np.array([[-900.0, -900], [-880, -900], [-880, -880], [-900, -880]]), 3),
        Unread(np.array([[10.0, 10], [14, 10], [14, 14], [10, 14]]), 0),
        Unread(np.array([[10.0, 10], [200, 200], [200, 10], [10, 200]]), 2),
        Unread(np.zeros((4, 2)), 1),
    ]

    assert rescue(pixels, odd, plenty) == []


def test_a_sliver_is_not_enlarged():
    """Corners along a diagonal, almost without area: the picture around them would be made enormous."""
    pixels = np.full((3000, 3000), 200, np.uint8)
    sliver = Unread(np.array([[10.0, 10], [2980, 2960], [2990, 2980], [0, 30]]), 1)

    assert rescue_module._cut_out(pixels, sliver.corners, 21) is None
    assert rescue(pixels, [sliver], plenty) == []


def test_a_sighting_keeps_its_place_when_the_picture_is_scaled():
    """The middle of the first pixel is at 0.5 before and after."""
    here = Unread(np.array([[0.0, 0], [9, 0], [9, 9], [0, 9]]), 4).scaled(2)

    assert here.corners.tolist() == [[0.5, 0.5], [18.5, 0.5], [18.5, 18.5], [0.5, 18.5]]


def test_unread_symbols_are_reported_beside_the_texts():
    """zxing-cpp says where it failed; that is where the rescue starts."""
    texts, unread = find_codes(blurred(3.6))

    assert texts == []
    assert unread
    side = np.linalg.norm(unread[0].corners[1] - unread[0].corners[0])
    assert 0.7 < side / (6 * 33) < 1.3
