"""verify: the assets directory against the lock, its repair, and what Python modelkit would find."""

import os
import shutil

import pytest

from harness import python_modelkit
from harness.s3_world import MIB, large
from harness.thread_reads import reading_threads
from harness.trees import STAGING, digests, visible

PINS = ["nlp/vectors:1", "nlp/lexicon:2.0", "nlp/classifier:3"]


@pytest.fixture
def there(shelf):
    shelf.resolve(*PINS).succeeded()
    return shelf


def verify(workspace, *options):
    return workspace.tool.run("verify", workspace.folder / "assets.yaml", *options)


def faults(finished):
    return {
        f"{asset['asset']} {fault['path']}".removesuffix(" None"): fault["kind"]
        for asset in finished.document["assets"]
        for fault in asset["faults"]
    }


def spoil(assets):
    (assets / "nlp/vectors/1.4").write_bytes(b"altered\n")
    (assets / "nlp/lexicon/2.0/en/words.txt").unlink()
    (assets / "nlp/lexicon/2.0/en/more").write_bytes(b"more\n")
    (assets / "nlp/classifier/3.1/.SUCCESS").unlink()


SPOILT = {
    "nlp/vectors:1.4": "altered",
    "nlp/lexicon:2.0 en/words.txt": "missing",
    "nlp/lexicon:2.0 en/more": "extra",
    "nlp/classifier:3.1": "unmarked",
}


def test_what_is_as_the_lock_has_it_is_verified(there):
    finished = verify(there, "--format", "json").succeeded()
    assert faults(finished) == {}
    assert sum(asset["verified_files"] for asset in finished.document["assets"]) == 7


def test_whatever_is_wrong_is_told_at_once(there):
    spoil(there.assets)
    assert faults(verify(there, "--format", "json").failed(6)) == SPOILT
    text = verify(there).failed(6).stdout
    assert [word for word in ("modified", "missing", "not in the lock", "no .SUCCESS") if word not in text] == []


def test_an_asset_that_is_not_there_is_missing(there):
    shutil.rmtree(there.assets / "nlp/lexicon")
    assert faults(verify(there, "--format", "json").failed(6)) == {"nlp/lexicon:2.0": "missing"}


def test_repair_fetches_what_is_wrong_and_nothing_else(there):
    whole = digests(there.assets)
    spoil(there.assets)
    (there.assets / "nlp/tokenizer").mkdir()
    report = verify(there, "--repair", "--format", "json").succeeded().document
    assert {item["asset"]: item["outcome"] for item in report["assets"]} == dict.fromkeys(
        ("nlp/vectors:1.4", "nlp/lexicon:2.0", "nlp/classifier:3.1"), "fetched"
    )
    assert visible(digests(there.assets)) == visible(whole)
    verify(there).succeeded()


def test_repair_keeps_files_that_are_intact(there):
    before = {path: path.stat() for path in (there.assets / "nlp/lexicon/2.0").rglob("*") if path.is_file()}
    whole = digests(there.assets)
    (there.assets / "nlp/lexicon/2.0/en/words.txt").write_bytes(b"altered\n")
    # Nothing but the damaged file is there to be downloaded.
    for path in ("about", "fr/words.txt"):
        there.store.data_object("nlp/lexicon:2.0", path).unlink()
    finished = verify(there, "--repair", "--format", "json").succeeded()
    totals = finished.document["totals"]
    assert (totals["downloaded_objects"], totals["kept_objects"]) == (1, 2)
    assert totals["kept_bytes"] == len(b"words\n") + len(b"un\ndeux\n")
    assert "fetched 1 asset (1 file, 8 B)" in finished.stderr
    assert "kept 2 files (14 B)" in finished.stderr
    assert digests(there.assets) == whole
    after = {path: path.stat() for path in before}
    times = {path: (status.st_mtime_ns, status.st_mode) for path, status in after.items()}
    assert times == {path: (status.st_mtime_ns, status.st_mode) for path, status in before.items()}


def test_a_dry_repair_counts_what_is_downloaded(there):
    for path in ("en/words.txt", "about"):
        (there.assets / "nlp/lexicon/2.0" / path).write_bytes(b"altered\n")
    (there.assets / "nlp/vectors/1.4").write_bytes(b"altered\n")
    plan = verify(there, "--repair", "--dry-run", "--format", "json").succeeded().document["totals"]
    text = verify(there, "--repair", "--dry-run").succeeded().stdout
    assert "altered file about and 1 more" in text
    totals = verify(there, "--repair", "--format", "json").succeeded().document["totals"]
    assert (plan["objects"], plan["bytes"]) == (totals["downloaded_objects"], totals["downloaded_bytes"])
    assert plan["objects"] == 3


@pytest.mark.parametrize("spoil", ["time", "mode"])
def test_what_repair_keeps_has_its_own_time_and_mode(there, spoil):
    kept = there.assets / "nlp/lexicon/2.0/about"
    before = kept.stat()
    os.utime(kept, (0, 0)) if spoil == "time" else kept.chmod(0o600)
    (there.assets / "nlp/lexicon/2.0/en/words.txt").unlink()
    assert verify(there, "--repair", "--format", "json").succeeded().document["totals"]["kept_objects"] == 2
    assert (kept.stat().st_mtime_ns, kept.stat().st_mode) == (before.st_mtime_ns, before.st_mode)


def test_what_repair_keeps_takes_no_room(workspace, mounted_tmpfs):
    workspace.point_at(mounted_tmpfs("size=24m"))
    workspace.store.push("big/folder:1.0", {"large": large(16 * MIB), "small": b"small"})
    spec = workspace.spec("big/folder:1.0")
    workspace.tool.run("resolve", spec).succeeded()
    (workspace.assets / "big/folder/1.0/small").write_bytes(b"damaged")
    assert "kept 1 file (16.8 MB)" in workspace.tool.run("verify", spec, "--repair").succeeded().stderr
    verify(workspace).succeeded()


def test_where_downloads_are_forced_repair_keeps_nothing(there):
    (there.assets / "nlp/lexicon/2.0/en/words.txt").unlink()
    there.tool.environment["MODELKIT_STORAGE_FORCE_DOWNLOAD"] = "True"
    report = verify(there, "--repair", "--format", "json").succeeded().document
    assert report["totals"]["kept_objects"] == 0


def test_repair_moves_files_that_are_not_the_asset_s_aside(there):
    whole = digests(there.assets)
    place = there.assets / "nlp/lexicon/2.0"
    mine = {"NOTES": b"mine\n", "en/NOTES": b"mine too\n", "en/more/empty": b""}
    for path, content in mine.items():
        (place / path).parent.mkdir(exist_ok=True)
        (place / path).write_bytes(content)
    finished = verify(there, "--repair", "--format", "json").succeeded()
    kept = there.assets / STAGING / "replaced/nlp/lexicon/@2.0"
    assert {str(path.relative_to(kept)): path.read_bytes() for path in kept.rglob("*") if path.is_file()} == mine
    [warning] = finished.document["warnings"]
    assert f"was moved to `{kept}`" in warning
    assert warning in finished.stderr
    assert finished.document["totals"]["downloaded_objects"] == 0
    assert visible(digests(there.assets)) == visible(whole)
    verify(there).succeeded()


def test_repair_moves_what_is_of_another_kind_aside(there):
    vectors = there.assets / "nlp/vectors/1.4"
    vectors.unlink()
    vectors.mkdir()
    (vectors / "NOTES").write_bytes(b"mine\n")
    (there.assets / "nlp/vectors/1.4/.SUCCESS").touch()
    verify(there, "--repair").succeeded()
    assert (there.assets / STAGING / "replaced/nlp/vectors/@1.4/NOTES").read_bytes() == b"mine\n"
    verify(there).succeeded()


@pytest.mark.parametrize("directories", [1, 2])
def test_repair_counts_the_links_that_still_have_the_damage(shelf, tmp_path, directories):
    environment = {"MODELKIT_ASSETS_CACHE_DIR": tmp_path / "cache"}
    spec = shelf.spec(*PINS)
    for number in range(directories):
        assets = tmp_path / f"assets-{number}"
        assets.mkdir()
        shelf.tool.run("resolve", spec, "--assets-dir", assets, environment=environment).succeeded()
    damaged = tmp_path / "assets-0/nlp/vectors/1.4"
    assert damaged.stat().st_nlink == directories + 1
    damaged.chmod(0o644)
    damaged.write_bytes(bytes(damaged.stat().st_size))
    finished = shelf.tool.run(
        "verify", spec, "--repair", "--assets-dir", damaged.parents[2], "--format", "json", environment=environment
    ).succeeded()
    [warning] = finished.document["warnings"]
    assert "was corrupt and removed" in warning
    assert ("hard link" in warning) == (directories == 2)
    assert directories == 1 or "1 more hard link has the damage: run `modelkit-assets verify --repair`" in warning


def test_a_part_is_verified_as_far_as_it_is_wanted(shelf):
    entry = {"name": "nlp/lexicon", "version": "2.0", "include": ["fr/**"]}
    shelf.resolve(entry).succeeded()
    verify(shelf).succeeded()
    (shelf.assets / "nlp/lexicon/2.0/fr/words.txt").write_bytes(b"altered\n")
    assert faults(verify(shelf, "--format", "json").failed(6)) == {"nlp/lexicon:2.0 fr/words.txt": "altered"}
    verify(shelf, "--repair").succeeded()
    assert set(visible(digests(shelf.assets))) == {"nlp/lexicon/2.0/fr/words.txt"}


def test_a_link_in_the_place_of_an_asset_is_not_followed(there, tmp_path):
    outside = tmp_path / "outside"
    shutil.move(there.assets / "nlp/lexicon/2.0", outside)
    (there.assets / "nlp/lexicon/2.0").symlink_to(outside)
    assert "symbolic link" in str(verify(there).failed(9))


def test_without_a_lock_or_with_one_that_is_outdated_nothing_can_be_verified(there):
    there.spec(*PINS, "nlp/tokenizer")
    verify(there).failed(7)
    (there.folder / "assets.lock").unlink()
    verify(there).failed(7)


def test_nothing_is_asked_of_the_store(there):
    shutil.move(there.store.bucket, there.folder / "elsewhere")
    there.store.bucket.mkdir()
    verify(there).succeeded()


def test_as_modelkit_says_what_python_modelkit_finds(there):
    there.spec("nlp/vectors:1", "nlp/lexicon[en/words.txt]", "nlp/classifier", "nlp/tokenizer:1")
    there.tool.run("resolve", there.folder / "assets.yaml").succeeded()
    # A version that another command put there; modelkit's `1` is also 10.3.
    there.tool.run("fetch", "nlp/tokenizer:10.3").succeeded()
    entries = verify(there, "--as-modelkit", "--format", "json").failed(6).document["entries"]
    found = {entry["requested"]: entry["found"] for entry in entries}
    for specification, pin in found.items():
        name = specification.split("[")[0].split(":")[0]
        assert f"{name}:{python_modelkit.fetch(specification, there.assets)['version']}" == pin
    assert {entry["requested"] for entry in entries if entry["found"] != entry["locked"]} == {"nlp/tokenizer:1"}


def test_as_modelkit_is_content_where_all_is_found(there):
    verify(there, "--as-modelkit").succeeded()


def test_the_files_of_one_asset_are_read_by_several_threads(workspace):
    workspace.store.push("big/folder:1.0", {f"part-{number}": large(16 * MIB) for number in range(12)})
    workspace.resolve("big/folder:1.0").succeeded()
    running = workspace.tool.start("verify", workspace.folder / "assets.yaml")
    readers = reading_threads(running, at_least=MIB)
    assert "12 files" in running.wait().succeeded().stderr
    assert len(readers) > 1
