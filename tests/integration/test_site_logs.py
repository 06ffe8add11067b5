"""Whatever is posted wherever: the log has none of it."""

import io
import json
import logging

import pytest

from tests.fakes.site import some_site
from tests.integration.test_site_rules import Broken
from verifier.answers import Answer
from verifier.errors import ChainUnavailableError
from web.structured_log import JsonFormatter

SECRETS = {
    "serial": "7KQ2M9X4T8VJ3B6NW5RC",
    "name": "Ana-Sofia Secretova",
    "email": "ana.secret@example.org",
    "claim": "K7Q2M9X4T8VJ3B6NW5RCD1EFGHA",
    "cookie": "c00kie-of-a-session-5e55ion",
    "address": "203.0.113.77",
    "key": "https://node.example/v3/0123456789abcdef",
}


@pytest.fixture
def log():
    """Everything any logger says, as it would be written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def post_everywhere(app, host):
    """Put every secret into path, query, headers, cookie and body, of every route and method."""
    client = app.test_client()
    everything = "&".join(f"{name}={value}" for name, value in SECRETS.items())
    for rule in app.url_map.iter_rules():
        for secret in ("serial", "claim"):
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<path:{argument}>", SECRETS[secret]).replace(f"<{argument}>", SECRETS[secret])
            for method in rule.methods:
                client.open(
                    f"{path}?{everything}",
                    method=method,
                    headers={
                        "Host": host,
                        "Referer": f"https://{host}/{SECRETS['claim']}",
                        "User-Agent": SECRETS["name"],
                        "Cookie": f"assay={SECRETS['cookie']}",
                        "X-Request-Id": SECRETS["serial"],
                        "X-CSRF-Token": SECRETS["cookie"],
                        "X-Forwarded-For": SECRETS["address"],
                    },
                    data=dict(SECRETS) if method in {"POST", "PUT"} else None,
                    environ_base={"REMOTE_ADDR": SECRETS["address"]},
                ).close()


@pytest.mark.parametrize("answer", [Answer.VERIFIED, Answer.CANNOT_VERIFY])
def test_secrets_posted_everywhere_are_in_no_line(answer, log):
    """By every route and method, whether the world answers or not. Each request has its line all the same."""
    site = some_site(answer)
    app = site.app(probes={"node": away})
    post_everywhere(app, site.host)
    said = log.getvalue()

    assert not [name for name, value in SECRETS.items() if value in said]
    assert len([line for line in map(json.loads, said.splitlines()) if line["log"] == "assay.request"]) > 20


def test_our_own_bug_tells_no_secret(log):
    """Its words are what it was about: the label."""

    class Talkative(Broken):
        def verify_label(self, text, policy):
            raise RuntimeError(f"cannot verify {text}")

    site = some_site()
    app = site.app(verifier=Talkative(site.world.trust, lambda brand: None))
    response = app.test_client().get(site.path, headers={"Host": site.host})
    (bug,) = [line for line in map(json.loads, log.getvalue().splitlines()) if "exception" in line]

    assert response.status_code == 500
    assert bug["request"] == response.headers["X-Request-Id"]
    assert bug["exception"][0] == "builtins.RuntimeError"
    assert site.path.rsplit("/", 1)[1] not in log.getvalue()


def away():
    raise ChainUnavailableError(SECRETS["key"])
