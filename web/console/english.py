"""The console in English."""

from __future__ import annotations

from typing import Final

from web.console.catalogue import (
    ConsoleWords,
    FieldWords,
    HomeWords,
    JobPhase,
    JobWords,
    LogWords,
    PieceWords,
    PrintWords,
    Refused,
    RegisterWords,
    StepWords,
    Telling,
)
from web.console.english_runs import RUN_ACTIONS, RUNS
from web.console.fields import Wrong
from web.custody.acts import CLAIM, CLAIMED, MOVE, REPORT
from web.store.staff_log import StaffAction

_LINE: Final = "One line of at most {most} characters, without invisible ones."
_COUNTRY: Final = "Choose a country."
_NUMBER: Final = "A number above zero."

_FIELDS: Final = {
    "reference": FieldWords(
        "Your reference",
        "The number of the house for this very piece.",
        "At most 64 letters, digits and . _ / - and no spaces.",
    ),
    "gtin": FieldWords("GTIN", "The product number below the bar code, 8 to 14 digits.", "8, 12, 13 or 14 digits."),
    "name": FieldWords("Name", "As the customer will read it.", _LINE.format(most=120)),
    "model": FieldWords("Model", None, _LINE.format(most=120)),
    "category": FieldWords("Kind of piece", "One word, as handbag, watch or scarf.", "One word in plain letters."),
    "country": FieldWords("Made in", None, _COUNTRY, _COUNTRY),
    "description": FieldWords(
        "Description", "A few sentences for the customer.", "At most 4,000 characters, without invisible ones."
    ),
    "model_number": FieldWords("Model number", "As engraved or stamped.", _LINE.format(most=60)),
    "lot": FieldWords("Lot", None, _LINE.format(most=60)),
    "production_date": FieldWords("Made on", None, "A date, as 2026-11-02."),
    "facility": FieldWords("Workshop", "A site of the house, never somebody's home.", _LINE.format(most=120)),
    "facility_city": FieldWords("Its city", None, _LINE.format(most=60)),
    "facility_country": FieldWords("Its country", None, _COUNTRY),
    "external_url": FieldWords("Page of the model", None, "An address that begins with https://"),
    "quantity": FieldWords(
        "How many", "Several pieces get the reference with a number each: BAG-7-001, BAG-7-002.", "From 1 to 50,000."
    ),
    "width_mm": FieldWords("Width, mm", None, _NUMBER),
    "height_mm": FieldWords("Height, mm", None, _NUMBER),
    "depth_mm": FieldWords("Depth, mm", None, _NUMBER),
    "length_mm": FieldWords("Length, mm", None, _NUMBER),
    "diameter_mm": FieldWords("Diameter, mm", None, _NUMBER),
    "weight_g": FieldWords("Weight, g", None, _NUMBER),
    "dimensions": FieldWords("Sizes", None, _NUMBER),
    "materials": FieldWords("Materials", None, "Name at least one material."),
    "material_name": FieldWords("Material", None, _LINE.format(most=120)),
    "material_country": FieldWords("From", None, _COUNTRY),
    "material_share": FieldWords("Share, %", None, "Above 0 and at most 100."),
    "marks": FieldWords("Details to compare", None, "Describe three to five details."),
    "mark_text": FieldWords("In English", None, _LINE.format(most=300)),
    "mark_text_fr": FieldWords("In French", None, _LINE.format(most=300)),
    "mark_photo": FieldWords("Photo of it", None, "A photo as JPEG, PNG or WebP, up to 15 MB."),
    "photos": FieldWords(
        "Photos of the piece",
        "One to eight, the front first. JPEG, PNG or WebP, up to 15 MB each.",
        "Add at least one photo of the piece.",
    ),
    "photo_alt": FieldWords(
        "What it shows", "For customers who cannot see it.", _LINE.format(most=300), "Say what it shows."
    ),
    "what": FieldWords("What happened", None, "Choose what happened."),
    "at": FieldWords("When", None, "Date and time, as 2026-11-02 10:30."),
    "zone": FieldWords("On a clock of", "The difference from UTC: Paris is +01:00, in summer +02:00.", "Choose one."),
    "place": FieldWords("Site", "Its name, as Boutique Ginza.", _LINE.format(most=120)),
    "place_city": FieldWords("City", None, _LINE.format(most=60)),
    "place_country": FieldWords("Country", None, _COUNTRY),
    "place_latitude": FieldWords("Latitude", "For the map.", "From -90 to 90, together with the longitude."),
    "place_longitude": FieldWords("Longitude", None, "From -180 to 180, together with the latitude."),
    "step_name": FieldWords("Title", "Without one, it is called by its kind.", _LINE.format(most=120)),
    "step_description": FieldWords(
        "In a sentence", "Everyone may read it. Never name a person.", "At most 4,000 characters."
    ),
}

_WRONG: Final = {
    Wrong.REFUSED: "This cannot be published as it is.",
    Wrong.MISSING: "Please fill this in.",
    Wrong.TOO_LONG: "This is too long.",
    Wrong.NOT_A_NUMBER: "Please write a number.",
    Wrong.NOT_A_TIME: "Please write date and time, as 2026-11-02 10:30.",
    Wrong.TAKEN: "{detail} is registered already.",
    Wrong.CHECK_DIGIT: "The last digit should be {detail}; or another digit is mistyped.",
    Wrong.FOREIGN_GTIN: "This is not one of our products: ours begin with {detail}.",
    Wrong.NOT_YET: "This time is still to come.",
    Wrong.OUT_OF_ORDER: "The last step was recorded for {detail}. Steps follow one another, at most 48 hours late.",
    Wrong.NOT_A_PHOTO: "We cannot open {detail}. Please choose a JPEG, PNG or WebP of up to 15 MB.",
    Wrong.TOO_MANY_PHOTOS: "At most eight photos. Leave some out first.",
}

ENGLISH: Final = ConsoleWords(
    home=HomeWords(
        headline="Console",
        register="Register a piece",
        search="Find a piece",
        search_hint="Your own reference, or part of it.",
        find="Find",
        found="Pieces with “{text}”",
        not_found="No piece of ours has “{text}” in its reference.",
        attention="Needs you",
        no_attention="Nothing is waiting for you.",
        card_kept="The claim card of {reference} was drawn, and its code is still kept here.",
        look="Open",
        retry="Try again",
        under_way="Under way",
        none_under_way="Nothing is being recorded right now.",
        drafts="Drafts",
        draft_unnamed="Without a reference yet",
        resume="Continue",
        drop="Delete",
        newest="Registered last",
        empty="No piece is registered yet. The first one takes five minutes.",
        registered="Registered",
        registering="Being registered",
        log="What was done here",
        runs="Print runs",
        records_away=Telling(
            "The books of the house cannot be opened", "Nothing is lost. Please try again in a moment."
        ),
    ),
    register=RegisterWords(
        headline="Register a piece",
        lead="You see what the public will read before anything is recorded. Your entries are kept as a draft.",
        optional="{label} (optional)",
        more_marks="More details to compare",
        more_materials="More materials",
        facts="The piece",
        makeup="Materials",
        material="Material {number}",
        marks="Details to compare",
        marks_hint="Three to five details that a customer can find on the piece, and a copy would get wrong.",
        mark="Detail {number}",
        photos="Photos",
        photos_hint="Place, time and camera are taken out of every photo.",
        photo_of="Photo {number}",
        drop_photo="Leave this photo out",
        no_country="Choose",
        sizes="Sizes (optional)",
        more="Numbers, date and workshop (optional)",
        how_many="How many",
        add_photos="Add the photos",
        look="See what the public will read",
        faults="Please look at {count} entries",
        fault="Please look at one entry",
        fault_line="{label}: {text}",
        preview="Before you register",
        preview_lead="This is what everyone can read: the page of the label, and the passport behind it. Please read "
        "it once as a customer would.",
        public="The public page",
        facts_title="In the passport",
        compare="Compare with the piece in your hands",
        pictures="More pictures",
        one_piece="One piece will be registered: {reference}. It gets a label and a claim card of its own.",
        pieces="{count} pieces will be registered: {references}. Each gets a label and a claim card of its own.",
        for_ever="This page cannot be changed once it is registered.",
        register="Register now",
        change="Change something",
    ),
    piece=PieceWords(
        reference="Reference",
        token="Token",  # noqa: S106 - a word
        gtin="GTIN",
        public="A scan says: {headline}",
        sell="Record the sale",
        record="Record a step",
        label="Print the label",
        card="Print the claim card",
        provenance="Provenance",
        no_steps="Nothing is recorded after the registration yet.",
        not_yet="This piece is still being registered. Label and card can be printed when that is done.",
        log="Done by the house",
        no_log="Nothing yet.",
    ),
    step=StepWords(
        headline="Record a step",
        lead="You see what the public will read before anything is recorded.",
        choose="Choose",
        choice_by="{kind}, by {company}",
        nobody="This house holds no key that may record a step. Add one with `assay mint actor add`.",
        where="Where (optional)",
        coordinates="Coordinates, for the map",
        more="In words (optional)",
        look="See what the public will read",
        preview="Before you record it",
        preview_lead="This is the line that everyone will read in the provenance of this piece.",
        by="Recorded by {recorder}",
        for_ever="A step can be taken back later, but it stays visible.",
        record="Record it",
        record_sale="Record the sale",
        change="Change something",
    ),
    printing=PrintWords(
        label="Label of {reference}",
        label_lead="Anyone with this picture can copy the label. Print it, put it on the piece, and delete the file.",
        card="Claim card of {reference}",
        card_lead="Whoever knows the code on this card can become the first owner. Print it, fold it, and give it "
        "to the buyer with the piece.",
        card_once="When the card is printed, tell us: we then forget its code, and the paper is the only copy.",
        card_gone=Telling(
            "The card was printed",
            "Its code is forgotten here: the paper is the only copy. While the piece is in stock, "
            "`assay mint card --renew` makes a new one.",
        ),
        png="Download for your printer",
        svg="Download for a print shop (SVG)",
        printed="It is printed: forget the code",
        printed_hint="This cannot be undone.",
        back="Back to the piece",
    ),
    job=JobWords(
        phases={
            JobPhase.WAITING: Telling("One moment", "It is about to begin."),
            JobPhase.AWAY: Telling(
                "Waiting for the registry", "It does not answer right now. Nothing is lost: it goes on by itself."
            ),
            JobPhase.RUNNING: Telling(
                "Being recorded", "It is recorded, then checked as a stranger would. A few seconds."
            ),
            JobPhase.DONE: Telling("Recorded", "It is in the registry, and we checked it as a stranger would."),
            JobPhase.REFUSED: Telling("Not recorded", "Nothing was changed, and your entries are kept."),
            JobPhase.FAILED: Telling("Something went wrong here", "Nothing is lost. It can be tried again."),
        },
        badges={
            JobPhase.WAITING: "Waiting",
            JobPhase.AWAY: "Waiting for the registry",
            JobPhase.RUNNING: "Being recorded",
            JobPhase.DONE: "Recorded",
            JobPhase.REFUSED: "Not recorded",
            JobPhase.FAILED: "Failed",
        },
        refusals={
            Refused.TAKEN: "A piece with this reference was registered in the meantime.",
            Refused.FORM: "An entry can no longer be recorded as it is. Please look at the form again.",
            Refused.REGISTRY: "The registry refuses this step: it does not fit the present state of the piece.",
            Refused.NO_DRAFT: "The draft is gone. Please write it again.",
        },
        registering="Registering {reference}",
        registered="Registered: {reference}",
        recording="{kind}: {reference}",
        customers={
            CLAIM: "A customer’s claim, {number}",
            CLAIMED: "The points of a claim, {number}",
            REPORT: "A customer’s report, {number}",
            MOVE: "A piece to hand over to its owner, {number}",
        },
        pieces="What it is about",
        open_piece="Open the piece",
        print_label="Print the label",
        retry="Try again",
        again="Look again",
        change="Change and try again",
        home="Back to the console",
        technical="For support:",
    ),
    log=LogWords(
        headline="What was done here",
        lead="Every registration, step, label and card, and who asked for it. Lines are only added.",
        empty="Nothing was done yet.",
        when="When",
        who="Who",
        what="What",
        piece="Piece",
        gone="Account closed",
        actions={
            StaffAction.REGISTER_ASKED: "Asked to register",
            StaffAction.STEP_ASKED: "Asked to record a step",
            StaffAction.LABEL_DRAWN: "Drew the label",
            StaffAction.CARD_DRAWN: "Drew the claim card",
            StaffAction.CARD_FORGOTTEN: "Had the claim code forgotten",
            StaffAction.JOB_RETRIED: "Tried again",
            **RUN_ACTIONS,
        },
    ),
    runs=RUNS,
    fields=_FIELDS,
    wrong=_WRONG,
)
