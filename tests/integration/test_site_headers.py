"""The headers of every answer: one policy for all, features by page, and no GET without them."""

import base64
import hashlib
import re

import pytest

from tests.fakes.site import some_site
from web.headers import Feature, allow, permissions_policy

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "X-Robots-Tag": "noindex, nofollow",
}
NEEDED = (
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types assay",
)


@pytest.fixture(scope="module")
def site():
    return some_site()


def ask(site, path, method="GET", app=None, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return (app or site.app()).test_client().open(path, method=method, headers={"Host": site.host} | names)


def addresses(site):
    """Every kind of answer: pages, data, files, errors, redirects, refusals."""
    return [
        ("GET", "/", {}),
        ("GET", site.path, {}),
        ("GET", site.path, {"Accept": "application/json"}),
        ("GET", "/static/icon.svg", {}),
        ("GET", "/ipfs/x?format=raw", {}),
        ("GET", "/health", {}),
        ("GET", "/ready", {}),
        ("GET", "/nothing", {}),
        ("GET", "/01/x", {}),
        ("GET", "/", {"Host": "evil.example"}),
        ("POST", "/scan", {}),
        ("POST", "/scan", {"Sec-Fetch-Site": "cross-site"}),
        ("DELETE", "/", {}),
        ("OPTIONS", "/", {}),
        ("HEAD", "/", {}),
    ]


def test_every_answer_carries_the_headers(site):
    """Pages, data, files, errors and refusals alike; HSTS never over http, and no cookie for whoever only looks."""
    for method, path, headers in addresses(site):
        response = ask(site, path, method, **headers)
        said = f"{method} {path} {response.status_code}"

        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS, said
        assert "default-src 'none'" in response.headers["Content-Security-Policy"], said
        assert "geolocation=()" in response.headers["Permissions-Policy"], said
        assert response.headers["X-Request-Id"], said
        assert response.headers["Cache-Control"], said
        assert "Strict-Transport-Security" not in response.headers, said
        assert "Set-Cookie" not in response.headers, said


@pytest.mark.parametrize("path", ["/", "the label"])
def test_the_policy_allows_our_own_files_and_the_pages_own_style(site, path):
    """The hash is of the very bytes between the tags, and no page has a script or a style of its own in it."""
    response = ask(site, site.path if path == "the label" else path)
    style = response.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = response.headers["Content-Security-Policy"]

    assert f"'sha256-{digest}'" in policy
    assert set(NEEDED) <= set(policy.split("; "))
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", response.text)
    assert not re.search(r"\s(style|on[a-z]+)=", response.text)


@pytest.mark.parametrize(("proxies", "sent"), [(1, True), (0, False)])
def test_https_is_pinned_only_where_it_is_spoken(site, proxies, sent):
    """A proxy's word counts only when the operator said that there is one."""
    response = ask(site, "/", app=site.app(proxies=proxies), X_Forwarded_Proto="https")

    assert sent == ("Strict-Transport-Security" in response.headers)


def test_a_feature_is_open_only_on_the_page_that_needs_it(site):
    """The camera on the scan page, also when the scan was refused; nowhere else."""
    assert "camera=(self)" in ask(site, "/").headers["Permissions-Policy"]
    assert "camera=(self)" in ask(site, "/scan", "POST").headers["Permissions-Policy"]
    for path in (site.path, "/nothing", "/static/icon.svg", "/health"):
        assert "camera=()" in ask(site, path).headers["Permissions-Policy"], path


def test_features_add_up_and_everything_else_stays_closed():
    """A page may ask twice."""
    app = some_site().app()
    with app.test_request_context("/"):
        allow(Feature.PASSKEY_SIGN_IN)
        allow(Feature.PASSKEY_MAKE)
        policy = app.process_response(app.response_class()).headers["Permissions-Policy"]

    assert "publickey-credentials-get=(self), publickey-credentials-create=(self)" in policy
    assert "camera=()" in policy
    assert "self" not in permissions_policy()
