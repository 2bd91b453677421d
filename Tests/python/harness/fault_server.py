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
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

BUCKET = "assets"
PREFIX = "modelkit-assets"
REGION = "us-east-1"
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})")


class Stored(NamedTuple):
    content: bytes
    etag: str
    headers: tuple = ()


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict
    body: bytes
    time: float

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        return dict(urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def key(self):
        """Of the object, for path style; empty where the bucket itself is asked."""
        return urllib.parse.unquote(self.path.removeprefix(f"/{BUCKET}").removeprefix("/"))

    @property
    def is_list(self):
        return self.method == "GET" and not self.key

    @property
    def signed_by(self):
        """The access key id, the region and the signature; None where the request is not signed."""
        match = AUTHORIZATION.fullmatch(self.headers.get("authorization", ""))
        return (match[1].split("/")[0], match[1].split("/")[2], match[3]) if match else None


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes = b""
    headers: tuple = ()
    """What Content-Length says, where it is not the truth; False leaves it out."""
    length: int | bool | None = None

    def head(self, is_head=False):
        length = len(self.body) if self.length is None else self.length
        lines = [f"HTTP/1.1 {self.status} Whatever", *(f"{name}: {value}" for name, value in self.headers)]
        if length is not False and not (is_head and any(name == "Content-Length" for name, _ in self.headers)):
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


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
    """Access key id to secret key and session token (None: none): what signatures are checked against."""

    keys: dict = field(default_factory=lambda: {"AKIAFAULT00000000000": ("fault-secret", None)})
    page: int = 1000
    """Whether a listing says `EncodingType`, and encodes."""
    encodes: bool = True
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
        self.endpoint = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
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
            reader = connection.makefile("rb")
            while request := read_request(reader):
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
            return error(403, "AccessDenied", "no signature")
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


def read_request(reader):
    line = reader.readline(65536)
    if not line.strip():
        return None
    method, target, _ = line.decode("ascii").split()
    headers = {}
    while (line := reader.readline(65536).decode("latin-1").rstrip("\r\n")) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body, time.monotonic())


def expected_signature(request, access, secret, region, endpoint):
    """By botocore's own signer, over the headers that the request says are signed."""
    signed = AUTHORIZATION.fullmatch(request.headers["authorization"])[2].split(";")
    headers = {name: request.headers[name] for name in signed if name in request.headers}
    rebuilt = AWSRequest(request.method, endpoint + request.target, headers=headers, data=request.body)
    rebuilt.context["timestamp"] = request.headers.get("x-amz-date", "")
    signer = S3SigV4Auth(Credentials(access, secret), "s3", region)
    canonical = signer.canonical_request(rebuilt)
    return signer.signature(signer.string_to_sign(rebuilt, canonical), rebuilt)


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def xml(text, status=200, headers=()):
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
    return Response(status, body, (("Content-Type", "application/xml"), *headers))


def error(status, code, message, headers=(), more=""):
    text = f"<Error><Code>{code}</Code><Message>{message}</Message>{more}<RequestId>REQUEST1</RequestId></Error>"
    return xml(text, status, headers)


# Which requests a rule is for.


def gets(key):
    """A GET of this object, named below the prefix."""
    return lambda request: request.method == "GET" and request.key == f"{PREFIX}/{key}"


def lists(request):
    return request.is_list


# Faults.


def answers(status, code, message="as the test asks", headers=(), more=""):
    return lambda exchange: error(status, code, message, headers, more)


def page_of_html(status):
    return lambda exchange: Response(status, b"<!DOCTYPE html><html><body>Log in</body></html>",
                                     (("Content-Type", "text/html"),))  # fmt: skip


def reset_before_the_header(exchange):
    exchange.reset()


def reset_in_the_header(exchange):
    exchange.send(exchange.normal().head()[:20])
    settled()
    exchange.reset()


def reset_after_the_header(exchange):
    exchange.send(exchange.normal().head())
    settled()
    exchange.reset()


def settled():
    """A RST that overtakes what was sent would be another fault: the other side must have read it."""
    time.sleep(0.02)


def cut_after(count, reset=False):
    """The body ends after this many bytes."""

    def fault(exchange):
        response = exchange.normal()
        exchange.send(response.head() + response.body[:count])
        if reset:
            settled()
            exchange.reset()

    return fault


def stall_after(count):
    """Nothing more comes after this many bytes of the body, and the connection stays; None: not even a header."""

    def fault(exchange):
        if count is not None:
            response = exchange.normal()
            exchange.send(response.head() + response.body[:count])
        exchange.server.closing.wait(60)

    return fault


def length_off_by(difference):
    """Content-Length is wrong, and the connection closes after the body."""

    def fault(exchange):
        response = exchange.normal()
        return replace(response, length=len(response.body) + difference)

    return fault


def with_headers(**changes):
    """Replaces headers; underscores are hyphens."""
    changed = {name.replace("_", "-"): value for name, value in changes.items()}

    def fault(exchange):
        response = exchange.normal()
        kept = [(name, value) for name, value in response.headers if name.lower() not in changed]
        return replace(response, headers=(*kept, *((n, v) for n, v in changed.items() if v is not None)))

    return fault


def status_200(exchange):
    """The range that was asked, with its Content-Range, and yet 200: so `rclone serve s3` answers."""
    return replace(exchange.normal(), status=200)


def whole_object(exchange):
    """A range was asked, and the whole object is sent with 200."""
    headers = {name: value for name, value in exchange.request.headers.items() if name != "range"}
    stored = exchange.server.objects[exchange.request.key]
    assert "range" not in headers
    return Response(200, stored.content, (("ETag", stored.etag), *stored.headers))


def corrupted(exchange):
    """The right length, and one byte wrong."""
    response = exchange.normal()
    middle = len(response.body) // 2
    changed = bytes([response.body[middle] ^ 0xFF])
    return replace(response, body=response.body[:middle] + changed + response.body[middle + 1 :])


def endless(beginning, again):
    """Sends `again` until the other side has enough, or a hundred megabytes."""

    def fault(exchange):
        block = again * (65536 // len(again))
        try:
            exchange.connection.sendall(beginning)
            for _ in range(100 * 16):
                exchange.connection.sendall(block)
        except OSError:
            pass

    return fault


endless_headers = endless(b"HTTP/1.1 200 OK\r\n", b"X-More: and more and more and more\r\n")
endless_xml = endless(
    b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n<?xml version='1.0'?><ListBucketResult>",
    b"<CommonPrefixes><Prefix>x</Prefix></CommonPrefixes>",
)


def truncated_xml(exchange):
    response = exchange.normal()
    return replace(response, body=response.body[: len(response.body) * 2 // 3])


def same_token_again(exchange):
    return xml("<ListBucketResult><IsTruncated>true</IsTruncated>"
               "<NextContinuationToken>again</NextContinuationToken></ListBucketResult>")  # fmt: skip


def truncated_without_a_token(exchange):
    return xml("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")
