"""As much of `kubectl kustomize` as the examples use: ConfigMaps of files, images, and JSON patches."""

import copy
import hashlib
import json

import yaml

KEYS = {"apiVersion", "kind", "resources", "configMapGenerator", "images", "patches"}


def rendered(folder):
    """The objects of a folder with a `kustomization.yaml`, with names that hold a hash of what they are made of."""
    made = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert set(made) <= KEYS, set(made) - KEYS
    objects = []
    for resource in made.get("resources", []):
        path = folder / resource
        objects += rendered(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text()))
    objects += [config_map(folder, entry) for entry in made.get("configMapGenerator", [])]
    for patch in made.get("patches", []):
        [target] = [item for item in objects if of(item) == (patch["target"]["kind"], patch["target"]["name"])]
        for operation in yaml.safe_load(patch["patch"]):
            apply(target, operation)
    for image in made.get("images", []):
        for container in (container for item in objects for container in containers(item)):
            if container["image"] == image["name"]:
                container["image"] = f"{image['newName']}:{image['newTag']}"
    return named(objects)


def config_map(folder, entry):
    data = {name: (folder / name).read_text() for name in entry["files"]}
    return {
        "apiVersion": "v1", "kind": "ConfigMap", "data": data,
        "metadata": {"name": entry["name"], "hashed": hashlib.sha256(json.dumps(data).encode()).hexdigest()[:10]},
    }  # fmt: skip


def named(objects):
    """With the hashes in the names of ConfigMaps, and in what refers to them."""
    names = {
        item["metadata"]["name"]: f"{item['metadata']['name']}-{item['metadata']['hashed']}"
        for item in objects
        if "hashed" in item["metadata"]
    }
    result = copy.deepcopy(objects)
    for item in result:
        for volume in pod(item).get("volumes", []):
            if "configMap" in volume:
                name = volume["configMap"]["name"]
                volume["configMap"]["name"] = names.get(name, name)
    return result


def apply(target, operation):
    """One operation of RFC 6902."""
    *parents, last = [int(step) if step.isdigit() else step for step in operation["path"].split("/")[1:]]
    for step in parents:
        target = target[step]
    if operation["op"] == "remove":
        del target[last]
    elif operation["op"] == "replace":
        assert target[last] is not None
        target[last] = operation["value"]
    else:
        assert operation["op"] == "add" and isinstance(target, dict)
        target[last] = operation["value"]


def of(item):
    return item["kind"], item["metadata"]["name"]


def pod(item):
    return item.get("spec", {}).get("template", {}).get("spec", {})


def containers(item):
    return pod(item).get("initContainers", []) + pod(item).get("containers", [])
