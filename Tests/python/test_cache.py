"""A cache that several assets directories share: what is in it is not fetched, and nothing wrong comes out of it."""

import errno
import os
import shutil
import stat
import time

import pytest

from harness import fault_world
from harness.cache import entries, entry
from harness.fault_world import FINE, LARGE, SMALL
from harness.store import sha256
from harness.system_calls import Trace
from harness.trees import STAGING, digests, visible, walk
from harness.workspace import error_text, outcomes

PINNED = [
    {"name": name, "version": "1.0", "sha256": sha256(content)} for name, content in fault_world.CONTENTS.items()
]
EVERYTHING = fault_world.seen_of(FINE, SMALL, LARGE)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def cached(fault_shelf, cache):
    """A workspace on the server, whose first assets directory has filled the cache."""
    fault_shelf.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = cache
    fault_shelf.resolve(*PINNED).succeeded()
    return another(fault_shelf)


def another(shelf, name="again"):
    """The same with an assets directory in which nothing is yet."""
    shelf.assets = shelf.folder / name
    shelf.assets.mkdir()
    shelf.tool.environment["MODELKIT_ASSETS_DIR"] = shelf.assets
    return shelf


def data_requests(server):
    return [request for name in fault_world.CONTENTS for request in server.seen(fault_world.data(name))]


def damage(path, content):
    """Flips bits without a trace in its time, as a failing disk does."""
    before = path.stat()
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(len(content) // 2)
        file.write(bytes([content[len(content) // 2] ^ 1]))
    path.chmod(stat.S_IMODE(before.st_mode))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_full_cache_leaves_nothing_to_ask_of_the_store(cached, fault_server, cache):
    asked = len(data_requests(fault_server))
    report = cached.resolve(*PINNED).succeeded().report
    assert set(outcomes(report).values()) == {"fetched"}
    assert (report["totals"]["downloaded_objects"], report["totals"]["downloaded_bytes"]) == (0, 0)
    assert report["warnings"] == []
    assert len(data_requests(fault_server)) == asked
    assert visible(digests(cached.assets)) == EVERYTHING
    assert len(entries(cache)) == len(PINNED)
    assert not (cached.assets / STAGING).exists()


def test_what_the_lock_has_the_digest_of_is_not_asked_for_either(fault_shelf, fault_server, cache):
    fault_world.put_folder(fault_server, "some/folder", {"a": b"one", "b/c": b"two", "b/d": b""})
    wanted = ["some/folder:1.0", f"{LARGE}:1.0", SMALL]
    fault_shelf.resolve(*wanted, options=["--cache-dir", cache]).succeeded()
    before, asked = digests(fault_shelf.assets), len(fault_server.requests)
    report = another(fault_shelf).resolve(*wanted, options=["--cache-dir", cache, "--locked"]).succeeded().report
    paths = [request.key for request in fault_server.requests[asked:]]
    assert [path for path in paths if not path.endswith((".meta", ".versions"))] == []
    assert report["totals"]["downloaded_objects"] == 0
    assert digests(fault_shelf.assets) == before


def test_the_flag_names_it_and_beats_the_variable(cached, cache, tmp_path):
    other = tmp_path / "other"
    finished = cached.resolve(*PINNED, options=["--cache-dir", other, "--verbose"]).succeeded()
    assert f"cache: {other} (flag --cache-dir)" in finished.stderr
    assert len(entries(other)) == len(PINNED)
    table = cached.tool.run("check", cached.spec(*PINNED), "--format", "json").document
    rows = {row["name"]: row for section in table["sections"] for row in section["rows"]}
    assert rows["cache"]["value"] == str(cache)
    assert rows["cache"]["source"] == "environment variable MODELKIT_ASSETS_CACHE_DIR"


def test_what_has_no_pin_is_fetched_and_added(cached, fault_server, cache):
    shutil.rmtree(cache)
    asked = len(data_requests(fault_server))
    cached.resolve(f"{SMALL}:1.0").succeeded()
    assert len(data_requests(fault_server)) == asked + 1
    assert entries(cache) == {entry(cache, fault_world.SMALL_CONTENT)}


@pytest.mark.parametrize("name", [SMALL, LARGE])
def test_flipped_bits_are_told_and_not_used(cached, fault_server, cache, name):
    content = fault_world.CONTENTS[name]
    damage(entry(cache, content), content)
    finished = cached.resolve(*PINNED).succeeded()
    (warning,) = finished.report["warnings"]
    assert str(entry(cache, content)) in warning
    assert "corrupt" in warning
    assert warning in finished.stderr
    assert visible(digests(cached.assets)) == EVERYTHING
    assert len(entries(cache)) == len(PINNED)
    assert another(cached, "third").resolve(*PINNED).succeeded().report["warnings"] == []


def test_what_is_linked_is_read_only_and_its_folders_are_not(cached):
    cached.resolve(*PINNED).succeeded()
    for path in walk(cached.assets):
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            assert stat.S_IMODE(status.st_mode) == (0o444 if status.st_nlink > 1 else 0o644), path


def test_the_time_of_one_directory_is_not_that_of_another(cached):
    first = cached.folder / "assets" / f"{SMALL}/1.0"
    before = first.stat().st_mtime
    cached.resolve(*PINNED, environment={"SOURCE_DATE_EPOCH": "1000000000"}).succeeded()
    assert (cached.assets / f"{SMALL}/1.0").stat().st_mtime == 1_000_000_000
    assert first.stat().st_mtime == before


def test_a_forced_download_writes_to_nothing_that_is_shared(cached, fault_server, cache):
    cached.resolve(*PINNED).succeeded()
    inode = entry(cache, fault_world.SMALL_CONTENT).stat().st_ino
    asked = len(data_requests(fault_server))
    cached.resolve(*PINNED, options=["--force-download"]).succeeded()
    assert len(data_requests(fault_server)) > asked
    assert visible(digests(cached.assets)) == EVERYTHING
    assert entry(cache, fault_world.SMALL_CONTENT).stat().st_ino == inode
    assert len(entries(cache)) == len(PINNED)


def test_a_cache_on_another_file_system_is_copied_to_and_from(fault_shelf, fault_server, mounted_tmpfs):
    cache = mounted_tmpfs("size=64m")
    fault_shelf.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = cache
    fault_shelf.resolve(*PINNED).succeeded()
    asked = len(data_requests(fault_server))
    another(fault_shelf).resolve(*PINNED).succeeded()
    assert len(data_requests(fault_server)) == asked
    assert visible(digests(fault_shelf.assets)) == EVERYTHING
    assert list((cache / "v1/temporary").iterdir()) == []


def test_a_read_only_cache_is_read_and_that_nothing_is_added_is_told(fault_shelf, fault_server, mounted_tmpfs, remount):
    cache = mounted_tmpfs("size=64m")
    fault_shelf.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = cache
    small = [item for item in PINNED if item["name"] == SMALL]
    fault_shelf.resolve(*small).succeeded()
    remount(cache, "ro")
    asked = len(fault_server.seen(fault_world.data(SMALL)))
    report = another(fault_shelf).resolve(*PINNED).succeeded().report
    assert len(fault_server.seen(fault_world.data(SMALL))) == asked
    (warning,) = report["warnings"]
    assert "read-only file system" in warning.lower()
    assert visible(digests(fault_shelf.assets)) == EVERYTHING


def test_a_cache_whose_disk_is_full_is_told_of_once_and_does_without(fault_shelf, mounted_tmpfs):
    cache = mounted_tmpfs("size=1m")
    fault_shelf.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = cache
    report = fault_shelf.resolve(*PINNED).succeeded().report
    (warning,) = report["warnings"]
    assert "no space left" in warning.lower()
    assert visible(digests(fault_shelf.assets)) == EVERYTHING
    assert entries(cache) <= {entry(cache, content) for content in fault_world.CONTENTS.values()}
    fault_shelf.tool.run("cache", "prune").succeeded()
    assert list((cache / "v1/temporary").iterdir()) == []


def test_a_folder_of_something_else_is_refused(fault_shelf, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes").write_text("mine")
    report = fault_shelf.resolve(*PINNED, options=["--cache-dir", mine]).failed(9).report
    assert str(mine) in error_text(report)
    assert "neither empty nor a modelkit-assets cache" in error_text(report)
    report = fault_shelf.resolve(*PINNED, options=["--cache-dir", fault_shelf.assets]).failed(9).report
    assert "it is the assets directory" in error_text(report)
    for command in ("size", "prune", "clean"):
        finished = fault_shelf.tool.run("cache", command, "--cache-dir", mine).failed(9)
        assert "neither empty nor a modelkit-assets cache" in finished.stderr
        assert "choose an empty directory" not in finished.stderr
    assert [path.name for path in mine.iterdir()] == ["notes"]


def test_a_folder_asset_is_added_file_by_file(workspace, cache):
    files = {f"part-{number:03}": bytes([number]) * number for number in range(120)}
    workspace.store.push("many/files:1.0", {**files, "same/part": files["part-007"]})
    workspace.resolve("many/files:1.0", options=["--cache-dir", cache]).succeeded()
    assert entries(cache) == {entry(cache, content) for content in files.values()}
    assert digests(workspace.assets) == workspace.store.digests("many/files:1.0")


# The commands


def document(cached, *arguments):
    finished = cached.tool.run("cache", *arguments, "--format", "json").succeeded()
    assert (finished.document["format"], finished.document["version"]) == ("modelkit-assets/cache", 1)
    return finished.document["entries"], finished.document["bytes"]


def test_size_says_what_is_there_and_clean_removes_it(cached, cache):
    whole = (len(PINNED), sum(map(len, fault_world.CONTENTS.values())))
    assert document(cached, "size") == whole
    assert cached.tool.run("cache", "size").succeeded().stdout.startswith("3 entries (")
    assert document(cached, "clean") == whole
    assert document(cached, "size") == (0, 0)
    assert entries(cache) == set()
    assert visible(digests(cached.folder / "assets")) == EVERYTHING


def test_prune_removes_what_was_not_used_for_so_long(cached, cache):
    old = entry(cache, fault_world.SMALL_CONTENT)
    two_days = time.time() - 2 * 86_400
    for path in entries(cache):
        os.utime(path, (two_days, path.stat().st_mtime))
    cached.resolve(*[item for item in PINNED if item["name"] != SMALL]).succeeded()
    assert document(cached, "prune") == (0, 0)
    assert document(cached, "prune", "--older-than", "3d") == (0, 0)
    assert document(cached, "prune", "--older-than", "47h") == (1, len(fault_world.SMALL_CONTENT))
    assert not old.exists()
    assert len(entries(cache)) == len(PINNED) - 1
    for text in ("soon", "30"):
        refused = cached.tool.run("cache", "prune", "--older-than", text).failed(64).stderr
        assert f"invalid value `{text}` for `--older-than <time>`: expected a number and s, m, h, d or w" in refused


def test_a_cache_that_is_not_there_is_empty_and_one_that_is_not_set_is_an_error(cached, tmp_path):
    absent = tmp_path / "absent"
    assert document(cached, "clean", "--cache-dir", absent) == (0, 0)
    assert not absent.exists()
    unset = cached.tool.run("cache", "size", environment={"MODELKIT_ASSETS_CACHE_DIR": None}).failed(9)
    assert "--cache-dir" in unset.stderr


@pytest.mark.parametrize("name", ["pwrite64", "fsync", "linkat"])
def test_a_cache_whose_tag_cannot_be_made_stays_empty(workspace, cache, name):
    """Nobody else would take a folder with something in it for one that can become a cache."""
    workspace.store.push("nlp/x:1.0", b"content")
    cache.mkdir()
    workspace.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = cache
    command = [workspace.tool.binary, "resolve", workspace.spec("nlp/x:1.0"), "--no-lock"]
    said = workspace.folder / "said"
    with Trace(command, workspace.tool.full_environment(), cache, said) as trace:
        for call in trace:
            if call.name == name and (call.origin or call.path).startswith(f"{cache}/.CACHEDIR.TAG."):
                trace.fail(errno.EIO)
    assert trace.status == 0, said.read_text()
    assert list(cache.iterdir()) == []


def test_a_saved_plan_that_is_applied_adds_to_the_cache_that_the_flag_names(fault_shelf, tmp_path):
    fault_shelf.spec(*PINNED)
    fault_shelf.tool.run("plan", "--output", "plan.json", cwd=fault_shelf.folder).succeeded()
    options = ["--cache-dir", tmp_path / "cache"]
    fault_shelf.tool.run("apply", "plan.json", *options, cwd=fault_shelf.folder).succeeded()
    assert len(entries(tmp_path / "cache")) == len(PINNED)
