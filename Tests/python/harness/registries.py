"""docker-registry on loopback, open, with a password file or with a token server, and files of credentials for it."""

import base64
import json
import shutil
import time
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import yaml
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding

from harness.certificates import DAY, Authority, named
from harness.s3_servers import free_ports, started

READY_SECONDS = 30
USER, PASSWORD = "robot", "registry-secret-password"
# As `htpasswd -B` has it.
PASSWORD_HASH = "$2y$05$2uVU.BmSyc4kSyEO4Amei.Sz.GVhRY0MWmtzDth1JhRnnFRjdRSSS"
PULLED = ", ".join(
    f"application/vnd.{kind}+json"
    for kind in ("oci.image.index.v1", "oci.image.manifest.v1", "docker.distribution.manifest.v2")
)


@dataclass
class Registry:
    host: str
    folder: object
    """Sent with each request of the tests' own."""
    headers: dict = field(default_factory=dict)

    def get(self, path, accept=PULLED):
        request = urllib.request.Request(f"http://{self.host}{path}", headers={"accept": accept, **self.headers})
        with urllib.request.urlopen(request) as answer:
            return answer.read(), answer.headers

    def manifest(self, name, reference):
        content, headers = self.get(f"/v2/{name}/manifests/{reference}")
        return json.loads(content), headers["docker-content-digest"]

    def blob(self, name, digest):
        return self.get(f"/v2/{name}/blobs/{digest}")[0]


@contextmanager
def docker_registry(folder, auth=None):
    """Its storage is a folder, which it deletes from, too."""
    (port,) = free_ports(1)
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "version": "0.1",
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}, "delete": {"enabled": True}},
        "http": {"addr": f"127.0.0.1:{port}", "secret": "of-the-tests"},
        **({"auth": auth} if auth else {}),
    }
    (folder / "config.yml").write_text(yaml.safe_dump(settings))
    command = [shutil.which("docker-registry", path="/usr/bin:/usr/local/bin"), "serve", str(folder / "config.yml")]
    with started(command, folder) as (process, log):
        registry = Registry(f"127.0.0.1:{port}", folder)
        deadline = time.monotonic() + READY_SECONDS
        while True:
            assert process.poll() is None, log.read_text(errors="replace")[-3000:]
            try:
                registry.get("/v2/")
                break
            except urllib.error.HTTPError as error:
                assert error.code == 401, error
                break
            except OSError:
                assert time.monotonic() < deadline, log.read_text(errors="replace")[-3000:]
                time.sleep(0.02)
        yield registry


@contextmanager
def with_passwords(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "passwords").write_text(f"{USER}:{PASSWORD_HASH}\n")
    auth = {"htpasswd": {"realm": "tests", "path": str(folder / "passwords")}}
    with docker_registry(folder, auth) as registry:
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        registry.headers["authorization"] = f"Basic {pair}"
        yield registry


@contextmanager
def with_tokens(folder, lifetime=None):
    """The registry and its token server."""
    folder.mkdir(parents=True, exist_ok=True)
    with SigningServer(folder, lifetime) as server:
        auth = {
            "token": {
                "realm": f"{server.endpoint}/token",
                "service": "registry of the tests",
                "issuer": "tests",
                "rootcertbundle": str(server.certificate),
            }
        }
        with docker_registry(folder, auth) as registry:
            yield registry, server


class SigningServer:
    """Gives tokens that docker-registry believes, to whoever has the password."""

    def __init__(self, folder, lifetime):
        self.lifetime, self.asked = lifetime, []
        """What is granted of what is asked."""
        self.grants = lambda actions: actions
        authority = Authority(folder)
        self.key = authority.key
        certificate = authority.signed(named("tokens"), self.key, DAY, [])
        self.der = certificate.public_bytes(Encoding.DER)
        self.certificate = folder / "tokens.pem"
        self.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))

    def __enter__(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16

            def log_message(self, *_):
                pass

            def do_GET(self):
                status, document = outer.answer(self.path, self.headers.get("authorization", ""))
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, path, authorization):
        query = parse_qs(urlsplit(path).query)
        user = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        self.asked.append(query.get("scope", []))
        if user != f"{USER}:{PASSWORD}":
            return 401, {"details": "incorrect username or password"}
        return 200, {"token": self.token(query), **({"expires_in": self.lifetime} if self.lifetime else {})}

    def header(self, scope):
        return f"Bearer {self.token({'service': ['registry of the tests'], 'scope': [scope]})}"

    def token(self, query):
        access = []
        for scope in query.get("scope", []):
            kind, rest = scope.split(":", 1)
            name, actions = rest.rsplit(":", 1)
            access.append({"type": kind, "name": name, "actions": sorted(self.grants(set(actions.split(","))))})
        now = int(time.time())
        claims = {
            "iss": "tests", "sub": USER, "aud": query["service"][0], "iat": now, "nbf": now - 10,
            "exp": now + (self.lifetime or 60), "jti": uuid.uuid4().hex, "access": access,
        }  # fmt: skip
        header = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(self.der).decode()]}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
        r, s = utils.decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def encoded(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def docker_config(folder, hosts, **more):
    """A folder for DOCKER_CONFIG that has the password of these hosts."""
    folder.mkdir(exist_ok=True)
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth} for host in hosts}, **more}))
    return folder
