"""Runs commands and says how long they took and how much memory they had resident."""

import ctypes
import itertools
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from machine import file_system

MEASURING = Path(__file__).resolve().parents[1] / "python/harness/peak_memory.py"


@dataclass(frozen=True)
class Cost:
    seconds: float
    peak_bytes: int
    """Until what it wrote is on the disk too; the same as `seconds` where nobody waited for that."""
    durable_seconds: float = 0
    """On all cores together."""
    processor_seconds: float = 0

    @classmethod
    def median(cls, costs):
        return cls(
            statistics.median(cost.seconds for cost in costs),
            max(cost.peak_bytes for cost in costs),
            statistics.median(cost.durable_seconds for cost in costs),
            statistics.median(cost.processor_seconds for cost in costs),
        )


class Failed(Exception):
    """A command that did not do its work, and what it said."""


def run(command, environment=None, folder=None, limit=None):
    """One run, and a wait until what it left is on the disk of `folder`.

    Its output goes nowhere. Raises `Failed` where it fails, or takes more than `limit` seconds.
    A command that knows its time better, such as a script that imports what it measures, writes its seconds to the
    file that MEASURED_SECONDS names.
    """
    program, *arguments = map(str, command)
    with tempfile.NamedTemporaryFile() as result, tempfile.NamedTemporaryFile() as seconds:
        base = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "MEASURED_SECONDS": seconds.name}
        measured = [sys.executable, "-I", "-S", MEASURING, result.name, shutil.which(program), *arguments]
        finish(measured, {**base, **(environment or {})}, " ".join(map(str, command)), limit)
        cost = Cost(**json.load(result))
        if own := seconds.read():
            cost = replace(cost, seconds=float(own))
        return replace(cost, durable_seconds=cost.seconds + (seconds_to_sync(folder) if folder else 0))


def finish(command, environment, what, limit):
    """In a process group of its own, so that nothing of it stays where it is ended or this script is."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failed(f"{what} took more than {limit:.0f} s") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if status:
            errors.seek(0)
            raise Failed(f"{what} failed ({status}):\n{errors.read().decode(errors='replace')[-4000:]}")


def seconds_to_sync(folder):
    descriptor, began = os.open(folder, os.O_RDONLY), time.perf_counter()
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor):
            sys.exit(f"bench: cannot sync {folder}: {os.strerror(ctypes.get_errno())}")
        return time.perf_counter() - began
    finally:
        os.close(descriptor)


def seconds_to_hash(folder, is_one):
    """What OpenSSL takes for the SHA-256 of the files below: of all of them joined, or of each, on every core."""
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    join = ["sh", "-c", 'cat -- "$@" | openssl dgst -sha256', "sh", *files]
    each = ["xargs", "--null", "--max-args=16", f"--max-procs={os.cpu_count()}", "openssl", "dgst", "-sha256"]
    began = time.perf_counter()
    names = b"" if is_one else b"\0".join(os.fsencode(path) for path in files)
    subprocess.run(join if is_one else each, input=names, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def repeated(times, command, environment=None, before=lambda: None):
    """The median time and the highest peak of so many runs, each after `before()`."""
    costs = []
    for _ in range(times):
        before()
        costs.append(run(command, environment))
    return Cost.median(costs)


def interleaved(times, contenders, before, after=lambda name: None, warm_ups=0, folder=None):
    """Like `repeated` for each of the contenders (name to command and environment), taken in turns.

    So a disk that is slow for a while is slow for all of them. What the first `warm_ups` turns cost does not count.
    """
    costs = {name: [] for name in contenders}
    for _ in range(warm_ups + times):
        for name, (command, environment) in contenders.items():
            before()
            costs[name].append(run(command, environment, folder))
            after(name)
    return {name: Cost.median(each[warm_ups:]) for name, each in costs.items()}


def cleared(folder):
    """The folder made anew and on the disk, so that no run pays for the one before.

    A tree of many files is put aside until the benchmark ends: for each file that it makes, ext4 looks again at all the
    inodes that it freed in the last minutes, and who comes later would wait for that.
    """
    if sum(1 for _ in itertools.islice(folder.rglob("*"), 100)) == 100 and file_system(folder) != "tmpfs":
        folder.rename(Path(tempfile.mkdtemp(prefix="done-", dir=folder.parent)) / "tree")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.sync()


def warm(folder):
    """Reads everything once, so that the first contender does not pay for the disk alone."""
    for path in Path(folder).rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(1 << 20):
                    pass
