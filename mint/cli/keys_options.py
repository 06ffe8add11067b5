"""Options that say where a key is, for every command that takes one."""

from __future__ import annotations

import argparse
from pathlib import Path

from mint.errors import InputError
from mint.signer_settings import (
    CommandKeySetting,
    FileKey,
    KeystoreKey,
    SignerSetting,
    UrlKey,
    read_setting,
    setting_json,
)


def add_signer_options(parser: argparse.ArgumentParser) -> None:
    """Add the options; files are named from the house's folder on, or absolute."""
    where = parser.add_argument_group("where the key is")
    kind = where.add_mutually_exclusive_group()
    kind.add_argument("--file", metavar="FILE", help="a plain key file of mode 600")
    kind.add_argument("--keystore", metavar="FILE", help="an encrypted key file (version 3)")
    kind.add_argument("--url", metavar="URL", help="a signer with web3signer's API; https unless on this machine")
    kind.add_argument("--command", metavar="WORD", nargs="+", help="a command that signs digests, as of a vault")
    where.add_argument(
        "--passphrase-file", metavar="FILE", help="passphrase of the keystore, mode 600; else it is asked"
    )
    where.add_argument("--public-key", metavar="0x...", help="128 digits, as the signer at --url lists it")
    where.add_argument("--public-key-file", metavar="FILE", help="public key in DER, of --command")
    where.add_argument("--token-file", metavar="FILE", help="bearer token for --url, mode 600")
    where.add_argument("--ca-file", metavar="FILE", help="certificates to trust for --url")
    where.add_argument("--client-cert-file", metavar="FILE", help="our certificate for --url")
    where.add_argument("--client-key-file", metavar="FILE", help="its key, mode 600")


def setting_of(args: argparse.Namespace, name: str) -> SignerSetting | None:
    """Read the options; None when none was given. Raises InputError when they do not fit together."""
    chosen = _chosen(args)
    given = {
        option: getattr(args, option)
        for option in (
            "passphrase_file",
            "public_key",
            "public_key_file",
            "token_file",
            "ca_file",
            "client_cert_file",
            "client_key_file",
        )
        if getattr(args, option) is not None
    }
    if chosen is None:
        if given:
            raise InputError(f"--{next(iter(given)).replace('_', '-')} belongs to --keystore, --url or --command")
        return None
    return read_setting(name, chosen | given)


def _chosen(args: argparse.Namespace) -> dict[str, object] | None:
    for option, kind, field in (
        ("file", FileKey, "file"),
        ("keystore", KeystoreKey, "file"),
        ("url", UrlKey, "url"),
        ("command", CommandKeySetting, "command"),
    ):
        value = getattr(args, option)
        if value is not None:
            return {"kind": kind.kind, field: value}
    return None


def words_of(setting: SignerSetting) -> str:
    """Say in a few words where a key is."""
    value = setting_json(setting)
    return f"{value['kind']} {value.get('file') or value.get('url') or value['command'][0]}"


def existing(path: str) -> Path:
    """Name a file that is there. Raises InputError."""
    found = Path(path)
    if not found.is_file():
        raise InputError(f"{path}: there is no such file")
    return found
