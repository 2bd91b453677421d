"""The tables of S3 and GCS: the tool beside other clients, from the same server, as markdown with the aims."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from delaying_proxy import delaying, rounds
from machine import file_system
from measuring import cleared, interleaved, repeated, warm
from peers import RCLONE, TRANSFER_MANAGER, Contender, Work, peers, s5cmd_program
from servers import BUCKET, Server, fake_gcs, nginx, seaweedfs
from tables import MIB, PYTHON_MODELKIT, heading, mib, write_random

TOOL = "modelkit-assets"
MODELKIT = "Python modelkit"
TIMES = 5
DELAY_SECONDS = 0.05

# How many times the tool's time a peer's must be at least.
FILE_AIMS = {"s5cmd": 1, "boto3": 1, "boto3 with awscrt": 1, "obstore": 1, "rclone": 1 / 1.3, "curl": 1 / 1.3}
FOLDER_AIMS = {"s5cmd": 5, MODELKIT: 30, "curl": 1 / 1.5}
GCS_AIMS = {TRANSFER_MANAGER: 1, "gsutil": 1, "rclone": 1, "obstore": 1}
MEMORY_AIM = 64 * MIB
START_AIM_SECONDS = 0.01
ROUNDS_AIM = 3


@dataclass(frozen=True)
class Scene:
    """One asset on one server, and the folder that it goes to, which every run finds empty.

    `parts` are its objects' names after the name and version; a file asset's is its version.
    """

    bench: object
    server: Server
    target: Path
    asset: str
    parts: list
    size: int

    @property
    def title(self):
        secure = "HTTPS" if self.server.endpoint.startswith("https:") else "HTTP"
        return f"over {secure} from {self.server.name} to {file_system(self.target.parent)}"

    def contenders(self, with_modelkit=False):
        """The tool first, unless the peers alone are asked for; then who fetches the same objects."""
        settings = {
            "MODELKIT_ASSETS_DIR": str(self.target),
            "MODELKIT_STORAGE_PROVIDER": self.server.provider,
            "MODELKIT_STORAGE_BUCKET": BUCKET,
        }
        environment, found = self.server.environment | settings, {}
        if self.bench.binary:
            # A lock would save the next run requests.
            resolve = [self.bench.binary, "resolve", "--no-lock", self.bench.spec([f"{self.asset}:1.0"])]
            how = "resolve --no-lock; it hashes, and makes durable what it shows (fsync)"
            found[TOOL] = Contender(resolve, how, environment)
        is_file = self.parts == ["1.0"]
        prefix = f"modelkit-assets/{self.asset}/" + ("" if is_file else "1.0/")
        found |= peers(Work(self.server, prefix, self.parts, self.target, self.bench.folder))
        if with_modelkit:
            fetch = [sys.executable, "-c", PYTHON_MODELKIT, f"{self.asset}:1.0"]
            found[MODELKIT] = Contender(fetch, "fetch_asset, with its start", environment)
        return found

    def require_whole(self, name):
        """A client that skips what it cannot fetch and exits 0 would be the fastest."""
        there = sum(path.stat().st_size for path in self.target.rglob("*") if path.is_file())
        if there < self.size:
            sys.exit(f"bench: {name} ended well with {there:,} of {self.size:,} bytes")

    def costs(self, contenders, after=lambda name: None):
        def check(name):
            self.require_whole(name)
            after(name)

        commands = {name: (each.command, each.environment) for name, each in contenders.items()}
        try:
            return interleaved(TIMES, commands, self.clear, check, warm_ups=1, folder=self.target.parent)
        finally:
            self.clear()

    def clear(self):
        cleared(self.target)


def s3_file(bench):
    """One file asset, from both servers."""
    size = write_file(bench)
    with nginx(bench.folder / "nginx", bench.folder) as (http, _), memory_folder(bench, size) as memory:
        compare_files([Scene(bench, http, target, "big/object", ["1.0"], size) for target in (bench.assets, memory)])
    with seaweedfs(bench.folder / "seaweedfs") as (server, client):
        upload(client, bench.store)
        compare_files([Scene(bench, server, bench.assets, "big/object", ["1.0"], size)])


def s3_file_tls(bench):
    """The same over https."""
    size = write_file(bench)
    with nginx(bench.folder / "nginx", bench.folder) as (_, https):
        compare_files([Scene(bench, https, bench.assets, "big/object", ["1.0"], size)])


def compare_files(scenes, aims=FILE_AIMS):
    for scene in scenes:
        if scene.target:
            contenders = scene.contenders()
            title = f"one object of {scene.size // MIB:,} MiB {scene.title}"
            comparison(title, contenders, scene.costs(contenders), aims)


def s3_folder(bench):
    """One directory asset of many objects, from both servers."""
    parts, size = write_folder(bench, "many/files", bench.sized(2000))
    asset = ("many/files", parts, size)
    with nginx(bench.folder / "nginx", bench.folder) as (http, _), memory_folder(bench, size) as memory:
        compare_folders(Scene(bench, http, bench.assets, *asset), with_modelkit=True)
        if memory:
            compare_folders(Scene(bench, http, memory, *asset), with_modelkit=False)
    with seaweedfs(bench.folder / "seaweedfs") as (server, client):
        upload(client, bench.store)
        compare_folders(Scene(bench, server, bench.assets, *asset), with_modelkit=True)


def compare_folders(scene, with_modelkit, aims=FOLDER_AIMS):
    contenders = scene.contenders(with_modelkit)
    title = f"a directory asset of {len(scene.parts):,} objects of 64 KiB {scene.title}"
    comparison(title, contenders, scene.costs(contenders), aims)


def s3_latency(bench):
    """The same with time added to each answer, and what of it is spent one request after another."""
    many, few = write_folder(bench, "many/files", bench.sized(2000)), write_folder(bench, "few/files", 8)
    with nginx(bench.folder / "nginx", bench.folder) as (http, _), delaying(http.endpoint, DELAY_SECONDS) as proxy:
        server = Server("nginx", proxy.endpoint)
        compare_delayed(Scene(bench, server, bench.assets, "many/files", *many), proxy, False)
        compare_delayed(Scene(bench, server, bench.assets, "few/files", *few), proxy, True)


def compare_delayed(scene, proxy, with_modelkit):
    """The chain of requests counts where there are so few objects that all can be fetched at once."""
    requests, chains = {}, {}

    def count(name):
        requests[name], chains[name] = len(proxy.exchanges), rounds(proxy.exchanges)
        proxy.exchanges.clear()

    contenders = scene.contenders(with_modelkit)
    costs = scene.costs(contenders, after=count)
    delayed = f"{DELAY_SECONDS * 1000:.0f} ms before each answer"
    heading(f"{len(scene.parts):,} objects of 64 KiB, {delayed}, {scene.title}, {MEDIANS}")
    header("", "seconds", f"to {TOOL}", "requests", "one after another", "aim", "")
    for name, cost in costs.items():
        aim = f"{ROUNDS_AIM} one after another" if name == TOOL and with_modelkit else ""
        reached = met(chains[name] <= ROUNDS_AIM) if aim else ""
        row(name, f"{cost.seconds:.3f}", ratio(cost, costs), f"{requests[name]:,}", chains[name], aim, reached)
    print_how(contenders)


def s3_memory(bench):
    """Objects that are one hole on the server's disk; what arrives is zeros on ours."""
    if not bench.binary:
        return
    heading(f"peak memory, a file asset over HTTP from nginx to {file_system(bench.folder)}")
    header("", "peak MiB", "seconds", "aim", "")
    peaks = []
    with nginx(bench.folder / "nginx", bench.folder) as (http, _):
        for gibibytes in (2, 10):
            size = bench.sized(gibibytes * 1024) * MIB
            if shutil.disk_usage(bench.folder).free < size * 1.2:
                row(f"{gibibytes} GiB", "no room on the disk")
                continue
            name = f"hole/of-{gibibytes}"
            bench.write_version(name, is_directory=False)
            with (bench.store / name / "1.0").open("wb") as file:
                file.truncate(size)
            scene = Scene(bench, http, bench.assets, name, ["1.0"], size)
            tool = scene.contenders()[TOOL]
            cost = repeated(3 if gibibytes == 2 else 1, tool.command, tool.environment, before=scene.clear)
            scene.require_whole(TOOL)
            scene.clear()
            peaks.append(cost.peak_bytes)
            row(f"{gibibytes} GiB", mib(cost), f"{cost.seconds:.1f}", "under 64", met(cost.peak_bytes < MEMORY_AIM))
    if len(peaks) == 2:
        growth = peaks[1] / peaks[0]
        row("10 GiB to 2 GiB", f"{growth:.2f} ×", "", "the same: within a tenth", met(growth < 1.1))


def start(bench):
    """Start-up, where a program says its version and does nothing else."""
    commands = {"s5cmd": [s5cmd_program(), "version"], "rclone": [RCLONE, "version"], "curl": ["curl", "--version"]}
    if bench.binary:
        commands = {TOOL: [bench.binary, "--version"]} | commands
    result = bench.folder / "hyperfine.json"
    lines = [" ".join(map(str, command)) for command in commands.values()]
    subprocess.run(
        ["hyperfine", "-N", "--warmup=5", "--min-runs=50", f"--export-json={result}", *lines],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    heading("start: saying the version, by hyperfine, median")
    header("", "milliseconds", "aim", "")
    for name, timing in zip(commands, json.loads(result.read_text())["results"], strict=True):
        aim = ("under 10", met(timing["median"] < START_AIM_SECONDS)) if name == TOOL else ("", "")
        row(name, f"{timing['median'] * 1000:.1f}", *aim)


def gcs_file(bench):
    """One file asset, from fake-gcs-server."""
    size = write_file(bench)
    with fake_gcs(bench.folder / "server") as (server, bucket):
        upload_to_gcs(bucket, bench.store)
        compare_files([Scene(bench, server, bench.assets, "big/object", ["1.0"], size)], GCS_AIMS)


def gcs_folder(bench):
    """One directory asset of many objects, from fake-gcs-server."""
    parts, size = write_folder(bench, "many/files", bench.sized(2000))
    with fake_gcs(bench.folder / "server") as (server, bucket):
        upload_to_gcs(bucket, bench.store)
        compare_folders(Scene(bench, server, bench.assets, "many/files", parts, size), True, GCS_AIMS)


STORE_TABLES = {
    "s3-file": s3_file,
    "s3-file-tls": s3_file_tls,
    "s3-folder": s3_folder,
    "s3-latency": s3_latency,
    "s3-memory": s3_memory,
    "gcs-file": gcs_file,
    "gcs-folder": gcs_folder,
    "start": start,
}


def write_file(bench, mebibytes=2048):
    bench.write_version("big/object", is_directory=False)
    path, size = bench.store / "big/object/1.0", bench.sized(mebibytes) * MIB
    write_random(path, size)
    warm(path.parent)
    return size


def write_folder(bench, name, count):
    """Gives the parts, and the bytes of all of them."""
    size = 64 * 1024
    parts = [f"d{number % 20:02}/part-{number:05}" for number in range(count)]
    for part in parts:
        bench.write_object(f"{name}/1.0/{part}", os.urandom(size))
    bench.write_version(name, is_directory=True, contents=parts)
    warm(bench.store)
    return parts, count * size


def upload(client, store):
    for path in sorted(store.rglob("*")):
        if path.is_file():
            client.upload_file(str(path), BUCKET, f"{store.name}/{path.relative_to(store)}")


def upload_to_gcs(bucket, store):
    for path in sorted(store.rglob("*")):
        if path.is_file():
            bucket.blob(f"{store.name}/{path.relative_to(store)}").upload_from_filename(str(path))


@contextlib.contextmanager
def memory_folder(bench, size):
    """A folder in memory, which makes durable and cached writes the same; None where there is no room for one."""
    if not os.path.isdir("/dev/shm") or shutil.disk_usage("/dev/shm").free < size * 2:
        print("\n(/dev/shm has no room: not measured there)")
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/dev/shm") as folder:
        yield Path(folder) / "assets"


MEDIANS = "median of five after one warm-up, in turns"

# The tool ends when what it shows is on the disk; the others leave it to the kernel, which is part of the same work.
DURABLE = "until on the disk"


def comparison(title, contenders, costs, aims):
    heading(f"{title}, {MEDIANS}")
    header("", "seconds", DURABLE, "peak MiB", f"to {TOOL}", "aim", "")
    for name, cost in costs.items():
        aim = aims.get(name)
        reached = met(cost.durable_seconds >= aim * costs[TOOL].durable_seconds) if aim and TOOL in costs else ""
        times = f"{cost.seconds:.3f}", f"{cost.durable_seconds:.3f}"
        row(name, *times, mib(cost), ratio(cost, costs), f"{aim:.2f} × or more" if aim else "", reached)
    print_how(contenders)


def ratio(cost, costs):
    """By the time until all is on the disk."""
    return f"{cost.durable_seconds / costs[TOOL].durable_seconds:.2f} ×" if TOOL in costs else ""


def met(reached):
    return "met" if reached else "**not met**"


def header(*cells):
    row(*cells)
    row("---", *["---:"] * (len(cells) - 1))


def row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def print_how(contenders):
    print()
    for name, contender in contenders.items():
        print(f"- {name}: {contender.how}", flush=True)
