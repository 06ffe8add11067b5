"""The house's book: its pieces, their labels and claim keys, its steps and actors. Private: it holds secrets."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from mint.database import HouseDatabase
from mint.outbox import State
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.ids import Address
from provenance_schemas.step_kinds import EntryKind


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the house."""

    reference: str
    """The brand's own unique number of it."""
    token_id: int
    batch_id: int
    index: int
    gtin: str
    name: str
    passport: bytes
    """Digest of its passport, 32 bytes."""
    state: State
    """How far its registration has come."""


@dataclass(frozen=True, slots=True)
class NewPiece:
    """A piece to be registered, with the two secrets drawn for it."""

    reference: str
    token_id: int
    gtin: str
    name: str
    passport: bytes
    claim_address: Address
    serial: str = field(repr=False)
    code: ClaimCode = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClaimKey:
    """The claim key in force for a piece."""

    address: Address
    is_leaf: bool
    """Whether it stands in the batch's tree; otherwise it was set later, and needs no proof."""
    code: ClaimCode | None = field(repr=False)
    """None once its card was printed."""


@dataclass(frozen=True, slots=True)
class BookedStep:
    """A step that was planned or recorded."""

    document: bytes
    """Digest, 32 bytes."""
    subject: str
    """Token or batch, in text form."""
    kind: EntryKind


@dataclass(frozen=True, slots=True)
class Actor:
    """One who may record steps."""

    name: str
    address: Address
    role: str
    company: str
    """Stands in documents as the recorder."""
    kinds: frozenset[EntryKind]
    key: str | None
    """Name of its key in this house; None when the key is elsewhere."""


_SMALL: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
"""As both engines lower the capitals of a column that is sorted by its bytes."""
_PIECE = "SELECT piece.*, intent.state FROM piece JOIN intent ON intent.id = piece.intent"
_STEP = "SELECT happened_at FROM step JOIN intent ON intent.id = step.intent"
_LIVE = "intent.state != 'failed'"


class Book:
    """The tables of one house. Methods that write belong into a transaction of the database."""

    def __init__(self, database: HouseDatabase) -> None:
        self.database = database

    # ---- pieces

    def add_pieces(self, intent_id: int, pieces: Sequence[NewPiece]) -> None:
        """Write down pieces whose registration is planned. A reference whose registration failed is free again."""
        self.database.execute("DELETE FROM piece WHERE intent IN (SELECT id FROM intent WHERE state = 'failed')")
        self.database.execute_many(
            "INSERT INTO piece (reference, token, batch, place, gtin, name, passport, intent)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    p.reference,
                    str(p.token_id),
                    str(p.token_id >> 32),
                    p.token_id & 0xFFFFFFFF,
                    p.gtin,
                    p.name,
                    p.passport,
                    intent_id,
                )
                for p in pieces
            ],
        )
        self.database.execute_many(
            "INSERT INTO label (token, ordinal, serial, intent) VALUES (?, 0, ?, ?)",
            [(str(p.token_id), p.serial, intent_id) for p in pieces],
        )
        self.database.execute_many(
            "INSERT INTO claim_key (token, ordinal, address, code, intent) VALUES (?, 0, ?, ?, ?)",
            [(str(p.token_id), p.claim_address, p.code.secret, intent_id) for p in pieces],
        )

    def piece(self, reference: str) -> Piece | None:
        """Find a piece by its reference."""
        return self._piece(f"{_PIECE} WHERE reference = ? AND {_LIVE}", reference)

    def piece_of_token(self, token_id: int) -> Piece | None:
        """Find a piece by its token."""
        return self._piece(f"{_PIECE} WHERE token = ? AND {_LIVE}", str(token_id))

    def pieces(self, *, limit: int, after: str = "") -> list[Piece]:
        """List pieces by reference."""
        rows = self.database.rows(
            f"{_PIECE} WHERE {_LIVE} AND reference > ? ORDER BY reference LIMIT ?", (after, limit)
        )
        return [_piece(row) for row in rows]

    def newest_pieces(self, *, limit: int) -> list[Piece]:
        """List the pieces that were registered last, the newest first."""
        rows = self.database.rows(f"{_PIECE} WHERE {_LIVE} ORDER BY piece.rowid DESC LIMIT ?", (limit,))
        return [_piece(row) for row in rows]

    def search_pieces(self, text: str, *, limit: int) -> list[Piece]:
        """List pieces whose reference holds `text`, capitals or not; those that begin with it first."""
        pattern = re.sub(r"([\\%_])", r"\\\1", text.translate(_SMALL))
        rows = self.database.rows(
            rf"{_PIECE} WHERE {_LIVE} AND lower(reference) LIKE ? ESCAPE '\'"
            rf" ORDER BY lower(reference) NOT LIKE ? ESCAPE '\', reference LIMIT ?",
            (f"%{pattern}%", f"{pattern}%", limit),
        )
        return [_piece(row) for row in rows]

    def pieces_of_job(self, job: str, *, limit: int) -> list[Piece]:
        """Give the pieces that one job registered, by reference."""
        rows = self.database.rows(f"{_PIECE} WHERE intent.job = ? ORDER BY reference LIMIT ?", (job, limit))
        return [_piece(row) for row in rows]

    def pieces_of_batch(self, batch_id: int) -> list[Piece]:
        """Give a batch's pieces in the order of their index."""
        sql = f"{_PIECE} WHERE batch = ? AND {_LIVE} ORDER BY place"
        return [_piece(row) for row in self.database.rows(sql, (str(batch_id),))]

    def known(self, references: Iterable[str]) -> dict[str, Piece]:
        """Give those of `references` that are taken."""
        found = {reference: self.piece(reference) for reference in references}
        return {reference: piece for reference, piece in found.items() if piece is not None}

    def _piece(self, sql: str, argument: str) -> Piece | None:
        row = self.database.row(sql, (argument,))
        return _piece(row) if row else None

    # ---- labels and claim keys

    def add_label(self, intent_id: int, token_id: int, serial: str) -> None:
        """Write down the serial of a label that is to replace the one before."""
        self.database.execute(
            "INSERT INTO label (token, ordinal, serial, intent) SELECT ?, count(*), ?, ? FROM label WHERE token = ?",
            (str(token_id), serial, intent_id, str(token_id)),
        )

    def serial(self, token_id: int) -> str | None:
        """Give the serial in force: of the last label that the ledger confirmed."""
        row = self.database.row(
            "SELECT serial FROM label JOIN intent ON intent.id = label.intent"
            " WHERE token = ? AND intent.state = 'confirmed' ORDER BY ordinal DESC",
            (str(token_id),),
        )
        return row["serial"] if row else None

    def add_claim_key(self, intent_id: int, token_id: int, address: Address, code: ClaimCode) -> None:
        """Write down a claim key that is to replace the one before."""
        self.database.execute(
            "INSERT INTO claim_key (token, ordinal, address, code, intent)"
            " SELECT ?, count(*), ?, ?, ? FROM claim_key WHERE token = ?",
            (str(token_id), address, code.secret, intent_id, str(token_id)),
        )

    def claim_key(self, token_id: int) -> ClaimKey | None:
        """Give the claim key in force."""
        row = self.database.row(
            "SELECT claim_key.* FROM claim_key JOIN intent ON intent.id = claim_key.intent"
            " WHERE token = ? AND intent.state = 'confirmed' ORDER BY ordinal DESC",
            (str(token_id),),
        )
        if row is None:
            return None
        code = ClaimCode(row["code"]) if row["code"] is not None else None
        return ClaimKey(row["address"], row["ordinal"] == 0, code)

    def leaf_addresses(self, batch_id: int) -> list[Address]:
        """Give the claim keys' accounts of a whole batch, in the order of the index: what its tree is built of."""
        rows = self.database.rows(
            "SELECT address FROM claim_key JOIN piece ON piece.token = claim_key.token"
            " WHERE piece.batch = ? AND ordinal = 0 ORDER BY place",
            (str(batch_id),),
        )
        return [row["address"] for row in rows]

    def forget_codes(self, token_ids: Sequence[int]) -> None:
        """Erase the claim codes of pieces whose cards are printed, from the log too."""
        with self.database.transaction():
            self.database.execute_many(
                "UPDATE claim_key SET code = NULL WHERE token = ?", [(str(token_id),) for token_id in token_ids]
            )
        self.database.forget_log()

    def forget_code(self, token_id: int, address: Address) -> bool:
        """Erase the code of one claim key, from the log too; say whether it was still here."""
        with self.database.transaction():
            key = self.claim_key(token_id)
            found = key is not None and key.address == address and key.code is not None
            sql = "UPDATE claim_key SET code = NULL WHERE token = ? AND address = ?"
            self.database.execute(sql, (str(token_id), address))
        self.database.forget_log()
        return found

    # ---- steps

    def add_step(self, intent_id: int, document: bytes, subject: str, kind: EntryKind, happened_at: datetime) -> None:
        """Write down a step that is to be recorded; `subject` is a token or batch in text form."""
        self.forget_step(document)
        self.database.execute(
            "INSERT INTO step (document, subject, kind, happened_at, intent) VALUES (?, ?, ?, ?, ?)",
            (document, subject, int(kind), happened_at.isoformat(), intent_id),
        )

    def steps_of_job(self, job: str) -> list[BookedStep]:
        """Give the steps of one job in the order they were planned."""
        rows = self.database.rows(
            "SELECT step.* FROM step JOIN intent ON intent.id = step.intent WHERE intent.job = ? ORDER BY step.rowid",
            (job,),
        )
        return [BookedStep(row["document"], row["subject"], EntryKind(row["kind"])) for row in rows]

    def forget_step(self, document: bytes) -> None:
        """Strike out a step that was voided: later ones need not follow it in time."""
        self.database.execute("DELETE FROM step WHERE document = ?", (document,))

    def last_happened(self, subjects: Sequence[str]) -> datetime | None:
        """Give when the step recorded last on any of `subjects` happened."""
        marks = ",".join("?" * len(subjects))
        sql = f"{_STEP} WHERE subject IN ({marks}) AND {_LIVE} ORDER BY step.rowid DESC"
        row = self.database.row(sql, subjects)
        return datetime.fromisoformat(row["happened_at"]) if row else None

    # ---- actors

    def add_actor(self, intent_id: int, actor: Actor) -> None:
        """Write down an actor, or change one."""
        bitmap = sum(1 << kind for kind in actor.kinds)
        self.database.execute("DELETE FROM actor WHERE name = ? OR address = ?", (actor.name, actor.address))
        self.database.execute(
            "INSERT INTO actor (name, address, role, company, kinds, key, intent) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (actor.name, actor.address, actor.role, actor.company, bitmap, actor.key, intent_id),
        )

    def actors(self) -> list[Actor]:
        """List the actors by name."""
        sql = f"SELECT actor.* FROM actor JOIN intent ON intent.id = actor.intent WHERE {_LIVE} ORDER BY name"  # noqa: S608
        return [_actor(row) for row in self.database.rows(sql)]

    def actor(self, name: str) -> Actor | None:
        """Find an actor by name."""
        return next((actor for actor in self.actors() if actor.name == name), None)


def _piece(row: Any) -> Piece:
    return Piece(
        row["reference"],
        int(row["token"]),
        int(row["batch"]),
        row["place"],
        row["gtin"],
        row["name"],
        row["passport"],
        State(row["state"]),
    )


def _actor(row: Any) -> Actor:
    kinds = frozenset(kind for kind in EntryKind if row["kinds"] >> kind & 1)
    return Actor(row["name"], row["address"], row["role"], row["company"], kinds, row["key"])
