"""Finding log entries by address and topic, through SQLite's indexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from mint.localnet.blocks import find_block, find_by_hash
from mint.localnet.database import Database
from mint.localnet.errors import HeaderNotFoundError, InvalidParamsError, TooManyResultsError
from mint.localnet.ledger import Ledger
from mint.localnet.limits import FILTER_TERMS_MAX, LOGS_MAX
from mint.localnet.quantities import parse_data

_FIELDS: Final = frozenset({"fromBlock", "toBlock", "blockHash", "address", "topics"})
_COLUMNS: Final = ("topic3", "topic2", "topic1", "topic0", "address")
"""Most telling first: a token or a document is rarer than an event, an event rarer than a contract."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One log entry with the places it stands in."""

    block: int
    position: int
    """Position in its block."""
    tx_position: int
    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    tx_hash: bytes
    block_hash: bytes
    timestamp_s: int


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Blocks from `first` to `last`, both included, and the values allowed in each column."""

    first: int
    last: int
    terms: dict[str, tuple[bytes, ...]]


def parse_filter(ledger: Ledger, value: object) -> LogFilter:
    """Read a filter object. Raises InvalidParamsError, HeaderNotFoundError."""
    if not isinstance(value, dict) or value.keys() - _FIELDS:
        raise InvalidParamsError(f"a filter is an object with {', '.join(sorted(_FIELDS))}")
    given = {name: field for name, field in value.items() if field is not None}
    first, last = _parse_range(ledger, given)
    terms = {}
    if "address" in given:
        terms["address"] = _parse_terms(given["address"], "address", 20)
    topics = given.get("topics", [])
    if not isinstance(topics, list) or len(topics) > 4:
        raise InvalidParamsError("topics is a list of at most 4")
    for position, topic in enumerate(topics):
        if topic is not None and topic != [] and not (isinstance(topic, list) and None in topic):
            terms[f"topic{position}"] = _parse_terms(topic, "topic", 32)
    return LogFilter(first, last, {name: allowed for name, allowed in terms.items() if allowed})


def _parse_range(ledger: Ledger, given: dict[str, object]) -> tuple[int, int]:
    if "blockHash" in given:
        if "fromBlock" in given or "toBlock" in given:
            raise InvalidParamsError("cannot specify both blockHash and fromBlock/toBlock")
        header = find_by_hash(ledger, given["blockHash"])
        if header is None:
            raise HeaderNotFoundError
        return int(header.block_number), int(header.block_number)
    head = int(ledger.head.block_number)
    first = find_block(ledger, given.get("fromBlock", "latest"))
    last = find_block(ledger, given.get("toBlock", "latest"))
    ends = (
        head + 1 if first is None else int(first.block_number),
        head if last is None else int(last.block_number),
    )
    if first is not None and ends[0] > ends[1]:
        raise InvalidParamsError(f"invalid block range params: {ends[0]} is after {ends[1]}")
    return ends


def _parse_terms(value: object, name: str, length: int) -> tuple[bytes, ...]:
    values = value if isinstance(value, list) else [value]
    if len(values) > FILTER_TERMS_MAX:
        raise InvalidParamsError(f"at most {FILTER_TERMS_MAX} values for {name}, got {len(values)}")
    return tuple(parse_data(one, name, length) for one in values)


def find_logs(database: Database, wanted: LogFilter) -> list[LogEntry]:
    """Find what a filter names, in order. Raises TooManyResultsError beyond 20,000 entries."""
    where = ["log.block BETWEEN ? AND ?"]
    values: list[int | bytes] = [wanted.first, wanted.last]
    for column, allowed in wanted.terms.items():
        where.append(f"log.{column} IN ({','.join('?' * len(allowed))})")
        values.extend(allowed)
    by = next((column for column in _COLUMNS if column in wanted.terms), None)
    found = _select(database, f"INDEXED BY log_by_{by}" if by else "", " AND ".join(where), values, LOGS_MAX + 1)
    if len(found) > LOGS_MAX:
        raise TooManyResultsError(f"query returned more than {LOGS_MAX} results; ask for a smaller block range")
    return found


def logs_of_transaction(database: Database, block: int, tx_position: int) -> list[LogEntry]:
    """Give the log entries of one transaction."""
    return _select(database, "", "log.block=? AND log.tx_position=?", [block, tx_position], -1)


def logs_of_block(database: Database, block: int) -> list[LogEntry]:
    """Give the log entries of one block."""
    return _select(database, "", "log.block=?", [block], -1)


def _select(database: Database, index: str, where: str, values: list[int | bytes], count_max: int) -> list[LogEntry]:
    query = (
        "SELECT log.block, log.position, log.tx_position, log.address,"  # noqa: S608 - columns are our own
        " topic0, topic1, topic2, topic3, log.data, tx.hash, block.hash, block.timestamp_s"
        f" FROM log {index} CROSS JOIN tx ON tx.block=log.block AND tx.position=log.tx_position"
        f" CROSS JOIN block ON block.number=log.block WHERE {where} ORDER BY log.block, log.position LIMIT ?"
    )
    with database.reading() as connection:
        rows = connection.execute(query, (*values, count_max)).fetchall()
    return [_entry(*row) for row in rows]


def _entry(*row: Any) -> LogEntry:
    block, position, tx_position, account, *topics, data, tx_hash, block_hash, timestamp_s = row
    kept = tuple(topic for topic in topics if topic is not None)
    return LogEntry(block, position, tx_position, account, kept, data, tx_hash, block_hash, timestamp_s)
