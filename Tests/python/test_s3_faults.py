"""What goes wrong between the program and a store: it is overcome, or the right error, and never a wrong byte.

Each table is the specification: a fault, and what must come of it.
"""

from typing import NamedTuple

import pytest

from harness.fault_world import SLOW_DOWN, SMALL, assert_failed, assert_overcome, data
from harness.faults import (
    answers,
    corrupted,
    cut_after,
    endless_headers,
    length_off_by,
    page_of_html,
    reset_after_the_header,
    reset_before_the_header,
    reset_in_the_header,
    stall_after,
)
from harness.s3_messages import Response
from harness.workspace import error_text

# A time that is not now.
THEN = ("Date", "Fri, 01 Mar 2024 12:00:00 GMT")
SKEWED = answers(403, "RequestTimeTooSkewed", "The difference is too large.", [THEN])

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
    "a wrong byte, once": (corrupted, 1),
}


@pytest.mark.parametrize("case", PASSING)
def test_an_object_arrives_after(fault_shelf, fault_server, case):
    fault, times = PASSING[case]
    fault_server.on(data(SMALL), fault, times=times)
    assert_overcome(fault_shelf, SMALL)
    assert len(fault_server.seen(data(SMALL))) == times + 1


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
    "an HTML page with 403": (page_of_html(403), Expected((8,), ["HTML page", "403", "small/asset/1.0"])),
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
def test_the_run_says_what_is_wrong_with(fault_shelf, fault_server, case):
    fault, expected = LASTING[case]
    fault_server.on(data(SMALL), fault)
    finished = assert_failed(fault_shelf, SMALL, expected.statuses, expected.words)
    if finished.status == 4:
        assert "not found" not in error_text(finished.report).lower()


def test_a_denied_object_is_asked_for_once(fault_shelf, fault_server):
    fault_server.on(data(SMALL), answers(403, "AccessDenied", "Access Denied"))
    assert_failed(fault_shelf, SMALL, (4,), [])
    assert len(fault_server.seen(data(SMALL))) == 1


# What a proxy or a gateway in front of the store answers, and what is told of it.
PAGES = {
    "a page": (b"<!DOCTYPE html><html><head><title>Blocked by ACME</title></head></html>", '"Blocked by ACME" (status 403)'),
    "a page without a title": (b"<html><body><h1>Forbidden</h1></body></html>", '"Forbidden" (status 403)'),
    "a line of text": (b"Blocked by ACME proxy", '"Blocked by ACME proxy" (status 403)'),
}


@pytest.mark.parametrize("case", PAGES)
def test_a_page_of_whoever_is_in_front_of_the_store_is_not_s3_s_refusal(fault_shelf, fault_server, case):
    body, words = PAGES[case]
    fault_server.on(lambda request: True, lambda exchange: Response(403, body, (("Content-Type", "text/html"),)))
    finished = fault_shelf.tool.run("resolve", fault_shelf.spec(f"{SMALL}:1.0")).failed(8)
    text = finished.stderr
    assert "the response is an HTML page, not the store's" in text
    assert f"the page says: {words}" in text
    assert f"endpoint: {fault_server.endpoint} (environment variable S3_ENDPOINT)" in text
    assert "a proxy, gateway or login page answered in place of the store" in text
    assert [word for word in ("grant", "s3:", "AKIA", "denied") if word in text.replace("s3://", "")] == []


def test_check_tells_of_the_page_once(fault_shelf, fault_server):
    page = PAGES["a page"][0]
    fault_server.on(lambda request: True, lambda exchange: Response(403, page, (("Content-Type", "text/html"),)))
    finished = fault_shelf.tool.run("check", fault_shelf.spec(f"{SMALL}:1.0")).failed(8)
    assert finished.stdout.count("Blocked by ACME") == 1
    assert finished.stdout.endswith("1 failed, 1 unproven\n")
