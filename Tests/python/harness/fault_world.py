"""Three assets on a server that can misbehave, and what must stand in the assets directory then."""

import json

from harness.faults import answers, gets
from harness.s3_messages import PREFIX
from harness.s3_world import MIB, large
from harness.store import sha256
from harness.trees import digests, visible
from harness.workspace import error_text, outcomes

# The time-out of the program for a fault that does not pass, in seconds.
BUDGET = "3"
FINE, SMALL, LARGE = "fine/asset", "small/asset", "large/asset"
SMALL_CONTENT = b"0123456789abcdef" * 64
LARGE_CONTENT = large(20 * MIB)
CONTENTS = {FINE: b"fine\n", SMALL: SMALL_CONTENT, LARGE: LARGE_CONTENT}


def put_asset(server, name, content, objects=None, **options):
    """With the recorded facts of its object, where they are given."""
    meta = {"push_date": "2024-03-01T12:00:00+00:00", "is_directory": False, **({"objects": objects} if objects else {})}
    server.put(f"{PREFIX}/{name}.versions", json.dumps({"versions": ["1.0"]}).encode())
    server.put(f"{PREFIX}/{name}/1.0.meta", json.dumps(meta).encode())
    server.put(f"{PREFIX}/{name}/1.0", content, **options)


def put_folder(server, name, files):
    """A directory asset of these files: path to content."""
    meta = {"push_date": "2024-03-01T12:00:00+00:00", "is_directory": True, "contents": list(files)}
    server.put(f"{PREFIX}/{name}.versions", json.dumps({"versions": ["1.0"]}).encode())
    server.put(f"{PREFIX}/{name}/1.0.meta", json.dumps(meta).encode())
    for path, content in files.items():
        server.put(f"{PREFIX}/{name}/1.0/{path}", content)


def data(name):
    return gets(f"{name}/1.0")


def seen_of(*names):
    """What stands visible in the assets directory that holds these."""
    files = {f"{name}/1.0": sha256(CONTENTS[name]) for name in names}
    return {**files, **{f"{name}/.1.0.SUCCESS": sha256(b"") for name in names}}


def assert_overcome(shelf, name):
    finished = shelf.resolve(f"{name}:1.0", f"{FINE}:1.0").succeeded()
    assert visible(digests(shelf.assets)) == seen_of(name, FINE)
    return finished


def assert_failed(shelf, name, statuses, words):
    """This one alone fails: nothing of it is visible, and the other is whole."""
    finished = shelf.resolve(f"{name}:1.0", f"{FINE}:1.0")
    assert finished.status in statuses, str(finished)
    assert visible(digests(shelf.assets)) == seen_of(FINE), str(finished)
    assert outcomes(finished.report)[f"{FINE}:1.0"] == "fetched"
    text = error_text(finished.report).lower()
    assert [word for word in words if word.lower() not in text] == [], str(finished)
    return finished


SLOW_DOWN = answers(503, "SlowDown", "Please reduce your request rate.")
