"""The tables of uploads: `new` beside s5cmd and rclone, into SeaweedFS."""

import os
import shutil
import sys

from measuring import interleaved, warm
from peers import RCLONE, Contender, rclone_settings, s5cmd_program
from servers import seaweedfs
from store_tables import TIMES, TOOL, comparison
from tables import MIB, write_random

# Each bucket has volumes of its own there, which go with it: what is overwritten or deleted in one that stays keeps
# its place on the disk.
PUSHED = "pushed"
AIMS = {"s5cmd": 1, "rclone": 1}


def s3_push_file(bench):
    """One large file."""
    path = bench.folder / "content"
    write_random(path, bench.sized(2048) * MIB)
    compare(bench, path, "one file of 2,048 MiB")


def s3_push_folder(bench):
    """Many small files."""
    path = bench.folder / "content"
    for number in range(bench.sized(2000)):
        file = path / f"d{number % 20:02}/part-{number:05}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.urandom(64 * 1024))
    compare(bench, path, f"a folder of {bench.sized(2000):,} files of 64 KiB")


def compare(bench, path, what):
    warm(path.parent)
    size = sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file())
    with seaweedfs(bench.folder / "seaweedfs") as (server, client):
        contenders = {TOOL: tool(bench, server, path)} if bench.binary else {}
        contenders |= {"s5cmd": s5cmd(server, path), "rclone": rclone(server, path)}

        def require_whole(name):
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=PUSHED)
            there = sum(item["Size"] for page in pages for item in page.get("Contents", []))
            if there < size:
                sys.exit(f"bench: {name} ended well with {there:,} of {size:,} bytes")

        commands = {name: (each.command, each.environment) for name, each in contenders.items()}
        costs = interleaved(TIMES, commands, lambda: emptied(client), require_whole, warm_ups=1, folder=bench.folder)
        comparison(f"pushing {what} over HTTP to {server.name}", contenders, costs, AIMS)
    shutil.rmtree(bench.folder / "seaweedfs", ignore_errors=True)


def emptied(client):
    """Makes the bucket anew."""
    buckets = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    if PUSHED in buckets:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=PUSHED):
            keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
            if keys:
                client.delete_objects(Bucket=PUSHED, Delete={"Objects": keys})
        client.delete_bucket(Bucket=PUSHED)
    client.create_bucket(Bucket=PUSHED)
    # The first write to a bucket makes its volumes.
    client.put_object(Bucket=PUSHED, Key="ready", Body=bytes(1 << 20))
    os.sync()


def tool(bench, server, path):
    environment = server.environment | {
        "MODELKIT_STORAGE_PROVIDER": server.provider,
        "MODELKIT_STORAGE_BUCKET": PUSHED,
    }
    how = "new --yes; it hashes, writes .meta and .versions, and claims its number"
    return Contender([bench.binary, "new", "--yes", path, "bench/content"], how, environment)


def s5cmd(server, path):
    environment = server.environment | {"S3_ENDPOINT_URL": server.endpoint}
    parts = ["--concurrency", "8", "--part-size", "16"]
    source = f"{path}/" if path.is_dir() else path
    command = [s5cmd_program(), "--log", "error", "cp", *parts, source, f"s3://{PUSHED}/content{'/' * path.is_dir()}"]
    return Contender(command, " ".join(["cp", *parts]), environment)


def rclone(server, path):
    environment = server.environment | rclone_settings(server)
    options = ["--s3-no-check-bucket", "--s3-upload-concurrency=8", "--s3-chunk-size=16Mi"]
    if path.is_dir():
        options = ["--s3-no-check-bucket", "--transfers=32", "--checkers=32"]
    verb = "copy" if path.is_dir() else "copyto"
    command = [RCLONE, "--config=", verb, *options, path, f"bench:{PUSHED}/content"]
    return Contender(command, " ".join([verb, *options]), environment)


PUSH_TABLES = {"s3-push-file": s3_push_file, "s3-push-folder": s3_push_folder}
