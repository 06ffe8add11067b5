"""What the site knows of a scan beside the verification: who looks, how often others did, how it is reported."""

from __future__ import annotations

from dataclasses import dataclass

from web.presenters.taps import TapSeen


@dataclass(frozen=True, slots=True)
class ScanContext:
    """Given to the presenter of a verdict page: `present_verdict(verification, visit, context)`.

    The default is a site that keeps no scan log.
    """

    holds: bool = False
    """The signed-in visitor holds this very piece: the page says so ("Your piece")."""
    is_kept: bool = False
    """The house keeps this very piece for its owner, and could move it: the page says so to everybody."""
    checks_30_days: int | None = None
    """How often others checked this label in 30 days; the holder's own checks are left out. None: nobody counted."""
    token: str = ""
    """Reports this scan, once. Empty: there is nothing to report (no item was found).

    The page prints it in one place only, letter by letter, as it changes with every answer while the rest is shared:
    `<input type="hidden" name="scan" value="{{ page.scan_token }}" form="act" data-behaviour="report-scan">`,
    and then names the script `report-scan`. With `form="act"` it belongs to the main action's form
    (`<form id="act" method="post" ...>`: claim, collect), so that the scan is reported without JavaScript too.
    Where the page has no such form, it is the script's alone.
    """
    tap: TapSeen | None = None
    """What the tag said that the visitor tapped; None: the visitor came by the printed label."""
    collectable: bool = False
    """Points may be asked for with this token: the piece is sold and everything AWARD needs was proved."""
