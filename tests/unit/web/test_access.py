"""Routes are closed until somebody opens them."""

import pytest
from flask import Flask

from tests.fakes.site import some_site
from tests.fakes.world import HOST
from web.access import Access, access_of, guard, open_endpoint, public
from web.errors import UnmarkedRouteError

PUBLIC = {
    ("scan.home", "/", frozenset({"GET"})),
    ("scan.scan", "/scan", frozenset({"POST"})),
    ("scan.label", "/01/<path:_decoded>", frozenset({"GET"})),
    ("pictures.picture", "/pictures/<token>/<cid>", frozenset({"GET"})),
    ("gateway.content", "/ipfs/<cid>", frozenset({"GET"})),
    ("gateway.content", "/ipfs/<cid>/", frozenset({"GET"})),
    ("gateway.content", "/ipfs/<cid>/<path:path>", frozenset({"GET"})),
    ("health.live", "/health", frozenset({"GET"})),
    ("health.ready", "/ready", frozenset({"GET"})),
    ("static", "/static/<path:filename>", frozenset({"GET"})),
}


def test_every_route_of_the_site_is_listed_here():
    """Opening a route is a decision that somebody reads: this list changes with it."""
    app = some_site().app()
    routes = {
        (rule.endpoint, rule.rule, frozenset(rule.methods - {"HEAD", "OPTIONS"})) for rule in app.url_map.iter_rules()
    }

    assert routes == PUBLIC
    assert {Access.PUBLIC} == {access_of(app, rule.endpoint) for rule in app.url_map.iter_rules()}


def test_a_route_without_a_mark_answers_403_and_never_runs():
    """Forgetting the mark is safe."""
    app, ran = Flask("house"), []
    guard(app)
    app.add_url_rule("/open", view_func=public(lambda: "open"), endpoint="open")
    app.add_url_rule("/forgotten", view_func=lambda: ran.append(1) or "secret", endpoint="forgotten")
    client = app.test_client()

    assert client.get("/open").status_code == 200
    assert client.get("/forgotten").status_code == 403
    assert client.get("/nothing").status_code == 404
    assert not ran


def test_the_site_itself_is_closed_by_default():
    """The guard is part of the site, not only of its own test."""
    app = some_site().app()
    app.add_url_rule("/forgotten", view_func=lambda: "secret", endpoint="forgotten")

    assert app.test_client().get("/forgotten", headers={"Host": HOST}).status_code == 403


def test_a_mark_for_no_view_is_our_bug():
    """A renamed endpoint must not stay closed without anybody noticing."""
    with pytest.raises(UnmarkedRouteError, match="gone"):
        open_endpoint(Flask("house"), "gone")
