"""A local store that Python modelkit itself filled, and what must stand in an assets directory after it."""

import datetime
import hashlib
import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from modelkit.assets import remote

# With a fraction, which file times must not show.
PUSH_DATE = "2024-03-01T12:00:00.250000+00:00"


class Store:
    """`bucket` is a folder, as modelkit's `local` provider has it."""

    def __init__(self, bucket, prefix="modelkit-assets"):
        self.bucket = Path(bucket)
        self.prefix = prefix
        self.bucket.mkdir(parents=True, exist_ok=True)
        self.provider = remote.StorageProvider(provider="local", bucket=str(self.bucket), prefix=prefix)

    def push(self, pin, content, pushed=PUSH_DATE):
        """Pushes `name:version`: bytes are a file asset, a dictionary of path to bytes a directory asset."""
        name, version = pin.split(":")
        push = self.provider.update if self.versions_object(name).exists() else self.provider.new
        with tempfile.TemporaryDirectory() as folder, pushing_at(pushed):
            push(str(written(Path(folder) / "content", content)), name, version)
        return self

    def path(self, key):
        return self.bucket / self.prefix / key

    def versions_object(self, name):
        return self.path(f"{name}.versions")

    def meta_object(self, pin):
        return self.path(pin.replace(":", "/") + ".meta")

    def data_object(self, pin, part=None):
        path = self.path(pin.replace(":", "/"))
        return path / part if part else path

    def meta(self, pin):
        return json.loads(self.meta_object(pin).read_text())

    def rewrite_meta(self, pin, **changes):
        """Changes keys of a `.meta`; a value of None removes one."""
        meta = {key: value for key, value in {**self.meta(pin), **changes}.items() if value is not None}
        self.meta_object(pin).write_text(json.dumps(meta))

    def object_count(self, *pins):
        return sum(len(list(self.objects(pin))) for pin in pins)

    def objects(self, pin):
        """Each data object of an asset: its path in the assets directory, and its file in the store."""
        local, meta = pin.replace(":", "/"), self.meta(pin)
        if not meta["is_directory"]:
            yield local, self.data_object(pin)
        for part in meta.get("contents", []):
            yield f"{local}/{part}", self.data_object(pin, part)

    def digests(self, *pins):
        """The whole assets directory that holds these assets: path to SHA-256, with markers and lock files."""
        expected = {}
        for pin in pins:
            expected.update({path: sha256(file.read_bytes()) for path, file in self.objects(pin)})
            expected[marker(pin, self.meta(pin)["is_directory"])] = sha256(b"")
            expected[f".cache/{pin.split(':')[0]}.lock"] = sha256(b"")
        return expected


def marker(pin, is_directory):
    name, version = pin.split(":")
    return f"{name}/{version}/.SUCCESS" if is_directory else f"{name}/.{version}.SUCCESS"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def written(path, content):
    if isinstance(content, bytes):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path
    path.mkdir(parents=True, exist_ok=True)
    for part, part_content in content.items():
        written(path / part, part_content)
    return path


@contextmanager
def pushing_at(date):
    """modelkit stamps what it pushes with the time of day; the same store twice needs the same time twice."""
    stamp = datetime.datetime.fromisoformat(date)

    class Frozen(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return stamp.astimezone(tz)

    clock = mock.Mock(datetime=Frozen, timedelta=datetime.timedelta)
    with mock.patch.object(remote, "datetime", clock):
        yield
