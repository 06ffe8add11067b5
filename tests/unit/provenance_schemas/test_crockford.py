"""The alphabet and its check character."""

import itertools
import random

import pytest

from provenance_schemas import crockford

LENGTHS = {"a serial": 19, "a claim code": 26, "the longest": 30}


def checked(rng, length):
    body = "".join(rng.choices(crockford.ALPHABET, k=length))
    return body + crockford.check_character(body)


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_every_wrong_character_is_noticed(length):
    """All substitutions, at every place, of 20 texts: none passes."""
    rng = random.Random(1)
    for _ in range(20):
        right = checked(rng, length)
        for place, symbol in itertools.product(range(length + 1), crockford.ALPHABET):
            if symbol != right[place]:
                assert not crockford.is_checked(right[:place] + symbol + right[place + 1 :])


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_every_swap_of_two_characters_is_noticed(length):
    """Adjacent or apart, the check character included; only swapping equal ones changes nothing."""
    rng = random.Random(2)
    for _ in range(20):
        right = checked(rng, length)
        for i, j in itertools.combinations(range(length + 1), 2):
            swapped = list(right)
            swapped[i], swapped[j] = swapped[j], swapped[i]

            assert crockford.is_checked("".join(swapped)) is (right[i] == right[j])


def test_the_check_over_all_pairs_of_symbols_is_exact():
    """The whole domain of two symbols: each of the 1,024 pairs has one check character, and only one."""
    for first, second in itertools.product(crockford.ALPHABET, repeat=2):
        fitting = [c for c in crockford.ALPHABET if crockford.is_checked(first + second + c)]

        assert [crockford.check_character(first + second)] == fitting


@pytest.mark.parametrize("symbols", ["", "0", "0" * 32])
def test_texts_too_short_or_long_to_be_checked_are_not(symbols):
    """Past 31 characters two places would share a weight."""
    assert not crockford.is_checked(symbols)


def test_numbers_survive_writing_and_reading():
    """Both ends of the range, and what lies outside is refused."""
    for number in (0, 1, 31, 32, 2**130 - 1):
        assert number == crockford.decode(crockford.encode(number, 26))
    for number in (-1, 2**130):
        with pytest.raises(OverflowError):
            crockford.encode(number, 26)


@pytest.mark.parametrize(
    ("typed", "symbols"),
    [("abc", "ABC"), (" A-b\u2013C\n", "ABC"), ("oO iI lL", "001111"), ("u", "U"), ("\u0131", "\u0131")],
)
def test_typing_is_forgiven(typed, symbols):
    """Case, separators and look-alikes; a Turkish dotless i is not taken for an I."""
    assert symbols == crockford.normalise(typed).symbols


def test_a_strange_character_is_named_where_it_was_typed():
    """The offset counts in the typed text, separators included."""
    assert crockford.normalise("7K Q-U9").stranger == 5
    assert crockford.normalise("7K Q-9").stranger is None


def test_random_symbols_use_the_whole_alphabet():
    """5 bits each: 3,200 symbols leave none out."""
    assert set(crockford.ALPHABET) == set(crockford.random_symbols(3200))
