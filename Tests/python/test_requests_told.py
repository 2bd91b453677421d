"""`-vv`: each request in a line, with what came of it and without what must not be seen."""

import re

import pytest

from harness.fault_world import FINE, SLOW_DOWN, data
from harness.faults import reset_before_the_header

LINE = re.compile(r"(GET|HEAD|PUT|POST|DELETE) 127\.0\.0\.1:\d+(/\S*)? (\d{3}) (\d+)ms (\d.*B)$")


def told(finished):
    return [match.groups() for line in finished.stderr.splitlines() if (match := LINE.match(line))]


def test_each_request_is_a_line(fault_shelf, fault_server):
    finished = fault_shelf.tool.run("resolve", fault_shelf.spec(f"{FINE}:1.0"), "-vv").succeeded()
    lines = told(finished)
    assert len(lines) == len(fault_server.requests)
    sizes = {path: size for _, path, status, _, size in lines if status in ("200", "206")}
    assert sizes[f"/assets/modelkit-assets/{FINE}/1.0"] == "5 B"


@pytest.mark.parametrize("options", [[], ["-v"]])
def test_less_verbosity_tells_none(fault_shelf, options):
    assert told(fault_shelf.tool.run("resolve", fault_shelf.spec(f"{FINE}:1.0"), *options).succeeded()) == []


def test_failures_are_told_with_their_status_or_their_reason(fault_shelf, fault_server):
    fault_server.on(data(FINE), SLOW_DOWN, times=1)
    fault_server.on(data(FINE), reset_before_the_header, times=1)
    finished = fault_shelf.tool.run("resolve", fault_shelf.spec(f"{FINE}:1.0"), "-vv").succeeded()
    assert "503" in {status for _, _, status, _, _ in told(finished)}
    reset = re.compile(rf"GET 127\.0\.0\.1:\d+/assets/modelkit-assets/{FINE}/1\.0 (?!\d{{3}} ).+ \d+ms$")
    assert [line for line in finished.stderr.splitlines() if reset.match(line)] != [], finished


def test_queries_and_credentials_are_not_told(fault_shelf, fault_server):
    finished = fault_shelf.tool.run("list", "-vv").succeeded()
    assert any("list-type" in request.query for request in fault_server.requests)
    assert "list-type" not in finished.stderr and "?" not in "".join(str(line) for line in told(finished))


def test_json_progress_has_them_as_notes(fault_shelf, validate):
    finished = fault_shelf.tool.run("resolve", fault_shelf.spec(f"{FINE}:1.0"), "-vv", "--progress", "json").succeeded()
    import json

    events = [json.loads(line) for line in finished.stderr.splitlines()]
    assert any(LINE.match(event.get("message", "")) for event in events)
