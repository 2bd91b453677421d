"""Killed at each system call that changes the disk, and with each of them failing once: what is visible is whole, and
the next run ends with 0 and leaves nothing behind.

MODELKIT_ASSETS_TEST_CRASH_STRIDE=1 tries every call with every error; without it every fifth kill is tried, and every
twenty-fifth error.
"""

import os
import shutil

import pytest

from harness import crash_explorer
from harness.store import marker
from harness.trees import STAGING, digests, visible

STRIDE = int(os.environ.get("MODELKIT_ASSETS_TEST_CRASH_STRIDE") or 5)
# Of four errors a call: each in its turn.
ERROR_STRIDE = 1 if STRIDE == 1 else 5 * STRIDE
DIRECTORY, FILE, DEPENDENCY = "folders/d:1.0", "files/f:1.0", "files/base:1.0"
# Two parts of 16 MiB and a little, mostly holes.
LARGE = b"begin" + bytes(17 << 20) + b"end"
OLD = "folders/d:0.9"
# Of the README's: done, where what failed was no part of the promise, and the assets directory or the disk.
STATUSES = {0, 9}


class Scenario:
    def __init__(self, workspace):
        self.workspace = workspace
        workspace.store.push(DEPENDENCY, b"what others need")
        workspace.store.push(FILE, b"a file asset")
        workspace.store.push(DIRECTORY, {"large": LARGE, "below/small": b"small", "empty": b""})
        self.spec = workspace.spec(
            {"name": "files/base", "version": "1.0"},
            {"name": "files/f", "version": "1.0", "depends_on": [DEPENDENCY]},
            {"name": "folders/d", "version": "1.0", "depends_on": [DEPENDENCY]},
        )
        self.whole = visible(workspace.store.digests(DEPENDENCY, FILE, DIRECTORY))
        self.before = workspace.folder / "before"
        self.before.mkdir()

    def resolve(self, *options):
        return ["resolve", self.spec, *options]

    def keep_whole(self):
        """Begins with everything in place, and a lock."""
        self.workspace.tool.run(*self.resolve()).succeeded()
        self.keep()

    def keep(self):
        shutil.rmtree(self.before)
        shutil.copytree(self.workspace.assets, self.before)

    def prepare(self):
        shutil.rmtree(self.workspace.assets)
        shutil.copytree(self.before, self.workspace.assets)

    def check_visible(self, case):
        found = digests(self.workspace.assets)
        for pin in (DEPENDENCY, FILE, DIRECTORY):
            is_directory = pin == DIRECTORY
            if not (marker(pin, is_directory) in found and self.stands(pin)):
                continue
            path = pin.replace(":", "/")
            mine = {name: value for name, value in self.whole.items() if name == path or name.startswith(path + "/")}
            assert {name: found.get(name) for name in mine} == mine, f"{case}: {pin} is marked and not whole"
            assert self.stands(DEPENDENCY), f"{case}: {pin} is there without what it depends on"

    def check_whole(self, case):
        assert visible(digests(self.workspace.assets)) == self.whole, f"{case}: wrong content"

    def stands(self, pin):
        return os.path.lexists(self.workspace.assets / pin.replace(":", "/"))

    def check_next(self, case, arguments):
        for again in (arguments, self.resolve()):
            result = self.workspace.tool.run(*again)
            assert result.status == 0, f"{case}: {result}"
            self.check_whole(case)
        assert not (self.workspace.assets / STAGING).exists(), f"{case}: the tool's folder was left"


def fresh(scenario):
    return scenario.resolve()


def forced(scenario):
    scenario.keep_whole()
    return scenario.resolve("--force-download")


def repaired(scenario):
    scenario.keep_whole()
    for path in ("folders/d/1.0/below/small", "files/f/1.0"):
        (scenario.workspace.assets / path).write_bytes(b"damaged")
    scenario.keep()
    return ["verify", scenario.spec, "--repair"]


def unmarked(scenario):
    scenario.keep_whole()
    (scenario.workspace.assets / marker(FILE, False)).unlink()
    scenario.keep()
    return scenario.resolve()


def pruned(scenario):
    workspace = scenario.workspace
    workspace.store.push(OLD, {"below/a": b"a", "below/b": b"b", "c": b"c"})
    workspace.tool.run("resolve", workspace.spec(OLD, name="old.yaml"), "--no-lock").succeeded()
    scenario.keep_whole()
    return ["prune", scenario.spec]


SCENARIOS = [fresh, forced, repaired, unmarked, pruned]


@pytest.mark.parametrize("scene", SCENARIOS)
def test_the_next_run_goes_on_from_any_kill(workspace, scene):
    scenario = Scenario(workspace)
    arguments, count = scene(scenario), 0
    for case in crash_explorer.kills(
        workspace.tool, arguments, scenario.prepare, workspace.folder / "trace", STRIDE
    ):
        if scene is not repaired:
            scenario.check_visible(case)
        scenario.check_next(case, arguments)
        count += 1
    print(f"{scene.__name__}: {count} kills, one in {STRIDE}")
    assert count > 3


@pytest.mark.parametrize("scene", SCENARIOS)
def test_the_next_run_goes_on_from_any_error(workspace, scene):
    scenario = Scenario(workspace)
    arguments, count = scene(scenario), 0
    for case, status in crash_explorer.failures(
        workspace.tool, arguments, scenario.prepare, workspace.folder / "trace", ERROR_STRIDE
    ):
        assert status in STATUSES, f"{case}: status {status}"
        if status == 0 and scene is not pruned:
            scenario.check_whole(case)
        if scene is not repaired:
            scenario.check_visible(case)
        scenario.check_next(case, arguments)
        count += 1
    print(f"{scene.__name__}: {count} errors, one in {ERROR_STRIDE}")
    assert count > 3
