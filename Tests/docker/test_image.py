"""examples/docker, built by buildah with the command that docs/docker.md shows, and looked at layer by layer.

    make test-docker

Takes root, buildah and debootstrap, which makes the base image; the bucket is a SeaweedFS on loopback. The image of the
program holds the release build; `docker build .` makes the same from the sources.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Tests/python"))

from harness import s3_servers  # noqa: E402

PROGRAM = Path(os.environ.get("MODELKIT_ASSETS_BIN") or REPOSITORY / ".build/release/modelkit-assets")
EXAMPLE = REPOSITORY / "examples/docker"
# What the example's lockfile was made from.
STORE = REPOSITORY / "examples/quickstart/store"
BASE = "docker.io/library/python:3.11-slim"
KSERVE = REPOSITORY / "examples/kserve"
BUSYBOX = "docker.io/library/busybox:1.37"
MIB = 1 << 20


@dataclass
class Images:
    """Images in a storage of their own, and the example in a folder where it can be changed."""

    folder: Path
    server: object
    bucket: str
    environment: dict = field(default_factory=dict)

    def buildah(self, *arguments, check=True):
        done = subprocess.run(
            ["buildah", *map(str, arguments)], env=self.environment, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0 or not check, done.stdout[-8000:]
        return done

    def tool(self, *arguments, cwd=None):
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "MODELKIT_STORAGE_PROVIDER": "s3",
            "MODELKIT_STORAGE_BUCKET": self.bucket, **self.server.environment,
        }  # fmt: skip
        command = [PROGRAM, *map(str, arguments)]
        return subprocess.run(command, env=environment, cwd=cwd, text=True, check=True, capture_output=True).stdout

    @property
    def context(self):
        return self.folder / "example"

    def build(self, name, *options, check=True, **arguments):
        """Runs the command of docs/docker.md by buildah, with this bucket and these credentials."""
        [command] = re.findall(
            r"^docker build (--secret .*) -t \S+ \S+$", (REPOSITORY / "docs/docker.md").read_text(), re.M
        )
        credentials = self.folder / "credentials"
        given = {
            "MODELKIT_STORAGE_BUCKET": self.bucket,
            "S3_ENDPOINT": self.server.environment["S3_ENDPOINT"],
            **arguments,
        }
        words = [word.replace("$HOME/.aws/credentials", str(credentials)) for word in shlex.split(command)]
        words += [word for key, value in given.items() for word in ("--build-arg", f"{key}={value}")]
        return self.buildah(
            "bud", "--pull-never", "--layers=false", *options, *words, "-t", name, self.context, check=check
        )

    def layers(self, name):
        """The image's configuration, and its layers as files, the oldest first."""
        folder = self.folder / "images" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        self.buildah("push", name, f"dir:{folder}")
        manifest = json.loads((folder / "manifest.json").read_text())
        config = (folder / manifest["config"]["digest"].removeprefix("sha256:")).read_bytes()
        return config, [folder / layer["digest"].removeprefix("sha256:") for layer in manifest["layers"]]

    def entries(self, name, below):
        """What the image has below a folder: path to type, mode, owner, time and digest, as the layers leave it."""
        found = {}
        for layer in self.layers(name)[1]:
            with tarfile.open(layer) as archive:
                for member in archive:
                    if member.name.startswith(below):
                        content = archive.extractfile(member).read() if member.isfile() else b""
                        digest = hashlib.sha256(content).hexdigest()
                        found[member.name] = (member.type, member.mode, member.uid, int(member.mtime), digest)
        return found


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    with s3_servers.SERVERS["SeaweedFS"](folder) as server:
        images = Images(folder, server, server.make_bucket("images"))
        temporary = folder / "tmp"
        temporary.mkdir()
        images.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(temporary), "BUILDAH_ISOLATION": "chroot",
            "STORAGE_DRIVER": "vfs", "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        }  # fmt: skip
        (folder / "storage.conf").write_text(
            f'[storage]\ndriver = "vfs"\ngraphroot = "{folder / "graph"}"\nrunroot = "{folder / "run"}"\n'
        )
        keys = server.environment
        (folder / "credentials").write_text(
            f"[default]\naws_access_key_id = {keys['AWS_ACCESS_KEY_ID']}\n"
            f"aws_secret_access_key = {keys['AWS_SECRET_ACCESS_KEY']}\n"
        )
        make_base(images)
        make_program_image(images)
        shutil.copytree(EXAMPLE, images.context)
        copy_store(images)
        yield images
    # Each image is some hundred megabytes there.
    for name in ("graph", "run", "images", "tmp"):
        shutil.rmtree(folder / name, ignore_errors=True)


def make_base(images):
    """What python:3.11-slim is: Debian 12 and Python, here with modelkit installed already, so that pip asks nobody."""
    root = images.folder / "root"
    packages = "python3,python3-distutils,ca-certificates"
    command = ["debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", str(root)]
    done = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-4000:]
    # Python of before 3.11.3 needs async-timeout, and the Python here may be newer.
    installed = root / "usr/local/lib/python3.11/dist-packages"
    wanted = ["pip", "setuptools", "modelkit", "boto3", "async-timeout"]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", installed, *wanted], check=True)
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    pip = root / "usr/local/bin/pip"
    pip.write_text('#!/bin/sh\nexec python3 -m pip "$@"\n')
    pip.chmod(0o755)
    for marker in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        marker.unlink()
    commit(images, {"/": root}, BASE)
    shutil.rmtree(root)


def make_program_image(images):
    stripped = images.folder / "modelkit-assets"
    subprocess.run(["strip", "-o", stripped, PROGRAM], check=True)
    certificates = Path("/etc/ssl/certs/ca-certificates.crt")
    commit(images, {"/usr/local/bin/": stripped, "/etc/ssl/certs/": certificates}, "modelkit-assets")


def make_busybox(images):
    """What the image busybox is: one program by many names."""
    root = images.folder / "busybox"
    (root / "bin").mkdir(parents=True)
    shutil.copy("/bin/busybox", root / "bin/busybox")
    for name in ("sh", "cp", "rm", "cat", "find", "sha256sum"):
        (root / "bin" / name).symlink_to("busybox")
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    commit(images, {"/": root}, BUSYBOX)


def commit(images, contents, name):
    container = images.buildah("from", "scratch").stdout.split()[-1]
    for place, source in contents.items():
        images.buildah("add", container, source, place)
    images.buildah("commit", "--rm", container, name)


def copy_store(images):
    """As `aws s3 cp --recursive` does."""
    client = images.server.client()
    for path in filter(Path.is_file, STORE.rglob("*")):
        client.put_object(Bucket=images.bucket, Key=str(path.relative_to(STORE)), Body=path.read_bytes())


@pytest.fixture(scope="module")
def spelling(images):
    images.build("spelling")
    return "spelling"


def test_the_service_loads_its_asset_with_python_modelkit(images, spelling):
    container = images.buildah("from", "--pull-never", spelling).stdout.split()[-1]
    command = json.loads(images.buildah("inspect", spelling).stdout)["OCIv1"]["config"]["Cmd"]
    assert images.buildah("run", container, *command).stdout.splitlines()[-1] == "True"
    images.buildah("rm", container)


def test_no_secret_is_in_any_layer_or_in_the_history(images, spelling):
    secrets = [images.server.environment[name].encode() for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
    config, layers = images.layers(spelling)
    assert [secret for secret in secrets if secret in config] == []
    looked_at = 0
    for layer in layers:
        with tarfile.open(layer) as archive:
            for member in archive:
                content = archive.extractfile(member).read() if member.isfile() else b""
                assert not any(secret in content for secret in secrets), member.name
                looked_at += 1
    assert looked_at > 1000
    assert "service/assets/nlp/lexicon/2.0/en/words.txt" in images.entries(spelling, "service/assets")


def test_the_same_assets_make_the_same_layer_at_another_time(images, spelling):
    first = images.entries(spelling, "service/assets/")
    time.sleep(1.1)
    images.build("again", "--no-cache")
    assert images.entries("again", "service/assets/") == first
    assert {entry[3] for path, entry in first.items() if "/nlp/lexicon/2.0" in path} == {0}
    # With one time for all, the layers are the same to the byte.
    built = []
    for name in ("one", "two"):
        images.build(name, "--no-cache", "--timestamp", "0")
        built.append([layer.name for layer in images.layers(name)[1]])
        time.sleep(1.1)
    assert built[0] == built[1]


def update(images, *words):
    """Pushes the next version of the lexicon, and has the lockfile name it."""
    folder = images.folder / "lexicon/en"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "words.txt").write_text("".join(f"{word}\n" for word in words))
    pushed = images.tool("update", "--yes", folder.parent, "nlp/lexicon").strip()
    images.tool("lock", "--upgrade", "--assets-dir", images.folder, cwd=images.context)
    return f"{pushed.replace(':', '/')}/en/words.txt"


def test_a_change_of_one_asset_fetches_that_one(images, spelling):
    path = update(images, "one", "two", "three")
    log = images.build("changed").stdout
    assert re.search(r"^fetched 2 assets \(\d files?, 14 B\)", log, re.M), log[-3000:]
    assert f"service/assets/{path}" in images.entries("changed", "service/assets")


def test_a_fetch_that_fails_ends_the_build_with_the_reason(images, spelling):
    key = f"modelkit-assets/{update(images, 'lost')}"
    images.server.client().delete_object(Bucket=images.bucket, Key=key)
    failed = images.build("failed", check=False)
    assert failed.returncode != 0
    last = "\n".join(failed.stdout.splitlines()[-12:])
    assert f"cannot get `s3://{images.bucket}/{key}`: not found" in last, failed.stdout[-3000:]


def test_the_image_adds_little_besides_the_assets(images, spelling):
    config, layers = images.layers(spelling)
    base = set(path.name for path in images.layers(BASE)[1])
    added = {}
    for layer in layers:
        if layer.name not in base:
            with tarfile.open(layer) as archive:
                added |= {member.name: member.size for member in archive if member.isfile()}
    ours = sum(size for path, size in added.items() if not path.startswith("service/assets/"))
    assert ours < 40 * MIB, sorted(added.items(), key=lambda item: -item[1])[:5]
    assert added["usr/local/bin/modelkit-assets"] < 36 * MIB


def test_the_storage_initializer_of_kserve_fills_the_folder_of_a_model(images):
    """Its image, with the arguments that KServe appends, as the user that the image names."""
    make_busybox(images)
    images.buildah("bud", "--pull-never", "--layers=false", "-t", "kserve", KSERVE)
    config = json.loads(images.buildah("inspect", "kserve").stdout)["OCIv1"]["config"]
    assert config["User"] == "65532:0"
    container = images.buildah("from", "--pull-never", "kserve").stdout.split()[-1]
    settings = {"MODELKIT_STORAGE_PROVIDER": "s3", "MODELKIT_STORAGE_BUCKET": images.bucket, **images.server.environment}
    variables = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
    script = '"$@" && cd /tmp/models && cat labels.json && find . -maxdepth 1 -type f'
    arguments = [*config["Entrypoint"], "modelkit://sentiment/classifier:3.1", "/tmp/models"]
    ran = images.buildah("run", *variables, container, "sh", "-c", script, "sh", *arguments).stdout
    images.buildah("rm", container)
    assert '["negative", "neutral", "positive"]' in ran
    assert {line for line in ran.splitlines() if line.startswith("./")} == {"./labels.json", "./weights.bin"}
