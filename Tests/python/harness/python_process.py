"""Python modelkit in a process of its own: fetches specification strings in order, prints one JSON object for each.

    python -m harness.python_process ASSETS_DIR BUCKET [--hold FILE] SPECIFICATION…

With `--hold`, a data object's download does not begin while FILE exists, so that a test can look on meanwhile.
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import structlog
from modelkit.assets.drivers.local import LocalStorageDriver

from harness import python_modelkit
from harness.store import Store


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("assets")
    parser.add_argument("bucket")
    parser.add_argument("specifications", nargs="+")
    parser.add_argument("--hold")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if arguments.hold:
        hold_downloads(Path(arguments.hold))
    store = Store(arguments.bucket)
    for specification in arguments.specifications:
        found = python_modelkit.fetch(specification, arguments.assets, store)
        print(json.dumps({"from_cache": found["from_cache"], "version": found["version"]}), flush=True)


def hold_downloads(held):
    download = LocalStorageDriver.download_object

    def held_download(self, key, destination):
        while not key.endswith((".versions", ".meta")) and held.exists():
            time.sleep(0.01)
        download(self, key, destination)

    LocalStorageDriver.download_object = held_download


def start(workspace, *specifications, hold=None):
    """Starts such a process on the workspace's store and assets directory."""
    held = ["--hold", hold] if hold else []
    command = [sys.executable, "-m", "harness.python_process", workspace.assets, workspace.store.bucket, *held]
    return subprocess.Popen(
        [*map(str, command), *specifications],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "MODELKIT_ASSETS_TIMEOUT_S": "50"},
        stdout=subprocess.PIPE,
        text=True,
    )


def answers(process):
    """What a process of `start` printed, once it ended."""
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return [json.loads(line) for line in output.splitlines()]


if __name__ == "__main__":
    main()
