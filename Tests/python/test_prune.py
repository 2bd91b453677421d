"""prune: versions that the lock does not name go, and nothing else does."""

import shutil

import pytest

from harness import python_modelkit
from harness.trees import digests, snapshot, visible


@pytest.fixture
def full(shelf):
    """More than the lock names: by this tool, by Python modelkit, in part, and of somebody's own."""
    shelf.resolve("nlp/vectors:1", "nlp/lexicon:2.0").succeeded()
    for pin in ("nlp/vectors:1.0", "nlp/lexicon:1.0", "nlp/tokenizer:1.3"):
        python_modelkit.fetch(pin, shelf.assets, shelf.store)
    part = shelf.spec({"name": "nlp/classifier", "version": "3.1", "include": ["labels.json"]}, name="part.yaml")
    shelf.tool.run("resolve", part, "--no-lock").succeeded()
    own = shelf.assets / "mine/1.0"
    own.mkdir(parents=True)
    (own / "notes.txt").write_bytes(b"mine\n")
    (shelf.assets / "nlp/2.0").write_bytes(b"mine too\n")
    return shelf


def prune(workspace, *options):
    return workspace.tool.run("prune", workspace.folder / "assets.yaml", *options)


SURPLUS = ["nlp/classifier:3.1", "nlp/lexicon:1.0", "nlp/tokenizer:1.3", "nlp/vectors:1.0"]


def test_a_dry_run_prints_what_would_go_and_changes_nothing(full):
    before = snapshot(full.assets)
    assert prune(full, "--dry-run").succeeded().stdout.split() == SURPLUS
    assert prune(full, "--dry-run", "--format", "json").succeeded().document["removed"] == SURPLUS
    assert snapshot(full.assets) == before


def test_what_the_lock_does_not_name_goes_and_what_is_somebody_s_own_stays(full):
    prune(full).succeeded()
    mine = {"mine/1.0/notes.txt", "nlp/2.0"}
    there = visible(digests(full.assets))
    expected = visible(full.store.digests("nlp/vectors:1.4", "nlp/lexicon:2.0"))
    assert {path: digest for path, digest in there.items() if path not in mine} == expected
    assert mine <= set(there)
    assert not (full.assets / "nlp/tokenizer").exists()
    assert not (full.assets / ".modelkit-assets").exists()
    assert prune(full).succeeded().stdout == ""


def test_what_a_killed_prune_left_goes_with_the_next_run(full):
    left = full.assets / ".modelkit-assets/staging/gone/long/ago/@1.0.removed"
    left.mkdir(parents=True)
    (left / "data").write_bytes(b"of a version that was being removed\n")
    full.resolve("nlp/vectors:1").succeeded()
    assert not (full.assets / ".modelkit-assets/staging").exists()


def test_what_a_killed_run_has_of_a_version_that_the_lock_does_not_name_goes(full, held_lock):
    staging = full.assets / ".modelkit-assets/staging/nlp"
    for entry in ("lexicon/@1.7", "lexicon/@2.0", "kept/@1.0"):
        (staging / entry).mkdir(parents=True)
        (staging / entry / "journal").write_bytes(b"begun\n")
    # Another run goes on with it.
    lock = held_lock(full.assets / ".cache/nlp/kept.lock")
    full.resolve("nlp/vectors:1", options=["--no-lock"]).succeeded()
    assert (staging / "lexicon/@1.7").exists(), "a run does not know that nobody wants it"
    prune(full).succeeded()
    assert not (staging / "lexicon").exists()
    assert (staging / "kept/@1.0/journal").exists()
    lock.release()


def test_what_somebody_holds_the_lock_of_stays(full, held_lock):
    lock = held_lock(full.assets / ".cache/nlp/tokenizer.lock")
    finished = prune(full).succeeded()
    assert "nlp/tokenizer:1.3" not in finished.stdout.split()
    assert "holds its lock" in finished.stderr
    assert (full.assets / "nlp/tokenizer/1.3").exists()
    lock.release()


def test_nothing_is_removed_through_a_link(full, tmp_path):
    outside = tmp_path / "outside"
    shutil.move(full.assets / "nlp/lexicon/1.0", outside / "1.0")
    (full.assets / "nlp/lexicon/1.0").symlink_to(outside / "1.0")
    shutil.move(full.assets / "nlp/tokenizer", outside / "tokenizer")
    (full.assets / "nlp/tokenizer").symlink_to(outside / "tokenizer")
    before = snapshot(outside)
    assert prune(full).succeeded().stdout.split() == ["nlp/classifier:3.1", "nlp/vectors:1.0"]
    assert snapshot(outside) == before


def test_without_a_lock_nothing_is_removed(full):
    (full.folder / "assets.lock").unlink()
    before = snapshot(full.assets)
    prune(full).failed(7)
    assert snapshot(full.assets) == before


def test_resolve_prunes_afterwards(full):
    full.resolve("nlp/vectors:1.0", options=["--prune"]).succeeded()
    left = {path for path in visible(digests(full.assets)) if not path.startswith("mine")}
    assert left == {"nlp/vectors/1.0", "nlp/vectors/.1.0.SUCCESS", "nlp/2.0"}


def test_resolve_that_fails_prunes_nothing(full):
    before = visible(snapshot(full.assets))
    full.resolve("nlp/absent", options=["--prune"]).failed(5)
    assert visible(snapshot(full.assets)) == before


def test_what_cannot_be_opened_is_an_error_with_a_status(full):
    (full.assets / ".modelkit-assets/replaced").symlink_to(full.folder)
    refused = prune(full).failed(9)
    assert refused.stderr.startswith("error: "), refused.stderr
    assert "FileError" not in refused.stderr


def test_what_the_cache_still_has_is_told(shelf, tmp_path):
    environment = {"MODELKIT_ASSETS_CACHE_DIR": tmp_path / "cache"}
    for entries in (["nlp/vectors:1.0"], ["nlp/vectors:1.4"]):
        shelf.tool.run("resolve", shelf.spec(*entries), environment=environment).succeeded()
    spec = shelf.folder / "assets.yaml"
    rest = "0 B{}; the cache or another directory still has 15 B"
    assert f"would remove 1 version, {rest.format('')}" in shelf.tool.run("prune", spec, "--dry-run").succeeded().stderr
    assert f"removed 1 version, {rest.format(' freed')}" in shelf.tool.run("prune", spec).succeeded().stderr
    cleaned = shelf.tool.run("cache", "clean", environment=environment).succeeded().stdout
    assert cleaned == "removed 2 entries (16.0 kB), 15 B freed; assets directories still have 16.0 kB\n"
