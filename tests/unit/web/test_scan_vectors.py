"""The vectors that the scan page's scripts share with the site, held against the site."""

import dataclasses
import json
from pathlib import Path

import pytest

from provenance_schemas import crockford
from provenance_schemas.errors import LabelError
from provenance_schemas.labels import SERIAL_LENGTH, normalise_serial
from tests.fakes.world import some_world
from verifier.trust import TrustRegistry
from web.scan.lookup import LookupRefusedError, label_in_text

VECTORS = Path(__file__).parents[2] / "vectors"
SCANNED = json.loads((VECTORS / "scanned_texts.json").read_text("utf-8"))
SERIALS = json.loads((VECTORS / "serials.json").read_text("utf-8"))["serials"]
TRUST = TrustRegistry((dataclasses.replace(some_world().brand, hosts=tuple(SCANNED["hosts"])),))


def answer_to(text):
    """Give the site's answer to a scanned text in the form of the vectors."""
    try:
        label = label_in_text(text, TRUST)
    except LookupRefusedError as refused:
        host = {"host": refused.host} if refused.host else {}
        return {"text": text, "answer": refused.refusal.value} | host
    return {"text": text, "answer": "label", "host": label.host, "gtin": label.gtin, "serial": label.serial}


@pytest.mark.parametrize("vector", SCANNED["texts"], ids=range(len(SCANNED["texts"])))
def test_a_scanned_text_means_the_same_to_the_site_and_to_the_camera(vector):
    """The camera follows only what the site would; tests/e2e/test_scan_page.py holds the script to the same file."""
    assert vector == answer_to(vector["text"])


@pytest.mark.parametrize("vector", SERIALS, ids=range(len(SERIALS)))
def test_a_typed_serial_means_the_same_to_the_site_and_to_the_page(vector):
    """What the page calls right is taken, what it calls wrong is refused."""
    typed = crockford.normalise(vector["typed"])
    wrong = crockford.stranger(typed.symbols)

    assert vector["symbols"] == typed.symbols
    assert vector.get("character") == (None if wrong is None else typed.symbols[wrong])
    assert (vector["answer"] == "fits") is is_taken(vector["typed"])
    if vector["answer"] in {"short", "long"}:
        assert (len(typed.symbols) > SERIAL_LENGTH) is (vector["answer"] == "long")


def is_taken(typed):
    """Say whether the site takes what was typed."""
    try:
        normalise_serial(typed)
    except LabelError:
        return False
    return True
