"""plan --output and apply: a plan is done as it was made, or not at all."""

import json
import shutil

import pytest

from harness.fault_world import FINE, SMALL, put_asset
from harness.trees import digests, snapshot
from harness.workspace import outcomes

PINS = ["nlp/vectors:1", "nlp/lexicon[en/words.txt]", {"name": "nlp/classifier", "depends_on": ["nlp/tokenizer:1"]}]


@pytest.fixture
def sealed(shelf):
    shelf.spec(*PINS)
    save(shelf)
    return shelf


def save(workspace):
    return workspace.tool.run("plan", "assets.yaml", "--output", "plan.json", cwd=workspace.folder).succeeded()


def apply(workspace, *options):
    return workspace.tool.run("apply", "plan.json", *options, cwd=workspace.folder)


def test_apply_does_what_the_plan_says(sealed):
    assert digests(sealed.assets) == {}
    report = apply(sealed, "--format", "json").succeeded().document
    pins = ["nlp/vectors:1.4", "nlp/lexicon:2.0", "nlp/classifier:3.1", "nlp/tokenizer:1.10"]
    assert outcomes(report) == dict.fromkeys(pins, "fetched")
    assert digests(sealed.assets) == sealed.store.digests(*pins)


def test_apply_prints_the_paths_of_the_entries(sealed):
    text = apply(sealed).succeeded().stdout
    assert str(sealed.assets / "nlp/lexicon/2.0/en/words.txt") in text


def test_a_part_is_applied_as_a_part(shelf):
    shelf.spec({"name": "nlp/lexicon", "version": "2.0", "include": ["fr/**"]})
    save(shelf)
    apply(shelf).succeeded()
    assert not (shelf.assets / "nlp/lexicon/2.0/.SUCCESS").exists()
    assert (shelf.assets / "nlp/lexicon/2.0/fr/words.txt").exists()


def another_file(workspace):
    (workspace.assets / "x").write_bytes(b"")


def another_asset(workspace):
    workspace.tool.run("fetch", "nlp/vectors:1.4").succeeded()


def longer(workspace):
    workspace.store.data_object("nlp/vectors:1.4").write_bytes(b"longer than before\n" * 5000)


def other_content(workspace):
    path = workspace.store.data_object("nlp/vectors:1.4")
    path.write_bytes(bytes(reversed(path.read_bytes())))


def gone(workspace):
    workspace.store.data_object("nlp/lexicon:2.0", "en/words.txt").unlink()


def another_store(workspace):
    shutil.copytree(workspace.store.bucket, workspace.folder / "copy")
    workspace.tool.environment["MODELKIT_STORAGE_BUCKET"] = workspace.folder / "copy"


def another_directory(workspace):
    (workspace.folder / "elsewhere").mkdir()
    workspace.tool.environment["MODELKIT_ASSETS_DIR"] = workspace.folder / "elsewhere"


CHANGES = {
    another_file: "the assets directory was empty, and is not",
    another_asset: "`nlp/vectors:1.4` was missing in the assets directory, and is complete",
    longer: "bytes, and had",
    other_content: "has other content",
    gone: "en/words.txt` is gone",
    another_store: "the store is",
    another_directory: "the assets directory is",
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_world_that_moved_is_refused_with_what_moved(sealed, change):
    change(sealed)
    before = snapshot(sealed.assets)
    assert CHANGES[change] in apply(sealed).failed(3).stderr
    assert snapshot(sealed.assets) == before


def test_an_object_on_s3_that_was_pushed_again_is_noticed(fault_shelf, fault_server):
    fault_shelf.spec(f"{FINE}:1", f"{SMALL}:1")
    save(fault_shelf)
    put_asset(fault_server, SMALL, bytes(reversed(fault_server.objects["modelkit-assets/small/asset/1.0"].content)))
    assert "has other content" in apply(fault_shelf).failed(3).stderr
    assert digests(fault_shelf.assets) == {}


BROKEN = {
    "no JSON": lambda plan: "{",
    "another document": lambda plan: json.dumps({"format": "modelkit-assets/plan", "version": 1}),
    "a newer version": lambda plan: json.dumps(plan | {"version": 2}),
    "a name that leads out": lambda plan: json.dumps(plan).replace("nlp/vectors", "../vectors"),
    "a path that leads out": lambda plan: json.dumps(plan).replace("en/words.txt", "../words.txt"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_plan_is_refused_that_is(sealed, case):
    path = sealed.folder / "plan.json"
    path.write_text(BROKEN[case](json.loads(path.read_text())))
    before = snapshot(sealed.folder)
    assert "plan.json" in apply(sealed).failed(3).stderr
    assert digests(sealed.assets) == {}
    assert {path for path in snapshot(sealed.folder) if not path.startswith("home")} == {
        path for path in before if not path.startswith("home")
    }


def test_a_plan_with_nothing_to_do_is_applied(sealed):
    apply(sealed).succeeded()
    save(sealed)
    before = snapshot(sealed.assets)
    apply(sealed).succeeded()
    assert snapshot(sealed.assets) == before
