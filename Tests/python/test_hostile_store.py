"""What the store says is not to be trusted: unsafe paths, malformed objects, links in the way."""

import json
import os

import pytest

from harness.store import sha256
from harness.trees import digests, snapshot, visible
from harness.workspace import error_text, errors, outcomes

FINE, BAD = "fine/asset:1.0", "bad/asset:1.0"
HUGE = 100 * 1024 * 1024

UNSAFE_CONTENTS = {
    "a parent": ["../x"],
    "a parent in the middle": ["a/../../x"],
    "two dots alone": [".."],
    "an absolute path": ["/x"],
    "two slashes": ["a//b"],
    "a dot": ["a/./b"],
    "a slash at the end": ["a/"],
    "nothing": [""],
    "a NUL": ["a\0b"],
    "an over-long component": ["x" * 256],
    "an over-long path": ["/".join(["x" * 200] * 6)],
    "the marker": [".SUCCESS"],
    "below the marker": [".SUCCESS/x"],
    "the same path twice": ["a", "a"],
    "a path that is file and folder": ["a", "a/b"],
    "one bad among good ones": ["a", "b/c", "../../x", "d"],
}

MALFORMED_VERSIONS = {
    "empty": (b"", None),
    "not JSON": (b"{versions", None),
    "cut short": (b'{"versions": ["1.0"', None),
    "not UTF-8": (b'{"versions": ["\xff\xfe"]}', None),
    "a list": (b'["1.0"]', None),
    "null": (b"null", None),
    "no versions": (b'{"version": ["1.0"]}', "versions"),
    "versions that are a text": (b'{"versions": "1.0"}', "versions"),
    "versions that are numbers": (b'{"versions": [1.0]}', "versions"),
    "a version that is none": (b'{"versions": ["1.0", "latest-ish!"]}', "latest-ish!"),
    "a version that climbs": (b'{"versions": ["../../../x"]}', "../../../x"),
    "a version of three parts": (b'{"versions": ["1.2.3"]}', "1.2.3"),
    "nested deep": (b"[" * 200_000, None),
    "as deep as the scanner bears": (b"[" * 512, "nested"),
}

MALFORMED_META = {
    "empty": (b"", None),
    "not JSON": (b"push_date: today", None),
    "a list": (b"[]", None),
    "no push date": (b'{"is_directory": false}', "push_date"),
    "a push date that is none": (b'{"push_date": "yesterday", "is_directory": false}', "yesterday"),
    "a push date that is a number": (b'{"push_date": 17, "is_directory": false}', "push_date"),
    "is_directory as a text": (b'{"push_date": "2024-03-01T12:00:00+00:00", "is_directory": "no"}', "is_directory"),
    "a folder without contents": (b'{"push_date": "2024-03-01T12:00:00+00:00", "is_directory": true}', "contents"),
    "contents that are a text": (
        b'{"push_date": "2024-03-01T12:00:00+00:00", "is_directory": true, "contents": "a"}',
        "contents",
    ),
    "contents that are numbers": (
        b'{"push_date": "2024-03-01T12:00:00+00:00", "is_directory": true, "contents": [1]}',
        "contents",
    ),
    "dependencies that are a text": (
        b'{"push_date": "2024-03-01T12:00:00+00:00", "is_directory": false, "dependencies": "a:1.0"}',
        "dependencies",
    ),
}


@pytest.fixture
def outside(tmp_path):
    """A folder that nothing may be written to."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "mine").write_bytes(b"mine\n")
    return folder


@pytest.fixture
def hostile(workspace):
    """A store with an asset that is fine and one that a test spoils."""
    workspace.store.push(FINE, {"a": b"fine\n"})
    workspace.store.push(BAD, {"a": b"a\n", "b/c": b"c\n", "d": b"d\n"})
    return workspace


def assert_refused(workspace, code, *words):
    """The bad asset is refused with this code and these words; the fine one is fetched; nothing else is written."""
    around = surroundings(workspace)
    finished = workspace.resolve(BAD, FINE)
    assert_says(finished, code, words)
    assert outcomes(finished.report) == {FINE: "fetched"}
    assert visible(digests(workspace.assets)) == visible(workspace.store.digests(FINE))
    assert surroundings(workspace) == around


def assert_says(finished, code, words):
    found = [error for error in errors(finished.failed(5).report) if error["code"] == code]
    assert found, f"no error with the code {code}\n{finished}"
    text = error_text(finished.report)
    assert [word for word in words if word not in text] == [], str(finished)


def surroundings(workspace):
    """All that stands beside the assets directory, but for what a run itself writes there in a test."""
    ours = ("assets", "home", "assets.yaml")
    return {
        path: entry.content for path, entry in snapshot(workspace.folder).items() if path.split("/")[0] not in ours
    }


@pytest.mark.parametrize("case", UNSAFE_CONTENTS)
def test_contents_are_refused_that_hold(hostile, case):
    hostile.store.rewrite_meta(BAD, contents=UNSAFE_CONTENTS[case])
    assert_refused(hostile, "unsafe-path", "bad/asset/1.0.meta")


@pytest.mark.parametrize("case", MALFORMED_VERSIONS)
def test_a_versions_object_is_refused_that_is(hostile, case):
    content, word = MALFORMED_VERSIONS[case]
    hostile.store.versions_object("bad/asset").write_bytes(content)
    finished = hostile.resolve("bad/asset", FINE)
    assert_says(finished, "malformed-object", ["bad/asset.versions", *([word] if word else [])])
    assert finished.report["assets"] == []
    # Which versions there are must be known of every asset before anything is fetched.
    assert digests(hostile.assets) == {}


@pytest.mark.parametrize("case", MALFORMED_META)
def test_a_meta_object_is_refused_that_is(hostile, case):
    content, word = MALFORMED_META[case]
    hostile.store.meta_object(BAD).write_bytes(content)
    assert_refused(hostile, "malformed-object", "bad/asset/1.0.meta", *([word] if word else []))


HUGE_OBJECTS = {
    "zeros": lambda path: os.truncate(path, HUGE),
    "one endless list": lambda path: path.write_bytes(b'{"versions": [' + b'"1.0",' * (HUGE // 6) + b'"1.0"]}'),
    "one endless text": lambda path: path.write_bytes(b'{"versions": ["' + b"1" * HUGE + b'"]}'),
}


@pytest.mark.parametrize("case", HUGE_OBJECTS)
@pytest.mark.parametrize("kind", ["versions", "meta"])
def test_a_hundred_megabytes_of_metadata_are_refused_in_little_time_and_memory(hostile, kind, case):
    store = hostile.store
    HUGE_OBJECTS[case](store.versions_object("bad/asset") if kind == "versions" else store.meta_object(BAD))
    finished, peak = hostile.tool.run_measured("resolve", hostile.spec("bad/asset", FINE), "--format", "json")
    assert "malformed-object" in [error["code"] for error in errors(finished.failed(5).report)]
    named = "bad/asset.versions" if kind == "versions" else "bad/asset/1.0.meta"
    assert named in error_text(finished.report)
    assert len(finished.stdout) < 20_000, "the error repeats what it was given"
    assert peak < 96 * 1024 * 1024
    assert finished.seconds < 10


def test_without_is_directory_it_is_a_file_as_for_python_modelkit(hostile):
    hostile.store.push("plain/file:1.0", b"plain\n").rewrite_meta("plain/file:1.0", is_directory=None)
    hostile.store.rewrite_meta(BAD, is_directory=None, contents=None)
    finished = hostile.resolve(BAD, "plain/file:1.0")
    assert finished.status in (5, 8), str(finished)
    assert "store-not-found" in [error["code"] for error in errors(finished.report)]
    assert "bad/asset/1.0" in error_text(finished.report)
    assert (hostile.assets / "plain/file/1.0").read_bytes() == b"plain\n"
    assert not (hostile.assets / "bad/asset/1.0").exists()


def test_a_listed_version_without_its_meta_is_an_error_that_names_the_object(hostile):
    hostile.store.meta_object(BAD).unlink()
    finished = hostile.resolve(BAD, FINE).failed(5)
    assert "bad/asset/1.0" in error_text(finished.report)
    assert outcomes(finished.report)[FINE] == "fetched"


def test_contents_without_their_object_are_an_error_that_names_the_object(hostile):
    hostile.store.data_object(BAD, "b/c").unlink()
    finished = hostile.resolve(BAD, FINE)
    assert finished.status in (5, 8), str(finished)
    assert "bad/asset/1.0/b/c" in error_text(finished.report)
    assert outcomes(finished.report)[FINE] == "fetched"
    assert visible(digests(hostile.assets)) == visible(hostile.store.digests(FINE))


def test_what_depends_on_a_refused_asset_does_not_appear(hostile):
    hostile.store.push("top/asset:1.0", b"top\n")
    hostile.store.rewrite_meta(BAD, contents=["../x"])
    top = {"name": "top/asset", "version": "1.0", "depends_on": ["bad/asset:1.0"]}
    finished = hostile.resolve(top, FINE).failed(5)
    assert sorted(error["code"] for error in finished.report["errors"]) == ["left-out", "unsafe-path"]
    assert outcomes(finished.report) == {FINE: "fetched"}
    assert visible(digests(hostile.assets)) == visible(hostile.store.digests(FINE))


def test_a_circle_of_dependencies_is_printed(hostile):
    entries = [
        {"name": f"round/{one}", "version": "1.0", "depends_on": [f"round/{other}:1.0"]}
        for one, other in ("ab", "bc", "ca")
    ]
    report = hostile.resolve(*entries, FINE).failed(3).report
    (circle,) = report["errors"]
    assert (circle["code"], circle["file"]) == ("circle", str(hostile.folder / "assets.yaml"))
    text = error_text(report)
    assert "`round/a → round/b → round/c → round/a`" in text
    assert digests(hostile.assets) == {}


@pytest.mark.parametrize("name", ["bad/../asset", "../asset", "bad/..", "..", "/etc/asset", "bad//asset", "bad/.asset"])
def test_a_name_in_the_spec_is_refused(hostile, name, outside):
    before = snapshot(hostile.assets)
    finished = hostile.resolve(f"{name}:1.0").failed(3)
    assert name in error_text(finished.report)
    assert snapshot(hostile.assets) == before


LINKS_TO_A_FOLDER = ["bad", "bad/asset", ".cache", ".cache/bad", ".modelkit-assets"]


@pytest.mark.parametrize("link", LINKS_TO_A_FOLDER)
def test_a_link_to_another_folder_on_the_way_is_refused(hostile, outside, link):
    before = snapshot(outside)
    path = hostile.assets / link
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(outside)
    finished = hostile.resolve(BAD).failed(9)
    assert str(path) in error_text(finished.report)
    assert "link" in error_text(finished.report)
    assert snapshot(outside) == before
    assert path.is_symlink()


def test_a_link_on_the_way_of_one_asset_does_not_stop_the_others(hostile, outside):
    (hostile.assets / "bad").symlink_to(outside)
    finished = hostile.resolve(BAD, FINE).failed(9)
    assert "symbolic-link" in [error["code"] for error in errors(finished.report)]
    assert outcomes(finished.report) == {FINE: "fetched"}


@pytest.mark.parametrize("target", ["mine", "new"])
def test_a_lock_file_that_is_a_link_is_refused(hostile, outside, target):
    before = snapshot(outside)
    lock = hostile.assets / ".cache/bad/asset.lock"
    lock.parent.mkdir(parents=True)
    lock.symlink_to(outside / target)
    finished = hostile.resolve(BAD).failed(9)
    assert str(lock) in error_text(finished.report)
    assert snapshot(outside) == before


def test_a_link_in_the_place_of_the_asset_is_not_followed(hostile, outside):
    before = snapshot(outside)
    (hostile.assets / "bad/asset").mkdir(parents=True)
    (hostile.assets / "bad/asset/1.0").symlink_to(outside)
    hostile.resolve(BAD)
    assert snapshot(outside) == before


def test_a_folder_in_the_place_of_an_object_is_not_an_object(hostile):
    hostile.store.data_object(BAD, "d").unlink()
    hostile.store.data_object(BAD, "d").mkdir()
    finished = hostile.resolve(BAD, FINE)
    assert finished.status in (5, 8), str(finished)
    assert outcomes(finished.report)[FINE] == "fetched"
    assert visible(digests(hostile.assets)) == visible(hostile.store.digests(FINE))


def test_content_that_differs_from_the_pinned_digest_never_appears(hostile):
    hostile.store.push("fine/file:1.0", b"content\n")
    entry = {"name": "fine/file", "version": "1.0", "sha256": "0" * 64}
    finished = hostile.resolve(entry, FINE).failed(6)
    text = error_text(finished.report)
    assert "0" * 64 in text
    assert sha256(b"content\n") in text
    assert outcomes(finished.report) == {"fine/file:1.0": "failed", FINE: "fetched"}
    assert visible(digests(hostile.assets)) == visible(hostile.store.digests(FINE))


def test_recorded_sizes_whose_sum_no_number_holds_are_an_error(hostile):
    files = [f"part-{number}" for number in range(1025)]
    objects = [{"path": path, "size": 2**53, "sha256": "0" * 64} for path in files]
    hostile.store.meta_object(BAD).write_text(
        json.dumps(
            {
                "push_date": "2024-03-01T12:00:00+00:00",
                "is_directory": True,
                "contents": files,
                "objects": objects,
            }
        )
    )
    for command in (["plan", hostile.spec(BAD)], ["show", BAD]):
        hostile.tool.run(*command).succeeded()
    finished = hostile.tool.run("resolve", hostile.spec(BAD))
    assert 0 < finished.status < 128


@pytest.mark.parametrize("variable", ["MODELKIT_ASSETS_TIMEOUT_S", "MODELKIT_STORAGE_TIMEOUT_S"])
@pytest.mark.parametrize("number", ["1e30", "1e300", "inf", "nan", "-1"])
def test_a_time_out_is_a_number_of_seconds_or_an_error(hostile, variable, number):
    hostile.tool.environment[variable] = number
    finished = hostile.tool.run("resolve", hostile.spec(FINE))
    if number.startswith("1e"):
        finished.succeeded()
    else:
        assert "a number of seconds" in finished.failed(64).stderr
