"""Countries by name: every one of ISO 3166-1, and none that is none."""

import pytest

from web.presenters.countries import country_names, is_country
from web.presenters.language import Language


@pytest.mark.parametrize("language", Language)
def test_every_country_is_listed_once_and_nothing_else(language):
    """ISO 3166-1 assigns 249 codes; CLDR names a continent, a union and a currency area beside them."""
    codes = [code for code, _ in country_names(language)]

    assert (len(codes), len(set(codes))) == (249, 249)
    assert not {"EU", "UN", "XK", "ZZ", "150", "UK"} & set(codes)


@pytest.mark.parametrize(
    ("language", "first", "last"), [(Language.EN, "Afghanistan", "Zimbabwe"), (Language.FR, "Afghanistan", "Zimbabwe")]
)
def test_they_stand_as_in_an_index(language, first, last):
    """A name that begins with an accent is not behind Z."""
    names = [name for _, name in country_names(language)]

    assert (names[0], names[-1]) == (first, last)
    assert "États-Unis" not in names or names.index("États-Unis") < names.index("Finlande")


@pytest.mark.parametrize(("code", "known"), [("FR", True), ("fr", False), ("ZZ", False), ("FRA", False), ("", False)])
def test_a_country_is_known_by_its_code_alone(code, known):
    """Two letters may be well formed and mean nothing."""
    assert known is is_country(code)
