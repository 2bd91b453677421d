"""What commands say themselves, beside the words for faults: each text stands in a golden file, as it is printed.

`UPDATE_GOLDENS=1` writes the files anew. `test_message_goldens` finds a sentence that is in none.
"""

import json
import shutil
import tempfile
from pathlib import Path

import pytest

from harness.fake_registry import Tokens, fake_registry
from harness.fault_world import FINE, put_asset, put_folder
from harness.faults import answers
from harness.gcs_fault_server import GCSFaultServer
from harness.registries import PASSWORD, USER, docker_config
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
    "image --output oci:c --platform linux/amd64 --platform linux/amd64",
]  # fmt: skip


def test_arguments_that_cannot_be(talk):
    for line in USAGE:
        talk.run(*line.split(), status=64)
    talk.matches("usage")


def test_a_spec_is_begun_and_edited(talk):
    talk.run("init", "--dry-run")
    talk.run("init")
    talk.run("init", status=1)
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
    talk.run("tree")
    talk.run("plan")
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
    talk.run("update", "words", "nlp/words", "--depends-on", "nlp/vectors", "--no-depends-on", status=64)
    talk.matches("store")


def test_the_cache_is_kept(talk):
    talk.workspace.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = talk.workspace.folder / "cache"
    talk.workspace.spec("nlp/lexicon:2")
    talk.run("cache", "size")
    talk.run("resolve")
    talk.run("cache", "size")
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
    talk.matches("cache")


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
