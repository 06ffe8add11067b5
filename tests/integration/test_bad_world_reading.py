"""Whoever verifies in a bad world gets the right verdict, a clear error, or "cannot verify": never a wrong answer.

Every question goes through the real command line, and about nodes through the real site too.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from struct import pack

import pytest

from provenance_schemas.content_id import ContentId
from tests.integration.bad_world_support import RealWorld, answering, lying, real_world
from verifier.adapters.registry_events import BATCH_REGISTERED, STEP_RECORDED
from verifier.adapters.rpc_client import RpcClient
from verifier.errors import ChainUnavailableError
from verifier.ports import ContentStore
from web.demo.frauds import gateway, serving

pytestmark = pytest.mark.process

NOBODY = "http://127.0.0.1:9"
"""The discard port: nothing listens there."""
HONEST_HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[RealWorld]:
    with real_world(tmp_path_factory.mktemp("world")) as world:
        yield world


# ---- labels


def test_a_genuine_label_is_verified(world, tmp_path):
    """The world of these tests is a good one until something is broken."""
    ended, page = world.verify(world.label), world.visit(world.label, tmp_path, world.node)

    assert ended.code == 0
    assert ended.out.startswith("VERIFIED  eip155:31337/erc721:0x")
    assert (page.status_code, page.json["answer"]) == (200, "verified")


def test_a_wrong_check_character_is_no_label_of_the_maker(world):
    """One mistyped character is found before anybody is asked."""
    wrong = "0" if world.label[-1] != "0" else "1"
    ended = world.verify(world.label[:-1] + wrong, node=NOBODY)

    assert ended.code == 1
    assert "FAILED" in ended.out
    assert "check character" in ended.out


def test_a_wrong_check_digit_is_no_label_of_the_maker(world):
    """The GTIN's last digit is one too high."""
    digit = world.label.index("/01/") + 4 + 13
    ended = world.verify(world.label[:digit] + str((int(world.label[digit]) + 1) % 10) + world.label[digit + 1 :])

    assert ended.code == 1
    assert "check digit" in ended.out


def test_a_foreign_host_is_not_the_makers(world):
    """A look-alike's label is refused by name, whatever it copied; the site sends its visitors away."""
    ended = world.verify(world.label.replace("MAISON", "MAIS0N"))

    assert ended.code == 1
    assert "id.mais0n.example is not the address of a brand in the trust file" in ended.out


def test_a_serial_nobody_issued_is_not_issued(world):
    """Well formed, under the maker's host and number: proven to be nobody's."""
    ended = world.verify(world.invented, "--json")

    assert ended.code == 1
    assert json.loads(ended.out)["answer"] == "not_issued"


# ---- pictures


def png_header(width: int, height: int) -> bytes:
    chunk = b"IHDR" + pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + pack(">I", 13) + chunk + pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bomb.png", png_header(60_000, 60_000) + b"\0" * 100, "60000"),
        ("notes.jpg", b"Dear Sir, the bag is genuine.\n" * 40, "picture"),
        ("empty.jpg", b"", "picture"),
        ("huge.jpg", b"\xff\xd8\xff" + b"\0" * (15 * 1024 * 1024), "15 MB"),
    ],
)
def test_what_is_no_picture_is_a_clear_error(world, tmp_path, name, content, reason):
    """An image bomb, a text renamed .jpg, nothing at all, too much: exit 2, the file named, no verdict printed."""
    path = tmp_path / name
    path.write_bytes(content)
    ended = world.verify(path)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"assay: {path}: ")
    assert reason in ended.err
    assert ended.err.count("\n") == 1


# ---- nodes that lie


def flipped(text: str, place: int = -1) -> str:
    """The same hexadecimal with one digit changed."""
    digits = list(text)
    digits[place] = "0" if digits[place] != "0" else "1"
    return "".join(digits)


def in_header(field: str):
    def lie(method, params, result):
        if method in {"eth_getBlockByNumber", "eth_getBlockByHash"} and result:
            return result | {field: flipped(result[field])}
        return result

    return lie


def in_proof(part: str):
    def lie(method, params, result):
        if method != "eth_getProof":
            return result
        if part == "account":
            return result | {"accountProof": [flipped(node, 20) for node in result["accountProof"]]}
        if part == "missing":
            return result | {"storageProof": result["storageProof"][:-1]}
        slots = [slot | {"proof": [flipped(node, 20) for node in slot["proof"]]} for slot in result["storageProof"]]
        return result | {"storageProof": slots}

    return lie


def in_logs(change):
    def lie(method, params, result):
        return change(result) if method == "eth_getLogs" else result

    return lie


def altered(topic: str):
    def change(logs):
        return [log | {"data": flipped(log["data"], 10)} if log["topics"][0] == topic else log for log in logs]

    return in_logs(change)


LIES = {
    "the block's state root": in_header("stateRoot"),
    "the block's time": in_header("timestamp"),
    "the block's number": in_header("number"),
    "the account's proof": in_proof("account"),
    "a word's proof": in_proof("storage"),
    "a proof too few": in_proof("missing"),
    "a registration's log": altered(BATCH_REGISTERED),
    "a step's log": altered(STEP_RECORDED),
    "no log at all": in_logs(lambda logs: []),
    "every log twice": in_logs(lambda logs: [log for log in logs for _ in range(2)]),
    "another chain's id": lambda method, params, result: "0x1" if method == "eth_chainId" else result,
    "nothing for anything": lambda method, params, result: None,
    "a number for anything": lambda method, params, result: 7,
}
ABOUT_STEPS_ONLY = {"a step's log"}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_node_cannot_give_a_verdict(world, tmp_path, lie):
    """Of a genuine piece nothing positive, of an invented label nothing negative: exit 3, and 503 on the site."""
    with lying(world.node, LIES[lie]) as node:
        genuine, page = world.verify(world.label, node=node), world.visit(world.label, tmp_path, node)
        invented = world.verify(world.invented, node=node)

    assert genuine.code == 3
    assert genuine.out.startswith("UNDETERMINED")
    assert "this says nothing against the item" in genuine.out
    assert (page.status_code, page.json["answer"]) == (503, "cannot_verify")
    assert (1 if lie in ABOUT_STEPS_ONLY else 3) == invented.code


# ---- nodes that are down or slow


@pytest.mark.parametrize("answer", [b"HTTP/1.1 502 Bad Gateway\r\n\r\n", HONEST_HEADERS + b"5\r\n\r\nhello", b"\0" * 9])
def test_a_node_that_answers_nonsense_gives_no_verdict(world, tmp_path, answer):
    """A proxy's error page, a body that is no JSON, no HTTP at all."""
    with answering(answer) as node:
        ended, page = world.verify(world.label, node=node), world.visit(world.label, tmp_path, node)

    assert ended.code == 3
    assert node.removeprefix("http://") in ended.out
    assert page.status_code == 503


def test_a_node_that_is_down_gives_no_verdict(world, tmp_path):
    """Neither of a genuine piece nor of an invented label."""
    pages = [world.visit(label, tmp_path, NOBODY) for label in (world.label, world.invented)]

    assert [world.verify(label, node=NOBODY).code for label in (world.label, world.invented)] == [3, 3]
    assert [page.status_code for page in pages] == [503, 503]


def test_a_node_that_never_answers_is_given_up(world):
    """The command ends by itself, with its own time limits."""
    with answering(b"") as node:
        ended = world.verify(world.label, node=node)

    assert ended.code == 3
    assert f"{node.removeprefix('http://')}: no answer" in ended.out


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: "], ids=["status", "header"])
def test_a_node_that_drips_its_headers_is_given_up(begin):
    """Each byte comes in time, and the headers never end."""
    with answering(begin, drip=b"H") as node:
        client = RpcClient(node, read_timeout_s=0.2)

        with pytest.raises(ChainUnavailableError):
            client.call("eth_chainId")
        client.close()


# ---- gateways


class Forger:
    """A store that has other bytes for everything."""

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        return b'{"name":"as the forger would have it"}'


def forging() -> ContentStore:
    return Forger()


def test_a_gateway_that_serves_other_bytes_gives_no_verdict(world):
    """A damaged document is a lost one: not a forgery, not a pass; and no invented label is denied by it."""
    with serving(gateway(forging())) as url:
        ended = [world.verify(label, gateway=url) for label in (world.label, world.invented)]

    assert [one.code for one in ended] == [3, 3]
    assert all("other bytes" in one.out or "could not be read" in one.out for one in ended)


@pytest.mark.parametrize("option", ["--node", "--gateway"])
def test_an_address_that_is_none_is_a_usage_error(world, option):
    """The option is named."""
    ended = world.verify(world.label, option, "ftp://127.0.0.1/")

    assert ended.code == 2
    assert option in ended.err


def test_without_a_gateway_there_is_no_verdict(world):
    """Nobody gives the documents."""
    assert world.verify(world.label, gateway=NOBODY).code == 3
