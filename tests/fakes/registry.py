"""A model of `ItemRegistry` in plain Python: the same words, entries and issuances, block by block, and its raw logs.

It refuses nothing: what the contract forbids is held in the contract's own tests. Here a thief may write too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.folding import (
    Meta,
    claim_digest,
    claim_key_digest,
    fold,
    issuance_label_replaced,
    issuance_registration,
    registration_digest,
    report_digest,
    transfer_digest,
    void_digest,
)
from provenance_schemas.ids import INDEX_BITS, Address, BatchId, BlockRef, ItemId, address_bytes, address_of
from provenance_schemas.keccak import keccak256
from provenance_schemas.step_kinds import EntryKind
from verifier.history import Entry, ItemWords, Lane
from verifier.issuance import Issuance, LabelReplacement, Registration
from verifier.ports import ActorWord

GENESIS_S = int(datetime(2026, 3, 2, 9, 0, tzinfo=UTC).timestamp())
BLOCK_S = 12
CODE_HASH = keccak256(b"the registry's code")
NO_ACTOR = ActorWord(0, 0, 0, 0)


def some_address(name: str) -> Address:
    """Name an account."""
    return address_of(keccak256(name.encode())[12:])


REGISTRAR = some_address("registrar")
GUARDIAN = some_address("guardian")
STOCK = some_address("stock account")
CLAIM_ROOT = keccak256(b"claim root")


@dataclass(frozen=True)
class Log:
    """One event: how the chain tells it, and what a reader makes of it."""

    block_number: int
    log_index: int
    name: str
    subject: int
    words: tuple[bytes, ...]
    entry: Entry | None = None
    issuance: Issuance | None = None

    def as_rpc(self, contract: Address) -> dict[str, object]:
        """Give it as `eth_getLogs` does."""
        return {
            "address": contract.lower(),
            "topics": ["0x" + keccak256(self.name.encode()).hex(), f"0x{self.subject:064x}"],
            "data": "0x" + b"".join(self.words).hex(),
            "blockNumber": hex(self.block_number),
            "logIndex": hex(self.log_index),
            "removed": False,
        }


class FakeRegistry:
    """One registry on a chain of its own. Each write is in a block of its own, `BLOCK_S` after the one before."""

    def __init__(self, chain_id: int, contract: Address, genesis_s: int = GENESIS_S) -> None:
        self.chain_id = chain_id
        self.contract = contract
        self._genesis_s = genesis_s
        self.blocks: list[BlockRef] = []
        self.logs: list[Log] = []
        self._values: dict[tuple[str, object], list[tuple[int, object]]] = {}
        self._fork = 0
        self.mine()

    # ---- blocks

    @property
    def tip(self) -> int:
        """Number of the newest block."""
        return len(self.blocks) - 1

    @property
    def time_s(self) -> int:
        """Unix time of the newest block."""
        return int(self.blocks[-1].mined_at.timestamp())

    def mine(self, count: int = 1, *, after_s: int = BLOCK_S) -> None:
        """Add empty blocks."""
        for _ in range(count):
            number = len(self.blocks)
            time_s = self.time_s + after_s if self.blocks else self._genesis_s
            block_hash = keccak256(b"%d of fork %d" % (number, self._fork))
            self.blocks.append(BlockRef.at(number, block_hash, time_s))

    def rewind(self, number: int) -> None:
        """Reorganise: forget everything above block `number`. What is mined next is another fork."""
        self._fork += 1
        del self.blocks[number + 1 :]
        self.logs = [log for log in self.logs if log.block_number <= number]
        for values in self._values.values():
            values[:] = [(at, value) for at, value in values if at <= number]

    # ---- words

    def value(self, name: str, key: object, at: int, default: object = 0) -> object:
        """Give a stored value at the end of block `at`."""
        written = [value for number, value in self._values.get((name, key), ()) if number <= at]
        return written[-1] if written else default

    def _set(self, name: str, key: object, value: object) -> None:
        self._values.setdefault((name, key), []).append((self.tip, value))

    def keys(self, name: str) -> Iterator[object]:
        """Give every key ever written under a name."""
        return (key for found, key in self._values if found == name)

    def issuance(self, at: int) -> int:
        return self.value("issuance", 0, at)

    def actor(self, actor: Address, at: int) -> ActorWord:
        return self.value("actor", actor, at, NO_ACTOR)

    def words(self, item: ItemId, at: int) -> ItemWords | None:
        """Give what the contract stores about an item; None when its batch holds no such index."""
        batch: Registration | None = self.value("batch", item.batch.batch, at, None)
        if batch is None or item.index >= batch.count:
            return None
        return ItemWords(
            owner=self.value("owner", item.token_id, at, batch.stock_account),
            state=self.value("state", item.token_id, at),
            batch_state=self.value("batch_state", item.batch.batch, at),
            stock_account=batch.stock_account,
            count=batch.count,
            registered_at=batch.meta.time_s,
            passports=batch.passports,
            claim_root=batch.claim_root,
        )

    def entries(self, item: ItemId, until: int) -> list[Entry]:
        """Give both lanes of one item, in order."""
        lanes = {(Lane.ITEM, item.token_id), (Lane.BATCH, item.batch.batch)}
        return [
            log.entry
            for log in self.logs
            if log.entry and log.block_number <= until and (log.entry.lane, log.subject) in lanes
        ]

    def issuances(self, first: int, until: int) -> list[Issuance]:
        return [log.issuance for log in self.logs if log.issuance and first <= log.block_number <= until]

    # ---- writes

    def register(
        self,
        batch: BatchId,
        count: int,
        passports: bytes,
        *,
        by: Address = REGISTRAR,
        stock_account: Address = STOCK,
        claim_root: bytes = CLAIM_ROOT,
    ) -> None:
        self.mine()
        meta = Meta(by, EntryKind.REGISTERED, self.time_s)
        digest = registration_digest(
            self.chain_id, self.contract, batch.batch, count, stock_account, passports, claim_root
        )
        word = fold(0, 0, digest, meta.word)
        index = self._next_index()
        registration = Registration(batch.batch, count, stock_account, passports, claim_root, meta, self.tip, index)
        self._set("batch", batch.batch, registration)
        self._set("batch_state", batch.batch, word)
        self._set("issuance", 0, issuance_registration(self.issuance(self.tip), word, batch.batch, meta.word))
        self.logs.append(
            Log(
                self.tip,
                index,
                "BatchRegistered(uint256,uint32,address,bytes32,bytes32,uint256)",
                batch.batch,
                (_word(count), _word(stock_account), passports, claim_root, _word(meta.word)),
                Entry(Lane.BATCH, meta, digest, self.tip, index),
                registration,
            )
        )

    def step(self, item: ItemId, kind: EntryKind, document: bytes, *, by: Address) -> None:
        """Record a step, or a status change with a document."""
        self.mine()
        meta = Meta(by, kind, self.time_s)
        entry = self._item_entry(item, meta, document, document=ContentId(RAW, document))
        name = "StepRecorded(uint256,bytes32,uint256)"
        self._log(name, item.token_id, (document, _word(meta.word)), entry)
        if kind is EntryKind.LABEL_REPLACED:
            self._label_replaced(item, document, meta)

    def _label_replaced(self, item: ItemId, document: bytes, meta: Meta) -> None:
        word = self.value("state", item.token_id, self.tip)
        issuance = issuance_label_replaced(self.issuance(self.tip), word, item.token_id, document, meta.word)
        self._set("issuance", 0, issuance)
        index = self._next_index()
        cid = ContentId(RAW, document)
        replacement = LabelReplacement(item.token_id, word, cid, meta, self.tip, index)
        name = "LabelReplaced(uint256,uint256,bytes32,uint256)"
        words = (_word(word), document, _word(meta.word))
        self.logs.append(Log(self.tip, index, name, item.token_id, words, issuance=replacement))

    def batch_step(self, batch: BatchId, kind: EntryKind, document: bytes, *, by: Address) -> None:
        self.mine()
        meta = Meta(by, kind, self.time_s)
        entry = self._batch_entry(batch, meta, document, document=ContentId(RAW, document))
        name = "BatchStepRecorded(uint256,bytes32,uint256)"
        self._log(name, batch.batch, (document, _word(meta.word)), entry)

    def void(self, subject: ItemId | BatchId, number: int, document: bytes, *, by: Address) -> None:
        """Void entry `number` (from 1) of the subject's own lane."""
        self.mine()
        meta = Meta(by, EntryKind.VOIDED, self.time_s)
        digest = void_digest(number, document)
        told = {"document": ContentId(RAW, document), "voids": number}
        words = (_word(number), document, _word(meta.word))
        if isinstance(subject, BatchId):
            entry = self._batch_entry(subject, meta, digest, **told)
            self._log("BatchStepVoided(uint256,uint32,bytes32,uint256)", subject.batch, words, entry)
        else:
            entry = self._item_entry(subject, meta, digest, **told)
            self._log("StepVoided(uint256,uint32,bytes32,uint256)", subject.token_id, words, entry)

    def transfer(self, item: ItemId, to: Address) -> None:
        self.mine()
        from_ = self.words(item, self.tip).owner
        meta = Meta(from_, EntryKind.TRANSFERRED, self.time_s)
        entry = self._item_entry(item, meta, transfer_digest(from_, to), from_=from_, to=to)
        self._set("owner", item.token_id, to)
        words = (_word(from_), _word(to), _word(meta.word))
        self._log("TransferRecorded(uint256,address,address,uint256)", item.token_id, words, entry)

    def claim(self, item: ItemId, to: Address, claim_key: Address) -> None:
        self.mine()
        from_ = self.words(item, self.tip).owner
        meta = Meta(claim_key, EntryKind.CLAIMED, self.time_s)
        entry = self._item_entry(item, meta, claim_digest(from_, to, claim_key), from_=from_, to=to)
        self._set("owner", item.token_id, to)
        words = (_word(from_), _word(to), _word(claim_key), _word(meta.word))
        self._log("Claimed(uint256,address,address,address,uint256)", item.token_id, words, entry)

    def set_claim_key(self, item: ItemId, claim_key: Address, *, by: Address = REGISTRAR) -> None:
        self.mine()
        meta = Meta(by, EntryKind.CLAIM_KEY_SET, self.time_s)
        entry = self._item_entry(item, meta, claim_key_digest(claim_key))
        words = (_word(claim_key), _word(meta.word))
        self._log("ClaimKeySet(uint256,address,uint256)", item.token_id, words, entry)

    def report(self, item: ItemId, kind: EntryKind, reason: int = 0) -> None:
        """Report a piece stolen or lost, or take a report back."""
        self.mine()
        meta = Meta(self.words(item, self.tip).owner, kind, self.time_s)
        entry = self._item_entry(item, meta, report_digest(reason), reason=reason)
        words = (_word(reason), _word(meta.word))
        self._log("StepRecorded(uint256,bytes32,uint256)", item.token_id, words, entry)

    def dispute(self, actor: Address, since_s: int) -> None:
        """Dispute everything an actor wrote from `since_s` on."""
        self.mine()
        held = self.actor(actor, self.tip)
        self._set("actor", actor, ActorWord(held.kinds, held.valid_from, held.valid_until, since_s))

    def _item_entry(self, item: ItemId, meta: Meta, digest: bytes, **told) -> Entry:
        state = self.value("state", item.token_id, self.tip)
        batch_state = self.value("batch_state", item.batch.batch, self.tip)
        self._set("state", item.token_id, fold(state, batch_state, digest, meta.word))
        return Entry(Lane.ITEM, meta, digest, self.tip, self._next_index(), **told)

    def _batch_entry(self, batch: BatchId, meta: Meta, digest: bytes, **told) -> Entry:
        word = self.value("batch_state", batch.batch, self.tip)
        self._set("batch_state", batch.batch, fold(word, word, digest, meta.word))
        return Entry(Lane.BATCH, meta, digest, self.tip, self._next_index(), **told)

    def _next_index(self) -> int:
        return sum(log.block_number == self.tip for log in self.logs)

    def _log(self, name: str, subject: int, words: tuple[bytes, ...], entry: Entry) -> None:
        self.logs.append(Log(self.tip, entry.log_index, name, subject, words, entry))

    # ---- storage, as the compiled contract lays it out

    def storage(self, at: int) -> dict[int, int]:
        """Give every slot that is not zero at the end of block `at`."""
        slots = {13: self.issuance(at)}
        for batch in self.keys("batch"):
            item = ItemId(self.chain_id, self.contract, batch << INDEX_BITS)
            if words := self.words(item, at):
                slot = _slot(batch, 10)
                stock = int.from_bytes(address_bytes(words.stock_account))
                slots[slot] = stock << 96 | words.count << 64 | words.registered_at
                slots[slot + 1] = int.from_bytes(words.passports)
                slots[slot + 2] = int.from_bytes(words.claim_root)
        for token_id in self.keys("state"):
            slots[_slot(token_id, 11)] = self.value("state", token_id, at)
        for batch in self.keys("batch_state"):
            slots[_slot(batch, 12)] = self.value("batch_state", batch, at)
        for token_id in self.keys("owner"):
            owner = self.value("owner", token_id, at, None)
            slots[_slot(token_id, 2)] = int.from_bytes(address_bytes(owner)) if owner else 0
        for actor in self.keys("actor"):
            word = self.actor(actor, at)
            packed = word.kinds << 192 | word.valid_from << 128 | word.valid_until << 64 | word.disputed_since
            slots[_slot(int.from_bytes(address_bytes(actor)), 9)] = packed
        return {slot: value for slot, value in slots.items() if value}


def _slot(key: int, slot: int) -> int:
    return int.from_bytes(keccak256(key.to_bytes(32) + slot.to_bytes(32)))


def _word(value: int | Address) -> bytes:
    return value.to_bytes(32) if isinstance(value, int) else address_bytes(value).rjust(32, b"\0")
