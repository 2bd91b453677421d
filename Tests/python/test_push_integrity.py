"""What a store says that it was sent is not believed: a proxy alters, cuts or swallows what is written, and no version is listed.

The server behind it is a real one, over plain HTTP, where nothing but the program and the server notice.
"""

import random

import pytest

from harness import altering_proxy, s3_servers
from harness.altering_proxy import AlteringProxy, writes
from harness.gcs_servers import fake_gcs_server
from harness.s3_world import S3World, large

SERVERS = {"SeaweedFS": s3_servers.seaweedfs, "moto": s3_servers.moto, "fake-gcs-server": fake_gcs_server}
FAULTS = {
    name: getattr(altering_proxy, name)
    for name in ["altered_byte", "cut", "nothing", "a_page", "an_error", "done_and_nothing"]
}
SMALL = b"content of an asset " * 50
# More than one part.
LARGE = large(9 << 20)


@pytest.fixture(scope="module", params=SERVERS)
def server(request, tmp_path_factory):
    with SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as server:
        yield server, server.make_bucket("pushes")


@pytest.fixture
def world(server):
    return S3World(*server, prefix=f"push-{random.randrange(10**9)}")


@pytest.fixture
def proxy(world):
    with AlteringProxy(world.server.endpoint) as proxy:
        yield proxy


@pytest.fixture
def shelf(workspace, world, proxy):
    """Through the proxy; `direct` goes around it."""
    workspace.direct = {"MODELKIT_ASSETS_DIR": workspace.assets, **world.environment}
    behind = {name: value.replace(world.server.endpoint, proxy.endpoint) for name, value in world.environment.items()}
    workspace.tool.environment = {**workspace.direct, **behind, "MODELKIT_STORAGE_TIMEOUT_S": "2"}
    return workspace


def versions(shelf, name):
    shown = shelf.tool.run("show", name, "--format", "json", environment=shelf.direct)
    return shown.document["versions"] if shown.status == 0 else []


def written(shelf, content):
    path = shelf.tool.folder / "content"
    path.write_bytes(content)
    return path


def assert_refused(finished, proxy):
    assert proxy.altered, "no request was altered"
    # It did not hang, crash or say that all is well.
    assert finished.status in (6, 8), str(finished)
    assert "error" in finished.stderr
    assert finished.stdout == ""


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", ["data", "parts", ".meta", ".versions"])
def test_what_does_not_arrive_as_it_was_sent_is_not_listed(shelf, world, proxy, place, fault):
    path = written(shelf, LARGE if place == "parts" else SMALL)
    suffix = {"data": "0.1", "parts": "0.1", ".meta": "0.1.meta"}
    world.push("nlp/x:0.0", b"first")
    key = f"{world.prefix}/nlp/x.versions" if place == ".versions" else f"{world.prefix}/nlp/x/{suffix[place]}"
    proxy.on(writes(key), FAULTS[fault])
    finished = shelf.tool.run("update", path, "nlp/x", "--yes")
    if fault == "done_and_nothing" and place != "parts":
        # What is there is looked at, and is right.
        pin = finished.succeeded().stdout.strip()
        assert versions(shelf, "nlp/x") == ["0.1", "0.0"]
    else:
        assert_refused(finished, proxy)
        assert "0.1" not in versions(shelf, "nlp/x")
        if world.server.name != "SeaweedFS" and place == ".versions" and fault in ("altered_byte", "cut"):
            # They compare no checksum, and have a `.versions` that nobody can read: the run has said so.
            assert ".versions" in finished.stderr
            return
        assert versions(shelf, "nlp/x") == ["0.0"]
        # Without the fault the same is pushed, and is whole.
        proxy.rules.clear()
        pin = shelf.tool.run("update", path, "nlp/x", "--yes").succeeded().stdout.strip()
    shelf.resolve(pin, environment=shelf.direct).succeeded()
    assert (shelf.assets / pin.replace(":", "/")).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_first_version_that_does_not_arrive_is_not_there(shelf, world, proxy, fault):
    path = written(shelf, SMALL)
    proxy.on(writes(f"{world.prefix}/nlp/x/0.0"), FAULTS[fault])
    finished = shelf.tool.run("new", path, "nlp/x", "--yes")
    if fault == "done_and_nothing":
        finished.succeeded()
        return
    assert_refused(finished, proxy)
    assert "nlp/x" not in shelf.tool.run("list", environment=shelf.direct).succeeded().stdout


@pytest.mark.parametrize("fault", FAULTS)
def test_annotate_ends_with_an_error_where_the_meta_is_not_written_as_it_was_sent(shelf, world, proxy, fault):
    world.push("nlp/x:0.0", SMALL)
    proxy.on(writes(f"{world.prefix}/nlp/x/0.0.meta"), FAULTS[fault])
    finished = shelf.tool.run("annotate", "nlp/x")
    if fault == "done_and_nothing":
        finished.succeeded()
    else:
        assert_refused(finished, proxy)


@pytest.mark.parametrize("fault", ["altered_byte", "cut", "nothing"])
def test_a_list_of_versions_that_is_damaged_once_on_its_way_is_written_again(shelf, world, proxy, fault):
    path = written(shelf, SMALL)
    world.push("nlp/x:0.0", b"first")
    proxy.on(writes(f"{world.prefix}/nlp/x.versions"), once(FAULTS[fault]))
    finished = shelf.tool.run("update", path, "nlp/x", "--yes")
    assert proxy.altered, "no request was altered"
    if finished.status != 0:
        # It compares a checksum, and refused the request.
        assert world.server.name == "SeaweedFS" and fault != "nothing", str(finished)
        assert versions(shelf, "nlp/x") == ["0.0"]
        finished = shelf.tool.run("update", path, "nlp/x", "--yes")
    assert finished.succeeded().stdout == "nlp/x:0.1\n"
    assert versions(shelf, "nlp/x") == ["0.1", "0.0"]


def once(fault):
    left = [fault]
    return lambda request, forward: left.pop()(request, forward) if left else forward(request)
