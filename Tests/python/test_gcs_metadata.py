"""The metadata service of a machine of Google's: found without a name, asked by nobody else, and missed soon elsewhere.

GCE_METADATA_IP and GCE_METADATA_ROOT stand for the address and the name that every machine of Google's has.
"""

import time

import pytest

from harness.aws_fakes import SECRET_MARK, Service, answers, any_request, json_answer, never, resets
from harness.google_fakes import ROBOT, MachineMetadata
from harness.s3_messages import Response

TOKEN = f"{SECRET_MARK}.machine.1"


@pytest.fixture
def machine(google_world):
    """Found by its address."""
    with MachineMetadata() as machine:
        google_world.environment.update(machine.address)
        google_world.store.tokens = machine.tokens
        yield machine


def detection(request):
    return request.path == "/"


def email(request):
    return request.path.endswith("/email")


def token(request):
    return request.path.endswith("/token")


def late(seconds):
    def answer(service, request):
        time.sleep(seconds)
        return service.answer(request)

    return answer


def test_it_is_found_without_a_name(google_world, machine):
    google_world.resolves(by=[TOKEN])
    assert machine.requests[0].path == "/"
    assert len(machine.seen("GET", "/computeMetadata/v1/instance/service-accounts/default/token")) == 1


def test_every_request_says_whom_it_is_for(google_world, machine):
    google_world.resolves()
    assert {request.headers.get("metadata-flavor") for request in machine.requests} == {"Google"}


def test_the_storage_scopes_are_asked_for(google_world, machine):
    google_world.resolves()
    [asked] = [request for request in machine.requests if token(request)]
    scopes = asked.query["scopes"].split(",")
    names = ("full_control", "read_only", "read_write")
    assert sorted(scopes) == [f"https://www.googleapis.com/auth/devstorage.{name}" for name in names]


def test_a_named_one_is_not_looked_for(google_world, machine):
    google_world.environment.update(machine.environment, GCE_METADATA_IP="127.0.0.1:9", GCE_METADATA_ROOT="127.0.0.1:9")
    google_world.resolves(by=[TOKEN])
    assert not any(detection(request) for request in machine.requests)


def test_no_proxy_is_asked_for_it(google_world, machine):
    with Service() as proxy:
        google_world.environment.update(HTTP_PROXY=proxy.endpoint, http_proxy=proxy.endpoint, NO_PROXY="")
        google_world.environment["no_proxy"] = google_world.store.endpoint.removeprefix("http://")
        google_world.resolves(by=[TOKEN])
        assert proxy.requests == []


def test_nobody_looks_for_it_who_is_told_not_to(google_world, machine):
    google_world.environment["NO_GCE_CHECK"] = "true"
    google_world.refused(4, "no credentials")
    assert machine.requests == []


CONFIGURED = {
    "a file that is named": "credentials.json",
    "a login by gcloud": ".config/gcloud/application_default_credentials.json",
}


@pytest.mark.parametrize("case", CONFIGURED)
def test_nobody_looks_for_it_who_has(google_world, token_server, case):
    path = google_world.file(CONFIGURED[case], token_server.service_account())
    with MachineMetadata() as machine:
        google_world.environment.update(machine.address)
        if "named" in case:
            google_world.environment["GOOGLE_APPLICATION_CREDENTIALS"] = path
        google_world.resolves(by=[f"{SECRET_MARK}.token.1"])
        assert machine.requests == []


def test_nobody_looks_for_it_whose_file_does_not_work(google_world, machine):
    google_world.credentials("{}")
    google_world.refused(4, "type")
    assert machine.requests == []


def test_nobody_looks_for_it_who_asks_without_credentials(google_world, machine):
    google_world.store.tokens = None
    google_world.environment.update(API_ENDPOINT_OVERRIDE=None, STORAGE_EMULATOR_HOST=google_world.store.endpoint)
    google_world.resolves(by=[None])
    assert machine.requests == []


# Off Google's cloud

ELSEWHERE = {
    "nothing listens": None,
    "nobody answers": never,
    "the connection is reset": resets,
    "another service answers": answers(200, "<html>Log in</html>", "text/html"),
    "another cloud's answers": answers(404, "Not Found"),
    "it has the wrong flavor": lambda *_: Response(200, b"", (("Metadata-Flavor", "Amazon"),)),
    "it redirects": lambda *_: Response(302, b"", (("Location", "http://127.0.0.1:9/"),)),
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_no_credentials_are_found_soon_where(google_world, machine, case):
    if ELSEWHERE[case] is None:
        google_world.environment.update(GCE_METADATA_IP="127.0.0.1:9", GCE_METADATA_ROOT="127.0.0.1:9")
    else:
        machine.on(any_request, ELSEWHERE[case])
    finished = google_world.resolve().failed(4)
    assert finished.seconds < 5, str(finished)
    google_world.refused(4, "no credentials", "metadata service", "GOOGLE_APPLICATION_CREDENTIALS")
    assert {request.path for request in machine.requests} <= {"/"}


def test_no_credentials_are_found_soon_without_a_network(google_world):
    google_world.environment["NO_GCE_CHECK"] = None
    spec = google_world.workspace.spec("small/asset:1.0")
    finished = google_world.workspace.tool.run("resolve", spec, "--format", "json", before=["unshare", "--net"])
    assert "no credentials found" in finished.failed(4).stdout
    assert finished.seconds < 5, str(finished)


# Slow, or out of order


def test_it_is_found_though_it_takes_its_time(google_world, machine):
    machine.on(detection, late(0.6))
    google_world.resolves(by=[TOKEN])


def test_a_token_may_take_its_time(google_world, machine):
    machine.on(token, late(2))
    google_world.resolves(by=[TOKEN])
    assert len([request for request in machine.requests if token(request)]) == 1


def test_a_token_that_does_not_come_once_is_asked_for_again(google_world, machine):
    machine.on(token, never, times=1)
    finished = google_world.resolves(by=[TOKEN])
    assert 3 < finished.seconds < 9


PASSING = {
    "500": answers(500), "503": answers(503, "<html>"), "504": answers(504), "429": answers(429), "a reset": resets,
}  # fmt: skip


@pytest.mark.parametrize("case", PASSING)
@pytest.mark.parametrize("asked", [email, token], ids=["the account", "the token"])
def test_it_is_asked_again_after(google_world, machine, asked, case):
    machine.on(asked, PASSING[case], times=1)
    google_world.resolves(by=[TOKEN])
    assert len([request for request in machine.requests if asked(request)]) == 2


# What stays wrong: with which request, the exit status, and what is said.
LASTING = {
    "no account": (email, answers(404, "Not Found"), 4, ("no service account", "attach a service account")),
    "no token, with 404": (token, answers(404, "Not Found"), 4, ("metadata service", "404")),
    "no token, with 403": (token, answers(403, "<html>"), 4, ("metadata service", "403", "scopes")),
    "a page in place of a token": (token, answers(200, "<html>", "text/html"), 4, ("returned no token", "proxy")),
    "an empty token": (token, lambda *_: json_answer({"access_token": ""}), 4, ("returned no token",)),
    "500": (token, answers(500), 8, ("metadata service", "500")),
    "503": (token, answers(503), 8, ("metadata service", "503")),
}


@pytest.mark.parametrize("case", LASTING)
def test_what_stays_wrong_is_named(google_world, machine, case):
    asked, trouble, status, words = LASTING[case]
    machine.on(asked, trouble)
    google_world.refused(status, *words)


def test_a_named_one_that_does_not_answer_is_named(google_world):
    google_world.environment.update(NO_GCE_CHECK=None, GCE_METADATA_HOST="127.0.0.1:9")
    finished = google_world.resolve().failed(8)
    assert "http://127.0.0.1:9 is unreachable" in finished.stdout
    assert finished.seconds < 9, str(finished)


def test_an_account_that_is_a_page_of_another_server_s_is_not_believed(google_world, machine):
    machine.on(email, answers(200, "<!DOCTYPE html><html>Log in</html>", "text/html"))
    machine.on(token, answers(200, "<!DOCTYPE html><html>Log in</html>", "text/html"))
    google_world.refused(4, "metadata service", "returned no token")


def test_a_token_that_ends_soon_is_renewed(google_world, machine):
    machine.lifetimes = [5]
    google_world.resolves()
    assert len([request for request in machine.requests if token(request)]) >= 2


def test_the_account_is_shown(google_world, machine):
    google_world.resolves()
    assert ROBOT in google_world.checked()["Credentials", "account"]["value"]
