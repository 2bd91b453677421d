"""Answers that do not say how long they are, and stores that know no ranges: both are valid HTTP, and neither may hide
that something is missing."""

import re
from dataclasses import replace

import pytest

from harness.fault_server import Exchange, FaultServer
from harness.fault_world import BUDGET, CONTENTS, FINE, LARGE, LARGE_CONTENT, SMALL, data, put_asset, seen_of
from harness.faults import answers, gets
from harness.gcs_fault_server import GCSFaultServer
from harness.s3_messages import Response
from harness.s3_world import MIB, large
from harness.trees import digests, visible
from harness.workspace import error_text

DIALECTS = {"s3": FaultServer, "gcs": GCSFaultServer}
ANY_GET = lambda request: request.method == "GET"  # noqa: E731


@pytest.fixture(params=DIALECTS)
def server(request):
    with DIALECTS[request.param]() as server:
        for name, content in CONTENTS.items():
            put_asset(server, name, content)
        yield server
    assert server.mistakes == []


@pytest.fixture
def shelf(workspace, server):
    settings = {"MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": BUDGET}
    workspace.tool.environment = settings | server.environment
    return workspace


def ended_by_closing(keep=None):
    """No length; the connection ends after the body, or after so many bytes of it."""

    def fault(exchange):
        response = exchange.normal()
        exchange.send(Response(response.status, headers=response.headers, length=False).head() + response.body[:keep])

    return fault


def chunked(keep=None):
    """The body in chunks of odd sizes; where `keep` is given, it ends after so many bytes, and its end is never said."""

    def fault(exchange):
        response = exchange.normal()
        headers = (*response.headers, ("Transfer-Encoding", "chunked"))
        parts, body = [], response.body[:keep]
        for start in range(0, len(body), 333):
            part = body[start : start + 333]
            parts.append(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        end = b"0\r\n\r\n" if keep is None else b""
        exchange.send(Response(response.status, headers=headers, length=False).head() + b"".join(parts) + end)

    return fault


WAYS = {"chunked": chunked, "ended by closing": ended_by_closing}


def is_small(request):
    """Neither the large object's, nor a HEAD."""
    return request.method == "GET" and LARGE not in request.key


@pytest.mark.parametrize("way", WAYS)
def test_a_run_of_which_no_answer_has_a_length_is_whole(shelf, server, way):
    server.on(ANY_GET, WAYS[way]())
    shelf.resolve(f"{SMALL}:1.0", f"{LARGE}:1.0", f"{FINE}:1.0").succeeded()
    assert visible(digests(shelf.assets)) == seen_of(SMALL, LARGE, FINE)


@pytest.mark.parametrize("key", [f"{SMALL}.versions", f"{SMALL}/1.0.meta", f"{SMALL}/1.0"])
@pytest.mark.parametrize("keep", [0, 1, 15])
@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_is_cut_is_asked_for_again(shelf, server, way, key, keep):
    server.on(gets(key), WAYS[way](keep), times=1)
    shelf.resolve(f"{SMALL}:1.0").succeeded()
    assert visible(digests(shelf.assets)) == seen_of(SMALL)
    assert len(server.seen(gets(key))) == 2


def test_without_a_digest_the_size_that_a_head_tells_is_compared(workspace):
    with FaultServer() as server:
        put_asset(server, SMALL, CONTENTS[SMALL], etag='"opaque"')
        workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
        server.on(data(SMALL), without_range(ended_by_closing(100)), times=1)
        server.on(data(SMALL), without_range(ended_by_closing()), times=1)
        workspace.resolve(f"{SMALL}:1.0").succeeded()
        assert visible(digests(workspace.assets)) == seen_of(SMALL)
        assert len(server.seen(data(SMALL))) == 2
        assert len(server.seen(lambda request: request.method == "HEAD")) == 2


def test_what_nothing_tells_the_size_of_is_not_taken_for_whole(workspace):
    with FaultServer() as server:
        put_asset(server, SMALL, CONTENTS[SMALL], etag='"opaque"')
        settings = {"MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": "1"}
        workspace.tool.environment = settings | server.environment
        server.on(data(SMALL), without_range(ended_by_closing()))
        server.on(lambda request: request.method == "HEAD", ended_by_closing(0))
        finished = workspace.resolve(f"{SMALL}:1.0").failed(8)
        assert "has no Content-Length" in error_text(finished.report)
        assert visible(digests(workspace.assets)) == {}


# Stores that know no ranges.


class WholeExchange(Exchange):
    """Of a server that knows no ranges. The signature was made with one, and is not looked at."""

    def normal(self):
        headers = {name: value for name, value in self.request.headers.items() if name != "range"}
        return self.server.object(replace(self.request, headers=headers))


def without_range(fault):
    """The fault of an answer to the same request without its range."""
    return lambda exchange: fault(WholeExchange(exchange.server, exchange.connection, exchange.request))


def whole(exchange):
    return WholeExchange(exchange.server, exchange.connection, exchange.request).normal()


def whole_and_cut(count):
    def fault(exchange):
        response = whole(exchange)
        exchange.send(response.head() + response.body[:count])

    return fault


@pytest.mark.parametrize("window", [1, 64])
def test_a_store_without_ranges_serves_a_large_object_in_one_piece(shelf, server, window):
    server.on(ANY_GET, whole)
    shelf.resolve(f"{LARGE}:1.0", f"{SMALL}:1.0", options=["--jobs", window]).succeeded()
    assert visible(digests(shelf.assets)) == seen_of(LARGE, SMALL)
    assert len(server.seen(data(LARGE))) == 1


@pytest.mark.parametrize("count", [1, 3 * MIB, 17 * MIB + 5])
def test_a_piece_that_breaks_off_goes_on_where_it_was(shelf, server, count):
    server.on(data(LARGE), whole_and_cut(count), times=1)
    server.on(ANY_GET, whole)
    shelf.resolve(f"{LARGE}:1.0").succeeded()
    assert visible(digests(shelf.assets)) == seen_of(LARGE)
    assert len(server.seen(data(LARGE))) == 2


@pytest.mark.parametrize("skip", [1, 2])
def test_all_in_place_of_a_later_range_is_cut(shelf, server, skip):
    put_asset(server, LARGE, three := large(40 * MIB))
    server.on(data(LARGE), whole, times=1, skip=skip)
    shelf.resolve(f"{LARGE}:1.0", options=["--jobs", "1"]).succeeded()
    assert (shelf.assets / LARGE / "1.0").read_bytes() == three


def test_a_damaged_piece_is_seen(shelf, server):
    def damaged(exchange):
        response = whole(exchange)
        body = bytearray(response.body)
        body[19 * MIB] ^= 1
        return Response(200, bytes(body), response.headers)

    server.on(data(LARGE), damaged)
    finished = shelf.resolve(f"{LARGE}:1.0").failed(6)
    assert re.search("MD5|CRC32C", error_text(finished.report))
    assert visible(digests(shelf.assets)) == {}


def test_a_large_piece_without_a_length_is_an_error_that_says_so(shelf, server):
    put_asset(server, LARGE, LARGE_CONTENT)
    server.on(data(LARGE), without_range(ended_by_closing()))
    finished = shelf.resolve(f"{LARGE}:1.0").failed(8)
    assert "has no Content-Length" in error_text(finished.report)


def test_a_store_that_answers_501_to_a_range_is_told(shelf, server):
    server.on(data(LARGE), answers(501, "NotImplemented", "no ranges here"))
    shelf.resolve(f"{LARGE}:1.0").failed(8)
