"""What fetches that did not end leave in staging: room on the disk, and parts of objects."""

import json
import time

import pytest

from harness.fault_world import data, put_asset, put_folder
from harness.faults import gets, stall_after
from harness.s3_messages import PREFIX
from harness.s3_world import MIB, large
from harness.store import sha256
from harness.thread_reads import reading_threads
from harness.trees import STAGING, allocated, digests, file_digest, journals, visible
from harness.workspace import error_text

BIG = large(64 * MIB)


def taken(assets):
    """Bytes on the disk of the files in staging."""
    return allocated(assets / STAGING)


def test_room_that_a_killed_run_took_is_given_back_by_the_next_and_its_parts_are_kept(fault_shelf, fault_server):
    put_asset(fault_server, "big/asset", BIG)
    put_asset(fault_server, "other/asset", b"other\n")
    # The first part comes, and of the others the beginning.
    fault_server.on(data("big/asset"), stall_after(3 * MIB), skip=1)
    running = fault_shelf.tool.start("resolve", fault_shelf.spec("big/asset:1.0"), "--no-lock")
    running.until(lambda: taken(fault_shelf.assets) >= len(BIG) and noted(fault_shelf.assets) >= 16 * MIB, "it began")
    running.process.kill()
    running.process.wait()
    arrived = noted(fault_shelf.assets)

    fault_shelf.resolve("other/asset:1.0", options=["--no-lock"]).succeeded()
    assert arrived <= taken(fault_shelf.assets) < arrived + 2 * MIB
    fault_shelf.resolve("other/asset:1.0", options=["--no-lock"]).succeeded()
    assert noted(fault_shelf.assets) == arrived

    fault_server.rules.clear()
    report = fault_shelf.resolve("big/asset:1.0", options=["--no-lock"]).succeeded().report
    assert report["totals"]["downloaded_bytes"] == len(BIG) - arrived
    assert file_digest(fault_shelf.assets / "big/asset/1.0") == sha256(BIG)


def noted(assets):
    """How many bytes the journal says have arrived."""
    for journal in journals(assets / STAGING):
        lines = [line.split("\t") for line in journal.splitlines() if line.startswith("part\t")]
        return sum(int(end) - int(start) for _, _, start, end in lines)
    return 0


SIZE, SHARDS = 20 * MIB, ["shard-0", "shard-1", "shard-2"]


@pytest.mark.parametrize("wait", [0.1, 0.6])
def test_an_asset_that_fails_while_parts_are_in_flight_leaves_nothing_wrong_to_the_next(
    fault_shelf, fault_server, wait
):
    """One object has another size than its `.meta` says, while parts of the others come."""
    put_shards(fault_server, 1, b"wrong!")
    for name in SHARDS:
        fault_server.on(gets(f"big/folder/1.0/{name}"), in_pieces(8, 0.05))
    fault_server.on(gets("big/folder/1.0/last"), late(wait))

    failed = fault_shelf.resolve("big/folder:1.0", options=["--no-lock"]).failed(6)
    assert "size" in error_text(failed.report)
    begun = [request for request in fault_server.requests if "range" in request.headers]
    assert len(begun) > len(SHARDS)
    assert visible(digests(fault_shelf.assets)) == {}
    assert not (fault_shelf.assets / STAGING).exists()

    # Under the same ETag: what was taken over from before would not be noticed.
    fault_server.rules.clear()
    contents = put_shards(fault_server, 101, b"right")
    report = fault_shelf.resolve("big/folder:1.0", options=["--no-lock"]).succeeded().report
    assert report["totals"]["downloaded_bytes"] == sum(map(len, contents.values()))
    for name, content in contents.items():
        assert file_digest(fault_shelf.assets / "big/folder/1.0" / name) == sha256(content)


def put_shards(server, first, last):
    contents = {name: bytes([first + number]) * SIZE for number, name in enumerate(SHARDS)} | {"last": last}
    put_folder(server, "big/folder", contents)
    for name in SHARDS:
        server.put(f"{PREFIX}/big/folder/1.0/{name}", contents[name], etag=f'"{name}"')
    meta = json.loads(server.objects[f"{PREFIX}/big/folder/1.0.meta"].content)
    meta["objects"] = [{"path": "last", "size": 5, "sha256": sha256(b"right")}]
    server.put(f"{PREFIX}/big/folder/1.0.meta", json.dumps(meta).encode())
    return contents


def in_pieces(count, seconds):
    """The body in pieces, each some time after the one before."""

    def fault(exchange):
        response = exchange.normal()
        exchange.send(response.head())
        step = len(response.body) // count + 1
        for start in range(0, len(response.body), step):
            time.sleep(seconds)
            exchange.send(response.body[start : start + step])

    return fault


def late(seconds):
    def fault(exchange):
        time.sleep(seconds)
        return exchange.normal()

    return fault


def test_what_a_killed_run_fetched_of_many_files_is_hashed_by_several_threads(fault_shelf, fault_server):
    shards = {f"shard-{number}": large(16 * MIB) for number in range(8)}
    put_folder(fault_server, "big/folder", {**shards, "last": b"last\n"})
    fault_server.on(gets("big/folder/1.0/last"), stall_after(1))
    running = fault_shelf.tool.start("resolve", fault_shelf.spec("big/folder:1.0"), "--no-lock")
    running.until(lambda: noted(fault_shelf.assets) == 8 * 16 * MIB, "all but the last came")
    running.process.kill()
    running.process.wait()

    fault_server.rules.clear()
    fault_server.requests.clear()
    again = fault_shelf.tool.start("resolve", fault_shelf.spec("big/folder:1.0"), "--no-lock")
    readers = reading_threads(again, at_least=MIB)
    again.wait().succeeded()
    assert [request.key for request in fault_server.requests if "shard" in request.key] == []
    assert len(readers) > 1
    assert file_digest(fault_shelf.assets / "big/folder/1.0/shard-7") == sha256(shards["shard-7"])
