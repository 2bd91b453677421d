"""Several users, one assets directory and one cache: what the file-creation mask and a folder's group let them do."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from conftest import fill
from harness.trees import allocated, digests
from harness.workspace import Workspace, outcomes

GROUPS = {
    "a group": ((3001, 3000), (3002, 3000)),
    # OpenShift gives a container a user of no name, in root's group.
    "OpenShift": ((1000650000, 0), (1000660000, 0)),
}
ALONE = (3003, 3003)
# Folder of the assets directory, file of an asset, lock file, lock and plan, folder of the cache.
MODES = {
    "002": (0o775, 0o644, 0o664, 0o664, 0o775),
    "000": (0o775, 0o644, 0o664, 0o664, 0o775),
    "022": (0o755, 0o644, 0o644, 0o644, 0o755),
    "077": (0o755, 0o644, 0o644, 0o600, 0o700),
}


@pytest.fixture
def shared(binary):
    """A workspace where every user can come to: that of pytest is its owner's alone."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        workspace = Workspace.below(Path(folder), binary)
        fill(workspace.store)
        yield workspace


def give(folder, group):
    """What is made in it from now on is the group's."""
    os.chown(folder, 0, group)
    os.chmod(folder, 0o2775)


def as_user(user, mask, also=None):
    groups = f"--groups={also}" if also else "--clear-groups"
    ids = [f"--reuid={user[0]}", f"--regid={user[1]}", groups]
    return ["setpriv", *ids, "sh", "-c", f'umask {mask} && exec "$0" "$@"']


def run(workspace, user, *arguments, mask="002", also=None, **options):
    return workspace.tool.run(*arguments, before=as_user(user, mask, also), cwd=workspace.folder, **options)


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.parametrize("users", GROUPS.values(), ids=GROUPS)
def test_whoever_is_in_the_group_can_go_on_with_another_s(shared, users):
    first, second = users
    for folder in (shared.folder, shared.assets):
        give(folder, first[1])
    shared.spec("nlp/vectors:1.0", "nlp/lexicon:1.0")
    run(shared, first, "resolve").succeeded()
    # Into the same folders, under the same locks, in the same lock.
    shared.spec("nlp/vectors:1.4", "nlp/lexicon:2.0", "nlp/classifier")
    run(shared, second, "lock").succeeded()
    run(shared, second, "resolve", "--locked").succeeded()
    run(shared, first, "verify").succeeded()
    # In the place of what is the other's, file and folder.
    shared.spec("nlp/vectors:1.0", "nlp/lexicon:1.0")
    report = run(shared, second, "resolve", "--force-download", "--format", "json").succeeded().report
    assert outcomes(report) == {"nlp/vectors:1.0": "fetched", "nlp/lexicon:1.0": "fetched"}
    assert (shared.assets / "nlp/lexicon/1.0/en/words.txt").stat().st_uid == second[0]
    run(shared, first, "prune").succeeded()
    assert digests(shared.assets) == {
        **shared.store.digests("nlp/vectors:1.0", "nlp/lexicon:1.0"),
        **{path: digest for path, digest in digests(shared.assets).items() if path.startswith(".cache/")},
    }


@pytest.mark.parametrize("users", GROUPS.values(), ids=GROUPS)
def test_what_one_left_half_done_another_does(shared, users):
    first, second = users
    give(shared.assets, first[1])
    for pin in ("big/file:1.0", "big/folder:1.0"):
        shared.store.push(pin, b"" if pin.startswith("big/file") else {"in/a": b"", "in/b": b"1\n"})
        os.truncate(shared.store.data_object(pin, None if pin.startswith("big/file") else "in/a"), 256 << 20)
    spec = shared.spec("big/file:1.0", "big/folder:1.0")
    running = shared.tool.start("resolve", spec, "--no-lock", "-j", "1", before=as_user(first, "002"))
    staging = shared.assets / ".modelkit-assets/staging"
    running.until(lambda: allocated(staging) > 2 << 20, "much was under way")
    running.process.kill()
    running.process.wait()
    run(shared, second, "resolve", "--no-lock").succeeded()
    assert digests(shared.assets) == shared.store.digests("big/file:1.0", "big/folder:1.0")
    assert not (shared.assets / ".modelkit-assets").exists()


@pytest.mark.parametrize("mask", MODES)
def test_the_mask_decides(shared, mask):
    folder, file, lock_file, lock, cache = MODES[mask]
    give(shared.folder, 3000)
    shared.spec("nlp/vectors:1.4", "nlp/lexicon:2.0")
    made = shared.folder / "made/assets"
    environment = {"MODELKIT_ASSETS_DIR": made, "MODELKIT_ASSETS_CACHE_DIR": shared.folder / "cache"}
    first = GROUPS["a group"][0]
    plan = ["plan", "--create-assets-dir", "-o", "plan.json"]
    run(shared, first, *plan, mask=mask, environment=environment).succeeded()
    run(shared, first, "resolve", "--create-assets-dir", mask=mask, environment=environment).succeeded()
    paths = [made, *made.rglob("*")]
    assert {mode(path) for path in paths if path.is_dir()} == {folder | 0o2000}
    markers = {path for path in paths if path.name.endswith(".lock")}
    assert {mode(path) for path in markers} == {lock_file}
    # Those of a cache on a file system that shares no blocks are read-only, as they are links.
    assert {mode(path) for path in paths if path.is_file() and path not in markers} <= {file, 0o444}
    assert {path.stat().st_gid for path in paths} == {3000}
    assert {mode(shared.folder / name) for name in ("assets.lock", "plan.json")} == {lock}
    assert mode(shared.folder / "cache") & 0o777 == cache
    # A service reads all of it, whoever it runs as.
    for path in paths:
        check = ["test", "-r", path] if path.is_file() else ["test", "-x", path]
        assert os.waitstatus_to_exitcode(os.system(" ".join(map(str, as_user(ALONE, "022")[:4] + check)))) == 0, path


def test_a_lock_that_is_replaced_keeps_its_mode_and_its_group(shared):
    give(shared.folder, 3000)
    os.chmod(shared.folder, 0o775)  # Without the bit, a new file is of its owner's group.
    shared.spec("nlp/vectors:1.0")
    run(shared, (3001, 3000), "lock").succeeded()
    os.chmod(shared.folder / "assets.lock", 0o660)
    shared.spec("nlp/vectors:1.4")
    run(shared, ALONE, "lock", mask="022", also=3000).succeeded()
    status = (shared.folder / "assets.lock").stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (ALONE[0], 3000, 0o660)


def test_a_lock_file_that_is_not_the_group_s_can_be_locked(shared):
    """As Python modelkit makes it under most masks."""
    first, second = GROUPS["a group"]
    give(shared.assets, 3000)
    run(shared, first, "fetch", "nlp/vectors:1.0").succeeded()
    os.chmod(shared.assets / ".cache/nlp/vectors.lock", 0o644)
    run(shared, second, "fetch", "nlp/vectors:1.4").succeeded()


def test_a_cache_is_added_to_and_used_by_all_of_a_group(shared):
    first, second = GROUPS["a group"]
    cache = shared.folder / "cache"
    cache.mkdir()
    for folder in (cache, shared.folder):
        give(folder, 3000)
    for user, pins in {first: ["nlp/lexicon:2.0"], second: ["nlp/lexicon:2.0", "nlp/classifier:3.1"]}.items():
        folder = shared.folder / str(user[0])
        folder.mkdir()
        os.chown(folder, *user)
        environment = {"MODELKIT_ASSETS_DIR": folder, "MODELKIT_ASSETS_CACHE_DIR": cache}
        shared.spec(*pins)
        if user is second:
            (shared.store.data_object("nlp/lexicon:2.0", "about")).unlink()
        said = run(shared, user, "resolve", environment=environment).succeeded().stderr
        assert "warning" not in said
    run(shared, second, "cache", "clean", environment={"MODELKIT_ASSETS_CACHE_DIR": cache}).succeeded()
