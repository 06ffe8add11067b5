"""The files of deploy/: units, compose, proxy. What can be checked without starting anything is checked here."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from mint.localnet.__main__ import main as run_ledger
from tests.engines import missing
from verifier.cli.main import main as run_assay
from web.settings import ELSEWHERE, VARIABLES, read_settings

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
HARDENED = (
    "User=assay",
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "CapabilityBoundingSet=",
    "StateDirectoryMode=0700",
    "UMask=0077",
    "SystemCallFilter=@system-service",
)
KNOWN = {*VARIABLES, *ELSEWHERE}


def variables(text):
    return set(re.findall(r"\bASSAY_[A-Z_]+\b", text))


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_every_service_is_hardened(path):
    """One that forgets a line is found here."""
    lines = path.read_text("utf-8").splitlines()

    assert [line for line in HARDENED if line not in lines] == []


def test_every_variable_of_the_deployment_is_one_that_somebody_reads():
    """A misspelt one would be silently without effect."""
    text = "".join(path.read_text("utf-8") for path in DEPLOY.rglob("*") if path.is_file())

    assert variables(text) - KNOWN == set()


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_every_command_of_a_unit_is_one_of_ours(path, capsys):
    """The command line is taken by the real parser; `--help` ends before anything is done."""
    (command,) = re.findall(r"^ExecStart=/opt/assay/venv/bin/(.+)$", path.read_text("utf-8"), re.MULTILINE)
    program, *words = command.split()
    main = run_ledger if program == "python" else run_assay
    with pytest.raises(SystemExit) as ended:
        main([*(words[2:] if program == "python" else words), "--help"])
    said = capsys.readouterr().out

    assert ended.value.code == 0
    assert [word for word in words if word.startswith("--") and word not in said] == []


def test_systemd_accepts_the_units(tmp_path):
    """All of them together, with a program that is there in the place of ours."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        missing("systemd-analyze")
    for path in UNITS:
        text = re.sub(r"/opt/assay/venv/bin/\w+", "/bin/true", path.read_text("utf-8"))
        (tmp_path / path.name).write_text(text)
    units = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run([analyze, "verify", "--man=no", *units], capture_output=True, text=True, timeout=60)

    assert "assay" not in done.stderr
    assert done.returncode == 0


def test_no_secret_stands_in_the_compose_file_and_each_is_given_as_a_file(compose):
    """Every secret that a service names is declared, and its variable ends in _FILE."""
    declared = set(compose["secrets"])
    for name, service in compose["services"].items():
        assert set(service.get("secrets", ())) <= declared, name
        for variable, value in service.get("environment", {}).items():
            assert ("/run/secrets/" in str(value)) == variable.endswith("_FILE"), (name, variable)


def test_our_containers_can_do_little(compose):
    """No root, no capability, a read-only file system; and only loopback is opened."""
    for name in ("web", "worker"):
        service = compose["services"][name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
        assert service["user"] == "10001:10001"
        assert "no-new-privileges:true" in service["security_opt"]
    opened = [port for service in compose["services"].values() for port in service.get("ports", ())]

    assert [port for port in opened if not port.startswith("127.0.0.1:")] == []


def test_the_settings_of_the_units_are_ones_that_can_be_used():
    """As the site's own unit sets them."""
    found = dict(
        re.findall(r"^Environment=(ASSAY_\w+)=(.*)$", (DEPLOY / "systemd/assay-web.service").read_text(), re.MULTILINE)
    )
    settings = read_settings(found)

    assert (settings.proxies, settings.drain_s) == (1, 10)


def test_the_proxy_keeps_labels_as_they_are_and_out_of_its_log():
    """No path at the upstream, no merging, overwritten headers; a log without targets."""
    text = (DEPLOY / "proxy" / "nginx.conf").read_text("utf-8")
    log = text[text.index("log_format") :].partition(";")[0]

    assert "merge_slashes off;" in text
    assert re.search(r"proxy_pass http://assay;", text)
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    assert not re.search(r"\$request\b|\$request_uri|\$uri|\$http_referer|\$args", log)
    assert "location = /metrics { return 404; }" in text
