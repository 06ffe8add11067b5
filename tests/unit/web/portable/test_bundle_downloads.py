"""What visitors take along: bundles by token for everyone, label openings for whoever has the label."""

from __future__ import annotations

import json
import logging
import threading

import pytest

from provenance_schemas.ids import BlockRef
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.bundles import BundleMaker, root_of
from tests.fakes.documents import GTIN
from tests.fakes.site import some_site
from tests.fakes.world import some_serial
from verifier.bundle import verify_bundle
from verifier.bundle_form import BUNDLE_MEDIA_TYPE, open_bundle
from verifier.errors import BundleError, ChainUnavailableError, NoSuchPieceError
from verifier.label_opening import read_opening
from verifier.policies import CLI
from verifier.verdict import Level
from web.places import BusyError
from web.portable.shelf import AGE_MAX_S, KEPT_MAX, MAKING_MAX, REFUSED_KEPT_S, WAITING_MAX, Shelf, read_words


@pytest.fixture(scope="module")
def site():
    return some_site()


@pytest.fixture(scope="module")
def maker(site):
    return BundleMaker(site.world)


@pytest.fixture(scope="module")
def visitor(site, maker):
    class MakerShelf:
        def bundle(self, item):
            return maker.make(item)

    return site.app(bundles=MakerShelf()).test_client()


def path_of(item):
    return f"/bundles/{item.chain_id}/{item.contract}/{item.token_id}.assay.zip"


def get(visitor, site, path, **kwargs):
    return visitor.get(path, base_url=f"https://{site.host}", **kwargs)


def ask_opening(visitor, site, **fields):
    return visitor.post("/openings", base_url=f"https://{site.host}", data=fields)


def test_a_bundle_is_given_to_anyone_who_names_the_token(visitor, site, maker):
    """And it verifies, held against a block's hash from elsewhere."""
    response = get(visitor, site, path_of(site.item))

    assert response.status_code == 200
    assert response.mimetype == BUNDLE_MEDIA_TYPE
    assert response.headers["Content-Disposition"].endswith(f'{site.item.token_id}.assay.zip"')
    found = verify_bundle(open_bundle(response.data), maker.world.trust, root_of(response.data))
    assert found.verdict.level is Level.VERIFIED


def test_the_same_bundle_is_not_sent_twice(visitor, site):
    """A cache may keep it, and asks each time: the next final block has another one."""
    first = get(visitor, site, path_of(site.item))
    again = get(visitor, site, path_of(site.item), headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert first.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.replace("/bundles/31337", "/bundles/1"),
        lambda path: path.replace("/bundles/31337", "/bundles/031337"),
        lambda path: path.lower(),
        lambda path: path.replace("0x", "0X"),
        lambda path: path.replace(".assay.zip", ".zip"),
        lambda path: "/bundles/31337/nothing/1.assay.zip",
        lambda path: path.rsplit("/", 1)[0] + "/330712489999.assay.zip",
    ],
)
def test_any_other_spelling_and_any_other_piece_is_not_found(visitor, site, change):
    """One piece, one address; and nothing is made for strangers' contracts."""
    assert get(visitor, site, change(path_of(site.item))).status_code == 404


def test_a_part_that_is_away_is_503_and_a_site_without_bundles_404(site):
    class Away:
        def __init__(self, error):
            self.error = error

        def bundle(self, item):
            raise self.error

    for error in (ChainUnavailableError("away"), BundleError("its evidence is not complete")):
        assert get(site.app(bundles=Away(error)).test_client(), site, path_of(site.item)).status_code == 503
    assert get(site.app().test_client(), site, path_of(site.item)).status_code == 404


# ---- label openings


def test_whoever_has_the_label_gets_its_opening(visitor, site, maker):
    """By address or by serial and GTIN; held against the bundle it opens the commitment."""
    serial = site.label.rsplit("/", 1)[1]
    for fields in (
        {"serial": site.label},
        {"serial": serial, "gtin": GTIN},
        {"serial": site.label, "token": site.item},
    ):
        response = ask_opening(visitor, site, **fields)

        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert "attachment" in response.headers["Content-Disposition"]
        opening = read_opening(response.data)
        assert (opening.item, opening.gtin, opening.serial) == (site.item, GTIN, serial)
    data = maker.make(site.item)
    found = verify_bundle(open_bundle(data), maker.world.trust, root_of(data), opening=opening)
    assert found.verdict.level is Level.VERIFIED


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"serial": "not a label"},
        {"serial": "https://other.example/01/09521321000018/21/" + some_serial("x")},
        {"serial": some_serial("invented"), "gtin": GTIN},
    ],
)
def test_a_label_that_opens_nothing_gets_no_opening(visitor, site, fields):
    response = ask_opening(visitor, site, **fields)

    assert response.status_code == 422
    assert "Content-Disposition" not in response.headers
    assert some_serial("invented") not in response.text


def test_an_opening_for_another_token_is_refused(visitor, site):
    """The label of one piece is no opening of another piece's bundle."""
    other = site.item.batch.item(1)

    assert ask_opening(visitor, site, serial=site.label, token=str(other)).status_code == 422


def test_another_site_cannot_ask_for_an_opening(visitor, site):
    response = visitor.post(
        "/openings",
        base_url=f"https://{site.host}",
        data={"serial": site.label},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert response.status_code == 403


def test_neither_log_nor_bundle_nor_address_holds_the_serial(visitor, site, caplog):
    """The opening is the only thing that does, and it is sent to whoever sent the label."""
    caplog.set_level(logging.DEBUG)
    serial = site.label.rsplit("/", 1)[1]
    ask_opening(visitor, site, serial=site.label)
    bundle = get(visitor, site, path_of(site.item)).data

    assert serial not in caplog.text
    assert serial.encode() not in bundle


# ---- the shelf


def block(number):
    return BlockRef.at(number, bytes([number]) * 32, 1_700_000_000 + number)


class Bench:
    """A maker that counts, of a record whose words, final block and time can be moved."""

    def __init__(self, maker, item):
        self.real = maker.make(item)
        self.final = block(9)
        self.signed = None
        self.words = "as made"
        self.now_s = 0.0
        self.made = []
        self.refusal = None

    def make(self, item, at):
        self.made.append(at)
        if self.refusal:
            raise self.refusal
        return self.real

    def shelf(self, make=None):
        return Shelf(
            make or self.make,
            lambda _: self.final,
            lambda _: self.signed,
            lambda item, writers, at: self.words,
            clock=lambda: self.now_s,
        )


def test_a_bundle_is_made_once_while_the_record_says_the_same(site, maker):
    """A new final block every few seconds is no reason to walk all registrations again: ten minutes are."""
    bench = Bench(maker, site.item)
    shelf = bench.shelf()
    for number, now_s in ((9, 0), (10, 12), (11, AGE_MAX_S)):
        bench.final, bench.now_s = block(number), now_s
        assert shelf.bundle(site.item) == bench.real
    assert bench.made == [None]
    bench.now_s = AGE_MAX_S + 1
    shelf.bundle(site.item)
    assert bench.made == [None]  # the newest final block is still the one it was held against
    bench.final = block(12)
    shelf.bundle(site.item)

    assert bench.made == [None, None]


def test_a_changed_record_gets_a_new_bundle_at_once(site, maker):
    """A theft, a sale, a disputed key: what is not in the bundle is never kept from anybody by a cache."""
    bench = Bench(maker, site.item)
    shelf = bench.shelf()
    shelf.bundle(site.item)
    bench.final, bench.words = block(10), "stolen"
    shelf.bundle(site.item)
    shelf.bundle(site.item)

    assert bench.made == [None, None]


def test_what_changes_while_a_bundle_is_made_shows_at_the_next_asking(site, maker):
    """The words are taken at the bundle's own block, not at the newest one."""
    bench = Bench(maker, site.item)
    at_blocks = {open_bundle(bench.real).block: "as made"}
    read = []

    def words(item, writers, at):
        read.append(writers)
        return at_blocks.get(at, "changed since")

    shelf = Shelf(bench.make, lambda _: bench.final, lambda _: None, words, clock=lambda: 0.0)
    shelf.bundle(site.item)
    shelf.bundle(site.item)

    assert bench.made == [None, None]
    assert set(read) == {open_bundle(bench.real).actors}


def test_a_theft_shows_in_the_words_and_a_new_batch_does_not():
    """Read by the real reader, with its proofs: the first makes the kept bundle worthless, the second does not."""
    site = some_site()
    maker = BundleMaker(site.world)
    writers = open_bundle(maker.make(site.item)).actors

    def words():
        site.world.settle()
        chain = maker.access().chain
        return read_words(chain, site.item, writers, chain.tips().final)

    before = words()
    [other] = site.world.register(99, 1)
    with_another_batch = words()
    site.world.registry.report(site.item, EntryKind.REPORTED_STOLEN)

    assert with_another_batch == before
    assert words() != before
    assert other != site.item


@pytest.mark.parametrize("refusal", [BundleError("its evidence is not complete"), NoSuchPieceError("no such piece")])
def test_a_refusal_is_kept_for_a_moment(site, maker, refusal):
    """Whoever asks again and again for what cannot be made does not have it tried again and again."""
    bench = Bench(maker, site.item)
    bench.refusal, shelf = refusal, bench.shelf()
    for now_s in (0.0, REFUSED_KEPT_S - 1):
        bench.now_s = now_s
        with pytest.raises(type(refusal), match=str(refusal)):
            shelf.bundle(site.item)
    assert bench.made == [None]
    bench.refusal, bench.now_s = None, REFUSED_KEPT_S

    assert shelf.bundle(site.item) == bench.real


def test_a_signed_block_is_taken_where_the_record_says_the_same(site, maker):
    """Then the checkpoint alone is the trust root; it never shows an older record."""
    bench = Bench(maker, site.item)
    bench.signed = block(8)
    older = maker.make(site.item.batch.item(1))
    made = {None: bench.real, block(8): bytes(bytearray(bench.real))}
    shelf = bench.shelf(lambda item, at: made[at])
    assert shelf.bundle(site.item) is made[block(8)]
    made[block(8)] = older
    bench.final, bench.words = block(11), "something else"

    assert shelf.bundle(site.item) is bench.real


def test_a_signed_block_that_cannot_be_proved_any_more_is_passed_over(site, maker):
    """Many nodes prove the newest blocks only."""
    bench = Bench(maker, site.item)
    bench.signed = block(3)

    def make(item, at):
        if at is not None:
            raise ChainUnavailableError("the state of this block is pruned")
        return bench.real

    assert bench.shelf(make).bundle(site.item) == bench.real


def test_the_shelf_keeps_a_bounded_number_and_makes_a_few_at_a_time(site, maker):
    """A crawler over all tokens costs time, not memory; nobody waits for ever."""
    bench, busy, most = Bench(maker, site.item), [0], [0]
    lock = threading.Lock()

    def make(item, at):
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        with lock:
            busy[0] -= 1
        return bench.real

    shelf = bench.shelf(make)
    items = [site.item.batch.item(index) for index in range(KEPT_MAX + 8)]
    threads = [threading.Thread(target=lambda part=items[at::4]: [shelf.bundle(i) for i in part]) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most[0] <= MAKING_MAX
    assert len(shelf._kept) == KEPT_MAX


def held_up(shelf, items):
    """Let threads ask for bundles, wait until no place is left, and give the threads."""
    asked = [threading.Thread(target=shelf.bundle, args=(item,)) for item in items]
    for thread in asked:
        thread.start()
    while not shelf._places.is_full:
        assert any(thread.is_alive() for thread in asked)
    return asked


def test_who_asks_for_many_bundles_at_once_leaves_threads_for_everybody_else(site, maker):
    """A few may wait for a place; the rest are told at once to come back, and kept bundles are given all the while."""
    bench, done, places = Bench(maker, site.item), threading.Event(), MAKING_MAX + WAITING_MAX
    shelf = bench.shelf(lambda item, at: (done.wait(20) and bench.real) or b"")
    kept = site.item.batch.item(places + 1)
    done.set()
    shelf.bundle(kept)
    done.clear()
    asked = held_up(shelf, [site.item.batch.item(at) for at in range(places)])
    try:
        assert shelf.bundle(kept) == bench.real
        with pytest.raises(BusyError, match="too many bundles"):
            shelf.bundle(site.item.batch.item(places))
    finally:
        done.set()
        for thread in asked:
            thread.join()

    assert shelf.bundle(site.item.batch.item(places)) == bench.real


def test_one_makes_the_bundle_of_a_piece_and_the_others_wait_for_it(site, maker):
    """A piece that is in the papers is made once."""
    bench, done = Bench(maker, site.item), threading.Event()

    def make(item, at):
        done.wait(20)
        return bench.make(item, at)

    shelf = bench.shelf(make)
    asked = held_up(shelf, [site.item] * (MAKING_MAX + WAITING_MAX))
    done.set()
    for thread in asked:
        thread.join()

    assert bench.made == [None]


def test_the_verdict_as_data_and_the_bundle_agree_on_the_final_block(visitor, site, maker):
    """What the page says was read at one block is what the bundle of it proves."""
    live = site.world.verify(site.label, CLI).evidence.final
    checks = json.loads(open_bundle(get(visitor, site, path_of(site.item)).data).checks)

    assert checks["level"] == "verified"
    assert open_bundle(maker.make(site.item)).block.number == live.number
