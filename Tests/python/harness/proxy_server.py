"""A proxy on loopback that opens tunnels (CONNECT), and records what it was asked."""

import base64
import contextlib
import socket
import threading
from dataclasses import dataclass, field

from harness.s3_messages import Response, read_request


@dataclass
class ProxyServer:
    """`user:password`, where it wants one."""

    credentials: str | None = None
    """What it answers in place of opening a tunnel."""
    answer: Response | None = None
    """`host:port` of a request to where its tunnel leads, where that is elsewhere."""
    places: dict = field(default_factory=dict)
    requests: list = field(default_factory=list)

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    @property
    def targets(self):
        return {request.target for request in self.requests}

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError):
            # Unbuffered: what follows the header is for the other end of the tunnel.
            request = read_request(connection.makefile("rb", buffering=0))
            if request is None:
                return
            self.requests.append(request)
            if answer := self.answer or self.challenge(request):
                connection.sendall(answer.head() + answer.body)
                return
            host, _, port = self.places.get(request.target, request.target).rpartition(":")
            with socket.create_connection((host, int(port))) as other:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=pump, args=(other, connection), daemon=True)
                back.start()
                pump(connection, other)
                back.join()

    def challenge(self, request):
        if self.credentials is None:
            return None
        expected = f"Basic {base64.b64encode(self.credentials.encode()).decode()}"
        if request.headers.get("proxy-authorization") == expected:
            return None
        return Response(407, headers=(("Proxy-Authenticate", "Basic"),))


def pump(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
