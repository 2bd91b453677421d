"""Parts of a directory asset: `include` and `exclude`."""

import pytest

from harness import python_modelkit
from harness.store import sha256
from harness.trees import digests, snapshot, visible
from harness.workspace import actions, error_text, errors

PIN = "vision/weights:2.0"
FILES = {
    "fp16/a.bin": b"fp16 a\n",
    "fp16/deep/b.bin": b"fp16 b\n",
    "fp16/c.onnx": b"fp16 c\n",
    "fp32/a.bin": b"fp32 a\n",
    "config.json": b"{}\n",
}

SELECTIONS = {
    "a folder": ({"include": ["fp16/**"]}, ["fp16/a.bin", "fp16/deep/b.bin", "fp16/c.onnx"]),
    "a star stays within a folder": ({"include": ["fp16/*"]}, ["fp16/a.bin", "fp16/c.onnx"]),
    "two stars cross folders": ({"include": ["**/*.bin"]}, ["fp16/a.bin", "fp16/deep/b.bin", "fp32/a.bin"]),
    "exclude alone": ({"exclude": ["fp32/**", "**/*.onnx"]}, ["fp16/a.bin", "fp16/deep/b.bin", "config.json"]),
    "exclude wins": (
        {"include": ["fp16/**", "config.json"], "exclude": ["**/*.onnx"]},
        ["fp16/a.bin", "fp16/deep/b.bin", "config.json"],
    ),
}


@pytest.fixture
def weights(workspace):
    workspace.store.push(PIN, FILES)
    return workspace


def entry(**selection):
    return {"name": "vision/weights", "version": "2.0", **selection}


def partial_tree(files):
    return {f"vision/weights/2.0/{path}": sha256(FILES[path]) for path in files}


@pytest.mark.parametrize("case", SELECTIONS)
def test_only_the_files_chosen_are_fetched_and_no_marker_is_left(weights, case):
    selection, files = SELECTIONS[case]
    report = weights.resolve(entry(**selection)).succeeded().report
    assert report["totals"]["downloaded_objects"] == len(files)
    assert visible(digests(weights.assets)) == partial_tree(files)


def test_a_second_run_keeps_the_part(weights):
    weights.resolve(entry(include=["fp16/**"])).succeeded()
    before = snapshot(weights.assets)
    report = weights.resolve(entry(include=["fp16/**"])).succeeded().report
    assert actions(report) == {PIN: "keep"}
    assert snapshot(weights.assets) == before


def test_wider_globs_fetch_again(weights):
    weights.resolve(entry(include=["fp16/*"])).succeeded()
    report = weights.resolve(entry(include=["fp16/**", "fp32/**"])).succeeded().report
    assert actions(report) == {PIN: "refetch"}
    assert visible(digests(weights.assets)) == partial_tree(
        ["fp16/a.bin", "fp16/c.onnx", "fp16/deep/b.bin", "fp32/a.bin"]
    )


def test_asking_for_all_of_it_fetches_it_whole_with_its_marker(weights):
    weights.resolve(entry(include=["fp16/*"])).succeeded()
    weights.resolve(entry()).succeeded()
    assert visible(digests(weights.assets)) == visible(weights.store.digests(PIN))


def test_a_whole_asset_serves_for_any_part_of_it(weights):
    weights.resolve(entry()).succeeded()
    before = snapshot(weights.assets)
    report = weights.resolve(entry(include=["fp16/**"])).succeeded().report
    assert actions(report) == {PIN: "keep"}
    assert snapshot(weights.assets) == before


def test_python_modelkit_with_a_provider_downloads_the_whole_anew(weights):
    weights.resolve(entry(include=["fp16/**"])).succeeded()
    assert python_modelkit.fetch(PIN, weights.assets, weights.store)["from_cache"] is False
    assert visible(digests(weights.assets)) == visible(weights.store.digests(PIN))
    assert actions(weights.resolve(entry(include=["fp16/**"])).succeeded().report) == {PIN: "keep"}


def test_python_modelkit_without_a_provider_finds_the_part(weights):
    weights.resolve(entry(include=["fp16/**"])).succeeded()
    found = python_modelkit.fetch(f"{PIN}[fp16/a.bin]", weights.assets)
    assert found["path"] == str(weights.assets / "vision/weights/2.0/fp16/a.bin")


def test_a_part_that_lost_a_file_is_fetched_again(weights):
    weights.resolve(entry(include=["fp16/*"])).succeeded()
    (weights.assets / "vision/weights/2.0/fp16/a.bin").unlink()
    weights.resolve(entry(include=["fp16/*"])).succeeded()
    assert visible(digests(weights.assets)) == partial_tree(["fp16/a.bin", "fp16/c.onnx"])


def test_globs_that_take_nothing_are_an_error_that_names_them(weights):
    finished = weights.resolve(entry(include=["fp8/**"])).failed(5)
    (error,) = errors(finished.report)
    assert error["code"] == "empty-selection"
    assert "fp8/**" in error_text(finished.report)
    assert visible(digests(weights.assets)) == {}
