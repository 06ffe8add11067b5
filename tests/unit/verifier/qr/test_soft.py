"""From soft modules to codewords: what is corrected, and what is never invented."""

import numpy as np
import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_schemas.labels import format_label, new_serial
from verifier.qr.known import known_symbols
from verifier.qr.reader import find_codes
from verifier.qr.soft import clean_picture, correct, likely_formats
from verifier.qr.symbol import LEVELS, plan_of

HOST = "id.maison.example"
LABEL = format_label(HOST, "09521321000018", "7KQ2M9X4T8VJ3B6NW5R1")


def soft_modules(text, level=LEVELS[3], mode=None):
    code = qrcode.QRCode(error_correction=level, border=0)
    code.add_data(qrcode.util.QRData(text.encode(), mode=mode) if mode else text, optimize=0)
    code.make()
    return np.where(np.array(code.get_matrix()), 1.0, -1.0).astype(np.float32), code.version


def read(modules, version, hosts=frozenset()):
    return [find_codes(clean_picture(found))[0] for found in correct(modules, version, hosts)]


@pytest.mark.parametrize("text", ["hello", LABEL, "x" * 120, "\u65e5\u672c\u8a9e", "0123456789" * 9])
@pytest.mark.parametrize("level", LEVELS)
def test_a_clean_symbol_is_drawn_again_as_it_was(text, level):
    """Every level, every kind of text: the corrected symbol is the symbol, module by module."""
    modules, version = soft_modules(text, level)
    (found,) = correct(modules, version)

    assert np.array_equal(clean_picture(found, 1)[4:-4, 4:-4] < 128, modules > 0)
    assert found.erased == 0


def test_what_is_doubtful_is_erased_and_guessed_back():
    """A spot that covers more than a hard decision can correct: reported as unsure, it is read."""
    modules, version = soft_modules(LABEL)
    spot = np.s_[12:32, 12:32]
    certain, doubtful = modules.copy(), modules.copy()
    certain[spot], doubtful[spot] = 1.0, 0.01

    assert read(certain, version) == []
    assert read(doubtful, version) == [[LABEL]]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 4]))
def test_noise_is_never_read(seed, version):
    """Modules that say nothing, under patterns that say the right thing: no text comes of it."""
    plan = plan_of(version)
    noise = np.random.default_rng(seed).uniform(-1, 1, plan.ink.shape).astype(np.float32)

    assert read(np.where(plan.ink != 0, plan.ink, noise), version) == []


def test_the_likeliest_format_comes_first():
    """With five of its bits turned it is still the likeliest; the others are tried only where they are close."""
    modules, _ = soft_modules(LABEL)
    (found,) = correct(modules, (len(modules) - 17) // 4)
    modules[8, :4] *= -0.5

    assert next(likely_formats(modules)) == (found.level, found.mask)


@pytest.mark.parametrize(("text", "mode"), [(LABEL, qrcode.util.MODE_ALPHA_NUM), (LABEL.lower(), None)])
def test_what_is_known_of_a_label_is_true_of_it(text, mode):
    """In both spellings every known bit is as drawn, and a good part of the first block is known."""
    text = text if mode else format_label(HOST, "09521321000018", new_serial(), upper=False)
    modules, version = soft_modules(text, LEVELS[1], mode or qrcode.util.MODE_8BIT_BYTE)
    (found,) = correct(modules, version)
    bits = np.unpackbits(np.frombuffer(found.codewords, np.uint8)) * 2.0 - 1
    agreeing = [known for known in known_symbols(frozenset({HOST}), version, LEVELS[1]) if np.all(bits * known >= 0)]

    assert len(agreeing) == 1
    assert int(np.abs(agreeing[0]).sum()) > 120


def test_a_known_address_reads_what_nothing_else_does():
    """The part that holds the address is gone: with the host in hand the label is read, without it is not."""
    modules, version = soft_modules(LABEL, LEVELS[0])
    plan = plan_of(version)
    known = next(known_symbols(frozenset({HOST}), version, LEVELS[0]))
    rng = np.random.default_rng(3)
    gone = np.flatnonzero(known)
    modules[tuple(plan.order[:, gone])] = rng.uniform(-0.9, 0.9, len(gone))
    other = np.setdiff1d(np.arange(plan.order.shape[1]), gone)
    some = rng.choice(other, 3, replace=False)
    modules[tuple(plan.order[:, some])] *= -0.7

    assert read(modules, version) == []
    assert [LABEL] in read(modules, version, frozenset({HOST}))
    assert read(modules, version, frozenset({"id.other-house.example"})) == []
