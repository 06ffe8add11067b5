"""What holds for every route: hosts, errors, no side effects, pictures, signs of life."""

import dataclasses
import logging
import re

import pytest

from provenance_schemas.content_id import ContentId
from tests.fakes.pictures import as_file, qr_picture
from tests.fakes.registry import REGISTRAR
from tests.fakes.site import FakeSite, some_photo, some_site
from tests.fakes.world import HOST
from verifier.answers import Answer
from verifier.errors import ChainUnavailableError, ContentUnavailableError
from verifier.service import Verifier


@pytest.fixture(scope="module")
def site() -> FakeSite:
    return some_site()


def pictures(site):
    text = site.app().test_client().get(site.path, headers={"Host": site.host}).text
    return [part.partition('"')[0] for part in text.split('<img src="')[1:]]


def without_token(content):
    """Leave out what a page may report its scan with: it is new in each answer, and kept nowhere."""
    return re.sub(rb'name="scan" value="[^"]*"', b"", content)


def paths(site):
    """Every GET route, each with an address that is served."""
    cid = pictures(site)[0].rsplit("/", 1)[1]
    return ["/", site.path, pictures(site)[0], f"/ipfs/{cid}?format=raw", "/health", "/ready", "/static/icon.svg"]


def ask(site, path, method="GET", app=None, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return (
        (app or site.app()).test_client().open(path, method=method, headers={"Host": site.host} | names, buffered=True)
    )


def test_no_get_changes_anything(site):
    """Link previews, prefetching and crawlers record nothing: blocks, registry and answers stay as they were."""
    blocks, logs = dict(site.world.store.blocks), list(site.world.registry.logs)
    app = site.app()
    before = [without_token(ask(site, path, app=app).data) for path in paths(site)]
    after = [without_token(ask(site, path, app=app).data) for path in paths(site)]

    assert before == after
    assert (blocks, logs) == (site.world.store.blocks, site.world.registry.logs)


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}:8080", f"x.{HOST}", f"{HOST}.", "127.0.0.1", "localhost"])
def test_another_host_is_misdirected(site, host):
    """DNS rebinding and forged Host headers get a plain page that names no brand and links nowhere."""
    for path in ("/", site.path, "/scan", "/nothing", pictures(site)[0]):
        response = ask(site, path, Host=host)

        assert response.status_code == 421
        assert host not in response.text
        assert "Maison" not in response.text


@pytest.mark.parametrize("host", ["", "a b", "evil.example/x", "<script>", "é.example", "a" * 300])
def test_a_host_that_is_none_is_a_bad_request(site, host):
    """Nothing of it is repeated."""
    response = ask(site, "/", Host=host)

    assert response.status_code == 400
    assert "<script>" not in response.text


@pytest.mark.parametrize("host", [HOST.upper(), f"{HOST}:80"])
def test_another_spelling_of_our_host_is_ours(site, host):
    """Capitals from a QR code, and the scheme's own port."""
    assert ask(site, "/", Host=host).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/scan", 405), ("POST", "/", 405), ("DELETE", "/scan", 405), ("PUT", "/x", 404)],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_errors_look_like_the_site(site, method, path, status, language):
    """In the visitor's language, with the way back."""
    response = ask(site, path, method, Accept_Language=language)

    assert (status, "text/html") == (response.status_code, response.mimetype)
    assert f'<html lang="{language}">' in response.text
    assert (status == 405) == ("Allow" in response.headers)


def test_errors_are_problems_for_programs(site):
    """With a stable code."""
    response = ask(site, "/nothing", Accept="application/json")

    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert {"status": 404, "code": "not_found"}.items() <= response.json.items()


class Broken(Verifier):
    """Our own bug."""

    def verify_label(self, text, policy):
        raise RuntimeError("a bug")


def test_our_bug_is_500_and_its_log_names_no_label(site, caplog):
    """The traceback is there, the path is not."""
    app = site.app(verifier=Broken(site.world.trust, lambda brand: None))
    with caplog.at_level(logging.ERROR):
        response = ask(site, site.path, app=app)

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert "scan.label" in caplog.text
    assert "a bug" in caplog.text
    assert site.path.rsplit("/", 1)[1] not in caplog.text


# ---- pictures


def test_a_page_s_pictures_are_served_as_pictures(site):
    """Right type, right bytes, cacheable by their own name, of no use to a script."""
    found = pictures(site)
    response = ask(site, found[0])

    assert len(found) == 3
    assert (response.status_code, response.mimetype) == (200, "image/jpeg")
    assert some_photo("#8a4b2a") == response.data
    assert "immutable" in response.headers["Cache-Control"]
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert ask(site, found[0], If_None_Match=response.headers["ETag"]).status_code == 304


def test_another_process_serves_them_too(site):
    """Nothing remembers the page: the item is verified again."""
    path = pictures(site)[0]

    assert ask(site, path, app=site.app(decoders_max=1)).status_code == 200


def test_a_block_that_no_passport_names_is_no_picture(site):
    """Otherwise the site would show whatever somebody put on IPFS under our name."""
    content = some_photo("#ffffff")
    cid = ContentId.of(content)
    site.world.store.put(cid, content)

    assert ask(site, f"/pictures/{site.item.token_id}/{cid}").status_code == 404


def test_pictures_of_a_forged_registration_are_not_served():
    """Whoever stole the registrar's key registers pieces of our own brand, with pictures."""
    site = some_site()
    path = pictures(site)[0]
    site.world.registry.dispute(REGISTRAR, 1)
    site.world.settle()

    assert ask(site, path, app=site.app(decoders_max=1)).status_code == 404


@pytest.mark.parametrize("token", ["1", "0", "-1", "abc", "9" * 28, "9" * 5_000, "330712481793999"])
def test_a_token_that_is_none_is_404(site, token):
    """Of any length and form."""
    cid = pictures(site)[0].rsplit("/", 1)[1]

    assert ask(site, f"/pictures/{token}/{cid}").status_code == 404


def test_pictures_of_a_piece_are_unavailable_while_the_node_is():
    """Neither shown unverified, nor declared missing."""
    site = some_site()
    path = pictures(site)[0]
    site.world.chain.reachable = False

    assert ask(site, path, app=site.app(decoders_max=1)).status_code == 503


@pytest.mark.parametrize(
    "content",
    [b"<html><script>alert(1)</script>", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, as_file(qr_picture("a PNG"))],
    ids=["markup", "damaged", "another type"],
)
def test_a_picture_that_is_none_is_not_served(content):
    """A stolen registrar key may name anything as a picture."""
    site = some_site()
    cid = ContentId.of(content)

    class Hostile(type(site.world)):
        def picture(self, alt, red):
            self.store.put(cid, content)
            return dataclasses.replace(super().picture(alt, red), uri=f"ipfs://{cid}", sha256=cid.digest)

    world = Hostile()
    (item,) = world.register(78)
    world.settle()
    hostile = FakeSite(
        world, world.label(item), item, Verifier(world.trust, lambda _: world.access(), now=lambda: world.now)
    )

    assert ask(hostile, f"/pictures/{item.token_id}/{cid}").status_code == 404


def test_a_picture_is_bounded():
    """A page must not order a gigabyte."""
    site = some_site()
    path = pictures(site)[0]
    lost = ContentId.parse(path.rsplit("/", 1)[1])
    del site.world.store.blocks[lost.digest]

    assert ask(site, path).status_code == 503


# ---- signs of life


def away(error):
    def probe():
        raise error

    return probe


def test_the_process_lives_even_when_the_world_does_not(site):
    """A restart would not bring a node back."""
    app = site.app(probes={"node": away(ChainUnavailableError("http://10.0.0.7:8545 refused"))})

    assert ask(site, "/health", app=app, Host="10.0.0.9").status_code == 200


@pytest.mark.parametrize(
    "probes",
    [
        {"node": away(ChainUnavailableError("http://10.0.0.7:8545 refused"))},
        {"node": lambda: None, "store": away(ContentUnavailableError("/srv/house/blocks.sqlite3 cannot be read"))},
    ],
)
def test_ready_says_which_part_is_away_and_not_where_it_is(site, probes):
    """A load balancer takes the process out; the world learns no address."""
    response = ask(site, "/ready", app=site.app(probes=probes), Host="10.0.0.9")

    assert response.status_code == 503
    assert "unavailable" in response.json["parts"].values()
    assert "10.0.0.7" not in response.text
    assert "/srv" not in response.text


def test_a_worker_that_is_away_sends_nobody_elsewhere(site):
    """Labels are verified without it, and what visitors ask for waits."""
    app = site.app(probes={"node": lambda: None, "worker": away(ChainUnavailableError("silent"))})
    response = ask(site, "/ready", app=app)

    assert (response.status_code, response.json["status"]) == (200, "degraded")
    assert response.json["parts"] == {"node": "ok", "worker": "unavailable"}


def test_ready_when_every_part_answers(site):
    """Then visitors may come."""
    response = ask(site, "/ready", app=site.app(probes={"node": lambda: None, "store": lambda: None}))

    assert (response.status_code, response.json["parts"]) == (200, {"node": "ok", "store": "ok"})


def test_blocks_are_served_by_the_gateway(site):
    """Anyone can fetch what the page's proof rests on."""
    cid = pictures(site)[0].rsplit("/", 1)[1]
    response = ask(site, f"/ipfs/{cid}?format=raw")

    assert some_photo("#8a4b2a") == response.data
    assert ask(some_site(Answer.CANNOT_VERIFY), f"/ipfs/{ContentId.of(b'?')}?format=raw").status_code == 404
