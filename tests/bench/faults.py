"""Faults under load: the whole stack is used, killed and starved; then everything that was promised is looked for.

`ASSAY_FAULTS_KILLS` asks for fewer kills than 50, for a trial.
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from loyalty.adapters.sql_database import Database
from loyalty.points import Points
from loyalty.rulebook import shipped_rules
from mint.records import Records
from provenance_schemas.labels import format_label, new_serial
from tests.bench.faults_load import UNDETERMINED, Load, Piece, Record
from tests.bench.faults_stack import Kubo, Stack, is_alive, kill, kubo_program, postgres_program, wait_for
from tests.bench.faults_truth import Truth, find_truth
from tests.bench.figures import Figure
from tests.fakes.postgres import Postgres
from tests.integration.crash_driver import AFTER, BEFORE
from tests.integration.crash_support import Kill

WEB, WORKER, LEDGER, MINT = "web", "worker", "ledger", "mint"
ROUND = (WEB, WORKER, MINT, WEB, LEDGER, WORKER, MINT, WEB, LEDGER, WORKER)
_KILLS = int(os.environ.get("ASSAY_FAULTS_KILLS", "50"))
_SEED = 20_261_122
_PIECES = 80
_QUIET, _CLAIMED, _COLLECTED = slice(0, 6), slice(6, 50), slice(50, 68)
_SCANNED = slice(68, 79)
_FUNDS = 1_000_000
_AWAY_S = 6.0
_RESTARTS = 3
_REST_S = 120.0
_TRIES = 60
_STATES = (("published", AFTER), ("signed", BEFORE), ("sent", BEFORE), ("sent", AFTER), ("mined", AFTER))


def measure() -> list[Figure]:
    """Let people use the site, kill what answers them, starve it, let it rest, and count what does not add up.

    Once over files, with every kind of kill; then over PostgreSQL, which is killed itself and comes back.
    """
    found: list[tuple[Campaign, Truth]] = []
    with tempfile.TemporaryDirectory(prefix="assay-faults-") as folder, _kubo(Path(folder) / "ipfs") as kubo:
        environ = {"ASSAY_IPFS_API": kubo.api} if kubo else {}
        found.append(_campaign(Path(folder) / "work", _KILLS, environ, kubo=kubo))
    if postgres_program() is not None:
        with tempfile.TemporaryDirectory(prefix="assay-faults-") as folder:
            found.append(_on_postgres(Path(folder) / "work"))
    else:
        print("   no PostgreSQL: its restart is left out")
    return figures(found)


def _campaign(
    folder: Path, kills: int, environ: dict[str, str], *, kubo: Kubo | None = None, postgres: Postgres | None = None
) -> tuple[Campaign, Truth]:
    folder.mkdir()
    stack = Stack(folder, environ, environ.get("ASSAY_DATABASE", ""))
    try:
        campaign = Campaign(stack, kills, kubo, postgres)
        truth = campaign.run()
        campaign.tell(truth)
        return campaign, truth
    finally:
        stack.stop()


def _on_postgres(folder: Path) -> tuple[Campaign, Truth]:
    """Run a shorter campaign on a server that keeps what it said. The audit opens the house in this process."""
    postgres = Postgres(durable=True)
    url = postgres.url(postgres.new_database(name="assay"))
    os.environ["ASSAY_DATABASE"] = url
    try:
        return _campaign(folder, max(_KILLS // 6, 1), {"ASSAY_DATABASE": url}, postgres=postgres)
    finally:
        del os.environ["ASSAY_DATABASE"]
        postgres.close()


@contextmanager
def _kubo(folder: Path) -> Iterator[Kubo | None]:
    program = kubo_program()
    if program is None:
        print("   no Kubo: its fault is left out")
        yield None
        return
    folder.mkdir()
    kubo = Kubo(program, folder)
    kubo.start()
    try:
        yield kubo
    finally:
        kubo.kill()


class Campaign:
    """One stack, its people, and who kills it."""

    def __init__(self, stack: Stack, goal: int, kubo: Kubo | None, postgres: Postgres | None) -> None:
        self.stack, self.goal, self.kubo, self.postgres = stack, goal, kubo, postgres
        self.random = random.Random(_SEED)
        self.record = Record()
        self.kills: Counter[str] = Counter()
        self.hit: Counter[str] = Counter()
        """What was under way when something was killed."""
        self.faults: Counter[str] = Counter()
        self._minted = 0

    def run(self) -> Truth:
        """Run the whole campaign.

        1. A house with pieces, and the site over it.
        2. People, all the while.
        3. Kills; then a node and an IPFS node that are away, and disks that are full.
        4. Rest, and the truth.
        """
        self.stack.found(_PIECES)  # 1.
        self.stack.start()
        load = self._people(self.stack.database())  # 2.
        try:
            self._kill_often()  # 3.
            self._starve()
        finally:
            load.stop()
        self._rest()  # 4.
        return find_truth(self.stack, self.record)

    # ---- people

    def _people(self, database: Database) -> Load:
        points = Points(database, shipped_rules(), time.time)
        for campaign in points.rules.campaigns:
            points.fund(campaign, _FUNDS, f"bench-{campaign}")
        load = Load(self.stack.port, database, self.record, _SEED)
        pieces, forged = self._pieces()
        looking = load.browser()
        watched = [*pieces[_QUIET], pieces[-1], *forged]
        watched = [Piece(p.reference, p.path, p.serial, p.gtin, None, load.answer_of(looking, p)) for p in watched]
        answers = Counter(piece.truth for piece in watched)
        assert set(answers) == {"verified", "not_sold_yet", "not_issued"}, answers
        to_claim = list(pieces[_CLAIMED])
        collected, scanned = pieces[_COLLECTED], pieces[_SCANNED]
        numbers = iter(range(10_000))
        load.start("look", lambda: load.look(looking, watched))
        load.start("collect", lambda: load.collect(self.random.choice(collected)))
        load.start("scan", lambda: load.report_scan(self.random.choice(scanned)))
        for name in ("claim", "claim too", "claim as well"):
            load.start(name, lambda: self._claim(load, to_claim), 1.0)
        load.start("register", lambda: load.register(f"FORM-{next(numbers)}"), 5.0)
        return load

    def _claim(self, load: Load, left: list[Piece]) -> bool:
        with self.record.lock:
            piece = left.pop() if left else None
        if piece is not None:
            load.claim(piece)
        return piece is not None

    def _pieces(self) -> tuple[list[Piece], list[Piece]]:
        """Read labels and codes from the house's own records, as cards and labels carry them."""
        records = Records.open(self.stack.data)
        try:
            found = [records.piece(f"PIECE-{number}") for number in range(_PIECES)]
            pieces = []
            for piece in found:
                serial, key = records.book.serial(piece.token_id), records.book.claim_key(piece.token_id)
                assert serial is not None
                assert key is not None
                pieces.append(self._piece(piece.reference, piece.gtin, serial, key.code))
            forged = [self._piece(f"FORGED-{n}", found[0].gtin, new_serial(), None) for n in range(2)]
        finally:
            records.close()
        return pieces, forged

    def _piece(self, reference: str, gtin: str, serial: str, code: object) -> Piece:
        text = format_label(self.stack.host, gtin, serial)
        return Piece(reference, "/" + text.split("/", 3)[3], serial, gtin, code)  # type: ignore[arg-type]

    # ---- kills

    def _kill_often(self) -> None:
        strikes: dict[str, Callable[[], bool]] = {
            WEB: self._kill_web,
            WORKER: self._kill_worker,
            LEDGER: self._kill_ledger,
            MINT: self._kill_mint,
        }
        for number in range(_TRIES * 5):
            if self.kills.total() >= self.goal:
                return
            target = ROUND[number % len(ROUND)]
            if strikes[target]():
                self.kills[target] += 1
            self._recover()

    def _recover(self) -> None:
        assert wait_for(self.stack.answers), f"the site does not come back: {self.stack.said()}"
        assert wait_for(self.stack.worker), f"the worker does not come back: {self.stack.said()}"
        if not wait_for(self.stack.ledger, 3):
            self.stack.ledger_returns()
        assert wait_for(lambda: self.stack.answers("/ready")), f"the site is not ready again: {self.stack.said()}"

    def _kill_web(self) -> bool:
        """Kill a process that answers; it counts when somebody's answer was lost by it."""
        wait_for(lambda: sum(self.record.open.values()) >= 2, 10)
        time.sleep(self.random.uniform(0, 0.2))
        before = Counter(self.record.broken)
        found = self.stack.web_workers()
        if not found:
            return False
        kill(self.random.choice(found))
        wait_for(lambda: self.record.broken != before, 1)
        lost = self.record.broken - before
        self.hit.update(f"request:{what}" for what in lost)
        return bool(lost)

    def _kill_worker(self) -> bool:
        """Kill the worker within a job."""
        if not wait_for(self.stack.running_jobs, 15):
            return False
        time.sleep(self.random.uniform(0, 0.3))
        pid, at = self.stack.worker(), self.stack.running_jobs()
        if not pid or not at:
            return False
        kill(pid)
        wait_for(lambda: not is_alive(pid), 5)
        self.hit.update(f"job:{kind}" for kind in at)
        return True

    def _kill_ledger(self) -> bool:
        """Kill the ledger while a transaction is under way."""
        if not wait_for(self.stack.open_intents, 15):
            return False
        time.sleep(self.random.uniform(0, 0.3))
        pid, at = self.stack.ledger(), self.stack.open_intents()
        if not pid or not at:
            return False
        kill(pid)
        wait_for(lambda: not is_alive(pid), 5)
        self.hit.update(f"transaction:{state}" for state in at)
        return True

    def _kill_mint(self) -> bool:
        """Kill a command of the house at one of its commits; the worker has the house's lock now and then."""
        where, when = _STATES[self.kills[MINT] % len(_STATES)]
        self._minted += 1
        path = self.stack.house.write_pieces(f"MINT-{self._minted}", 1)
        for _ in range(_TRIES):
            ended = self.stack.house.run("mint", "register", path, kill=Kill(where, when))
            if ended.code == -signal.SIGKILL:
                self.hit[f"command:{where}"] += 1
                return True
            if ended.code == 0:
                return False  # what was to be struck was done by another way
            time.sleep(self.random.uniform(0, 0.2))
        return False

    # ---- starving

    def _starve(self) -> None:
        """Let parts be away, or without a disk, one after the other."""
        if self.postgres is not None:
            for _ in range(_RESTARTS):
                self.postgres.kill()
                time.sleep(1)
                self.postgres.start()
                self.faults["postgres killed and back"] += 1
                self._recover()
                time.sleep(_AWAY_S)
            self.postgres.stop()
            self.postgres.start()
            self.faults["postgres restarted"] += 1
            self._recover()
            return
        os.kill(pid := self.stack.ledger(), signal.SIGSTOP)  # a node that hangs
        time.sleep(_AWAY_S)
        os.kill(pid, signal.SIGCONT)
        self.faults["node hangs"] += 1
        self._recover()
        if self.kubo is not None:
            self.kubo.kill()
            time.sleep(_AWAY_S)
            self.kubo.start()
            self.faults["kubo away"] += 1
        with self.stack.full_disk([*self.stack.web_workers(), self.stack.worker()]):
            time.sleep(_AWAY_S)
        self.faults["disk full, site and worker"] += 1
        self._recover()
        path = self.stack.house.write_pieces("FULL", 1)
        ended = self.stack.house.run("mint", "register", path, file_max_bytes=4_096)
        self.faults[f"disk full, command ends with {ended.code}"] += 1

    # ---- rest

    def _rest(self) -> None:
        """Let everything that was asked for come to its end."""
        self._recover()
        wait_for(lambda: not self.stack.open_jobs(), _REST_S)
        for _ in range(_TRIES):
            ended = self.stack.house.run("mint", "resume")
            if ended.code == 0:
                return
            time.sleep(1)
        print(f"   resume ends with {ended.code}: {ended.err}")

    def tell(self, truth: Truth) -> None:
        """Print what was found."""
        record = self.record
        for problem in (truth.lost + truth.doubled + record.false_verdicts + record.crashes)[:40]:
            print(f"   {problem}")
        print(f"   kills {dict(self.kills)}; in flight {dict(self.hit)}; faults {dict(self.faults)}")
        print(f"   verdicts {dict(record.verdicts)}; broken {dict(record.broken)}; refused {dict(record.refused)}")
        print(f"   there {dict(truth.counted)}; the whole server was started again {self.stack.restarts} times")


def figures(found: list[tuple[Campaign, Truth]]) -> list[Figure]:
    """Add the campaigns up."""
    promised, kills, verdicts = Counter[str](), Counter[str](), Counter[str]()
    for campaign, _ in found:
        record = campaign.record
        promised += Counter(
            awards=len(record.awards),
            claims=len(record.claims),
            reports=len(record.reports),
            registrations=len(record.registrations),
            scans=len(record.scans),
        )
        kills += campaign.kills
        verdicts += record.verdicts
    lost = sum(len(truth.lost) + len(campaign.record.crashes) for campaign, truth in found)
    doubled = sum(len(truth.doubled) for _, truth in found)
    false = sum(len(campaign.record.false_verdicts) for campaign, _ in found)
    faults = sum((campaign.faults for campaign, _ in found), Counter[str]())
    against = ", ".join(f"{count} {what}" for what, count in promised.items())
    said = f"{verdicts.total()} verdicts, {verdicts[UNDETERMINED]} undetermined"
    killed = ", ".join(f"{count} {what}" for what, count in sorted(kills.items()))
    return [
        Figure("faults_lost", lost, "promises", goal=0, against=against),
        Figure("faults_doubled", doubled, "doings", goal=0, against=", ".join(sorted(faults))),
        Figure("faults_false_verdicts", false, "verdicts", goal=0, against=said),
        Figure("faults_kills", kills.total(), "kills", goal=_KILLS, at_least=True, against=killed),
    ]
