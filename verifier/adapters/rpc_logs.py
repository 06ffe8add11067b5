"""Events of one registry, walked from a node's own logs. Nobody trusts them: they must replay."""

from __future__ import annotations

from typing import Any, Final

from provenance_schemas.ids import ItemId
from verifier.adapters.registry_events import (
    ENTRY_TOPICS,
    ISSUANCE_TOPICS,
    belongs_to,
    decode_entry,
    decode_issuance,
)
from verifier.adapters.rpc_client import RpcClient, RpcError
from verifier.errors import ChainUnavailableError
from verifier.history import Entry
from verifier.issuance import Issuance, in_order
from verifier.limits import LOG_RANGE_BLOCKS_MAX, LOG_REQUESTS_MAX
from verifier.trust import Registry

_GROWTH: Final = 2
_CALM_REQUESTS: Final = 16
"""Answers after a refusal before a wider range is tried again: a node's limit seldom moves."""


class RpcLogs:
    """HistorySource over `eth_getLogs`, in ranges that shrink when the node says they are too wide."""

    def __init__(self, client: RpcClient, registry: Registry) -> None:
        self._client = client
        self._registry = registry

    def entries(self, item: ItemId, *, until_block: int, count_max: int) -> tuple[Entry, ...]:
        """Ask for both lanes of one item by topic: all of its history in one query where the node allows."""
        subjects = [f"0x{item.token_id:064x}", f"0x{item.batch.batch:064x}"]
        logs = self.walk([list(ENTRY_TOPICS), subjects], self._registry.deployed_block, until_block, count_max)
        registry = self._registry
        return tuple(decode_entry(log, registry.chain_id, registry.contract) for log in logs if belongs_to(log, item))

    def issuances(self, *, from_block: int, until_block: int, count_max: int) -> tuple[Issuance, ...]:
        """Ask for every registration and every replaced label."""
        logs = self.walk([list(ISSUANCE_TOPICS)], from_block, until_block, count_max)
        return in_order(decode_issuance(log) for log in logs)

    def walk(self, topics: list[list[str]], from_block: int, until_block: int, count_max: int) -> list[dict[str, Any]]:
        """Give the contract's logs with these topics. Raises ChainUnavailableError beyond `count_max`."""
        logs: list[dict[str, Any]] = []
        width = LOG_RANGE_BLOCKS_MAX
        at = from_block
        requests = calm = 0
        while at <= until_block:
            requests += 1
            if requests > LOG_REQUESTS_MAX:
                raise ChainUnavailableError(f"more than {LOG_REQUESTS_MAX} requests for one walk of the logs")
            to = min(at + width - 1, until_block)
            try:
                found = self._ask(topics, at, to)
            except RpcError:
                if width == 1:
                    raise
                width, calm = max(min(width, until_block - at + 1) // 2, 1), _CALM_REQUESTS
                continue
            logs += found
            if len(logs) > count_max:
                raise ChainUnavailableError(f"more than {count_max} events: over this verifier's limit")
            at, calm = to + 1, calm - 1
            if calm < 0:
                width = min(width * _GROWTH, LOG_RANGE_BLOCKS_MAX)
        return logs

    def _ask(self, topics: list[list[str]], from_block: int, until_block: int) -> list[dict[str, Any]]:
        found = self._client.call(
            "eth_getLogs",
            {
                "address": self._registry.contract,
                "fromBlock": hex(from_block),
                "toBlock": hex(until_block),
                "topics": topics,
            },
        )
        if not isinstance(found, list):
            raise ChainUnavailableError("the node's logs are not a list")
        logs = [log for log in found if isinstance(log, dict) and not log.get("removed")]
        if not all(from_block <= _block_number(log) <= until_block for log in logs):
            raise ChainUnavailableError("the node gave logs of blocks that were not asked for")
        return logs


def _block_number(log: dict[str, Any]) -> int:
    try:
        return int(log["blockNumber"], 16)
    except (KeyError, TypeError, ValueError) as error:
        raise ChainUnavailableError(f"the node gave a malformed log ({error})") from error
