"""Identity pools of Google's: the tokens of CI systems and other clouds, exchanged."""

import json

import pytest

from harness.aws_fakes import SECRET_MARK, InstanceMetadata, Keys, Service, answers, json_answer
from harness.google_fakes import AMAZON, IdentityManagement, TokenServer
from harness.google_world import GoogleWorld

FIRST = f"{SECRET_MARK}.token.1"


@pytest.fixture
def world(workspace):
    with GoogleWorld.below(workspace) as world:
        yield world


@pytest.fixture
def server(world):
    with TokenServer() as server:
        world.store.tokens = server.tokens
        yield server


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


class JobTokens(Service):
    """A service beside a job, as CI systems have it."""

    def answer(self, request):
        if request.headers.get("authorization") != f"bearer {SECRET_MARK}-request":
            return json_answer({"message": "no"}, 401)
        return json_answer({"value": f"{SECRET_MARK}.subject"})


@pytest.fixture
def job(world, server):
    """A pool's member that asks such a service, with this secret."""

    def with_secret(secret):
        source = {
            "url": f"{service.endpoint}/token?audience=x",
            "headers": {"Authorization": f"bearer {secret}"},
            "format": {"type": "json", "subject_token_field_name": "value"},
        }
        world.credentials(pool(server, source))
        return service

    with JobTokens() as service:
        yield with_secret


def test_a_pool_s_token_comes_from_a_service(world, job):
    job(f"{SECRET_MARK}-request")
    world.resolves(by=[FIRST])


def test_a_service_that_refuses_is_named(world, job):
    service = job(f"{SECRET_MARK}-other")
    world.refused(4, "external account", service.endpoint, "401")


AMAZONS = {"type": "external_account", "subject_token_type": "urn:ietf:params:aws:token-type:aws4_request"}


@pytest.mark.parametrize("place", ["the environment", "the machine"])
def test_a_job_at_amazon_signs_a_request_of_who_it_is(world, server, place):
    keys = Keys.named("JOB", session=True)
    with InstanceMetadata() as machine:
        source = {
            "environment_id": "aws1",
            "regional_cred_verification_url": AMAZON,
            "region_url": f"{machine.endpoint}/zone",
            "url": machine.endpoint + machine.path.rstrip("/"),
            "imdsv2_session_token_url": f"{machine.endpoint}/latest/api/token",
        }
        world.credentials(pool(server, source) | AMAZONS)
        if place == "the environment":
            server.amazon_keys = keys.known
            world.environment.update(keys.variables, AWS_REGION="eu-west-3")
        else:
            server.amazon_keys = machine.keys
            machine.on(lambda request: request.path == "/zone", answers(200, "eu-west-3a"))
            machine.on(lambda request: request.path == machine.path.rstrip("/"), answers(200, machine.role))
        world.resolves(by=[FIRST])
        assert (machine.requests == []) is (place == "the environment")
