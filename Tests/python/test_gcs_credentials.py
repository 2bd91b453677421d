"""Google's credentials of every type, by services on loopback that check what they get."""

import json

import pytest

from harness.aws_fakes import SECRET_MARK, answers, any_request
from harness.google_fakes import ROBOT, IdentityManagement, MachineMetadata, TokenServer, refused
from harness.google_world import GoogleWorld

FIRST, SECOND = f"{SECRET_MARK}.token.1", f"{SECRET_MARK}.token.2"


@pytest.fixture
def world(workspace):
    with GoogleWorld.below(workspace) as world:
        yield world


@pytest.fixture
def server(world):
    with TokenServer() as server:
        world.store.tokens = server.tokens
        yield server


def test_a_service_account_signs_for_its_tokens(world, server):
    world.credentials(server.service_account())
    world.resolves(by=[FIRST])
    assert len(server.requests) == 1
    assert ROBOT in world.checked()["Credentials", "account"]["value"]


def test_a_token_that_the_store_does_not_take_is_renewed_once(world, server):
    world.credentials(server.service_account())
    world.store.tokens = {SECOND}
    world.resolves(by=[FIRST, SECOND])


def test_a_token_that_is_never_taken_ends_the_run(world, server):
    world.credentials(server.service_account())
    world.store.tokens = set()
    finished = world.resolve().failed(4)
    assert ROBOT in finished.stdout
    assert len(server.requests) == 2


def test_a_token_that_ends_soon_is_renewed_first(world, server):
    server.lifetimes = [100]
    world.credentials(server.service_account())
    world.resolves()
    assert len(server.requests) >= 2


# What is wrong with the file, and what is said.
FILES = {
    "not there": (None, ("does not exist", "mounted")),
    "empty": ("", ("is empty", "mounted")),
    "no JSON": ("bm90IEpTT04=", ("no JSON", "base64")),
    "of no type": ("{}", ("type",)),
    "of another type": ('{"type": "gdch_service_account"}', ("gdch_service_account",)),
    "cut": ('{"type": "service_account", "client_email": "a@b"}', ("private_key",)),
    "a person's, cut": ('{"type": "authorized_user", "client_id": "1"}', ("client_secret",)),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_is_refused_that_is(world, case):
    content, words = FILES[case]
    path = world.credentials(content or "")
    if content is None:
        path.unlink()
    world.refused(4, *words)


def test_a_key_that_is_none_is_named(world, server):
    world.credentials(server.service_account(private_key=f"{SECRET_MARK}"))
    world.refused(4, "private key", ROBOT, "PEM")
    assert server.requests == []


REFUSALS = {
    "a clock that is off": (lambda server: setattr(server, "clock", 7200), ("Invalid JWT", "clock")),
    "a key that was deleted": (
        lambda server: server.on(any_request, lambda *_: refused("invalid_grant", "Invalid JWT Signature.")),
        ("Invalid JWT Signature", "key"),
    ),
    "an account that is gone": (
        lambda server: server.on(any_request, lambda *_: refused("invalid_grant", "Invalid grant: account not found")),
        ("account not found", "gone"),
    ),
    "a page in place of JSON": (
        lambda server: server.on(any_request, answers(200, "<html>")), ("without a token", "proxy")
    ),
    "a page of a proxy": (lambda server: server.on(any_request, answers(403, "<html>")), ("403", "proxy")),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_service_account_is_refused_for(world, server, case):
    break_it, words = REFUSALS[case]
    world.credentials(server.service_account())
    break_it(server)
    world.refused(4, "service account", *words)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_token_server_that_fails_for_a_moment_is_asked_again(world, server, status):
    world.credentials(server.service_account())
    server.on(any_request, answers(status), times=1)
    world.resolves(by=[FIRST])
    assert len(server.requests) == 2


def test_a_token_server_that_goes_on_failing_is_named(world, server):
    world.credentials(server.service_account())
    server.on(any_request, answers(500))
    world.refused(8, "service account", server.endpoint, "500")


def test_a_machine_s_account_is_asked_of_its_metadata_service(world):
    with MachineMetadata() as machine:
        world.environment.update(machine.environment, NO_GCE_CHECK=None)
        world.store.tokens = machine.tokens
        world.resolves(by=[f"{SECRET_MARK}.machine.1"])
        assert ROBOT in world.checked()["Credentials", "account"]["value"]


def test_no_credentials_at_all(world):
    world.refused(4, "no credentials", "GOOGLE_APPLICATION_CREDENTIALS", "--no-sign-request")


def test_a_login_by_gcloud_is_found_where_gcloud_leaves_it(world, server):
    world.file(".config/gcloud/application_default_credentials.json", server.service_account())
    world.resolves(by=[FIRST])


def test_another_s_name_is_taken(world, server):
    with IdentityManagement(server.tokens) as iam:
        world.store.tokens = iam.tokens
        world.credentials({"type": "impersonated_service_account", "service_account_impersonation_url": iam.url,
                           "source_credentials": server.service_account()})  # fmt: skip
        world.resolves(by=[f"{SECRET_MARK}.impersonated.1"])


def pool(server, source, **more):
    """The file of an identity pool."""
    return {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{server.endpoint}/v1/token",
        "credential_source": source,
        **more,
    }


FORMATS = {
    "text": (f"{SECRET_MARK}.subject", {}),
    "a text with its line break": (f"{SECRET_MARK}.subject\n", {"format": {"type": "text"}}),
    "JSON": (
        json.dumps({"value": f"{SECRET_MARK}.subject", "other": 1}),
        {"format": {"type": "json", "subject_token_field_name": "value"}},
    ),
}


@pytest.mark.parametrize("case", FORMATS)
def test_a_pool_s_token_stands_in_a_file_as(world, server, case):
    content, more = FORMATS[case]
    path = world.file("subject", content)
    world.credentials(pool(server, {"file": str(path), **more}))
    world.resolves(by=[FIRST])


def test_a_pool_s_member_takes_a_service_account_s_name(world, server):
    path = world.file("subject", f"{SECRET_MARK}.subject")
    with IdentityManagement(server.tokens) as iam:
        world.store.tokens = iam.tokens
        world.credentials(pool(server, {"file": str(path)}, service_account_impersonation_url=iam.url))
        world.resolves(by=[f"{SECRET_MARK}.impersonated.1"])


def test_a_program_runs_only_where_it_is_allowed(world, server):
    answer = {"version": 1, "success": True, "token_type": "urn:ietf:params:oauth:token-type:id_token",
              "id_token": f"{SECRET_MARK}.subject"}  # fmt: skip
    program = world.file("give", f"#!/bin/sh\necho '{json.dumps(answer)}'\n", mode=0o700)
    world.credentials(pool(server, {"executable": {"command": str(program)}}))
    world.refused(4, "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES")
    world.environment["GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"] = "1"
    world.resolves(by=[FIRST])
