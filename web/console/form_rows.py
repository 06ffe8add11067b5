"""A form as its template prints it: every field with its words, its value and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from web.console.catalogue import ConsoleWords, FieldWords
from web.console.fields import FieldFault, Wrong, is_of_country
from web.presenters.countries import country_names
from web.presenters.language import Language

_LIMITS: Final = {
    "reference": 64,
    "gtin": 20,
    "category": 40,
    "description": 4_000,
    "step_description": 4_000,
    "external_url": 300,
    "mark_text": 300,
    "mark_text_fr": 300,
    "model_number": 60,
    "lot": 60,
}
_LIMIT: Final = 120
_TYPES: Final = {
    "production_date": "date",
    "external_url": "url",
    "at": "datetime-local",
    "description": "textarea",
    "step_description": "textarea",
}
_KEYBOARDS: Final = {"gtin": "numeric", "quantity": "numeric"}
_LANGUAGES: Final = {"mark_text": "en", "mark_text_fr": "fr"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field."""

    name: str
    label: str
    hint: str
    error: str
    value: str
    type: str
    """`textarea`, `select`, `photos`, `photo`, or a type of an input."""
    maxlength: int
    keyboard: str
    language: str
    """Of what is written into it; empty: the page's own."""
    choices: tuple[Choice, ...] = ()

    @property
    def described_by(self) -> str:
        """Ids of what is said beside it."""
        parts = [f"{self.name}-hint" if self.hint else "", f"{self.name}-error" if self.error else ""]
        return " ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One line of the list above the form, leading to its field."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Fold:
    """Fields that most do not need: folded away until one says something, or something is wrong with one."""

    title: str
    rows: tuple[FieldRow, ...]

    @property
    def is_open(self) -> bool:
        """Whether it must be seen."""
        return any(row.value or row.error for row in self.rows)


class FormRows:
    """Makes the rows of one form from what was typed and what is wrong with it."""

    def __init__(
        self,
        words: ConsoleWords,
        language: Language,
        values: Mapping[str, str],
        faults: Iterable[FieldFault],
        *,
        prefix: str = "",
    ) -> None:
        self._words = words
        self._language = language
        self._values = values
        self._prefix = prefix
        self._faults: dict[str, FieldFault] = {}
        self.lines: list[FaultLine] = []
        for fault in faults:
            self._faults.setdefault(fault.field, fault)

    def row(
        self,
        name: str,
        words_name: str = "",
        *,
        optional: bool = False,
        type_: str = "",
        choices: tuple[Choice, ...] = (),
    ) -> FieldRow:
        """Make one row. `words_name` names its words where they are not its own; it notes its fault in `lines`."""
        key = words_name or self._key(name)
        said = self._words.fields[key]
        label = self._words.register.optional.format(label=said.label) if optional else said.label
        error = self.error(name, said)
        if is_of_country(name):
            type_, choices = "select", self._countries(self._values.get(name, ""))
        return FieldRow(
            name,
            label,
            said.hint or "",
            error,
            self._values.get(name, ""),
            type_ or _TYPES.get(key, "text"),
            _LIMITS.get(key, _LIMIT),
            _KEYBOARDS.get(key, "decimal" if key.endswith(("_mm", "_g", "_share", "itude")) else ""),
            _LANGUAGES.get(key, ""),
            choices,
        )

    def error(self, name: str, said: FieldWords, *, anchor: str = "", label: str = "") -> str:
        """Say what is wrong with a field, and note it; empty when nothing is."""
        fault = self._faults.pop(name, None)
        if fault is None:
            return ""
        text = self._say(fault, said)
        self._note(anchor or name, label or said.label, text)
        return text

    def rest(self, anchor: str) -> None:
        """Note what is wrong with no field of this form, so that nothing is hidden."""
        for fault in self._faults.values():
            said = self._words.fields.get(fault.field)
            self._note(anchor, said.label if said else "", self._say(fault, said))
        self._faults.clear()

    def _countries(self, chosen: str) -> tuple[Choice, ...]:
        """List the countries by name. What was chosen and is none is not in the list: nothing is chosen then."""
        known = (Choice(code, name, code == chosen) for code, name in country_names(self._language))
        return (Choice("", self._words.register.no_country, chosen=False), *known)

    def _say(self, fault: FieldFault, said: FieldWords | None) -> str:
        """Put a fault into words: the field's own rule where nothing more exact is known."""
        if fault.kind is Wrong.REFUSED and said is not None and said.rule:
            return said.rule
        if fault.kind is Wrong.MISSING and said is not None and said.missing:
            return said.missing
        return self._words.wrong[fault.kind].format(detail=fault.detail)

    def _note(self, field: str, label: str, text: str) -> None:
        line = self._words.register.fault_line.format(label=label, text=text) if label else text
        self.lines.append(FaultLine(field, line))

    def _key(self, name: str) -> str:
        """Name the words of a field: `material_2_share` has those of `material_share`."""
        if self._prefix and f"{self._prefix}{name}" in self._words.fields:
            return f"{self._prefix}{name}"
        head, _, rest = name.partition("_")
        number, _, part = rest.partition("_")
        return f"{head}_{part}" if number.isdigit() else name
