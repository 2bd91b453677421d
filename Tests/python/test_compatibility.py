"""The differences from Python modelkit that docs/compatibility.md names, each tried on both."""

import os
import re
from pathlib import Path

import pytest
from modelkit.assets.manager import AssetsManager

from harness import python_modelkit
from harness.fault_world import SLOW_DOWN, SMALL
from harness.s3_messages import PREFIX
from harness.trees import digests, visible
from harness.workspace import error_text, errors

PAGE = Path(__file__).parents[2] / "docs/compatibility.md"


@pytest.fixture
def names_in_the_page():
    """Checks that the table has a row that begins so."""
    text = PAGE.read_text()

    def check(beginning):
        assert re.search(rf"^\| {re.escape(beginning)}", text, re.M), f"no row `{beginning}` in {PAGE.name}"

    return check


def theirs(workspace, specification, with_store=True):
    """Python modelkit in a directory of its own, so that neither finds what the other fetched."""
    folder = workspace.folder / "theirs"
    folder.mkdir(exist_ok=True)
    return python_modelkit.fetch(specification, folder, workspace.store if with_store else None)


def refused(call):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        call()
    return type(caught.value).__name__


# Where assets are


def test_without_an_assets_directory_they_take_the_working_one(shelf, monkeypatch, names_in_the_page):
    names_in_the_page("`MODELKIT_ASSETS_DIR` unset")
    shelf.resolve("nlp/vectors:1.4").succeeded()
    monkeypatch.chdir(shelf.assets)
    assert AssetsManager().fetch_asset("nlp/vectors") == str(shelf.assets / "nlp/vectors/1.4")
    finished = shelf.resolve("nlp/vectors:1.4", environment={"MODELKIT_ASSETS_DIR": None}, cwd=shelf.assets)
    assert "no assets directory is set" in error_text(finished.failed(9).report)


def test_a_path_without_a_version_is_theirs_alone(workspace, monkeypatch, names_in_the_page):
    names_in_the_page("a name without any version")
    (workspace.assets / "some").mkdir()
    (workspace.assets / "some/file").write_bytes(b"no asset\n")
    (workspace.folder / "other").write_bytes(b"no asset either\n")
    monkeypatch.chdir(workspace.folder)
    for name, path in {"some/file": workspace.assets / "some/file", "other": workspace.folder / "other"}.items():
        assert python_modelkit.fetch(name, workspace.assets)["path"] == str(path)
        workspace.without_provider()
        assert errors(workspace.resolve(name, options=["--no-lock"]).failed(5).report)


def test_their_bucket_can_come_from_another_variable(shelf, monkeypatch, names_in_the_page):
    names_in_the_page("`BUCKET`")
    for name, value in {
        "MODELKIT_STORAGE_PROVIDER": "local", "MODELKIT_STORAGE_BUCKET": str(shelf.folder / "nowhere"),
        "BUCKET": str(shelf.store.bucket), "MODELKIT_ASSETS_DIR": str(shelf.assets),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert AssetsManager().fetch_asset("nlp/vectors:1.0")
    wrong = {"MODELKIT_STORAGE_BUCKET": shelf.folder / "nowhere", "BUCKET": shelf.store.bucket}
    finished = shelf.resolve("nlp/vectors:1.4", environment=wrong)
    assert f"cannot open the store `{shelf.folder / 'nowhere'}`" in finished.stdout and finished.status != 0


# What is asked for


def test_latest_is_no_version_of_theirs(shelf, names_in_the_page):
    names_in_the_page("`name:latest`")
    assert refused(lambda: theirs(shelf, "nlp/vectors:latest")) == "InvalidVersionError"
    shelf.resolve("nlp/vectors:latest").succeeded()
    assert digests(shelf.assets) == shelf.store.digests("nlp/vectors:1.4")


PARTS = {
    "a blank": "my words.txt",
    "an accent": "caf\u00e9.txt",
    "a dot at its beginning": ".hidden",
    "an underscore at its end": "words_",
    "none of these": "en/words-1_a.txt",
}


@pytest.mark.parametrize("case", PARTS)
def test_parts_that_they_cannot_be_asked_for(workspace, case, names_in_the_page):
    names_in_the_page("parts in brackets with spaces")
    part = PARTS[case]
    store = workspace.store.push("nlp/lexicon:1.0", {"words.txt": b"1\n", "en/words-1_a.txt": b"2\n"})
    for path in (store.data_object("nlp/lexicon:1.0", part),):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"3\n")
    store.rewrite_meta("nlp/lexicon:1.0", contents=sorted({"words.txt", "en/words-1_a.txt", part}))
    for options in ([], ["--locked"]):
        finished = workspace.resolve(f"nlp/lexicon:1.0[{part}]", options=options).succeeded()
        [asset] = finished.report["assets"]
        assert asset["sub_paths"] == [str(workspace.assets / "nlp/lexicon/1.0" / part)]
        is_theirs = case == "none of these"
        assert ("Python modelkit does not support this part" in finished.stderr) is not is_theirs
    if is_theirs:
        assert theirs(workspace, f"nlp/lexicon:1.0[{part}]")["path"].endswith(part)
    else:
        assert refused(lambda: theirs(workspace, f"nlp/lexicon:1.0[{part}]")) == "InvalidAssetSpecError"


def test_names_longer_than_512_bytes_are_theirs_alone(workspace, names_in_the_page):
    names_in_the_page("names of more than 512 bytes")
    name = "/".join(["long-component"] * 35)
    assert len(name) > 512
    workspace.store.push(f"{name}:1.0", b"far down\n")
    assert theirs(workspace, name)["version"] == "1.0"
    assert workspace.resolve(name).failed(3)


def test_a_component_longer_than_a_file_name_is_refused_sooner(workspace, names_in_the_page):
    names_in_the_page("names of more than 512 bytes")
    assert refused(lambda: theirs(workspace, "x" * 256))
    assert workspace.resolve("x" * 256).failed(3)


def test_backslashes_are_letters_of_theirs(workspace, names_in_the_page):
    names_in_the_page("names with `\\`")
    workspace.store.push("some\\path:1.0", b"one name\n")
    assert theirs(workspace, "some\\path")["version"] == "1.0"
    assert workspace.resolve("some\\path").failed(3)


# What the store says


LISTS = {
    "missing": lambda path: path.unlink(),
    "no JSON": lambda path: path.write_bytes(b"<html>"),
    "of another form": lambda path: path.write_text('{"versions": "1.4"}'),
    "of no version": lambda path: path.write_text('{"versions": ["next"]}'),
}


@pytest.mark.parametrize("damage", LISTS)
def test_a_version_in_full_needs_no_list(shelf, damage, names_in_the_page):
    names_in_the_page("a missing or damaged `.versions`")
    LISTS[damage](shelf.store.versions_object("nlp/vectors"))
    assert theirs(shelf, "nlp/vectors:1.4")["version"] == "1.4"
    finished = shelf.resolve("nlp/vectors:1.4").succeeded()
    assert "the store has no usable list of the versions of `nlp/vectors`" in finished.stderr
    assert digests(shelf.assets) == shelf.store.digests("nlp/vectors:1.4")
    # The lock has it, and says all that the list could.
    assert "does not list" not in shelf.resolve("nlp/vectors:1.4", options=["--locked"]).succeeded().stderr
    shelf.tool.run("fetch", "nlp/vectors:1.0").succeeded()


@pytest.mark.parametrize("damage", LISTS)
def test_anything_else_does(shelf, damage):
    LISTS[damage](shelf.store.versions_object("nlp/vectors"))
    for specification in ("nlp/vectors:1", "nlp/vectors", "nlp/vectors:1.9"):
        assert refused(lambda: theirs(shelf, specification))
        shelf.resolve(specification).failed(5)


def test_a_version_that_the_list_lacks_is_theirs_alone(shelf, names_in_the_page):
    names_in_the_page("a full version that `.versions` does not list")
    shelf.store.versions_object("nlp/vectors").write_text('{"versions": ["1.0"]}')
    assert theirs(shelf, "nlp/vectors:1.4")["version"] == "1.4"
    shelf.resolve("nlp/vectors:1.4").failed(5)


DATES = ["2024-W09-5T12:00:00Z", "2024-061T12:00:00Z", "20240301T120000Z", "2024-03", "2024-03-01T12Z"]


@pytest.mark.parametrize("date", DATES)
def test_dates_of_other_forms_are_theirs_alone(shelf, date, names_in_the_page):
    names_in_the_page("`push_date` in another form of ISO 8601")
    shelf.store.rewrite_meta("nlp/vectors:1.4", push_date=date)
    assert theirs(shelf, "nlp/vectors:1.4")["version"] == "1.4"
    assert "`push_date`" in error_text(shelf.resolve("nlp/vectors:1.4").failed(5).report)


@pytest.mark.parametrize("date", ["2024-03-01T12:00:00Z", "2024-03-01 12:00:00.5+01:00", "2024-03-01T12:00", "2024-03-01"])
def test_dates_of_the_form_that_they_write_and_near_ones_are_read_by_both(shelf, date):
    shelf.store.rewrite_meta("nlp/vectors:1.4", push_date=date)
    theirs(shelf, "nlp/vectors:1.4")
    shelf.resolve("nlp/vectors:1.4").succeeded()


def test_a_path_that_is_listed_twice_is_theirs_alone(shelf, names_in_the_page):
    names_in_the_page("a path listed twice in `contents`")
    shelf.store.rewrite_meta("nlp/lexicon:2.0", contents=["about", "en/words.txt", "about"])
    theirs(shelf, "nlp/lexicon:2.0")
    assert "is listed twice" in error_text(shelf.resolve("nlp/lexicon:2.0").failed(5).report)
    assert visible(digests(shelf.assets)) == {}


def test_a_store_that_fails_is_not_taken_for_one_without_the_version(fault_shelf, fault_server):
    """Without a list the version is looked for by itself."""
    del fault_server.objects[f"{PREFIX}/{SMALL}.versions"]
    fault_server.on(lambda request: request.key.endswith("1.0.meta"), SLOW_DOWN)
    assert "store-unavailable" in error_text(fault_shelf.resolve(f"{SMALL}:1.0").failed(8).report)
