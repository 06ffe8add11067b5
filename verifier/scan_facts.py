"""How a label is used, as the scan log tells it. Never raises for a log that is away: it says so in Evidence."""

from __future__ import annotations

from datetime import datetime

from provenance_schemas.ids import ItemId
from provenance_schemas.labels import Label
from verifier.errors import ScansUnavailableError
from verifier.evidence import Absent, Unavailable
from verifier.ports import ScanFacts, ScanLog


def gather_scans(subject: Label | ItemId, scan_log: ScanLog | None, at: datetime) -> ScanFacts | Absent | Unavailable:
    """Ask the log for a label; a token was never looked at."""
    if scan_log is None:
        return Absent()
    if not isinstance(subject, Label):
        return Unavailable("no label was read that could have been looked at")
    try:
        return scan_log.facts(subject.commitment, at)
    except ScansUnavailableError as error:
        return Unavailable(str(error))
