"""Decoding the registry's events: what the model of the contract emits is read back as it was folded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.documents import CONTRACT
from tests.unit.verifier.test_history import BATCH, ITEM, full_registry
from tests.unit.verifier.test_issuance import some_registry
from verifier.adapters.registry_events import (
    ENTRY_TOPICS,
    ISSUANCE_TOPICS,
    belongs_to,
    decode_entry,
    decode_issuance,
    subject_of,
)
from verifier.errors import ChainUnavailableError
from verifier.history import Lane

ENTRY_LOGS = [log for log in full_registry().logs if log.entry]
ISSUANCE_LOGS = [log for log in some_registry().logs if log.issuance]


@pytest.mark.parametrize("log", ENTRY_LOGS, ids=lambda log: f"{log.name} {log.block_number}")
def test_an_entry_is_read_as_it_was_folded(log):
    """Every event of both lanes: digest, meta, document, owners, what is voided, and why."""
    raw = log.as_rpc(CONTRACT)

    assert raw["topics"][0] in ENTRY_TOPICS
    assert decode_entry(raw, 1, CONTRACT) == log.entry
    assert subject_of(raw) == (log.entry.lane, log.subject)


@pytest.mark.parametrize("log", ISSUANCE_LOGS, ids=lambda log: f"{log.name} {log.block_number}")
def test_an_issuance_is_read_as_it_was_folded(log):
    raw = log.as_rpc(CONTRACT)

    assert raw["topics"][0] in ISSUANCE_TOPICS
    assert decode_issuance(raw) == log.issuance


def test_a_log_belongs_to_an_item_by_its_lane_and_number():
    """A batch may have the number of a token: its entries are not that token's."""
    item_log = next(log for log in ENTRY_LOGS if log.entry.lane is Lane.ITEM).as_rpc(CONTRACT)
    batch_log = next(log for log in ENTRY_LOGS if log.entry.lane is Lane.BATCH).as_rpc(CONTRACT)

    assert belongs_to(item_log, ITEM)
    assert belongs_to(batch_log, ITEM)
    assert belongs_to(batch_log, BATCH.item(2))
    assert not belongs_to(item_log, BATCH.item(2))
    swapped = {**batch_log, "topics": [batch_log["topics"][0], item_log["topics"][1]]}
    assert not belongs_to(swapped, ITEM)


RAW = ENTRY_LOGS[1].as_rpc(CONTRACT)


@pytest.mark.parametrize(
    "change",
    [
        {"topics": []},
        {"topics": [RAW["topics"][0]]},
        {"topics": ["0x" + "0" * 64, RAW["topics"][1]]},
        {"topics": [RAW["topics"][0], "zz"]},
        {"topics": [["0x"], RAW["topics"][1]]},
        {"topics": [RAW["topics"][0], "-0x5"]},
        {"topics": [RAW["topics"][0], hex(2**256)]},
        {"blockNumber": "-0x1"},
        {"logIndex": "-0x1"},
        {"topics": None},
        {"data": RAW["data"][:-2]},
        {"data": RAW["data"] + "00" * 32},
        {"data": "0xzz"},
        {"data": 5},
        {"blockNumber": 5},
        {"logIndex": None},
        {"blockNumber": "latest"},
    ],
)
def test_a_malformed_log_is_an_answer_not_had(change):
    """It says nothing of the item, and must not bring the verifier down."""
    for decode in (subject_of, decode_issuance, lambda log: decode_entry(log, 1, CONTRACT)):
        with pytest.raises(ChainUnavailableError):
            decode(RAW | change)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ENTRY_TOPICS), st.integers(0, 2**256 - 1), st.integers(0, 4), st.data())
def test_hostile_words_are_decoded_or_refused(topic, subject, count, data):
    """Any numbers in any place: an entry that will not replay, or an answer not had; nothing else."""
    words = data.draw(st.lists(st.binary(min_size=32, max_size=32), min_size=count, max_size=count + 1))
    log = {
        "topics": [topic, f"0x{subject:064x}"],
        "data": "0x" + b"".join(words).hex(),
        "blockNumber": "0x1",
        "logIndex": "0x0",
    }
    for decode in (lambda log: decode_entry(log, 1, CONTRACT), decode_issuance):
        try:
            decode(log)
        except ChainUnavailableError:
            continue
