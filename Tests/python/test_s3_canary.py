"""Nothing that a run says or writes holds a secret, a signature or an authorization header: whatever the command, and
whatever fails, though the server repeats all that it was sent."""

import signal

import pytest

from harness.fault_world import FINE, LARGE, SMALL, data
from harness.faults import cut_after, gets, lists, page_of_html, stall_after
from harness.s3_messages import Response, error, escaped
from harness.secrecy import leaks

SECRET, TOKEN, PASSWORD = "canary/secret+key", "canary/session+token==", "canary-password"
SECRETS = (SECRET, TOKEN, PASSWORD)
PINS = [f"{name}:1.0" for name in (FINE, SMALL, LARGE)]


def said(exchange):
    """All of the request, with the secret key that it was signed with."""
    lines = [exchange.request.target, *(f"{name}: {value}" for name, value in exchange.request.headers.items()), SECRET]
    return "\n".join(lines)


def repeats(status, code):
    """An error that holds the whole request, in its text and in its own header."""

    def fault(exchange):
        headers = (("x-amz-request-id", exchange.request.headers.get("authorization", "")),)
        text = escaped(said(exchange))
        return error(status, code, text, headers, f"<StringToSign>{text}</StringToSign>")

    return fault


def repeats_as_page(exchange):
    page = f"<html><title>{escaped(said(exchange))}</title></html>"
    return Response(200, page.encode(), (("Content-Type", "text/html"),))


def anything(request):
    return True


# What goes wrong, and with which requests.
FAILURES = {
    "nothing": (lambda request: False, None),
    "access denied": (anything, repeats(403, "AccessDenied")),
    "a wrong signature": (anything, repeats(403, "SignatureDoesNotMatch")),
    "an expired token": (anything, repeats(400, "ExpiredToken")),
    "a wrong clock": (anything, repeats(403, "RequestTimeTooSkewed")),
    "another region": (anything, repeats(400, "AuthorizationHeaderMalformed")),
    "a redirect": (anything, repeats(301, "PermanentRedirect")),
    "a failure of the server": (anything, repeats(500, "InternalError")),
    "an answer of another program": (anything, repeats_as_page),
    "objects denied": (lambda request: not lists(request), repeats(403, "AccessDenied")),
    "data denied": (data(SMALL), repeats(403, "AccessDenied")),
    "data not there": (data(SMALL), repeats(404, "NoSuchKey")),
    "data cut short": (data(LARGE), cut_after(0)),
    "data of another program": (data(SMALL), page_of_html(200)),
    "metadata of another program": (gets(f"{SMALL}/1.0.meta"), repeats_as_page),
}

COMMANDS = {
    "resolve": ["resolve", "SPEC"],
    "resolve, as JSON": ["resolve", "SPEC", "--format", "json", "--progress", "json"],
    "plan": ["plan", "SPEC"],
    "plan, as JSON": ["plan", "SPEC", "--format", "json"],
    "fetch": ["fetch", f"{SMALL}:1.0"],
    "list": ["list"],
    "list, as JSON": ["list", "--format", "json"],
    "show": ["show", f"{LARGE}:1.0", "--format", "json"],
    "new": ["new", "SPEC", "nlp/canary", "--yes"],
    "annotate": ["annotate", f"{SMALL}:1.0"],
    "check": ["check", "SPEC"],
    "check for a developer": ["check", "SPEC", "--for", "developer", "--format", "json"],
    "check with the policy": ["check", "--policy"],
}
# The server takes no writes.
WRITING = {"new", "annotate"}


@pytest.fixture
def marked(fault_shelf, fault_server):
    """The workspace with secrets that are looked for."""
    fault_server.keys = {"AKIACANARY0000000000": (SECRET, TOKEN)}
    fault_shelf.tool.environment |= {**fault_server.environment, "MODELKIT_STORAGE_TIMEOUT_S": "1"}
    return fault_shelf


def assert_silent(marked, fault_server, finished):
    """The streams are files below the folder too."""
    assert leaks(SECRETS, fault_server.requests, finished, marked.folder) == [], str(finished)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_secret_is_shown_by(marked, fault_server, command, failure):
    matches, fault = FAILURES[failure]
    fault_server.on(matches, fault)
    words = [marked.spec(*PINS) if word == "SPEC" else word for word in COMMANDS[command]]
    finished = marked.tool.run(*words, "-vv")
    assert_silent(marked, fault_server, finished)
    if failure == "nothing" and command not in WRITING:
        finished.succeeded()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_secret_is_left_by_a_run_that_ends_by(marked, fault_server, ending):
    fault_server.on(data(LARGE), stall_after(1 << 20), skip=1)
    marked.tool.environment["MODELKIT_STORAGE_TIMEOUT_S"] = "60"
    running = marked.tool.start("resolve", marked.spec(*PINS), "-vv")
    running.until(lambda: len(fault_server.seen(data(LARGE))) > 1, "fetched a second range")
    running.process.send_signal(ending)
    finished = running.wait()
    assert finished.status != 0
    assert any(marked.assets.rglob("*")), "nothing is in staging, and nothing was looked at"
    assert_silent(marked, fault_server, finished)


ADDRESSES = {
    "a proxy that is not there": {"HTTP_PROXY": f"http://user:{PASSWORD}@127.0.0.1:9"},
    "a proxy that cannot be used": {"HTTP_PROXY": f"socks5://user:{PASSWORD}@127.0.0.1:9"},
    "an endpoint with a password": {"S3_ENDPOINT": f"http://user:{PASSWORD}@127.0.0.1:9"},
    "an endpoint that is no address": {"S3_ENDPOINT": f"http://user:{PASSWORD}@127.0.0.1:port"},
}


@pytest.mark.parametrize("case", ADDRESSES)
@pytest.mark.parametrize("command", ["resolve", "check"])
def test_no_password_of_an_address_is_shown(marked, fault_server, command, case):
    finished = marked.tool.run(command, marked.spec(*PINS), "-vv", environment=ADDRESSES[case])
    assert finished.status != 0
    assert_silent(marked, fault_server, finished)


FILES = {
    "a line without its equals sign": "[default]\naws_access_key_id = AKIACANARY0000000000\naws_secret_access_key {}\n",
    "a line before any section": "aws_secret_access_key = {}\n",
    "a section that does not close": "[default\naws_secret_access_key = {}\n",
    "a key without its pair": "[default]\naws_secret_access_key = {}\n",
    "the same key twice": "[default]\naws_secret_access_key = {0}\naws_secret_access_key = {0}\n",
    "keys that are refused": "[default]\naws_access_key_id = AKIAOTHER00000000000\naws_secret_access_key = {}\n",
}


@pytest.mark.parametrize("case", FILES)
@pytest.mark.parametrize("command", ["resolve", "check"])
def test_no_secret_of_a_file_is_shown_for(marked, fault_server, command, case, tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "credentials"
    path.write_text(FILES[case].format(SECRET))
    keys = dict.fromkeys(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
    environment = {**keys, "AWS_SHARED_CREDENTIALS_FILE": path, "AWS_EC2_METADATA_DISABLED": "true"}
    finished = marked.tool.run(command, marked.spec(*PINS), "-vv", environment=environment)
    assert finished.status in (3, 4, 8), str(finished)
    assert_silent(marked, fault_server, finished)
