"""What `check` says of credentials: whose they are, what is missing, and whether it is the store, KMS or the clock."""

import datetime
import email.utils

import boto3
import pytest

from harness import s3_servers
from harness.aws_fakes import InstanceMetadata, Keys, any_request, never, tokens_asked
from harness.aws_identity_fakes import SecurityTokens, refused_by_sts
from harness.credential_world import ASSET, REGION, CredentialWorld, missing
from harness.faults import answers as store_answers
from harness.faults import gets
from harness.s3_world import S3World
from harness.workspace import error_text, outcomes

BASE = Keys.named("BASE")
ROLE = "arn:aws:iam::123456789012:role/reader"
DEV = {"AWS_PROFILE": "dev"}
TAKES_ROLE = {"profile dev": {"role_arn": ROLE, "source_profile": "base", "role_session_name": "build"}}


@pytest.fixture
def world(workspace):
    """With keys in the environment that the store takes."""
    with CredentialWorld.below(workspace) as world:
        world.environment.update(BASE.variables)
        world.store.keys = BASE.known
        yield world


@pytest.fixture
def dev(world):
    """With a profile that takes a role, and nothing in the environment but its name."""
    world.config(TAKES_ROLE)
    world.credentials({"base": BASE.section})
    world.environment.update(DEV, AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    return world


@pytest.fixture
def sts(world):
    with SecurityTokens(trusted=BASE.known) as sts:
        world.environment.update(sts.environment)
        yield sts


@pytest.fixture(scope="session")
def moto(tmp_path_factory):
    with s3_servers.moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


def test_it_is_said_whose_credentials_they_are_and_how_long_they_last(dev, sts):
    dev.store.keys = sts.keys
    rows = dev.checked()
    assert rows["Credentials", "identity"]["value"] == f"arn:aws:sts::{sts.account}:assumed-role/reader/build"
    assert missing([ROLE, "dev", "base"], rows["Credentials", "source"]["value"]) == []
    assert rows["Credentials", "expires"]["value"].startswith(("in 59", "in 60", "in 1h"))


def test_what_people_read_holds_no_secret_either(dev, sts):
    dev.store.keys = sts.keys
    finished = dev.silent(dev.workspace.tool.run("check", dev.workspace.spec(f"{ASSET}:1.0"), "--verbose").succeeded())
    assert missing(["assumed-role/reader/build", ROLE], finished.stdout) == []


def test_it_passes_where_sts_does_not_say_whose_they_are(world, sts):
    sts.on(any_request, refused_by_sts(403, "AccessDenied", "not for you"))
    row = world.checked()["Credentials", "identity"]
    assert (row["state"], "AccessDenied" in row["value"]) == ("info", True)


def test_nobody_is_asked_whose_they_are_where_the_store_is_not_amazon_s(world):
    """What is not known there is not sent to Amazon."""
    assert ("Credentials", "identity") not in world.checked()


def test_a_session_that_moto_s_sts_gave_works_and_is_named(world, moto):
    session = boto3.client("sts", endpoint_url=moto.endpoint, region_name=REGION, aws_access_key_id=moto.keys.access,
                           aws_secret_access_key=moto.keys.secret)  # fmt: skip
    given = session.assume_role(RoleArn=ROLE, RoleSessionName="session")["Credentials"]
    keys = Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    world.environment.update(keys.variables, AWS_ENDPOINT_URL_STS=moto.endpoint)
    world.store.keys = keys.known
    finished = world.resolves(by=[keys.access])
    assert keys.token not in finished.stdout + finished.stderr
    assert world.checked()["Credentials", "identity"]["value"].endswith(":assumed-role/reader/session")


def test_a_role_is_taken_from_moto_s_sts_for_moto_s_s3(workspace, dev, moto):
    pin = "nlp/vectors:1.0"
    remote = S3World(moto, moto.make_bucket("roles")).push(pin, b"vectors\n")
    settings = {name: value for name, value in remote.environment.items() if "KEY" not in name}
    dev.environment.update(settings, AWS_ENDPOINT_URL_STS=moto.endpoint)
    assert outcomes(workspace.resolve(pin).succeeded().report) == {pin: "fetched"}
    # What the spec of `checked` names is in the other store.
    assert dev.checked(5)["Credentials", "identity"]["value"].endswith(":assumed-role/reader/build")


# The file that a variable names and that is not as it should be: its content, None where it is not there.
UNMOUNTED = {"not there": (None, "does not exist"), "empty": ("", "is empty")}


@pytest.mark.parametrize("case", UNMOUNTED)
@pytest.mark.parametrize("variable", ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"])
def test_a_secret_that_was_not_mounted_is_named(world, variable, case):
    content, words = UNMOUNTED[case]
    path = world.home / "run/secrets/aws"
    if content is not None:
        world.file("run/secrets/aws", content)
    world.environment.update({variable: path, "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None})
    world.refused(4, "no credentials", variable, str(path), words, "mounted")


def test_a_hop_limit_that_keeps_the_metadata_service_s_token_away_is_recognised(world):
    """The token never comes, and without it the service answers 401: so it is there, and too far."""
    world.environment.update(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    with InstanceMetadata(tokens="required") as metadata:
        metadata.on(tokens_asked, never)
        world.environment.update(metadata.environment)
        world.refused(4, "instance metadata", "hop limit", "http-put-response-hop-limit 2")
        assert metadata.keys == {}


def test_a_key_that_denies_is_told_apart_from_a_bucket_that_does(world):
    message = f"User: arn:aws:iam::123456789012:user/ci is not authorized to perform: kms:Decrypt on resource: {ROLE}"
    world.store.on(gets(f"{ASSET}.versions"), store_answers(403, "AccessDenied", message))
    failed = [row for row in world.checked(4).values() if row["state"] == "failed"]
    # Of the bucket, and of what the spec needs.
    assert [("kms:Decrypt" in row["remedy"], "s3:GetObject" in row["remedy"]) for row in failed] == [(True, False)] * 2
    finished = world.resolve().failed(4)
    assert missing(["AccessDenied", "kms:Decrypt", BASE.access], error_text(finished.report)) == []


def skewed(seconds):
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    date = email.utils.format_datetime(moment, usegmt=True)
    return moment, store_answers(403, "RequestTimeTooSkewed", "The difference is too large.", [("Date", date)])


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_is_off_is_corrected_once(world, hours):
    moment, fault = skewed(hours * 3600)
    world.store.on(any_request, fault, times=1)
    world.resolves()
    sent = [request.headers["x-amz-date"] for request in world.store.requests]
    dates = [datetime.datetime.strptime(date, "%Y%m%dT%H%M%S%z") for date in sent]
    assert abs(dates[0] - moment) > datetime.timedelta(hours=4)
    assert all(abs(date - moment) < datetime.timedelta(minutes=1) for date in dates[1:])


@pytest.mark.parametrize(("hours", "words"), [(-5, "5 hours ahead of"), (5, "5 hours behind")])
def test_a_clock_that_stays_off_is_named(world, hours, words):
    world.store.on(any_request, skewed(hours * 3600)[1])
    failed = [f"{row['value']} {row['remedy']}" for row in world.checked(4).values() if row["state"] == "failed"]
    assert missing(["RequestTimeTooSkewed", "correct the clock", words], "\n".join(failed)) == []
    finished = world.resolve().failed(4)
    assert missing(["RequestTimeTooSkewed", "correct the clock", words], error_text(finished.report)) == []


REJECTED = {
    "an access key that the store does not know": (BASE._replace(access="AKIAUNKNOWN000000000"), "InvalidAccessKeyId"),
    "a secret of another key": (BASE._replace(secret=BASE.secret + "="), "SignatureDoesNotMatch"),
    "a token of another session": (BASE._replace(token=BASE.secret), "InvalidToken"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_credentials_that_the_store_does_not_take_are_named_with_their_source(world, case):
    keys, code = REJECTED[case]
    world.environment.update(keys.variables)
    failed = [f"{row['value']} {row['remedy']}" for row in world.checked(4).values() if row["state"] == "failed"]
    assert missing([code, keys.access, "environment variables"], "\n".join(failed)) == []
    finished = world.resolve().failed(4)
    assert missing([code, keys.access, "environment variables"], error_text(finished.report)) == []
