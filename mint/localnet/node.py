"""The running node: its parts, wired together in one folder."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mint.localnet.database import Database
from mint.localnet.errors import LocalnetError
from mint.localnet.evm import Evm
from mint.localnet.keys import address_of_key, make_funder_key
from mint.localnet.ledger import Ledger
from mint.localnet.limits import BLOCK_TIME_MAX_S, BLOCK_TIME_MIN_S
from mint.localnet.lock import FolderLock
from mint.localnet.methods_chain import ChainMethods
from mint.localnet.methods_history import HistoryMethods
from mint.localnet.methods_state import StateMethods
from mint.localnet.nodes import NodeStore
from mint.localnet.pool import Pool
from mint.localnet.rpc import Dispatcher
from mint.localnet.sealer import Pace, Sealer
from mint.localnet.server import RpcServer

_LOG = logging.getLogger(__name__)
FUNDER_WEI: Final = 10**27
STACK_BYTES: Final = 64 * 1024 * 1024
"""Contracts may call 1,024 levels deep, and each level takes stack from its thread."""


class Node:
    """A node from `start` to `stop`. Holds the folder's lock the whole time."""

    def __init__(self, data_dir: Path, *, chain_id: int, port: int, block_time_s: float) -> None:
        if not BLOCK_TIME_MIN_S <= block_time_s <= BLOCK_TIME_MAX_S:
            # Timestamps are whole seconds and must rise: a faster chain would run ahead of the clock.
            raise LocalnetError(f"block time is {BLOCK_TIME_MIN_S:g} to {BLOCK_TIME_MAX_S:g} s, got {block_time_s:g}")
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._data_dir = data_dir
        self.stopped = threading.Event()
        """Set when the node should end, by a signal or because a part of it failed."""
        self.failed = False
        self._lock = FolderLock(data_dir)
        self._lock.acquire()
        try:
            self._open(chain_id, port, block_time_s)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, chain_id: int, port: int, block_time_s: float) -> None:
        funder = address_of_key(make_funder_key(self._data_dir))
        self._database = Database(self._data_dir / "chain.sqlite3")
        try:
            store = NodeStore(self._database)
            evm = Evm(store, chain_id)
            ledger = Ledger.open(self._database, store, evm, {funder: FUNDER_WEI}, int(time.time()))
            pool = Pool(self._database)
            self._sealer = Sealer(self._database, ledger, pool, evm, Pace(block_time_s))
            chain = ChainMethods(self._database, ledger, pool, evm, on_accepted=self._sealer.wake)
            history = HistoryMethods(self._database, ledger, pool)
            methods = chain.table() | history.table() | StateMethods(ledger, pool, evm).table()
            self._server = self._listen(Dispatcher(methods), port)
        except BaseException:
            self._database.close()
            raise
        self._chain_id = chain_id

    def _listen(self, dispatcher: Dispatcher, port: int) -> RpcServer:
        """Listen where it did the last time, if nobody else does now: trust files and servers name the URL."""
        last = self._data_dir / "port"
        if port == 0:
            try:
                return RpcServer(dispatcher, int(last.read_text()))
            except (OSError, ValueError, OverflowError, LocalnetError):
                _LOG.info("the last port is not to be had; taking a free one")
        server = RpcServer(dispatcher, port)
        last.write_text(server.url.rpartition(":")[2])
        return server

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._server.url

    def start(self) -> None:
        """Serve and seal; then say so in `localnet.json`."""
        threading.stack_size(STACK_BYTES)
        self._threads = [
            threading.Thread(target=self._guarded, args=(self._sealer.run,), name="sealer"),
            threading.Thread(target=self._guarded, args=(self._server.serve_forever,), name="server"),
        ]
        for thread in self._threads:
            thread.start()
        self._announce()

    def stop(self) -> None:
        """End cleanly: finish the block at hand, close the file, take the announcement back."""
        self._announcement.unlink(missing_ok=True)
        self._server.shutdown()
        self._sealer.stop()
        for thread in self._threads:
            thread.join()
        self._server.server_close()
        self._database.close()
        self._lock.release()

    def _guarded(self, run: Callable[[], None]) -> None:
        try:
            run()
        except Exception:  # noqa: BLE001 - it ends the node
            # A node that answers but no longer seals would be worse than none.
            _LOG.exception("%s ended", threading.current_thread().name)
            self.failed = True
        self.stopped.set()

    @property
    def _announcement(self) -> Path:
        return self._data_dir / "localnet.json"

    def _announce(self) -> None:
        text = json.dumps({"url": self.url, "pid": os.getpid(), "chain_id": self._chain_id})
        temporary = self._announcement.with_suffix(".json.new")
        temporary.write_text(text + "\n")
        temporary.replace(self._announcement)
