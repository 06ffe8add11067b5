"""What the console says of print runs, in English."""

from __future__ import annotations

from typing import Final

from mint.labels.choices import Spelling
from mint.labels.claim_card import CardShape
from mint.labels.substrates import Substrate
from mint.print_run_book import RunState
from mint.print_run_check import Stray
from web.console.run_words import RunRefused, RunWords
from web.store.staff_log import StaffAction

RUN_ACTIONS: Final = {
    StaffAction.RUN_MADE: "Made a print run",
    StaffAction.RUN_DRAWN: "Downloaded a print run",
    StaffAction.RUN_PRINTED: "Said a print run is printed",
    StaffAction.RUN_CHECKED: "Checked photos of a print run",
    StaffAction.RUN_DESTROYED: "Had the codes of a print run destroyed",
    StaffAction.RUN_GIVEN_UP: "Gave a print run up",
}

RUNS: Final = RunWords(
    headline="Print runs",
    lead="Labels and claim cards printed together, from the drawing until the last code is destroyed here.",
    new="New print run",
    empty="Nothing was printed together yet.",
    title="Print run {number}",
    sizes="Labels: {labels}, claim cards: {cards}",
    states={
        RunState.MADE: "Made",
        RunState.PRINTED: "Printed",
        RunState.VERIFIED: "Verified",
        RunState.DESTROYED: "Codes destroyed",
        RunState.GIVEN_UP: "Given up",
    },
    next={
        RunState.MADE: "Download the files, print them at 100 % without fitting to the page, and say so here.",
        RunState.PRINTED: "Photograph the print, so that we can read it as a customer’s phone would.",
        RunState.VERIFIED: "Everything that had to be seen was read in your photos.",
        RunState.DESTROYED: "The claim codes are no longer here: the cards are the only copies.",
        RunState.GIVEN_UP: "Nothing of this run may be used. Please destroy what was printed.",
    },
    form_headline="New print run",
    form_lead="Every label and card is drawn, then read in simulated prints: spread ink, blur, fading, tilt, glare. "
    "That takes up to ten seconds.",
    pieces="Pieces",
    pieces_hint="Your references, one a line, at most {most}. Labels are printed in this order.",
    stock="Label sheets",
    stock_of="{name}: {width} × {height} mm, {places} a sheet",
    decimal=".",
    no_labels="No labels, claim cards alone",
    start="First free label",
    start_hint="1 on a new sheet; counted from the left, row by row.",
    substrate="Printed on",
    substrates={
        Substrate.PAPER: "Paper",
        Substrate.CARD: "Coated or glossy card",
        Substrate.LEATHER: "Leather tag",
        Substrate.FABRIC: "Fabric or woven label",
        Substrate.ENGRAVED: "Metal or engraving",
    },
    spelling="Address in the code",
    spellings={
        Spelling.UPPER: "In capitals: the smallest code",
        Spelling.MIXED: "In small letters: for phone apps that need it, a little larger",
    },
    cards="Claim cards",
    no_cards="None",
    shapes={CardShape.FOLD: "Folded over the code", CardShape.SCRATCH: "With scratch foil over the code"},
    make="Make the print run",
    files="Files to print",
    files_lead="Anyone with these files can copy the labels, or claim the pieces. Print them, then delete them.",
    labels_file="Download the labels (PDF)",
    cards_file="Download the claim cards (PDF)",
    printed="It is printed",
    printed_lead="Once it came out of the printer.",
    check="Check the print",
    check_lead="Photos may show one label or a whole sheet, and may be sent one after the other. Of cards, before they "
    "are folded or covered with foil. They are read, and not kept.",
    pictures="Photos or scans",
    pictures_hint="Up to {most} at a time: JPEG, PNG or WebP, up to 15 MB each.",
    check_button="Read the photos",
    read_now="Of this run, these photos show: {count}.",
    card_of="{reference} (claim card)",
    missing="Still to be seen: {references}",
    strays={
        Stray.OTHER_PIECE: "{reference} is in a photo, and does not belong to this run.",
        Stray.REPLACED: "{reference} is in a photo with another label than the one of this run.",
        Stray.FOREIGN: "A code in a photo is not of this house.",
    },
    destroy="Destroy the claim codes here",
    destroy_lead="Once the cards are printed they should be the only copies. This cannot be undone.",
    give_up="Give this run up",
    give_up_lead="When it will not be printed, or was spoilt. Its claim codes are destroyed, so its pieces need new "
    "ones. This cannot be undone.",
    history="How far it is",
    back="All print runs",
    refused={
        RunRefused.PIECES: "Name one to {detail} pieces, each once.",
        RunRefused.UNKNOWN_PIECE: "We have no piece with the reference {detail}.",
        RunRefused.NOT_REGISTERED: "A piece is still being registered. Please try again when that is done.",
        RunRefused.CODE_GONE: "The claim card of {detail} was printed already, and its code is destroyed.",
        RunRefused.NO_FIT: "A code that can be read on this material does not fit these labels. Choose larger ones.",
        RunRefused.START: "This sheet has no such place. Its labels are counted from 1.",
        RunRefused.NOTHING: "Choose labels, claim cards or both.",
        RunRefused.UNREADABLE: "A label could not be read in a simulated print ({detail}). Nothing was made.",
        RunRefused.BUSY: "The house is recording something right now. Please try again in a moment.",
        RunRefused.STATE: "This run has moved on in the meantime. Nothing was changed.",
        RunRefused.CHANGED: "The label or card of {detail} was replaced since. Please make a new run for it.",
        RunRefused.NOT_A_PICTURE: "We cannot open {detail}. Please choose a JPEG, PNG or WebP of up to 15 MB.",
        RunRefused.TOO_MANY_PICTURES: "Choose one to {detail} photos at a time.",
    },
)
