"""Every area of the site speaks both languages whole: each `words.py` is found and held to the same rules."""

from __future__ import annotations

import importlib
import pkgutil
import string
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum

import pytest

import web
from web.presenters.language import Language

AREAS = sorted(
    module.name for module in pkgutil.walk_packages(web.__path__, "web.") if module.name.rpartition(".")[2] == "words"
)
EACH = pytest.mark.parametrize("area", AREAS)


def sentences(value, path=""):
    """Give every string of a catalogue by where it stands."""
    if isinstance(value, str):
        yield path, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from sentences(getattr(value, field.name), f"{path}/{field.name}")
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from sentences(each, f"{path}/{key}")
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from sentences(each, f"{path}/{number}")


def tables(value):
    """Give every table whose keys are members of an enum."""
    for field in fields(value):
        table = getattr(value, field.name)
        keys = list(table) if isinstance(table, Mapping) else []
        if keys and isinstance(keys[0], Enum):
            yield field.name, table


def both(area):
    words = importlib.import_module(area).WORDS
    assert set(words) == set(Language)
    return words[Language.EN], words[Language.FR]


def test_the_areas_are_found():
    """A guard that finds nothing would hold nothing."""
    assert "web.points.words" in AREAS


@EACH
def test_no_sentence_is_empty_or_cut(area):
    """No word is missing, and no stray space shows that a sentence was put together badly."""
    for words in both(area):
        for path, text in sentences(words):
            assert text, path
            assert text == text.strip(), path
            assert "  " not in text, path


@EACH
def test_both_languages_say_the_same_things_with_the_same_values(area):
    """A sentence or a placeholder that one language forgot would leave something unsaid."""
    english, french = (dict(sentences(words)) for words in both(area))

    assert set(english) == set(french)
    for path, text in english.items():
        names = [{name for _, name, _, _ in string.Formatter().parse(said) if name} for said in (text, french[path])]
        assert names[0] == names[1], path


@EACH
def test_every_member_has_words(area):
    """A member added elsewhere without words here would reach a person as a KeyError."""
    for words in both(area):
        for name, table in tables(words):
            assert set(table) == set(type(next(iter(table)))), name


@EACH
def test_french_keeps_its_spaces_before_double_signs(area):
    """A question mark alone on its line is a mistake that every French reader sees."""
    _, french = both(area)
    for path, text in sentences(french):
        for sign in ":;?!":
            at = text.find(f" {sign}")
            assert at < 0, f"{path}: a plain space before {sign!r}"
