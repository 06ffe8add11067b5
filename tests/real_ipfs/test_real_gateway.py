"""Kubo's own gateway under the same conformance cases: what it fails is looked at, one by one."""

from __future__ import annotations

import pytest

from mint.adapters.kubo_writer import KuboWriter
from tests.suites.gateway_conformance import CASES, Client, faults
from tests.suites.gateway_world import gateway_world

pytestmark = [pytest.mark.process, pytest.mark.oracle]


@pytest.fixture(scope="module")
def gateway(kubo):
    world = gateway_world()
    writer = KuboWriter(kubo.api)
    writer.put_many(world.blocks.items())
    writer.close()
    client = Client(kubo.gateway, world)
    yield client
    client.close()


_STREAMS = "it has sent 200 before it looks for the block; boxo #1019 is to change that"
_STATELESS = "it streams without looking ahead, which the specification leaves free"
KNOWN = {
    "Range (request header): a suffix longer than the block": "RFC 9110, 14.1.2: the whole block is meant; it says 400",
    "Range (request header): another unit is ignored": "RFC 9110, 14.2: an unknown unit is ignored; it says 400",
    "404 Not Found: car whose root is not here": _STREAMS,
    "404 Not Found: HEAD of car whose root is not here": _STREAMS,
    "Accept: none at all is a bad request": "it says 406, where 400 is asked for",
    "Accept: the better of two": "it takes the first of two formats, whatever their weights",
    "Content-Location: told where URL and Accept differ": "it follows the URL and does not say so",
    "CAR paths: a name that is not there": _STATELESS,
    "CAR paths: below a file": _STATELESS,
    "entity-bytes: implies dag-scope=entity": "without dag-scope=entity it leaves entity-bytes out of account",
    "entity-bytes: on a path": "without dag-scope=entity it leaves entity-bytes out of account",
    "CAR format signaling in Request: the one of two orders that is known": "it refuses for the order it does not know",
}
"""Where Kubo 0.43.1 differs from the specification, and why we do not follow it."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_kubos_gateway_agrees(gateway, case):
    """A case that Kubo fails is either our mistake, and is put right, or stands in KNOWN with the reason."""
    assert (faults(gateway, case) != []) == (case.id in KNOWN), faults(gateway, case)
