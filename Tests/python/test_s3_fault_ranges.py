"""What goes wrong with one range of several: the object is whole or not there, and never mixed."""

import pytest

from harness.fault_world import FINE, LARGE, LARGE_CONTENT, SLOW_DOWN, assert_overcome, data, put_asset, seen_of
from harness.faults import (
    answers,
    corrupted,
    cut_after,
    reset_before_the_header,
    stall_after,
    status_200,
    whole_object,
    with_headers,
)
from harness.s3_messages import PREFIX
from harness.s3_world import MIB
from harness.store import sha256
from harness.trees import digests, visible

PASSING_RANGES = {
    "a reset before the header": reset_before_the_header,
    "an end in the first bytes": cut_after(10),
    "an end at a power of two": cut_after(MIB),
    "a reset in the middle": cut_after(3 * MIB + 1, reset=True),
    "an end before the last byte": cut_after(4 * MIB - 1),
    "500": answers(500, "InternalError"),
    "503 SlowDown": SLOW_DOWN,
    "half of it and nothing more": stall_after(2 * MIB),
    "the range, but 200": status_200,
    "a wrong Content-Range": with_headers(content_range=f"bytes 0-{16 * MIB - 1}/{20 * MIB}"),
    "a Content-Range of another object": with_headers(content_range=f"bytes {16 * MIB}-{20 * MIB - 1}/99999999"),
    "no Content-Range": with_headers(content_range=None),
    "the whole object": whole_object,
    "a wrong byte": corrupted,
    "another ETag": with_headers(etag='"00000000000000000000000000000000"'),
}


@pytest.mark.parametrize("case", PASSING_RANGES)
def test_an_object_in_ranges_is_whole_or_not_there_after_a_range_with(fault_shelf, fault_server, case):
    fault_server.on(data(LARGE), PASSING_RANGES[case], times=1, skip=1)
    finished = fault_shelf.resolve(f"{LARGE}:1.0", f"{FINE}:1.0")
    assert fault_server.rules[0].times == 0, "the fault never came"
    strange = PASSING_RANGES[case] in (corrupted, whole_object) or "Content-Range" in case or "ETag" in case
    assert finished.status in ((0, 5, 6, 8) if strange else (0,)), str(finished)
    assert visible(digests(fault_shelf.assets)) == seen_of(*([LARGE] if finished.status == 0 else []), FINE)


def test_an_object_that_changes_between_its_ranges_is_never_mixed(fault_shelf, fault_server):
    changed = bytes(reversed(LARGE_CONTENT))

    def changes(exchange):
        put_asset(fault_server, LARGE, changed)
        return exchange.normal()

    fault_server.on(data(LARGE), changes, times=1, skip=1)
    finished = fault_shelf.resolve(f"{LARGE}:1.0")
    whole = {sha256(LARGE_CONTENT), sha256(changed)}
    there = visible(digests(fault_shelf.assets)).get(f"{LARGE}/1.0")
    assert there in whole if finished.status == 0 else there is None, str(finished)
    assert finished.status in (0, 5, 6, 8)


def test_every_range_is_pinned_to_one_etag(fault_shelf, fault_server):
    assert_overcome(fault_shelf, LARGE)
    ranges = [request for request in fault_server.seen(data(LARGE)) if "range" in request.headers]
    assert len(ranges) >= 2
    etag = fault_server.objects[f"{PREFIX}/{LARGE}/1.0"].etag
    assert {request.headers.get("if-match") for request in ranges[1:]} == {etag}
