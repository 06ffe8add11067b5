"""The keys of one house by name: opens whichever signer its configuration names, and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from mint.adapters.command_key import CommandKey
from mint.adapters.encrypted_keystore import read_keystore, read_passphrase
from mint.adapters.keystore_signer import KeyFolder, KeySigner
from mint.adapters.kms_signer import kms_signer
from mint.adapters.url_signer import UrlAccess, UrlSigners
from mint.errors import InputError, KeyFileError, MintError, SignerMissingError
from mint.key_files import read_key
from mint.ports import SignedTransaction, Signer, Transaction
from mint.signatures import SignatureError
from mint.signer_settings import (
    FileKey,
    KeystoreKey,
    SignerSetting,
    UrlKey,
    default_setting,
)
from provenance_schemas.ids import Address

FUNDER: Final = "funder"

AskPassphrase = Callable[[Path], str]
"""Asks whoever sits there for the passphrase of a file. Raises KeyFileError when nobody does."""


def nobody_to_ask(path: Path) -> str:
    """Refuse to ask: a server has nobody at its terminal."""
    raise KeyFileError(path, "it is encrypted and nobody can be asked for its passphrase; set passphrase_file")


class RetiredSigner:
    """A key that was replaced: its account is still known, and it signs nothing any more."""

    def __init__(self, name: str, address: Address) -> None:
        self._name = name
        self._address = address

    @property
    def address(self) -> Address:
        """The key's account."""
        return self._address

    def sign_transaction(self, transaction: Transaction) -> SignedTransaction:
        """Refuse."""
        raise SignerMissingError(self._name, f"{self._address} was replaced, nonce {transaction.nonce} stays as it is")

    def sign_hashed(self, data: bytes) -> bytes:
        """Refuse."""
        raise SignerMissingError(self._name, f"{self._address} was replaced, {len(data)} bytes were not signed")


class HouseKeys:
    """KeyRing of a house. What a name stands for is told to it by `hold`; until then every key is a file."""

    def __init__(
        self, data_dir: Path, funder: Callable[[], bytes] | None = None, ask: AskPassphrase = nobody_to_ask
    ) -> None:
        """Take the house's folder, and on the embedded ledger what reads its funder's key."""
        self.folder = KeyFolder(data_dir / "keys")
        self._data_dir = data_dir
        self._funder = funder
        self._ask = ask
        self._settings: Mapping[str, SignerSetting] = {}
        self._accounts: Mapping[str, Address] = {}
        self._retired: Mapping[str, Address] = {}
        self._open: dict[str, Signer] = {}

    def hold(
        self,
        settings: Mapping[str, SignerSetting],
        accounts: Mapping[str, Address],
        retired: Mapping[str, Address],
    ) -> None:
        """Take what `house.json` says from now on; signers that were open are opened anew."""
        self._settings, self._accounts, self._retired = dict(settings), dict(accounts), dict(retired)
        self._open.clear()

    def signer(self, name: str) -> Signer:
        """Give one key.

        Raises SignerMissingError when no setting leads to it or it is the key of another account, KeyFileError.
        """
        if name not in self._open:
            self._open[name] = self._opened(name)
        return self._open[name]

    def _opened(self, name: str) -> Signer:
        if name == FUNDER and self._funder is not None:
            return KeySigner(self._funder())
        if name in self._retired:
            return RetiredSigner(name, self._retired[name])
        signer = self.open(name, self._settings.get(name) or default_setting(name))
        wanted = self._accounts.get(name)
        if wanted is not None and signer.address != wanted:
            raise SignerMissingError(name, f"signers.{name} leads to {signer.address}, and {name} is {wanted}")
        return signer

    def open(self, name: str, setting: SignerSetting) -> Signer:
        """Open the signer of a setting, whatever account it is. Raises as `signer` does."""
        try:
            return self._from(setting)
        except MintError as error:
            if error.exit_code != InputError.exit_code:
                raise
            raise SignerMissingError(name, f"{error} (setting signers.{name} of house.json)") from error
        except (SignatureError, ValueError, OSError) as error:
            raise SignerMissingError(name, f"signers.{name} of house.json: {error}") from error

    def _from(self, setting: SignerSetting) -> Signer:
        if isinstance(setting, FileKey):
            return KeySigner(read_key(self.place(setting.file)))
        if isinstance(setting, KeystoreKey):
            return KeySigner(self.keystore_key(setting))
        if isinstance(setting, UrlKey):
            access = UrlAccess(
                setting.url,
                self._maybe(setting.token_file),
                self._maybe(setting.ca_file),
                self._maybe(setting.client_cert_file),
                self._maybe(setting.client_key_file),
            )
            return UrlSigners(access).signer(setting.point())
        return kms_signer(CommandKey(setting.command, self.place(setting.public_key_file)))

    def keystore_key(self, setting: KeystoreKey) -> bytes:
        """Open an encrypted key of the house; 32 bytes. Raises KeyFileError."""
        path = self.place(setting.file)
        file = self._maybe(setting.passphrase_file)
        return read_keystore(path, read_passphrase(file) if file is not None else self._ask(path))

    def place(self, file: str) -> Path:
        """Give the path of a file that a setting names: from the house's folder on, or absolute."""
        return self._data_dir / file

    def _maybe(self, file: str | None) -> Path | None:
        return self.place(file) if file is not None else None
