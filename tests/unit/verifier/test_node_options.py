"""Which nodes a command asks, and how many must agree."""

from __future__ import annotations

import argparse

import pytest

from tests.fakes.world import some_world
from verifier.adapters.quorum_chain import QuorumChain
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient, node_name
from verifier.cli.node_options import add_node_options, named_nodes, named_quorum, node_clients
from verifier.cli.verify import build_verifier
from verifier.errors import ChainUnavailableError, TrustError
from verifier.trust import TrustRegistry
from verifier.wiring import open_chain

URLS = ("http://a.example/key", "http://b.example:8545", "http://c.example")


def parsed(*words):
    parser = argparse.ArgumentParser()
    add_node_options(parser)
    return parser.parse_args(words)


def test_options_go_before_the_environment_and_that_before_the_trust_file(monkeypatch):
    trust = TrustRegistry((), nodes=("http://trust.example",))
    monkeypatch.delenv("ASSAY_NODE", raising=False)
    assert named_nodes(None, trust) == ("http://trust.example",)

    monkeypatch.setenv("ASSAY_NODE", "http://a.example  http://b.example:8545")
    assert named_nodes(None, trust) == ("http://a.example", "http://b.example:8545")
    assert named_nodes(parsed("--node", "http://c.example", "--node", "http://d.example").node, trust) == (
        "http://c.example",
        "http://d.example",
    )


def test_the_quorum_is_the_options_or_the_environments(monkeypatch):
    monkeypatch.delenv("ASSAY_QUORUM", raising=False)
    assert named_quorum(None) is None

    monkeypatch.setenv("ASSAY_QUORUM", "3")
    assert named_quorum(None) == 3
    assert named_quorum(parsed("--quorum", "2").quorum) == 2
    monkeypatch.setenv("ASSAY_QUORUM", "many")
    with pytest.raises(TrustError, match=r"\$ASSAY_QUORUM"):
        named_quorum(None)


@pytest.mark.parametrize("text", ["0", "-1", "10", "two", "1.5", "²", ""])
def test_a_quorum_that_is_no_small_number_is_a_mistake_of_usage(text, capsys):
    with pytest.raises(SystemExit) as ended:
        parsed(f"--quorum={text}")

    assert ended.value.code == 2
    assert "--quorum" in capsys.readouterr().err


def test_one_node_is_read_as_before():
    """No threads, no votes: the very reader that stood here before there were several."""
    clients = node_clients(URLS[:1])

    assert type(open_chain(some_world().brand.registry, clients)) is RpcChain
    assert type(open_chain(some_world().brand.registry, node_clients(URLS))) is QuorumChain


def test_a_quorum_larger_than_the_nodes_named_is_refused():
    world = some_world()
    verifier = build_verifier(world.trust, URLS[:2], (), quorum=3)
    with pytest.raises(TrustError, match="--quorum"):
        verifier.access(world.brand)


def test_no_node_at_all_is_an_answer_not_had(monkeypatch):
    monkeypatch.delenv("ASSAY_NODE", raising=False)
    world = some_world()
    with pytest.raises(ChainUnavailableError, match="--node URL"):
        build_verifier(world.trust, None, ()).access(world.brand)


@pytest.mark.parametrize("urls", [(), (URLS[0], URLS[0]), ("http://a.example", "http://A.example:80/")])
def test_no_node_and_one_named_twice_are_refused(urls):
    with pytest.raises(ValueError, match="node is named"):
        open_chain(some_world().brand.registry, node_clients(urls))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:secret@a.example/v3/0123?key=5", "a.example"),
        ("http://127.0.0.1:8545", "127.0.0.1:8545"),
        ("http://[::1]:8545/x", "[::1]:8545"),
        ("HTTP://A.EXAMPLE", "a.example"),
    ],
)
def test_a_node_is_called_by_its_host(url, expected):
    """Its URL may hold a key of its owner's."""
    assert node_name(url) == expected


def test_an_error_names_the_host_and_never_the_url():
    """Reasons are shown on pages and written to logs."""
    client = RpcClient("http://user:secret@127.0.0.1:9/v3/key?token=1")
    with pytest.raises(ChainUnavailableError) as error:
        client.call("eth_chainId")
    client.close()

    assert str(error.value).startswith("127.0.0.1:9: no answer")
    assert not {"secret", "key", "token"} & set(str(error.value).replace("/", " ").split())


@pytest.mark.parametrize("url", ["ftp://a.example/secret", "http://:8545/secret", "http://a:secret/"])
def test_a_url_that_cannot_be_used_is_not_repeated(url):
    with pytest.raises(TrustError) as error:
        node_clients([url])

    assert "secret" not in str(error.value)
