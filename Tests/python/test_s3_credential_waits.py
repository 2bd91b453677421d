"""Credentials that do not come: they are waited for so long and no longer, and an interrupt ends the wait."""

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from harness.aws_fakes import ContainerService, InstanceMetadata, Keys, any_request, never
from harness.aws_identity_fakes import SecurityTokens
from harness.credential_world import PIN, CredentialWorld

BASE = Keys.named("BASE")
# A second, and a little for a busy machine.
PROMPT_SECONDS = 4


@pytest.fixture
def world(workspace):
    with CredentialWorld.below(workspace) as world:
        world.environment["MODELKIT_STORAGE_TIMEOUT_S"] = "600"
        yield world


@pytest.fixture
def sts(world):
    with SecurityTokens(trusted=BASE.known) as sts:
        world.config({"default": {"role_arn": "arn:aws:iam::123456789012:role/reader", "source_profile": "base"}})
        world.credentials({"base": BASE.section})
        world.environment.update(sts.environment)
        sts.on(any_request, never)
        yield sts


def test_sts_that_never_answers_is_given_up(world, sts):
    """No try waits longer than the time-out of the storage, and there are three."""
    world.environment["MODELKIT_STORAGE_TIMEOUT_S"] = "1"
    world.store.keys = sts.keys
    finished = world.resolve().failed(8)
    assert "assume role: STS" in finished.stdout
    assert len(sts.requests) <= 3
    assert finished.seconds < 3 + PROMPT_SECONDS, str(finished)


def interrupted(world, waits):
    """A run that is interrupted once it waits ends soon, and says that it was."""
    running = world.workspace.tool.start("resolve", world.workspace.spec(PIN), "--format", "json")
    running.until(waits, "it waited")
    sent = time.monotonic()
    running.process.send_signal(signal.SIGINT)
    finished = world.silent(running.wait(20).failed(130))
    assert time.monotonic() - sent < PROMPT_SECONDS, str(finished)


def test_an_interrupt_ends_the_wait_for_sts(world, sts):
    interrupted(world, lambda: sts.requests)


@pytest.mark.parametrize("service_class", [InstanceMetadata, ContainerService])
def test_an_interrupt_ends_the_wait_for(world, service_class):
    with service_class() as service:
        service.on(any_request, never)
        world.environment.update(service.environment, AWS_METADATA_SERVICE_TIMEOUT="60")
        interrupted(world, lambda: service.requests)


# Programs. Each writes its own id and that of what it started to a file when both run.


@pytest.fixture
def program(world):
    """`credential_process`, and a function that gives the processes of its last run that are still there."""
    pids = world.home / "pids"

    def runs(*lines):
        script = ["sleep 60 & first=$!", f'echo "$$ $first" > {pids}.new', f"mv {pids}.new {pids}", *lines]
        world.config({"default": {"credential_process": world.program("give", *script)}})

    def left():
        return [int(pid) for pid in pids.read_text().split() if is_alive(int(pid))]

    runs.left, runs.pids = left, pids
    yield runs
    for pid in left() if pids.exists() else []:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_interrupt_ends_the_wait_for_a_process_and_the_process_with_what_it_started(world, program):
    program("exec sleep 60")
    interrupted(world, program.pids.exists)
    assert program.left() == []


def test_the_end_of_this_program_is_that_of_the_process(world, program):
    """By a signal that it cannot hear."""
    program("exec sleep 60")
    running = world.workspace.tool.start("resolve", world.workspace.spec(PIN))
    running.until(program.pids.exists, "it waited")
    running.process.kill()
    running.wait()
    deadline = time.monotonic() + PROMPT_SECONDS
    first = int(program.pids.read_text().split()[0])
    while is_alive(first):
        assert time.monotonic() < deadline, "the process goes on"
        time.sleep(0.01)


@pytest.mark.parametrize("command", ["check", "list", "plan", "lock"])
def test_an_interrupt_ends_the_process_of_a_command_that_hears_of_none(world, program, command):
    program("exec sleep 60")
    spec = [] if command == "list" else [world.workspace.spec(PIN)]
    running = world.workspace.tool.start(command, *spec)
    running.until(program.pids.exists, "it waited")
    running.process.send_signal(signal.SIGINT)
    running.wait(PROMPT_SECONDS)
    first = int(program.pids.read_text().split()[0])
    deadline = time.monotonic() + PROMPT_SECONDS
    while is_alive(first):
        assert time.monotonic() < deadline, "the process goes on"
        time.sleep(0.01)


def test_a_process_that_prints_without_end_is_ended(world, program):
    program("exec yes")
    finished = world.resolve().failed(4)
    assert "printed more than 1 MiB" in finished.stdout
    assert finished.seconds < PROMPT_SECONDS, str(finished)
    assert program.left() == []


def test_a_process_that_complains_without_end_goes_on(world, program):
    """As far as its time allows; what it says is kept in part."""
    keys = Keys.named("PROCESS")
    world.store.keys = keys.known
    document = json.dumps(keys.document(Version=1))
    program("head -c 30000000 /dev/zero >&2", f"echo '{document}'")
    world.resolves(by=[keys.access])


def test_what_a_process_leaves_running_is_not_waited_for(world, program):
    """Though it holds the process's output open."""
    keys = Keys.named("PROCESS")
    world.store.keys = keys.known
    program(f"echo '{json.dumps(keys.document(Version=1))}'")
    finished = world.resolves(by=[keys.access])
    assert finished.seconds < PROMPT_SECONDS + 4, str(finished)
    assert len(program.left()) == 1


def test_a_process_that_closes_its_outputs_is_waited_for_until_it_ends(world, program):
    program("exec >&- 2>&-", "sleep 1", "exit 7")
    world.refused(4, "credential process", "status 7")


def test_a_process_has_no_descriptor_but_the_standard_ones(world, program):
    seen = world.home / "descriptors"
    script = f"import os; open({str(seen)!r}, 'w').write(' '.join(sorted(os.listdir('/proc/self/fd'))))"
    world.config({"default": {"credential_process": f'{sys.executable} -c "{script}"'}})
    extra = os.open(world.home, os.O_RDONLY)
    world.workspace.resolve(PIN, pass_fds=(extra,)).failed(4)
    os.close(extra)
    # The last two are those of the file and of the list itself.
    assert seen.read_text() == "0 1 2 3 4"


def test_a_process_that_reads_finds_nothing_to_read(world, program):
    program("cat", "exit 7")
    world.refused(4, "credential process", "status 7")


def test_a_process_whose_end_the_caller_ignores_is_heard_of(world, program):
    program("exit 7")
    finished = world.workspace.resolve(
        PIN, before=[sys.executable, "-c", "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
                     "os.execv(sys.argv[1], sys.argv[1:])"]).failed(4)  # fmt: skip
    assert "status 7" in finished.stdout



def test_a_process_needs_no_device(world):
    """A root file system may have an empty /dev."""
    keys = Keys.named("PROCESS")
    world.store.keys = keys.known
    document = json.dumps(keys.document(Version=1))
    world.config({"default": {"credential_process": world.program("give", f"echo '{document}'")}})
    hidden = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs tmpfs /dev && exec "$@"', "sh"]
    finished = world.silent(world.workspace.resolve(PIN, before=hidden).succeeded())
    assert {request.signed_by[0] for request in world.store.requests} == {keys.access}, str(finished)
