"""A house whose processes are killed, and the audit that finds what was lost or done twice."""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mint.house import House
from mint.localnet.start import ensure_localnet, stop_localnet
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.site import some_photo
from tests.integration.crash_driver import BLOCK, BUG, POOL, STRUCK
from verifier.adapters.registry_events import BATCH_REGISTERED, BATCH_STEP_RECORDED, STEP_RECORDED
from verifier.adapters.rpc_client import RpcClient
from verifier.evidence import History
from verifier.policies import MINT_READBACK
from verifier.verdict import Level

ROOT = Path(__file__).resolve().parents[2]
NOTHING = "nothing"
"""The state of a job that was killed before it was written down."""
_TIMEOUT_S = 120
INIT = ("mint", "init", "--brand", "Maison Éclat", "--host", "id.maison.example", "--gtin-prefix", "09521321")


@dataclass(frozen=True)
class Kill:
    """Where a process ends: at which commit, and before, inside or after it."""

    where: str
    when: str


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def struck(self) -> str:
        """Name of the intent that was being committed when the process was killed."""
        assert self.code == -signal.SIGKILL, self
        return next(line for line in self.err.splitlines() if line.startswith(STRUCK)).removeprefix(STRUCK)


@dataclass
class Audit:
    """What does not add up. Both lists are empty in a good world."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    transactions: int = 0
    pieces: int = 0
    steps: int = 0


def clean_environment() -> dict[str, str]:
    """The environment without any setting of ours; commands remember nothing in the tester's own folders."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
    return ours | {"ASSAY_STATE": "off"}


def piece_row(reference: str, **changes: object) -> dict[str, object]:
    """One row of a registration file that is right."""
    row: dict[str, object] = {
        "reference": reference,
        "gtin": "09521321000018",
        "name": "Aurore 25 bag",
        "model": "Aurore 25",
        "category": "handbag",
        "country": "FR",
        "description": "Full-grain calf leather, made by hand.",
        "materials": ["Calf leather:FR"],
        "marks": ["Eleven stitches", "A25 inside", "Blue lining"],
        "images": ["front.jpg=The front"],
    }
    return row | changes


class CrashHouse:
    """One house in a folder, worked by commands as processes of their own."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self.data = folder / "house"
        self.ledger = self.data / "localnet"
        self._inputs = folder
        (folder / "front.jpg").write_bytes(some_photo())
        self._driver = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.crash_driver", "serve"],
            cwd=ROOT,
            env=clean_environment() | dict(environ or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._promised: dict[str, bytes] = {}
        self._acknowledged: list[str] = []

    def write_pieces(self, prefix: str, count: int) -> Path:
        """Write a registration file of so many pieces."""
        path = self._inputs / f"{prefix}.json"
        path.write_text(json.dumps([piece_row(f"{prefix}-{number}") for number in range(count)]))
        return path

    def write_steps(self, reference: str) -> Path:
        """Write a file of two steps, which need a transaction each."""
        path = self._inputs / f"steps-{reference}.json"
        kinds = (("manufactured", "2026-01-05T10:00:00+01:00"), ("inspected", "2026-01-06T10:00:00+01:00"))
        path.write_text(json.dumps([{"piece": reference, "kind": kind, "at": at} for kind, at in kinds]))
        return path

    def run(self, *command: object, kill: Kill | None = None, file_max_bytes: int | None = None) -> Ended:
        """Run one command of the house to its end, which may be a kill. What the outbox holds then is a promise."""
        ended = self.assay(*command, "--data", self.data, kill=kill, file_max_bytes=file_max_bytes)
        self._remember_promises()
        return ended

    def assay(self, *command: object, kill: Kill | None = None, file_max_bytes: int | None = None) -> Ended:
        """Run any `assay` command as a process of its own."""
        order = {
            "words": [str(word) for word in command],
            "kill": kill and [kill.where, kill.when],
            "folder": str(self._inputs),
            "file_max_bytes": file_max_bytes,
        }
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps(order) + "\n")
        self._driver.stdin.flush()
        ready, _, _ = select.select([self._driver.stdout], [], [], _TIMEOUT_S)
        assert ready, f"still running after {_TIMEOUT_S} s: {command}"
        code = int(self._driver.stdout.readline())
        out, err = ((self._inputs / name).read_text("utf-8") for name in ("stdout", "stderr"))
        assert code != BUG, err
        return Ended(code, out, err)

    def register(self, path: Path) -> list[str]:
        """Register a file and note what was acknowledged."""
        ended = self.run("mint", "register", path, "--json")
        assert ended.code == 0, ended
        items = [one["item"] for one in json.loads(ended.out)["registered"]]
        self._acknowledged += items
        return items

    @contextmanager
    def ledger_that_dies(self, kill: Kill) -> Iterator[subprocess.Popen[str]]:
        """Run the embedded ledger under a process that ends it; commands find it like any other."""
        assert kill.where in {BLOCK, POOL}
        stop_localnet(self.ledger)
        words = [kill.where, kill.when, "--data-dir", str(self.ledger)]
        with subprocess.Popen(
            [sys.executable, "-m", "tests.integration.crash_driver", *words],
            cwd=ROOT,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("listening ")
            try:
                yield process
                assert process.wait(timeout=_TIMEOUT_S) == -signal.SIGKILL
            finally:
                process.kill()

    def state_of(self, key: str) -> str:
        """Give the state of an intent in the outbox, as the disk has it."""
        states = {row["key"]: row["state"] for row in self.rows("SELECT key, state FROM intent")}
        return states.get(key, NOTHING)

    def newest_key(self) -> str:
        """Name the intent written last."""
        return self.rows("SELECT key FROM intent ORDER BY id DESC LIMIT 1")[0]["key"]

    def _remember_promises(self) -> None:
        for row in self.rows("SELECT key, calldata FROM intent"):
            known = self._promised.setdefault(row["key"], row["calldata"])
            assert known == row["calldata"], "an intent was changed under its key"

    def rows(self, sql: str) -> list[sqlite3.Row]:
        """Ask the house's database, read-only."""
        path = self.data / "house.sqlite3"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql).fetchall()

    def stop(self) -> None:
        """End the ledger and the driver."""
        stop_localnet(self.ledger)
        self._driver.communicate()

    # ---- killing

    def strike(self, where: str, when: str, *command: object) -> str:
        """Kill a command at a commit; gives the state its intent is in then."""
        return self.state_of(self.run(*command, kill=Kill(where, when)).struck)

    def strike_ledger(self, where: str, when: str, *command: object) -> str:
        """Kill the embedded ledger at a commit, under a command; gives the state that the command's intent is in.

        The command ends with 3 and keeps what it promised.
        """
        with self.ledger_that_dies(Kill(where, when)):
            ended = self.run(*command)
        assert ended.code == 3, ended
        return self.state_of(self.newest_key())

    # ---- the audit

    def audit(self) -> Audit:
        """Hold the ledger against the outbox, the book against the ledger, and verify every piece as a stranger."""
        audit = Audit()
        client = RpcClient(ensure_localnet(self.ledger).url)
        try:
            self._audit_transactions(client, audit)
            self._audit_events(client, audit)
        finally:
            client.close()
        self._audit_pieces(audit)
        return audit

    def _audit_transactions(self, client: RpcClient, audit: Audit) -> None:
        """Every intent has exactly one transaction on the ledger, every transaction is an intent's."""
        sealed = sealed_transactions(client)
        audit.transactions = len(sealed)
        signed = {"0x" + row["hash"].hex(): row["intent"] for row in self.rows("SELECT hash, intent FROM attempt")}
        audit.doubled += [f"transaction {one} is of no intent" for one in sealed if one not in signed]
        mined = Counter(signed[one] for one in sealed if one in signed)
        succeeded = {signed[one] for one, status in sealed.items() if status == 1 and one in signed}
        rows = {row["key"]: row for row in self.rows("SELECT id, key, state FROM intent")}
        for key, row in rows.items():
            if mined[row["id"]] > 1:
                audit.doubled.append(f"{key} was mined {mined[row['id']]} times")
            if row["state"] == "failed" and row["id"] in succeeded:
                audit.lost.append(f"{key} is failed in the book and succeeded on the ledger")
            if row["state"] != "failed" and (row["state"] != "confirmed" or row["id"] not in succeeded):
                audit.lost.append(f"{key} is {row['state']} and was mined {mined[row['id']]} times")
        audit.lost += [f"{key} was promised and is gone" for key in self._promised if key not in rows]

    def _audit_events(self, client: RpcClient, audit: Audit) -> None:
        """Every batch and every step of the book stands on the ledger exactly once, and nothing else does."""
        logs = client.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
        batches = Counter(int(log["topics"][1], 16) for log in logs if log["topics"][0] == BATCH_REGISTERED)
        booked = {int(row["batch"]) for row in self.rows(f"SELECT batch FROM piece {_LIVE}")}
        topics = (STEP_RECORDED, BATCH_STEP_RECORDED)
        steps = Counter(log["data"][2:66] for log in logs if log["topics"][0] in topics and not _is_report(log))
        written = {row["document"].hex() for row in self.rows(f"SELECT document FROM step {_LIVE}")}
        audit.steps = len(written)
        for what, found, wanted in (("batch", batches, booked), ("step", steps, written)):
            audit.lost += [f"{what} {one} is not on the ledger" for one in wanted - set(found)]
            audit.doubled += [f"{what} {one} is not in the book" for one in set(found) - wanted]
            audit.doubled += [f"{what} {one} stands there {count} times" for one, count in found.items() if count > 1]

    def _audit_pieces(self, audit: Audit) -> None:
        house = House.open(self.data)
        try:
            pieces, verifier = house.book.pieces(limit=1_000), house.verifier()
            audit.pieces = len(pieces)
            items = {str(house.identity.item(piece.token_id)) for piece in pieces}
            audit.lost += [
                f"{item} was acknowledged and is not in the book" for item in self._acknowledged if item not in items
            ]
            for piece in pieces:
                verification = verifier.verify_item(house.identity.item(piece.token_id), MINT_READBACK)
                if verification.verdict.level is not Level.VERIFIED:
                    audit.lost.append(f"{piece.reference} is {verification.verdict.level}")
                assert isinstance(verification.evidence.history, History)
        finally:
            house.close()


_LIVE = "WHERE intent IN (SELECT id FROM intent WHERE state != 'failed')"


def _is_report(log: dict[str, Any]) -> bool:
    """Say whether a step's event tells a report: it has a reason where a document would be, and no row in the book."""
    kind = int(log["data"][66:130], 16) >> 64 & 0xFFFFFFFF  # actor 160 | kind 32 | time 64
    return kind in {EntryKind.REPORTED_STOLEN, EntryKind.REPORTED_LOST, EntryKind.REPORT_WITHDRAWN}


def sealed_transactions(client: RpcClient) -> dict[str, int]:
    """Every transaction on the ledger with its status, in order. Twice in two blocks would be the ledger's fault."""
    head = int(client.call("eth_blockNumber"), 16)
    found: dict[str, int] = {}
    for number in range(head + 1):
        block: dict[str, Any] = client.call("eth_getBlockByNumber", hex(number), False)
        for one in block["transactions"]:
            assert one not in found, f"{one} was sealed twice"
            found[one] = int(client.call("eth_getTransactionReceipt", one)["status"], 16)
    return found
