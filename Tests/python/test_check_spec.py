"""`check` with a spec proves that what the spec asks for is there, and exits as `resolve` would."""

import re

import pytest

from harness.fault_world import FINE, SMALL, data, put_folder
from harness.faults import answers


def rows(document, section="Spec"):
    found = [rows["rows"] for rows in document["sections"] if rows["title"] == section]
    return [(row["name"], row["state"], row["value"]) for row in (found[0] if found else [])]


def checked(workspace, *entries, options=()):
    finished = workspace.tool.run("check", workspace.spec(*entries), "--format", "json", *options)
    assert finished.document["exit_status"] == finished.status, finished
    return finished


def test_a_spec_that_can_be_met_has_all_of_its_files_read(shelf):
    finished = checked(shelf, "nlp/lexicon:2", "nlp/vectors:1").succeeded()
    resolves = ("resolves", "ok", f"2 entries of {shelf.folder / 'assets.yaml'}, 2 assets")
    assert rows(finished.document) == [resolves, ("can be read", "ok", "4 files")]


def test_what_is_in_the_assets_directory_is_asked_of_the_store_all_the_same(shelf):
    shelf.resolve("nlp/vectors:1.4").succeeded()
    shelf.store.data_object("nlp/vectors:1.4").unlink()
    finished = checked(shelf, "nlp/vectors:1.4")
    assert [(name, state) for name, state, _ in rows(finished.document)] == [("resolves", "ok"), ("can be read", "failed")]


@pytest.mark.parametrize(
    "entries",
    [["nlp/vektors:1", "nlp/lexicn:2", "nlp/vectors"], ["nlp/vectors:9"], ["nlp/lexicon:2[de/words.txt]"]],
    ids=["two unknown assets", "an unknown version", "an unknown part"],
)
def test_each_entry_that_cannot_be_met_is_a_row_and_the_status_is_that_of_resolve(shelf, entries):
    finished = checked(shelf, *entries)
    errors = shelf.resolve(*entries).failed(finished.status).report["errors"]
    failed = [value for name, state, value in rows(finished.document) if (name, state) == ("resolves", "failed")]
    assert failed == [error["message"] for error in errors]


def test_files_that_cannot_be_read_are_told_of_by_asset(fault_shelf, fault_server):
    put_folder(fault_server, "nlp/lexicon", {f"{number}.txt": b"words\n" for number in range(5)} | {"empty": b""})
    denied = [f"nlp/lexicon/1.0/{number}.txt" for number in (1, 3)]
    fault_server.on(
        lambda request: request.method == "GET" and request.key.removeprefix("modelkit-assets/") in denied,
        answers(403, "AccessDenied"),
    )
    finished = checked(fault_shelf, f"{FINE}:1", "nlp/lexicon:1").failed(4)
    (_, ok, _), (_, failed, words), (_, read, count) = rows(finished.document)
    assert (ok, failed, read) == ("ok", "failed", "ok")
    assert "nlp/lexicon/1.0/1.txt" in words and "(and 1 more of `nlp/lexicon:1.0`)" in words
    assert count == "5 files"
    ranges = {request.headers.get("range") for request in fault_server.seen(data(FINE))}
    assert ranges == {"bytes=0-0"}, "no more than the first byte is read"
    assert not any(fault_shelf.assets.iterdir()), "nothing is left behind"


def test_the_entries_of_groups_are_checked_where_they_are_named(shelf):
    shelf.store.data_object("nlp/tokenizer:1.3").unlink()
    entries = ["nlp/vectors:1", {"name": "nlp/tokenizer", "version": "1.3", "groups": ["extra"]}]
    checked(shelf, *entries).succeeded()
    checked(shelf, *entries, options=["--group", "extra"]).failed(5)


def test_without_a_spec_the_store_alone_is_checked(shelf):
    finished = shelf.tool.run("check", "--format", "json", cwd=shelf.folder / "home").succeeded()
    assert rows(finished.document) == []


def test_a_store_that_is_not_reached_is_not_asked_about_the_spec(fault_shelf, fault_server):
    fault_shelf.tool.environment |= {"S3_ENDPOINT": "http://127.0.0.1:9", "MODELKIT_STORAGE_TIMEOUT_S": "1"}
    finished = checked(fault_shelf, f"{SMALL}:1").failed(8)
    assert rows(finished.document) == [("resolves", "unproven", "skipped: the store is not accessible")]


@pytest.mark.parametrize("options", [[], ["--for", "developer"]], ids=["runtime", "developer"])
def test_rejected_credentials_fail_once(fault_shelf, options):
    """Whatever else is asked would be refused for the same reason."""
    spec = fault_shelf.spec(f"{SMALL}:1", f"{FINE}:1")
    environment = {"AWS_SECRET_ACCESS_KEY": "wrong"}
    finished = fault_shelf.tool.run("check", spec, *options, environment=environment).failed(4)
    assert finished.stdout.count("SignatureDoesNotMatch") == 2, finished.stdout
    assert finished.stdout.count("hint:") == 1
    assert "resolves  skipped: the store is not accessible" in finished.stdout
    assert finished.stdout.endswith("1 failed, 1 unproven\n")


def test_what_pushing_takes_is_in_the_policy_that_the_hint_names(fault_shelf, fault_server):
    fault_server.on(lambda request: request.method in ("POST", "PUT"), answers(403, "AccessDenied"))
    spec = fault_shelf.spec(f"{SMALL}:1")
    finished = fault_shelf.tool.run("check", "--for", "developer", spec, "--format", "json").failed(4)
    [remedy] = [row["remedy"] for part in finished.document["sections"] for row in part["rows"] if row["state"] == "failed"]
    command = re.search("grant s3:PutObject to these credentials; `modelkit-assets (.*)` prints", remedy)[1]
    policy = fault_shelf.tool.run(*command.split(), spec).succeeded().stdout
    assert "s3:PutObject" in policy
