"""A bucket that Python modelkit filled, and what must stand in an assets directory after it."""

import tempfile
from pathlib import Path

from modelkit.assets import remote

from harness.store import PUSH_DATE, marker, pushing_at, sha256, written

MIB = 1024 * 1024


class S3World:
    """What was pushed is kept as it was, so that the expectation owes nothing to any server."""

    def __init__(self, server, bucket, prefix="modelkit-assets"):
        self.server, self.bucket, self.prefix = server, bucket, prefix
        self.pushed = {}

    @property
    def environment(self):
        return {
            "MODELKIT_STORAGE_PROVIDER": self.server.provider,
            "MODELKIT_STORAGE_BUCKET": self.bucket,
            "MODELKIT_STORAGE_PREFIX": self.prefix,
            **self.server.environment,
        }

    def provider(self):
        return remote.StorageProvider(
            provider=self.server.provider, bucket=self.bucket, prefix=self.prefix, **self.server.client_settings
        )

    def push(self, pin, content, pushed=PUSH_DATE):
        """Pushes `name:version`: bytes are a file asset, a dictionary of path to bytes a directory asset."""
        name, version = pin.split(":")
        known = any(other.split(":")[0] == name for other in self.pushed)
        provider = self.provider()
        push = provider.update if known else provider.new
        with tempfile.TemporaryDirectory() as folder, pushing_at(pushed):
            push(str(written(Path(folder) / "content", content)), name, version)
        self.pushed[pin] = content
        return self

    def digests(self, *pins):
        """The whole assets directory that holds these assets, as `harness.trees.digests` reads it."""
        expected = {}
        for pin in pins:
            content, local = self.pushed[pin], pin.replace(":", "/")
            is_directory = isinstance(content, dict)
            files = {f"{local}/{part}": data for part, data in content.items()} if is_directory else {local: content}
            expected.update({path: sha256(data) for path, data in files.items()})
            expected[marker(pin, is_directory)] = sha256(b"")
            expected[f".cache/{pin.split(':')[0]}.lock"] = sha256(b"")
        return expected


def large(size=20 * MIB):
    """Bytes that no two places share, so that a part in the wrong place shows."""
    block = 4096
    return b"".join(index.to_bytes(8, "big") * (block // 8) for index in range(size // block))


ODD_NAMES = {
    "a b": b"space\n",
    "a+b": b"plus\n",
    "a%2Fb": b"percent\n",
    "a%20b": b"percent twenty\n",
    "it's \"quoted\"": b"quotes\n",
    "caf\u00e9": b"composed\n",
    "cafe\u0301": b"decomposed\n",
    "emoji \U0001f600": b"emoji\n",
    "a&b=c;d,e:f@g!h$i": b"marks\n",
    "(round)*[square]": b"brackets\n",
    "a#b?c": b"hash\n",
    "<x>&amp;": b"markup\n",
    "deep/er/still/file": b"deep\n",
    "empty": b"",
}
