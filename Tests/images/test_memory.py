"""An asset of 2 GiB in a container of 64 MiB, which is a control group here."""

import json
import mmap
import os
import sys
from pathlib import Path
from typing import NamedTuple

import memory_limit
import pytest
from harness.s3_messages import PREFIX
from harness.trees import file_digest
from test_images import LOCAL, reached_by

MIB = 1 << 20
SIZE, LIMIT = 2048 * MIB, 64 * MIB
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


def resolve_within_limit(inside, content, environment):
    with memory_limit.group_of(LIMIT) as group:
        finished = inside.resolve("huge/asset:1.0", environment=environment, before=[*ENTER, group], timeout=150)
        peak, killed = memory_limit.peak(group), memory_limit.killed(group)
    finished.succeeded()
    fetched = inside.assets / "huge/asset/1.0"
    assert file_digest(fetched) == content.digest
    fetched.unlink()
    assert killed == "0"
    print(f"peak of the group: {peak} bytes in {finished.seconds:.1f} s", file=sys.stderr)


def test_2_gib_come_from_a_folder(start, content):
    inside = start("alpine")
    folder = inside.work / "bucket" / PREFIX / "huge"
    (folder / "asset").mkdir(parents=True)
    (folder / "asset.versions").write_text('{"versions": ["1.0"]}')
    (folder / "asset/1.0.meta").write_text(meta())
    os.link(content.path, folder / "asset/1.0")
    resolve_within_limit(inside, content, LOCAL)


def test_2_gib_come_from_s3(start, content, s3):
    key = f"{PREFIX}/huge/asset"
    s3.put(f"{key}.versions", b'{"versions": ["1.0"]}')
    s3.put(f"{key}/1.0.meta", meta().encode())
    with content.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        s3.put(f"{key}/1.0", mapped, etag='"2-128"')
        resolve_within_limit(start("alpine"), content, reached_by(s3, "store.dns.test"))
        s3.objects.clear()
