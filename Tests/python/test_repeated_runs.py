"""Every command, many times on each kind of store: the right output every time, as what an optimiser or a race breaks
is not broken in every run."""

import json
import os
import re
import shutil
from contextlib import contextmanager

import pytest

from harness.gcs_servers import fake_gcs_server
from harness.s3_servers import SERVERS
from harness.s3_world import S3World
from harness.store import Store

# Of a release, MODELKIT_ASSETS_TEST_RUNS=50.
RUNS = int(os.environ.get("MODELKIT_ASSETS_TEST_RUNS", "10"))
SPECIFICATIONS = ["nlp/vectors:1", {"name": "nlp/lexicon", "version": "2", "depends_on": ["nlp/vectors:1"]}]
PINS = ["nlp/lexicon:2.0", "nlp/vectors:1.4"]
LEXICON = {"en/words.txt": b"one\n", "fr/words.txt": b"un\n"}


class LocalWorld:
    def __init__(self, folder):
        self.store = Store(folder / "bucket")
        self.push = self.store.push
        self.environment = {"MODELKIT_STORAGE_PROVIDER": "local", "MODELKIT_STORAGE_BUCKET": self.store.bucket}


@contextmanager
def world_on(kind, folder):
    if kind == "local":
        yield LocalWorld(folder)
        return
    with (SERVERS["moto"] if kind == "s3" else fake_gcs_server)(folder) as server:
        yield S3World(server, server.make_bucket("assets"))


@pytest.fixture(scope="module", params=["local", "s3", "gcs"])
def world(request, tmp_path_factory):
    with world_on(request.param, tmp_path_factory.mktemp(request.param)) as world:
        for version in ("1.0", "1.4", "10.3"):
            world.push(f"nlp/vectors:{version}", f"vectors {version}\n".encode())
        world.push("nlp/lexicon:2.0", LEXICON)
        for number in range(RUNS):
            world.push(f"plain/asset-{number}:0.0", f"{number}\n".encode())
        yield world


@pytest.fixture
def shelf(workspace, world):
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **world.environment}
    return workspace


@pytest.fixture
def spec(shelf):
    return shelf.spec(*SPECIFICATIONS)


def repeated(shelf, *arguments, before=lambda number: None):
    """What all the runs print, which is the same."""
    outputs = set()
    for number in range(RUNS):
        before(number)
        outputs.add(shelf.tool.run(*arguments).succeeded().stdout)
    assert len(outputs) == 1, outputs
    return outputs.pop()


def empty_assets(shelf):
    def empty(_):
        shutil.rmtree(shelf.assets)
        shelf.assets.mkdir()

    return empty


def test_list(shelf):
    assert repeated(shelf, "list", "nlp/*") == "nlp/lexicon  2.0\nnlp/vectors  10.3, 1.4, 1.0\n"


def test_show(shelf):
    document = json.loads(repeated(shelf, "show", "nlp/lexicon:2.0", "--format", "json"))
    assert [file["path"] for file in document["files"]] == sorted(LEXICON)


def test_resolve_and_fetch(shelf, spec):
    output = repeated(shelf, "resolve", spec, before=empty_assets(shelf))
    assert [f"{shelf.assets}/nlp/lexicon/2.0" in output, f"{shelf.assets}/nlp/vectors/1.4" in output] == [True, True]
    assert repeated(shelf, "resolve", spec) == output
    fetched = repeated(shelf, "fetch", "nlp/lexicon:2[fr/words.txt]", before=empty_assets(shelf))
    assert fetched == f"{shelf.assets}/nlp/lexicon/2.0/fr/words.txt\n"


def test_plan_and_apply(shelf, spec):
    plan = shelf.folder / "plan.json"
    for _ in range(RUNS):
        # The room that is left on the disk differs from run to run.
        steps = shelf.tool.run("plan", spec, "--format", "json").succeeded().document["steps"]
        assert sorted(step["asset"] for step in steps) == PINS
    shelf.tool.run("plan", spec, "--output", plan).succeeded()
    assert f"{shelf.assets}/nlp/lexicon/2.0" in repeated(shelf, "apply", plan, before=empty_assets(shelf))


def test_lock_and_what_reads_it(shelf, spec):
    repeated(shelf, "lock", spec)
    lock = (shelf.folder / "assets.lock").read_text()
    assert [pin.split(":")[0] in lock for pin in PINS] == [True, True]
    repeated(shelf, "lock", spec, "--check")
    assert "nlp/vectors" in repeated(shelf, "tree", spec)
    assert "nlp/lexicon" in repeated(shelf, "why", "nlp/vectors", spec)
    assert "10.3" in repeated(shelf, "outdated", spec)
    assert re.fullmatch(r"\S+\n", repeated(shelf, "cache-key", spec))
    shelf.tool.run("resolve", spec, "--locked").succeeded()
    repeated(shelf, "verify", spec)
    repeated(shelf, "prune", spec)


def test_check(shelf, spec):
    # It measures and counts what differs from run to run; that it passes does not.
    for _ in range(RUNS):
        shelf.tool.run("check", spec).succeeded()


def test_new_update_and_annotate(shelf, world):
    (shelf.folder / "words.txt").write_bytes(b"words\n")
    # Modules' fixtures outlive a test: each store gets names of its own.
    for number in range(RUNS):
        new = shelf.tool.run("new", shelf.folder / "words.txt", f"pushed/asset-{number}", "--yes").succeeded()
        assert new.stdout == f"pushed/asset-{number}:0.0\n"
        update = shelf.tool.run("update", shelf.folder / "words.txt", "pushed/asset-0", "--yes").succeeded()
        assert update.stdout == f"pushed/asset-0:0.{number + 1}\n"
        shelf.tool.run("annotate", f"plain/asset-{number}:0.0").succeeded()
    assert repeated(shelf, "list", "pushed/*").count("pushed/asset-") == RUNS


def test_what_asks_no_store(shelf, spec):
    shelf.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = shelf.folder / "cache"
    shelf.tool.run("resolve", spec).succeeded()
    assert "3 entries" in repeated(shelf, "cache", "size")
    repeated(shelf, "cache", "prune", "--older-than", "30d")
    for _ in range(RUNS):
        empty_assets(shelf)(0)
        shelf.tool.run("resolve", spec).succeeded()
        assert shelf.tool.run("cache", "clean").succeeded().stdout.startswith("removed 3 entries")
    for schema in ("spec", "lock", "plan", "report"):
        json.loads(repeated(shelf, "schema", schema))
    repeated(shelf, "init", shelf.folder / "new.yaml", before=lambda _: (shelf.folder / "new.yaml").unlink(missing_ok=True))
