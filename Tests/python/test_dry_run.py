"""`--dry-run` wherever something is written or removed: it says what would be done, and does nothing."""

import os
import time

import pytest

from harness.trees import digests

COMMANDS = ["init", "add", "remove", "upgrade", "lock", "resolve", "new", "update", "annotate", "prune", "cache prune", "cache clean"]


@pytest.fixture
def project(shelf):
    """A spec whose lockfile is behind it, an assets directory with a version that nobody needs, a cache, a file to push."""
    cache = shelf.folder / "cache"
    shelf.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = cache
    shelf.spec("nlp/tokenizer:1.3", "nlp/lexicon:2")
    run(shelf, "resolve").succeeded()
    run(shelf, "resolve").succeeded()
    shelf.spec("nlp/tokenizer:1.10", "nlp/vectors")
    (shelf.folder / "model.bin").write_bytes(b"model\n")
    return shelf


def age(cache):
    """Makes it two months since the entries were used."""
    for path in cache.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - 60 * 86_400, path.stat().st_mtime))


def run(shelf, *arguments):
    return shelf.tool.run(*arguments, cwd=shelf.folder)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_writes_or_removes_has_one(shelf, command):
    text = shelf.tool.run(*command.split(), "--help").succeeded().stdout
    assert "  --dry-run  " in text


# Arguments to what is said.
RUNS = {
    ("init", "other.yaml"): "version: 1",
    ("add", "nlp/classifier"): "added `nlp/classifier:3` to assets.yaml",
    ("remove", "nlp/vectors"): "removed `nlp/vectors` from assets.yaml",
    ("upgrade", "--latest"): "changed `nlp/tokenizer:1.10` to `nlp/tokenizer:10.3` in assets.yaml",
    ("lock",): "updated nlp/tokenizer 1.3 → 1.10",
    ("lock", "--upgrade"): "locked nlp/vectors 1.4",
    ("resolve",): "nlp/vectors    1.4      fetch",
    ("new", "model.bin", "nlp/model"): "would push 1 file (6 B)",
    ("update", "model.bin", "nlp/vectors"): "nlp/vectors:1.5",
    ("annotate", "nlp/lexicon"): "nlp/lexicon:2.0\nwould record sizes and digests of 3 files",
    ("prune",): "nlp/lexicon:2.0",
    ("cache", "prune"): "would remove 4 entries",
    ("cache", "clean"): "would remove 4 entries",
}


@pytest.mark.parametrize("arguments", RUNS, ids=" ".join)
def test_it_says_what_would_be_done_and_does_nothing(project, arguments):
    if arguments == ("prune",):
        # Else it keeps what the lockfile still names.
        run(project, "lock").succeeded()
    before = contents(project.folder)
    age(project.folder / "cache")
    done = run(project, *arguments, "--dry-run").succeeded()
    assert RUNS[arguments] in done.stdout + done.stderr
    assert contents(project.folder) == before


def contents(folder):
    """Of all files but the streams of the program, which are in its home."""
    return {path: digest for path, digest in digests(folder).items() if not path.startswith("home/")}


@pytest.mark.parametrize("command", ["prune", "clean"])
def test_json_has_the_shape_of_the_real_run(project, command):
    age(project.folder / "cache")
    dry = run(project, "cache", command, "--dry-run", "--format", "json").succeeded().document
    real = run(project, "cache", command, "--format", "json").succeeded().document
    assert (dry.pop("dry_run"), real.pop("dry_run")) == (True, False)
    assert dry == real and dry["entries"] == 4
    assert "dry_run" not in run(project, "cache", "size", "--format", "json").succeeded().document


def test_a_younger_entry_would_not_be_pruned(project):
    age(project.folder / "cache")
    assert "would remove 0 entries" in run(project, "cache", "prune", "--dry-run", "--older-than", "90d").succeeded().stdout


def test_the_lock_that_is_written_is_the_one_that_was_told(project):
    dry = run(project, "lock", "--dry-run").succeeded().stderr.splitlines()
    real = run(project, "lock").succeeded().stderr.splitlines()
    assert dry[:-1] == real[:-1]
    assert (dry[-1], real[-1]) == ("dry run: nothing was written", "wrote assets.lock: 2 assets")


def test_an_annotated_version_would_not_be_annotated_again(shelf):
    shelf.tool.run("annotate", "nlp/lexicon").succeeded()
    assert "nlp/lexicon:2.0 is already annotated" in shelf.tool.run("annotate", "nlp/lexicon", "--dry-run").succeeded().stderr


def test_init_refuses_what_it_would_refuse(project):
    refused = run(project, "init", "--dry-run").failed(1)
    assert refused.stdout == "" and "cannot write `assets.yaml`: File exists" in refused.stderr
