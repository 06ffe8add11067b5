"""The command line: what staff type, what they are told, and the exit code."""

import json
import os
import signal

import pytest
from PIL import Image

from mint.labels.pdf_sheet import render_page
from mint.localnet.start import stop_localnet
from mint.lock import FolderLock
from tests.integration.mint_house import some_house
from verifier.cli.main import main

pytestmark = pytest.mark.process

CSV = (
    "reference,gtin,name,model,category,country,description,materials,marks,images,quantity\n"
    'BAG-1,09521321000018,"Aurore, noir",Aurore 25,handbag,FR,A bag.,Leather:FR:100,One|Two|Three,front.png,\n'
    "SCARF,9521321000018,Scarf,Carre,scarf,FR,A scarf.,Silk:FR:100,One|Two|Three,front.png,3\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    with some_house(tmp_path_factory.mktemp("house")) as house:
        (house.data_dir / "pieces.csv").write_text(CSV, "utf-8")
        yield house.data_dir


@pytest.fixture
def assay(folder, capsys, monkeypatch):
    """Run a command on the house; give its exit code, stdout and stderr."""
    monkeypatch.setenv("ASSAY_DATA", str(folder))
    monkeypatch.delenv("ASSAY_NODE", raising=False)

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture(scope="module")
def registered(folder):
    return {}


def ensure_registered(assay, folder):
    """Register the file once."""
    code, out, err = assay("mint", "status", "--json")
    if not json.loads(out)["pieces"]:
        code, out, err = assay("mint", "register", folder / "pieces.csv", "--json")
        assert (code, 4) == (0, len(json.loads(out)["registered"])), err


def test_pieces_are_registered_labelled_and_looked_up(assay, folder, tmp_path):
    """JSON on stdout, progress on stderr, a picture on disk."""
    ensure_registered(assay, folder)

    code, out, _ = assay("mint", "label", "BAG-1", "--out", tmp_path, "--format", "svg", "--json")
    shown = json.loads(assay("mint", "status", "SCARF-002", "--json")[1])

    assert code == 0
    assert (tmp_path / "BAG-1.svg").exists()
    assert "text" not in json.loads(out)[0]
    assert (shown["registration"], shown["in_stock"]) == ("confirmed", True)


def test_a_label_is_drawn_as_it_was_chosen(assay, folder, tmp_path):
    """The real module is said; what cannot be printed exits 2 with the reason, and leaves no file."""
    ensure_registered(assay, folder)
    logo = tmp_path / "logo.txt"
    logo.write_text("no picture")

    code, out, _ = assay("mint", "label", "BAG-1", "--out", tmp_path, "--format", "zpl", "--mixed", "--text", "--json")
    (label,) = json.loads(out)
    assert (code, label["module_mm"]) == (0, 0.5)
    assert label["text"].startswith("https://id.maison.example/01/")
    for options, reason in [
        (("--substrate", "fabric", "--module-mm", "0.5"), "threads widen every edge"),
        (("--ink", "#ff0000"), "red is invisible"),
        (("--logo", str(logo)), "no PNG"),
        (("--logo", str(tmp_path / "none.png")), "No such file"),
    ]:
        code, _, err = assay("mint", "label", "BAG-1", "--out", tmp_path / "none", *options)
        assert (code, reason in err) == (2, True), err
    assert not (tmp_path / "none").exists()


def test_a_print_run_goes_its_way_at_the_command_line(assay, folder, tmp_path):
    """New, printed, verified with what came out, destroyed; a refusal says the state and changes nothing."""
    ensure_registered(assay, folder)
    out_dir, again = tmp_path / "run", tmp_path / "again"
    made = json.loads(
        assay("mint", "print-run", "new", "SCARF-001", "SCARF-002", "--out", out_dir, "--cards", "scratch", "--json")[1]
    )
    number = made["run"]
    assert {path.name for path in out_dir.iterdir()} == {"labels.pdf", "cards.pdf"}
    code, _, err = assay("mint", "print-run", "destroy", number)
    assert (code, "made" in err) == (1, True)
    assert assay("mint", "print-run", "sheet", number, "--out", again)[0] == 0
    assert (again / "labels.pdf").read_bytes() == (out_dir / "labels.pdf").read_bytes()
    assert "is printed" in assay("mint", "print-run", "printed", number)[1]

    photos = []
    for name in ("labels", "cards"):
        photos.append(tmp_path / f"{name}.png")
        Image.fromarray(render_page((out_dir / f"{name}.pdf").read_bytes(), 0)).save(photos[-1])
    code, out, _ = assay("mint", "print-run", "verify", number, photos[0])
    assert (code, "To be seen in pictures: SCARF-001 (card), SCARF-002 (card)" in out) == (1, True)
    assert assay("mint", "print-run", "verify", number, folder / "pieces.csv")[0] == 2
    assert assay("mint", "print-run", "verify", number, tmp_path / "none.png")[0] == 2
    assert assay("mint", "print-run", "verify", number, photos[1])[0] == 0
    assert f"{number}  verified" in assay("mint", "print-run", "list")[1]
    shown = json.loads(assay("mint", "print-run", "destroy", number, "--json")[1])

    assert [event["state"] for event in shown["events"]] == ["made", "printed", "verified", "codes_destroyed"]
    assert assay("mint", "card", "SCARF-001", "--out", tmp_path)[0] == 2
    assert assay("mint", "print-run", "show", 99)[0] == 2


def test_a_second_registration_names_the_token_of_each_piece(assay, folder):
    """Exit code 2, file and row, and nothing new on the ledger."""
    ensure_registered(assay, folder)
    before = assay("mint", "status", "--json")[1]

    code, _, err = assay("mint", "register", folder / "pieces.csv")

    assert code == 2
    assert "pieces.csv, row 2, reference: BAG-1 is registered already, as token" in err
    assert before == assay("mint", "status", "--json")[1]


def test_broken_rows_stop_all_of_them_unless_they_are_skipped(assay, folder, tmp_path):
    """First nothing is registered; then the good row is, and the faults are in a file."""
    broken = CSV.replace("BAG-1", "BAG-9").replace("SCARF,9521321000018", "SCARF-9,9521321000019")
    path = folder / "broken.csv"
    path.write_text(broken, "utf-8")

    code, _, err = assay("mint", "register", path)
    assert code == 2
    assert "broken.csv, row 3, gtin" in err
    assert "its last digit should be 8" in err
    assert assay("mint", "status", "BAG-9")[0] == 2
    code, out, _ = assay("mint", "register", path, "--skip-broken", tmp_path / "faults.json", "--json")

    (fault,) = json.loads((tmp_path / "faults.json").read_text("utf-8"))
    assert (code, [one["reference"] for one in json.loads(out)["registered"]]) == (0, ["BAG-9"])
    assert (fault["file"], fault["row"], fault["field"]) == ("broken.csv", 3, "gtin")


def test_steps_come_from_the_command_line_or_a_file(assay, folder, tmp_path):
    """One step with its place; then a file of several."""
    ensure_registered(assay, folder)
    steps = [
        {"piece": f"SCARF-00{n}", "kind": "manufactured", "at": "2026-03-02T14:05:30+01:00", "place": "Lyon"}
        for n in (1, 2, 3)
    ]
    (tmp_path / "steps.json").write_text(json.dumps(steps), "utf-8")

    one = assay(
        "mint",
        "step",
        "BAG-1",
        "sourced",
        "--at",
        "2026-01-02T09:00:00+01:00",
        "--place",
        "Tannery",
        "--place-country",
        "IT",
    )
    many = assay("mint", "step", tmp_path / "steps.json", "--json")
    wrong = assay("mint", "step", "BAG-1", "sourced", "--at", "yesterday")

    assert (one[0], many[0], wrong[0]) == (0, 0, 2)
    assert (len(json.loads(many[1])["recorded"]), json.loads(many[1])["transactions"]) == (3, 1)
    assert "with its zone" in wrong[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mint", "status", "NOBODY"), "no piece 'NOBODY'"),
        (("mint", "register", "absent.csv"), "No such file"),
        (("mint", "actor", "dispute", "nobody", "--since", "2026-11-01"), "no actor"),
        (("mint", "actor", "add", "x", "--role", "boutique", "--kinds", "revoked"), "cannot be granted"),
        (("mint", "actor", "add", "../x", "--role", "boutique"), "a key's name"),
        (("transfer", "BAG-1", "--to", "0x12"), "not an address"),
        (("claim", "ABC", "--label", "x", "--to", "0x" + "11" * 20), "27 characters"),
    ],
)
def test_bad_input_is_exit_2_and_says_what_is_wrong(assay, folder, arguments, words):
    """No traceback, nothing on stdout."""
    ensure_registered(assay, folder)

    code, out, err = assay(*arguments)

    assert (code, out) == (2, "")
    assert words in err


def test_a_node_that_is_down_is_exit_3(assay, folder):
    """The world is not there; nothing is said about the input."""
    code, _, err = assay("mint", "status", "--node", "http://127.0.0.1:9")

    assert code == 3
    assert "no answer" in err


def test_an_address_of_a_store_that_is_none_is_exit_2(assay, folder, monkeypatch):
    """The variable is named, and nothing is opened."""
    monkeypatch.setenv("ASSAY_IPFS_API", "localhost")

    code, out, err = assay("mint", "status")

    assert (code, out) == (2, "")
    assert "$ASSAY_IPFS_API: not the base URL" in err


@pytest.mark.parametrize("ceiling", ["nan", "inf", "0", "-1", "much"])
def test_a_ceiling_that_is_none_is_a_usage_error(assay, capsys, ceiling):
    """A ceiling of NaN would hold nothing back."""
    with pytest.raises(SystemExit) as stopped:
        assay("mint", "status", "--fee-max-gwei", ceiling)

    assert stopped.value.code == 2
    assert f"a number over 0 is needed, not {ceiling}" in capsys.readouterr().err


def test_a_folder_without_a_house_says_how_to_make_one(assay, tmp_path):
    """And is left as it was."""
    code, _, err = assay("mint", "status", "--data", tmp_path)

    assert code == 2
    assert "assay mint init" in err
    assert list(tmp_path.iterdir()) == []


def test_two_processes_on_one_folder_are_told_apart(assay, folder):
    """The second one names the first and does nothing."""
    ensure_registered(assay, folder)
    ready, hold = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        with FolderLock(folder)():
            os.write(ready[1], b"x")
            os.read(hold[0], 1)
        os._exit(0)
    os.read(ready[0], 1)

    code, _, err = assay("mint", "step", "BAG-1", "inspected", "--at", "2026-04-02T09:00:00+01:00")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    assert code == 3
    assert f"process {child} is writing" in err


def test_a_fee_ceiling_sends_nothing_and_a_higher_one_resumes(assay, folder):
    """Exit code 3; the step waits in the outbox and is recorded once."""
    ensure_registered(assay, folder)
    step = ("mint", "step", "SCARF-001", "inspected", "--at", "2026-04-02T09:00:00+01:00")

    code, _, err = assay(*step, "--fee-max-gwei", "0.000000001")
    assert (code, "ceiling" in err) == (3, True)
    assert "under way" in assay("mint", "status")[1]
    code, out, _ = assay("mint", "resume")

    assert (code, out.startswith("finished steps:")) == (0, True)
    assert "under way" not in assay("mint", "status")[1]


def test_the_ledger_is_stopped_and_starts_again_by_itself(assay, folder):
    """What it acknowledged is still there; the trust file names its new address."""
    ensure_registered(assay, folder)
    assert assay("ledger", "stop") == (0, "stopped\n", "")
    assert assay("ledger", "status")[1] == "not running\n"

    code, out, _ = assay("mint", "status", "BAG-1", "--json")

    url = json.loads(assay("ledger", "start", "--json")[1])["url"]
    assert (code, json.loads(out)["reference"]) == (0, "BAG-1")
    assert url in (folder / "trust.json").read_text("utf-8")


def test_a_house_is_set_up_from_the_command_line(assay, tmp_path, capsys):
    """With the words that passports and labels will carry; wrong ones are refused first."""
    init = ("mint", "init", "--data", tmp_path, "--brand", "Atelier", "--json")

    assert assay(*init, "--host", "not a host", "--gtin-prefix", "0952132")[0] == 2
    assert assay(*init, "--host", "id.atelier.example", "--gtin-prefix", "95")[0] == 2
    try:
        code, out, _ = assay(*init, "--host", "ID.atelier.example", "--gtin-prefix", "0952132")
    finally:
        stop_localnet(tmp_path / "localnet")

    assert code == 0
    assert json.loads((tmp_path / "trust.json").read_text())["brands"][0]["hosts"] == ["id.atelier.example"]
    assert json.loads(out)["contract"].startswith("0x")
