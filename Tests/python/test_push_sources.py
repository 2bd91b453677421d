"""Where what is pushed comes from: many files, objects of a store that no folder can hold, folders that cannot be written to."""

import os
import resource

import pytest

from harness import s3_servers
from harness.other_user import OTHER_USER, opened_to_others
from harness.s3_world import S3World
from harness.store import sha256
from harness.trees import digests


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    # It keeps keys that end with a slash, and objects with others below them.
    with s3_servers.moto(tmp_path_factory.mktemp("moto")) as server:
        yield server, server.make_bucket("pushes")


@pytest.fixture
def world(server, request):
    return S3World(*server, prefix=request.node.name)


@pytest.fixture
def bucket(workspace, world):
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **world.environment}
    return workspace


def put(world, key, content=b"content"):
    world.server.client().put_object(Bucket=world.bucket, Key=f"{world.prefix}-source/{key}", Body=content)
    return f"s3://{world.bucket}/{world.prefix}-source"


def folder_of(workspace, count, size):
    folder = workspace.tool.folder / "many"
    folder.mkdir()
    for number in range(count):
        (folder / f"part-{number:04}").write_bytes(b"%04d" % number * size)
    return folder


@pytest.mark.parametrize("kind", ["local", "S3"])
def test_a_folder_of_many_files_is_pushed_with_few_descriptors(workspace, request, kind):
    if kind == "S3":
        request.getfixturevalue("bucket")
    folder = folder_of(workspace, 600, 50)
    few = (128, 128)
    finished = workspace.tool.run(
        "new", folder, "nlp/many", "--yes", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, few)
    )
    assert finished.succeeded().stdout == "nlp/many:0.0\n"
    workspace.resolve("nlp/many").succeeded()
    expected = {f"nlp/many/0.0/{path.name}": sha256(path.read_bytes()) for path in folder.iterdir()}
    found = digests(workspace.assets)
    assert {path: found.get(path) for path in expected} == expected


def test_an_object_whose_key_ends_with_a_slash_is_not_left_out(bucket, world):
    put(world, "a/folder/", b"")
    address = put(world, "a/file")
    bucket.tool.run("new", f"{address}/a", "nlp/fine", "--yes").succeeded()
    put(world, "a/not-a-folder/", b"content")
    finished = bucket.tool.run("new", f"{address}/a", "nlp/x", "--yes").failed(1)
    assert f"{address}/a/not-a-folder/" in finished.stderr
    assert "not empty" in finished.stderr
    assert f"{address}/a/folder/" not in finished.stderr


def test_a_key_that_is_an_object_and_a_folder_is_told_as_that(bucket, world):
    put(world, "b/both")
    put(world, "b/other/file")
    address = put(world, "b/both/file")
    finished = bucket.tool.run("new", f"{address}/b", "nlp/x", "--yes").failed(1)
    assert f"`{address}/b/both`" in finished.stderr
    assert "both an object and a prefix" in finished.stderr
    assert "temporary" not in finished.stderr


@pytest.mark.parametrize("place", ["missing", "full"])
def test_a_temporary_folder_that_is_of_no_use_is_told_as_that(bucket, world, mounted_tmpfs, place):
    address = put(world, "c/file", os.urandom(2 << 20))
    folder = "/nowhere/at/all" if place == "missing" else mounted_tmpfs("size=1m")
    finished = bucket.tool.run("new", f"{address}/c", "nlp/x", "--yes", environment={"TMPDIR": folder}).failed(9)
    assert str(folder) in finished.stderr
    assert "TMPDIR" in finished.stderr
    assert "assets directory" not in finished.stderr.replace("MODELKIT_ASSETS_DIR", "")


def test_a_folder_that_may_not_be_written_to_is_no_matter_of_credentials(workspace):
    path = workspace.tool.folder / "content"
    path.write_bytes(b"content")
    opened_to_others(workspace.tool.folder)
    workspace.tool.folder.chmod(0o777)
    workspace.store.bucket.chmod(0o555)
    finished = workspace.tool.run("new", path, "nlp/x", "--yes", **OTHER_USER).failed(4)
    workspace.store.bucket.chmod(0o755)
    assert str(workspace.store.bucket) in finished.stderr
    assert "permission denied" in finished.stderr
    assert "write access" in finished.stderr
    assert "credentials" not in finished.stderr


def test_a_key_that_begins_with_a_combining_mark_is_found(bucket, world):
    world.server.client().put_object(Bucket=world.bucket, Key="\u0301key", Body=b"content")
    bucket.tool.run("new", f"s3://{world.bucket}/\u0301key", "nlp/x", "--yes").succeeded()
    bucket.resolve("nlp/x").succeeded()
    assert (bucket.assets / "nlp/x/0.0").read_bytes() == b"content"
