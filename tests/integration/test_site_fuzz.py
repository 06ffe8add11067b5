"""Every route, every method, as everybody, with everything: no answer is a 500, and each has the site's headers."""

import pytest

from tests.fakes.site import some_site
from tests.fuzz.site import Fuzzer
from verifier.answers import Answer
from web.access import public

SEED = 3
COUNT_EACH = 6


@pytest.fixture(scope="module")
def fuzzer():
    site = some_site()
    found = Fuzzer(site, site.app(), SEED)
    found.crawl()
    return found


def test_no_route_answers_500(fuzzer):
    """Hostile paths, headers, cookies and bodies; signed out, forged, and signed in as each role."""
    attempts = list(fuzzer.attempts(COUNT_EACH))
    faults = [f"{fault} {attempt}" for attempt in attempts if (fault := fuzzer.fault(attempt))]

    assert not faults[:5]
    assert len(attempts) > COUNT_EACH * len(fuzzer.rules())


def test_no_route_answers_500_while_the_world_is_away():
    """A dead node is 503, and says when to come back."""
    site = some_site(Answer.CANNOT_VERIFY)
    fuzzer = Fuzzer(site, site.app(), SEED)
    fuzzer.crawl()
    faults = [f"{fault} {attempt}" for attempt in fuzzer.attempts(2) if (fault := fuzzer.fault(attempt))]

    assert not faults[:5]


def test_the_fuzzer_gets_inside(fuzzer):
    """It learnt fields from forms, and each role was let into places where others were not."""
    inside = {role for role, status in fuzzer.statuses if status < 400}

    assert inside == set(fuzzer.roles)
    assert {"serial", "gtin", "photo"} <= fuzzer.harvest.names


def test_the_fuzzer_sees_a_fault():
    """A new route that trips over a byte, repeats markup or leads elsewhere is found without being named."""
    site = some_site()
    app = site.app(decoders_max=1)
    app.add_url_rule("/tripping/<name>", "tripping", public(lambda name: str(int(name))))
    fuzzer = Fuzzer(site, app, SEED)
    (rule,) = [rule for rule in fuzzer.rules() if rule.endpoint == "tripping"]

    assert "500" in {fuzzer.fault(fuzzer.attempt(rule, "GET")) for _ in range(40)}
