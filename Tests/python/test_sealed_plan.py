"""plan --output and apply: a plan is done as it was made, or not at all."""

import json
import os
import shutil
import signal
import subprocess

import pytest

from harness.fault_world import FINE, SMALL, put_asset
from harness.system_calls import Trace
from harness.trees import STAGING, digests, snapshot, visible
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


def test_a_plan_is_gone_on_with_by_whom_it_is_applied_again(sealed):
    kill_in_the_middle(sealed)
    assert visible(digests(sealed.assets)) != {}
    apply(sealed).succeeded()
    pins = ["nlp/vectors:1.4", "nlp/lexicon:2.0", "nlp/classifier:3.1", "nlp/tokenizer:1.10"]
    assert digests(sealed.assets) == sealed.store.digests(*pins)


def test_a_plan_that_is_done_is_done_again_by_doing_nothing(sealed):
    apply(sealed).succeeded()
    before = snapshot(sealed.assets)
    report = apply(sealed, "--format", "json").succeeded().document
    assert set(outcomes(report).values()) == {"present"}
    assert snapshot(sealed.assets) == before


def test_another_run_ends_what_a_plan_began(sealed):
    kill_in_the_middle(sealed)
    sealed.tool.run("fetch", "nlp/tokenizer:1.10").succeeded()
    assert not (sealed.assets / STAGING / "applying").exists()
    assert "is now complete" in apply(sealed).failed(3).stderr


def kill_in_the_middle(workspace):
    """Kills an apply once the first of its assets is in place."""
    command, shown = [workspace.tool.binary, "apply", "plan.json"], []
    with Trace(command, workspace.tool.full_environment(), workspace.assets, folder=workspace.folder) as trace:
        for call in trace:
            shown += [call] if call.name == "renameat" and STAGING not in call.path else []
            if len(shown) == 2:
                trace.kill()
    assert trace.status == -signal.SIGKILL


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
    another_file: "the assets directory is no longer empty",
    another_asset: "`nlp/vectors:1.4` in the assets directory was missing and is now complete",
    longer: "the size of",
    other_content: "` changed",
    gone: "en/words.txt` no longer exists",
    another_store: "the store changed from",
    another_directory: "the assets directory changed from",
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
    assert "` changed" in apply(fault_shelf).failed(3).stderr
    assert digests(fault_shelf.assets) == {}


BROKEN = {
    "no JSON": lambda plan: "{",
    "another document": lambda plan: json.dumps({"format": "modelkit-assets/plan", "version": 1}),
    "a newer version": lambda plan: json.dumps(plan | {"version": 3}),
    "an older version": lambda plan: json.dumps({key: plan[key] for key in plan if key != "lock"} | {"version": 1}),
    "another versioning system": lambda plan: json.dumps(plan | {"versioning": "roman"}),
    "a name that leads out": lambda plan: json.dumps(plan).replace("nlp/vectors", "../vectors"),
    "a path that leads out": lambda plan: json.dumps(plan).replace("en/words.txt", "../words.txt"),
}


def asset(plan, name):
    return next(asset for asset in plan["assets"] if asset["name"] == name)


def twice(plan):
    plan["assets"].append(plan["assets"][0])
    return "duplicate"


def in_a_circle(plan):
    asset(plan, "nlp/tokenizer")["waits_for"] = ["nlp/classifier:3.1"]
    return "does not precede it"


def kept_and_missing(plan):
    asset(plan, "nlp/vectors").update(action="keep", kind=None, push_time=None, objects=[])
    return "is to be kept but was missing"


def without_a_file(plan):
    asset(plan, "nlp/lexicon").update(is_partial=False)
    asset(plan, "nlp/lexicon")["objects"].pop()
    return "files in the store"


def a_file_twice(plan):
    objects = asset(plan, "nlp/lexicon")["objects"]
    objects.append(objects[0])
    return "duplicate"


def of_a_huge_size(plan):
    asset(plan, "nlp/vectors")["objects"][0]["size"] = 2**62
    return "invalid file size"


def of_another_time(plan):
    asset(plan, "nlp/vectors")["push_time"] += 1
    return "has a different push time"


def without_files(plan):
    asset(plan, "nlp/lexicon").update(is_partial=True, objects=[])
    return "has no files"


def of_a_part_that_is_not_there(plan):
    plan["entries"][1]["part"] = "en/nothing.txt"
    return "an entry refers to `en/nothing.txt`"


def of_another_version_than_is_asked_for(plan):
    plan["entries"][0]["requirement"] = "2"
    return "does not match the entry `nlp/vectors:2`"


def of_another_name_than_is_asked_for(plan):
    plan["entries"][0]["asset"] = "nlp/lexicon:2.0"
    return "does not match the entry `nlp/vectors:1`"


def in_one_another(plan):
    inner = json.loads(json.dumps(asset(plan, "nlp/tokenizer")))
    plan["assets"].append(inner | {"name": "nlp/lexicon/2.0/inside", "waits_for": []})
    return "`nlp/lexicon/2.0/inside:1.10` is inside the directory of `nlp/lexicon:2.0`"


FORGED = [
    twice, in_a_circle, kept_and_missing, without_a_file, a_file_twice, of_a_huge_size, of_another_time, without_files,
    of_a_part_that_is_not_there, of_another_version_than_is_asked_for, of_another_name_than_is_asked_for, in_one_another,
]  # fmt: skip


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
def test_a_plan_is_checked_before_anything_is_done(sealed, forge):
    path = sealed.folder / "plan.json"
    plan = json.loads(path.read_text())
    words = forge(plan)
    path.write_text(json.dumps(plan))
    assert words in apply(sealed).failed(3).stderr
    assert digests(sealed.assets) == {}


def changed(workspace, change):
    """Saves what `change` makes of the plan, and what it says should be told."""
    path = workspace.folder / "plan.json"
    plan = json.loads(path.read_text())
    words = change(plan)
    path.write_text(json.dumps(plan))
    return words


# Beside a lock: what the plan says of a version, the lock says too.


@pytest.fixture
def locked(shelf):
    """A lock with digests, which Python modelkit's `.meta` has none of, and a plan for an empty directory."""
    shelf.spec(*PINS)
    shelf.tool.run("resolve", cwd=shelf.folder).succeeded()
    shutil.rmtree(shelf.assets)
    shelf.assets.mkdir()
    save(shelf)
    return shelf


def with_another_digest(plan):
    asset(plan, "nlp/vectors")["objects"][0]["sha256"] = "0" * 64
    return "has a different digest of its content in the lockfile"


def without_a_digest(plan):
    asset(plan, "nlp/vectors")["objects"][0]["sha256"] = None
    return "has a different digest of its content in the lockfile"


def without_a_locked_file(plan):
    asset(plan, "nlp/lexicon")["objects"].pop()
    return "has 3 files in the lockfile but 2 in the plan"


def of_another_size(plan):
    asset(plan, "nlp/vectors")["objects"][0]["size"] += 1
    return "has a different size of its content in the lockfile"


@pytest.mark.parametrize(
    "forge", [with_another_digest, without_a_digest, without_a_locked_file, of_another_size], ids=lambda forge: forge.__name__
)
def test_a_plan_that_differs_from_its_lock_is_refused(locked, forge):
    words = changed(locked, forge)
    assert words in apply(locked).failed(3).stderr
    assert digests(locked.assets) == {}


def test_a_plan_with_its_lock_is_applied_from_anywhere(locked, tmp_path):
    locked.tool.run("apply", locked.folder / "plan.json", cwd=tmp_path).succeeded()
    locked.tool.run("resolve", "--locked", cwd=locked.folder).succeeded()


def test_a_plan_whose_lock_is_gone_is_refused(locked):
    (locked.folder / "assets.lock").unlink()
    assert "no longer exists" in apply(locked).failed(3).stderr
    assert digests(locked.assets) == {}


def test_a_plan_that_asks_for_more_than_the_lock_has_is_applied(locked):
    locked.spec(*PINS, "nlp/tokenizer:0")
    save(locked)
    apply(locked).succeeded()


def test_until_there_is_a_digest_the_plan_has_the_lock_s_checksum(fault_shelf, fault_server):
    fault_shelf.spec(f"{SMALL}:1")
    fault_shelf.tool.run("lock", cwd=fault_shelf.folder).succeeded()
    save(fault_shelf)
    [entry] = json.loads((fault_shelf.folder / "plan.json").read_text())["assets"]
    assert entry["objects"][0]["checksum"].startswith("MD5:")

    def forge(plan):
        plan["assets"][0]["objects"][0]["checksum"] = None
        return "has a different checksum of its content in the lockfile"

    words = changed(fault_shelf, forge)
    assert words in apply(fault_shelf).failed(3).stderr


def test_a_plan_does_not_put_in_place_what_lacks_its_dependency(shelf):
    shelf.store.rewrite_meta("nlp/classifier:3.1", dependencies=["nlp/tokenizer:1"])
    shelf.spec("nlp/classifier:3")
    save(shelf)

    def forge(plan):
        plan["assets"] = [asset(plan, "nlp/classifier") | {"waits_for": []}]
        return "depends on `nlp/tokenizer:1` in the store but not in the plan"

    words = changed(shelf, forge)
    assert words in apply(shelf).failed(3).stderr
    assert digests(shelf.assets) == {}


def test_a_part_of_what_is_kept_is_looked_for(shelf):
    shelf.spec("nlp/lexicon[en/words.txt]")
    shelf.tool.run("resolve", cwd=shelf.folder).succeeded()
    save(shelf)

    def forge(plan):
        plan["entries"][0]["part"] = "en/nothing.txt"
        return "`nlp/lexicon:2.0` has no `en/nothing.txt` in the assets directory"

    words = changed(shelf, forge)
    finished = apply(shelf).failed(3)
    assert words in finished.stderr and finished.stdout == ""


def test_a_plan_of_brackets_is_no_plan(sealed):
    (sealed.folder / "plan.json").write_text("[" * 512)
    assert "is not a modelkit-assets plan" in apply(sealed).failed(3).stderr


def test_a_plan_is_written_to_a_fifo_that_stays_one(shelf):
    shelf.spec(*PINS)
    fifo = shelf.folder / "fifo"
    os.mkfifo(fifo)
    with subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE) as reader:
        shelf.tool.run("plan", "assets.yaml", "--output", fifo, cwd=shelf.folder).succeeded()
        assert json.loads(reader.stdout.read())["format"] == "modelkit-assets/sealed-plan"
    assert fifo.is_fifo()


def test_a_plan_is_written_through_a_link(shelf):
    shelf.spec(*PINS)
    (shelf.folder / "link").symlink_to("plan.json")
    for _ in range(2):
        shelf.tool.run("plan", "assets.yaml", "--output", "link", cwd=shelf.folder).succeeded()
        assert (shelf.folder / "link").is_symlink()
        assert not (shelf.folder / "plan.json").is_symlink()
    apply(shelf).succeeded()


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
