import gc
import logging
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import filelock
import jsonschema
import pytest
import structlog

from harness import fault_world, s3_servers
from harness.fault_server import FaultServer
from harness.google_fakes import TokenServer
from harness.google_names import GoogleNames
from harness.google_world import GoogleWorld
from harness.store import Store
from harness.tested_program import TestedProgram, WrongProgram
from harness.wheels import install, make_wheel, stripped
from harness.workspace import Workspace

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

# A shell starts what is in its background with this ignored, which the program and those that wait for it would inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What the tester's own shell sets must reach neither Python modelkit nor the program.
for variable in [name for name in os.environ if name.startswith(("MODELKIT_ASSETS_", "MODELKIT_STORAGE_", "AWS_"))]:
    if not variable.startswith(("MODELKIT_ASSETS_BIN", "MODELKIT_ASSETS_TEST_")):
        del os.environ[variable]
for variable in ("STORAGE_PROVIDER", "S3_ENDPOINT"):
    os.environ.pop(variable, None)
# Nor may the tester's own AWS files, which boto3 reads.
os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true")


def pytest_sessionstart(session):
    try:
        session.config.tested_program = TestedProgram.found()
    except WrongProgram as wrong:
        pytest.exit(str(wrong), returncode=pytest.ExitCode.USAGE_ERROR)


def pytest_collection_finish(session):
    # What was imported stays: to look through it for garbage again and again is a twentieth of a run.
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter, config):
    terminalreporter.write_line(str(config.tested_program))


@pytest.fixture(scope="session")
def binary(pytestconfig):
    return pytestconfig.tested_program.path


@pytest.fixture(scope="session")
def wheel(binary, tmp_path_factory):
    """The wheel of the program under test, which has no table of symbols there."""
    folder = tmp_path_factory.mktemp("wheel")
    return make_wheel(stripped(binary, folder / "modelkit-assets"), folder / "dist")


@pytest.fixture(scope="session")
def packages(wheel, tmp_path_factory):
    """A folder for PYTHONPATH that the wheel is installed in."""
    folder = tmp_path_factory.mktemp("packages")
    install(sys.executable, wheel, "--target", folder)
    return folder


@pytest.fixture(autouse=True)
def nothing_left_running():
    """Ends what a test left running, and fails it for that."""
    yield
    left = {process: program(process) for process in children() if process not in s3_servers.running}
    for process in left:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    assert left == {}, "the test left processes behind"


@pytest.fixture
def fault_server():
    """A server of the assets of `fault_world`."""
    with FaultServer() as server:
        for name, content in fault_world.CONTENTS.items():
            fault_world.put_asset(server, name, content)
        yield server
    assert server.mistakes == []


@pytest.fixture
def fault_shelf(workspace, fault_server):
    """A workspace on that server."""
    workspace.tool.environment = {
        "MODELKIT_ASSETS_DIR": workspace.assets,
        "MODELKIT_STORAGE_TIMEOUT_S": fault_world.BUDGET,
        **fault_server.environment,
    }
    return workspace


@pytest.fixture
def google_world(workspace):
    """A bucket of Google's that takes only the tokens that it is told, and no credentials yet."""
    with GoogleWorld.below(workspace) as world:
        yield world


@pytest.fixture
def token_server(google_world):
    """Its tokens are the ones that the bucket takes."""
    with TokenServer() as server:
        google_world.store.tokens = server.tokens
        yield server


@pytest.fixture
def google_names(google_world, tmp_path_factory):
    """Names of hosts that lead to loopback."""
    with GoogleNames(tmp_path_factory.mktemp("certificates")) as names:
        google_world.environment.update(names.environment)
        yield names


@pytest.fixture
def google_server(google_world, google_names):
    """The one token server that persons' logins are for."""
    name = "oauth2.googleapis.com"
    with TokenServer(tls=google_names.context(name)) as server:
        google_names.lead(name, server)
        google_world.store.tokens = server.tokens
        yield server


def children():
    return [int(process) for task in Path("/proc/self/task").iterdir() for process in words(task / "children")]


def program(process):
    return words(Path(f"/proc/{process}/comm"))


def words(path):
    """None of them where the thread that is asked about has just ended."""
    try:
        return path.read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []


@pytest.fixture
def workspace(tmp_path, binary):
    """An empty store and an empty assets directory."""
    return Workspace.below(tmp_path, binary)


@pytest.fixture(scope="session")
def filled_bucket(tmp_path_factory):
    """A store with a little of everything, pushed by Python modelkit."""
    store = Store(tmp_path_factory.mktemp("filled") / "bucket")
    fill(store)
    return store.bucket


@pytest.fixture
def shelf(workspace, filled_bucket):
    """A copy of that store."""
    shutil.copytree(filled_bucket, workspace.store.bucket, dirs_exist_ok=True)
    return workspace


def fill(store):
    store.push("nlp/vectors:1.0", b"vectors, first\n")
    store.push("nlp/vectors:1.4", b"vectors, better\n" * 1000)
    store.push("nlp/lexicon:1.0", {"en/words.txt": b"one\n"})
    store.push("nlp/lexicon:2.0", {"en/words.txt": b"one\ntwo\n", "fr/words.txt": b"un\ndeux\n", "about": b"words\n"})
    for version in ("0.0", "1.0", "1.3", "1.10", "10.3"):
        store.push(f"nlp/tokenizer:{version}", f"tokenizer {version}\n".encode())
    store.push(
        "nlp/classifier:3.1",
        {"weights/a.bin": b"\0" * 4096, "weights/b.bin": b"\1" * 4096, "labels.json": b"[]\n"},
    )


@pytest.fixture
def validate(shelf):
    """Validates a document against the schema that the program prints."""

    def run(name, document):
        schema = shelf.tool.run("schema", name).succeeded().document
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(document)

    return run


@pytest.fixture
def mounted_tmpfs(tmp_path):
    """Mounts a small memory file system: `mounted_tmpfs("size=8m")` gives its folder. Root alone may, as in CI."""
    mounted = []

    def mount(options):
        folder = tmp_path / f"tmpfs-{len(mounted)}"
        folder.mkdir()
        command(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)])
        mounted.append(folder)
        return folder

    yield mount
    # Lazily: what a failed test left running there must not keep it mounted.
    for folder in mounted:
        subprocess.run(["umount", "--lazy", folder], check=False)
    mounts = Path("/proc/self/mounts").read_text()
    assert [folder for folder in mounted if f" {folder} " in mounts] == []


@pytest.fixture
def remount():
    """`remount(folder, "ro")` changes a mounted folder's options; read-only holds for root too."""
    return lambda folder, options: command(["mount", "-o", f"remount,{options}", str(folder)])


@pytest.fixture
def held_lock():
    """`held_lock(path)` takes a lock file as Python modelkit does; its `release()` gives it back."""
    held = []

    def hold(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        held.append(filelock.FileLock(path, timeout=5))
        return held[-1].acquire().lock

    yield hold
    for lock in held:
        lock.release(force=True)


def command(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"`{' '.join(arguments)}` failed; this test needs root and the right to mount: {done.stderr}")


@pytest.fixture
def mounted_ext4(mounted_disk):
    """Mounts a small ext4: `mounted_ext4("64M")` gives its folder. Root alone may, as in CI."""
    return lambda size: mounted_disk("ext4", size)


@pytest.fixture
def mounted_xfs(mounted_disk):
    """The same of XFS, which wants 300 MiB, most of them holes."""
    return lambda size="320M": mounted_disk("xfs", size)


@pytest.fixture
def mounted_disk(tmp_path):
    mounted = []

    def mount(kind, size):
        folder, disk = tmp_path / f"{kind}-{len(mounted)}", tmp_path / f"{kind}-{len(mounted)}.disk"
        folder.mkdir()
        environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
        subprocess.run(["truncate", "--size", size, disk], check=True)
        subprocess.run([f"mkfs.{kind}", "-q", disk], check=True, env=environment)
        command(["mount", "-o", "loop", str(disk), str(folder)])
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", folder], check=False)
