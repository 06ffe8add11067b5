"""The third level: what is counted, what is named first, and the command that needs none of us."""

import dataclasses

import pytest

from tests.fakes.site import some_site
from verifier.answers import Answer
from verifier.policies import CLI
from verifier.service import Verification
from verifier.verdict import Code, Finding, Outcome, Verdict
from web.presenters.english import ENGLISH
from web.presenters.proof import present_proof


def proof(answer=Answer.VERIFIED):
    site = some_site(answer)
    return present_proof(site.verifier.verify_label(site.label, CLI), ENGLISH)


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        (Answer.VERIFIED, "Proof: 16 of 16 checks passed"),
        (Answer.NOT_SOLD_YET, "Proof: checks failed: 1 of 16"),
        (Answer.NOT_GENUINE, "Proof: checks failed: 1 of 16"),
        (Answer.CANNOT_VERIFY, "Proof: checks without an answer: 15 of 16"),
    ],
)
def test_what_stands_against_the_record_is_named_first(answer, title):
    """Fifteen of sixteen passed would sell a forgery."""
    assert title == proof(answer).title


def test_a_failure_goes_before_a_missing_answer():
    """Both at once: the failure is the fact."""
    site = some_site()
    found = site.verifier.verify_label(site.label, CLI)
    changed = {Code.SALE_RECORDED: Outcome.FAILED, Code.DOCUMENTS_MATCH: Outcome.UNKNOWN}
    findings = tuple(
        Finding(f.code, changed[f.code], "as told") if f.code in changed else f for f in found.verdict.findings
    )
    changed_proof = present_proof(Verification(found.evidence, Verdict(CLI, findings)), ENGLISH)

    assert changed_proof.title == "Proof: checks failed: 1 of 16"


def test_only_what_did_not_pass_gives_its_reason():
    """Sixteen technical sentences hide the one that matters."""
    rows = proof(Answer.NOT_SOLD_YET).checks

    assert [row.code for row in rows if row.reason] == ["sale.recorded"]


def test_the_command_names_the_token_and_never_the_label():
    """It will be pasted into chats and tickets."""
    site = some_site()
    command = present_proof(site.verifier.verify_label(site.label, CLI), ENGLISH).command

    assert command == f"assay verify {site.item} --node URL"
    assert site.label.rsplit("/", 1)[1] not in command


def test_a_label_of_no_item_has_no_command():
    """There is nothing to verify."""
    assert proof(Answer.NOT_ISSUED).command == ""


def test_the_place_it_was_read_is_named_by_number_and_hash():
    """Whoever repeats the check must be able to ask for the same block."""
    site = some_site()
    found = site.verifier.verify_label(site.label, CLI)
    facts = {fact.name: fact.text for fact in present_proof(found, ENGLISH).facts}

    assert facts["Its hash"] == f"0x{found.evidence.final.hash.hex()}"
    assert facts["Final block"].startswith(f"{found.evidence.final.number}, ")
    assert facts["Passports, on IPFS"] == f"ipfs://{site.world.roots[77]}"


def test_an_unread_registry_names_no_place():
    """No block, no hash, no folder: an invented one would be worse than none."""
    site = some_site(Answer.CANNOT_VERIFY)
    found = site.verifier.verify_label(site.label, CLI)
    evidence = dataclasses.replace(found.evidence)

    assert present_proof(Verification(evidence, found.verdict), ENGLISH).facts == ()
