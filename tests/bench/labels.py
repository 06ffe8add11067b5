"""Labels read back: a thousand of them, on every substrate, at its modules, in every simulated print."""

from __future__ import annotations

import os
import statistics
import time
from collections import Counter

from mint.labels.choices import PrintChoices
from mint.labels.errors import LabelReadbackError
from mint.labels.pdf_sheet import pdf_of, prove_pdf
from mint.labels.proof import prove_layout
from mint.labels.raster import draw_pixels
from mint.labels.render import DEFAULT, LabelWish, label_layout, lettering_for, sheet_layouts
from mint.labels.stock import STOCKS
from mint.labels.substrates import DEMANDS, MODULE_MAX_MM, Substrate
from provenance_schemas.gs1 import check_digit
from provenance_schemas.labels import format_label, new_serial
from tests.bench.figures import Figure

LABELS = 1_000
HOSTS = (
    "id.maison.example",
    "m.example",
    "labels.maison-exemple.example",
    "verification.maison-de-couture.example",
    "localhost:8099",
)
SHEET = 40
ROUNDS = 5


def some_text(number: int) -> str:
    """Give a label nobody has seen: random serial, changing product, host and spelling."""
    product = f"09521321{number % 10_000:04d}"
    gtin = "0" + product + check_digit("0" + product)
    return format_label(HOSTS[number % len(HOSTS)], gtin, new_serial(), upper=number % 3 > 0)


def some_choices(number: int) -> PrintChoices:
    """Go through the substrates, each at its smallest, its ordinary and GS1's largest module."""
    substrate = list(Substrate)[number % len(Substrate)]
    demands = DEMANDS[substrate]
    module_mm = (demands.module_min_mm, demands.module_mm, MODULE_MAX_MM)[number // len(Substrate) % 3]
    return PrintChoices(substrate=substrate, module_mm=module_mm)


def read_back(count: int) -> tuple[int, list[float], Counter[str]]:
    """Draw and prove labels; gives how many read in all simulations, the milliseconds of each, and what failed."""
    good, spent_ms, failed = 0, [], Counter[str]()
    for number in range(count):
        text, choices = some_text(number), some_choices(number)
        lettering = lettering_for(choices, "png")
        layout = label_layout(text, ("Maison Exemple", "Sac Numéro Sept"), choices, "png", lettering)
        pixels = draw_pixels(layout, lettering, choices.dpi)
        start = time.process_time()
        try:
            prove_layout(pixels, choices.dpi / 25.4, layout, text, choices, "png")
            good += 1
        except LabelReadbackError as error:
            failed[f"{choices.substrate} {choices.module_wanted_mm:g}: {error.simulation}"] += 1
        spent_ms.append(1_000 * (time.process_time() - start))
    return good, spent_ms, failed


def measure() -> list[Figure]:
    """Measure on this machine; $ASSAY_BENCH_LABELS makes it fewer."""
    count = int(os.environ.get("ASSAY_BENCH_LABELS", LABELS))
    good, spent_ms, failed = read_back(count)
    stock, drawn_s, proved_s = STOCKS["A4-40"], [], []
    for _ in range(ROUNDS):
        wishes = [LabelWish(some_text(5 * n), ("Maison Exemple", "Sac Numéro Sept")) for n in range(SHEET)]
        start = time.process_time()
        layouts = sheet_layouts(wishes, stock)
        content = pdf_of(layouts, stock, DEFAULT)
        drawn_s.append(time.process_time() - start)
        start = time.process_time()
        prove_pdf(content, layouts, [wish.text for wish in wishes], stock, DEFAULT)
        proved_s.append(time.process_time() - start)
    said = ", ".join(f"{name} x{times}" for name, times in failed.most_common(5)) or "nine simulated prints each"
    return [
        Figure("labels_read_back", good, f"of {count} labels", count, at_least=True, against=said),
        Figure(
            "label_sheet_40_s", round(statistics.median(drawn_s), 3), "CPU s a PDF sheet of 40", 1.0, samples=drawn_s
        ),
        Figure("label_sheet_40_proof_s", round(statistics.median(proved_s), 2), "CPU s to prove it", samples=proved_s),
        Figure("label_proof_ms", round(statistics.median(spent_ms), 1), "CPU ms to prove a label"),
    ]
