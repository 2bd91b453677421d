"""`--format json` is one document on standard output, whatever fails: all commands that have it, by all failures."""

import json
import re
import signal

import jsonschema
import pytest

from harness.fault_server import FaultServer
from harness.faults import stall_after
from harness.tool import REPOSITORY

VECTORS = "nlp/vectors:1"
# What each command is given besides `--format json`; `{spec}`, `{file}` and `{plan}` are paths.
COMMANDS = {
    "resolve": ["resolve", "{spec}"],
    "resolve --dry-run": ["resolve", "--dry-run", "{spec}"],
    "plan": ["plan", "{spec}"],
    "lock": ["lock", "{spec}"],
    "lock --check": ["lock", "--check", "{spec}"],
    "apply": ["apply", "{plan}"],
    "check": ["check", "{spec}"],
    "apply --dry-run": ["apply", "--dry-run", "{plan}"],
    "fetch": ["fetch", "{asset}"],
    "fetch --dry-run": ["fetch", "--dry-run", "{asset}"],
    "list": ["list"],
    "show": ["show", "{asset}"],
    "tree": ["tree", "{spec}"],
    "why": ["why", "nlp/vectors", "{spec}"],
    "outdated": ["outdated", "{spec}"],
    "cache-key": ["cache-key", "{spec}"],
    "verify": ["verify", "{spec}"],
    "verify --repair": ["verify", "--repair", "{spec}"],
    "verify --repair --dry-run": ["verify", "--repair", "--dry-run", "{spec}"],
    "verify --as-modelkit": ["verify", "--as-modelkit", "{spec}"],
    "prune": ["prune", "{spec}"],
    "image": ["image", "{spec}", "--output", "oci:{file}.layout"],
    "new": ["new", "--yes", "{file}", "nlp/fresh"],
    "update": ["update", "--yes", "{file}", "nlp/vectors"],
    "annotate": ["annotate", "{asset}"],
    "cache size": ["cache", "size"],
    "cache prune": ["cache", "prune"],
    "cache clean": ["cache", "clean"],
    "cache export": ["cache", "export", "{file}.tar"],
    "cache import": ["cache", "import", "{file}.tar"],
}
CACHES = {command for command in COMMANDS if command.startswith("cache ")}
PUSHES = {"new", "update", "annotate"}
LOCAL = {"verify", "verify --as-modelkit", "verify --repair", "verify --repair --dry-run", "prune"} | CACHES
OF_A_SPEC = {command for command, arguments in COMMANDS.items() if "{spec}" in arguments}
# They ask the store even where a lockfile says all that they tell.
ASKING = {"fetch", "fetch --dry-run", "lock", "list", "show", "outdated", "check"} | PUSHES


def arguments(shelf, command, plan=True, **places):
    places = {
        "spec": shelf.folder / "assets.yaml",
        "file": shelf.folder / "file",
        "plan": shelf.folder / "plan.json",
        "asset": VECTORS,
        **places,
    }
    return [word.format(**places) for word in COMMANDS[command]]


@pytest.fixture
def project(shelf):
    """A spec, a plan of it and a file to push. There is no lockfile."""
    shelf.spec(VECTORS)
    (shelf.folder / "file").write_text("content\n")
    shelf.tool.run("plan", "--no-lock", shelf.folder / "assets.yaml", "-o", shelf.folder / "plan.json").succeeded()
    return shelf


# MARK: What fails

NO_CREDENTIALS = {
    "MODELKIT_STORAGE_PROVIDER": "s3",
    "MODELKIT_STORAGE_BUCKET": "bucket",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "S3_ENDPOINT": "http://127.0.0.1:9",
    "AWS_EC2_METADATA_DISABLED": "true",
}
UNREACHABLE = {
    **NO_CREDENTIALS,
    "AWS_ACCESS_KEY_ID": "AKIAUNREACHABLE00000",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "MODELKIT_STORAGE_TIMEOUT_S": "1",
}


def with_environment(changes):
    return lambda project: {"environment": changes}


def missing_spec(project):
    (project.folder / "assets.yaml").unlink()


def bad_spec(project):
    (project.folder / "assets.yaml").write_text("version: 1\nassests: []\n")


def unknown_asset(project):
    project.spec("nlp/vektors:1")
    return {"asset": "nlp/vektors:1"}


def no_assets_directory(project):
    return {"environment": {"MODELKIT_ASSETS_DIR": project.folder / "no-assets"}}


def outdated_lockfile(project):
    """It was made of another spec."""
    spec = project.spec("nlp/lexicon:1")
    project.tool.run("lock", spec).succeeded()
    project.spec(VECTORS)
    return {"options": ["--locked"]}


def broken_lockfile(project):
    (project.folder / "assets.lock").write_text("no lock\n")


def file_for_a_cache(project):
    return {"options": ["--cache-dir", project.folder / "file"]}


# A failure, what makes it, the exit status, and the commands that it is one for.
FAILURES = {
    "an unknown value": (lambda _: {"options": ["--color", "often"]}, 64, set(COMMANDS) - CACHES),
    "an unknown option": (lambda _: {"options": ["--no-such-option"]}, 64, set(COMMANDS)),
    "an argument too many": (lambda _: {"options": ["one", "two", "three", "four"]}, 64, set(COMMANDS)),
    "an unknown provider": (lambda _: {"options": ["--provider", "ftp"]}, 64, {"resolve", "plan", "lock", "fetch", "list", "new", "annotate"}),
    "no spec": (missing_spec, 3, OF_A_SPEC - {"check"}),
    "a bad spec": (bad_spec, 3, OF_A_SPEC),
    "no provider": (with_environment({"MODELKIT_STORAGE_PROVIDER": None}), None, {"list", "show", "outdated"} | PUSHES),
    "no bucket": (with_environment({"MODELKIT_STORAGE_BUCKET": None}), None, set(COMMANDS) - LOCAL - {"check"}),
    "no credentials": (with_environment(NO_CREDENTIALS), 4, ASKING | {"resolve", "plan", "tree", "why"}),
    "a store that is not reached": (with_environment(UNREACHABLE), 8, ASKING | {"resolve", "plan", "tree"}),
    "an unknown asset": (unknown_asset, 5, {"resolve", "plan", "lock", "fetch", "fetch --dry-run", "show", "tree", "outdated", "cache-key", "annotate"}),
    "no assets directory": (no_assets_directory, 9, {"resolve", "plan", "fetch", "fetch --dry-run", "check", "apply", "apply --dry-run"}),
    "no lockfile": (lambda _: {}, 7, {"image", "verify"}),
    "an outdated lockfile": (outdated_lockfile, 7, {"resolve", "plan", "tree", "why", "outdated", "cache-key"}),
    "a broken lockfile": (broken_lockfile, 3, OF_A_SPEC - {"check"}),
    "a file for a cache": (file_for_a_cache, 9, CACHES),
}
CASES = [(failure, command) for failure, (_, _, commands) in FAILURES.items() for command in sorted(commands)]


@pytest.mark.parametrize(("failure", "command"), CASES)
def test_a_failure_is_one_document(project, failure, command):
    make, status, _ = FAILURES[failure]
    made = make(project) or {}
    places = {"asset": made["asset"]} if "asset" in made else {}
    finished = project.tool.run(
        *arguments(project, command, **places), "--format", "json", *made.get("options", []),
        environment=made.get("environment"),
    )  # fmt: skip
    assert finished.status == status or (status is None and finished.status != 0), str(finished)
    document = finished.document
    fits(document)
    if document["format"] == "modelkit-assets/report":
        assert finished.report["status"] == "failed"
        assert finished.report["errors"] or any(asset["error"] for asset in finished.report["assets"]), str(finished)


def fits(document):
    """A report, or what a check found, by the schema of the repository, which is the one that the program prints."""
    name = document["format"].removeprefix("modelkit-assets/")
    assert name in ("report", "check"), document
    schema = json.loads((REPOSITORY / "schema" / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)


def test_the_table_has_every_command_that_has_the_option(shelf):
    def commands(*path):
        text = shelf.tool.run(*path, "--help").succeeded().stdout
        groups = re.findall(r"^(?:\w+ c|C)ommands:\n((?:  .+\n)+)", text, re.M)
        names = [line.split()[0] for group in groups for line in group.splitlines() if line[2] != " "]
        if not names:
            return {" ".join(path)} if "--format" in text else set()
        return set().union(*(commands(*path, name) for name in names if name != "help"))

    assert commands() == {command.partition(" --")[0] for command in COMMANDS}


def test_help_is_no_failure(shelf):
    assert shelf.tool.run("list", "--format", "json", "--help").succeeded().stdout.startswith("List the assets")


def test_what_is_after_the_end_of_options_is_no_option(shelf):
    finished = shelf.tool.run("list", "--", "--format", "json").failed(64)
    assert finished.stdout == ""


# MARK: Signals

# A plan of another store is refused before anything is asked; then `apply` goes the way of `resolve`. An image takes a lockfile,
# and test_image.py interrupts it.
WAITING = sorted(set(COMMANDS) - LOCAL - {"apply", "apply --dry-run", "image"})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("command", WAITING)
def test_a_command_that_is_interrupted_is_one_document(project, command, number):
    with FaultServer() as server:
        server.on(lambda request: True, stall_after(None))
        environment = {"MODELKIT_ASSETS_DIR": project.assets, **server.environment}
        running = project.tool.start(
            *arguments(project, command), "--format", "json", environment=environment, start_new_session=True
        )
        running.until(lambda: server.requests, "a request was sent")
        running.process.send_signal(number)
        finished = running.wait(10)
    assert finished.status == 128 + number, str(finished)
    fits(finished.document)
    assert finished.report["status"] == "interrupted"
