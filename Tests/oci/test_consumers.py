"""What `modelkit-assets image` writes, taken by the tools that take images.

    make test-oci

Takes root, umoci, skopeo, buildah, podman and containerd.
"""

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from engines import registry, run
from harness import python_modelkit
from harness.oci_layout import Layout
from harness.store import marker
from harness.tool import REPOSITORY
from harness.trees import digests, snapshot, visible

PINS = ["vision/weights:1.0", "vision/more:1.0", "nlp/lexicon:2.0", "nlp/vectors:1.4", "many/files:1.0"]


@pytest.fixture
def tree(built):
    """What resolve makes, which every consumer has to end up with."""
    return visible(snapshot(built.assets))


def modelkit_loads(root):
    for pin in PINS:
        name, version = pin.split(":")
        assert python_modelkit.fetch(pin, root)["path"] == str(Path(root) / name / version)
    assert (Path(root) / marker("nlp/lexicon:2.0", True)).is_file()


def test_umoci_unpacks_the_tree(built, tree, tmp_path):
    run("umoci", "unpack", "--image", f"{built.folder / 'single'}:1", tmp_path / "bundle")
    assert snapshot(tmp_path / "bundle/rootfs") == tree
    modelkit_loads(tmp_path / "bundle/rootfs")


def test_skopeo_sees_both_platforms(built, image):
    layout = f"oci:{built.folder / 'layout'}:1"
    assert json.loads(run("skopeo", "inspect", "--raw", layout)) == image.index
    for platform in ("amd64", "arm64"):
        seen = json.loads(run("skopeo", "--override-os", "linux", "--override-arch", platform, "inspect", layout))
        assert seen["Architecture"] == platform and seen["Layers"] == image.layer_digests
        assert "MODELKIT_ASSETS_DIR=/" in seen["Env"]


@pytest.mark.parametrize("source", ["oci:layout:1", "oci-archive:assets.tar:1"])
def test_skopeo_copies_the_very_blobs(built, image, source, tmp_path):
    run("skopeo", "copy", "--all", "--preserve-digests", source, f"oci:{tmp_path / 'copy'}:1", cwd=built.folder)
    copy = Layout(tmp_path / "copy")
    assert copy.image("1").digest == image.digest


def test_skopeo_pushes_a_layout_with_the_command_of_the_page_and_containerd_pulls_it(built, image, tree, containerd, tmp_path):
    [block] = re.findall(r"^```sh\n(.*?)^```$", (REPOSITORY / "docs/image.md").read_text(), re.M | re.S)
    with registry(tmp_path / "registry") as address:
        command = block.replace("oci:build/assets:1", "oci:layout:1").replace("registry.example.com", address)
        run(*command.replace("skopeo copy", "skopeo copy --dest-tls-verify=false").split(), cwd=built.folder)
        name = f"{address}/team/assets:1"
        containerd.ctr("images", "pull", "--plain-http", "--snapshotter", "native", name)
        assert image.digest in containerd.ctr("images", "ls")
        with containerd.mounted(name, "native") as root:
            assert snapshot(root) == tree


def test_skopeo_compresses_what_it_copies_and_the_layers_stay_the_same_inside(built, image, tmp_path):
    run("skopeo", "copy", f"oci:{built.folder / 'layout'}:1", f"dir:{tmp_path / 'copy'}", "--dest-compress")
    manifest = json.loads((tmp_path / "copy/manifest.json").read_text())
    inner = [
        hashlib.sha256(gzip.decompress((tmp_path / "copy" / layer["digest"].removeprefix("sha256:")).read_bytes()))
        for layer in manifest["layers"]
    ]
    assert [f"sha256:{digest.hexdigest()}" for digest in inner] == image.layer_digests


def test_buildah_begins_a_container_from_it(built, tree, storage):
    container = storage.buildah("from", "--pull", f"oci:{built.folder / 'layout'}:1")
    root = storage.buildah("mount", container)
    assert snapshot(Path(root)) == tree
    modelkit_loads(root)


DOCKERFILE = """\
FROM {base}
COPY --from={assets} / /srv/assets/
ENV MODELKIT_ASSETS_DIR=/srv/assets
"""


def test_a_dockerfile_copies_from_it(built, tree, storage, tmp_path):
    assets = f"oci:{built.folder / 'layout'}:1"
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.format(base="scratch", assets=assets))
    storage.buildah("build", "--isolation", "chroot", "--tag", "service", tmp_path)
    root = Path(storage.buildah("mount", storage.buildah("from", "service"))) / "srv/assets"
    assert files(snapshot(root)) == files(tree)
    modelkit_loads(root)


def test_the_dockerfile_of_the_example_copies_from_it(built, tree, storage, tmp_path):
    for name in ("Dockerfile", "assets.yaml"):
        shutil.copy(REPOSITORY / "examples/image" / name, tmp_path)
    arguments = ["--build-arg", "PYTHON=scratch", "--build-arg", f"ASSETS=oci:{built.folder / 'layout'}:1"]
    storage.buildah("build", "--isolation", "chroot", *arguments, "--tag", "service", tmp_path)
    root = Path(storage.buildah("mount", storage.buildah("from", "service"))) / "srv/assets"
    assert set(snapshot(root)) == set(tree)


def test_an_image_that_is_from_it_has_its_layers(built, image, storage, tmp_path):
    (tmp_path / "Dockerfile").write_text(f"FROM oci:{built.folder / 'layout'}:1\nCOPY Dockerfile /service.txt\n")
    storage.buildah("build", "--isolation", "chroot", "--layers", "--tag", "service", tmp_path)
    config = json.loads(storage.buildah("inspect", "service"))["OCIv1"]
    assert config["rootfs"]["diff_ids"][:-1] == image.layer_digests
    assert "MODELKIT_ASSETS_DIR=/" in config["config"]["Env"]


def test_podman_mounts_it(built, tree, storage):
    storage.podman("pull", "--quiet", f"oci:{built.folder / 'layout'}:1")
    identifier = storage.podman("images", "--quiet").split()[0]
    root = storage.podman("image", "mount", identifier)
    assert snapshot(Path(root)) == tree
    modelkit_loads(root)
    storage.podman("image", "unmount", identifier)


def test_podman_runs_a_service_with_it_as_a_volume(built, storage, tmp_path):
    storage.podman("pull", "--quiet", f"oci:{built.folder / 'layout'}:1")
    assets = storage.podman("images", "--quiet").split()[0]
    assert runs_with(storage, assets, tmp_path) == contents(built)


# No more than a container that runs this test may have.
LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]
CONFINED = ["--rm", "--network", "none", "--security-opt", "seccomp=unconfined", *LIMITS]
DIGESTS = "cd /srv/assets && /busybox find . -type f -exec /busybox sha256sum {} +"


def runs_with(storage, assets, folder):
    """What a container sees of an image that is mounted into it: the digests of the files."""
    busybox_image(storage, "service", folder)
    mount = f"type=image,source={assets},destination=/srv/assets"
    return listed_digests(storage.podman("run", *CONFINED, "--mount", mount, "service", "/busybox", "sh", "-c", DIGESTS))


def busybox_image(storage, name, folder):
    shutil.copy(shutil.which("busybox"), folder / "busybox")
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY busybox /busybox\n")
    storage.buildah("build", "--isolation", "chroot", "--tag", name, folder)


def listed_digests(lines):
    return dict(line.split("  ./")[::-1] for line in lines.splitlines())


def contents(built):
    return {path: digest for path, digest in digests(built.assets).items() if not path.startswith(".cache/")}


def files(tree):
    return {path: entry for path, entry in tree.items() if entry.kind == "file"}


# --- From the registry that it was pushed to


def test_a_push_has_the_image_of_the_layout(image, pushed):
    assert pushed.printed == f"{pushed.tagged.removesuffix(':1')}@{image.digest}"


def test_skopeo_copies_a_pushed_image_with_and_without_its_digests(image, pushed, tree, tmp_path):
    """Without, it compresses the layers, and the tree is the same."""
    source = ("--src-tls-verify=false", f"docker://{pushed.tagged}")
    run("skopeo", "copy", "--all", "--preserve-digests", *source, f"oci:{tmp_path / 'same'}:1")
    assert Layout(tmp_path / "same").image("1").digest == image.digest
    run("skopeo", "copy", *source, f"oci:{tmp_path / 'other'}:1")
    run("umoci", "unpack", "--image", f"{tmp_path / 'other'}:1", tmp_path / "bundle")
    assert snapshot(tmp_path / "bundle/rootfs") == tree
    seen = json.loads(run("skopeo", "inspect", "--tls-verify=false", f"docker://{pushed.printed}"))
    assert seen["Layers"] == image.layer_digests


def test_buildah_begins_a_container_from_a_registry(pushed, tree, storage):
    container = storage.buildah("from", "--pull", "--tls-verify=false", f"docker://{pushed.printed}")
    root = storage.buildah("mount", container)
    assert snapshot(Path(root)) == tree
    modelkit_loads(root)


def test_a_dockerfile_copies_from_a_registry(pushed, tree, storage, tmp_path):
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.format(base="scratch", assets=pushed.tagged))
    storage.buildah("build", "--tls-verify=false", "--isolation", "chroot", "--tag", "service", tmp_path)
    root = Path(storage.buildah("mount", storage.buildah("from", "service"))) / "srv/assets"
    assert files(snapshot(root)) == files(tree)
    modelkit_loads(root)


def test_podman_runs_a_service_with_a_volume_from_a_registry(built, pushed, storage, tmp_path):
    storage.podman("pull", "--quiet", "--tls-verify=false", f"docker://{pushed.tagged}")
    assert runs_with(storage, pushed.tagged, tmp_path) == contents(built)


def test_containerd_pulls_and_mounts_what_was_pushed(image, pushed, tree, containerd):
    containerd.ctr("images", "pull", "--plain-http", "--snapshotter", "native", pushed.tagged)
    assert image.digest in containerd.ctr("images", "ls")
    with containerd.mounted(pushed.tagged, "native") as root:
        assert snapshot(root) == tree
        modelkit_loads(root)


@pytest.mark.parametrize("form", ["oci", "docker"])
def test_podman_and_containerd_run_a_service_that_is_a_base_with_assets_on_top(built, pushed, storage, containerd, tmp_path, form):
    address = pushed.tagged.partition("/")[0]
    busybox_image(storage, "base", tmp_path)
    base, service = f"{address}/base:{form}", f"{address}/service:{form}"
    storage.buildah("push", "--tls-verify=false", "--format", {"docker": "v2s2"}.get(form, form), "base", f"docker://{base}")
    options = ("--append-to", base, "--at", "/srv/assets", "--push", service)
    built.tool.run("image", built.folder / "assets.yaml", *options).succeeded()
    storage.podman("pull", "--quiet", "--tls-verify=false", f"docker://{service}")
    seen = storage.podman("run", *CONFINED, service, "/busybox", "sh", "-c", f'echo "$MODELKIT_ASSETS_DIR"; {DIGESTS}')
    place, _, listed = seen.partition("\n")
    assert (place, listed_digests(listed)) == ("/srv/assets", contents(built))
    # containerd compares the layers with the diff IDs of the config.
    containerd.ctr("images", "pull", "--plain-http", "--snapshotter", "native", service)
    with containerd.mounted(service, "native") as root:
        assert (root / "busybox").is_file() and set(snapshot(root / "srv/assets")) == set(visible(snapshot(built.assets)))


# --- From a layout


@pytest.mark.parametrize("snapshotter", ["native", "overlayfs"])
def test_containerd_imports_unpacks_and_mounts_it(built, image, tree, containerd, snapshotter):
    """containerd compares what it unpacks with every diff ID."""
    archive = built.folder / "assets.tar"
    containerd.ctr("images", "import", "--base-name", "assets", "--all-platforms", "--snapshotter", snapshotter, archive)
    assert image.digest in containerd.ctr("images", "ls")
    with containerd.mounted("assets:1", snapshotter, "--platform", "linux/arm64") as root:
        assert snapshot(root) == tree
        modelkit_loads(root)


def test_containerd_takes_a_file_beyond_8_gib(built, containerd, tmp_path):
    """Whose size no octal digits hold. It is a hole; only its layer takes up room."""
    size = (8 << 30) + 1
    # Of so many zeros.
    digest = ZEROS
    folder = tmp_path / "large"
    (folder / "assets/huge/model").mkdir(parents=True)
    with (folder / "assets/huge/model/1.0").open("wb") as file:
        file.truncate(size)
    (folder / "assets/huge/model/.1.0.SUCCESS").touch()
    (folder / "assets.yaml").write_text("version: 1\nassets: [huge/model:1.0]\n")
    (folder / "assets.lock").write_text(LOCK.format(size=size, digest=digest))
    archive = folder / "assets.tar"
    run(
        built.tool.binary, "image", "--output", f"oci-archive:{archive}:1", "--platform", "linux/amd64", cwd=folder,
        env={"MODELKIT_ASSETS_DIR": str(folder / "assets"), "MODELKIT_STORAGE_PROVIDER": "local",
             "MODELKIT_STORAGE_BUCKET": str(built.store.bucket), "HOME": str(folder)},
    )  # fmt: skip
    containerd.ctr("images", "import", "--base-name", "assets", "--snapshotter", "native", archive)
    with containerd.mounted("assets:1", "native") as root:
        assert (root / "huge/model/1.0").stat().st_size == size


ZEROS = "b47800cd5a0c0bd2a7d6c2ac9402cc117bbe89363299bdc51f8a72aef8543693"
LOCK = """\
version: 1
assets:
  - name: "huge/model"
    version: "1.0"
    kind: file
    pushed: "2024-03-01T12:00:00Z"
    files:
      - {{size: {size}, sha256: "{digest}"}}
"""
