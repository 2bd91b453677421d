"""What is sent again: how long is waited, for how long it is tried, how many are sent at a time, and what is said."""

import email.utils
import json
import re
import threading
import time

import pytest

from harness.fault_world import LARGE, SLOW_DOWN, SMALL, data
from harness.faults import answers, gets, reset_before_the_header
from harness.s3_messages import PREFIX
from harness.workspace import error_text

PIN = f"{SMALL}:1.0"


def in_seconds(seconds):
    return str(seconds)


def as_a_date(seconds):
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize("form", [in_seconds, as_a_date])
def test_a_store_that_says_when_is_not_asked_before(fault_shelf, fault_server, form):
    def later(exchange):
        now = email.utils.formatdate(usegmt=True)
        headers = [("Retry-After", form(2)), ("Date", now)]
        return answers(503, "ServiceUnavailable", headers=headers)(exchange)

    fault_server.on(data(SMALL), later, times=1)
    fault_shelf.resolve(PIN).succeeded()
    first, second = (request.time for request in fault_server.seen(data(SMALL)))
    # A date has no fractions.
    assert second - first >= (2 if form is in_seconds else 1)


def test_a_store_that_wants_longer_than_there_is_is_not_waited_for(fault_shelf, fault_server):
    fault_server.on(data(SMALL), answers(503, "ServiceUnavailable", headers=[("Retry-After", "3600")]))
    finished = fault_shelf.resolve(PIN).failed(8)
    assert len(fault_server.seen(data(SMALL))) == 1
    assert "MODELKIT_STORAGE_TIMEOUT_S" in error_text(finished.report)


@pytest.mark.parametrize("budget", [1, 2])
def test_the_time_out_of_the_storage_ends_all_trying(fault_shelf, fault_server, budget):
    fault_server.on(data(SMALL), answers(500, "InternalError"))
    finished = fault_shelf.resolve(PIN, environment={"MODELKIT_STORAGE_TIMEOUT_S": budget}).failed(8)
    # Each with a little for a busy machine: the last try is made when the budget ends.
    assert finished.seconds < budget + 4, str(finished)
    seen = [request.time for request in fault_server.seen(data(SMALL))]
    assert len(seen) > 1
    assert seen[-1] - seen[0] < budget + 1


def test_waits_grow_and_are_not_the_same(fault_shelf, fault_server):
    """Full jitter: many clients that fail at once do not come back at once."""
    fault_server.on(data(SMALL), answers(500, "InternalError"))
    fault_shelf.resolve(PIN, environment={"MODELKIT_STORAGE_TIMEOUT_S": "60"}).failed(8)
    seen = [request.time for request in fault_server.seen(data(SMALL))]
    waits = [later - sooner for sooner, later in zip(seen, seen[1:], strict=False)]
    assert len(waits) == 7, "eight times in all"
    assert len({round(wait, 4) for wait in waits}) == len(waits)
    for number, wait in enumerate(waits):
        assert wait < 0.2 * 2**number + 2, waits


def test_it_is_said_once_what_was_sent_again(fault_shelf, fault_server):
    fault_server.on(data(SMALL), answers(500, "InternalError"), times=3)
    fault_server.on(gets(f"{SMALL}.versions"), reset_before_the_header, times=1)
    finished = fault_shelf.tool.run("resolve", fault_shelf.spec(PIN)).succeeded()
    lines = [line for line in finished.stderr.splitlines() if "retried" in line]
    assert len(lines) == 1, finished.stderr
    assert re.search(r"retried 4 requests \(500 InternalError: 3", lines[0]), lines


def test_nothing_is_said_where_nothing_was(fault_shelf):
    assert "again" not in fault_shelf.tool.run("resolve", fault_shelf.spec(PIN)).succeeded().stderr


class Crowd:
    """Counts how many requests are answered at the same time; `expected`: the first wait until there are so many."""

    def __init__(self, expected=0):
        self.expected, self.now, self.most = expected, 0, 0
        self.changed = threading.Condition()

    def __call__(self, exchange):
        with self.changed:
            self.now += 1
            self.most = max(self.most, self.now)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.most >= self.expected, timeout=10)
        time.sleep(0.02)
        response = exchange.normal()
        with self.changed:
            self.now -= 1
        return response


def test_a_store_that_asks_for_less_gets_less(fault_shelf, fault_server):
    """Of 64 objects at a time there are fewer after SlowDown."""
    names = [f"part-{number:03}" for number in range(300)]
    key = f"{PREFIX}/many/files"
    fault_server.put(f"{key}.versions", json.dumps({"versions": ["1.0"]}).encode())
    meta = {"push_date": "2024-03-01T12:00:00+00:00", "is_directory": True, "contents": names}
    fault_server.put(f"{key}/1.0.meta", json.dumps(meta).encode())
    for name in names:
        fault_server.put(f"{key}/1.0/{name}", name.encode())

    def part(request):
        return request.key.startswith(f"{key}/1.0/")

    before, after = Crowd(expected=48), Crowd()
    fault_server.on(part, before, times=100)
    fault_server.on(part, SLOW_DOWN, times=64)
    fault_server.on(part, after)
    finished = fault_shelf.tool.run("resolve", fault_shelf.spec("many/files:1.0"), "--jobs", "64").succeeded()
    assert before.most >= 48
    # Half of it, and one more for each round.
    assert after.most < before.most * 3 / 4, f"{before.most}, then {after.most}"
    assert "503 SlowDown" in finished.stderr


def test_a_list_of_versions_that_is_written_while_it_is_read_is_read_anew(fault_shelf, fault_server):
    """The answer breaks off, and its rest is another list's by then: what a push at the same moment does to a reader."""
    key = f"{PREFIX}/{SMALL}.versions"
    written = []

    def torn(exchange):
        written.append(exchange.request)
        response = exchange.normal()
        fault_server.put(key, json.dumps({"versions": ["1.0"], "writes": len(written)}).encode())
        exchange.send(response.head() + response.body[:5])

    def opens(request):
        return gets(f"{SMALL}.versions")(request) and "range" not in {name.lower() for name in request.headers}

    fault_server.on(opens, torn, times=5)
    fault_shelf.resolve(SMALL).succeeded()
    assert len(written) == 5


def test_what_arrives_makes_up_for_what_fails(fault_shelf, fault_server):
    """An object that gets on is not given up, however often its connection is lost."""
    lost = []

    def after_a_while(exchange):
        lost.append(exchange.request)
        response = exchange.normal()
        exchange.send(response.head() + response.body[: 1 << 20])

    fault_server.on(data(LARGE), after_a_while, times=15)
    fault_shelf.resolve(f"{LARGE}:1.0", environment={"MODELKIT_STORAGE_TIMEOUT_S": "10"}).succeeded()
    assert len(lost) == 15
