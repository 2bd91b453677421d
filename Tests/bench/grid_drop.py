"""The program and others on a link whose rate falls and returns while they transfer."""

import contextlib
import threading
import time
from dataclasses import dataclass

from grid import LIMIT_SECONDS
from grid_links import opened
from grid_objects import TOOL, Objects
from grid_peers import GRID_PEERS
from lab import MB, Network
from measuring import Failed, cleared, run
from store_tables import header, met, row
from tables import MIB, heading, mib

BACK_AIM_SECONDS = 5
# When the rate falls, and when it returns.
FALL_SECONDS, RETURN_SECONDS = 3, 8
FALL_TO = 0.1
SAMPLE_SECONDS = 0.05
# The rate is back when half a second brings 90 % of what came before the fall.
WINDOW_SECONDS = 0.5
AS_BEFORE = 0.9


def drop_and_return(bench):
    """The program and the others on a link whose rate falls to a tenth for some seconds."""
    networks = {
        "drop-and-return": Network(0.010, total=120 * MB),
        # One connection does not fill this one: those that were given up must be opened again.
        "drop-and-return-many": Network(0.010, per_connection=10 * MB, total=120 * MB),
    }
    networks = {name: network for name, network in networks.items() if bench.wants(name)}
    if not networks:
        return
    heading(f"drop-and-return: after {FALL_SECONDS} s a tenth of the rate, after {RETURN_SECONDS} s as before")
    aim = f"aim: {BACK_AIM_SECONDS} s"
    header("", "", "seconds", "MB/s before", "MB/s between", "s until as before", aim, "peak MiB")
    objects = Objects(bench, 1, bench.sized_bytes(1536 * MIB))
    for name, network in networks.items():
        with opened(bench, network, objects) as (store, target):
            if store:
                fall_for_each(name, network, objects, store, target)
    objects.remove()


def fall_for_each(name, network, objects, store, target):
    load, traces = objects.load(store.server, target), objects.bench.traces
    trace = traces and traces / f"{name}.jsonl"
    if trace:
        trace.unlink(missing_ok=True)
    contenders = {TOOL: objects.tool(store.server, target, trace)} if objects.bench.binary else {}
    contenders |= {peer: next(settings(load)) for peer, settings in GRID_PEERS.items()}
    for who, contender in contenders.items():
        cleared(target)
        store.link.set_rate(network.total)
        row(f"{name}: {network}", who, *fall_and_return(contender, store.link, network))


def fall_and_return(contender, link, network):
    """The cells of its row."""
    try:
        with sampled(link) as samples, changing(link, network):
            cost = run(contender.command, contender.environment, limit=LIMIT_SECONDS)
    except Failed as fault:
        return ["failed: " + str(fault).splitlines()[-1][:200]]
    before = rate(samples, FALL_SECONDS - 1.5, FALL_SECONDS)
    between = rate(samples, FALL_SECONDS + 1, RETURN_SECONDS)
    back = judged(seconds_until_back(samples, before), cost.seconds)
    return f"{cost.seconds:.2f}", f"{before / MB:.0f}", f"{between / MB:.1f}", *back, mib(cost)


def judged(back, ended):
    """Nothing where the transfer ended too soon to tell."""
    if back is None:
        return ("never", met(False)) if ended >= RETURN_SECONDS + BACK_AIM_SECONDS else ("it had ended", "")
    return f"{back:.1f}", met(back <= BACK_AIM_SECONDS)


@dataclass(frozen=True)
class Sample:
    seconds: float
    received_bytes: int


@contextlib.contextmanager
def sampled(link):
    """What has come over the link, all the time."""
    samples, over, began = [], threading.Event(), time.monotonic()

    def sample():
        while not over.wait(SAMPLE_SECONDS):
            samples.append(Sample(time.monotonic() - began, link.received_bytes))

    with in_thread(sample, over):
        yield samples


@contextlib.contextmanager
def changing(link, network):
    over = threading.Event()

    def change():
        for seconds, share in ((FALL_SECONDS, FALL_TO), (RETURN_SECONDS - FALL_SECONDS, 1)):
            if over.wait(seconds):
                return
            link.set_rate(network.total * share)

    with in_thread(change, over):
        yield


@contextlib.contextmanager
def in_thread(work, over):
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def rate(samples, begin, end):
    """Bytes a second between two times; nought where less than half of that was seen."""
    within = [sample for sample in samples if begin <= sample.seconds <= end]
    if not within or within[-1].seconds - within[0].seconds < (end - begin) / 2:
        return 0
    return (within[-1].received_bytes - within[0].received_bytes) / (within[-1].seconds - within[0].seconds)


def seconds_until_back(samples, before):
    """None where the transfer ended first."""
    times = [sample.seconds for sample in samples if sample.seconds >= RETURN_SECONDS]
    as_before = (at for at in times if rate(samples, at, at + WINDOW_SECONDS) >= AS_BEFORE * before)
    return next((at - RETURN_SECONDS for at in as_before), None)


DROP_TABLES = {"drop-and-return": drop_and_return}
