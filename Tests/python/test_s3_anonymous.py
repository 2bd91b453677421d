"""Public buckets: read without credentials where somebody asked for it, and never otherwise."""

import pytest

from harness.fault_world import SMALL
from harness.workspace import error_text, outcomes

PIN = f"{SMALL}:1.0"
NO_KEYS = dict.fromkeys(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
ALONE = {**NO_KEYS, "AWS_EC2_METADATA_DISABLED": "true"}
# The options and the `storage:` of the spec.
ASKED = {"by a flag": (["--no-sign-request"], {}), "by the spec": ([], {"anonymous": True})}


def resolve(shelf, case, environment=None):
    options, storage = ASKED[case]
    spec = shelf.spec(PIN, storage=storage)
    return shelf.tool.run("resolve", spec, "--format", "json", *options, environment=environment)


@pytest.mark.parametrize("case", ASKED)
@pytest.mark.parametrize("environment", [{}, ALONE], ids=["with keys", "without keys"])
def test_nothing_is_signed_where_it_is_asked_for(fault_shelf, fault_server, case, environment):
    fault_server.is_public = True
    finished = resolve(fault_shelf, case, environment).succeeded()
    assert outcomes(finished.report) == {PIN: "fetched"}
    assert {request.headers.get("authorization") for request in fault_server.requests} == {None}


def test_a_public_bucket_is_not_read_in_nobody_s_name_by_itself(fault_shelf, fault_server):
    fault_server.is_public = True
    finished = fault_shelf.resolve(PIN, environment=ALONE).failed(4)
    assert "--no-sign-request" in error_text(finished.report)
    assert fault_server.requests == []


def test_keys_sign_for_a_public_bucket_too(fault_shelf, fault_server):
    fault_server.is_public = True
    fault_shelf.resolve(PIN).succeeded()
    assert [request for request in fault_server.requests if request.signed_by is None] == []


@pytest.mark.parametrize("case", ASKED)
def test_a_bucket_that_is_not_public_is_denied(fault_shelf, fault_server, case):
    finished = resolve(fault_shelf, case).failed(4)
    assert "anonymous" in error_text(finished.report)


@pytest.mark.parametrize("case", ASKED)
def test_check_says_that_nothing_is_signed_and_who_wants_it(fault_shelf, fault_server, case):
    fault_server.is_public = True
    options, storage = ASKED[case]
    text = fault_shelf.tool.run("check", fault_shelf.spec(PIN, storage=storage), *options).succeeded().stdout
    assert "requests are unsigned" in text
    assert ("--no-sign-request" if options else "assets.yaml:") in text
