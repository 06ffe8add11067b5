"""A page shared but for its token: the same bytes as printed anew, and a gzip stream that anybody reads."""

from __future__ import annotations

import gzip
import random
import shutil
import subprocess
import zlib

import pytest

from web.scan.scan_tokens import LENGTH
from web.scan.shared_page import MARK, SharedPage

TOKEN = "".join(random.Random(7).choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", k=LENGTH))
TEXT = "<p>Maison Éclat, sac Aurore 25: une pièce unique.</p>\n" * 40
PAGES = {
    "the token in the middle": TEXT + MARK + TEXT,
    "the token first": MARK + TEXT,
    "the token last": TEXT + MARK,
    "no token": TEXT,
    "two tokens": TEXT + MARK + TEXT + MARK + TEXT,
    "longer than a window": TEXT * 40 + MARK + TEXT * 40,
    "nothing else": MARK,
}


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
def test_the_stream_is_the_page_with_its_token(html):
    """Whatever stands before and after; checked by zlib and by its sums."""
    page = SharedPage(html, 200)
    expected = html.replace(MARK, TOKEN).encode()

    assert expected == page.plain(TOKEN)
    assert expected == gzip.decompress(page.gzipped(TOKEN))


def test_two_visitors_get_two_tokens_in_one_page():
    """Nothing of the first one's is left in the second one's."""
    page = SharedPage(PAGES["the token in the middle"], 200)
    other = TOKEN[::-1]
    page.gzipped(TOKEN)

    assert other.encode() in gzip.decompress(page.gzipped(other))
    assert TOKEN.encode() not in gzip.decompress(page.gzipped(other))


def test_the_stream_is_as_small_as_the_page_compressed_whole():
    """What comes after the token still refers to what came before it."""
    page = SharedPage(PAGES["the token in the middle"], 200)
    whole = zlib.compress(PAGES["the token in the middle"].replace(MARK, TOKEN).encode(), 9)

    assert len(page.gzipped(TOKEN)) <= len(whole) + 80


def test_a_reference_never_points_into_the_token():
    """Whatever follows it, the very token too: only its own bytes may be used, for the next token differs."""
    after = TOKEN + "x" * LENGTH + "\0" * LENGTH + " " * LENGTH + TEXT
    page = SharedPage(TEXT + MARK + after, 200)
    for token in (TOKEN, TOKEN[::-1]):
        assert (TEXT + token + after).encode() == gzip.decompress(page.gzipped(token))


@pytest.mark.skipif(shutil.which("gzip") is None, reason="gzip is not installed")
def test_another_implementation_reads_the_stream():
    """Not only the library it was written with."""
    packed = SharedPage(PAGES["two tokens"], 200).gzipped(TOKEN)
    read = subprocess.run(["gzip", "-dc"], input=packed, capture_output=True, check=True)

    assert PAGES["two tokens"].replace(MARK, TOKEN).encode() == read.stdout


def test_a_page_without_a_token_takes_an_empty_one():
    """Where there is nothing to report."""
    assert TEXT.encode() == gzip.decompress(SharedPage(TEXT, 503).gzipped(""))
