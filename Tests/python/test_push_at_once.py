"""Several programs push versions of one asset at once, by way of a proxy that holds up each request and each answer for a while."""

import json
import os
import random
import signal
import time

import pytest

from harness import s3_servers
from harness.altering_proxy import AlteringProxy
from harness.gcs_servers import fake_gcs_server
from harness.s3_world import S3World

SERVERS = {"SeaweedFS": s3_servers.seaweedfs, "moto": s3_servers.moto, "fake-gcs-server": fake_gcs_server}
# Of each answer and each request, in seconds.
LONGEST_DELAY = 0.04
SAME, ROUNDS = b"the same content", 2


@pytest.fixture(scope="module", params=SERVERS)
def server(request, tmp_path_factory):
    with SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as server:
        yield server, server.make_bucket("pushes")


@pytest.fixture
def chance():
    seed = int(os.environ.get("MODELKIT_ASSETS_TEST_SEED", random.randrange(10**9)))
    print(f"MODELKIT_ASSETS_TEST_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def world(server):
    return S3World(*server, prefix=f"push-{random.randrange(10**9)}")


@pytest.fixture
def shelf(workspace, world, chance):
    with AlteringProxy(world.server.endpoint, delay=lambda: chance.uniform(0, LONGEST_DELAY)) as proxy:
        workspace.direct = {"MODELKIT_ASSETS_DIR": workspace.assets, **world.environment}
        behind = {key: value.replace(world.server.endpoint, proxy.endpoint) for key, value in world.environment.items()}
        workspace.tool.environment = {**workspace.direct, **behind}
        yield workspace


def written(shelf, name, content):
    path = shelf.tool.folder / name
    path.write_bytes(content)
    return path


def keys(world):
    """Of all objects below the prefix, without it."""
    if world.server.provider == "gcs":
        names = [blob.name for blob in world.server.client().list_blobs(world.bucket, prefix=world.prefix)]
    else:
        pages = world.server.client().get_paginator("list_objects_v2").paginate(Bucket=world.bucket, Prefix=world.prefix)
        names = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return sorted(name.removeprefix(f"{world.prefix}/") for name in names)


def listed(shelf):
    shown = shelf.tool.run("show", "nlp/x", "--format", "json", environment=shelf.direct).succeeded().document
    return shown["versions"]


def assert_whole(shelf, told):
    """Each version that was told is listed, and has the content of who was told it."""
    shelf.resolve(
        *({"name": "nlp/x", "version": pin.split(":")[1]} for pin in told), environment=shelf.direct
    ).succeeded()
    for pin, content in told.items():
        assert (shelf.assets / pin.replace(":", "/")).read_bytes() == content, pin


@pytest.mark.parametrize("round", range(ROUNDS))
def test_updates_at_once_get_a_number_each(shelf, world, chance, round):
    shelf.tool.run("new", written(shelf, "first", b"first"), "nlp/x", "--yes").succeeded()
    contents = [SAME, SAME, SAME, b"another", b"a third", b"a major one"]
    chance.shuffle(contents)
    runs = []
    for number, content in enumerate(contents):
        options = ["--bump-major"] if content == b"a major one" else []
        path = written(shelf, f"content-{number}", content)
        runs.append((content, shelf.tool.start("update", path, "nlp/x", "--yes", *options)))
    told = {}
    for content, run in runs:
        pin = run.wait().succeeded().stdout.strip()
        assert pin not in told
        told[pin] = content
    assert set(listed(shelf)) == {"0.0", *(pin.split(":")[1] for pin in told)}
    assert not [key for key in keys(world) if key.endswith(".pushing")]
    assert_whole(shelf, {"nlp/x:0.0": b"first", **told})


def test_of_first_versions_at_once_one_is_made(shelf, world):
    runs = [
        (content, shelf.tool.start("new", written(shelf, f"content-{number}", content), "nlp/x", "--yes"))
        for number, content in enumerate([SAME, b"another", b"a third"])
    ]
    finished = [(content, run.wait()) for content, run in runs]
    told = {run.stdout.strip(): content for content, run in finished if run.status == 0}
    assert len(told) == 1
    assert all("modelkit-assets update" in run.failed(5).stderr for _, run in finished if run.status)
    (version,) = listed(shelf)
    assert keys(world) == ["nlp/x.versions", f"nlp/x/{version}", f"nlp/x/{version}.meta"]
    assert_whole(shelf, told)


def test_pushes_that_are_killed_and_run_again_overwrite_nothing(shelf, world, chance):
    shelf.tool.run("new", written(shelf, "first", b"first"), "nlp/x", "--yes").succeeded()
    contents = [SAME, SAME, b"another", b"a third"]
    paths = [written(shelf, f"content-{number}", content) for number, content in enumerate(contents)]
    first = [shelf.tool.start("update", path, "nlp/x", "--yes") for path in paths]
    for run in chance.sample(first, 2):
        time.sleep(chance.uniform(0, 0.5))
        run.process.send_signal(signal.SIGKILL)
    told = {}
    for content, run in zip(contents, first, strict=True):
        finished = run.wait()
        if finished.status == 0:
            told[finished.stdout.strip()] = content
    seen = {version: fetched(shelf, version) for version in listed(shelf)}
    for path, content in zip(paths, contents, strict=True):
        told[shelf.tool.run("update", path, "nlp/x", "--yes").succeeded().stdout.strip()] = content
    assert_whole(shelf, told)
    versions = listed(shelf)
    assert len(set(versions)) == len(versions)
    for version, content in seen.items():
        assert version in versions
        assert fetched(shelf, version) == content, f"{version} was overwritten"


def fetched(shelf, version):
    """The content anew, and what is said of it."""
    options = ["--force-download"]
    shelf.resolve({"name": "nlp/x", "version": version}, options=options, environment=shelf.direct).succeeded()
    shown = shelf.tool.run("show", f"nlp/x:{version}", "--format", "json", environment=shelf.direct).succeeded()
    return (shelf.assets / "nlp/x" / version).read_bytes(), json.dumps(shown.document["files"])
