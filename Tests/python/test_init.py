"""`init` asks the store for names where it can, and makes the file whatever comes of that."""

import jsonschema
import pytest
import yaml

from harness.fault_server import FaultServer
from harness.fault_world import put_asset
from harness.faults import answers, lists, stall_after

WROTE = "wrote assets.yaml and, for editors, assets.schema.json: add what you need with `modelkit-assets add NAME`\n"
NO_STORE = {"MODELKIT_STORAGE_PROVIDER": None, "MODELKIT_STORAGE_BUCKET": None}


def init(workspace, *arguments, **environment):
    return workspace.tool.run("init", *arguments, cwd=workspace.folder, environment=environment)


def written(workspace):
    return (workspace.folder / "assets.yaml").read_text()


@pytest.fixture
def plain(workspace):
    """The file that is made where no store is set."""
    done = init(workspace, **NO_STORE).succeeded()
    assert done.stderr == WROTE
    text = written(workspace)
    (workspace.folder / "assets.yaml").unlink()
    (workspace.folder / "assets.schema.json").unlink()
    return text


def test_the_assets_of_the_store_are_comments_that_add_can_follow(shelf):
    done = init(shelf).succeeded()
    assert done.stderr == f"listed 4 assets of {shelf.store.bucket}/modelkit-assets in assets.yaml\n{WROTE}"
    text = written(shelf)
    assert text.endswith(
        "# Assets in the store:\n"
        "#  - nlp/classifier:3               # latest: 3.1\n"
        "#  - nlp/lexicon:2                  # latest: 2.0\n"
        "#  - nlp/tokenizer:10               # latest: 10.3\n"
        "#  - nlp/vectors:1                  # latest: 1.4\n"
    )
    schema = shelf.tool.run("schema", "spec").succeeded().document
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text))
    shelf.tool.run("add", "nlp/lexicon", cwd=shelf.folder).succeeded()
    assert yaml.safe_load(written(shelf))["assets"] == ["nlp/lexicon:2"]
    shelf.tool.run("resolve", cwd=shelf.folder).succeeded()
    # Without their marks they are the entries that `add` writes.
    head, _, offered = text.partition("# Assets in the store:\n")
    entries = "".join(line.removeprefix("#") + "\n" for line in offered.splitlines())
    (shelf.folder / "assets.yaml").write_text(head.replace("assets: []", "assets:") + entries)
    shelf.tool.run("resolve", cwd=shelf.folder).succeeded()


def test_of_many_assets_the_first_ten_are_listed(workspace):
    workspace.store.path("many").mkdir(parents=True)
    for number in range(12):
        workspace.store.path(f"many/asset-{number:02}.versions").write_text('{"versions": ["2024-03-01T12-30-00Z", "2024-04-01T12-30-00Z"]}')
    workspace.store.path("many/asset-03.versions").write_text("no JSON")
    done = init(workspace, MODELKIT_ASSETS_VERSIONING_SYSTEM="simple_date").succeeded()
    assert "listed 9 assets of " in done.stderr
    lines = written(workspace).partition("# Assets in the store:\n")[2].splitlines()
    assert lines[0] == "#  - many/asset-00                  # latest: 2024-04-01T12-30-00Z"
    assert [line.split()[2] for line in lines[:-1]] == [f"many/asset-{n:02}" for n in range(10) if n != 3]
    assert lines[-1] == "#  `modelkit-assets list` prints more"


def test_where_no_asset_can_be_read_the_reason_is_told(shelf, plain):
    for path in shelf.store.bucket.rglob("*.versions"):
        path.write_text("no JSON")
    done = init(shelf).succeeded()
    assert done.stderr.startswith("the store was not listed: malformed object `")
    assert written(shelf) == plain


def test_a_dry_run_prints_the_same(shelf):
    printed = init(shelf, "--dry-run").succeeded()
    assert printed.stderr.endswith("in assets.yaml\ndry run: nothing was written\n")
    init(shelf).succeeded()
    assert printed.stdout == written(shelf)


def test_an_empty_store_is_told_of(workspace, plain):
    (workspace.store.bucket / "modelkit-assets").mkdir(parents=True, exist_ok=True)
    done = init(workspace).succeeded()
    assert done.stderr == f"{workspace.store.bucket}/modelkit-assets has no assets yet\n{WROTE}"
    assert written(workspace) == plain


ODD = {
    "an unknown provider": ({"MODELKIT_STORAGE_PROVIDER": "ftp"}, "unknown storage provider `ftp`"),
    "no bucket": ({"MODELKIT_STORAGE_BUCKET": None}, "no bucket is set for storage provider `local`"),
    "no such folder": ({"MODELKIT_STORAGE_BUCKET": "gone"}, "cannot open the store `gone`: No such file or directory"),
    "no credentials": (
        {"MODELKIT_STORAGE_PROVIDER": "s3", "MODELKIT_STORAGE_BUCKET": "acme", "AWS_DEFAULT_REGION": "eu-west-1",
         "AWS_EC2_METADATA_DISABLED": "true"},
        "no credentials found for `s3://acme`",
    ),
    "nothing listens": (
        {"MODELKIT_STORAGE_PROVIDER": "s3", "MODELKIT_STORAGE_BUCKET": "acme", "AWS_DEFAULT_REGION": "eu-west-1",
         "AWS_ACCESS_KEY_ID": "AKIAUNREACHABLE00000", "AWS_SECRET_ACCESS_KEY": "secret", "S3_ENDPOINT": "http://127.0.0.1:9"},
        "cannot list `s3://acme/modelkit-assets/`: the store is unreachable",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_a_store_that_cannot_be_asked_keeps_no_file_from_being_made(workspace, plain, case):
    environment, reason = ODD[case]
    done = init(workspace, **environment).succeeded()
    assert done.stderr.endswith(f"the store was not listed: {reason}\n{WROTE}")
    assert written(workspace) == plain
    assert done.seconds < 5


def test_a_spec_of_the_folder_that_cannot_be_read_keeps_no_other_from_being_made(shelf):
    (shelf.folder / "assets.yaml").write_text("version: 1\nassests: []\n")
    done = init(shelf, "other.yaml").succeeded()
    assert done.stderr.startswith("the store was not listed: unknown key `assests` at the top level\nwrote other.yaml")


def test_the_store_is_the_one_of_the_spec_of_the_folder(shelf):
    shelf.spec(storage={"provider": "local", "bucket": "bucket"})
    done = init(shelf, "other.yaml", **NO_STORE).succeeded()
    assert done.stderr.startswith(f"listed 4 assets of {shelf.store.bucket}/modelkit-assets in other.yaml\n")


@pytest.mark.parametrize("stalled", ["the listing", "the versions"])
def test_a_store_that_does_not_answer_is_waited_for_no_longer_than_two_seconds(workspace, plain, stalled):
    with FaultServer() as server:
        put_asset(server, "nlp/words", b"one\n")
        server.on(lists if stalled == "the listing" else lambda request: not request.is_list, stall_after(None))
        done = init(workspace, **server.environment).succeeded()
    assert done.stderr.endswith(f"/modelkit-assets was not listed: no answer within 2 seconds\n{WROTE}")
    assert "listing the store: waiting for 127.0.0.1:" in done.stderr
    assert written(workspace) == plain
    assert 2 <= done.seconds < 5


def test_access_denied_is_told_of(workspace, plain):
    with FaultServer() as server:
        server.on(lists, answers(403, "AccessDenied"))
        done = init(workspace, **server.environment).succeeded()
    assert done.stderr.startswith("the store was not listed: cannot list `s3://assets/modelkit-assets/`: access denied\n")
    assert written(workspace) == plain
