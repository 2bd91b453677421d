"""Credentials that expire while they are used: they are renewed in time, and once for all requests under way."""

import json

import pytest

from harness.aws_fakes import HOUR, ContainerService, InstanceMetadata, Keys
from harness.aws_identity_fakes import SecurityTokens
from harness.credential_world import ASSET, CredentialWorld
from harness.faults import answers, gets

MANY = [f"many/asset-{number}" for number in range(12)]
BASE = Keys.named("BASE")
EXPIRED = answers(400, "ExpiredToken", "The provided token has expired.")
SOON = 300


@pytest.fixture
def world(workspace):
    with CredentialWorld.below(workspace) as world:
        for name in MANY:
            world.put(name)
        yield world


@pytest.fixture
def metadata(world):
    with InstanceMetadata() as metadata:
        world.environment.update(metadata.environment)
        world.store.keys = metadata.keys
        yield metadata


@pytest.fixture
def sts(world):
    with SecurityTokens(trusted=BASE.known) as sts:
        world.config({"default": {"role_arn": "arn:aws:iam::123456789012:role/reader", "source_profile": "base"}})
        world.credentials({"base": BASE.section})
        world.environment.update(sts.environment)
        world.store.keys = sts.keys
        yield sts


def session(label, number):
    return Keys.named(f"{label}{number}", session=True).access


def of_first(label):
    """The requests that the first credentials of a service signed."""
    return lambda request: request.signed_by is not None and request.signed_by[0] == session(label, 1)


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"])
def test_a_token_that_the_store_calls_expired_is_renewed_once(world, metadata, code, status):
    """However long it said to last."""
    data = gets(f"{ASSET}/1.0")
    world.store.on(data, answers(status, code, "as the test asks"), times=1)
    world.resolves(by=[session("INSTANCE", 1), session("INSTANCE", 2)])
    assert len(metadata.asked_for_keys) == 2
    assert [request.signed_by[0] for request in world.store.seen(data)] == [
        session("INSTANCE", 1), session("INSTANCE", 2),
    ]  # fmt: skip


def test_many_requests_that_find_the_token_expired_renew_it_once(world, metadata):
    world.store.on(of_first("INSTANCE"), EXPIRED)
    world.resolves(*MANY, by=[session("INSTANCE", 1), session("INSTANCE", 2)])
    assert len(metadata.asked_for_keys) == 2


def test_a_token_that_stays_expired_is_not_renewed_for_ever(world, metadata):
    world.store.on(gets(f"{ASSET}/1.0"), EXPIRED)
    finished = world.resolve().failed(4)
    assert "ExpiredToken" in finished.stdout
    assert session("INSTANCE", 2) in finished.stdout
    assert len(metadata.asked_for_keys) == 2


def test_keys_that_cannot_be_renewed_are_said_to_have_expired(world):
    keys = Keys.named("GIVEN", session=True)
    world.environment.update(keys.variables)
    world.store.keys = keys.known
    world.store.on(gets(f"{ASSET}/1.0"), EXPIRED)
    finished = world.resolve().failed(4)
    said = [word for word in ("ExpiredToken", keys.access, "environment variables") if word not in finished.stdout]
    assert said == [], str(finished)


def test_credentials_that_expire_soon_are_renewed_before_they_do(world, sts):
    """Fewer than ten minutes are left to the first ones, so that they are used no more than once."""
    sts.lifetimes = [SOON]
    world.resolves(by=[session("ROLE", 1), session("ROLE", 2)])
    assert len(sts.requests) == 2
    assert len(world.store.seen(of_first("ROLE"))) == 1


def test_one_renewal_is_under_way_for_all_requests(world, sts):
    """The second answer of STS takes its time, while all the others are wanted."""
    sts.lifetimes = [SOON]

    def slowly(service, request):
        service.closing.wait(0.5)
        return service.answer(request)

    sts.on(lambda request: True, slowly, skip=1)
    world.resolves(*MANY, by=[session("ROLE", 1), session("ROLE", 2)])
    assert len(sts.requests) == 2


def test_credentials_that_last_for_some_minutes_outlive_a_renewal_that_fails(world, sts):
    """Between ten and fifteen minutes left, the renewal is a try: what is there is good enough."""
    sts.lifetimes = [12 * 60]
    sts.on(lambda request: True, lambda service, request: service.refused(403, "AccessDenied", "no longer"), skip=1)
    world.resolves(*MANY, by=[session("ROLE", 1)])


def test_credentials_that_are_about_to_expire_and_cannot_be_renewed_are_an_error(world, sts):
    sts.lifetimes = [SOON]
    sts.on(lambda request: True, lambda service, request: service.refused(403, "AccessDenied", "no longer"), skip=1)
    finished = world.resolve().failed(4)
    assert "assume role" in finished.stdout
    assert "no longer" in finished.stdout


def test_an_hour_s_credentials_are_asked_for_once_for_many_requests(world, sts):
    world.resolves(*MANY, by=[session("ROLE", 1)])
    assert len(sts.requests) == 1


def test_a_process_is_run_again_for_each_renewal(world):
    """Its first credentials expire soon, the second do not."""
    first, second = (Keys.named(f"PROCESS{number}", session=True) for number in (1, 2))
    for keys, lifetime in ((first, SOON), (second, HOUR)):
        world.file(f"{keys.access}.json", json.dumps(keys.document(lifetime, "SessionToken", Version=1)))
    world.config({"default": {"credential_process": world.program(
        "give", 'cd "$HOME"', "echo >>runs", f"test $(wc -l <runs) = 1 && exec cat {first.access}.json",
        f"cat {second.access}.json",
    )}})  # fmt: skip
    world.store.keys = {**first.known, **second.known}
    world.resolves(*MANY, by=[first.access, second.access])
    assert (world.home / "runs").read_text() == "\n\n"


def test_a_container_s_token_file_is_read_again_for_each_renewal(world):
    """A pod's token is replaced while the pod runs."""
    with ContainerService(lifetimes=[SOON]) as container:
        token = world.file("token", container.authorization)
        world.environment.update(container.environment, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token)
        world.store.keys = container.keys

        def replaced(service, request):
            response = service.answer(request)
            service.authorization = "replaced"
            token.write_text("replaced")
            return response

        container.on(lambda request: True, replaced, times=1)
        world.resolves(by=[session("CONTAINER", 1), session("CONTAINER", 2)])


def test_a_web_identity_s_token_file_is_read_again_for_each_renewal(world, sts):
    """A pod's token is replaced while the pod runs."""
    sts.lifetimes = [SOON]
    token = world.file("token", sts.web_token)
    world.environment.update(
        AWS_WEB_IDENTITY_TOKEN_FILE=token, AWS_ROLE_ARN="arn:aws:iam::123456789012:role/pod"
    )
    world.config({})

    def replaced(service, request):
        response = service.answer(request)
        service.web_token = "replaced"
        token.write_text("replaced")
        return response

    sts.on(lambda request: True, replaced, times=1)
    world.resolves(by=[session("ROLE", 1), session("ROLE", 2)])
