"""The real parts that the site is made of, as it knows them. `wiring.py` puts them together."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from loyalty.adapters.sql_database import Database
from loyalty.points import Points
from mint.house import House
from mint.records import Records
from provenance_schemas.ids import ItemId
from verifier.images import STILL_BUDGET_S, ImageReading
from verifier.ports import ContentStore
from verifier.service import Verification
from verifier.trust import TrustRegistry
from verifier.verdict import Policy
from web.custody.acts import Custody
from web.custody.ports import PieceDesk
from web.limits import Limits
from web.metrics import Metrics
from web.secret import Secret
from web.standing import Standings

DECODERS_MAX: Final = 2
"""Photos read at once; each may take a core for 2.5 s and 200 MB."""


class LabelVerifier(Protocol):
    """What the site asks of `verifier.service.Verifier`. It never raises for a world that is away."""

    def verify_label(self, text: str, policy: Policy) -> Verification:
        """Verify the item that a label's text names."""
        ...

    def verify_item(self, item: ItemId, policy: Policy) -> Verification:
        """Verify an item named by its token."""
        ...


class PictureReader(Protocol):
    """Reads the QR codes of a picture. Raises ImageError."""

    def __call__(
        self, content: bytes, *, hosts: Collection[str] = (), budget_s: float = STILL_BUDGET_S
    ) -> ImageReading:
        """Read; labels of these hosts first."""
        ...


class BundleShelf(Protocol):
    """Evidence bundles of pieces."""

    def bundle(self, item: ItemId) -> bytes:
        """Give a piece's bundle. Raises UnavailableError when it cannot be made now, BundleError when not at all."""
        ...


Probe = Callable[[], None]
"""Asks one part for a sign of life. Raises UnavailableError."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything `create_app` needs."""

    trust: TrustRegistry
    verifier: LabelVerifier
    store: ContentStore
    """Local: the site fetches nothing for strangers."""
    read_picture: PictureReader
    database: Database
    """People, sessions, scans, points: one database, its schema up to date."""
    secret: Secret
    probes: Mapping[str, Probe] = field(default_factory=dict)
    decoders_max: int = DECODERS_MAX
    proxies: int = 0
    """How many reverse proxies to believe."""
    country_header: str = ""
    """The header in which a proxy of ours names a visitor's country, for every request; empty: nobody does."""
    clock: Callable[[], float] = time.time
    """Gives unix seconds."""
    limits: Limits = field(default_factory=Limits)
    bundles: BundleShelf | None = None
    """Makes what visitors take along to check a piece without us; None: nothing does."""
    data: Path | None = None
    """The brand's folder, for what only operators look at."""
    metrics: Metrics | None = None
    """What this process counts for `/metrics`; None: nothing."""
    metrics_token: str = field(default="", repr=False)
    """Lets somebody read the figures from elsewhere; empty: only from this machine."""
    standings: Standings = tuple
    """How the chain stands, for operators."""
    is_draining: Callable[[], bool] = lambda: False
    """Whether this server was told to stop, and takes no more visitors."""
    points: Points = field(kw_only=True)
    """The ledger of points, in the same database."""
    custody: Custody = field(kw_only=True)
    """Pieces held for people, and the queue of what they ask for."""
    desk: PieceDesk = field(kw_only=True)
    """Brings signed wishes to the registry."""
    open_records: Callable[[], Records] = field(kw_only=True)
    """Gives the house's own records, which need no ledger. Raises MintError."""
    open_house: Callable[[], House] = field(kw_only=True)
    """Gives the house, for staff and their jobs. Raises MintError; exit code 3 says that it is away."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host a label may have."""
        return tuple(host for brand in self.trust.brands for host in brand.hosts)
