"""What goes where: exit statuses, schemas, progress, colour."""

import fcntl
import json
import os
import pty
import re
import signal
import time

import jsonschema
import pytest

from harness.tool import REPOSITORY
from harness.trees import digests
from harness.workspace import error_text

# Everything below the space but the line's end; with it the escape that begins a colour.
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


# MARK: Exit statuses

FAILURES = {
    "a spec that is not there": (3, lambda shelf: ["resolve", shelf.folder / "absent.yaml"]),
    "a spec that is not YAML": (3, lambda shelf: ["resolve", raw(shelf, "version: 1\nassets: [")]),
    "a spec with an unknown key": (3, lambda shelf: ["resolve", raw(shelf, "version: 1\nassests: []\n")]),
    "an unset variable": (3, lambda shelf: ["resolve", raw(shelf, "version: 1\nassets: ['nlp/vectors:${NOT_SET}']\n")]),
    "an unknown asset": (5, lambda shelf: ["resolve", shelf.spec("nlp/vektors")]),
    "an unknown version": (5, lambda shelf: ["resolve", shelf.spec("nlp/vectors:9.9")]),
    "an unknown major version": (5, lambda shelf: ["resolve", shelf.spec("nlp/vectors:9")]),
    "an unknown part": (5, lambda shelf: ["resolve", shelf.spec("nlp/lexicon:2.0[de/words.txt]")]),
    "a part of a file asset": (5, lambda shelf: ["resolve", shelf.spec("nlp/vectors:1.0[a]")]),
    "content that is not what was pinned": (
        6,
        lambda shelf: ["resolve", shelf.spec({"name": "nlp/vectors", "version": "1.0", "sha256": "0" * 64})],
    ),
    "a bucket that is not there": (
        8,
        lambda shelf: ["resolve", shelf.spec("nlp/vectors"), "--bucket", shelf.folder / "no-bucket"],
    ),
    "an assets directory that is not there": (
        9,
        lambda shelf: ["resolve", shelf.spec("nlp/vectors"), "--assets-dir", shelf.folder / "no-assets"],
    ),
    "an unknown option": (64, lambda shelf: ["resolve", shelf.spec("nlp/vectors"), "--no-such-option"]),
    "an unknown command": (64, lambda _: ["resovle"]),
    "an unknown format": (64, lambda shelf: ["plan", shelf.spec("nlp/vectors"), "--format", "xml"]),
    "no jobs": (64, lambda shelf: ["resolve", shelf.spec("nlp/vectors"), "--jobs", "0"]),
    "an unknown provider": (64, lambda shelf: ["resolve", shelf.spec("nlp/vectors"), "--provider", "ftp"]),
    "a missing argument": (64, lambda _: ["fetch"]),
}


def raw(shelf, text):
    path = shelf.folder / "raw.yaml"
    path.write_text(text)
    return path


# A setting that is not there, the command that needs it, and its exit status.
MISSING = {
    "a provider, to list": ("MODELKIT_STORAGE_PROVIDER", ["list"], 3),
    "a provider, to show": ("MODELKIT_STORAGE_PROVIDER", ["show", "nlp/vectors"], 3),
    "a provider, to push": ("MODELKIT_STORAGE_PROVIDER", ["new", ".", "nlp/new", "--yes"], 3),
    "a bucket": ("MODELKIT_STORAGE_BUCKET", ["list"], 3),
    "a bucket, for a policy": ("MODELKIT_STORAGE_BUCKET", ["check", "--policy"], 3),
    "an assets directory": ("MODELKIT_ASSETS_DIR", ["fetch", "nlp/vectors"], 9),
    "a cache": ("MODELKIT_ASSETS_CACHE_DIR", ["cache", "size"], 9),
}


@pytest.mark.parametrize("case", MISSING)
def test_the_exit_status_without(shelf, case):
    variable, arguments, status = MISSING[case]
    finished = shelf.tool.run(*arguments, environment={variable: None}, cwd=shelf.folder / "home").failed(status)
    assert re.search(r"^error: .*is set", finished.stderr)


@pytest.mark.parametrize("case", FAILURES)
def test_the_exit_status_of(shelf, case):
    status, arguments = FAILURES[case]
    finished = shelf.tool.run(*arguments(shelf)).failed(status)
    assert finished.stderr.strip(), "a failure without a word"
    # What was fetched and then refused leaves its lock file.
    locks = {".cache/nlp/vectors.lock"} if status == 6 else set()
    assert set(digests(shelf.assets)) <= locks


@pytest.mark.parametrize("case", [case for case, (status, _) in FAILURES.items() if status != 64])
@pytest.mark.parametrize("command", ["resolve", "plan"])
def test_a_failure_in_json_is_a_report_that_fits_its_schema(shelf, validate, case, command):
    status, arguments = FAILURES[case]
    if command == "plan" and status == 6:
        status = 0
    finished = shelf.tool.run(command, *arguments(shelf)[1:], "--format", "json")
    assert finished.status == status, str(finished)
    if status == 0:
        return validate("plan", finished.document)
    validate("report", finished.report)
    assert finished.report["status"] == "failed"
    assert error_text(finished.report)


# MARK: Schemas

SCHEMA_FILES = {"spec": "assets", "plan": "plan", "report": "report", "progress": "progress", "check": "check",
    "image": "image",
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEMA_FILES)
def test_the_schema_that_is_printed_is_the_one_in_the_repository(shelf, name):
    path = REPOSITORY / "schema" / f"{SCHEMA_FILES[name]}.schema.json"
    assert shelf.tool.run("schema", name).succeeded().stdout == path.read_text()


def test_a_plan_fits_its_schema(shelf, validate):
    shelf.resolve("nlp/vectors").succeeded()
    validate("plan", shelf.plan("nlp/vectors", "nlp/classifier").succeeded().document)


def test_a_report_fits_its_schema(shelf, validate):
    validate("report", shelf.resolve("nlp/vectors", "nlp/classifier", "nlp/lexicon[en]").succeeded().report)
    validate("report", shelf.resolve("nlp/vectors", "nlp/lexicon").succeeded().report)


def test_the_report_of_an_interrupted_run_fits_its_schema(shelf, validate, held_lock):
    held_lock(shelf.assets / ".cache/nlp/vectors.lock")
    spec = shelf.spec("nlp/vectors", "nlp/lexicon")
    running = shelf.tool.start("resolve", spec, "--format", "json", "--progress", "plain")
    running.until(lambda: "wait" in running.stderr.read_text(), "it waited for the lock")
    running.process.send_signal(signal.SIGINT)
    report = running.wait().failed(130).report
    validate("report", report)
    assert report["status"] == "interrupted"


def test_the_schemas_refuse_what_is_no_plan_and_no_report(validate):
    for name in ("plan", "report", "spec", "progress", "check"):
        with pytest.raises(jsonschema.ValidationError):
            validate(name, {"format": f"modelkit-assets/{name}", "version": 7})


# MARK: Streams


def test_results_go_to_standard_output_and_the_rest_to_standard_error(shelf):
    finished = shelf.tool.run("fetch", "nlp/lexicon:1", "--progress", "plain").succeeded()
    assert finished.stdout == f"{shelf.assets}/nlp/lexicon/1.0\n"
    assert "nlp/lexicon" in finished.stderr


def test_paths_lead_up_only_behind_links(shelf, tmp_path):
    (shelf.folder / "project").mkdir()
    (tmp_path / "elsewhere/deep").mkdir(parents=True)
    (tmp_path / "elsewhere/other").mkdir()
    (shelf.folder / "link").symlink_to(tmp_path / "elsewhere/deep")
    spec = shelf.spec("nlp/vectors:1.4")
    paths = {"../assets": shelf.assets, "../link/../other": shelf.folder / "project/../link/../other"}
    for typed, shown in paths.items():
        options = ["--assets-dir", typed, "--no-lock"]
        printed = shelf.tool.run("resolve", spec, *options, cwd=shelf.folder / "project").succeeded().stdout
        assert printed.split() == ["nlp/vectors:1.4", f"{shown}/nlp/vectors/1.4"]
    assert (tmp_path / "elsewhere/other/nlp/vectors/1.4").is_file()


def test_quiet_says_nothing_when_all_is_well(shelf):
    finished = shelf.tool.run("resolve", shelf.spec("nlp/vectors"), "-q").succeeded()
    assert finished.stderr == ""


def test_progress_none_says_what_it_came_to_alone_and_quiet_not_even_that(shelf):
    finished = shelf.tool.run("resolve", shelf.spec("nlp/vectors"), "--progress", "none", "--format", "json")
    assert finished.succeeded().stderr.startswith("fetched 1 asset ")
    assert finished.stderr.count("\n") == 1
    finished = shelf.tool.run("resolve", shelf.spec("nlp/lexicon"), "-q").succeeded()
    assert (finished.stderr, finished.stdout.split()) == ("", ["nlp/lexicon", str(shelf.assets / "nlp/lexicon/2.0")])
    assert "nlp/absent" in shelf.tool.run("resolve", shelf.spec("nlp/absent"), "-q").failed(5).stderr


def test_plain_progress_has_a_line_for_the_start_and_the_end_of_every_asset(shelf):
    spec = shelf.spec("nlp/vectors", "nlp/classifier", "nlp/tokenizer:1.10")
    finished = shelf.tool.run("resolve", spec, "--progress", "plain").succeeded()
    for asset in ("nlp/vectors:1.4", "nlp/classifier:3.1", "nlp/tokenizer:1.10"):
        assert sum(asset in line for line in finished.stderr.splitlines()) >= 2, str(finished)


def test_plain_output_has_no_control_characters(shelf):
    spec = shelf.spec("nlp/vectors", "nlp/classifier", "nlp/absent")
    finished = shelf.tool.run("resolve", spec, "--progress", "plain", "-v")
    assert CONTROL.findall(finished.stderr + finished.stdout) == []


def test_a_plain_run_stays_short_however_much_it_fetches(workspace):
    workspace.store.push("many/a0000:1.0", b"x")
    for number in range(1, 2000):
        name = f"many/a{number:04}"
        for suffix in ("/1.0", "/1.0.meta", ".versions"):
            source = workspace.store.path(f"many/a0000{suffix}")
            target = workspace.store.path(f"{name}{suffix}")
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(source.read_bytes())
    spec = workspace.spec(*(f"many/a{number:04}" for number in range(2000)))
    finished = workspace.tool.run("resolve", spec, "--progress", "plain").succeeded()
    assert len(finished.stderr) < 50 * 1024
    assert finished.stderr.splitlines()[-1].startswith("fetched 2000 assets"), "the summary comes last"
    assert len(finished.stdout.splitlines()) == 2000, "results are never cut"


def test_json_progress_is_one_event_a_line(shelf, validate):
    spec = shelf.spec("nlp/vectors", "nlp/classifier", "nlp/tokenizer:1")
    finished = shelf.tool.run("resolve", spec, "--progress", "json", "-v").succeeded()
    events = json_lines(validate, finished)
    assert {event["asset"] for event in events if "asset" in event} >= {"nlp/vectors:1.4", "nlp/classifier:3.1"}
    assert {event["event"] for event in events} == {"note", "started", "ended", "warning", "finished"}
    assert (events[-1]["status"], events[-1]["totals"]["fetched"]) == ("done", 3)


def test_json_progress_has_the_failures_too(shelf, validate):
    entries = ["nlp/vectors", {"name": "nlp/lexicon", "include": ["nothing/**"]}]
    finished = shelf.tool.run("resolve", shelf.spec(*entries), "--progress", "json").failed(5)
    events = json_lines(validate, finished)
    assert [event["code"] for event in events if event["event"] == "error"] == ["empty-selection"]
    assert (events[-1]["event"], events[-1]["status"], events[-1]["exit_status"]) == ("finished", "failed", 5)


@pytest.mark.parametrize("case", [case for case, (status, _) in FAILURES.items() if status != 64])
def test_json_progress_is_nothing_but_events_whatever_fails(shelf, validate, case):
    status, arguments = FAILURES[case]
    finished = shelf.tool.run(*arguments(shelf), "--progress", "json").failed(status)
    *events, last = json_lines(validate, finished)
    assert [event for event in events if event["event"] == "error" or "error" in event], str(finished)
    assert (last["event"], last["status"], last["exit_status"]) == ("finished", "failed", status)


def json_lines(validate, finished):
    events = [json.loads(line) for line in finished.stderr.splitlines()]
    for event in events:
        validate("progress", event)
    return events


@pytest.mark.parametrize("progress", ["plain", "json", "tty"])
def test_a_standard_error_that_nobody_reads_stops_nothing(shelf, progress):
    reading, writing = full_pipe()
    spec = shelf.spec("nlp/vectors", "nlp/classifier", "nlp/lexicon", "nlp/tokenizer")
    running = shelf.tool.start("resolve", spec, "--format", "json", "--progress", progress, "-v", stderr=writing)
    os.close(writing)
    try:
        assert running.wait(timeout=20).succeeded().report["totals"]["fetched"] == 4
    finally:
        os.close(reading)


@pytest.mark.parametrize("progress", ["plain", "json"])
def test_a_standard_error_whose_reader_is_gone_stops_nothing(shelf, progress):
    reading, writing = os.pipe()
    os.close(reading)
    spec = shelf.spec("nlp/vectors", "nlp/classifier")
    running = shelf.tool.start("resolve", spec, "--format", "json", "--progress", progress, stderr=writing)
    os.close(writing)
    assert running.wait(timeout=20).succeeded().report["status"] == "done"


def full_pipe():
    """The two ends of a pipe that takes no byte more."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writing, False)
    try:
        while True:
            os.write(writing, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writing, True)
    return reading, writing


# MARK: Colour

COLOURS = {
    "auto into a pipe": ({}, [], False),
    "asked for": ({}, ["--color", "always"], True),
    "forced by the environment": ({"CLICOLOR_FORCE": "1"}, [], True),
    "NO_COLOR against CLICOLOR_FORCE": ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, [], False),
    "the flag against NO_COLOR": ({"NO_COLOR": "1"}, ["--color", "always"], True),
    "the flag against CLICOLOR_FORCE": ({"CLICOLOR_FORCE": "1"}, ["--color", "never"], False),
    "an empty NO_COLOR is unset": ({"NO_COLOR": "", "CLICOLOR_FORCE": "1"}, [], True),
}


@pytest.mark.parametrize("case", COLOURS)
def test_colour_is(shelf, case):
    environment, options, coloured = COLOURS[case]
    finished = shelf.tool.run("resolve", shelf.spec("nlp/absent"), *options, environment=environment).failed(5)
    assert ("\x1b[" in finished.stderr) == coloured, str(finished)


def test_json_is_never_coloured(shelf):
    finished = shelf.resolve("nlp/absent", options=["--color", "always"]).failed(5)
    assert "\x1b" not in finished.stdout


TERMINALS = {
    "a terminal gets bars": ({"TERM": "xterm-256color"}, True),
    "a terminal without colours gets bars": ({"TERM": "xterm-256color", "NO_COLOR": "1"}, True),
    "a dumb terminal gets lines": ({"TERM": "dumb"}, False),
    "CI gets lines": ({"TERM": "xterm-256color", "CI": "true"}, False),
}


@pytest.mark.parametrize("case", TERMINALS)
def test_on_a_terminal(shelf, case):
    environment, bars = TERMINALS[case]
    text = on_a_terminal(shelf, environment)
    redrawn = re.search(r"\x1b\[\d*[A-KJ]|\r(?!\n)", text.replace("\r\n", "\n")) is not None
    assert redrawn == bars, repr(text)
    if "NO_COLOR" in environment:
        assert re.findall(r"\x1b\[[\d;]+m", text) == []


def on_a_terminal(shelf, environment):
    """What a run writes to a terminal as its standard error."""
    ours, theirs = pty.openpty()
    spec = shelf.spec("nlp/vectors", "nlp/classifier", "nlp/lexicon")
    running = shelf.tool.start("resolve", spec, environment=environment, stderr=theirs)
    os.close(theirs)
    written = bytearray()
    deadline = time.monotonic() + 30
    try:
        while chunk := os.read(ours, 65536):
            written += chunk
            assert time.monotonic() < deadline
    except OSError:
        # Linux answers EIO once the last writer is gone.
        pass
    os.close(ours)
    running.wait().succeeded()
    return written.decode()


# MARK: Secrets

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "sEcReT-of-the-key",
    "AWS_SESSION_TOKEN": "sEcReT-of-the-session",
    "AWS_ACCESS_KEY_ID": "AKIAsEcReT",
}


@pytest.mark.parametrize("command", ["resolve", "plan", "check"])
@pytest.mark.parametrize("options", [["-v"], ["--format", "json"]], ids=["verbose", "json"])
def test_no_secret_is_ever_printed(shelf, command, options):
    finished = shelf.tool.run(command, shelf.spec("nlp/vectors"), *options, environment=SECRETS)
    assert "sEcReT" not in finished.stdout + finished.stderr
