"""`--force-download`: what is present is fetched again and swapped in whole."""

import os
import threading

import pytest

from harness.trees import digests, snapshot
from harness.workspace import actions, outcomes

PINS = ["nlp/vectors:1.4", "nlp/lexicon:2.0"]
FORCED = [
    pytest.param({"options": ["--force-download"]}, id="by flag"),
    pytest.param({"environment": {"MODELKIT_STORAGE_FORCE_DOWNLOAD": "0"}}, id="by any value of the variable"),
]


@pytest.mark.parametrize("force", FORCED)
def test_present_assets_are_fetched_again(shelf, force):
    shelf.resolve(*PINS).succeeded()
    tamper(shelf.assets)
    report = shelf.resolve(*PINS, **force).succeeded().report
    assert actions(report) == dict.fromkeys(PINS, "refetch")
    assert outcomes(report) == dict.fromkeys(PINS, "fetched")
    assert digests(shelf.assets) == shelf.store.digests(*PINS)


def test_an_empty_variable_forces_nothing(shelf):
    shelf.resolve(*PINS).succeeded()
    tamper(shelf.assets)
    before = snapshot(shelf.assets)
    report = shelf.resolve(*PINS, environment={"MODELKIT_STORAGE_FORCE_DOWNLOAD": ""}).succeeded().report
    assert actions(report) == dict.fromkeys(PINS, "keep")
    assert snapshot(shelf.assets) == before


def test_a_reader_never_misses_an_asset_while_it_is_swapped(workspace):
    old, new = b"old" * 100_000, b"new" * 100_000
    workspace.store.push("big/file:1.0", old).push("big/folder:1.0", {"a": old, "b/c": old})
    pins = ["big/file:1.0", "big/folder:1.0"]
    workspace.resolve(*pins, options=["--no-lock"]).succeeded()
    for pin in pins:
        for _, file in workspace.store.objects(pin):
            file.write_bytes(new)

    paths = [workspace.assets / path for path in ("big/file/1.0", "big/folder/1.0/a", "big/folder/1.0/b/c")]
    with Reader(paths, allowed={old, new}) as reader:
        for _ in range(5):
            workspace.resolve(*pins, options=["--force-download", "--no-lock"]).succeeded()

    assert reader.faults == []
    assert reader.rounds > 5
    assert digests(workspace.assets) == workspace.store.digests(*pins)


def tamper(assets):
    (assets / "nlp/vectors/1.4").write_bytes(b"altered by hand\n")
    (assets / "nlp/lexicon/2.0/extra").write_bytes(b"added by hand\n")
    os.unlink(assets / "nlp/lexicon/2.0/about")


class Reader(threading.Thread):
    """Reads the paths again and again; each must always be there with one of the allowed contents."""

    def __init__(self, paths, allowed):
        super().__init__()
        self.paths, self.allowed = paths, allowed
        self.faults, self.rounds = [], 0
        self.done = threading.Event()

    def run(self):
        while not self.done.is_set():
            for path in self.paths:
                try:
                    if path.read_bytes() not in self.allowed:
                        self.faults.append(f"{path} is neither the old nor the new")
                except OSError as error:
                    self.faults.append(str(error))
            self.rounds += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()
