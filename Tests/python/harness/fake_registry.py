"""A registry of images on loopback, by the distribution protocol, which can be as difficult as real ones are.

What it refuses, loses or does otherwise is said by its attributes and by `quirks`: functions that are given a request, and
may answer it in the registry's place. It keeps a log of what it was asked, and of what each tag named that it did not have.
"""

import base64
import hashlib
import http.server
import json
import re
import threading
import time
import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass, field

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
PATH = re.compile(r"/v2/(?P<name>.+?)/(?P<kind>manifests|blobs|referrers)/(?P<rest>.*)")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict
    headers: dict
    """The host that it was sent to, as its header says."""
    host: str

    @property
    def authorization(self):
        return self.headers.get("authorization", "")

    @property
    def parts(self):
        match = PATH.fullmatch(self.path)
        return (match["name"], match["kind"], match["rest"]) if match else (None, None, None)

    def is_commit(self):
        return self.method == "PUT" and "digest" in self.query

    def __str__(self):
        query = f"?{urllib.parse.urlencode(self.query, True)}" if self.query else ""
        return f"{self.method} {self.path}{query}"


@dataclass
class Response:
    status: int
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    """Whether the connection ends in place of an answer."""
    cuts: bool = False


def error(status, code, message="", **headers):
    document = {"errors": [{"code": code, "message": message or code.lower()}]}
    return Response(status, {"content-type": "application/json", **headers}, json.dumps(document).encode())


CUT = Response(0, cuts=True)


class FakeRegistry:
    def __init__(self, tls=None):
        self.lock = threading.RLock()
        """By repository, then by digest or tag."""
        self.blobs, self.manifests = {}, {}
        self.log, self.torn = [], []
        self.quirks, self.uploads = [], {}
        """How many bytes of blobs arrived."""
        self.received = 0
        """The most bytes of a blob; None for any."""
        self.largest_blob = None
        self.has_referrers = False
        self.mounts = True
        """A prefix of Location: another host, perhaps."""
        self.upload_place = ""
        """Repositories that are there; None for all that are named."""
        self.repositories = None
        """None, or what tokens are asked of."""
        self.tokens = None
        self.basic = None
        """What it needs to speak TLS; None for HTTP."""
        self.tls = tls

    # What tests say.

    def __enter__(self):
        registry = self

        class Handler(RegistryHandler):
            pass

        Handler.registry = registry
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if self.tls:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def port(self):
        return self.server.server_address[1]

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def requests(self, pattern=""):
        """Those whose text has the pattern."""
        with self.lock:
            return [request for request in self.log if re.search(pattern, str(request))]

    def forget(self):
        with self.lock:
            self.log.clear()
            self.received = 0

    def once(self, matches, response, after=False):
        """Answers the first such request so; with `after`, once the registry has done what it asks."""
        return self.each(matches, response, after, count=1)

    def each(self, matches, response, after=False, count=None):
        left = [count]

        def quirk(request):
            if left[0] == 0 or not matches(request):
                return None
            if left[0] is not None:
                left[0] -= 1
            return response(request) if callable(response) else response

        quirk.after = after
        self.quirks.append(quirk)
        return quirk

    def image(self, name, reference):
        """Type and document; None where there is none."""
        with self.lock:
            found = self.manifests.get(name, {}).get(reference)
        return found and (found[0], json.loads(found[1]))

    def put_blob(self, name, content):
        digest = digest_of(content)
        with self.lock:
            self.blobs.setdefault(name, {})[digest] = content
        return digest

    def missing(self, name, reference):
        """What the image of that name lacks: blobs and manifests."""
        with self.lock:
            found = self.manifests.get(name, {}).get(reference)
            if found is None:
                return [reference]
            document = json.loads(found[1])
            lacking = []
            for child in document.get("manifests", []):
                lacking += self.missing(name, child["digest"])
            for blob in [*document.get("layers", []), *([document["config"]] if "config" in document else [])]:
                content = self.blobs.get(name, {}).get(blob["digest"])
                if content is None or len(content) != blob["size"]:
                    lacking.append(blob["digest"])
            return lacking

    # What it does.

    def quirk(self, request, after):
        for quirk in self.quirks:
            if quirk.after == after and (response := quirk(request)):
                return response
        return None

    def refusal(self, request):
        """Where it is not said, or not believed, who asks."""
        if self.tokens:
            return self.tokens.refusal(self, request)
        if self.basic:
            pair = base64.b64encode(":".join(self.basic).encode()).decode()
            if request.authorization != f"Basic {pair}":
                return error(401, "UNAUTHORIZED", **{"www-authenticate": 'Basic realm="fake"'})
        return None

    def answer(self, request, read):
        if self.tokens and request.path == "/token":
            return self.tokens.answer(self, request, read)
        if (refused := self.refusal(request)) is not None:
            return refused
        if request.path == "/v2/":
            return Response(200)
        name, kind, rest = request.parts
        if kind is None:
            return Response(404)
        if self.repositories is not None and name not in self.repositories:
            return error(404, "NAME_UNKNOWN", f"the repository with name '{name}' does not exist")
        return getattr(self, f"answer_{kind}")(request, name, rest, read)

    def answer_blobs(self, request, name, rest, read):
        if rest.startswith("uploads/"):
            return self.answer_uploads(request, name, rest.removeprefix("uploads/"), read)
        with self.lock:
            content = self.blobs.get(name, {}).get(rest)
        if content is None:
            return error(404, "BLOB_UNKNOWN")
        return ranged(request, content, {"docker-content-digest": rest, "content-type": "application/octet-stream"})

    def answer_uploads(self, request, name, session, read):
        if request.method == "POST":
            return self.begin_upload(request, name)
        if request.method == "DELETE":
            self.uploads.pop(session, None)
            return Response(204)
        with self.lock:
            if session not in self.uploads:
                return error(404, "BLOB_UPLOAD_UNKNOWN")
        length = int(request.headers.get("content-length", 0))
        if self.largest_blob is not None and length > self.largest_blob:
            return error(413, "SIZE_INVALID", "the blob is too large")
        content = read()
        if content is None:
            return CUT
        digest = request.query["digest"][0]
        if digest_of(content) != digest:
            return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        with self.lock:
            self.received += len(content)
            self.blobs.setdefault(name, {})[digest] = content
            del self.uploads[session]
        return Response(201, {"location": f"/v2/{name}/blobs/{digest}", "docker-content-digest": digest})

    def begin_upload(self, request, name):
        if "mount" in request.query and self.mounts:
            digest, source = request.query["mount"][0], request.query["from"][0]
            with self.lock:
                content = self.blobs.get(source, {}).get(digest)
                if content is not None:
                    self.blobs.setdefault(name, {})[digest] = content
                    return Response(201, {"location": f"/v2/{name}/blobs/{digest}"})
        with self.lock:
            session = f"session-{len(self.log)}-{len(self.uploads)}"
            self.uploads[session] = name
        return Response(202, {"location": f"{self.upload_place}/v2/{name}/blobs/uploads/{session}?_state=s%3D1"})

    def answer_manifests(self, request, name, reference, read):
        if request.method == "PUT":
            return self.put_manifest(request, name, reference, read())
        with self.lock:
            found = self.manifests.get(name, {}).get(reference)
            known = name in self.manifests or name in self.blobs
        if found is None:
            return error(404, "MANIFEST_UNKNOWN" if known else "NAME_UNKNOWN")
        return ranged(request, found[1], {"content-type": found[0], "docker-content-digest": digest_of(found[1])})

    def put_manifest(self, request, name, reference, content):
        if content is None:
            return CUT
        digest, document = digest_of(content), json.loads(content)
        if reference.startswith("sha256:") and reference != digest:
            return error(400, "DIGEST_INVALID")
        if document.get("mediaType", request.headers["content-type"]) != request.headers["content-type"]:
            return error(400, "MANIFEST_INVALID")
        with self.lock:
            versions = self.manifests.setdefault(name, {})
            versions[digest] = versions[reference] = (request.headers["content-type"], content)
            lacking = self.missing(name, digest)
            if lacking:
                self.torn.append((reference, lacking))
        headers = {"location": f"/v2/{name}/manifests/{digest}", "docker-content-digest": digest}
        if self.has_referrers and "subject" in document:
            headers["oci-subject"] = document["subject"]["digest"]
        return Response(201, headers)

    def answer_referrers(self, request, name, digest, read):
        if not self.has_referrers:
            return Response(404)
        wanted = request.query.get("artifactType", [None])[0]
        found = {}
        with self.lock:
            for kind, content in self.manifests.get(name, {}).values():
                document = json.loads(content)
                if document.get("subject", {}).get("digest") == digest:
                    found[digest_of(content)] = {
                        "mediaType": kind,
                        "digest": digest_of(content),
                        "size": len(content),
                        "artifactType": document.get("artifactType"),
                    }
        items = [item for item in found.values() if wanted in (None, item["artifactType"])]
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": items}
        return Response(200, {"content-type": INDEX}, json.dumps(document).encode())


class Tokens:
    """A token server beside the registry. `users` are names and passwords; what each may do is up to `grants`."""

    def __init__(self, users=None, lifetime=None, anonymous=()):
        self.users, self.lifetime, self.anonymous = users or {}, lifetime, set(anonymous)
        """What is granted of what is asked, all of it by default; None where the server refuses to give a token."""
        self.grants = lambda user, actions: actions
        self.identity_tokens = {}
        self.takes_forms = True
        """By token: until when, and what it allows."""
        self.given, self.asked = {}, []

    def refusal(self, registry, request):
        realm = f'Bearer realm="http://{registry.host}/token",service="{registry.host}"'
        name, kind, rest = request.parts
        wanted = "push" if request.method in ("POST", "PUT", "PATCH", "DELETE") else "pull"
        challenge = {"www-authenticate": f'{realm},scope="repository:{name}:{wanted}"' if name else realm}
        ends, allowed = self.given.get(request.authorization.removeprefix("Bearer "), (0, {}))
        if not request.authorization.startswith("Bearer ") or ends < time.time():
            return error(401, "UNAUTHORIZED", "authentication required", **challenge)
        needs = [(name, wanted)] if name else []
        if "mount" in request.query:
            needs.append((request.query["from"][0], "pull"))
        if all(action in allowed.get(repository, ()) for repository, action in needs):
            return None
        return error(401, "DENIED", "insufficient scope", **challenge)

    def answer(self, registry, request, read):
        query = request.query
        if request.method == "POST":
            if not self.takes_forms:
                return Response(405)
            query = urllib.parse.parse_qs((read() or b"").decode())
            user = self.identity_tokens.get(query.get("refresh_token", [""])[0])
            scopes = query.get("scope", [""])[0].split()
        else:
            user, scopes = self.user(request.authorization), query.get("scope", [])
        with registry.lock:
            self.asked.append((request.method, user, scopes))
        if user is None:
            return error(401, "UNAUTHORIZED", "incorrect username or password")
        token = f"registry-secret-token-{len(self.given)}"
        allowed = {}
        for scope in scopes:
            _, rest = scope.split(":", 1)
            name, actions = rest.rsplit(":", 1)
            granted = self.grants(user, set(actions.split(",")))
            if granted is None:
                return error(403, "DENIED", "requested access to the resource is denied")
            allowed[name] = set(granted)
        self.given[token] = (time.time() + (self.lifetime or 60), allowed)
        document = {"token": token, **({"expires_in": self.lifetime} if self.lifetime else {})}
        return Response(200, {"content-type": "application/json"}, json.dumps(document).encode())

    def user(self, authorization):
        """None for a wrong password; an empty text for nobody, where that is allowed."""
        if not authorization:
            return "" if self.anonymous else None
        name, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return name if self.users.get(name) == password else None


def digest_of(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def ranged(request, content, headers):
    match = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("range", ""))
    if not match:
        return Response(200, headers, content)
    first, last = int(match[1]), min(int(match[2]), len(content) - 1)
    return Response(
        206, {**headers, "content-range": f"bytes {first}-{last}/{len(content)}"}, content[first : last + 1]
    )


class RegistryHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    registry = None
    # Head and body of an answer in one packet: else the kernel waits for more.
    wbufsize = 1 << 16

    def log_message(self, *_):
        pass

    def handle_request(self):
        split = urllib.parse.urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(
            self.command, urllib.parse.unquote(split.path), urllib.parse.parse_qs(split.query), headers,
            headers.get("host", ""),
        )  # fmt: skip
        self.length, self.was_read = int(headers.get("content-length", 0)), False
        with self.registry.lock:
            self.registry.log.append(request)
        response = self.registry.quirk(request, after=False)
        if response is None:
            response = self.registry.answer(request, self.read_body)
            response = self.registry.quirk(request, after=True) or response
        self.write(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_request

    def read_body(self):
        """None where the client leaves before its end."""
        self.was_read = True
        content = self.rfile.read(self.length)
        return content if len(content) == self.length else None

    def write(self, response):
        if response.cuts:
            self.close_connection = True
            self.connection.close()
            return
        # As Go's server: what is not read closes the connection.
        if not self.was_read and self.length > 0:
            self.close_connection = True
        try:
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(response.body)))
            if self.close_connection:
                self.send_header("connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass

    def handle(self):
        try:
            super().handle()
        except (ConnectionError, ValueError):
            pass


@contextmanager
def fake_registry(**attributes):
    with FakeRegistry() as registry:
        for name, value in attributes.items():
            setattr(registry, name, value)
        yield registry
