"""Without a provider only what is local counts, and nothing is written."""

import pytest

from harness import python_modelkit
from harness.trees import snapshot
from harness.workspace import actions, error_text

PINS = ["nlp/vectors:1.0", "nlp/vectors:1.4", "nlp/lexicon:2.0", "nlp/tokenizer:1.3"]


@pytest.fixture
def downloaded(shelf):
    """Assets that Python modelkit fetched, and no provider any more."""
    for pin in PINS:
        python_modelkit.fetch(pin, shelf.assets, shelf.store)
    shelf.without_provider()
    return shelf


@pytest.mark.parametrize(
    ("specification", "found"),
    [
        ("nlp/vectors", "nlp/vectors:1.4"),
        ("nlp/vectors:1", "nlp/vectors:1.4"),
        ("nlp/vectors:1.0", "nlp/vectors:1.0"),
        ("nlp/lexicon[en/words.txt]", "nlp/lexicon:2.0"),
    ],
)
def test_the_latest_local_version_is_taken(downloaded, specification, found):
    before = snapshot(downloaded.assets)
    report = downloaded.resolve(specification).succeeded().report
    assert actions(report) == {found: "keep"}
    assert report["store"] is None
    assert report["assets"][0]["path"] == str(downloaded.assets / found.replace(":", "/"))
    assert snapshot(downloaded.assets) == before


def test_a_version_counts_without_its_marker_as_for_python_modelkit(downloaded):
    (downloaded.assets / "nlp/vectors/.1.4.SUCCESS").unlink()
    assert actions(downloaded.resolve("nlp/vectors").succeeded().report) == {"nlp/vectors:1.4": "keep"}
    assert python_modelkit.fetch("nlp/vectors", downloaded.assets)["version"] == "1.4"


def test_a_read_only_directory_will_do(downloaded, mounted_tmpfs, remount):
    folder = mounted_tmpfs("size=4m")
    for pin in PINS:
        python_modelkit.fetch(pin, folder, downloaded.store)
    remount(folder, "ro")
    downloaded.point_at(folder)
    downloaded.without_provider()
    before = snapshot(folder)
    report = downloaded.resolve(*PINS).succeeded().report
    assert actions(report) == dict.fromkeys(PINS, "keep")
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    ("specification", "named"),
    [
        ("nlp/vectors:2", ["nlp/vectors", "1.4"]),
        ("nlp/lexicon:1.0", ["nlp/lexicon", "2.0"]),
        ("nlp/absent", ["nlp/absent"]),
        ("nlp/lexicon:2.0[de]", ["nlp/lexicon", "de"]),
    ],
)
def test_what_is_not_local_is_an_error_that_names_it(downloaded, specification, named):
    before = snapshot(downloaded.assets)
    text = error_text(downloaded.resolve(specification).failed(5).report)
    assert [word for word in named if word not in text] == []
    assert snapshot(downloaded.assets) == before


def test_nothing_can_be_forced_without_a_provider(downloaded):
    before = snapshot(downloaded.assets)
    finished = downloaded.resolve("nlp/vectors", options=["--force-download"])
    assert finished.status in (1, 64), str(finished)
    assert "provider" in finished.stdout + finished.stderr
    assert snapshot(downloaded.assets) == before


def test_the_variable_that_forces_is_ignored_without_a_provider_as_by_python_modelkit(downloaded, monkeypatch):
    forcing = {"MODELKIT_STORAGE_FORCE_DOWNLOAD": "1"}
    monkeypatch.setenv(*next(iter(forcing.items())))
    before = snapshot(downloaded.assets)
    assert actions(downloaded.resolve("nlp/vectors", environment=forcing).succeeded().report) == {
        "nlp/vectors:1.4": "keep"
    }
    assert python_modelkit.fetch("nlp/vectors", downloaded.assets)["version"] == "1.4"
    assert snapshot(downloaded.assets) == before


def test_a_provider_variable_that_is_empty_is_unset(downloaded):
    downloaded.tool.environment |= {"MODELKIT_STORAGE_PROVIDER": "", "STORAGE_PROVIDER": ""}
    assert actions(downloaded.resolve("nlp/vectors").succeeded().report) == {"nlp/vectors:1.4": "keep"}
