"""--offline: nothing is asked of the store."""

import shutil

import pytest

from harness.fault_world import FINE, SMALL
from harness.workspace import actions, error_text, outcomes


@pytest.fixture
def there(fault_shelf, fault_server):
    fault_shelf.resolve(f"{FINE}:1", f"{SMALL}:1").succeeded()
    fault_server.requests.clear()
    yield fault_shelf
    assert fault_server.requests == []


@pytest.mark.parametrize("has_lock", [True, False], ids=["with a lock", "without"])
@pytest.mark.parametrize("version", ["1.0", "1"])
def test_what_is_present_is_taken(there, has_lock, version):
    if not has_lock:
        (there.folder / "assets.lock").unlink()
    report = there.resolve(f"{FINE}:{version}", f"{SMALL}:{version}", options=["--offline"]).succeeded().report
    assert set(actions(report).values()) == {"keep"}
    assert (there.folder / "assets.lock").exists() is has_lock


def test_what_the_lock_names_and_is_missing_is_said_to_be(there):
    shutil.rmtree(there.assets / SMALL)
    report = there.resolve(f"{FINE}:1", f"{SMALL}:1", options=["--offline"]).failed(5).report
    assert outcomes(report) == {f"{FINE}:1.0": "present", f"{SMALL}:1.0": "failed"}
    assert "--offline" in error_text(report)


def test_what_nobody_knows_is_looked_for_in_the_directory_alone(there):
    text = error_text(there.resolve("large/asset", options=["--offline"]).failed(5).report)
    assert "--offline disables downloads" in text


# A store that is a folder


@pytest.fixture
def away(shelf):
    """All is present, and the folder of the store is not there any more."""
    shelf.resolve("nlp/vectors:1", "nlp/lexicon").succeeded()
    shelf.store.bucket.rename(shelf.folder / "elsewhere")
    return shelf


LOOKING_AT_NO_STORE = [
    ["resolve"],
    ["plan"],
    ["tree"],
    ["why", "nlp/vectors"],
    ["cache-key"],
    ["lock", "--check"],
    ["resolve", "--offline"],
    ["resolve", "--frozen"],
    ["resolve", "--locked"],
    ["plan", "--locked"],
    ["verify"],
    ["verify", "--as-modelkit"],
    ["cache-key", "--frozen"],
    ["cache-key", "--locked"],
    ["tree", "--locked"],
    ["tree", "--offline"],
    ["why", "nlp/vectors", "--frozen"],
    ["lock", "--offline", "--check"],
]


@pytest.mark.parametrize("command", LOOKING_AT_NO_STORE, ids=" ".join)
def test_the_folder_of_the_store_need_not_be_there_for(away, command):
    away.tool.run(*command, cwd=away.folder).succeeded()


def test_what_an_upgrade_was_compared_with_is_said(away):
    limit = "compared with the assets directory alone (--offline)\n"
    run = lambda *command: away.tool.run(*command, "--offline", cwd=away.folder).succeeded().stderr
    assert run("lock", "--upgrade") == f"assets.lock is up to date: 2 assets, {limit}"
    assert run("lock") == "assets.lock is up to date: 2 assets\n"
    assert run("upgrade") == f"nothing to change, {limit}"
    away.without_provider()
    refused = away.tool.run("outdated", cwd=away.folder).failed(3)
    assert "no storage provider is set" in refused.stderr


@pytest.mark.parametrize("option", ["--offline", "--frozen", "--locked"])
def test_what_is_missing_then_is_an_error_that_names_the_folder(away, option):
    shutil.rmtree(away.assets / "nlp/vectors")
    status = 5 if option == "--offline" else 8
    said = error_text(away.resolve("nlp/vectors:1", "nlp/lexicon", options=[option]).failed(status).report)
    words = "nlp/vectors/1.4" if option == "--offline" else f"cannot open `{away.store.bucket}`"
    assert words in said and ("--offline" in said or "choose a directory that exists" in said), said


def test_a_run_that_has_to_ask_the_store_names_the_folder(away):
    said = error_text(away.resolve("nlp/vectors:1", "nlp/lexicon", "nlp/tokenizer").failed(8).report)
    assert f"cannot open `{away.store.bucket}`" in said and "choose a directory that exists" in said, said
    (away.folder / "assets.lock").unlink()
    said = error_text(away.resolve("nlp/vectors:1", "nlp/lexicon").failed(8).report)
    assert f"cannot open the store `{away.store.bucket}`" in said
