"""A rival knows a label and guesses at the hidden code, until the piece is his.

The weaker rule is the scratch card of the trade: eight digits, and a try for whoever asks. Ours is a code of 128 bits
whose check character is public, tries that are counted by network and by piece, and no tries taken from whoever has
the card.
"""

from __future__ import annotations

from provenance_schemas.claim_codes import CODE_BYTES, ClaimCode
from tests.fakes.owners import Boutique
from web.limits import RATES, LimitName, Limits

SCRATCH_CODE = 48_151_623
GUESSES_A_DAY = 10_000_000
"""A thousand addresses, a try every nine seconds."""


def test_a_scratch_card_gives_way_within_the_month():
    """The weaker rule: every number is tried, and one of them opens."""
    days = 10**8 / GUESSES_A_DAY

    assert SCRATCH_CODE in range(10**8)
    assert days < 30


def test_guessing_is_stopped_for_the_piece_and_for_the_network_and_the_card_still_works():
    """Twenty wrong codes a day for one piece, wherever they come from; its owner gets through all the same."""
    rates = dict.fromkeys(LimitName, RATES[LimitName.READ]) | {LimitName.CLAIM_ITEM: RATES[LimitName.CLAIM_ITEM]}
    boutique = Boutique(limits=Limits(rates))
    guesses = RATES[LimitName.CLAIM_ITEM].count + 5
    answers = []
    for number in range(guesses):
        rival = boutique.customer(f"Rival {number}")  # a new account for each guess
        answers.append(rival.claim(ClaimCode.new().symbols).status_code)

    assert answers[-5:] == [429] * 5
    assert boutique.customer().claim().status_code == 303
    years = 2 ** (8 * CODE_BYTES) / (GUESSES_A_DAY * 365)
    assert years > 10**20


def test_one_network_has_twenty_tries_in_a_quarter_of_an_hour():
    """Before any of them reaches the registry."""
    boutique = Boutique(limits=Limits())
    rival = boutique.customer("Rival")
    rival.choose()

    answers = [rival.type_code(ClaimCode.new().symbols).status_code for _ in range(RATES[LimitName.CLAIM].count + 1)]

    assert answers[-1] == 429
