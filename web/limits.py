"""How often somebody may ask. Numbers and reasons in one table; every route has a limit, also the forgotten one.

The meter is the generic cell rate algorithm: one moment a key, no bursts at the edges of a window, and an exact
answer to "when may I come back".
"""

from __future__ import annotations

import hashlib
import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from math import ceil
from typing import Any, Final, Protocol, TypeVar

from flask import Flask, request
from werkzeug.exceptions import TooManyRequests

from web.errors import UnmarkedRouteError

_MARK: Final = "assay_limits"
_KEYS_MAX: Final = 100_000
_IPV4_PREFIX: Final = 24
_IPV6_PREFIX: Final = 48
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., Any])


@unique
class LimitName(StrEnum):
    """What is counted. Append only: a name may stand in somebody's alarm."""

    READ = "read"
    WRITE = "write"
    FILES = "files"
    HEALTH = "health"
    LOOKUP = "lookup"
    SCAN_REPORT = "scan_report"
    SIGN_IN = "sign_in"
    SIGN_UP = "sign_up"
    RECOVERY = "recovery"
    RECOVERY_ACCOUNT = "recovery_account"
    CLAIM = "claim"
    CLAIM_ITEM = "claim_item"
    COLLECT = "collect"
    UPLOAD = "upload"
    CERTIFICATE = "certificate"
    BUNDLE = "bundle"
    SUSPICION = "suspicion"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once; used up, one more each `period_s / count` seconds."""

    count: int
    period_s: int

    @property
    def interval_s(self) -> float:
        """What one costs, in seconds."""
        return self.period_s / self.count


_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400
RATES: Final[Mapping[LimitName, Rate]] = {
    # By network (/24, /48). A shop, a hotel or a carrier puts hundreds of honest customers behind one address.
    LimitName.READ: Rate(600, _MINUTE),
    LimitName.WRITE: Rate(120, _MINUTE),
    # A page asks for a dozen files; a verifier for thirty blocks of one history.
    LimitName.FILES: Rate(3_000, _MINUTE),
    # A load balancer asks every second, from one address, for each process.
    LimitName.HEALTH: Rate(600, _MINUTE),
    # Reading a photo may take a core for 2.5 s: no network gets more than half of one.
    LimitName.LOOKUP: Rate(60, 5 * _MINUTE),
    # Reports decide whether a label looks copied: one network must not raise that alarm. The check caps it too.
    # Nothing counts by label: a forger could use that up, and so silence the reports that give his copies away.
    LimitName.SCAN_REPORT: Rate(120, _MINUTE),
    # A passkey cannot be guessed. This keeps the database's one writer free.
    LimitName.SIGN_IN: Rate(60, 5 * _MINUTE),
    LimitName.SIGN_UP: Rate(30, _HOUR),
    # A recovery code can be guessed, in theory: 80 bits, and this many tries, by network and by account.
    LimitName.RECOVERY: Rate(10, 15 * _MINUTE),
    LimitName.RECOVERY_ACCOUNT: Rate(10, _DAY),
    # A claim code has more than 100 bits. Whoever guesses at one piece is stopped for that piece, wherever they
    # guess from; the owner who mistypes twenty times in a day writes to the house.
    LimitName.CLAIM: Rate(20, 15 * _MINUTE),
    LimitName.CLAIM_ITEM: Rate(20, _DAY),
    LimitName.COLLECT: Rate(60, _HOUR),
    # Two verifications and a proof for each piece and block; after that it is a file.
    LimitName.BUNDLE: Rate(60, 5 * _MINUTE),
    # A report of a suspicious piece is written by hand, and may hold a photo that is read and kept.
    LimitName.SUSPICION: Rate(20, _HOUR),
    # A forged MAC of a tag has 64 bits to guess, and each guess is a look at the page: nobody gets near. A boutique
    # that taps its stock, or a fair, stays below.
    LimitName.TAG: Rate(120, _MINUTE),
    # Staff pictures: 15 MB each.
    LimitName.UPLOAD: Rate(120, _HOUR),
    # A certificate takes a bundle, a photo and 0.1 s of a core; the same one again comes from memory.
    LimitName.CERTIFICATE: Rate(60, 5 * _MINUTE),
}


class RateStore(Protocol):
    """Keeps one moment a key. A store that several machines share can stand here."""

    def take(self, key: bytes, rate: Rate, now_s: float) -> float:
        """Use one; give 0.0 when it was free, else the seconds to wait, and then nothing is used."""
        ...


class MemoryRates:
    """The store of one process: its limits count what this process answered. The keys least lately used go first."""

    def __init__(self, keys_max: int = _KEYS_MAX) -> None:
        self._free_at: OrderedDict[bytes, float] = OrderedDict()
        self._keys_max = keys_max
        self._lock = threading.Lock()

    def take(self, key: bytes, rate: Rate, now_s: float) -> float:
        """Use one (see RateStore). `free_at` is when everything that was used will have come back."""
        with self._lock:
            free_at = max(self._free_at.get(key, now_s), now_s) + rate.interval_s
            wait_s = free_at - now_s - rate.period_s
            if wait_s > rate.interval_s * 1e-6:  # a rounding error is no reason to send somebody away
                return wait_s
            self._free_at[key] = free_at
            self._free_at.move_to_end(key)
            while len(self._free_at) > self._keys_max:
                self._free_at.popitem(last=False)
            return 0.0


class Limits:
    """Counts by name and key. Keys are hashed: no address, serial or name is kept."""

    def __init__(
        self,
        rates: Mapping[LimitName, Rate] = RATES,
        store: RateStore | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rates = rates
        self._store = store or MemoryRates()
        self._clock = clock

    def check(self, name: LimitName, *keys: str) -> None:
        """Count one for the keys together, or abort with 429 and when to come back."""
        digest = hashlib.sha256("\0".join((name.value, *keys)).encode("utf-8", "surrogatepass")).digest()
        wait_s = self._store.take(digest, self._rates[name], self._clock())
        if wait_s > 0:
            raise TooManyRequests(retry_after=ceil(wait_s))

    def check_network(self, name: LimitName) -> None:
        """Count one for the network that this request comes from, or abort with 429."""
        self.check(name, network_of(request.remote_addr or ""))


def network_of(address: str) -> str:
    """Name an address's network, /24 or /48: a single address costs nothing to change. Empty for what is none.

    The name is the version and the network's bits in hex, `4:c63364`: every request is counted by it, so it is short.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    found = mapped or found
    prefix = _IPV4_PREFIX if found.version == 4 else _IPV6_PREFIX
    return f"{found.version}:{int(found) >> (found.max_prefixlen - prefix):x}"


def limited(*names: LimitName) -> Callable[[View], View]:
    """Count a view by network under these names, in place of its method's own limit."""

    def mark(view: View) -> View:
        setattr(view, _MARK, names)
        return view

    return mark


def limit_endpoint(app: Flask, endpoint: str, *names: LimitName) -> None:
    """Mark a view that was made elsewhere. Raises UnmarkedRouteError."""
    if endpoint not in app.view_functions:
        raise UnmarkedRouteError(endpoint)
    limited(*names)(app.view_functions[endpoint])


def limits_of(app: Flask, endpoint: str | None, method: str) -> tuple[LimitName, ...]:
    """Give what counts a request: never nothing, also for an address that leads nowhere."""
    marked: tuple[LimitName, ...] = getattr(app.view_functions.get(endpoint or ""), _MARK, ())
    return marked or ((LimitName.READ,) if method in _SAFE else (LimitName.WRITE,))


def install_limits(app: Flask, limits: Limits) -> None:
    """Count every request before anything is read for it."""

    def count() -> None:
        for name in limits_of(app, request.endpoint, request.method):
            limits.check_network(name)

    app.before_request(count)
