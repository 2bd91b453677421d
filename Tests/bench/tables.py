"""The tables: what is made, what is run, what is printed."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from measuring import cleared, interleaved, repeated, warm

KIB = 1024
MIB = 1024 * KIB
PUSH_DATE = "2024-03-01T12:00:00+00:00"


@dataclass
class Bench:
    binary: Path
    folder: Path
    # Every size is divided by this.
    shrink: int
    # How the names of the rows of the grid begin that are wanted; all where there is none.
    rows: tuple = ()
    # How often each is measured after each setting was tried; nought for a quick look at one setting each.
    times: int = 3
    # Where the program's traces of its transfers go.
    traces: Path | None = None
    # An earlier build of the program.
    before: Path | None = None

    @property
    def assets(self):
        return self.folder / "assets"

    @property
    def store(self):
        return self.folder / "bucket/modelkit-assets"

    @property
    def environment(self):
        return {
            "MODELKIT_ASSETS_DIR": str(self.assets),
            "MODELKIT_STORAGE_PROVIDER": "local",
            "MODELKIT_STORAGE_BUCKET": str(self.folder / "bucket"),
        }

    def sized(self, count):
        return max(1, count // self.shrink)

    def sized_bytes(self, count):
        return max(64 * KIB, count // self.shrink)

    def wants(self, name):
        return not self.rows or name.startswith(self.rows)

    def empty_assets(self):
        cleared(self.assets)

    def spec(self, entries, name="assets.yaml"):
        path = self.folder / name
        # JSON is YAML.
        path.write_text("version: 1\nassets:\n" + "".join(f"  - {json.dumps(entry)}\n" for entry in entries))
        return path

    def write_object(self, key, content):
        path = self.store / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def write_version(self, name, **meta):
        self.write_object(f"{name}.versions", b'{"versions": ["1.0"]}')
        self.write_object(f"{name}/1.0.meta", json.dumps({"push_date": PUSH_DATE, **meta}).encode())

    def write_small_file_assets(self, count):
        """So many assets of a few bytes; gives their names."""
        names = [f"team{number % 10}/asset{number:05}" for number in range(count)]
        for name in names:
            self.write_object(f"{name}/1.0", f"{name}\n".encode())
            self.write_version(name, is_directory=False)
        return names

    def contenders(self, spec, copy, specification):
        """The program, `cp` of the data alone, and Python modelkit, each to be run into an empty assets directory.

        The program makes durable what it shows, which `cp` and modelkit do not; `cp` followed by `sync` does.
        """
        *name, _source, target = map(str, copy)
        durable = ["sh", "-c", '"$@" && sync -f "$0"', target, *map(str, copy)]
        return {
            "modelkit-assets": ([self.binary, "resolve", "--no-lock", spec], self.environment),
            " ".join(name) + ", then sync": (durable, None),
            " ".join(name): (copy, None),
            "modelkit, with its start": ([sys.executable, "-c", PYTHON_MODELKIT, specification], self.environment),
        }


PYTHON_MODELKIT = """
import logging, sys, structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
from modelkit.assets.manager import AssetsManager
AssetsManager().fetch_asset(sys.argv[1])
"""


def present(bench):
    """A resolve that has nothing to do."""
    count = bench.sized(1000)
    spec = bench.spec([f"{name}:1.0" for name in bench.write_small_file_assets(count)])
    bench.empty_assets()
    resolve = [bench.binary, "resolve", spec]
    first = repeated(1, resolve, bench.environment)
    again = repeated(5, [*resolve, "--no-lock"], bench.environment)
    locked = repeated(5, [*resolve, "--locked"], bench.environment)
    heading(f"{count:,} assets that are present, median of five (under 100 ms is the aim)")
    row("", "seconds", "peak MiB")
    row("fetching them first", f"{first.seconds:.3f}", mib(first))
    row("nothing to do", f"{again.seconds:.3f}", mib(again))
    row("nothing to do, --locked", f"{locked.seconds:.3f}", mib(locked))


def plan(bench):
    """The growth of planning with the number of entries: it should be linear."""
    counts = [bench.sized(count) for count in (1000, 2000, 5000, 10000)]
    names = bench.write_small_file_assets(counts[-1])
    bench.empty_assets()
    heading("a plan, three depends_on each, everything missing, median of five (linear: the last column stays level)")
    row("entries", "seconds", "peak MiB", "µs an entry")
    for count in counts:
        spec = bench.spec([dependent_entry(names, number) for number in range(count)])
        cost = repeated(5, [bench.binary, "plan", spec, "--format", "json"], bench.environment)
        row(f"{count:,}", f"{cost.seconds:.3f}", mib(cost), f"{cost.seconds / count * 1e6:.0f}")


def dependent_entry(names, number):
    """An entry that depends on the one before it, one halfway and one a third of the way."""
    others = {other for other in (number - 1, number // 2, number // 3) if 0 <= other < number}
    depends_on = [f"{names[other]}:1.0" for other in sorted(others)]
    return {"name": names[number], "version": "1.0", **({"depends_on": depends_on} if depends_on else {})}


def file(bench):
    """One file asset: the memory must not grow with it."""
    for size in (bench.sized(64) * MIB, bench.sized(1024) * MIB):
        name = f"big/file-{size // MIB}-mib"
        source = bench.store / name / "1.0"
        bench.write_version(name, is_directory=False)
        write_random(source, size)
        warm(source.parent)
        spec = bench.spec([f"{name}:1.0"])
        copy = ["cp", source, bench.assets / "copy"]
        costs = interleaved(3, bench.contenders(spec, copy, f"{name}:1.0"), bench.empty_assets)
        comparison(f"a file asset of {size // MIB:,} MiB, median of three (under 64 MiB resident is the aim)", costs)
        shutil.rmtree(source.parent)


def folder(bench):
    """One directory asset of many files."""
    count, size = bench.sized(2000), 64 * 1024
    parts = [f"d{number % 20:02}/part-{number:05}" for number in range(count)]
    for part in parts:
        bench.write_object(f"many/files/1.0/{part}", os.urandom(size))
    bench.write_version("many/files", is_directory=True, contents=parts)
    warm(bench.store)
    spec = bench.spec(["many/files:1.0"])
    copy = ["cp", "-r", bench.store / "many/files/1.0", bench.assets / "copy"]
    costs = interleaved(5, bench.contenders(spec, copy, "many/files:1.0"), bench.empty_assets)
    comparison(f"a directory asset of {count:,} files of 64 KiB, median of five", costs)


def resolution(bench):
    heading("resolving, from a store in memory and from a lock (a debug figure tells nothing)")
    sizes = [str(bench.sized(size)) for size in (1250, 2500, 5000, 10_000, 20_000)]
    subprocess.run([bench.binary.with_name("resolution-bench"), *sizes], check=True)


TABLES = {"resolution": resolution, "present": present, "plan": plan, "file": file, "folder": folder}


def write_random(path, size):
    """Data that no file system can leave out, made quickly."""
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for number in range(size // MIB):
            file.write(number.to_bytes(8, "big") + block[8:])


def heading(text):
    print(f"\n{text}\n")


def row(first, *cells):
    print(f"  {first:<26}" + "".join(f"{cell:>14}" for cell in cells), flush=True)


def mib(cost):
    return f"{cost.peak_bytes / MIB:.0f}"


def comparison(title, costs):
    heading(title)
    ours, *_ = costs.values()
    row("", "seconds", "peak MiB", "to ours")
    for name, cost in costs.items():
        row(name, f"{cost.seconds:.3f}", mib(cost), f"{cost.seconds / ours.seconds:.2f} ×")
