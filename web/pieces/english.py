"""The pages of a person's pieces in English."""

from __future__ import annotations

from typing import Final

from mint.reports import ReportReason
from provenance_schemas.step_kinds import EntryKind
from web.custody.errors import ActRefusal
from web.jobs.queue import JobState
from web.pieces.catalogue import (
    AddressFault,
    ClaimProblem,
    ClaimWords,
    CodeFault,
    JobWords,
    MoveWords,
    PiecesWords,
    PieceWords,
    ReportWords,
    Said,
)

_USED: Final = Said(
    "This card has been used",
    "Each card works once. If you bought the piece from its owner, ask them to pass it on to you. "
    "If you believe this is a mistake, {brand} will help: bring the proof of purchase.",
)
_NOT_SOLD: Final = Said(
    "This piece is not recorded as sold yet",
    "The boutique records the sale, sometimes a little later. Your card stays good: try again this evening, "
    "or ask the boutique.",
)
_STOLEN: Final = Said(
    "This piece is reported stolen", "It cannot change hands while the report stands. Contact {brand}."
)
_CLAIM: Final = ClaimWords(
    headline="Claim your piece",
    lead="Claim a piece you bought, and it stands in your account. You need its label, and the card that came in "
    "the box. It costs nothing: {brand} pays the registry.",
    steps=("The label", "Your account", "The code"),
    progress="Steps",
    which="Which piece is it?",
    which_text="Show us the label inside the piece.",
    photo="Photo of the label",
    photo_hint="JPEG, PNG or WebP, at most 15\u00a0MB. The photo is read and not kept.",
    or_type="Or type what the label says",
    serial="Serial on the label",
    serial_hint="20 letters and digits. Spaces do not matter.",
    gtin="Article number (GTIN)",
    gtin_hint="The 14 digits below the serial.",
    find="Find the piece",
    card_waits="We have read your card. Now show us the label of the piece.",
    another="Not this piece? Choose another",
    sign_in="Sign in to go on",
    sign_in_text="A piece is registered to an account, so that only you can speak for it. "
    "We keep the piece in mind while you sign in.",
    sign_in_button="Sign in",
    sign_up_button="Create an account",
    code="Hidden code on the card",
    code_hint="Open the card: nine groups of three characters. Capitals do not matter.",
    code_count="{count} of {length}",
    code_right="The code is complete.",
    code_wrong="One character is mistyped. Compare group by group.",
    custody=Said(
        "Who will hold it",
        "{brand} holds the piece for you in the registry, at an address used for this piece alone. "
        "You can move it to an address of your own at any time.",
    ),
    submit="Claim this piece",
    yours=Said("It is yours already", "This piece is registered to your account."),
    to_piece="See my piece",
    to_scan="Check a piece",
    problems={
        ClaimProblem.NO_PIECE: Said(
            "This label leads to no piece of ours",
            "Check each character. If they are right, the label is not one of ours.",
        ),
        ClaimProblem.LABEL_REPLACED: Said("This label was replaced", "The piece carries a newer label: use that one."),
        ClaimProblem.WITHDRAWN: Said(
            "This piece is no longer certified", "Nobody can claim it any more. Contact {brand}."
        ),
        ClaimProblem.NOT_SOLD: _NOT_SOLD,
        ClaimProblem.USED: _USED,
        ClaimProblem.STOLEN: _STOLEN,
        ClaimProblem.AWAY: Said(
            "The registry does not answer right now",
            "Nothing was sent and nothing is lost: your card is as good as before. Please try again in a few minutes.",
        ),
        ClaimProblem.CHOICE_LOST: Said("Let us start with the label again", "That took longer than an hour."),
    },
    refused="We could not read this label",
    codes={
        CodeFault.MISSING: "Type the hidden code of the card.",
        CodeFault.LENGTH: "The code has 27 characters, you typed {count}.",
        CodeFault.STRANGER: "“{character}” is never part of a code. Look at it once more.",
        CodeFault.MISTYPED: "One character is mistyped. Compare group by group.",
        CodeFault.WRONG: "This code is not the one of this piece. Is it the card from the same box?",
    },
)

_JOB: Final = JobWords(
    claiming=Said("Your piece is being claimed", "This takes a few seconds, rarely a minute. You may close this page."),
    reporting=Said(
        "Your report is being recorded", "This takes a few seconds, rarely a minute. You may close this page."
    ),
    moving=Said("Your piece is being moved", "This takes a few seconds, rarely a minute. You may close this page."),
    stages=("We have your request", "The registry writes it down", "We read it back, as anybody could"),
    away=Said(
        "The registry does not answer right now",
        "We have your request and go on by ourselves as soon as it does. You need not do anything.",
    ),
    again="Look again",
    safe="Nothing is lost if you leave.",
    done_claim=Said("It is yours", "The registry has it. If it is ever lost or stolen, report it here."),
    done_report={
        EntryKind.REPORTED_STOLEN: Said("Reported stolen", "Whoever checks the piece reads it from now on."),
        EntryKind.REPORTED_LOST: Said("Reported lost", "Whoever checks the piece reads it from now on."),
        EntryKind.REPORT_WITHDRAWN: Said("The report is withdrawn", "The piece checks as genuine again."),
    },
    done_move=Said("It is in your own hands", "The piece is at the address you gave. We hold no key to it any more."),
    failed=Said(
        "Something went wrong on our side",
        "Nothing is lost. Our people see it, and go on from here. If you ask about it, name the number {number}.",
    ),
    refusals={
        ActRefusal.NOT_SOLD: _NOT_SOLD,
        ActRefusal.USED: _USED,
        ActRefusal.STOLEN: _STOLEN,
        ActRefusal.WRONG_CODE: Said(
            "This code is not the one of this piece", "Nothing was changed. Is it the card from the same box?"
        ),
        ActRefusal.TOO_LATE: Said(
            "The registry was away for too long",
            "Nothing was changed, and your card is still good. Please start again.",
        ),
        ActRefusal.NOT_HELD: Said(
            "We do not hold this piece for you any more", "Nothing was changed. Contact {brand} if you did not move it."
        ),
        ActRefusal.UNKNOWN_PIECE: Said("This piece is not in our books", "Nothing was changed. Contact {brand}."),
        ActRefusal.OTHER: Said("The registry did not accept this", "Nothing was changed. Contact {brand}."),
    },
    states={
        JobState.WAITING: "Waiting",
        JobState.RUNNING: "Being recorded",
        JobState.DONE: "Done",
        JobState.REFUSED: "Not possible",
        JobState.FAILED: "Our people look at it",
    },
)

_PIECE: Final = PieceWords(
    headline="My pieces",
    lead="Registered to your account, and to nobody else’s.",
    empty=Said(
        "No piece here yet",
        "When you buy one, a card lies in its box. With it and the label you claim the piece.",
    ),
    claim="Claim a piece",
    since="Yours since {day}",
    asked="Asked for on {day}",
    ended="Until {day}",
    open="Open",
    unnamed="Your piece",
    more="Earlier pieces",
    newer="Newest pieces",
    all_pieces="All my pieces",
    state="Its record now",
    held="On record",
    registry_away=Said(
        "The registry does not answer right now",
        "We cannot show how the record stands. You can still report the piece: your report waits here and "
        "goes out by itself.",
    ),
    elsewhere=Said(
        "The registry names another holder",
        "We do not hold this piece for you any more. If you did not move it, contact {brand}.",
    ),
    custody=Said(
        "Held for you by {brand}",
        "{brand} keeps the key to this piece for you, and could move it. We do so only when you ask, here, "
        "with your passkey.",
    ),
    custody_more="What that means",
    custody_points=(
        "Each of your pieces has an address of its own, so nobody can see which pieces have one owner.",
        "The public record shows no name: “Registered to a private owner”.",
        (
            "Nobody can take it from your account without your passkey. {brand}, who keeps the key, could: that is why "
            "you may take it into your own hands."
        ),
    ),
    address="Its address in the registry",
    actions="What would you like to do?",
    report="Report lost or stolen",
    withdraw="I have it back",
    move="Move it to my own address",
)

_REPORT: Final = ReportWords(
    headline="Report lost or stolen",
    lead="Everybody who checks this piece is warned, at once. You can take the report back when you have the "
    "piece again.",
    stolen="It was stolen",
    lost="It is lost",
    reasons={
        ReportReason.THEFT: "Theft",
        ReportReason.BURGLARY: "Burglary",
        ReportReason.ROBBERY: "Robbery",
        ReportReason.FRAUD: "Fraud: I was tricked out of it",
        ReportReason.MISLAID: "Mislaid",
        ReportReason.LOST_IN_TRANSIT: "Lost on the way, with luggage or post",
        ReportReason.RECOVERED: "I have the piece again",
        ReportReason.REPORTED_BY_MISTAKE: "I reported it by mistake",
    },
    no_reason="I would rather not say how",
    no_reason_back="I would rather not say why",
    public_reason="The word you choose becomes part of the public record. Nothing else you tell us does.",
    look="See what everybody will read",
    choose="Choose one of them.",
    preview="Everybody who checks it will read",
    preview_reason="In its provenance: “Reason: {reason}”.",
    private="Neither your name nor where you live is ever shown.",
    confirm={
        EntryKind.REPORTED_STOLEN: "Report it stolen",
        EntryKind.REPORTED_LOST: "Report it lost",
        EntryKind.REPORT_WITHDRAWN: "Take the report back",
    },
    back="Choose again",
    effects={
        EntryKind.REPORTED_STOLEN: (
            "While the report stands, the piece can be passed on to nobody: the registry refuses.",
            "This is no report to the police. They will want one of their own.",
        ),
        EntryKind.REPORTED_LOST: ("Whoever finds it is asked to contact the house.",),
        EntryKind.REPORT_WITHDRAWN: ("That it was reported, and taken back, stays in its history.",),
    },
    withdraw_headline="I have it back",
    withdraw_lead="We take the warning down. Do this only with the piece in your hands.",
    nothing_to_report=Said("This piece is reported already", "The warning stands. You can take it back."),
    nothing_to_withdraw=Said("There is no report to take back", "The piece checks as it should."),
)

_MOVE: Final = MoveWords(
    headline="Move it to my own address",
    lead="For people who keep a wallet of their own. {brand} pays the registry, and holds no key to the piece "
    "afterwards.",
    points=(
        "Nobody can undo this, we neither: whoever has the key of that address has the piece.",
        "If you lose that key, nobody can report the piece stolen or pass it on for you.",
        "The piece leaves “My pieces”. Its record stays as genuine as it is.",
    ),
    address="Your address",
    address_hint="0x and 40 characters, of a wallet whose key you hold. Not the deposit address of an exchange.",
    look="Look at it once more",
    check="Is this your address?",
    check_text="Compare it with your wallet, group by group.",
    sure="I hold the key of this address, and I know that nobody can undo this.",
    sure_missing="Please tick this first.",
    confirm="Move it for good",
    change="Change the address",
    faults={
        AddressFault.MISSING: "Type or paste your address.",
        AddressFault.MALFORMED: "An address is 0x and 40 characters from 0 to 9 and A to F.",
        AddressFault.CHECKSUM: "One character is mistyped. Copy the address from your wallet again.",
        AddressFault.UNUSABLE: "This is no address that you can hold a piece at.",
    },
    stolen=Said("A piece that is reported stolen cannot be moved", "Take the report back first."),
)

ENGLISH: Final = PiecesWords(
    claim=_CLAIM,
    job=_JOB,
    piece=_PIECE,
    report=_REPORT,
    move=_MOVE,
)
