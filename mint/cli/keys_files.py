"""`assay mint keys encrypt|import|export|passphrase`: key files of the house and copies of them."""

from __future__ import annotations

import argparse
import getpass
from dataclasses import replace
from pathlib import Path
from typing import Any

from mint.adapters.encrypted_keystore import read_keystore, read_passphrase, write_keystore
from mint.adapters.keystore_signer import KeySigner
from mint.cli.common import add_house_options, ask_passphrase, guarded, opened_house, say
from mint.cli.keys_options import existing
from mint.errors import InputError, KeyFileError, SignerMissingError
from mint.house import House
from mint.key_files import erase_secret, private_folder, read_key, read_secret
from mint.rotation import key_name
from mint.signer_settings import FileKey, KeystoreKey, default_setting


def add_parsers(below: Any) -> None:
    """Add the subcommands."""
    encrypt = below.add_parser(
        "encrypt",
        help="encrypt a key file",
        description="Encrypt a plain key file in place (Web3 Secret Storage, version 3) and erase the plain one.",
    )
    imported = below.add_parser(
        "import",
        help="bring a copy of a key back",
        description="Bring a copy of a key of this house back, from a keystore or a plain key file, encrypted.",
    )
    export = below.add_parser(
        "export", help="write an encrypted copy", description="Write an encrypted copy of a key, for a safe place."
    )
    passphrase = below.add_parser(
        "passphrase", help="change a passphrase", description="Change the passphrase of an encrypted key."
    )
    for one in (encrypt, imported, export, passphrase):
        one.add_argument("name", metavar="NAME", help="a role, as registrar, or an actor whose key is in this house")
        one.add_argument("--passphrase-file", metavar="FILE", help="the passphrase, mode 600; else it is asked twice")
    imported.add_argument("source", metavar="FILE", type=existing, help="a keystore (version 3) or a plain key file")
    imported.add_argument("--source-passphrase-file", metavar="FILE", help="passphrase of FILE; else it is asked")
    export.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="where the copy goes")
    for one, work in ((encrypt, _encrypt), (imported, _import), (export, _export), (passphrase, _passphrase)):
        add_house_options(one)
        one.set_defaults(run=guarded(work))


def _encrypt(args: argparse.Namespace) -> int:
    with opened_house(args) as house, house.alone():
        name = key_name(house, args.name)
        plain = house.identity.signers.get(name) or default_setting(name)
        if not isinstance(plain, FileKey):
            raise InputError(f"the key of {name} is no plain file")
        key = read_key(house.keys.place(plain.file))
        setting = _write(house, name, key, args.passphrase_file, Path(plain.file).with_suffix(".json"))
        erase_secret(house.keys.place(plain.file))
        say(args, {"name": name, "file": setting.file}, f"the key of {name} is encrypted in {setting.file}")
    return 0


def _import(args: argparse.Namespace) -> int:
    with opened_house(args) as house, house.alone():
        name = key_name(house, args.name)
        key = _read_any(args.source, args.source_passphrase_file)
        wanted, found = house.identity.roles.get(name), KeySigner(key).address
        if wanted is not None and found != wanted:
            raise SignerMissingError(name, f"{args.source} holds {found}, and {name} is {wanted}")
        setting = _write(house, name, key, args.passphrase_file, Path(f"keys/{name}.{found[2:10].lower()}.json"))
        say(args, {"name": name, "file": setting.file}, f"the key of {name} is back, encrypted in {setting.file}")
    return 0


def _export(args: argparse.Namespace) -> int:
    with opened_house(args) as house:
        name = key_name(house, args.name)
        key = _house_key(house, name)
        account = write_keystore(args.output, key, _new_passphrase(args.passphrase_file, args.output))
    say(args, {"name": name, "address": account, "file": str(args.output)}, f"{account} is encrypted in {args.output}")
    return 0


def _passphrase(args: argparse.Namespace) -> int:
    with opened_house(args) as house, house.alone():
        name = key_name(house, args.name)
        setting = house.identity.signers.get(name)
        if not isinstance(setting, KeystoreKey):
            raise InputError(f"the key of {name} is not encrypted here; encrypt it with `assay mint keys encrypt`")
        path = house.keys.place(setting.file)
        key = house.keys.keystore_key(setting)
        write_keystore(path, key, _new_passphrase(args.passphrase_file, path), replace=True)
        file = str(Path(args.passphrase_file).resolve()) if args.passphrase_file else None
        house.keep(replace(house.identity, signers={**house.identity.signers, name: KeystoreKey(setting.file, file)}))
        say(args, {"name": name, "file": setting.file}, f"{setting.file} opens with the new passphrase")
    return 0


def _write(house: House, name: str, key: bytes, passphrase_file: str | None, file: Path) -> KeystoreKey:
    """Encrypt a key into the house, see that it opens, and name it in house.json."""
    path = house.keys.place(str(file))
    private_folder(path.parent)
    write_keystore(path, key, _new_passphrase(passphrase_file, path))
    setting = KeystoreKey(str(file), str(Path(passphrase_file).resolve()) if passphrase_file else None)
    house.keep(replace(house.identity, signers={**house.identity.signers, name: setting}))
    return setting


def _house_key(house: House, name: str) -> bytes:
    setting = house.identity.signers.get(name) or default_setting(name)
    if isinstance(setting, FileKey):
        return read_key(house.keys.place(setting.file))
    if isinstance(setting, KeystoreKey):
        return house.keys.keystore_key(setting)
    raise InputError(f"the key of {name} is not in this house; it is where its setting says, and never leaves it")


def _read_any(path: Path, passphrase_file: str | None) -> bytes:
    if not read_secret(path).lstrip().startswith(b"{"):
        return read_key(path)
    return read_keystore(path, read_passphrase(Path(passphrase_file)) if passphrase_file else ask_passphrase(path))


def _new_passphrase(file: str | None, path: Path) -> str:
    if file is not None:
        return read_passphrase(Path(file))
    first = ask_passphrase(path)
    if first != getpass.getpass("Once more: "):
        raise KeyFileError(path, "the two passphrases are not the same; nothing was written")
    return first
