"""Every example is run, as its README says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from harness import python_modelkit
from harness.oci_layout import Layout
from harness.store import Store
from harness.tool import REPOSITORY
from harness.trees import digests, snapshot, visible

EXAMPLES = REPOSITORY / "examples"

# What stands in the assets directory after the commands of each example's README.
QUICKSTART = ["nlp/tokenizer:1.1", "nlp/lexicon:2.0", "sentiment/classifier:3.1"]
FULL = ["nlp/tokenizer:1.0", "nlp/tokenizer:10.3", "nlp/lexicon:1.0", "nlp/lexicon:2.0", "sentiment/classifier:3.1"]
FULL_WEIGHTS = [f"vision/weights/2.0/{path}" for path in ("config.json", "fp32/layer-0.bin", "fp32/layer-1.bin")]


@pytest.fixture
def examples(tmp_path):
    """A copy of the examples, whose commands may write beside their specs."""
    return shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("assets"))


@pytest.fixture
def run_readme(workspace, examples):
    """Runs the shell blocks of an example's README one after the other, as a user would paste them."""
    programs = workspace.folder / "programs"
    programs.mkdir()
    (programs / "modelkit-assets").symlink_to(workspace.tool.binary)

    def run(name):
        readme = (examples / name / "README.md").read_text()
        script = "\n".join(["set -eux", *re.findall(r"^```sh\n(.*?)^```$", readme, re.M | re.S)])
        environment = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(workspace.folder)}
        done = subprocess.run(
            ["bash", "-c", script], cwd=examples / name, env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        assert script.count("modelkit-assets") >= 2
        return examples / name / "assets", done.stdout

    return run


def test_there_is_no_example_that_is_not_run():
    here = {"quickstart", "full", "image"}
    # With what they share, in test_example_stores.py.
    of_stores = {"s3", "gcs", "shared"}
    in_files_of_their_own = {"github", "gitlab", "kubernetes", "kserve"}
    by_make_test_docker = {"docker"}
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert folders == here | of_stores | in_files_of_their_own | by_make_test_docker


def test_the_quickstart(run_readme, examples):
    assets, output = run_readme("quickstart")
    assert digests(assets) == Store(examples / "quickstart/store").digests(*QUICKSTART)
    assert output.endswith("awful\nbad\nfine\ngood\ngreat\n")


def test_python_modelkit_finds_every_specification_string_of_the_quickstart(run_readme):
    assets, _ = run_readme("quickstart")
    spec = yaml.safe_load((EXAMPLES / "quickstart/assets.yaml").read_text())
    strings = [entry for entry in spec["assets"] if isinstance(entry, str)]
    assert len(strings) == 2
    for string in [*strings, "sentiment/classifier:3"]:
        assert Path(python_modelkit.fetch(string, assets)["path"]).exists()


def test_the_image(run_readme, examples):
    assets, printed = run_readme("image")
    image = Layout(examples / "image/build/assets").image("1")
    assert printed.splitlines()[-1] == f"oci:build/assets:1@{image.digest}"
    assert {member.name for member in image.members()} == set(visible(snapshot(assets)))


def test_the_objects_of_the_image_mount_it():
    [pod, service] = (yaml.safe_load((EXAMPLES / "image" / name).read_text()) for name in ("pod.yaml", "inferenceservice.yaml"))
    [volume], [container] = pod["spec"]["volumes"], pod["spec"]["containers"]
    assert set(volume) == {"name", "image"} and set(volume["image"]) == {"reference", "pullPolicy"}
    [mount] = container["volumeMounts"]
    assert mount["name"] == volume["name"] and mount["readOnly"]
    assert {"name": "MODELKIT_ASSETS_DIR", "value": mount["mountPath"]} in container["env"]
    model = service["spec"]["predictor"]["model"]
    assert model["storageUri"].startswith("oci+native://")
    [folder] = [word.partition("=")[2] for word in model["args"] if word.startswith("--model_dir=")]
    pinned = {item["name"]: item["version"] for item in yaml.safe_load((EXAMPLES / "image/assets.lock").read_text())["assets"]}
    assert folder in {f"/mnt/models/{name}/{version}" for name, version in pinned.items()}


def test_the_full_spec(run_readme, examples):
    assets, _ = run_readme("full")
    store = Store(examples / "quickstart/store")
    whole = store.digests("vision/weights:2.0")
    expected = visible(store.digests(*FULL)) | {path: whole[path] for path in FULL_WEIGHTS}
    assert visible(digests(assets)) == expected


def test_the_full_spec_says_what_variable_it_misses(workspace):
    finished = workspace.tool.run("plan", EXAMPLES / "full/assets.yaml", "--format", "json").failed(3)
    assert "TOKENIZER_PIN" in finished.stdout
    assert "trained with" in finished.stdout


@pytest.mark.parametrize("name", ["quickstart", "full"])
def test_the_schema_accepts_the_spec_of(workspace, name):
    schema = workspace.tool.run("schema", "spec").succeeded().document
    spec = yaml.safe_load((EXAMPLES / name / "assets.yaml").read_text())
    jsonschema.Draft202012Validator(schema).validate(spec)


def test_the_store_of_the_quickstart_is_what_its_script_makes(tmp_path):
    command = [sys.executable, EXAMPLES / "quickstart/make_store.py", tmp_path / "store"]
    subprocess.run(command, check=True, timeout=60)
    assert contents(tmp_path / "store") == contents(EXAMPLES / "quickstart/store")


def contents(folder):
    return {path: (entry.kind, entry.content) for path, entry in snapshot(folder).items()}
