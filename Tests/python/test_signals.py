"""SIGINT and SIGTERM: stop at once, leave what can be resumed, say so."""

import contextlib
import os
import signal
import subprocess
import time
from collections import Counter

import pytest

from harness.fault_server import FaultServer
from harness.faults import stall_after
from harness.signalled import signalled_before
from harness.trees import STAGING, allocated, digests, visible
from harness.workspace import actions

SMALL = ["a-small/a:1.0", "a-small/b:1.0"]
BIG = ["big/a:1.0", "big/b:1.0", "big/c:1.0"]
BIG_BYTES = 256 * 1024 * 1024
SIGNALS = [pytest.param(signal.SIGINT, 130, id="SIGINT"), pytest.param(signal.SIGTERM, 143, id="SIGTERM")]


@pytest.fixture
def long_run(workspace):
    """Two small assets, and three so big that a run is still at them when the signal comes."""
    for pin in SMALL + BIG:
        workspace.store.push(pin, b"small\n")
    for pin in BIG:
        os.truncate(workspace.store.data_object(pin), BIG_BYTES)
    return workspace


def start(workspace, *options):
    spec = workspace.spec(*SMALL, *BIG)
    return workspace.tool.start("resolve", spec, "--format", "json", "--jobs", "1", *options)


@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_an_interrupted_run_stops_within_a_second_and_the_next_finishes(long_run, number, status):
    running = start(long_run)
    running.until(lambda: settled(long_run), "the big assets were under way")

    sent = time.monotonic()
    running.process.send_signal(number)
    finished = running.wait()
    took = time.monotonic() - sent

    assert took < 1.5, f"took {took:.2f} s to stop"
    report = finished.failed(status).report
    assert report["status"] == "interrupted"
    assert "resum" in finished.stderr.lower()
    assert report["totals"]["interrupted"] > 0
    complete = {item["asset"] for item in report["assets"] if item["outcome"] in ("fetched", "present")}
    assert complete >= set(SMALL)
    assert visible(digests(long_run.assets)) == visible(long_run.store.digests(*complete))

    again = long_run.resolve(*SMALL, *BIG).succeeded().report
    assert {pin for pin, action in actions(again).items() if action == "keep"} == complete
    assert digests(long_run.assets) == long_run.store.digests(*SMALL, *BIG)
    assert not (long_run.assets / STAGING).exists()


def test_a_second_signal_stops_too(long_run):
    running = start(long_run)
    running.until(lambda: settled(long_run), "the big assets were under way")
    running.process.send_signal(signal.SIGINT)
    running.process.send_signal(signal.SIGINT)
    finished = running.wait(timeout=5)
    assert finished.status == 130, str(finished)


def test_a_signal_while_another_run_is_waited_for_stops_the_waiting(long_run, held_lock):
    held_lock(long_run.assets / ".cache/a-small/a.lock")
    running = start(long_run, "--progress", "plain")
    running.until(lambda: "wait" in running.stderr.read_text(), "it waited for the lock")
    sent = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    running.wait().failed(143)
    assert time.monotonic() - sent < 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_that_is_ignored_at_the_start_stays_ignored(long_run, number):
    """As `nohup` has it, and a shell of what it puts into the background."""
    trap = ["sh", "-c", f"trap '' {number.name.removeprefix('SIG')} && exec \"$0\" \"$@\""]
    spec = long_run.spec(*SMALL, *BIG)
    running = long_run.tool.start("resolve", spec, "--format", "json", "--jobs", "1", before=trap)
    running.until(lambda: settled(long_run), "the big assets were under way")
    running.process.send_signal(number)
    running.process.send_signal(number)
    finished = running.wait().succeeded()
    assert "interrupted" not in finished.stderr
    assert digests(long_run.assets) == long_run.store.digests(*SMALL, *BIG)


def test_an_ignored_signal_leaves_the_other_as_it_is(long_run):
    before = ["sh", "-c", "trap '' INT && exec \"$0\" \"$@\""]
    running = long_run.tool.start("resolve", long_run.spec(*SMALL, *BIG), "--jobs", "1", before=before)
    running.until(lambda: settled(long_run), "the big assets were under way")
    running.process.send_signal(signal.SIGTERM)
    running.wait().failed(143)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_run_whose_report_nobody_reads_can_be_ended(workspace, number):
    """The pipe is full, and its reader does not read."""
    workspace.store.push("one/asset:1.0", b"1\n")
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with open(writing, "wb", 0) as pipe:
        try:
            while pipe.write(b"x" * 4096):
                pass
        except BlockingIOError:
            pass
        os.set_blocking(writing, True)
        running = workspace.tool.start("resolve", workspace.spec("one/asset"), stdout=pipe)
        running.until(lambda: (workspace.folder / "assets.lock").exists(), "the lock was written")
        time.sleep(0.5)
        running.process.send_signal(number)
        assert running.wait(timeout=5).status == 128 + number
    os.close(reading)


def settled(workspace):
    """Whether the small assets are there and staging has some of a big one."""
    if not all((workspace.assets / pin.replace(":", "/")).exists() for pin in SMALL):
        return False
    return allocated(workspace.assets / STAGING) > 0


def unread(workspace, *arguments, **options):
    """A run whose results nobody reads: standard output is a full pipe."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(1 << 16))
    os.set_blocking(writing, True)
    running = subprocess.Popen(
        [workspace.tool.binary, *map(str, arguments)], env=workspace.tool.full_environment(),
        stdout=writing, stderr=subprocess.DEVNULL, **options,
    )  # fmt: skip
    os.close(writing)
    return running, reading


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_after_the_work_ends_a_run_whose_results_nobody_reads(workspace, number):
    workspace.store.push(SMALL[0], b"small\n")
    running, reading = unread(workspace, "resolve", workspace.spec(SMALL[0]))
    lock = workspace.folder / "assets.lock"
    wait_until(lock.exists)
    # The lock is the last of the work.
    time.sleep(0.5)
    running.send_signal(number)
    try:
        assert running.wait(timeout=5) == -number
    finally:
        running.kill()
        running.wait()
        os.close(reading)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_the_parent_ignores_stays_ignored(long_run, number):
    running = long_run.tool.start(
        "resolve", long_run.spec(*SMALL, *BIG), "--format", "json", "--jobs", "1",
        preexec_fn=lambda: signal.signal(number, signal.SIG_IGN),
    )  # fmt: skip
    running.until(lambda: settled(long_run), "the big assets were under way")
    running.process.send_signal(number)
    running.wait().succeeded()


def wait_until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


# One in so many of the program's system calls; 1 leaves out none.
CALL_STRIDE = int(os.environ.get("MODELKIT_ASSETS_TEST_CRASH_STRIDE") or 5)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda sent: sent.name)
def test_no_system_call_is_a_moment_in_which_a_signal_is_lost(workspace, sent):
    with FaultServer() as server:
        server.on(lambda request: True, stall_after(None))
        workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
        command = [workspace.tool.binary, "plan", workspace.spec("nlp/vectors:1"), "--format", "json"]
        statuses, number = Counter(), 1
        while True:
            server.requests.clear()
            status = signalled_before(number, sent, command, workspace.tool.full_environment(), waits_for(server))
            if status is None:
                break
            statuses[status] += 1
            number += CALL_STRIDE
    # Ended by the signal itself where the program has yet to see to it.
    assert set(statuses) <= {-sent, 128 + sent}, statuses
    assert statuses[128 + sent] > 10


def waits_for(server):
    """Whether the program has had a while to do something since it asked the server, which does not answer."""
    asked = []

    def is_idle():
        if server.requests and not asked:
            asked.append(time.monotonic())
        return bool(asked) and time.monotonic() - asked[0] > 0.3

    return is_idle
