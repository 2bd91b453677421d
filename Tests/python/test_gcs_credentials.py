"""Google's credentials of every type, by services on loopback that check what they get."""

import pytest

from harness.aws_fakes import SECRET_MARK, answers, any_request
from harness.google_fakes import ROBOT, IdentityManagement, MachineMetadata, refused

FIRST, SECOND = f"{SECRET_MARK}.token.1", f"{SECRET_MARK}.token.2"


def test_a_service_account_signs_for_its_tokens(google_world, token_server):
    google_world.credentials(token_server.service_account())
    google_world.resolves(by=[FIRST])
    assert len(token_server.requests) == 1
    assert ROBOT in google_world.checked()["Credentials", "account"]["value"]


def test_a_token_that_the_store_does_not_take_is_renewed_once(google_world, token_server):
    google_world.credentials(token_server.service_account())
    google_world.store.tokens = {SECOND}
    google_world.resolves(by=[FIRST, SECOND])


def test_a_token_that_is_never_taken_ends_the_run(google_world, token_server):
    google_world.credentials(token_server.service_account())
    google_world.store.tokens = set()
    finished = google_world.resolve().failed(4)
    assert ROBOT in finished.stdout
    assert len(token_server.requests) == 2


def test_a_token_that_ends_soon_is_renewed_first(google_world, token_server):
    token_server.lifetimes = [100]
    google_world.credentials(token_server.service_account())
    google_world.resolves()
    assert len(token_server.requests) >= 2


# What is wrong with the file, and what is said.
FILES = {
    "not there": (None, ("does not exist", "mounted")),
    "empty": ("", ("is empty", "mounted")),
    "no JSON": ("bm90IEpTT04=", ("JSON", "base64")),
    "of no type": ("{}", ("type",)),
    "of another type": ('{"type": "gdch_service_account"}', ("gdch_service_account",)),
    "cut": ('{"type": "service_account", "client_email": "a@b"}', ("private_key",)),
    "a person's, cut": ('{"type": "authorized_user", "client_id": "1"}', ("client_secret",)),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_is_refused_that_is(google_world, case):
    content, words = FILES[case]
    path = google_world.credentials(content or "")
    if content is None:
        path.unlink()
    google_world.refused(4, *words)


def test_a_key_that_is_none_is_named(google_world, token_server):
    google_world.credentials(token_server.service_account(private_key=f"{SECRET_MARK}"))
    google_world.refused(4, "private key", ROBOT, "PEM")
    assert token_server.requests == []


REFUSALS = {
    "a clock that is off": (lambda it: setattr(it, "clock", 7200), ("Invalid JWT", "clock")),
    "a key that was deleted": (
        lambda it: it.on(any_request, lambda *_: refused("invalid_grant", "Invalid JWT Signature.")),
        ("Invalid JWT Signature", "key"),
    ),
    "an account that is gone": (
        lambda it: it.on(any_request, lambda *_: refused("invalid_grant", "Invalid grant: account not found")),
        ("account not found", "was deleted"),
    ),
    "a page in place of JSON": (
        lambda it: it.on(any_request, answers(200, "<html>")), ("returned no token", "proxy")
    ),
    "a page of a proxy": (lambda it: it.on(any_request, answers(403, "<html>")), ("403", "proxy")),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_service_account_is_refused_for(google_world, token_server, case):
    break_it, words = REFUSALS[case]
    google_world.credentials(token_server.service_account())
    break_it(token_server)
    google_world.refused(4, "service account", *words)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_token_server_that_fails_for_a_moment_is_asked_again(google_world, token_server, status):
    google_world.credentials(token_server.service_account())
    token_server.on(any_request, answers(status), times=1)
    google_world.resolves(by=[FIRST])
    assert len(token_server.requests) == 2


def test_a_token_server_that_goes_on_failing_is_named(google_world, token_server):
    google_world.credentials(token_server.service_account())
    token_server.on(any_request, answers(500))
    google_world.refused(8, "service account", token_server.endpoint, "500")


def test_a_machine_s_account_is_asked_of_its_metadata_service(google_world):
    with MachineMetadata() as machine:
        google_world.environment.update(machine.environment)
        google_world.store.tokens = machine.tokens
        google_world.resolves(by=[f"{SECRET_MARK}.machine.1"])
        assert ROBOT in google_world.checked()["Credentials", "account"]["value"]


def test_no_credentials_at_all(google_world):
    google_world.refused(4, "no credentials", "GOOGLE_APPLICATION_CREDENTIALS", "--no-sign-request")


def test_a_login_by_gcloud_is_found_where_gcloud_leaves_it(google_world, token_server):
    google_world.file(".config/gcloud/application_default_credentials.json", token_server.service_account())
    google_world.resolves(by=[FIRST])


def test_another_s_name_is_taken(google_world, token_server):
    with IdentityManagement(token_server.tokens) as iam:
        google_world.store.tokens = iam.tokens
        google_world.credentials(iam.impersonation(token_server.service_account()))
        google_world.resolves(by=[f"{SECRET_MARK}.impersonated.1"])


def test_a_person_s_login_is_used(google_world, google_server):
    google_world.file(".config/gcloud/application_default_credentials.json", google_server.login())
    google_world.resolves(by=[FIRST])


LOGINS = {
    "revoked": ({"refresh_token": f"{SECRET_MARK}-revoked"}, None, ("invalid_grant", "gcloud auth")),
    "of another client": ({"client_secret": f"{SECRET_MARK}-other"}, None, ("invalid_client",)),
    "to be made again": (
        {}, refused("invalid_grant", "reauth related error (invalid_rapt)", error_subtype="invalid_rapt"),
        ("requires reauthentication", "gcloud auth application-default login"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LOGINS)
def test_a_login_is_refused_that_is(google_world, google_server, case):
    changes, answer, words = LOGINS[case]
    google_world.credentials(google_server.login(**changes))
    if answer:
        google_server.on(any_request, lambda *_: answer)
    google_world.refused(4, "authorized user", *words)


def test_a_login_by_another_identity_provider_is_used(google_world, token_server):
    google_world.credentials(token_server.external_login())
    google_world.resolves(by=[FIRST])
