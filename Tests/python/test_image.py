"""`image --output`: an OCI image layout of what the lockfile pins, the same bytes each time."""

import json
import os
import shutil
import signal
import subprocess

import pytest

from harness import python_modelkit
from harness.oci_layout import Layout, unpacked_archive
from harness.store import written
from harness.trees import allocated, snapshot, visible

PINS = ("nlp/vectors:1.4", "nlp/lexicon:2.0", "nlp/classifier:3.1", "nlp/tokenizer:10.3")
LARGE = b"0123456789abcdef" * (2 << 16)


@pytest.fixture
def locked(shelf):
    """A spec, its lockfile, and the assets in place."""
    shelf.store.push("vision/weights:1.0", LARGE, pushed="2024-04-01T12:00:00+00:00")
    shelf.store.push("vision/more:1.0", {"a": LARGE, "deep/b": b"", "deep/er/c": b"c"}, pushed="2024-02-01T12:00:00")
    lock(shelf, *PINS, "vision/weights:1.0", "vision/more:1.0")
    return shelf


def lock(workspace, *entries, name="assets.yaml"):
    spec = workspace.spec(*entries, name=name)
    workspace.tool.run("resolve", spec).succeeded()
    return spec


def build(workspace, *options, name="layout", tag="latest", spec="assets.yaml", **run_options):
    """The image that is written to a layout."""
    target = f"oci:{workspace.folder / name}:{tag}"
    run = workspace.tool.run("image", workspace.folder / spec, "--output", target, *options, **run_options).succeeded()
    image = Layout(workspace.folder / name).image(tag)
    assert run.stdout == f"{target}@{image.digest}\n"
    assert image.layout.leftovers == []
    return image


def failing(workspace, status, *options, name="layout", **run_options):
    target = f"oci:{workspace.folder / name}"
    return workspace.tool.run(
        "image", workspace.folder / "assets.yaml", "--output", target, *options, **run_options
    ).failed(status)  # fmt: skip


def forget(workspace):
    """Removes the assets, and keeps the lockfile."""
    shutil.rmtree(workspace.assets)
    workspace.assets.mkdir()


# --- What is in it


@pytest.mark.parametrize("place", ["/", "/models", "/srv/assets/"])
def test_the_layers_make_the_tree_that_resolve_makes(locked, place):
    image = build(locked, "--at", place)
    tree = snapshot(image.unpack(locked.folder / "root"))
    inner = place.strip("/")
    below = {path.removeprefix(inner).strip("/"): entry for path, entry in tree.items()}
    for path in ("", *[path for path in below if inner.startswith(path)]):
        below.pop(path, None)
    assert below == visible(snapshot(locked.assets))
    for manifest in image.manifests:
        assert f"MODELKIT_ASSETS_DIR={place.rstrip('/') or '/'}" in manifest["config"]["config"]["Env"]


def test_python_modelkit_without_a_provider_loads_what_is_in_it(locked):
    root = build(locked).unpack(locked.folder / "root")
    for pin in PINS:
        name, version = pin.split(":")
        assert python_modelkit.fetch(pin, root)["path"] == str(root / name / version)


def test_an_asset_has_a_layer_and_small_ones_share_one(locked):
    layers = build(locked).layers
    assert [layer["annotations"]["modelkit-assets.assets"] for layer in layers] == [
        "vision/more:1.0",
        "nlp/classifier:3.1 nlp/lexicon:2.0 nlp/tokenizer:10.3 nlp/vectors:1.4",
        "vision/weights:1.0",
    ]


def test_the_digests_are_those_of_every_release(locked):
    """Whoever built this image with an earlier release gets the same one. A change of these digests is a change of the format."""
    image = build(locked, "--at", "/models")
    assert image.digest == "sha256:2f19939fadb14764f50c23142eeb5a4608bd42763cb1500caa5c4c409954bb28"
    assert image.layer_digests == [
        "sha256:ded2d1b1d1557b765deaa1445a2c3c76b41bcc4a2c7e5f414f20b96ef2cd6347",
        "sha256:6afae0d09194fded233c89936beb037e8501f88ad557eafe01d87bc8ddcf5565",
        "sha256:22018e51a49cd524d103edec54c2f130c64e7451fe19d2716535a6dbf00adff6",
    ]


def test_members_are_plain_sorted_and_each_there_once(locked):
    for archive in build(locked, "--at", "/srv/assets").archives():
        members = archive.getmembers()
        names = [member.name for member in members]
        assert len(set(names)) == len(names)
        seen = set()
        for member in members:
            parent = member.name.rpartition("/")[0]
            assert not parent or parent in seen
            seen.add(member.name)
            assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
            assert member.mode == (0o755 if member.isdir() else 0o644) and (member.isdir() or member.isreg())
            assert member.pax_headers == {} and member.mtime == int(member.mtime)
        for name in names:
            if name.endswith("/.SUCCESS"):
                folder = name.removesuffix(".SUCCESS")
                assert [other for other in names if other.startswith(folder)][-1] == name


def test_gnu_tar_reads_the_layers(locked):
    image, root = build(locked), locked.folder / "root"
    root.mkdir()
    for layer in image.layers:
        archive = image.layout.blob(layer)
        run = subprocess.run(["tar", "-x", "--delay-directory-restore", "-p", "-C", root, "-f", archive], capture_output=True)
        assert (run.returncode, run.stderr) == (0, b"")
    assert snapshot(root) == visible(snapshot(locked.assets))


def test_what_goes_in_is_what_the_spec_selects(locked):
    entries = ["nlp/vectors:1.4", {"name": "nlp/classifier", "version": "3.1", "include": ["weights/*"], "groups": ["models"]}]
    lock(locked, *entries)
    forget(locked)
    locked.tool.run("resolve", locked.folder / "assets.yaml", "--group", "models").succeeded()
    expected = visible(snapshot(locked.assets))
    assert "nlp/classifier/3.1/.SUCCESS" not in expected and "nlp/classifier/3.1/labels.json" not in expected
    # More than is selected is there.
    locked.tool.run("fetch", "nlp/classifier:3.1").succeeded()
    image = build(locked, "--group", "models")
    assert snapshot(image.unpack(locked.folder / "root")) == expected
    assert [member.name for member in build(locked, name="few").members()] == [
        "nlp", "nlp/vectors", "nlp/vectors/1.4", "nlp/vectors/.1.4.SUCCESS",
    ]  # fmt: skip


def test_a_fixed_date_is_that_of_everything(locked):
    environment = {"SOURCE_DATE_EPOCH": "1700000000"}
    image = build(locked, environment=environment)
    assert {member.mtime for member in image.members()} == {1700000000}
    assert image.manifests[0]["config"]["created"] == "2023-11-14T22:13:20Z"


# --- The same bytes


VARIATIONS = {
    "mask": {"umask": 0o077},
    "open mask": {"umask": 0},
    "time zone": {"environment": {"TZ": "Asia/Kolkata"}},
    "locale": {"environment": {"LANG": "tr_TR.UTF-8", "LC_ALL": "C"}},
}


@pytest.mark.parametrize("options", VARIATIONS.values(), ids=VARIATIONS)
def test_settings_of_the_machine_change_nothing(locked, options):
    expected = build(locked).digest
    forget(locked)
    assert build(locked, name="again", **options).digest == expected


def test_where_the_content_comes_from_and_in_which_order_changes_nothing(locked):
    expected = build(locked).digest
    cache = {"MODELKIT_ASSETS_CACHE_DIR": locked.folder / "cache"}
    for number, environment in enumerate([{}, cache, cache, {}]):
        forget(locked)
        if number == 3:
            for pin in reversed(PINS):
                locked.tool.run("fetch", pin, "--jobs", "1").succeeded()
        assert build(locked, name=f"again-{number}", environment=environment).digest == expected


def test_the_file_system_changes_nothing(locked, mounted_tmpfs, mounted_ext4, mounted_xfs):
    expected = build(locked).digest
    for folder in (mounted_tmpfs("size=64m"), mounted_ext4("64M"), mounted_xfs()):
        (folder / "assets").mkdir()
        environment = {"MODELKIT_ASSETS_DIR": folder / "assets"}
        target = f"oci:{folder / 'layout'}"
        locked.tool.run("image", locked.folder / "assets.yaml", "--output", target, environment=environment).succeeded()
        assert Layout(folder / "layout").image().digest == expected


def test_another_version_of_one_asset_changes_one_layer(locked):
    before = build(locked).layer_digests
    locked.store.push("vision/weights:1.1", LARGE[1:], pushed="2024-05-01T12:00:00+00:00")
    lock(locked, *PINS, "vision/weights:1.1", "vision/more:1.0")
    after = build(locked).layer_digests
    assert before[:2] == after[:2] and before[2] != after[2]


# --- Where it is written to


def test_an_archive_has_the_same_image(locked):
    expected = build(locked, tag="v1")
    path = locked.folder / "assets.tar"
    run = locked.tool.run("image", locked.folder / "assets.yaml", "--output", f"oci-archive:{path}:v1").succeeded()
    assert run.stdout == f"oci-archive:{path}:v1@{expected.digest}\n"
    first = path.read_bytes()
    assert unpacked_archive(path, locked.folder / "unpacked").image("v1").digest == expected.digest
    names = subprocess.run(["tar", "-tf", path], capture_output=True, text=True, check=True).stdout.split()
    assert names[:3] == ["oci-layout", "blobs/", "blobs/sha256/"] and names[-1] == "index.json"
    # Replaced whole, by the same bytes.
    locked.tool.run("image", locked.folder / "assets.yaml", "--output", f"oci-archive:{path}:v1").succeeded()
    assert path.read_bytes() == first
    assert [name for name in os.listdir(locked.folder) if name.startswith(".assets.tar")] == []


def test_other_images_of_a_layout_stay_and_the_one_of_the_tag_is_replaced(locked):
    one, two = build(locked, tag="1"), build(locked, "--at", "/models", tag="2")
    layout = one.layout
    (layout.folder / "note").write_text("somebody's own")
    three = build(locked, "--platform", "linux/riscv64", tag="1")
    assert layout.tags == ["2", "1"]
    assert layout.image("2").digest == two.digest and layout.image("1").digest == three.digest != one.digest
    assert (layout.folder / "note").read_text() == "somebody's own"


def test_what_is_in_the_layout_is_not_made_again(locked):
    expected = build(locked, tag="1").digest
    forget(locked)
    shutil.rmtree(locked.store.bucket)
    image = build(locked, tag="2")
    assert image.digest == expected and os.listdir(locked.assets) == []
    run = locked.tool.run("image", locked.folder / "assets.yaml", "--output", f"oci:{image.layout.folder}", "--format", "json")
    assert {layer["state"] for layer in run.succeeded().document["layers"]} == {"reused"}


def test_a_layer_that_is_damaged_in_the_layout_is_made_again(locked):
    image = build(locked)
    for layer in image.layers:
        path = image.layout.blob(layer)
        path.write_bytes(path.read_bytes()[:-1])
    assert build(locked).digest == image.digest


def test_two_who_write_into_one_layout_are_both_in_its_index(locked):
    spec, layout = locked.folder / "assets.yaml", locked.folder / "layout"
    running = [locked.tool.start("image", spec, "--output", f"oci:{layout}:{number}") for number in range(8)]
    for run in running:
        run.wait().succeeded()
    assert sorted(Layout(layout).tags) == sorted(map(str, range(8)))
    assert len({Layout(layout).image(str(number)).digest for number in range(8)}) == 1
    assert Layout(layout).leftovers == []


def test_platforms(locked):
    assert [image["platform"]["architecture"] for image in build(locked).index["manifests"]] == ["amd64", "arm64"]
    single = build(locked, "--platform", "linux/arm/v7", name="single")
    assert "manifests" not in single.index and single.manifests[0]["config"]["variant"] == "v7"
    both = build(locked, "--platform", "linux/arm64", "--platform", "linux/amd64", name="both")
    assert [image["platform"]["architecture"] for image in both.index["manifests"]] == ["arm64", "amd64"]


def test_a_folder_of_something_else_is_left_alone(locked):
    folder = locked.folder / "layout"
    folder.mkdir()
    (folder / "precious").write_text("x")
    run = failing(locked, 9)
    assert f"error: `{folder}` is neither an OCI image layout nor empty" in run.stderr
    assert os.listdir(folder) == ["precious"]


@pytest.mark.parametrize(
    "target", ["layout", "docker:x", "oci:", "oci::1", "oci:x:", "oci:x:a b", "oci:x:-", "oci-archive:"]
)
def test_what_is_no_target(locked, target):
    run = locked.tool.run("image", locked.folder / "assets.yaml", "--output", target).failed(64)
    assert f"invalid value `{target}` for `--output <layout>`" in run.stderr


@pytest.mark.parametrize("option", [["--at", "models"], ["--at", "/a/../b"], ["--platform", "arm64"]])
def test_what_is_no_place_and_no_platform(locked, option):
    locked.tool.run("image", locked.folder / "assets.yaml", *option).failed(64)


# --- What is told


def test_without_output_it_prints_the_layers_and_writes_nothing(locked, validate):
    forget(locked)
    run = locked.tool.run("image", locked.folder / "assets.yaml").succeeded()
    assert run.stdout.splitlines() == [
        "   SIZE  FILES  LAYER  ASSETS",
        " 2.1 MB      3  new    vision/more:1.0",
        "39.4 kB      8  new    nlp/classifier:3.1, nlp/lexicon:2.0, nlp/tokenizer:10.3 and 1 more",
        " 2.1 MB      1  new    vision/weights:1.0",
        "3 layers, 4.2 MB; linux/amd64, linux/arm64",
    ]
    assert os.listdir(locked.assets) == []
    run = locked.tool.run("image", locked.folder / "assets.yaml", "--format", "json").succeeded()
    validate("image", run.document)
    assert {layer["state"] for layer in run.document["layers"]} == {"planned"}
    target = f"oci:{locked.folder / 'layout'}"
    run = locked.tool.run("image", locked.folder / "assets.yaml", "--dry-run", "--output", target).succeeded()
    assert not (locked.folder / "layout").exists() and os.listdir(locked.assets) == []


def test_the_document_says_what_was_written(locked, validate):
    target = f"oci:{locked.folder / 'layout'}:1"
    run = locked.tool.run("image", locked.folder / "assets.yaml", "--output", target, "--format", "json").succeeded()
    validate("image", run.document)
    image = Layout(locked.folder / "layout").image("1")
    document = run.document
    assert document["digest"] == image.digest and document["reference"] == f"{target}@{image.digest}"
    assert [layer["digest"] for layer in document["layers"]] == image.layer_digests
    assert document["size"] == sum(layer["size"] for layer in image.layers)
    assert document["cache_key"] == locked.tool.run("cache-key", locked.folder / "assets.yaml").stdout.strip()
    configs = [platform["config"] for platform in document["platforms"]]
    assert configs == [
        image.layout.document(inner)["config"]["digest"] for inner in image.index["manifests"]
    ]  # fmt: skip


def test_progress_tells_of_each_asset(locked, validate):
    target = f"oci:{locked.folder / 'layout'}"
    run = locked.tool.run("image", locked.folder / "assets.yaml", "--output", target, "--progress", "json").succeeded()
    events = [json.loads(line) for line in run.stderr.splitlines()]
    for event in events:
        validate("progress", event)
    ended = [event for event in events if event["event"] == "ended"]
    assert {event["asset"] for event in ended} == {*PINS, "vision/weights:1.0", "vision/more:1.0"}
    assert {event["outcome"] for event in ended} == {"packed"}


# --- What can go wrong


def test_a_lockfile_is_needed_and_has_to_match_the_spec(locked):
    (locked.folder / "assets.lock").rename(locked.folder / "kept")
    assert "missing lockfile" in failing(locked, 7).stderr
    (locked.folder / "kept").rename(locked.folder / "assets.lock")
    locked.spec("nlp/vectors:1.0")
    assert "is out of date with" in failing(locked, 7).stderr
    assert not (locked.folder / "layout").exists()


def test_a_lockfile_without_digests_is_refused(shelf):
    spec = shelf.spec("nlp/vectors:1.0")
    shelf.tool.run("lock", spec).succeeded()
    run = failing(shelf, 7)
    assert "the lockfile has no digest of `nlp/vectors:1.0`" in run.stderr
    assert "run `modelkit-assets resolve` with the same --group, and commit the lockfile" in run.stderr


def test_content_that_is_not_the_lockfiles_comes_into_no_image(locked):
    build(locked, name="good")
    path = locked.assets / "vision/weights/1.0"
    for content, got in [(LARGE[:-1] + b"x", "sha256:"), (LARGE[:-1], f"{len(LARGE) - 1} bytes")]:
        path.write_bytes(content)
        run = failing(locked, 6)
        assert "error: `vision/weights:1.0` in the assets directory does not match the lockfile" in run.stderr
        assert got in run.stderr and "modelkit-assets verify --repair" in run.stderr
        layout = Layout(locked.folder / "layout")
        assert layout.leftovers == [] and not (layout.folder / "index.json").exists()
    archive = locked.folder / "x.tar"
    locked.tool.run("image", locked.folder / "assets.yaml", "--output", f"oci-archive:{archive}").failed(6)
    assert [name for name in os.listdir(locked.folder) if "x.tar" in name] == []


def test_what_is_missing_and_cannot_be_fetched_fails_the_image(locked):
    forget(locked)
    shutil.rmtree(locked.store.bucket)
    locked.store.bucket.mkdir()
    assert "`vision/weights:1.0` is missing in the assets directory and could not be downloaded" in failing(locked, 5).stderr
    assert not (locked.folder / "layout/index.json").exists()


def test_names_of_whiteouts_are_refused(shelf):
    written(shelf.folder / "source", {"x/.wh.y": b"1", "z": b"2"})
    shelf.tool.run("new", "--yes", shelf.folder / "source", "a/b").succeeded()
    lock(shelf, "a/b:0.0")
    run = failing(shelf, 5)
    assert "error: `x/.wh.y` of `a/b:0.0` cannot be stored in an image layer" in run.stderr
    lock(shelf, {"name": "a/b", "version": "0.0", "exclude": ["x/**"]})
    assert [member.name for member in build(shelf).members()][-1] == "a/b/0.0/z"


def test_a_spec_without_assets_makes_no_image(shelf):
    lock(shelf, {"name": "nlp/vectors", "version": "1.0", "groups": ["later"]})
    assert "the spec lists no assets" in failing(shelf, 5).stderr
    shelf.tool.run("resolve", shelf.folder / "assets.yaml", "--group", "later").succeeded()
    build(shelf, "--group", "later")


def test_a_disk_that_is_full_leaves_the_layout_as_it_was(locked, mounted_tmpfs):
    folder = mounted_tmpfs("size=6m")
    spec, target = locked.folder / "assets.yaml", f"oci:{folder / 'layout'}:1"
    locked.tool.run("image", spec, "--output", target).succeeded()
    before = Layout(folder / "layout").image("1").digest
    run = locked.tool.run("image", spec, "--at", "/models", "--output", target).failed(9)
    assert "no space left on device" in run.stderr
    assert Layout(folder / "layout").image("1").digest == before and Layout(folder / "layout").leftovers == []


LOCK_OF_A_HOLE = """\
version: 1
assets:
  - name: "huge/model"
    version: "1.0"
    kind: file
    pushed: "2024-03-01T12:00:00Z"
    files:
      - {{size: {size}, sha256: "{digest}"}}
"""


@pytest.mark.parametrize("kind", ["oci", "oci-archive"])
def test_an_interrupted_run_leaves_nothing_half_written(workspace, kind):
    """Of a file that takes long, a hole; it does not come to comparing its digest."""
    size = 6 << 30
    folder = workspace.assets / "huge/model"
    folder.mkdir(parents=True)
    (folder / ".1.0.SUCCESS").touch()
    with (folder / "1.0").open("wb") as file:
        file.truncate(size)
    spec = workspace.spec("huge/model:1.0")
    (workspace.folder / "assets.lock").write_text(LOCK_OF_A_HOLE.format(size=size, digest="0" * 64))
    out = workspace.folder / "out"
    out.mkdir()
    running = workspace.tool.start("image", spec, "--output", f"{kind}:{out / 'image'}", "--format", "json")
    running.until(lambda: allocated(out) > 1 << 20, "writing")
    running.process.send_signal(signal.SIGINT)
    run = running.wait().failed(130)
    assert run.report["status"] == "interrupted"
    assert "interrupted: run again to write the image" in run.stderr
    assert [path for path in out.rglob("*") if path.is_file()] == []


def test_it_works_without_a_store_where_everything_is_there(locked):
    expected = build(locked).digest
    locked.without_provider()
    assert build(locked, name="again").digest == expected
    forget(locked)
    assert "is not in the assets directory, and no storage provider is set" in failing(locked, 5, name="third").stderr


# --- Sizes and names


def test_names_of_all_lengths(shelf):
    paths = []
    for length in [90, 99, 100, 101, 150, 155, 156, 157, 240, 254, 255, 256, 257, 300, 512, 900, 1023, 1024]:
        path = "/".join(["d" * 60] * 20)[: max(0, length - 60)].rstrip("/")
        paths.append((path + "/" if path else "") + "f" * (length - len(path) - bool(path)))
    assert {len(path) for path in paths} >= {101, 256, 1024}
    content = {path: path[-9:].encode() + str(len(path)).encode() for path in paths if max(map(len, path.split("/"))) < 256}
    name = "n" * 240 + "/" + "m" * 240 + "/o"
    shelf.store.push(f"{name}:1.0", content)
    lock(shelf, f"{name}:1.0")
    at = "/" + "/".join(["p" * 255] * 9 + ["p" * 194])
    for place, longest in [("/", 1400), (at, 4000)]:
        image = build(shelf, "--at", place, name=f"layout-{longest}")
        prefix = f"{place.strip('/')}/{name}/1.0/".lstrip("/")
        for archive in image.archives():
            members = archive.getmembers()
            found = {
                member.name.removeprefix(prefix): archive.extractfile(member).read()
                for member in members
                if member.isreg()
            }
        assert found == {**content, ".SUCCESS": b""}
        assert max(len(member.name) for member in members) > longest
        listed = subprocess.run(["tar", "-tf", image.layout.blob(image.layers[0])], capture_output=True, text=True, check=True)
        assert [line.rstrip("/") for line in listed.stdout.splitlines()] == [member.name for member in members]


def test_names_beyond_ascii(shelf):
    content = {"e\u0301/\u00e9": b"1", "\u00e9/e\u0301": b"2", "日本 語\\n": b"3"}
    shelf.store.push("a/b:1.0", content)
    lock(shelf, "a/b:1.0")
    assert snapshot(build(shelf).unpack(shelf.folder / "root")) == visible(snapshot(shelf.assets))


def test_ten_thousand_files_and_empty_ones(shelf):
    content = {f"part-{number % 100}/{number}": b"x" * (number % 3) for number in range(10_000)}
    shelf.store.push("many/files:1.0", content)
    lock(shelf, "many/files:1.0")
    assert snapshot(build(shelf).unpack(shelf.folder / "root")) == visible(snapshot(shelf.assets))


def test_two_hundred_assets_are_at_most_64_layers(shelf):
    pins = [f"some/asset{number}:1.0" for number in range(200)]
    for pin in pins:
        shelf.store.push(pin, pin.encode() * 80_000)
    lock(shelf, *pins)
    image = build(shelf)
    assert 1 < len(image.layers) <= 64
    assert snapshot(image.unpack(shelf.folder / "root")) == visible(snapshot(shelf.assets))


def test_memory_does_not_grow_with_what_goes_in(shelf):
    shelf.store.push("large/file:1.0", bytes(200 << 20))
    shelf.store.push("large/files:1.0", {f"{number}": bytes(1000) for number in range(3000)})
    spec = lock(shelf, "large/file:1.0", "large/files:1.0")
    run, peak = shelf.tool.run_measured("image", spec, "--output", f"oci:{shelf.folder / 'layout'}")
    run.succeeded()
    assert peak < 96 << 20
