"""Credentials of the services beside a machine or a container."""

import json

import pytest

from harness.aws_fakes import (
    HOUR,
    SECRET_MARK,
    ContainerService,
    InstanceMetadata,
    Keys,
    answers,
    any_request,
    never,
    roles_asked,
    tokens_asked,
)
from harness.credential_world import CredentialWorld

INSTANCE, CONTAINER = (Keys.named(f"{name}1", session=True).access for name in ("INSTANCE", "CONTAINER"))


@pytest.fixture
def world(workspace):
    with CredentialWorld.below(workspace) as world:
        yield world


@pytest.fixture
def metadata(world):
    """On a virtual machine that takes no request without a token."""
    with InstanceMetadata() as metadata:
        world.environment.update(metadata.environment)
        world.store.keys = metadata.keys
        yield metadata


@pytest.fixture
def container(world):
    with ContainerService() as container:
        world.environment.update(container.environment)
        world.store.keys = container.keys
        yield container


# The metadata service of an instance.


def test_an_instance_s_role_signs_and_every_question_has_the_token(world, metadata):
    assert world.boto3_access_key() == INSTANCE
    metadata.forget()
    world.resolves(by=[INSTANCE])
    assert [(request.method, request.path) for request in metadata.requests] == [
        ("PUT", "/latest/api/token"), ("GET", metadata.path), ("GET", metadata.path + metadata.role),
    ]  # fmt: skip
    assert tokens_shown(metadata) == {metadata.token}
    assert metadata.role in world.checked()["Credentials", "source"]["value"]


def tokens_shown(metadata):
    return {request.headers.get("x-aws-ec2-metadata-token") for request in metadata.seen("GET", "/")}


QUESTIONS = {
    "the token": (tokens_asked, answers(500)),
    "the role": (roles_asked, answers(500)),
    "the role, which is empty": (roles_asked, answers(200)),
    "the keys": (lambda request: request.path.endswith(InstanceMetadata.role), answers(503)),
}


@pytest.mark.parametrize("case", QUESTIONS)
def test_a_metadata_service_that_fails_once_is_asked_again_as_with_boto3(world, metadata, case):
    matches, fault = QUESTIONS[case]
    world.environment["AWS_METADATA_SERVICE_NUM_ATTEMPTS"] = "2"
    metadata.on(matches, fault, times=1)
    assert world.boto3_access_key() == INSTANCE
    metadata.forget()
    metadata.on(matches, fault, times=1)
    world.resolves(by=[INSTANCE])
    assert len(metadata.requests) == 4


@pytest.mark.parametrize("seconds", ["inf", "-inf", "nan", "1e30", "1e308", "-1", "0", "soon", "0.5"])
def test_any_time_out_of_the_metadata_service_is_taken(world, metadata, seconds):
    world.environment["AWS_METADATA_SERVICE_TIMEOUT"] = seconds
    world.resolves(by=[INSTANCE])


FIRST_VERSION = {
    "403": answers(403), "404": answers(404), "405": answers(405), "500": answers(500), "no answer": never,
}  # fmt: skip


@pytest.mark.parametrize("case", FIRST_VERSION)
def test_where_there_is_no_token_the_first_version_is_asked_as_with_boto3(world, metadata, case):
    metadata.tokens = "optional"
    metadata.on(tokens_asked, FIRST_VERSION[case])
    assert world.boto3_access_key() == INSTANCE
    metadata.forget()
    world.resolves(by=[INSTANCE])
    assert tokens_shown(metadata) == {None}


@pytest.mark.parametrize("case", ["the environment", "the profile"])
def test_the_first_version_can_be_forbidden(world, metadata, case):
    metadata.tokens = "optional"
    metadata.on(tokens_asked, answers(404))
    if case == "the profile":
        world.config({"default": {"ec2_metadata_v1_disabled": "true"}})
    else:
        world.environment["AWS_EC2_METADATA_V1_DISABLED"] = "true"
    world.refused(4, "no credentials", "instance metadata")
    assert metadata.seen("GET", "/") == []


NO_ROLE = {
    "404": answers(404),
    "403": answers(403),
    "nothing": answers(200),
    "a page of a proxy": answers(200, "<html>Log in</html>", "text/html"),
    "no answer": never,
}


@pytest.mark.parametrize("case", NO_ROLE)
def test_an_instance_without_a_role_has_no_credentials(world, metadata, case):
    metadata.on(roles_asked, NO_ROLE[case])
    world.refused(4, "no credentials", "instance metadata", "AWS_ACCESS_KEY_ID")


NO_KEYS = {
    "no JSON": SECRET_MARK,
    "no keys": json.dumps({"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role"}),
}


@pytest.mark.parametrize("case", NO_KEYS)
def test_a_role_whose_keys_do_not_come_is_no_credentials(world, metadata, case):
    metadata.on(lambda request: request.path.endswith(metadata.role), answers(200, NO_KEYS[case]))
    world.refused(4, "no credentials", "instance metadata")


def test_credentials_that_an_instance_could_not_renew_are_used_as_with_boto3(world, metadata):
    """The service hands out what expired where it cannot renew: most stores take it for a while yet."""
    metadata.lifetimes = [-HOUR, -HOUR]
    assert world.boto3_access_key() == INSTANCE
    metadata.forget()
    world.resolves(by=[INSTANCE])
    assert len(metadata.asked_for_keys) == 1


def test_a_metadata_service_that_is_switched_off_is_not_asked(world, metadata):
    world.environment["AWS_EC2_METADATA_DISABLED"] = "TRUE"
    world.refused(4, "no credentials", "AWS_EC2_METADATA_DISABLED")
    assert metadata.requests == []


def test_a_proxy_does_not_get_between_the_program_and_the_metadata_service(world, metadata):
    world.environment.update(HTTP_PROXY="http://127.0.0.1:9", NO_PROXY=world.store.endpoint.removeprefix("http://"))
    world.resolves(by=[INSTANCE])


# The service beside a container.

AUTHORIZED = {
    "a token": {"AWS_CONTAINER_AUTHORIZATION_TOKEN": ContainerService.authorization},
    "a token in a file": {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "TOKEN"},
    "a token in a file before another": {
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "another",
    },
}  # fmt: skip


@pytest.mark.parametrize("case", AUTHORIZED)
def test_a_container_s_role_signs_with(world, container, metadata, case):
    """It comes before the metadata service."""
    token = world.file("token", container.authorization)
    world.store.keys = container.keys
    world.environment.update({name: token if value == "TOKEN" else value for name, value in AUTHORIZED[case].items()})
    assert world.boto3_access_key() == CONTAINER
    container.forget()
    world.resolves(by=[CONTAINER])
    assert container.requests[0].headers["accept"] == "application/json"
    assert metadata.requests == []


TOKEN = AUTHORIZED["a token"]
EXPIRED = json.dumps(Keys.named("OLD", session=True).document(-60))

# Variables, what the service answers if not its own, the exit status and what is said.
CONTAINER_FAULTS = {
    "no token": ({}, None, 4, ("403", "AWS_CONTAINER_AUTHORIZATION_TOKEN")),
    "500": (TOKEN, answers(500), 8, ("500",)),
    "no JSON": (TOKEN, answers(200, f"{SECRET_MARK} <html>"), 4, ("proxy",)),
    "no keys": (TOKEN, answers(200, "{}"), 4, ("returned no credentials",)),
    "credentials that expired": (TOKEN, answers(200, EXPIRED), 4, ("expired",)),
    "no token file": (
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/run/secrets/pod/token"}, None, 4,
        ("/run/secrets/pod/token", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "does not exist", "mounted"),
    ),
    "an empty token file": (
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/dev/null"}, None, 4, ("/dev/null", "is empty", "mounted"),
    ),
    "a token of two lines": (
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN": f"{SECRET_MARK}\nX-More: 1"}, None, 4, ("line break",),
    ),
    "an address in the clear that is not the container's": (
        {**TOKEN, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/"}, None, 4, ("http://192.0.2.1/", "https"),
    ),
    "nobody there": (
        {**TOKEN, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/"}, None, 8, ("http://127.0.0.1:9",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTAINER_FAULTS)
def test_a_container_s_service_is_named_where_it_gives_none_with(world, container, metadata, case):
    """The metadata service is not asked in its place."""
    variables, fault, status, words = CONTAINER_FAULTS[case]
    world.environment.update(variables)
    world.store.keys = Keys.named("OLD", session=True).known
    if fault:
        container.on(any_request, fault)
    world.refused(status, "container", *words)
    assert metadata.requests == []


def test_a_container_s_service_that_fails_for_a_moment_is_asked_again(world, container):
    world.environment.update(TOKEN)
    container.on(any_request, answers(500), times=1)
    container.on(any_request, answers(429), times=1)
    world.resolves(by=[CONTAINER])
    assert len(container.requests) == 3


def test_a_metadata_service_is_not_asked_for_ever(world, metadata):
    world.environment["AWS_METADATA_SERVICE_NUM_ATTEMPTS"] = str(10**12)
    metadata.tokens = "optional"
    metadata.on(tokens_asked, answers(500))
    world.resolves(by=[INSTANCE])
    assert len([request for request in metadata.requests if tokens_asked(request)]) == 100
