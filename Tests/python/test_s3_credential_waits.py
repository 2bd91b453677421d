"""Credentials that do not come: they are waited for so long and no longer, and an interrupt ends the wait."""

import contextlib
import os
import signal
import time

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


def test_an_interrupt_ends_the_wait_for_a_process(world):
    pid = world.home / "pid"
    world.config({"default": {"credential_process": world.program("give", f"echo $$ >{pid}.new", f"mv {pid}.new {pid}",
                                                                  "exec sleep 60")}})  # fmt: skip
    try:
        interrupted(world, pid.exists)
    finally:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int(pid.read_text()), signal.SIGKILL)
