"""Two branches that change one lock: what git makes of it is a lock of one of them, or is refused."""

import subprocess

import pytest
import yaml

from harness.trees import digests
from harness.workspace import error_text

# Enough files that what a branch adds stands far from the version's line, and merges without a conflict.
FILES = {f"part-{number:02}.bin": b"the same in all\n" for number in range(12)}
OLD = {**FILES, "zebra.bin": b"old\n"}
OURS = {**FILES, "zebra.bin": b"ours\n", "zulu.bin": b"of ours alone\n"}
THEIRS = {name: content for name, content in FILES.items() if name != "part-05.bin"} | {"zebra.bin": b"old\n"}


def git(workspace, *arguments, check=True):
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=workspace.folder, check=check, capture_output=True, text=True
    )


def commit(workspace, version, message):
    workspace.spec(f"nlp/classifier:{version}")
    workspace.tool.run("lock", cwd=workspace.folder).succeeded()
    git(workspace, "add", "assets.yaml", "assets.lock")
    git(workspace, "commit", "-m", message)


@pytest.fixture
def branches(workspace):
    """One lock of version 1.0, and two branches that take the classifier to 1.1 and 1.2."""
    for version, files in {"1.0": OLD, "1.1": OURS, "1.2": THEIRS}.items():
        workspace.store.push(f"nlp/classifier:{version}", files)
    git(workspace, "init", "-b", "main")
    commit(workspace, "1.0", "The lock")
    git(workspace, "checkout", "-b", "theirs")
    commit(workspace, "1.2", "Theirs")
    git(workspace, "checkout", "main")
    commit(workspace, "1.1", "Ours")
    return workspace


@pytest.fixture
def merged(branches):
    """Whoever resolved the conflict took our side of it; the files of both were merged without one."""
    git(branches, "merge", "-X", "ours", "theirs")
    [asset] = yaml.safe_load((branches.folder / "assets.lock").read_text())["assets"]
    assert asset["version"] == "1.1"
    assert "part-05.bin" not in [file["path"] for file in asset["files"]], "git found a conflict: this shows nothing"
    return branches


COMMANDS = {
    "resolve": ["resolve"],
    "resolve --locked": ["resolve", "--locked"],
    "resolve --frozen": ["resolve", "--frozen"],
    "lock --check": ["lock", "--check"],
    "verify": ["verify"],
    "cache-key --frozen": ["cache-key", "--frozen"],
    "tree": ["tree"],
    "plan": ["plan"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_lock_that_lacks_a_file_is_refused_by(merged, command):
    before = (merged.folder / "assets.lock").read_bytes()
    said = merged.tool.run(*COMMANDS[command], cwd=merged.folder).failed(3).stderr
    assert "`nlp/classifier:1.1` does not match its digest" in said and "assets.lock:5" in said
    assert "run `modelkit-assets lock`" in said
    assert digests(merged.assets) == {}
    assert (merged.folder / "assets.lock").read_bytes() == before


def test_lock_keeps_the_version_and_takes_what_it_is_from_the_store(merged):
    said = merged.tool.run("lock", cwd=merged.folder).succeeded().stderr
    assert "`nlp/classifier:1.1` was garbled by a merge" in said
    git(merged, "diff", "--exit-code", "ORIG_HEAD", "--", "assets.lock")
    merged.tool.run("resolve", "--locked", cwd=merged.folder).succeeded()
    assert digests(merged.assets) == merged.store.digests("nlp/classifier:1.1")


def test_a_conflict_of_which_either_side_is_taken_is_a_lock(branches):
    assert git(branches, "merge", "theirs", check=False).returncode == 1
    git(branches, "checkout", "--ours", "assets.yaml")
    assert "merge conflict" in branches.tool.run("lock", cwd=branches.folder).failed(3).stderr
    git(branches, "checkout", "--ours", "assets.lock")
    branches.tool.run("lock", "--check", cwd=branches.folder).succeeded()


def test_branches_that_change_different_assets_merge(workspace):
    workspace.store.push("a/a:1.0", {"x": b"1"}).push("a/a:1.1", {"x": b"2"})
    workspace.store.push("b/b:1.0", {"x": b"1"}).push("b/b:1.1", {"x": b"2"})

    def lock(a, b):
        workspace.spec(f"a/a:{a}", "c/c", f"b/b:{b}")
        workspace.tool.run("lock", cwd=workspace.folder).succeeded()
        git(workspace, "add", "assets.yaml", "assets.lock")
        git(workspace, "commit", "-m", f"{a} and {b}")

    workspace.store.push("c/c:1.0", {f"{number}": b"1" for number in range(5)})
    git(workspace, "init", "-b", "main")
    lock("1.0", "1.0")
    git(workspace, "checkout", "-b", "theirs")
    lock("1.0", "1.1")
    git(workspace, "checkout", "main")
    lock("1.1", "1.0")
    git(workspace, "merge", "theirs")
    workspace.tool.run("lock", "--check", cwd=workspace.folder).succeeded()
    workspace.tool.run("resolve", "--locked", cwd=workspace.folder).succeeded()
    assert digests(workspace.assets) == workspace.store.digests("a/a:1.1", "b/b:1.1", "c/c:1.0")


# Locks of earlier programs, which have no digests


@pytest.fixture
def undigested(shelf):
    shelf.resolve("nlp/lexicon", "nlp/vectors:1").succeeded()
    path = shelf.folder / "assets.lock"
    shelf.digested = path.read_text()
    path.write_text(without_digests(shelf.digested))
    assert path.read_text() != shelf.digested
    return shelf


def identity(path):
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, path.read_text()


def without_digests(text, count=None):
    lines, removed = [], 0
    for line in text.splitlines(keepends=True):
        if line.startswith("    digest: ") and (count is None or removed < count):
            removed += 1
        else:
            lines.append(line)
    return "".join(lines)


@pytest.mark.parametrize("options", [[], ["--locked"], ["--frozen"]], ids=str)
def test_a_lock_without_digests_is_read_and_left_alone(undigested, options):
    before = identity(undigested.folder / "assets.lock")
    undigested.resolve("nlp/lexicon", "nlp/vectors:1", options=options).succeeded()
    assert identity(undigested.folder / "assets.lock") == before


def test_lock_adds_the_digests_and_check_says_that_it_would(undigested):
    checked = undigested.tool.run("lock", "--check", cwd=undigested.folder).succeeded()
    assert "to add digests" in checked.stderr
    undigested.tool.run("lock", cwd=undigested.folder).succeeded()
    assert (undigested.folder / "assets.lock").read_text() == undigested.digested
    assert "digests" not in undigested.tool.run("lock", "--check", cwd=undigested.folder).succeeded().stderr


def test_a_digest_that_others_have_is_missed(undigested):
    """A merge of a lock of an earlier program with one of this."""
    (undigested.folder / "assets.lock").write_text(without_digests(undigested.digested, count=1))
    finished = undigested.resolve("nlp/lexicon", "nlp/vectors:1", options=["--locked"]).failed(3)
    assert "`nlp/lexicon:2.0` does not match its digest" in error_text(finished.report)
