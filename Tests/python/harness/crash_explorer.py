"""Ends the program at a chosen system call, or makes that call fail, by strace's injection.

strace counts calls by thread: `when=N` is met by the first thread that comes to its Nth call. N goes up to the most that
one thread made of that call in a run that nothing was done to.
"""

import re
import signal
import subprocess
from collections import Counter
from pathlib import Path

CALLS = [
    "unlinkat", "renameat", "renameat2", "linkat", "mkdirat", "fsync", "fdatasync", "syncfs", "ftruncate", "pwrite64",
    "copy_file_range", "fchmod", "utimensat", "fallocate",
]  # fmt: skip
ERRORS = ["EIO", "ENOSPC", "EACCES", "EINTR"]
TIME_LIMIT = 60


def run_with(tool, arguments, call, effect, number, log):
    """Runs the program with one call spoiled.

    Returns its status, negative where a signal ended it, and whether the call was reached.
    """
    injection = f"inject={call}:{effect}:when={number}"
    strace = ["strace", "-f", "-qq", "-o", log, "-e", f"trace={call}", "-e", injection]
    ended = subprocess.run(
        [*map(str, strace), str(tool.binary), *map(str, arguments)],
        env=tool.full_environment(), capture_output=True, timeout=TIME_LIMIT,
    )  # fmt: skip
    text = Path(log).read_text(errors="replace")
    return ended.returncode, "INJECTED" in text or "killed by SIGKILL" in text


def kills(tool, arguments, prepare, log, stride=1):
    """Each state that a kill leaves, as a name of the kill: prepares, runs, and yields."""
    cases = [(call, "signal=SIGKILL", number) for call, number in calls_made(tool, arguments, prepare, log)]
    for case, status in injected(tool, arguments, prepare, log, cases[::stride]):
        assert status == -signal.SIGKILL, f"{case}: reached, status {status}"
        yield case


def failures(tool, arguments, prepare, log, stride=1):
    """The same for a call that fails once: yields what failed and the run's status."""
    made = calls_made(tool, arguments, prepare, log)
    cases = [(call, f"error={error}", number) for call, number in made for error in ERRORS]
    yield from injected(tool, arguments, prepare, log, cases[::stride])


def calls_made(tool, arguments, prepare, log):
    """Each call, and the numbers that it has in the thread that makes the most of it."""
    prepare()
    strace = ["strace", "-f", "-qq", "-o", log, "-e", "trace=" + ",".join(CALLS)]
    subprocess.run(
        [*map(str, strace), str(tool.binary), *map(str, arguments)],
        env=tool.full_environment(), capture_output=True, timeout=TIME_LIMIT, check=True,
    )  # fmt: skip
    lines = re.findall(r"^(\d+) +(\w+)\(", Path(log).read_text(errors="replace"), re.MULTILINE)
    counts = Counter(lines)
    most = {call: max((count for (_, made), count in counts.items() if made == call), default=0) for call in CALLS}
    return [(call, number) for call in CALLS for number in range(1, most[call] + 1)]


def injected(tool, arguments, prepare, log, cases):
    """The runs in which the call was made, and their statuses."""
    for call, effect, number in cases:
        # Which of the disk's threads makes a call differs from run to run: it may take another one for a thread to make
        # its Nth.
        for _ in range(3):
            prepare()
            status, reached = run_with(tool, arguments, call, effect, number, log)
            if reached:
                yield f"{call} {number} {effect}", status
                break
            assert status == 0, f"{call} {number} {effect}: not reached, status {status}"
        else:
            print(f"{call} {number} {effect}: not reached in three runs")
