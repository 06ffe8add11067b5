"""The log: one line of JSON, no words of an exception, no value of a request."""

import io
import json
import logging

import pytest
from flask import Flask, Response

from web.log_redaction import describe_exception, redact_method
from web.structured_log import REQUEST_ID, JsonFormatter, configure_log, install_request_log, note_error

SECRET = "7KQ2M9X4T8VJ3B6NW5RC"


@pytest.fixture
def said():
    """Configure the log of this process onto a buffer, and give every logger back as it was."""
    names = ("", "assay", "urllib3", "asyncio", "werkzeug", "alembic", "_granian", "granian", "gunicorn")
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in map(logging.getLogger, names)]
    stream = io.StringIO()
    configure_log("debug", stream)
    yield stream
    for logger, handlers, level, propagate in before:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail(depth=0):
    serial = SECRET
    if depth:
        raise ValueError(f"not a serial: {serial}")
    try:
        fail(1)
    except ValueError as error:
        raise KeyError(serial) from error


def test_an_exception_is_told_by_class_and_place():
    """Its words hold what it was about; so do the locals of its frames."""
    with pytest.raises(KeyError) as caught:
        fail()
    told = describe_exception(caught.value)

    assert told[0] == "builtins.KeyError"
    assert "builtins.ValueError" in told
    assert any("in fail" in line for line in told)
    assert SECRET not in str(told)
    assert not any(line.strip().startswith("/") for line in told)


def test_an_endless_chain_of_causes_ends():
    """Somebody else's exception may cause itself."""
    error = ValueError()
    error.__cause__ = error

    assert len(describe_exception(error)) <= 5


def test_a_line_is_json_whatever_is_said(said):
    """Line breaks and quotes stay inside their string: nobody writes a line of their own."""
    logging.getLogger("assay.test").warning('one\n{"level": "info"} %s', "é\x00")
    logging.getLogger("some.library").warning("heard")
    logging.getLogger("urllib3.connectionpool").warning("Retrying: /v3/%s", SECRET)

    (first, second) = lines(said)
    assert (
        first["message"],
        first["level"],
        first["log"],
    ) == ('one\n{"level": "info"} é\x00', "warning", "assay.test")
    assert second["log"] == "some.library"


@pytest.mark.parametrize(("sent", "told"), [("GET", "GET"), (SECRET, "-"), ("get", "-"), ("", "-")])
def test_a_method_is_one_or_nothing(sent, told):
    """Whatever a client writes first on its line arrives as the method."""
    assert told == redact_method(sent)


def some_app():
    app = Flask("house", static_folder=None)

    @app.get("/01/<serial>")
    def label(serial):
        return Response([serial.encode(), b"!"])

    @app.get("/broken/<serial>")
    def broken(serial):
        def parts():
            yield b"half"
            raise RuntimeError(serial)

        return Response(parts())

    @app.get("/noted")
    def noted():
        note_error(LookupError(SECRET))
        return "away", 503

    install_request_log(app)
    return app


def test_a_request_is_one_line_with_its_rule_and_its_id(said):
    """Enough to count, to find what is slow, and to find the answer somebody complains about."""
    response = some_app().test_client().get(f"/01/{SECRET}?q={SECRET}", headers={"X-Request-Id": SECRET}, buffered=True)
    response.close()
    (line,) = lines(said)

    assert (line["method"], line["route"], line["status"], line["bytes"]) == ("GET", "/01/<serial>", 200, 21)
    assert line["request"] == response.headers[REQUEST_ID]
    assert line["ms"] >= 0
    assert SECRET not in said.getvalue()


def test_what_breaks_off_and_what_is_away_is_told_by_class(said):
    """A stream that fails after its status, and an answer that says 503."""
    client = some_app().test_client()
    with pytest.raises(RuntimeError):
        client.get(f"/broken/{SECRET}", buffered=True)
    client.get("/noted").close()
    client.get(f"/{SECRET}").close()

    assert [(line.get("error"), line["status"]) for line in lines(said)] == [
        ("RuntimeError", 200),
        ("LookupError", 503),
        (None, 404),
    ]
    assert SECRET not in said.getvalue()


def test_a_record_with_an_exception_keeps_its_words_out():
    """`logger.exception` is what anybody writes."""
    record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), None)
    try:
        fail()
    except KeyError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    line = JsonFormatter().format(record)

    assert SECRET not in line
    assert "builtins.KeyError" in line
