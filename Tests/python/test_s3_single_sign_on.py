"""Credentials of IAM Identity Center: the token that `aws sso login` left is exchanged for a role's, and renewed."""

import json

import pytest

from harness.aws_fakes import HOUR, SECRET_MARK, Keys, timestamp
from harness.aws_identity_fakes import SingleSignOn
from harness.credential_world import CredentialWorld

STATIC, SSO = Keys.named("STATIC"), Keys.named("SSO1", session=True).access
START = "https://d-1234567890.awsapps.com/start"


@pytest.fixture
def world(workspace):
    with CredentialWorld.below(workspace) as world:
        yield world


@pytest.fixture
def sso(world):
    """The program and boto3 find both services; a profile and a cached token are the test's."""
    with SingleSignOn() as sso:
        world.environment.update(sso.environment, AWS_PROFILE="dev")
        world.store.keys = sso.keys
        yield sso


def role_of(sso):
    return {"sso_account_id": sso.account, "sso_role_name": sso.role}


def with_session(world, sso, lifetime, **more):
    """The form of today: a session that profiles share, and whose token can be renewed."""
    world.config({
        "profile dev": {"sso_session": "corp", **role_of(sso)},
        "sso-session corp": {"sso_start_url": START, "sso_region": "eu-west-3", "sso_registration_scopes": "x"},
    })  # fmt: skip
    known = {"startUrl": START, "region": "eu-west-3", "registrationExpiresAt": timestamp(24 * HOUR)}
    fields = {"accessToken": sso.access_token, "expiresAt": timestamp(lifetime), **known, **more}
    return world.sso_cache("corp", **fields), fields


def legacy(world, sso, expires_at):
    world.config({"profile dev": {"sso_start_url": START, "sso_region": "eu-west-3", **role_of(sso)}})
    return world.sso_cache(START, accessToken=sso.access_token, expiresAt=expires_at, startUrl=START)


def test_single_sign_on_by_a_session(world, sso):
    """It comes before keys of the same profile."""
    with_session(world, sso, 8 * HOUR)
    world.credentials({"dev": STATIC.section})
    assert world.boto3_access_key() == SSO
    sso.forget()
    world.resolves(by=[SSO])
    assert sso.renewals == []


@pytest.mark.parametrize("ending", ["Z", "UTC", "+00:00", ".123Z"])
def test_single_sign_on_by_a_start_url(world, sso, ending):
    """Without a session, as older versions of the AWS CLI wrote it."""
    legacy(world, sso, timestamp(8 * HOUR).replace("Z", ending))
    world.resolves(by=[SSO])


@pytest.mark.parametrize("lifetime", [-60, 600], ids=["expired", "expires soon"])
def test_a_session_s_token_is_renewed_and_written_back_for_its_owner_alone(world, sso, lifetime):
    """What other tools wrote beside is kept, and the next run needs no renewal."""
    other = {"scopes": ["sso:account:access"], "ofAnotherTool": {"since": 1700000000, "kept": True}}
    path, fields = with_session(world, sso, lifetime, **sso.client, **other)
    path.chmod(0o644)
    world.resolves(by=[SSO])
    assert len(sso.renewals) == 1
    written = json.loads(path.read_text())
    renewed = {"accessToken": sso.renewed_token, "refreshToken": f"{SECRET_MARK}-refresh-2"}
    assert timestamp(7 * HOUR) < written.pop("expiresAt") < timestamp(9 * HOUR)
    assert written == {**{name: value for name, value in fields.items() if name != "expiresAt"}, **renewed}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name], "nothing else is left there"
    world.checked()
    assert len(sso.renewals) == 1


def test_a_token_that_cannot_be_renewed_is_used_while_it_lasts(world, sso):
    with_session(world, sso, 600, **{**sso.client, "refreshToken": f"{SECRET_MARK}-revoked"})
    assert world.boto3_access_key() == SSO
    sso.forget()
    world.resolves(by=[SSO])


LOGIN = ("single sign-on", "expired", "aws sso login --profile dev")

# What is wrong, given the world and the service, and what is said.
WRONG_SSO = {
    "a session that expired and cannot be renewed": (lambda world, sso: with_session(world, sso, -60), LOGIN),
    "a session that expired and whose renewal is refused": (
        lambda world, sso: with_session(world, sso, -60, **{**sso.client, "refreshToken": f"{SECRET_MARK}-no"}), LOGIN
    ),
    "a token that expired, without a session": (lambda world, sso: legacy(world, sso, timestamp(-60)), LOGIN),
    "a token that is no longer taken": (
        lambda world, sso: (with_session(world, sso, 8 * HOUR), sso.valid.clear()), LOGIN
    ),
    "nobody signed in": (
        lambda world, sso: with_session(world, sso, 8 * HOUR)[0].unlink(),
        ("single sign-on", "corp", "aws sso login --profile dev"),
    ),
    "a cache that is no JSON": (
        lambda world, sso: with_session(world, sso, 8 * HOUR)[0].write_text(f"{SECRET_MARK}"),
        ("single sign-on", "aws sso login --profile dev"),
    ),
    "a token with a line break": (
        lambda world, sso: with_session(world, sso, 8 * HOUR, accessToken=f"{SECRET_MARK}\n"),
        ("single sign-on", "aws sso login --profile dev"),
    ),
    "a role that the token may not take": (
        lambda world, sso: (with_session(world, sso, 8 * HOUR), setattr(sso, "role", "Another")),
        ("single sign-on", "Reader of models", "403", "sso_role_name"),
    ),
    "no role": (
        lambda world, sso: world.config({"profile dev": {"sso_start_url": START, "sso_account_id": "1"}}),
        ("single sign-on", "sso_role_name", "dev"),
    ),
    "a session that is not there": (
        lambda world, sso: world.config({"profile dev": {"sso_session": "corp", **role_of(sso)}}),
        ("single sign-on", "[sso-session corp]"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_SSO)
def test_single_sign_on_that_fails_says_what_to_do(world, sso, case):
    """Nobody else is asked, though there are keys."""
    prepare, words = WRONG_SSO[case]
    prepare(world, sso)
    world.credentials({"dev": STATIC.section})
    world.refused(4, *words)
