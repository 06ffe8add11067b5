"""`assay mint init`: set a house up in a folder."""

from __future__ import annotations

import argparse
import re
from typing import Any, Final

from mint.cli.common import add_house_options, data_dir, guarded, node_url, say, shown_progress, terms
from mint.errors import InputError
from mint.founding import PAYING_KEYS
from mint.house import House
from mint.identity import Maker
from provenance_schemas.errors import LabelError
from provenance_schemas.labels import check_host

_PREFIX: Final = re.compile(r"[0-9]{4,14}")
_NAME_CHARACTERS_MAX: Final = 120


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "init",
        help="set a house up in a folder",
        description="Make the house's keys, deploy its contracts and write house.json and trust.json. "
        "Without --node an embedded ledger is started in the folder. Safe to run again after it was interrupted.",
    )
    parser.add_argument("--brand", metavar="NAME", required=True, help="the brand, as passports name it")
    parser.add_argument(
        "--host", metavar="HOST", action="append", required=True, help="host of its labels; the first is printed"
    )
    parser.add_argument(
        "--gtin-prefix",
        metavar="DIGITS",
        action="append",
        required=True,
        help="leading digits of its 14-digit GTINs, 4 or more; may be repeated",
    )
    parser.add_argument("--url", help="the brand's https:// address; default: its first host")
    parser.add_argument("--gateway", metavar="URL", action="append", default=[], help="IPFS gateway for the trust file")
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Set the house up and say where it stands."""
    house = House.found(
        data_dir(args),
        _maker(args),
        node_url(args),
        gateways=tuple(args.gateway),
        terms=terms(args),
        progress=shown_progress(),
    )
    identity = house.identity
    lines = [
        f"{identity.maker.name} is set up in {house.data_dir}",
        f"registry       eip155:{identity.registry.chain_id}:{identity.registry.contract}",
        f"stock account  {identity.stock_account}",
        f"trust file     {house.trust_file}",
        "Keep a copy of the keys folder where nobody else finds it.",
    ]
    if house.dispatch.funder is None:
        lines += ["These accounts pay for what they send; keep some of the chain's coin in each:"]
        lines += [f"  {name:<10} {identity.roles[name]}" for name in PAYING_KEYS]
    say(
        args,
        {
            "name": identity.maker.name,
            "folder": str(house.data_dir),
            "chain_id": identity.registry.chain_id,
            "contract": identity.registry.contract,
            "stock_account": identity.stock_account,
            "node": house.node_url,
            "trust": str(house.trust_file),
            "accounts": {name: identity.roles[name] for name in PAYING_KEYS},
        },
        "\n".join(lines),
    )
    house.close()
    return 0


def _maker(args: argparse.Namespace) -> Maker:
    name = args.brand.strip()
    if not 1 <= len(name) <= _NAME_CHARACTERS_MAX:
        raise InputError(f"--brand: a name has 1 to {_NAME_CHARACTERS_MAX} characters")
    try:
        hosts = tuple(check_host(host.lower()) for host in args.host)
    except LabelError as error:
        raise InputError(f"--host: {error}") from error
    for prefix in args.gtin_prefix:
        if not _PREFIX.fullmatch(prefix):
            raise InputError(f"--gtin-prefix: {prefix!r} is not 4 to 14 digits of a 14-digit GTIN, as 0952132")
    url = args.url or f"https://{hosts[0]}/"
    if not url.startswith("https://"):
        raise InputError(f"--url: {url!r} does not begin with https://")
    return Maker(name, url, hosts, tuple(args.gtin_prefix))
