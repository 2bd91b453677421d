"""Sizes that the store is asked for: many at the same time, in no more requests than there are places for."""

import threading

import pytest

from harness.fault_world import put_asset
from harness.faults import answers
from harness.s3_messages import PREFIX

NAMES = [f"many/a{number:03}" for number in range(150)]
# So many facts are asked at the same time.
PLACES = 64


class Together:
    """Holds the answers back until so many requests are in flight at the same time, and counts the most that ever were."""

    def __init__(self, wanted):
        self.wanted, self.now, self.most, self.all = wanted, 0, 0, 0
        self.changed = threading.Condition()

    def __call__(self, exchange):
        with self.changed:
            self.now += 1
            self.all += 1
            self.most = max(self.most, self.now)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.most >= self.wanted, timeout=20)
            self.now -= 1
        return exchange.normal()


def heads(request):
    return request.method == "HEAD" and request.key != ""


@pytest.fixture
def many(fault_shelf, fault_server):
    for number, name in enumerate(NAMES):
        put_asset(fault_server, name, b"x" * (1000 + number))
    fault_shelf.spec(*(f"{name}:1.0" for name in NAMES))
    return fault_shelf


@pytest.mark.parametrize(
    ("command", "rounds"),
    [
        (["plan", "--format", "json"], 1),
        (["resolve", "--max-bytes", "1kB", "--format", "json"], 1),
        # When it is saved, it is looked which objects these are.
        (["plan", "--format", "json", "--output", "plan.json"], 2),
    ],
    ids=["plan", "resolve", "saved"],
)
def test_sizes_are_asked_at_the_same_time_and_told_in_order(many, fault_server, command, rounds):
    together = Together(PLACES)
    fault_server.on(heads, together)
    finished = many.tool.run(*command, cwd=many.folder)
    assert together.all == rounds * len(NAMES)
    assert together.most == PLACES
    if command[0] == "plan":
        steps = finished.succeeded().document["steps"]
        assert [(step["asset"], *(object["size"] for object in step["objects"])) for step in steps] == [
            (f"{name}:1.0", 1000 + number) for number, name in enumerate(NAMES)
        ]


def test_a_saved_plan_is_compared_with_the_store_at_the_same_time(many, fault_server):
    many.tool.run("plan", "--output", "plan.json", cwd=many.folder).succeeded()
    put_asset(fault_server, NAMES[7], b"other")
    put_asset(fault_server, NAMES[3], b"another")
    together = Together(PLACES)
    fault_server.on(heads, together)
    finished = many.tool.run("apply", "plan.json", cwd=many.folder).failed(3)
    assert together.most == PLACES
    places = [finished.stderr.find(f"{PREFIX}/{name}/1.0` changed from ") for name in (NAMES[3], NAMES[7])]
    assert -1 < places[0] < places[1], str(finished)


def test_the_first_size_that_cannot_be_had_is_told_and_ends_the_asking(many, fault_server):
    refused = [NAMES[3], NAMES[70]]
    fault_server.on(
        lambda request: heads(request) and request.key in [f"{PREFIX}/{name}/1.0" for name in refused],
        answers(403, "AccessDenied"),
    )
    finished = many.tool.run("plan", cwd=many.folder).failed(4)
    assert f"{NAMES[3]}/1.0" in finished.stderr
    assert NAMES[70] not in finished.stderr
