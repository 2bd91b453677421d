"""The clients of the grid, each with several settings: which is best depends on the network, so all of them are tried.

The first of each is the one for a quick look.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from peers import PYTHON_PEERS, RCLONE, Contender, rclone_settings, s5cmd_program, written_description
from servers import BUCKET, Server

MIB = 1024 * 1024
# Smaller ones are not worth parts.
LARGE = 8 * MIB


@dataclass(frozen=True)
class Load:
    """Objects of `size` bytes each, to be put below `target`: `prefix` and each of `parts` make a key.

    Lists of them for the peers are written into `folder`.
    """

    server: Server
    prefix: str
    parts: list
    size: int
    target: Path
    folder: Path

    @property
    def kind(self):
        if len(self.parts) == 1:
            return "one"
        return "large" if self.size >= LARGE else "small"

    def written(self, name, lines):
        path = self.folder / f"{name}.list"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path


def s5cmd(load):
    """Workers, and of each object the connections and MiB of a part."""
    settings = {
        "one": ((1, 32, 16), (1, 16, 16), (1, 64, 8), (1, 128, 4)),
        "large": ((16, 4, 16), (64, 1, 64), (32, 8, 8)),
        "small": ((256, 1, 50), (64, 1, 50), (512, 1, 50)),
    }
    environment = load.server.environment | {"S3_ENDPOINT_URL": load.server.endpoint}
    for workers, connections, part in settings[load.kind]:
        parts = f"--concurrency {connections} --part-size {part}"
        copies = (f"cp {parts} s3://{BUCKET}/{load.prefix}{name} {load.target / name}" for name in load.parts)
        commands = load.written(f"s5cmd-{workers}-{connections}-{part}", copies)
        command = [s5cmd_program(), "--log", "error", "--numworkers", str(workers), "run", commands]
        yield Contender(command, f"--numworkers {workers}, cp {parts}", environment)


def rclone(load):
    settings = {
        "one": (
            "--multi-thread-cutoff=1Mi --multi-thread-streams=32 --multi-thread-chunk-size=16Mi",
            "--multi-thread-cutoff=1Mi --multi-thread-streams=16 --multi-thread-chunk-size=16Mi",
            "--multi-thread-cutoff=1Mi --multi-thread-streams=64 --multi-thread-chunk-size=8Mi",
            "--multi-thread-cutoff=1Mi --multi-thread-streams=128 --multi-thread-chunk-size=4Mi",
        ),
        "large": (
            "--transfers=24 --multi-thread-streams=4 --multi-thread-cutoff=32Mi --multi-thread-chunk-size=16Mi",
            "--transfers=8 --multi-thread-streams=8 --multi-thread-cutoff=16Mi --multi-thread-chunk-size=8Mi",
            "--transfers=64 --multi-thread-streams=0",
        ),
        "small": ("--transfers=128 --checkers=128", "--transfers=64 --checkers=64", "--transfers=256 --checkers=256"),
    }
    environment = load.server.environment | rclone_settings(load.server)
    trust = [f"--ca-cert={load.server.certificate}"] if load.server.certificate else []
    source = f"bench:{BUCKET}/{load.prefix}"
    names = load.written("rclone", load.parts)
    for options in settings[load.kind]:
        work = ["copy", "--no-traverse", f"--files-from-raw={names}", *options.split(), source, load.target]
        yield Contender([RCLONE, "--config=", *trust, *work], f"copy {options}", environment)


def boto3_with_awscrt(load):
    """CRT opens as many connections as the rate takes that it is to reach; told of none, it goes by the machine."""
    for gigabits, part in ((20, 8), (None, None), (100, 16)):
        settings = {"gigabits": gigabits, "part": part and part * MIB}
        objects = [[load.prefix + name, str(load.target / name)] for name in load.parts]
        path = load.folder / f"awscrt-{gigabits}-{part}.json"
        written_description(path, load.server, objects, settings)
        how = f"target {gigabits} Gbit/s, parts of {part} MiB" if gigabits else "as it is"
        yield Contender([sys.executable, PYTHON_PEERS, "awscrt", path], how, load.server.environment)


def curl(load):
    """Of one large object it is spared to put the ranges together."""
    if load.kind == "one":
        for connections, part in ((32, 16), (64, 8), (128, 4)):
            yield curl_of(load, connections, [*ranges(load, part * MIB)], f", ranges of {part} MiB, not joined")
        return
    transfers = [(name, name, None) for name in load.parts]
    for connections in (64, 256):
        yield curl_of(load, connections, transfers, "")


def ranges(load, part):
    [name] = load.parts
    for begin in range(0, load.size, part):
        yield name, f"part-{begin}", f"{begin}-{min(begin + part, load.size) - 1}"


def curl_of(load, connections, transfers, how):
    trust = [f'cacert = "{load.server.certificate}"'] if load.server.certificate else []
    blocks = []
    for name, target, part in transfers:
        lines = [f'url = "{load.server.url(load.prefix + name)}"', f'output = "{load.target / target}"', *trust]
        blocks.append("\n".join([*lines, *([f'range = "{part}"'] if part else []), "fail", "retry = 20"]))
    listed = load.written(f"curl-{connections}", ["\nnext\n".join(blocks)])
    parallel = ["--parallel", "--parallel-immediate", "--parallel-max", str(connections)]
    command = ["curl", "-q", "-sS", *parallel, "--config", listed]
    return Contender(command, " ".join(parallel) + how)


GRID_PEERS = {"s5cmd": s5cmd, "rclone": rclone, "boto3, CRT": boto3_with_awscrt, "curl": curl}
