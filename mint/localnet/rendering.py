"""Blocks, transactions, receipts and logs as JSON-RPC shows them. Source: Ethereum execution-apis."""

from __future__ import annotations

from typing import Any

from mint.localnet.headers import Header
from mint.localnet.ledger import StoredTransaction
from mint.localnet.logs import LogEntry
from mint.localnet.quantities import address, data, quantity
from mint.localnet.transactions import Transaction

Rendered = dict[str, Any]


def render_block(header: Header, size_bytes: int, transactions: list[Any]) -> Rendered:
    """Show a block; `transactions` are hashes or rendered transactions."""
    return {
        "number": quantity(header.block_number),
        "hash": data(header.hash),
        "parentHash": data(header.parent_hash),
        "sha3Uncles": data(header.uncles_hash),
        "miner": address(header.coinbase),
        "stateRoot": data(header.state_root),
        "transactionsRoot": data(header.transaction_root),
        "receiptsRoot": data(header.receipt_root),
        "logsBloom": data(int(header.bloom).to_bytes(256)),
        "difficulty": quantity(header.difficulty),
        "totalDifficulty": "0x0",
        "gasLimit": quantity(header.gas_limit),
        "gasUsed": quantity(header.gas_used),
        "timestamp": quantity(header.timestamp),
        "extraData": data(header.extra_data),
        "mixHash": data(header.mix_hash),
        "nonce": data(header.nonce),
        "baseFeePerGas": quantity(header.base_fee_per_gas),
        "withdrawalsRoot": data(header.withdrawals_root),
        "blobGasUsed": quantity(header.blob_gas_used),
        "excessBlobGas": quantity(header.excess_blob_gas),
        "parentBeaconBlockRoot": data(header.parent_beacon_block_root),
        "requestsHash": data(header.requests_hash),
        "size": quantity(size_bytes),
        "uncles": [],
        "withdrawals": [],
        "transactions": transactions,
    }


def render_transaction(transaction: Transaction) -> Rendered:
    """Show a transaction that waits for its block."""
    body, type_id = transaction.body, transaction.type_id
    shown: Rendered = {
        "blockHash": None,
        "blockNumber": None,
        "transactionIndex": None,
        "hash": data(transaction.hash),
        "type": quantity(type_id),
        "chainId": quantity(int(body.chain_id or 0)),
        "nonce": quantity(transaction.nonce),
        "from": address(transaction.sender),
        "to": None if transaction.to is None else address(transaction.to),
        "value": quantity(body.value),
        "gas": quantity(transaction.gas),
        "gasPrice": quantity(transaction.fee_max),
        "input": data(body.data),
        "v": quantity(body.y_parity if type_id else body.v),
        "r": quantity(body.r),
        "s": quantity(body.s),
    }
    if type_id:
        shown["yParity"] = shown["v"]
        shown["accessList"] = [
            {"address": address(bytes(account)), "storageKeys": [data(key.to_bytes(32)) for key in keys]}
            for account, keys in body.access_list
        ]
    if type_id > 1:
        shown["maxFeePerGas"] = quantity(transaction.fee_max)
        shown["maxPriorityFeePerGas"] = quantity(transaction.tip_max)
    return shown


def render_sealed(transaction: Transaction, stored: StoredTransaction, block_hash: bytes) -> Rendered:
    """Show a transaction in its block."""
    return render_transaction(transaction) | {
        "blockHash": data(block_hash),
        "blockNumber": quantity(stored.block),
        "transactionIndex": quantity(stored.position),
        "gasPrice": quantity(stored.gas_price),
    }


def render_receipt(
    transaction: Transaction, stored: StoredTransaction, block_hash: bytes, logs: list[LogEntry]
) -> Rendered:
    """Show a receipt with its logs."""
    return {
        "transactionHash": data(stored.hash),
        "transactionIndex": quantity(stored.position),
        "blockHash": data(block_hash),
        "blockNumber": quantity(stored.block),
        "from": address(stored.sender),
        "to": None if transaction.to is None else address(transaction.to),
        "contractAddress": None if stored.contract is None else address(stored.contract),
        "type": quantity(transaction.type_id),
        "status": quantity(stored.status),
        "gasUsed": quantity(stored.gas_used),
        "cumulativeGasUsed": quantity(stored.gas_cumulative),
        "effectiveGasPrice": quantity(stored.gas_price),
        "logsBloom": data(stored.bloom),
        "logs": [render_log(log) for log in logs],
    }


def render_log(log: LogEntry) -> Rendered:
    """Show one log entry."""
    return {
        "address": address(log.address),
        "topics": [data(topic) for topic in log.topics],
        "data": data(log.data),
        "blockNumber": quantity(log.block),
        "blockHash": data(log.block_hash),
        "blockTimestamp": quantity(log.timestamp_s),
        "transactionHash": data(log.tx_hash),
        "transactionIndex": quantity(log.tx_position),
        "logIndex": quantity(log.position),
        "removed": False,
    }
