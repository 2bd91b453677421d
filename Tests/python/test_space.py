"""A plan that does not fit into the free space of the assets directory is refused before its first byte."""

import os
import shutil

import pytest

from harness import fault_world
from harness.fault_world import LARGE, SMALL
from harness.faults import stall_after
from harness.s3_world import MIB
from harness.trees import STAGING, visible, digests
from harness.workspace import error_text, errors

ENTRIES = [f"{LARGE}:1.0", f"{SMALL}:1.0"]
SIZE = len(fault_world.LARGE_CONTENT) + len(fault_world.SMALL_CONTENT)


@pytest.fixture
def locked(fault_shelf, fault_server):
    """A workspace whose lock has the sizes."""
    fault_shelf.resolve(*ENTRIES).succeeded()
    shutil.rmtree(fault_shelf.assets)
    fault_shelf.assets.mkdir()
    fault_server.requests.clear()
    return fault_shelf


def at(workspace, folder):
    workspace.assets = folder
    workspace.tool.environment["MODELKIT_ASSETS_DIR"] = folder
    return workspace


def data_requests(server):
    return [request for name in (LARGE, SMALL) for request in server.seen(fault_world.data(name))]


def free(folder):
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def megabytes(count):
    return f"{count / 1e6:.1f} MB"


def assert_refused(finished, folder, needed=SIZE):
    [error] = errors(finished.failed(9).report or finished.document)
    assert error["code"] == "no-space"
    words = [str(folder), f"{megabytes(needed)} needed", f"{megabytes(free(folder))} free"]
    assert [word for word in [*words, f"{megabytes(needed - free(folder))} missing"] if word not in error["message"]] == []
    assert "--no-space-check" in error["hint"]


def test_what_does_not_fit_is_not_begun(locked, fault_server, mounted_tmpfs):
    at(locked, mounted_tmpfs("size=8m"))
    assert_refused(locked.resolve(*ENTRIES), locked.assets)
    assert data_requests(fault_server) == []
    assert digests(locked.assets) == {}


def test_with_no_space_check_it_is_begun_and_the_disk_fills_up(locked, fault_server, mounted_tmpfs):
    at(locked, mounted_tmpfs("size=8m"))
    finished = locked.resolve(*ENTRIES, options=["--no-space-check"]).failed(9)
    assert "no space left" in error_text(finished.report).lower()
    assert data_requests(fault_server) != []


def test_what_fits_is_fetched(locked, mounted_tmpfs):
    at(locked, mounted_tmpfs("size=22m"))
    locked.resolve(*ENTRIES).succeeded()


def test_what_is_in_staging_needs_no_more_room(locked, fault_server, mounted_tmpfs):
    at(locked, mounted_tmpfs("size=22m"))
    # Of both parts: the first is of 16 MiB.
    fault_server.on(fault_world.data(LARGE), stall_after(3 * MIB))
    running = locked.tool.start("resolve", locked.folder / "assets.yaml")
    running.until(lambda: free(locked.assets) < 18 * MIB, "some of it came")
    running.process.kill()
    running.process.wait()
    fault_server.rules.clear()
    assert free(locked.assets) < SIZE
    locked.resolve(*ENTRIES).succeeded()
    assert visible(digests(locked.assets)) == fault_world.seen_of(LARGE, SMALL)


def test_what_is_fetched_again_stands_beside_what_it_replaces(locked, mounted_tmpfs):
    at(locked, mounted_tmpfs("size=30m"))
    locked.resolve(*ENTRIES).succeeded()
    before = visible(digests(locked.assets))
    assert_refused(
        locked.resolve(*ENTRIES, options=["--force-download"]), locked.assets, len(fault_world.LARGE_CONTENT)
    )
    assert visible(digests(locked.assets)) == before
    (locked.assets / SMALL / "1.0").unlink()
    locked.resolve(*ENTRIES).succeeded()


def test_what_the_cache_links_needs_no_room(locked, mounted_tmpfs):
    disk = mounted_tmpfs("size=30m")
    options = ["--cache-dir", disk / "cache"]
    for name in ("first", "second"):
        (disk / name).mkdir()
        at(locked, disk / name).resolve(*ENTRIES, options=options).succeeded()
    assert free(disk) < SIZE
    assert visible(digests(disk / "second")) == fault_world.seen_of(LARGE, SMALL)
    # What is fetched all the same does.
    assert_refused(
        locked.resolve(*ENTRIES, options=[*options, "--force-download"]), locked.assets,
        needed=len(fault_world.LARGE_CONTENT) + len(fault_world.SMALL_CONTENT),
    )  # fmt: skip


def test_sizes_that_are_not_known_are_not_asked_for(fault_shelf, fault_server, mounted_tmpfs):
    at(fault_shelf, mounted_tmpfs("size=8m"))
    fault_shelf.resolve(*ENTRIES).failed(9)
    order = [request.method for request in fault_server.requests if request.key.endswith(f"{LARGE}/1.0")]
    assert order[0] == "GET"


def test_a_plan_says_that_it_will_not_fit_and_is_not_applied(locked, fault_server, mounted_tmpfs):
    at(locked, mounted_tmpfs("size=8m"))
    planned = locked.tool.run("plan", "--output", "plan.json", cwd=locked.folder).succeeded()
    assert "`modelkit-assets resolve` would fail: not enough disk space" in planned.stderr
    finished = locked.tool.run("apply", "plan.json", "--format", "json", cwd=locked.folder)
    assert_refused(finished, locked.assets)
    assert data_requests(fault_server) == []
    finished = locked.tool.run("apply", "plan.json", "--no-space-check", cwd=locked.folder).failed(9)
    assert "no space left" in finished.stderr.lower()


def test_a_folder_as_the_store_is_looked_at_too(workspace, mounted_tmpfs):
    workspace.store.push("big/file:1.0", os.urandom(12 * MIB))
    workspace.resolve("big/file:1.0").succeeded()
    small = mounted_tmpfs("size=8m")
    workspace.tool.environment["MODELKIT_ASSETS_DIR"] = small
    assert_refused(workspace.resolve("big/file:1.0"), small, 12 * MIB)
    assert not (small / STAGING).exists()
