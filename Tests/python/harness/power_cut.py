"""A disk that loses what was not synced: an ext4 file system in an image, which is copied while the program stands before a call.

What the program wrote is in the kernel's memory until a sync, or the system's own writeback after minutes, brings it to the
image; a copy of the image is what a power cut at that moment leaves on the disk. Root alone may, as in CI.
"""

import os
import subprocess
from dataclasses import dataclass

from harness.crash_explorer import trace_of
from harness.crash_world import copy
from harness.tool import Tool

SIZE = 96 << 20
# The journal is written at a sync, and not by itself after seconds; and what replaces a file has no content before its own sync,
# as on other file systems.
OPTIONS = "loop,noatime,commit=300,noauto_da_alloc"
OTHER_BOOT = "00000000-0000-4000-8000-000000000000"
AT_THE_END = "power cut at the end"
BOOT_ID = "/proc/sys/kernel/random/boot_id"


@dataclass
class ToolAfterBoot(Tool):
    """The machine tells another boot than the one before."""

    def start(self, *arguments, before=(), **options):
        boot = self.folder / "boot_id"
        boot.write_text(OTHER_BOOT + "\n")
        shell = f'mount --bind "$1" {BOOT_ID} && shift && exec "$@"'
        return super().start(
            *arguments, before=["unshare", "--mount", "sh", "-c", shell, "sh", boot, *before], **options
        )


class Disk:
    """Mounted in the place of a folder, with its content."""

    def __init__(self, image, folder):
        self.image, self.folder = image, folder

    def __enter__(self):
        with self.image.open("wb") as file:
            file.truncate(SIZE)
        run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", self.image)
        run("mount", "-o", OPTIONS, self.image, self.folder)
        return self

    def __exit__(self, *_):
        run("umount", self.folder)
        self.image.unlink()

    def fill(self, source):
        copy(source, self.folder)
        run("sync", "--file-system", self.folder)

    @property
    def written(self):
        """Changes with every write to the image."""
        status = self.image.stat()
        return status.st_mtime_ns, status.st_ctime_ns

    def cut(self, target):
        run("cp", "--sparse=always", self.image, target)


def explore(scenario, stride=1, left_out=lambda call: False):
    """Runs once on a disk of its own, and looks at what a power cut before each call leaves.

    What is left out of the calls is not made, and the program is told that it was. Returns how many cuts left another disk
    than the one before, and how many states were looked at.
    """
    world = scenario.world
    images = world.kept / "images"
    images.mkdir(exist_ok=True)
    world.restore("before")
    cuts, last = {}, None
    with Disk(world.kept / "disk", world.folder) as disk:
        disk.fill(world.kept / "before")
        world.when_copied()
        with trace_of(scenario) as trace:
            for call in trace:
                if disk.written != last:
                    last = disk.written
                    cuts[images / str(call.number)] = f"power cut before {call}"
                    disk.cut(images / str(call.number))
                if left_out(call):
                    trace.pretend()
        assert trace.status == 0, (scenario.home / "traced").read_text()
        cuts[images / "end"] = AT_THE_END
        disk.cut(images / "end")
    scenario.tool = scenario.workspace.tool = ToolAfterBoot(scenario.tool.binary, scenario.home, scenario.tool.environment)
    seen = set()
    for image, case in list(cuts.items())[::-stride]:
        name = f"cut-{image.name}"
        recover(image, world.folder, world.kept / name)
        world.restore(name)
        if case == AT_THE_END and scenario.lasts:
            scenario.check_done(case)
        if (state := world.state()) not in seen:
            seen.add(state)
            scenario.check_visible(case)
            scenario.check_next(case)
    return len(cuts), len(seen)


def recover(image, folder, target):
    """What is there after the file system's recovery."""
    run("mount", "-o", "loop", image, folder)
    try:
        copy(folder, target)
    finally:
        run("umount", folder)
    os.rmdir(target / "lost+found")
    image.unlink()


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command} failed; this takes root and the right to mount: {done.stderr}")
