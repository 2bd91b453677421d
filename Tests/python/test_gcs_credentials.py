"""Google's credentials of every type, by services on loopback that check what they get."""

import pytest

from harness.aws_fakes import SECRET_MARK, answers, any_request
from harness.certificates import Authority
from harness.google_fakes import ROBOT, IdentityManagement, MachineMetadata, TokenServer, refused
from harness.google_world import GoogleWorld
from harness.proxy_server import ProxyServer

FIRST, SECOND = f"{SECRET_MARK}.token.1", f"{SECRET_MARK}.token.2"


@pytest.fixture
def world(workspace):
    with GoogleWorld.below(workspace) as world:
        yield world


@pytest.fixture
def server(world):
    with TokenServer() as server:
        world.store.tokens = server.tokens
        yield server


def test_a_service_account_signs_for_its_tokens(world, server):
    world.credentials(server.service_account())
    world.resolves(by=[FIRST])
    assert len(server.requests) == 1
    assert ROBOT in world.checked()["Credentials", "account"]["value"]


def test_a_token_that_the_store_does_not_take_is_renewed_once(world, server):
    world.credentials(server.service_account())
    world.store.tokens = {SECOND}
    world.resolves(by=[FIRST, SECOND])


def test_a_token_that_is_never_taken_ends_the_run(world, server):
    world.credentials(server.service_account())
    world.store.tokens = set()
    finished = world.resolve().failed(4)
    assert ROBOT in finished.stdout
    assert len(server.requests) == 2


def test_a_token_that_ends_soon_is_renewed_first(world, server):
    server.lifetimes = [100]
    world.credentials(server.service_account())
    world.resolves()
    assert len(server.requests) >= 2


# What is wrong with the file, and what is said.
FILES = {
    "not there": (None, ("does not exist", "mounted")),
    "empty": ("", ("is empty", "mounted")),
    "no JSON": ("bm90IEpTT04=", ("no JSON", "base64")),
    "of no type": ("{}", ("type",)),
    "of another type": ('{"type": "gdch_service_account"}', ("gdch_service_account",)),
    "cut": ('{"type": "service_account", "client_email": "a@b"}', ("private_key",)),
    "a person's, cut": ('{"type": "authorized_user", "client_id": "1"}', ("client_secret",)),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_is_refused_that_is(world, case):
    content, words = FILES[case]
    path = world.credentials(content or "")
    if content is None:
        path.unlink()
    world.refused(4, *words)


def test_a_key_that_is_none_is_named(world, server):
    world.credentials(server.service_account(private_key=f"{SECRET_MARK}"))
    world.refused(4, "private key", ROBOT, "PEM")
    assert server.requests == []


REFUSALS = {
    "a clock that is off": (lambda server: setattr(server, "clock", 7200), ("Invalid JWT", "clock")),
    "a key that was deleted": (
        lambda server: server.on(any_request, lambda *_: refused("invalid_grant", "Invalid JWT Signature.")),
        ("Invalid JWT Signature", "key"),
    ),
    "an account that is gone": (
        lambda server: server.on(any_request, lambda *_: refused("invalid_grant", "Invalid grant: account not found")),
        ("account not found", "gone"),
    ),
    "a page in place of JSON": (
        lambda server: server.on(any_request, answers(200, "<html>")), ("without a token", "proxy")
    ),
    "a page of a proxy": (lambda server: server.on(any_request, answers(403, "<html>")), ("403", "proxy")),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_service_account_is_refused_for(world, server, case):
    break_it, words = REFUSALS[case]
    world.credentials(server.service_account())
    break_it(server)
    world.refused(4, "service account", *words)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_token_server_that_fails_for_a_moment_is_asked_again(world, server, status):
    world.credentials(server.service_account())
    server.on(any_request, answers(status), times=1)
    world.resolves(by=[FIRST])
    assert len(server.requests) == 2


def test_a_token_server_that_goes_on_failing_is_named(world, server):
    world.credentials(server.service_account())
    server.on(any_request, answers(500))
    world.refused(8, "service account", server.endpoint, "500")


def test_a_machine_s_account_is_asked_of_its_metadata_service(world):
    with MachineMetadata() as machine:
        world.environment.update(machine.environment, NO_GCE_CHECK=None)
        world.store.tokens = machine.tokens
        world.resolves(by=[f"{SECRET_MARK}.machine.1"])
        assert ROBOT in world.checked()["Credentials", "account"]["value"]


def test_no_credentials_at_all(world):
    world.refused(4, "no credentials", "GOOGLE_APPLICATION_CREDENTIALS", "--no-sign-request")


def test_a_login_by_gcloud_is_found_where_gcloud_leaves_it(world, server):
    world.file(".config/gcloud/application_default_credentials.json", server.service_account())
    world.resolves(by=[FIRST])


def test_another_s_name_is_taken(world, server):
    with IdentityManagement(server.tokens) as iam:
        world.store.tokens = iam.tokens
        world.credentials({"type": "impersonated_service_account", "service_account_impersonation_url": iam.url,
                           "source_credentials": server.service_account()})  # fmt: skip
        world.resolves(by=[f"{SECRET_MARK}.impersonated.1"])


@pytest.fixture
def google(world, tmp_path_factory):
    """The one token server that persons' logins are for: its name leads to loopback by a proxy."""
    authority = Authority(tmp_path_factory.mktemp("certificates"))
    with TokenServer(tls=authority.context("oauth2.googleapis.com")) as server, ProxyServer() as proxy:
        proxy.places["oauth2.googleapis.com:443"] = server.endpoint.removeprefix("https://")
        world.environment.update(HTTPS_PROXY=proxy.url, SSL_CERT_FILE=authority.bundle)
        world.store.tokens = server.tokens
        yield server


def login(server, **changes):
    """What `gcloud auth application-default login` leaves."""
    return {
        "type": "authorized_user",
        "client_id": "client.apps.googleusercontent.com",
        "client_secret": server.client_secret,
        "refresh_token": f"{SECRET_MARK}-refresh",
        # Whatever it says, there is one such server.
        "token_uri": "https://elsewhere.example/token",
        **changes,
    }


def test_a_person_s_login_is_used(world, google):
    world.file(".config/gcloud/application_default_credentials.json", login(google))
    world.resolves(by=[FIRST])


LOGINS = {
    "revoked": ({"refresh_token": f"{SECRET_MARK}-revoked"}, None, ("expired or revoked", "gcloud auth")),
    "of another client": ({"client_secret": f"{SECRET_MARK}-other"}, None, ("invalid_client",)),
    "to be made again": (
        {}, refused("invalid_grant", "reauth related error (invalid_rapt)", error_subtype="invalid_rapt"),
        ("log in again", "gcloud auth application-default login"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LOGINS)
def test_a_login_is_refused_that_is(world, google, case):
    changes, answer, words = LOGINS[case]
    world.credentials(login(google, **changes))
    if answer:
        google.on(any_request, lambda *_: answer)
    world.refused(4, "authorized user", *words)


def test_a_login_by_another_identity_provider_is_used(world, server):
    file = {
        "type": "external_account_authorized_user",
        "client_id": "client",
        "client_secret": server.client_secret,
        "refresh_token": f"{SECRET_MARK}-refresh",
        "token_url": f"{server.endpoint}/v1/oauthtoken",
    }
    world.credentials(file)
    world.resolves(by=[FIRST])
