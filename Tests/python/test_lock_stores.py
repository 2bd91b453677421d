"""One lock, two machines, two stores that hold the same bytes: both are satisfied, and the lock is as it was."""

import pytest

from harness import gcs_servers, s3_servers
from harness.s3_world import ODD_NAMES, S3World, large
from harness.trees import digests

PINS = ["nlp/vectors:1.4", "nlp/odd:2.0", "nlp/large:1.0"]
SPEC = ["nlp/vectors:1", "nlp/odd", "nlp/large"]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    with (
        s3_servers.seaweedfs(tmp_path_factory.mktemp("s3")) as amazon,
        gcs_servers.fake_gcs_server(tmp_path_factory.mktemp("gcs")) as google,
    ):
        # Pushed on other days, as a staging bucket is.
        yield [
            S3World(server, server.make_bucket(f"assets-{day}"))
            .push("nlp/vectors:1.4", b"vectors\n", pushed=f"2024-03-0{day}T12:00:00+00:00")
            .push("nlp/odd:2.0", ODD_NAMES, pushed=f"2024-03-0{day}T12:00:00+00:00")
            .push("nlp/large:1.0", large(), pushed=f"2024-03-0{day}T12:00:00+00:00")
            for day, server in enumerate((amazon, google), start=1)
        ]


def machine(workspace, name, world):
    (workspace.folder / name).mkdir()
    workspace.assets = workspace.folder / name
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **world.environment}
    return workspace


@pytest.mark.parametrize("first", [0, 1], ids=["from S3", "from GCS"])
def test_one_lock_does_for_both(workspace, worlds, first):
    machine(workspace, "one", worlds[first]).resolve(*SPEC).succeeded()
    lock = (workspace.folder / "assets.lock").read_bytes()
    machine(workspace, "two", worlds[1 - first]).resolve(*SPEC, options=["--locked"]).succeeded()
    assert digests(workspace.folder / "one") == digests(workspace.folder / "two") == worlds[0].digests(*PINS)
    workspace.resolve(*SPEC).succeeded()
    assert (workspace.folder / "assets.lock").read_bytes() == lock
    times = [{path.stat().st_mtime for path in (workspace.folder / name).rglob("*.0/*")} for name in ("one", "two")]
    assert times[0] == times[1] and len(times[0]) == 1


@pytest.mark.parametrize("first", [0, 1], ids=["from S3", "from GCS"])
def test_checksums_of_one_store_stand_in_at_the_other(workspace, worlds, first):
    machine(workspace, "one", worlds[first])
    workspace.tool.run("lock", workspace.spec(*SPEC)).succeeded()
    text = (workspace.folder / "assets.lock").read_text()
    assert ("CRC32:" if first == 0 else "CRC32C:") in text and "sha256" not in text
    machine(workspace, "two", worlds[1 - first]).resolve(*SPEC).succeeded()
    assert digests(workspace.assets) == worlds[0].digests(*PINS)
    assert "checksum" not in (workspace.folder / "assets.lock").read_text()
