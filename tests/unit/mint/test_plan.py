"""A registration's plan: every byte that will be public, and none that must not be."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mint.pieces import ImageInput, MarkInput, PieceInput
from mint.plan import Draw, draw_secrets, plan_batch
from provenance_schemas.claim_codes import claim_leaf, claim_tree, opens_root
from provenance_schemas.commitments import parse_commitments, passport_path
from provenance_schemas.content_id import ContentId
from provenance_schemas.document_parts import Image
from provenance_schemas.errors import DocumentError
from provenance_schemas.labels import label_commitment
from provenance_schemas.passports import Material, parse_passport
from provenance_schemas.unixfs_read import resolve_path
from tests.fakes.desk import IDENTITY
from tests.fakes.store import MemoryStore

ISSUED_AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
FRONT = ImageInput(Path("front.png"), "The front")
CID = ContentId.of(b"front")
IMAGES = {FRONT: Image(f"ipfs://{CID}", CID.digest, "image/png", "The front", 40, 30)}


def some_piece(number=1, **changes):
    fields = {
        "reference": f"BAG-{number}",
        "gtin": "09521321000018",
        "name": "Aurore",
        "model": "Aurore 25",
        "category": "handbag",
        "country": "FR",
        "description": "A bag.",
        "materials": (Material("Leather"),),
        "marks": tuple(MarkInput(text) for text in ("One", "Two", "Three")),
        "images": (FRONT,),
    }
    return PieceInput(**fields | changes)


def some_plan(count=70, draw=None, **changes):
    pieces = [some_piece(number, **changes) for number in range(count)]
    return plan_batch(iter(pieces), draw or draw_secrets(count), IMAGES, IDENTITY, ISSUED_AT)


def test_every_passport_is_where_the_contract_will_say():
    """`tokenURI` names the path; the passport there names this very token and opens its label."""
    draw = draw_secrets(70)
    plan = some_plan(70, draw)
    store = MemoryStore(plan.blocks)

    for piece in (plan.pieces[0], plan.pieces[69]):
        index = piece.token_id & 0xFFFFFFFF
        cid = resolve_path(plan.root, passport_path(index), store.get_block).target
        passport = parse_passport(store.get_block(cid))
        assert (piece.token_id, piece.passport) == (passport.item.token_id, cid.digest)
        assert label_commitment(piece.gtin, draw.serials[index]) == passport.commitment


def test_nothing_public_holds_a_serial_or_a_claim_code():
    """Whoever reads every published byte can print no label and claim no piece."""
    draw = draw_secrets(70)
    plan = some_plan(70, draw)
    public = b"".join(block for _, block in plan.blocks)

    secrets_found = [serial for serial in draw.serials if serial.encode() in public]
    secrets_found += [code for code in draw.codes if code.secret in public or code.symbols.encode() in public]

    assert secrets_found == []


def test_the_directory_leads_from_a_label_to_its_piece():
    """The sorted commitments, for whoever looks without our server."""
    draw = draw_secrets(3)
    plan = some_plan(3, draw)
    store = MemoryStore(plan.blocks)
    cid = resolve_path(plan.root, ["commitments", "0.json"], store.get_block).target

    file = parse_commitments(store.get_block(cid))

    assert [file.find(label_commitment("09521321000018", serial)) for serial in draw.serials] == [0, 1, 2]


def test_every_claim_key_opens_the_root():
    """With the proof that claiming builds from the accounts alone."""
    plan = some_plan(5)
    leaves = [claim_leaf(piece.token_id, piece.claim_address) for piece in plan.pieces]

    root, proofs = claim_tree(leaves)

    assert plan.claim_root == root
    assert all(opens_root(root, leaf, proof) for leaf, proof in zip(leaves, proofs, strict=True))


def test_the_same_draw_gives_the_same_bytes():
    """Planning is pure: only the draw is random."""
    draw = draw_secrets(4)

    assert some_plan(4, draw) == some_plan(4, draw)


def test_a_passport_that_gives_its_own_label_away_is_refused():
    """As a brand's number that was copied from the label."""
    draw = draw_secrets(1)

    with pytest.raises(DocumentError, match="must stay secret"):
        some_plan(1, Draw(draw.batch_id, draw.serials, draw.codes), description=f"Serial {draw.serials[0].lower()}")


def test_drawn_secrets_do_not_show_in_logs():
    """`repr` of a plan or a draw names neither."""
    draw = draw_secrets(1)
    shown = io.StringIO()
    print(draw, some_plan(1, draw), file=shown)

    assert draw.serials[0] not in shown.getvalue()
    assert draw.codes[0].symbols not in shown.getvalue()
