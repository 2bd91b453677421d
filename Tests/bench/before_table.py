"""The program beside an earlier build of it, at the same work in turns: no row is to be slower."""

from lab import MB, Network, lab
from link import Unavailable
from measuring import Failed, cleared, interleaved
from push_tables import PUSHED, emptied
from servers import BUCKET, fake_gcs, nginx, seaweedfs
from store_tables import TOOL, header, met, row, upload, upload_to_gcs, write_file, write_folder
from tables import MIB, dependent_entry, heading, mib, write_random

BEFORE = "before"
TIMES = 7
# What one build of the same sources is slower than another by chance stays below.
AIM = 1.03
NETWORKS = [Network(0.030, per_connection=20 * MB), Network(0.030, per_connection=60 * MB, tls=True)]


def before(bench):
    heading(f"the program and an earlier build of it, median of {TIMES} after one warm-up, in turns")
    header("", "seconds", BEFORE, "ratio", "processor seconds", BEFORE, "ratio", "peak MiB", BEFORE, "at most", "")
    compare(bench, "`--version`", ["--version"], times=5 * TIMES)
    size, (parts, _) = write_file(bench, 1024), write_folder(bench, "many/files", bench.sized(2000))
    assets = {"big/object": f"a file of {size // MIB:,} MiB", "many/files": f"{len(parts):,} files of 64 KiB"}
    fetched(bench, assets, "from a folder", {})
    from_servers(bench, assets)
    from_afar(bench, assets)
    pushed(bench)
    present_and_planned(bench)


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


def fetched(bench, assets, how, environment):
    def check(name):
        there = sum(path.stat().st_size for path in bench.assets.rglob("*") if path.is_file())
        if there < sum(path.stat().st_size for path in (bench.store / asset).rglob("*") if path.is_file()):
            raise Failed(f"{name} ended well with {there:,} bytes")

    for asset, what in assets.items():
        arguments = ["resolve", "--no-lock", bench.spec([f"{asset}:1.0"])]
        settings = {**bench.environment, **environment}
        compare(bench, f"{what}, {how}", arguments, settings, lambda: cleared(bench.assets), check)
        cleared(bench.assets)


def of(server):
    store = {"MODELKIT_STORAGE_PROVIDER": server.provider, "MODELKIT_STORAGE_BUCKET": BUCKET}
    return {**store, **server.environment}


def from_servers(bench, assets):
    with nginx(bench.folder / "nginx", bench.folder) as servers:
        for scheme, server in zip(("HTTP", "HTTPS"), servers, strict=True):
            fetched(bench, assets, f"{scheme}, nginx", of(server))
    with seaweedfs(bench.folder / "seaweedfs") as (server, client):
        upload(client, bench.store)
        fetched(bench, assets, "HTTP, SeaweedFS", of(server))
    with fake_gcs(bench.folder / "fake-gcs") as (server, bucket):
        upload_to_gcs(bucket, bench.store)
        fetched(bench, assets, "HTTP, fake-gcs-server", of(server))


def from_afar(bench, assets):
    for number, network in enumerate(NETWORKS):
        try:
            with lab(bench.folder / f"lab-{number}", bench.folder, network) as store:
                fetched(bench, assets, str(network), of(store.server))
        except Unavailable as reason:
            row(str(network), f"not run: {reason}")


def pushed(bench):
    large, small = bench.folder / "content/large", bench.folder / "content/small"
    small.mkdir(parents=True)
    write_random(large, bench.sized(512) * MIB)
    for number in range(bench.sized(2000)):
        (small / f"part-{number:05}").write_bytes(number.to_bytes(8, "big") * 8192)
    with seaweedfs(bench.folder / "pushes") as (server, client):
        settings = {**of(server), "MODELKIT_STORAGE_BUCKET": PUSHED}
        for path, what in (large, "a file of 512 MiB"), (small, "2,000 files of 64 KiB"):
            arguments = ["new", "--yes", path, "bench/content"]
            compare(bench, f"push of {what}, SeaweedFS", arguments, settings, lambda: emptied(client))


def present_and_planned(bench):
    count = bench.sized(1000)
    names = bench.write_small_file_assets(count)
    spec = bench.spec([dependent_entry(names, number) for number in range(count)], "plan.yaml")
    compare(bench, f"a plan of {count:,} entries", ["plan", spec, "--format", "json"], bench.environment)
    spec = bench.spec([f"{name}:1.0" for name in names], "present.yaml")
    # The first run fetches them, and writes the lock.
    for options in ([], ["--no-lock"], ["--locked"]):
        what = " ".join([f"{count:,} present", *options])
        compare(bench, what, ["resolve", spec, *options], bench.environment)


BEFORE_TABLES = {"before": before}
