"""Photograph every page and state, to be looked at as a customer would: `python -m tests.e2e.contact_sheet`.

Writes build/contact_sheet/<name>.png, each page four times: phone in the light in English, phone in the dark in
French, desktop in the light in French, desktop in the dark in English. `all.png` beside them shows every first one.
Words given select pages by name: `python -m tests.e2e.contact_sheet verdict account`.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from flask import Flask
from PIL import Image, ImageDraw
from sqlalchemy import select

from tests.bench.visible import chromium_path
from tests.e2e.passkeys import add_authenticator, sign_up
from tests.e2e.showroom import COLLECTS, HOLDS, LOOKS, Gallery, Showroom, Unclaimed
from tests.fakes.site import FakeSite
from verifier.answers import Answer
from web.access import Access, access_of
from web.presenters.facts import UnloggedScan
from web.store.people import Role, set_role
from web.store.people_tables import PERSON

FOLDER: Final = Path(__file__).resolve().parents[2] / "build" / "contact_sheet"
PHONE: Final = {"width": 390, "height": 844}
DESKTOP: Final = {"width": 1280, "height": 800}
LOOKS_OF_A_PAGE: Final = (
    (PHONE, "light", "en"),
    (PHONE, "dark", "fr"),
    (DESKTOP, "light", "fr"),
    (DESKTOP, "dark", "en"),
)
HEIGHT_MAX: Final = 3000
THUMB_WIDTH: Final = 260
THUMB_HEIGHT: Final = 560
THUMBS_A_ROW: Final = 7
_GREY: Final = "#777777"
_NOT_PAGES: Final = ("/static", "/pictures", "/ipfs", "/health", "/ready", "/01/", "/account/data/export")


@dataclass(frozen=True)
class Subject:
    """One page in one state: where it is, and who looks at it."""

    name: str
    url: str
    state: Any = None
    """A browser's storage with somebody signed in; None for a stranger."""
    clicks: tuple[str, ...] = field(default=())


def verdicts(gallery: Gallery) -> Iterator[Subject]:
    """Every answer, and what is said to whoever may claim, collect, or holds the piece."""
    rooms: dict[str, tuple[Any, ...]] = {str(answer): (answer, LOOKS, Showroom) for answer in Answer}
    rooms |= {
        str(Answer.ACTIVITY_UNKNOWN): (Answer.ACTIVITY_UNKNOWN, UnloggedScan(token=LOOKS.token), Showroom),
        "claim": (Answer.VERIFIED, COLLECTS, Unclaimed),
        "collect": (Answer.VERIFIED, COLLECTS, Showroom),
        "yours": (Answer.VERIFIED, HOLDS, Showroom),
        "yours_stolen": (Answer.STOLEN, HOLDS, Showroom),
    }
    for name, room in rooms.items():
        yield Subject(f"verdict-{name}", gallery.open(*room)[0])
    yield Subject("verdict-proof", gallery.open(*rooms["verified"])[0], clicks=("summary",))
    yield Subject("verdict-menu", gallery.open(*rooms["verified"])[0], clicks=(".menu",))


def pages(app: Flask, site: FakeSite, browser: Any) -> Iterator[Subject]:
    """Every page with an address of its own: what is public as a stranger, the rest as a new member or as staff."""
    base = f"http://{site.host}"
    states = {mark: _signed_in(browser, base, site, mark) for mark in (Access.MEMBER, Access.STAFF)}
    for rule in sorted(app.url_map.iter_rules(), key=str):
        mark = access_of(app, rule.endpoint)
        if rule.arguments or "GET" not in (rule.methods or ()) or str(rule).startswith(_NOT_PAGES):
            continue
        name = str(rule).strip("/").replace("/", "-") or "scan"
        yield Subject(f"page-{name}", f"{base}{rule}", None if mark is Access.PUBLIC else states[mark])
    yield Subject("page-no-such-page", f"{base}/no-such-page")


def _signed_in(browser: Any, base: str, site: FakeSite, mark: Access) -> Any:
    """Sign somebody up, and make staff of him where the page asks for it."""
    context = browser.new_context()
    page = context.new_page()
    add_authenticator(page)
    sign_up(page, base, mark.value)
    if mark is Access.STAFF:
        with site.database.writing() as connection:
            made = connection.execute(select(PERSON.c.id).where(PERSON.c.name == mark.value)).scalar_one()
            set_role(connection, made, Role.STAFF)
    state = context.storage_state()
    context.close()
    return state


def photograph(browser: Any, subject: Subject) -> list[Image.Image]:
    """Take a subject's four pictures."""
    taken = []
    for viewport, scheme, language in LOOKS_OF_A_PAGE:
        context = browser.new_context(viewport=viewport, color_scheme=scheme, storage_state=subject.state)
        page = context.new_page()
        page.goto(f"{subject.url}?lang={language}", wait_until="load")
        page.evaluate("document.querySelectorAll('img').forEach(each => each.loading = 'eager')")
        for target in subject.clicks:
            if page.locator(target).is_visible():
                page.click(target)
        taken.append(Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB"))
        context.close()
    return taken


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    """Lay pictures next to each other, cut where a page goes on for long."""
    height = min(HEIGHT_MAX, max(each.height for each in pictures))
    sheet = Image.new("RGB", (sum(each.width + 20 for each in pictures) - 20, height), _GREY)
    left = 0
    for each in pictures:
        sheet.paste(each.crop((0, 0, each.width, min(height, each.height))), (left, 0))
        left += each.width + 20
    return sheet


def overview(thumbs: dict[str, Image.Image]) -> Image.Image:
    """Lay all first pictures out in rows, each with its name."""
    rows = -(-len(thumbs) // THUMBS_A_ROW)
    sheet = Image.new("RGB", (THUMBS_A_ROW * (THUMB_WIDTH + 16), rows * (THUMB_HEIGHT + 40)), _GREY)
    pen = ImageDraw.Draw(sheet)
    for number, (name, picture) in enumerate(thumbs.items()):
        x, y = number % THUMBS_A_ROW * (THUMB_WIDTH + 16), number // THUMBS_A_ROW * (THUMB_HEIGHT + 40)
        small = picture.resize((THUMB_WIDTH, round(picture.height * THUMB_WIDTH / picture.width)))
        sheet.paste(small.crop((0, 0, THUMB_WIDTH, min(THUMB_HEIGHT, small.height))), (x, y + 24))
        pen.text((x + 4, y + 6), name, fill="white")
    return sheet


def main(chosen: list[str]) -> None:
    """Photograph everything, or what the words choose."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(parents=True, exist_ok=True)
    gallery, thumbs = Gallery(), {}

    def wanted(subject: Subject) -> bool:
        return not chosen or any(word in subject.name for word in chosen)

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            _, site = gallery.open(world_type=Showroom)
            for subject in (*verdicts(gallery), *pages(site.app(), site, browser)):
                if wanted(subject):
                    taken = photograph(browser, subject)
                    side_by_side(taken).save(FOLDER / f"{subject.name}.png")
                    thumbs[subject.name] = taken[0]
                    print(subject.name, flush=True)
            browser.close()
    finally:
        gallery.close()
    overview(thumbs).save(FOLDER / "all.png")
    print(f"written to {FOLDER}")


if __name__ == "__main__":
    main(sys.argv[1:])
