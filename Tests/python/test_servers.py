"""Python modelkit pushes to servers of S3 and GCS through the libraries of both; the program resolves from them."""

import pytest

from harness import python_modelkit, s3_servers
from harness.gcs_servers import fake_gcs_server
from harness.s3_servers import Keys
from harness.s3_world import ODD_NAMES, S3World, large
from harness.trees import digests, snapshot, visible
from harness.workspace import actions, error_text, outcomes

BUCKET = "assets"
PINS = ["nlp/vectors:1.4", "nlp/odd:2.0", "nlp/large:1.0", "nlp/empty:1.0"]
SPECIFICATIONS = ["nlp/vectors:1", "nlp/odd", "nlp/large:1.0", "nlp/empty"]


GOOGLE = "fake-gcs-server"
SERVERS = {**s3_servers.SERVERS, GOOGLE: fake_gcs_server}


def on(*servers):
    """Which servers a test is for, where not for all."""
    return pytest.mark.parametrize("world", servers, indirect=True)


@pytest.fixture(scope="module", params=SERVERS)
def world(request, tmp_path_factory):
    """What each server holds, pushed once."""
    with SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as server:
        world = S3World(server, server.make_bucket(BUCKET))
        for version in ("0.0", "1.0", "1.4", "10.3"):
            world.push(f"nlp/vectors:{version}", f"vectors {version}\n".encode())
        world.push("nlp/odd:2.0", ODD_NAMES)
        # boto3 uploads it in parts, and so its ETag is no digest; the program fetches it in ranges.
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


def test_a_plan_and_a_dry_run_say_what_would_be_fetched_and_write_nothing(shelf):
    before = snapshot(shelf.assets)
    assert actions(shelf.plan(*SPECIFICATIONS).succeeded().document) == dict.fromkeys(PINS, "fetch")
    dry = shelf.tool.run("resolve", shelf.spec(*SPECIFICATIONS), "--dry-run").succeeded()
    assert [pin for pin in PINS if pin.split(":")[0] not in dry.stdout] == [], str(dry)
    assert snapshot(shelf.assets) == before


def test_list_names_every_asset(shelf):
    text = shelf.tool.run("list").succeeded().stdout
    assert [pin for pin in PINS if pin.split(":")[0] not in text] == [], text


def test_show_names_every_file_of_an_asset(shelf):
    text = shelf.tool.run("show", "nlp/odd:2.0", "--format", "json").succeeded().stdout
    assert "deep/er/still/file" in text
    assert "2.0" in text


@on(*s3_servers.SERVERS)
def test_check_passes_and_leaves_the_bucket_as_it_was(shelf, world):
    def held():
        pages = world.server.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [(item["Key"], item["ETag"]) for page in pages for item in page["Contents"]]

    before = held()
    finished = shelf.tool.run("check", shelf.spec(*SPECIFICATIONS)).succeeded()
    assert BUCKET in finished.stdout
    assert world.server.endpoint in finished.stdout
    assert held() == before
    assert digests(shelf.assets) == {}


@on("SeaweedFS")
@pytest.mark.parametrize("role", ["reader", "writer"])
def test_an_identity_that_may_read_resolves(shelf, world, role):
    shelf.tool.environment.update(world.server.acting_as(world.server.identities[role]).environment)
    shelf.resolve("nlp/odd").succeeded()
    assert digests(shelf.assets) == world.digests("nlp/odd:2.0")


WRONG_KEYS = {
    "a wrong secret": (lambda keys: Keys(keys.access, "wrong-secret"), ["SignatureDoesNotMatch"]),
    "an access key that is not there": (lambda keys: Keys("AKIANOBODY0000000000", keys.secret), ["InvalidAccessKeyId"]),
}


# moto looks at no signature.
@on("SeaweedFS", "rclone")
@pytest.mark.parametrize("case", WRONG_KEYS)
def test_refused_is_status_four_and_says_why_with(shelf, world, case):
    change, words = WRONG_KEYS[case]
    wrong = change(world.server.keys)
    shelf.tool.environment.update(world.server.acting_as(wrong).environment)
    finished = shelf.resolve("nlp/vectors").failed(4)
    text = error_text(finished.report)
    assert any(word in text for word in [*words, "AccessDenied"]), text
    assert wrong.access in text
    assert "not found" not in text
    assert wrong.secret not in finished.stdout + finished.stderr
    assert digests(shelf.assets) == {}


@on(GOOGLE)
def test_check_says_what_an_emulator_cannot_prove(shelf):
    text = shelf.tool.run("check", shelf.spec(*SPECIFICATIONS), "--for", "developer").succeeded().stdout
    assert "STORAGE_EMULATOR_HOST" in text
    assert "gs://assets" in text


@pytest.mark.parametrize("bucket", ["no-such-bucket", "Not_A_Bucket"])
def test_a_bucket_that_is_not_there_is_named(shelf, world, bucket):
    finished = shelf.resolve("nlp/vectors", options=["--bucket", bucket])
    # fake-gcs-server says that the object is not there; a server that must not tell which buckets there are, 403.
    assert finished.status in ([5, 8] if world.server.provider == "gcs" else [8]), str(finished)
    assert bucket in error_text(finished.report)
    assert digests(shelf.assets) == {}


# SeaweedFS keeps objects as files, and makes two slashes one.
@pytest.mark.parametrize("name", ["moto", GOOGLE])
@pytest.mark.parametrize("prefix", ["team/", "/team", "team//a"])
def test_a_prefix_has_its_slashes_as_python_modelkit_has_them(workspace, tmp_path_factory, name, prefix):
    with SERVERS[name](tmp_path_factory.mktemp("server")) as server:
        world = S3World(server, server.make_bucket(BUCKET), prefix=prefix)
        world.push("nlp/vectors:1.0", b"vectors\n")
        workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **world.environment}
        assert workspace.tool.run("list").succeeded().stdout == "nlp/vectors  1.0\n"
        workspace.resolve("nlp/vectors:1").succeeded()
        assert digests(workspace.assets) == world.digests("nlp/vectors:1.0")
        words = workspace.folder / "words.txt"
        words.write_bytes(b"words\n")
        workspace.tool.run("new", words, "nlp/words", "--yes").succeeded()
        fetched = python_modelkit.fetch_with(world.provider(), "nlp/words:0.0", workspace.assets)
        assert fetched["from_cache"] is False
