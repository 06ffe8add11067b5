"""Every guard of the contracts, each with a switch that takes it away: one build holds all mutants.

A guard is what refuses a call or bounds what it may do: `if (...) revert`, each operand of its condition, a modifier,
a call of a `_require` function, the condition of any other `if`, the marks that later guards look at. Mutant k is in
force in a block whose `prevrandao` is k, so that one slow compilation serves all of them; block 0 is the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_PURE: Final = re.compile(r"\bpure\b")
_IF: Final = re.compile(r"\bif \(")
_CALL: Final = re.compile(r"(?<=\n)( +)(_(?:require\w+|revokeRole|spendClaimKey|batchOf)\([^;]*\);)")
_VALUE: Final = re.compile(r"= (_require(?:InStock|Owned)\((\w+)\));")
_MARK: Final = re.compile(r"(?<=\n)( +)(_spentClaimKeys\[[^;]* = true;)")
_ROLE: Final = re.compile(r"\s+onlyRole\((\w+)\)([^{;]*)\{")
_TRUTH: Final = re.compile(r"\b(?:bool approved|fits) = ([^;]+);")
_FIELD: Final = re.compile(r"owner: (_requireOwned\((\w+)\)),")
_REFUSES: Final = re.compile(r"\s*\{?\s*(?:revert\b|_require|_batchOf)")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One guard taken away."""

    number: int
    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.what}"


@dataclass(frozen=True, slots=True)
class _Change:
    """A piece of a source and what stands there instead; `{on}` is true while the mutant is in force."""

    start: int
    end: int
    text: str
    what: str


def mutate(sources: dict[str, str]) -> tuple[dict[str, str], list[Mutant]]:
    """Put a switch to every guard of the product's own sources; interfaces and libraries of others stay."""
    changed = dict(sources)
    mutants: list[Mutant] = []
    for file in sorted(name for name in sources if name.startswith("src/") and "/interfaces/" not in name):
        text, found = _mutate_file(file, sources[file], len(mutants) + 1)
        changed[file] = _PURE.sub("view", text)  # a switch reads the block
        mutants += found
    return changed, mutants


def _mutate_file(file: str, source: str, first: int) -> tuple[str, list[Mutant]]:
    """Apply all changes of one file. Nested ones, a condition and its operands, are put together from inside."""
    changes = sorted(_changes(source), key=lambda change: (change.start, -change.end))
    mutants = [
        Mutant(first + place, file, source.count("\n", 0, change.start) + 1, change.what)
        for place, change in enumerate(changes)
    ]
    return _applied(source, 0, len(source), list(zip(changes, mutants, strict=True))), mutants


def _applied(source: str, start: int, end: int, changes: Sequence[tuple[_Change, Mutant]]) -> str:
    parts, at, waiting = [], start, list(changes)
    while waiting:
        change, mutant = waiting.pop(0)
        inner = [one for one in waiting if one[0].end <= change.end]
        waiting = waiting[len(inner) :]
        parts.append(source[at : change.start])
        body = _applied(source, change.start, change.end, inner)
        parts.append(change.text.replace("{on}", f"(block.prevrandao == {mutant.number})").replace("{body}", body))
        at = change.end
    return "".join(parts) + source[at:end]


def _changes(source: str) -> Iterator[_Change]:
    yield from _conditions(source)
    for match in _CALL.finditer(source):
        yield _Change(*match.span(2), "if (!{on}) { {body} }", f"without {_short(match[2])}")
    for match in _MARK.finditer(source):
        yield _Change(*match.span(2), "if (!{on}) { {body} }", f"without {_short(match[2])}")
    for match in (*_VALUE.finditer(source), *_FIELD.finditer(source)):
        yield _Change(*match.span(1), f"({{on}} ? _ownerOf({match[2]}) : {{body}})", f"without {_short(match[1])}")
    for match in _ROLE.finditer(source):
        text = f"{match[2]}{{ if (!{{on}}) _checkRole({match[1]});"
        yield _Change(match.start(), match.end(), text, f"without onlyRole({match[1]})")
    for match in _TRUTH.finditer(source):
        for start, end in _operands(source, *match.span(1)):
            yield _Change(start, end, "({on} || ({body}))", f"always {_short(source[start:end])}")


def _conditions(source: str) -> Iterator[_Change]:
    for match in _IF.finditer(source):
        start = match.end()
        end = _closing(source, start)
        words = _short(source[start:end])
        yield _Change(start, end, "!{on} && ({body})", f"never if ({words})")
        operands = _operands(source, start, end)
        if len(operands) > 1:
            for one in operands:
                # Alone, an operand of "or" is taken away as false, one of "and" as true.
                is_or = "||" in source[operands[0][1] : operands[1][0]]
                text = "(!{on} && ({body}))" if is_or else "({on} || ({body}))"
                yield _Change(*one, text, f"if ({words}) without {_short(source[slice(*one)])}")
        if not _REFUSES.match(source, end + 1):
            # The same place a second time: nothing but a space holds this one.
            yield _Change(end, end, " || {on}", f"always if ({words})")


def _operands(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split a condition at its outermost || or &&, without the white space around."""
    depth, cuts = 0, [start]
    for place in range(start, end):
        depth += (source[place] == "(") - (source[place] == ")")
        if depth == 0 and source[place : place + 2] in ("||", "&&"):
            cuts += [place, place + 2]
    cuts.append(end)
    found = []
    for first, last in zip(cuts[::2], cuts[1::2], strict=True):
        piece = source[first:last]
        found.append((first + len(piece) - len(piece.lstrip()), last - len(piece) + len(piece.rstrip())))
    return found


def _closing(source: str, start: int) -> int:
    depth = 1
    for place in range(start, len(source)):
        depth += (source[place] == "(") - (source[place] == ")")
        if not depth:
            return place
    raise ValueError("a condition without an end")


def _short(text: str) -> str:
    return " ".join(text.split())[:90]
