"""The `sh` blocks of docs/, which show no output: each is run as it stands, but for the names of a bucket and a folder."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from harness.fault_server import FaultServer
from harness.gcs_fault_server import GCSFaultServer
from harness.s3_messages import BUCKET
from harness.store import Store
from harness.tool import REPOSITORY
from harness.trees import digests, visible

DOCS = REPOSITORY / "docs"
STORE = REPOSITORY / "examples/quickstart/store"
PINS = ["nlp/lexicon:2.0", "sentiment/classifier:3.1"]
# As OpenShift gives a container a user of no name, in root's group.
ARBITRARY = (1000650000, 0)


def blocks(page):
    return re.findall(r"^```sh\n(.*?)^```$", (DOCS / f"{page}.md").read_text(), re.M | re.S)


def test_each_block_is_run_here_or_by_make_test_docker_or_test_oci():
    there = {page.stem: len(blocks(page.stem)) for page in DOCS.glob("*.md") if blocks(page.stem)}
    assert there == {"s3": 1, "gcs": 1, "docker": 2, "ci": 1, "image": 1}


@pytest.mark.parametrize(("page", "server"), [("s3", FaultServer), ("gcs", GCSFaultServer)])
def test_a_store_is_set_checked_and_resolved_from(workspace, page, server):
    shutil.copy(REPOSITORY / "examples/docker/assets.yaml", workspace.folder)
    [block] = blocks(page)
    with server() as bucket:
        for path in filter(Path.is_file, STORE.rglob("*")):
            bucket.put(str(path.relative_to(STORE)), path.read_bytes())
        # Credentials and addresses; the block sets the rest.
        given = {name: value for name, value in bucket.environment.items() if value and "MODELKIT" not in name}
        environment = programs(workspace.folder, workspace.tool.binary) | given
        environment |= {"HOME": str(workspace.folder), "MODELKIT_ASSETS_DIR": str(workspace.assets)}
        done = run(block.replace("acme-models", BUCKET), workspace.folder, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visible(digests(workspace.assets)) == visible(Store(STORE).digests(*PINS))


def test_an_assets_directory_of_a_group_is_written_to_by_an_arbitrary_user_in_it(binary):
    [block] = [block for block in blocks("docker") if "chgrp" in block]
    prepared, resolved = block.replace("/srv/assets", "$PWD/assets").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        folder.chmod(0o755)
        (folder / "assets/nlp").mkdir(parents=True, mode=0o700)
        shutil.copytree(STORE, folder / "store")
        for name in ("assets.yaml", "assets.lock"):
            shutil.copy(REPOSITORY / "examples/docker" / name, folder)
        subprocess.run(["chmod", "-R", "a+rX", folder / "store"], check=True)
        environment = programs(folder, binary) | {
            "MODELKIT_STORAGE_PROVIDER": "local", "MODELKIT_STORAGE_BUCKET": str(folder / "store"),
            "MODELKIT_ASSETS_DIR": str(folder / "assets"),
        }  # fmt: skip
        assert run(prepared, folder, environment).returncode == 0
        done = run(resolved, folder, environment, as_user=ARBITRARY)
        assert done.returncode == 0, done.stderr
        assert visible(digests(folder / "assets")) == visible(Store(STORE).digests(*PINS))
        owners = {path.stat().st_uid for path in (folder / "assets/nlp").rglob("*")}
        assert owners == {ARBITRARY[0]}


def test_the_cache_of_a_job_is_one_file_for_the_next(workspace):
    [block] = blocks("ci")
    for name in ("assets.yaml", "assets.lock"):
        shutil.copy(REPOSITORY / "examples/docker" / name, workspace.folder)
    environment = programs(workspace.folder, workspace.tool.binary) | {
        "HOME": str(workspace.folder), "MODELKIT_STORAGE_PROVIDER": "local",
    }  # fmt: skip
    for job, bucket in (("first", STORE), ("second", workspace.store.bucket)):  # The second has nothing to download from.
        (workspace.folder / job).mkdir()
        folders = {"MODELKIT_ASSETS_DIR": workspace.folder / job, "MODELKIT_ASSETS_CACHE_DIR": workspace.folder / f"{job}-cache"}
        here = environment | {name: str(path) for name, path in folders.items()} | {"MODELKIT_STORAGE_BUCKET": str(bucket)}
        done = run(block, workspace.folder, here)
        assert done.returncode == 0, done.stderr
        assert visible(digests(workspace.folder / job)) == visible(Store(STORE).digests(*PINS))


def programs(folder, binary):
    (folder / "programs").mkdir()
    shutil.copy(binary, folder / "programs/modelkit-assets")
    return {"PATH": f"{folder / 'programs'}:{os.environ['PATH']}"}


def run(script, folder, environment, as_user=None):
    command = ["bash", "-ec", script]
    if as_user:
        command = ["setpriv", f"--reuid={as_user[0]}", f"--regid={as_user[1]}", "--clear-groups", *command]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
