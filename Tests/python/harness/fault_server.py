"""A server that speaks just enough S3, checks every signature, records every request and misbehaves as it is told.

    with FaultServer() as server:
        server.put("modelkit-assets/a/1.0", b"content")
        server.on(gets("a/1.0"), cut_after(3), times=1)

A fault takes an `Exchange` and returns the response to send, or None where it did to the connection what it wanted.
The first rule that matches a request and is not used up decides.
"""

import contextlib
import hashlib
import re
import socket
import ssl
import struct
import threading
import urllib.parse
from dataclasses import dataclass, field
from typing import NamedTuple

from harness.s3_messages import BUCKET, REGION, Request, Response, error, escaped, expected_signature, read_request, xml


class Stored(NamedTuple):
    content: bytes
    etag: str
    headers: tuple = ()


@dataclass
class Exchange:
    server: "FaultServer"
    connection: socket.socket
    request: Request

    def normal(self):
        return self.server.answer(self.request)

    def send(self, data):
        with contextlib.suppress(OSError):
            self.connection.sendall(data)

    def reset(self):
        """Ends the connection by RST: what was sent may be lost with it."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass
class Rule:
    matches: object
    fault: object
    skip: int
    times: int | None

    def applies(self, request):
        if not self.matches(request) or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class FaultServer:
    request_class = Request

    """Access key id to secret key and session token (None: none): what signatures are checked against."""

    keys: dict = field(default_factory=lambda: {"AKIAFAULT00000000000": ("fault-secret", None)})
    page: int = 1000
    """Whether requests without a signature are answered too."""
    is_public: bool = False
    """Whether a listing says `EncodingType`, and encodes."""
    encodes: bool = True
    """With which it speaks TLS."""
    tls: ssl.SSLContext | None = None
    objects: dict = field(default_factory=dict)
    requests: list = field(default_factory=list)
    rules: list = field(default_factory=list)
    """What this server itself could not do; a test that ends with some is wrong."""
    mistakes: list = field(default_factory=list)

    def __enter__(self):
        self.lock = threading.Lock()
        self.connections = set()
        self.closing = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.endpoint = f"http{'s' if self.tls else ''}://127.0.0.1:{self.listener.getsockname()[1]}"
        self.acceptor = threading.Thread(target=self.accept, daemon=True)
        self.acceptor.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.acceptor.join(5)
        with self.lock:
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @property
    def environment(self):
        (access, (secret, token)) = next(iter(self.keys.items()))
        return {
            "MODELKIT_STORAGE_PROVIDER": "s3",
            "MODELKIT_STORAGE_BUCKET": BUCKET,
            "S3_ENDPOINT": self.endpoint,
            "AWS_ACCESS_KEY_ID": access,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_SESSION_TOKEN": token,
            "AWS_DEFAULT_REGION": REGION,
        }

    def put(self, key, content, etag=None, headers=()):
        self.objects[key] = Stored(content, etag or f'"{hashlib.md5(content).hexdigest()}"', tuple(headers))

    def on(self, matches, fault, times=None, skip=0):
        self.rules.append(Rule(matches, fault, skip, times))

    def seen(self, matches):
        with self.lock:
            return [request for request in self.requests if matches(request)]

    def accept(self):
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            elif connection.recv(1, socket.MSG_PEEK) == b"\x16":
                # A handshake: real servers say in the clear that it is not for them.
                connection.recv(1 << 16)
                connection.sendall(Response(400).head())
                return
            reader = connection.makefile("rb")
            while request := read_request(reader, self.request_class):
                if not self.exchange(Exchange(self, connection, request)):
                    return
        except OSError:
            pass
        except Exception as error:  # whatever it is, the test must hear of it
            self.mistakes.append(error)
        finally:
            with contextlib.suppress(UnboundLocalError, OSError):
                reader.close()
            connection.close()
            with self.lock:
                self.connections.discard(connection)

    def exchange(self, exchange):
        """Whether the connection goes on."""
        request = exchange.request
        with self.lock:
            self.requests.append(request)
            fault = next((rule.fault for rule in self.rules if rule.applies(request)), None)
        response = fault(exchange) if fault else exchange.normal()
        if response is None:
            return False
        is_head = request.method == "HEAD"
        exchange.send(response.head(is_head) + (b"" if is_head else response.body))
        return response.length is None

    def answer(self, request):
        if refused := self.refusal(request):
            return refused
        if request.is_list:
            return self.listing(request)
        if "uploads" in request.query:
            return xml(f"<InitiateMultipartUploadResult><Key>{escaped(request.key)}</Key>"
                       "<UploadId>upload-1</UploadId></InitiateMultipartUploadResult>")  # fmt: skip
        if request.method == "DELETE":
            return Response(204)
        if request.method == "HEAD" and not request.key:
            return Response(200, headers=(("x-amz-bucket-region", REGION),))
        return self.object(request)

    def refusal(self, request):
        """What a request whose signature does not hold is answered with."""
        if request.signed_by is None:
            return None if self.is_public else error(403, "AccessDenied", "no signature")
        access, region, signature = request.signed_by
        if access not in self.keys:
            return error(403, "InvalidAccessKeyId", "The AWS Access Key Id does not exist in our records")
        secret, token = self.keys[access]
        if request.headers.get("x-amz-security-token") != token:
            return error(400, "InvalidToken", "The provided token is malformed or otherwise invalid")
        if signature != expected_signature(request, access, secret, region, self.endpoint):
            return error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
        return None

    def object(self, request):
        stored = self.objects.get(request.key)
        if stored is None:
            return error(404, "NoSuchKey", "The specified key does not exist.")
        if request.headers.get("if-match", stored.etag) != stored.etag:
            return error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        headers = (("ETag", stored.etag), ("Last-Modified", "Fri, 01 Mar 2024 12:00:00 GMT"), *stored.headers)
        size, wanted = len(stored.content), request.headers.get("range")
        if wanted is None:
            return Response(200, stored.content, headers)
        first, last = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted).groups()
        first, last = int(first), min(int(last or size - 1), size - 1)
        if first >= size:
            return error(416, "InvalidRange", "The requested range is not satisfiable")
        ranged = (*headers, ("Content-Range", f"bytes {first}-{last}/{size}"))
        return Response(206, stored.content[first : last + 1], ranged)

    def listing(self, request):
        prefix, start = request.query.get("prefix", ""), request.query.get("continuation-token", "")
        page = min(self.page, int(request.query.get("max-keys", "1000")))
        keys = sorted((key for key in self.objects if key.startswith(prefix) and key > start), key=str.encode)
        shown, more = keys[:page], len(keys) > page
        encoded = urllib.parse.quote_plus if self.encodes and "encoding-type" in request.query else escaped
        contents = "".join(
            f"<Contents><Key>{encoded(key)}</Key><ETag>{escaped(self.objects[key].etag)}</ETag>"
            f"<Size>{len(self.objects[key].content)}</Size>"
            "<LastModified>2024-03-01T12:00:00.000Z</LastModified></Contents>"
            for key in shown
        )
        return xml(
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            + ("<EncodingType>url</EncodingType>" if encoded is not escaped else "")
            + f"<IsTruncated>{str(more).lower()}</IsTruncated>"
            + (f"<NextContinuationToken>{escaped(shown[-1])}</NextContinuationToken>" if more else "")
            + contents
            + "</ListBucketResult>"
        )
