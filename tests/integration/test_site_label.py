"""A label's own address, over the whole site: statuses, forms, traps."""

import json
import os
import re
from pathlib import Path

import jsonschema_rs
import pytest

from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.validation import schema
from tests.fakes.site import FakeSite, some_site
from tests.fakes.world import HOST, WORKSHOP, some_serial
from verifier.answers import Answer
from web.presenters.tones import status_of

SHARED = Path(os.environ.get("ASSAY_SHARED", Path(__file__).resolve().parents[3] / "shared"))
LINKSET_SCHEMA = SHARED / "standards" / "gs1-linkset-schema.json"
FIRST_RESPONSE_MAX_BYTES = 6_144


@pytest.fixture(scope="module")
def site() -> FakeSite:
    return some_site()


def get(site, path=None, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.app().test_client().get(path or site.path, headers={"Host": site.host} | names)


def foreign_scripts(text):
    """Every script of a page but the one that reports its scan: that one is a file of ours, held to its hash."""
    ours = re.compile(r'<script type="module" src="/static/js/report-scan\.js\?v=[0-9a-f]{16}" integrity="sha[^"]+">')
    return [part[:200] for part in ours.sub("", text).split("<script")[1:]]


@pytest.mark.parametrize("answer", Answer)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_answer_has_its_page(answer, language):
    """Status, headline, icon, word and caveat, server-rendered, in both languages."""
    site = some_site(answer)
    response = get(site, f"{site.path}?lang={language}")

    assert status_of(answer) == response.status_code
    assert response.mimetype == "text/html"
    assert language == response.headers["Content-Language"]
    assert f'<html lang="{language}">' in response.text
    assert response.text.count("<h1") == 1
    assert 'class="icon"' in response.text
    assert ("can be copied" if language == "en" else "peut être copiée") in response.text
    assert foreign_scripts(response.text) == []


@pytest.mark.parametrize("answer", Answer)
def test_no_answer_about_a_piece_is_kept(answer):
    """A cached "authentic" outlives a theft."""
    response = get(some_site(answer))

    assert response.headers["Cache-Control"] == "no-store"
    assert (response.status_code == 503) == ("Retry-After" in response.headers)


@pytest.mark.parametrize("answer", Answer)
def test_every_answer_fits_the_published_schema(answer):
    """Programs get verdict-1.json, with the page's status."""
    response = get(some_site(answer), Accept="application/json")

    assert status_of(answer) == response.status_code
    assert response.mimetype == "application/json"
    assert answer == response.json["answer"]
    jsonschema_rs.Draft202012Validator(schema("verdict-1")).validate(response.json)


def test_the_serial_is_in_no_verdict(site):
    """The JSON may be stored and passed on."""
    assert site.label.rsplit("/", 1)[1] not in get(site, Accept="application/json").text


def test_the_serial_is_in_no_title_and_no_preview(site):
    """Only the body of the page repeats what the visitor already has."""
    head = get(site).text.partition("</head>")[0]
    serial = site.label.rsplit("/", 1)[1]

    assert serial not in head
    assert serial[:4] not in head
    assert "Aurore" not in head


@pytest.mark.parametrize("answer", Answer)
def test_the_first_response_is_small(answer):
    """On a slow network the verdict is there with the first packets, style and all."""
    response = get(some_site(answer), Accept_Encoding="gzip")

    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) <= FIRST_RESPONSE_MAX_BYTES


def test_a_label_opens_in_any_case(site):
    """The QR holds capitals, people type small letters; GTIN and serial are the same."""
    assert get(site, site.path.lower()).status_code == 200
    assert get(site, site.path, Host=HOST.upper()).status_code == 200


@pytest.mark.parametrize(
    "trap",
    [
        lambda path: path.replace("/21/", "%2F21%2F"),
        lambda path: path.replace("/21/", "/21%2F"),
        lambda path: path.replace("/21/", "/%32%31/"),
        lambda path: path.replace("/01/", "/01//"),
        lambda path: path + "/",
        lambda path: path + "/10/LOT",
        lambda path: path.replace("/21/", "/10/LOT/21/"),
        lambda path: path + "%00",
        lambda path: path[:-1],
        lambda path: path + "?a=1&a=2",
    ],
)
def test_the_label_is_read_from_the_raw_target(site, trap):
    """Decoded, most of these are the label itself: whoever printed them would choose what is compared."""
    response = get(site, trap(site.path))

    assert response.status_code == 404
    assert "Authentic record" not in response.text


def test_an_escaped_letter_is_the_same_letter(site):
    """A percent-encoded serial is the same serial (RFC 3986), and is read by the label's own grammar."""
    letter = site.path[-1]

    assert get(site, f"{site.path[:-1]}%{ord(letter):02X}").status_code == 200


def test_queries_are_left_to_resolvers(site):
    """`linkType` and whatever a campaign adds change nothing about the answer."""
    assert get(site, site.path + "?linkType=gs1:traceability&utm_source=card").status_code == 200


def test_a_code_nobody_issued_is_404_and_shows_no_piece(site):
    """A proven absence."""
    path = site.path[:-20] + some_serial("invented")
    response = get(site, path)

    assert response.status_code == 404
    assert "/pictures/" not in response.text


def test_a_dead_node_gives_no_answer_either_way(site):
    """Neither forged nor authentic: grey, 503, try again."""
    response = get(some_site(Answer.CANNOT_VERIFY))

    assert "Cannot verify right now" in response.text
    assert "Authentic" not in response.text
    assert response.headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    ("accept", "query"),
    [("application/linkset+json", ""), ("text/html", "?linkType=all"), ("", "?linkType=linkset")],
)
def test_a_gs1_client_gets_links_that_lead_somewhere(site, accept, query):
    """Each link is asked for with its own type, and is of that type."""
    response = get(site, site.path + query, Accept=accept)
    context = response.json["linkset"][0]
    links = [link for relation, links in context.items() if relation.startswith("https://") for link in links]

    assert response.mimetype == "application/linkset+json"
    assert context["itemDescription"] == "Aurore 25, noir"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    for link in links:
        path = link["href"].removeprefix(f"https://{HOST}")
        answer = get(site, path, Accept=link["type"])
        assert (200, link["type"]) == (answer.status_code, answer.mimetype)


@pytest.mark.shared
@pytest.mark.parametrize("answer", [Answer.VERIFIED, Answer.STOLEN, Answer.NOT_GENUINE])
def test_the_linkset_fits_gs1s_own_schema(answer):
    """Held against the schema of the resolver standard."""
    if not LINKSET_SCHEMA.exists():
        if os.environ.get("CI") == "true" and "ASSAY_SHARED" in os.environ:
            pytest.fail(f"{LINKSET_SCHEMA} is missing")
        pytest.skip("the shared standards are not here")
    site = some_site(answer)
    response = get(site, Accept="application/linkset+json")

    assert response.status_code == 200
    jsonschema_rs.validator_for(json.loads(LINKSET_SCHEMA.read_text("utf-8"))).validate(response.json)


@pytest.mark.parametrize("answer", [Answer.NOT_ISSUED, Answer.CANNOT_VERIFY])
def test_where_there_is_nothing_to_link_a_gs1_client_gets_a_problem(answer):
    """No links to a piece that we cannot vouch for."""
    response = get(some_site(answer), Accept="application/linkset+json")

    assert status_of(answer) == response.status_code
    assert response.mimetype == "application/problem+json"
    assert answer == response.json["code"]


@pytest.mark.parametrize("accept", ["text/html", "application/json", "application/linkset+json"])
def test_caches_are_told_what_the_form_depends_on(site, accept):
    """One address, three forms, two languages."""
    response = get(site, Accept=accept)

    assert {"Accept", "Accept-Language"} <= {name.strip() for name in response.headers["Vary"].split(",")}
    assert 'rel="linkset"' in response.headers["Link"]


def test_a_maker_cannot_write_markup_into_a_page():
    """A document is anybody's text once a registrar's key is stolen."""
    site = some_site()
    hostile = '<img src=x onerror=alert(1)>"><script>alert(1)</script>'
    site.world.record(site.item, EntryKind.SERVICED, by=WORKSHOP, name=hostile, description=hostile)
    site.world.settle()
    response = get(site)

    assert "&lt;script&gt;" in response.text
    assert foreign_scripts(response.text) == []
    assert "<img src=x" not in response.text


def test_a_verdict_page_names_only_our_own_addresses(site):
    """Documents hold links; none of them becomes one of ours, and nothing is fetched from elsewhere."""
    text = get(site).text
    links = [part.partition('"')[0] for name in ("href", "src", "action") for part in text.split(f'{name}="')[1:]]

    assert links
    assert all(not link or link[0] in "/?#" for link in links)
