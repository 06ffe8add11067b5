"""Both servers, one suite: what the site needs of a server is held by each of them."""

import contextlib
import http.client
import json
import os
import signal
import socket
import threading

import pytest

from loyalty.adapters.sql_database import Database
from tests.fakes.served_site import BEGUN, DATABASE, GO
from tests.integration.server_support import answers, ask, serving, wait_until
from web.store.people import Role, add_person
from web.store.sessions import SessionStore

pytestmark = pytest.mark.process
SERVERS = ["granian", "gunicorn"]
SLOW_CLIENTS = 24
"""More than the threads of both processes together."""


@pytest.fixture(scope="module", params=SERVERS)
def served(request, tmp_path_factory):
    with serving(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


def test_a_label_opens(served):
    """In capitals and in small letters, with the site's own headers."""
    response = served.get(served.path)

    assert (response.status, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert served.get(served.path.lower()).status == 200


def test_the_trap_of_the_escaped_slash(served):
    """The label is read from the target as it was sent: an escaped slash is none."""
    assert served.get(served.path.replace("/21/", "%2F21%2F")).status == 404
    assert served.get(served.path.replace("/21/", "/21%2f")).status == 404
    assert served.get(served.path.replace("/01/", "//01/")).status == 404


def test_an_absolute_target_is_a_label_too(served):
    """As a proxy sends it (RFC 9112)."""
    target = f"http://{served.site.host}{served.path}"
    said = served.raw(f"GET {target} HTTP/1.1\r\nHost: {served.site.host}\r\nConnection: close\r\n\r\n".encode())

    assert said.startswith("HTTP/1.1 200")


def test_head_is_get_without_a_body(served):
    """The length is announced, nothing follows, and the connection goes on."""
    with served.connection() as connection:
        whole = ask(connection, "/static/icon.svg")
        head = ask(connection, "/static/icon.svg", "HEAD")

        assert (head.status, head.content) == (200, b"")
        assert whole.headers["Content-Length"] == head.headers["Content-Length"]
        assert ask(connection, "/health").status == 200


def test_a_connection_is_kept(served):
    """A page and its pictures come over one connection."""
    with served.connection() as connection:
        ask(connection, "/health")
        kept = connection.sock
        for _ in range(5):
            assert ask(connection, served.path).status == 200

        assert kept is connection.sock


def test_nothing_of_the_process_looks_like_a_request(served):
    """Variables of the environment are neither headers nor targets, and names with underscores are no headers."""
    seen = json.loads(
        served.raw(
            f"GET /probe/environ HTTP/1.1\r\nHost: {served.site.host}\r\nX_Forwarded_For: 198.51.100.7\r\n"
            "Proxy: http://198.51.100.8\r\nX-Twice: 1\r\nX-Twice: 2\r\nConnection: close\r\n\r\n".encode()
        ).partition("\r\n\r\n")[2]
    )

    assert seen["RAW_URI"] == "/probe/environ"
    assert seen["REMOTE_ADDR"] == "127.0.0.1"
    assert seen["HTTP_X_TWICE"].replace(" ", "") == "1,2"
    assert not {"HTTP_X_FORWARDED_FOR", "HTTP_COOKIE", "SECRET"} & set(seen)


def test_two_hosts_are_none(served):
    """Nobody can say which of them a label would be compared with."""
    said = served.raw(
        f"GET / HTTP/1.1\r\nHost: {served.site.host}\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode()
    )

    assert said.startswith("HTTP/1.1 400")


def upload(size):
    head = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="x.jpg"\r\n\r\n'
    return head + b"\0" * size + b"\r\n--b--\r\n"


def test_a_visitor_sees_413_for_a_large_upload(served):
    """Not a broken connection."""
    body = upload(16 * 1024 * 1024)
    response = served.get("/scan", "POST", body, Content_Type="multipart/form-data; boundary=b")

    assert response.status == 413
    assert b"<html" in response.content


def test_an_upload_arrives_whole(served):
    """With its length announced, and in chunks without one."""
    body = b"x" * 300_001
    parts = iter([body[:100_000], body[100_000:]])

    assert served.get("/probe/length", "POST", body).content == b"300001\n"
    assert served.get("/probe/length", "POST", parts).content == b"300001\n"


def test_huge_headers_are_refused_and_hurt_nobody(served):
    """A line, a field and a count that no browser sends."""
    host = f"Host: {served.site.host}\r\nConnection: close\r\n"
    for request in (
        f"GET /{'x' * 500_000} HTTP/1.1\r\n{host}\r\n",
        f"GET / HTTP/1.1\r\n{host}X-Long: {'x' * 500_000}\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}{''.join(f'X-{n}: 1' + chr(13) + chr(10) for n in range(500))}\r\n",
    ):
        assert " 200 " not in served.raw(request.encode())[:40]
    assert served.get("/health").status == 200


def test_an_answer_that_breaks_off_is_not_whole(served):
    """A CAR that lost its tail must not be taken for a short one."""
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        served.get("/probe/broken")


def test_processes_share_sessions_over_one_database(served):
    """Whichever process answers, the same person is signed in."""
    database = Database.open(f"sqlite:///{served.folder / DATABASE}")
    with database.writing() as connection:
        person = add_person(connection, "Ana", Role.MEMBER, "en", 1_800_000_000)
    token = SessionStore(database).start(person, 4_000_000_000, device="").token
    database.close()
    found = set()
    for _ in range(200):
        answer = json.loads(served.get("/probe/who", Cookie=f"assay={token}").content)
        found.add((answer["process"], answer["person"]))
        if len(found) > 1:
            break

    assert {"Ana"} == {person for _, person in found}
    assert len(found) == 2


def test_the_log_names_no_label_however_it_is_asked_for(served):
    """Right, mistyped, malformed, posted, refused: the serial is in no line; the rule and the status are."""
    serial = served.path.rsplit("/", 1)[1]
    host = f"Host: {served.site.host}\r\nConnection: close\r\n\r\n"
    served.get(served.path)
    served.get(f"/oops/{serial}?x={serial}")
    for line in (
        f"GET {served.path} NONSENSE\r\n\r\n",
        f"GET {served.path} and more HTTP/1.1\r\n\r\n",
        f"{serial} /{serial} HTTP/1.1\r\n{host}",
        f"GET /{serial * 5_000} HTTP/1.1\r\n{host}",
    ):
        served.raw(line.encode())
    said = served.said()

    assert '"route": "/01/<path:_decoded>", "status": 200' in said
    assert '"route": "-", "status": 404' in said
    assert serial not in said
    assert serial[:10] not in said
    assert "127.0.0.1" not in said.replace(f"http://127.0.0.1:{served.port}", "")


@pytest.mark.parametrize("served", ["granian"], indirect=True)
def test_slow_clients_hold_nobody_up(served):
    """Two dozen who never end their bodies, and two dozen who never end their headers, against four threads.

    Gunicorn gives each of them a thread, and needs a proxy in front that reads requests whole.
    """
    slow = []
    for content in (
        b"POST /scan HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-",
    ):
        for _ in range(SLOW_CLIENTS):
            connection = socket.create_connection(("127.0.0.1", served.port), timeout=30)
            connection.sendall(content)
            slow.append(connection)
    try:
        assert served.get(served.path).status == 200
    finally:
        for connection in slow:
            connection.close()


def test_a_process_that_dies_is_replaced(served):
    """Whatever killed it, the other one answers meanwhile, and soon there are two again."""

    def processes():
        found = set()
        for _ in range(60):
            # A connection that the dead one had already taken is reset.
            with contextlib.suppress(ConnectionError):
                found.add(json.loads(served.get("/probe/who").content)["process"])
        return found

    dead = processes().pop()
    os.kill(dead, signal.SIGKILL)
    wait_until(lambda: answers(served) and len(processes() - {dead}) > 1, served.process)

    assert dead not in processes()


@pytest.mark.parametrize("server", SERVERS)
def test_a_request_in_flight_is_answered_before_the_server_stops(server, tmp_path):
    """A release drops nobody's claim: the server takes no new visitors, answers who is inside, and ends with 0."""
    with serving(server, tmp_path, workers=1) as served:
        heard = []
        visitor = threading.Thread(target=lambda: heard.append(served.get("/probe/blocked").content))
        visitor.start()
        wait_until((tmp_path / BEGUN).exists, served.process)
        served.process.send_signal(signal.SIGTERM)
        (tmp_path / GO).touch()
        visitor.join(30)
        code = served.process.wait(30)

    assert heard == [b"answered"]
    assert code == 0
