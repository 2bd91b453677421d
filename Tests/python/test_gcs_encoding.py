"""Objects that are stored with `Content-Encoding: gzip`: they arrive as they are stored, and are written decoded, as
Google's own client writes them."""

import gzip

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from harness import python_modelkit
from harness.fault_world import FINE, put_asset, put_folder, seen_of
from harness.gcs_fault_server import GCSFaultServer
from harness.gcs_servers import fake_gcs_server
from harness.s3_messages import BUCKET, PREFIX
from harness.s3_world import MIB, S3World, large
from harness.store import sha256
from harness.trees import STAGING, digests, visible
from harness.workspace import error_text

ENCODED = [("Content-Encoding", "gzip"), ("x-goog-stored-content-encoding", "gzip")]
NAME = "nlp/encoded"
TEXT = b"a text that is worth compressing\n" * 5000
STORED = gzip.compress(TEXT, mtime=0)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with fake_gcs_server(tmp_path_factory.mktemp("gcs")) as server:
        world = S3World(server, server.make_bucket("assets"))
        world.push("nlp/file:1.0", TEXT)
        world.push("nlp/large:1.0", large(48 * MIB))
        world.push("nlp/folder:1.0", {"some/text.txt": TEXT, "some/bytes": b"\0\1\2", "nothing": b""})
        bucket = server.client().bucket("assets")
        for blob in list(bucket.list_blobs()):
            if not blob.name.endswith("bytes"):
                store_encoded(bucket, blob)
        yield world


def store_encoded(bucket, blob):
    encoded = bucket.blob(blob.name)
    encoded.content_encoding = "gzip"
    # Without compression, so that the large one is still more than a part.
    encoded.upload_from_string(gzip.compress(blob.download_as_bytes(), compresslevel=0))


PINS = ["nlp/file:1.0", "nlp/large:1.0", "nlp/folder:1.0"]


def test_what_is_stored_encoded_is_written_decoded_where_python_modelkit_finds_it(workspace, world):
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **world.environment}
    workspace.resolve(*PINS).succeeded()
    assert digests(workspace.assets) == world.digests(*PINS)
    for pin in PINS:
        assert python_modelkit.fetch_with(world.provider(), pin, workspace.assets)["from_cache"] is True


def test_python_modelkit_writes_the_same(workspace, world):
    for pin in PINS:
        python_modelkit.fetch_with(world.provider(), pin, workspace.assets)
    assert digests(workspace.assets) == world.digests(*PINS)


@pytest.fixture
def server():
    with GCSFaultServer() as server:
        put_asset(server, FINE, b"fine\n")
        yield server
    assert server.mistakes == []


@pytest.fixture
def shelf(workspace, server):
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
    return workspace


def put_encoded(server, stored):
    put_asset(server, NAME, stored, headers=ENCODED)


def google_client_decodes(server):
    client = storage.Client(
        project="tests", credentials=AnonymousCredentials(), client_options={"api_endpoint": server.endpoint}
    )
    return client.bucket(BUCKET).blob(f"{PREFIX}/{NAME}/1.0").download_as_bytes()


DECODED = {
    "a file": STORED,
    "two files, one after the other": gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]),
    "a file and something after it": STORED + b"not gzip",
    "a file and zeros after it": STORED + bytes(512),
}


@pytest.mark.parametrize("case", DECODED)
def test_decoded_as_google_s_client_does(shelf, server, case):
    put_encoded(server, DECODED[case])
    shelf.resolve(f"{NAME}:1.0").succeeded()
    assert visible(digests(shelf.assets))[f"{NAME}/1.0"] == sha256(TEXT)
    assert google_client_decodes(server) == TEXT


UNDECODABLE = {
    "a text": TEXT,
    "a file cut short": STORED[:-20],
    "a file with damage": STORED[:200] + bytes(20) + STORED[220:],
    "a file with another checksum": STORED[:-8] + bytes(4) + STORED[-4:],
}


@pytest.mark.parametrize("case", UNDECODABLE)
def test_what_cannot_be_decoded_is_not_written(shelf, server, case):
    put_encoded(server, UNDECODABLE[case])
    finished = shelf.resolve(f"{NAME}:1.0", f"{FINE}:1.0").failed(6)
    text = error_text(finished.report)
    assert f"cannot decode `gs://assets/modelkit-assets/{NAME}/1.0`" in text and "Content-Encoding" in text, text
    assert set(visible(digests(shelf.assets))) == set(seen_of(FINE))


def test_what_a_proxy_decoded_is_refused(shelf, server):
    put_asset(server, NAME, TEXT, headers=ENCODED[1:])
    finished = shelf.resolve(f"{NAME}:1.0", f"{FINE}:1.0").failed(8)
    assert "arrived decoded" in str(finished)
    assert set(visible(digests(shelf.assets))) == set(seen_of(FINE))


def test_versions_and_meta_are_decoded_too(shelf, server):
    put_folder(server, NAME, {"part": b"a part\n"})
    for key in (f"{PREFIX}/{NAME}.versions", f"{PREFIX}/{NAME}/1.0.meta"):
        server.put(key, gzip.compress(server.objects[key].content), headers=ENCODED)
    shelf.resolve(f"{NAME}:1.0").succeeded()
    assert (shelf.assets / NAME / "1.0/part").read_bytes() == b"a part\n"


def test_versions_that_become_too_much_when_decoded_are_refused(shelf, server):
    put_asset(server, NAME, b"")
    server.put(f"{PREFIX}/{NAME}.versions", gzip.compress(b" " * (64 * MIB)), headers=ENCODED)
    assert "decodes to more than" in error_text(shelf.resolve(f"{NAME}:1").failed(5).report)


def test_a_run_that_is_killed_while_it_decodes_is_gone_on_from(shelf, server):
    # More than one part, so that the journal has what arrived before it is decoded.
    content = large(40 * MIB) + bytes(512 * MIB)
    put_encoded(server, gzip.compress(content[: 40 * MIB], compresslevel=0) + gzip.compress(content[40 * MIB :]))
    decoded = shelf.assets / STAGING / "staging" / NAME / "@1.0/content"
    running = shelf.tool.start("resolve", shelf.spec(f"{NAME}:1.0"), "--format", "json")
    running.until(lambda: decoded.exists() and decoded.stat().st_size > MIB, "it decoded")
    running.process.kill()
    running.wait()
    assert decoded.stat().st_size < len(content), "it was killed too late"
    report = shelf.resolve(f"{NAME}:1.0").succeeded().report
    assert report["totals"]["downloaded_bytes"] == 0
    assert (shelf.assets / NAME / "1.0").read_bytes() == content
