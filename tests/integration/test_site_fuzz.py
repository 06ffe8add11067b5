"""Every route, every method, as everybody, with everything: no answer is a 500, and each has the site's headers."""

import pytest

from tests.fakes.site import some_site
from tests.fuzz.furnished import furnished_fuzzer
from tests.fuzz.site import Fuzzer
from verifier.answers import Answer
from web.access import public

SEED = 3
COUNT_EACH = 6
BEHIND = {"<holding_id>", "receipts/", "<token>", "<draft_id>", "<photo_id>", "<job_id>", "<digest>"}
"""Places that lead somewhere only in a site where something has happened."""


@pytest.fixture(scope="module")
def fuzzer():
    return furnished_fuzzer(SEED)


def test_no_route_answers_500(fuzzer):
    """Hostile paths, headers, cookies and bodies; signed out, forged, and signed in as each role."""
    attempts = list(fuzzer.attempts(COUNT_EACH))
    faults = [f"{fault} {attempt}" for attempt in attempts if (fault := fuzzer.fault(attempt))]

    assert not faults[:5]
    assert len(attempts) > COUNT_EACH * len(fuzzer.rules())


def test_no_route_answers_500_while_the_world_is_away():
    """A dead node is 503, and says when to come back."""
    fuzzer = furnished_fuzzer(SEED, Answer.CANNOT_VERIFY)
    faults = [f"{fault} {attempt}" for attempt in fuzzer.attempts(2) if (fault := fuzzer.fault(attempt))]

    assert not faults[:5]


def test_the_fuzzer_gets_inside(fuzzer):
    """It learnt fields from forms; each role was let in where others were not; pieces, jobs, drafts were found."""
    inside = {role for role, status in fuzzer.statuses if status < 400}
    found = {place for place in BEHIND for rule in fuzzer.rules() if place in rule.rule and fuzzer.knows(rule)}

    assert inside == set(fuzzer.roles)
    assert {"serial", "gtin", "photo"} <= fuzzer.harvest.names
    assert found == BEHIND


def test_the_fuzzer_sees_a_fault():
    """A new route that trips over a byte, repeats markup or leads elsewhere is found without being named."""
    site = some_site()
    app = site.app(decoders_max=1)
    app.add_url_rule("/tripping/<name>", "tripping", public(lambda name: str(int(name))))
    fuzzer = Fuzzer(site, app, SEED)
    (rule,) = [rule for rule in fuzzer.rules() if rule.endpoint == "tripping"]

    assert "500" in {fuzzer.fault(fuzzer.attempt(rule, "GET")) for _ in range(40)}
