"""Credentials that stand in the environment and in files, that a program prints, or that a role gives.

The store takes no others than those that must sign, so that an asset that arrives proves whose credentials were used.
"""

import json
import shlex
from typing import NamedTuple

import pytest

from harness.aws_fakes import HOUR, SECRET_MARK, Keys
from harness.aws_identity_fakes import SecurityTokens
from harness.credential_world import CredentialWorld

ENVIRONMENT, OTHER = Keys.named("ENVIRONMENT"), Keys.named("OTHER", session=True)
FILE, CONFIG = Keys.named("FILE"), Keys.named("CONFIG", session=True)
BASE, PROCESS = Keys.named("BASE"), Keys.named("PROCESS", session=True)
ROLE, MIDDLE = "arn:aws:iam::123456789012:role/reader", "arn:aws:iam::123456789012:role/middle"


@pytest.fixture
def world(workspace):
    with CredentialWorld.below(workspace) as world:
        yield world


@pytest.fixture
def sts(world):
    """Trusts the keys that the tests put into files and variables, and takes no other caller."""
    with SecurityTokens(trusted={**BASE.known, **ENVIRONMENT.known, **FILE.known, **CONFIG.known}) as sts:
        world.environment.update(sts.environment)
        world.store.keys = sts.keys
        yield sts


def printing(world, document, *before):
    """A `credential_process` that prints this."""
    text = document if isinstance(document, str) else json.dumps(document)
    return str(world.program("print-credentials", *before, f"printf '%s' {shlex.quote(text)}"))


class Case(NamedTuple):
    winner: Keys
    environment: dict = {}
    credentials: dict = {}
    config: dict = {}


PRINTS = {"credential_process": "PRINTS"}
DEV = {"AWS_PROFILE": "dev"}

# Which of several credentials is used, and it is what boto3 uses.
FOUND = {
    "the environment": Case(ENVIRONMENT, ENVIRONMENT.variables),
    "the environment, with a session token": Case(OTHER, OTHER.variables),
    "AWS_SECURITY_TOKEN before AWS_SESSION_TOKEN": Case(
        OTHER, {**OTHER.variables, "AWS_SECURITY_TOKEN": OTHER.token, "AWS_SESSION_TOKEN": "another"}
    ),
    "the credentials file": Case(FILE, {}, {"default": FILE.section}),
    "the credentials file, with a session token": Case(OTHER, {}, {"default": OTHER.section}),
    "aws_security_token before aws_session_token": Case(
        OTHER, {}, {"default": {**OTHER.section, "aws_security_token": OTHER.token, "aws_session_token": "another"}}
    ),
    "the config file": Case(CONFIG, config={"default": CONFIG.section}),
    "a profile of the credentials file": Case(FILE, DEV, {"default": BASE.section, "dev": FILE.section}),
    "a profile of the config file": Case(CONFIG, DEV, {"default": BASE.section}, {"profile dev": CONFIG.section}),
    "AWS_DEFAULT_PROFILE before AWS_PROFILE": Case(
        FILE, {"AWS_DEFAULT_PROFILE": "dev", "AWS_PROFILE": "other"}, {"dev": FILE.section, "other": BASE.section}
    ),
    "the environment before the files": Case(
        ENVIRONMENT, ENVIRONMENT.variables, {"default": FILE.section}, {"default": CONFIG.section}
    ),
    "the environment before AWS_PROFILE": Case(
        ENVIRONMENT, {**ENVIRONMENT.variables, **DEV}, {"default": BASE.section, "dev": FILE.section}
    ),
    "the credentials file before the config file": Case(
        FILE, {}, {"default": FILE.section}, {"default": CONFIG.section}
    ),
    "a process": Case(PROCESS, config={"default": PRINTS}),
    "a process of a profile": Case(PROCESS, DEV, config={"profile dev": PRINTS}),
    "a process before the config file": Case(PROCESS, config={"default": {**PRINTS, **CONFIG.section}}),
    "the credentials file before a process": Case(FILE, {}, {"default": FILE.section}, {"default": PRINTS}),
    "the credentials file before a login session": Case(
        FILE, {}, {"default": FILE.section}, {"default": {"login_session": "arn:aws:iam::123456789012:user/me"}}
    ),
    "a file before the container": Case(
        FILE, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/"}, {"default": FILE.section}
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_what_signs_is_as_with_boto3(world, case):
    winner, environment, credentials, config = FOUND[case]
    command = printing(world, PROCESS.document(HOUR, "SessionToken", Version=1))
    config = {name: {k: command if v == "PRINTS" else v for k, v in keys.items()} for name, keys in config.items()}
    world.environment.update(environment)
    world.credentials(credentials)
    world.config(config)
    world.store.keys = winner.known
    assert world.boto3_access_key() == winner.access
    world.resolves(by=[winner.access])
    assert world.checked()["Credentials", "access key"]["value"] == winner.access


@pytest.mark.parametrize("variable", ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"])
def test_a_file_may_be_elsewhere(world, variable):
    world.environment[variable] = world.file("mounted/secret", f"[default]\n{keys_text(FILE)}")
    world.store.keys = FILE.known
    world.resolves(by=[FILE.access])


def keys_text(keys):
    return "".join(f"{name} = {value}\n" for name, value in keys.section.items())


class Refused(NamedTuple):
    words: tuple
    environment: dict = {}
    credentials: dict = {}
    config: dict = {}


ROLE_OF_BASE = {"role_arn": ROLE, "source_profile": "base"}
LOGIN = {"login_session": "arn:aws:iam::123456789012:user/me"}
NO_SECRET = {"aws_access_key_id": FILE.access}

# Whoever is configured first and does not work is said to: nobody else is asked in its place.
WRONG = {
    "nothing": Refused(("no credentials", "AWS_ACCESS_KEY_ID", "AWS_PROFILE")),
    "an access key alone in the environment": Refused(
        ("environment", "AWS_SECRET_ACCESS_KEY"), {"AWS_ACCESS_KEY_ID": ENVIRONMENT.access}, {"default": FILE.section}
    ),
    "an empty secret in the environment": Refused(
        ("environment", "AWS_SECRET_ACCESS_KEY", "mounted"),
        {"AWS_ACCESS_KEY_ID": ENVIRONMENT.access, "AWS_SECRET_ACCESS_KEY": ""},
    ),
    "a secret alone in the environment, which modelkit gives boto3 as an argument": Refused(
        ("environment", "AWS_ACCESS_KEY_ID"), {"AWS_SECRET_ACCESS_KEY": ENVIRONMENT.secret}, {"default": FILE.section}
    ),
    "an access key with the line break of its file": Refused(
        ("environment", "AWS_ACCESS_KEY_ID", "line break"),
        {**OTHER.variables, "AWS_ACCESS_KEY_ID": f"{OTHER.access}\n"},
    ),
    "a session token with the line break of its file": Refused(
        ("environment", "AWS_SESSION_TOKEN", "line break"), {**OTHER.variables, "AWS_SESSION_TOKEN": f"{OTHER.token}\n"}
    ),
    "an access key alone in the credentials file": Refused(
        ("shared credentials file", "aws_secret_access_key", "default"), {}, {"default": NO_SECRET}
    ),
    "an access key alone in the config file": Refused(
        ("config file", "aws_secret_access_key", "default"), config={"default": NO_SECRET}
    ),
    "a login session": Refused(
        ("login session", "login_session", "aws configure export-credentials"), config={"default": LOGIN}
    ),
    "a role that wants an MFA code": Refused(
        ("assume role", "mfa_serial", "MFA"), DEV, {"base": BASE.section},
        {"profile dev": {**ROLE_OF_BASE, "mfa_serial": "arn:aws:iam::123456789012:mfa/me"}},
    ),
    "a role that nobody takes, though there are keys": Refused(
        ("assume role", "dev", "source_profile", "credential_source"), DEV,
        {"dev": FILE.section}, {"profile dev": {"role_arn": ROLE}},
    ),
    "a role with both sources": Refused(
        ("assume role", "source_profile", "credential_source"), DEV, {"base": BASE.section},
        {"profile dev": {**ROLE_OF_BASE, "credential_source": "Environment"}},
    ),
    "a role of a profile that is not there": Refused(
        ("assume role", "base", "unknown source_profile"), DEV, {}, {"profile dev": ROLE_OF_BASE}
    ),
    "a role of a profile without credentials": Refused(
        ("assume role", "base", "no credentials"), DEV, {},
        {"profile dev": ROLE_OF_BASE, "profile base": {"region": "eu-west-3"}},
    ),
    "a role of itself without keys": Refused(
        ("assume role", "circular", "dev"), DEV, {}, {"profile dev": {"role_arn": ROLE, "source_profile": "dev"}}
    ),
    "roles in a circle": Refused(
        ("assume role", "circular", "dev", "middle"), DEV, {},
        {"profile dev": {"role_arn": ROLE, "source_profile": "middle"},
         "profile middle": {"role_arn": MIDDLE, "source_profile": "dev"}},
    ),
    "a credential_source that is none": Refused(
        ("assume role", "environment", "Ec2InstanceMetadata", "EcsContainer"), DEV, {},
        {"profile dev": {"role_arn": ROLE, "credential_source": "environment"}},
    ),
    "a credential_source Environment without variables": Refused(
        ("assume role", "Environment", "AWS_ACCESS_KEY_ID"), DEV, {},
        {"profile dev": {"role_arn": ROLE, "credential_source": "Environment"}},
    ),
    "a credential_source EcsContainer outside of a container": Refused(
        ("assume role", "EcsContainer", "AWS_CONTAINER_CREDENTIALS"), DEV, {},
        {"profile dev": {"role_arn": ROLE, "credential_source": "EcsContainer"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_the_run_says_which_credentials_are_wrong_and_what_to_do(world, sts, case):
    words, environment, credentials, config = WRONG[case]
    world.environment.update(environment)
    world.credentials(credentials)
    world.config(config)
    world.refused(4, *words)
    assert sts.requests == []


def test_a_profile_that_is_not_there_is_named_though_the_environment_has_keys(world):
    """As boto3 has it; it is a mistake in the settings, and not of credentials."""
    world.environment.update(ENVIRONMENT.variables, AWS_PROFILE="devel")
    world.credentials({"dev": FILE.section})
    world.refused(3, "unknown profile `devel`", "AWS_PROFILE", "one of dev", "[profile NAME]")


BROKEN = PROCESS._replace(token=f"{PROCESS.token}\n")

# `credential_process`: what it prints, how it ends, and what is said of it.
PROCESSES = {
    "fails": (["echo 'the vault is sealed' >&2", "exit 3"], ("status 3", "the vault is sealed")),
    "dies": (["kill -9 $$"], ("137",)),
    "prints nothing": ([], ("printed no credentials", "Version 1")),
    "prints no JSON": ([f"echo {SECRET_MARK}"], ("printed no credentials", "Version 1")),
    "prints another version": (["echo '{\"Version\": 2}'"], ("printed no credentials", "Version 1")),
    "prints its version as a text": (
        [f"echo '{json.dumps(PROCESS.document(HOUR, 'SessionToken', Version='1'))}'"], ("Version 1",),
    ),
    "prints no secret key": (
        [f"echo '{json.dumps({'Version': 1, 'AccessKeyId': PROCESS.access})}'"], ("SecretAccessKey",),
    ),
    "prints a token with a line break": (
        [f"printf %s '{json.dumps(BROKEN.document(HOUR, 'SessionToken', Version=1))}'"], ("line break",),
    ),
    "prints credentials that expired": (
        [f"echo '{json.dumps(PROCESS.document(-60, 'SessionToken', Version=1))}'"], ("expired",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PROCESSES)
def test_a_credential_process_is_refused_that(world, case):
    lines, words = PROCESSES[case]
    world.store.keys = PROCESS.known
    world.config({"default": {"credential_process": world.program("give-credentials", *lines)}})
    world.refused(4, "credential process", "give-credentials", *words)


def test_a_credential_process_that_is_not_there_is_named(world):
    world.config({"default": {"credential_process": "/nowhere/give-credentials --for me"}})
    world.refused(4, "credential process", "/nowhere/give-credentials", ".aws/config")


def test_a_credential_process_is_split_into_words_as_a_shell_does_and_runs_once(world):
    """Quotes count; nothing is expanded, as there is no shell. Without an expiration it is not run again."""
    document = json.dumps(PROCESS.document(None, "SessionToken", Version=1))
    program = world.program("my tools/give", 'printf "%s|" "$@" >>"$HOME/arguments"', f"echo '{document}'")
    world.config({"default": {"credential_process": f"'{program}' \"two words\" $HOME '~'"}})
    world.store.keys = PROCESS.known
    world.resolves(by=[PROCESS.access])
    assert (world.home / "arguments").read_text() == "two words|$HOME|~|"
