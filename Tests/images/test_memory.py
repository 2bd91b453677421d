"""Large assets in a container with little memory, which is a control group here."""

import json
import mmap
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import memory_limit
import pytest
from container import VARIABLES
from harness.s3_messages import PREFIX
from harness.s3_servers import seaweedfs
from harness.trees import file_digest
from test_images import LOCAL, reached_by

MIB = 1 << 20
SIZE, LIMIT, SMALL_LIMIT = 2048 * MIB, 64 * MIB, 32 * MIB
# Writes its id into the group, and becomes the program.
ENTER = ["/bin/sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"']


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """Mostly a hole, with a mark in every MiB, so that a part in the wrong place shows."""
    path = tmp_path_factory.mktemp("content") / "content"
    with path.open("wb") as file:
        for place in range(0, SIZE, MIB):
            os.pwrite(file.fileno(), place.to_bytes(8, "big"), place + 12345)
        file.truncate(SIZE)
    yield Content(path, file_digest(path))
    path.unlink()


class Content(NamedTuple):
    path: Path
    digest: str


def meta():
    return json.dumps({"push_date": "2024-03-01T12:00:00+00:00", "is_directory": False})


def resolve_within_limit(inside, content, environment, limit=LIMIT):
    with limited(inside, limit) as before:
        inside.resolve("huge/asset:1.0", environment=environment, before=before, timeout=150).succeeded()
    fetched = inside.assets / "huge/asset/1.0"
    assert file_digest(fetched) == content.digest
    fetched.unlink()


@contextmanager
def limited(inside, limit):
    """What comes before a command so that it runs in a group with that limit."""
    with memory_limit.group_of(limit) as group:
        inside.mount(group, memory_limit.mounted_at(group, inside.root))
        yield [*ENTER, group]
        peak, killed = memory_limit.peak(group), memory_limit.killed(group)
    assert killed == "0"
    print(f"peak of the group: {peak} bytes", file=sys.stderr)


def test_2_gib_come_from_a_folder(start, content):
    inside = start("alpine")
    folder = inside.work / "bucket" / PREFIX / "huge"
    (folder / "asset").mkdir(parents=True)
    (folder / "asset.versions").write_text('{"versions": ["1.0"]}')
    (folder / "asset/1.0.meta").write_text(meta())
    os.link(content.path, folder / "asset/1.0")
    resolve_within_limit(inside, content, LOCAL)


@pytest.mark.parametrize("limit", [LIMIT, SMALL_LIMIT])
def test_2_gib_come_from_s3(start, content, s3, limit):
    with stored(s3, content):
        resolve_within_limit(start("alpine"), content, reached_by(s3, "store.dns.test"), limit)


def test_2_gib_come_by_https(start, content, s3_with_tls, authority):
    """What is decrypted takes more memory."""
    inside = start("alpine")
    bundle = inside.write("volume/authority.pem", authority.bundle.read_text())
    with stored(s3_with_tls, content):
        environment = {"AWS_CA_BUNDLE": bundle, **reached_by(s3_with_tls, "store.dns.test")}
        resolve_within_limit(inside, content, environment)


@contextmanager
def stored(s3, content):
    key = f"{PREFIX}/huge/asset"
    s3.put(f"{key}.versions", b'{"versions": ["1.0"]}')
    s3.put(f"{key}/1.0.meta", meta().encode())
    with content.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        s3.put(f"{key}/1.0", mapped, etag='"2-128"')
        yield
        s3.objects.clear()


def test_half_a_gib_is_pushed(start, tmp_path):
    """In parts of 8 MiB, of which more are under way where there is the memory."""
    inside = start("alpine")
    with (inside.work / "weights.bin").open("wb") as file:
        file.truncate(SIZE // 4)
    with seaweedfs(tmp_path) as server:
        bucket = server.make_bucket("pushed")
        named = {"MODELKIT_STORAGE_PROVIDER": "s3", "MODELKIT_STORAGE_BUCKET": bucket}
        with limited(inside, LIMIT) as before:
            arguments = ("new", "/volume/weights.bin", "huge/asset", "--yes")
            environment = {**VARIABLES, **named, **server.environment}
            inside.run(*arguments, environment=environment, before=before, timeout=150).succeeded()
        objects = server.client().list_objects_v2(Bucket=bucket)["Contents"]
    assert SIZE // 4 in [pushed["Size"] for pushed in objects]
