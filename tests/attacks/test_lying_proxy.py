"""Somebody between us and a real node changes one thing in an answer: a digit, a field, a list, one after the other.

The weaker rule reads what it is told. Ours lets every field of header, proof and log either change nothing that is
shown, or leave the question open. Run before our own ledger, anvil and geth, whose headers differ.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest

from tests.fakes.lying_proxy import lying_proxy
from tests.real_nodes.conftest import NODES, running
from tests.real_nodes.mirrored import mirrored_world
from verifier.adapters.rpc_client import RpcClient
from verifier.evidence import History
from verifier.policies import CLI
from verifier.verdict import Level
from verifier.wiring import open_registry

pytestmark = pytest.mark.process
METHODS = ("eth_getBlockByNumber", "eth_chainId", "eth_getProof", "eth_getLogs")


@pytest.fixture(scope="module", params=NODES)
def told(request, tmp_path_factory):
    """Give (world, proxy) over one of the nodes."""
    with running(request.param, tmp_path_factory.mktemp("node")) as node:
        world = mirrored_world(node)
        with lying_proxy(node.url) as proxy:
            yield world, proxy


def verify(world, proxy):
    """Verify as a stranger does who starts with nothing."""
    client = RpcClient(proxy.url)
    try:
        access = open_registry(world.brand, client, world.store)
        return world.verify(world.bag_label, CLI, chain=access.chain, histories=access.histories)
    finally:
        client.close()


def facts(verification):
    """Everything that is shown of a piece. Numbers of blocks and positions of logs are not; no word commits to them."""
    evidence = verification.evidence
    history = evidence.history
    if isinstance(history, History):
        parts = [
            tuple(replace(entry, block_number=0, log_index=0) for entry in part)
            for part in (history.final, history.pending)
        ]
        history = History(*parts)
    outcomes = {finding.code: finding.outcome for finding in verification.verdict.findings}
    return (evidence.final, evidence.latest, evidence.registered, history, evidence.passport, evidence.actors, outcomes)


def paths(value, place=()):
    """Name every place in an answer, the first and last of each list standing for all of it."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from paths(part, (*place, name))
    elif isinstance(value, list) and value:
        for index in sorted({0, len(value) - 1}):
            yield from paths(value[index], (*place, index))
    yield place


def digit(value):
    """Change the last digit of what is hexadecimal."""
    if isinstance(value, str) and value.startswith("0x") and len(value) > 2:
        return value[:-1] + format(int(value[-1], 16) ^ 1, "x")
    return "0x1"


CHANGES = {
    "another digit": digit,
    "nothing": lambda value: None,
    "a number": lambda value: 7,
    "an empty list": lambda value: [],
    "empty": lambda value: "0x",
    "twice": lambda value: [value, value],
    "longer": lambda value: value + "00" if isinstance(value, str) else {"x": value},
}


def changed(answer, place, change):
    """Give a copy of an answer with one place changed."""
    if not place:
        return change(answer)
    copy = deepcopy(answer)
    holder = copy
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = change(holder[place[-1]])
    return copy


def asked(world, proxy):
    """Learn what a verification asks, and what an honest node answers: every (method, place)."""
    seen = {}

    def note(method, params, result):
        seen.setdefault(method, result)
        return result

    proxy.lie = note
    verification = verify(world, proxy)
    assert verification.verdict.level is Level.VERIFIED
    places = [(method, place) for method, answer in seen.items() for place in dict.fromkeys(paths(answer))]
    return facts(verification), places


@pytest.mark.parametrize("method", METHODS)
def test_no_change_in_an_answer_changes_a_verdict_but_to_undetermined(told, method):
    """Each place with another digit; before geth, as most brands run it, once more in another way."""
    world, proxy = told
    truth, places = asked(world, proxy)
    ours = [place for called, place in places if called == method]
    assert ours
    others = list(CHANGES)[1:]
    for number, place in enumerate(ours):
        for name in ("another digit", others[number % len(others)])[: 2 if world.registry.node.name == "geth" else 1]:
            change = CHANGES[name]

            def lie(called, params, result, place=place, change=change):
                if called != method:
                    return result
                try:
                    return changed(result, place, change)
                except (IndexError, KeyError, TypeError):
                    return result  # this answer has no such place

            proxy.lie = lie
            verification = verify(world, proxy)
            level = verification.verdict.level
            assert level in {Level.UNDETERMINED, Level.VERIFIED}, (method, place, name)
            if level is Level.VERIFIED:
                assert truth == facts(verification), (method, place, name)


def test_a_reader_that_believes_would_show_what_it_is_told(told):
    """The weaker rule: `stateRoot` and `value` are taken as they come."""
    world, proxy = told
    proxy.lie = lambda method, params, result: (
        result | {"storageProof": [{**slot, "value": "0x0"} for slot in result["storageProof"]]}
        if method == "eth_getProof"
        else result
    )
    client = RpcClient(proxy.url)
    answer = client.call("eth_getProof", world.registry.contract, [f"0x{13:064x}"], "latest")
    client.close()
    believed = int(answer["storageProof"][0]["value"], 16)

    assert believed != world.registry.issuance(world.registry.tip)
    assert verify(world, proxy).verdict.level is Level.VERIFIED
