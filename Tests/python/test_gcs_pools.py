"""Identity pools of Google's: the tokens of CI systems and other clouds, exchanged."""

import json

import pytest

from harness.aws_fakes import SECRET_MARK, InstanceMetadata, Keys, Service, answers, json_answer
from harness.google_fakes import AMAZON, IdentityManagement

FIRST = f"{SECRET_MARK}.token.1"


FORMATS = {
    "text": (f"{SECRET_MARK}.subject", {}),
    "a text with its line break": (f"{SECRET_MARK}.subject\n", {"format": {"type": "text"}}),
    "JSON": (
        json.dumps({"value": f"{SECRET_MARK}.subject", "other": 1}),
        {"format": {"type": "json", "subject_token_field_name": "value"}},
    ),
}


@pytest.mark.parametrize("case", FORMATS)
def test_a_pool_s_token_stands_in_a_file_as(google_world, token_server, case):
    content, more = FORMATS[case]
    path = google_world.file("subject", content)
    google_world.credentials(token_server.pool({"file": str(path), **more}))
    google_world.resolves(by=[FIRST])


def test_a_pool_s_member_takes_a_service_account_s_name(google_world, token_server):
    path = google_world.file("subject", f"{SECRET_MARK}.subject")
    with IdentityManagement(token_server.tokens) as iam:
        google_world.store.tokens = iam.tokens
        google_world.credentials(token_server.pool({"file": str(path)}, service_account_impersonation_url=iam.url))
        google_world.resolves(by=[f"{SECRET_MARK}.impersonated.1"])


def test_a_program_runs_only_where_it_is_allowed(google_world, token_server):
    answer = {"version": 1, "success": True, "token_type": "urn:ietf:params:oauth:token-type:id_token",
              "id_token": f"{SECRET_MARK}.subject"}  # fmt: skip
    program = google_world.file("give", f"#!/bin/sh\necho '{json.dumps(answer)}'\n", mode=0o700)
    google_world.credentials(token_server.pool({"executable": {"command": str(program)}}))
    google_world.refused(4, "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES")
    google_world.environment["GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"] = "1"
    google_world.resolves(by=[FIRST])


class JobTokens(Service):
    """A service beside a job, as CI systems have it."""

    def answer(self, request):
        if request.headers.get("authorization") != f"bearer {SECRET_MARK}-request":
            return json_answer({"message": "no"}, 401)
        return json_answer({"value": f"{SECRET_MARK}.subject"})


@pytest.fixture
def job(google_world, token_server):
    """A pool's member that asks such a service, with this secret."""

    def with_secret(secret):
        source = {
            "url": f"{service.endpoint}/token?audience=x",
            "headers": {"Authorization": f"bearer {secret}"},
            "format": {"type": "json", "subject_token_field_name": "value"},
        }
        google_world.credentials(token_server.pool(source))
        return service

    with JobTokens() as service:
        yield with_secret


def test_a_pool_s_token_comes_from_a_service(google_world, job):
    job(f"{SECRET_MARK}-request")
    google_world.resolves(by=[FIRST])


def test_a_service_that_refuses_is_named(google_world, job):
    service = job(f"{SECRET_MARK}-other")
    google_world.refused(4, "external account", service.endpoint, "401")


AMAZONS = {"type": "external_account", "subject_token_type": "urn:ietf:params:aws:token-type:aws4_request"}


@pytest.mark.parametrize("place", ["the environment", "the machine"])
def test_a_job_at_amazon_signs_a_request_of_who_it_is(google_world, token_server, place):
    keys = Keys.named("JOB", session=True)
    with InstanceMetadata() as machine:
        source = {
            "environment_id": "aws1",
            "regional_cred_verification_url": AMAZON,
            "region_url": f"{machine.endpoint}/zone",
            "url": machine.endpoint + machine.path.rstrip("/"),
            "imdsv2_session_token_url": f"{machine.endpoint}/latest/api/token",
        }
        google_world.credentials(token_server.pool(source) | AMAZONS)
        if place == "the environment":
            token_server.amazon_keys = keys.known
            google_world.environment.update(keys.variables, AWS_REGION="eu-west-3")
        else:
            token_server.amazon_keys = machine.keys
            machine.on(lambda request: request.path == "/zone", answers(200, "eu-west-3a"))
            machine.on(lambda request: request.path == machine.path.rstrip("/"), answers(200, machine.role))
        google_world.resolves(by=[FIRST])
        assert (machine.requests == []) is (place == "the environment")
