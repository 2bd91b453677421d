"""Runs the program as a user does, in an environment that holds nothing of the tester's own."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]

# Long enough for any build on a busy machine; a run that takes this long hangs.
DEADLINE_SECONDS = 60


@dataclass(frozen=True)
class Finished:
    """A run that ended: its exit status (as a shell counts), its two streams, and how long it took."""

    arguments: tuple
    status: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def document(self):
        """Standard output, which must be one JSON document."""
        try:
            return json.loads(self.stdout)
        except json.JSONDecodeError as error:
            raise AssertionError(f"standard output is not one JSON document ({error}):\n{self}") from None

    @property
    def report(self):
        """The report on standard output. Whatever the run, it agrees with the exit status."""
        report = self.document
        assert (report["format"], report["version"]) == ("modelkit-assets/report", 1), str(self)
        assert report["exit_status"] == self.status, str(self)
        return report

    def succeeded(self):
        assert self.status == 0, str(self)
        return self

    def failed(self, status):
        assert self.status == status, f"expected exit status {status}\n{self}"
        return self

    def __str__(self):
        return (
            f"$ modelkit-assets {' '.join(map(str, self.arguments))}\n"
            f"[exit status {self.status} after {self.seconds:.2f} s]\n"
            f"--- standard output\n{self.stdout[-6000:]}\n--- standard error\n{self.stderr[-6000:]}"
        )


@dataclass(frozen=True)
class Running:
    """A run that goes on; its streams go to files, so that nothing blocks it."""

    process: subprocess.Popen
    arguments: tuple
    stdout: Path
    stderr: Path
    started: float

    def wait(self, timeout=DEADLINE_SECONDS):
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running after {timeout} s: {self.finished(-9)}") from None
        return self.finished(status)

    def finished(self, status):
        return Finished(
            arguments=self.arguments,
            status=128 - status if status < 0 else status,
            stdout=self.stdout.read_text("utf-8"),
            stderr=self.stderr.read_text("utf-8"),
            seconds=time.monotonic() - self.started,
        )

    def until(self, condition, what):
        """Polls until `condition()` holds. The run must not end before."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            status = self.process.poll()
            assert status is None, f"ended before {what}: {self.finished(status)}"
            assert time.monotonic() < deadline, f"never {what}: {self.stderr.read_text('utf-8')}"
            time.sleep(0.002)


@dataclass
class Tool:
    binary: Path
    """Where streams are kept, and the program's home."""
    folder: Path
    environment: dict = field(default_factory=dict)
    runs: int = 0

    def start(self, *arguments, environment=None, before=(), **options):
        """Starts the program, or the command `before` with the program and its arguments after it."""
        self.runs += 1
        stdout, stderr = (self.folder / f"{stream}-{self.runs}" for stream in ("stdout", "stderr"))
        arguments = tuple(map(str, arguments))
        with stdout.open("wb") as out, stderr.open("wb") as error:
            streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": error}
            process = subprocess.Popen(
                [*before, self.binary, *arguments], env=self.full_environment(environment), **{**streams, **options}
            )
        return Running(process, arguments, stdout, stderr, time.monotonic())

    def run(self, *arguments, timeout=DEADLINE_SECONDS, **options):
        return self.start(*arguments, **options).wait(timeout)

    def run_measured(self, *arguments):
        """A run, and the most bytes that it had resident."""
        result = self.folder / "peak"
        measuring = [sys.executable, "-I", "-S", Path(__file__).with_name("peak_memory.py"), result]
        finished = self.run(*arguments, before=measuring)
        return finished, json.loads(result.read_text())["peak_bytes"]

    def full_environment(self, changes=None):
        base = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        merged = {**base, **self.environment, **(changes or {})}
        return {name: str(value) for name, value in merged.items() if value is not None}


