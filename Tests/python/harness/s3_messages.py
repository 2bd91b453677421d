"""What is said between a client and a server that speaks S3, and what a request must be signed with."""

import re
import time
import urllib.parse
from dataclasses import dataclass

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

BUCKET = "assets"
PREFIX = "modelkit-assets"
REGION = "us-east-1"
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})")


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


def read_request(reader, request_class=Request):
    line = reader.readline(65536)
    words = line.decode("latin-1").split()
    # Nothing more, or no HTTP.
    if len(words) != 3:
        return None
    method, target, _ = words
    headers = {}
    while (line := reader.readline(65536).decode("latin-1").rstrip("\r\n")) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = read_whole(reader, int(headers.get("content-length", 0)))
    return request_class(method, target, headers, body, time.monotonic())


def read_whole(reader, count):
    """Less at the end of the connection alone, also by a reader without a buffer."""
    body = b""
    while len(body) < count and (more := reader.read(count - len(body))):
        body += more
    return body


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
