"""The Python interface of the wheel, on the program under test."""

import ast
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from harness.workspace import outcomes

PACKAGES = Path(__file__).resolve().parents[2] / "Sources/Python"
sys.path.insert(0, str(PACKAGES))

import modelkit_assets  # noqa: E402
from modelkit_assets import errors  # noqa: E402

PINS = ["nlp/lexicon:2.0", "nlp/vectors:1.4"]


@pytest.fixture
def settings(shelf):
    """What the functions take to run the program under test on the shelf."""
    return {"program": shelf.tool.binary, "environment": shelf.tool.full_environment()}


@pytest.fixture
def spec(shelf):
    return shelf.spec("nlp/vectors:1", "nlp/lexicon:2[en/words.txt]")


def test_resolve_gives_what_the_program_reports(shelf, settings, spec):
    report = modelkit_assets.resolve(spec, **settings)
    assert outcomes(report.document) == dict.fromkeys(PINS, "fetched")
    assert [(asset.name, asset.version, asset.kind) for asset in report.assets] == [
        ("nlp/lexicon", "2.0", "directory"),
        ("nlp/vectors", "1.4", "file"),
    ]
    assert report.path("nlp/vectors") == shelf.assets / "nlp/vectors/1.4"
    assert report.path("nlp/lexicon") == shelf.assets / "nlp/lexicon/2.0/en/words.txt"
    with pytest.raises(KeyError, match="0 versions of nlp/nothing"):
        report.path("nlp/nothing")
    assert {asset.outcome for asset in modelkit_assets.resolve(spec, **settings).assets} == {"present"}


def test_parameters_are_flags(shelf, spec):
    empty = {**shelf.tool.full_environment({name: None for name in shelf.tool.environment})}
    other = shelf.folder / "other"
    report = modelkit_assets.resolve(
        spec,
        assets_dir=other,
        create_assets_dir=True,
        cache_dir=shelf.folder / "cache",
        provider="local",
        bucket=shelf.store.bucket,
        prefix="modelkit-assets",
        jobs=2,
        max_bytes="1GB",
        no_lock=True,
        program=shelf.tool.binary,
        environment=empty,
    )
    assert {asset.path.is_relative_to(other) for asset in report.assets} == {True}
    assert not (shelf.folder / "assets.lock").exists()
    assert (shelf.folder / "cache").is_dir()


def test_fetch_gives_the_path(shelf, settings):
    assert modelkit_assets.fetch("nlp/vectors:1", **settings) == shelf.assets / "nlp/vectors/1.4"
    part = modelkit_assets.fetch("nlp/lexicon:2[fr/words.txt]", **settings)
    assert part.read_bytes() == b"un\ndeux\n"


def test_plan_says_what_resolve_would_do(shelf, settings, spec):
    plan = modelkit_assets.plan(spec, **settings)
    assert [(step.name, step.version, step.action) for step in plan.steps] == [
        ("nlp/lexicon", "2.0", "fetch"),
        ("nlp/vectors", "1.4", "fetch"),
    ]
    assert list(shelf.assets.iterdir()) == []


def test_lock_writes_the_lockfile_and_check_does_not(shelf, settings, spec):
    with pytest.raises(modelkit_assets.LockChangedError) as raised:
        modelkit_assets.lock(spec, check=True, **settings)
    assert raised.value.exit_status == 7
    assert raised.value.problems[0].message
    path = modelkit_assets.lock(spec, **settings)
    assert path == shelf.folder / "assets.lock"
    assert "nlp/vectors" in path.read_text()
    assert modelkit_assets.lock(spec, check=True, **settings) == path
    modelkit_assets.resolve(spec, locked=True, **settings)


def spec_with_a_typo(shelf):
    path = shelf.folder / "typo.yaml"
    path.write_text("version: 1\nasets: []\n")
    return path


@pytest.mark.parametrize(
    ("status", "run"),
    [
        (3, lambda shelf, given: modelkit_assets.resolve(spec_with_a_typo(shelf), **given)),
        (5, lambda shelf, given: modelkit_assets.fetch("nlp/vectors:9", **given)),
        (7, lambda shelf, given: modelkit_assets.resolve(shelf.spec("nlp/vectors:1"), locked=True, **given)),
        (9, lambda shelf, given: modelkit_assets.fetch("nlp/vectors", assets_dir=shelf.folder / "none", **given)),
        (64, lambda shelf, given: modelkit_assets.fetch("nlp/vectors", jobs="many", **given)),
    ],
)
def test_each_status_is_an_exception_with_its_problems(shelf, settings, status, run):
    with pytest.raises(errors.BY_STATUS[status]) as raised:
        run(shelf, settings)
    assert raised.value.exit_status == status
    assert raised.value.problems[0].message in str(raised.value)
    if status != 64:
        assert raised.value.document["exit_status"] == status


def test_a_place_in_the_spec_is_told(shelf, settings):
    with pytest.raises(modelkit_assets.SpecError) as raised:
        modelkit_assets.resolve(spec_with_a_typo(shelf), **settings)
    problem = raised.value.problems[-1]
    assert (Path(problem.file).name, problem.line) == ("typo.yaml", 2)
    assert "typo.yaml:2:" in str(problem)


def test_content_that_is_wrong_is_an_exception(shelf, settings):
    pinned = shelf.spec({"name": "nlp/vectors", "version": "1.4", "sha256": "0" * 64})
    with pytest.raises(modelkit_assets.ContentError):
        modelkit_assets.resolve(pinned, **settings)


def test_credentials_and_the_store_are_exceptions(shelf):
    s3 = {"MODELKIT_STORAGE_PROVIDER": "s3", "MODELKIT_STORAGE_BUCKET": "b", "AWS_EC2_METADATA_DISABLED": "true"}
    environment = shelf.tool.full_environment({**s3, "AWS_DEFAULT_REGION": "eu-west-1"})
    with pytest.raises(modelkit_assets.CredentialsError):
        modelkit_assets.fetch("a:1", program=shelf.tool.binary, environment=environment)
    environment.update(S3_ENDPOINT="http://127.0.0.1:1", MODELKIT_STORAGE_TIMEOUT_S="1")
    with pytest.raises(modelkit_assets.StoreUnavailable):
        modelkit_assets.fetch("a:1", no_sign_request=True, program=shelf.tool.binary, environment=environment)


def test_events_come_in_the_caller_s_thread_while_the_program_runs(settings, spec):
    seen = []
    modelkit_assets.resolve(spec, on_event=lambda event: seen.append((threading.current_thread(), event)), **settings)
    assert {thread for thread, _ in seen} == {threading.current_thread()}
    events = [event["event"] for _, event in seen]
    assert events.count("started") == events.count("ended") == len(PINS)
    assert events[-1] == "finished"


def test_an_exception_of_the_callback_interrupts_the_program(shelf, settings):
    class Enough(Exception):
        pass

    def stop(event):
        raise Enough

    shelf.store.push("big/a:1.0", b"a" * (32 << 20))
    with pytest.raises(Enough):
        modelkit_assets.resolve(shelf.spec("big/a"), on_event=stop, **settings)
    # That no process is left is what every test is asked; the next run goes on.
    assert modelkit_assets.resolve(shelf.spec("big/a"), **settings).assets[0].outcome == "fetched"




def test_ctrl_c_ends_the_program_and_goes_on(shelf):
    environment = shelf.tool.full_environment()
    # A program that runs until it is interrupted, in the place of a long fetch.
    program = shelf.folder / "program"
    program.write_text("#!/bin/sh\ntrap 'echo stopped >&2; exit 130' INT\ntouch started\nwhile :; do sleep 0.05; done\n")
    program.chmod(0o755)

    def interrupt():
        while not Path("started").exists():
            time.sleep(0.01)
        signal.raise_signal(signal.SIGINT)

    import os

    before = os.getcwd()
    os.chdir(shelf.folder)
    try:
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            modelkit_assets.fetch("nlp/vectors", program=program, environment=environment)
    finally:
        os.chdir(before)


@pytest.mark.parametrize("path", sorted((PACKAGES / "modelkit_assets").glob("*.py")), ids=lambda path: path.stem)
def test_the_source_is_of_the_oldest_python_that_the_metadata_names(path):
    ast.parse(path.read_text(), feature_version=(3, 8))
