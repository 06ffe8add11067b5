"""What we know of QR symbols, held to the symbols that a library draws."""

import numpy as np
import pytest
import qrcode

from verifier.qr.symbol import LEVELS, MASKS, blocks_of, format_places, format_words, mask_of, plan_of, side_of


def drawn(version, level, mask, text="A"):
    code = qrcode.QRCode(version=version, error_correction=level, border=0, mask_pattern=mask)
    code.add_data(text)
    code.make(fit=False)
    return code, np.array(code.get_matrix())


@pytest.mark.parametrize("version", [1, 2, 6, 7, 14, 25, 40])
def test_every_fixed_module_is_as_drawn(version):
    """Patterns are where the plan says and of its colour; data are everywhere else but in format and version."""
    plan = plan_of(version)
    _, matrix = drawn(version, LEVELS[2], 3)
    fixed = plan.ink != 0

    assert np.array_equal(matrix[fixed], plan.ink[fixed] > 0)
    assert not (fixed & plan.data).any()
    reserved = ~fixed & ~plan.data
    assert int(reserved.sum()) == 30 + (36 if version >= 7 else 0)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("mask", MASKS)
def test_the_format_stands_where_it_is_drawn(level, mask):
    """Both copies, all 15 bits, for each of the 32 formats."""
    _, matrix = drawn(3, level, mask)
    word = next(bits for known, turn, bits in format_words() if (known, turn) == (level, mask))

    for copy in format_places(side_of(3)):
        assert np.array_equal(matrix[tuple(copy)], word > 0)


@pytest.mark.parametrize("version", [1, 5, 7, 10, 22])
@pytest.mark.parametrize("level", LEVELS)
def test_codewords_are_read_back_in_their_order(version, level):
    """Unmasked and in reading order the modules are the codewords as the library interleaves them."""
    code, matrix = drawn(version, level, 5, "M.EX/1")
    plan = plan_of(version)
    count = sum(len(block.at) for block in blocks_of(version, level))
    bits = (matrix[tuple(plan.order)] ^ mask_of(version, 5))[: count * 8]

    assert np.packbits(bits).tolist() == list(code.data_cache)
    assert sorted(place for block in blocks_of(version, level) for place in block.at) == list(range(count))
