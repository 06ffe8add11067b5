"""Routes are closed until somebody opens them."""

from pathlib import Path

import pytest
from flask import Flask

from tests.fakes.database import some_database
from tests.fakes.site import some_site
from tests.fakes.world import HOST
from web.access import access_of, guard, member, needs_step_up, open_endpoint, public
from web.csrf import is_exempt
from web.errors import UnmarkedRouteError
from web.sessions import Sessions
from web.store.sessions import SessionStore

LISTED = Path(__file__).with_name("routes.txt")


def listed(app):
    """Write one line a route: methods, path, who may come, and what else is asked."""
    lines = set()
    for rule in app.url_map.iter_rules():
        asked = [str(access_of(app, rule.endpoint))]
        asked += ["stepped-up"] if needs_step_up(app, rule.endpoint) else []
        asked += ["csrf-exempt"] if is_exempt(app, rule.endpoint) and "POST" in rule.methods else []
        lines.add(f"{','.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))} {rule.rule} {' '.join(asked)}")
    return sorted(lines, key=lambda line: [*line.split(" ")[1:], line])


def test_every_route_of_the_site_is_listed_with_who_may_come():
    """Opening a route is a decision that somebody reads: routes.txt changes with it."""
    assert listed(some_site().app()) == LISTED.read_text().splitlines()


def test_no_route_is_without_a_mark():
    """A forgotten one is closed, and found here."""
    assert not [line for line in LISTED.read_text().splitlines() if " None" in line]


def test_a_route_without_a_mark_answers_403_and_never_runs():
    """Forgetting the mark is safe."""
    app, ran = Flask("house"), []
    guard(app, Sessions(SessionStore(some_database())))
    app.add_url_rule("/open", view_func=public(lambda: "open"), endpoint="open")
    app.add_url_rule("/forgotten", view_func=lambda: ran.append(1) or "secret", endpoint="forgotten")
    client = app.test_client()

    assert client.get("/open").status_code == 200
    assert client.get("/forgotten").status_code == 403
    assert client.get("/nothing").status_code == 404
    assert not ran


@pytest.mark.parametrize(
    ("method", "path", "location"),
    [
        ("GET", "/form", "/sign-in?next=/form"),
        ("POST", "/form", "/sign-in?next=/form"),
        ("POST", "/act", "/sign-in"),
        ("POST", "/01/09521321000018/21/SECRET", "/sign-in"),
    ],
)
def test_whoever_is_led_away_comes_back_to_a_page(method, path, location):
    """To the form that was sent, where there is one; to nothing that only takes a POST, and to no label."""
    app = Flask("house")
    guard(app, Sessions(SessionStore(some_database())))
    app.add_url_rule("/form", view_func=member(lambda: "form"), endpoint="form")
    app.add_url_rule("/form", view_func=member(lambda: "sent"), endpoint="send", methods=["POST"])
    app.add_url_rule("/act", view_func=member(lambda: "done"), endpoint="act", methods=["POST"])
    label = member(lambda **words: "label")
    app.add_url_rule("/01/<gtin>/21/<serial>", view_func=label, endpoint="label", methods=["GET", "POST"])

    answered = app.test_client().open(path, method=method, headers={"Accept": "text/html"})

    assert (303, location) == (answered.status_code, answered.headers["Location"])


def test_the_site_itself_is_closed_by_default():
    """The guard is part of the site, not only of its own test."""
    app = some_site().app()
    app.add_url_rule("/forgotten", view_func=lambda: "secret", endpoint="forgotten")

    assert app.test_client().get("/forgotten", headers={"Host": HOST}).status_code == 403


def test_a_mark_for_no_view_is_our_bug():
    """A renamed endpoint must not stay closed without anybody noticing."""
    with pytest.raises(UnmarkedRouteError, match="gone"):
        open_endpoint(Flask("house"), "gone")
