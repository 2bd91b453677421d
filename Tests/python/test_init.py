"""`init` asks the store for names where it can, and makes the file whatever comes of that."""

import subprocess

import jsonschema
import pytest
import yaml

from harness.fault_server import FaultServer
from harness.fault_world import put_asset
from harness.faults import answers, lists, stall_after
from harness.trees import digests

NEXT = "add what you need with `modelkit-assets add NAME`\n"
WROTE = f"wrote assets.yaml with this store and, for editors, assets.schema.json: commit both\n{NEXT}"
WROTE_NO_STORE = (
    "wrote assets.yaml and, for editors, assets.schema.json: commit both\n"
    "name the store under `storage:`, then add what you need with `modelkit-assets add NAME`\n"
)
TITLE = "# What the store had when this file was made; `modelkit-assets list` prints what it has now:"
NO_STORE = {"MODELKIT_STORAGE_PROVIDER": None, "MODELKIT_STORAGE_BUCKET": None}


def init(workspace, *arguments, **environment):
    return workspace.tool.run("init", *arguments, cwd=workspace.folder, environment=environment)


def written(workspace):
    return (workspace.folder / "assets.yaml").read_text()


@pytest.fixture
def plain(workspace):
    """The file that is made where no store is set."""
    done = init(workspace, **NO_STORE).succeeded()
    assert done.stderr == WROTE_NO_STORE
    text = written(workspace)
    (workspace.folder / "assets.yaml").unlink()
    (workspace.folder / "assets.schema.json").unlink()
    return text


COMMENTED = """\
# storage:
#   provider: s3                    # or gcs, or local
#   bucket: acme-models             # for local a folder, relative to this file
"""


def with_store(plain, **storage):
    """The same where this store is set and lists no assets."""
    return plain.replace(COMMENTED, "storage:\n" + "".join(f"  {key}: {value}\n" for key, value in storage.items()))


def test_the_assets_of_the_store_are_comments_that_add_can_follow(shelf):
    done = init(shelf).succeeded()
    assert done.stderr == f"assets.yaml lists 4 assets of {shelf.store.bucket}/modelkit-assets, as comments\n{WROTE}"
    text = written(shelf)
    assert text.endswith(
        "assets: []\n"
        "# What the store had when this file was made; `modelkit-assets list` prints what it has now:\n"
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
    head, _, offered = text.partition(f"{TITLE}\n")
    entries = "".join(line.removeprefix("#") + "\n" for line in offered.splitlines())
    (shelf.folder / "assets.yaml").write_text(head.replace("assets: []", "assets:") + entries)
    shelf.tool.run("resolve", cwd=shelf.folder).succeeded()


def test_of_many_assets_the_first_ten_are_listed(workspace):
    workspace.store.path("many").mkdir(parents=True)
    for number in range(12):
        workspace.store.path(f"many/asset-{number:02}.versions").write_text('{"versions": ["2024-03-01T12-30-00Z", "2024-04-01T12-30-00Z"]}')
    workspace.store.path("many/asset-03.versions").write_text("no JSON")
    done = init(workspace, MODELKIT_ASSETS_VERSIONING_SYSTEM="simple_date").succeeded()
    assert "lists 9 assets of " in done.stderr
    lines = written(workspace).partition(TITLE.replace("What", "Some of what") + "\n")[2].splitlines()
    assert "versioning: simple_date\n" in written(workspace)
    assert lines[0] == "#  - many/asset-00                  # latest: 2024-04-01T12-30-00Z"
    assert [line.split()[2] for line in lines] == [f"many/asset-{n:02}" for n in range(10) if n != 3]


def test_where_no_asset_can_be_read_the_reason_is_told(shelf, plain):
    for path in shelf.store.bucket.rglob("*.versions"):
        path.write_text("no JSON")
    done = init(shelf).succeeded()
    assert done.stderr.startswith("the store was not listed: malformed object `")
    assert written(shelf) == with_store(plain, provider="local", bucket=shelf.store.bucket.name)


def test_a_dry_run_prints_the_same(shelf):
    printed = init(shelf, "--dry-run").succeeded()
    assert printed.stderr.endswith(", as comments\ndry run: nothing was written\n")
    init(shelf).succeeded()
    assert printed.stdout == written(shelf)


def test_an_empty_store_is_told_of(workspace, plain):
    (workspace.store.bucket / "modelkit-assets").mkdir(parents=True, exist_ok=True)
    done = init(workspace).succeeded()
    assert done.stderr == f"{workspace.store.bucket}/modelkit-assets has no assets yet\n{WROTE}"
    assert written(workspace) == with_store(plain, provider="local", bucket=workspace.store.bucket.name)


ODD = {
    "an unknown provider": ({"MODELKIT_STORAGE_PROVIDER": "ftp"}, "unknown storage provider `ftp`", {}),
    "no bucket": ({"MODELKIT_STORAGE_BUCKET": None}, "no bucket is set for storage provider `local`", {}),
    "no such folder": (
        {"MODELKIT_STORAGE_BUCKET": "gone"}, "cannot open the store `gone`: No such file or directory",
        {"provider": "local", "bucket": "gone"},
    ),
    "no credentials": (
        {"MODELKIT_STORAGE_PROVIDER": "s3", "MODELKIT_STORAGE_BUCKET": "acme", "AWS_DEFAULT_REGION": "eu-west-1",
         "AWS_EC2_METADATA_DISABLED": "true"},
        "no credentials found for `s3://acme`",
        {"provider": "s3", "bucket": "acme"},
    ),
    "nothing listens": (
        {"MODELKIT_STORAGE_PROVIDER": "s3", "MODELKIT_STORAGE_BUCKET": "acme", "AWS_DEFAULT_REGION": "eu-west-1",
         "AWS_ACCESS_KEY_ID": "AKIAUNREACHABLE00000", "AWS_SECRET_ACCESS_KEY": "secret", "S3_ENDPOINT": "http://127.0.0.1:9"},
        "cannot list `s3://acme/modelkit-assets/`: the store is unreachable",
        {"provider": "s3", "bucket": "acme"},
    ),
}  # fmt: skip


def endpoint_remark(variable):
    return (
        f"the endpoint (environment variable {variable}) was not written: set it wherever the project is used, "
        "or pass --endpoint to write it\n"
    )


@pytest.mark.parametrize("case", ODD)
def test_a_store_that_cannot_be_asked_keeps_no_file_from_being_made(workspace, plain, case):
    environment, reason, storage = ODD[case]
    done = init(workspace, **environment).succeeded()
    remark = endpoint_remark("S3_ENDPOINT") if "S3_ENDPOINT" in environment else ""
    assert done.stderr.endswith(f"the store was not listed: {reason}\n{remark}{WROTE if storage else WROTE_NO_STORE}")
    assert written(workspace) == (with_store(plain, **storage) if storage else plain)
    assert done.seconds < 5


def test_a_spec_of_the_folder_that_cannot_be_read_keeps_no_other_from_being_made(shelf):
    (shelf.folder / "assets.yaml").write_text("version: 1\nassests: []\n")
    done = init(shelf, "other.yaml").succeeded()
    assert done.stderr.startswith("the store was not listed: unknown key `assests` at the top level\nwrote other.yaml and")


def test_the_store_is_the_one_of_the_spec_of_the_folder(shelf):
    shelf.spec(storage={"provider": "local", "bucket": "bucket"})
    done = init(shelf, "other.yaml", **NO_STORE).succeeded()
    assert done.stderr.startswith(f"other.yaml lists 4 assets of {shelf.store.bucket}/modelkit-assets, as comments\n")
    assert yaml.safe_load((shelf.folder / "other.yaml").read_text())["storage"] == {"provider": "local", "bucket": "bucket"}


@pytest.mark.parametrize("stalled", ["the listing", "the versions"])
def test_a_store_that_does_not_answer_is_waited_for_no_longer_than_two_seconds(workspace, plain, stalled):
    with FaultServer() as server:
        put_asset(server, "nlp/words", b"one\n")
        server.on(lists if stalled == "the listing" else lambda request: not request.is_list, stall_after(None))
        done = init(workspace, **server.environment).succeeded()
    told = "/modelkit-assets was not listed: no answer within 2 seconds\n" + endpoint_remark("S3_ENDPOINT") + WROTE
    assert done.stderr.endswith(told)
    assert "listing the store: waiting for 127.0.0.1:" in done.stderr
    assert written(workspace) == with_store(plain, provider="s3", bucket="assets")
    assert 2 <= done.seconds < 5


def test_access_denied_is_told_of(workspace, plain):
    with FaultServer() as server:
        server.on(lists, answers(403, "AccessDenied"))
        done = init(workspace, **server.environment).succeeded()
    assert done.stderr.startswith("the store was not listed: cannot list `s3://assets/modelkit-assets/`: access denied\n")
    assert written(workspace) == with_store(plain, provider="s3", bucket="assets")


def storage(workspace, name="assets.yaml"):
    return yaml.safe_load((workspace.folder / name).read_text()).get("storage")


def test_a_clone_of_the_project_finds_its_store(shelf):
    """With nothing in the environment."""
    (shelf.folder / "project").mkdir()
    shelf.tool.environment = {}
    project, clone = shelf.folder / "project", shelf.folder / "clone"
    run = lambda folder, *words: shelf.tool.run(*words, cwd=folder).succeeded()
    run(project, "init", "--provider", "local", "--bucket", "../bucket")
    run(project, "add", "nlp/lexicon")
    git = lambda *words: subprocess.run(["git", *words], cwd=project, check=True, capture_output=True)
    git("init", "--quiet"), git("add", "assets.yaml", "assets.lock", "assets.schema.json")
    git("-c", "user.name=Ana", "-c", "user.email=ana@example.com", "commit", "--quiet", "--message", "Use the lexicon")
    git("clone", "--quiet", ".", clone)
    run(clone, "resolve", "--locked", "--assets-dir", "assets", "--create-assets-dir")
    assert digests(clone / "assets") == shelf.store.digests("nlp/lexicon:2.0")


OPTIONS = {
    "a bucket": (["--provider", "s3", "--bucket", "acme-models"], {"provider": "s3", "bucket": "acme-models"}),
    "all": (
        ["--provider", "s3", "--bucket", "acme-models", "--prefix", "team", "--region", "eu-west-1",
         "--endpoint", "http://127.0.0.1:9/", "--no-sign-request", "--versioning", "simple_date"],
        {"provider": "s3", "bucket": "acme-models", "prefix": "team", "region": "eu-west-1",
         "endpoint": "http://127.0.0.1:9/", "anonymous": True},
    ),
    "an emulator": (
        ["--provider", "gcs", "--bucket", "a", "--endpoint", "http://127.0.0.1:9"], {"provider": "gcs", "bucket": "a"}),
    "what YAML reads as something else": (["--provider", "gcs", "--bucket", "007"], {"provider": "gcs", "bucket": "007"}),
    "what begins a variable": (["--provider", "local", "--bucket", "a ${b}: #"], {"provider": "local", "bucket": "a $${b}: #"}),
    "a folder elsewhere": (["--provider", "local", "--bucket", "/srv/models/"], {"provider": "local", "bucket": "/srv/models"}),
    "a folder above": (["--provider", "local", "--bucket", "../models"], {"provider": "local", "bucket": "../models"}),
    "the folder itself": (["--provider", "local", "--bucket", "."], {"provider": "local", "bucket": "."}),
}  # fmt: skip


@pytest.mark.parametrize("case", OPTIONS)
def test_the_store_that_options_name_is_written(workspace, case):
    options, expected = OPTIONS[case]
    environment = {**NO_STORE, "AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "us-east-2"}
    done = init(workspace, *options, **environment).succeeded()
    assert storage(workspace) == expected
    assert WROTE in done.stderr
    assert ("versioning: simple_date\n" in written(workspace)) == ("--versioning" in options)


def test_a_folder_below_is_named_from_the_file(workspace):
    (workspace.folder / "deploy").mkdir()
    init(workspace, "deploy/assets.yaml", "--bucket", workspace.folder / "bucket").succeeded()
    assert storage(workspace, "deploy/assets.yaml") == {"provider": "local", "bucket": "../bucket"}
    workspace.store.push("nlp/words:1.0", b"words")
    workspace.tool.environment = {}
    workspace.tool.run("add", "nlp/words", "--file", "deploy/assets.yaml", cwd=workspace.folder).succeeded()


WRONG = {
    "an unknown provider": (["--provider", "s4"], "unknown storage provider `s4`"),
    "no bucket": (["--provider", "s3"], "no bucket is set for storage provider `s3`"),
    "no provider": (["--bucket", "acme-models"], "no storage provider is set"),
    "no name of a bucket": (["--provider", "s3", "--bucket", "acme models"], "invalid bucket name `acme models`"),
    "a password in the endpoint": (
        ["--provider", "s3", "--bucket", "acme-models", "--endpoint", "http://ana:hunter2@127.0.0.1"], "endpoint"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_options_are_an_error_and_no_file_is_made(workspace, case):
    options, message = WRONG[case]
    done = init(workspace, *options, **NO_STORE)
    assert done.status != 0
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert "hunter2" not in done.stderr
    assert not list(workspace.folder.glob("assets.*"))


def test_credentials_and_the_endpoint_of_the_environment_are_not_written(workspace):
    with FaultServer() as server:
        put_asset(server, "nlp/words", b"one\n")
        for variable in ("S3_ENDPOINT", "AWS_ENDPOINT_URL_S3"):
            environment = {**server.environment, "S3_ENDPOINT": None, variable: server.endpoint}
            done = init(workspace, f"{variable}.yaml", **environment).succeeded()
            assert done.stderr.startswith(f"{variable}.yaml lists 1 asset of s3://assets/modelkit-assets, as comments\n{endpoint_remark(variable)}")
            assert storage(workspace, f"{variable}.yaml") == {"provider": "s3", "bucket": "assets"}
            text = (workspace.folder / f"{variable}.yaml").read_text()
            secrets = [server.endpoint, *(value for name, value in environment.items() if value and name.startswith("AWS_"))]
            assert [value for value in secrets if value in text] == []


def test_a_file_that_is_there_is_kept(workspace):
    (workspace.folder / "assets.yaml").write_text("mine\n")
    for options in ([], ["--dry-run"]):
        refused = init(workspace, *options).failed(1)
        assert refused.stderr == (
            "error: `assets.yaml` already exists\n"
            "  hint: add what you need with `modelkit-assets add NAME`, or choose another file name\n"
        )
    assert written(workspace) == "mine\n"


def test_a_quiet_run_says_nothing(shelf):
    assert init(shelf, "-q").succeeded().stderr == ""
    assert storage(shelf) == {"provider": "local", "bucket": "bucket"}
