"""Bundles that somebody changed: blindly, or knowing the form and re-hashing everything but one link.

A `Draft` is a bundle taken apart. An edit changes one thing; then every hash above it is made right again, up to one
link that stays as it was. Whoever forges a bundle stands before exactly that: some link must break. With the last of
them, `root`, even the header is made anew, and only the hash that came from elsewhere is left.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.car import car_parts
from provenance_schemas.content_id import DAG_PB, RAW, ContentId
from provenance_schemas.folding import fold
from provenance_schemas.ids import ItemId
from provenance_schemas.keccak import keccak256
from verifier.bundle_archive import MEMBERS, read_archive, write_archive
from verifier.bundle_blocks import read_blocks
from verifier.bundle_records import RECORD_BYTES, unpack_entries, unpack_issuances
from verifier.bundle_words import pack_nodes, unpack_nodes
from verifier.errors import BundleError
from verifier.history import Lane
from verifier.issuance import fold_issuance
from verifier.service import Verification
from verifier.verdict import Level, Outcome

LINKS: Final = ("name", "word", "node", "header", "root")
"""What lies above a document, lowest first: its name in records and directories, the folded words, the trie nodes'
hashes, the header's state root, and the header's own hash."""
_LATE: Final = 2**64 - 1
_TRANSPLANTED: Final = 0.08


@dataclass
class Draft:
    """One bundle, taken apart into what its hashes tie together."""

    members: dict[str, bytes]
    header: bytes
    nodes: list[bytes]
    entries: list[bytes]
    issuances: list[bytes]
    blocks: list[tuple[ContentId, bytes]]
    item: ItemId
    words: tuple[int, int, int]
    """Of the item, its batch and the issuance lane, as they stand in the nodes."""
    hashes: list[bytes]
    """Of the nodes, as their parents and the header name them."""

    @classmethod
    def of(cls, data: bytes) -> Draft:
        members = read_archive(data)
        nodes = list(unpack_nodes(members["nodes.bin"]))
        draft = cls(
            members,
            members["header.rlp"],
            nodes,
            _records(members["entries.bin"]),
            _records(members["issuances.bin"]),
            list(read_blocks(members["blocks.car"]).items()),
            ItemId.parse(json.loads(members["bundle.json"])["item"]),
            (0, 0, 0),
            [keccak256(node) for node in nodes],
        )
        draft.words = draft.folded()
        return draft

    def copy(self) -> Draft:
        return Draft(
            dict(self.members),
            self.header,
            self.nodes[:],
            self.entries[:],
            self.issuances[:],
            self.blocks[:],
            self.item,
            self.words,
            self.hashes[:],
        )

    def write(self) -> bytes:
        parts = {
            "header.rlp": self.header,
            "nodes.bin": pack_nodes(self.nodes),
            "entries.bin": b"".join(self.entries),
            "issuances.bin": b"".join(self.issuances),
            "blocks.car": b"".join(car_parts([self.blocks[0][0]], self.blocks)) if self.blocks else b"",
        }
        return write_archive(self.members | parts)

    def folded(self) -> tuple[int, int, int]:
        """Fold all three lanes as the records tell them."""
        issuances = unpack_issuances(b"".join(self.issuances), 0, _LATE)
        entries = unpack_entries(b"".join(self.entries), self.item, issuances, 0, _LATE)
        state = batch = issued = 0
        for entry in entries:
            if entry.lane is Lane.BATCH:
                batch = fold(batch, batch, entry.digest, entry.meta.word)
            else:
                state = fold(state, batch, entry.digest, entry.meta.word)
        for issuance in issuances:
            issued = fold_issuance(issued, issuance, self.item.chain_id, self.item.contract)
        return state, batch, issued

    # ---- hashes made right again

    def put_block(self, index: int, content: bytes, cut: str) -> None:
        """Change a block; unless the cut is at its name, name it anew wherever it is named."""
        cid, _ = self.blocks[index]
        renamed = ContentId.of(content, cid.codec)
        self.blocks[index] = (renamed, content)
        if cut != "name":
            self._rename(cid.digest, renamed.digest)

    def _rename(self, old: bytes, new: bytes) -> None:
        self.entries = [record.replace(old, new) for record in self.entries]
        self.issuances = [record.replace(old, new) for record in self.issuances]
        self.nodes = [node.replace(old, new) for node in self.nodes]
        for index, (cid, block) in enumerate(self.blocks):
            if cid.codec == DAG_PB and old in block:
                changed = block.replace(old, new)
                renamed = ContentId.of(changed, DAG_PB)
                self.blocks[index] = (renamed, changed)
                self._rename(cid.digest, renamed.digest)

    def heal(self, cut: str) -> None:
        """Make every hash right again, up to the link `cut`, which is left as it was."""
        above = LINKS.index(cut)
        if above > LINKS.index("word"):
            try:
                words = self.folded()
            except BundleError:  # a record that says nothing cannot be folded: it breaks by itself
                words = self.words
            for old, new in zip(self.words, words, strict=True):
                self.nodes = [node.replace(old.to_bytes(32), new.to_bytes(32)) for node in self.nodes]
        while above > LINKS.index("node") and self._heal_one_node(with_header=above > LINKS.index("header")):
            pass

    def _heal_one_node(self, *, with_header: bool) -> bool:
        for index, node in enumerate(self.nodes[: len(self.hashes)]):
            named, hashed = self.hashes[index], keccak256(node)
            if named != hashed:
                self.hashes[index] = hashed
                self.nodes = [other.replace(named, hashed) for other in self.nodes]
                if with_header:
                    self.header = self.header.replace(named, hashed)
                return True
        return False


def _records(data: bytes) -> list[bytes]:
    return [data[at : at + RECORD_BYTES] for at in range(0, len(data), RECORD_BYTES)]


def _flipped(content: bytes, rng: random.Random) -> bytes:
    """Change one byte."""
    at = rng.randrange(len(content))
    return content[:at] + bytes([content[at] ^ rng.randrange(1, 256)]) + content[at + 1 :]


def _above(link: str, rng: random.Random) -> str:
    """Choose the link that stays broken, at `link` or above it."""
    return rng.choice(LINKS[LINKS.index(link) :])


# ---- blind changes: bytes of the file, by somebody who knows nothing but ZIP


def flip_byte(data: bytes, rng: random.Random) -> bytes:
    return _flipped(data, rng)


def cut_short(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def insert_bytes(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.randrange(1, 40)) + data[at:]


def swap_ranges(data: bytes, rng: random.Random) -> bytes:
    a, b, c = sorted(rng.sample(range(len(data)), 3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def flip_in_member(data: bytes, rng: random.Random) -> bytes:
    """Change one byte of one member, and make the archive right again."""
    members = read_archive(data)
    name = rng.choices(list(MEMBERS), [len(members[name]) for name in MEMBERS])[0]
    return write_archive(members | {name: _flipped(members[name], rng)})


def flip_with_checksum(data: bytes, rng: random.Random) -> bytes:
    """Change one byte in the largest member and its CRC-32 in the local header alone, as a careless tool does."""
    members = read_archive(data)
    start = data.index(members["blocks.car"])
    at = start + rng.randrange(len(members["blocks.car"]))
    changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    body = changed[start : start + len(members["blocks.car"])]
    crc_at = start - len("blocks.car") - 16
    return changed[:crc_at] + zlib.crc32(body).to_bytes(4, "little") + changed[crc_at + 4 :]


BLIND: Final = (flip_byte, cut_short, insert_bytes, swap_ranges, flip_in_member, flip_with_checksum)


# ---- structured changes: one edit, and everything re-hashed but the link under test

Edit = Callable[[Draft, random.Random], None]


def edit_document(draft: Draft, rng: random.Random) -> None:
    """One byte of any block: passports, steps, commitment files, directories."""
    cut, index = _above("name", rng), rng.randrange(len(draft.blocks))
    draft.put_block(index, _flipped(draft.blocks[index][1], rng), cut)
    draft.heal(cut)


def edit_text(draft: Draft, rng: random.Random) -> None:
    """A text or a number of a document, in canonical form: the subject, the recorder, the place, a time."""
    cut = _above("name", rng)
    index = rng.choice([i for i, (cid, _) in enumerate(draft.blocks) if cid.codec == RAW])
    document = json.loads(draft.blocks[index][1])
    holder, key = rng.choice(list(_leaves(document)))
    holder[key] = _other_value(holder[key], rng)
    draft.put_block(index, canonical_bytes(document), cut)
    draft.heal(cut)


def _leaves(value: object) -> Iterator[tuple[object, object]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in list(pairs):
        if isinstance(member, dict | list):
            yield from _leaves(member)
        else:
            yield value, key


def _other_value(value: object, rng: random.Random) -> object:
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int | float):
        return int(value) + rng.randrange(1, 9)
    text = str(value)
    at = rng.randrange(len(text) or 1)
    return text[:at] + rng.choice("0123456789abcdefXYZ") + text[at:] if rng.random() < 0.5 else text[:at] or "x"


def swap_documents(draft: Draft, rng: random.Random) -> None:
    """The content of one document in the place of another."""
    cut = _above("name", rng)
    one, other = rng.sample([i for i, (cid, _) in enumerate(draft.blocks) if cid.codec == RAW], 2)
    draft.put_block(one, draft.blocks[other][1], cut)
    draft.heal(cut)


def edit_entry(draft: Draft, rng: random.Random) -> None:
    """One byte of one entry: lane, actor, kind, time, digest, what it tells."""
    index = rng.randrange(len(draft.entries))
    draft.entries[index] = _flipped(draft.entries[index], rng)
    draft.heal(_above("word", rng))


def move_entry(draft: Draft, rng: random.Random) -> None:
    """Swap, drop or repeat an entry, or put it into the other lane."""
    index, entries = rng.randrange(len(draft.entries)), draft.entries
    match rng.randrange(4):
        case 0:
            other = rng.randrange(len(entries))
            entries[index], entries[other] = entries[other], entries[index]
        case 1:
            del entries[index]
        case 2:
            entries.insert(rng.randrange(len(entries) + 1), entries[index])
        case _:
            entries[index] = bytes([entries[index][0] ^ 1]) + entries[index][1:]
    draft.heal(_above("word", rng))


def edit_issuance(draft: Draft, rng: random.Random) -> None:
    """One byte of one issuance, or one more or less of them."""
    index, issuances = rng.randrange(len(draft.issuances)), draft.issuances
    match rng.randrange(4):
        case 0:
            issuances.append(_flipped(issuances[index], rng))
        case 1:
            del issuances[index]
        case _:
            issuances[index] = _flipped(issuances[index], rng)
    draft.heal(_above("word", rng))


def edit_node(draft: Draft, rng: random.Random) -> None:
    """One byte of one trie node: a word, an actor's dispute, the storage root, the code hash, a branch."""
    index = rng.randrange(len(draft.nodes))
    draft.nodes[index] = _flipped(draft.nodes[index], rng)
    draft.heal(_above("node", rng))


def move_node(draft: Draft, rng: random.Random) -> None:
    """Swap, drop or repeat a node, or add one that nothing needs."""
    index, nodes = rng.randrange(len(draft.nodes)), draft.nodes
    match rng.randrange(4):
        case 0:
            other = rng.choice([i for i in range(len(nodes)) if i != index])
            nodes[index], nodes[other] = nodes[other], nodes[index]
        case 1:
            del nodes[index]
        case 2:
            nodes.insert(rng.randrange(len(nodes) + 1), nodes[index])
        case _:
            nodes.append(rng.randbytes(rng.randrange(1, 100)))


def move_block(draft: Draft, rng: random.Random) -> None:
    """Swap, drop or repeat a block, or add one that nothing needs. A document left out is told in the checks."""
    index, blocks = rng.randrange(len(draft.blocks)), draft.blocks
    match rng.randrange(5):
        case 0:
            other = rng.choice([i for i in range(len(blocks)) if i != index])
            blocks[index], blocks[other] = blocks[other], blocks[index]
        case 1:
            del blocks[index]
        case 2:
            del blocks[index]
            _soften(draft)
        case 3:
            blocks.insert(rng.randrange(len(blocks) + 1), blocks[index])
        case _:
            extra = rng.randbytes(rng.randrange(100))
            blocks.insert(rng.randrange(len(blocks) + 1), (ContentId.of(extra), extra))


def _soften(draft: Draft) -> None:
    """Tell in the checks what a bundle without one document honestly says."""
    checks = json.loads(draft.members["checks.json"])
    lost = ("documents.match", "documents.valid", "history.ordered")
    checks["findings"] |= dict.fromkeys(lost, "unknown")
    checks |= {"level": "caution", "answer": "step_unconfirmed"}
    draft.members["checks.json"] = canonical_bytes(checks)


def edit_header(draft: Draft, rng: random.Random) -> None:
    """One byte of the header: number, time, state root, parent."""
    draft.header = _flipped(draft.header, rng)


def edit_checks(draft: Draft, rng: random.Random) -> None:
    """Another level, answer or outcome; one less, one more."""
    checks = json.loads(draft.members["checks.json"])
    findings = checks["findings"]
    code = rng.choice(sorted(findings))
    match rng.randrange(5):
        case 0:
            findings[code] = rng.choice([o for o in ("passed", "failed", "unknown") if o != findings[code]])
        case 1:
            checks["level"] = rng.choice([o for o in ("caution", "rejected", "verified") if o != checks["level"]])
        case 2:
            checks["answer"] = rng.choice([o for o in ("stolen", "verified", "not_sold_yet") if o != checks["answer"]])
        case 3:
            del findings[code]
        case _:
            findings["chain.fresh"] = "passed"
    draft.members["checks.json"] = canonical_bytes(checks)


def edit_names(draft: Draft, rng: random.Random) -> None:
    """Another piece, chain or contract in bundle.json; another contract, code or deployment in trust.json."""
    item = draft.item
    near = item.token_id + rng.choice((-1, 1, 1 << 32)), item.chain_id + rng.randrange(1, 9)
    token, chain = rng.choice(((near[0], item.chain_id), (item.token_id, near[1])))
    trust = json.loads(draft.members["trust.json"])
    field = rng.choice(("item", "chain_id", "code_hash", "deployed_block", "deployed_block_hash", "extra"))
    registry = trust["registry"]
    if field in ("item", "chain_id"):
        value = {"type": "assay/bundle-1", "item": str(ItemId(chain, item.contract, token))}
        draft.members["bundle.json"] = canonical_bytes(value)
        registry["chain_id"] = chain
    elif field == "deployed_block":
        registry[field] += rng.randrange(1, 99)
    elif field == "extra":
        trust[rng.choice(("name", "hosts", "note"))] = "Maison Éclat"
    else:
        registry[field] = "0x" + rng.randbytes(32).hex()
    draft.members["trust.json"] = canonical_bytes(trust)


STRUCTURED: Final[dict[Edit, float]] = {
    edit_document: 1,
    edit_text: 1,
    swap_documents: 1,
    edit_entry: 1,
    move_entry: 1,
    edit_issuance: 1,
    edit_node: 1,
    move_node: 1,
    move_block: 0.5,
    edit_header: 1,
    edit_checks: 0.3,
    edit_names: 0.3,
}
"""How often each is made. The last ones cost a whole verification, and have few forms."""


def transplant(draft: Draft, other: Draft, rng: random.Random) -> None:
    """Some members of another genuine bundle: of another piece, or of another block."""
    names = rng.sample(list(MEMBERS), rng.randrange(1, len(MEMBERS)))
    mixed = Draft.of(write_archive(draft.members | {name: other.members[name] for name in names}))
    vars(draft).update(vars(mixed))


def mutations(genuine: bytes, others: list[bytes], seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Give `count` changed bundles, blind and structured in turn, each with the name of what was done.

    `others` are genuine bundles of other pieces or blocks. What came out unchanged by chance is done again.
    """
    rng = random.Random(seed)
    base = Draft.of(genuine)
    strangers = [Draft.of(data) for data in others]
    made = 0
    while made < count:
        if made % 2:
            blind = rng.choice(BLIND)
            name, data = blind.__name__, blind(genuine, rng)
        else:
            name, data = _structured(base, strangers, rng)
        if data != genuine and data not in others:
            made += 1
            yield name, data


def _structured(base: Draft, strangers: list[Draft], rng: random.Random) -> tuple[str, bytes]:
    draft = base.copy()
    if strangers and rng.random() < _TRANSPLANTED:
        transplant(draft, rng.choice(strangers), rng)
        return "transplant", draft.write()
    edit = rng.choices(list(STRUCTURED), list(STRUCTURED.values()))[0]
    edit(draft, rng)
    return edit.__name__, draft.write()


def is_accepted(found: Verification, truth: Verification) -> bool:
    """Say whether a changed bundle got further than it may.

    VERIFIED is for the genuine bytes alone, and nobody may be rejected by a change. A bundle that withholds a document
    is a caution, as long as it tells nothing else than the truth.
    """
    level = found.verdict.level
    if level is Level.UNDETERMINED:
        return False
    if level in (Level.VERIFIED, Level.REJECTED):
        return True
    facts, true = found.evidence, truth.evidence
    same = (facts.item, facts.final, facts.registered, facts.history) == (
        true.item,
        true.final,
        true.registered,
        true.history,
    )
    outcomes = {(f.code, f.outcome) for f in truth.verdict.findings}
    told = {(f.code, f.outcome) for f in found.verdict.findings if f.outcome is not Outcome.UNKNOWN}
    return not same or not told <= outcomes
