"""Images in a registry, docker-registry on loopback: a push beside skopeo's, and what a changed line of a service costs with
its assets in layers of their own and without.
"""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measuring import Failed, cleared, interleaved, run, warm
from tables import MIB, heading, mib, row, write_random

TIMES = 3
READY_SECONDS = 30


@dataclass(frozen=True)
class Registry:
    address: str
    data: Path

    def blobs(self):
        """Digest to size."""
        return {path.parent.name: path.stat().st_size for path in self.data.rglob("blobs/sha256/*/*/data")}


@contextmanager
def registry(folder):
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    data, settings = folder / "data", folder / "config.yml"
    settings.write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '{address}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: '{data}'}}}}\n"
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(["docker-registry", "serve", settings], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(address):
            if server.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"docker-registry does not answer: {(folder / 'log').read_text()[-1000:]}")
            time.sleep(0.05)
        yield Registry(address, data)
    finally:
        server.terminate()
        server.wait()


def answers(address):
    try:
        with urllib.request.urlopen(f"http://{address}/v2/", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def write_asset(bench, size):
    """An asset of one large file, in the store and in the assets directory, and its lockfile; gives the spec."""
    path = bench.assets / "large/weights/1.0"
    path.parent.mkdir(parents=True)
    write_random(path, size)
    (path.parent / ".1.0.SUCCESS").touch()
    bench.write_object("large/weights/1.0", b"")
    shutil.copyfile(path, bench.store / "large/weights/1.0")
    bench.write_version("large/weights", is_directory=False)
    spec = bench.spec(["large/weights:1.0"])
    run([bench.binary, "resolve", spec], bench.environment)
    warm(bench.assets)
    return spec


def image_push(bench):
    """A push of one large layer to a registry that has nothing. skopeo has a layout already, and hashes nothing before."""
    size = bench.sized_bytes(2 << 30)
    spec, layout = write_asset(bench, size), bench.folder / "layout"
    run([bench.binary, "image", "--output", f"oci:{layout}:1", spec], bench.environment)
    warm(layout)
    with registry(bench.folder / "registry") as opened:
        skopeo = ["skopeo", "copy", "--quiet", "--all", "--preserve-digests", "--dest-tls-verify=false"]
        contenders = {
            "modelkit-assets": (
                [bench.binary, "image", "--quiet", "--push", f"{opened.address}/ours:1", spec], bench.environment,
            ),
            "skopeo copy": ([*skopeo, f"oci:{layout}:1", f"docker://{opened.address}/theirs:1"], None),
        }  # fmt: skip
        costs = interleaved(TIMES, contenders, lambda: cleared(opened.data), warm_ups=1, folder=bench.folder)
    heading(f"a push of {size // MIB:,} MiB to docker-registry, median of three after one warm-up, in turns")
    row("", "seconds", "on the disk", "peak MiB", "to ours")
    ours, *_ = costs.values()
    for name, cost in costs.items():
        ratio = f"{cost.durable_seconds / ours.durable_seconds:.2f} ×"
        row(name, f"{cost.seconds:.3f}", f"{cost.durable_seconds:.3f}", mib(cost), ratio)


# Where a machine that has built nothing keeps its images.
NEW_MACHINE = "new-storage"
# Each has the code in /srv and the assets in /srv/assets.
NAIVE = "FROM scratch\nCOPY app.py /srv/\nCOPY assets /srv/assets\n"
ORDERED = "FROM scratch\nCOPY assets /srv/assets\nCOPY app.py /srv/\n"
FROM_ASSETS = "FROM {address}/assets:1\nCOPY app.py /srv/\n"
CODE = "FROM scratch\nCOPY app.py /srv/\n"


def image_rebuild(bench):
    """A line of the service changes: its image is built and pushed anew."""
    size = bench.sized_bytes(512 << 20)
    spec = write_asset(bench, size)
    with registry(bench.folder / "registry") as opened:
        image = [bench.binary, "image", "--quiet", "--at", "/srv/assets"]
        run([*image, "--push", f"{opened.address}/assets:1", spec], bench.environment)
        before, sent = opened.blobs(), {}

        def change():
            line = os.urandom(8).hex()
            (bench.folder / "app.py").write_text(f"# {line}\nprint('serving')\n" + "# more of the service\n" * 500)
            shutil.rmtree(bench.folder / NEW_MACHINE, ignore_errors=True)
            os.sync()
            before.update(opened.blobs())

        def note(name):
            sent[name] = sum(size for digest, size in opened.blobs().items() if digest not in before)

        costs = interleaved(TIMES, rebuilds(bench, opened.address, image, spec), change, note, 1, bench.folder)
    heading(f"one line of a service with {size // MIB:,} MiB of assets changes: build and push, median of three, in turns")
    row("", "seconds", "kB sent")
    for name, cost in costs.items():
        row(name, f"{cost.seconds:.2f}", f"{sent[name] / 1000:,.0f}")


def rebuilds(bench, address, image, spec):
    """The last is what a machine does that has nothing but the spec and the lockfile."""
    nothing = bench.folder / "nothing"
    nothing.mkdir()
    environment = {**bench.environment, "MODELKIT_ASSETS_DIR": nothing, "MODELKIT_STORAGE_BUCKET": nothing}

    def built(name, dockerfile, *build_options, push_options="", storage="storage"):
        path = bench.folder / f"Dockerfile.{name}"
        path.write_text(dockerfile.format(address=address))
        buildah = f"buildah --root {bench.folder / storage} --runroot {bench.folder}/run-{storage}"
        build = f"{buildah} build -q --tls-verify=false {' '.join(build_options)} -t {name} -f {path} {bench.folder}"
        return f"{build} && {buildah} push -q --tls-verify=false {push_options} {name} docker://{address}/{name}:1"

    places = ["--append-to", f"{address}/code:1", "--reuse-from", f"{address}/assets:1", "--push", f"{address}/appended:1"]
    append = [*image, *places, spec]
    scripts = {
        "COPY of assets": built("naive", NAIVE),
        "COPY of assets, uncompressed": built("plain", NAIVE, push_options="--disable-compression"),
        "assets first, cached": built("ordered", ORDERED, "--layers"),
        "assets first, new machine": built("fresh", ORDERED, "--layers", storage=NEW_MACHINE),
        "FROM an image of assets": built("based", FROM_ASSETS),
        "FROM it, new machine": built("pulled", FROM_ASSETS, storage=NEW_MACHINE),
        "image --append-to": built("code", CODE) + " && " + " ".join(map(str, append)),
    }
    # Containers' tools keep what they know of registries at home.
    return {name: (["sh", "-c", script], {**environment, "HOME": bench.folder}) for name, script in scripts.items()}


IMAGE_PUSH_TABLES = {"image-push": image_push, "image-rebuild": image_rebuild}
