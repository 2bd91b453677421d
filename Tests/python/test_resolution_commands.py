"""tree, why, outdated and cache-key: what they say of a resolution."""

import pytest


@pytest.fixture
def model(shelf):
    """A classifier that brings a lexicon along, which brings a tokenizer along."""
    shelf.store.rewrite_meta("nlp/classifier:3.1", dependencies=["nlp/lexicon:2.0", "nlp/tokenizer:1"])
    shelf.store.rewrite_meta("nlp/lexicon:2.0", dependencies=["nlp/tokenizer:1.3"])
    shelf.spec("nlp/classifier", "nlp/vectors")
    return shelf


def run(workspace, command, *options):
    return workspace.tool.run(command, *options, cwd=workspace.folder)


def test_tree_shows_what_depends_on_what(model):
    assert run(model, "tree").succeeded().stdout.splitlines() == [
        "nlp/classifier:3.1",
        "├── nlp/lexicon:2.0",
        "│   └── nlp/tokenizer:1.3",
        "└── nlp/tokenizer:1.3",
        "nlp/vectors:1.4",
    ]
    assets = run(model, "tree", "--format", "json").succeeded().document["assets"]
    assert {item["asset"]: item["dependencies"] for item in assets} == {
        "nlp/classifier:3.1": ["nlp/lexicon:2.0", "nlp/tokenizer:1.3"],
        "nlp/lexicon:2.0": ["nlp/tokenizer:1.3"],
        "nlp/tokenizer:1.3": [],
        "nlp/vectors:1.4": [],
    }


def test_tree_shows_what_is_below_an_asset_once(model):
    model.store.rewrite_meta("nlp/tokenizer:1.3", dependencies=["nlp/vectors:1.0"])
    model.spec("nlp/lexicon", "nlp/classifier")
    lines = run(model, "tree").succeeded().stdout.splitlines()
    assert lines.count("├── nlp/lexicon:2.0 (*)") == 1
    assert sum("nlp/vectors:1.0" in line for line in lines) == 1


def test_why_names_everybody_who_asks_with_the_chain(model):
    assert run(model, "why", "nlp/tokenizer").succeeded().stdout.splitlines() == [
        "nlp/tokenizer:1.3",
        "  nlp/classifier (assets.yaml:3) → nlp/tokenizer:1",
        "  nlp/classifier (assets.yaml:3) → nlp/lexicon:2.0 → nlp/tokenizer:1.3",
    ]
    [asset] = run(model, "why", "nlp/vectors", "--format", "json").succeeded().document["assets"]
    assert asset == {
        "asset": "nlp/vectors:1.4",
        "demands": [{"requirement": "nlp/vectors", "chain": [], "file": "assets.yaml", "line": 4}],
    }


def test_why_of_what_nobody_asks_for_is_an_error_that_names_the_nearest(model):
    assert "did you mean `nlp/tokenizer`?" in run(model, "why", "nlp/tokeniser").failed(5).stderr
    assert "nlp/tokenizer:1.3" in run(model, "why", "nlp/tokenizer:10").failed(5).stderr


def test_outdated_shows_what_an_upgrade_would_choose_and_the_latest(model):
    run(model, "lock").succeeded()
    model.store.push("nlp/vectors:2.0", b"2\n").push("nlp/classifier:3.2", b"3.2\n")
    assert [line.split() for line in run(model, "outdated").succeeded().stdout.splitlines()] == [
        ["ASSET", "CURRENT", "UPGRADE", "LATEST"],
        ["nlp/classifier", "3.1", "3.2", "3.2"],
        ["nlp/tokenizer", "1.3", "1.3", "10.3"],
        ["nlp/vectors", "1.4", "2.0", "2.0"],
    ]
    run(model, "lock", "--upgrade").succeeded()
    assert run(model, "outdated").succeeded().stdout == ""


def key(workspace, *options):
    text = run(workspace, "cache-key", *options).succeeded().stdout.strip()
    assert len(text) == 64
    return text


def test_a_cache_key_is_the_same_wherever_and_needs_no_store_with_a_lock(model):
    model.tool.run("resolve", "assets.yaml", cwd=model.folder).succeeded()
    first = key(model)
    model.without_provider()
    model.tool.environment["MODELKIT_ASSETS_DIR"] = None
    assert key(model, "--locked") == first


def test_a_cache_key_changes_with_what_would_be_put_in_place(model):
    keys = [key(model)]
    model.spec("nlp/classifier", "nlp/vectors:1.0")
    keys.append(key(model))
    model.spec({"name": "nlp/classifier", "include": ["labels.json"]}, "nlp/vectors:1.0")
    keys.append(key(model))
    run(model, "resolve", "assets.yaml").succeeded()
    keys.append(key(model))
    lock = model.folder / "assets.lock"
    digest = next(line for line in lock.read_text().splitlines() if "labels.json" in line).split('sha256: "')[1][:64]
    lines = lock.read_text().replace(digest, "0" * 64).splitlines(keepends=True)
    # As earlier programs wrote it: the entry's own digest would tell the change.
    lock.write_text("".join(line for line in lines if not line.startswith("    digest: ")))
    keys.append(key(model))
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("command", ["tree", "why", "outdated", "cache-key"])
def test_nothing_is_written_by(model, command):
    before = sorted(model.folder.iterdir())
    run(model, *([command, "nlp/vectors"] if command == "why" else [command])).succeeded()
    assert sorted(model.folder.iterdir()) == before
