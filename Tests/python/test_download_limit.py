"""--max-bytes: a plan that has more to fetch than is allowed is no plan."""

import pytest

from harness import fault_world
from harness.fault_world import LARGE, SMALL
from harness.workspace import error_text

BIG, LITTLE = f"{LARGE}:1.0", f"{SMALL}:1.0"
BYTES = len(fault_world.CONTENTS[LARGE]) + len(fault_world.CONTENTS[SMALL])


def data_requests(server):
    return [request for name in (LARGE, SMALL) for request in server.seen(fault_world.data(name))]


def test_more_than_is_allowed_is_not_begun(fault_shelf, fault_server):
    spec = fault_shelf.spec(BIG, LITTLE)
    finished = fault_shelf.tool.run("resolve", spec, "--max-bytes", BYTES - 1, "--format", "json").failed(1)
    [problem] = finished.report["errors"]
    assert problem["code"] == "too-large"
    assert f"`{BIG}`" in error_text(finished.report)
    assert data_requests(fault_server) == []
    assert list(fault_shelf.assets.rglob("1.0")) == []
    assert not spec.with_suffix(".lock").exists()


def test_as_much_as_is_allowed_is_fetched(fault_shelf):
    fault_shelf.tool.run("resolve", fault_shelf.spec(BIG, LITTLE), "--max-bytes", BYTES).succeeded()


def test_what_is_present_does_not_count(fault_shelf):
    fault_shelf.resolve(BIG).succeeded()
    limit = len(fault_world.CONTENTS[SMALL])
    fault_shelf.tool.run("resolve", fault_shelf.spec(BIG, LITTLE), "--max-bytes", limit).succeeded()
    fault_shelf.tool.run("resolve", fault_shelf.spec(BIG, LITTLE), "--max-bytes", 0).succeeded()


@pytest.mark.parametrize("command", [["plan"], ["resolve", "--dry-run"]], ids=" ".join)
def test_plans_are_held_to_it_too(fault_shelf, command):
    spec = fault_shelf.spec(BIG, LITTLE)
    finished = fault_shelf.tool.run(*command, spec, "--max-bytes", "1kB").failed(1)
    assert "exceeds --max-bytes (1.0 kB)" in finished.stderr
    fault_shelf.tool.run(*command, spec, "--max-bytes", "1GiB").succeeded()


@pytest.mark.parametrize("text", ["", "B", "-1", "1.5MB", "1MM", "1iB", "1xB", "99999999999TB", "٣"])
def test_what_is_no_size_is_refused(fault_shelf, text):
    finished = fault_shelf.tool.run("resolve", fault_shelf.spec(BIG), f"--max-bytes={text}").failed(64)
    assert "max-bytes" in finished.stderr


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000", "1.0 kB"), ("1k", "1.0 kB"), ("1 KB", "1.0 kB"), ("1KiB", "1.0 kB"), ("1Mi", "1.0 MB"), ("0", "0 B")],
)
def test_sizes(fault_shelf, text, size):
    finished = fault_shelf.tool.run("plan", fault_shelf.spec(BIG), "--max-bytes", text).failed(1)
    assert f"exceeds --max-bytes ({size})" in finished.stderr
