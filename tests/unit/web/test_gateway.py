"""The gateway: the Trustless Gateway specification, request by request."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from provenance_schemas.car import read_car
from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.dag_pb import Kind, UnixFs, encode_node
from provenance_schemas.errors import ContentError
from provenance_schemas.unixfs import Layout, add_directory, add_file
from tests.fakes.store import MemoryStore
from verifier.errors import ContentUnavailableError
from web.gateway.answers import WHOLE_MAX_BYTES
from web.gateway.blueprint import make_gateway_blueprint

RAW_TYPE = "application/vnd.ipld.raw"
CAR_TYPE = "application/vnd.ipld.car"
SMALL = Layout(chunk_bytes=10, width=3)


class Site:
    """A gateway over a store in memory: a directory with a document, a chunked file and a folder."""

    def __init__(self):
        self.store = MemoryStore()
        self.denied = set()
        self.document = add_file(io.BytesIO(b'{"a":1}'), self.store.put).cid
        self.file = add_file(io.BytesIO(bytes(range(95))), self.store.put, SMALL)
        entries = {"passport.json": add_file(io.BytesIO(b'{"a":1}'), self.store.put), "photo": self.file}
        self.root = add_directory({**entries, "steps": {"1.json": entries["passport.json"]}}, self.store.put).cid
        app = Flask(__name__)
        app.register_blueprint(make_gateway_blueprint(self.store, denied=self.denied))
        self.client = app.test_client()

    def get(self, path, **headers):
        return self.client.get(
            f"/ipfs/{path}", headers={name.replace("_", "-"): text for name, text in headers.items()}
        )

    def car(self, path):
        """Ask for a CAR; give the ids of its blocks, each checked by the reader."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return [cid for cid, _ in read_car(io.BytesIO(answer.data)).blocks]


@pytest.fixture
def site():
    return Site()


def test_a_block_is_sent_with_all_the_headers_of_the_specification(site):
    """Immutable, an attachment, never sniffed, named by an Etag of id and format."""
    answer = site.get(f"{site.document}?format=raw")

    assert (answer.status_code, answer.data) == (200, b'{"a":1}')
    assert {
        "Content-Type": RAW_TYPE,
        "Content-Length": "7",
        "Content-Disposition": f'attachment; filename="{site.document}.bin"',
        "Cache-Control": "public, max-age=29030400, immutable",
        "Etag": f'"raw.{site.document}"',
        "X-Content-Type-Options": "nosniff",
        "X-Ipfs-Path": f"/ipfs/{site.document}",
        "Vary": "Accept",
    }.items() <= dict(answer.headers).items()
    assert "Content-Location" not in answer.headers


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        ("?format=raw", None, RAW_TYPE),
        ("", RAW_TYPE, RAW_TYPE),
        ("?format=raw", CAR_TYPE, RAW_TYPE),
        ("?format=raw", "text/html", RAW_TYPE),
        ("", f"text/html, {RAW_TYPE};q=0.5, {CAR_TYPE};q=0.4", RAW_TYPE),
        ("", f"{RAW_TYPE};q=0, {CAR_TYPE}", f"{CAR_TYPE}; version=1; order=dfs; dups=n"),
        ("", CAR_TYPE, f"{CAR_TYPE}; version=1; order=dfs; dups=n"),
        ("", f"{CAR_TYPE}; order=dfs; dups=y", f"{CAR_TYPE}; version=1; order=dfs; dups=y"),
        ("", f"{CAR_TYPE};order=foo, {CAR_TYPE};dups=y;q=0.5", f"{CAR_TYPE}; version=1; order=dfs; dups=y"),
        ("?format=car&car-dups=n", f"{CAR_TYPE}; dups=y", f"{CAR_TYPE}; version=1; order=dfs; dups=n"),
        ("?format=car&car-version=1&car-order=unk", None, f"{CAR_TYPE}; version=1; order=dfs; dups=n"),
    ],
)
def test_the_format_is_negotiated(site, query, accept, content_type):
    """The URL goes before the header, the best of several wins, parameters are answered with what is sent."""
    answer = site.get(f"{site.document}{query}", **({"Accept": accept} if accept else {}))

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        ("", None, 400),
        ("", "text/html", 406),
        ("", "*/*", 406),
        ("", f"{CAR_TYPE}; version=2", 406),
        ("", f"{CAR_TYPE};q=0", 406),
        ("", "x" * 3000, 400),
        ("?format=html", None, 406),
        ("?format=ipns-record", None, 406),
        ("?format=car&car-version=2", None, 406),
        ("?format=car&car-order=bfs", None, 406),
        ("?format=car&car-dups=maybe", None, 406),
        ("?format=car&dag-scope=everything", None, 400),
        ("?format=car&entity-bytes=a:b", None, 400),
        ("?format=car&entity-bytes=9:3", None, 400),
        ("?format=car&entity-bytes=" + "9" * 30 + ":*", None, 400),
    ],
)
def test_what_is_not_offered_is_refused(site, query, accept, status):
    """400 for nonsense, 406 for what others may offer; an error is never cached."""
    answer = site.get(f"{site.root}{query}", **({"Accept": accept} if accept else {}))

    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_format_from_the_header_alone_is_named_in_the_content_location(site):
    """So that caches keep raw and CAR answers of one URL apart."""
    answer = site.get(f"{site.document}", Accept=RAW_TYPE)

    assert answer.headers["Content-Location"] == f"/ipfs/{site.document}?format=raw"


@pytest.mark.parametrize(
    ("query", "accept", "named"),
    [
        ("?dag-scope=block", CAR_TYPE, "?dag-scope=block&format=car"),
        ("", f"{CAR_TYPE};dups=y", "?format=car&car-dups=y"),
        ("?format=raw", RAW_TYPE, None),
        ("?format=raw", CAR_TYPE, "?format=raw"),
        ("?format=car&car-dups=n", f"{CAR_TYPE};dups=n", None),
        ("?format=car&car-dups=n", f"{CAR_TYPE};dups=y", "?format=car&car-dups=n"),
        ("?format=car&entity-bytes=0:*", f"{CAR_TYPE};dups=y", "?format=car&entity-bytes=0:*&car-dups=y"),
        ("?filename=a.car", CAR_TYPE, "?format=car"),
    ],
)
def test_the_content_location_is_the_url_of_this_very_answer(site, query, accept, named):
    """With every parameter that shapes it: a cache that follows it must never store a part as the whole."""
    found = site.get(f"{site.root}{query}", Accept=accept).headers.get("Content-Location")

    assert found == (named and f"/ipfs/{site.root}{named}")
    if named:
        assert site.get(f"{site.root}{named}").data == site.get(f"{site.root}{query}", Accept=accept).data


@pytest.mark.parametrize(
    "cid", ["bafkqaf3imvwgy3zaneqgc3janfxgy2lomvscay3jmqf", "bafkqaaaa", "bafkqb", "bafkq" + "a" * 300, "bafkqaa1"]
)
def test_a_malformed_identity_id_is_a_bad_request(site, cid):
    """Cut, padded, without its length, too long, or not base32."""
    assert site.get(f"{cid}?format=raw").status_code == 400


@pytest.mark.parametrize(
    "cid", ["nonsense", "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", "b" * 59, "bafkqaa", "B" + "A" * 58, "%00"]
)
def test_what_is_no_content_id_of_ours_is_a_bad_request(site, cid):
    """CIDv0 and other hashes included: such a block cannot be here."""
    assert site.get(f"{cid}?format=raw").status_code == 400


def test_a_raw_block_takes_no_path(site):
    """The specification knows paths for CARs only."""
    assert site.get(f"{site.root}/passport.json?format=raw").status_code == 400
    assert site.get(f"{site.root}/?format=raw").status_code == 200


@pytest.mark.parametrize("query", ["format=raw", "format=car"])
def test_a_block_that_is_not_here_is_not_found(site, query):
    """The gateway serves what it has and fetches nothing; a cache-only request is told so by 412."""
    path = f"{ContentId.of(b'elsewhere')}?{query}"

    assert site.get(path).status_code == 404
    assert site.get(path, Cache_Control="only-if-cached").status_code == 412


@pytest.mark.parametrize("query", ["format=raw", "format=car"])
def test_a_damaged_block_is_not_found(site, query):
    """Bytes that do not fit their id are never sent on."""
    site.store.blocks[site.document.digest] = b'{"a":2}'

    assert site.get(f"{site.document}?{query}").status_code == 404


@pytest.mark.parametrize("query", ["format=raw", "format=car"])
def test_denied_content_is_gone(site, query):
    """410, whether asked for by its own id or by a path to it; it does not leave in another's CAR either."""
    site.denied.add(site.document)

    assert site.get(f"{site.document}?{query}").status_code == 410
    assert site.get(f"{site.root}/passport.json?format=car").status_code == 410
    assert site.get(f"{site.root}?format=car").status_code == 410
    assert site.get(f"{site.root}?format=raw").status_code == 200


@pytest.mark.parametrize("query", ["format=raw", "format=car", "format=car&dag-scope=block&car-dups=y"])
def test_a_client_that_has_it_gets_no_body(site, query):
    """304 for the Etag it was given, in a list, weak or by star; 200 for another."""
    etag = site.get(f"{site.root}?{query}").headers["Etag"]

    for tag in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        answer = site.get(f"{site.root}?{query}", If_None_Match=tag)
        assert (answer.status_code, answer.data, answer.headers["Etag"]) == (304, b"", etag)
    assert site.get(f"{site.root}?{query}", If_None_Match='"x"').status_code == 200


def test_etags_tell_different_answers_apart(site):
    """Format, scope, range, duplicates and path each change what is sent."""
    root = site.root
    paths = [f"{root}?format=raw", f"{root}?format=car", f"{root}/photo?format=car", f"{root}/steps?format=car"]
    paths += [f"{root}/photo?format=car&{more}" for more in ("dag-scope=block", "dag-scope=entity", "car-dups=y")]
    paths += [f"{root}/photo?format=car&entity-bytes={part}" for part in ("0:*", "0:9", "-9:*")]

    assert len(paths) == len({site.get(path).headers["Etag"] for path in paths})


@pytest.mark.parametrize(
    "path", ["{root}?format=raw", "{root}?format=car", "{root}/photo?format=car", "bafkqaaa?format=raw"]
)
def test_head_has_the_headers_and_no_body(site, path):
    """And for a CAR it does not walk the DAG to count bytes."""
    path = path.format(root=site.root)
    get, head = site.get(path), site.client.head(f"/ipfs/{path}")

    assert (head.status_code, head.data) == (200, b"")
    assert get.headers["Etag"] == head.headers["Etag"]
    assert get.headers["Content-Type"] == head.headers["Content-Type"]
    assert site.client.head(f"/ipfs/{ContentId.of(b'x')}?format=car").status_code == 404


def test_a_car_holds_the_blocks_of_the_path_and_of_its_end(site):
    """Root first, depth first, each block once; the reader needs nothing else to check the path."""
    assert site.car(f"{site.root}/steps/1.json?format=car")[0] == site.root
    assert len(site.car(f"{site.root}/steps/1.json?format=car")) == 3
    assert site.car(f"{site.root}/passport.json?format=car") == [site.root, site.document]


def test_scopes_differ_in_what_they_send(site):
    """A block; a whole file or one directory's own blocks; everything."""
    everything = site.car(f"{site.root}?format=car")

    assert site.car(f"{site.root}?format=car&dag-scope=block") == [site.root]
    assert site.car(f"{site.root}?format=car&dag-scope=entity") == [site.root]
    assert len(everything) == len(set(everything)) == len(site.store.blocks)
    assert len(site.car(f"{site.root}/photo?format=car&dag-scope=block")) == 2
    assert len(site.car(f"{site.root}/photo?format=car&dag-scope=entity")) == 1 + 10 + 4 + 2 + 1


def test_duplicates_are_sent_when_asked_for(site):
    """The document hangs in two places; a client without memory wants it twice."""
    once, each_time = (site.car(f"{site.root}?format=car&car-dups={dups}") for dups in "ny")

    assert (once.count(site.document), each_time.count(site.document)) == (1, 2)


def leaves(cids):
    return [cid for cid in cids if cid.codec != DAG_PB]


@pytest.mark.parametrize(
    ("part", "count"), [("0:*", 10), ("0:0", 1), ("9:10", 2), ("-5:*", 1), ("-6:*", 2), ("90:1000", 1), ("200:*", 0)]
)
def test_a_range_of_a_file_holds_the_chunks_it_touches(site, part, count):
    """95 bytes in chunks of 10; outside of it the root block alone, which tells the size."""
    cids = site.car(f"{site.file.cid}?format=car&entity-bytes={part}")

    assert (cids[0], len(leaves(cids))) == (site.file.cid, count)


def test_a_range_of_a_directory_is_ignored(site):
    """The specification: the same as dag-scope=entity."""
    assert site.car(f"{site.root}?format=car&entity-bytes=0:1") == [site.root]


@pytest.mark.parametrize("path", ["nothing", "passport.json/below", "steps/2.json"])
def test_a_path_that_leads_nowhere_is_not_found(site, path):
    """Proven by the directory, yet 404 before anything is sent."""
    assert site.get(f"{site.root}/{path}?format=car").status_code == 404


@pytest.mark.parametrize("path", ["../x", "a/" * 40, "x" * 300])
def test_a_path_that_cannot_be_is_a_bad_request(site, path):
    """Too deep, too long, or with dots."""
    assert site.get(f"{site.root}/{path}?format=car").status_code in {400, 404}


def test_names_of_any_script_are_found_by_percent_encoded_paths(site):
    """As a browser sends them."""
    root = add_directory({"é 水?#": {}}, site.store.put).cid

    assert len(site.car(f"{root}/%C3%A9%20%E6%B0%B4%3F%23?format=car")) == 2
    assert site.get(f"{root}/%C3%A9%20%E6%B0%B4%3F%23?format=car").headers["X-Ipfs-Path"].endswith("%E6%B0%B4%3F%23")


def test_a_dag_that_is_here_in_part_is_no_success(site):
    """A short CAR would be taken for a whole one: 404, as for all that this gateway does not have."""
    leaf = ContentId.of(bytes(range(10)))
    del site.store.blocks[leaf.digest]

    assert site.get(f"{site.root}?format=car").status_code == 404
    assert site.get(f"{site.root}/passport.json?format=car").status_code == 200


@pytest.mark.parametrize("query", ["format=raw", "format=car"])
def test_a_store_that_cannot_be_read_is_our_fault(site, query):
    """500 with a time to come back: it says nothing about what is here."""
    site.store.reachable = False
    answer = site.get(f"{site.root}?{query}")

    assert (answer.status_code, answer.headers["Retry-After"]) == (500, "30")


def test_a_malformed_dag_is_no_success(site):
    """A directory that names one thing twice is not walked."""
    node = encode_node((), UnixFs(Kind.FILE, size=5))
    cid = ContentId.of(node, DAG_PB)
    site.store.put(cid, node)

    assert site.get(f"{cid}?format=car&entity-bytes=0:*").status_code == 404


def test_a_long_car_is_streamed_and_breaks_off_when_a_block_is_missing(site):
    """Beyond four mebibytes the status is out already: the error ends the stream, inside a section."""
    big = bytes(range(256)) * 4096
    parts = [bytes([index]) + big[1:] for index in range(WHOLE_MAX_BYTES // len(big) + 3)]
    root = add_file(io.BytesIO(b"".join(parts)), site.store.put).cid
    whole = site.get(f"{root}?format=car")

    assert "Content-Length" not in whole.headers
    assert len(list(read_car(io.BytesIO(whole.data)).blocks)) == len(parts) + 1
    del site.store.blocks[ContentId.of(parts[-1]).digest]
    broken = site.get(f"{root}?format=car").iter_encoded()
    received: list[bytes] = []
    with pytest.raises(ContentUnavailableError):
        received.extend(broken)
    with pytest.raises(ContentError, match="inside a section"):
        list(read_car(io.BytesIO(b"".join(received))).blocks)


def test_the_probe_is_answered(site):
    """How clients recognise a trustless gateway: the identity id of nothing."""
    raw, car = site.get("bafkqaaa?format=raw"), site.get("bafkqaaa?format=car")

    assert (raw.status_code, raw.data) == (200, b"")
    assert car.data == bytes.fromhex("19a265726f6f747381d82a450001550000" + "6776657273696f6e01")
    assert site.get("bafkqaaa/x?format=car").status_code == 404


def test_a_service_worker_is_refused(site):
    """One script from one piece's documents must not take over all of them."""
    assert site.get(f"{site.document}?format=raw", Service_Worker="script").status_code == 400


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("bag.json", 'attachment; filename="bag.json"'),
        ("t%C3%A9st.json", "attachment; filename=\"t_st.json\"; filename*=UTF-8''t%C3%A9st.json"),
        ("a%22%0D%0Ab/c", "attachment; filename=\"a___b_c\"; filename*=UTF-8''a%22%0D%0Ab%2Fc"),
    ],
)
def test_a_file_name_is_taken_over_but_cannot_break_the_header(site, name, disposition):
    """Plain for old clients, percent-encoded for others, no quote, slash or line break."""
    answer = site.get(f"{site.document}?format=raw&filename={name}")

    assert answer.headers["Content-Disposition"] == disposition


def test_other_methods_are_not_allowed(site):
    """The gateway only reads."""
    assert site.client.post(f"/ipfs/{site.document}?format=raw").status_code == 405
