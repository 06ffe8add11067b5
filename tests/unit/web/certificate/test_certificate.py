"""A certificate says what its record said at one block, and carries the evidence that proves it."""

import io
import shutil
import subprocess
import threading

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.engines import missing
from tests.fakes.bundles import BundleMaker, root_of
from tests.fakes.site import FakeSite, SiteWorld, some_site
from tests.fakes.world import MAKER
from verifier.answers import Answer
from verifier.bundle import verify_bundle
from verifier.bundle_form import open_bundle
from verifier.errors import ChainUnavailableError
from verifier.images import read_labels
from verifier.service import Verifier
from verifier.verdict import Level
from web.certificate import issuing, typesetting
from web.places import BusyError
from web.presenters.language import Language

pytest.importorskip("typst", reason="the extra assay[certificate] is not installed")
pypdf = pytest.importorskip("pypdf")


class Shelf:
    """Bundles made on demand, and counted."""

    def __init__(self, maker):
        self.maker = maker
        self.reachable = True

    def bundle(self, item):
        if not self.reachable:
            raise ChainUnavailableError("the node does not answer")
        return self.maker.make(item)


@pytest.fixture(scope="module")
def world():
    """One brand with a sold bag and one in stock."""
    world = SiteWorld()
    bag, stock = world.register(77, 2)
    world.live(bag)
    world.record(stock, EntryKind.MANUFACTURED, by=MAKER)
    world.settle()
    world.bag, world.stock = bag, stock
    world.shelf = Shelf(BundleMaker(world))
    return world


class Browser:
    """Asks one site under its own name."""

    def __init__(self, client, host):
        self._client = client
        self._origin = f"https://{host}"

    def get(self, path):
        return self._client.get(path, base_url=self._origin)


@pytest.fixture(scope="module")
def client(world):
    """The site over that brand."""
    verifier = Verifier(world.trust, lambda _: world.access(), now=lambda: world.now)
    site = FakeSite(world, world.label(world.bag), world.bag, verifier)
    return Browser(site.app(bundles=world.shelf).test_client(), world.brand.hosts[0])


def path_of(item, language="en"):
    return f"/certificates/{item.chain_id}/{item.contract}/{item.token_id}.pdf?lang={language}"


@pytest.fixture(scope="module")
def pdf(client, world):
    """The certificate of the bag, in English."""
    answer = client.get(path_of(world.bag))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def text_of(content):
    """Give the text of all pages, on one line."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_the_evidence_inside_verifies_with_the_block_printed_on_it(pdf, world):
    """Taken out by an independent reader: the very bundle, and the printed hash is its block's."""
    reader = pypdf.PdfReader(io.BytesIO(pdf.data))
    [(name, [data])] = reader.attachments.items()
    bundle = open_bundle(data)
    attached = reader.trailer["/Root"]["/AF"][0].get_object()

    assert verify_bundle(bundle, world.trust, root_of(data)).verdict.level is Level.VERIFIED
    assert name.endswith(".assay.zip")
    assert attached["/AFRelationship"] == "/Source"
    assert bundle.block.hash.hex() in text_of(pdf.data).replace(" ", "")


def test_it_is_an_archive_file_that_a_screen_reader_can_read(pdf):
    """It declares PDF/A-3a and PDF/UA-1, names its language and title, is tagged, and embeds every font."""
    reader = pypdf.PdfReader(io.BytesIO(pdf.data))
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    programs = [part.get_object()["/FontDescriptor"] for font in fonts for part in font["/DescendantFonts"]]

    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == "Certificate of record"
    assert all({"/FontFile2", "/FontFile3"} & set(program) for program in programs)
    assert root["/OutputIntents"]


def test_it_never_names_the_label(pdf, world):
    """Neither the page nor anything inside the file holds eight characters of the serial in a row."""
    serial = world.serials[world.bag.token_id]
    attachments = pypdf.PdfReader(io.BytesIO(pdf.data)).attachments
    [[evidence]] = attachments.values()
    held = text_of(pdf.data).encode() + pdf.data + evidence

    assert not [at for at in range(13) if serial[at : at + 8].encode() in held]


def test_it_says_that_paper_gets_old_and_how_to_check_without_us(pdf, world):
    """As of which block; check now; the page, the tool and the hash from somebody else."""
    said = text_of(pdf.data)

    assert "A printed paper can be out of date. Check now:" in said
    assert "Authentic record As of block" in said
    assert "Get the hash of the block above from somebody else than us" in said
    assert f"https://{world.brand.hosts[0]}/portable" in said


def test_its_qr_leads_to_the_proof_page_of_the_token(pdf, world, tmp_path):
    """Rendered as a printer would, and read back."""
    if shutil.which("pdftoppm") is None:
        missing("pdftoppm")
    (tmp_path / "certificate.pdf").write_bytes(pdf.data)
    subprocess.run(
        ["pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-png", "certificate.pdf", "page"], cwd=tmp_path, check=True
    )
    [page] = tmp_path.glob("page*.png")

    assert read_labels(page.read_bytes()).texts == (f"https://{world.brand.hosts[0]}/proof/{world.bag}",)


def test_the_same_record_gives_the_same_bytes(client, pdf, world):
    """In one language; French is another file, and says so."""
    french = client.get(path_of(world.bag, "fr"))

    assert client.get(path_of(world.bag)).data == pdf.data
    assert "Certificat de la fiche" in text_of(french.data)
    assert pypdf.PdfReader(io.BytesIO(french.data)).trailer["/Root"]["/Lang"] == "fr"


def test_what_is_kept_of_certificates_is_bounded_in_bytes(world, monkeypatch):
    """A bundle may have 64 MiB, and its certificate holds it whole."""
    verifier = Verifier(world.trust, lambda _: world.access(), now=lambda: world.now)
    certificates = issuing.Certificates(verifier, world.trust, world.access().content, world.shelf)
    for most, kept in ((1, 0), (issuing.KEPT_MAX_BYTES, 1)):
        monkeypatch.setattr(issuing, "KEPT_MAX_BYTES", most)
        certificates.certificate(world.bag, world.brand, "https://id.example", Language.EN)

        assert kept == len(certificates._kept)


def test_a_piece_in_stock_says_that_it_was_not_sold(client, world):
    """A caution is printed as one."""
    said = text_of(client.get(path_of(world.stock)).data)

    assert "Registered, not yet sold" in said
    assert "With the house, not yet sold" in said


@pytest.mark.parametrize(
    ("answer", "status"),
    [(Answer.STOLEN, 409), (Answer.REVOKED, 409), (Answer.CANNOT_VERIFY, 503), (Answer.NOT_GENUINE, 409)],
)
def test_no_certificate_of_a_record_that_does_not_stand_clear(answer, status):
    """A page says why; the bundle is not even asked for."""
    site = some_site(answer)
    shelf = Shelf(None)
    found = Browser(site.app(bundles=shelf).test_client(), site.host).get(path_of(site.item))

    assert found.status_code == status
    assert found.mimetype == "text/html"


def test_a_theft_that_is_not_final_yet_stops_the_certificate(world, client):
    """The bundle of the final block knows nothing of it: the record of this minute does."""
    world.registry.report(world.stock, EntryKind.REPORTED_STOLEN)
    refused = client.get(path_of(world.stock))

    assert refused.status_code == 409
    assert "There is no certificate: Reported stolen" in refused.get_data(as_text=True)


def test_a_node_that_is_away_is_said_so(world, client):
    """Nothing against the piece, and nothing half made."""
    world.shelf.reachable = False
    refused = client.get(path_of(world.bag))
    world.shelf.reachable = True

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert "No certificate right now" in refused.get_data(as_text=True)


def test_certificates_are_made_a_few_at_a_time(world):
    """Each asks the node anew, whatever is kept. A crowd is sent away before that, and leaves threads for others."""
    verifier = Verifier(world.trust, lambda _: world.access(), now=lambda: world.now)
    done, asked = threading.Event(), []

    class SlowVerifier:
        def verify_item(self, item, policy):
            asked.append(item)
            done.wait(20)
            return verifier.verify_item(item, policy)

    certificates = issuing.Certificates(SlowVerifier(), world.trust, world.access().content, world.shelf)
    wanted = [(world.bag, Language.EN), (world.bag, Language.FR), (world.bag, Language.EN)]
    assert len(wanted) == issuing.MAKING_MAX + issuing.WAITING_MAX

    def ask(item, language):
        return certificates.certificate(item, world.brand, "https://id.example", language)

    threads = [threading.Thread(target=ask, args=want) for want in wanted]
    for thread in threads:
        thread.start()
    while not (certificates._places.is_full and len(asked) == issuing.MAKING_MAX):
        assert any(thread.is_alive() for thread in threads)
    try:
        with pytest.raises(BusyError, match="too many certificates"):
            ask(world.bag, Language.FR)
        assert len(asked) == issuing.MAKING_MAX
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert len(certificates._kept) == 2
    assert ask(world.bag, Language.EN).startswith(b"%PDF")


def test_a_site_without_the_extra_says_so(client, world, monkeypatch):
    """The package is optional; its absence is a 503 for one page, never a 500."""
    monkeypatch.setattr(typesetting, "_PACKAGE", "typst_that_is_not_installed")
    world.settle()  # another block, so that nothing is kept from before
    refused = client.get(path_of(world.bag))

    assert refused.status_code == 503
    assert "No certificate right now" in refused.get_data(as_text=True)
    with pytest.raises(typesetting.TypesettingUnavailableError, match=r"assay\[certificate\]"):
        typesetting.set_certificate(None, b"", "en")


@pytest.mark.parametrize("path", ["/certificates/1/0x0/7.pdf", "/proof/nothing", "/proof/eip155:1/erc721:0x0/1"])
def test_what_is_no_piece_of_this_house_is_not_there(client, path):
    """404, whatever the spelling."""
    assert client.get(path).status_code == 404


def test_the_proof_page_offers_everything_and_names_no_label(client, world):
    """Certificate, bundle, the page, the tool; a form for the holder; never the serial."""
    page = client.get(f"/proof/{world.bag}").get_data(as_text=True)

    for href in (path_of(world.bag), f"/bundles/{world.bag.chain_id}/", "/portable", "/openings"):
        assert href in page
    assert f"assay verify {world.bag} --node URL" in page
    assert world.serials[world.bag.token_id] not in page
