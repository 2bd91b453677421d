"""A control group whose processes have so much memory and no more, page cache and kernel's buffers included."""

import contextlib
import os
from contextlib import contextmanager
from pathlib import Path

FIRST, SECOND = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
NAME = f"modelkit-assets-tests-{os.getpid()}"


def made():
    """A group of this process's own, by either version of the interface; None where this machine lets nobody make one."""
    for parent in (FIRST, SECOND):
        group = parent / NAME
        with contextlib.suppress(OSError):
            if parent == SECOND:
                (parent / "cgroup.subtree_control").write_text("+memory")
            group.mkdir()
            if limit_file(group).exists():
                return group
            group.rmdir()
    return None


def limit_file(group):
    return group / ("memory.limit_in_bytes" if group.parent == FIRST else "memory.max")


@contextmanager
def group_of(size):
    """The group's folder, to whose `cgroup.procs` a process writes its id."""
    group = made()
    assert group, "no control group can be made here"
    try:
        limit_file(group).write_text(str(size))
        yield group
    finally:
        group.rmdir()


def mounted_at(group, root):
    """Where a container whose root is there sees its own group, which is the outermost that it sees."""
    return root / "sys/fs/cgroup" / ("memory" if group.parent == FIRST else "")


def peak(group):
    """The most memory that the group had, in bytes; None where this kernel does not tell."""
    file = group / ("memory.max_usage_in_bytes" if group.parent == FIRST else "memory.peak")
    return int(file.read_text()) if file.exists() else None


def killed(group):
    """How many of its processes were ended for want of memory."""
    file = group / ("memory.oom_control" if group.parent == FIRST else "memory.events")
    return dict(line.split() for line in file.read_text().splitlines())["oom_kill"]


def can_be_made():
    group = made()
    if group:
        group.rmdir()
    return group is not None
