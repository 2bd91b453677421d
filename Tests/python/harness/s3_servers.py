"""Servers that speak S3, each on loopback and each a context manager that gives an `S3Server`."""

import json
import os
import random
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import boto3
import botocore.config
import botocore.exceptions

# Long enough for SeaweedFS, which elects itself first, on a busy machine.
READY_SECONDS = 60

# The process ids of the servers that outlive a test.
running = set()


class Keys(NamedTuple):
    access: str
    secret: str


ADMIN = Keys("AKIAADMIN00000000000", "admin-secret-of-the-tests")
WRITER = Keys("AKIAWRITER0000000000", "writer-secret-of-the-tests")
READER = Keys("AKIAREADER0000000000", "reader-secret-of-the-tests")


@dataclass(frozen=True)
class S3Server:
    name: str
    endpoint: str
    keys: Keys = ADMIN
    region: str = "us-east-1"
    provider: str = "s3"
    """By role, where the server tells identities apart."""
    identities: dict = field(default_factory=dict)

    def acting_as(self, keys):
        return replace(self, keys=keys)

    @property
    def environment(self):
        """As Python modelkit has it, and the program."""
        return {
            "S3_ENDPOINT": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.keys.access,
            "AWS_SECRET_ACCESS_KEY": self.keys.secret,
            "AWS_DEFAULT_REGION": self.region,
        }

    @property
    def client_settings(self):
        """What modelkit's S3 driver takes, in its names."""
        return {
            "s3_endpoint": self.endpoint,
            "aws_access_key_id": self.keys.access,
            "aws_secret_access_key": self.keys.secret,
            "aws_default_region": self.region,
        }

    def client(self):
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.keys.access,
            aws_secret_access_key=self.keys.secret,
            region_name=self.region,
            config=botocore.config.Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10),
        )

    def make_bucket(self, name):
        self.client().create_bucket(Bucket=name)
        return name


@contextmanager
def seaweedfs(folder):
    """SeaweedFS, with an identity that may do everything, one that writes and one that reads."""
    identities = [
        identity("admin", ADMIN, "Admin", "Read", "Write", "List", "Tagging"),
        identity("writer", WRITER, "Read", "Write", "List"),
        identity("reader", READER, "Read", "List"),
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    (folder / "data").mkdir()
    master, volume, filer, s3 = free_ports(4, with_grpc=True)
    # Each bucket takes several volumes, and what killed pushes left stays in them.
    command = [
        program("weed"), "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", f"-volume.port={volume}", "-volume.max=200", "-master.volumeSizeLimitMB=64",
        "-filer", f"-filer.port={filer}", "-s3", f"-s3.port={s3}", f"-s3.config={folder / 's3.json'}",
        "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    server = S3Server(
        "SeaweedFS", f"http://127.0.0.1:{s3}", identities={"admin": ADMIN, "writer": WRITER, "reader": READER}
    )
    with serving(command, server, folder):
        yield server


def identity(name, keys, *actions):
    return {
        "name": name,
        "credentials": [{"accessKey": keys.access, "secretKey": keys.secret}],
        "actions": list(actions),
    }


@contextmanager
def moto(folder):
    """moto's server, which looks at no signature."""
    (port,) = free_ports(1)
    server = S3Server("moto", f"http://127.0.0.1:{port}")
    with serving([program("moto_server"), "-H", "127.0.0.1", "-p", str(port)], server, folder):
        yield server


@contextmanager
def rclone(folder):
    """`rclone serve s3` over a folder."""
    (folder / "data").mkdir()
    (port,) = free_ports(1)
    command = [
        program("rclone"), "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{ADMIN.access},{ADMIN.secret}",
        "--config", os.devnull, "--vfs-cache-mode", "off", "--etag-hash", "MD5", str(folder / "data"),
    ]  # fmt: skip
    server = S3Server("rclone", f"http://127.0.0.1:{port}")
    with serving(command, server, folder):
        yield server


SERVERS = {"SeaweedFS": seaweedfs, "moto": moto, "rclone": rclone}


@contextmanager
def serving(command, server, folder):
    """Runs a server until the block ends, which begins when it stores objects."""
    with started(command, folder) as (process, log):
        wait_until_it_stores(server, process, log)
        yield


@contextmanager
def started(command, folder):
    """A server that may not answer yet, and the file that it writes to."""
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True
        )
    running.add(process.pid)
    try:
        yield process, log
    finally:
        # SeaweedFS takes ten seconds to end by itself, and nothing that these servers hold is wanted again.
        process.kill()
        process.wait()
        running.discard(process.pid)


def wait_until_it_stores(server, process, log):
    deadline = time.monotonic() + READY_SECONDS
    client = server.client()
    while True:
        assert process.poll() is None, f"{server.name} ended: {log.read_text(errors='replace')[-3000:]}"
        try:
            client.create_bucket(Bucket="ready")
            client.put_object(Bucket="ready", Key="ready", Body=b"ready")
            client.delete_object(Bucket="ready", Key="ready")
            return
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            if getattr(error, "response", {}).get("Error", {}).get("Code", "").startswith("BucketAlready"):
                client.delete_bucket(Bucket="ready")
            assert time.monotonic() < deadline, f"{server.name} does not store: {error}\n{log.read_text()[-3000:]}"
            time.sleep(0.1)


def program(name):
    return str(Path(sys.executable).with_name(name))


def free_ports(count, with_grpc=False):
    """Ports nobody listens on, below those that the system gives to who connects.

    with_grpc: neither on each port + 10000, where SeaweedFS listens for gRPC.
    """
    found = []
    while len(found) < count:
        port = random.randrange(12000, 22000)
        wanted = [port, port + 10000] if with_grpc else [port]
        if port not in found and all(is_free(candidate) for candidate in wanted):
            found.append(port)
    return found


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
