"""What goes wrong between the program and a store: it is overcome, or the right error, and never a wrong byte.

Each table is the specification: a fault, and what must come of it.
"""

import base64
import json
import zlib
from typing import NamedTuple

import pytest

from harness.fault_server import (
    PREFIX,
    FaultServer,
    answers,
    corrupted,
    cut_after,
    endless_headers,
    endless_xml,
    gets,
    length_off_by,
    lists,
    page_of_html,
    reset_after_the_header,
    reset_before_the_header,
    reset_in_the_header,
    same_token_again,
    stall_after,
    status_200,
    truncated_without_a_token,
    truncated_xml,
    whole_object,
    with_headers,
)
from harness.s3_world import MIB, large
from harness.store import sha256
from harness.trees import digests, visible
from harness.workspace import error_text, outcomes

# The time-out of the program for a fault that does not pass, in seconds.
BUDGET = "3"
FINE, SMALL, LARGE = "fine/asset", "small/asset", "large/asset"
SMALL_CONTENT = b"0123456789abcdef" * 64
LARGE_CONTENT = large(20 * MIB)
CONTENTS = {FINE: b"fine\n", SMALL: SMALL_CONTENT, LARGE: LARGE_CONTENT}
NO_DIGEST = '"opaque-1"'


@pytest.fixture
def server():
    with FaultServer() as server:
        for name, content in CONTENTS.items():
            put_asset(server, name, content)
        yield server
    assert server.mistakes == []


@pytest.fixture
def shelf(workspace, server):
    workspace.tool.environment = {
        "MODELKIT_ASSETS_DIR": workspace.assets,
        "MODELKIT_STORAGE_TIMEOUT_S": BUDGET,
        **server.environment,
    }
    return workspace


def put_asset(server, name, content, **options):
    meta = {"push_date": "2024-03-01T12:00:00+00:00", "is_directory": False}
    server.put(f"{PREFIX}/{name}.versions", json.dumps({"versions": ["1.0"]}).encode())
    server.put(f"{PREFIX}/{name}/1.0.meta", json.dumps(meta).encode())
    server.put(f"{PREFIX}/{name}/1.0", content, **options)


def data(name):
    return gets(f"{name}/1.0")


def seen_of(*names):
    """What stands visible in the assets directory that holds these."""
    files = {f"{name}/1.0": sha256(CONTENTS[name]) for name in names}
    return {**files, **{f"{name}/.1.0.SUCCESS": sha256(b"") for name in names}}


def assert_overcome(shelf, name):
    finished = shelf.resolve(f"{name}:1.0", f"{FINE}:1.0").succeeded()
    assert visible(digests(shelf.assets)) == seen_of(name, FINE)
    return finished


def assert_failed(shelf, name, statuses, words):
    """This one alone fails: nothing of it is visible, and the other is whole."""
    finished = shelf.resolve(f"{name}:1.0", f"{FINE}:1.0")
    assert finished.status in statuses, str(finished)
    assert visible(digests(shelf.assets)) == seen_of(FINE), str(finished)
    assert outcomes(finished.report)[f"{FINE}:1.0"] == "fetched"
    text = error_text(finished.report).lower()
    assert [word for word in words if word.lower() not in text] == [], str(finished)
    return finished


SLOW_DOWN = answers(503, "SlowDown", "Please reduce your request rate.")
SKEWED = answers(403, "RequestTimeTooSkewed", "The difference is too large.", [("Date", "Mon, 23 Nov 2026 23:59:59 GMT")])

# Fault, how often it comes: each passes, and so must be overcome with as many requests more.
PASSING = {
    "500": (answers(500, "InternalError"), 2),
    "503 without Retry-After": (answers(503, "ServiceUnavailable"), 2),
    "503 with Retry-After": (answers(503, "ServiceUnavailable", headers=[("Retry-After", "1")]), 1),
    "503 SlowDown": (SLOW_DOWN, 2),
    "429": (answers(429, "TooManyRequests"), 1),
    "400 RequestTimeout": (answers(400, "RequestTimeout"), 1),
    "an HTML page with 502": (page_of_html(502), 1),
    "a reset before the header": (reset_before_the_header, 2),
    "a reset in the header": (reset_in_the_header, 1),
    "a reset after the header": (reset_after_the_header, 1),
    "an end before the body": (cut_after(0), 1),
    "an end after a byte": (cut_after(1), 1),
    "an end in the middle": (cut_after(500), 1),
    "an end before the last byte": (cut_after(1023), 1),
    "a reset in the middle": (cut_after(500, reset=True), 1),
    "no header for ever": (stall_after(None), 1),
    "a header and nothing more": (stall_after(0), 1),
    "half the body and nothing more": (stall_after(500), 1),
    "a Content-Length too long": (length_off_by(7), 1),
    "a Content-Length too short": (length_off_by(-7), 1),
    "a wrong clock, once": (SKEWED, 1),
}


@pytest.mark.parametrize("case", PASSING)
def test_an_object_arrives_after(shelf, server, case):
    fault, times = PASSING[case]
    server.on(data(SMALL), fault, times=times)
    assert_overcome(shelf, SMALL)
    assert len(server.seen(data(SMALL))) == times + 1


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
def test_an_object_in_ranges_is_whole_or_not_there_after_a_range_with(shelf, server, case):
    server.on(lambda request: data(LARGE)(request) and "range" in request.headers, PASSING_RANGES[case], times=1, skip=1)
    finished = shelf.resolve(f"{LARGE}:1.0", f"{FINE}:1.0")
    assert server.rules[0].times == 0, "the fault never came"
    strange = PASSING_RANGES[case] in (corrupted, whole_object) or "Content-Range" in case or "ETag" in case
    assert finished.status in ((0, 5, 6, 8) if strange else (0,)), str(finished)
    assert visible(digests(shelf.assets)) == seen_of(*([LARGE] if finished.status == 0 else []), FINE)


def test_an_object_that_changes_between_its_ranges_is_never_mixed(shelf, server):
    changed = bytes(reversed(LARGE_CONTENT))

    def changes(exchange):
        put_asset(server, LARGE, changed)
        return exchange.normal()

    server.on(data(LARGE), changes, times=1, skip=1)
    finished = shelf.resolve(f"{LARGE}:1.0")
    whole = {sha256(LARGE_CONTENT), sha256(changed)}
    there = visible(digests(shelf.assets)).get(f"{LARGE}/1.0")
    assert there in whole if finished.status == 0 else there is None, str(finished)
    assert finished.status in (0, 5, 6, 8)


def test_every_range_is_pinned_to_one_etag(shelf, server):
    assert_overcome(shelf, LARGE)
    ranges = [request for request in server.seen(data(LARGE)) if "range" in request.headers]
    assert len(ranges) >= 2
    assert {request.headers.get("if-match") for request in ranges[1:]} == {server.objects[f"{PREFIX}/{LARGE}/1.0"].etag}


class Expected(NamedTuple):
    statuses: tuple
    words: tuple = ()


# Fault that stays, and what is said of it.
LASTING = {
    "500": (answers(500, "InternalError"), Expected((8,), ["small/asset/1.0", "500"])),
    "503 SlowDown": (SLOW_DOWN, Expected((8,), ["SlowDown"])),
    "a reset before the header": (reset_before_the_header, Expected((8,), ["small/asset/1.0"])),
    "a reset in the middle": (cut_after(0, reset=True), Expected((8,), ["small/asset/1.0"])),
    "an end before the body": (cut_after(0), Expected((8,), ["small/asset/1.0"])),
    "nothing for ever": (stall_after(None), Expected((8,), ["small/asset/1.0"])),
    "a Content-Length too long": (length_off_by(7), Expected((6, 8), ["small/asset/1.0"])),
    "a Content-Length too short": (length_off_by(-7), Expected((6, 8), ["small/asset/1.0"])),
    "a wrong byte": (corrupted, Expected((6,), ["small/asset/1.0", "MD5"])),
    "an HTML page with 200": (page_of_html(200), Expected((5, 6, 8), ["small/asset/1.0"])),
    "an HTML page with 403": (page_of_html(403), Expected((4,), ["403", "AKIAFAULT00000000000"])),
    "endless headers": (endless_headers, Expected((8,), ["small/asset/1.0"])),
    "access denied": (
        answers(403, "AccessDenied", "Access Denied"),
        Expected((4,), ["AccessDenied", "small/asset/1.0", "AKIAFAULT00000000000"]),
    ),
    "a key that denies": (
        answers(403, "AccessDenied", "User is not authorized to perform: kms:Decrypt on this resource"),
        Expected((4,), ["kms:Decrypt", "small/asset/1.0"]),
    ),
    "an expired token with 400": (answers(400, "ExpiredToken", "The provided token has expired."),
                                  Expected((4,), ["ExpiredToken"])),
    "an expired token with 403": (answers(403, "ExpiredToken", "The provided token has expired."),
                                  Expected((4,), ["ExpiredToken"])),
    "a wrong clock": (SKEWED, Expected((4,), ["clock"])),
    "404": (answers(404, "NoSuchKey"), Expected((5,), ["small/asset/1.0"])),
}  # fmt: skip


@pytest.mark.parametrize("case", LASTING)
def test_the_run_says_what_is_wrong_with(shelf, server, case):
    fault, expected = LASTING[case]
    server.on(data(SMALL), fault)
    finished = assert_failed(shelf, SMALL, expected.statuses, expected.words)
    if finished.status == 4:
        assert "not found" not in error_text(finished.report).lower()


def test_a_denied_object_is_asked_for_once(shelf, server):
    server.on(data(SMALL), answers(403, "AccessDenied", "Access Denied"))
    assert_failed(shelf, SMALL, (4,), [])
    assert len(server.seen(data(SMALL))) == 1


CHECKSUMS = {
    "the CRC32 of the whole": [("x-amz-checksum-crc32", base64.b64encode(zlib.crc32(SMALL_CONTENT).to_bytes(4, "big")))],
    "the SHA-256 of the whole": [("x-amz-checksum-sha256", base64.b64encode(bytes.fromhex(sha256(SMALL_CONTENT))))],
}


@pytest.mark.parametrize("case", CHECKSUMS)
@pytest.mark.parametrize("damaged", [False, True], ids=["whole", "damaged"])
def test_where_the_etag_is_no_digest_a_wrong_byte_shows_in(shelf, server, case, damaged):
    headers = [(name, value.decode()) for name, value in CHECKSUMS[case]]
    put_asset(server, SMALL, SMALL_CONTENT, etag=NO_DIGEST, headers=[*headers, ("x-amz-checksum-type", "FULL_OBJECT")])
    if not damaged:
        assert_overcome(shelf, SMALL)
        return
    server.on(data(SMALL), corrupted)
    assert_failed(shelf, SMALL, (6,), ["small/asset/1.0"])


def test_a_checksum_of_checksums_is_not_held_against_the_bytes(shelf, server):
    put_asset(server, SMALL, SMALL_CONTENT, etag='"9b2cf535f27731c974343645a3985328-3"',
              headers=[("x-amz-checksum-crc32", "AAAAAA==-3"), ("x-amz-checksum-type", "COMPOSITE")])  # fmt: skip
    assert_overcome(shelf, SMALL)


def test_without_any_digest_of_the_store_the_one_of_the_spec_decides(shelf, server):
    put_asset(server, SMALL, SMALL_CONTENT, etag=NO_DIGEST)
    server.on(data(SMALL), corrupted)
    entry = {"name": SMALL, "version": "1.0", "sha256": sha256(SMALL_CONTENT)}
    finished = shelf.resolve(entry).failed(6)
    assert visible(digests(shelf.assets)) == {}, str(finished)


ELSEWHERE = "eu-west-3"
NOT_FOLLOWED = "http://127.0.0.1:9/followed"
HEADER = [("x-amz-bucket-region", ELSEWHERE)]
REGION_ANSWERS = {
    "301 with the header": answers(301, "PermanentRedirect", headers=[*HEADER, ("Location", NOT_FOLLOWED)]),
    "301 with the region in its body": answers(301, "PermanentRedirect", more=f"<Region>{ELSEWHERE}</Region>"),
    "307 with the header": answers(307, "TemporaryRedirect", headers=[*HEADER, ("Location", NOT_FOLLOWED)]),
    "400 with the region in its body": answers(
        400, "AuthorizationHeaderMalformed", "the region is wrong", more=f"<Region>{ELSEWHERE}</Region>"
    ),
    "400 with the header": answers(400, "AuthorizationHeaderMalformed", "the region is wrong", headers=HEADER),
}


@pytest.mark.parametrize("case", REGION_ANSWERS)
def test_another_region_is_signed_for_after(shelf, server, case):
    server.on(lambda request: request.signed_by[1] != ELSEWHERE, REGION_ANSWERS[case])
    assert_overcome(shelf, SMALL)
    assert {request.signed_by[1] for request in server.seen(data(SMALL))} == {ELSEWHERE}


def test_a_redirect_that_names_no_region_is_not_followed(shelf, server):
    server.on(lambda request: True, answers(301, "PermanentRedirect", headers=[("Location", NOT_FOLLOWED)]))
    finished = shelf.resolve(f"{SMALL}:1.0")
    assert finished.status in (3, 4, 8), str(finished)
    assert "PermanentRedirect" in error_text(finished.report)
    assert visible(digests(shelf.assets)) == {}


# Fault of a listing, how often it comes, and what must come of `list`.
LISTINGS = {
    "503 once": (SLOW_DOWN, 1, 0),
    "a reset once": (reset_before_the_header, 1, 0),
    "XML cut short once": (truncated_xml, 1, 0),
    "an error with 200 once": (answers(200, "InternalError"), 1, 0),
    "XML cut short": (truncated_xml, None, 8),
    "an error with 200": (answers(200, "InternalError"), None, 8),
    "an HTML page with 200": (page_of_html(200), None, 8),
    "endless XML": (endless_xml, None, 8),
    "endless headers": (endless_headers, None, 8),
    "the same token again": (same_token_again, None, 8),
    "no token although there is more": (truncated_without_a_token, None, 8),
    "access denied": (answers(403, "AccessDenied", "Access Denied"), None, 4),
}


@pytest.mark.parametrize("case", LISTINGS)
def test_a_listing_is_whole_or_an_error_after(shelf, server, case):
    fault, times, status = LISTINGS[case]
    server.on(lists, fault, times=times)
    finished = shelf.tool.run("list")
    assert finished.status == status, str(finished)
    assert [name for name in CONTENTS if (name in finished.stdout) is not (status == 0)] == [], str(finished)


@pytest.mark.parametrize("encodes", [True, False], ids=["encoded", "plain"])
@pytest.mark.parametrize("page", [1, 2, 1000])
def test_a_listing_in_pages_is_whole(shelf, server, encodes, page):
    server.page, server.encodes = page, encodes
    text = shelf.tool.run("list").succeeded().stdout
    assert [name for name in CONTENTS if name not in text] == []


def test_every_request_is_signed_and_botocore_agrees(shelf, server):
    assert_overcome(shelf, LARGE)
    assert [request for request in server.requests if request.signed_by is None or server.refusal(request)] == []


def test_a_wrong_signature_is_refused_by_this_server_too(shelf, server):
    finished = shelf.resolve(f"{SMALL}:1.0", environment={"AWS_SECRET_ACCESS_KEY": "another"}).failed(4)
    assert "SignatureDoesNotMatch" in error_text(finished.report)
