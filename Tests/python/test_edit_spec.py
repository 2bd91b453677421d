"""add, remove and upgrade: assets.yaml is edited in place, and its lockfile with it."""

import os
import tempfile
from pathlib import Path

import pytest
import yaml

SPEC = """\
# What the service needs.
version: 1

assets:
  - nlp/tokenizer:1   # any 1.x

# Kept out of images for now:
#  - nlp/classifier
"""


@pytest.fixture
def project(shelf):
    (shelf.folder / "assets.yaml").write_text(SPEC)
    return shelf


def run(workspace, *arguments):
    return workspace.tool.run(*arguments, cwd=workspace.folder)


def spec(workspace):
    return (workspace.folder / "assets.yaml").read_text()


def locked(workspace):
    lock = yaml.safe_load((workspace.folder / "assets.lock").read_text())
    return [f"{asset['name']}:{asset['version']}" for asset in lock["assets"]]


def said(done):
    """Without the warning that Python modelkit would choose another tokenizer."""
    return [line for line in done.succeeded().stderr.splitlines() if not line.startswith("warning: ")]


def test_an_asset_is_added_with_its_latest_major_version(project):
    done = run(project, "add", "nlp/lexicon").succeeded()
    assert spec(project) == SPEC.replace("# any 1.x\n", "# any 1.x\n  - nlp/lexicon:2\n")
    assert locked(project) == ["nlp/lexicon:2.0", "nlp/tokenizer:1.10"]
    assert said(done) == [
        "added `nlp/lexicon:2` to assets.yaml", "locked nlp/lexicon 2.0", "locked nlp/tokenizer 1.10",
    ]  # fmt: skip
    run(project, "lock", "--check").succeeded()
    assert said(run(project, "add", "nlp/lexicon:2")) == ["nothing to change"]


def test_what_is_there_already_gets_the_new_requirement(project):
    run(project, "lock").succeeded()
    done = run(project, "add", "nlp/tokenizer:10").succeeded()
    assert "  - nlp/tokenizer:10   # any 1.x\n" in spec(project)
    assert locked(project) == ["nlp/tokenizer:10.3"]
    assert said(done) == [
        "changed `nlp/tokenizer:1` to `nlp/tokenizer:10` in assets.yaml", "updated nlp/tokenizer 1.10 → 10.3",
    ]  # fmt: skip


def test_without_a_version_an_entry_keeps_its_own(project):
    """A later major version is told of, and never taken."""
    run(project, "lock").succeeded()
    outside = "nlp/tokenizer 10.3 is outside nlp/tokenizer:1 (assets.yaml:5): `modelkit-assets upgrade --latest nlp/tokenizer` allows it"
    assert said(run(project, "add", "nlp/tokenizer")) == ["nothing to change", outside]
    assert said(run(project, "add", "nlp/tokenizer", "--no-lock")) == ["nothing to change"]
    assert spec(project) == SPEC
    assert said(run(project, "upgrade", "--latest", "nlp/tokenizer")) == [
        "changed `nlp/tokenizer:1` to `nlp/tokenizer:10` in assets.yaml", "updated nlp/tokenizer 1.10 → 10.3",
    ]  # fmt: skip
    assert said(run(project, "add", "nlp/tokenizer")) == ["nothing to change"]
    assert said(run(project, "add", "nlp/tokenizer:latest")) == [
        "changed `nlp/tokenizer:10` to `nlp/tokenizer` in assets.yaml"
    ]


def test_the_part_of_an_entry_is_changed(project):
    run(project, "add", "nlp/lexicon").succeeded()
    for part, old in (("en/words.txt", ""), ("fr", "[en/words.txt]")):
        assert said(run(project, "add", f"nlp/lexicon[{part}]")) == [
            f"changed `nlp/lexicon:2{old}` to `nlp/lexicon:2[{part}]` in assets.yaml"
        ]
        assert f"  - nlp/lexicon:2[{part}]\n" in spec(project)
    assert said(run(project, "add", "nlp/lexicon[fr]")) == ["nothing to change"]
    # What is typed without a part leaves it.
    assert said(run(project, "add", "nlp/lexicon:2.0")) == [
        "changed `nlp/lexicon:2[fr]` to `nlp/lexicon:2.0[fr]` in assets.yaml"
    ]
    before = spec(project)
    for words in (["nlp/lexicon[en/word.txt]"], ["nlp/vectors:1[nope]"], ["nlp/classifier:3[nope]"]):
        refused = run(project, "add", *words).failed(5)
        assert words[0].partition("[")[2].rstrip("]") in refused.stderr
        assert spec(project) == before
    project.spec({"name": "nlp/lexicon", "version": "2"})
    refused = run(project, "add", "nlp/lexicon[fr]").failed(3)
    assert "add `- nlp/lexicon:2[fr]` by hand" in refused.stderr


def test_an_upgrade_says_what_the_requirements_keep_out(project):
    run(project, "add", "nlp/vectors:1.0").succeeded()
    tokenizer = "nlp/tokenizer 10.3 is outside nlp/tokenizer:1 (assets.yaml:5): `modelkit-assets upgrade --latest nlp/tokenizer` allows it"
    vectors = "nlp/vectors 1.4 is outside nlp/vectors:1.0 (assets.yaml:6): `modelkit-assets upgrade --latest nlp/vectors` allows it"
    assert said(run(project, "upgrade", "nlp/vectors")) == ["nothing to change", vectors]
    assert said(run(project, "upgrade")) == ["nothing to change", tokenizer, vectors]
    # What only an asset requires is no requirement of the spec.
    project.store.rewrite_meta("nlp/lexicon:2.0", dependencies=["nlp/vectors:1.0"])
    project.spec("nlp/lexicon:2")
    run(project, "lock").succeeded()
    assert said(run(project, "upgrade", "nlp/vectors")) == [
        "nothing to change", "nlp/vectors 1.4 is outside nlp/lexicon:2 (assets.yaml:3) → nlp/vectors:1.0",
    ]  # fmt: skip


def test_of_many_assets_that_are_kept_back_the_number_is_told(project):
    names = [f"many/asset-{number}" for number in range(6)]
    for name in names:
        for version in ("1.0", "2.0"):
            project.store.push(f"{name}:{version}", b"x")
    project.spec(*(f"{name}:1" for name in names))
    run(project, "lock").succeeded()
    assert said(run(project, "upgrade")) == [
        "nothing to change", "6 assets have later versions than allowed: `modelkit-assets outdated` shows them",
    ]  # fmt: skip


def test_a_spec_above_is_pointed_to(project):
    inside = project.folder / "src/deep"
    inside.mkdir(parents=True)
    for words in (["why", "nlp/tokenizer"], ["add", "nlp/lexicon"], ["resolve"], ["lock"]):
        refused = project.tool.run(*words, cwd=inside).failed(3)
        assert refused.stderr.splitlines()[-1].strip() in (
            "hint: did you mean `../../assets.yaml`?", "failed"), refused.stderr
    other = project.tool.run("resolve", "other.yaml", cwd=inside).failed(3)
    assert "did you mean" not in other.stderr
    project.tool.run("lock", "../../assets.yaml", cwd=inside).succeeded()


def test_requirements_and_groups_are_written_out(project):
    done = run(project, "add", "nlp/vectors", "--require", ">=1, <2", "--group", "training")
    assert said(done)[0] == "added `nlp/vectors >=1, <2` to assets.yaml"
    assert yaml.safe_load(spec(project))["assets"][1] == {
        "name": "nlp/vectors", "version": ">=1, <2", "groups": ["training"],
    }  # fmt: skip
    # Without quotes it would be the number 1.1 to others.
    run(project, "add", "nlp/tokenizer:1.10").succeeded()
    run(project, "add", "nlp/vectors:1.0").succeeded()
    assert yaml.safe_load(spec(project))["assets"][1]["version"] == "1.0"
    refused = run(project, "add", "nlp/vectors", "--require", ">=x").failed(64)
    assert "invalid requirement: `x` is not a major_minor version" in refused.stderr


def test_nothing_is_written_where_it_cannot_be_resolved(project):
    refused = run(project, "add", "nlp/lexicon", "nlp/tokeniser").failed(5)
    assert "did you mean `nlp/tokenizer`?" in refused.stderr
    run(project, "add", "nlp/lexicon:7").failed(5)
    run(project, "add", "nlp/lexicon:x").failed(64)
    assert spec(project) == SPEC
    assert not (project.folder / "assets.lock").exists()


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(project):
    done = run(project, "add", "nlp/lexicon", "--dry-run").succeeded()
    assert "added `nlp/lexicon:2` to assets.yaml" in done.stderr
    assert done.stderr.endswith("dry run: nothing was written\n")
    assert spec(project) == SPEC
    assert not (project.folder / "assets.lock").exists()


def test_without_a_lock_the_store_is_not_asked(project):
    project.tool.environment["MODELKIT_STORAGE_BUCKET"] = project.folder / "gone"
    run(project, "add", "no/such", "--no-lock").succeeded()
    assert "  - no/such\n" in spec(project)
    run(project, "remove", "no/such", "--no-lock").succeeded()
    assert spec(project) == SPEC
    assert not (project.folder / "assets.lock").exists()


def test_an_asset_is_removed_with_what_only_it_needed(project):
    project.store.rewrite_meta("nlp/lexicon:2.0", dependencies=["nlp/vectors:1"])
    run(project, "add", "nlp/lexicon").succeeded()
    assert "nlp/vectors:1.4" in locked(project)
    done = run(project, "remove", "nlp/lexicon").succeeded()
    assert spec(project) == SPEC
    assert locked(project) == ["nlp/tokenizer:1.10"]
    assert said(done) == [
        "removed `nlp/lexicon:2` from assets.yaml", "removed nlp/lexicon 2.0 from assets.lock",
        "removed nlp/vectors 1.4 from assets.lock",
    ]  # fmt: skip
    assert "did you mean `nlp/tokenizer`?" in run(project, "remove", "nlp/tokenizr").failed(5).stderr
    run(project, "remove", "nlp/tokenizer").succeeded()
    assert yaml.safe_load(spec(project))["assets"] == []
    assert "# Kept out of images for now:" in spec(project)


def test_upgrade_moves_the_lock_and_latest_the_spec_too(project):
    for entry in ("nlp/vectors:1", "nlp/lexicon:2"):
        run(project, "add", entry).succeeded()
    project.store.push("nlp/tokenizer:1.11", b"new")
    project.store.push("nlp/vectors:1.9", b"new")
    before = spec(project)
    done = run(project, "upgrade", "nlp/vectors").succeeded()
    assert said(done) == ["updated nlp/vectors 1.4 → 1.9"]
    kept_back = "nlp/tokenizer 10.3 is outside nlp/tokenizer:1 (assets.yaml:5): `modelkit-assets upgrade --latest nlp/tokenizer` allows it"
    assert said(run(project, "upgrade")) == ["updated nlp/tokenizer 1.10 → 1.11", kept_back]
    assert spec(project) == before
    assert said(run(project, "upgrade")) == ["nothing to change", kept_back]
    run(project, "upgrade", "--latest").succeeded()
    assert spec(project) == before.replace("nlp/tokenizer:1 ", "nlp/tokenizer:10 ")
    assert locked(project) == ["nlp/lexicon:2.0", "nlp/tokenizer:10.3", "nlp/vectors:1.9"]
    for near in ("nlp/vector", "vectors"):
        assert "did you mean `nlp/vectors`?" in run(project, "upgrade", near).failed(5).stderr
    assert "did you mean `nlp/vectors`?" in run(project, "why", "vectors").failed(5).stderr
    assert "did you mean `nlp/vectors:1.4`?" in run(project, "add", "nlp/vectors@1.4").failed(64).stderr


def test_entries_for_one_asset_in_two_places_are_left_to_a_person(project):
    project.spec("nlp/tokenizer:1", "nlp/tokenizer:10")
    refused = run(project, "add", "nlp/tokenizer:1.3").failed(3)
    assert "`assets.yaml` has 2 entries for `nlp/tokenizer`" in refused.stderr
    run(project, "remove", "nlp/tokenizer").succeeded()
    assert yaml.safe_load(spec(project))["assets"] == []


def test_a_layout_that_cannot_be_edited_is_named_with_what_to_write(project):
    (project.folder / "assets.yaml").write_text("version: 1\nassets: &all\n  [nlp/tokenizer:1]\n")
    refused = run(project, "add", "nlp/lexicon").failed(3)
    assert "add `- nlp/lexicon:2` by hand" in refused.stderr
    assert not (project.folder / "assets.lock").exists()


def test_a_link_and_the_mode_of_the_spec_stay(project):
    path = project.folder / "assets.yaml"
    path.chmod(0o600)
    path.rename(project.folder / "real.yaml")
    path.symlink_to("real.yaml")
    run(project, "add", "nlp/lexicon").succeeded()
    assert path.is_symlink()
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert "nlp/lexicon:2" in path.read_text()


def test_there_has_to_be_a_spec(shelf):
    refused = run(shelf, "add", "nlp/lexicon").failed(3)
    assert "create one with `modelkit-assets init`" in refused.stderr


def test_a_spec_in_memory_is_replaced_as_any(project):
    """/dev/shm is a folder like others; what is under /dev/fd is written to where it stands."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        path = Path(folder) / "assets.yaml"
        path.write_text(SPEC + "  - nlp/lexicon:2\n")
        project.tool.run("lock", path).succeeded()
        inode = path.stat().st_ino
        project.tool.run("remove", "nlp/lexicon", "--file", path).succeeded()
        assert path.read_text() == SPEC
        assert path.stat().st_ino != inode
        project.tool.run("lock", "--check", path).succeeded()
