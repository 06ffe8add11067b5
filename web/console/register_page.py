"""The form of a registration, and what the public will read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mint.pieces import ImageInput, MarkInput, PieceInput
from verifier.answers import Answer
from web.console.catalogue import ConsoleWords, RegisterWords
from web.console.fields import MARKS_SHOWN, MATERIALS_SHOWN, PHOTOS_MAX, SIZES, FieldFault
from web.console.form_rows import FaultLine, FieldRow, Fold, FormRows
from web.console.registration import references_of
from web.console.words import WORDS
from web.presenters.countries import country_text
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.language import Language
from web.presenters.tones import ICONS, TONES, Icon, Tone
from web.store.drafts import PIECE, Draft, DraftPhoto

_OPTIONAL_FACTS: Final = (
    "model_number", "lot", "production_date", "facility", "facility_city", "facility_country", "external_url"
)  # fmt: skip
_MARKS_NEEDED: Final = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, under a legend of their own."""

    legend: str
    rows: tuple[FieldRow, ...]
    photo: PhotoRow | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of one kind: those that are needed, and those folded away until they are."""

    shown: tuple[Group, ...]
    title: str
    folded: tuple[Group, ...]

    @property
    def is_open(self) -> bool:
        """Whether what is folded must be seen."""
        return any(group.photo or any(row.value or row.error for row in group.rows) for group in self.folded)


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo that is kept already."""

    id: str
    href: str
    alt: str
    width: int
    height: int
    legend: str
    words: FieldRow | None
    """The field for its words; None where a mark's own text says what it shows."""
    drop_name: str


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Everything the template prints."""

    frame: Frame
    status: int
    action_href: str
    draft_id: str
    summary: str
    lines: tuple[FaultLine, ...]
    facts: tuple[FieldRow, ...]
    materials: Groups
    marks: Groups
    photos: tuple[PhotoRow, ...]
    add_photos: FieldRow | None
    """None when there are as many as there may be."""
    sizes: Fold
    more: Fold
    quantity: FieldRow
    words: RegisterWords


@dataclass(frozen=True, slots=True)
class PreviewMark:
    """A detail to compare, as the public will read it."""

    text: str
    photo: PreviewPhoto | None


@dataclass(frozen=True, slots=True)
class PreviewPhoto:
    """A photo, as the public will see it."""

    href: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """What the public will read, and the button that makes it so."""

    frame: Frame
    status: int
    tone: Tone
    icon: Icon
    tag: str
    headline: str
    lead: str
    name: str
    description: tuple[str, ...]
    front: PreviewPhoto
    more: tuple[PreviewPhoto, ...]
    marks: tuple[PreviewMark, ...]
    facts: tuple[tuple[str, str], ...]
    quantity: str
    action_href: str
    change_href: str
    words: RegisterWords


def photo_path(draft_id: str, photo_id: str) -> str:
    """Name the address of a draft's photo: for its writer alone."""
    return f"/console/drafts/{draft_id}/photos/{photo_id}"


def present_register(
    visit: Visit, draft: Draft | None, draft_id: str, faults: Sequence[FieldFault] = (), *, status: int = 200
) -> RegisterPage:
    """Lay the form out, with everything typed so far and what is wrong with it."""
    words = WORDS[visit.language]
    rows = FormRows(words, visit.language, draft.fields if draft else {"quantity": "1"}, faults)
    photos = draft.photos if draft else ()
    facts = tuple(map(rows.row, ("reference", "gtin", "name", "model", "category", "country", "description")))
    materials = _materials(rows, words)
    marks = _marks(rows, words, draft_id, photos)
    kept = _photos(rows, words, draft_id, [photo for photo in photos if photo.place == PIECE])
    add = rows.row("photos", type_="photos") if len(kept) < PHOTOS_MAX else None
    said = words.register
    sizes = Fold(said.sizes, tuple(map(rows.row, SIZES)))
    more = Fold(said.more, tuple(map(rows.row, _OPTIONAL_FACTS)))
    quantity = rows.row("quantity")
    for name, anchor in (("materials", "material_1_name"), ("marks", "mark_1_text"), ("dimensions", "width_mm")):
        rows.error(name, words.fields[name], anchor=anchor)
    rows.rest("reference")
    summary = said.fault if len(rows.lines) == 1 else said.faults.format(count=len(rows.lines))
    frame = make_frame(visit, said.headline, scripts=())
    return RegisterPage(
        frame,
        status,
        visit.link("/console/register"),
        draft_id,
        summary,
        tuple(rows.lines),
        facts,
        Groups(materials[:1], said.more_materials, materials[1:]),
        Groups(marks[:_MARKS_NEEDED], said.more_marks, marks[_MARKS_NEEDED:]),
        kept,
        add,
        sizes,
        more,
        quantity,
        said,
    )


def present_preview(visit: Visit, draft: Draft, piece: PieceInput) -> PreviewPage:
    """Lay out what a scan of the label will say: registered, and not sold yet."""
    words, answer = WORDS[visit.language], Answer.NOT_SOLD_YET
    public, said, tone = visit.words.answers[answer], words.register, TONES[answer]
    shown = {f"{photo.id}.jpg": photo for photo in draft.photos}
    pictures = [_preview_photo(draft.id, shown, image) for image in piece.images]
    references = references_of(piece)
    quantity = said.one_piece if piece.quantity == 1 else said.pieces
    return PreviewPage(
        make_frame(visit, said.preview),
        200,
        tone,
        ICONS[tone],
        public.tag.format(brand=visit.brand),
        public.headline,
        public.lead.format(brand=visit.brand),
        piece.name,
        tuple(line for line in piece.description.split("\n") if line.strip()),
        pictures[0],
        tuple(pictures[1:]),
        tuple(_preview_mark(draft.id, shown, mark, visit.language) for mark in piece.marks),
        _facts(piece, words, visit.language),
        quantity.format(count=piece.quantity, reference=references[0], references=", ".join(references)),
        visit.link(f"/console/register/{draft.id}"),
        f"{visit.link('/console/register')}{'&' if visit.asked else '?'}draft={draft.id}",
        said,
    )


def _materials(rows: FormRows, words: ConsoleWords) -> tuple[Group, ...]:
    return tuple(
        Group(
            words.register.material.format(number=n),
            (
                rows.row(f"material_{n}_name"),
                rows.row(f"material_{n}_country", optional=True),
                rows.row(f"material_{n}_share", optional=True),
            ),
        )
        for n in range(1, MATERIALS_SHOWN + 1)
    )


def _marks(rows: FormRows, words: ConsoleWords, draft_id: str, photos: Sequence[DraftPhoto]) -> tuple[Group, ...]:
    by_place = {photo.place: photo for photo in photos}
    return tuple(_mark(rows, words, draft_id, n, by_place.get(n)) for n in range(1, MARKS_SHOWN + 1))


def _mark(rows: FormRows, words: ConsoleWords, draft_id: str, number: int, photo: DraftPhoto | None) -> Group:
    return Group(
        words.register.mark.format(number=number),
        (
            rows.row(f"mark_{number}_text"),
            rows.row(f"mark_{number}_text_fr", optional=True),
            rows.row(f"mark_{number}_photo", optional=True, type_="photo"),
        ),
        _photo(draft_id, photo, "", None) if photo else None,
    )


def _photos(rows: FormRows, words: ConsoleWords, draft_id: str, photos: Sequence[DraftPhoto]) -> tuple[PhotoRow, ...]:
    kept = []
    for number, photo in enumerate(photos, start=1):
        said = words.fields["photo_alt"]
        name = f"alt_{photo.id}"
        legend = words.register.photo_of.format(number=number)
        error = rows.error(f"photos.{number}", said, anchor=name, label=legend)
        field = FieldRow(name, said.label, said.hint or "", error, photo.alt, "text", 300, "", "")
        kept.append(_photo(draft_id, photo, legend, field))
    return tuple(kept)


def _photo(draft_id: str, photo: DraftPhoto, legend: str, words: FieldRow | None) -> PhotoRow:
    href = photo_path(draft_id, photo.id)
    return PhotoRow(photo.id, href, photo.alt, photo.width, photo.height, legend, words, f"drop_{photo.id}")


def _preview_photo(draft_id: str, shown: dict[str, DraftPhoto], image: ImageInput) -> PreviewPhoto:
    photo = shown[image.path.name]
    return PreviewPhoto(photo_path(draft_id, photo.id), image.alt, photo.width, photo.height)


def _preview_mark(draft_id: str, shown: dict[str, DraftPhoto], mark: MarkInput, language: Language) -> PreviewMark:
    text = mark.text_fr if language is Language.FR and mark.text_fr else mark.text
    return PreviewMark(text, _preview_photo(draft_id, shown, mark.image) if mark.image else None)


def _facts(piece: PieceInput, words: ConsoleWords, language: Language) -> tuple[tuple[str, str], ...]:
    """List the facts as they stand in the passport, with the names that the form has for them."""
    made_of = ", ".join(
        " ".join(filter(None, (m.name, _origin(m.origin_country, language), _share(m.share_percent))))
        for m in piece.materials
    )
    values = {
        "gtin": piece.gtin,
        "model": piece.model,
        "category": piece.category,
        "country": country_text(piece.country, language),
        "materials": made_of,
        "model_number": piece.model_number,
        "lot": piece.lot,
        "production_date": piece.production_date,
        "facility": piece.facility and piece.facility.name,
        "external_url": piece.external_url,
    } | {name: f"{size:g}" for name in SIZES if piece.dimensions and (size := getattr(piece.dimensions, name))}
    return tuple((words.fields[name].label, str(value)) for name, value in values.items() if value)


def _origin(code: str | None, language: Language) -> str:
    return f"({country_text(code, language)})" if code else ""


def _share(percent: float | None) -> str:
    return f"{percent:g} %" if percent else ""
