"""Many processes at once, in one assets directory and with one cache, some of them killed.

MODELKIT_ASSETS_TEST_ROUNDS repeats them more often, and MODELKIT_ASSETS_TEST_SEED repeats what failed.
"""

import os
import random
import shutil
import time

import pytest

from harness import fault_world
from harness.cache import entries, entry
from harness.store import sha256
from harness.trees import digests, file_digest, visible

SEED = int(os.environ.get("MODELKIT_ASSETS_TEST_SEED") or random.SystemRandom().randrange(2**32))
ROUNDS = int(os.environ.get("MODELKIT_ASSETS_TEST_ROUNDS") or 6)


@pytest.fixture
def chance():
    print(f"MODELKIT_ASSETS_TEST_SEED={SEED}")
    return random.Random(SEED)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def library(workspace, chance):
    contents = {f"lib/file{number}:1.0": chance.randbytes(chance.randrange(1, 1_500_000)) for number in range(12)}
    for pin, content in contents.items():
        workspace.store.push(pin, content)
    workspace.contents = contents
    return workspace


def pinned(library):
    for pin, content in library.contents.items():
        name, version = pin.split(":")
        yield {"name": name, "version": version, "sha256": sha256(content)}


def overlapping(library, chance):
    """Specs that have assets in common: all of them with digests, all without, and some."""
    some = (chance.sample(list(library.contents), 8) for _ in range(3))
    return [
        library.spec(*pinned(library)),
        library.spec(*library.contents, name="unpinned.yaml"),
        *(library.spec(*pins, name=f"some-{number}.yaml") for number, pins in enumerate(some)),
    ]


def emptied(library):
    shutil.rmtree(library.assets)
    library.assets.mkdir()


def test_ten_processes_in_one_directory_and_one_cache_with_kills(library, cache, chance):
    specs = overlapping(library, chance)
    expected = library.store.digests(*library.contents)
    for round_ in range(ROUNDS):
        emptied(library)
        if round_ % 2:
            library.tool.run("cache", "clean", "--cache-dir", cache).succeeded()
        runs = [library.tool.start("resolve", chance.choice(specs), "--cache-dir", cache) for _ in range(10)]
        deadline = time.monotonic() + chance.uniform(0.05, 0.6)
        while time.monotonic() < deadline:
            time.sleep(chance.uniform(0, 0.03))
            victim = chance.choice(runs)
            if victim.process.poll() is None and chance.random() < 0.5:
                victim.process.kill()
            assert_nothing_half_visible(library, expected)
        for run in runs:
            assert run.wait().status in (0, 137), str(run.finished(run.process.returncode))
        assert_nothing_half_visible(library, expected)
        library.tool.run("resolve", specs[0], "--cache-dir", cache).succeeded()
        assert digests(library.assets) == expected, SEED
        assert entries(cache) <= {entry(cache, content) for content in library.contents.values()}
    library.tool.run("cache", "prune", "--cache-dir", cache).succeeded()
    assert list((cache / "v1/temporary").iterdir()) == []


@pytest.mark.parametrize("with_cache", [False, True], ids=["no cache", "one cache"])
def test_ten_processes_of_which_none_is_killed_download_each_object_once(
    fault_shelf, fault_server, cache, chance, with_cache
):
    contents = {f"lib/file{number}": chance.randbytes(chance.randrange(1, 300_000)) for number in range(12)}
    for name, content in contents.items():
        fault_world.put_asset(fault_server, name, content)
    pins = [f"{name}:1.0" for name in contents]
    options = ["--cache-dir", cache] if with_cache else []
    for round_ in range(ROUNDS):
        emptied(fault_shelf)
        shutil.rmtree(cache, ignore_errors=True)
        with fault_server.lock:
            fault_server.requests.clear()
        specs = [fault_shelf.spec(*chance.sample(pins, 8), name=f"{round_}-{number}.yaml") for number in range(4)]
        specs.append(fault_shelf.spec(*pins, name=f"{round_}.yaml"))
        # The last one wants them all.
        runs = [fault_shelf.tool.start("resolve", specs[number % 5], *options) for number in range(10)]
        for run in runs:
            assert run.wait().status == 0, str(run.finished(run.process.returncode))
        fetched = {name: len(fault_server.seen(fault_world.data(name))) for name in contents}
        assert set(fetched.values()) == {1}, (fetched, SEED)
        seen = visible(digests(fault_shelf.assets))
        assert {f"{name}/1.0": sha256(content) for name, content in contents.items()}.items() <= seen.items()


def assert_nothing_half_visible(library, expected):
    for pin in library.contents:
        path = library.assets / pin.replace(":", "/")
        if path.exists():
            assert file_digest(path) == expected[pin.replace(":", "/")], (pin, SEED)


def test_a_killed_run_that_had_the_cache_goes_on(library, cache, chance):
    spec = library.spec(*pinned(library))
    seconds = library.tool.run("resolve", spec, "--cache-dir", cache).succeeded().seconds
    expected = library.store.digests(*library.contents)
    for number in range(20):
        emptied(library)
        killed = library.tool.start("resolve", spec, "--cache-dir", cache)
        time.sleep(chance.uniform(0, seconds))
        killed.process.kill()
        killed.process.wait()
        assert_nothing_half_visible(library, expected)
        # With the cache, and without it.
        options = ["--cache-dir", cache] if number % 2 else []
        finished = library.tool.run("resolve", spec, "--format", "json", *options).succeeded()
        assert digests(library.assets) == expected, (number, SEED)
        if options:
            assert finished.report["totals"]["downloaded_objects"] == 0
        assert entries(cache) == {entry(cache, content) for content in library.contents.values()}
