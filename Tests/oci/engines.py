"""What takes images: containerd with a root of its own, and the tools of containers/storage with one of theirs."""

import contextlib
import socket
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

# An import of 8 GiB takes minutes where the disk is busy.
DEADLINE_SECONDS = 600


def run(*arguments, **options):
    """Standard output of a command that has to succeed."""
    done = subprocess.run(
        list(map(str, arguments)), capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=False, **options
    )
    assert done.returncode == 0, f"$ {' '.join(map(str, arguments))}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@dataclass(frozen=True)
class Storage:
    """buildah's and podman's, in a folder of the test's own, without overlays."""

    folder: Path
    """Which podman wants to be short."""
    runroot: str

    @property
    def options(self):
        return ["--root", self.folder / "root", "--runroot", self.runroot, "--storage-driver", "vfs"]

    def buildah(self, command, *arguments, **options):
        return run("buildah", *self.options, command, *arguments, **options).strip()

    def podman(self, command, *arguments, **options):
        return run("podman", *self.options, "--cgroup-manager", "cgroupfs", "--runtime", "runc", command, *arguments, **options).strip()


@contextlib.contextmanager
def storage(folder):
    folder.mkdir()
    with tempfile.TemporaryDirectory(dir="/tmp") as runroot:
        opened = Storage(folder, runroot)
        yield opened
        # What is mounted cannot be removed.
        for end in (["rm", "--all"], ["rmi", "--all", "--force"]):
            subprocess.run(["buildah", *opened.options, *end], capture_output=True, check=False)


@contextlib.contextmanager
def registry(folder):
    """docker-registry on loopback; gives its address."""
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (folder / "config.yml").write_text(
        f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {folder}/data\nhttp:\n  addr: {address}\n"
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(["docker-registry", "serve", folder / "config.yml"], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not answers(address):
            assert server.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        yield address
    finally:
        server.terminate()
        server.wait()


def answers(address):
    try:
        with urllib.request.urlopen(f"http://{address}/v2/", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@dataclass(frozen=True)
class Containerd:
    folder: Path

    def ctr(self, *arguments):
        return run("ctr", "--address", self.folder / "sock", *arguments)

    @contextlib.contextmanager
    def mounted(self, name, snapshotter, *options):
        place = self.folder / f"mount-{snapshotter}"
        place.mkdir(exist_ok=True)
        self.ctr("images", "mount", "--snapshotter", snapshotter, *options, name, place)
        try:
            yield place
        finally:
            self.ctr("images", "unmount", "--rm", "--snapshotter", snapshotter, place)


@contextlib.contextmanager
def containerd(folder):
    folder.mkdir()
    (folder / "config.toml").write_text(
        f'version = 2\nroot = "{folder}/root"\nstate = "{folder}/state"\n'
        'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
        f'[grpc]\naddress = "{folder}/sock"\n'
    )
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(["containerd", "--config", folder / "config.toml"], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while subprocess.run(["ctr", "--address", folder / "sock", "version"], capture_output=True, check=False).returncode:
            assert daemon.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        yield Containerd(folder)
    finally:
        daemon.terminate()
        daemon.wait()
