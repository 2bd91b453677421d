"""A run ends in bounded time where places, connections or descriptors are few, or a store brings little."""

import json
import time

import pytest

from harness.fault_server import FaultServer
from harness.fault_world import SLOW_DOWN, data, put_asset, put_folder
from harness.faults import answers, cut_after, gets, stall_after
from harness.gcs_fault_server import GCSFaultServer
from harness.s3_world import MIB, large
from harness.trees import digests, visible
from harness.workspace import error_text

# In seconds: of the program's trying, and of a run.
BUDGET, LONGEST_RUN = "2", 30
# Over 16 MiB: it comes in two parts.
BIG = large(17 * MIB)
SLOW_DOWN_FOR_A_SECOND = answers(503, "SlowDown", headers=[("Retry-After", "1")])


def run(workspace, server, window, name, *pins):
    """A run to an empty assets directory of this name."""
    assets = workspace.folder / name
    assets.mkdir()
    environment = {"MODELKIT_ASSETS_DIR": assets, "MODELKIT_STORAGE_TIMEOUT_S": BUDGET, **server.environment}
    workspace.tool.environment = environment
    arguments = ("resolve", workspace.spec(*pins), "--format", "json", "--jobs", window)
    return workspace.tool.run(*arguments, timeout=LONGEST_RUN), visible(digests(assets))


def put_shards(server, count):
    put_folder(server, "big/shards", {f"shard-{number}": BIG for number in range(count)})


def test_one_503_before_eight_large_objects_does_not_hang(workspace, fault_server):
    put_shards(fault_server, 8)
    fault_server.on(gets("big/shards.versions"), SLOW_DOWN, times=1)
    run(workspace, fault_server, 64, "run", "big/shards:1.0")[0].succeeded()


def test_one_503_to_a_head_does_not_hang(workspace, fault_server):
    put_shards(fault_server, 8)
    fault_server.on(lambda request: request.method == "HEAD", SLOW_DOWN, times=1)
    run(workspace, fault_server, 64, "run", "big/shards:1.0")[0].succeeded()


def test_one_503_and_two_broken_bodies_do_not_hang(workspace, fault_server):
    for name in ("one", "two"):
        put_asset(fault_server, f"{name}/asset", BIG)
        fault_server.on(data(f"{name}/asset"), cut_after(MIB), times=1)
    fault_server.on(gets("one/asset.versions"), SLOW_DOWN, times=1)
    run(workspace, fault_server, 64, "run", "one/asset:1.0", "two/asset:1.0")[0].succeeded()


@pytest.mark.parametrize("window", [1, 2, 4])
def test_as_many_large_objects_as_places_do_not_stand_still(workspace, fault_server, window):
    put_shards(fault_server, window)
    # The HEAD for an object's checksum is waited for no longer than this, and there is no fault that it waits for.
    finished, _ = run(workspace, fault_server, window, "run", "big/shards:1.0")
    finished.succeeded()
    heads = fault_server.seen(lambda request: request.method == "HEAD")
    assert len(heads) == window, "each is answered, and none is sent again"
    assert "retried" not in finished.stderr
    assert finished.seconds < float(BUDGET) + 10


def test_a_connection_that_breaks_after_each_five_bytes_is_given_up(workspace, fault_server):
    """Each try gets on by so little that it would take 200 of them."""
    put_asset(fault_server, "small/asset", b"0123456789abcdef" * 64)
    fault_server.on(data("small/asset"), cut_after(5))
    finished, there = run(workspace, fault_server, 64, "run", "small/asset:1.0")
    finished.failed(8)
    assert there == {}
    assert len(fault_server.seen(data("small/asset"))) <= 8
    assert "of 1024 bytes were received" in error_text(finished.report)


@pytest.mark.parametrize("year", [9 * 10**18, 10**4, -1])
def test_a_date_that_is_none_beside_a_503_is_not_heeded(workspace, fault_server, year):
    put_asset(fault_server, "small/asset", b"small\n")
    date = [("Date", f"Sun, 06 Nov {year} 08:49:37 GMT")]
    fault_server.on(data("small/asset"), answers(503, "ServiceUnavailable", headers=date), times=1)
    run(workspace, fault_server, 64, "run", "small/asset:1.0")[0].succeeded()


CLOSED = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]


@pytest.mark.parametrize("command", ["resolve"])
@pytest.mark.parametrize("closed", CLOSED, ids=lambda closed: "-".join(map(str, closed)))
def test_a_command_ends_with_standard_descriptors_closed(workspace, fault_server, closed, command):
    put_asset(fault_server, "small/asset", b"small\n")
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **fault_server.environment}
    arguments = ["list", "small/asset"] if command == "list" else [command, workspace.spec("small/asset:1.0")]
    shell = "exec \"$@\" " + " ".join(f"{descriptor}>&-" for descriptor in closed)
    workspace.tool.run(*arguments, before=["sh", "-c", shell, "sh"], timeout=LONGEST_RUN).succeeded()


def test_a_credential_process_does_not_inherit_ignored_signals(workspace, fault_server):
    """It could not be interrupted, nor hear of a pipe that broke."""
    put_asset(fault_server, "small/asset", b"small\n")
    access, (secret, _) = next(iter(fault_server.keys.items()))
    seen = workspace.folder / "ignored"
    document = json.dumps({"Version": 1, "AccessKeyId": access, "SecretAccessKey": secret})
    program = workspace.folder / "program"
    program.write_text(f"#!/bin/sh\ngrep SigIgn /proc/$$/status > {seen}\necho '{document}'\n")
    program.chmod(0o755)
    config = workspace.folder / "config"
    config.write_text(f"[default]\ncredential_process = {program}\n")
    workspace.tool.environment = {
        **fault_server.environment,
        "MODELKIT_ASSETS_DIR": workspace.assets,
        "AWS_CONFIG_FILE": config,
        "AWS_ACCESS_KEY_ID": None,
        "AWS_SECRET_ACCESS_KEY": None,
    }
    before = ["sh", "-c", "trap '' HUP INT USR1; exec \"$@\"", "sh"]
    workspace.tool.run("resolve", workspace.spec("small/asset:1.0"), before=before).succeeded()
    ignored = int(seen.read_text().split()[1], 16)
    # 32 and 33 are the C library's own.
    assert ignored & 0x7FFFFFFF == 0, f"{ignored:x}"


@pytest.mark.parametrize("dialect", [FaultServer, GCSFaultServer])
def test_an_endpoint_that_never_answers_is_told_of_and_given_up(workspace, dialect):
    with dialect() as server:
        server.on(lambda request: True, stall_after(None))
        environment = {"MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": "8"}
        workspace.tool.environment = environment | server.environment
        running = workspace.tool.start("resolve", workspace.spec("small/asset:1.0"))
        running.until(lambda: "retrying get" in running.stderr.read_text(), "told of")
        assert time.monotonic() - running.started < 8, "the first answer has five seconds"
        finished = running.wait(LONGEST_RUN).failed(8)
    line = next(line for line in finished.stderr.splitlines() if "retrying" in line)
    assert "small/asset.versions (attempt 2): no response within 5 seconds" in line
    assert "the endpoint has answered no request of this run" in finished.stderr
    assert server.endpoint in finished.stderr
    assert finished.seconds < 20


def test_a_store_that_is_slow_to_answer_is_waited_for(workspace, fault_server):
    """Longer than the first try is given."""
    put_asset(fault_server, "small/asset", b"small\n")

    def late(exchange):
        time.sleep(7)
        return exchange.normal()

    fault_server.on(gets("small/asset.versions"), late)
    environment = {"MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": "60"}
    workspace.tool.environment = environment | fault_server.environment
    workspace.tool.run("resolve", workspace.spec("small/asset:1.0")).succeeded()
    assert len(fault_server.seen(gets("small/asset.versions"))) == 2


@pytest.mark.parametrize("options, told", [((), True), (("--progress", "none"), False), (("--quiet",), False)])
def test_what_is_tried_for_long_is_told_of_now_and_then(workspace, fault_server, options, told):
    put_asset(fault_server, "small/asset", b"small\n")
    fault_server.on(data("small/asset"), SLOW_DOWN_FOR_A_SECOND)
    environment = {"MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": "4"}
    workspace.tool.environment = environment | fault_server.environment
    finished = workspace.tool.run("resolve", workspace.spec("small/asset:1.0"), *options).failed(8)
    lines = [line for line in finished.stderr.splitlines() if "retrying" in line]
    assert len(lines) == (1 if told else 0), finished.stderr
    assert all("503 SlowDown" in line for line in lines)


def test_a_retry_is_told_of_as_an_event(workspace, fault_server):
    put_asset(fault_server, "small/asset", b"small\n")
    fault_server.on(data("small/asset"), SLOW_DOWN_FOR_A_SECOND, times=3)
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **fault_server.environment}
    finished = workspace.tool.run("resolve", workspace.spec("small/asset:1.0"), "--progress", "json").succeeded()
    events = [json.loads(line) for line in finished.stderr.splitlines()]
    told = [event["message"] for event in events if event["event"] == "note"]
    assert [message for message in told if message.startswith("retrying get s3://assets/")] != [], told
