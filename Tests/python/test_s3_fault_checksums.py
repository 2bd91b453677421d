"""Wrong bytes of the right length, and what the store or the spec says of them."""

import base64
import zlib

import pytest

from harness.fault_world import LARGE, SMALL, SMALL_CONTENT, assert_failed, assert_overcome, data, put_asset
from harness.faults import corrupted
from harness.store import sha256
from harness.trees import digests, visible
from harness.workspace import error_text

NO_DIGEST = '"opaque-1"'

CHECKSUMS = {
    "CRC32": zlib.crc32(SMALL_CONTENT).to_bytes(4, "big"),
    "SHA256": bytes.fromhex(sha256(SMALL_CONTENT)),
}


@pytest.mark.parametrize("case", CHECKSUMS)
@pytest.mark.parametrize("damaged", [False, True], ids=["whole", "damaged"])
def test_where_the_etag_is_no_digest_a_wrong_byte_shows_in(fault_shelf, fault_server, case, damaged):
    checksum = base64.b64encode(CHECKSUMS[case]).decode()
    headers = [(f"x-amz-checksum-{case.lower()}", checksum), ("x-amz-checksum-type", "FULL_OBJECT")]
    put_asset(fault_server, SMALL, SMALL_CONTENT, etag=NO_DIGEST, headers=headers)
    if not damaged:
        assert_overcome(fault_shelf, SMALL)
        return
    fault_server.on(data(SMALL), corrupted)
    assert_failed(fault_shelf, SMALL, (6,), ["small/asset/1.0"])


def test_a_checksum_of_checksums_is_not_held_against_the_bytes(fault_shelf, fault_server):
    put_asset(fault_server, SMALL, SMALL_CONTENT, etag='"9b2cf535f27731c974343645a3985328-3"',
              headers=[("x-amz-checksum-crc32", "AAAAAA==-3"), ("x-amz-checksum-type", "COMPOSITE")])  # fmt: skip
    assert_overcome(fault_shelf, SMALL)


def test_without_any_digest_of_the_store_the_one_of_the_spec_decides(fault_shelf, fault_server):
    put_asset(fault_server, SMALL, SMALL_CONTENT, etag=NO_DIGEST)
    fault_server.on(data(SMALL), corrupted)
    entry = {"name": SMALL, "version": "1.0", "sha256": sha256(SMALL_CONTENT)}
    finished = fault_shelf.resolve(entry).failed(6)
    assert visible(digests(fault_shelf.assets)) == {}, str(finished)


def test_every_request_is_signed_and_botocore_agrees(fault_shelf, fault_server):
    assert_overcome(fault_shelf, LARGE)
    assert [request for request in fault_server.requests if fault_server.refusal(request)] == []


def test_a_wrong_signature_is_refused_by_this_server_too(fault_shelf, fault_server):
    finished = fault_shelf.resolve(f"{SMALL}:1.0", environment={"AWS_SECRET_ACCESS_KEY": "another"}).failed(4)
    assert "SignatureDoesNotMatch" in error_text(finished.report)
