"""What becomes of the checksum of an object that comes in parts, which only the answer to a HEAD tells."""

import base64
import zlib

import pytest

from harness.fault_world import LARGE, LARGE_CONTENT, SLOW_DOWN, assert_failed, assert_overcome, data, put_asset
from harness.faults import answers, corrupted, reset_before_the_header, stall_after
from harness.s3_messages import PREFIX, Response
from harness.store import sha256
from harness.workspace import error_text

CRC32 = base64.b64encode(zlib.crc32(LARGE_CONTENT).to_bytes(4, "big")).decode()
WARNING = "against the store's checksum"


def is_head(request):
    return request.method == "HEAD"


def put(server):
    """Under an entity tag that is no digest."""
    headers = [("x-amz-checksum-crc32", CRC32), ("x-amz-checksum-type", "FULL_OBJECT")]
    put_asset(server, LARGE, LARGE_CONTENT, etag='"opaque"', headers=headers)


PASSING = {"503": SLOW_DOWN, "500": answers(500, "InternalError"), "a reset": reset_before_the_header,
           "silence": stall_after(None)}  # fmt: skip


@pytest.mark.parametrize("case", PASSING)
def test_it_is_asked_for_again_after(fault_shelf, fault_server, case):
    put(fault_server)
    fault_server.on(is_head, PASSING[case], times=1)
    fault_server.on(data(LARGE), corrupted, skip=1, times=1)
    finished = fault_shelf.resolve(f"{LARGE}:1.0").failed(6)
    assert "CRC32" in error_text(finished.report)
    assert WARNING not in finished.stderr


@pytest.mark.parametrize("case", ["503", "a reset"])
def test_nothing_is_put_in_place_unchecked_where_a_fault_lasts(fault_shelf, fault_server, case):
    put(fault_server)
    fault_server.on(is_head, PASSING[case])
    assert_failed(fault_shelf, LARGE, (8,), ["head", "large/asset/1.0"])


# What no time mends: a gateway that lets GETs alone through, a store that does not know the question.
LASTING = {
    "403": (answers(403, "AccessDenied"), "403"),
    "405": (answers(405, "MethodNotAllowed"), "405"),
    "501": (answers(501, "NotImplemented"), "501"),
    "another entity tag": (lambda exchange: Response(200, exchange.normal().body, (("ETag", '"other"'),)), "ETag"),
}


@pytest.mark.parametrize("case", LASTING)
def test_it_is_said_that_the_object_was_not_compared_where_a_head_is_answered_with(fault_shelf, fault_server, case):
    put(fault_server)
    fault, words = LASTING[case]
    fault_server.on(is_head, fault)
    finished = assert_overcome(fault_shelf, LARGE)
    lines = [line for line in finished.stderr.splitlines() if WARNING in line]
    assert len(lines) == 1, finished.stderr
    assert words in lines[0] and f"{PREFIX}/{LARGE}/1.0" in lines[0]


def test_it_is_not_said_where_a_digest_is_recorded_elsewhere(fault_shelf, fault_server):
    put(fault_server)
    fault_server.on(is_head, answers(405, "MethodNotAllowed"))
    entry = {"name": LARGE, "version": "1.0", "sha256": sha256(LARGE_CONTENT)}
    assert WARNING not in fault_shelf.resolve(entry).succeeded().stderr
