"""Settings come from the environment, and a wrong one is named."""

from pathlib import Path

import pytest

from web.errors import SettingsError
from web.settings import read_settings


def test_an_empty_environment_gives_the_folder_of_the_working_directory():
    """`make demo` needs no setting at all."""
    settings = read_settings({})

    assert Path("var/assay/trust.json") == settings.trust
    assert Path("var/assay/blocks.sqlite3") == settings.blocks_file
    assert Path("var/assay/index") == settings.index_folder
    assert settings.node_url is None
    assert settings.proxies == 0


def test_each_variable_is_read():
    """An operator's words arrive."""
    environ = {
        "ASSAY_DATA": "/srv/house",
        "ASSAY_TRUST": "/etc/trust.json",
        "ASSAY_NODE": "http://node.example:8545",
        "ASSAY_PROXIES": "1",
    }
    settings = read_settings(environ)

    assert (Path("/srv/house"), Path("/etc/trust.json")) == (settings.data, settings.trust)
    assert (settings.node_url, settings.proxies) == ("http://node.example:8545", 1)


def test_the_command_line_goes_before_the_environment():
    """`--data` is what somebody just typed."""
    assert Path("here") == read_settings({"ASSAY_DATA": "/srv/house"}, data=Path("here")).data


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSAY_NODE", "node.example:8545"),
        ("ASSAY_NODE", "file:///etc/passwd"),
        ("ASSAY_PROXIES", "yes"),
        ("ASSAY_PROXIES", "-1"),
        ("ASSAY_PROXIES", "99"),
        ("ASSAY_PROXIES", "²"),
        ("ASSAY_PROXIES", ""),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name, value):
    """The message says which variable to correct, and nothing has started."""
    with pytest.raises(SettingsError, match=name) as caught:
        read_settings({name: value})

    assert (name, value) == (caught.value.name, caught.value.value)
