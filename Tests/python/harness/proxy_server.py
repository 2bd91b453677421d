"""A proxy on loopback that forwards requests, or opens tunnels (CONNECT), and records what it was asked."""

import base64
import contextlib
import ipaddress
import socket
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from harness.s3_messages import Response, read_request


@dataclass
class ProxyServer:
    """`user:password`, where it wants one."""

    credentials: str | None = None
    """What it answers in place of passing a request on."""
    answer: Response | None = None
    """`host:port` of a request to where it leads, where that is elsewhere."""
    places: dict = field(default_factory=dict)
    """Whether it opens tunnels to any port; most proxies do so for 443 alone."""
    tunnels: bool = True
    host: str = "127.0.0.1"
    requests: list = field(default_factory=list)

    def __enter__(self):
        family = socket.AF_INET6 if ipaddress.ip_address(self.host).version == 6 else socket.AF_INET
        self.listener = socket.create_server((self.host, 0), family=family, backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    @property
    def targets(self):
        """`host:port` of all that was asked."""
        return {place(request) for request in self.requests}

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError):
            # Unbuffered: what follows the header of a CONNECT is for the other end of the tunnel.
            request = read_request(connection.makefile("rb", buffering=0))
            if request is None:
                return
            self.requests.append(request)
            is_tunnel = request.method == "CONNECT"
            if answer := self.answer or self.challenge(request) or self.refusal(request):
                connection.sendall(answer.head(request.method == "HEAD") + answer.body)
                return
            host, _, port = self.places.get(place(request), place(request)).rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port))) as other:
                (tunnel if is_tunnel else forward)(connection, other, request)

    def challenge(self, request):
        if self.credentials is None:
            return None
        expected = f"Basic {base64.b64encode(self.credentials.encode()).decode()}"
        if request.headers.get("proxy-authorization") == expected:
            return None
        return Response(407, headers=(("Proxy-Authenticate", "Basic"),))

    def refusal(self, request):
        if request.method == "CONNECT":
            return None if self.tunnels or request.target.endswith(":443") else Response(405)
        # Only with the whole address does a proxy know where the request is to go.
        return None if "://" in request.target else Response(400)


def place(request):
    if "://" not in request.target:
        return request.target
    url = urlsplit(request.target)
    return url.netloc if url.port else f"{url.netloc}:80"


def tunnel(connection, other, _request):
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    back = threading.Thread(target=pump, args=(other, connection), daemon=True)
    back.start()
    pump(connection, other)
    back.join()


def forward(connection, other, request):
    """One request a connection."""
    url = urlsplit(request.target)
    target = url._replace(scheme="", netloc="").geturl() or "/"
    headers = {
        name: value for name, value in request.headers.items() if name not in ("connection", "proxy-authorization")
    }
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    other.sendall("\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1") + request.body)
    reader = other.makefile("rb")
    head = [reader.readline()]
    while (line := reader.readline()).strip():
        head.append(line)
    connection.sendall(b"".join([*head, b"Via: 1.1 proxy\r\n", b"Connection: close\r\n", b"\r\n"]))
    lengths = [int(line.partition(b":")[2]) for line in head if line.lower().startswith(b"content-length:")]
    left = 0 if request.method == "HEAD" else lengths[0]
    while left and (data := reader.read1(min(left, 1 << 16))):
        connection.sendall(data)
        left -= len(data)


def pump(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
