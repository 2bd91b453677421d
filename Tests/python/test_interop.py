"""The program and Python modelkit share a store and an assets directory, in both directions."""

import os

import pytest

from harness import python_modelkit
from harness.trees import digests, snapshot, visible
from harness.workspace import Workspace, actions, outcomes

SPECIFICATIONS = [
    "nlp/vectors",
    "nlp/lexicon:2[en/words.txt]",
    "nlp/lexicon:2.0[fr]",
    "nlp/lexicon:1.0",
    "nlp/tokenizer:1.10",
    "nlp/classifier:3[weights/a.bin]",
]
PINS = [
    "nlp/vectors:1.4",
    "nlp/lexicon:1.0",
    "nlp/lexicon:2.0",
    "nlp/tokenizer:1.10",
    "nlp/classifier:3.1",
]


@pytest.fixture
def resolved(shelf):
    shelf.result = shelf.resolve(*SPECIFICATIONS).succeeded()
    return shelf


def test_a_store_pushed_by_python_modelkit_resolves(resolved):
    assert digests(resolved.assets) == resolved.store.digests(*PINS)


def test_the_report_says_what_was_asked_for_and_where_it_is(resolved):
    report = resolved.result.report
    assets = resolved.assets
    assert {
        item["asset"]: (item["kind"], item["requested"], item["path"], item["sub_paths"], item["downloaded_objects"])
        for item in report["assets"]
    } == {
        "nlp/vectors:1.4": ("file", ["nlp/vectors"], f"{assets}/nlp/vectors/1.4", [], 1),
        "nlp/lexicon:1.0": ("directory", ["nlp/lexicon:1.0"], f"{assets}/nlp/lexicon/1.0", [], 1),
        "nlp/lexicon:2.0": (
            "directory",
            ["nlp/lexicon:2[en/words.txt]", "nlp/lexicon:2.0[fr]"],
            f"{assets}/nlp/lexicon/2.0",
            [f"{assets}/nlp/lexicon/2.0/en/words.txt", f"{assets}/nlp/lexicon/2.0/fr"],
            3,
        ),
        "nlp/tokenizer:1.10": ("file", ["nlp/tokenizer:1.10"], f"{assets}/nlp/tokenizer/1.10", [], 1),
        "nlp/classifier:3.1": (
            "directory",
            ["nlp/classifier:3[weights/a.bin]"],
            f"{assets}/nlp/classifier/3.1",
            [f"{assets}/nlp/classifier/3.1/weights/a.bin"],
            3,
        ),
    }
    bytes_in_store = sum(file.stat().st_size for pin in PINS for _, file in resolved.store.objects(pin))
    seconds = report["totals"].pop("seconds")
    assert 0 <= seconds < 60
    assert report["totals"] == {
        "assets": 5, "present": 0, "fetched": 5, "failed": 0, "skipped": 0, "interrupted": 0,
        "downloaded_objects": 9, "downloaded_bytes": bytes_in_store,
        "resumed_bytes": 0, "cached_objects": 0, "cached_bytes": 0, "kept_objects": 0, "kept_bytes": 0,
    }  # fmt: skip
    assert (report["status"], report["assets_dir"], report["errors"]) == ("done", str(assets), [])


def test_what_was_asked_for_with_comparators_is_printed_with_them(shelf):
    entry = {"name": "nlp/tokenizer", "version": ">=1, <10"}
    report = shelf.resolve(entry).succeeded().report
    assert {item["asset"]: item["requested"] for item in report["assets"]} == {
        "nlp/tokenizer:1.10": ["nlp/tokenizer:>=1, <10"]
    }
    text = shelf.tool.run("resolve", shelf.spec(entry)).succeeded().stdout
    assert text.startswith("nlp/tokenizer:>=1, <10 ")
    assert text.endswith(f" {shelf.assets}/nlp/tokenizer/1.10\n")


@pytest.mark.parametrize("specification", SPECIFICATIONS)
def test_python_modelkit_without_a_provider_finds(resolved, specification):
    reported = {
        string: path
        for item in resolved.result.report["assets"]
        for string, path in zip(item["requested"], item["sub_paths"] or [item["path"]], strict=True)
    }
    found = python_modelkit.fetch(specification, resolved.assets)
    assert (found["path"], found["from_cache"]) == (reported[specification], True)


@pytest.mark.parametrize("specification", SPECIFICATIONS)
def test_python_modelkit_with_a_provider_takes_from_cache(resolved, specification):
    before = snapshot(resolved.assets)
    assert python_modelkit.fetch(specification, resolved.assets, resolved.store)["from_cache"] is True
    assert visible(snapshot(resolved.assets)) == visible(before)


def test_what_python_modelkit_fetched_is_kept_untouched(shelf):
    for pin in PINS:
        python_modelkit.fetch(pin, shelf.assets, shelf.store)
    before = snapshot(shelf.assets)

    report = shelf.resolve(*SPECIFICATIONS).succeeded().report

    assert actions(report) == dict.fromkeys(PINS, "keep")
    assert outcomes(report) == dict.fromkeys(PINS, "present")
    assert report["totals"]["downloaded_objects"] == 0
    assert snapshot(shelf.assets) == before


def test_a_second_run_keeps_everything_and_touches_nothing(resolved):
    before = snapshot(resolved.assets)
    report = resolved.resolve(*SPECIFICATIONS).succeeded().report
    assert actions(report) == dict.fromkeys(PINS, "keep")
    assert snapshot(resolved.assets) == before


@pytest.mark.parametrize("provider", [True, False], ids=["with a provider", "pre-downloaded"])
def test_a_major_version_never_picks_another_that_begins_with_its_digits(shelf, provider):
    for pin in ("nlp/tokenizer:1.10", "nlp/tokenizer:10.3"):
        python_modelkit.fetch(pin, shelf.assets, shelf.store)
    if not provider:
        shelf.without_provider()

    ours = shelf.resolve("nlp/tokenizer:1").succeeded().report
    theirs = python_modelkit.fetch("nlp/tokenizer:1", shelf.assets, shelf.store if provider else None)

    assert [item["version"] for item in ours["assets"]] == ["1.10"]
    assert theirs["version"] == "10.3", "Python modelkit's defect is gone: this test shows nothing any more"


LEFT_OVERS = {
    "a file without its marker": ("nlp/vectors:1.4", {"nlp/vectors/1.4": b"vectors, bet"}),
    "a folder without its marker": ("nlp/lexicon:2.0", {"nlp/lexicon/2.0/en/words.txt": b"on"}),
}


@pytest.mark.parametrize("left_over", LEFT_OVERS)
def test_what_a_failed_fetch_left_behind_is_fetched_again(shelf, left_over):
    pin, files = LEFT_OVERS[left_over]
    for path, content in files.items():
        (shelf.assets / path).parent.mkdir(parents=True, exist_ok=True)
        (shelf.assets / path).write_bytes(content)

    report = shelf.resolve(pin).succeeded().report

    assert actions(report) == {pin: "refetch"}
    assert digests(shelf.assets) == shelf.store.digests(pin)


def test_a_marker_without_its_file_is_not_the_asset(shelf):
    (shelf.assets / "nlp/vectors").mkdir(parents=True)
    (shelf.assets / "nlp/vectors/.1.4.SUCCESS").touch()
    shelf.resolve("nlp/vectors:1.4").succeeded()
    assert digests(shelf.assets) == shelf.store.digests("nlp/vectors:1.4")


def test_versions_that_are_dates_resolve_as_python_modelkit_does(tmp_path, binary, monkeypatch):
    monkeypatch.setenv("MODELKIT_ASSETS_VERSIONING_SYSTEM", "simple_date")
    workspace = Workspace.below(tmp_path, binary)
    for day in ("01", "03", "02"):
        workspace.store.push(f"daily/prices:2024-05-{day}T00-00-00Z", f"prices of the {day}\n".encode())
    latest = "daily/prices:2024-05-03T00-00-00Z"

    finished = workspace.resolve("daily/prices", options=["--versioning", "simple_date"]).succeeded()

    assert list(actions(finished.report)) == [latest]
    assert digests(workspace.assets) == workspace.store.digests(latest)
    assert python_modelkit.fetch("daily/prices", workspace.assets, workspace.store)["from_cache"] is True


def test_the_older_name_of_the_provider_variable_works(shelf):
    shelf.tool.environment["STORAGE_PROVIDER"] = shelf.tool.environment.pop("MODELKIT_STORAGE_PROVIDER")
    shelf.resolve("nlp/vectors").succeeded()
    assert digests(shelf.assets) == shelf.store.digests("nlp/vectors:1.4")


def test_another_prefix_is_another_store(tmp_path, binary):
    workspace = Workspace.below(tmp_path, binary)
    workspace.store = type(workspace.store)(workspace.store.bucket, prefix="team/a")
    workspace.store.push("nlp/vectors:1.0", b"team a's\n")
    environment = {"MODELKIT_STORAGE_PREFIX": "team/a"}
    workspace.resolve("nlp/vectors", environment=environment).succeeded()
    assert digests(workspace.assets) == workspace.store.digests("nlp/vectors:1.0")
    elsewhere = {"MODELKIT_STORAGE_PREFIX": "team/b"}
    workspace.resolve("nlp/vectors", options=["--no-lock"], environment=elsewhere).failed(5)


def test_an_assets_directory_that_is_the_store_itself_is_refused_as_by_python_modelkit(shelf):
    shelf.point_at(shelf.store.bucket / shelf.store.prefix)
    before = snapshot(shelf.store.bucket)
    finished = shelf.resolve("nlp/vectors")
    assert finished.status != 0, str(finished)
    assert str(shelf.assets) in finished.stderr + finished.stdout
    assert snapshot(shelf.store.bucket) == before
    with pytest.raises(Exception, match="same folder"):
        python_modelkit.fetch("nlp/vectors", shelf.assets, shelf.store)


def test_a_bucket_relative_to_the_spec_is_found_from_any_folder(shelf, tmp_path):
    spec = shelf.spec("nlp/vectors", storage={"provider": "local", "bucket": "bucket"})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shelf.without_provider()
    shelf.tool.run("resolve", os.path.relpath(spec, elsewhere), cwd=elsewhere).succeeded()
    assert digests(shelf.assets) == shelf.store.digests("nlp/vectors:1.4")
