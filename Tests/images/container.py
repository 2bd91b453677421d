"""The program in an image as a container engine starts it: the image's root file system with what the engine mounts."""

import os
import shutil
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import yaml
from harness.tool import Tool
from namespaces import command

PROGRAM = "/usr/local/bin/modelkit-assets"
DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
VARIABLES = {
    "MODELKIT_ASSETS_DIR": "/volume/assets",
    "MODELKIT_STORAGE_TIMEOUT_S": "5",
    "AWS_EC2_METADATA_DISABLED": "true",
}
HOSTS = "127.0.0.1 localhost\n127.0.0.1 store.hosts.test\n"
# As Kubernetes writes it.
RESOLVER = """\
nameserver 127.0.0.1
search default.svc.images.test svc.images.test
options ndots:5 timeout:1 attempts:2
"""


class User(NamedTuple):
    """As an engine starts it; OpenShift gives a number that no passwd file has, in group 0."""

    id: int
    group: int
    is_root_read_only: bool


ROOT = User(0, 0, False)
ARBITRARY = User(1000650000, 0, True)
USERS = {"root": ROOT, "arbitrary": ARBITRARY}


@dataclass
class Container:
    """`root` is the image's own, which tests may change; `work` is a volume, /volume inside."""

    root: Path
    work: Path
    user: User
    tool: Tool

    @property
    def assets(self):
        return self.work / "assets"

    def run(self, *arguments, user=None, environment=None, before=(), **options):
        """Runs the program inside; of the tester's environment nothing comes along."""
        environment = {"HOME": "/volume/home", "PATH": "/usr/local/bin:/usr/bin:/bin", **(environment or {})}
        return self.tool.run(
            *arguments, before=[*before, *self.entering(user or self.user)], environment=environment, **options
        )

    def entering(self, user):
        root = self.root.with_name("read-only") if user.is_root_read_only else self.root
        return [shutil.which("chroot"), f"--userspec=+{user.id}:+{user.group}", "--groups=", root]

    def resolve(self, *pins, environment=None, **options):
        return self.run(
            "resolve", self.spec(*pins), "--format", "json", environment={**VARIABLES, **environment}, **options
        )

    def spec(self, *pins):
        self.write("volume/assets.yaml", yaml.safe_dump({"version": 1, "assets": list(pins)}))
        return "/volume/assets.yaml"

    def mount(self, source, place):
        """As engines mount the container's control group."""
        place.mkdir(parents=True, exist_ok=True)
        command("mount", "--bind", source, place)

    def write(self, path, content, mode=0o644):
        """Writes a file of the image, or below `volume/` of the volume."""
        place = self.work / path.removeprefix("volume/") if path.startswith("volume/") else self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        # A link of the image leads out of it here.
        if place.is_symlink():
            place.unlink()
        place.write_text(content)
        place.chmod(mode)
        return f"/{path}"


@contextmanager
def started(lower, folder, program, user, mounts=("proc", "dev", "etc")):
    """A container over the root file system `lower`, which stays as it is."""
    root, work = folder / "image/root", folder / "work"
    for place in (root, root.with_name("read-only"), work / "home", work / "assets", folder / "streams"):
        place.mkdir(parents=True)
    for place in (work, work / "assets", work / "home"):
        place.chmod(0o2775)
    mount_image(lower, root)
    try:
        put_in(root, program, work, mounts)
        command("mount", "--rbind", root, root.with_name("read-only"))
        command("mount", "-o", "remount,bind,ro", root.with_name("read-only"))
        yield Container(root, work, user, Tool(Path(PROGRAM), folder / "streams"))
    finally:
        command("umount", "--recursive", "--lazy", folder / "image")


def mount_image(lower, root):
    """Changes go to memory, also where the folder of the tests is on an overlay itself."""
    command("mount", "-t", "tmpfs", "tmpfs", root.parent)
    layer, changes = root.parent / "layer", root.parent / "changes"
    for place in (layer, changes, root, root.with_name("read-only")):
        place.mkdir()
    options = f"lowerdir={lower},upperdir={layer},workdir={changes}"
    command("mount", "-t", "overlay", "-o", options, "overlay", root)


def put_in(root, program, work, mounts):
    for place, source in ((root / "volume", work), (root / PROGRAM[1:], program)):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir() if source.is_dir() else place.touch(0o755)
        command("mount", "--bind", source, place)
    if "proc" in mounts:
        (root / "proc").mkdir(exist_ok=True)
        command("mount", "-t", "proc", "proc", root / "proc")
    if "dev" in mounts:
        make_devices(root / "dev")
    if "etc" in mounts:
        (root / "etc").mkdir(exist_ok=True)
        (root / "etc/hosts").write_text(HOSTS)
        (root / "etc/resolv.conf").unlink(missing_ok=True)
        (root / "etc/resolv.conf").write_text(RESOLVER)


def make_devices(folder):
    folder.mkdir(exist_ok=True)
    command("mount", "-t", "tmpfs", "tmpfs", folder)
    for name, numbers in DEVICES.items():
        os.mknod(folder / name, stat.S_IFCHR | 0o666, os.makedev(*numbers))
        (folder / name).chmod(0o666)
