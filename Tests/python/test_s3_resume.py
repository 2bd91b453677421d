"""Runs that end in the middle of a large object, and what the next one fetches."""

import random
import signal

import pytest

from harness.fault_world import LARGE, LARGE_CONTENT, data, put_asset
from harness.faults import stall_after
from harness.s3_world import MIB
from harness.store import sha256
from harness.trees import digests, journals, visible

PIN = f"{LARGE}:1.0"
SIZE = len(LARGE_CONTENT)


@pytest.fixture(params=[signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def ended(request, fault_shelf, fault_server):
    """A run that has the first part, and was ended while the second was on its way."""
    fault_server.on(data(LARGE), stall_after(MIB), skip=1)
    fault_shelf.tool.environment["MODELKIT_STORAGE_TIMEOUT_S"] = "60"
    running = fault_shelf.tool.start("resolve", fault_shelf.spec(PIN), "--jobs", "1")
    running.until(lambda: len(fault_server.seen(data(LARGE))) == 2 and journal(fault_shelf), "had its first part")
    running.process.send_signal(request.param)
    assert running.wait().status != 0
    fault_server.rules.clear()
    fault_server.requests.clear()
    return fault_shelf


def journal(shelf):
    """What is written down of the parts that are there."""
    return "".join(journals(shelf.assets)).count("\n") >= 3


def ranges(server, name, size):
    """Of the object, what was asked for: first and last byte."""
    asked = [request.headers.get("range", f"bytes=0-{size - 1}") for request in server.seen(data(name))]
    return sorted(tuple(map(int, text.removeprefix("bytes=").split("-"))) for text in asked)


def first_byte(server, name=LARGE, size=SIZE):
    """Of what was asked for, which goes from there to the end, each byte once."""
    asked = ranges(server, name, size)
    assert [end + 1 for _, end in asked] == [start for start, _ in asked[1:]] + [size]
    return asked[0][0]


def test_what_is_there_is_not_fetched_again(ended, fault_server):
    ended.resolve(PIN).succeeded()
    # Of the second part there may be what had come.
    assert 8 * MIB <= first_byte(fault_server) <= 9 * MIB
    assert visible(digests(ended.assets))[f"{LARGE}/1.0"] == sha256(LARGE_CONTENT)


def test_of_a_part_on_its_way_no_more_than_its_last_mebibyte_is_fetched_again(fault_shelf, fault_server):
    fault_server.on(data(LARGE), stall_after(3 * MIB), skip=1)
    fault_shelf.tool.environment["MODELKIT_STORAGE_TIMEOUT_S"] = "60"
    running = fault_shelf.tool.start("resolve", fault_shelf.spec(PIN), "--jobs", "1")
    running.until(lambda: noted_end(fault_shelf) >= 10 * MIB, "wrote down what it had")
    running.process.kill()
    running.wait()
    fault_server.rules.clear()
    fault_server.requests.clear()
    fault_shelf.resolve(PIN).succeeded()
    assert 10 * MIB <= first_byte(fault_server) <= 11 * MIB
    assert visible(digests(fault_shelf.assets))[f"{LARGE}/1.0"] == sha256(LARGE_CONTENT)


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
def test_of_an_object_in_one_piece_no_more_than_its_last_mebibyte_is_fetched_again(
    fault_shelf, fault_server, signal_number
):
    content = random.Random(7).randbytes(12 * MIB)
    put_asset(fault_server, "medium", content, [{"size": len(content), "sha256": sha256(content)}])
    fault_server.on(data("medium"), stall_after(7 * MIB))
    fault_shelf.tool.environment["MODELKIT_STORAGE_TIMEOUT_S"] = "60"
    running = fault_shelf.tool.start("resolve", fault_shelf.spec("medium:1.0"))
    running.until(lambda: noted_end(fault_shelf) >= 6 * MIB, "wrote down what it had")
    running.process.send_signal(signal_number)
    running.wait()
    assert len(fault_server.seen(data("medium"))) == 1
    fault_server.rules.clear()
    fault_server.requests.clear()
    fault_shelf.resolve("medium:1.0").succeeded()
    assert 6 * MIB <= first_byte(fault_server, "medium", len(content)) <= 7 * MIB
    assert visible(digests(fault_shelf.assets))["medium/1.0"] == sha256(content)


def noted_end(shelf):
    """Up to which byte the journal tells of a part."""
    text = "".join(journals(shelf.assets))
    ends = [line.rsplit("\t", 1)[1] for line in text.splitlines() if line.startswith("part")]
    return max(map(int, ends), default=0)


def test_nothing_of_an_object_that_changed_is_kept(ended, fault_server):
    changed = bytes(reversed(LARGE_CONTENT))
    put_asset(fault_server, LARGE, changed)
    finished = ended.resolve(PIN)
    if finished.status != 0:
        # It is said first, and the next run begins anew.
        assert finished.status == 6, str(finished)
        ended.resolve(PIN).succeeded()
    assert visible(digests(ended.assets))[f"{LARGE}/1.0"] == sha256(changed)


@pytest.mark.parametrize("damage", [b"\x00\xff", b"", b"part 0-99999999 1.0\n"], ids=["bytes", "emptied", "a lie"])
def test_a_journal_that_cannot_be_believed_counts_for_nothing(ended, fault_server, damage):
    (path,) = ended.assets.rglob("journal")
    path.write_bytes(damage if damage in (b"", b"\x00\xff") else path.read_bytes() + damage)
    ended.resolve(PIN).succeeded()
    assert visible(digests(ended.assets))[f"{LARGE}/1.0"] == sha256(LARGE_CONTENT)
