"""Amazon's services that hand credentials out, on loopback, each a context manager that records what it was asked.

    with InstanceMetadata() as metadata:
        store.keys = metadata.keys

`keys` grows with each answer, so that a store that takes no others proves whose credentials signed. A fault takes the
service and the request, and returns the response to send, None to close the connection without one, or RESET to end it
by RST.
"""

import contextlib
import datetime
import json
import os
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from harness.fault_server import Rule
from harness.s3_messages import Request, Response

RESET = object()

# Part of every secret, so that one look finds any that is shown.
SECRET_MARK = "never-shown"
HOUR = 3600


class Keys(NamedTuple):
    access: str
    secret: str
    token: str | None = None

    @classmethod
    def named(cls, name, session=False):
        """The same ones for the same name; of a session, with a token."""
        access = f"{'ASIA' if session else 'AKIA'}{name.upper()}".ljust(20, "0")
        return cls(access, f"{SECRET_MARK}/secret+{name}", f"{SECRET_MARK}/token+{name}==" if session else None)

    @property
    def known(self):
        """As `FaultServer.keys` has them."""
        return {self.access: (self.secret, self.token)}

    @property
    def variables(self):
        return {
            "AWS_ACCESS_KEY_ID": self.access,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_SESSION_TOKEN": self.token,
        }

    @property
    def section(self):
        """Of a file of Amazon's tools."""
        return {name.lower(): value for name, value in self.variables.items() if value is not None}

    def document(self, lifetime=None, token_name="Token", **more):
        """As containers and instances hand them out; processes with `token_name="SessionToken"` and `Version=1`."""
        document = {"AccessKeyId": self.access, "SecretAccessKey": self.secret, **more}
        if self.token is not None:
            document[token_name] = self.token
        if lifetime is not None:
            document["Expiration"] = timestamp(lifetime)
        return document


def timestamp(seconds_from_now):
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds_from_now)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Service:
    """What all of them share."""

    label = ""

    def __init__(self, lifetimes=(), tls=None):
        self.keys = {}
        """The context with which it speaks TLS."""
        self.tls = tls
        """For how long the credentials to come are good, in seconds; an hour once these are used up."""
        self.lifetimes = list(lifetimes)
        self.requests, self.rules = [], []
        """What the service itself could not do; a test that ends with some is wrong."""
        self.mistakes = []
        self.lock, self.closing = threading.Lock(), threading.Event()

    def __enter__(self):
        service = self

        class Handler(ServiceHandler):
            def do_GET(self):
                service.serve(self)

            do_PUT = do_POST = do_GET

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False
        if self.tls:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        self.endpoint = f"http{'s' if self.tls else ''}://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
        assert kind or self.mistakes == []

    def on(self, matches, fault, times=None, skip=0):
        self.rules.append(Rule(matches, fault, skip, times))

    def serve(self, handler):
        request = handler.read_request()
        with self.lock:
            self.requests.append(request)
            fault = next((rule.fault for rule in self.rules if rule.applies(request)), None)
        try:
            response = fault(self, request) if fault else self.answer(request)
        except Exception as error:  # whatever it is, the test must hear of it
            self.mistakes.append(error)
            response = None
        handler.send(response)

    def issue(self):
        """Credentials that nobody had before, and for how long they are good."""
        with self.lock:
            keys = Keys.named(f"{self.label}{len(self.keys) + 1}", session=True)
            self.keys.update(keys.known)
            return keys, self.lifetimes.pop(0) if self.lifetimes else HOUR

    def forget(self):
        """What was asked and given, so that the same is given again."""
        with self.lock:
            self.requests.clear()
            self.keys.clear()

    def seen(self, method, path):
        """Requests of this method whose path begins so."""
        with self.lock:
            return [request for request in self.requests if request.method == method and request.path.startswith(path)]


class ServiceHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def read_request(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        return Request(self.command, self.path, headers, body, time.monotonic())

    def send(self, response):
        if response is RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Closed before anyone says that nothing more comes.
            os.close(self.connection.detach())
            response = None
        with contextlib.suppress(OSError):
            if response is not None:
                self.wfile.write(response.head() + response.body)
        self.close_connection = response is None

    def log_message(self, *_):
        pass


def answers(status, body=b"", content_type="text/plain"):
    data = body if isinstance(body, bytes) else body.encode()
    return lambda service, request: Response(status, data, (("Content-Type", content_type),))


def resets(service, request):
    return RESET


def never(service, request):
    """No answer, and the connection stays: so it looks from behind a hop limit of 1."""
    service.closing.wait(60)


def json_answer(document, status=200):
    return Response(status, json.dumps(document).encode(), (("Content-Type", "application/json"),))


class InstanceMetadata(Service):
    """The metadata service of a virtual machine. Its first version serves only where `tokens` is optional."""

    label = "INSTANCE"
    role = "role-of-the-instance"
    path = "/latest/meta-data/iam/security-credentials/"
    token = f"{SECRET_MARK}-metadata-token=="

    def __init__(self, tokens="required", **options):
        super().__init__(**options)
        self.tokens = tokens

    @property
    def environment(self):
        """A second is waited for an answer that does not come."""
        return {
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": None,
            "AWS_METADATA_SERVICE_TIMEOUT": "1",
        }

    def answer(self, request):
        if request.method == "PUT" and request.path == "/latest/api/token":
            lifetime = request.headers.get("x-aws-ec2-metadata-token-ttl-seconds", "")
            if not lifetime.isdigit() or not 1 <= int(lifetime) <= 21600 or "x-forwarded-for" in request.headers:
                return Response(400)
            return Response(200, self.token.encode())
        shown = request.headers.get("x-aws-ec2-metadata-token")
        if shown != self.token and (shown is not None or self.tokens == "required"):
            return Response(401)
        if request.method == "GET" and request.path == self.path:
            return Response(200, self.role.encode())
        if request.method == "GET" and request.path == self.path + self.role:
            keys, lifetime = self.issue()
            return json_answer(keys.document(lifetime, Code="Success", Type="AWS-HMAC"))
        return Response(404)

    @property
    def asked_for_keys(self):
        return self.seen("GET", self.path + self.role)


def any_request(request):
    return True


def tokens_asked(request):
    return request.method == "PUT"


def roles_asked(request):
    return request.method == "GET"


class ContainerService(Service):
    """What ECS and EKS run beside a container."""

    label = "CONTAINER"
    path = "/v2/credentials/task?id=1"
    """What Authorization must say."""
    authorization = f"{SECRET_MARK}-container-token"

    @property
    def environment(self):
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.endpoint + self.path}

    def answer(self, request):
        if (request.method, request.target) != ("GET", self.path):
            return Response(404)
        if request.headers.get("authorization") != self.authorization:
            return json_answer({"code": "AccessDenied", "message": "no"}, 403)
        keys, lifetime = self.issue()
        return json_answer(keys.document(lifetime, RoleArn="arn:aws:iam::123456789012:role/task"))
