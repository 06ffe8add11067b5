"""`assay verify LABEL|IMAGE`: the record's verdict, on the terminal or as JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from provenance_schemas.ids import ItemId
from verifier.adapters.cached_store import CachedStore
from verifier.adapters.checkpoint_memory import open_memory
from verifier.adapters.gateway_store import GatewayStore
from verifier.adapters.picture_process import PictureProcess, PicturesUnavailableError
from verifier.adapters.trust_store import state_folder
from verifier.answers import Answer, answer_of
from verifier.cli.bundle_options import add_bundle_options, bundle_advice, verify_bundle_file
from verifier.cli.node_options import add_node_options, named_nodes, named_quorum, node_clients
from verifier.cli.trust_choice import add_trust_option, chosen_trust
from verifier.errors import ChainUnavailableError, ContentUnavailableError, ImageError, TrustError
from verifier.gather import RegistryAccess
from verifier.policies import CLI, TOKEN
from verifier.ports import ContentStore
from verifier.report import verdict_json
from verifier.service import Verification, Verifier
from verifier.tag_link import has_tag_message
from verifier.trust import Brand, TrustRegistry
from verifier.verdict import Level, Outcome
from verifier.wiring import open_registry

EXIT_CODES: Final = {Level.VERIFIED: 0, Level.REJECTED: 1, Level.UNDETERMINED: 3, Level.CAUTION: 4}
USAGE_ERROR: Final = 2
_IMAGE_MAX_BYTES: Final = 15 * 1024 * 1024
_TAG_NOTE: Final = (
    "this is a tag's link; its message was not checked, as only the maker has the tag's keys: open the link for that"
)

ADVICE: Final = {
    Answer.VERIFIED: "The record is genuine and complete. Compare its details with the piece in your hands.",
    Answer.VERIFIED_PENDING: "The record is genuine; its newest step is not final yet. Compare its details.",
    Answer.UNUSUAL_ACTIVITY: "The code is genuine, but it is scanned in an unusual way. Copies may be about.",
    Answer.ACTIVITY_UNKNOWN: "The record is genuine; how often its label was checked cannot be read right now.",
    Answer.NOT_SOLD_YET: "Registered, and not yet sold: this piece should still be with the maker or a boutique.",
    Answer.STEP_UNCONFIRMED: "The record is genuine; one of its steps is disputed or could not be confirmed.",
    Answer.STOLEN: "Reported stolen. Do not buy it, and do not confront the seller.",
    Answer.LOST: "Reported lost. Please contact the maker.",
    Answer.REVOKED: "No longer certified: the maker revoked this record.",
    Answer.RECALLED: "No longer certified: the maker recalled this piece.",
    Answer.RETIRED: "No longer certified: the maker retired this record.",
    Answer.LABEL_REPLACED: "This label was replaced. Ask for the newer one.",
    Answer.NOT_GENUINE: "This label is not genuine.",
    Answer.NOT_ISSUED: "The maker did not issue this code.",
    Answer.CANNOT_VERIFY: "Cannot verify right now. Try again later; this says nothing against the item.",
}


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "verify",
        help="verify a label or a picture of one",
        description="Verify the record behind a label: its text, a picture of it, or the item's CAIP-19 name.",
        epilog="Exit codes: 0 verified, 1 rejected, 2 usage, 3 cannot verify now, 4 caution.",
    )
    parser.add_argument(
        "label", metavar="LABEL|IMAGE", nargs="?", help="a label's URL, a picture, or eip155:.../erc721:.../N"
    )
    parser.add_argument("--json", action="store_true", help="print verdict-1.json")
    add_node_options(parser)
    parser.add_argument("--gateway", metavar="URL", action="append", help="IPFS gateway to ask; may be repeated")
    add_trust_option(parser)
    add_bundle_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Verify, print, and give the exit code of the level."""
    if (args.label is None) == (args.bundle is None):
        raise TrustError("name one thing to verify: a label, a picture, an item, or --bundle FILE")
    if args.bundle is None and (args.opening or args.block or args.checkpoint):
        raise TrustError("--opening, --block and --checkpoint go with --bundle FILE")
    if args.bundle is not None:
        return _run_bundle(args)
    trust = chosen_trust(args.trust)
    verifier = build_verifier(trust, args.node, args.gateway, quorum=named_quorum(args.quorum))
    try:
        verification = _verify(verifier, args.label)
    except ImageError as error:
        print(f"assay: {args.label}: {error}", file=sys.stderr)
        return USAGE_ERROR
    if args.json:
        print(json.dumps(verdict_json(verification), indent=2, ensure_ascii=False))
    else:
        print(render(verification))
    return EXIT_CODES[verification.verdict.level]


def _run_bundle(args: argparse.Namespace) -> int:
    """Verify a bundle. Where no trust file is named and none can be used, the facts are shown and prove nothing."""
    trust: TrustRegistry | None = None
    try:
        trust = chosen_trust(args.trust)
    except TrustError as error:
        if args.trust is not None:
            raise
        print(f"assay: {error}", file=sys.stderr)
    verification, place = verify_bundle_file(args, trust)
    if args.json:
        print(json.dumps(verdict_json(verification), indent=2, ensure_ascii=False))
        print(place, file=sys.stderr)
    else:
        advice = bundle_advice(verification, ADVICE[answer_of(verification)])
        print(render(verification, place=place, advice=advice))
    return EXIT_CODES[verification.verdict.level]


def build_verifier(
    trust: TrustRegistry, nodes: Sequence[str] | None, gateways: Sequence[str] | None, *, quorum: int | None = None
) -> Verifier:
    """Wire a verifier to some nodes and gateways; both default to what the environment or the trust file names."""
    content = _content(list(gateways or trust.gateways))
    urls = named_nodes(nodes, trust)
    memory = open_memory(state_folder(os.environ), os.environ)

    def access(brand: Brand) -> RegistryAccess:
        if not urls:
            raise ChainUnavailableError("no node to ask: name one with --node URL")
        try:
            return open_registry(brand, node_clients(urls), content, quorum=quorum, memory=memory)
        except ValueError as error:
            raise TrustError(f"--node, --quorum: {error}") from error

    return Verifier(trust, access)


def _content(gateways: list[str]) -> ContentStore:
    if not gateways:
        return _NoStore()
    try:
        return CachedStore(GatewayStore(gateways))
    except ValueError as error:
        raise TrustError(f"--gateway: {error}") from error


class _NoStore:
    """Stands where no gateway was named."""

    def get(self, cid: object, *, size_max_bytes: int) -> bytes:
        raise ContentUnavailableError(f"no gateway to ask for {cid} ({size_max_bytes} bytes): name one with --gateway")


def _verify(verifier: Verifier, subject: str) -> Verification:
    if subject.startswith("eip155:"):
        return verifier.verify_item(ItemId.parse(subject), TOKEN)
    if subject.lower().startswith(("http://", "https://")):
        if has_tag_message(subject):
            print(f"assay: {_TAG_NOTE}", file=sys.stderr)
        return verifier.verify_label(subject, CLI)
    return verifier.verify_label(read_picture(verifier, Path(subject)), CLI)


def read_picture(verifier: Verifier, path: Path) -> str:
    """Read the label in a picture: one of a trusted brand first, else one in our form, else what stands there."""
    try:
        if path.stat().st_size > _IMAGE_MAX_BYTES:
            raise ImageError("larger than 15 MB; send a smaller picture")
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"neither a label nor a picture that can be read ({error.strerror})") from error
    try:
        with closing(PictureProcess(count_max=1)) as read:
            reading = read(data, hosts=verifier.trust.hosts)
    except PicturesUnavailableError as error:
        raise ImageError(f"no picture can be read here right now ({error}); give the label's text instead") from error
    ours = [found for found in reading.found if found.preferred]
    if len(ours) > 1:
        raise ImageError(f"{len(ours)} labels in one picture; photograph one at a time")
    if not reading.texts:
        raise ImageError("no QR code could be read; fill the frame with the label, in even light")
    return reading.texts[0]


def render(verification: Verification, *, place: str = "", advice: str | None = None) -> str:
    """Lay the verdict out for a terminal, under the `place` it was read at where that has to be said."""
    evidence, verdict = verification.evidence, verification.verdict
    item = evidence.item if isinstance(evidence.item, ItemId) else "no item"
    lines = [f"{verdict.level.value.upper()}  {item}", *place.splitlines()]
    asked = verdict.policy.required | verdict.policy.advisory
    shown = [f for f in verdict.findings if f.code in asked]
    width = max(len(f.code.value) for f in shown)
    for finding in shown:
        mark = "" if finding.code in verdict.policy.required or finding.outcome is Outcome.PASSED else " (advisory)"
        lines.append(f"  {finding.outcome.value.upper():<8} {finding.code.value:<{width}}  {finding.reason}{mark}")
    lines.append(ADVICE[answer_of(verification)] if advice is None else advice)
    return "\n".join(lines)
