"""Certificates: which are trusted, and what is said of those that are not."""

import datetime

import pytest

from harness.certificates import DAY, Authority
from harness.fault_server import FaultServer
from harness.fault_world import BUDGET, CONTENTS, SMALL, SMALL_CONTENT, put_asset
from harness.proxy_server import ProxyServer
from harness.workspace import error_text

PIN = f"{SMALL}:1.0"


@pytest.fixture
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def secure(workspace, authority):
    """A store over https, and a workspace on it that does not trust it yet."""
    with FaultServer(tls=authority.context("127.0.0.1")) as server:
        yield on(workspace, server)


def on(workspace, server):
    for name, content in CONTENTS.items():
        put_asset(server, name, content)
    settings = {"MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": BUDGET}
    workspace.tool.environment = settings | server.environment
    return workspace


TRUSTED = {
    "AWS_CA_BUNDLE": {"AWS_CA_BUNDLE": "BUNDLE"},
    "SSL_CERT_FILE": {"SSL_CERT_FILE": "BUNDLE"},
    "REQUESTS_CA_BUNDLE": {"REQUESTS_CA_BUNDLE": "BUNDLE"},
    "AWS_CA_BUNDLE before SSL_CERT_FILE": {"AWS_CA_BUNDLE": "BUNDLE", "SSL_CERT_FILE": "/etc/hostname"},
    "the profile": {"AWS_CONFIG_FILE": "CONFIG"},
}


@pytest.mark.parametrize("case", TRUSTED)
def test_a_store_s_own_authority_is_trusted_by(secure, authority, case):
    config = secure.folder / "config"
    config.write_text(f"[default]\nca_bundle = {authority.bundle}\n")
    files = {"BUNDLE": authority.bundle, "CONFIG": config}
    environment = {name: files.get(value, value) for name, value in TRUSTED[case].items()}
    secure.resolve(PIN, environment=environment).succeeded()
    assert (secure.assets / SMALL / "1.0").read_bytes() == SMALL_CONTENT


def test_an_authority_that_nobody_named_is_not_trusted(secure):
    finished = secure.resolve(PIN).failed(8)
    assert "AWS_CA_BUNDLE" in error_text(finished.report)
    assert "again" not in finished.stderr, "a certificate does not get better by asking again"


WRONG = {
    "another host": lambda authority: authority.context("store.example"),
    "a certificate that has expired": lambda authority: authority.context("127.0.0.1", ends=-DAY),
    "another authority": lambda authority: Authority(authority.folder).context("127.0.0.1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_certificate_is_refused_of(workspace, authority, case):
    bundle = authority.folder / "trusted.pem"
    bundle.write_bytes(authority.bundle.read_bytes())
    with FaultServer(tls=WRONG[case](authority)) as server:
        finished = on(workspace, server).resolve(PIN, environment={"AWS_CA_BUNDLE": bundle}).failed(8)
        assert server.requests == []
    assert "certificate" in error_text(finished.report).lower()
    assert finished.seconds < float(BUDGET), str(finished)


BUNDLES = {"is not there": None, "is empty": "", "holds no certificate": "nothing of the kind\n"}


@pytest.mark.parametrize("case", BUNDLES)
def test_a_bundle_is_named_that(secure, case):
    path = secure.folder / "bundle.pem"
    if BUNDLES[case] is not None:
        path.write_text(BUNDLES[case])
    finished = secure.resolve(PIN, environment={"AWS_CA_BUNDLE": path})
    assert finished.status in (3, 8), str(finished)
    text = error_text(finished.report)
    assert str(path) in text
    assert "AWS_CA_BUNDLE" in text


def test_https_to_a_server_without_it_is_said_to_be(fault_shelf, fault_server):
    endpoint = fault_server.endpoint.replace("http://", "https://")
    finished = fault_shelf.resolve(PIN, environment={"S3_ENDPOINT": endpoint}).failed(8)
    assert endpoint in error_text(finished.report)
    assert "does not use TLS" in error_text(finished.report)
    assert finished.seconds < float(BUDGET), str(finished)


def test_a_server_of_https_that_is_asked_without_is_said_to_be(secure):
    endpoint = secure.tool.environment["S3_ENDPOINT"].replace("https://", "http://")
    finished = secure.resolve(PIN, environment={"S3_ENDPOINT": endpoint}).failed(8)
    assert endpoint in error_text(finished.report)


def test_a_tunnel_of_a_proxy_is_as_secure(secure, authority):
    with ProxyServer() as proxy:
        environment = {"HTTPS_PROXY": proxy.url, "AWS_CA_BUNDLE": authority.bundle}
        secure.resolve(PIN, environment=environment).succeeded()
        assert proxy.targets == {secure.tool.environment["S3_ENDPOINT"].removeprefix("https://")}


def test_an_hour_is_enough_for_a_certificate(workspace, authority):
    """Of a store whose certificates are short-lived."""
    with FaultServer(tls=authority.context("127.0.0.1", "localhost", ends=datetime.timedelta(hours=1))) as server:
        endpoint = server.endpoint.replace("127.0.0.1", "localhost")
        environment = {"AWS_CA_BUNDLE": authority.bundle, "S3_ENDPOINT": endpoint}
        on(workspace, server).resolve(PIN, environment=environment).succeeded()
