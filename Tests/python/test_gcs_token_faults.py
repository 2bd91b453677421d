"""Faults of the servers that give tokens, whoever asks them: got over, or an error that says whose they are.

Each table is the specification. google-auth sends again after 408, 429, 500, 503, 504 and three codes of OAuth.
"""

import time
from typing import NamedTuple

import pytest

from harness.aws_fakes import SECRET_MARK, answers, any_request, json_answer, never, resets
from harness.credential_world import BUDGET
from harness.google_fakes import IdentityManagement, refused

FIRST = f"{SECRET_MARK}.token.1"
EXPIRED = "Token has been expired or revoked."


class Asking(NamedTuple):
    """What a test has of one who asks for tokens."""

    world: object
    """The server that is to fail."""
    server: object
    name: str
    token: str = FIRST


@pytest.fixture
def service_account(google_world, token_server):
    google_world.credentials(token_server.service_account())
    return Asking(google_world, token_server, "service account")


@pytest.fixture
def pool(google_world, token_server):
    path = google_world.file("subject", f"{SECRET_MARK}.subject")
    google_world.credentials(token_server.pool({"file": str(path)}))
    return Asking(google_world, token_server, "external account")


@pytest.fixture
def external_login(google_world, token_server):
    google_world.credentials(token_server.external_login())
    return Asking(google_world, token_server, "external authorized user")


@pytest.fixture
def login(google_world, google_server):
    google_world.credentials(google_server.login())
    return Asking(google_world, google_server, "authorized user")


@pytest.fixture
def impersonation(google_world, token_server):
    with IdentityManagement(token_server.tokens) as iam:
        google_world.store.tokens = iam.tokens
        google_world.credentials(iam.impersonation(token_server.service_account()))
        yield Asking(google_world, iam, "impersonated service account", f"{SECRET_MARK}.impersonated.1")


ASKERS = ["service_account", "pool", "external_login", "login", "impersonation"]


@pytest.fixture(params=ASKERS)
def asking(request):
    return request.getfixturevalue(request.param)


def closes(service, request):
    """The connection, without an answer."""
    return None


def late(seconds):
    def answer(service, request):
        time.sleep(seconds)
        return service.answer(request)

    return answer


PASSING = {
    "500": answers(500),
    "503": answers(503, "<html>"),
    "504": answers(504),
    "429": answers(429),
    "a connection that closes": closes,
    "a connection that is reset": resets,
}


@pytest.mark.parametrize("case", PASSING)
def test_tokens_are_asked_for_again_after(asking, case):
    asking.server.on(any_request, PASSING[case], times=1)
    asking.world.resolves(by=[asking.token])
    assert len(asking.server.requests) == 2


@pytest.mark.parametrize("times", [1, 2])
def test_a_pause_grows_or_stays_before_tokens_are_asked_for_again(service_account, times):
    service_account.server.on(any_request, answers(503), times=times)
    service_account.world.resolves(by=[FIRST])
    moments = [request.time for request in service_account.server.requests]
    assert len(moments) == times + 1
    assert all(later - earlier >= 0.8 for earlier, later in zip(moments, moments[1:], strict=False))


def test_a_failure_that_stays_is_named(asking):
    asking.server.on(any_request, answers(500))
    asking.world.refused(8, asking.name, "500")
    assert len(asking.server.requests) == 6, "three for each of `resolve` and `check`"


LASTING = {"429": (answers(429), "429"), "a connection that is reset": (resets, "is unreachable")}


@pytest.mark.parametrize("case", LASTING)
def test_a_service_account_hears_of(service_account, case):
    trouble, word = LASTING[case]
    service_account.server.on(any_request, trouble)
    service_account.world.refused(8, "service account", service_account.server.endpoint, word)


def test_a_server_that_is_slow_is_waited_for(asking):
    asking.server.on(any_request, late(1.5))
    asking.world.resolves(by=[asking.token])
    assert len(asking.server.requests) == 1


def test_a_server_that_never_answers_ends_the_run_in_time(service_account):
    service_account.server.on(any_request, never)
    finished = service_account.world.resolve().failed(8)
    assert "service account" in finished.stdout
    assert finished.seconds < 3 * float(BUDGET) + 6


def test_a_server_that_does_not_answer_once_is_asked_again(service_account):
    service_account.server.on(any_request, never, times=1)
    service_account.world.resolves(by=[FIRST])
    assert len(service_account.server.requests) == 2


WRONG = {
    "a page": answers(200, "<!DOCTYPE html><html>Log in</html>", "text/html"),
    "nothing": answers(200),
    "a list": answers(200, "[]", "application/json"),
    "no token": lambda *_: json_answer({"expires_in": 3600, "token_type": "Bearer"}),
    "an empty token": lambda *_: json_answer({"access_token": "", "accessToken": "", "expires_in": 3600}),
    "a token with a line break": lambda *_: json_answer({"access_token": "a\r\nx: y", "accessToken": "a\r\nx: y"}),
    "JSON cut short": answers(200, '{"access_token": "abc', "application/json"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_answer_without_a_token_is_named_that_is(asking, case):
    asking.server.on(any_request, WRONG[case])
    asking.world.refused(4, asking.name, "returned no token", "proxy")


LIFETIMES = {"a text": "3600", "missing": None}


@pytest.mark.parametrize("case", LIFETIMES)
def test_a_token_serves_whose_lifetime_is(service_account, case):
    service_account.server.tokens.add(f"{SECRET_MARK}.given")
    document = {"access_token": f"{SECRET_MARK}.given", "expires_in": LIFETIMES[case], "token_type": "Bearer"}
    service_account.server.on(any_request, lambda *_: json_answer({k: v for k, v in document.items() if v}))
    service_account.world.resolves(by=[f"{SECRET_MARK}.given"])


SHORT_LIVED = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)

# Who asks, with what is wrong, and what is said of it.
REFUSALS = {
    "a service account by a clock that is behind": (
        "service_account", refused("invalid_grant", SHORT_LIVED), ("short-lived", "clock")
    ),
    "a service account whose key was revoked": (
        "service_account", refused("invalid_grant", "Invalid JWT Signature."), ("Invalid JWT Signature", "new key")
    ),
    "a service account that is disabled": (
        "service_account", refused("invalid_grant", "Account has been deleted"), ("deleted", "another service account")
    ),
    "a service account of a client that may not": (
        "service_account", refused("unauthorized_client", "Client is unauthorized", 401), ("unauthorized_client",)
    ),
    "a person whose login expired": ("login", refused("invalid_grant", EXPIRED), ("expired", "gcloud auth")),
    "a person whose session ended": (
        "login", refused("invalid_grant", "Bad Request", error_subtype="rapt_required"), ("requires reauthentication",)
    ),
    "an external person whose login expired": (
        "external_login", refused("invalid_grant", EXPIRED), ("expired", "gcloud auth")
    ),
    "a pool's member whose token expired": (
        "pool", refused("invalid_grant", "ID Token expired at 1700000000."), ("ID Token expired",)
    ),
    "a pool's member that the pool does not let in": (
        "pool", refused("unauthorized_client", "The given credential is rejected by the attribute condition."),
        ("attribute condition", "identity pool"),
    ),
    "a pool that is not there": (
        "pool", refused("invalid_target", "The target service indicated by the audience is invalid"), ("identity pool",)
    ),
    "a name that may not be taken": (
        "impersonation",
        json_answer({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "getAccessToken denied"}}, 403),
        ("getAccessToken denied", "serviceAccountTokenCreator"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_whoever_is_refused_learns_why(request, case):
    who, answer, words = REFUSALS[case]
    asking = request.getfixturevalue(who)
    asking.server.on(any_request, lambda *_: answer)
    asking.world.refused(4, asking.name, *words)
    assert len(asking.server.requests) == 2, "one for each of `resolve` and `check`"
