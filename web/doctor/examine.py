"""Put the doctor's checks together. What cannot be read takes its own checks away, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from verifier.adapters.trust_store import open_trust
from verifier.errors import TrustError
from web.doctor.chain_checks import chain_checks, embedded_url
from web.doctor.house_checks import house_checks
from web.doctor.lines import Check, Line, fail, run_checks
from web.doctor.work_checks import work_checks
from web.settings import Settings


def examine(settings: Settings, environ: Mapping[str, str]) -> tuple[Line, ...]:
    """Look at every part. Takes at most some seconds for each; raises nothing."""
    if not settings.data.is_dir():
        do = "assay mint init, or name the house's folder with --data"
        return (fail("settings", f"there is no folder {settings.data}", do),)
    node_url = settings.node_url or embedded_url(settings.localnet_folder)
    checks: list[Check] = house_checks(settings, environ, node_url)
    try:
        trust = open_trust(settings.trust, settings.state_folder)
    except TrustError as error:
        said = str(error)
        checks.append(Check("trust", lambda: [fail("trust", said, _trust_help(settings.trust))], "docs/settings.md"))
    else:
        checks += chain_checks(settings, trust)
    return run_checks([*checks, *work_checks(settings)])


def _trust_help(path: Path) -> str:
    return f"put the brand's trust file at {path}, or name it in ASSAY_TRUST"
