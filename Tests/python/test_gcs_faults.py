"""What goes wrong with Google Cloud Storage: it is overcome, or the right error, and never a wrong byte.

Each table is the specification: a fault, and what must come of it. See `test_s3_faults`.
"""

import json
from typing import NamedTuple

import pytest

from harness.fault_world import BUDGET, CONTENTS, FINE, LARGE, SMALL, assert_failed, assert_overcome, data, seen_of
from harness.faults import (
    corrupted,
    cut_after,
    endless_headers,
    length_off_by,
    lists,
    page_of_html,
    reset_after_the_header,
    reset_before_the_header,
    reset_in_the_header,
    stall_after,
    status_200,
    with_headers,
)
from harness.gcs_fault_server import GCSFaultServer, document, fault
from harness.s3_messages import PREFIX, Response
from harness.s3_world import MIB
from harness.trees import digests, visible
from harness.workspace import error_text


@pytest.fixture
def server():
    with GCSFaultServer() as server:
        for name, content in CONTENTS.items():
            put_asset(server, name, content)
        yield server
    assert server.mistakes == []


@pytest.fixture
def shelf(workspace, server):
    settings = {"MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": BUDGET}
    workspace.tool.environment = settings | server.environment
    return workspace


def put_asset(server, name, content):
    meta = {"push_date": "2024-03-01T12:00:00+00:00", "is_directory": False}
    server.put(f"{PREFIX}/{name}.versions", json.dumps({"versions": ["1.0"]}).encode())
    server.put(f"{PREFIX}/{name}/1.0.meta", json.dumps(meta).encode())
    server.put(f"{PREFIX}/{name}/1.0", content)


def says(status, reason, message="as the test asks", headers=()):
    """Text for an object's content, JSON for the rest."""

    def answer(exchange):
        response = fault(status, reason, message, is_media=exchange.request.query.get("alt") == "media")
        return Response(response.status, response.body, (*response.headers, *headers))

    return answer


# Fault, how often it comes: each passes, and so must be overcome with as many requests more.
PASSING = {
    "500": (says(500, "backendError"), 2),
    "503 without Retry-After": (says(503, "backendError"), 2),
    "503 with Retry-After": (says(503, "backendError", headers=[("Retry-After", "1")]), 1),
    "429": (says(429, "rateLimitExceeded"), 2),
    "408": (says(408, "requestTimeout"), 1),
    "an HTML page with 502": (page_of_html(502), 1),
    "a reset before the header": (reset_before_the_header, 2),
    "a reset in the header": (reset_in_the_header, 1),
    "a reset after the header": (reset_after_the_header, 1),
    "an end in the middle": (cut_after(500), 1),
    "an end before the last byte": (cut_after(1023), 1),
    "no header for ever": (stall_after(None), 1),
    "half the body and nothing more": (stall_after(500), 1),
    "a Content-Length too long": (length_off_by(7), 1),
    "a Content-Length too short": (length_off_by(-7), 1),
    "a wrong byte, once": (corrupted, 1),
}


@pytest.mark.parametrize("case", PASSING)
def test_an_object_arrives_after(shelf, server, case):
    trouble, times = PASSING[case]
    server.on(data(SMALL), trouble, times=times)
    assert_overcome(shelf, SMALL)
    assert len(server.seen(data(SMALL))) == times + 1


PASSING_RANGES = {
    "a reset before the header": reset_before_the_header,
    "an end in the first bytes": cut_after(10),
    "a reset in the middle": cut_after(3 * MIB + 1, reset=True),
    "500": says(500, "backendError"),
    "half of it and nothing more": stall_after(2 * MIB),
    "the range, but 200": status_200,
    "a wrong Content-Range": with_headers(content_range=f"bytes 0-{16 * MIB - 1}/{20 * MIB}"),
    "no Content-Range": with_headers(content_range=None),
}


@pytest.mark.parametrize("case", PASSING_RANGES)
def test_an_object_in_ranges_is_whole_or_not_there_after_a_range_with(shelf, server, case):
    server.on(data(LARGE), PASSING_RANGES[case], times=1, skip=1)
    finished = shelf.resolve(f"{LARGE}:1.0", f"{FINE}:1.0")
    assert server.rules[0].times == 0, "the fault never came"
    assert finished.status in ((0, 8) if "Content-Range" in case else (0,)), str(finished)
    assert visible(digests(shelf.assets)) == seen_of(*([LARGE] if finished.status == 0 else []), FINE)


def test_every_range_is_pinned_to_one_generation(shelf, server):
    assert_overcome(shelf, LARGE)
    ranges = [request for request in server.seen(data(LARGE)) if "range" in request.headers]
    assert len(ranges) >= 2
    generation = str(server.objects[f"{PREFIX}/{LARGE}/1.0"].generation)
    assert {request.query.get("generation") for request in ranges[1:]} == {generation}


def test_an_object_that_changes_between_its_ranges_is_never_mixed(shelf, server):
    def changes(exchange):
        put_asset(server, LARGE, bytes(reversed(CONTENTS[LARGE])))
        return exchange.normal()

    server.on(data(LARGE), changes, times=1, skip=1)
    finished = shelf.resolve(f"{LARGE}:1.0", f"{FINE}:1.0")
    assert finished.status == 6, str(finished)
    assert visible(digests(shelf.assets)) == seen_of(FINE)


class Expected(NamedTuple):
    statuses: tuple
    words: tuple = ()


# Fault that stays, and what is said of it.
LASTING = {
    "500": (says(500, "backendError"), Expected((8,), ["small/asset/1.0", "500"])),
    "a reset before the header": (reset_before_the_header, Expected((8,), ["small/asset/1.0"])),
    "nothing for ever": (stall_after(None), Expected((8,), ["small/asset/1.0"])),
    "a wrong byte": (corrupted, Expected((6,), ["small/asset/1.0", "CRC32C"])),
    "an HTML page with 200": (page_of_html(200), Expected((5, 6, 8), ["small/asset/1.0"])),
    "an HTML page with 403": (page_of_html(403), Expected((8,), ["HTML page", "403", "small/asset/1.0"])),
    "endless headers": (endless_headers, Expected((8,), ["small/asset/1.0"])),
    "a redirect": (
        lambda exchange: Response(302, headers=(("Location", "http://127.0.0.1:9/"),)), Expected((8,), ["302"])
    ),
    "denied": (
        says(403, "forbidden", "robot@acme does not have storage.objects.get access"),
        Expected((4,), ["storage.objects.get", "small/asset/1.0", "anonymous"]),
    ),
    "not there": (says(404, "notFound", "No such object"), Expected((5,), ["small/asset/1.0"])),
}  # fmt: skip


@pytest.mark.parametrize("case", LASTING)
def test_the_run_says_what_is_wrong_with(shelf, server, case):
    trouble, expected = LASTING[case]
    server.on(data(SMALL), trouble)
    finished = assert_failed(shelf, SMALL, expected.statuses, expected.words)
    if finished.status == 4:
        assert "not found" not in error_text(finished.report).lower()


# Fault of a listing, how often it comes, and what must come of `list`.
LISTINGS = {
    "503 once": (says(503, "backendError"), 1, 0),
    "a reset once": (reset_before_the_header, 1, 0),
    "JSON cut short once": (lambda exchange: Response(200, exchange.normal().body[:-20]), 1, 0),
    "an HTML page with 200": (page_of_html(200), None, 8),
    "the same token again": (lambda exchange: document({"nextPageToken": "again"}), None, 8),
    "denied": (says(403, "forbidden", "no storage.objects.list access"), None, 4),
    "no such bucket": (says(404, "notFound", "The specified bucket does not exist."), None, 8),
}


@pytest.mark.parametrize("case", LISTINGS)
def test_a_listing_is_whole_or_an_error_after(shelf, server, case):
    trouble, times, status = LISTINGS[case]
    server.on(lists, trouble, times=times)
    finished = shelf.tool.run("list")
    assert finished.status == status, str(finished)
    assert [name for name in CONTENTS if (name in finished.stdout) is not (status == 0)] == [], str(finished)


@pytest.mark.parametrize("page", [1, 2, 1000])
def test_a_listing_in_pages_is_whole(shelf, server, page):
    server.page = page
    text = shelf.tool.run("list").succeeded().stdout
    assert [name for name in CONTENTS if name not in text] == []


WRITING = {
    "everything": (("storage.objects.create", "storage.objects.delete"), 0, "ok"),
    "no overwriting": (("storage.objects.create",), 4, "failed"),
    "nothing": ((), 4, "failed"),
    "who knows": (None, 0, "unproven"),
}


@pytest.mark.parametrize("case", WRITING)
def test_check_says_what_the_bucket_s_policy_grants(shelf, server, case):
    server.permissions, status, state = WRITING[case]
    spec = shelf.spec(f"{SMALL}:1.0")
    finished = shelf.tool.run("check", spec, "--for", "developer", "--format", "json").failed(status)
    rows = {row["name"]: row for part in finished.document["sections"] for row in part["rows"]}
    assert rows["can be written"]["state"] == state


@pytest.mark.parametrize("status", [302, 407])
def test_an_answer_of_no_store_is_not_taken_for_the_asset_s_fault(shelf, server, status):
    server.on(lambda request: request.key.endswith(".versions"), lambda exchange: Response(status))
    text = error_text(shelf.resolve(f"{SMALL}:1.0").report)
    assert str(status) in text
    assert "push the asset again" not in text
