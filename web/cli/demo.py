"""`assay demo`: the example collection, the tour through it, then the site."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mint.dispatch import silent
from mint.errors import MintError
from mint.house import House
from web.app import origin_of
from web.demo.collection import BAG, SCARF, UNSOLD, WATCH, draw_photos, maker
from web.demo.customer import DemoCustomer
from web.demo.tour import Stop, Tour
from web.settings import read_settings
from web.store.invitations import invite
from web.store.people import Role
from web.wiring import wire

_PORT: Final = 8017
_FOLDER: Final = "var/demo"
_INVITATION_S: Final = 7 * 86_400


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "demo",
        help="register, print, photograph, verify, cheat; then serve the example collection",
        description="Walk through the example collection with real parts: documents, an embedded EVM ledger, QR "
        "pictures. A second run keeps the data. Exits 0 only if every stop answered rightly.",
    )
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help=f"folder to keep; default: $ASSAY_DEMO, then {_FOLDER}"
    )
    parser.add_argument("--node", metavar="URL", help="JSON-RPC node; default: an embedded ledger")
    parser.add_argument("--port", type=int, default=_PORT, help=f"port of the site, in every label; default {_PORT}")
    parser.add_argument("--no-serve", action="store_true", help="end after the tour")
    parser.add_argument("--json", action="store_true", help="print what each stop answered as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Walk the tour, then serve."""
    folder: Path = args.data or Path(os.environ.get("ASSAY_DEMO", _FOLDER))
    try:
        stops = _walk(args, folder)
    except MintError as error:
        print(f"assay: {error}", file=sys.stderr)
        return error.exit_code
    held = all(stop.held for stop in stops)
    if args.json:
        print(json.dumps({"held": held, "stops": [stop.as_json() for stop in stops]}, indent=2, ensure_ascii=False))
    if not held:
        print("assay: a stop of the tour did not answer as it must", file=sys.stderr)
        return 1
    return 0 if args.no_serve else _serve(args, folder)


def _walk(args: argparse.Namespace, folder: Path) -> list[Stop]:
    show = not args.json
    _say("Drawing the photos, founding the house and its ledger ...", show=show)
    draw_photos(folder / "photos")
    site = f"localhost:{args.port}"  # a name: no passkey is bound to an address
    house = House.found(folder / "house", maker(site), args.node, gateways=(f"http://{site}",))
    stops = []
    try:
        tour = Tour(house, folder, silent)
        for stop in tour.stops():
            stops.append(stop)
            _say(_line(stop), show=show)
        guests = _welcome(args, folder, tour)
        stops.append(guests.stop)
        _say(_line(guests.stop), show=show)
        if show:
            _say_where(tour, folder)
            _say_guests(guests)
    finally:
        house.close()
    return stops


@dataclass(frozen=True, slots=True)
class _Guests:
    """Who may come in once the site is served."""

    stop: Stop
    recovery_code: str
    invitation: str
    card: str


def _welcome(args: argparse.Namespace, folder: Path, tour: Tour) -> _Guests:
    """Let the demo's customer collect points, and open the door for whoever runs the demo."""
    environ = {**os.environ, "ASSAY_NODE": args.node} if args.node else os.environ
    parts = wire(read_settings(environ, data=folder / "house"))
    way = DemoCustomer(parts, folder / "customer.json").collect([tour.label(BAG), tour.label(SCARF)])
    with parts.database.writing() as connection:
        token = invite(connection, Role.STAFF, int(time.time()), age_max_s=_INVITATION_S)
    stop = Stop("a customer checks two pieces, collects points", "20 points", f"{way.points} points")
    audit = parts.points.audit()
    if audit.fault is not None:
        stop = Stop(stop.name, stop.expected, f"a fault in the ledger: {audit.fault}")
    return _Guests(stop, way.recovery_code, f"{origin_of(parts.hosts[0])}/invitation#{token}", tour.card(SCARF))


def _say_guests(guests: _Guests) -> None:
    print("\nTo be the customer of the tour, sign in with a recovery code; it works once:")
    print(f"  {guests.recovery_code}")
    if guests.card:
        print(f"To claim the scarf yourself: its label, and the card {guests.card}")
    print(f"To see the house's side: sign up with a passkey, then accept this invitation\n  {guests.invitation}")


def _say(text: str, *, show: bool) -> None:
    if show:
        print(text, flush=True)


def _line(stop: Stop) -> str:
    mark = "ok " if stop.held else "NO "
    answer = stop.answered if stop.held else f"{stop.answered}, expected {stop.expected}"
    detail = f"\n       {stop.detail}" if stop.detail else ""
    return f"  {mark} {stop.name}: {answer}{detail}"


def _say_where(tour: Tour, folder: Path) -> None:
    print(f"\nLabels, claim cards and the photo are in {folder}/. Their pages, once the site is served:")
    shown = {BAG: "genuine", WATCH: "stolen", SCARF: "one of a batch", UNSOLD: "not sold yet"}
    for reference, what in shown.items():
        print(f"  {what:<15} {_clickable(tour.label(reference))}")
    photo, trust = folder / "photo-of-the-bag-label.jpg", folder / "house" / "trust.json"
    print(f"\nVerify without a browser, while the site serves the documents:\n  assay verify {photo} --trust {trust}")


def _clickable(label: str) -> str:
    """Scheme and host in lower case: some terminals do not make a link of capitals."""
    scheme, _, rest = label.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"


def _serve(args: argparse.Namespace, folder: Path) -> int:
    """Become `assay serve`: a server forks, and this process has opened far too much for that."""
    if args.node:
        os.environ["ASSAY_NODE"] = args.node
    print("\nServing; Ctrl+C ends it.", flush=True)
    command = ["-m", "verifier.cli.main", "serve", "--data", str(folder / "house"), "--port", str(args.port)]
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606 - our own command, no shell
