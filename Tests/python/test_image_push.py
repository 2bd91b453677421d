"""`image --push`: what the lockfile pins as an image in a registry, against one that is as difficult as real ones are."""

import contextlib
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from harness.certificates import Authority
from harness.fake_registry import CUT, FakeRegistry, Response, Tokens, digest_of, error, fake_registry
from harness.proxy_server import ProxyServer
from harness.registries import PASSWORD, USER, docker_config
from harness.trees import snapshot

PINS = ("nlp/vectors:1.4", "nlp/lexicon:2.0", "nlp/classifier:3.1", "nlp/tokenizer:10.3")
LARGE = b"0123456789abcdef" * (2 << 16)
NAME = "team/assets"


@pytest.fixture
def registry():
    with fake_registry() as registry:
        yield registry
    assert registry.torn == []


@pytest.fixture
def locked(shelf):
    """A spec of three layers and its lockfile, with the assets in place."""
    shelf.store.push("vision/weights:1.0", LARGE, pushed="2024-04-01T12:00:00+00:00")
    shelf.store.push("vision/more:1.0", {"a": LARGE[::-1], "b": b"more"}, pushed="2024-02-01T12:00:00+00:00")
    lock(shelf, *PINS, "vision/weights:1.0", "vision/more:1.0")
    return shelf


def lock(workspace, *entries):
    workspace.tool.run("resolve", workspace.spec(*entries)).succeeded()


def push(workspace, registry, *options, tag="1", name=NAME, **run_options):
    return workspace.tool.run(*arguments(workspace, registry, *options, tag=tag, name=name), **run_options)


def arguments(workspace, registry, *options, tag="1", name=NAME):
    return ["image", workspace.folder / "assets.yaml", "--push", f"{registry.host}/{name}:{tag}", *options]


def forget(workspace):
    """What a machine has that has nothing: the lockfile, and an empty assets directory."""
    workspace.point_at(workspace.folder / f"empty-{time.monotonic_ns()}")
    workspace.assets.mkdir()


def index_of(registry, tag="1", name=NAME):
    kind, index = registry.image(name, tag)
    assert kind == "application/vnd.oci.image.index.v1+json"
    return index


def first_manifest(registry, tag="1", name=NAME):
    return registry.image(name, index_of(registry, tag, name)["manifests"][0]["digest"])[1]


def sent(registry):
    """The blobs that were sent, whether they were taken or not."""
    return registry.requests("^PUT .*digest=")


# --- What is pushed


def test_the_image_is_the_one_that_a_layout_has(locked, registry):
    run = push(locked, registry).succeeded()
    locked.tool.run("image", locked.folder / "assets.yaml", "--output", f"oci:{locked.folder / 'layout'}:1").succeeded()
    (written,) = json.loads((locked.folder / "layout/index.json").read_text())["manifests"]
    assert run.stdout == f"{registry.host}/{NAME}@{written['digest']}\n"
    assert registry.missing(NAME, "1") == []
    assert [manifest["platform"]["architecture"] for manifest in index_of(registry)["manifests"]] == ["amd64", "arm64"]
    for layer in first_manifest(registry)["layers"]:
        blob = locked.folder / "layout/blobs/sha256" / layer["digest"].removeprefix("sha256:")
        assert blob.read_bytes() == registry.blobs[NAME][layer["digest"]]


def test_the_tag_comes_last_and_each_blob_goes_in_one_request(locked, registry):
    push(locked, registry).succeeded()
    puts = [str(request) for request in registry.requests("^PUT ")]
    assert puts[-1] == f"PUT /v2/{NAME}/manifests/1"
    assert len(sent(registry)) == len(registry.blobs[NAME])
    assert registry.requests("^PATCH") == []


def test_no_layer_stands_on_disk(locked, registry):
    before = snapshot(locked.folder)
    registry.each(lambda request: request.is_commit() and (seen.append(snapshot(locked.folder).keys()) or False), None)
    seen = []
    push(locked, registry).succeeded()
    assert len(seen) >= 3
    for paths in seen:
        assert {path for path in paths - before.keys() if not path.startswith("home/")} == set()


def test_the_json_document_says_what_was_sent(locked, registry, validate):
    document = push(locked, registry, "--format", "json").succeeded().document
    validate("image", document)
    assert document["reference"] == f"{registry.host}/{NAME}@{document['digest']}"
    assert {layer["state"] for layer in document["layers"]} == {"pushed"}
    again = push(locked, registry, "--format", "json").succeeded().document
    validate("image", again)
    assert {layer["state"] for layer in again["layers"]} == {"reused"}
    assert {**again, "layers": None} == {**document, "layers": None}


def test_a_dry_run_sends_nothing_and_says_what_the_registry_has(locked, registry):
    def states():
        document = push(locked, registry, "--dry-run", "--format", "json").succeeded().document
        return {layer["state"] for layer in document["layers"]}

    assert states() == {"planned"}
    assert registry.requests("^(PUT|POST)") == []
    push(locked, registry).succeeded()
    registry.forget()
    assert states() == {"reused"}
    assert registry.requests("^(PUT|POST)") == []


def test_the_lock_is_attached(locked, registry):
    for registry.has_referrers in (False, True):
        run = push(locked, registry, tag=f"{registry.has_referrers}").succeeded()
        digest = run.stdout.strip().partition("@")[2]
        if registry.has_referrers:
            (attached,) = [
                document
                for _, text in registry.manifests[NAME].values()
                if (document := json.loads(text)).get("subject", {}).get("digest") == digest
            ][:1]
        else:
            _, index = registry.image(NAME, digest.replace(":", "-"))
            (item,) = index["manifests"]
            _, attached = registry.image(NAME, item["digest"])
        assert attached["artifactType"] == "application/vnd.modelkit-assets.lock.v1"
        lock_text = registry.blobs[NAME][attached["layers"][0]["digest"]].decode()
        assert lock_text == (locked.folder / "assets.lock").read_text()


def test_a_registry_that_takes_no_lock_is_told_of(locked, registry):
    attached = lambda request: request.method == "GET" and "/manifests/sha256-" in request.path
    registry.each(attached, error(403, "DENIED"))
    run = push(locked, registry).succeeded()
    assert "the lockfile was not attached" in run.stderr
    assert registry.missing(NAME, "1") == []


# --- What is told meanwhile


def test_an_asset_of_a_shared_layer_counts_its_own_bytes_once(workspace, registry):
    sizes = {f"some/asset{number}:1.0": 150_000 + number for number in range(6)}
    for pin, size in sizes.items():
        workspace.store.push(pin, os.urandom(size))
    lock(workspace, *sizes)
    # Cut once, so that it is sent twice.
    registry.once(lambda request: request.is_commit() and int(request.headers["content-length"]) > 900_000, CUT, after=True)
    registry.each(lambda request: request.method == "HEAD", lambda request: error(404, "BLOB_UNKNOWN"))
    run = push(workspace, registry, "--progress", "plain").succeeded()
    pushed = [line.rpartition(" in ")[0] for line in run.stderr.splitlines() if line.startswith("pushed some/")]
    assert pushed == [f"pushed {pin}, {size / 1000:.1f} kB" for pin, size in sizes.items()]


def test_layers_that_arrived_earlier_are_not_told_as_pushed(locked, registry, validate):
    push(locked, registry, tag="1").succeeded()
    run = push(locked, registry, "--progress", "json", tag="2").succeeded()
    events = [json.loads(line) for line in run.stderr.splitlines()]
    for event in events:
        validate("progress", event)
    assert {event["outcome"] for event in events if event["event"] == "ended"} == {"packed", "present"}
    plain = push(locked, registry, "--progress", "plain", tag="3").succeeded()
    assert [line for line in plain.stderr.splitlines() if line.startswith(("pushing", "pushed nlp", "pushed vision"))] == []


def test_a_registry_that_is_slow_is_named(locked, registry):
    registry.once(lambda request: request.method == "GET" and (time.sleep(2) or False), None)
    run = push(locked, registry, "--progress", "plain").succeeded()
    assert f"asking {registry.host}: waiting for {registry.host} (" in run.stderr


# --- What is not sent again


def test_an_unchanged_lock_is_pushed_from_a_machine_that_has_nothing(locked, registry):
    registry.tokens = Tokens({USER: PASSWORD})
    locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
    first = push(locked, registry).succeeded()
    forget(locked)
    locked.tool.environment["DOCKER_CONFIG"] = locked.folder / "docker"
    locked.tool.environment["MODELKIT_STORAGE_BUCKET"] = locked.folder / "no-such-store"
    registry.forget()
    second = push(locked, registry).succeeded()
    assert second.stdout == first.stdout
    assert "up to date" in second.stderr
    assert registry.requests("^(PUT|POST)") == []
    assert len(registry.requests()) < 12, [str(request) for request in registry.requests()]
    assert list(locked.assets.iterdir()) == []


def test_one_asset_of_ten_that_changed_is_one_layer(workspace, registry):
    names = [f"many/asset-{number}" for number in range(10)]
    for number, name in enumerate(names):
        workspace.store.push(f"{name}:1.0", bytes([number]) * (1 << 20))
    lock(workspace, *[f"{name}:1.0" for name in names])
    push(workspace, registry).succeeded()
    workspace.store.push(f"{names[3]}:1.1", b"\xff" * (1 << 20))
    lock(workspace, *[f"{name}:1.{int(name == names[3])}" for name in names])
    registry.forget()
    push(workspace, registry, tag="2").succeeded()
    # Another tag: its own image is not there yet, and the layers are found by their digests.
    assert sum(len(registry.blobs[NAME][request.query["digest"][0]]) > 1 << 20 for request in sent(registry)) == 1
    registry.forget()
    forget(workspace)
    workspace.store.push(f"{names[4]}:1.1", b"\xfe" * (1 << 20))
    lock(workspace, *[f"{name}:1.{int(name in (names[3], names[4]))}" for name in names])
    forget(workspace)
    push(workspace, registry, tag="2").succeeded()
    assert sum(len(registry.blobs[NAME][request.query["digest"][0]]) > 1 << 20 for request in sent(registry)) == 1
    # Nothing else was fetched for it.
    assert [path.name for path in (workspace.assets / "many").iterdir()] == ["asset-4"]


def test_a_layer_that_the_registry_lost_is_sent_again(locked, registry):
    push(locked, registry).succeeded()
    lost = first_manifest(registry)["layers"][-1]["digest"]
    del registry.blobs[NAME][lost]
    push(locked, registry, "--at", "/", "--platform", "linux/amd64").succeeded()
    assert lost in registry.blobs[NAME]


def test_layers_of_another_repository_are_mounted_or_copied(locked, registry):
    for mounts, name in ((True, "team/mounted"), (False, "team/copied")):
        push(locked, registry).succeeded()
        registry.forget()
        registry.mounts = mounts
        forget(locked)
        locked.tool.environment["MODELKIT_STORAGE_BUCKET"] = locked.folder / "no-such-store"
        options = ("--reuse-from", f"{registry.host}/{NAME}:1", "--format", "json")
        document = push(locked, registry, *options, name=name).succeeded().document
        assert registry.missing(name, "1") == []
        assert {layer["state"] for layer in document["layers"]} == {"mounted" if mounts else "pushed"}
        locked.tool.environment["MODELKIT_STORAGE_BUCKET"] = locked.store.bucket
        locked.point_at(locked.folder / "assets")


# --- On top of another image


def base_image(registry, name="base/os", tag="3", platforms=("amd64", "arm64"), layers=1, description=None):
    children = []
    for architecture in platforms:
        layer = f"layer of {architecture}".encode() * 1000
        config = {
            "architecture": architecture, "os": "linux", "config": {"Env": ["PATH=/bin"], "Cmd": ["/app"]},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + "a" * 64] * layers},
            "history": [{"created_by": "make"}], "x-unknown": {"kept": True},
        }  # fmt: skip
        config = json.dumps(config).encode()
        manifest = {
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json", "size": len(config),
                "digest": registry.put_blob(name, config),
            },
            "layers": [{
                "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": len(layer),
                "digest": registry.put_blob(name, layer),
            }] * layers,
        }  # fmt: skip
        digest, size = put_manifest(registry, name, None, manifest)
        children.append({
            "mediaType": manifest["mediaType"], "digest": digest, "size": size,
            "platform": {"os": "linux", "architecture": architecture},
        })  # fmt: skip
    if description:
        digest, size = put_manifest(registry, name, None, description)
        unknown = {"os": "unknown", "architecture": "unknown"}
        children.append({"mediaType": description["mediaType"], "digest": digest, "size": size, "platform": unknown})
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": children}
    put_manifest(registry, name, tag, index)
    return f"{registry.host}/{name}:{tag}"


def put_manifest(registry, name, tag, document):
    content = json.dumps(document).encode()
    entry = (document["mediaType"], content)
    versions = registry.manifests.setdefault(name, {})
    versions[digest_of(content)] = entry
    if tag:
        versions[tag] = entry
    return digest_of(content), len(content)


@pytest.mark.parametrize("mounts", [True, False])
def test_assets_go_on_top_of_a_base(locked, registry, mounts):
    registry.mounts = mounts
    base = base_image(registry)
    registry.forget()
    push(locked, registry, "--append-to", base, "--at", "/srv/assets", name="team/service").succeeded()
    assert registry.missing("team/service", "1") == []
    children = index_of(registry, name="team/service")["manifests"]
    for child, architecture in zip(children, ("amd64", "arm64"), strict=True):
        _, manifest = registry.image("team/service", child["digest"])
        config = json.loads(registry.blobs["team/service"][manifest["config"]["digest"]])
        assert child["platform"]["architecture"] == config["architecture"] == architecture
        lowest = registry.blobs["team/service"][manifest["layers"][0]["digest"]]
        assert lowest.startswith(b"layer of " + architecture.encode())
        assert config["config"]["Cmd"] == ["/app"] and config["x-unknown"] == {"kept": True}
        assert config["config"]["Env"] == ["PATH=/bin", "MODELKIT_ASSETS_DIR=/srv/assets"]
        assert len(config["rootfs"]["diff_ids"]) == len(manifest["layers"]) == len(config["history"]) == 4
        assert manifest["annotations"]["org.opencontainers.image.base.name"] == base
    mounted = registry.requests("POST .*mount=.*from=base")
    assert len(mounted) == 2
    # Once more, nothing is sent.
    registry.forget()
    push(locked, registry, "--append-to", base, "--at", "/srv/assets", name="team/service").succeeded()
    assert registry.requests("^(PUT|POST)") == []


def test_a_base_of_another_registry_is_copied(locked, registry):
    with FakeRegistry() as other:
        base = base_image(other)
        push(locked, registry, "--append-to", base).succeeded()
    assert registry.missing(NAME, "1") == []
    assert registry.requests("mount=") == []


def test_a_platform_of_a_base_is_chosen(locked, registry):
    base = base_image(registry)
    push(locked, registry, "--append-to", base, "--platform", "linux/arm64").succeeded()
    assert [child["platform"]["architecture"] for child in index_of(registry)["manifests"]] == ["arm64"]
    failed = push(locked, registry, "--append-to", base, "--platform", "linux/s390x").failed(5)
    assert "linux/s390x" in failed.stderr and "linux/amd64" in failed.stderr


def test_what_describes_a_base_is_not_taken_over(locked, registry):
    """As BuildKit has it in an index: it is about other manifests than ours."""
    described = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}
    push(locked, registry, "--append-to", base_image(registry, description=described)).succeeded()
    assert [child["platform"]["architecture"] for child in index_of(registry)["manifests"]] == ["amd64", "arm64"]


def test_more_layers_than_engines_run_are_refused(locked, registry):
    push(locked, registry, "--append-to", base_image(registry, layers=124)).succeeded()
    failed = push(locked, registry, "--append-to", base_image(registry, layers=125), tag="2").failed(1)
    assert "128 layers" in failed.stderr and "at most 127" in failed.stderr
    assert registry.image(NAME, "2") is None


def test_a_base_that_is_not_there_is_told(locked, registry):
    failed = push(locked, registry, "--append-to", f"{registry.host}/base/none:1").failed(5)
    assert "no image" in failed.stderr
    assert registry.requests("^(PUT|POST)") == []


# --- What registries do


def test_uploads_go_on_at_another_host_without_the_token(locked, registry):
    registry.tokens = Tokens({USER: PASSWORD})
    with FakeRegistry() as other:
        # The one that stores, for the one that is asked.
        other.blobs, other.uploads = registry.blobs, registry.uploads
        registry.upload_place = f"http://localhost:{other.port}"
        locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
        push(locked, registry).succeeded()
        assert len(other.requests("^PUT")) >= 3
        assert {request.authorization for request in other.requests()} == {""}
    assert registry.missing(NAME, "1") == []


def test_a_relative_place_is_followed(locked, registry):
    push(locked, registry).succeeded()
    assert registry.missing(NAME, "1") == []


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("end", [CUT, error(404, "BLOB_UPLOAD_UNKNOWN"), Response(504)], ids=["cut", "404", "504"])
def test_where_an_upload_ended_in_doubt_the_registry_is_asked(locked, registry, end, keeps):
    large = lambda request: request.is_commit() and int(request.headers["content-length"]) > len(LARGE)
    registry.once(large, end, after=keeps)
    push(locked, registry).succeeded()
    assert registry.missing(NAME, "1") == []
    large_ones = [request for request in sent(registry) if large(request)]
    assert len(large_ones) == (2 if keeps else 3)


def test_a_registry_that_asks_to_wait_is_waited_for(locked, registry):
    registry.once(lambda request: request.is_commit(), error(429, "TOOMANYREQUESTS", **{"retry-after": "1"}))
    registry.once(lambda request: request.method == "HEAD", error(429, "TOOMANYREQUESTS", **{"retry-after": "1"}))
    run = push(locked, registry).succeeded()
    assert run.seconds > 1
    assert "429" in run.stderr
    assert registry.missing(NAME, "1") == []


def test_a_layer_that_is_too_large_is_refused_at_once(locked, registry):
    registry.largest_blob = 1 << 20
    failed = push(locked, registry).failed(8)
    assert "SIZE_INVALID" in failed.stderr and "413" in failed.stderr
    assert registry.image(NAME, "1") is None


def test_a_limit_that_is_known_is_told_before_anything_is_sent(workspace):
    """No connection is made: the name of the host says what it takes."""
    workspace.store.push("vision/huge:1.0", b"x")
    workspace.store.rewrite_meta("vision/huge:1.0", objects=[{"size": 20_000_000_000, "sha256": "0" * 64}])
    workspace.tool.run("lock", workspace.spec("vision/huge:1.0")).succeeded()
    failed = workspace.tool.run("image", workspace.folder / "assets.yaml", "--push", "ghcr.io/team/assets:1").failed(1)
    assert "ghcr.io accepts layers of at most 10" in failed.stderr


def test_a_repository_that_is_not_there_is_told(locked, registry):
    registry.repositories = {"base/os"}
    failed = push(locked, registry).failed(4)
    assert "NAME_UNKNOWN" in failed.stderr and f"create the repository {NAME}" in failed.stderr


def test_a_registry_that_is_not_there_is_told(locked):
    with FakeRegistry() as gone:
        pass
    locked.tool.environment["MODELKIT_STORAGE_TIMEOUT_S"] = "1"
    failed = locked.tool.run(
        "image", locked.folder / "assets.yaml", "--push", f"127.0.0.1:{gone.port}/{NAME}:1"
    ).failed(8)
    assert "unreachable" in failed.stderr


def test_a_registry_that_computes_another_digest_is_told(locked, registry):
    registry.once(lambda request: request.is_commit(), error(400, "DIGEST_INVALID"))
    assert "DIGEST_INVALID" in push(locked, registry).failed(6).stderr
    assert registry.image(NAME, "1") is None


def test_content_that_changed_since_it_was_locked_is_not_pushed(locked, registry):
    (path,) = locked.assets.glob("vision/weights/1.0")
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)
    failed = push(locked, registry).failed(6)
    assert "vision/weights:1.0" in failed.stderr and "does not match the lockfile" in failed.stderr
    assert registry.image(NAME, "1") is None


# --- How it is reached


ELSEWHERE = "registry.example"


@pytest.fixture
def remote(locked):
    """`remote(registry)`: a registry that is not on this machine, as far as the program can tell; gives the proxy to it."""
    with contextlib.ExitStack() as proxies:

        def reached(registry):
            places = {f"{ELSEWHERE}:{port}": registry.host for port in (80, 443)}
            proxy = proxies.enter_context(ProxyServer(places=places))
            registry.basic = (USER, PASSWORD)
            locked.tool.environment.update(
                HTTP_PROXY=proxy.url, HTTPS_PROXY=proxy.url, MODELKIT_STORAGE_TIMEOUT_S="5",
                DOCKER_CONFIG=docker_config(locked.folder / "docker", [ELSEWHERE]),
            )  # fmt: skip
            return proxy

        yield reached


def push_elsewhere(workspace, *options):
    return workspace.tool.run("image", workspace.folder / "assets.yaml", "--push", f"{ELSEWHERE}/{NAME}:1", *options)


def test_a_registry_that_is_not_on_this_machine_is_spoken_to_over_tls(locked, remote, tmp_path):
    authority = Authority(tmp_path)
    with FakeRegistry(tls=authority.context(ELSEWHERE)) as registry:
        proxy = remote(registry)
        refused = push_elsewhere(locked).failed(8).stderr
        assert "certificate" in refused.lower() and "SSL_CERT_FILE" in refused
        assert registry.requests() == []
        locked.tool.environment["SSL_CERT_FILE"] = authority.bundle
        push_elsewhere(locked).succeeded()
        assert registry.missing(NAME, "1") == []
    assert {(request.method, request.target) for request in proxy.requests} == {("CONNECT", f"{ELSEWHERE}:443")}


def test_a_registry_without_tls_takes_the_flag_for_it(locked, remote, registry):
    proxy = remote(registry)
    assert "hint: if the registry does not use TLS, pass --plain-http" in push_elsewhere(locked).failed(8).stderr
    assert {request.method for request in proxy.requests} == {"CONNECT"} and registry.requests() == []
    push_elsewhere(locked, "--plain-http").succeeded()
    assert registry.missing(NAME, "1") == []


# --- Who asks


def test_tokens_are_renewed_over_a_long_push(locked, registry):
    registry.tokens = Tokens({USER: PASSWORD}, lifetime=2)
    locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
    registry.each(lambda request: request.is_commit() and (time.sleep(1) or False), None)
    push(locked, registry).succeeded()
    assert len(registry.tokens.asked) > 2
    assert registry.missing(NAME, "1") == []


def test_a_token_that_ended_while_a_layer_was_sent_is_replaced(locked, registry):
    """The registry looks at it once all of the layer is there, and wants it all again."""
    registry.tokens = Tokens({USER: PASSWORD})
    locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
    ended = set()

    def quirk(request):
        if not request.is_commit() or ended:
            return None
        ended.add(request.authorization)
        registry.tokens.given.clear()
        del registry.blobs[request.parts[0]][request.query["digest"][0]]
        return registry.tokens.refusal(registry, request)

    registry.each(lambda request: True, quirk, after=True)
    push(locked, registry).succeeded()
    assert len(ended) == 1 and len(registry.tokens.asked) >= 2
    assert registry.missing(NAME, "1") == []


def may_only(registry, workspace, action):
    """Credentials for the registry that may push, or pull, and not the other."""
    registry.tokens = Tokens({USER: PASSWORD})
    registry.tokens.grants = lambda user, actions: actions & {action}
    workspace.tool.environment["DOCKER_CONFIG"] = docker_config(workspace.folder / "docker", [registry.host])


@pytest.mark.parametrize("has_referrers", [True, False])
def test_credentials_that_may_push_and_not_pull_push(locked, registry, has_referrers):
    registry.has_referrers = has_referrers
    may_only(registry, locked, "push")
    for _ in range(2):
        registry.forget()
        run = push(locked, registry).succeeded()
        assert registry.missing(NAME, "1") == []
        assert f"may push to `{registry.host}/{NAME}` but not pull, so layers it already has are sent again" in run.stderr
        # Each is sent, and none is looked for: the first refusal says it of all.
        assert len(sent(registry)) == len({request.path for request in registry.requests("^PUT .*digest=")}) >= 5
        assert registry.requests("^HEAD") == []
        assert ("the lockfile was not attached" in run.stderr) == (not has_referrers)
    assert "access denied" in push(locked, registry, "--dry-run").failed(4).stderr


@pytest.mark.parametrize("status", [401, 403])
def test_a_look_that_is_refused_is_no_answer(locked, registry, status):
    """By a registry of Basic authentication that lets these credentials read manifests and no blobs."""
    push(locked, registry).succeeded()
    registry.each(lambda request: request.method == "HEAD", error(status, "DENIED"))
    large = lambda request: request.is_commit() and int(request.headers["content-length"]) > len(LARGE)
    registry.once(large, CUT, after=True)
    registry.forget()
    push(locked, registry, "--at", "/srv/assets", name="team/other").succeeded()
    assert registry.missing("team/other", "1") == []
    assert len(registry.requests("^HEAD")) <= 4


def test_credentials_that_may_do_nothing_are_told_before_anything_is_read(locked, registry):
    may_only(registry, locked, "delete")
    forget(locked)
    locked.tool.environment["DOCKER_CONFIG"] = locked.folder / "docker"
    failed = push(locked, registry).failed(4)
    assert "access denied" in failed.stderr and f"push to {registry.host}/{NAME}" in failed.stderr
    assert list(locked.assets.iterdir()) == [] and sent(registry) == []


def test_a_token_that_allows_less_is_not_permitted(locked, registry):
    registry.tokens = Tokens({USER: PASSWORD})
    registry.tokens.grants = lambda user, actions: actions & {"pull"}
    locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
    failed = push(locked, registry).failed(4)
    assert "access denied" in failed.stderr and f"user {USER}" in failed.stderr
    assert f"push to {registry.host}/{NAME}" in failed.stderr


def test_a_wrong_password_and_none_are_told_apart(locked, registry):
    registry.tokens = Tokens({USER: "another"})
    assert "denied anonymous access" in push(locked, registry).failed(4).stderr
    locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
    assert "rejected the credentials" in push(locked, registry).failed(4).stderr


def test_mounts_ask_for_both_repositories(locked, registry):
    registry.tokens = Tokens({USER: PASSWORD})
    locked.tool.environment["DOCKER_CONFIG"] = docker_config(locked.folder / "docker", [registry.host])
    base = base_image(registry)
    push(locked, registry, "--append-to", base).succeeded()
    asked = [scopes for _, _, scopes in registry.tokens.asked]
    assert [f"repository:{NAME}:pull,push", "repository:base/os:pull"] in asked
    assert len(registry.requests("mount=")) == 2


def helper(folder, text):
    """A credential helper on the PATH."""
    program = folder / "docker-credential-tests"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def helper_config(workspace, text):
    folder = workspace.folder / "docker"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"credsStore": "tests"}))
    workspace.tool.environment.update(DOCKER_CONFIG=folder, PATH=helper(workspace.folder, text))


def test_a_helper_is_asked(locked, registry):
    registry.basic = (USER, PASSWORD)
    answer = json.dumps({"ServerURL": registry.host, "Username": USER, "Secret": PASSWORD})
    helper_config(locked, f"[ \"$*\" = get ] && [ \"$(cat)\" = {registry.host} ] && echo '{answer}'")
    push(locked, registry).succeeded()
    assert registry.missing(NAME, "1") == []


def test_a_helper_that_has_none_or_fails_is_told(locked, registry):
    registry.basic = (USER, PASSWORD)
    helper_config(locked, "echo credentials not found in native keychain; exit 1")
    assert "no credentials found" in push(locked, registry).failed(4).stderr
    helper(locked.folder, "echo the keychain is locked >&2; exit 2")
    assert "the keychain is locked" in push(locked, registry).failed(4).stderr
    helper(locked.folder, "echo nonsense")
    assert "printed no credentials" in push(locked, registry).failed(4).stderr


def test_a_helper_that_does_not_answer_is_ended_after_30_seconds(locked, registry):
    """With what it runs, which has its standard output, too."""
    registry.basic = (USER, PASSWORD)
    helper_config(locked, f"sleep 600 & echo $! > {locked.folder}/sleeping; wait")
    failed = push(locked, registry).failed(4)
    assert 30 <= failed.seconds < 40, str(failed)
    assert "`docker-credential-tests` timed out after 30.0 seconds" in failed.stderr, failed.stderr
    # Killed, and soon gone, when the system's first process has noticed.
    sleeping, deadline = Path(f"/proc/{(locked.folder / 'sleeping').read_text().strip()}"), time.monotonic() + 10
    while sleeping.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_identity_tokens_are_exchanged(locked, registry):
    registry.tokens = Tokens()
    registry.tokens.identity_tokens = {"registry-secret-identity": USER}
    folder = locked.folder / "docker"
    folder.mkdir()
    (folder / "config.json").write_text(
        json.dumps({"auths": {registry.host: {"identitytoken": "registry-secret-identity"}}})
    )
    locked.tool.environment["DOCKER_CONFIG"] = folder
    run = push(locked, registry).succeeded()
    assert {method for method, _, _ in registry.tokens.asked} == {"POST"}
    assert "registry-secret" not in run.stdout + run.stderr


@pytest.mark.parametrize("status", ["succeeded", "denied", "refused"])
def test_no_credential_is_seen(locked, registry, status):
    registry.tokens = Tokens({USER: PASSWORD if status != "refused" else "another"})
    if status == "denied":
        registry.tokens.grants = lambda user, actions: set()
    config = docker_config(locked.folder / "docker", [registry.host])
    locked.tool.environment["DOCKER_CONFIG"] = config
    seen = []
    registry.each(lambda request: seen.extend(command_lines()) or False, None)
    run = push(locked, registry, "-vv", "--format", "json", "--progress", "plain")
    assert run.status == (0 if status == "succeeded" else 4)
    pair = (config / "config.json").read_text()
    secrets = [PASSWORD, json.loads(pair)["auths"][registry.host]["auth"], "registry-secret-token"]
    texts = [run.stdout, run.stderr, *seen, *[text.decode("latin-1") for text in contents(registry)]]
    for path in (locked.folder / "assets").rglob("*"):
        texts.append(path.name)
    assert [secret for secret in secrets for text in texts if secret in text] == []


def contents(registry):
    for blobs in registry.blobs.values():
        yield from blobs.values()
    for versions in registry.manifests.values():
        yield from (text for _, text in versions.values())


def command_lines():
    for process in Path("/proc").glob("[0-9]*"):
        try:
            yield (process / "cmdline").read_bytes().decode("latin-1")
        except OSError:
            continue


# --- Interruptions


def test_a_killed_push_names_nothing_that_lacks_something_and_the_next_goes_on(locked):
    """At each request of it, before the registry does what it asks and after."""
    with fake_registry() as whole:
        push(locked, whole).succeeded()
        count = len(whole.requests())
    assert count > 25
    moments = [(number, after) for number in range(count) for after in (False, True)]
    with fake_registry() as registry:
        for number, after in moments:
            registry.blobs, registry.manifests, registry.uploads, registry.quirks = {}, {}, {}, []
            registry.forget()
            kill_at(locked, registry, number, after)
            assert registry.image(NAME, "1") is None or registry.missing(NAME, "1") == [], (number, after)
            kept = set(registry.blobs.get(NAME, {}))
            registry.quirks = []
            registry.forget()
            push(locked, registry).succeeded()
            assert registry.missing(NAME, "1") == []
            again = {request.query["digest"][0] for request in sent(registry)}
            assert again & kept == set(), (number, after)
        assert registry.torn == []
    assert len(moments) >= 50


def kill_at(workspace, registry, number, after):
    """Pushes, and kills the program at a request."""
    running, started = [], threading.Event()

    def quirk(request):
        if len(registry.log) > number:
            started.wait()
            os.kill(running[0].process.pid, signal.SIGKILL)
            return CUT
        return None

    quirk.after = after
    registry.quirks.append(quirk)
    running.append(workspace.tool.start(*arguments(workspace, registry)))
    started.set()
    assert running[0].wait().status in (137, 0)


def test_an_interrupted_push_says_so(locked, registry):
    running, started = [], threading.Event()

    def interrupt(request):
        started.wait()
        os.kill(running[0].process.pid, signal.SIGINT)
        time.sleep(0.5)
        return CUT

    registry.once(lambda request: request.is_commit(), interrupt)
    running.append(locked.tool.start(*arguments(locked, registry)))
    started.set()
    finished = running[0].wait()
    assert finished.status == 130
    assert "interrupted: run again to push what is still missing" in finished.stderr
    assert registry.image(NAME, "1") is None


# --- What is typed


@pytest.mark.parametrize(
    "reference, words",
    [("Registry/UPPER", "invalid repository"), ("host:x/a", "invalid host"), ("a/b:", "invalid tag"), ("", "invalid")],
)
def test_a_reference_that_is_none_is_told(locked, reference, words):
    failed = locked.tool.run("image", locked.folder / "assets.yaml", "--push", reference).failed(64)
    assert words in failed.stderr


def test_a_push_takes_a_tag_and_no_layout_beside_it(locked, registry):
    digest = "sha256:" + "a" * 64
    run = lambda *options: locked.tool.run("image", locked.folder / "assets.yaml", *options)
    assert "names a digest" in run("--push", f"{registry.host}/a@{digest}").failed(64).stderr
    assert "mutually exclusive" in run("--push", f"{registry.host}/a", "--output", "oci:x").failed(64).stderr
    assert "--append-to requires --push" in run("--append-to", f"{registry.host}/a").failed(64).stderr
    assert "--offline" in run("--push", f"{registry.host}/a", "--offline").failed(64).stderr
    assert registry.requests() == []
