"""`--dry-run` wherever something is written or removed: it says what would be done, and does nothing."""

import os
import time

import pytest

from harness.trees import digests

COMMANDS = [
    "init", "add", "remove", "upgrade", "lock", "resolve", "fetch", "apply", "verify", "new", "update", "annotate", "prune",
    "cache prune", "cache clean",
]  # fmt: skip


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
    ("fetch", "nlp/classifier:3"): "nlp/classifier  3.1      fetch       3  8.2 kB",
    ("apply", "plan.json"): "nlp/vectors    1.4      fetch       1  16.0 kB\n2 assets: 2 to fetch",
    ("verify", "--repair"): "nlp/tokenizer  1.10     refetch      1  15 B  altered; assets.yaml:3\n",
    ("new", "model.bin", "nlp/model"): "would push 1 file (6 B)",
    ("update", "model.bin", "nlp/vectors"): "nlp/vectors:1.5",
    ("annotate", "nlp/lexicon"): "nlp/lexicon:2.0\nwould record sizes and digests of 3 files",
    ("prune",): "nlp/lexicon:2.0",
    ("cache", "prune"): "would remove 4 entries",
    ("cache", "clean"): "would remove 4 entries",
}


@pytest.mark.parametrize("arguments", RUNS, ids=" ".join)
def test_it_says_what_would_be_done_and_does_nothing(project, arguments):
    prepare(project, arguments[0])
    before = contents(project.folder)
    age(project.folder / "cache")
    done = run(project, *arguments, "--dry-run").succeeded()
    assert RUNS[arguments] in done.stdout + done.stderr
    assert contents(project.folder) == before


def prepare(project, command):
    """What the command finds, besides a spec that the lockfile is behind."""
    if command == "prune":
        # Else it keeps what the lockfile still names.
        run(project, "lock").succeeded()
    if command == "apply":
        run(project, "plan", "--output", "plan.json").succeeded()
    if command == "verify":
        run(project, "resolve").succeeded()
        damage(project, "nlp/tokenizer/1.10")


def damage(project, path):
    file = project.assets / path
    file.unlink()
    file.write_bytes(b"damaged")


def contents(folder):
    """Of all files but the streams of the program, which are in its home."""
    return {path: digest for path, digest in digests(folder).items() if not path.startswith("home/")}


PLANNING = {
    "fetch": (["fetch", "nlp/classifier:3"], {"nlp/classifier:3.1": "fetch"}),
    "apply": (["apply", "plan.json"], {"nlp/tokenizer:1.10": "fetch", "nlp/vectors:1.4": "fetch"}),
    "verify": (["verify", "--repair"], {"nlp/tokenizer:1.10": "refetch", "nlp/vectors:1.4": "keep"}),
}


@pytest.mark.parametrize("command", PLANNING)
def test_what_would_be_fetched_is_a_plan_in_json_too_and_then_it_is_done(project, validate, command):
    arguments, actions = PLANNING[command]
    prepare(project, command)
    document = run(project, *arguments, "--dry-run", "--format", "json").succeeded().document
    validate("plan", document)
    assert {step["asset"]: step["action"] for step in document["steps"]} == actions
    done = run(project, *arguments, "--format", "json").succeeded().report
    fetched = {asset["asset"] for asset in done["assets"] if asset["outcome"] == "fetched"}
    assert fetched == {asset for asset, action in actions.items() if action != "keep"}


def test_a_stale_plan_would_not_be_applied(project):
    prepare(project, "apply")
    run(project, "fetch", "nlp/vectors:1.4").succeeded()
    refused = run(project, "apply", "--dry-run", "plan.json").failed(3)
    assert "saved plan `plan.json` is stale; nothing was changed" in refused.stderr
    assert run(project, "apply", "plan.json").failed(3).stderr == refused.stderr


def test_an_interrupted_plan_would_be_resumed(project):
    """A dry run neither forgets that it is under way nor notes it."""
    prepare(project, "apply")
    noted = project.assets / ".modelkit-assets" / "applying"
    run(project, "apply", "--dry-run", "plan.json").succeeded()
    assert not noted.exists()


@pytest.mark.parametrize("command", ["fetch", "apply"])
def test_a_directory_that_is_to_be_made_is_planned_for(project, command):
    missing = project.folder / "missing"
    arguments = [*PLANNING[command][0], "--dry-run", "--assets-dir", missing]
    if command == "apply":
        run(project, "plan", "--create-assets-dir", "--assets-dir", missing, "--output", "plan.json").succeeded()
    run(project, *arguments).failed(9)
    assert "  fetch  " in run(project, *arguments, "--create-assets-dir").succeeded().stdout
    assert not missing.exists()


def test_what_would_keep_a_command_from_its_work_is_told(project, mounted_tmpfs):
    project.tool.environment["MODELKIT_ASSETS_DIR"] = small = mounted_tmpfs("size=64k")
    project.store.push("nlp/large:1.0", b"x" * (1 << 20))
    done = run(project, "fetch", "nlp/large", "--dry-run").succeeded()
    assert f"warning: `modelkit-assets fetch` would fail: not enough disk space in `{small}`" in done.stderr


def test_verify_has_one_only_with_repair(project):
    refused = run(project, "verify", "--dry-run").failed(64)
    assert refused.stderr == "error: --dry-run requires --repair\n"
    run(project, "resolve").succeeded()
    assert "2 assets verified" in run(project, "verify", "--repair", "--dry-run").succeeded().stderr


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


def test_lock_says_in_json_what_it_did(project, validate):
    def lock(*options):
        document = run(project, "lock", "--format", "json", *options).succeeded().document
        validate("lock-changes", document)
        return document

    project.store.rewrite_meta("nlp/vectors:1.4", dependencies=["nlp/tokenizer:1"])
    dry, real, again, checked = lock("--dry-run"), lock(), lock(), lock("--check")
    assert real == {
        "format": "modelkit-assets/lock-changes", "version": 1, "lockfile": "assets.lock", "assets": 2, "written": True,
        "dry_run": False, "changed_dependencies": [],
        "changes": [
            {"name": "nlp/lexicon", "removed": ["2.0"], "added": []},
            {"name": "nlp/tokenizer", "removed": ["1.3"], "added": ["1.10"]},
            {"name": "nlp/vectors", "removed": [], "added": ["1.4"]},
        ],
    }  # fmt: skip
    assert dry == {**real, "written": False, "dry_run": True}
    assert again == checked == {**real, "written": False, "changes": []}
    project.store.push("nlp/tokenizer:1.11", b"tokenizer 1.11\n")
    project.spec("nlp/vectors")
    changed = lock("--upgrade")
    assert changed["changed_dependencies"] == [{"asset": "nlp/vectors:1.4", "dependencies": ["nlp/tokenizer:1.11"]}]
    project.spec("nlp/tokenizer:1.3")
    outdated = run(project, "lock", "--check", "--format", "json").failed(7).report
    assert [error["code"] for error in outdated["errors"]] == ["lock-outdated"]


def test_annotate_says_in_json_what_it_did(shelf, validate):
    def annotate(*options):
        document = shelf.tool.run("annotate", "nlp/lexicon", "--format", "json", *options).succeeded().document
        validate("annotate", document)
        return document

    dry, real, again = annotate("--dry-run"), annotate(), annotate()
    assert real == {
        "format": "modelkit-assets/annotate", "format_version": 1, "asset": "nlp/lexicon:2.0", "name": "nlp/lexicon",
        "version": "2.0", "recorded_files": 3, "dry_run": False,
    }  # fmt: skip
    assert dry == {**real, "dry_run": True}
    assert again == {**real, "recorded_files": 0}


def test_a_spec_from_standard_input_has_no_lockfile(shelf):
    refused = shelf.tool.run("lock", "-").failed(64)
    assert refused.stderr.startswith("error: a spec read from standard input has no lockfile\n")


def test_an_annotated_version_would_not_be_annotated_again(shelf):
    shelf.tool.run("annotate", "nlp/lexicon").succeeded()
    assert "nlp/lexicon:2.0 is already annotated" in shelf.tool.run("annotate", "nlp/lexicon", "--dry-run").succeeded().stderr


def test_init_refuses_what_it_would_refuse(project):
    refused = run(project, "init", "--dry-run").failed(1)
    assert refused.stdout == "" and "`assets.yaml` already exists" in refused.stderr
