"""Nothing that a run on Google Cloud Storage says or writes holds a key, a token or a signed request."""

import pytest

from harness.aws_fakes import SECRET_MARK, any_request
from harness.credential_world import ASSET, PIN
from harness.faults import lists, page_of_html
from harness.gcs_fault_server import fault
from harness.google_fakes import refused
from harness.s3_messages import Response
from harness.secrecy import leaks


@pytest.fixture
def server(google_world, token_server):
    google_world.credentials(token_server.service_account())
    google_world.environment["MODELKIT_STORAGE_TIMEOUT_S"] = "1"
    return token_server


def said(request):
    """All of the request, as some servers repeat it."""
    return "\n".join([request.target, *(f"{name}: {value}" for name, value in request.headers.items())])


def repeats(status, reason):
    def answer(exchange):
        return fault(status, reason, said(exchange.request), is_media="alt" in exchange.request.query)

    return answer


def repeats_as_page(exchange):
    return Response(200, f"<html>{said(exchange.request)}</html>".encode(), (("Content-Type", "text/html"),))


def data(request):
    return request.key.endswith("/1.0")


FAILURES = {
    "nothing": (lambda request: False, None),
    "denied": (any_request, repeats(403, "forbidden")),
    "a token that is not taken": (any_request, repeats(401, "authError")),
    "a failure of the server": (any_request, repeats(500, "backendError")),
    "a request that is wrong": (any_request, repeats(400, "invalid")),
    "an answer of another program": (any_request, repeats_as_page),
    "objects denied": (lambda request: not lists(request), repeats(403, "forbidden")),
    "data denied": (data, repeats(403, "forbidden")),
    "data of another program": (data, page_of_html(200)),
}

COMMANDS = {
    "resolve": ["resolve", "SPEC"],
    "resolve, as JSON": ["resolve", "SPEC", "--format", "json", "--progress", "json"],
    "plan": ["plan", "SPEC"],
    "fetch": ["fetch", PIN],
    "list": ["list"],
    "show": ["show", PIN],
    "new": ["new", "SPEC", "nlp/canary", "--yes"],
    "annotate": ["annotate", PIN],
    "check for a developer": ["check", "SPEC", "--for", "developer"],
}
# The server takes no writes.
WRITING = {"new", "annotate"}


def assert_silent(google_world, server, finished):
    """The run's folder holds the key file, which the test put there."""
    written = [google_world.workspace.assets]
    assertions = [request.body.decode().partition("assertion=")[2].partition("&")[0] for request in server.requests]
    secrets = [SECRET_MARK, "PRIVATE KEY", *filter(None, assertions)]
    assert leaks(secrets, [], finished, *written) == [], str(finished)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_secret_is_shown_by(google_world, server, command, failure):
    matches, trouble = FAILURES[failure]
    google_world.store.on(matches, trouble)
    words = [google_world.workspace.spec(PIN) if word == "SPEC" else word for word in COMMANDS[command]]
    finished = google_world.workspace.tool.run(*words, "-vv")
    assert_silent(google_world, server, finished)
    assert server.requests != []
    if failure == "nothing" and command not in WRITING:
        finished.succeeded()


def test_a_token_server_that_repeats_what_it_got_is_not_repeated(google_world, server):
    server.on(any_request, lambda service, request: refused("invalid_grant", request.body.decode()))
    finished = google_world.workspace.tool.run("resolve", google_world.workspace.spec(PIN), "-vv").failed(4)
    assert "invalid_grant" in finished.stderr
    assert_silent(google_world, server, finished)
    assert not (google_world.workspace.assets / ASSET / "1.0").exists()
