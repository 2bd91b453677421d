"""An assets directory as a value, to be compared whole."""

import hashlib
import os
import stat
from pathlib import Path
from typing import NamedTuple

STAGING = ".modelkit-assets"
LOCKS = ".cache"


class Entry(NamedTuple):
    kind: str
    mode: str
    nanoseconds: int
    content: str


def snapshot(root):
    """Everything below `root`: path to kind, mode, time and content. Two equal snapshots are the same tree."""
    return {str(path.relative_to(root)): entry(path) for path in sorted(walk(root))}


def digests(root):
    """The regular files below `root`: path to SHA-256. Anything that is neither file nor folder fails."""
    found = {}
    for path in walk(root):
        mode = path.lstat().st_mode
        assert stat.S_ISREG(mode) or stat.S_ISDIR(mode), f"{path} is neither a file nor a folder"
        if stat.S_ISREG(mode):
            found[str(path.relative_to(root))] = file_digest(path)
    return found


def visible(tree):
    """What Python modelkit sees of a tree: all but lock files and the tool's own folder."""
    return {path: value for path, value in tree.items() if path.split("/")[0] not in (STAGING, LOCKS)}


def walk(root):
    for folder, folders, files in os.walk(root):
        yield from (Path(folder) / name for name in folders + files)


def entry(path):
    status = path.lstat()
    mode, time = oct(stat.S_IMODE(status.st_mode)), status.st_mtime_ns
    if stat.S_ISLNK(status.st_mode):
        return Entry("link", mode, time, os.readlink(path))
    if stat.S_ISDIR(status.st_mode):
        return Entry("folder", mode, time, "")
    return Entry("file", mode, time, file_digest(path))


def file_digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
