"""The program beside an earlier build of it, at the same work in turns: no row is to be slower."""

import contextlib

from lab import MB, Network, lab
from link import Unavailable
from measuring import Failed, cleared, interleaved
from push_tables import PUSHED, emptied
from servers import BUCKET, fake_gcs, nginx, seaweedfs
from store_tables import TOOL, header, memory_folder, met, row, upload, upload_to_gcs, write_file, write_folder
from tables import MIB, dependent_entry, heading, mib, write_random

BEFORE = "before"
TIMES = 7
# What one build of the same sources is slower than another by chance stays below.
AIM = 1.03
NETWORKS = [Network(0.030, per_connection=20 * MB), Network(0.030, per_connection=60 * MB, tls=True), Network(0.100)]
# So few that what counts is the chain of requests.
FEW = 8


def start(bench):
    titled("a start")
    compare(bench, "`--version`", ["--version"], times=5 * TIMES)


def from_a_folder(bench):
    titled("from a folder")
    with contents(bench) as (assets, target):
        fetched(bench, assets, "from a folder", {}, target)


def titled(what):
    heading(f"{what}: the program and an earlier build of it, median of {TIMES} after one warm-up, in turns")
    header("", "seconds", BEFORE, "ratio", "processor seconds", BEFORE, "ratio", "peak MiB", BEFORE, "at most", "")


@contextlib.contextmanager
def contents(bench):
    """A large object and many small ones, in the bench's store: what is there of each, and where to fetch it to."""
    size, (parts, _) = write_file(bench, 1024), write_folder(bench, "many/files", bench.sized(2000))
    assets = {"big/object": f"a file of {size // MIB:,} MiB", "many/files": f"{len(parts):,} files of 64 KiB"}
    # A disk's moods would be all that is seen there.
    with memory_folder(bench, 2 * size) as memory:
        yield assets, memory or bench.assets


def compare(bench, title, arguments, environment=None, clear=lambda: None, check=lambda name: None, times=TIMES):
    programs = {TOOL: bench.binary, BEFORE: bench.before}
    commands = {name: ([program, *arguments], environment) for name, program in programs.items()}
    costs = interleaved(times, commands, clear, check, warm_ups=1, folder=bench.folder)
    now, then = costs[TOOL], costs[BEFORE]
    ratio = now.durable_seconds / then.durable_seconds
    work = now.processor_seconds / then.processor_seconds
    seconds = f"{now.durable_seconds:.3f}", f"{then.durable_seconds:.3f}", f"{ratio:.2f}"
    processor = f"{now.processor_seconds:.3f}", f"{then.processor_seconds:.3f}", f"{work:.2f}"
    row(title, *seconds, *processor, mib(now), mib(then), AIM, met(ratio <= AIM))


def fetched(bench, assets, how, environment, target):
    for asset, what in assets.items():
        arguments = ["resolve", "--no-lock", bench.spec([f"{asset}:1.0"])]
        settings = {**bench.environment, **environment, "MODELKIT_ASSETS_DIR": str(target)}
        check = lambda name, size=size_of(bench.store / asset / "1.0"): require(target, size, name)
        compare(bench, f"{what}, {how}", arguments, settings, lambda: cleared(target), check)
        cleared(target)


def require(folder, size, name):
    if (there := size_of(folder)) < size:
        raise Failed(f"{name} ended well with {there:,} of {size:,} bytes")


def size_of(place):
    return sum(path.stat().st_size for path in [place, *place.rglob("*")] if path.is_file())


def of(server):
    store = {"MODELKIT_STORAGE_PROVIDER": server.provider, "MODELKIT_STORAGE_BUCKET": BUCKET}
    return {**store, **server.environment}


def from_servers(bench):
    titled("from servers on this machine")
    with contents(bench) as (assets, target):
        with nginx(bench.folder / "nginx", bench.folder) as servers:
            for scheme, server in zip(("HTTP", "HTTPS"), servers, strict=True):
                fetched(bench, assets, f"{scheme}, nginx", of(server), target)
        with seaweedfs(bench.folder / "seaweedfs") as (server, client):
            upload(client, bench.store)
            fetched(bench, assets, "HTTP, SeaweedFS", of(server), target)
        with fake_gcs(bench.folder / "fake-gcs") as (server, bucket):
            upload_to_gcs(bucket, bench.store)
            fetched(bench, assets, "HTTP, fake-gcs-server", of(server), target)


def from_afar(bench):
    titled("from far away")
    with contents(bench) as (assets, target):
        few, _ = write_folder(bench, "few/files", FEW)
        assets |= {"few/files": f"{len(few)} files of 64 KiB"}
        for number, network in enumerate(NETWORKS):
            try:
                with lab(bench.folder / f"lab-{number}", bench.folder, network) as store:
                    fetched(bench, assets, str(network), of(store.server), target)
            except Unavailable as reason:
                row(str(network), f"not run: {reason}")


def pushed(bench):
    titled("pushes")
    large, small = bench.folder / "content/large", bench.folder / "content/small"
    small.mkdir(parents=True)
    write_random(large, bench.sized(512) * MIB)
    for number in range(bench.sized(2000)):
        (small / f"part-{number:05}").write_bytes(number.to_bytes(8, "big") * 8192)
    with seaweedfs(bench.folder / "pushes") as (server, client):
        settings = {**of(server), "MODELKIT_STORAGE_BUCKET": PUSHED}
        sizes = f"a file of {bench.sized(512)} MiB", f"{bench.sized(2000):,} files of 64 KiB"
        for path, what in zip((large, small), sizes, strict=True):
            arguments = ["new", "--yes", path, "bench/content"]
            compare(bench, f"push of {what}, SeaweedFS", arguments, settings, lambda: emptied(client))


def planned(bench):
    titled("plans, and assets that are present")
    for count in (bench.sized(1000), bench.sized(10000)):
        bench.empty_assets()
        names = bench.write_small_file_assets(count)
        spec = bench.spec([dependent_entry(names, number) for number in range(count)], f"plan-{count}.yaml")
        compare(bench, f"a plan of {count:,} entries", ["plan", spec, "--format", "json"], bench.environment)
        spec = bench.spec([f"{name}:1.0" for name in names], f"present-{count}.yaml")
        # The first run fetches them, and writes the lock.
        for options in ([], ["--no-lock"], ["--locked"]):
            what = " ".join([f"{count:,} present", *options])
            compare(bench, what, ["resolve", spec, *options], bench.environment)


BEFORE_TABLES = {
    "start": start,
    "folder": from_a_folder,
    "servers": from_servers,
    "afar": from_afar,
    "push": pushed,
    "plan": planned,
}
