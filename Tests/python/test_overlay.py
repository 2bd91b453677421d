"""An assets directory of a lower layer, as an image has it and every container and later build step sees it: folders there
cannot be renamed."""

import os
import shutil
import signal
import subprocess

import pytest

from harness import crash_explorer
from harness.orphan import Orphan, until
from harness.store import marker
from harness.system_calls import Trace
from harness.trees import STAGING, digests, visible
from harness.workspace import actions, outcomes

OLD, NEW, FILE, OTHER = "nlp/lexicon:1.0", "nlp/lexicon:2.0", "nlp/vectors:1.4", "nlp/tokenizer:1.3"


class Layers:
    """An assets directory on overlayfs; `commit` makes what it holds its lower layer, as the end of a build step does."""

    def __init__(self, workspace, folder):
        self.workspace, self.folder, self.count, self.root = workspace, folder, 0, None
        self.lower = folder / "lower"
        self.lower.mkdir()
        self.begin()

    def begin(self):
        self.count += 1
        layer = self.folder / f"layer-{self.count}"
        for name in ("upper", "work", "root"):
            (layer / name).mkdir(parents=True)
        # As Docker mounts it: with redirects, folders of a lower layer could be renamed.
        options = f"lowerdir={self.lower},upperdir={layer}/upper,workdir={layer}/work,redirect_dir=off"
        subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", layer / "root"], check=True)
        self.root = layer / "root"
        self.workspace.point_at(self.root)

    def commit(self):
        lower = self.folder / f"lower-{self.count}"
        shutil.copytree(self.root, lower, symlinks=True)
        self.end()
        self.lower = lower
        self.begin()

    def again(self):
        """Forgets what was changed in this layer."""
        self.end()
        self.begin()

    def end(self):
        subprocess.run(["umount", "--lazy", self.root], check=True)
        shutil.rmtree(self.root.parent)


@pytest.fixture
def layers(shelf, mounted_tmpfs):
    layers = Layers(shelf, mounted_tmpfs("size=256m"))
    yield layers
    layers.end()


def test_a_folder_of_a_lower_layer_is_replaced(shelf, layers):
    shelf.resolve(OLD, FILE).succeeded()
    layers.commit()
    with pytest.raises(OSError, match="cross-device"):
        os.rename(shelf.assets / "nlp/lexicon/1.0", shelf.assets / "moved")
    (shelf.assets / "nlp/lexicon/1.0/en/words.txt").write_bytes(b"altered\n")
    shelf.tool.run("verify", shelf.folder / "assets.yaml", "--repair").succeeded()
    assert digests(shelf.assets) == shelf.store.digests(OLD, FILE)
    layers.again()
    report = shelf.resolve(OLD, FILE, options=["--force-download"]).succeeded().report
    assert outcomes(report) == {OLD: "fetched", FILE: "fetched"}
    assert digests(shelf.assets) == shelf.store.digests(OLD, FILE)


def test_a_folder_of_a_lower_layer_is_pruned(shelf, layers):
    shelf.resolve(OLD, FILE).succeeded()
    layers.commit()
    shelf.resolve(NEW, FILE, options=["--upgrade", "--prune"]).succeeded()
    assert visible(digests(shelf.assets)) == visible(shelf.store.digests(NEW, FILE))
    assert not (shelf.assets / STAGING).exists()
    layers.commit()
    shelf.resolve(OLD).succeeded()
    pruned = shelf.tool.run("prune", shelf.folder / "assets.yaml").succeeded().stdout.split()
    assert pruned == [NEW, FILE]
    assert visible(digests(shelf.assets)) == visible(shelf.store.digests(OLD))
    assert not (shelf.assets / "nlp/vectors").exists()


OUTER, INNER = "a:1.0", "a/1.0:2.0"


def nested(shelf, layers):
    """A spec of the asset that would be in the folder of the other, which stands in a lower layer."""
    shelf.store.push(OUTER, {"file": b"outer"})
    shelf.store.push(INNER, b"inner")
    shelf.tool.run("resolve", shelf.spec(OUTER, name="outer.yaml"), "--no-lock").succeeded()
    spec = shelf.spec(INNER, name="inner.yaml")
    shelf.tool.run("lock", spec).succeeded()
    layers.commit()
    return spec


def test_an_asset_that_appears_in_the_folder_of_one_that_is_pruned_meanwhile_stays(shelf, layers):
    """A lower layer's folder goes file by file, and once its marker is gone another asset may appear in it."""
    spec = nested(shelf, layers)
    other = None
    command = [shelf.tool.binary, "prune", spec]
    with Trace(command, shelf.tool.full_environment(), shelf.assets) as trace:
        for call in trace:
            if other is None and call.name == "unlinkat" and call.path == f"{shelf.assets}/a/1.0/file":
                other = Orphan(shelf, "resolve", spec)
                until(lambda: other.waits_for_a_lock() or other.status is not None)
    assert trace.status == 0
    until(lambda: other.status is not None)
    assert other.status == 0
    assert visible(digests(shelf.assets)) == visible(shelf.store.digests(INNER))


def test_a_killed_removal_is_not_gone_on_with_where_another_asset_stands_in_the_folder(shelf, layers):
    spec = nested(shelf, layers)
    with Trace([shelf.tool.binary, "prune", spec], shelf.tool.full_environment(), shelf.assets) as trace:
        for call in trace:
            if call.name == "unlinkat" and call.path == f"{shelf.assets}/a/1.0/file":
                trace.kill()
    for _ in range(2):
        shelf.tool.run("resolve", spec).succeeded()
        assert (shelf.assets / "a/1.0/2.0").read_bytes() == b"inner"


def test_somebody_s_own_folder_of_a_lower_layer_is_moved_aside(shelf, layers):
    own = {"a/b/c": b"mine\n", "a/d": b"mine too\n", ".hidden": b"and this\n"}
    for path, content in own.items():
        file = shelf.assets / "nlp/lexicon/2.0" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    os.utime(shelf.assets / "nlp/lexicon/2.0/a", (5, 5))
    layers.commit()
    [warning] = shelf.resolve(NEW).succeeded().report["warnings"]
    kept = shelf.assets / STAGING / "replaced/nlp/lexicon/@2.0"
    assert f"`{kept}`" in warning
    assert {str(path.relative_to(kept)): path.read_bytes() for path in kept.rglob("*") if path.is_file()} == own
    assert (kept / "a").stat().st_mtime == 5
    assert visible(digests(shelf.assets)) == visible(shelf.store.digests(NEW))


def test_what_an_earlier_step_fetched_in_part_is_gone_on_with(shelf, layers):
    shelf.store.push("big/folder:1.0", {"below/large": bytes(20 << 20), "small": b"small\n"})
    arguments = ["resolve", shelf.spec("big/folder:1.0")]
    # All of it is there by then.
    with Trace([shelf.tool.binary, *arguments], shelf.tool.full_environment(), shelf.assets) as trace:
        for call in trace:
            if call.name == "fsync":
                trace.kill()
    assert trace.status == -signal.SIGKILL
    layers.commit()
    report = shelf.resolve("big/folder:1.0").succeeded().report
    assert report["totals"]["downloaded_bytes"] == 0
    assert digests(shelf.assets) == shelf.store.digests("big/folder:1.0")


def forced(shelf):
    return ["resolve", shelf.folder / "assets.yaml", "--force-download"]


def repaired(shelf):
    (shelf.assets / "nlp/lexicon/1.0/en/words.txt").write_bytes(b"altered\n")
    return ["verify", shelf.folder / "assets.yaml", "--repair"]


def pruned(shelf):
    return ["prune", shelf.spec(FILE, name="less.yaml")]


def moved_aside(shelf):
    (shelf.assets / marker(OLD, True)).unlink()
    (shelf.assets / "nlp/lexicon/1.0/en/words.txt").write_bytes(b"altered\n")
    return ["resolve", shelf.folder / "assets.yaml"]


@pytest.mark.parametrize("scene", [forced, repaired, pruned, moved_aside])
def test_the_next_run_goes_on_from_any_kill(shelf, layers, scene):
    shelf.resolve(OLD, FILE).succeeded()
    shelf.tool.run("lock", shelf.spec(FILE, name="less.yaml")).succeeded()
    shelf.spec(OLD, FILE)
    arguments = scene(shelf)
    layers.commit()
    wanted = [FILE] if scene is pruned else [OLD, FILE]
    count = 0
    for case in crash_explorer.kills(shelf.tool, arguments, layers.again, shelf.folder, 9):
        found = visible(digests(shelf.assets))
        if marker(OLD, True) in found and scene is not repaired:
            path = "nlp/lexicon/1.0/en/words.txt"
            assert found[path] == shelf.store.digests(OLD)[path], f"{case}: marked, and wrong"
        shelf.tool.run(*arguments).succeeded()
        shelf.tool.run(*(arguments if scene is pruned else ["resolve", shelf.folder / "assets.yaml"])).succeeded()
        assert visible(digests(shelf.assets)) == visible(shelf.store.digests(*wanted)), case
        left = set(os.listdir(shelf.assets / STAGING)) if (shelf.assets / STAGING).exists() else set()
        assert left == ({"replaced"} if scene is moved_aside else set()), f"{case}: {left}"
        if scene is moved_aside:
            mine = shelf.assets / STAGING / "replaced/nlp/lexicon/@1.0/en/words.txt"
            assert mine.read_bytes() == b"altered\n", case
        count += 1
    print(f"{scene.__name__}: {count} kills, one in nine")
    assert count > 3
