"""The folders that a run changes, as states: kept, put back, and told from one another."""

import hashlib
import os
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path

from harness.trees import scan

# What differs from run to run: numbers that are drawn, inodes, the time of day.
RANDOM_NAME = re.compile(r"\d{8,}")
RANDOM_TEXT = re.compile(rb"(?<![0-9a-f])\d{6,}(?![0-9a-f])|\d{4}-\d\d-\d\dT[0-9:.]+")
# In bytes: of what is longer, every byte counts.
SHORT = 1 << 16
DAY = 86400


class World:
    """A folder, and a place beside it where its states are kept."""

    is_layered = False

    def __init__(self, folder):
        self.folder, self.kept = Path(folder), Path(f"{folder}-states")
        self.folder.mkdir()
        self.kept.mkdir()
        self.digests, self.when_copied = {}, lambda: None

    def begin(self):
        """What is there now is what every run begins with."""
        self.keep("before")

    def keep(self, name):
        copy(self.folder, self.kept / name)
        self.when_copied()

    def restore(self, name):
        shutil.rmtree(self.folder)
        copy(self.kept / name, self.folder)
        self.when_copied()

    def state(self):
        """A digest of all that a later run can see; the same for the same state of another run."""
        links, entries, recent = {}, [], time.time() - DAY
        for place, found in scan(self.folder):
            status = found.stat(follow_symlinks=False)
            time_of = "now" if status.st_mtime > recent else status.st_mtime_ns
            name = RANDOM_NAME.sub("#", place)
            content = ""
            if stat.S_ISREG(status.st_mode):
                content = self.content(found.path, status)
                if status.st_nlink > 1:
                    links.setdefault(status.st_ino, []).append(name)
            entries.append((name, status.st_mode, time_of, content))
        shared = sorted(tuple(sorted(names)) for names in links.values())
        return hashlib.sha256(repr((sorted(entries), shared)).encode()).hexdigest()

    def told(self, path):
        """A path below the folder, the same in every run."""
        return RANDOM_NAME.sub("#", os.path.relpath(path, self.folder))

    def content(self, path, status):
        key = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if key not in self.digests:
            with open(path, "rb", opener=unnoticed) as file:
                if status.st_size > SHORT:
                    self.digests[key] = hashlib.file_digest(file, "sha256").hexdigest()
                else:
                    # Lines of journals come in the order in which parts arrive.
                    lines = RANDOM_TEXT.sub(b"#", file.read()).split(b"\n")
                    self.digests[key] = hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()
        return self.digests[key]


class OverlayWorld(World):
    """One whose beginning is a lower layer of an overlayfs, as in an image; the states are upper layers. Root alone may."""

    is_layered = True

    def __init__(self, folder):
        super().__init__(folder)
        self.lower, self.upper, self.scratch = (Path(f"{folder}-{layer}") for layer in ("lower", "upper", "scratch"))

    def begin(self):
        copy(self.folder, self.lower)
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        self.upper.mkdir()
        self.mount()
        self.keep("before")

    def keep(self, name):
        copy(self.upper, self.kept / name)

    def restore(self, name):
        self.unmount()
        for layer in (self.upper, self.scratch):
            shutil.rmtree(layer)
        copy(self.kept / name, self.upper)
        self.mount()

    def mount(self):
        self.scratch.mkdir()
        layers = f"lowerdir={self.lower},upperdir={self.upper},workdir={self.scratch}"
        subprocess.run(["mount", "-t", "overlay", "-o", layers, "overlay", self.folder], check=True)

    def unmount(self):
        # What was killed may be on its way out of it.
        for _ in range(100):
            done = subprocess.run(["umount", self.folder], capture_output=True, text=True)
            if done.returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError(done.stderr)


def unnoticed(path, flags):
    """When an entry of the cache was last read is when it was last used."""
    return os.open(path, flags | os.O_NOATIME)


def copy(source, target):
    """With times, modes, hard links and holes."""
    subprocess.run(["cp", "--archive", "--no-target-directory", source, target], check=True)


def leftovers(folder, *patterns):
    return [str(path) for pattern in patterns for path in folder.glob(pattern)] if os.path.lexists(folder) else []
