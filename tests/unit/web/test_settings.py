"""Settings come from the environment, and a wrong one is named."""

import re
from pathlib import Path

import pytest

from web.errors import SettingsError
from web.settings import ELSEWHERE, VARIABLES, LogLevel, Server, read_settings, unknown_variables

EXPLAINED = Path(__file__).resolve().parents[3] / "docs" / "settings.md"


def test_an_empty_environment_gives_the_folder_of_the_working_directory():
    """`make demo` needs no setting at all."""
    settings = read_settings({})

    assert Path("var/assay/trust.json") == settings.trust
    assert Path("var/assay/blocks.sqlite3") == settings.blocks
    assert Path("var/assay/index") == settings.index_folder
    assert f"sqlite:///{Path('var/assay/site.sqlite3').absolute()}" == settings.database_url
    assert (settings.node_url, settings.proxies, settings.country_header) == (None, 0, "")
    assert (settings.server, settings.log_level) == (Server.GRANIAN, LogLevel.INFO)
    assert 1 <= settings.workers <= 4


def test_each_variable_is_read():
    """An operator's words arrive."""
    environ = {
        "ASSAY_DATA": "/srv/house",
        "ASSAY_TRUST": "/etc/trust.json",
        "ASSAY_NODE": "http://node.example:8545  https://other.example/key",
        "ASSAY_QUORUM": "2",
        "ASSAY_DATABASE": "sqlite:////srv/site.sqlite3",
        "ASSAY_REDIS": "redis://localhost:6379/1",
        "ASSAY_PROXIES": "1",
        "ASSAY_COUNTRY_HEADER": "CF-IPCountry",
        "ASSAY_SERVER": "gunicorn",
        "ASSAY_WORKERS": "3",
        "ASSAY_THREADS": "5",
        "ASSAY_LOG_LEVEL": "warning",
        "ASSAY_DRAIN_S": "10",
        "ASSAY_REPORT_DAYS": "30",
    }
    settings = read_settings(environ)

    assert (Path("/srv/house"), Path("/etc/trust.json")) == (settings.data, settings.trust)
    assert (settings.node_url, settings.proxies) == ("http://node.example:8545", 1)
    assert (settings.node_urls[1:], settings.quorum) == (("https://other.example/key",), 2)
    assert (settings.database_url, settings.country_header) == ("sqlite:////srv/site.sqlite3", "CF-IPCountry")
    assert (settings.server, settings.workers, settings.threads) == (Server.GUNICORN, 3, 5)
    assert (settings.log_level, settings.drain_s, settings.report_days) == (LogLevel.WARNING, 10, 30)
    assert set(environ) == {name for name in VARIABLES if not name.endswith("_FILE")}


def test_the_command_line_goes_before_the_environment():
    """`--data` is what somebody just typed."""
    assert Path("here") == read_settings({"ASSAY_DATA": "/srv/house"}, data=Path("here")).data


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSAY_NODE", "node.example:8545"),
        ("ASSAY_NODE", "file:///etc/passwd"),
        ("ASSAY_QUORUM", "2"),
        ("ASSAY_QUORUM", "0"),
        ("ASSAY_DRAIN_S", "301"),
        ("ASSAY_REPORT_DAYS", "0"),
        ("ASSAY_REPORT_DAYS", "366"),
        ("ASSAY_PROXIES", "yes"),
        ("ASSAY_PROXIES", "-1"),
        ("ASSAY_PROXIES", "99"),
        ("ASSAY_PROXIES", "²"),
        ("ASSAY_PROXIES", ""),
        ("ASSAY_PROXIES", "1" * 5_000),
        ("ASSAY_WORKERS", "0"),
        ("ASSAY_THREADS", "129"),
        ("ASSAY_SERVER", "apache"),
        ("ASSAY_LOG_LEVEL", "INFO"),
        ("ASSAY_COUNTRY_HEADER", "X Country"),
        ("ASSAY_COUNTRY_HEADER", "X_Country"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name, value):
    """The message says which variable to correct, and nothing has started."""
    with pytest.raises(SettingsError, match=name) as caught:
        read_settings({name: value})

    assert (name, value) == (caught.value.name, caught.value.value)


# ---- passwords and keys


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("http://node.example other.example", "begins with"),
        ("http://node.example http://node.example", "named twice"),
        ("http://:8545", "needs a host"),
        ("http://node:port", "a port that is a number"),
        (" ".join(f"http://node{number}" for number in range(10)), "at most 9"),
    ],
)
def test_several_nodes_are_each_looked_at(value, why):
    """Before anything has started: a quorum of nodes that cannot be asked would verify nothing."""
    with pytest.raises(SettingsError, match=why) as caught:
        read_settings({"ASSAY_NODE": value})

    assert caught.value.name == "ASSAY_NODE"


@pytest.mark.parametrize("name", ["ASSAY_DATABASE", "ASSAY_NODE"])
def test_a_secret_comes_from_a_file_for_its_owner_alone(name, tmp_path):
    """Whoever lists processes reads their environment."""
    file = tmp_path / "url"
    file.write_text("https://assay:hunter2@node.example\n", "utf-8")
    file.chmod(0o600)
    settings = read_settings({f"{name}_FILE": str(file)})

    assert "https://assay:hunter2@node.example" in {settings.database_url, settings.node_url}


@pytest.mark.parametrize("name", ["ASSAY_DATABASE", "ASSAY_NODE"])
def test_a_password_in_the_environment_is_refused_and_not_repeated(name):
    """The message goes to a terminal that somebody photographs."""
    with pytest.raises(SettingsError, match=f"{name}_FILE") as caught:
        read_settings({name: "https://assay:hunter2@node.example"})

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("mode", "content", "said"),
    [
        (0o644, b"sqlite:///x", "chmod 600"),
        (0o600, b"", "no value"),
        (0o600, b" \n", "no value"),
        (0o600, b"x" * 5_000, "no value"),
        (0o600, b"\xff\xfe", "cannot be read"),
        (None, b"", "cannot be read"),
    ],
    ids=["open to others", "empty", "blank", "huge", "not text", "not there"],
)
def test_a_file_that_cannot_be_used_is_named(mode, content, said, tmp_path):
    """By its variable and path; what is in it is never shown."""
    file = tmp_path / "url"
    if mode is not None:
        file.write_bytes(content)
        file.chmod(mode)
    with pytest.raises(SettingsError, match=said) as caught:
        read_settings({"ASSAY_DATABASE_FILE": str(file)})

    assert caught.value.name == "ASSAY_DATABASE_FILE"


def test_a_value_and_a_file_contradict_each_other():
    """Nobody should have to guess which one counts."""
    with pytest.raises(SettingsError, match="set too"):
        read_settings({"ASSAY_NODE": "http://a", "ASSAY_NODE_FILE": "/b"})


# ---- what nobody reads, and what is explained


def test_a_variable_that_nobody_reads_is_told_with_the_one_that_was_meant():
    """A misspelt limit is no limit, silently."""
    environ = {"ASSAY_PROXYS": "1", "ASSAY_XYZ": "", "ASSAY_IPFS_API": "", "PATH": "", "ASSAY_NODE_FILE": "/x"}

    assert unknown_variables(environ) == {"ASSAY_PROXYS": "ASSAY_PROXIES", "ASSAY_XYZ": ""}


def test_every_variable_is_explained():
    """docs/settings.md has a row for each, and none for what is gone."""
    rows = set(re.findall(r"^\| `(ASSAY_[A-Z_]+)`", EXPLAINED.read_text("utf-8"), re.MULTILINE))

    assert rows == {*VARIABLES, *ELSEWHERE}
