"""What a refusal of the registry means, in plain words and with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

_ADVICE = {
    "ItemRegistryBatchExists": "batch {0} is registered already",
    "ItemRegistryCountOutOfRange": "a registration has 1 to {1} pieces, this one has {0}",
    "ItemRegistryActorNotAllowed": "actor {0} may not record this kind (code {1}) now; see `assay mint actor list`",
    "ItemRegistryActorDisputed": "actor {0} is disputed and can record nothing more",
    "ItemRegistryKindNotRecordable": "steps of kind {0} cannot be recorded this way",
    "ItemRegistryNotInStock": "the piece is not in stock any more: {1} holds it",
    "ItemRegistryNotOwner": "{1} is not the owner of the piece",
    "ItemRegistryStolen": "the piece is reported stolen; it cannot change hands until the report is withdrawn",
    "ItemRegistryNotClaimable": "the piece cannot be claimed: it was not recorded as sold, or its card was used",
    "ItemRegistryClaimantInvalid": "a piece cannot be claimed for {0}",
    "ItemRegistryClaimKeyWrong": "this claim code is not the one of this piece",
    "ItemRegistryClaimKeySpent": "this claim key was used for the piece before; draw another",
    "ItemRegistrySignatureInvalid": "the signature is not one of {0}",
    "ItemRegistryDeadlinePassed": "the signed request came too late; sign it again",
    "ItemRegistryStateChanged": "the history of the piece grew meanwhile; sign again",
    "ItemRegistryReasonInvalid": "this reason does not go with this report",
    "ItemRegistryReportUnchanged": "there is nothing to report or to withdraw: the piece has that status already",
    "ItemRegistryPathWrong": "the history of the piece grew meanwhile; try again",
    "ItemRegistryKindNotVoidable": "an entry of kind {0} can never be voided; record a further step instead",
    "ItemRegistryNotRecorder": "only {1}, who recorded the entry, or a guardian can void it",
    "ItemRegistryValidityInvalid": "the actor's time would be empty",
    "ERC721NonexistentToken": "the registry holds no token {0}",
    "ERC721IncorrectOwner": "the piece belongs to {2}",
    "AccessControlUnauthorizedAccount": "{0} lacks the role for this",
}


def advice_for(error: str, arguments: Sequence[object]) -> str:
    """Put a contract error into words; empty where we have none."""
    if error == "ItemRegistryDisputeOutOfRange" and arguments:
        since = datetime.fromtimestamp(int(str(arguments[0])), UTC).date()
        return f"a dispute cannot begin on {since}: at most 90 days back, and never in the future"
    words = _ADVICE.get(error, "")
    try:
        return words.format(*arguments)
    except IndexError:
        return ""
