"""Where google-auth decides what is right: what it sends again, what it refuses, and what it does not read."""

import pytest

from harness.aws_fakes import SECRET_MARK, answers, any_request
from harness.faults import reset_before_the_header
from harness.google_fakes import MachineMetadata, refused
from harness.workspace import error_text

FIRST = f"{SECRET_MARK}.token.1"
UNIVERSE = "acme.example"

# `_can_retry` of google-auth's `oauth2/_client.py`.
PASSING = {
    "408": answers(408),
    "internal_failure": lambda *_: refused("internal_failure", "Internal failure"),
    "server_error": lambda *_: refused("server_error", "Try again"),
    "temporarily_unavailable": lambda *_: refused("temporarily_unavailable", "Try again"),
    "internal_failure in the description": lambda *_: refused("invalid_request", "internal_failure"),
}


@pytest.mark.parametrize("case", PASSING)
def test_a_service_account_asks_again_after(google_world, token_server, case):
    google_world.credentials(token_server.service_account())
    token_server.on(any_request, PASSING[case], times=1)
    google_world.resolves(by=[FIRST])
    assert len(token_server.requests) == 2


@pytest.mark.parametrize("case", PASSING)
def test_a_person_s_login_asks_again_after(google_world, google_server, case):
    google_world.credentials(google_server.login())
    google_server.on(any_request, PASSING[case], times=1)
    google_world.resolves(by=[FIRST])


def test_the_metadata_service_is_asked_again_after_408(google_world):
    with MachineMetadata() as machine:
        google_world.environment.update(machine.environment)
        google_world.store.tokens = machine.tokens
        machine.on(lambda request: request.path.endswith("/token"), answers(408), times=1)
        google_world.resolves(by=[f"{SECRET_MARK}.machine.1"])


def test_a_person_s_login_of_another_universe_is_refused(google_world, google_names, google_server):
    """google-auth: `User credential refresh is only supported in the default googleapis.com universe domain`."""
    google_world.credentials(google_server.login(universe_domain=UNIVERSE))
    google_world.refused(4, "authorized user", UNIVERSE)
    assert google_server.requests == []


@pytest.mark.parametrize("domain", ["acme.example/x", "acme.example:8443", "a@acme.example", "acme example", "../x"])
def test_a_universe_that_is_no_domain_is_named(google_world, google_names, token_server, domain):
    google_world.environment["API_ENDPOINT_OVERRIDE"] = None
    google_world.credentials(token_server.service_account(universe_domain=domain))
    assert "universe_domain" in error_text(google_world.resolve().failed(4).report)
    assert google_names.asked == set()


def test_the_store_that_fails_is_named_as_its_universe_has_it(google_world, google_names, token_server):
    google_names.lead_to_store(f"storage.{UNIVERSE}", google_world)
    google_world.store.on(any_request, reset_before_the_header)
    google_world.credentials(token_server.external_login(universe_domain=UNIVERSE))
    text = error_text(google_world.resolve().failed(8).report)
    assert f"storage.{UNIVERSE}" in text
    assert "googleapis.com" not in text


def test_a_service_account_s_file_names_nobody_who_pays(google_world, token_server):
    """google-auth reads `quota_project_id` of every other type."""
    google_world.credentials(token_server.service_account(quota_project_id="of-the-file"))
    google_world.resolves(by=[FIRST])
    assert {request.headers.get("x-goog-user-project") for request in google_world.store.requests} == {None}


def test_a_program_may_write_its_answer_to_the_output_file_alone(google_world, token_server):
    output = google_world.workspace.tool.folder / "output.json"
    answer = (
        '{"version": 1, "success": true, "token_type": "urn:ietf:params:oauth:token-type:id_token", '
        f'"id_token": "{SECRET_MARK}.subject", "expiration_time": 4102444800}}'
    )
    program = google_world.file("give", f"#!/bin/sh\ncat > '{output}' <<'END'\n{answer}\nEND\n", mode=0o700)
    executable = {"command": str(program), "output_file": str(output)}
    google_world.credentials(token_server.pool({"executable": executable}))
    google_world.environment["GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"] = "1"
    google_world.resolves(by=[FIRST])
