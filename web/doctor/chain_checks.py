"""The nodes: reachable, on our chain, fresh, able to prove; and the index that follows them."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mint.localnet.lock import holder
from provenance_schemas.ids import BlockRef
from provenance_schemas.keccak import keccak256
from verifier.adapters.checkpoint_chain import RpcHeaders
from verifier.adapters.checkpoint_memory import CheckpointMemory
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_store import SqlStore
from verifier.descent import NotDescendedError, WalkUnfinishedError, descend
from verifier.errors import ChainUnavailableError, UnavailableError
from verifier.index.indexed_logs import IndexedLogs
from verifier.trust import Brand, TrustRegistry
from verifier.wiring import open_registry
from web.doctor.lines import Check, Line, fail, ok, warn
from web.settings import Settings

AHEAD_MAX_S: Final = 60
EXPIRY_NEAR_S: Final = 14 * 86_400
_LEDGER: Final = "assay ledger start"
_NODE: Final = "look at the node's own log, or name another in ASSAY_NODE"


def chain_checks(settings: Settings, trust: TrustRegistry) -> list[Check]:
    """List the checks of every brand's nodes."""
    checks = [Check("trust", lambda: _trust(trust), "assay trust update")]
    urls = settings.node_urls or tuple(filter(None, [embedded_url(settings.localnet_folder)]))
    if not urls:
        return [*checks, Check("node", _no_ledger, _LEDGER)]
    do = _NODE if settings.node_urls else _LEDGER
    checks += [
        Check("node", lambda url=url, brand=brand: look_at_node(url, brand, settings), do)  # type: ignore[misc]
        for brand in trust.brands
        for url in urls
    ]
    return checks


def _trust(trust: TrustRegistry) -> Iterator[Line]:
    now = datetime.now(UTC)
    expiry = trust.expiry(now)
    if expiry is not None:
        yield fail("trust", expiry, "assay trust update")
    elif trust.expires_at is not None and (trust.expires_at - now).total_seconds() < EXPIRY_NEAR_S:
        yield warn("trust", f"it expires on {trust.expires_at:%Y-%m-%d}", "assay trust sign, then assay trust update")
    else:
        until = f"until {trust.expires_at:%Y-%m-%d}" if trust.expires_at else "unsigned: pinned by hand, never expires"
        yield ok("trust", f"{len(trust.brands)} brand(s), {until}")


def embedded_url(folder: Path) -> str:
    """Give where the embedded ledger listens; empty when it does not run. It is never started by looking."""
    try:
        if holder(folder) is None:
            return ""
        return str(json.loads((folder / "localnet.json").read_text("utf-8"))["url"])
    except (OSError, ValueError, KeyError):
        return ""


def _no_ledger() -> Iterator[Line]:
    yield fail("node", "the embedded ledger does not run, and no node is named", _LEDGER)


def look_at_node(url: str, brand: Brand, settings: Settings) -> Iterator[Line]:
    """Look at one node for one brand. A node on another chain is looked at no further."""
    with closing(RpcClient(url)) as client:
        name, registry = client.name, brand.registry
        chain_id = int(client.call("eth_chainId"), 16)
        if chain_id != registry.chain_id:
            said = f"{name} is on chain {chain_id}, {brand.name}'s registry is on {registry.chain_id}"
            yield fail("node", said, "name a node of that chain in ASSAY_NODE")
            return
        tips = RpcChain(client, registry).tips()
        age_s = time.time() - tips.latest.mined_at.timestamp()
        behind = tips.latest.number - tips.final.number
        said = f"{name}: block {tips.latest.number}, {max(age_s, 0):.0f} s old; final is {behind} behind"
        if age_s > registry.fresh_max_s:
            yield warn("node", f"{said}: checks will say that it is behind", _NODE)
        elif age_s < -AHEAD_MAX_S:
            yield fail("clock", f"{name}'s newest block is {-age_s:.0f} s in our future", "timedatectl status")
        else:
            yield ok("node", said)
        yield _proof(client, brand, tips.final.number)
        yield from _memory(brand, client, settings, tips.final)
        yield from _index(brand, client, settings, tips.final.number)


def _memory(brand: Brand, client: RpcClient, settings: Settings, final: BlockRef) -> Iterator[Line]:
    """Hold the node against what the site remembers of the chain. The memory is read, never moved."""
    command = shlex.join([brand.hosts[0], "--trust", str(settings.trust), "--state", str(settings.state_folder)])
    do = f"ask a third node who lied; if the memory is wrong: assay checkpoint forget {command}"
    try:
        seen = CheckpointMemory(settings.state_folder / "seen").load(brand.registry)
        descend(seen, final, RpcHeaders(client))
    except NotDescendedError as error:
        yield fail("memory", f"every check says UNDETERMINED: {client.name}: {error}", do)
    except WalkUnfinishedError as error:
        yield warn("memory", f"{client.name}: {error}", f"assay checkpoint fetch {command}")
    except ChainUnavailableError as error:
        yield fail("memory", f"{client.name}: {error}", do)
    else:
        if seen.refuted is not None:
            said = f"a node gave block {seen.refuted.number}, and {brand.name} signed for another chain"
            yield warn("memory", said, do)
        elif seen.anchor is not None:
            yield ok("memory", f"{client.name} goes on from block {seen.anchor.number}, seen before")


def _proof(client: RpcClient, brand: Brand, number: int) -> Line:
    """Ask for a proof of the contract at the final block, and for its code."""
    registry = brand.registry
    try:
        proof: dict[str, Any] = client.call("eth_getProof", registry.contract, [], hex(number))
        code = bytes.fromhex(str(client.call("eth_getCode", registry.contract, hex(number)))[2:])
    except ChainUnavailableError as error:
        do = "use a node that proves (eth_getProof) at its final block: docs/nodes.md"
        return fail("proof", f"{client.name} gives no proof at block {number}: {type(error).__name__}", do)
    if proof.get("codeHash") != "0x" + registry.code_hash.hex() or keccak256(code) != registry.code_hash:
        do = "compare contract and code hash of the trust file with what the brand publishes"
        return fail("proof", f"{client.name} has another code at {registry.contract}", do)
    return ok("proof", f"{client.name} proves {brand.name}'s contract at block {number}")


def index_reached(brand: Brand, client: RpcClient, settings: Settings) -> int | None:
    """Say up to which block the index has read; None where there is none yet. Raises UnavailableError."""
    is_file = settings.server_url is None
    if is_file and not any(settings.index_folder.glob("*.sqlite3")):
        return None
    store = SqlStore(settings.blocks)
    access = open_registry(
        brand, client, store, index_folder=settings.index_folder if is_file else None, index_url=settings.server_url
    )
    return next((one.reached() for one in access.histories if isinstance(one, IndexedLogs)), None)


def _index(brand: Brand, client: RpcClient, settings: Settings, final: int) -> Iterator[Line]:
    try:
        reached = index_reached(brand, client, settings)
    except UnavailableError as error:
        do = f"rm -r {settings.index_folder}: it is made anew"
        yield warn("index", f"it cannot be read ({type(error).__name__})", do)
        return
    if reached is not None:
        yield ok("index", f"read up to block {reached}, {max(final - reached, 0)} behind; it catches up when asked")
