"""Fetches in parts from S3 and from Google Cloud Storage, killed at moments spread over all that they write.

MODELKIT_ASSETS_TEST_KILLS says at how many; without it, at ten.
"""

import os
import re
import shutil

import pytest

from harness.fault_server import FaultServer
from harness.fault_world import put_folder
from harness.gcs_fault_server import GCSFaultServer
from harness.s3_messages import PREFIX
from harness.s3_world import MIB, large
from harness.store import sha256
from harness.system_calls import Trace
from harness.trees import STAGING, digests, visible

KILLS = int(os.environ.get("MODELKIT_ASSETS_TEST_KILLS") or 10)
# Three parts of an object, and one of another.
FILES = {"weights": large(33 * MIB), "below/labels": large(MIB)}
SIZE = sum(map(len, FILES.values()))
WHOLE = {f"big/model/1.0/{path}": sha256(content) for path, content in FILES.items()}
WHOLE["big/model/1.0/.SUCCESS"] = sha256(b"")


@pytest.mark.parametrize("kind", [FaultServer, GCSFaultServer], ids=["S3", "GCS"])
def test_a_killed_fetch_in_parts_is_gone_on_with(workspace, kind):
    with kind() as server:
        put_folder(server, "big/model", FILES)
        workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
        arguments = ["resolve", workspace.spec("big/model:1.0"), "--no-lock"]
        total = killed_at(workspace, arguments, None)
        moments = sorted({1 + number * (total - 1) // KILLS for number in range(KILLS)})
        kept = [goes_on(workspace, server, arguments, moment) for moment in moments]
    print(f"killed at {len(moments)} of {total} calls; {max(kept):,} of {SIZE:,} bytes were kept at most")
    assert max(kept) > SIZE // 2, "what was there was fetched again"
    assert server.mistakes == []


def goes_on(workspace, server, arguments, moment):
    """Kills a run before that call of all that it makes, and runs again. Returns how much was not fetched again."""
    reached = killed_at(workspace, arguments, moment)
    case = f"killed before call {moment} of {reached}"
    assert visible(digests(workspace.assets)) in ({}, WHOLE), case
    server.requests.clear()
    workspace.tool.run(*arguments).succeeded()
    assert visible(digests(workspace.assets)) == WHOLE, case
    assert not (workspace.assets / STAGING).exists(), case
    return SIZE - sum(asked_for(request) for request in server.requests)


def asked_for(request):
    """How many bytes of the data a request is for."""
    path = request.key.removeprefix(f"{PREFIX}/big/model/1.0/")
    if request.method != "GET" or path not in FILES or request.query.get("alt", "media") != "media":
        return 0
    found = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("range", ""))
    size = len(FILES[path])
    return min(int(found[2]) + 1, size) - int(found[1]) if found else size


def killed_at(workspace, arguments, moment):
    """Runs into an empty directory, and returns how many calls were about it; None: to the end."""
    shutil.rmtree(workspace.assets)
    workspace.assets.mkdir()
    command = [workspace.tool.binary, *map(str, arguments)]
    with Trace(command, workspace.tool.full_environment(), workspace.assets) as trace:
        for call in trace:
            if call.number == moment:
                trace.kill()
    return trace.number
