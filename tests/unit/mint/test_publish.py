"""Publishing: what was not read back was not published."""

import io

import pytest
from PIL import Image

from mint.adapters.sql_blocks import SqlBlocks
from mint.dispatch import Store
from mint.errors import InputError, PublishError
from mint.files import publish_evidence, publish_images
from mint.pieces import ImageInput
from mint.publish import publish_blocks
from provenance_schemas.content_id import ContentId
from provenance_schemas.unixfs import add_file
from provenance_schemas.unixfs_read import read_file
from tests.fakes.store import MemoryStore
from verifier.adapters.sql_store import SqlStore

BLOCKS = [(ContentId.of(text), text) for text in (b"one", b"two")]


def test_every_store_holds_every_block_and_the_root_is_pinned():
    """A second store is a backup only if it was read too."""
    stores = [MemoryStore(), MemoryStore()]

    publish_blocks([Store(one, one) for one in stores], BLOCKS, BLOCKS[0][0])

    assert [[BLOCKS[0][0]]] * 2 == [one.pinned for one in stores]
    assert all({cid for cid, _ in BLOCKS} <= set(one.asked) for one in stores)


@pytest.mark.parametrize("fault", ["forgets", "damages", "is away"])
def test_a_store_that_does_not_keep_is_found_out(fault):
    """It said yes; reading back says no."""
    store = MemoryStore()
    keep = store.put_many

    def put_many(blocks):
        keep(blocks)
        if fault == "forgets":
            store.blocks.popitem()
        elif fault == "damages":
            store.blocks[BLOCKS[1][0].digest] = b"other"
        else:
            store.reachable = False

    store.put_many = put_many

    with pytest.raises(PublishError, match="nothing was sent"):
        publish_blocks([Store(store, store)], BLOCKS)


def test_a_full_disk_publishes_nothing(tmp_path):
    """The block file is limited here as a disk would be."""
    path = tmp_path / "blocks.sqlite3"
    store = Store(SqlBlocks(path, size_max_bytes=200_000), SqlStore(path))
    large = bytes(500_000)

    with pytest.raises(PublishError, match="full"):
        publish_blocks([store], [(ContentId.of(large), large)])

    publish_blocks([store], BLOCKS)


def test_a_picture_is_published_once_with_its_own_measures(tmp_path):
    """Two pieces of one model share the file; each has its own words for it."""
    Image.new("RGB", (40, 30), "navy").save(tmp_path / "front.png")
    store = MemoryStore()
    inputs = [ImageInput(tmp_path / "front.png", alt) for alt in ("The front", "The front again")]

    first, second = publish_images([Store(store, store)], inputs).values()

    assert (first.width, first.height, first.media_type) == (40, 30, "image/png")
    assert (first.uri, "The front again") == (second.uri, second.alt)
    assert len(store.pinned) == 1


def test_a_picture_that_is_not_kept_asks_for_the_same_command_again(tmp_path):
    """No job is saved yet: `resume` would find nothing to do."""
    Image.new("RGB", (40, 30), "navy").save(tmp_path / "front.png")
    store = MemoryStore()
    store.reachable = False

    with pytest.raises(PublishError, match="give the same command again"):
        publish_images([Store(store, store)], [ImageInput(tmp_path / "front.png", "The front")])


def test_a_large_file_comes_back_whole(tmp_path):
    """Several blocks, and the content id that `ipfs add` gives."""
    content = bytes(range(256)) * 14_000
    (tmp_path / "film.mp4").write_bytes(content)
    store, other = MemoryStore(), MemoryStore()

    evidence = publish_evidence([Store(store, store)], tmp_path / "film.mp4", "The making")
    cid = ContentId.parse(evidence.uri.removeprefix("ipfs://"))

    assert content == read_file(cid, store.get_block, size_max_bytes=len(content))
    assert add_file(io.BytesIO(content), other.put).cid == cid


def test_evidence_of_no_known_kind_is_refused(tmp_path):
    """A document names its media type; we do not guess."""
    (tmp_path / "notes.docx").write_bytes(b"PK")

    with pytest.raises(InputError, match=r"\.pdf"):
        publish_evidence([], tmp_path / "notes.docx")
