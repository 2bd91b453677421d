"""What commands say themselves, beside the words for faults: each text stands in a golden file, as it is printed.

`UPDATE_GOLDENS=1` writes the files anew. `test_message_goldens` finds a sentence that is in none.
"""

import fcntl
import json
import os
import shutil
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.fake_registry import CUT, Tokens, fake_registry
from harness.fault_server import FaultServer
from harness.fault_world import FINE, data, put_asset, put_folder
from harness.faults import answers, stall_after
from harness.gcs_fault_server import GCSFaultServer
from harness.registries import PASSWORD, USER, docker_config
from harness.s3_messages import PREFIX, Response, error
from harness.transcript import GOLDENS, Transcript
from harness.workspace import Workspace
from test_help import all_commands


@pytest.fixture
def workspace(binary):
    """In a folder whose name is as long everywhere: tables are wrapped."""
    with tempfile.TemporaryDirectory(prefix="golden-", dir="/tmp") as folder:
        yield Workspace.below(Path(folder), binary)


@pytest.fixture
def talk(shelf):
    return Transcript(shelf)


def test_the_help_of_every_command(talk):
    for command in [*all_commands(), ("cache", "export"), ("cache", "import")]:
        talk.run(*command, "--help")
    talk.matches("help")


USAGE = [
    "add", "add a b --require 1", "remove", "resolve --dry-run --prune", "resolve --format dot", "resolve --dry-run --format github",
    "resolve --upgrade --locked", "resolve --jobs 0", "lock --check --upgrade", "upgrade --no-lock", "verify --as-modelkit --repair",
    "verify --dry-run", "new a b --jobs 2000", "cache export - --format json", "cache prune --older-than 30", "list [",
    "image --push a.example/b --output oci:c", "image --output oci:c --append-to a.example/b",
    "image --output oci:c --platform linux/amd64 --platform linux/amd64", "image --output c", "resolve --locked --frozen",
    "resolve --upgrade-asset a//b", "list a b", "list --format", "list --format jsn", "list --no-color", "update",
    "outdated --offline", "upgrade nlp/vectors:1.0", "lock --locked", "tree --invert nlp/vectors", "resolve --repair",
    "upgrade --precise 1.0 nlp/vectors",
]  # fmt: skip
# What people type who know other programs, and what nobody knows.
COMMANDS = ["pull", "push", "clean", "info", "rm", "explain", "rollback", "pin", "export", "completion", "lst", "frobnicate"]


def test_arguments_that_cannot_be(talk):
    for line in USAGE + COMMANDS:
        talk.run(*line.split(), status=64)
    talk.matches("usage")


def test_a_spec_is_begun_and_edited(talk):
    talk.run("init", "--dry-run")
    talk.run("init")
    talk.run("init", status=1)
    talk.run("init", "none/assets.yaml", status=9)
    talk.run("add", "nlp/vectors", "--dry-run")
    talk.run("add", "nlp/vectors")
    talk.run("add", "nlp/vectors", "--frozen", status=64)
    talk.run("upgrade")
    talk.run("upgrade", "--latest")
    talk.run("remove", "nlp/vectors", "--dry-run")
    # Where no store is set.
    (talk.workspace.folder / "assets.yaml").unlink()
    (talk.workspace.folder / "assets.schema.json").unlink()
    talk.workspace.without_provider()
    talk.run("init", "bare.yaml")
    talk.run("init", "--dry-run")
    talk.matches("editing")


def test_a_lockfile_is_made_and_asked(talk):
    spec = talk.workspace.spec({"name": "nlp/lexicon", "version": "2", "depends_on": ["nlp/vectors:1"]})
    talk.run("lock", "--dry-run")
    talk.run("lock")
    talk.run("lock")
    lock = spec.with_suffix(".lock")
    lines = lock.read_text().splitlines()
    without = [line for line in lines if "digest" not in line.partition(":")[0]]
    lock.write_text("\n".join(without) + "\n")
    talk.run("lock", "--check")
    lock.write_text("\n".join(lines).replace("fr/words.txt", "fr/other.txt") + "\n")
    talk.run("lock")
    talk.run("outdated")
    talk.run("why", "nlp/vectors")
    talk.run("why", "nlp/tokenizer", status=5)
    talk.run("why", "nlp/vector", status=5)
    talk.run("tree")
    talk.run("plan")
    for groups in (["train"], ["serve", "train"]):
        talk.workspace.spec("nlp/vectors:1", {"name": "nlp/lexicon", "version": "2", "groups": groups})
        talk.run("why", "nlp/lexicon", status=5)
    talk.run("resolve", "--group", "train", "--progress", "none")
    talk.run("lock", "--upgrade", "--offline")
    talk.run("lock", "--upgrade", "--provider", "none")
    talk.matches("locking")


def test_the_assets_directory_is_verified_and_pruned(talk):
    spec = talk.workspace.spec("nlp/vectors:1.0", "nlp/lexicon:1.0")
    talk.run("resolve", "--dry-run")
    talk.run("lock")
    talk.workspace.resolve("nlp/vectors:1.0", "nlp/lexicon:1.0", "nlp/vectors:1.4", options=["--no-lock"]).succeeded()
    talk.workspace.spec("nlp/vectors:1.0", "nlp/lexicon:1.0")
    talk.run("verify")
    talk.run("resolve")
    talk.run("verify")
    talk.run("prune", "--dry-run")
    talk.run("prune")
    talk.workspace.assets.joinpath(".modelkit-assets/replaced/nlp/lexicon/@2.0").mkdir(parents=True)
    talk.workspace.assets.joinpath(".modelkit-assets/replaced/nlp/lexicon/@2.0/notes").write_text("mine\n")
    talk.run("prune")
    (talk.workspace.assets / "nlp/lexicon/1.0/en/words.txt").write_bytes(b"two\n")
    talk.run("verify", status=6)
    talk.run("verify", "--repair", "--dry-run")
    talk.run("verify", "--repair")
    talk.run("verify", "--as-modelkit", spec)
    talk.matches("verifying")


def test_the_store_is_listed_and_annotated(talk):
    talk.run("list")
    talk.run("list", "nlp/v*")
    talk.run("list", "vision/*")
    talk.run("show", "nlp/lexicon")
    talk.run("annotate", "nlp/lexicon:2.0", "--dry-run")
    talk.run("annotate", "nlp/lexicon:2.0")
    talk.run("annotate", "nlp/lexicon:2.0")
    talk.run("show", "nlp/lexicon")
    store = talk.workspace.store
    store.rewrite_meta("nlp/lexicon:2.0", objects=store.meta("nlp/lexicon:2.0")["objects"][:1])
    talk.run("show", "nlp/lexicon")
    (talk.workspace.folder / "words").write_bytes(b"words\n")
    talk.run("new", "words", "nlp/words", "--dry-run")
    talk.run("new", "words", "nlp/words", "--yes")
    talk.run("update", "words", "nlp/words", "--dry-run")
    store.path("nlp/words/0.1.pushing").write_text("{}")
    talk.run("update", "words", "nlp/words", "--yes")
    talk.run("update", "words", "nlp/words", "--depends-on", "nlp/vectors", "--no-depends-on", status=64)
    talk.matches("store")


def test_the_cache_is_kept(talk):
    talk.workspace.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = talk.workspace.folder / "cache"
    talk.workspace.spec("nlp/lexicon:2")
    talk.run("cache", "size")
    talk.run("resolve")
    talk.run("cache", "size")
    talk.run("resolve", "--assets-dir", "another", "--create-assets-dir")
    shutil.rmtree(talk.workspace.folder / "another")
    talk.run("cache", "export", "cache.tar")
    talk.workspace.spec("nlp/vectors:1")
    talk.run("resolve")
    talk.run("prune", "--dry-run")
    talk.run("prune")
    talk.run("cache", "prune", "--dry-run")
    talk.run("cache", "clean", "--dry-run")
    talk.run("cache", "clean")
    talk.run("cache", "export", "empty.tar", "--spec", "assets.yaml")
    talk.run("cache", "import", "cache.tar")
    talk.run("cache", "import", "cache.tar")
    talk.run("cache", "import", "none.tar", "--if-exists")
    talk.matches("cache")


def test_a_run_is_told_to_github_and_to_prometheus(talk):
    talk.workspace.spec("nlp/lexicon:2")
    environment = {"GITHUB_STEP_SUMMARY": talk.workspace.folder / "summary.md"}
    talk.run("resolve", "--format", "github", "--metrics-file", "metrics.prom", environment=environment)
    talk.show("metrics.prom")
    talk.workspace.spec("nlp/vectors:1")
    talk.workspace.store.data_object("nlp/vectors:1.4").unlink()
    talk.run("resolve", "--format", "github", environment=environment, status=5)
    talk.show("summary.md")
    talk.workspace.spec("nlp/lexicon:2")
    talk.run("resolve", "--format", "github", environment={"GITHUB_STEP_SUMMARY": talk.workspace.folder / "none/summary.md"})
    talk.matches("reports")


def test_what_is_in_the_way_of_assets_is_moved(talk):
    names = [f"nlp/words-{number:02}" for number in range(14)]
    for name in names:
        talk.workspace.store.push(f"{name}:1.0", b"words\n")
        (talk.workspace.assets / name / "1.0").mkdir(parents=True)
        (talk.workspace.assets / name / "1.0/mine").write_bytes(b"mine\n")
    talk.workspace.spec(*names)
    talk.run("resolve", "--progress", "none", "--no-lock")
    talk.matches("moved")


def test_plans_and_their_settings(fault_shelf, fault_server):
    talk = Transcript(fault_shelf)
    put_folder(fault_server, "nlp/lexicon", {f"{number}.txt": b"words\n" for number in range(3)})
    talk.workspace.spec("small/asset")
    talk.run("resolve", "--no-lock")
    talk.workspace.spec({"name": "nlp/lexicon", "version": "1", "depends_on": ["small/asset"]})
    talk.run("plan", "--format", "dot")
    talk.run("plan", "--format", "mermaid")
    del fault_server.objects[f"{PREFIX}/nlp/lexicon/1.0/0.txt"]
    talk.run("plan", "--verbose", environment={"SOURCE_DATE_EPOCH": 1709294400, "MODELKIT_ASSETS_MAX_RATE": "200MB/s"})
    put_asset(fault_server, FINE, b"fine\n", objects=[{"size": 10**15, "sha256": "0" * 64}])
    talk.workspace.spec(FINE)
    talk.run("resolve", "--dry-run")
    talk.matches("planning")


class KeepingServer(FaultServer):
    """Keeps what is written, with or without a look at the conditions."""

    heeds_conditions = True

    def answer(self, request):
        if request.method == "PUT":
            return self.keep(request)
        if request.method == "DELETE" and not request.query:
            self.objects.pop(request.key, None)
        return super().answer(request)

    def keep(self, request):
        found, headers = self.objects.get(request.key), request.headers
        tag = found and found.etag
        is_refused = found is not None if "if-none-match" in headers else headers.get("if-match", tag) != tag
        if self.heeds_conditions and is_refused:
            return error(412, "PreconditionFailed", "as a condition says")
        self.put(request.key, request.body)
        return Response(200, headers=(("ETag", self.objects[request.key].etag),))


def test_a_version_is_pushed(workspace):
    talk = Transcript(workspace)
    (workspace.folder / "words").write_bytes(b"words\n")
    with KeepingServer() as server:
        workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
        is_meta = lambda request: request.method == "PUT" and request.key == f"{PREFIX}/nlp/words/0.0.meta"
        server.on(is_meta, stall_after(None), times=1)
        push = ["new", "words", "nlp/words", "--yes"]
        talk.interrupt(*push, when=lambda _: server.seen(is_meta), what="the words were sent", said="pushing")
        talk.run(*push)
        server.heeds_conditions = False
        talk.run("update", "words", "nlp/words", "--yes")
    assert server.mistakes == []
    talk.matches("pushing")


@contextmanager
def held(folder):
    """The lock of a folder itself."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


def waits_for_it(run):
    locks = (line.split() for line in Path("/proc/locks").read_text().splitlines())
    return any(words[1] == "->" and str(run.process.pid) in words for words in locks)


def test_what_is_interrupted_can_be_run_again(fault_shelf, fault_server, held_lock):
    """What waits for the lock of a folder does not stop by itself."""
    talk = Transcript(fault_shelf)
    talk.workspace.spec(FINE)
    fault_server.on(data(FINE), stall_after(None), times=1)
    asked = lambda _: fault_server.seen(data(FINE))
    talk.interrupt("resolve", when=asked, what="the asset was asked for", said="fetching")
    with held(talk.workspace.assets):
        talk.interrupt("resolve", when=waits_for_it, what="the asset was fetched", said="fetching")
    lock = held_lock(talk.workspace.assets / f".cache/{FINE}.lock")
    talk.run("resolve", environment={"MODELKIT_ASSETS_TIMEOUT_S": "1"}, status=9)
    lock.release()
    talk.run("resolve")
    talk.run("image", "--output", "oci:layout", "--dry-run")
    talk.run("image", "--output", "oci:layout")
    with held(talk.workspace.folder / "layout"):
        talk.interrupt("image", "--output", "oci:layout", when=waits_for_it, what="the layers were there")
    talk.run("image", "--output", "oci:layout")
    with fake_registry() as registry:
        ended = threading.Event()
        registry.each(lambda request: request.is_commit(), lambda _: ended.wait(60) and CUT)
        push = ["image", "--push", f"{registry.host}/team/assets:1"]
        talk.interrupt(*push, when=lambda _: registry.requests("digest="), what="a layer was sent", said="pushing")
        ended.set()
        registry.quirks.clear()
        talk.run(*push)
    talk.matches("interrupted")


# MARK: Checks

DEVELOPER = ["check", "--for", "developer"]


def test_a_check_of_a_folder(talk):
    talk.run("check")
    talk.workspace.spec("nlp/lexicon:2", "nlp/vectors:1")
    talk.run(*DEVELOPER)
    (talk.workspace.folder / "empty").mkdir()
    talk.workspace.spec()
    talk.run("check", "--bucket", "empty")
    talk.workspace.without_provider()
    talk.run("check")
    talk.matches("check-folder")


def test_a_check_of_s3(fault_shelf, fault_server):
    talk = Transcript(fault_shelf)
    put_folder(fault_server, "nlp/lexicon", {f"{number}.txt": b"words\n" for number in range(3)})
    spec = talk.workspace.spec(f"{FINE}:1", "nlp/lexicon:1")
    talk.run(*DEVELOPER, spec)
    is_file = lambda request: request.method == "GET" and "nlp/lexicon/1.0/" in request.key
    fault_server.on(is_file, answers(403, "AccessDenied"))
    fault_server.on(lambda request: request.method == "DELETE", answers(403, "AccessDenied"))
    talk.run(*DEVELOPER, spec, status=4)
    fault_server.on(lambda request: request.method == "POST", answers(403, "AccessDenied"))
    fault_server.page = 2
    talk.run(*DEVELOPER, status=4)
    fault_server.on(lambda request: True, answers(403, "AccessDenied"))
    talk.run("check", "--no-sign-request", status=4)
    fault_server.rules.clear()
    fault_server.on(lambda request: True, answers(403, "SignatureDoesNotMatch"))
    talk.run(*DEVELOPER, spec, status=4)
    environment = talk.workspace.tool.environment
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "S3_ENDPOINT"):
        del environment[name]
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
    spec = talk.workspace.spec(storage={"endpoint": "https://s3.acme.example"})
    talk.run("check", spec, status=3)
    talk.run("check", spec, "--trust-spec-endpoint", status=4)
    environment["AWS_CONFIG_FILE"] = talk.workspace.folder / "config"
    environment["AWS_CONFIG_FILE"].write_text("[default]\nendpoint_url = https://s3.acme.example\n")
    talk.run("check", spec, status=4)
    talk.matches("check-s3")


PERMISSIONS = [("storage.objects.create", "storage.objects.delete"), ("storage.objects.create",), None]


def test_a_check_of_gcs(workspace):
    talk = Transcript(workspace)
    with GCSFaultServer() as server:
        put_asset(server, FINE, b"fine\n")
        workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
        for permissions in PERMISSIONS:
            server.permissions = permissions
            talk.run(*DEVELOPER, status=4 if permissions == PERMISSIONS[1] else 0)
    talk.matches("check-gcs")


def test_a_check_of_google_itself(google_world, google_server):
    talk = Transcript(google_world.workspace)
    authorities = talk.workspace.folder / "authorities.pem"
    google_world.environment["SSL_CERT_FILE"] = shutil.copy(google_world.environment["SSL_CERT_FILE"], authorities)
    talk.run("check", status=4)
    google_world.credentials(google_server.login())
    talk.run("check", environment={"GOOGLE_CLOUD_QUOTA_PROJECT": "acme-billing"})
    del google_world.environment["API_ENDPOINT_OVERRIDE"], google_world.environment["GOOGLE_APPLICATION_CREDENTIALS"]
    talk.run("check", status=4)
    talk.matches("check-google")


def test_a_check_of_a_registry(shelf):
    talk = Transcript(shelf)
    with fake_registry() as registry:
        target = f"{registry.host}/team/assets:1"
        talk.run("check", "--image", target)
        talk.run(*DEVELOPER, "--image", target)
        shelf.spec("nlp/vectors:1")
        talk.run("resolve")
        talk.run("image", "--push", target, "--platform", "linux/amd64")
        talk.run("image", "--push", target, "--platform", "linux/amd64")
        registry.tokens = Tokens({USER: PASSWORD})
        registry.tokens.grants = lambda user, actions: actions & {"push"}
        config = docker_config(shelf.folder / "docker", [registry.host])
        talk.run(*DEVELOPER, "--image", target, environment={"DOCKER_CONFIG": config})
        registry.tokens = None
        entry = {"auths": {registry.host: {"identitytoken": "a-token"}}}
        (shelf.folder / "config.json").write_text(json.dumps(entry))
        talk.run("check", "--image", target, environment={"DOCKER_CONFIG": shelf.folder})
    talk.matches("registry")


def test_goldens_are_of_no_machine():
    texts = {path.name: path.read_text() for path in GOLDENS.glob("*.txt")}
    assert len(texts) >= 10
    assert [name for name, text in texts.items() if "/tmp/" in text or "pytest" in text] == []
