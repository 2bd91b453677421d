"""Objects of no bytes, and of more than 5 GiB, which S3 takes in parts alone."""

import hashlib
import json
import re

import pytest

from harness.fault_server import Stored
from harness.s3_messages import PREFIX, Response
from harness.trees import digests, visible
from harness.workspace import outcomes

GIB = 1 << 30
EMPTY = hashlib.sha256().hexdigest()


def put_directory(server, name, objects):
    meta = {"push_date": "2024-03-01T12:00:00+00:00", "is_directory": True, "contents": list(objects)}
    server.put(f"{PREFIX}/{name}.versions", json.dumps({"versions": ["1.0"]}).encode())
    server.put(f"{PREFIX}/{name}/1.0.meta", json.dumps(meta).encode())
    for path, content in objects.items():
        server.put(f"{PREFIX}/{name}/1.0/{path}", content)


def test_objects_of_no_bytes(fault_shelf, fault_server):
    put_directory(fault_server, "empty/files", {"a": b"", "b/c": b"", "d": b"not"})
    finished = fault_shelf.resolve("empty/files:1.0").succeeded()
    assert outcomes(finished.report) == {"empty/files:1.0": "fetched"}
    seen = visible(digests(fault_shelf.assets))
    assert [seen[f"empty/files/1.0/{path}"] for path in ("a", "b/c")] == [EMPTY, EMPTY]


class Huge:
    """An object that nobody holds: zeros, and a mark at each multiple of a gibibyte and at the end."""

    def __init__(self, size):
        self.size = size
        self.marks = {place: b"\xa5" for place in [*range(0, size, GIB), size - 1]}

    def answer(self, exchange):
        request = exchange.request
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers["range"]).groups())
        last = min(last, self.size - 1)
        body = bytearray(last + 1 - first)
        for place, mark in self.marks.items():
            if first <= place <= last:
                body[place - first : place - first + 1] = mark
        headers = (("ETag", '"huge-1"'), ("Content-Range", f"bytes {first}-{last}/{self.size}"))
        return Response(206, bytes(body), headers)


@pytest.fixture
def huge(fault_server):
    huge = Huge(5 * GIB + 1)
    key = f"{PREFIX}/huge/object"
    fault_server.put(f"{key}.versions", json.dumps({"versions": ["1.0"]}).encode())
    meta = {"push_date": "2024-03-01T12:00:00+00:00", "is_directory": False}
    fault_server.put(f"{key}/1.0.meta", json.dumps(meta).encode())
    fault_server.objects[f"{key}/1.0"] = Stored(b"", '"huge-1"')
    fault_server.on(lambda request: request.key == f"{key}/1.0" and request.method == "GET", huge.answer)
    yield huge


def test_an_object_of_more_than_five_gibibytes(fault_shelf, huge):
    # The server takes its time for so many bytes.
    fault_shelf.tool.environment["MODELKIT_STORAGE_TIMEOUT_S"] = "60"
    finished, peak = fault_shelf.tool.run_measured("resolve", fault_shelf.spec("huge/object:1.0"))
    finished.succeeded()
    path = fault_shelf.assets / "huge/object/1.0"
    assert path.stat().st_size == huge.size
    with path.open("rb") as file:
        for place, mark in huge.marks.items():
            file.seek(place)
            assert file.read(1) == mark, f"at {place}"
        file.seek(GIB + 1)
        assert file.read(1 << 20) == bytes(1 << 20)
    path.unlink()
    # Of a debug build, too.
    assert peak < 96 << 20
