"""A supplier names addresses inside the house's network in a document, or a label does, and lets the house fetch them.

The weaker rule fetches what the metadata names: pictures, certificates, a page of the model, a gateway in the URL.
Ours fetches blocks by their content id, from the places that the operator named, and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

import pytest
import rfc8785

from provenance_schemas.ids import BatchId, ItemId
from provenance_schemas.labels import label_commitment
from tests.fakes.documents import CONTRACT, GTIN
from tests.fakes.registry import FakeRegistry
from tests.fakes.site import some_site
from tests.fakes.street import street, todays_genesis_s
from tests.fakes.visitor import Visitor
from tests.fakes.world import CHAIN_ID, BagWorld, furnish, some_serial
from verifier.verdict import Code, Outcome


class Inside:
    """A service inside the house's network: it does what whoever reaches it asks for."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.url = ""


@contextmanager
def inside() -> Iterator[Inside]:
    service = Inside()

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            service.reached.append(str(self.client_address))  # a connection is enough, whatever is said on it
            super().setup()

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Keep the test's output to itself."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fetched(url: str) -> int:
    """The weaker rule: what a document names is fetched."""
    with urlopen(url, timeout=10) as answer:
        return answer.status


class PointingInside(BagWorld):
    """A brand whose passports name an address inside: as the model's page, or where a picture should be."""

    def __init__(self, url: str, *, as_picture: bool) -> None:
        self._url, self._as_picture = url, as_picture
        super().__init__(FakeRegistry(CHAIN_ID, CONTRACT, todays_genesis_s()))

    def register(self, batch: int, count: int = 1, **changes: object) -> list[ItemId]:
        """Write the documents without the maker's own checks, as whoever attacks does."""
        items = [BatchId(CHAIN_ID, CONTRACT, batch).item(index) for index in range(count)]
        opened = [label_commitment(GTIN, some_serial(str(item))) for item in items]
        written = [self._pointing(self.passport(*each).to_json()) for each in zip(items, opened, strict=True)]
        return super().register(batch, count, passports=written, **changes)

    def _pointing(self, document: dict) -> bytes:
        changes = {"image": self._url} if self._as_picture else {"external_url": self._url}
        return rfc8785.dumps(document | changes)


@pytest.mark.parametrize("as_picture", [False, True], ids=["the model's page", "a picture"])
def test_what_a_document_names_is_not_fetched(as_picture):
    """The command line asks its node and its gateway alone; an address where a content id belongs is no passport."""
    with inside() as service:
        assert fetched(f"{service.url}/admin") == 200
        assert service.reached
        service.reached.clear()
        url = service.url.replace("http:", "https:") + "/admin"
        with street(furnish(PointingInside(url, as_picture=as_picture))) as seen:
            said = seen.verify(seen.world.bag_label)

    assert said.outcome(Code.PASSPORT_VALID) is (Outcome.FAILED if as_picture else Outcome.PASSED)
    assert service.reached == []


def test_what_a_label_names_is_not_fetched():
    """A label of a host inside is somebody else's label, for the command line and for the site."""
    visitor = Visitor(some_site())
    with inside() as service, street() as seen:
        label = seen.world.bag_label.replace("ID.MAISON.EXAMPLE", service.url.removeprefix("http://"))
        label = label.replace("HTTPS:", "HTTP:")
        assert fetched(label.replace("HTTP:", "http:")) == 200
        assert service.reached
        service.reached.clear()

        assert seen.verify(label).exit_code != 0
        for path in (
            f"/ipfs/{service.url}",
            f"/ipfs/bafkqaaa/{service.url}",
            f"/?gateway={service.url}&node={service.url}",
        ):
            visitor.get(path)
        for field in ("serial", "text", "label", "photo"):
            visitor.post("/scan", {field: service.url})
    assert service.reached == []
