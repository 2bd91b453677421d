"""`image --push` and `check --image` against docker-registry: open, with passwords and with tokens."""

import hashlib
import json
import shutil
import subprocess

import pytest

from harness.fake_registry import Tokens, fake_registry
from harness.oci_layout import Layout
from harness.registries import PASSWORD, USER, docker_config, docker_registry, with_passwords, with_tokens
from harness.trees import snapshot, visible

PINS = ("nlp/vectors:1.4", "nlp/lexicon:2.0", "nlp/classifier:3.1")
NAME = "team/assets"
LARGE = b"0123456789abcdef" * (2 << 16)


@pytest.fixture(scope="module")
def open_registry(tmp_path_factory):
    with docker_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="module")
def password_registry(tmp_path_factory):
    with with_passwords(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture
def locked(shelf):
    shelf.store.push("vision/weights:1.0", LARGE)
    shelf.tool.run("resolve", shelf.spec(*PINS, "vision/weights:1.0")).succeeded()
    return shelf


def push(workspace, registry, *options, name=NAME, tag="1", **run_options):
    target = f"{registry.host}/{name}:{tag}"
    return workspace.tool.run("image", workspace.folder / "assets.yaml", "--push", target, *options, **run_options)


def expect_whole(registry, workspace, name=NAME, tag="1"):
    """Every blob is there, and has its digest."""
    index, digest = registry.manifest(name, tag)
    for child in index["manifests"]:
        manifest, child_digest = registry.manifest(name, child["digest"])
        assert child_digest == child["digest"]
        for blob in [manifest["config"], *manifest["layers"]]:
            content = registry.blob(name, blob["digest"])
            assert (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") == (blob["size"], blob["digest"])
    return digest


def test_an_open_registry_has_the_image(locked, open_registry):
    run = push(locked, open_registry).succeeded()
    digest = expect_whole(open_registry, locked)
    assert run.stdout == f"{open_registry.host}/{NAME}@{digest}\n"
    again = push(locked, open_registry).succeeded()
    assert (again.stdout, "up to date" in again.stderr) == (run.stdout, True)
    attached, _ = open_registry.manifest(NAME, digest.replace(":", "-"))
    lock, _ = open_registry.manifest(NAME, attached["manifests"][0]["digest"])
    assert open_registry.blob(NAME, lock["layers"][0]["digest"]) == (locked.folder / "assets.lock").read_bytes()


def test_layers_are_mounted_from_a_base_beside_it(locked, open_registry):
    push(locked, open_registry, name="base/os", tag="1").succeeded()
    base = f"{open_registry.host}/base/os:1"
    options = ("--append-to", base, "--at", "/srv/assets", "--format", "json")
    document = push(locked, open_registry, *options, name="team/service").succeeded().document
    expect_whole(open_registry, locked, "team/service")
    manifest, _ = open_registry.manifest("team/service", document["platforms"][0]["manifest"])
    assert len(manifest["layers"]) == 4
    # The same layers below another repository are taken over too.
    options = ("--reuse-from", base, "--format", "json")
    document = push(locked, open_registry, *options, name="team/other").succeeded().document
    assert {layer["state"] for layer in document["layers"]} == {"mounted"}
    expect_whole(open_registry, locked, "team/other")


def test_a_registry_with_passwords_takes_the_right_one(locked, password_registry):
    assert "no credentials found" in push(locked, password_registry).failed(4).stderr
    locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [password_registry.host])
    push(locked, password_registry).succeeded()
    expect_whole(password_registry, locked)
    config = locked.folder / "docker/config.json"
    config.write_text(config.read_text().replace("auth\": \"", "auth\": \"AAAA"))
    assert "rejected the credentials" in push(locked, password_registry).failed(4).stderr


@pytest.mark.parametrize("lifetime", [None, 60, 300])
def test_a_registry_with_tokens_takes_them(locked, tmp_path, lifetime):
    with with_tokens(tmp_path / "registry", lifetime) as (registry, server):
        locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
        run = push(locked, registry).succeeded()
        registry.headers["authorization"] = server.header(f"repository:{NAME}:pull")
        digest = expect_whole(registry, locked)
        assert run.stdout.strip().endswith(digest)
        # One for all requests: it does not end meanwhile.
        assert server.asked == [[f"repository:{NAME}:pull,push"]]
        base = ("--append-to", f"{registry.host}/{NAME}:1", "--at", "/other")
        push(locked, registry, *base, name="team/second").succeeded()
        assert ["repository:team/second:pull,push", f"repository:{NAME}:pull"] in server.asked


def test_a_registry_with_tokens_of_less_does_not_permit_it(locked, tmp_path):
    with with_tokens(tmp_path / "registry") as (registry, server):
        server.grants = lambda actions: actions & {"pull"}
        locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
        failed = push(locked, registry).failed(4)
        assert "access denied" in failed.stderr and f"user {USER}" in failed.stderr
        assert PASSWORD not in failed.stderr


def test_a_push_of_a_large_layer_takes_little_memory(workspace, open_registry):
    workspace.store.push("vision/huge:1.0", b"0123456789abcdef" * (16 << 20))
    workspace.tool.run("resolve", workspace.spec("vision/huge:1.0")).succeeded()
    target = f"{open_registry.host}/team/huge:1"
    finished, peak_bytes = workspace.tool.run_measured("image", workspace.folder / "assets.yaml", "--push", target)
    finished.succeeded()
    assert peak_bytes < 96 << 20
    expect_whole(open_registry, workspace, "team/huge")


def test_skopeo_finds_the_same(locked, open_registry):
    run = push(locked, open_registry, tag="skopeo").succeeded()
    program = shutil.which("skopeo", path="/usr/bin:/usr/local/bin")
    assert program, "scripts/install-dependencies test installs skopeo"
    said = subprocess.run(
        [program, "inspect", "--tls-verify=false", f"docker://{open_registry.host}/{NAME}:skopeo"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    document = json.loads(said.stdout)
    assert run.stdout.strip().endswith(document["Digest"])
    assert len(document["Layers"]) == 2


def test_skopeo_copies_the_image_and_one_on_top_of_it(locked, open_registry):
    """It compares every blob with its digest, and each config with its layers."""
    push(locked, open_registry, tag="below").succeeded()
    base = ("--append-to", f"{open_registry.host}/{NAME}:below", "--at", "/srv/assets")
    for tag, options in (("alone", ()), ("above", base)):
        run = push(locked, open_registry, *options, tag=tag).succeeded()
        target = locked.folder / f"copied-{tag}"
        subprocess.run(
            ["skopeo", "copy", "--all", "--preserve-digests", "--src-tls-verify=false",
             f"docker://{open_registry.host}/{NAME}:{tag}", f"oci:{target}:1"],
            check=True, capture_output=True,
        )  # fmt: skip
        image = Layout(target).image("1")
        assert run.stdout.strip().endswith(image.digest)
        image.unpack(locked.folder / f"root-{tag}")
    above = visible(snapshot(locked.folder / "root-above/srv/assets"))
    assert above == visible(snapshot(locked.assets)) == visible(snapshot(locked.folder / "root-alone"))


# --- check --image


def rows(document):
    return {row["name"]: row for section in document["sections"] for row in section["rows"]}


def check(workspace, registry, *options, reference=f"{NAME}:1"):
    target = f"{registry.host}/{reference}"
    return workspace.tool.run("check", "--image", target, "--format", "json", *options)


def test_check_tells_who_is_asked_for_and_what_that_one_may_do(locked, password_registry, validate):
    locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [password_registry.host])
    digest = push(locked, password_registry, tag="checked").succeeded().stdout.strip().partition("@")[2]
    run = check(locked, password_registry, "--for", "developer", reference=f"{NAME}:checked").succeeded()
    validate("check", run.document)
    found = rows(run.document)
    assert found["endpoint"]["value"] == f"http://{password_registry.host}"
    source = f"{locked.folder}/docker/config.json, environment variable DOCKER_CONFIG"
    assert (found["account"]["value"], found["account"]["source"]) == (USER, source)
    assert found["can be pulled"]["value"] == f"yes, {digest}"
    assert found["can be pushed"]["state"] == "ok"
    assert PASSWORD not in run.stdout + run.stderr
    runtime = rows(check(locked, password_registry, reference=f"{NAME}:checked").succeeded().document)
    assert runtime["can be pushed"]["state"] == "unproven"


def test_check_leaves_no_upload_behind_and_tells_what_is_denied(locked):
    with fake_registry() as registry:
        registry.tokens = Tokens({USER: PASSWORD})
        locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
        found = rows(check(locked, registry, "--for", "developer").succeeded().document)
        assert found["can be pulled"]["state"] == "unproven" and found["can be pushed"]["state"] == "ok"
        assert registry.uploads == {} and registry.blobs == {}
        registry.tokens.grants = lambda user, actions: actions & {"pull"}
        found = rows(check(locked, registry, "--for", "developer").failed(4).document)
        assert found["can be pushed"]["state"] == "failed" and "access denied" in found["can be pushed"]["value"]


def test_check_tells_of_credentials_that_may_push_and_not_pull(locked):
    with fake_registry() as registry:
        push(locked, registry).succeeded()
        registry.tokens = Tokens({USER: PASSWORD})
        registry.tokens.grants = lambda user, actions: actions & {"push"}
        locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
        found = rows(check(locked, registry, "--for", "developer").succeeded().document)
        assert found["can be pushed"]["state"] == "ok" and found["can be pulled"]["state"] == "unproven"
        assert "access denied; a push sends every layer" in found["can be pulled"]["value"]
        assert rows(check(locked, registry).failed(4).document)["can be pulled"]["state"] == "failed"


def test_check_tells_of_credentials_that_may_pull_and_not_push(locked):
    """Of a token server that grants all that is asked for, or refuses."""
    with fake_registry() as registry:
        push(locked, registry).succeeded()
        registry.tokens = Tokens({USER: PASSWORD})
        registry.tokens.grants = lambda user, actions: actions if actions == {"pull"} else None
        locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
        found = rows(check(locked, registry, "--for", "developer").failed(4).document)
        assert (found["can be pulled"]["state"], found["can be pushed"]["state"]) == ("ok", "failed")


def test_check_tells_of_no_credentials(locked, password_registry):
    found = rows(check(locked, password_registry).failed(4).document)
    assert found["account"]["value"] == "none (requests are anonymous)"
    assert found["can be pulled"]["state"] == "failed"
