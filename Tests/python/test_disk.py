"""The assets directory cannot take what is fetched: full, read-only, missing, not a folder."""

import errno
import os
import resource

import pytest

from harness.other_user import OTHER_USER, opened_to_others
from harness.system_calls import Trace
from harness.trees import digests, snapshot, visible
from harness.workspace import error_text, outcomes

SMALL, BIG, MANY = "nlp/small:1.0", "big/file:1.0", "big/folder:1.0"
MIB = 1024 * 1024


@pytest.fixture
def stocked(workspace):
    store = workspace.store
    store.push(SMALL, b"small\n")
    store.push(BIG, os.urandom(12 * MIB))
    store.push(MANY, {f"part-{number:03}": b"x" for number in range(200)})
    return workspace


def test_a_disk_with_too_little_room_is_an_error_that_names_the_directory(stocked, mounted_tmpfs):
    stocked.point_at(mounted_tmpfs("size=8m"))
    report = stocked.resolve(BIG).failed(9).report
    assert str(stocked.assets) in error_text(report)
    assert visible(digests(stocked.assets)) == {}


def test_a_disk_that_fills_up_under_way_is_an_error_that_names_the_path(stocked, mounted_tmpfs):
    # Room enough by its free bytes, but not for the number of files.
    stocked.point_at(mounted_tmpfs("size=8m,nr_inodes=80"))
    stocked.resolve(SMALL).succeeded()
    report = stocked.resolve(SMALL, MANY).failed(9).report
    assert f"{stocked.assets}/" in error_text(report)
    assert "No space left on device".lower() in error_text(report).lower()
    assert outcomes(report) == {SMALL: "present", MANY: "failed"}
    assert visible(digests(stocked.assets)) == visible(stocked.store.digests(SMALL))


def test_once_there_is_room_the_next_run_finishes(stocked, mounted_tmpfs, remount):
    folder = mounted_tmpfs("size=8m,nr_inodes=80")
    stocked.point_at(folder)
    stocked.resolve(SMALL, MANY).failed(9)
    remount(folder, "size=32m,nr_inodes=1000")
    stocked.resolve(SMALL, MANY, BIG).succeeded()
    assert digests(folder) == stocked.store.digests(SMALL, MANY, BIG)


def test_a_full_disk_leaves_the_old_version_of_what_is_fetched_again(stocked, mounted_tmpfs):
    stocked.point_at(mounted_tmpfs("size=18m"))
    stocked.resolve(BIG).succeeded()
    before = visible(snapshot(stocked.assets))
    report = stocked.resolve(BIG, options=["--force-download"]).failed(9).report
    assert str(stocked.assets) in error_text(report)
    assert visible(snapshot(stocked.assets)) == before


def test_a_read_only_directory_is_an_error_that_names_it(stocked, mounted_tmpfs, remount):
    folder = mounted_tmpfs("size=32m")
    stocked.point_at(folder)
    stocked.resolve(SMALL).succeeded()
    remount(folder, "ro")
    before = snapshot(folder)
    report = stocked.resolve(SMALL, MANY).failed(9).report
    assert str(folder) in error_text(report)
    assert "read-only" in error_text(report).lower()
    assert snapshot(folder) == before


def test_a_read_only_directory_that_holds_everything_will_do(stocked, mounted_tmpfs, remount):
    folder = mounted_tmpfs("size=32m")
    stocked.point_at(folder)
    stocked.resolve(SMALL, MANY).succeeded()
    remount(folder, "ro")
    before = snapshot(folder)
    report = stocked.resolve(SMALL, MANY).succeeded().report
    assert outcomes(report) == {SMALL: "present", MANY: "present"}
    assert snapshot(folder) == before


def test_an_assets_directory_that_is_missing_is_named_and_not_made(stocked, tmp_path):
    stocked.point_at(tmp_path / "absent/deep")
    finished = stocked.resolve(SMALL).failed(9)
    text = error_text(finished.report)
    assert str(stocked.assets) in text
    assert "--create-assets-dir" in text
    assert not (tmp_path / "absent").exists()


def test_it_is_made_when_that_is_asked_for(stocked, tmp_path):
    stocked.point_at(tmp_path / "absent/deep")
    stocked.resolve(SMALL, options=["--create-assets-dir"]).succeeded()
    assert digests(stocked.assets) == stocked.store.digests(SMALL)


def test_an_assets_directory_that_is_a_file_is_an_error_that_names_it(stocked, tmp_path):
    file = tmp_path / "a-file"
    file.write_bytes(b"mine\n")
    stocked.point_at(file)
    report = stocked.resolve(SMALL).failed(9).report
    assert str(file) in error_text(report)
    assert file.read_bytes() == b"mine\n"


def test_few_open_files_are_enough_for_many_assets_at_once(workspace):
    pins = [f"many/a{number:03}:1.0" for number in range(120)]
    for pin in pins:
        workspace.store.push(pin, pin.encode())
    few = (100, 100)
    workspace.resolve(
        *pins, options=["--jobs", "200"], preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, few)
    ).succeeded()
    assert digests(workspace.assets) == workspace.store.digests(*pins)


def test_an_asset_whose_folder_cannot_be_looked_at_is_not_taken_for_missing(stocked):
    """Else another version could be chosen than the one that stands there."""
    stocked.resolve(SMALL).succeeded()
    spec = stocked.spec("nlp/small:1")
    command = [stocked.tool.binary, "plan", spec, "--no-lock"]
    with Trace(command, stocked.tool.full_environment(), stocked.assets, stocked.folder / "said") as trace:
        failed = None
        for call in trace:
            if failed is None and call.name == "openat" and call.path.endswith("/nlp/small"):
                failed = call
                trace.fail(errno.EIO)
    said = (stocked.folder / "said").read_text()
    assert trace.status == 9, said
    assert f"{stocked.assets}/nlp/small" in said and "input/output error" in said


def test_a_folder_of_the_store_that_may_not_be_looked_into_is_not_taken_for_empty(stocked):
    """It can be listed, and what is in it cannot be told."""
    folder = stocked.store.versions_object("nlp/small").parent
    opened_to_others(folder, stocked.tool.folder)
    folder.chmod(0o744)
    finished = stocked.tool.run("list", **OTHER_USER).failed(4)
    assert str(folder) in finished.stderr
