"""The same assets give the same tree, byte for byte and stamp for stamp."""

import datetime
import time

import pytest

from harness import python_modelkit
from harness.store import sha256
from harness.trees import Entry, digests, snapshot

MARCH, APRIL, MAY = (f"2024-{month}-01T12:00:00.750000+00:00" for month in ("03", "04", "05"))
PINS = ["nlp/tokenizer:1.0", "nlp/tokenizer:1.1", "nlp/lexicon:2.0", "vision/weights:1.0"]
SECOND = 1_000_000_000


def stamp(date):
    return int(datetime.datetime.fromisoformat(date).timestamp()) * SECOND


@pytest.fixture
def dated(workspace):
    store = workspace.store
    store.push("nlp/tokenizer:1.0", b"tokenizer\n", pushed=MARCH)
    store.push("nlp/tokenizer:1.1", b"tokenizer, better\n", pushed=MAY)
    store.push("nlp/lexicon:2.0", {"en/words.txt": b"one\n", "en/deep/er": b"x", "about": b""}, pushed=APRIL)
    store.push("vision/weights:1.0", {f"part-{n:03}": bytes([n]) * 200_000 for n in range(50)}, pushed=MARCH)
    return workspace


def file(content, date):
    return Entry("file", "0o644", date, sha256(content))


def folder(date):
    return Entry("folder", "0o755", date, "")


def test_times_are_the_push_dates_and_modes_are_plain(dated):
    dated.resolve(*PINS[:3], umask=0o077).succeeded()
    march, april, may = map(stamp, (MARCH, APRIL, MAY))
    assert snapshot(dated.assets) == {
        ".cache": folder(0),
        ".cache/nlp": folder(0),
        ".cache/nlp/lexicon.lock": file(b"", 0),
        ".cache/nlp/tokenizer.lock": file(b"", 0),
        "nlp": folder(may),
        "nlp/lexicon": folder(april),
        "nlp/lexicon/2.0": folder(april),
        "nlp/lexicon/2.0/.SUCCESS": file(b"", april),
        "nlp/lexicon/2.0/about": file(b"", april),
        "nlp/lexicon/2.0/en": folder(april),
        "nlp/lexicon/2.0/en/deep": folder(april),
        "nlp/lexicon/2.0/en/deep/er": file(b"x", april),
        "nlp/lexicon/2.0/en/words.txt": file(b"one\n", april),
        "nlp/tokenizer": folder(may),
        "nlp/tokenizer/.1.0.SUCCESS": file(b"", march),
        "nlp/tokenizer/.1.1.SUCCESS": file(b"", may),
        "nlp/tokenizer/1.0": file(b"tokenizer\n", march),
        "nlp/tokenizer/1.1": file(b"tokenizer, better\n", may),
    }


def test_source_date_epoch_stands_for_every_time(dated):
    dated.resolve(*PINS, environment={"SOURCE_DATE_EPOCH": "1700000000"}).succeeded()
    assert {entry.nanoseconds for entry in snapshot(dated.assets).values()} == {1_700_000_000 * SECOND}


def test_a_push_date_of_another_zone_is_the_same_moment(dated):
    dated.store.rewrite_meta("nlp/tokenizer:1.0", push_date="2024-03-01T14:00:00.5+02:00")
    dated.resolve("nlp/tokenizer:1.0").succeeded()
    assert snapshot(dated.assets)["nlp/tokenizer/1.0"].nanoseconds == stamp(MARCH)


WAYS = {
    "one job at a time": {"options": ["--jobs", "1"]},
    "many jobs": {"options": ["--jobs", "32"]},
    "a closed umask": {"umask": 0o077},
    "another time zone": {"environment": {"TZ": "Pacific/Auckland"}},
}


@pytest.fixture
def usual_tree(dated):
    """The tree of an ordinary run."""
    return tree_of(dated, "usual", lambda: dated.resolve(*PINS, umask=0o022).succeeded())


@pytest.mark.parametrize("way", WAYS)
def test_the_tree_is_the_same_with(dated, usual_tree, way):
    assert tree_of(dated, "other", lambda: dated.resolve(*PINS, **WAYS[way]).succeeded()) == usual_tree


def test_the_tree_is_the_same_from_a_spec_in_another_order(dated, usual_tree):
    assert tree_of(dated, "other", lambda: dated.resolve(*reversed(PINS)).succeeded()) == usual_tree


def test_the_tree_is_the_same_asset_by_asset(dated, usual_tree):
    def one_by_one():
        for pin in reversed(PINS):
            dated.resolve(pin).succeeded()

    assert tree_of(dated, "other", one_by_one) == usual_tree


def test_the_tree_is_the_same_when_everything_is_fetched_again(dated, usual_tree):
    def twice():
        dated.resolve(*PINS).succeeded()
        dated.resolve(*PINS, options=["--force-download"]).succeeded()

    assert tree_of(dated, "other", twice) == usual_tree


def test_the_tree_is_the_same_when_kills_came_between(dated, usual_tree):
    def killed_often():
        running_time = dated.resolve("nlp/lexicon:2.0").succeeded().seconds * 2
        for tenth in range(1, 10):
            running = dated.tool.start("resolve", dated.spec(*PINS), umask=0o077)
            time.sleep(running_time * tenth / 10)
            running.process.kill()
            running.process.wait()
        dated.resolve(*PINS).succeeded()

    assert tree_of(dated, "other", killed_often) == usual_tree


def test_what_python_modelkit_left_half_done_changes_the_tree_in_nothing(dated, usual_tree):
    def after_python():
        python_modelkit.fetch("nlp/tokenizer:1.0", dated.assets, dated.store)
        (dated.assets / "nlp/tokenizer/.1.0.SUCCESS").unlink()
        (dated.assets / ".cache/nlp/tokenizer.lock").unlink()
        dated.resolve(*PINS).succeeded()

    assert digests_of(tree_of(dated, "other", after_python)) == digests_of(usual_tree)


def tree_of(workspace, name, run):
    """The tree that `run` makes in a new assets directory."""
    folder = workspace.folder / name
    folder.mkdir()
    workspace.point_at(folder)
    run()
    assert digests(folder) == workspace.store.digests(*PINS)
    return snapshot(folder)


def digests_of(tree):
    return {path: entry.content for path, entry in tree.items()}
