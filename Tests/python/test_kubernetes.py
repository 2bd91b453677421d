"""The examples for Kubernetes and KServe: their objects are whole, and what their containers run is run."""

import functools
import http.client
import http.server
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
import yaml

from harness.kustomize import containers, of, pod, rendered
from harness.store import Store
from harness.tool import REPOSITORY
from harness.trees import digests, visible

EXAMPLES = REPOSITORY / "examples"
KUBERNETES, KSERVE = EXAMPLES / "kubernetes", EXAMPLES / "kserve"
STORE = EXAMPLES / "quickstart/store"
PINS = ["nlp/lexicon:2.0", "sentiment/classifier:3.1"]
OVERLAYS = {
    "deployment": [("ServiceAccount", "reads-assets"), ("Deployment", "spelling"), ("ConfigMap", "spelling-assets")],
    "openshift": [("ServiceAccount", "reads-assets"), ("Deployment", "spelling"), ("ConfigMap", "spelling-assets")],
    "prefetch": [("ServiceAccount", "reads-assets"), ("Deployment", "spelling"), ("DaemonSet", "prefetch-assets"),
                 ("ConfigMap", "spelling-assets")],
}  # fmt: skip
MIB = 1 << 20

# What the API takes, as far as the examples use it: a key that is misspelt is refused, or worse, left out.
# Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
POD = set("serviceAccountName securityContext initContainers containers volumes".split())
POD_SECURITY = set("runAsNonRoot runAsUser runAsGroup fsGroup seccompProfile".split())
CONTAINER = set("name image command args env ports volumeMounts securityContext resources readinessProbe".split())
CONFINED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


@pytest.fixture(params=OVERLAYS)
def overlay(request):
    return request.param


def workloads(folder):
    return [item for item in rendered(folder) if item["kind"] in {"Deployment", "DaemonSet"}]


def deployment(overlay):
    [item] = [item for item in workloads(KUBERNETES / overlay) if item["kind"] == "Deployment"]
    return item


# The objects


def test_each_folder_has_its_objects(overlay):
    assert sorted(of(item) for item in rendered(KUBERNETES / overlay)) == sorted(OVERLAYS[overlay])


def test_each_object_has_what_the_api_requires_and_nothing_else(overlay):
    for item in rendered(KUBERNETES / overlay):
        assert item["apiVersion"] == ("apps/v1" if item["kind"] in {"Deployment", "DaemonSet"} else "v1")
        if not pod(item):
            continue
        labels = item["spec"]["template"]["metadata"]["labels"]
        assert item["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert set(pod(item)) <= POD
        assert set(pod(item)["securityContext"]) <= POD_SECURITY
        mounted = {mount["name"] for container in containers(item) for mount in container.get("volumeMounts", [])}
        assert mounted == {volume["name"] for volume in pod(item)["volumes"]}


def test_each_container_is_confined_and_says_what_it_takes(overlay):
    for container in (container for item in workloads(KUBERNETES / overlay) for container in containers(item)):
        assert set(container) <= CONTAINER
        assert container["securityContext"] == CONFINED
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert "memory" in container["resources"]["limits"]
        assert ":" in container["image"]


def test_what_is_downloaded_into_the_pod_is_asked_of_the_node():
    [init] = pod(deployment("deployment"))["initContainers"]
    [volume] = [volume for volume in pod(deployment("deployment"))["volumes"] if "emptyDir" in volume]
    assert init["resources"]["requests"]["ephemeral-storage"] == volume["emptyDir"]["sizeLimit"]


def test_an_upgrade_is_rolled_out(workspace, overlay):
    """With the command of the README, which changes the lockfile."""
    folder = shutil.copytree(KUBERNETES, workspace.folder / "kubernetes")
    store = Store(shutil.copytree(STORE, workspace.folder / "store"))
    before = templates(folder / overlay)
    assert templates(folder / overlay) == before
    store.push("nlp/lexicon:2.1", {"en/words.txt": b"better\n"})
    [command] = re.findall(r"^modelkit-assets (.*)$", (KUBERNETES / "README.md").read_text(), re.M)
    workspace.tool.run(*command.split(), "--bucket", store.bucket, cwd=folder).succeeded()
    assert all(new != old for new, old in zip(templates(folder / overlay), before, strict=True))


def templates(folder):
    return [item["spec"]["template"] for item in workloads(folder)]


def test_the_spec_and_the_lockfile_are_those_of_the_example_for_docker():
    for name in ("assets.yaml", "assets.lock"):
        ours, docker = (folder / name for folder in (KUBERNETES / "assets", EXAMPLES / "docker"))
        assert ours.read_text().replace("../../../schema", "../../schema") == docker.read_text()


def test_the_lockfile_is_of_the_quickstart_s_store(workspace):
    folder = shutil.copytree(EXAMPLES / "docker", workspace.folder / "docker")
    for command in (["lock", "--check"], ["resolve", "--locked"]):
        workspace.tool.run(*command, folder / "assets.yaml", "--bucket", STORE).succeeded()
    assert visible(digests(workspace.assets)) == visible(Store(STORE).digests(*PINS))


# What the containers run


class Node:
    """The volumes of a pod as folders, and the program as a container's user."""

    def __init__(self, folder, binary):
        folder.chmod(0o755)
        self.binary = shutil.copy(binary, folder / "modelkit-assets")
        self.spec = shutil.copytree(KUBERNETES / "assets", folder / "spec")
        self.assets = folder / "assets"
        self.assets.mkdir()
        self.store = shutil.copytree(STORE, folder / "store")
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)

    def owned_by(self, user, group):
        """As the kubelet gives a volume to an fsGroup."""
        os.chown(self.assets, user, group)
        self.assets.chmod(0o2775 if group else 0o755)
        return self

    def run(self, container, user, group=None):
        """The container's arguments in its environment, with the example's store in place of the bucket."""
        local = {"MODELKIT_STORAGE_PROVIDER": "local", "MODELKIT_STORAGE_BUCKET": str(self.store)}
        environment = {item["name"]: item["value"] for item in container["env"]} | local
        environment["MODELKIT_ASSETS_DIR"] = self.inside(environment["MODELKIT_ASSETS_DIR"])
        groups = f"--groups={group}" if group else "--clear-groups"
        confined = ["setpriv", f"--reuid={user[0]}", f"--regid={user[1]}", groups, "--bounding-set=-all", "--no-new-privs"]
        command = [*confined, self.binary, *map(self.inside, container["args"])]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    def inside(self, path):
        return path.replace("/spec", str(self.spec)) if path.startswith("/spec") else path.replace("/assets", str(self.assets))

    def has_everything(self):
        return visible(digests(self.assets)) == visible(Store(STORE).digests(*PINS))


@pytest.fixture
def node(binary):
    """Where every user can come to: pytest's own folders are their owner's alone."""
    with tempfile.TemporaryDirectory() as folder:
        yield Node(Path(folder), binary)


def test_the_init_container_fills_the_volume_of_its_group(node):
    item = deployment("deployment")
    security = pod(item)["securityContext"]
    user, group = (security["runAsUser"], security["runAsGroup"]), security["fsGroup"]
    done = node.owned_by(0, group).run(pod(item)["initContainers"][0], user, group)
    assert done.returncode == 0, done.stderr
    assert node.has_everything()


def test_the_init_container_fills_the_volume_as_a_user_that_openshift_assigns(node):
    item = deployment("openshift")
    assert not {"runAsUser", "runAsGroup", "fsGroup"} & set(pod(item)["securityContext"])
    # The first of a namespace's range is the user and the group of its volumes; the user's own group is 0.
    assigned = 1000650000
    done = node.owned_by(0, assigned).run(pod(item)["initContainers"][0], (assigned, 0), assigned)
    assert done.returncode == 0, done.stderr
    assert node.has_everything()


def test_a_pod_waits_for_the_node_s_assets_and_downloads_none_itself(node):
    [prefetch] = [item for item in workloads(KUBERNETES / "prefetch") if item["kind"] == "DaemonSet"]
    service, security = deployment("prefetch"), pod(deployment("prefetch"))["securityContext"]
    [waiting], user = pod(service)["initContainers"], (security["runAsUser"], security["runAsGroup"])
    node.owned_by(0, 0)
    assert node.run(waiting, user).returncode != 0
    done = node.run(pod(prefetch)["initContainers"][0], (pod(prefetch)["securityContext"]["runAsUser"], 0))
    assert done.returncode == 0, done.stderr
    assert node.has_everything()
    done = node.run(waiting, user)
    assert done.returncode == 0, done.stderr
    assert "nothing to fetch" in done.stderr


def test_the_service_is_ready_once_its_assets_are_there(node):
    item = deployment("deployment")
    [service] = pod(item)["containers"]
    probe = service["readinessProbe"]["httpGet"]
    assert [port["name"] for port in service["ports"]] == [probe["port"]]
    assert service["command"][:3] == ["python", "-m", "http.server"]
    handler = functools.partial(Quiet, directory=node.assets)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert status(server, probe["path"]) == 404
        security = pod(item)["securityContext"]
        node.owned_by(0, security["fsGroup"])
        node.run(pod(item)["initContainers"][0], (security["runAsUser"], security["runAsGroup"]), security["fsGroup"])
        assert status(server, probe["path"]) == 200
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def status(server, path):
    connection = http.client.HTTPConnection(*server.server_address, timeout=20)
    connection.request("GET", path)
    return connection.getresponse().status


# KServe


@pytest.fixture
def initializer(workspace, binary):
    """Runs the script as KServe does: the container's environment, and URIs with folders as arguments."""
    [container] = [kserve("clusterstoragecontainer")["spec"]["container"]]
    (workspace.folder / "programs").mkdir()
    (workspace.folder / "programs/modelkit-assets").symlink_to(binary)
    environment = {item["name"]: item["value"] for item in container["env"]} | {
        "MODELKIT_STORAGE_PROVIDER": "local",
        "MODELKIT_STORAGE_BUCKET": str(STORE),
        "PATH": f"{workspace.folder / 'programs'}:/usr/bin:/bin",
    }

    def run(*arguments, before=(), **changes):
        command = [*before, KSERVE / "storage-initializer", *arguments]
        environment_now = {**environment, **changes}
        return subprocess.run(
            command, env=environment_now, capture_output=True, text=True, timeout=60, check=False, cwd=workspace.folder
        )

    return run


def kserve(name):
    return yaml.safe_load((KSERVE / f"{name}.yaml").read_text())


def test_kserve_gets_a_container_and_the_uris_that_it_is_for():
    """Source: https://kserve.github.io/website/docs/model-serving/storage/storage-containers."""
    item = kserve("clusterstoragecontainer")
    assert (item["apiVersion"], item["kind"]) == ("serving.kserve.io/v1alpha1", "ClusterStorageContainer")
    assert set(item["spec"]) == {"container", "supportedUriFormats"}
    container = item["spec"]["container"]
    assert container["name"] == "storage-initializer"
    assert CONFINED.items() <= container["securityContext"].items()
    assert container["resources"]["limits"]["memory"] == "128Mi"
    service = kserve("inferenceservice")
    [prefix] = [form["prefix"] for form in item["spec"]["supportedUriFormats"]]
    assert service["spec"]["predictor"]["model"]["storageUri"].startswith(prefix)


def test_the_files_of_a_model_are_in_its_folder(initializer, tmp_path):
    uri = kserve("inferenceservice")["spec"]["predictor"]["model"]["storageUri"]
    for _ in range(2):  # An init container may be run again.
        done = initializer(uri, tmp_path / "models")
        assert done.returncode == 0, done.stderr
        there = {path.name: path.read_bytes() for path in (tmp_path / "models").iterdir() if path.is_file()}
        folder = STORE / "modelkit-assets/sentiment/classifier/3.1"
        assert there == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_several_uris_go_into_a_folder_each(initializer, tmp_path):
    pairs = ["modelkit://nlp/tokenizer:1.1", tmp_path / "one", "modelkit://nlp/lexicon:2", tmp_path / "two"]
    assert initializer(*pairs).returncode == 0
    assert (tmp_path / "one/tokenizer").read_text().startswith("split")
    assert (tmp_path / "two/fr/words.txt").is_file()


@pytest.mark.parametrize(
    ("arguments", "exit_status"),
    [(["modelkit://nlp/missing:1", "models"], 5), (["s3://bucket/model", "models"], 64), (["modelkit://a:1"], 64)],
)
def test_an_initializer_that_fails_leaves_no_file_of_a_model(initializer, workspace, arguments, exit_status):
    assert initializer(*arguments).returncode == exit_status
    folder = workspace.folder / "models"
    assert [path.name for path in folder.rglob("*") if path.is_file() and ".modelkit" not in path.parts] == []


def test_a_large_model_takes_less_memory_than_the_limit(initializer, workspace, tmp_path):
    workspace.store.push("large/model:1.0", b"x")
    with workspace.store.data_object("large/model:1.0").open("wb") as file:
        file.truncate(512 * MIB)
    measuring = [sys.executable, "-I", "-S", Path(__file__).parent / "harness/peak_memory.py", tmp_path / "peak"]
    bucket = {"MODELKIT_STORAGE_BUCKET": str(workspace.store.bucket)}
    done = initializer("modelkit://large/model:1.0", tmp_path / "models", before=measuring, **bucket)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "models/model").stat().st_size == 512 * MIB
    assert yaml.safe_load((tmp_path / "peak").read_text())["peak_bytes"] < 128 * MIB
