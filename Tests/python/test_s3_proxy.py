"""Proxies: used where the environment names one, left out where it says so, and named where they are the trouble."""

import pytest

from harness.certificates import Authority
from harness.fault_server import FaultServer
from harness.fault_world import SMALL, SMALL_CONTENT, put_asset
from harness.proxy_server import ProxyServer
from harness.s3_messages import Response
from harness.workspace import error_text, outcomes

PIN = f"{SMALL}:1.0"
PASSWORD = "proxy-password-of-the-tests"


@pytest.fixture
def proxy():
    with ProxyServer(tunnels=False) as proxy:
        yield proxy


def place(server):
    """`host:port`"""
    return server.endpoint.partition("://")[2]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_requests_go_through_the_proxy_of(fault_shelf, fault_server, proxy, variable):
    """In the clear by their whole address, as proxies open tunnels to port 443 alone."""
    finished = fault_shelf.resolve(PIN, environment={variable: proxy.url}).succeeded()
    assert outcomes(finished.report) == {PIN: "fetched"}
    assert proxy.targets == {place(fault_server)}
    assert {request.method for request in proxy.requests} == {"GET"}
    asked = [request.target.removeprefix(fault_server.endpoint) for request in proxy.requests]
    assert sorted(asked) == sorted(request.target for request in fault_server.requests)


def test_requests_go_through_a_proxy_at_an_address_of_ipv6(fault_shelf, fault_server):
    with ProxyServer(tunnels=False, host="::1") as proxy:
        assert proxy.url.startswith("http://[::1]:")
        fault_shelf.resolve(PIN, environment={"HTTP_PROXY": proxy.url}).succeeded()
        assert proxy.targets == {place(fault_server)}


# What stands beside the proxy in the environment; HOST and PORT are the store's.
UNUSED = {
    "the host is excepted": {"NO_PROXY": "HOST"},
    "the host and its port are excepted": {"no_proxy": "other.example, HOST:PORT"},
    "all hosts are excepted": {"NO_PROXY": "*"},
    "its network is excepted": {"NO_PROXY": "10.0.0.0/8,127.0.0.0/8"},
    "all are, and it could not be used": {"HTTP_PROXY": "socks5://127.0.0.1:9", "NO_PROXY": "*"},
    "that for https could not be used": {"HTTP_PROXY": None, "HTTPS_PROXY": "socks5://127.0.0.1:9"},
    "that for all is one of SOCKS": {"HTTP_PROXY": None, "ALL_PROXY": "socks5h://127.0.0.1:9"},
    "the proxy is for https": {"HTTPS_PROXY": "PROXY", "HTTP_PROXY": None},
    "the variable is empty": {"HTTP_PROXY": "", "http_proxy": ""},
    "a web server runs the program": {"REQUEST_METHOD": "GET"},
}


@pytest.mark.parametrize("case", UNUSED)
def test_the_proxy_is_left_out_where(fault_shelf, fault_server, proxy, case):
    host, _, port = place(fault_server).partition(":")
    changes = {
        name: value and value.replace("HOST", host).replace("PORT", port).replace("PROXY", proxy.url)
        for name, value in UNUSED[case].items()
    }
    fault_shelf.resolve(PIN, environment={"HTTP_PROXY": proxy.url, **changes}).succeeded()
    assert proxy.requests == []


def test_an_exception_of_another_port_does_not_count(fault_shelf, fault_server, proxy):
    environment = {"HTTP_PROXY": proxy.url, "NO_PROXY": "127.0.0.1:1"}
    fault_shelf.resolve(PIN, environment=environment).succeeded()
    assert proxy.targets == {place(fault_server)}


def with_password(proxy, password=PASSWORD):
    return {"HTTP_PROXY": proxy.url.replace("://", f"://user:{password}@")}


def test_a_proxy_s_user_and_password_are_shown_to_it(fault_shelf, fault_server, proxy):
    proxy.credentials = f"user:{PASSWORD}"
    fault_shelf.resolve(PIN, environment=with_password(proxy)).succeeded()
    assert "proxy-authorization" not in {name for request in fault_server.requests for name in request.headers}


HTML = (("Content-Type", "text/html; charset=utf-8"),)

# What the proxy answers, and what is said besides its variables.
REFUSALS = {
    "wants another password": (None, "credentials"),
    "refuses": (Response(403, b"<html>not allowed</html>", HTML), "rejected"),
    "refuses, as Squid does": (Response(403, headers=(("X-Squid-Error", "ERR_ACCESS_DENIED 0"),)), "rejected"),
    "fails": (Response(503, b"<html>try later</html>", HTML), "503"),
    "cannot reach the store": (Response(502), "502"),
    "cannot reach the store in time": (Response(504, b"late", (("Content-Type", "text/plain"),)), "504"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_it_is_said_where_the_proxy(fault_shelf, fault_server, proxy, case):
    proxy.credentials, (proxy.answer, word) = f"user:{PASSWORD}", REFUSALS[case]
    finished = fault_shelf.resolve(PIN, environment=with_password(proxy, "another")).failed(8)
    text = error_text(finished.report)
    assert word in text
    assert f"127.0.0.1:{proxy.port}" in text
    assert "HTTP_PROXY" in text
    assert "another" not in text
    assert fault_server.requests == []
    assert not (fault_shelf.assets / SMALL / "1.0").exists()


def test_a_proxy_that_nobody_listens_at_is_named(fault_shelf, fault_server):
    with ProxyServer() as gone:
        pass
    finished = fault_shelf.resolve(PIN, environment={"HTTP_PROXY": gone.url}).failed(8)
    assert f"127.0.0.1:{gone.port}" in error_text(finished.report)
    assert fault_server.requests == []


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:9", "https://127.0.0.1:9"])
def test_a_proxy_that_is_not_spoken_to_in_http_is_refused_at_once(fault_shelf, url):
    finished = fault_shelf.resolve(PIN, environment={"HTTP_PROXY": url}).failed(3)
    assert "HTTP_PROXY" in error_text(finished.report)


def test_an_error_of_the_store_is_not_the_proxy_s(fault_shelf, fault_server, proxy):
    fault_server.keys = {}
    finished = fault_shelf.resolve(PIN, environment={"HTTP_PROXY": proxy.url}).failed(4)
    assert "InvalidAccessKeyId" in error_text(finished.report)
    assert "HTTP_PROXY" not in error_text(finished.report)


def test_a_tunnel_is_opened_for_tls_alone(fault_shelf, tmp_path):
    """And what it leads to is asked as if there was no proxy."""
    authority = Authority(tmp_path)
    with FaultServer(tls=authority.context("127.0.0.1")) as server, ProxyServer(host="::1") as proxy:
        put_asset(server, SMALL, SMALL_CONTENT)
        environment = {"S3_ENDPOINT": server.endpoint, "HTTPS_PROXY": proxy.url, "AWS_CA_BUNDLE": authority.bundle}
        fault_shelf.resolve(PIN, environment=environment).succeeded()
        assert {request.method for request in proxy.requests} == {"CONNECT"}
        assert {request.target[:1] for request in server.requests} == {"/"}


def test_check_says_which_proxy_is_passed_over(fault_shelf):
    environment = {"ALL_PROXY": f"socks5://user:{PASSWORD}@127.0.0.1:9"}
    text = fault_shelf.tool.run("check", fault_shelf.spec(PIN), environment=environment).succeeded().stdout
    assert "the socks5 proxy is not supported" in text
    assert "ALL_PROXY" in text
    assert PASSWORD not in text


def test_the_object_is_whole_behind_a_proxy(fault_shelf, proxy):
    fault_shelf.resolve(PIN, environment={"HTTP_PROXY": proxy.url}).succeeded()
    assert (fault_shelf.assets / SMALL / "1.0").read_bytes() == SMALL_CONTENT


def test_check_shows_the_proxy_and_its_variable_without_its_password(fault_shelf, proxy):
    proxy.credentials = f"user:{PASSWORD}"
    text = fault_shelf.tool.run("check", fault_shelf.spec(PIN), environment=with_password(proxy)).succeeded().stdout
    assert f"127.0.0.1:{proxy.port}" in text
    assert "HTTP_PROXY" in text
    assert PASSWORD not in text
