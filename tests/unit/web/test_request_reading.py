"""What is taken from a request: its raw target, its host, its language, the form it wants."""

import pytest
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from web.errors import RawTargetError
from web.negotiation import Form, choose_form, wants_problem
from web.presenters.language import Language, choose_language
from web.scan.targets import label_text, raw_target
from web.stylesheet import Bundle, load_stylesheets, squeeze


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
def test_the_target_is_taken_as_it_was_sent(name):
    """`%2F` stays what it is: PATH_INFO would make a slash of it."""
    environ = {name: "/01/0952%2F1?lang=fr", "PATH_INFO": "/01/0952/1"}

    assert raw_target(environ) == "/01/0952%2F1?lang=fr"
    assert label_text(environ, "id.example") == "https://id.example/01/0952%2F1?lang=fr"


@pytest.mark.parametrize(
    ("sent", "target"),
    [("http://id.example/01/1/21/2?a=b", "/01/1/21/2?a=b"), ("http://id.example", "/"), ("*", "/")],
)
def test_an_absolute_target_gives_its_path(sent, target):
    """Proxies send that form; the host in it is the Host header's business."""
    assert target == raw_target({"RAW_URI": sent})


def test_a_server_that_hides_the_raw_target_is_refused():
    """Falling back to the decoded path would open the trap again, silently."""
    with pytest.raises(RawTargetError, match="REQUEST_URI"):
        raw_target({"PATH_INFO": "/01/1/21/2"})


@pytest.mark.parametrize(
    ("accept", "link_type", "form"),
    [
        ("", None, Form.PAGE),
        ("*/*", None, Form.PAGE),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None, Form.PAGE),
        ("application/json", None, Form.VERDICT),
        ("application/json;q=0.5, text/html", None, Form.PAGE),
        ("application/linkset+json", None, Form.LINKSET),
        ("application/linkset+json, application/json;q=0.9", None, Form.LINKSET),
        ("image/png", None, Form.PAGE),
        ("text/html", "all", Form.LINKSET),
        ("", "linkset", Form.LINKSET),
        ("application/json", "gs1:traceability", Form.VERDICT),
        ("", "gs1:pip", Form.PAGE),
    ],
)
def test_the_form_follows_accept_and_link_type(accept, link_type, form):
    """GS1 clients get links, programs data, phones the page, and nobody a refusal."""
    assert form is choose_form(parse_accept_header(accept, MIMEAccept), link_type)


@pytest.mark.parametrize(
    ("accept", "is_program"),
    [("", False), ("*/*", False), ("text/html", False), ("application/json", True), ("application/problem+json", True)],
)
def test_errors_are_problems_only_for_programs(accept, is_program):
    """Command lines and browsers get the page."""
    assert is_program == wants_problem(parse_accept_header(accept, MIMEAccept))


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", Language.EN),
        (None, "fr-CA,fr;q=0.9,en;q=0.8", Language.FR),
        (None, "de,ja", Language.EN),
        ("fr", "en", Language.FR),
        ("en", "fr", Language.EN),
        ("xx", "fr", Language.FR),
        ("", "fr", Language.FR),
    ],
)
def test_the_language_asked_for_goes_before_the_browsers(asked, accepted, language):
    """A link can be shared in a language; nonsense in it changes nothing."""
    assert language is choose_language(asked, parse_accept_header(accepted, LanguageAccept))


@pytest.mark.parametrize(
    ("asked", "own", "chosen"), [(None, "fr", "fr"), ("en", "fr", "en"), (None, "xx", "en"), ("xx", "fr", "fr")]
)
def test_an_account_has_its_own_language(asked, own, chosen):
    """It goes before the browser's, and what was asked for on this page goes before both."""
    assert choose_language(asked, parse_accept_header("en", LanguageAccept), own) == chosen


@pytest.mark.parametrize("bundle", list(Bundle))
def test_a_stylesheet_is_small_and_self_contained(bundle):
    """Nothing is loaded from it, so its hash is the whole policy for styles."""
    style = load_stylesheets()[bundle]

    assert "url(" not in style.text
    assert "@import" not in style.text
    assert "/*" not in style.text
    assert "</" not in style.text
    assert len(style.text) < (12_000 if bundle is Bundle.VERDICT else 32_000)


def test_squeezing_keeps_the_spaces_that_mean_something():
    """`calc(1rem + 2vw)` and `a :hover` are other rules without them."""
    css = "/* a */ .a  .b :hover { width : calc(1rem +  2vw) ; color: red; }\n"

    assert squeeze(css) == ".a .b :hover{width :calc(1rem + 2vw);color:red}"
