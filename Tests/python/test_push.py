"""New assets and versions: what is pushed, under which number, and that nobody loses one."""

import json
import os
import random
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness import python_modelkit, s3_servers
from harness.gcs_servers import fake_gcs_server
from harness.s3_world import S3World, large
from harness.store import sha256
from harness.terminal import Terminal
from harness.trees import digests
from harness.workspace import error_text

SERVERS = {"local": None, **s3_servers.SERVERS, "fake-gcs-server": fake_gcs_server}
FOLDER = {"a.txt": b"a", "en/words.txt": b"one\ntwo\n", "en/.hidden": b"", "with space+plus": b"x" * 70_000}


class LocalServer:
    """What the worlds of other servers have, for a folder."""

    provider, client_settings, environment = "local", {}, {}


@pytest.fixture(scope="module", params=SERVERS)
def server(request, tmp_path_factory):
    """A bucket on each kind of store."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "local":
        yield LocalServer(), str(folder)
        return
    with SERVERS[request.param](folder) as server:
        yield server, server.make_bucket("pushes")


@pytest.fixture
def world(server, request):
    """A prefix of its own for each test."""
    return S3World(*server, prefix=f"push-{random.randrange(10**9)}")


@pytest.fixture
def shelf(workspace, world):
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **world.environment}
    return workspace


def written(shelf, name, content):
    path = shelf.tool.folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
        return path
    for part, data in content.items():
        (path / part).parent.mkdir(parents=True, exist_ok=True)
        (path / part).write_bytes(data)
    return path


def pushed(shelf, *arguments):
    return shelf.tool.run(*arguments, "--yes").succeeded().stdout.strip()


def versions(shelf, name):
    return shelf.tool.run("show", name, "--format", "json").succeeded().document["versions"]


@pytest.mark.parametrize("content", [b"", b"small", large(), FOLDER], ids=["empty", "small", "large", "folder"])
def test_python_modelkit_fetches_what_was_pushed(shelf, world, tmp_path, content):
    assert pushed(shelf, "new", written(shelf, "content", content), "nlp/thing") == "nlp/thing:0.0"
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    python_modelkit.fetch_with(world.provider(), "nlp/thing:0.0", theirs)
    world.pushed["nlp/thing:0.0"] = content
    assert digests(theirs) == world.digests("nlp/thing:0.0")
    shelf.resolve("nlp/thing:0.0").succeeded()
    assert digests(shelf.assets) == world.digests("nlp/thing:0.0")


# A slash and what combines with it are one character; two of these are canonically equivalent.
ODD = {name: name.encode() for name in ["\u0301x", "in/\u0e31y", "in/\u200d", "\u00e9", "e\u0301"]}


def test_names_are_bytes_in_both_directions(shelf, world, tmp_path):
    assert pushed(shelf, "new", written(shelf, "content", ODD), "nlp/odd") == "nlp/odd:0.0"
    world.push("nlp/theirs:0.0", ODD)
    world.pushed["nlp/odd:0.0"] = ODD
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    python_modelkit.fetch_with(world.provider(), "nlp/odd:0.0", theirs)
    assert digests(theirs) == world.digests("nlp/odd:0.0")
    shelf.resolve("nlp/odd:0.0", "nlp/theirs:0.0").succeeded()
    assert digests(shelf.assets) == world.digests("nlp/odd:0.0", "nlp/theirs:0.0")


def test_each_updates_what_the_other_pushed(shelf, world):
    path = written(shelf, "content", b"content")
    world.push("nlp/theirs:0.0", b"theirs")
    assert pushed(shelf, "update", path, "nlp/theirs") == "nlp/theirs:0.1"
    world.push("nlp/theirs:0.2", b"theirs again")
    assert pushed(shelf, "update", path, "nlp/theirs", "--bump-major") == "nlp/theirs:1.0"
    assert pushed(shelf, "update", path, "nlp/theirs:0") == "nlp/theirs:0.3"
    assert versions(shelf, "nlp/theirs") == ["1.0", "0.3", "0.2", "0.1", "0.0"]


def test_what_is_recorded_is_what_was_pushed(shelf, world):
    pushed(shelf, "new", written(shelf, "needed", b"needed"), "nlp/needed")
    pushed(shelf, "new", written(shelf, "folder", FOLDER), "nlp/folder", "--depends-on", "nlp/needed:0")
    shown = shelf.tool.run("show", "nlp/folder", "--format", "json").succeeded().document
    assert {file["path"]: file["size"] for file in shown["files"]} == {path: len(data) for path, data in FOLDER.items()}
    assert shown["dependencies"] == ["nlp/needed:0"]
    shelf.resolve("nlp/folder").succeeded()
    assert (shelf.assets / "nlp/needed/0.0").read_bytes() == b"needed"


def dependencies(shelf, pin):
    return shelf.tool.run("show", pin, "--format", "json").succeeded().document["dependencies"]


@pytest.mark.parametrize("server", ["local", "SeaweedFS", "fake-gcs-server"], indirect=True)
def test_an_update_depends_on_what_the_version_before_it_depends_on(shelf, world):
    path = written(shelf, "content", b"content")
    for name in ("nlp/a", "nlp/b"):
        pushed(shelf, "new", path, name)
    pushed(shelf, "new", path, "nlp/thing", "--depends-on", "nlp/a:0", "--depends-on", "nlp/b")
    dry = shelf.tool.run("update", path, "nlp/thing", "--dry-run", "--format", "json").succeeded()
    assert dry.document["dependencies"] == ["nlp/a:0", "nlp/b"]
    assert dry.document["inherited_from"] == "nlp/thing:0.0"
    assert dry.stderr.endswith(", depending on nlp/a:0 and nlp/b as 0.0 does\n")
    done = shelf.tool.run("update", path, "nlp/thing", "--yes").succeeded()
    assert done.stderr.endswith(", depending on nlp/a:0 and nlp/b as 0.0 does\n")
    assert dependencies(shelf, "nlp/thing:0.1") == ["nlp/a:0", "nlp/b"]
    shelf.resolve("nlp/thing").succeeded()
    assert (shelf.assets / "nlp/a/0.0").read_bytes() == b"content"


@pytest.mark.parametrize("server", ["local"], indirect=True)
def test_options_say_otherwise(shelf, world):
    path = written(shelf, "content", b"content")
    for name in ("nlp/a", "nlp/b"):
        pushed(shelf, "new", path, name)
    pushed(shelf, "new", path, "nlp/thing", "--depends-on", "nlp/a")
    done = shelf.tool.run("update", path, "nlp/thing", "--depends-on", "nlp/b", "--yes", "--format", "json").succeeded()
    assert (done.document["dependencies"], done.document["inherited_from"]) == (["nlp/b"], None)
    assert done.stderr.endswith(", depending on nlp/b\n")
    # The version that the new one follows is that of its major version.
    pushed(shelf, "update", path, "nlp/thing", "--bump-major", "--depends-on", "nlp/a")
    assert pushed(shelf, "update", path, "nlp/thing:0") == "nlp/thing:0.2"
    assert dependencies(shelf, "nlp/thing:0.2") == ["nlp/b"]
    assert pushed(shelf, "update", path, "nlp/thing", "--bump-major") == "nlp/thing:2.0"
    assert dependencies(shelf, "nlp/thing:2.0") == ["nlp/a"]
    done = shelf.tool.run("update", path, "nlp/thing", "--no-depends-on", "--yes").succeeded()
    assert "depending" not in done.stderr
    assert dependencies(shelf, "nlp/thing:2.1") == []
    assert pushed(shelf, "update", path, "nlp/thing") == "nlp/thing:2.2"
    assert dependencies(shelf, "nlp/thing:2.2") == []
    both = shelf.tool.run("update", path, "nlp/thing", "--no-depends-on", "--depends-on", "nlp/a").failed(64)
    assert "--depends-on cannot be combined with --no-depends-on" in both.stderr


@pytest.mark.parametrize("server", ["local"], indirect=True)
@pytest.mark.parametrize("damage", ["missing", "malformed", "a dependency that is gone"])
def test_dependencies_that_cannot_be_inherited_are_an_error_with_the_options(shelf, world, damage):
    path = written(shelf, "content", b"content")
    pushed(shelf, "new", path, "nlp/a")
    pushed(shelf, "new", path, "nlp/thing", "--depends-on", "nlp/a")
    folder = Path(world.bucket, world.prefix)
    said = "a new version depends on what `nlp/thing:0.0` depends on"
    if damage == "missing":
        (folder / "nlp/thing/0.0.meta").unlink()
    elif damage == "malformed":
        (folder / "nlp/thing/0.0.meta").write_text("{")
    else:
        (folder / "nlp/a.versions").unlink()
        said = "inherited from `nlp/thing:0.0`: it depends on `nlp/a`"
    refused = shelf.tool.run("update", path, "nlp/thing", "--yes")
    assert refused.status in (5, 8), str(refused)
    assert said in refused.stderr
    assert "hint: pass --depends-on for other dependencies, or --no-depends-on for none" in refused.stderr
    assert pushed(shelf, "update", path, "nlp/thing", "--no-depends-on") == "nlp/thing:0.1"


@pytest.mark.parametrize("server", ["local"], indirect=True)
def test_what_is_confirmed_is_what_is_recorded(shelf, world):
    """Another push that comes between question and answer changes nothing of it."""
    path = written(shelf, "content", b"content")
    for name in ("nlp/a", "nlp/b"):
        pushed(shelf, "new", path, name)
    pushed(shelf, "new", path, "nlp/thing", "--depends-on", "nlp/a")
    terminal = Terminal(200)
    try:
        run = shelf.tool.start("update", path, "nlp/thing", stdin=terminal.theirs, stderr=terminal.theirs)
        run.until(lambda: "depending on nlp/a as 0.0 does? [y/N]" in terminal.text, "it asked")
        pushed(shelf, "update", path, "nlp/thing", "--depends-on", "nlp/b")
        os.write(terminal.ours, b"y\n")
        run.wait().succeeded()
    finally:
        terminal.close()
    assert dependencies(shelf, "nlp/thing:0.1") == ["nlp/b"]
    assert dependencies(shelf, "nlp/thing:0.2") == ["nlp/a"]


@pytest.mark.parametrize("server", ["local"], indirect=True)
def test_a_question_that_is_interrupted_says_what_became_of_it(shelf):
    path = written(shelf, "content", b"content")
    terminal = Terminal(200)
    try:
        run = shelf.tool.start("new", path, "nlp/thing", stdin=terminal.theirs, stderr=terminal.theirs)
        run.until(lambda: "[y/N]" in terminal.text, "it asked")
        run.process.send_signal(signal.SIGINT)
        assert run.wait().status == 130
        for _ in range(100):
            # What was written last is read a little later.
            if "aborted; nothing was pushed" in terminal.text:
                break
            time.sleep(0.05)
        assert "aborted; nothing was pushed" in terminal.text
    finally:
        terminal.close()
    assert pushed(shelf, "new", path, "nlp/thing") == "nlp/thing:0.0"


@pytest.mark.parametrize("is_same", [True, False], ids=["the same content", "other content"])
def test_twenty_updates_at_once_lose_none(shelf, is_same):
    pushed(shelf, "new", written(shelf, "first", b"first"), "nlp/busy")
    paths = [written(shelf, f"content-{number}", b"same" if is_same else b"%d" % number) for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        pins = list(pool.map(lambda path: pushed(shelf, "update", path, "nlp/busy"), paths))
    assert len(set(pins)) == 20, pins
    assert set(versions(shelf, "nlp/busy")) == {"0.0", *(pin.split(":")[1] for pin in pins)}
    shelf.resolve(*({"name": "nlp/busy", "version": pin.split(":")[1]} for pin in pins)).succeeded()
    contents = sorted((shelf.assets / pin.replace(":", "/")).read_bytes() for pin in pins)
    assert contents == sorted(path.read_bytes() for path in paths)


def test_a_killed_push_is_known_to_nobody_and_can_be_run_again(shelf, world):
    chance = random.Random(os.environ.get("MODELKIT_ASSETS_TEST_SEED"))
    folder = written(shelf, "folder", {f"part-{number}": chance.randbytes(300_000) for number in range(12)})
    started = time.monotonic()
    pushed(shelf, "new", folder, "nlp/other")
    seconds = time.monotonic() - started
    for number in range(int(os.environ.get("MODELKIT_ASSETS_TEST_KILLS", "10"))):
        name = f"nlp/killed{number}"
        run = shelf.tool.start("new", folder, name, "--yes")
        time.sleep(chance.uniform(0, seconds))
        run.process.send_signal(signal.SIGKILL)
        run.process.wait()
        listed = shelf.tool.run("list", "--format", "json").succeeded().document
        if name not in json.dumps(listed):
            again = shelf.tool.run("new", folder, name, "--yes")
            # A request that the killed run had sent whole may be done only now: then the push was complete.
            assert again.status == 0 or "already exists" in again.stderr, str(again)
        shelf.resolve(name).succeeded()
        content = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert {path.name: path.read_bytes() for path in (shelf.assets / name).glob("*/part-*")} == content


@pytest.mark.parametrize("server", ["SeaweedFS", "moto"], indirect=True)
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_large_upload_goes_on_where_it_was_ended(shelf, world, sent):
    """Parts of an unfinished upload are found in the store, and those that are the same are not sent again."""
    content = random.Random(7).randbytes(200 << 20)
    path = written(shelf, "large", content)
    run = shelf.tool.start("new", path, "nlp/large", "--yes")
    client, key = world.server.client(), f"{world.prefix}/nlp/large/0.0"

    def claim():
        return json.loads(client.get_object(Bucket=world.bucket, Key=f"{key}.pushing")["Body"].read())

    run.until(lambda: parts(client, world.bucket, key) and claim().get("content"), "some parts arrived")
    run.process.send_signal(sent)
    run.process.wait()
    if run.process.returncode == 130:
        assert "interrupted: no version was published" in run.stderr.read_text()
    before = parts(client, world.bucket, key)
    finished = shelf.tool.run("new", path, "nlp/large", "--yes").succeeded()
    assert finished.stdout == "nlp/large:0.0\n"
    if before:
        assert "from an earlier push" in finished.stderr
    assert client.list_multipart_uploads(Bucket=world.bucket, Prefix=world.prefix).get("Uploads", []) == []
    shelf.resolve("nlp/large:0.0").succeeded()
    assert (shelf.assets / "nlp/large/0.0").read_bytes() == content


def parts(client, bucket, key):
    uploads = client.list_multipart_uploads(Bucket=bucket, Prefix=key).get("Uploads", [])
    identifiers = [upload["UploadId"] for upload in uploads if upload["Key"] == key]
    listed = [client.list_parts(Bucket=bucket, Key=key, UploadId=identifier) for identifier in identifiers]
    return [part for answer in listed for part in answer.get("Parts", [])]


@pytest.mark.parametrize("server", sorted(set(SERVERS) - {"local"}), indirect=True)
@pytest.mark.parametrize("content", [b"content", FOLDER], ids=["an object", "a folder"])
def test_what_is_in_a_store_is_pushed_from_there(shelf, world, content):
    pushed(shelf, "new", written(shelf, "content", content), "nlp/first")
    scheme = {"s3": "s3", "gcs": "gs"}[world.server.provider]
    address = f"{scheme}://{world.bucket}/{world.prefix}/nlp/first/0.0"
    assert pushed(shelf, "new", address, "nlp/second") == "nlp/second:0.0"
    assert pushed(shelf, "new", address + "/", "nlp/third") == "nlp/third:0.0"
    shelf.resolve("nlp/second", "nlp/third").succeeded()
    for name in ["nlp/second:0.0", "nlp/third:0.0"]:
        world.pushed[name] = content
    assert digests(shelf.assets) == world.digests("nlp/second:0.0", "nlp/third:0.0")
    finished = shelf.tool.run("new", f"{scheme}://{world.bucket}/nothing/here", "nlp/fourth", "--yes").failed(5)
    assert f"{scheme}://{world.bucket}/nothing/here" in finished.stderr
    assert "missing key" in shelf.tool.run("new", f"{scheme}://bucket", "nlp/fourth", "--yes").failed(64).stderr


@pytest.mark.parametrize("server", ["local", "SeaweedFS"], indirect=True)
def test_progress_is_shown_as_of_downloads(shelf, validate):
    folder = written(shelf, "folder", FOLDER)
    plain = shelf.tool.run("new", folder, "nlp/x", "--yes", "--progress", "plain").succeeded().stderr
    assert "pushing nlp/x:0.0 (4 files)\n" in plain
    assert re.search(r"^pushed nlp/x:0.0, 70.0 kB in ", plain, re.M), plain
    finished = shelf.tool.run("update", folder, "nlp/x", "--yes", "--progress", "json").succeeded()
    events = [json.loads(line) for line in finished.stderr.splitlines()]
    for event in events:
        validate("progress", event)
    told = [(event["event"], event.get("outcome")) for event in events if event.get("asset") == "nlp/x:0.1"]
    assert told == [("started", None), ("ended", "pushed")]


# Python modelkit leaves files out whose names begin with a dot.
SEEN_BY_MODELKIT = {path: data for path, data in FOLDER.items() if "/." not in path}


@pytest.mark.parametrize("content", [large(3_000_000), SEEN_BY_MODELKIT], ids=["a file", "a folder"])
def test_annotate_adds_what_is_there_to_what_python_modelkit_pushed(shelf, world, tmp_path, content):
    world.push("nlp/theirs:0.0", content)
    before = meta(world, tmp_path, "nlp/theirs:0.0")
    for remark in ["recorded sizes and digests", "is already annotated"]:
        finished = shelf.tool.run("annotate", "nlp/theirs").succeeded()
        assert finished.stdout == "nlp/theirs:0.0\n"
        assert remark in finished.stderr
    after = meta(world, tmp_path, "nlp/theirs:0.0")
    recorded = {item.get("path"): (item["size"], item["sha256"]) for item in after.pop("objects")}
    assert after == before
    files = content if isinstance(content, dict) else {None: content}
    assert recorded == {path: (len(data), sha256(data)) for path, data in files.items()}
    python_modelkit.fetch_with(world.provider(), "nlp/theirs:0.0", shelf.assets)
    shown = shelf.tool.run("show", "nlp/theirs", "--format", "json").succeeded().document
    assert {file["path"]: (file["size"], file["sha256"]) for file in shown["files"]} == recorded


def meta(world, tmp_path, pin):
    path = tmp_path / "meta.json"
    provider = world.provider()
    provider.driver.download_object(f"{world.prefix}/{pin.replace(':', '/')}.meta", str(path))
    return json.loads(path.read_text())


@pytest.mark.parametrize("server", ["local"], indirect=True)
def test_what_does_not_have_the_recorded_digest_is_not_used(shelf, world):
    pin = pushed(shelf, "new", written(shelf, "file", b"right"), "nlp/file")
    path = Path(world.bucket, world.prefix, "nlp/file/0.0")
    path.write_bytes(b"wrong")
    text = error_text(shelf.resolve(pin).failed(6).report)
    assert sha256(b"right") in text
    assert sha256(b"wrong") in text
    assert not (shelf.assets / "nlp/file/0.0").exists()


REFUSED = {
    "an asset that is there": (["new", "FILE", "nlp/there"], 5, "modelkit-assets update"),
    "an update of none": (["update", "FILE", "nlp/nobody"], 5, "modelkit-assets new"),
    "no such major version": (["update", "FILE", "nlp/there:7"], 5, "0.0"),
    "a complete version": (["update", "FILE", "nlp/there:0.0"], 64, "invalid major version"),
    "a wrong name": (["new", "FILE", "nlp//x"], 64, "nlp//x"),
    "a dependency that is not there": (["new", "FILE", "nlp/x", "--depends-on", "nlp/nobody"], 5, "nlp/nobody"),
    "a version of it that is not there": (["new", "FILE", "nlp/x", "--depends-on", "nlp/there:9"], 5, "`9`"),
    "no file": (["new", "nowhere", "nlp/x"], 1, "nowhere"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("server", ["local"], indirect=True)
def test_refused_is(shelf, case):
    arguments, status, words = REFUSED[case]
    path = written(shelf, "file", b"x")
    pushed(shelf, "new", path, "nlp/there")
    before = shelf.tool.run("list").succeeded().stdout
    finished = shelf.tool.run(*[path if word == "FILE" else word for word in arguments], "--yes").failed(status)
    assert words in finished.stderr
    assert shelf.tool.run("list").succeeded().stdout == before


@pytest.mark.parametrize("server", ["local"], indirect=True)
def test_all_that_cannot_be_pushed_is_told_at_once(shelf):
    folder = written(shelf, "folder", FOLDER)
    (folder / "empty").mkdir()
    (folder / "outside").symlink_to("/etc/passwd")
    (folder / "folder-link").symlink_to("en")
    (folder / "inside").symlink_to("a.txt")
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s"))
        (folder / ".SUCCESS").write_bytes(b"")
        (folder / os.fsdecode(b"bad-\xff")).write_bytes(b"")
        finished = shelf.tool.run("new", folder, "nlp/odd", "--yes").failed(1)
    for name in ["empty", "outside", "folder-link", "pipe", "s", ".SUCCESS", "bad-"]:
        assert f"{folder}/{name}" in finished.stderr, name
    assert f"{folder}/inside" not in finished.stderr
    assert shelf.tool.run("list").succeeded().stdout == ""


@pytest.mark.parametrize("server", ["local"], indirect=True)
def test_without_a_terminal_and_a_yes_nothing_is_pushed(shelf):
    path = written(shelf, "file", b"x")
    assert "--yes" in shelf.tool.run("new", path, "nlp/x").failed(64).stderr
    dry = shelf.tool.run("new", path, "nlp/x", "--dry-run", "--format", "json").succeeded().document
    assert (dry["asset"], dry["files"], dry["bytes"], dry["dry_run"]) == ("nlp/x:0.0", 1, 1, True)
    assert shelf.tool.run("list").succeeded().stdout == ""


@pytest.mark.parametrize("server", ["local"], indirect=True)
def test_versions_by_date_are_named_after_the_second(shelf):
    shelf.tool.environment["MODELKIT_ASSETS_VERSIONING_SYSTEM"] = "simple_date"
    path = written(shelf, "file", b"x")
    pins = {pushed(shelf, "new", path, "nlp/dated"), *(pushed(shelf, "update", path, "nlp/dated") for _ in range(3))}
    assert len(pins) == 4
    assert all(pin.startswith("nlp/dated:20") and pin.endswith("Z") for pin in pins)
    assert "does not apply" in error_or_text(shelf.tool.run("update", path, "nlp/dated", "--bump-major", "--yes"))


def error_or_text(finished):
    return error_text(finished.report) if finished.stdout.startswith("{") else finished.stderr


@pytest.mark.parametrize("server", ["SeaweedFS"], indirect=True)
def test_who_may_only_read_is_told_before_anything_is_sent(shelf, world):
    reader = world.server.acting_as(world.server.identities["reader"])
    shelf.tool.environment.update(reader.environment)
    finished = shelf.tool.run("new", written(shelf, "large", large()), "nlp/x", "--yes").failed(4)
    assert "nlp/x/0.0.pushing" in finished.stderr
    assert reader.keys.access in finished.stderr
    assert f"s3:PutObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts on arn:aws:s3:::{world.bucket}/" in (
        finished.stderr.replace("\n", " ").replace("  ", " ")
    )
    assert "check --for developer --policy" in finished.stderr
    pages = world.server.client().get_paginator("list_objects_v2").paginate(Bucket=world.bucket, Prefix=world.prefix)
    assert [item["Key"] for page in pages for item in page.get("Contents", [])] == []
