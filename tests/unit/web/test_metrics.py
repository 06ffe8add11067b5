"""Figures for Prometheus: what is counted, by how many processes, who may read them, and what never stands in them."""

from __future__ import annotations

import multiprocessing
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.fakes.office import FakeOffice
from tests.fakes.site import some_site
from verifier.answers import Answer
from verifier.errors import ChainUnavailableError
from web.app import create_app
from web.jobs.queue import NewJob
from web.metrics import REQUESTS, SERIES_MAX, Metrics
from web.metrics_page import CountedVerifier, may_read
from web.standing import Standing

LOCAL = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:5000"}
TOKEN = "a-token-of-some-length"


class Counted:
    """A fake site that counts."""

    def __init__(self, folder, **changes):
        self.site = some_site(Answer.VERIFIED)
        self.metrics = Metrics(folder)
        verifier = CountedVerifier(self.site.verifier, self.metrics)
        self.parts = self.site.parts(metrics=self.metrics, verifier=verifier, **changes)
        self.client = create_app(self.parts).test_client()

    def get(self, path, **headers):
        return self.client.get(path, headers={"Host": self.site.host} | headers, buffered=True)

    def scrape(self):
        answer = self.client.get("/metrics", headers={"Host": "127.0.0.1"}, buffered=True)
        assert answer.status_code == 200
        return answer.text


def figures(text):
    """Read an exposition as Prometheus does: (name, labels) -> value."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def counting(tmp_path):
    """Make sites that count; their files are closed at the end."""
    made = []

    def make(**changes):
        made.append(Counted(tmp_path, **changes))
        return made[-1]

    yield make
    for one in made:
        one.metrics.close()


@pytest.fixture
def counted(counting):
    return counting()


def test_requests_and_verdicts_are_counted_by_rule_and_answer(counted):
    """What is asked of the site, what it says, and how long that takes."""
    for _ in range(2):
        counted.get(counted.site.path)
    counted.get("/nothing")
    found = figures(counted.scrape())
    label = ("route", "/01/<path:_decoded>")

    assert found["assay_requests_total", (("method", "GET"), label, ("status", "200"))] == 2
    assert found["assay_requests_total", (("method", "GET"), ("route", "-"), ("status", "404"))] == 1
    assert found["assay_request_seconds_bucket", (("le", "+Inf"), label)] == 2
    assert found["assay_request_seconds_count", (label,)] == 2
    assert found["assay_request_seconds_sum", (label,)] > 0
    assert found["assay_verdicts_total", (("answer", "activity_unknown"), ("policy", "PHONE"))] == 1


def test_no_label_person_or_token_stands_in_the_figures(counted):
    """However it is asked for: right, mistyped, in a query, in a header, as a method."""
    serial = counted.site.path.rsplit("/", 1)[1]
    counted.get(counted.site.path)
    counted.get(f"/oops/{serial}?x={serial}")
    counted.get("/", Cookie=f"__Host-assay={serial}", Authorization=f"Bearer {serial}")
    counted.client.open("/", method=serial[:20].upper(), headers={"Host": counted.site.host})
    text = counted.scrape()

    assert serial.lower()[:10] not in text.lower()
    assert str(counted.site.item.token_id) not in text
    assert counted.site.host not in text


def test_what_waits_and_what_is_left_is_read_when_asked(counting):
    """Queue, outbox, points, parts and chain, as the database and the node have them."""
    site = some_site(Answer.VERIFIED)
    office = FakeOffice(site.world)
    office.add("BAG-1", site.item, confirmed=False)
    tips = site.world.access().chain.tips()
    standing = Standing("eip155:1:0xA1", tips.latest, tips.final, tips.final.number - 3)
    counted = counting(open_records=office.open, standings=lambda: (standing,))
    counted.parts.custody.jobs.add(NewJob("claim", "a"))
    found = figures(counted.scrape())

    assert found["assay_jobs", (("state", "waiting"),)] == 1
    assert found["assay_jobs", (("state", "failed"),)] == 0
    assert found["assay_outbox", (("state", "published"),)] == 1
    assert found["assay_points_left_today", (("rule", "claim"),)] == 20_000
    assert found["assay_index_lag_blocks", (("registry", "eip155:1:0xA1"),)] == 3
    assert found["assay_readings_failed", ()] == 0
    assert {value for (name, _), value in found.items() if name == "assay_part_up"} <= {1.0}


def test_a_part_that_is_away_takes_its_own_figures_and_no_others(counting):
    """The chain is away: the rest is still told."""

    def away():
        raise ChainUnavailableError("nobody")

    counted = counting(standings=away, probes={"node": away})
    found = figures(counted.scrape())

    assert found["assay_part_up", (("part", "node"),)] == 0
    assert found["assay_readings_failed", ()] >= 1
    assert ("assay_jobs", (("state", "waiting"),)) in found
    assert not [name for name, _ in found if name == "assay_head_age_seconds"]


def _count(folder):
    metrics = Metrics(folder)
    for _ in range(100):
        metrics.count(REQUESTS, "/", "GET", "200")
    metrics.close()


def test_several_processes_count_together_and_the_dead_count_too(tmp_path):
    """Whichever is asked gives the sum; a process that ended has not taken back what it did."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_count, args=(tmp_path,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    metrics = Metrics(tmp_path)
    (family,) = metrics.collect()
    metrics.close()

    assert [sample.value for sample in family.samples] == [300.0]


def test_a_mistake_does_not_fill_the_disk(tmp_path):
    """More names than there can be are not kept."""
    metrics = Metrics(tmp_path)
    for number in range(SERIES_MAX + 50):
        metrics.count(REQUESTS, f"/{number}", "GET", "200")
    (family,) = metrics.collect()
    metrics.close()

    assert len(family.samples) == SERIES_MAX


@pytest.mark.parametrize(
    ("changes", "token", "may"),
    [
        ({}, "", True),
        ({"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:5000"}, "", True),
        ({"HTTP_HOST": "localhost"}, "", True),
        ({"REMOTE_ADDR": "192.0.2.7"}, "", False),
        ({"HTTP_HOST": "id.maison.example"}, "", False),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, "", False),
        ({"HTTP_FORWARDED": "for=127.0.0.1"}, "", False),
        ({"REMOTE_ADDR": "127.0.0.1", "werkzeug.proxy_fix.orig": {"REMOTE_ADDR": "192.0.2.7"}}, "", False),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, TOKEN, True),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer other"}, TOKEN, False),
        ({"HTTP_AUTHORIZATION": "Bearer other"}, TOKEN, False),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer "}, "", False),
        ({"REMOTE_ADDR": "not an address"}, "", False),
    ],
)
def test_only_this_machine_or_the_token_may_read(changes, token, may):
    """A proxy in front, another host's name and a wrong token are all a stranger."""
    assert may_read(LOCAL | changes, token) is may


def test_for_a_stranger_there_are_no_figures(counted):
    """Not 403: nothing is there. Neither is it on a site that counts nothing."""
    assert counted.get("/metrics").status_code == 404
    assert counted.get("/metrics", **{"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    plain = some_site().app().test_client()
    assert plain.get("/metrics", headers={"Host": "127.0.0.1"}).status_code == 404


def test_a_server_that_is_about_to_stop_is_not_ready_and_still_answers():
    """Whoever sends it visitors hears so before it is gone."""
    site = some_site()
    client = create_app(site.parts(is_draining=lambda: True)).test_client()
    for path in ("/ready", "/health/ready"):
        answer = client.get(path)
        assert (answer.status_code, answer.json["status"]) == (503, "draining")
        assert answer.headers["Retry-After"] == "10"

    assert client.get("/health").status_code == 200
    assert client.get(site.path, headers={"Host": site.host}).status_code == 200


def test_the_exposition_is_one_that_prometheus_reads(counted):
    """Every family has its type and words, and no family stands there twice."""
    counted.get("/")
    text = counted.scrape()
    names = re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)

    assert len(names) == len(set(names))
    assert len(names) == len(re.findall(r"^# HELP ", text, re.MULTILINE))
