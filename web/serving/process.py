"""What one process of the site does before it answers: its own log, its own parts, its own connections.

Nothing is opened before a process is on its own: a SQLite connection or a lock that is carried through a fork belongs
to nobody. In memory, and therefore counted by each process for itself, are: rate limits, recently read words, pictures
known from proven passports, places of the photo decoders. Everything that must be shared is in the database.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Flask

from verifier.errors import UnavailableError
from verifier.trust import TrustRegistry
from web.app import create_app, origin_of
from web.health import ASIDE
from web.metrics import Metrics
from web.metrics_page import CountedVerifier
from web.parts import Parts
from web.serving.draining import ServingFolder
from web.settings import Settings
from web.structured_log import configure_log
from web.wiring import wire

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
GRACE_S: Final = 30
"""How long a process that is told to stop may take for the requests it has begun."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and with how much a server answers."""

    host: str
    port: int
    workers: int
    threads: int
    proxies: int = 0
    """How many reverse proxies stand in front, whose word for the visitor's address is taken."""
    drain_s: int = 0
    """How long it says that it is not ready before it stops."""
    folder: Path | None = None
    """Where the servers' processes meet: figures, and the mark that they stop. None: they do not."""

    @property
    def address(self) -> str:
        """As it stands in a label: host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def reachable(self) -> str:
        """A host that reaches us from this machine."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound


Load = Callable[[], Flask]
"""Builds the application of one process."""


def new_process(target: Callable[..., None], *args: Any, **kwargs: Any) -> Any:
    """Make a process: by fork where that is safe, and then nothing may be open; else anew."""
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return context.Process(target=target, args=args, kwargs=kwargs)


def load_application(settings: Settings) -> Flask:
    """Build the application of this process."""
    configure_log(settings.log_level)
    parts = wire(settings)
    parts.start()
    serving = ServingFolder(settings.serving_folder, os.getppid())
    if not serving.path.is_dir():
        return create_app(parts)
    metrics = Metrics(serving.path)
    counted = CountedVerifier(parts.verifier, metrics)
    return create_app(dataclasses.replace(parts, verifier=counted, metrics=metrics, is_draining=serving.is_draining))


def prepare(settings: Settings, listening: Listening) -> None:
    """Bring the database up to date, start what must run, and say what is away. For a process that ends after it."""
    parts = wire(settings)
    warn_of_what_is_away(parts)
    warn_of_other_hosts(parts, listening)


def all_hosts(trust: TrustRegistry) -> tuple[str, ...]:
    """Give every host a label may have."""
    return tuple(host for brand in trust.brands for host in brand.hosts)


def address_for(hosts: Iterable[str], listening: Listening) -> str | None:
    """Give the label's host that leads to where we listen, on this machine; None when none of them does."""
    ours = [listening.address]
    if listening.reachable in _LOOPBACK:
        ours.append(f"localhost:{listening.port}")
    return next((host for host in hosts if host in ours), None)


def warn_of_what_is_away(parts: Parts) -> None:
    """Ask each part once, so that the first visitor does not wait for a ledger that starts."""
    for name, probe in parts.probes.items():
        if name in ASIDE:
            continue  # it starts after us, or elsewhere
        try:
            probe()
        except UnavailableError as error:
            print(f"assay: {name}: {error}; until it is back, every answer is 503", file=sys.stderr, flush=True)


def warn_of_other_hosts(parts: Parts, listening: Listening) -> None:
    """Say when no label leads here: right behind a proxy, and a mistake anywhere else."""
    if address_for(parts.hosts, listening) is None:
        print(
            f"assay: no label leads to {listening.address}; the trust file names {', '.join(parts.hosts)}, "
            "and requests for any other host get 421",
            file=sys.stderr,
            flush=True,
        )


def announce(address: str) -> None:
    """Say where the site answers."""
    print(f"Serving {origin_of(address)}/", flush=True)
