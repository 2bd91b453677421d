import logging
import os
from pathlib import Path

import container
import memory_limit
import namespaces
import pytest
import structlog
from harness import fault_world
from harness.certificates import Authority
from harness.fault_server import FaultServer
from harness.gcs_fault_server import GCSFaultServer
from harness.store import Store
from name_server import NameServer

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("MODELKIT_ASSETS_BIN") or REPOSITORY / ".build/release/modelkit-assets").absolute()
ROOTS = Path(os.environ.get("MODELKIT_ASSETS_TEST_ROOTS") or REPOSITORY / ".build-images").absolute()
# As Tests/images/make-roots makes them.
WANTED = ("bullseye", "bookworm", "alpine", "empty")
MADE = [name for name in WANTED if (ROOTS / name).is_dir()]
# What this machine cannot run, in words; CI ends with them.
not_run = [f"the image `{name}`: it could not be made (see {ROOTS / name}.log)" for name in WANTED if name not in MADE]
collect_ignore = []
if not memory_limit.can_be_made():
    collect_ignore.append("test_memory.py")
    not_run.append("2 GiB in 64 MiB of memory: this machine lets nobody make a control group")

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def pytest_configure():
    assert os.access(PROGRAM, os.X_OK), f"{PROGRAM} is not there: run `make build`, or set MODELKIT_ASSETS_BIN"
    assert MADE, f"no images in {ROOTS}: run `make test-images`"
    namespaces.enter()


def pytest_terminal_summary(terminalreporter):
    (ROOTS / "not-run").write_text("".join(f"{what}\n" for what in not_run))
    for what in not_run:
        terminalreporter.write_line(f"not run: {what}")


@pytest.fixture(params=[(root, user) for root in MADE for user in container.USERS], ids="-".join)
def inside(request, tmp_path):
    """A container of each image, as each user."""
    root, user = request.param
    with container.started(ROOTS / root, tmp_path, PROGRAM, container.USERS[user]) as started:
        yield started


@pytest.fixture
def start(tmp_path_factory):
    """`start("alpine", mounts=…)` gives a container of that image."""
    running = []

    def started(name, user=container.ROOT, **options):
        entered = container.started(ROOTS / name, tmp_path_factory.mktemp(name), PROGRAM, user, **options)
        running.append(entered)
        return entered.__enter__()

    yield started
    for entered in running:
        entered.__exit__(None, None, None)


@pytest.fixture
def store(inside):
    """A store of Python modelkit's, on the container's volume."""
    return filled(inside)


def filled(inside):
    store = Store(inside.work / "bucket")
    store.push("nlp/words:0.0", b"one\ntwo\n")
    store.push("nlp/words:1.2", b"one\ntwo\nthree\n" * 1000)
    store.push("nlp/classifier:3.1", {"weights/a.bin": os.urandom(300_000), "labels.json": b"[]\n"})
    for folder in [store.bucket, *filter(Path.is_dir, store.bucket.rglob("*"))]:
        folder.chmod(0o2775)
    for file in filter(Path.is_file, store.bucket.rglob("*")):
        file.chmod(0o664)
    return store


@pytest.fixture
def s3():
    with FaultServer() as server:
        yield filled_server(server)
    assert server.mistakes == []


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def s3_with_tls(authority):
    with FaultServer(tls=authority.context("127.0.0.1", "store.hosts.test", "store.dns.test")) as server:
        yield filled_server(server)
    assert server.mistakes == []


@pytest.fixture
def gcs():
    with GCSFaultServer() as server:
        yield filled_server(server)
    assert server.mistakes == []


def filled_server(server):
    for name, content in fault_world.CONTENTS.items():
        fault_world.put_asset(server, name, content)
    return server


@pytest.fixture(scope="session", autouse=True)
def names():
    """Names of the last kind are found by the search list of /etc/resolv.conf, as a Kubernetes service is."""
    with NameServer({"store.dns.test", "store.svc.images.test"}, truncated={"large.dns.test"}) as server:
        yield server
