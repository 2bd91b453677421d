"""--max-rate: all connections together bring no more than so many bytes a second, and no fewer where there are more."""

import time

import pytest

from harness import fault_world
from harness.fault_world import LARGE, put_folder
from harness.s3_world import MIB, large
from harness.trees import digests, visible

FILES = {f"part-{number}": large(2 * MIB) for number in range(6)}
PINS = [f"{LARGE}:1.0", "six/files:1.0"]
BYTES = len(fault_world.LARGE_CONTENT) + sum(map(len, FILES.values()))
SECONDS = 3
RATE = BYTES // SECONDS


@pytest.fixture
def shared(fault_shelf, fault_server, mounted_tmpfs):
    """In memory, so that no disk is waited for."""
    put_folder(fault_server, "six/files", FILES)
    fault_shelf.assets = fault_shelf.tool.environment["MODELKIT_ASSETS_DIR"] = mounted_tmpfs("size=128m")
    return fault_shelf


def timed(workspace, server, *options, **run_options):
    """Seconds from the first request for data to the end of the run."""
    begun = []

    def note(exchange):
        begun.append(time.monotonic())
        return exchange.normal()

    server.rules.clear()
    server.on(lambda request: request.method == "GET" and "/1.0" in request.key and ".meta" not in request.key, note)
    workspace.resolve(*PINS, options=["--no-lock", *options], **run_options).succeeded()
    return time.monotonic() - min(begun)


@pytest.mark.parametrize("where", ["flag", "variable"])
def test_a_run_takes_as_long_as_its_rate_says(shared, fault_server, where):
    options = ["--max-rate", f"{RATE}B/s"] if where == "flag" else []
    variable = {"MODELKIT_ASSETS_MAX_RATE": str(RATE)} if where == "variable" else {}
    # What a run takes besides, on a machine that has other work too.
    rest = timed(shared, fault_server)
    # What else the machine does can make any one run slower, and none faster.
    for _ in range(4):
        seconds = timed(shared, fault_server, *options, "--force-download", environment=variable)
        assert seconds >= SECONDS * 0.95
        if seconds <= SECONDS * 1.05 + rest:
            break
    else:
        raise AssertionError(f"no run was within 5 %; the last took {seconds} s of {SECONDS}, and {rest} without a limit")
    assert len(visible(digests(shared.assets))) == 2 + len(FILES) + 1


def test_a_rate_that_is_not_reached_costs_nothing(shared, fault_server):
    assert timed(shared, fault_server, "--max-rate", "100GB/s") < SECONDS / 2


def test_a_folder_is_read_at_the_rate_too(workspace):
    workspace.store.push("big/file:1.0", large(24 * MIB))
    begun = time.monotonic()
    workspace.resolve("big/file:1.0", options=["--max-rate", "12MiB/s"]).succeeded()
    assert time.monotonic() - begun >= 2 * 0.95


def test_the_flag_wins_over_the_variable_and_both_are_told(shared):
    shared.tool.environment["MODELKIT_ASSETS_MAX_RATE"] = "5 kB/s"
    spec = shared.spec(PINS[1])
    said = shared.tool.run("resolve", spec, "--verbose", "--max-rate", "1GiB/s").succeeded().stderr
    assert "maximum rate: 1.1 GB/s (flag --max-rate)" in said
    said = shared.tool.run("check", spec, "--format", "json").document
    [row] = [row for section in said["sections"] for row in section["rows"] if row["name"] == "maximum rate"]
    assert (row["value"], row["source"]) == ("5.0 kB/s", "environment variable MODELKIT_ASSETS_MAX_RATE")


@pytest.mark.parametrize("text", ["", "/s", "0", "0MB/s", "-1MB/s", "1MB/min", "fast", "1.5MB/s", "1MB/s/s"])
def test_what_is_no_rate_is_refused(shared, text):
    said = shared.tool.run("resolve", shared.spec(PINS[1]), f"--max-rate={text}").failed(64)
    assert "max-rate" in said.stderr
    if text:
        said = shared.tool.run("resolve", shared.spec(PINS[1]), environment={"MODELKIT_ASSETS_MAX_RATE": text})
        assert "MODELKIT_ASSETS_MAX_RATE" in said.failed(64).stderr
