"""Every answer of a run is replaced once by each fault, and every two of them: the run ends in bounded time, with the
right bytes or the right status.

MODELKIT_ASSETS_TEST_ANSWER_STRIDE=1 tries every answer with every fault, and every pair; without it every sixth case is
tried, and of the pairs every two-hundredth.
"""

import itertools
import os
import shutil

import pytest

from harness import answer_explorer
from harness.answer_explorer import FAULTS
from harness.fault_server import FaultServer
from harness.fault_world import put_asset, put_folder
from harness.gcs_fault_server import GCSFaultServer
from harness.s3_world import MIB, large
from harness.store import sha256
from harness.trees import digests, visible

STRIDE = int(os.environ.get("MODELKIT_ASSETS_TEST_ANSWER_STRIDE") or 6)
PAIR_STRIDE = 1 if STRIDE == 1 else 200 * STRIDE // 6
# In seconds: of the program's trying, which is that of each silence too, and of a run with one fault.
BUDGET, LONGEST_RUN = 2, 20
# The first comes in two parts, and is asked for its checksum.
FILES = {"large": large(17 * MIB), "below/small": b"small", "empty": b""}
CONTENT = b"a file asset"
DIALECTS = {"s3": FaultServer, "gcs": GCSFaultServer}
WINDOWS = (1, 2, 64)


# Of each asset.
FOLDER = {f"folders/d/1.0/{path}": sha256(content) for path, content in {**FILES, ".SUCCESS": b""}.items()}
FILE = {"files/f/1.0": sha256(CONTENT), "files/f/.1.0.SUCCESS": sha256(b"")}
# What a run leaves visible: all of it, or where it may fail one of the assets or none.
WHOLE = FOLDER | FILE
PARTS = (WHOLE, FOLDER, FILE, {})


class World:
    def __init__(self, workspace, server, window):
        self.workspace, self.window = workspace, window
        put_folder(server, "folders/d", FILES)
        put_asset(server, "files/f", CONTENT)
        workspace.tool.environment = {
            "MODELKIT_ASSETS_DIR": workspace.assets,
            "MODELKIT_STORAGE_TIMEOUT_S": str(BUDGET),
            **server.environment,
        }
        self.spec = workspace.spec("folders/d:1.0", "files/f:1.0")

    def run(self):
        shutil.rmtree(self.workspace.assets)
        self.workspace.assets.mkdir()
        return self.workspace.tool.run("resolve", self.spec, "--jobs", self.window, "--no-lock", timeout=LONGEST_RUN)

    def violation(self, finished, may_fail=False):
        """What is wrong with a run; None where nothing is."""
        found = visible(digests(self.workspace.assets))
        if finished.status == 8 and may_fail:
            return None if found in PARTS else f"wrong content: {found}"
        if finished.status != 0:
            return str(finished)
        return None if found == WHOLE else f"wrong content: {found}"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_run_gets_over_any_answer_that_is_replaced_once(workspace, dialect, window, fault):
    with DIALECTS[dialect]() as server:
        world = World(workspace, server, window)
        bodies = answer_explorer.answers_of(server, lambda: world.run().succeeded())
        assert len(bodies) >= 9, "every kind of request of a run is among them"
        cases = answer_explorer.cases(bodies, [fault])
        # Another beginning for each, so that together they reach every answer.
        place = list(FAULTS).index(fault) + 2 * WINDOWS.index(window) + list(DIALECTS).index(dialect)
        chosen = cases[place % STRIDE :: STRIDE]
        violations = []
        for answer, _ in chosen:
            (rule,) = answer_explorer.replace(server, (answer, fault))
            violation = world.violation(world.run())
            assert rule.times == 0, f"{answer} was never asked for"
            if violation:
                violations.append(f"{fault} in place of {answer}: {violation}")
        print(f"{dialect}, -j {window}, {fault}: {len(chosen)} of {len(cases)} answers, {len(violations)} violations")
        assert violations == [], "\n\n".join(violations)
    assert server.mistakes == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_run_gets_over_any_two_answers_that_are_replaced(workspace, dialect):
    with DIALECTS[dialect]() as server:
        world = World(workspace, server, window=2)
        bodies = answer_explorer.answers_of(server, lambda: world.run().succeeded())
        cases = answer_explorer.cases(bodies, FAULTS)
        pairs = list(itertools.combinations_with_replacement(cases, 2))
        chosen = pairs[list(DIALECTS).index(dialect) :: PAIR_STRIDE]
        violations = []
        for first, second in chosen:
            answer_explorer.replace(server, first, second)
            # A second silence in place of the same answer uses up the time that there is.
            violation = world.violation(world.run(), may_fail=first[0][:3] == second[0][:3])
            if violation:
                violations.append(f"{first[1]} in place of {first[0]}, {second[1]} in place of {second[0]}: {violation}")
        print(f"{dialect}: {len(chosen)} of {len(pairs)} pairs, {len(violations)} violations")
        assert violations == [], "\n\n".join(violations)
    assert server.mistakes == []
