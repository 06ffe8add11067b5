"""Forms of staff with several photos: larger than anybody else's, and only for whoever is staff already."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

from flask import Request, request
from werkzeug.datastructures import FileStorage

from verifier.errors import ImageError
from web.console.fields import MARKS_SHOWN, PHOTOS_MAX, FieldFault, Wrong
from web.parts import PhotoMaker
from web.sessions import Sessions
from web.store.drafts import PIECE, DraftPhoto, NewPhoto
from web.store.people import Role

REQUEST_MAX_BYTES: Final = 96 * 1024 * 1024
"""Eight photos and five of marks, as phones take them. They are in memory while the request lasts."""
PARTS_MAX: Final = 160
_NAME_SHOWN: Final = 60


def allow_photos(endpoints: Container[str], sessions: Sessions) -> None:
    """Take a large form at some endpoints from staff, before anything reads it; others keep the site's limits."""
    if request.endpoint not in endpoints or request.method != "POST":
        return
    session = sessions.load()
    if session is not None and session.person is not None and session.person.role is Role.STAFF:
        request.max_content_length = REQUEST_MAX_BYTES
        request.max_form_parts = PARTS_MAX


def taken_photos(
    sent: Request, kept: Iterable[DraftPhoto], make_safe: PhotoMaker
) -> tuple[list[NewPhoto], list[FieldFault]]:
    """Make the photos of a form safe, those of the piece and those of its marks; and say which cannot be used.

    `kept` are those that stay from before. What is more than eight of the piece is not taken.
    """
    photos: list[NewPhoto] = []
    faults: list[FieldFault] = []
    room = PHOTOS_MAX - sum(photo.place == PIECE for photo in kept)
    wanted = [file for file in sent.files.getlist("photos") if file.filename]
    if len(wanted) > room:
        faults.append(FieldFault("photos", Wrong.TOO_MANY_PHOTOS))
    asked = [("photos", PIECE, file) for file in wanted[: max(room, 0)]]
    for number in range(1, MARKS_SHOWN + 1):
        name = f"mark_{number}_photo"
        asked += [(name, number, file) for file in sent.files.getlist(name)[:1] if file.filename]
    for name, place, file in asked:
        try:
            safe = make_safe(file.read())
        except ImageError:
            faults.append(FieldFault(name, Wrong.NOT_A_PHOTO, _name_of(file)))
        else:
            photos.append(NewPhoto(place, safe.content, safe.sha256, safe.width, safe.height))
    return photos, faults


def _name_of(file: FileStorage) -> str:
    """Give a file's name to be shown again: nothing invisible, not too long."""
    shown = "".join(c for c in (file.filename or "") if c.isprintable())
    return shown[:_NAME_SHOWN]
