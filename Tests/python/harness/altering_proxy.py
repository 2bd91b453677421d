"""A proxy on loopback that stands in front of a server, in clear text, and alters, swallows or delays what passes.

    with AlteringProxy(server.endpoint) as proxy:
        proxy.on(puts("nlp/x/0.0"), altered_byte)

A fault takes the request and `forward`, which sends a request on and gives the server's response; it returns the response for the
client. The first rule whose condition holds decides; `proxy.delay` is called before each request is sent on and after it was
answered.
"""

import contextlib
import http.client
import socket
import threading
import time
import urllib.parse
from dataclasses import dataclass, field, replace

from harness.s3_messages import Response, read_request

# Of a connection to the next server alone.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class AlteringProxy:
    upstream: str
    delay: object = lambda: 0
    rules: list = field(default_factory=list)
    """Those that a rule was for."""
    altered: list = field(default_factory=list)

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.endpoint = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections = set()
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def on(self, matches, fault):
        self.rules.append((matches, fault))

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.add(connection)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        place = urllib.parse.urlsplit(self.upstream)
        upstream = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        with connection, contextlib.closing(upstream), contextlib.suppress(OSError, http.client.HTTPException):
            reader = connection.makefile("rb")
            while request := read_request(reader):
                time.sleep(self.delay())
                response = self.answer(request, lambda sent: forwarded(sent, upstream))
                time.sleep(self.delay())
                is_head = request.method == "HEAD"
                connection.sendall(response.head(is_head) + (b"" if is_head else response.body))
        self.connections.discard(connection)

    def answer(self, request, forward):
        fault = next((fault for matches, fault in self.rules if matches(request)), None)
        if fault is None:
            return forward(request)
        self.altered.append(request)
        return fault(request, forward)


def forwarded(request, upstream):
    # The host stays that of the proxy, which is signed.
    headers = {name: value for name, value in request.headers.items() if name not in HOP_BY_HOP}
    upstream.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        upstream.putheader(name, value)
    upstream.putheader("content-length", str(len(request.body)))
    upstream.endheaders(request.body)
    answer = upstream.getresponse()
    body = answer.read()
    kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
    if request.method == "HEAD" and (length := answer.getheader("content-length")):
        kept.append(("Content-Length", length))
    return Response(answer.status, body, tuple(kept))


# Which requests a rule is for. A request of Google's names its object in its body, or is to a session's address.


def writes(key):
    """What writes this object, in one request or in parts."""

    def matches(request):
        if request.method == "PUT" and "/upload" in request.path:
            return key in request.target or key in urllib.parse.unquote(request.target) or bool(sessions_of(key, request))
        if request.method == "POST" and "uploadType=multipart" in request.target:
            return f'"{key}"'.encode() in request.body.replace(b"\\/", b"/")
        return request.method == "PUT" and urllib.parse.unquote(request.path).endswith(f"/{key}")

    return matches


def sessions_of(key, request):
    """fake-gcs-server's session addresses have the object's name, Google's do not; the content range tells that it is one."""
    return "content-range" in request.headers and request.body


# Faults.


def altered_byte(request, forward):
    """One byte of the content is another."""
    start = request.body.rfind(b"\r\n\r\n") + 4 if b"multipart/related" in header(request) else len(request.body) // 2
    return forward(replace(request, body=flipped(request.body, start)))


def header(request):
    return request.headers.get("content-type", "").encode()


def flipped(body, place):
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :] if body else body


def cut(request, forward):
    """The second half of the content is missing."""
    if b"multipart/related" not in header(request):
        return forward(replace(request, body=request.body[: len(request.body) // 2]))
    start, end = request.body.rfind(b"\r\n\r\n") + 4, request.body.rfind(b"\r\n--")
    return forward(replace(request, body=request.body[: (start + end) // 2] + request.body[end:]))


def nothing(request, forward):
    return Response(200)


def a_page(request, forward):
    return Response(200, b"<!DOCTYPE html><html><body>Log in</body></html>", (("Content-Type", "text/html"),))


def an_error(request, forward):
    text = b"<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>"
    return Response(200, text, (("Content-Type", "application/xml"),))


def done_and_nothing(request, forward):
    """It is done, and the answer says nothing of it."""
    forward(request)
    return Response(200)
