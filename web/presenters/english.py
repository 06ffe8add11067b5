"""The site in English."""

from __future__ import annotations

from typing import Final

from mint.reports import ReportReason
from provenance_schemas.step_kinds import EntryKind
from verifier.answers import Answer
from verifier.verdict import Code, Outcome
from web.presenters import many_words, scan_words, verdict_words
from web.presenters.catalogue import (
    AnswerWords,
    Custody,
    ErrorWords,
    FrameWords,
    Refusal,
    StepState,
    Words,
)
from web.presenters.language import Language

_COMPARE: Final = "Compare the details with the piece in your hands."
_WITHDRAWN: Final = "No longer certified"

_ANSWERS: Final = {
    Answer.VERIFIED: AnswerWords(
        "Registered by {brand}", "Authentic record", f"Issued by us, record intact. {_COMPARE}"
    ),
    Answer.VERIFIED_PENDING: AnswerWords(
        "Registered by {brand}",
        "Authentic record, last step pending",
        f"Issued by us, record intact. The newest step is being confirmed. {_COMPARE}",
    ),
    Answer.UNUSUAL_ACTIVITY: AnswerWords(
        "Check before you buy",
        "Genuine code, unusual activity",
        f"We issued this code, but it is checked in an unusual way: copies of the label may be about. {_COMPARE}",
    ),
    Answer.ACTIVITY_UNKNOWN: AnswerWords(
        "Compare with care",
        "Authentic record, activity not checked",
        f"Issued by us, record intact. We cannot read right now how often this label was checked. {_COMPARE}",
    ),
    Answer.NOT_SOLD_YET: AnswerWords(
        "Check before you buy",
        "Registered, not yet sold",
        "We issued this code and have recorded no sale: this piece should still be with us or in a boutique.",
    ),
    Answer.STEP_UNCONFIRMED: AnswerWords(
        "Look at the provenance",
        "Authentic record, one step unconfirmed",
        f"Issued by us. One step below is disputed or cannot be read. {_COMPARE}",
    ),
    Answer.STOLEN: AnswerWords(
        "Do not buy",
        "Reported stolen",
        "This piece was reported stolen. Do not confront the seller. Contact {brand}.",
    ),
    Answer.LOST: AnswerWords(
        "Do not buy",
        "Reported lost",
        "This piece was reported lost. Do not confront the seller. Contact {brand}.",
    ),
    Answer.REVOKED: AnswerWords(
        "Record withdrawn", _WITHDRAWN, "We withdrew this record. The provenance below says when."
    ),
    Answer.RECALLED: AnswerWords(
        "Piece recalled", _WITHDRAWN, "We recalled this piece. Please contact {brand} before you use or buy it."
    ),
    Answer.RETIRED: AnswerWords(
        "Record closed", _WITHDRAWN, "We closed this record for good: the piece should not be offered any more."
    ),
    Answer.LABEL_REPLACED: AnswerWords(
        "Label replaced", _WITHDRAWN, "This label was replaced. The piece carries a newer one: ask for it."
    ),
    Answer.NOT_GENUINE: AnswerWords(
        "Do not buy",
        "This label is not genuine",
        "This label does not open the record that it points to. Do not rely on it. If the piece was sold to you, keep "
        "the receipt and write to {brand}.",
    ),
    Answer.NOT_ISSUED: AnswerWords(
        "Not in our registry",
        "We did not issue this code",
        "No piece of ours carries this code. It may be invented, or mistyped: check each character.",
    ),
    Answer.CANNOT_VERIFY: AnswerWords(
        "No answer",
        "Cannot verify right now",
        "We could not read everything that an answer needs. This says nothing against the piece. Try again later.",
    ),
}

_YOURS: Final = {
    Answer.VERIFIED: AnswerWords(
        "Registered to you", "Your piece", f"Issued by {{brand}}, record intact, and in your name. {_COMPARE}"
    ),
    Answer.VERIFIED_PENDING: AnswerWords(
        "Registered to you",
        "Your piece, last step pending",
        f"Issued by {{brand}}, record intact, and in your name. The newest step is being confirmed. {_COMPARE}",
    ),
    Answer.STOLEN: AnswerWords(
        "Your piece",
        "Reported stolen",
        "You reported this piece stolen, and everyone who scans it is told. Have you got it back? Withdraw the report.",
    ),
    Answer.LOST: AnswerWords(
        "Your piece",
        "Reported lost",
        "You reported this piece lost, and everyone who scans it is told. Have you found it? Withdraw the report.",
    ),
}

_CHECKS: Final = {
    Code.LABEL_WELL_FORMED: "Label in the maker’s form",
    Code.ISSUER_TRUSTED: "Registry is the maker’s own",
    Code.ITEM_RECORDED: "Piece recorded in the registry",
    Code.ITEM_COMMITTED: "Label opens the piece’s record",
    Code.ITEM_UNIQUE: "No second piece with this label",
    Code.PASSPORT_MATCH: "Passport is the one recorded",
    Code.PASSPORT_VALID: "Passport valid, and of this piece",
    Code.HISTORY_COMPLETE: "History complete, nothing hidden",
    Code.HISTORY_ORDERED: "Steps in the order of time",
    Code.HISTORY_AUTHORISED: "Every step by an undisputed actor",
    Code.DOCUMENTS_MATCH: "Step documents are those recorded",
    Code.DOCUMENTS_VALID: "Step documents valid",
    Code.STATUS_CLEAR: "Not stolen, lost or withdrawn",
    Code.CHAIN_FINAL: "Read at a final block",
    Code.CHAIN_FRESH: "Registry up to date",
    Code.SCAN_PATTERN_PLAUSIBLE: "Label used in a plausible way",
    Code.SALE_RECORDED: "Sale recorded by the maker",
    Code.POSSESSION_SHOWN: "Possession shown",
}

_KINDS: Final = {
    EntryKind.SOURCED: "Material sourced",
    EntryKind.MANUFACTURED: "Made",
    EntryKind.INSPECTED: "Inspected",
    EntryKind.SHIPPED: "Shipped",
    EntryKind.RECEIVED: "Received",
    EntryKind.CUSTOMS_CLEARED: "Cleared by customs",
    EntryKind.SOLD: "Sold",
    EntryKind.SERVICED: "Serviced",
    EntryKind.AUTHENTICATED: "Authenticated by an expert",
    EntryKind.LABEL_REPLACED: "Label replaced",
    EntryKind.RECALLED: "Recalled",
    EntryKind.RETIRED: "Retired",
    EntryKind.RETURNED: "Returned to the house",
    EntryKind.REPORTED_STOLEN: "Reported stolen",
    EntryKind.REPORTED_LOST: "Reported lost",
    EntryKind.REPORT_WITHDRAWN: "Report withdrawn",
    EntryKind.REVOKED: "Record withdrawn",
    EntryKind.VOIDED: "Earlier step voided",
    EntryKind.REGISTERED: "Registered",
    EntryKind.TRANSFERRED: "New owner on record",
    EntryKind.CLAIMED: "Claimed by its owner",
    EntryKind.CLAIM_KEY_SET: "Claim card renewed",
}

_REASONS: Final = {
    ReportReason.THEFT: "Theft",
    ReportReason.BURGLARY: "Burglary",
    ReportReason.ROBBERY: "Robbery",
    ReportReason.FRAUD: "Fraud",
    ReportReason.MISLAID: "Mislaid",
    ReportReason.LOST_IN_TRANSIT: "Lost on the way",
    ReportReason.RECOVERED: "Found again",
    ReportReason.REPORTED_BY_MISTAKE: "Reported by mistake",
}

_ERRORS: Final = {
    400: ErrorWords("We cannot read this request", "Check the address, or start again from the first page."),
    401: ErrorWords("Please sign in", "This page is for members. Sign in and come back."),
    403: ErrorWords(
        "Not open to you", "This page is for others, or your session has ended. Go back, reload the page and try again."
    ),
    404: ErrorWords("There is no such page", "Check the address, or start again from the first page."),
    405: ErrorWords("Not possible here", "This address does not take that kind of request."),
    413: ErrorWords("The photo is too large", "Send a photo of at most 15 MB."),
    421: ErrorWords(
        "This is not our address", "No label of ours leads to the address you used. Check it letter by letter."
    ),
    429: ErrorWords(
        "One moment, please", "Many requests came from your network at once. Please try again in a few minutes."
    ),
    500: ErrorWords("Something went wrong on our side", "This says nothing about any piece. Please try again later."),
    503: ErrorWords("Busy right now", "Please try again in a moment."),
}

_REFUSALS: Final = {
    Refusal.NOTHING_GIVEN: "Choose a photo, or type the code of the label.",
    Refusal.NOT_A_PICTURE: "We cannot open this file as a photo. Send a JPEG, HEIC, PNG, WebP, AVIF or GIF of at most "
    "15 MB.",
    Refusal.NO_CODE: "We found no QR code in this photo. Fill the picture with the label, in even light.",
    Refusal.SEVERAL_LABELS: "There is more than one label in this photo. Photograph one at a time.",
    Refusal.NOT_A_LABEL: "This code is not one of our labels.",
    Refusal.GTIN_WRONG: "The article number (GTIN) is not right. Check each digit.",
    Refusal.SERIAL_WRONG: "The serial is not right. Check each character.",
    Refusal.FOREIGN_HOST: "This code leads to {host}, which is not an address of ours. Do not follow it.",
    Refusal.BUSY: "Many photos are being read at once. Please try again in a moment.",
}

ENGLISH: Final = Words(
    language=Language.EN,
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    first_of_month="1",
    age_units=("s", "min", "h", "days"),
    answers=_ANSWERS,
    yours=_YOURS,
    checks=_CHECKS,
    outcomes={Outcome.PASSED: "Passed", Outcome.FAILED: "Failed", Outcome.UNKNOWN: "Not known"},
    kinds=_KINDS,
    reasons=_REASONS,
    states={
        StepState.CONFIRMED: "Confirmed",
        StepState.PENDING: "Pending: not final yet",
        StepState.UNCONFIRMED: "Unconfirmed: its document cannot be read",
        StepState.DISPUTED: "Disputed: recorded with a key we do not trust any more",
        StepState.VOIDED: "Voided by a later step",
    },
    custody={
        Custody.STOCK: "With the house, not yet sold",
        Custody.HOUSE: "Sold, not claimed yet: the house holds it and could move it",
        Custody.OWNER: "Registered to a private owner",
        Custody.KEPT: "A private owner. The house holds it for them, and could move it.",
        Custody.YOURS: "You. The house holds it for you, and could move it.",
    },
    errors=_ERRORS,
    refusals=_REFUSALS,
    frame=FrameWords(
        skip="Skip to content",
        official="Official check at",
        caveat="A label can be copied. We certify the record, not the thing in your hands: always compare the piece.",
        footer="Footer",
        home="Check a piece",
        menu="Menu",
        nav="Main",
        my_pieces="My pieces",
        my_points="My points",
        account="Account",
        sign_in="Sign in",
        console="Console",
        other_language="Français",
        title="{headline} · {brand}",
        preview="Open to see the record as it stands now.",
        preview_title="Provenance record",
    ),
    verdict=verdict_words.ENGLISH,
    scan=scan_words.ENGLISH,
    many=many_words.ENGLISH,
)
