"""Image layouts: the program beside olot, which adds a layer per file to one, and buildah, which builds a Dockerfile."""

import os
import shutil
import sys
from pathlib import Path

from measuring import cleared, interleaved, run, warm
from tables import MIB, heading, mib, row, write_random

TIMES = 3
DOCKERFILE = "FROM scratch\nCOPY many/ /models/\n"


def image_file(bench):
    """An asset of one large file."""
    size = bench.sized_bytes(2 << 30)
    path = bench.assets / "many/files/1.0"
    path.parent.mkdir(parents=True)
    write_random(path, size)
    (path.parent / ".1.0.SUCCESS").touch()
    bench.write_object("many/files/1.0", b"")
    shutil.copyfile(path, bench.store / "many/files/1.0")
    bench.write_version("many/files", is_directory=False)
    compare(bench, f"an image layout of one file of {size // MIB:,} MiB", [path])


def image_folder(bench):
    """An asset of many files."""
    count = bench.sized(2000)
    parts = [f"d{number % 20:02}/part-{number:05}" for number in range(count)]
    for part in parts:
        bench.write_object(f"many/files/1.0/{part}", os.urandom(64 * 1024))
    bench.write_version("many/files", is_directory=True, contents=parts)
    shutil.copytree(bench.store / "many/files", bench.assets / "many/files", ignore=lambda *_: ["1.0.meta"])
    (bench.assets / "many/files/1.0/.SUCCESS").touch()
    paths = [bench.assets / "many/files/1.0" / part for part in parts]
    compare(bench, f"an image layout of {count:,} files of 64 KiB", paths)


def compare(bench, title, paths):
    spec = bench.spec(["many/files:1.0"])
    # With it comes the lockfile.
    run([bench.binary, "resolve", spec], bench.environment)
    warm(bench.assets)
    out = bench.folder / "out"
    contenders = {
        "modelkit-assets": ([bench.binary, "image", "--quiet", "--output", f"oci:{out}/layout:1", spec], bench.environment),
        **peers(bench, out, paths),
    }
    costs = interleaved(TIMES, contenders, lambda: cleared(out), warm_ups=1, folder=bench.folder)
    heading(f"{title}, median of three after one warm-up, in turns")
    row("", "seconds", "on the disk", "peak MiB", "to ours")
    ours, *_ = costs.values()
    for name, cost in costs.items():
        ratio = f"{cost.durable_seconds / ours.durable_seconds:.2f} ×"
        row(name, f"{cost.seconds:.3f}", f"{cost.durable_seconds:.3f}", mib(cost), ratio)


def peers(bench, out, paths):
    """olot compares nothing with a lockfile and syncs nothing; buildah copies into its storage, and has no layout yet."""
    (bench.folder / "Dockerfile").write_text(DOCKERFILE)
    storage = ["--root", out / "storage", "--runroot", f"/tmp/bench-{os.getpid()}", "--storage-driver", "vfs"]
    buildah = " ".join(map(str, ["buildah", *storage]))
    base = bench.folder / "base"
    out.mkdir(exist_ok=True)
    (bench.folder / "Empty").write_text("FROM scratch\nCOPY Empty /\n")
    run(["sh", "-c", f"{buildah} build -q -t base -f {bench.folder}/Empty {bench.folder} && {buildah} push base oci:{base}:1"])
    build = f"{buildah} build -q -t bench -f {bench.folder}/Dockerfile {bench.assets}"
    add = f'cp -r {base} {out}/layout && exec {Path(sys.executable).with_name("olot")} {out}/layout "$@"'
    return {
        "olot": (["sh", "-c", add, "olot", *paths], None),
        "buildah build": (["sh", "-c", build], None),
    }


IMAGE_TABLES = {"image-file": image_file, "image-folder": image_folder}
