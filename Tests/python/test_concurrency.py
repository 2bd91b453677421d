"""Several at once on one assets directory: the program with itself, and with Python modelkit."""

import fcntl
import os
import re
import time

import pytest

from harness import python_process
from harness.orphan import Orphan, until
from harness.system_calls import Trace
from harness.trees import STAGING, digests, visible
from harness.workspace import actions, error_text, outcomes

BIG = "big/file:1.0"


@pytest.fixture
def library(workspace):
    """Files and folders of some size, so that runs meet."""
    workspace.pins, workspace.entries = [], {}
    for number in range(8):
        files = {f"part-{part:02}": os.urandom(40_000) for part in range(20)}
        for pin, content in ((f"lib/file{number}:1.0", os.urandom(2_000_000)), (f"lib/folder{number}:1.0", files)):
            name, version = pin.split(":")
            workspace.entries[pin] = {"name": name, "version": version, "depends_on": workspace.pins[-2:]}
            workspace.store.push(pin, content)
            workspace.pins.append(pin)
    return workspace


def entries(library, pins):
    return [library.entries[pin] for pin in pins]


@pytest.fixture
def big(workspace):
    """One asset that takes a while."""
    workspace.store.push(BIG, b"")
    os.truncate(workspace.store.data_object(BIG), 512 * 1024 * 1024)
    return workspace


def test_four_runs_with_overlapping_specs_fetch_each_object_once(library):
    pins = library.pins
    wanted = [pins, pins[::-1], pins[:10], pins[6:]]
    specs = [library.spec(*entries(library, part), name=f"spec-{number}.yaml") for number, part in enumerate(wanted)]

    runs = [library.tool.start("resolve", spec, "--format", "json") for spec in specs]
    reports = [run.wait().succeeded().report for run in runs]

    assert sum(report["totals"]["downloaded_objects"] for report in reports) == library.store.object_count(*pins)
    assert digests(library.assets) == library.store.digests(*pins)
    assert not (library.assets / STAGING).exists()


@pytest.mark.parametrize("depends", [False, True], ids=["independent", "with dependencies"])
def test_the_program_and_python_modelkit_at_once_fetch_each_object_once(library, depends):
    pins = library.pins
    wanted = {order: entries(library, pins[::order]) if depends else pins[::order] for order in (1, -1)}
    python = [python_process.start(library, *order) for order in (pins, pins[::-1])]
    specs = [library.spec(*wanted[1], name="up.yaml"), library.spec(*wanted[-1], name="down.yaml")]
    runs = [library.tool.start("resolve", spec, "--format", "json") for spec in specs]

    by_us = sum(run.wait().succeeded().report["totals"]["downloaded_objects"] for run in runs)
    by_python = [
        pin
        for process, order in zip(python, (pins, pins[::-1]), strict=True)
        for pin, answer in zip(order, python_process.answers(process), strict=True)
        if not answer["from_cache"]
    ]

    assert by_us + library.store.object_count(*by_python) == library.store.object_count(*pins)
    assert digests(library.assets) == library.store.digests(*pins)


def test_python_modelkit_waits_for_the_program_and_then_takes_from_cache(big):
    running = big.tool.start("resolve", big.spec(BIG), "--format", "json")
    running.until(lambda: locked(big.assets / ".cache/big/file.lock"), "it held the lock")
    python = python_process.start(big, BIG)
    report = running.wait().succeeded().report
    assert python_process.answers(python) == [{"from_cache": True, "version": "1.0"}]
    assert report["totals"]["downloaded_objects"] == 1
    assert digests(big.assets) == big.store.digests(BIG)


def test_the_program_waits_for_python_modelkit_and_then_keeps(workspace, tmp_path):
    workspace.store.push(BIG, b"not so big, as Python modelkit is held\n")
    hold = tmp_path / "hold"
    hold.touch()
    python = python_process.start(workspace, BIG, hold=hold)
    until(lambda: locked(workspace.assets / ".cache/big/file.lock"))

    running = workspace.tool.start("resolve", workspace.spec(BIG), "--format", "json", "--progress", "plain")
    running.until(lambda: "wait" in running.stderr.read_text(), "it said that it waits")
    hold.unlink()
    report = running.wait().succeeded().report

    assert python_process.answers(python) == [{"from_cache": False, "version": "1.0"}]
    assert outcomes(report) == {BIG: "present"}
    assert report["totals"]["downloaded_objects"] == 0
    assert digests(workspace.assets) == workspace.store.digests(BIG)


def test_a_lock_held_too_long_ends_the_run_and_names_its_holder(shelf, held_lock):
    lock = shelf.assets / ".cache/nlp/vectors.lock"
    held_lock(lock)
    finished = shelf.resolve(
        "nlp/vectors:1.4", "nlp/lexicon:2.0", environment={"MODELKIT_ASSETS_TIMEOUT_S": "1"}
    ).failed(9)
    text = error_text(finished.report)
    assert str(lock) in text
    assert re.search(rf"\b{os.getpid()}\b", text), text
    assert re.search(r"\b1(\.\d+)? ?s", text), text
    assert 1 <= finished.seconds < 6
    assert outcomes(finished.report) == {"nlp/vectors:1.4": "failed", "nlp/lexicon:2.0": "fetched"}
    assert not (shelf.assets / "nlp/vectors/1.4").exists()


def test_a_lock_held_for_a_while_is_waited_for_and_the_wait_is_told(shelf, held_lock):
    lock = held_lock(shelf.assets / ".cache/nlp/vectors.lock")
    running = shelf.tool.start(
        "resolve", shelf.spec("nlp/vectors:1.4"), "--progress", "plain", environment={"MODELKIT_ASSETS_TIMEOUT_S": "50"}
    )
    running.until(lambda: "wait" in running.stderr.read_text(), "it said that it waits")
    lock.release()
    finished = running.wait().succeeded()
    line = next(line for line in finished.stderr.splitlines() if "wait" in line)
    assert "nlp/vectors" in line
    assert re.search(rf"\b{os.getpid()}\b", line), line
    assert digests(shelf.assets) == shelf.store.digests("nlp/vectors:1.4")


def test_a_lock_file_that_was_replaced_while_it_was_waited_for_does_not_fool_the_program(shelf, held_lock):
    path = shelf.assets / ".cache/nlp/vectors.lock"
    first = held_lock(path)
    running = shelf.tool.start("resolve", shelf.spec("nlp/vectors:1.4"), "--progress", "plain")
    running.until(lambda: "wait" in running.stderr.read_text(), "it said that it waits")
    path.unlink()
    second = held_lock(path)
    first.release(force=True)
    time.sleep(0.3)
    assert running.process.poll() is None, "it took the lock of a file that is gone"
    assert not (shelf.assets / "nlp/vectors/1.4").exists()
    second.release()
    running.wait().succeeded()


def test_present_assets_are_kept_without_waiting_for_a_lock(shelf, held_lock):
    shelf.resolve("nlp/vectors:1.4").succeeded()
    held_lock(shelf.assets / ".cache/nlp/vectors.lock")
    report = shelf.resolve("nlp/vectors:1.4", environment={"MODELKIT_ASSETS_TIMEOUT_S": "1"}).succeeded().report
    assert actions(report) == {"nlp/vectors:1.4": "keep"}


def locked(path):
    """Whether another process holds a lock file."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False


def test_an_asset_and_one_that_would_be_in_its_folder_do_not_appear_at_the_same_moment(workspace):
    """The one waits while the other is between its look at what is there and its rename, and then finds it."""
    outer, inner = "a:1.0", "a/1.0:2.0"
    workspace.store.push(outer, {"file": b"outer"})
    workspace.store.push(inner, b"inner")
    specs = {pin: workspace.spec(pin, name=f"spec-{number}.yaml") for number, pin in enumerate((outer, inner))}
    command = [workspace.tool.binary, "resolve", specs[inner], "--no-lock"]
    other = None
    with Trace(command, workspace.tool.full_environment(), workspace.assets) as trace:
        for call in trace:
            if call.name.startswith("renameat") and call.path == f"{workspace.assets}/a/1.0/2.0":
                other = Orphan(workspace, "resolve", specs[outer], "--no-lock")
                until(lambda: other.waits_for_a_lock() or other.status is not None)
    assert trace.status == 0
    until(lambda: other.status is not None)
    assert other.status == 9
    assert visible(digests(workspace.assets)) == visible(workspace.store.digests(inner))
