"""WebAuthn's two ceremonies, making a passkey and showing one, with everything we insist on.

User verification is required and passkeys are discoverable, so that one gesture says who somebody is: no user name,
no list of allowed keys, nothing to be learnt by asking. Attestation is not asked for: which device somebody owns is
their own affair.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json_dict, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from provenance_schemas.nesting import nests_deeper
from web.accounts.refusals import Refusal, RefusedError
from web.accounts.relying_party import RelyingParty
from web.store.passkeys import Passkey

ANSWER_WITHIN_S: Final = 300
CHALLENGE_BYTES: Final = 32
_ID_MAX_BYTES: Final = 1023
_KEY_MAX_BYTES: Final = 2048
_CLIENT_DATA_MAX_BYTES: Final = 4096
_CLIENT_DATA_DEPTH_MAX: Final = 4
_COUNT_MAX: Final = 2**31 - 1
"""What every database's integer holds; no honest authenticator signed so often."""

Options = dict[str, Any]
"""What `navigator.credentials` is asked with, as JSON: bytes are base64url."""


@dataclass(frozen=True, slots=True)
class MadePasskey:
    """A passkey whose authenticator just answered our question."""

    id: bytes
    public_key: bytes
    sign_count: int
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey that just signed our question."""

    sign_count: int
    backed_up: bool


def draw_challenge() -> bytes:
    """Draw a question that nobody can have an answer to."""
    return secrets.token_bytes(CHALLENGE_BYTES)


def ask_to_make(
    party: RelyingParty, challenge: bytes, person_id: str, name: str, known: Iterable[Passkey] = ()
) -> Options:
    """Write the wish for a new passkey; an authenticator that has one of the `known` makes no second."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=bytes.fromhex(person_id),
        user_name=name,
        challenge=challenge,
        timeout=ANSWER_WITHIN_S * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.id) for each in known],
    )
    return dict(options_to_json_dict(options))


def ask_to_show(party: RelyingParty, challenge: bytes) -> Options:
    """Write the wish to see a passkey, the same for everybody."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=ANSWER_WITHIN_S * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options_to_json_dict(options))


def check_made(answer: Mapping[str, Any], challenge: bytes, party: RelyingParty) -> MadePasskey:
    """Hold a new passkey to our question, our host and a verified user. Raises RefusedError."""
    try:
        _check_client_data(answer)
        made = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:  # parsers of CBOR, DER and JSON, each with errors of its own, all on a stranger's bytes
        raise RefusedError(Refusal.PASSKEY_REFUSED, type(error).__name__) from error
    if len(made.credential_id) > _ID_MAX_BYTES or len(made.credential_public_key) > _KEY_MAX_BYTES:
        raise RefusedError(Refusal.PASSKEY_REFUSED, "larger than any passkey")
    count = _counted(made.sign_count)
    return MadePasskey(made.credential_id, made.credential_public_key, count, made.credential_backed_up)


def read_shown(answer: Mapping[str, Any]) -> AuthenticationCredential:
    """Read what a browser sent as a shown passkey; nothing of it is believed yet. Raises RefusedError."""
    try:
        _check_client_data(answer)
        return parse_authentication_credential_json(dict(answer))
    except Exception as error:  # as above
        raise RefusedError(Refusal.PASSKEY_REFUSED, type(error).__name__) from error


def check_shown(shown: AuthenticationCredential, passkey: Passkey, challenge: bytes, party: RelyingParty) -> Shown:
    """Hold a shown passkey to our question, our host, its owner and a verified user. Raises RefusedError.

    The count is left to `store.passkeys.note_use`: it may speak of a copy only once the signature is right.
    """
    if passkey.rp_id != party.id:
        raise RefusedError(Refusal.PASSKEY_REFUSED, "of another host")
    if shown.response.user_handle != bytes.fromhex(passkey.person_id):
        raise RefusedError(Refusal.PASSKEY_REFUSED, "of another person")
    try:
        verified = webauthn.verify_authentication_response(
            credential=shown,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:  # as above
        raise RefusedError(Refusal.PASSKEY_REFUSED, type(error).__name__) from error
    return Shown(_counted(verified.new_sign_count), verified.credential_backed_up)


def _check_client_data(answer: Mapping[str, Any]) -> None:
    """Hold the JSON inside an answer to a size and a depth, before the library parses it. Raises ValueError."""
    content = base64url_to_bytes(answer["response"]["clientDataJSON"])
    if len(content) > _CLIENT_DATA_MAX_BYTES or nests_deeper(content, _CLIENT_DATA_DEPTH_MAX):
        raise ValueError("no browser writes such client data")


def _counted(sign_count: int) -> int:
    if sign_count > _COUNT_MAX:
        raise RefusedError(Refusal.PASSKEY_REFUSED, f"signed {sign_count} times, as it says")
    return sign_count
