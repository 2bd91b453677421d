"""Wrong answers about regions, and of listings."""

import pytest

from harness.fault_world import CONTENTS, SLOW_DOWN, SMALL, assert_overcome, data
from harness.faults import (
    answers,
    endless_headers,
    endless_xml,
    lists,
    page_of_html,
    reset_before_the_header,
    same_token_again,
    truncated_without_a_token,
    truncated_xml,
)
from harness.trees import digests, visible
from harness.workspace import error_text

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
def test_another_region_is_signed_for_after(fault_shelf, fault_server, case):
    fault_server.on(lambda request: request.signed_by[1] != ELSEWHERE, REGION_ANSWERS[case])
    assert_overcome(fault_shelf, SMALL)
    assert {request.signed_by[1] for request in fault_server.seen(data(SMALL))} == {ELSEWHERE}


def test_a_redirect_that_names_no_region_is_not_followed(fault_shelf, fault_server):
    fault_server.on(lambda request: True, answers(301, "PermanentRedirect", headers=[("Location", NOT_FOLLOWED)]))
    finished = fault_shelf.resolve(f"{SMALL}:1.0")
    assert finished.status in (3, 4, 8), str(finished)
    assert "PermanentRedirect" in error_text(finished.report)
    assert visible(digests(fault_shelf.assets)) == {}


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
def test_a_listing_is_whole_or_an_error_after(fault_shelf, fault_server, case):
    fault, times, status = LISTINGS[case]
    fault_server.on(lists, fault, times=times)
    finished = fault_shelf.tool.run("list")
    assert finished.status == status, str(finished)
    assert [name for name in CONTENTS if (name in finished.stdout) is not (status == 0)] == [], str(finished)


@pytest.mark.parametrize("encodes", [True, False], ids=["encoded", "plain"])
@pytest.mark.parametrize("page", [1, 2, 1000])
def test_a_listing_in_pages_is_whole(fault_shelf, fault_server, encodes, page):
    fault_server.page, fault_server.encodes = page, encodes
    text = fault_shelf.tool.run("list").succeeded().stdout
    assert [name for name in CONTENTS if name not in text] == []
