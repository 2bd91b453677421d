"""Ended at any system call, by a kill, by an error or by a power cut: what is visible is whole, and the next run ends with
0 and leaves nothing behind.

Each scenario of `harness.crash_scenarios` and `harness.crash_pushes` is run, and

- killed before every call: of the states that this leaves, one in `STATE_STRIDE` is looked at;
- run again with one call spoiled, by a kill or by one of four errors: one in `ENDING_STRIDE` of all pairs of a way to spoil
  it and a call, of those of one name that find the same on the disk the first;
- run on a disk that loses what was not synced, with a power cut before every call that finds another disk than the one
  before.

MODELKIT_ASSETS_TEST_CRASH_STRIDE=1 leaves nothing out.
"""

import os

import pytest

from harness import crash_explorer, power_cut
from harness.crash_pushes import PUSHES, New, Updated
from harness.crash_scenarios import CALLS, FETCHES, Forced, Fresh, Locked, ManyFiles, Pruned, Repaired
from harness.crash_world import OverlayWorld
from harness.s3_world import MIB

SCENARIOS = FETCHES + PUSHES
STRIDE = os.environ.get("MODELKIT_ASSETS_TEST_CRASH_STRIDE")
STATE_STRIDE, ENDING_STRIDE, CUT_STRIDE = (int(STRIDE),) * 3 if STRIDE else (8, 97, 4)


@pytest.fixture
def scenario(request, tmp_path, binary):
    return request.param(tmp_path, binary)


def of_all(test):
    return pytest.mark.parametrize("scenario", SCENARIOS, indirect=True, ids=lambda kind: kind.__name__)(test)


def test_every_listed_call_is_made_in_some_scenario():
    assert CALLS == set().union(*(scenario.must_call for scenario in SCENARIOS))


@of_all
def test_the_next_run_goes_on_from_any_kill(scenario):
    made, states = crash_explorer.explore_kills(scenario, STATE_STRIDE)
    print(f"{type(scenario).__name__}: {sum(made.values())} kills, {states} states")
    assert scenario.must_call <= set(made)


@of_all
def test_the_next_run_goes_on_from_any_error(scenario):
    tried, states = crash_explorer.explore_endings(scenario, ENDING_STRIDE)
    print(f"{type(scenario).__name__}: {dict(tried)}, {states} states")
    assert tried


@of_all
def test_the_next_run_goes_on_from_any_power_cut(scenario):
    cuts, states = power_cut.explore(scenario, CUT_STRIDE)
    print(f"{type(scenario).__name__}: {cuts} power cuts, {states} states")
    assert cuts > 1 or not scenario.must_call & {"fsync", "syncfs"}


@pytest.fixture
def layered(request, mounted_tmpfs, binary):
    scenario = request.param(mounted_tmpfs("size=4g"), binary, OverlayWorld)
    yield scenario
    scenario.world.unmount()


@pytest.mark.parametrize("layered", [Forced, Repaired, Pruned], indirect=True, ids=lambda kind: kind.__name__)
def test_the_next_run_goes_on_from_any_kill_on_overlayfs(layered):
    made, states = crash_explorer.explore_kills(layered, STATE_STRIDE)
    print(f"{type(layered).__name__} on overlayfs: {sum(made.values())} kills, {states} states")


@pytest.mark.parametrize("layered", [Forced, Repaired, Pruned], indirect=True, ids=lambda kind: kind.__name__)
def test_the_next_run_goes_on_from_any_error_on_overlayfs(layered):
    tried, states = crash_explorer.explore_endings(layered, ENDING_STRIDE)
    print(f"{type(layered).__name__} on overlayfs: {dict(tried)}, {states} states")
    assert tried


def syncs(name, part, size=0):
    """Of a path in which this stands, and of a file that has so many bytes."""
    return lambda call: call.name == name and part in call.path and os.path.getsize(call.path) >= size


# A sync without which a power cut does harm.
NEEDED = [
    (Fresh, syncs("fsync", "/content")),
    (Forced, syncs("fsync", "/content")),
    (ManyFiles, syncs("syncfs", "")),
    (Locked, syncs("fsync", ".assets.lock.")),
    (New, syncs("fsync", ".modelkit-assets-uploads/", size=MIB)),
    (Updated, syncs("fsync", ".modelkit-assets-uploads/", size=MIB)),
]


@pytest.mark.parametrize(("scenario", "left_out"), NEEDED, indirect=["scenario"], ids=lambda kind: kind.__name__)
def test_a_sync_that_is_left_out_is_found_by_the_power_cuts(scenario, left_out):
    with pytest.raises(AssertionError, match="^power cut"):
        power_cut.explore(scenario, 1, left_out)
