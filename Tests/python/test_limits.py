"""Limits of the process (`ulimit`): a run does with them, or says which it needs."""

import re
import shutil

import pytest

from harness.fault_world import FINE, LARGE, SMALL
from harness.trees import digests

MB = 1000 * 1000
# As CStartup.c has it.
OPEN_FILES = 64


@pytest.fixture(params=["local", "s3"])
def place(request):
    """A workspace, its assets, and a place to begin anew."""
    if request.param == "local":
        shelf = request.getfixturevalue("shelf")
        shelf.store.push("large/asset:1.0", b"x" * 40 * MB).push("many/files:1.0", {f"{n}": b"1" for n in range(300)})
        return shelf, ["nlp/vectors", "nlp/lexicon", "large/asset", "many/files"]
    return request.getfixturevalue("fault_shelf"), [f"{FINE}:1", f"{SMALL}:1", f"{LARGE}:1"]


def limited(workspace, limit, *arguments, **options):
    return workspace.tool.run(*arguments, before=["prlimit", limit], cwd=workspace.folder, **options)


def fresh(workspace):
    shutil.rmtree(workspace.assets)
    workspace.assets.mkdir()


@pytest.mark.parametrize("limit", [6, 8, 16, 32, OPEN_FILES - 1])
def test_too_few_open_files_are_an_error_that_says_how_many_are_needed(place, limit):
    workspace, entries = place
    workspace.spec(*entries)
    said = limited(workspace, f"--nofile={limit}:{limit}", "resolve").failed(1).stderr
    assert f"open file limit too low: {limit}, " in said and f"ulimit -n {OPEN_FILES}" in said
    assert digests(workspace.assets) == {}


@pytest.mark.parametrize("limit", [f"{OPEN_FILES}:{OPEN_FILES}", "16:4096"])
def test_as_many_open_files_as_are_needed_do(place, limit, tmp_path):
    workspace, entries = place
    workspace.spec(*entries)
    cache = {"MODELKIT_ASSETS_CACHE_DIR": tmp_path / "cache"}
    for environment in ({}, cache, cache):
        fresh(workspace)
        limited(workspace, f"--nofile={limit}", "resolve", environment=environment).succeeded()


@pytest.mark.parametrize("limit", [100, 200, 300, 400, 500, 700, 1000])
def test_an_address_space_of_any_size_ends_in_a_status(place, limit):
    workspace, entries = place
    workspace.spec(*entries)
    for _ in range(2):
        fresh(workspace)
        finished = limited(workspace, f"--as={limit * MB}", "resolve")
        if finished.status == 0:
            continue
        needed = re.search(rf"address space limit too low: {limit} MB, at least (\d+) MB required", finished.stderr)
        assert needed and finished.status == 1 and "ulimit -v" in finished.stderr, str(finished)
        assert int(needed[1]) < 1000


def test_the_address_space_that_is_said_to_be_needed_does(place):
    workspace, entries = place
    workspace.spec(*entries)
    said = limited(workspace, f"--as={100 * MB}", "resolve").failed(1).stderr
    kibibytes = int(re.search(r"ulimit -v (\d+)", said)[1])
    for _ in range(3):
        fresh(workspace)
        limited(workspace, f"--as={kibibytes * 1024}", "resolve").succeeded()


def test_an_error_of_these_limits_needs_no_more_than_they_leave(shelf):
    finished = limited(shelf, "--nofile=5:5", "--version")
    assert finished.status == 1 and "ulimit -n" in finished.stderr
