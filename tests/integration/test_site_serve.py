"""`assay serve`: its settings, its parts, how it starts and ends; and the development server, on a socket."""

import argparse
import contextlib
import http.client
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading

import pytest

from tests.fakes.site import some_site
from tests.integration.server_support import wait_until
from verifier.adapters.sql_ports import SQLITE_WORDS
from verifier.adapters.sql_store import BLOCK_SCHEMA
from verifier.answers import Answer
from verifier.errors import ChainUnavailableError, ContentUnavailableError, TrustError
from verifier.policies import CLI
from verifier.trust import trust_json
from verifier.verdict import Level
from web.app import create_app, origin_of
from web.cli.serve import add_parser, make_site_server, run
from web.jobs.heart import FILE_NAME
from web.serving.launch import PortTakenError, claim_port
from web.serving.process import Listening, address_for
from web.settings import read_settings
from web.structured_log import JsonFormatter
from web.wiring import wire


@pytest.fixture
def served():
    """A site on a socket, and its address."""
    server = make_site_server(some_site().parts(), "127.0.0.1", 0)
    site = some_site(Answer.VERIFIED, f"127.0.0.1:{server.server_port}")
    server.app = create_app(site.parts())
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield site, server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def raw(port, request):
    """Send bytes, give the status line and headers."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        answer = b""
        # A server that refuses a line may hang up before it has read the rest.
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
            while part := connection.recv(65_536):
                answer += part
    return answer.decode("utf-8", "replace")


def get(port, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.body = response.read()
    connection.close()
    return response


def test_a_label_opens_on_this_machine(served):
    """A label's host has its port, the site's Host header too."""
    site, port = served

    assert get(port, site.path).status == 200
    assert get(port, site.path.lower()).status == 200


def test_the_trap_of_the_escaped_slash_on_a_socket(served):
    """The server unescapes the path for the framework; the label is read from what was sent."""
    site, port = served

    assert get(port, site.path.replace("/21/", "%2F21%2F")).status == 404
    assert get(port, site.path.replace("/21/", "/21%2f")).status == 404


def test_an_absolute_target_is_a_label_too(served):
    """As a proxy sends it (RFC 9112)."""
    site, port = served
    request = f"GET http://{site.host}{site.path} HTTP/1.1\r\nHost: {site.host}\r\nConnection: close\r\n\r\n"

    assert raw(port, request.encode()).startswith("HTTP/1.1 200")


def test_the_log_names_no_label_however_it_is_asked_for(served, caplog):
    """Right, mistyped, malformed, posted, refused: the serial is in no line, the rule and the status are."""
    site, port = served
    serial = site.path.rsplit("/", 1)[1]
    caplog.handler.setFormatter(JsonFormatter())
    with caplog.at_level(logging.DEBUG):
        get(port, site.path)
        get(port, f"/oops/{serial}?x={serial}")
        get(port, site.path, Accept="application/linkset+json")
        raw(port, f"GET {site.path} NONSENSE\r\n\r\n".encode())
        raw(port, f"GET {site.path} and more HTTP/1.1\r\n\r\n".encode())
        raw(port, f"{serial} /{serial} HTTP/1.1\r\nHost: {site.host}\r\n\r\n".encode())
        raw(port, f"GET /{serial * 5_000} HTTP/1.1\r\n\r\n".encode())

    assert '"route": "/01/<path:_decoded>", "status": 200' in caplog.text
    assert '"route": "-", "status": 404' in caplog.text
    assert serial not in caplog.text
    assert serial[:10] not in caplog.text


def test_the_server_tells_no_versions(served):
    """Neither Python's nor Werkzeug's."""
    _, port = served

    assert get(port, "/").headers["Server"] == "assay"


def test_a_visitor_sees_413_for_a_large_upload(served):
    """Not a broken connection."""
    site, port = served
    body = (
        b'--b\r\nContent-Disposition: form-data; name="photo"; filename="x.jpg"\r\n\r\n'
        + b"\0" * (16 * 1024 * 1024)
        + b"\r\n--b--\r\n"
    )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/scan", body, {"Content-Type": "multipart/form-data; boundary=b", "Host": site.host})
    response = connection.getresponse()
    response.read()
    connection.close()

    assert response.status == 413


# ---- wiring and the command


@pytest.fixture
def house(tmp_path):
    """A brand's folder with a trust file and an empty store, and a node that is not there."""
    (tmp_path / "trust.json").write_text(trust_json(some_site().world.trust), "utf-8")
    with sqlite3.connect(tmp_path / "blocks.sqlite3") as connection:
        connection.executescript(BLOCK_SCHEMA.format_map(SQLITE_WORDS))
    connection.close()
    return tmp_path


def settings_of(house):
    return read_settings({"ASSAY_DATA": str(house), "ASSAY_NODE": "http://127.0.0.1:9"})


def test_the_real_parts_without_a_node_give_no_answer(house):
    """A dead node is neither a pass nor a failure."""
    site = some_site()
    parts = wire(settings_of(house))

    assert Level.UNDETERMINED is parts.verifier.verify_label(site.label, CLI).verdict.level
    with pytest.raises(ChainUnavailableError):
        parts.probes["node"]()
    parts.probes["store"]()


def test_a_store_that_is_not_there_is_not_ready(house):
    """The probe reads the file itself."""
    parts = wire(settings_of(house))
    (house / "blocks.sqlite3").unlink()

    with pytest.raises(ContentUnavailableError):
        parts.probes["store"]()


def test_without_a_trust_file_nothing_is_served(tmp_path):
    """Whoever gives the file is whom the site trusts: there is no default."""
    with pytest.raises(TrustError, match=r"trust\.json"):
        wire(read_settings({"ASSAY_DATA": str(tmp_path)}))


def test_the_command_names_a_wrong_setting(monkeypatch, capsys):
    """Exit 2, and the variable's name. The environment is the command's own input."""
    monkeypatch.setenv("ASSAY_NODE", "ftp://node")
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())

    assert run(parser.parse_args(["serve"])) == 2
    assert "ASSAY_NODE" in capsys.readouterr().err


@contextlib.contextmanager
def command(house, *arguments, **variables):
    """Run `assay serve` until the block ends; gives the process."""
    line = [sys.executable, "-m", "verifier.cli.main", "serve", "--data", str(house), "--port", "0", *arguments]
    environ = os.environ | {"ASSAY_NODE": "http://127.0.0.1:9"} | variables
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.process
@pytest.mark.parametrize("server", ["granian", "dev"])
def test_the_command_serves_until_it_is_told_to_stop(house, server):
    """It says where, warns of the dead node, of labels that lead elsewhere, of a misspelt variable; it ends with 0."""
    with command(house, "--server", server, "--workers", "2", ASSAY_PROXYS="1") as process:
        line = process.stdout.readline()
        port = int(line.rstrip("/\n").rpartition(":")[2])
        alive, ready, home = (get(port, path).status for path in ("/health", "/ready", "/"))
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
        process.wait(30)

    assert line.startswith("Serving http://127.0.0.1:")
    assert (alive, ready, home) == (200, 503, 421)
    assert "every answer is 503" in said
    assert f"no label leads to 127.0.0.1:{port}" in said
    assert "ASSAY_PROXYS; did you mean ASSAY_PROXIES?" in said
    assert process.returncode == 0


@pytest.mark.process
def test_a_worker_that_dies_is_replaced(house):
    """What a customer has asked for is done, whatever killed the one who was at it; and it ends with the server."""
    heart = house / "jobs" / FILE_NAME
    with command(house, "--workers", "1") as process:
        process.stdout.readline()
        wait_until(lambda: pid_in(heart), process)
        first = pid_in(heart)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: pid_in(heart) not in {0, first}, process)
        second = pid_in(heart)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)

    assert process.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def pid_in(file):
    return int(file.read_text().strip() or 0) if file.exists() else 0


@pytest.mark.process
def test_the_command_ends_where_it_cannot_begin(house):
    """A damaged trust file is said once, by name, and nothing is left running."""
    (house / "trust.json").write_text("{", "utf-8")
    with command(house) as process:
        said = process.stderr.read()
        process.wait(30)

    assert "trust.json" in said
    assert "Traceback" not in said
    assert process.returncode == 2


def test_a_port_that_somebody_has_is_refused(capsys):
    """Processes share a port, so the kernel would let a second site join the first without a word."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=str(port)):
            claim_port("127.0.0.1", port)

    assert claim_port("127.0.0.1", 0) > 0


@pytest.mark.parametrize(
    ("hosts", "listening", "address"),
    [
        (("id.maison.example",), Listening("127.0.0.1", 5000, 1, 1), None),
        (("id.maison.example", "localhost:5000"), Listening("127.0.0.1", 5000, 1, 1), "localhost:5000"),
        (("localhost:5000",), Listening("0.0.0.0", 5000, 1, 1), "localhost:5000"),
        (("localhost:5000",), Listening("127.0.0.1", 5001, 1, 1), None),
        (("localhost:5000",), Listening("192.0.2.7", 5000, 1, 1), None),
        (("[::1]:5000",), Listening("::1", 5000, 1, 1), "[::1]:5000"),
    ],
)
def test_the_address_announced_is_the_labels(hosts, listening, address):
    """What a customer's phone opens is what the operator should open first."""
    assert address == address_for(hosts, listening)


@pytest.mark.parametrize(
    ("argument", "said"),
    [(f"--port={port}", "is not a port") for port in ("-1", "65536", "http", "²")]
    + [(f"--workers={count}", "is no count") for count in ("0", "65", "x", "²")]
    + [("--server=apache", "invalid choice")],
)
def test_an_argument_that_is_none_is_a_usage_error(argument, said, capsys):
    """Said before anything starts."""
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    with pytest.raises(SystemExit):
        parser.parse_args(["serve", argument])

    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("id.maison.example", "https://id.maison.example"),
        ("127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("localhost:5000", "http://localhost:5000"),
        ("localhost", "http://localhost"),
        ("127.0.0.1.evil.example", "https://127.0.0.1.evil.example"),
    ],
)
def test_only_this_machine_is_spoken_to_without_tls(host, origin):
    """A demonstration needs no certificate; nothing else goes without."""
    assert origin == origin_of(host)
