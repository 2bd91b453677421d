"""The grid: transfers over networks of many kinds, by the program with no flag and by others at their best setting."""

import contextlib
import itertools
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grid_objects import TOOL, TRACE, Objects
from grid_peers import GRID_PEERS
from lab import MB, Network, lab
from link import Unavailable
from measuring import Cost, Failed, cleared, run, seconds_to_hash
from requests_seen import connections, forget, refused, seen
from store_tables import header, memory_folder, met, print_how, row
from tables import KIB, MIB, heading, mib

# How many times the best peer's time the program may take.
LIMITED, UNLIMITED, AHEAD = 1.15, 1.3, 1.0
# curl waits twice as long after each 503, and takes minutes.
REFUSED_FOR_LONG = ("curl",)
MEMORY_AIM = 96 * MIB
# No row takes a fifth of it; a client that hangs is not to hold up the others.
LIMIT_SECONDS = 180
SLOW_DOWN = Network(0.030, per_connection=60 * MB, requests=500)


@dataclass(frozen=True)
class Row:
    name: str
    network: Network
    count: int
    size: int
    aim: float = LIMITED
    # Peers that would only hold up the others.
    without: tuple = ()


# Rows of the same objects follow each other: those are made once, and then removed.
ROWS = [
    Row("per-connection-20", Network(0.030, per_connection=20 * MB), 1, 512 * MIB),
    Row("per-connection-60", Network(0.030, per_connection=60 * MB), 1, 512 * MIB),
    Row("per-connection-10-distant", Network(0.100, per_connection=10 * MB), 1, 512 * MIB),
    Row("capped-120", Network(0.010, total=120 * MB), 1, 512 * MIB),
    Row("unlimited", Network(0.001), 1, 512 * MIB, UNLIMITED),
    Row("https-per-connection-60", Network(0.030, per_connection=60 * MB, tls=True), 1, 512 * MIB),
    Row("https-capped-120", Network(0.010, total=120 * MB, tls=True), 1, 512 * MIB),
    Row("https-unlimited", Network(0.001, tls=True), 1, 512 * MIB, UNLIMITED),
    Row("capped-30", Network(0.040, total=30 * MB), 1, 256 * MIB),
    Row("24-large-files", Network(0.030, per_connection=60 * MB), 24, 64 * MIB),
    Row("200-files-of-20-mib", Network(0.030, per_connection=60 * MB), 200, 20 * MIB),
    Row("small-per-connection-60", Network(0.030, per_connection=60 * MB), 1000, 64 * KIB, AHEAD),
    Row("small-500-requests", Network(requests=500), 1000, 64 * KIB, AHEAD, REFUSED_FOR_LONG),
    Row("small-distant", Network(0.100), 1000, 64 * KIB, AHEAD),
    Row("https-small", Network(0.030, per_connection=60 * MB, tls=True), 1000, 64 * KIB, AHEAD),
    Row("slow-down-above-500", SLOW_DOWN, 2000, 256 * KIB, AHEAD, REFUSED_FOR_LONG),
]


@dataclass(frozen=True)
class Run:
    cost: Cost
    connections: int
    refused: int
    """What the SHA-256 of all of it takes besides; nought for the program, which has computed it."""
    hashing: float

    @property
    def seconds(self):
        return self.cost.durable_seconds


@dataclass(frozen=True)
class Scene:
    """A row's objects in a lab, and the folder that they go to, which every run finds empty."""

    row: Row
    objects: Objects
    store: object
    target: Path
    trace: Path | None

    def contenders(self):
        """Each with all its settings."""
        place, found = (self.store.server, self.target), {}
        if self.objects.bench.binary:
            found[TOOL] = [self.objects.tool(*place, self.trace)]
        peers = {name: settings for name, settings in GRID_PEERS.items() if name not in self.row.without}
        return found | {name: list(settings(self.objects.load(*place))) for name, settings in peers.items()}

    def measure(self, contender):
        cleared(self.target)
        forget(self.store.log)
        if trace := contender.environment.get(TRACE):
            Path(trace).unlink(missing_ok=True)
        cost = run(contender.command, contender.environment, self.target.parent, LIMIT_SECONDS)
        if not self.objects.are_in(self.target):
            raise Failed(f"{contender.command[0]} ended well without all the bytes")
        requests = seen(self.store.log)
        own = contender.command[0] == self.objects.bench.binary
        hashing = 0 if own else seconds_to_hash(self.target, self.objects.is_file)
        return Run(cost, connections(requests), refused(requests), hashing)


def grid(bench):
    """The rows that the command line asks for, else all."""
    wanted = [each for each in ROWS if bench.wants(each.name)]
    if not wanted:
        return
    heading(f"the grid: seconds and peak MiB, median of {bench.times or 1}, each peer at its best setting")
    ratios = ("to the best, at most", "", "to the best with SHA-256")
    columns = (*ratios, f"under {MEMORY_AIM // MIB} MiB", "connections", "refused")
    header("", TOOL, *GRID_PEERS, *columns)
    chosen, faults = {}, {}
    for (count, size), rows in itertools.groupby(wanted, lambda each: (each.count, each.size)):
        objects = Objects(bench, count, bench.sized_bytes(size))
        objects.make()
        for each in rows:
            best, failed = measured_row(each, objects)
            chosen |= {f"{each.name}, {name}": peer for name, peer in best.items() if name != TOOL}
            faults |= {f"{each.name}, {name}": fault for name, fault in failed.items()}
        objects.remove()
    print_how(chosen)
    for name, fault in faults.items():
        print(f"- {name}: failed: {str(fault).splitlines()[-1][:200]}")


def measured_row(each, objects):
    """Prints it; gives the best contender of each name, and why settings failed."""
    try:
        with scene(each, objects) as place:
            best, runs, faults = tried(place)
            print_row(place, repeated(place, best, objects.bench.times) or runs)
            return best, faults
    except Unavailable as reason:
        row(f"{each.name}: {objects}, {each.network}", f"not run: {reason}")
        return {}, {}


@contextlib.contextmanager
def scene(each, objects):
    bench = objects.bench
    trace = bench.traces and bench.traces / f"{each.name}.jsonl"
    size = objects.count * objects.size
    with (
        tempfile.TemporaryDirectory(prefix="lab-", dir=bench.folder) as folder,
        memory_folder(bench, size) as memory,
        lab(Path(folder) / "nginx", bench.folder, each.network) as store,
    ):
        yield Scene(each, objects, store, memory or bench.assets, trace)


def tried(place):
    """Each setting once: the best contender of each name, its run, and why others failed."""
    best, runs, faults = {}, {}, {}
    for name, settings in place.contenders().items():
        for contender in settings if place.objects.bench.times else settings[:1]:
            try:
                measured = place.measure(contender)
            except Failed as fault:
                if name == TOOL:
                    raise
                faults[f"{name}, {contender.how}"] = fault
                continue
            if name not in runs or measured.seconds < runs[name][0].seconds:
                best[name], runs[name] = contender, [measured]
    return best, runs, faults


def repeated(place, best, times):
    """In turns, so that what slows this machine for a while slows all; nothing where that is to be no times."""
    turns = [{name: place.measure(contender) for name, contender in best.items()} for _ in range(times)]
    names = best if turns else ()
    return {name: sorted((turn[name] for turn in turns), key=lambda each: each.seconds) for name in names}


def print_row(place, runs):
    each = place.row
    cells = ["" if name in each.without else cell(runs.get(name)) for name in (TOOL, *GRID_PEERS)]
    row(f"{each.name}: {place.objects}, {each.network}", *cells, *judged(each, runs))


def cell(runs):
    if not runs:
        return "failed"
    cost = Cost.median([each.cost for each in runs])
    return f"{cost.durable_seconds:.2f} ({mib(cost)})"


def judged(each, runs):
    """Of the program, beside the fastest of the others."""
    if TOOL not in runs:
        return [""] * 6
    medians = {name: Cost.median([one.cost for one in some]) for name, some in runs.items()}
    own = medians.pop(TOOL)
    middle = runs[TOOL][len(runs[TOOL]) // 2]
    share = own.durable_seconds / min(cost.durable_seconds for cost in medians.values()) if medians else 0
    reached = met(share <= each.aim) if medians else ""
    others = [some for name, some in runs.items() if name != TOOL]
    verified = [statistics.median(one.seconds + one.hashing for one in some) for some in others]
    ratio = f"{own.durable_seconds / min(verified):.2f}" if verified else ""
    fits = met(own.peak_bytes < MEMORY_AIM)
    return f"{share:.2f} of {each.aim}", reached, ratio, fits, middle.connections, middle.refused


GRID_TABLES = {"grid": grid}
