"""Whoever reads a log, a metric, a referrer or a link that was shared learns a label's serial, and prints the label.

The weaker rule logs each request's path and shares the page's address, as every web server and every share button
does. Ours names a request by its rule, sends no path to other sites, and shares the token, which opens no label.
"""

from __future__ import annotations

import io
import json
import logging
import re

import pytest

from tests.fakes.site import some_site
from tests.fakes.visitor import Visitor
from verifier.answers import Answer
from web.structured_log import JsonFormatter

SERIAL = re.compile(r"/21/([0-9A-Z]{20})")


@pytest.fixture
def log():
    """Everything any logger says, as it would be written."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.setFormatter(JsonFormatter())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def access_line(path: str) -> str:
    """The weaker rule: the common log format, the same that a share button puts on the clipboard."""
    return f'192.0.2.1 - - [22/Nov/2026:09:00:00 +0000] "GET {path} HTTP/1.1" 200 6021'


@pytest.mark.parametrize("answer", [Answer.VERIFIED, Answer.STOLEN, Answer.CANNOT_VERIFY, Answer.NOT_GENUINE])
def test_no_log_has_a_serial(answer, log):
    """Whatever the answer, in whichever form a person or a program asks."""
    site = some_site(answer)
    visitor = Visitor(site)
    serial = SERIAL.search(site.path)[1]
    assert serial in access_line(site.path)

    for headers in ({}, {"Accept": "application/json"}, {"Accept": "application/linkset+json"}):
        visitor.get(site.path, **headers).close()
        visitor.get(site.path.lower() + "?lang=fr", **headers).close()
    visitor.post("/scan", {"serial": serial, "gtin": "09521321000018"}).close()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert len([line for line in lines if line["log"] == "assay.request"]) >= 7
    assert serial.lower() not in log.getvalue().lower()


def test_what_is_shared_names_the_token():
    """The proof's page and everything on it: no link leads to the label, and no other site hears the path."""
    site = some_site()
    visitor = Visitor(site)
    serial = SERIAL.search(site.path)[1]
    page = visitor.get(site.path)
    assert serial in access_line(site.path)

    shared = visitor.get(f"/proof/{site.item}")
    assert shared.status_code == 200
    assert serial not in shared.text
    assert page.headers["Referrer-Policy"] in {"strict-origin", "no-referrer", "same-origin"}
    assert "noindex" in page.headers.get("X-Robots-Tag", "") + page.text
