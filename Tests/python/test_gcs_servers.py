"""Python modelkit pushes through google-cloud-storage to fake-gcs-server; the program resolves from it."""

import pytest

from harness import python_modelkit
from harness.gcs_servers import fake_gcs_server
from harness.s3_world import ODD_NAMES, S3World, large
from harness.trees import digests, snapshot, visible
from harness.workspace import actions, error_text, outcomes

PINS = ["nlp/vectors:1.4", "nlp/odd:2.0", "nlp/large:1.0", "nlp/empty:1.0"]
SPECIFICATIONS = ["nlp/vectors:1", "nlp/odd", "nlp/large:1.0", "nlp/empty"]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with fake_gcs_server(tmp_path_factory.mktemp("gcs")) as server:
        world = S3World(server, server.make_bucket("assets"))
        for version in ("0.0", "1.0", "1.4", "10.3"):
            world.push(f"nlp/vectors:{version}", f"vectors {version}\n".encode())
        world.push("nlp/odd:2.0", ODD_NAMES)
        world.push("nlp/large:1.0", large())
        world.push("nlp/empty:1.0", b"")
        yield world


@pytest.fixture
def shelf(workspace, world):
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **world.environment}
    return workspace


def test_what_python_modelkit_pushed_resolves(shelf, world):
    report = shelf.resolve(*SPECIFICATIONS).succeeded().report
    assert outcomes(report) == dict.fromkeys(PINS, "fetched")
    assert digests(shelf.assets) == world.digests(*PINS)


def test_python_modelkit_takes_from_cache_what_the_program_fetched(shelf, world):
    shelf.resolve(*SPECIFICATIONS).succeeded()
    before = snapshot(shelf.assets)
    for specification in PINS:
        assert python_modelkit.fetch_with(world.provider(), specification, shelf.assets)["from_cache"] is True
    assert visible(snapshot(shelf.assets)) == visible(before)


def test_a_second_run_keeps_everything_and_touches_nothing(shelf):
    shelf.resolve(*SPECIFICATIONS).succeeded()
    before = snapshot(shelf.assets)
    assert actions(shelf.resolve(*SPECIFICATIONS).succeeded().report) == dict.fromkeys(PINS, "keep")
    assert snapshot(shelf.assets) == before


def test_list_and_show_name_what_is_there(shelf):
    text = shelf.tool.run("list").succeeded().stdout
    assert [pin for pin in PINS if pin.split(":")[0] not in text] == [], text
    assert "deep/er/still/file" in shelf.tool.run("show", "nlp/odd:2.0", "--format", "json").succeeded().stdout


def test_check_says_what_an_emulator_cannot_prove(shelf):
    text = shelf.tool.run("check", shelf.spec(*SPECIFICATIONS), "--for", "developer").succeeded().stdout
    assert "STORAGE_EMULATOR_HOST" in text
    assert "gs://assets" in text


@pytest.mark.parametrize("bucket", ["no-such-bucket", "Not_A_Bucket"])
def test_a_bucket_that_is_not_there_is_named(shelf, bucket):
    finished = shelf.resolve("nlp/vectors:1", environment={"MODELKIT_STORAGE_BUCKET": bucket})
    assert finished.status in (5, 8), str(finished)
    assert bucket in error_text(finished.report)
