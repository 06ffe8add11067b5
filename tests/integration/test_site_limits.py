"""Rate limits as visitors meet them."""

import pytest

from tests.fakes.limits import tight_limits
from tests.fakes.site import some_site
from web.limits import LimitName, Limits


@pytest.fixture(scope="module")
def site():
    return some_site()


def ask(app, site, path, method="GET", address="198.51.100.7", **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().open(
        path, method=method, headers={"Host": site.host} | names, environ_base={"REMOTE_ADDR": address}
    )


@pytest.mark.parametrize(
    ("language", "headline"), [("en", "One moment, please"), ("fr", "Un instant, s’il vous plaît")]
)
def test_whoever_asks_too_often_is_told_when_to_come_back(site, language, headline):
    """A page in their language, with the site's headers; a program reads a code."""
    app = site.app(limits=tight_limits(LimitName.READ, 2))
    assert [ask(app, site, "/").status_code for _ in range(2)] == [200, 200]
    page = ask(app, site, "/", Accept_Language=language)
    problem = ask(app, site, "/", Accept="application/json")

    assert (page.status_code, page.headers["Retry-After"]) == (429, "30")
    assert headline in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert (problem.json["code"], problem.status_code) == ("too_many_requests", 429)
    assert int(problem.headers["Retry-After"]) > 0


def test_a_network_is_counted_and_its_neighbour_is_not(site):
    """Another address of the same /24 or /48 is the same visitor; another network is not."""
    app = site.app(limits=tight_limits(LimitName.READ, 2))
    for address in ("198.51.100.7", "198.51.100.8"):
        ask(app, site, "/", address=address)

    assert ask(app, site, "/", address="198.51.100.9").status_code == 429
    assert ask(app, site, "/", address="198.51.101.9").status_code == 200
    assert ask(app, site, "/", address="2001:db8::1").status_code == 200


@pytest.mark.parametrize(("proxies", "statuses"), [(0, [200, 429, 429]), (1, [200, 200, 429])])
def test_a_forwarded_address_counts_only_behind_a_proxy_that_was_named(site, proxies, statuses):
    """Otherwise a header would buy a new visitor for each request; and only the proxy's own entry counts."""
    app = site.app(limits=tight_limits(LimitName.READ, 1), proxies=proxies)
    senders = ["203.0.113.1", "192.0.2.2", "198.51.100.200, 192.0.2.3"]

    assert statuses == [ask(app, site, "/", X_Forwarded_For=sender).status_code for sender in senders]


def test_addresses_that_lead_nowhere_are_counted_too(site):
    """Looking for hidden paths costs what looking at pages costs."""
    app = site.app(limits=tight_limits(LimitName.READ, 1))

    assert [ask(app, site, path).status_code for path in ("/.env", "/wp-admin")] == [404, 429]


def test_pictures_and_files_do_not_use_up_the_pages(site):
    """A page asks for a dozen of them."""
    app = site.app(limits=tight_limits(LimitName.READ, 1))
    for _ in range(20):
        assert ask(app, site, "/static/icon.svg").status_code == 200

    assert ask(app, site, "/").status_code == 200


def test_looking_labels_up_is_counted_by_itself(site):
    """Reading a photo takes a core: it has a limit of its own, and looking at pages goes on."""
    app = site.app(limits=tight_limits(LimitName.LOOKUP, 1))

    assert [ask(app, site, "/scan", "POST").status_code for _ in range(2)] == [422, 429]
    assert ask(app, site, "/").status_code == 200


def test_a_limit_is_met_before_anything_is_read(site):
    """A refused upload costs us its headers."""
    app = site.app(limits=tight_limits(LimitName.LOOKUP, 1))
    ask(app, site, "/scan", "POST")
    response = app.test_client().post(
        "/scan",
        headers={"Host": site.host},
        environ_overrides={"REMOTE_ADDR": "198.51.100.7", "wsgi.input": None, "CONTENT_LENGTH": "1000"},
    )

    assert response.status_code == 429


def test_the_real_numbers_let_a_busy_shop_in(site):
    """Two hundred visitors behind one address look at a piece in the same minute."""
    app = site.app(limits=Limits())

    assert {200} == {ask(app, site, "/").status_code for _ in range(200)}
