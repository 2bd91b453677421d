"""Runs of the program beside one that is traced."""

import re
import subprocess
import time
from pathlib import Path


class Orphan:
    """A run that is no child of this process, which waits for any child of its own while it traces one."""

    def __init__(self, workspace, *arguments):
        self.place = workspace.folder / "orphan"
        self.place.mkdir()
        script = 'cd "$0"; { "$@" > said 2>&1; echo $? > ended; mv ended status; } & echo $! > shell'
        subprocess.run(
            ["sh", "-c", script, self.place, workspace.tool.binary, *map(str, arguments)],
            env=workspace.tool.full_environment(), check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def status(self):
        path = self.place / "status"
        return int(path.read_text()) if path.exists() else None

    def waits_for_a_lock(self):
        """As /proc/locks has it: `1: -> FLOCK  ADVISORY  WRITE 4711 fe:00:131090 0 EOF`."""
        shell = int((self.place / "shell").read_text())
        waiting = re.findall(r"-> FLOCK .*? (\d+) [0-9a-f]+:", Path("/proc/locks").read_text())
        return any(shell in ancestors(int(process)) for process in waiting)


def ancestors(process):
    """And the process itself; as far as they are there."""
    found = []
    while process > 1:
        found.append(process)
        try:
            # The fields after the command's name, which may have brackets.
            process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        except FileNotFoundError:
            break
    return found


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
