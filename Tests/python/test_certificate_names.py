"""Which host a certificate is valid for: the same as for Python's `requests`, for every service that is asked."""

import pytest
import requests
from cryptography import x509

from harness.certificates import Authority
from harness.fault_server import FaultServer
from harness.fault_world import BUDGET, CONTENTS, SMALL, SMALL_CONTENT, put_asset
from harness.google_fakes import TokenServer
from harness.proxy_server import ProxyServer
from harness.workspace import error_text

PIN = f"{SMALL}:1.0"


@pytest.fixture
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


# The host that is asked, the alternative names of the certificate, and whether it is accepted. The common name is always
# the host.
NAMES = {
    "its name": ("store.example", ["store.example"], True),
    "its name in other letters": ("store.example", ["Store.EXAMPLE"], True),
    "its name with a dot at the end": ("store.example.", ["store.example"], True),
    "its name among others": ("store.example", ["127.0.0.1", "other.example", "store.example"], True),
    "the address that the connection leads to": ("localhost", ["127.0.0.1"], False),
    "the address behind a proxy": ("store.example", ["127.0.0.1"], False),
    "another name": ("store.example", ["other.example"], False),
    "nothing but its common name": ("store.example", [], False),
    "an address by its common name alone": ("127.0.0.1", [], False),
    "its address": ("127.0.0.1", ["127.0.0.1"], True),
    "its address, which only the proxy reaches": ("10.0.0.7", ["10.0.0.7"], True),
    "the proxy's address": ("10.0.0.7", ["127.0.0.1"], False),
    "a name of its address": ("127.0.0.1", ["localhost"], False),
    "its address as a name": ("127.0.0.1", [x509.DNSName("127.0.0.1")], False),
    "a wildcard for an address": ("127.0.0.1", [x509.DNSName("*.0.0.1")], False),
    "its IPv6 address": ("[fd00::7]", ["fd00::7"], True),
    "another IPv6 address": ("[fd00::7]", ["::1", "127.0.0.1"], False),
    "a wildcard": ("a.store.example", ["*.store.example"], True),
    "a wildcard for two labels": ("a.b.store.example", ["*.store.example"], False),
    "a wildcard for no label": ("store.example", ["*.store.example"], False),
    "a wildcard of a whole domain": ("store.example", ["*.example"], False),
    "a wildcard of everything": ("localhost", ["*"], False),
    "a part of a label as a wildcard": ("ab.store.example", ["a*.store.example"], False),
}


class OneServer(dict):
    """Where a tunnel leads, whatever it was opened for."""

    def __init__(self, server):
        super().__init__()
        self.place = server.endpoint.removeprefix("https://")

    def get(self, *_):
        return self.place


@pytest.mark.parametrize("case", NAMES)
def test_a_certificate_is_for_the_host_that_it_names(workspace, authority, case):
    host, names, is_accepted = NAMES[case]
    context = authority.context(*names, common_name=host.strip("[]"))
    with FaultServer(tls=context) as server, ProxyServer(places=OneServer(server)) as proxy:
        endpoint = f"https://{host}:{server.endpoint.rpartition(':')[2]}"
        environment = {"S3_ENDPOINT": endpoint, "HTTPS_PROXY": proxy.url, "AWS_CA_BUNDLE": authority.bundle}
        finished = on(workspace, server).resolve(PIN, environment=environment)
        assert bool(server.requests) == is_accepted, str(finished)
        if is_accepted:
            finished.succeeded()
            assert (workspace.assets / SMALL / "1.0").read_bytes() == SMALL_CONTENT
        else:
            assert_refused(finished, host)
        assert accepted_by_requests(endpoint, proxy, authority) == is_accepted


def on(workspace, server):
    for name, content in CONTENTS.items():
        put_asset(server, name, content)
    settings = {"MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": BUDGET}
    workspace.tool.environment = settings | server.environment
    return workspace


def assert_refused(finished, host):
    finished.failed(8)
    text = error_text(finished.report)
    assert f"the server's certificate is not valid for `{host}`" in text
    assert "subject alternative name" in text
    assert "tried" not in text, "a certificate does not get better by asking again"
    assert "retried" not in finished.stderr
    assert finished.seconds < float(BUDGET), str(finished)


def accepted_by_requests(endpoint, proxy, authority):
    with requests.Session() as session:
        session.trust_env = False
        try:
            session.get(endpoint, proxies={"https": proxy.url}, verify=str(authority.bundle), timeout=10)
        except requests.exceptions.SSLError:
            return False
        return True


@pytest.mark.parametrize("names", [["127.0.0.1"], [], ["other.example"]], ids=str)
def test_without_a_proxy_too(workspace, authority, names):
    with FaultServer(tls=authority.context(*names, common_name="localhost")) as server:
        endpoint = server.endpoint.replace("127.0.0.1", "localhost")
        environment = {"S3_ENDPOINT": endpoint, "AWS_CA_BUNDLE": authority.bundle}
        finished = on(workspace, server).resolve(PIN, environment=environment)
        assert server.requests == [], str(finished)
        assert_refused(finished, "localhost")


def web_identity(token, endpoint):
    return {
        "AWS_ACCESS_KEY_ID": None,
        "AWS_SECRET_ACCESS_KEY": None,
        "AWS_WEB_IDENTITY_TOKEN_FILE": token,
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/reader",
        "AWS_ENDPOINT_URL_STS": endpoint,
    }


# The server of tokens, by a name or by its address, and whether its certificate is accepted.
TOKEN_SERVERS = {
    "its name": ("localhost", "localhost", True),
    "its address alone": ("localhost", "127.0.0.1", False),
    "a name of its address": ("127.0.0.1", "localhost", False),
}


@pytest.mark.parametrize("case", TOKEN_SERVERS)
def test_sts_has_to_be_whom_its_certificate_names(workspace, authority, case):
    host, name, is_accepted = TOKEN_SERVERS[case]
    token = workspace.folder / "token"
    token.write_text("token")
    with FaultServer() as store, FaultServer(tls=authority.context(name)) as sts:
        environment = web_identity(token, sts.endpoint.replace("127.0.0.1", host)) | {"AWS_CA_BUNDLE": authority.bundle}
        finished = on(workspace, store).resolve(PIN, environment=environment)
        assert finished.status != 0, str(finished)
        assert bool(sts.requests) == is_accepted, str(finished)
        assert ("certificate is not valid for" in error_text(finished.report)) == (not is_accepted), str(finished)


@pytest.mark.parametrize("case", TOKEN_SERVERS)
def test_google_s_token_server_has_to_be_whom_its_certificate_names(google_world, authority, case):
    host, name, is_accepted = TOKEN_SERVERS[case]
    with TokenServer(tls=authority.context(name)) as tokens:
        endpoint = tokens.endpoint.replace("127.0.0.1", host)
        google_world.store.tokens = tokens.tokens
        google_world.credentials(tokens.service_account(token_uri=f"{endpoint}/token"))
        google_world.environment["REQUESTS_CA_BUNDLE"] = authority.bundle
        finished = google_world.resolve()
        assert bool(tokens.requests) == is_accepted, str(finished)
        assert (finished.status == 0) == is_accepted, str(finished)
        if not is_accepted:
            assert "certificate is not valid for" in error_text(finished.report), str(finished)
