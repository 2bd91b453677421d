"""What the grid's rows cannot show of a link: two runs at once on one, and how many connections a full one needs."""

import contextlib
import shutil
import statistics
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grid import LIMIT_SECONDS
from grid_objects import TOOL, Objects
from lab import MB, Network, lab
from link import Unavailable
from measuring import cleared, run
from plain_client import PART, bytes_a_second
from requests_seen import connections, forget, received, seen
from store_tables import header, memory_folder, met, row
from tables import MIB, heading

SHARE_AIM = (0.4, 0.6)
# The last is more than such a link needs.
TRIED_CONNECTIONS = (1, 2, 3, 4, 6, 8, 16)
# Of the highest rate.
ENOUGH = 0.95
# What was asked for before the number is found is still to come, and each smaller number is measured for up to 1.5 s.
SETTLING_SECONDS = 24


def two_at_once(bench):
    """Two runs of the program at once."""
    name, network = "two-at-once", Network(0.010, total=120 * MB)
    if not (bench.wants(name) and bench.binary):
        return
    both = [Objects(bench, 1, bench.sized_bytes(512 * MIB), copy) for copy in ("first", "second")]
    heading(f"{name}: two runs of the program at once, {network}")
    header("", "seconds", "share while both ran", "connections", f"aim: {SHARE_AIM[0]:.0%} to {SHARE_AIM[1]:.0%}")
    with opened(bench, network, *both) as (store, target):
        if store:
            for number in range(max(1, bench.times)):
                share_once(number, both, store, target)
    for objects in both:
        objects.remove()


def share_once(number, both, store, target):
    targets = [target / objects.name for objects in both]
    for each in targets:
        cleared(each)
    forget(store.log)
    contenders = [objects.tool(store.server, each) for objects, each in zip(both, targets, strict=True)]
    with ThreadPoolExecutor(2) as pool:
        costs = list(pool.map(lambda one: run(one.command, one.environment, limit=LIMIT_SECONDS), contenders))
    requests = seen(store.log)
    of_each = [[one for one in requests if objects.asset in one.path] for objects in both]
    both_ran = min(max(one.ended for one in some) for some in of_each)
    bytes_of_each = [received(some, both_ran) for some in of_each]
    for objects, cost, some, own in zip(both, costs, of_each, bytes_of_each, strict=True):
        share = own / sum(bytes_of_each)
        reached = met(SHARE_AIM[0] <= share <= SHARE_AIM[1])
        row(f"run {number + 1}, {objects.name}", f"{cost.seconds:.2f}", f"{share:.0%}", connections(some), reached)


def connections_capped(bench):
    """On a link that is full, in a download that takes `SETTLING_SECONDS`."""
    networks = {"capped-120": Network(0.010, total=120 * MB), "capped-30": Network(0.040, total=30 * MB)}
    networks = {name: network for name, network in networks.items() if bench.wants(f"connections-{name}")}
    if not (networks and bench.binary):
        return
    fewest = f"the fewest that bring {ENOUGH:.0%} in parts of {PART // MIB} MiB"
    heading(f"connections-capped: how many the program settles on, and {fewest}")
    header("", "needed", TOOL, "aim: twice at most")
    for name, network in networks.items():
        objects = Objects(bench, 1, bench.sized_bytes(network.total * SETTLING_SECONDS))
        with opened(bench, network, objects) as (store, target):
            if store:
                needed = fewest_connections(store, objects)
                settled = settled_connections(store, objects, target, max(1, bench.times))
                row(f"{name}: {network}", needed, settled, met(settled <= 2 * needed))
        objects.remove()


def settled_connections(store, objects, target, times):
    found = []
    for _ in range(times):
        cleared(target)
        forget(store.log)
        contender = objects.tool(store.server, target)
        run(contender.command, contender.environment, limit=LIMIT_SECONDS)
        found.append(connections(seen(store.log)))
    return round(statistics.median(found))


def fewest_connections(store, objects):
    rates = {count: bytes_a_second(store, objects, count) for count in TRIED_CONNECTIONS}
    return next(count for count in TRIED_CONNECTIONS if rates[count] >= ENOUGH * max(rates.values()))


@contextlib.contextmanager
def opened(bench, network, *objects):
    """The lab with these objects, and a folder; no lab where this machine cannot do that, which it prints."""
    for each in objects:
        each.make()
    size = sum(each.size for each in objects)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-", dir=bench.folder))
        target = stack.enter_context(memory_folder(bench, size)) or bench.assets
        stack.callback(shutil.rmtree, target, ignore_errors=True)
        try:
            store = stack.enter_context(lab(Path(folder) / "nginx", bench.folder, network))
        except Unavailable as reason:
            row("not run", reason)
            store = None
        yield store, target


LINK_TABLES = {"two-at-once": two_at_once, "connections-capped": connections_capped}
