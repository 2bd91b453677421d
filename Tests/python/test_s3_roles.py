"""Roles that STS gives: by the keys of a profile or of another source, or by a web identity."""

import json
from typing import NamedTuple

import pytest

from harness.aws_fakes import SECRET_MARK, ContainerService, InstanceMetadata, Keys, any_request
from harness.aws_identity_fakes import SecurityTokens, refused_by_sts
from harness.credential_world import REGION, CredentialWorld

BASE, ENVIRONMENT = Keys.named("BASE"), Keys.named("ENVIRONMENT", session=True)
ROLE, MIDDLE = "arn:aws:iam::123456789012:role/reader", "arn:aws:iam::123456789012:role/middle"
FIRST, SECOND = Keys.named("ROLE1", session=True).access, Keys.named("ROLE2", session=True).access
DEV = {"AWS_PROFILE": "dev"}


@pytest.fixture
def world(workspace):
    with CredentialWorld.below(workspace) as world:
        yield world


@pytest.fixture
def sts(world):
    """It takes no other callers than these two, and the store no keys but its own."""
    with SecurityTokens(trusted={**BASE.known, **ENVIRONMENT.known}) as sts:
        world.environment.update(sts.environment)
        world.store.keys = sts.keys
        yield sts


class Assumed(NamedTuple):
    """Of each call of AssumeRole what was asked, without the action and its version, and who asked."""

    calls: list
    config: dict
    credentials: dict = {"base": BASE.section}


def call(role, caller, **more):
    return {"RoleArn": role, "caller": caller, **more}


OF_BASE = {"role_arn": ROLE, "source_profile": "base"}

# Profile `dev` of two files, and what STS is asked for it: the same that boto3 asks.
ASSUMED = {
    "a role by the keys of another profile": Assumed([call(ROLE, BASE.access)], {"profile dev": OF_BASE}),
    "a role by the keys of its own profile": Assumed(
        [call(ROLE, BASE.access)], {"profile dev": {"role_arn": ROLE, "source_profile": "dev"}}, {"dev": BASE.section}
    ),
    "a role that the credentials file names": Assumed(
        [call(ROLE, BASE.access)], {}, {"dev": OF_BASE, "base": BASE.section}
    ),
    "a role by a role": Assumed(
        [call(MIDDLE, BASE.access), call(ROLE, FIRST)],
        {"profile dev": {"role_arn": ROLE, "source_profile": "middle"},
         "profile middle": {"role_arn": MIDDLE, "source_profile": "base"}},
    ),
    "a role by the keys of a profile that has a role too": Assumed(
        [call(ROLE, BASE.access)],
        {"profile dev": {"role_arn": ROLE, "source_profile": "middle"},
         "profile middle": {"role_arn": MIDDLE, "source_profile": "base"}},
        {"middle": BASE.section, "base": BASE.section},
    ),
    "a role by the role of a profile that has itself as source": Assumed(
        [call(ROLE, BASE.access)],
        {"profile dev": {"role_arn": ROLE, "source_profile": "middle"},
         "profile middle": {"role_arn": MIDDLE, "source_profile": "middle"}},
        {"middle": BASE.section},
    ),
    "a role with a session name and a duration": Assumed(
        [call(ROLE, BASE.access, RoleSessionName="build@ci", DurationSeconds="900")],
        {"profile dev": {**OF_BASE, "role_session_name": "build@ci", "duration_seconds": 900}},
    ),
    "a duration that is no number counts for nothing": Assumed(
        [call(ROLE, BASE.access)], {"profile dev": {**OF_BASE, "duration_seconds": "an hour"}}
    ),
    "a role with an external id": Assumed(
        [call("arn:aws:iam::123456789012:role/of+others", BASE.access, ExternalId="we/are us+you")],
        {"profile dev": {"role_arn": "arn:aws:iam::123456789012:role/of+others", "source_profile": "base",
                         "external_id": "we/are us+you"}},
    ),
    "a role by a process": Assumed(
        [call(ROLE, BASE.access)], {"profile dev": OF_BASE, "profile base": {"credential_process": "PROCESS"}}, {}
    ),
    "a role beats the keys of its profile": Assumed(
        [call(ROLE, BASE.access)], {"profile dev": OF_BASE},
        {"base": BASE.section, "dev": Keys.named("UNUSED").section},
    ),
    "a role of the default profile": Assumed([call(ROLE, BASE.access)], {"default": OF_BASE}),
}  # fmt: skip


@pytest.mark.parametrize("case", ASSUMED)
def test_a_role_is_taken_as_boto3_takes_it(world, sts, case):
    calls, config, credentials = ASSUMED[case]
    process = world.program("give", f"echo '{json.dumps(BASE.document(Version=1))}'")
    known = {"PROCESS": process}
    world.config({name: {k: known.get(v, v) for k, v in keys.items()} for name, keys in config.items()})
    world.credentials(credentials)
    sts.external_ids = {"arn:aws:iam::123456789012:role/of+others": "we/are us+you"}
    if "default" not in config:
        world.environment.update(DEV)
    assert world.boto3_access_key() == [FIRST, SECOND][len(calls) - 1]
    assert asked(sts, "AssumeRole") == calls
    sts.forget()
    world.resolves(by=[[FIRST, SECOND][len(calls) - 1]])
    assert asked(sts, "AssumeRole") == calls
    assert {request.signed_by[1] for request in sts.requests} == {REGION}


def asked(sts, action):
    """The calls, without what all of them have, and without a session name that nobody chose."""
    known = ("Action", "Version")
    return [
        {name: value for name, value in fields.items() if name not in known and not is_own_session_name(name, value)}
        for fields in sts.calls(action)
    ]


def is_own_session_name(name, value):
    return name == "RoleSessionName" and value.startswith(("modelkit-assets-", "botocore-session-"))


@pytest.mark.parametrize("source", ["Environment", "EcsContainer", "Ec2InstanceMetadata"])
def test_a_role_is_taken_with_the_credentials_of(world, sts, source):
    """`credential_source`: the variables of a profile that is not asked for keys itself."""
    world.config({"profile dev": {"role_arn": ROLE, "credential_source": source}})
    world.environment.update(DEV)
    if source == "Environment":
        # The environment's own keys come before any profile: without its role, they would sign.
        world.environment.update(ENVIRONMENT.variables)
        world.store.keys = ENVIRONMENT.known
        world.resolves(by=[ENVIRONMENT.access])
        assert asked(sts, "AssumeRole") == []
        return
    with (ContainerService if source == "EcsContainer" else InstanceMetadata)() as service:
        sts.trusted = service.keys
        world.environment.update(service.environment)
        world.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = ContainerService.authorization
        world.resolves(by=[FIRST])
        assert asked(sts, "AssumeRole") == [call(ROLE, f"ASIA{service.label}1".ljust(20, "0"))]


def test_a_role_with_a_source_that_has_none_says_which(world, sts):
    world.config({"profile dev": {"role_arn": ROLE, "credential_source": "Ec2InstanceMetadata"}})
    world.environment.update(DEV)
    world.refused(4, "assume role", "Ec2InstanceMetadata", "AWS_EC2_METADATA_DISABLED")


REFUSALS = {
    "not trusted": (403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole", ("trust policy",)),
    "an expired token": (403, "ExpiredToken", "The security token included in the request is expired", ()),
    "a clock that is off": (
        403, "SignatureDoesNotMatch",
        "Signature expired: 20240301T120000Z is now earlier than 20240301T164500Z (20240301T170000Z - 15 min.)",
        ("clock",),
    ),
    "a region that is off": (403, "RegionDisabledException", "STS is not activated in this region", ()),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_role_that_sts_refuses_is_said_to_be(world, sts, case):
    status, code, message, words = REFUSALS[case]
    world.config({"profile dev": OF_BASE})
    world.credentials({"base": BASE.section})
    world.environment.update(DEV)
    sts.on(lambda request: True, refused_by_sts(status, code, message))
    world.refused(4, "assume role", code, message, *words)
    assert len(sts.requests) == 2, "a refusal is final: each of the two runs asks once"


@pytest.mark.parametrize("times", [2, None], ids=["twice", "for ever"])
def test_sts_that_fails_is_asked_again(world, sts, times):
    world.config({"profile dev": OF_BASE})
    world.credentials({"base": BASE.section})
    world.environment.update(DEV)
    sts.on(lambda request: True, refused_by_sts(503, "ServiceUnavailable", "come back later"), times=times)
    if times:
        world.resolves(by=[FIRST])
        assert len(sts.requests) == times + 1
    else:
        world.refused(8, "assume role", "STS", "ServiceUnavailable")


def test_sts_that_nobody_reaches_is_named_with_its_address(world):
    with SecurityTokens() as gone:
        pass
    world.config({"profile dev": OF_BASE})
    world.credentials({"base": BASE.section})
    world.environment.update(DEV, AWS_ENDPOINT_URL_STS=gone.endpoint)
    world.refused(8, "assume role", "STS", gone.endpoint)


def test_the_endpoint_of_all_services_is_that_of_sts_too(world, sts):
    """AWS_ENDPOINT_URL leads STS there as well, as with boto3; S3_ENDPOINT is for S3 alone."""
    world.config({"profile dev": OF_BASE})
    world.credentials({"base": BASE.section})
    world.environment.update(DEV, AWS_ENDPOINT_URL=sts.endpoint, AWS_ENDPOINT_URL_STS=None)
    world.resolves(by=[FIRST])


# Web identity: the variables, profile `dev`, and the parameters that STS must have been asked with; boto3 asks alike.
WEB = {
    "of the environment": ({"AWS_WEB_IDENTITY_TOKEN_FILE": "TOKEN", "AWS_ROLE_ARN": ROLE}, {}, {}),
    "of the environment, with a session name": (
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "TOKEN", "AWS_ROLE_ARN": ROLE, "AWS_ROLE_SESSION_NAME": "pod"}, {},
        {"RoleSessionName": "pod"},
    ),
    "of the environment before keys in the files": (
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "TOKEN", "AWS_ROLE_ARN": ROLE}, BASE.section, {}
    ),
    "of a profile": (
        DEV, {"web_identity_token_file": "TOKEN", "role_arn": ROLE, "role_session_name": "pod"},
        {"RoleSessionName": "pod"},
    ),
    "of both, each variable before its key": (
        {**DEV, "AWS_ROLE_ARN": ROLE}, {"web_identity_token_file": "TOKEN", "role_arn": MIDDLE}, {}
    ),
    "of a profile that has keys too": (
        DEV, {"web_identity_token_file": "TOKEN", "role_arn": ROLE, **BASE.section}, {}
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WEB)
def test_a_role_is_taken_with_a_web_identity(world, sts, case):
    variables, profile, more = WEB[case]
    token = world.file("token", sts.web_token)
    variables, profile = ({k: token if v == "TOKEN" else v for k, v in part.items()} for part in (variables, profile))
    world.environment.update(variables)
    world.config({"profile dev": profile, "default": profile})
    expected = [call(ROLE, None, WebIdentityToken=sts.web_token, **more)]
    assert world.boto3_access_key() == FIRST
    assert asked(sts, "AssumeRoleWithWebIdentity") == expected
    sts.forget()
    world.resolves(by=[FIRST])
    assert asked(sts, "AssumeRoleWithWebIdentity") == expected


def test_the_newline_after_a_web_identity_token_is_not_sent(world, sts):
    world.environment.update(AWS_WEB_IDENTITY_TOKEN_FILE=world.file("token", sts.web_token + "\n"), AWS_ROLE_ARN=ROLE)
    world.resolves(by=[FIRST])


WRONG_WEB = {
    "no file": ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/run/secrets/eks/token", "AWS_ROLE_ARN": ROLE},
                ("/run/secrets/eks/token", "does not exist", "mounted")),
    "an empty file": ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null", "AWS_ROLE_ARN": ROLE}, ("/dev/null", "mounted")),
    "no role": ({"AWS_WEB_IDENTITY_TOKEN_FILE": "TOKEN"}, ("AWS_ROLE_ARN",)),
    "a token that STS does not take": (
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "OTHER", "AWS_ROLE_ARN": ROLE}, ("InvalidIdentityToken", "trust policy")
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_WEB)
def test_a_web_identity_is_refused_with(world, sts, case):
    """Nobody else is asked, though there are keys."""
    variables, words = WRONG_WEB[case]
    files = {"TOKEN": world.file("token", sts.web_token), "OTHER": world.file("other", f"{SECRET_MARK}.other.token")}
    world.environment.update({name: files.get(value, value) for name, value in variables.items()})
    world.credentials({"default": BASE.section})
    world.refused(4, "web identity", *words)


# Source: botocore's `retries/standard.py` and, for the last, `_retry.json`.
PASSING = [
    "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "RequestThrottled",
    "BandwidthLimitExceeded", "SlowDown", "RequestTimeout", "IDPCommunicationError",
]  # fmt: skip


@pytest.fixture
def web_world(world):
    token = world.file("token", SecurityTokens.web_token)
    world.environment.update(AWS_ROLE_ARN=ROLE, AWS_WEB_IDENTITY_TOKEN_FILE=token)
    return world


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("status", [400, 403])
def test_sts_that_has_too_much_to_do_is_asked_again(web_world, sts, code, status):
    sts.on(any_request, refused_by_sts(status, code, "Rate exceeded"), times=2)
    web_world.resolves(by=[FIRST])
    assert len(sts.requests) == 3


@pytest.mark.parametrize("code", PASSING[:2])
def test_sts_that_goes_on_having_too_much_to_do_is_named(web_world, sts, code):
    sts.on(any_request, refused_by_sts(400, code, "Rate exceeded"))
    web_world.refused(8, "web identity", "STS", code, "run again later")


@pytest.mark.parametrize("code", ["AccessDenied", "ExpiredTokenException", "InvalidIdentityToken", "Throttle"])
def test_sts_that_refuses_is_asked_once(web_world, sts, code):
    sts.on(any_request, refused_by_sts(400, code, "no"))
    web_world.resolve().failed(4)
    assert len(sts.requests) == 1
