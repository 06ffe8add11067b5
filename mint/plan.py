"""Plan one registration: from pieces and drawn secrets to every byte that will be published. Pure."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from mint.book import NewPiece
from mint.identity import Identity
from mint.pieces import ImageInput, PieceInput, build_passport
from provenance_schemas.claim_codes import ClaimCode, claim_key, claim_key_address, claim_leaf, claim_tree
from provenance_schemas.commitments import Directory, directory_entries
from provenance_schemas.content_id import ContentId
from provenance_schemas.document_parts import Image
from provenance_schemas.ids import Address, BatchId
from provenance_schemas.labels import label_commitment, new_serial
from provenance_schemas.leaks import refuse_label_leak
from provenance_schemas.unixfs import Entries, Node, Put, add_directory, add_file


@dataclass(frozen=True, slots=True)
class Draw:
    """Everything random about one batch."""

    batch_id: int
    serials: tuple[str, ...] = field(repr=False)
    codes: tuple[ClaimCode, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """One registration, ready to be published and sent."""

    batch: BatchId
    pieces: tuple[NewPiece, ...]
    root: ContentId
    """Of the directory with the passports."""
    claim_root: bytes
    blocks: tuple[tuple[ContentId, bytes], ...] = field(repr=False)


def draw_secrets(count: int) -> Draw:
    """Draw a batch's number, serials and claim codes."""
    batch_id = 0
    while batch_id == 0:
        batch_id = secrets.randbits(64)
    serials = tuple(new_serial() for _ in range(count))
    return Draw(batch_id, serials, tuple(ClaimCode.new() for _ in range(count)))


def plan_batch(
    pieces: Iterator[PieceInput],
    draw: Draw,
    images: Mapping[ImageInput, Image],
    identity: Identity,
    issued_at: datetime,
) -> BatchPlan:
    """Write the documents of a batch: of as many pieces, the next ones, as secrets were drawn.

    1. A passport for each piece, which gives nothing of its label away.
    2. The claim tree.
    3. The directory of both passports and sorted commitments, as blocks.

    Raises DocumentError when a passport would be refused by its readers.
    """
    batch = identity.batch(draw.batch_id)
    planned: list[NewPiece] = []
    passports: list[bytes] = []
    commitments: list[bytes] = []
    for index, piece in enumerate(islice(pieces, len(draw.serials))):  # 1.
        serial, code = draw.serials[index], draw.codes[index]
        item = batch.item(index)
        commitment = label_commitment(piece.gtin, serial)
        passport = build_passport(piece, item, commitment, images, identity.maker, issued_at)
        document = passport.to_bytes()
        refuse_label_leak(passport.to_json(), piece.gtin, serial)
        address = _claim_address(code, batch, item.token_id)
        passports.append(document)
        commitments.append(commitment)
        digest = ContentId.of(document).digest
        planned.append(NewPiece(piece.reference, item.token_id, piece.gtin, piece.name, digest, address, serial, code))
    leaves = [claim_leaf(piece.token_id, piece.claim_address) for piece in planned]
    claim_root, _ = claim_tree(leaves)  # 2.
    root, blocks = directory_blocks(directory_entries(passports, commitments))  # 3.
    return BatchPlan(batch, tuple(planned), root, claim_root, blocks)


def _claim_address(code: ClaimCode, batch: BatchId, token_id: int) -> Address:
    return claim_key_address(claim_key(code, batch.chain_id, batch.contract, token_id))


def directory_blocks(directory: Directory) -> tuple[ContentId, tuple[tuple[ContentId, bytes], ...]]:
    """Write a directory as blocks: its root and all of them, each once."""
    blocks: dict[ContentId, bytes] = {}
    root = add_directory(_as_nodes(directory, blocks.__setitem__), blocks.__setitem__)
    return root.cid, tuple(blocks.items())


def _as_nodes(directory: Directory, put: Put) -> Entries:
    nodes: dict[str, Node | Entries] = {}
    for name, entry in directory.items():
        nodes[name] = add_file(io.BytesIO(entry), put) if isinstance(entry, bytes) else _as_nodes(entry, put)
    return nodes
