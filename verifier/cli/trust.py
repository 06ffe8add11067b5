"""`assay trust ...`: follow a signed trust file, and, for those who hold its keys, make the next one."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from provenance_schemas.ids import parse_address
from verifier.adapters.trust_keys import TrustKey, make_trust_key, read_trust_key
from verifier.adapters.trust_store import TrustStore, read_trust_file, state_folder
from verifier.errors import TrustError, TrustRefusedError, TrustUnavailableError
from verifier.trust import TrustRegistry, instant_text, load_trust, parse_trust
from verifier.trust_drafts import DAYS, changes, draft_toml, first_version, read_draft
from verifier.trust_signed import (
    SignedTrust,
    check_threshold,
    check_time,
    is_signed_trust,
    parse_signed_trust,
    read_root,
    root_fingerprint,
    signed_trust_json,
    signers,
    trust_request,
    with_signature,
)

NOT_GOOD: Final = 1
NOT_THERE: Final = 3
_DRAFT: Final = "trust.toml"


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "trust",
        help="follow, show and sign trust files",
        description="Which brand answers on which host, with which contract: signed by several people, in versions.",
        epilog="Exit codes: 0 done, 1 not signed by enough keys, expired or refused, 2 bad input, 3 not there now.",
    )
    below = parser.add_subparsers(dest="trust_command", metavar="COMMAND", required=True)
    _add_following(below)
    _add_making(below)


def _add_following(below: Any) -> None:
    show = _add(below, "show", _show, "who signed a file, until when it is good, and what it changes")
    show.add_argument("source", metavar="FILE|URL", help="a trust file")
    show.add_argument("--json", action="store_true", help="print JSON")
    update = _add(below, "update", _update, "take the newest version; an older one is refused")
    update.add_argument(
        "source", metavar="FILE|URL", nargs="?", help="where the federation publishes; default: as the last time"
    )
    update.add_argument("--pin", metavar="ROOT", help="the first time: the root's fingerprint, compared by you")
    forget = _add(below, "forget", _forget, "stop following a federation, and remember nothing of it")
    forget.add_argument("name", metavar="NAME")
    for parser in (show, update, forget):
        parser.add_argument("--state", metavar="DIR", type=Path, help="where versions are remembered: $ASSAY_STATE")


def _add_making(below: Any) -> None:
    init = _add(below, "init", _init, "make keys and version 1 of a signed trust file")
    init.add_argument("name", metavar="NAME", help="of the federation: a-z, 0-9 and -")
    init.add_argument(
        "--from", metavar="FILE", type=Path, action="append", required=True, dest="pinned", help="a brand's trust.json"
    )
    init.add_argument("--key", metavar="FILE", type=Path, action="append", default=[], help="a key, made where absent")
    init.add_argument("--root-key", metavar="ACCOUNT", action="append", default=[], help="of a key that lies elsewhere")
    init.add_argument("--threshold", metavar="N", type=int, help="how many must sign; default: more than half")
    init.add_argument("--days", metavar="N", type=int, default=DAYS, help=f"until it expires; default {DAYS}")
    init.add_argument("-o", "--output", metavar="DIR", type=Path, default=Path(), help="default: here")
    following = _add(below, "next", _next, "make the version after a file, from an edited draft")
    following.add_argument("draft", metavar="DRAFT", type=Path, help=f"{_DRAFT} of `assay trust init`, edited")
    following.add_argument("--after", metavar="FILE", type=Path, required=True, help="the version before")
    following.add_argument("--key", metavar="FILE", type=Path, action="append", default=[], help="sign with it at once")
    sign = _add(below, "sign", _sign, "add a signature to a file, on the machine where the key is")
    sign.add_argument("file", metavar="FILE", type=Path)
    sign.add_argument("--key", metavar="FILE", type=Path, action="append", required=True)


def _add(below: Any, name: str, work: Callable[[argparse.Namespace], int], what: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = below.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    parser.set_defaults(run=_guarded(work))
    return parser


def _guarded(work: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Tell a file that is refused from one that could not be had; `main` sees to malformed ones."""

    def run(args: argparse.Namespace) -> int:
        try:
            return work(args)
        except (TrustRefusedError, TrustUnavailableError) as error:
            print(f"assay: {error}", file=sys.stderr)
            return NOT_GOOD if isinstance(error, TrustRefusedError) else NOT_THERE

    return run


# ---- following


def _show(args: argparse.Namespace) -> int:
    content = read_trust_file(args.source)
    if not is_signed_trust(content):
        registry = parse_trust(content.decode(errors="replace"), source=args.source)
        print(f"pinned by hand: {len(registry.brands)} brands, no signatures, no expiry")
        return 0
    file = parse_signed_trust(content, source=args.source)
    store = TrustStore(_state(args))
    known = store.load(file.name) if store.path(file.name).exists() else None
    problem = _problem(file)
    if args.json:
        print(json.dumps(_shown(file, known, problem), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(file, known, problem)))
    return NOT_GOOD if problem else 0


def _problem(file: SignedTrust) -> str | None:
    try:
        check_threshold(file, file.root)
        check_time(file, _now())
    except TrustError as error:
        return str(error)
    return None


def _shown(file: SignedTrust, known: SignedTrust | None, problem: str | None) -> dict[str, Any]:
    signed = signers(file)
    return {
        "name": file.name,
        "version": file.version,
        "issued_at": instant_text(file.issued_at),
        "expires_at": instant_text(file.expires_at),
        "root": root_fingerprint(file),
        "threshold": file.root.threshold,
        "keys": [{"account": key, "signed": key in signed} for key in file.root.keys],
        "brands": [{"name": brand.name, "registry": brand.registry.name} for brand in file.entries.brands],
        "problem": problem,
        "followed": {"version": known.version, "changes": list(changes(known, file))} if known else None,
    }


def _lines(file: SignedTrust, known: SignedTrust | None, problem: str | None) -> list[str]:
    signed = signers(file)
    count = len(signed & set(file.root.keys))
    lines = [
        f"{'NOT GOOD' if problem else 'GOOD'}  {file.label}",
        f"  issued {instant_text(file.issued_at)}, expires {instant_text(file.expires_at)}",
        f"  signed by {count} of {len(file.root.keys)} keys, {file.root.threshold} are needed",
        *(f"    {'signed' if key in signed else '-':<6} {key}" for key in file.root.keys),
        f"  root {root_fingerprint(file)}",
        *(f"  brand {brand.name}, {brand.registry.name}, {', '.join(brand.hosts)}" for brand in file.entries.brands),
    ]
    if problem:
        lines.append(f"  {problem}")
    if known is None:
        return [*lines, "Not followed here yet: assay trust update SOURCE --pin ROOT"]
    if known.version == file.version:
        return [*lines, "This version is the one followed here."]
    return [
        *lines,
        f"Beside version {known.version}, which is followed here:",
        *(f"  {one}" for one in changes(known, file)),
    ]


def _update(args: argparse.Namespace) -> int:
    store = TrustStore(_state(args))
    source = args.source or _last_source(store)
    if args.pin:
        file = store.follow(parse_signed_trust(read_trust_file(source), source=source), args.pin, _now())
        before = None
    else:
        before, file = store.update(source, _now())
    store.remember_source(file.name, source)
    print(f"{file.label}, good until {instant_text(file.expires_at)}: {store.path(file.name)}")
    if before is not None and before.version < file.version:
        print(f"Before it was version {before.version}.", *changes(before, file), sep="\n  ")
    elif before is not None:
        print("Nothing new.")
    return 0


def _last_source(store: TrustStore) -> str:
    names = store.names()
    if len(names) != 1:
        raise TrustError(f"name a FILE or URL: {', '.join(names) or 'nothing'} is followed here")
    return store.source(names[0])


def _forget(args: argparse.Namespace) -> int:
    if not TrustStore(_state(args)).forget(args.name):
        print(f"assay: {args.name} is not followed here", file=sys.stderr)
        return NOT_GOOD
    print(f"{args.name} is forgotten; the next `assay trust update` needs --pin again.")
    return 0


# ---- making


def _init(args: argparse.Namespace) -> int:
    target, draft = args.output / "1.trust.json", args.output / _DRAFT
    for path in (target, draft):
        _refuse_existing(path)
    keys = [read_trust_key(path) if path.exists() else make_trust_key(path) for path in args.key]
    accounts = [key.address for key in keys] + [parse_address(text) for text in args.root_key]
    root = read_root(accounts, len(accounts) // 2 + 1 if args.threshold is None else args.threshold)
    file = first_version(args.name, root, _merged([load_trust(path) for path in args.pinned]), _now(), days=args.days)
    _write_new(draft, draft_toml(file, args.days))
    _finish(file, target, keys)
    print(f"Edit {draft}, then `assay trust next`, for the version after it.")
    return 0


def _merged(registries: Sequence[TrustRegistry]) -> TrustRegistry:
    """Put several brands' files together; nodes on the brand's own machine are of no use to anybody else."""
    return TrustRegistry(
        tuple(brand for one in registries for brand in one.brands),
        tuple(dict.fromkeys(n for one in registries for n in one.nodes if "://127.0.0.1" not in n)),
        tuple(dict.fromkeys(g for one in registries for g in one.gateways)),
    )


def _next(args: argparse.Namespace) -> int:
    before = parse_signed_trust(read_trust_file(str(args.after)), source=str(args.after))
    file = read_draft(read_trust_file(str(args.draft)), before.version + 1, _now(), source=str(args.draft))
    if file.name != before.name:
        raise TrustError(f"{args.draft}: name is {file.name}, the version before is of {before.name}")
    target = args.after.with_name(f"{file.version}.trust.json")
    _refuse_existing(target)
    print(f"{file.label} after version {before.version}:", *changes(before, file), sep="\n  ")
    if file.root != before.root:
        print("The root changes: enough keys of both roots must sign.")
    _finish(file, target, [read_trust_key(path) for path in args.key])
    return 0


def _sign(args: argparse.Namespace) -> int:
    file = parse_signed_trust(read_trust_file(str(args.file)), source=str(args.file))
    _finish(file, args.file, [read_trust_key(path) for path in args.key])
    return 0


def _finish(file: SignedTrust, target: Path, keys: Sequence[TrustKey]) -> None:
    """Sign with the keys at hand, write the file whole, and say who is still to sign."""
    for key in keys:
        file = with_signature(file, key.address, key.sign(trust_request(file)))
    _write(target, json.dumps(signed_trust_json(file), indent=2, ensure_ascii=False) + "\n")
    count = len(signers(file) & set(file.root.keys))
    print(f"{target}: {file.label}, expires {instant_text(file.expires_at)}")
    print(f"  signed by {count} of its own root keys, {file.root.threshold} are needed")
    print(f"  root {root_fingerprint(file)}")
    if others := sorted(signers(file) - set(file.root.keys)):
        print(f"  signed also by {', '.join(others)}, for a rotation")


# ---- shared


def _now() -> datetime:
    return datetime.now(UTC)


def _state(args: argparse.Namespace) -> Path:
    return args.state or state_folder(os.environ)


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise TrustError(f"{path}: a file stands there already; it was kept")


def _write_new(path: Path, text: str) -> None:
    _refuse_existing(path)
    _write(path, text)


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    except OSError as error:
        raise TrustError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)
