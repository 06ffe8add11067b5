"""The issuance lane replays to one word; nothing can be left out of it, added or changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.ids import BatchId
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.documents import CONTRACT
from tests.fakes.registry import REGISTRAR, FakeRegistry, some_address
from verifier.issuance import LabelReplacement, fold_issuance, in_order


def some_registry():
    registry = FakeRegistry(1, CONTRACT)
    batch = BatchId(1, CONTRACT, 77)
    registry.register(batch, 3, bytes(31) + b"\1")
    registry.step(batch.item(0), EntryKind.LABEL_REPLACED, bytes(31) + b"\2", by=REGISTRAR)
    registry.register(BatchId(1, CONTRACT, 78), 1, bytes(31) + b"\3")
    return registry


REGISTRY = some_registry()
WORD = REGISTRY.issuance(REGISTRY.tip)
ISSUANCES = REGISTRY.issuances(0, REGISTRY.tip)


def folded(issuances, chain_id=1, contract=CONTRACT):
    word = 0
    for issuance in issuances:
        word = fold_issuance(word, issuance, chain_id, contract)
    return word


def test_the_lane_replays_to_its_word():
    assert folded(ISSUANCES) == WORD


@pytest.mark.parametrize("position", range(len(ISSUANCES)))
def test_one_left_out_or_told_twice_gives_another_word(position):
    assert folded(ISSUANCES[:position] + ISSUANCES[position + 1 :]) != WORD
    assert folded(ISSUANCES[: position + 1] + ISSUANCES[position:]) != WORD


@pytest.mark.parametrize("position", range(len(ISSUANCES)))
def test_one_changed_gives_another_word(position):
    """Every field but the place in the chain, which sorts them."""
    issuance = ISSUANCES[position]
    changes = [
        {"meta": replace(issuance.meta, actor=some_address("liar"))},
        {"meta": replace(issuance.meta, time_s=1)},
        {"meta": replace(issuance.meta, kind=9)},
    ]
    if isinstance(issuance, LabelReplacement):
        changes += [{"token_id": 1}, {"state": 1}, {"document": ContentId(RAW, bytes(32))}]
    else:
        changes += [{"batch": 1}, {"count": 9}, {"passports": bytes(32)}, {"claim_root": bytes(32)}]
        changes += [{"stock_account": some_address("liar")}]
    for change in changes:
        assert folded([*ISSUANCES[:position], replace(issuance, **change), *ISSUANCES[position + 1 :]]) != WORD


@pytest.mark.parametrize(("chain_id", "contract"), [(2, CONTRACT), (1, some_address("other"))])
def test_another_chain_or_contract_gives_another_word(chain_id, contract):
    assert folded(ISSUANCES, chain_id, contract) != WORD


def test_issuances_are_sorted_as_the_chain_holds_them():
    assert list(in_order(reversed(ISSUANCES))) == ISSUANCES
