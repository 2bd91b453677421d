"""Two faults in one run, every pair of those that pass: the object arrives, or the store is said to fail; and nothing is
wrong.

MODELKIT_ASSETS_TEST_PAIRS=1 tries every pair; without it one in twenty-nine is tried.
"""

import os

import pytest
import test_gcs_faults
import test_s3_faults

from harness.fault_server import FaultServer
from harness.fault_world import BUDGET, CONTENTS, FINE, LARGE, data, put_asset, seen_of
from harness.gcs_fault_server import GCSFaultServer
from harness.trees import STAGING, digests, visible

STRIDE = int(os.environ.get("MODELKIT_ASSETS_TEST_PAIRS") or 29)
SERVERS = {"S3": (FaultServer, test_s3_faults.PASSING), "GCS": (GCSFaultServer, test_gcs_faults.PASSING)}
PAIRS = [
    (kind, first, second) for kind, (_, faults) in SERVERS.items() for first in faults for second in faults
][::STRIDE]  # fmt: skip
# In seconds; two time limits, and the waits between tries.
LONGEST_RUN = 30


def allowed(*faults):
    """Besides 0: a store that sends nothing may take all the time that there is, of an object in parts the whole alone has
    a checksum, which is compared at the end, and a clock is set by what the store says once."""
    silent = any("for ever" in fault or "nothing more" in fault for fault in faults)
    skewed = all("a wrong clock" in fault for fault in faults)
    damaged = any("a wrong byte" in fault for fault in faults)
    return {0} | ({8} if silent else set()) | ({4} if skewed else set()) | ({6} if damaged else set())


@pytest.mark.parametrize(("kind", "first", "second"), PAIRS, ids=lambda text: text.replace(" ", "-"))
def test_two_faults_in_one_run(workspace, kind, first, second):
    make, faults = SERVERS[kind]
    with make() as server:
        for name, content in CONTENTS.items():
            put_asset(server, name, content)
        for fault in (first, second):
            server.on(data(LARGE), faults[fault][0], times=1)
        workspace.tool.environment = {
            "MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": BUDGET, **server.environment,
        }  # fmt: skip
        arguments = ("resolve", workspace.spec(f"{LARGE}:1.0", f"{FINE}:1.0"), "--no-lock")
        finished = workspace.tool.run(*arguments, timeout=LONGEST_RUN)
        assert finished.status in allowed(first, second), str(finished)
        found = seen_of(LARGE, FINE) if finished.status == 0 else seen_of(FINE)
        assert visible(digests(workspace.assets)) == found, str(finished)
        server.rules.clear()
        workspace.tool.run(*arguments).succeeded()
        assert visible(digests(workspace.assets)) == seen_of(LARGE, FINE)
        assert not (workspace.assets / STAGING).exists()
    assert server.mistakes == []
