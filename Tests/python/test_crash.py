"""Killed at any moment: what is visible is whole and closed under dependency, and the next run goes on from there."""

import os
import random
import shutil
import time

import pytest

from harness.store import marker
from harness.trees import STAGING, digests
from harness.workspace import actions

KILLS = 100
FILES, FOLDERS = 12, 8

# Printed by the failing test, so that the same moments can be tried again: MODELKIT_ASSETS_TEST_SEED=… pytest …
SEED = int(os.environ.get("MODELKIT_ASSETS_TEST_SEED") or random.SystemRandom().randrange(2**32))


class Library:
    """Some twenty megabytes: files and folders of many sizes, each depending on up to three pushed before it."""

    def __init__(self, store, chance):
        self.store, self.dependencies = store, {}
        for number in range(FILES):
            self.push(f"files/f{number:02}:1.0", chance.randbytes(chance.randrange(1, 2_000_000)), chance)
        for number in range(FOLDERS):
            parts = {f"p{part % 5}/{part:02}": chance.randbytes(chance.randrange(1, 40_000)) for part in range(40)}
            self.push(f"folders/d{number:02}:1.0", parts, chance)
        self.whole = store.digests(*self.dependencies)

    def push(self, pin, content, chance):
        before = list(self.dependencies)
        self.dependencies[pin] = chance.sample(before, min(len(before), chance.randrange(4)))
        self.store.push(pin, content)

    @property
    def entries(self):
        for pin, dependencies in self.dependencies.items():
            name, version = pin.split(":")
            yield {"name": name, "version": version, "depends_on": dependencies}

    def visible(self, assets):
        return {pin for pin in self.dependencies if os.path.lexists(assets / pin.replace(":", "/"))}

    def faults(self, assets):
        """What is wrong with the visible assets, given all that the directory holds."""
        present, visible = digests(assets), self.visible(assets)
        for pin in sorted(visible):
            expected = self.files(pin)
            found = {path: present[path] for path in present if path in expected or self.owns(pin, path)}
            if found != expected:
                yield f"{pin} is visible and not whole"
            for dependency in self.dependencies[pin]:
                if dependency not in visible:
                    yield f"{pin} is visible and {dependency}, which it depends on, is not"

    def files(self, pin):
        is_directory = self.store.meta(pin)["is_directory"]
        return {path: digest for path, digest in self.whole.items() if self.owns(pin, path)} | {
            marker(pin, is_directory): self.whole[marker(pin, is_directory)]
        }

    def owns(self, pin, path):
        local = pin.replace(":", "/")
        return path == local or path.startswith(local + "/")


@pytest.fixture
def library(workspace):
    return Library(workspace.store, random.Random(SEED))


def test_a_hundred_kills_leave_nothing_half_visible_and_nothing_to_fetch_twice(workspace, library):
    print(f"MODELKIT_ASSETS_TEST_SEED={SEED}")
    chance = random.Random(SEED + 1)
    running_time = full_running_time(workspace, library)
    killed_under_way = 0
    for kill in range(KILLS):
        moment = chance.uniform(0, running_time)
        label = f"kill {kill} after {moment:.4f} of {running_time:.4f} s, seed {SEED}"
        empty(workspace.assets)
        running = workspace.tool.start("resolve", workspace.spec(*library.entries))
        time.sleep(moment)
        running.process.kill()
        killed_under_way += running.process.wait() != 0
        assert list(library.faults(workspace.assets)) == [], label
        goes_on(workspace, library, label)
    assert killed_under_way > KILLS / 2, "most runs were over before they were killed"


def test_kills_one_after_the_other_get_there_in_the_end(workspace, library):
    print(f"MODELKIT_ASSETS_TEST_SEED={SEED}")
    chance = random.Random(SEED + 2)
    running_time = full_running_time(workspace, library)
    empty(workspace.assets)
    for _ in range(10):
        running = workspace.tool.start("resolve", workspace.spec(*library.entries))
        time.sleep(chance.uniform(0, running_time / 3))
        running.process.kill()
        running.process.wait()
        assert list(library.faults(workspace.assets)) == [], SEED
    goes_on(workspace, library, SEED)


def test_a_run_killed_just_before_the_end_of_its_tidying_is_tidied_after(workspace):
    workspace.store.push("files/f:1.0", b"content")
    workspace.resolve("files/f:1.0").succeeded()
    (workspace.assets / STAGING).mkdir()
    workspace.resolve("files/f:1.0").succeeded()
    assert not (workspace.assets / STAGING).exists()


def goes_on(workspace, library, label):
    """The next run keeps what was complete, finishes, and leaves the whole tree and nothing besides."""
    visible = library.visible(workspace.assets)
    report = workspace.resolve(*library.entries).succeeded().report
    kept = {pin for pin, action in actions(report).items() if action == "keep"}
    assert kept == visible, label
    missing = set(library.dependencies) - visible
    assert report["totals"]["downloaded_objects"] <= library.store.object_count(*missing), label
    assert digests(workspace.assets) == library.whole, label
    assert not (workspace.assets / STAGING).exists(), label


def full_running_time(workspace, library):
    times = []
    for _ in range(3):
        empty(workspace.assets)
        times.append(workspace.resolve(*library.entries).succeeded().seconds)
    return sorted(times)[1]


def empty(folder):
    shutil.rmtree(folder)
    folder.mkdir()
