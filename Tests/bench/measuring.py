"""Runs commands and says how long they took and how much memory they had resident."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

MEASURING = Path(__file__).resolve().parents[1] / "python/harness/peak_memory.py"


@dataclass(frozen=True)
class Cost:
    seconds: float
    peak_bytes: int

    @classmethod
    def median(cls, costs):
        return cls(statistics.median(cost.seconds for cost in costs), max(cost.peak_bytes for cost in costs))


def run(command, environment=None):
    """One run. Its output goes nowhere; where it fails, the benchmark ends with its standard error.

    A command that knows its time better, such as a script that imports what it measures, writes its seconds to the
    file that MEASURED_SECONDS names.
    """
    program, *arguments = map(str, command)
    with tempfile.NamedTemporaryFile() as result, tempfile.NamedTemporaryFile() as seconds:
        base = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "MEASURED_SECONDS": seconds.name}
        done = subprocess.run(
            [sys.executable, "-I", "-S", MEASURING, result.name, shutil.which(program), *arguments],
            env={**base, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            complaint = done.stderr.decode(errors="replace")[-4000:]
            sys.exit(f"bench: {' '.join(map(str, command))} failed ({done.returncode}):\n{complaint}")
        cost = Cost(**json.load(result))
        own = seconds.read()
        return replace(cost, seconds=float(own)) if own else cost


def repeated(times, command, environment=None, before=lambda: None):
    """The median time and the highest peak of so many runs, each after `before()`."""
    costs = []
    for _ in range(times):
        before()
        costs.append(run(command, environment))
    return Cost.median(costs)


def interleaved(times, contenders, before, after=lambda name: None, warm_ups=0):
    """Like `repeated` for each of the contenders (name to command and environment), taken in turns.

    So a disk that is slow for a while is slow for all of them. What the first `warm_ups` turns cost does not count.
    """
    costs = {name: [] for name in contenders}
    for _ in range(warm_ups + times):
        for name, (command, environment) in contenders.items():
            before()
            costs[name].append(run(command, environment))
            after(name)
    return {name: Cost.median(each[warm_ups:]) for name, each in costs.items()}


def warm(folder):
    """Reads everything once, so that the first contender does not pay for the disk alone."""
    for path in Path(folder).rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(1 << 20):
                    pass
