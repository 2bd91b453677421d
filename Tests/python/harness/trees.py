"""An assets directory as a value, to be compared whole."""

import contextlib
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
    return {name: entry(found) for name, found in sorted(scan(root))}


def digests(root):
    """The regular files below `root`: path to SHA-256. Anything that is neither file nor folder fails."""
    digests = {}
    for name, found in scan(root):
        is_file = found.is_file(follow_symlinks=False)
        assert is_file or found.is_dir(follow_symlinks=False), f"{found.path} is neither a file nor a folder"
        if is_file:
            digests[name] = file_digest(found.path)
    return digests


def visible(tree):
    """What Python modelkit sees of a tree: all but lock files and the tool's own folder."""
    return {path: value for path, value in tree.items() if path.split("/")[0] not in (STAGING, LOCKS)}


def walk(root):
    for _, found in scan(root):
        yield Path(found.path)


def scan(root):
    """Everything below `root`, a folder before what it holds: paths from there, and `os.DirEntry`. Links are not followed.

    Nothing where `root` is no folder.
    """
    folders = [("", os.fspath(root))]
    while folders:
        before, folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                inside = list(entries)
        except (FileNotFoundError, NotADirectoryError):
            # What another process removes meanwhile is not there.
            continue
        for found in inside:
            name = before + found.name
            yield name, found
            if found.is_dir(follow_symlinks=False):
                folders.append((name + "/", found.path))


def allocated(root):
    """Bytes on the disk of the files below `root`, also while a program works there: what it removes meanwhile counts nothing."""
    return sum(status.st_blocks * 512 for status in file_statuses(root))


def journals(root):
    """The texts of the journals below `root`, also while a program works there."""
    texts = []
    for path in walk(root):
        if path.name == "journal":
            with contextlib.suppress(FileNotFoundError):
                texts.append(path.read_text())
    return texts


def file_statuses(root):
    """`os.stat_result` of each file below `root`, without those that are removed meanwhile."""
    for _, found in scan(root):
        with contextlib.suppress(FileNotFoundError):
            if found.is_file(follow_symlinks=False):
                yield found.stat(follow_symlinks=False)


def entry(found):
    """Of what `scan` finds."""
    status = found.stat(follow_symlinks=False)
    mode, time = oct(stat.S_IMODE(status.st_mode)), status.st_mtime_ns
    if stat.S_ISLNK(status.st_mode):
        return Entry("link", mode, time, os.readlink(found.path))
    if stat.S_ISDIR(status.st_mode):
        return Entry("folder", mode, time, "")
    return Entry("file", mode, time, file_digest(found.path))


def file_digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
