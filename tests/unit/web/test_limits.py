"""Rate limits: the meter, its keys, and that no route is without one."""

import pytest
from flask import Flask
from werkzeug.exceptions import TooManyRequests

from tests.fakes.site import some_site
from web.errors import UnmarkedRouteError
from web.limits import RATES, LimitName, Limits, MemoryRates, Rate, limit_endpoint, limited, limits_of, network_of

RATE = Rate(3, 60)


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


def limits(clock, rate=RATE):
    return Limits(dict.fromkeys(LimitName, rate), clock=clock)


def free(found, *keys):
    """Count how many are free now."""
    for count in range(1_000):
        try:
            found.check(LimitName.READ, *keys)
        except TooManyRequests:
            return count
    raise AssertionError("nothing was counted")


def test_so_many_are_free_at_once_and_no_more():
    """Edge and one past it."""
    assert free(limits(Clock()), "a") == 3


@pytest.mark.parametrize(("after_s", "count"), [(19.999, 0), (20.0, 1), (39.0, 1), (40.0, 2), (60.0, 3), (6_000.0, 3)])
def test_what_was_used_comes_back_evenly(after_s, count):
    """No burst of twice the limit at the edge of a window, and no hoard after a quiet night."""
    clock = Clock()
    found = limits(clock)
    free(found, "a")
    clock.now += after_s

    assert count == free(found, "a")


def test_a_refusal_says_when_to_come_back_and_keeps_its_word():
    """One second earlier is refused, and a refusal itself costs nothing."""
    clock = Clock()
    found = limits(clock)
    free(found, "a")
    with pytest.raises(TooManyRequests) as caught:
        found.check(LimitName.READ, "a")
    clock.now += caught.value.retry_after - 1
    with pytest.raises(TooManyRequests):
        found.check(LimitName.READ, "a")
    clock.now += 1

    found.check(LimitName.READ, "a")
    assert caught.value.retry_after == 20


def test_names_and_keys_are_counted_apart():
    """Also keys that would read the same side by side."""
    found = limits(Clock())
    free(found, "a", "b")

    assert free(found, "ab") == 3
    assert free(found, "a") == 3
    found.check(LimitName.WRITE, "a", "b")


def test_a_key_may_be_anything():
    """Headers and forms bring surrogates, and a serial is hashed before it is kept."""
    store = MemoryRates()
    found = Limits(store=store)
    found.check(LimitName.READ, "\udcff", "7KQ2M9X4T8VJ3B6NW5RC")

    assert all(len(key) == 32 for key in store._free_at)


def test_the_memory_is_bounded():
    """A million addresses cost the memory of the newest hundred thousand."""
    store = MemoryRates(keys_max=2)
    for key in (b"a", b"b", b"a", b"c"):
        assert store.take(key, RATE, 0.0) == 0.0

    assert list(store._free_at) == [b"a", b"c"]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "4:c63364"),
        ("2001:db8:1:2:3::4", "6:20010db80001"),
        ("::ffff:198.51.100.7", "4:c63364"),
        ("", ""),
        ("unix:", ""),
        ("198.51.100.7:80", ""),
    ],
)
def test_an_address_counts_as_its_network(address, network):
    """Changing the last digits is free; an IPv4 address in IPv6 clothes is itself."""
    assert network == network_of(address)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("198.51.100.0", "198.51.100.255", True),
        ("198.51.100.255", "198.51.101.0", False),
        ("2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:ffff:ffff:ffff:ffff:ffff", "2001:db8:2::", False),
        ("0.0.1.0", "0:0:1::", False),
    ],
)
def test_a_network_ends_where_it_ends(one, other, same):
    """Both edges of /24 and of /48, and never one of each."""
    assert same == (network_of(one) == network_of(other))


def test_no_limit_counts_by_label():
    """Whoever has seen a copied label could use it up, and so silence the reports that would give the copies away."""
    assert [name for name in LimitName if "label" in name] == []


def test_every_name_has_a_rate_that_means_something():
    """None is forgotten, and none is so tight that a family at one table meets it."""
    assert set(LimitName) == set(RATES)
    assert all(rate.count >= 10 and 60 <= rate.period_s <= 86_400 for rate in RATES.values())


def test_every_route_has_a_limit():
    """Deny by default: whoever adds a route gets one without asking, and what is marked elsewhere stands here."""
    app = some_site().app()
    found = {rule.endpoint: limits_of(app, rule.endpoint, "GET") for rule in app.url_map.iter_rules()}

    assert all(found.values())
    assert limits_of(app, None, "GET") == (LimitName.READ,)
    assert limits_of(app, "no.such.endpoint", "POST") == (LimitName.WRITE,)
    assert (LimitName.FILES,) == found["static"] == found["gateway.content"] == found["pictures.picture"]
    assert (LimitName.HEALTH,) == found["health.live"] == found["health.ready"]
    assert limits_of(app, "scan.scan", "POST") == (LimitName.LOOKUP,)


def test_a_mark_takes_the_place_of_the_methods_own_limit():
    """One request is counted once for one reason."""
    app = Flask("house")
    app.add_url_rule("/a", "a", limited(LimitName.CLAIM, LimitName.UPLOAD)(lambda: ""))

    assert limits_of(app, "a", "POST") == (LimitName.CLAIM, LimitName.UPLOAD)
    with pytest.raises(UnmarkedRouteError, match="gone"):
        limit_endpoint(app, "gone", LimitName.READ)
