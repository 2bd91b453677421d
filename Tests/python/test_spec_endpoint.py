"""A spec file from somebody else leads neither credentials nor variables of the environment to an endpoint of its own."""

import pytest

from harness.fault_server import FaultServer
from harness.fault_world import SMALL, SMALL_CONTENT, put_asset
from harness.proxy_server import ProxyServer
from harness.s3_messages import BUCKET
from harness.workspace import error_text, outcomes

PIN = f"{SMALL}:1.0"
STRANGER = "http://store.example"
TRUST = "MODELKIT_ASSETS_TRUST_SPEC_ENDPOINT"
SECRET = "value-of-the-environment"


@pytest.fixture
def shelf(workspace):
    """The stranger's store, which is reached by the proxy of this network."""
    with FaultServer() as server:
        put_asset(server, SMALL, SMALL_CONTENT)
        with ProxyServer(places={"store.example:80": server.endpoint.partition("://")[2]}, tunnels=False) as proxy:
            workspace.tool.environment = {
                "MODELKIT_ASSETS_DIR": workspace.assets,
                "MODELKIT_STORAGE_TIMEOUT_S": "3",
                **server.environment,
                "S3_ENDPOINT": None,
                "HTTP_PROXY": proxy.url,
                "ANOTHER": SECRET,
            }
            workspace.server, workspace.proxy = server, proxy
            yield workspace
    assert server.mistakes == []


def storage(**changes):
    values = {"provider": "s3", "bucket": BUCKET, "endpoint": STRANGER, **changes}
    return {name: value for name, value in values.items() if value is not None}


def resolve(shelf, *options, environment=None, entries=(PIN,), **changes):
    spec = shelf.spec(*entries, storage=storage(**changes))
    return shelf.tool.run("resolve", spec, "--format", "json", *options, environment=environment)


def assert_refused(shelf, finished, *words):
    """Nothing is sent, and the place, the endpoint and what to do are said."""
    text = error_text(finished.failed(3).report)
    details = str(finished.report)
    for word in ["store.example", "--trust-spec-endpoint", *words]:
        assert word in text, text
    assert "assets.yaml:5" in details, details
    assert SECRET not in details
    assert shelf.proxy.requests == shelf.server.requests == []


def test_no_credentials_go_to_an_endpoint_that_the_spec_alone_names(shelf):
    assert_refused(shelf, resolve(shelf), "credentials", TRUST, "S3_ENDPOINT", "--no-sign-request")


@pytest.mark.parametrize("command", ["plan", "lock", "list", "show", "outdated", "tree", "new", "check"])
def test_no_command_sends_them(shelf, command):
    shelf.spec(PIN, storage=storage())
    content = shelf.folder / "content"
    content.write_bytes(b"content")
    arguments = {"show": [SMALL], "new": [content, "other/asset", "--yes"], "list": []}.get(command, [])
    finished = shelf.tool.run(command, *arguments, cwd=shelf.folder).failed(3)
    assert "store.example" in finished.stdout + finished.stderr
    assert shelf.proxy.requests == []


def test_check_says_so(shelf):
    finished = shelf.tool.run("check", shelf.spec(PIN, storage=storage()), "--format", "json").failed(3)
    rows = [row for section in finished.document["sections"] for row in section["rows"] if row["state"] == "failed"]
    assert [row["name"] for row in rows] == ["settings"]
    assert "store.example" in rows[0]["value"]
    assert "assets.yaml:5" in rows[0]["value"]
    assert "--trust-spec-endpoint" in rows[0]["remedy"]


# Options, variables and a config file of Amazon's tools.
TRUSTED = {
    "the flag": (["--trust-spec-endpoint"], {}, None),
    "the variable": ([], {TRUST: "true"}, None),
    "the variable as a number": ([], {TRUST: "1"}, None),
    "modelkit's variable": ([], {"S3_ENDPOINT": STRANGER}, None),
    "a variable of Amazon's": ([], {"AWS_ENDPOINT_URL_S3": f"{STRANGER}/"}, None),
    "another flag": (["--endpoint", STRANGER], {}, None),
    "a variable that is not heeded": (
        [], {"AWS_ENDPOINT_URL": STRANGER, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, None,
    ),
    "the profile": ([], {}, f"[default]\nendpoint_url = {STRANGER}\n"),
    "the profile's services": (
        [], {}, f"[default]\nservices = local\n[services local]\ns3 =\n  endpoint_url = {STRANGER}\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TRUSTED)
def test_they_go_there_where_it_is_named_or_trusted_by(shelf, case):
    options, variables, config = TRUSTED[case]
    if config:
        (shelf.tool.folder / ".aws").mkdir()
        (shelf.tool.folder / ".aws/config").write_text(config)
    finished = resolve(shelf, *options, environment=variables).succeeded()
    assert outcomes(finished.report) == {PIN: "fetched"}
    assert {request.signed_by is None for request in shelf.server.requests} == {False}


# Not the same endpoint, or no word of trust.
UNTRUSTED = {
    "another endpoint": {"AWS_ENDPOINT_URL": "http://other.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    "another port": {"AWS_ENDPOINT_URL": f"{STRANGER}:81", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    "no": {TRUST: "false"},
    "nothing": {TRUST: ""},
    "that of another service": {"AWS_ENDPOINT_URL_STS": STRANGER},
    "that of another store": {"STORAGE_EMULATOR_HOST": STRANGER},
}


@pytest.mark.parametrize("case", UNTRUSTED)
def test_they_do_not_where_a_variable_says(shelf, case):
    assert_refused(shelf, resolve(shelf, environment=UNTRUSTED[case]))


def test_what_is_neither_yes_nor_no_is_told(shelf):
    finished = resolve(shelf, environment={TRUST: "store.example"}).failed(64)
    assert TRUST in error_text(finished.report)
    assert shelf.proxy.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1.store.example", "127.store.example", "localhost.store.example", "[::2]"])
def test_a_name_that_looks_like_loopback_is_none(shelf, host):
    finished = resolve(shelf, endpoint=f"http://{host}").failed(3)
    assert host in error_text(finished.report)
    assert shelf.proxy.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_trusted(shelf, host):
    endpoint = shelf.server.endpoint.replace("127.0.0.1", host)
    resolve(shelf, endpoint=endpoint, environment={"HTTP_PROXY": None}).succeeded()


def test_offline_nothing_is_sent_and_so_nothing_is_refused(shelf):
    resolve(shelf, "--trust-spec-endpoint").succeeded()
    shelf.proxy.requests.clear()
    resolve(shelf, "--offline", entries=[PIN]).succeeded()
    assert shelf.proxy.requests == []


# Anonymous access

ANONYMOUS = {"by a flag": (["--no-sign-request"], {}), "by the spec": ([], {"anonymous": "true"})}


@pytest.mark.parametrize("case", ANONYMOUS)
def test_a_public_bucket_is_read_there(shelf, case):
    shelf.server.is_public = True
    options, changes = ANONYMOUS[case]
    finished = resolve(shelf, *options, **changes).succeeded()
    assert outcomes(finished.report) == {PIN: "fetched"}
    assert {request.headers.get("authorization") for request in shelf.server.requests} == {None}


# What would carry a variable there.
CARRIERS = {
    "the bucket": ({"bucket": "${ANOTHER}"}, [PIN]),
    "the prefix": ({"prefix": "a/${ANOTHER:-b}"}, [PIN]),
    "the endpoint": ({"endpoint": "http://${ANOTHER}.store.example"}, [PIN]),
    "a default that holds one": ({"prefix": "${UNSET:-${ANOTHER}}"}, [PIN]),
    "an asset's name": ({}, ["small/${ANOTHER}:1.0"]),
    "a dependency's name": ({}, [{"name": SMALL, "depends_on": ["small/${ANOTHER}:1.0"]}]),
}


@pytest.mark.parametrize("case", CARRIERS)
@pytest.mark.parametrize("way", ANONYMOUS)
def test_no_variable_is_sent_there_in(shelf, case, way):
    changes, entries = CARRIERS[case]
    options, anonymous = ANONYMOUS[way]
    finished = resolve(shelf, *options, entries=entries, **{**changes, **anonymous})
    text = error_text(finished.failed(3).report)
    assert "`ANOTHER` (" in text
    assert "--trust-spec-endpoint" in text
    assert shelf.proxy.requests == []


def test_a_default_that_stands_in_the_file_is_no_variable(shelf):
    shelf.server.is_public = True
    entries = ["${UNSET:-" + SMALL + "}:1.0"]
    resolve(shelf, "--no-sign-request", bucket=f"${{UNSET:-{BUCKET}}}", entries=entries).succeeded()


def test_variables_go_to_an_endpoint_that_is_trusted(shelf):
    resolve(shelf, "--trust-spec-endpoint", bucket="${PLACE}", environment={"PLACE": BUCKET}).succeeded()


def test_check_says_who_trusts_it(shelf):
    finished = shelf.tool.run(
        "check", shelf.spec(PIN, storage=storage()), "--format", "json", environment={TRUST: "true"}
    ).succeeded()
    rows = {row["name"]: row for section in finished.document["sections"] for row in section["rows"]}
    assert rows["endpoint trust"]["source"] == f"environment variable {TRUST}"
    assert "assets.yaml:5" in rows["endpoint"]["source"]


LOOKING_AT_NO_STORE = [
    ["verify"],
    ["tree", "--locked"],
    ["cache-key", "--frozen"],
    ["why", SMALL, "--frozen"],
    ["resolve", "--locked"],
    ["resolve", "--frozen"],
]


@pytest.fixture
def present(shelf):
    """All is there, put by a run that trusted the endpoint."""
    resolve(shelf, "--trust-spec-endpoint").succeeded()
    shelf.proxy.requests.clear()
    shelf.server.requests.clear()
    return shelf


@pytest.mark.parametrize("command", LOOKING_AT_NO_STORE, ids=" ".join)
def test_what_asks_nothing_of_the_store_is_not_refused(present, command):
    present.tool.run(*command, cwd=present.folder).succeeded()
    assert present.proxy.requests == []


@pytest.mark.parametrize("option", ["--locked", "--frozen"])
def test_what_is_missing_then_is_refused_as_ever(present, option):
    (present.assets / SMALL / "1.0").unlink()
    assert_refused(present, resolve(present, option), "credentials", TRUST)
