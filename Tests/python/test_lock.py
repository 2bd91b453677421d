"""assets.lock: what it pins stays, costs no request, and is the same for everyone."""

import json
import os
import shutil
import subprocess

import pytest
import yaml

from harness.fault_world import FINE, SMALL, put_asset
from harness.s3_messages import PREFIX
from harness.trees import digests, snapshot
from harness.workspace import actions, error_text, errors, outcomes

PINS = ["nlp/vectors:1", "nlp/lexicon", "nlp/classifier:3"]


def lock_of(workspace):
    return workspace.folder / "assets.lock"


def locked(workspace):
    return {
        f"{asset['name']}:{asset['version']}": asset
        for asset in yaml.safe_load(lock_of(workspace).read_text())["assets"]
    }


def test_resolve_writes_what_it_put_in_place(shelf):
    shelf.resolve(*PINS).succeeded()
    assets = locked(shelf)
    assert list(assets) == ["nlp/classifier:3.1", "nlp/lexicon:2.0", "nlp/vectors:1.4"]
    files = {f"{pin.replace(':', '/')}/{file.get('path', '')}".rstrip("/"): file["sha256"]
             for pin, asset in assets.items() for file in asset["files"]}  # fmt: skip
    there = digests(shelf.assets)
    assert files == {path: digest for path, digest in there.items() if path in files}
    assert len(files) == 7


def test_two_people_write_the_same_bytes(shelf, tmp_path):
    shelf.resolve(*PINS).succeeded()
    first = lock_of(shelf).read_bytes()
    # Another one, whose assets were there before, put there by other commands in another order.
    lock_of(shelf).unlink()
    (tmp_path / "other").mkdir()
    shelf.point_at(tmp_path / "other")
    for pin in reversed(PINS):
        shelf.tool.run("fetch", pin).succeeded()
    shelf.resolve(*reversed(PINS)).succeeded()
    assert lock_of(shelf).read_bytes() == first


def test_what_is_pinned_stays_when_newer_versions_come(shelf):
    shelf.resolve("nlp/vectors", "nlp/tokenizer:1").succeeded()
    before = lock_of(shelf).read_bytes()
    shelf.store.push("nlp/vectors:2.0", b"vectors, newest\n")
    shutil.rmtree(shelf.assets / "nlp/vectors")
    assert outcomes(shelf.resolve("nlp/vectors", "nlp/tokenizer:1").succeeded().report) == {
        "nlp/vectors:1.4": "fetched", "nlp/tokenizer:1.10": "present",
    }  # fmt: skip
    assert lock_of(shelf).read_bytes() == before


@pytest.mark.parametrize("progress", ["plain", "none"])
def test_a_resolve_that_changes_the_lockfile_says_how(shelf, progress):
    spec = shelf.spec("nlp/vectors", "nlp/lexicon:1")
    resolve = ["resolve", spec, "--progress", progress]
    assert "locked" not in shelf.tool.run(*resolve).succeeded().stderr
    shelf.store.push("nlp/vectors:2.0", b"2\n")
    assert "vectors" not in shelf.tool.run(*resolve).succeeded().stderr
    lines = shelf.tool.run(*resolve, "--upgrade-asset", "nlp/vectors").succeeded().stderr.splitlines()
    assert [line for line in lines if "vectors" in line and "etch" not in line] == ["updated nlp/vectors 1.4 → 2.0"]
    shelf.spec("nlp/lexicon:2")
    lines = shelf.tool.run(*resolve).succeeded().stderr.splitlines()
    assert [line for line in lines if line.startswith(("updated", "removed"))] == [
        "updated nlp/lexicon 1.0 → 2.0", f"removed nlp/vectors 2.0 from {spec.with_suffix('.lock')}",
    ]  # fmt: skip


def test_upgrade_frees_all_or_those_named(shelf):
    spec = ["nlp/vectors", "nlp/lexicon"]
    shelf.resolve(*spec).succeeded()
    shelf.store.push("nlp/vectors:2.0", b"2\n").push("nlp/lexicon:3.0", {"a": b"3\n"})
    shelf.resolve(*spec, options=["--upgrade-asset", "nlp/vectors"]).succeeded()
    assert list(locked(shelf)) == ["nlp/lexicon:2.0", "nlp/vectors:2.0"]
    shelf.resolve(*spec, options=["--upgrade"]).succeeded()
    assert list(locked(shelf)) == ["nlp/lexicon:3.0", "nlp/vectors:2.0"]


def test_what_a_changed_spec_asks_for_is_added_and_what_it_does_not_is_removed(shelf):
    shelf.resolve("nlp/vectors:1", "nlp/lexicon").succeeded()
    shelf.resolve("nlp/vectors:1", "nlp/classifier:3").succeeded()
    assert list(locked(shelf)) == ["nlp/classifier:3.1", "nlp/vectors:1.4"]


def test_the_lock_has_every_group_whichever_is_fetched(shelf):
    entries = ["nlp/vectors:1", {"name": "nlp/lexicon", "groups": ["serving"]}]
    shelf.resolve(*entries).succeeded()
    assert list(locked(shelf)) == ["nlp/lexicon:2.0", "nlp/vectors:1.4"]
    assert [file.get("sha256") for file in locked(shelf)["nlp/lexicon:2.0"]["files"]] == [None] * 3
    shelf.resolve(*entries, options=["--group", "serving", "--locked"]).succeeded()
    shelf.resolve(*entries, options=["--group", "serving"]).succeeded()
    assert None not in [file.get("sha256") for file in locked(shelf)["nlp/lexicon:2.0"]["files"]]


# --locked, --frozen, --no-lock


CHANGES = {
    "an entry more": (["nlp/vectors:1", "nlp/lexicon"], "`nlp/lexicon` 2.0 would be added"),
    "an entry less": ([], "`nlp/vectors` 1.4 would be removed"),
    "another version": (["nlp/vectors:1.0"], "`nlp/vectors` would change from 1.4 to 1.0"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_locked_is_an_error_where_the_lock_would_change(shelf, case):
    entries, words = CHANGES[case]
    shelf.resolve("nlp/vectors:1").succeeded()
    before, there = lock_of(shelf).read_bytes(), snapshot(shelf.assets)
    assert words in error_text(shelf.resolve(*entries, options=["--locked"]).failed(7).report)
    assert (lock_of(shelf).read_bytes(), snapshot(shelf.assets)) == (before, there)


@pytest.mark.parametrize("option", ["--locked", "--frozen"])
def test_without_a_lock_is_an_error_with(shelf, option):
    text = error_text(shelf.resolve("nlp/vectors:1", options=[option]).failed(7).report)
    assert "modelkit-assets lock" in text
    assert not lock_of(shelf).exists()


def test_frozen_takes_the_lock_s_versions_without_looking_at_the_spec(shelf):
    shelf.resolve("nlp/vectors:1.0", "nlp/lexicon").succeeded()
    shutil.rmtree(shelf.assets / "nlp")
    # An entry that asks for another version gets the lock's; one that the lock lacks is told.
    report = shelf.resolve("nlp/vectors:1.4", "nlp/tokenizer", options=["--frozen", "--prune"]).succeeded().report
    assert actions(report) == {"nlp/vectors:1.0": "fetch", "nlp/lexicon:2.0": "fetch"}
    assert [warning for warning in report["warnings"] if UNLOCKED in warning] == report["warnings"] != []


UNLOCKED = "has no version of `nlp/tokenizer`, which --frozen ignores"


@pytest.mark.parametrize("command", [["resolve"], ["plan"], ["cache-key"], ["tree"], ["resolve", "--dry-run"]])
def test_every_command_tells_what_frozen_ignores(shelf, command):
    shelf.resolve("nlp/vectors:1.0").succeeded()
    spec = shelf.spec("nlp/vectors", "nlp/tokenizer", {"name": "nlp/lexicon", "groups": ["more"]})
    finished = shelf.tool.run(*command, spec, "--frozen").succeeded()
    assert finished.stderr.count(UNLOCKED) == 1
    # Nobody asked for the group.
    assert "nlp/lexicon" not in finished.stderr


def test_no_lock_neither_reads_nor_writes_it(shelf):
    shelf.resolve("nlp/vectors:1.0").succeeded()
    before = lock_of(shelf).read_bytes()
    shelf.store.push("nlp/vectors:2.0", b"2\n")
    report = shelf.resolve("nlp/vectors", options=["--no-lock"]).succeeded().report
    assert actions(report) == {"nlp/vectors:2.0": "fetch"}
    assert lock_of(shelf).read_bytes() == before


@pytest.mark.parametrize(
    "options",
    [["--locked", "--frozen"], ["--locked", "--no-lock"], ["--upgrade", "--locked"], ["--upgrade-asset", "a b"]],
)
def test_flags_that_exclude_each_other_are_refused(shelf, options):
    shelf.resolve("nlp/vectors", options=options).failed(64)


def test_the_lock_stands_beside_the_spec_by_its_name(shelf):
    spec = shelf.spec("nlp/vectors:1", name="models.yml")
    shelf.tool.run("resolve", spec).succeeded()
    assert (shelf.folder / "models.lock").exists() and not lock_of(shelf).exists()


def test_a_lock_that_cannot_be_written_is_an_error_and_the_assets_are_there(shelf):
    lock_of(shelf).mkdir()
    finished = shelf.resolve("nlp/vectors:1")
    assert finished.status in (3, 9) and "assets.lock" in str(finished)


# Requests


@pytest.fixture
def counted(fault_shelf, fault_server):
    """A lock that has everything, and everything present."""
    fault_shelf.resolve(f"{FINE}:1", f"{SMALL}:1").succeeded()
    fault_server.requests.clear()
    return fault_shelf


def identity(path):
    """What changes when a file is written or replaced, and not when it is read."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns


@pytest.mark.parametrize("options", [[], ["--locked"], ["--frozen"]], ids=" ".join)
def test_with_everything_present_nothing_is_asked_and_nothing_written(counted, fault_server, options):
    before, lock = snapshot(counted.assets), identity(lock_of(counted))
    report = counted.resolve(f"{FINE}:1", f"{SMALL}:1", options=options).succeeded().report
    assert set(actions(report).values()) == {"keep"}
    assert fault_server.requests == []
    assert snapshot(counted.assets) == before
    assert identity(lock_of(counted)) == lock


def test_what_is_missing_costs_its_data_requests_alone(counted, fault_server):
    shutil.rmtree(counted.assets / SMALL)
    counted.resolve(f"{FINE}:1", f"{SMALL}:1").succeeded()
    assert [request.key for request in fault_server.requests] == [f"{PREFIX}/{SMALL}/1.0"]


def test_a_read_only_directory_will_do(shelf, mounted_tmpfs, remount):
    folder = mounted_tmpfs("size=4m")
    shelf.point_at(folder)
    shelf.resolve(*PINS).succeeded()
    remount(folder, "ro")
    for option in ("--locked", "--frozen"):
        assert set(actions(shelf.resolve(*PINS, options=[option]).succeeded().report).values()) == {"keep"}


def test_frozen_with_everything_present_needs_no_network(counted):
    finished = counted.resolve(f"{FINE}:1", f"{SMALL}:1", options=["--frozen"], before=["unshare", "--net"]).succeeded()
    assert set(outcomes(finished.report).values()) == {"present"}


# Content


CAUSES = {
    "other content": (b"another content, as long as ever\n" * 8, "SHA-256 mismatch"),
    "a page": (b"<!DOCTYPE html><html>Sign in</html>", "HTML page"),
    "an error": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "error message"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS"),
    "nothing": (b"", "size"),
}


@pytest.mark.parametrize("case", CAUSES)
def test_an_object_that_was_pushed_again_is_its_own_error(shelf, case):
    content, words = CAUSES[case]
    first = b"a content of just this length...\n" * 8
    # As long as what comes in its place, which the size would tell before.
    shelf.store.push("big/model:1.0", first[: len(content)].ljust(len(content), b".") if case != "nothing" else first)
    shelf.resolve("big/model:1").succeeded()
    shutil.rmtree(shelf.assets / "big")
    shelf.store.data_object("big/model:1.0").write_bytes(content)
    finished = shelf.resolve("big/model:1").failed(6)
    error = errors(finished.report)[0]
    assert words in error["message"] and "the lock" in error["message"], error
    assert not (shelf.assets / "big").exists()


def test_until_somebody_fetches_it_the_store_s_checksum_stands_in(fault_shelf, fault_server):
    spec = fault_shelf.spec(f"{SMALL}:1")
    fault_shelf.tool.run("lock", spec).succeeded()
    [file] = locked(fault_shelf)[f"{SMALL}:1.0"]["files"]
    assert file["checksum"].startswith("MD5:") and "sha256" not in file
    before = lock_of(fault_shelf).read_bytes()
    changed = bytes(reversed(fault_server.objects[f"{PREFIX}/{SMALL}/1.0"].content))
    whole = fault_server.objects[f"{PREFIX}/{SMALL}/1.0"]
    put_asset(fault_server, SMALL, changed)
    finished = fault_shelf.resolve(f"{SMALL}:1").failed(6)
    assert "MD5" in error_text(finished.report) and "from the lockfile" in error_text(finished.report)
    assert lock_of(fault_shelf).read_bytes() == before
    fault_server.objects[f"{PREFIX}/{SMALL}/1.0"] = whole
    fault_shelf.resolve(f"{SMALL}:1").succeeded()
    [file] = locked(fault_shelf)[f"{SMALL}:1.0"]["files"]
    assert "checksum" not in file and "sha256" in file


def test_an_altered_file_that_was_there_before_does_not_get_into_the_lock(fault_shelf):
    fault_shelf.resolve(f"{SMALL}:1", options=["--no-lock"]).succeeded()
    (fault_shelf.assets / SMALL / "1.0").write_bytes(b"altered")
    finished = fault_shelf.resolve(f"{SMALL}:1").succeeded()
    assert "does not match the store's checksum" in finished.stderr
    [file] = locked(fault_shelf)[f"{SMALL}:1.0"]["files"]
    assert file["checksum"].startswith("MD5:")


# A lock that cannot be used


DAMAGES = {
    "the marks of a merge": (lambda text: text.replace("assets:", "<<<<<<< HEAD\nassets:", 1), "merge conflict"),
    "a newer format": (lambda text: text.replace("version: 1\n", "version: 2\n", 1), "lockfile version `2`"),
    "half of it": (lambda text: text[: len(text) // 2], ""),
    "another spelling of a version": (lambda text: text.replace('"1.4"', '"1.x"'), "invalid `version` `1.x`"),
    "nothing": (lambda text: "", ""),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_lock_is_refused_that_has(shelf, case):
    damage, words = DAMAGES[case]
    shelf.resolve("nlp/vectors:1").succeeded()
    lock_of(shelf).write_text(damage(lock_of(shelf).read_text()))
    before, there = lock_of(shelf).read_bytes(), snapshot(shelf.assets)
    [error, *_] = errors(shelf.resolve("nlp/vectors:1").failed(3).report)
    assert words in error["message"] and error["file"].endswith("assets.lock"), error
    assert (lock_of(shelf).read_bytes(), snapshot(shelf.assets)) == (before, there)


# The command


def test_lock_writes_without_fetching_and_check_says_whether_it_would_change(shelf):
    spec = shelf.spec("nlp/vectors:1")
    shelf.tool.run("lock", spec, "--check").failed(7)
    assert not lock_of(shelf).exists()
    shelf.tool.run("lock", spec, environment={"MODELKIT_ASSETS_DIR": None}).succeeded()
    assert digests(shelf.assets) == {}
    shelf.tool.run("lock", spec, "--check").succeeded()
    shelf.store.push("nlp/vectors:1.5", b"newer\n")
    shelf.tool.run("lock", spec, "--check").succeeded()
    shelf.tool.run("lock", spec, "--upgrade").succeeded()
    assert list(locked(shelf)) == ["nlp/vectors:1.5"]
    spec = shelf.spec("nlp/vectors:1", "nlp/lexicon")
    assert "`nlp/lexicon` 2.0 would be added" in shelf.tool.run("lock", spec, "--check").failed(7).stderr


def test_the_lock_is_as_its_schema_says(validate, shelf):
    shelf.store.rewrite_meta("nlp/classifier:3.1", dependencies=["nlp/tokenizer:1"])
    shelf.resolve(*PINS).succeeded()
    validate("lock", yaml.safe_load(lock_of(shelf).read_text()))
    assert locked(shelf)["nlp/classifier:3.1"]["dependencies"] == [{"asset": "nlp/tokenizer:1", "version": "1.10"}]


def test_a_lock_that_is_a_link_is_written_through(shelf):
    (shelf.folder / "shared").mkdir()
    lock_of(shelf).symlink_to("shared/assets.lock")
    for pins in (PINS, PINS[:2]):
        shelf.resolve(*pins).succeeded()
        assert lock_of(shelf).is_symlink()
        assert [path.name for path in (shelf.folder / "shared").iterdir()] == ["assets.lock"]
        assert len(locked(shelf)) >= len(pins)


def test_a_lock_that_is_mounted_is_written_to(shelf):
    """As `docker run -v ./assets.lock:/app/assets.lock` does it: such a file cannot be replaced."""
    shelf.resolve(*PINS).succeeded()
    outside = shelf.folder / "outside.lock"
    shutil.copy(lock_of(shelf), outside)
    subprocess.run(["mount", "--bind", outside, lock_of(shelf)], check=True)
    try:
        for pins in (PINS[:1], PINS):
            shelf.resolve(*pins).succeeded()
            shelf.tool.run("lock", "--check", cwd=shelf.folder).succeeded()
            assert outside.read_bytes() == lock_of(shelf).read_bytes()
            assert len(locked(shelf)) == len(pins)
    finally:
        subprocess.run(["umount", lock_of(shelf)], check=True)
    assert [name for name in os.listdir(shelf.folder) if "new" in name] == []


def test_the_least_policy_is_for_dependencies_too_that_the_lockfile_knows(workspace):
    workspace.store.push("nlp/lexicon:2.0", b"words")
    workspace.store.push("text/tokenizer:1.4", b"tokens")
    workspace.store.rewrite_meta("nlp/lexicon:2.0", dependencies=["text/tokenizer:1"])
    spec = workspace.spec("nlp/lexicon:2")
    arguments = ["check", "--policy", spec, "--provider", "s3", "--bucket", "models"]

    def readable():
        policy = json.loads(workspace.tool.run(*arguments).succeeded().stdout)
        return {resource.rpartition(":::models/modelkit-assets/")[2] for resource in policy["Statement"][0]["Resource"]}

    named = {"nlp/lexicon.versions", "nlp/lexicon/*"}
    assert readable() == named
    workspace.tool.run("lock", spec).succeeded()
    assert readable() == named | {"text/tokenizer.versions", "text/tokenizer/*"}


# What cannot be locked, and what is locked without a digest


def without_meta(shelf):
    shelf.store.meta_object("nlp/vectors:1.4").unlink()
    return shelf.spec("nlp/vectors:1")


COMMANDS = {"lock": ["lock"], "lock --check": ["lock", "--check"], "upgrade": ["upgrade", "--file"]}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_version_of_which_the_store_has_no_meta_cannot_be_locked(shelf, command):
    spec = without_meta(shelf)
    finished = shelf.tool.run(*COMMANDS[command], spec).failed(5)
    assert "nlp/vectors/1.4.meta`: not found" in finished.stderr
    assert "the upload is incomplete: push a new version" in finished.stderr
    assert "required by nlp/vectors:1" in finished.stderr
    assert "locked nlp/vectors" not in finished.stderr
    assert not lock_of(shelf).exists()


def test_add_changes_nothing_where_a_version_cannot_be_locked(shelf):
    spec = without_meta(shelf)
    spec.write_text("version: 1\nassets: []\n")
    finished = shelf.tool.run("add", "nlp/vectors:1", "--file", spec).failed(5)
    assert "nlp/vectors/1.4.meta`: not found" in finished.stderr
    assert spec.read_text() == "version: 1\nassets: []\n"
    assert not lock_of(shelf).exists()


def test_resolve_tells_of_what_it_leaves_out_of_the_lock(shelf):
    shelf.resolve("nlp/vectors:1", "nlp/lexicon", options=["--no-lock"]).succeeded()
    spec = without_meta(shelf)
    finished = shelf.tool.run("resolve", spec).succeeded()
    assert "`nlp/vectors:1.4` was left out of the lockfile: the store has no `.meta` of it" in finished.stderr


def test_without_a_store_nothing_new_can_be_locked(shelf):
    shelf.resolve("nlp/vectors:1").succeeded()
    before = lock_of(shelf).read_bytes()
    spec = shelf.folder / "assets.yaml"
    nowhere = ["--provider", "none"]
    assert "up to date" in shelf.tool.run("lock", spec, *nowhere).succeeded().stderr
    lock_of(shelf).unlink()
    assert "no storage provider is set" in shelf.tool.run("lock", spec, *nowhere).failed(3).stderr
    assert not lock_of(shelf).exists()
    assert before


def undigested(shelf):
    """Of what Python modelkit pushed to a folder, nothing tells the content before it was fetched."""
    spec = shelf.spec("nlp/vectors:1", "nlp/lexicon:2.0")
    shelf.tool.run("lock", spec).succeeded()
    return spec


UNPINNED = "`assets.lock` has no checksum for 4 files, which were not verified: run `modelkit-assets resolve` to record"


def test_files_that_the_lock_does_not_pin_are_told_of(shelf):
    spec = undigested(shelf)
    before = lock_of(shelf).read_bytes()
    assert UNPINNED in shelf.tool.run("resolve", "--locked", spec.name, cwd=spec.parent).succeeded().stderr
    assert UNPINNED in shelf.tool.run("resolve", "--frozen", spec.name, cwd=spec.parent).succeeded().stderr
    verified = shelf.tool.run("verify", spec.name, cwd=spec.parent).succeeded().stderr
    assert UNPINNED in verified
    assert "0 of 2 assets verified (0 files)" in verified
    assert lock_of(shelf).read_bytes() == before

    recorded = shelf.tool.run("resolve", spec.name, cwd=spec.parent).succeeded().stderr
    assert "recorded the SHA-256 of 4 files in assets.lock" in recorded
    for arguments in (["resolve", "--locked"], ["resolve"]):
        finished = shelf.tool.run(*arguments, spec.name, cwd=spec.parent).succeeded().stderr
        assert "checksum" not in finished
        assert "recorded" not in finished
    assert "2 assets verified (4 files)" in shelf.tool.run("verify", spec.name, cwd=spec.parent).succeeded().stderr


def test_files_that_are_not_wanted_are_not_told_of(shelf):
    undigested(shelf)
    spec = shelf.spec({"name": "nlp/lexicon", "version": "2.0", "include": ["fr/**"]})
    shelf.tool.run("lock", spec).succeeded()
    finished = shelf.tool.run("resolve", "--locked", spec.name, cwd=spec.parent).succeeded().stderr
    assert "has no checksum for 1 file, which was not verified" in finished
