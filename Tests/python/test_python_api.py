"""The Python API over the program: what it gives, what it raises, and that it leaves nothing behind."""

import dataclasses
import importlib
import contextlib
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.fake_registry import fake_registry
from harness.fault_world import FINE, SMALL, data, seen_of
from harness.faults import answers
from harness.oci_layout import Layout
from harness.s3_servers import running as servers
from harness.tool import DEADLINE_SECONDS, REPOSITORY
from harness.trees import digests, visible

PINS = ["nlp/vectors:1.4", "nlp/lexicon:2.0"]
# Flags of the program that a function has no use for.
OF_THE_COMMAND_LINE = {"color", "dry-run", "format", "help", "progress", "quiet", "verbose", "version"}


@pytest.fixture(scope="session")
def api(packages):
    """The package as the wheel brings it, with its own program."""
    sys.path.insert(0, str(packages))
    try:
        yield importlib.import_module("modelkit_assets")
    finally:
        sys.path.remove(str(packages))


@pytest.fixture
def given(shelf):
    """Keywords for a run on the shelf, with nothing of the tester's environment."""
    return {"env": shelf.tool.full_environment(), "cwd": shelf.folder}


@pytest.fixture
def stand_in(tmp_path):
    """`stand_in(source)`: a Python script in the program's place."""

    def make(source):
        path = tmp_path / "stand-in"
        path.write_text(f"#!{sys.executable} -IS\nimport json, os, signal, sys, time\n{source}\n")
        path.chmod(0o755)
        return path

    return make


# What comes back


def test_a_resolve_gives_the_report(api, shelf, given, validate):
    spec = shelf.spec("nlp/vectors:1", "nlp/lexicon:2[fr/words.txt]")
    report = api.resolve(spec, **given)
    validate("report", report.document)
    assert (report.status, report.exit_status, report.assets_dir) == ("done", 0, shelf.assets)
    assert {asset.asset: asset.outcome for asset in report.assets} == dict.fromkeys(PINS, "fetched")
    assert report.path("nlp/vectors:1") == shelf.assets / "nlp/vectors/1.4"
    assert report.path("nlp/lexicon:2[fr/words.txt]").read_bytes() == b"un\ndeux\n"
    assert digests(shelf.assets) == shelf.store.digests(*PINS)
    with pytest.raises(KeyError):
        report.path("nlp/vectors")
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.status = "failed"
    assert {asset.outcome for asset in api.resolve(os.fspath(spec), **given).assets} == {"present"}


def test_a_resolve_reads_a_store_on_the_network(api, fault_shelf, fault_server):
    fault_server.on(data(SMALL), answers(503, "SlowDown"), times=1)
    events = []
    report = api.resolve(
        fault_shelf.spec(f"{SMALL}:1.0", f"{FINE}:1.0"), env=fault_shelf.tool.full_environment(), on_event=events.append
    )
    assert {asset.outcome for asset in report.assets} == {"fetched"}
    assert report.totals.downloaded_objects == 2
    assert len([request for request in fault_server.requests if data(SMALL)(request)]) == 2
    assert visible(digests(fault_shelf.assets)) == seen_of(SMALL, FINE)
    assert {event.event for event in events} >= {"started", "ended", "finished"}


def test_a_plan_fetches_nothing_and_can_be_applied(api, shelf, given, validate):
    spec = shelf.spec(*PINS)
    plan = api.plan(spec, output=shelf.folder / "plan.json", **given)
    validate("plan", plan.document)
    assert {step.asset: step.action for step in plan.steps} == dict.fromkeys(PINS, "fetch")
    assert plan.totals.objects == sum(len(step.objects) for step in plan.steps) == shelf.store.object_count(*PINS)
    assert digests(shelf.assets) == {}
    shelf.tool.run("apply", shelf.folder / "plan.json").succeeded()
    assert {step.action for step in api.plan(spec, **given).steps} == {"keep"}


@pytest.mark.parametrize("name", ["assets.yaml", "other.yml", "bare", "with.dots"])
def test_a_lock_gives_the_path_of_the_lockfile(api, shelf, given, name):
    spec = shelf.spec("nlp/vectors:1", name=name)
    locked = api.lock(spec.name, **given)
    path = locked.lockfile
    assert path.is_absolute() and path.parent == shelf.folder and 'version: "1.4"' in path.read_text()
    assert os.fspath(locked) == str(path)
    assert (locked.written, locked.assets) == (True, 1)
    assert locked.changes == (api.LockChange(name="nlp/vectors", removed=(), added=("1.4",)),)
    assert {file for file in shelf.folder.iterdir() if file.is_file()} == {spec, path}
    checked = api.lock(spec.name, check=True, **given)
    assert (checked.lockfile, checked.written, checked.changes) == (path, False, ())
    shelf.spec("nlp/vectors:1", "nlp/tokenizer:1", name=name)
    before = path.read_bytes()
    with pytest.raises(api.LockOutdatedError) as error:
        api.lock(spec.name, check=True, **given)
    assert error.value.code == "lock-outdated" and error.value.report.status == "failed"
    assert path.read_bytes() == before
    shelf.store.push("nlp/vectors:1.5", b"vectors, best\n")
    api.lock(spec.name, **given)
    assert 'version: "1.4"' in path.read_text() and 'version: "1.5"' not in path.read_text()
    upgraded = api.lock(spec.name, upgrade_assets=["nlp/vectors"], **given)
    assert upgraded.changes == (api.LockChange(name="nlp/vectors", removed=("1.4",), added=("1.5",)),)
    assert 'version: "1.5"' in path.read_text()


@pytest.mark.parametrize(
    ("asset", "path"),
    [
        ("nlp/vectors", "nlp/vectors/1.4"),
        ("nlp/lexicon:2", "nlp/lexicon/2.0"),
        ("nlp/lexicon:2.0[fr/words.txt]", "nlp/lexicon/2.0/fr/words.txt"),
        ("nlp/lexicon:2.0[fr]", "nlp/lexicon/2.0/fr"),
    ],
)
def test_a_fetch_gives_the_path(api, shelf, given, asset, path):
    shelf.store.rewrite_meta("nlp/lexicon:2.0", dependencies=["nlp/vectors:1"])
    printed = shelf.tool.run("fetch", asset).succeeded().stdout
    assert api.fetch(asset, **given) == shelf.assets / path == Path(printed.rstrip("\n"))


def test_an_image_is_planned_written_and_pushed(api, shelf, given, validate):
    spec = shelf.spec(*PINS)
    shelf.tool.run("resolve", spec).succeeded()
    planned = api.image(spec, **given)
    assert (planned.dry_run, planned.reference, {layer.state for layer in planned.layers}) == (True, None, {"planned"})
    written = api.image(spec, output="oci:layout:1", at="/models", platforms=["linux/amd64"], **given)
    image = Layout(shelf.folder / "layout").image("1")
    assert (written.reference, written.digest) == (f"oci:layout:1@{image.digest}", image.digest)
    assert (written.assets_dir, [item.platform for item in written.platforms]) == ("/models", ["linux/amd64"])
    assert [layer.digest for layer in written.layers] == image.layer_digests
    with fake_registry() as registry:
        events = []
        pushed = api.image(spec, push=f"{registry.host}/team/assets:1", on_event=events.append, **given)
        validate("image", pushed.document)
        assert pushed.reference == f"{registry.host}/team/assets@{pushed.digest}"
        assert {layer.state for layer in pushed.layers} == {"pushed"} and registry.missing("team/assets", "1") == []
        assert {event.outcome for event in events if event.event == "ended"} == {"packed", "pushed"}
        other = api.image(spec, push=f"{registry.host}/team/other", reuse_from=[pushed.reference], **given)
        assert {layer.state for layer in other.layers} == {"mounted"}
        registry.basic = ("robot", "secret")
        with pytest.raises(api.CredentialsError):
            api.image(spec, push=f"{registry.host}/team/assets:1", **given)


def test_the_fields_are_those_of_the_schemas(api, shelf):
    report, plan, progress = (shelf.tool.run("schema", kind).document for kind in ("report", "plan", "progress"))
    image = shelf.tool.run("schema", "image").document
    pairs = [
        (api.Report, report), (api.Asset, report["$defs"]["asset"]), (api.Problem, report["$defs"]["failure"]),
        (api.ReportTotals, report["$defs"]["totals"]), (api.Plan, plan), (api.Step, plan["$defs"]["step"]),
        (api.PlannedObject, plan["$defs"]["object"]), (api.PlanTotals, plan["$defs"]["totals"]),
        (api.Image, image), (api.ImageLayer, image["$defs"]["layer"]), (api.ImagePlatform, image["$defs"]["platform"]),
    ]  # fmt: skip
    for kind, schema in pairs:
        assert names(kind) == set(schema["properties"]) - {"format", "version"} | names(kind) & {"version"}, kind
    told = {name for case in progress["oneOf"] for name in case.get("properties", {})} | set(progress["properties"])
    assert names(api.Event) <= told | {"message"}


def names(kind):
    return {field.name for field in dataclasses.fields(kind)} - {"document"}


# Keywords


@pytest.mark.parametrize(
    ("function", "options"),
    [
        ("resolve", "ResolveOptions"), ("plan", "PlanOptions"), ("lock", "LockOptions"), ("fetch", "FetchOptions"),
        ("image", "ImageOptions"),
    ],  # fmt: skip
)
def test_the_keywords_are_the_flags(api, shelf, function, options):
    said = shelf.tool.run(function, "--help").succeeded().stdout
    # What only an image can be asked to leave undone by a flag.
    without = OF_THE_COMMAND_LINE - ({"dry-run"} if function == "image" else set())
    flags = set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)", said, re.M)) - without
    module = importlib.import_module("modelkit_assets._options")
    keywords = set(getattr(module, options).__annotations__) - set(module.RunOptions.__annotations__)
    spelled = {module.REPEATED.get(name, "--" + name.replace("_", "-")).removeprefix("--") for name in keywords}
    assert spelled == flags
    words = re.findall(r"\w+", getattr(api, function).__doc__)
    if function != "plan":
        assert [name for name in keywords if name not in words] == []


def test_keywords_reach_the_program_as_flags(api, stand_in, tmp_path):
    program = stand_in("print(json.dumps(sys.argv[1:]), file=sys.stderr); sys.exit(1)")
    with pytest.raises(api.AssetsError) as error:
        api.resolve(
            Path("-odd.yaml"), program=program, groups=["a", "b"], upgrade_assets=("c",), assets_dir=tmp_path, locked=True,
            frozen=False, jobs=3, prefix="-x", bucket=None, max_bytes="2GB",
        )  # fmt: skip
    words = json.loads(error.value.stderr)
    assert (words[0], words[-2:]) == ("resolve", ["--", "-odd.yaml"])
    assert sorted(words[1:-2]) == [
        f"--assets-dir={tmp_path}", "--format=json", "--group=a", "--group=b", "--jobs=3", "--locked", "--max-bytes=2GB",
        "--prefix=-x", "--progress=json", "--upgrade-asset=c",
    ]  # fmt: skip


def test_keywords_that_there_are_not_are_type_errors(api):
    with pytest.raises(TypeError, match=r"fetch\(\) got an unexpected keyword argument 'locked'"):
        api.fetch("nlp/vectors", locked=True)
    with pytest.raises(TypeError, match="groups takes a list of names"):
        api.resolve(groups="training")


# Errors


# Exit status to the entries of a spec and the keywords with which a run ends so; those of 4 and 8 are of a store on the network.
WRONG_PIN = {"name": "nlp/vectors", "version": "1.4", "sha256": "0" * 64}
REFUSED = {
    1: ([PINS[0]], {"max_bytes": 1}),
    3: ([{"nmae": "nlp/vectors"}], {}),
    4: ([f"{SMALL}:1.0"], {}),
    5: (["nlp/absent"], {}),
    6: ([WRONG_PIN], {}),
    7: ([PINS[0]], {"locked": True}),
    8: ([f"{SMALL}:1.0"], {"endpoint": "http://127.0.0.1:9"}),
    9: ([PINS[0]], {"assets_dir": "/dev/null"}),
    64: ([PINS[0]], {"provider": "s4"}),
}


@pytest.mark.parametrize("status", REFUSED)
def test_each_exit_status_is_an_exception_with_its_problems(api, shelf, fault_server, validate, status):
    entries, keywords = REFUSED[status]
    network = {**fault_server.environment, "AWS_SECRET_ACCESS_KEY": "wrong", "MODELKIT_STORAGE_TIMEOUT_S": "1"}
    environment = shelf.tool.full_environment(network if status in (4, 8) else {})
    with pytest.raises(api.AssetsError) as caught:
        api.resolve(shelf.spec(*entries), env=environment, **keywords)
    error = caught.value
    assert type(error) is by_status(api).get(status, api.AssetsError)
    assert error.exit_status == status
    validate("report", error.report.document)
    assert error.problems and [vars(problem) for problem in error.problems] == error.report.document["errors"]
    assert error.problems[0].message in str(error) and error.code == error.problems[0].code
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), str(error))
    assert (again.report, again.problems) == (error.report, error.problems)


def by_status(api):
    return importlib.import_module("modelkit_assets._errors").BY_EXIT_STATUS


def test_every_exit_status_of_the_docs_has_its_exception(api):
    table = re.search(r"^## Exit status\n.*", (REPOSITORY / "docs/commands.md").read_text(), re.M | re.S)[0]
    told = {int(number) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.M) for number in row.split(",")}
    assert told - set(by_status(api)) == {0, 1}
    assert set(by_status(api)) <= told
    for kind in set(by_status(api).values()):
        assert issubclass(kind, api.AssetsError) and kind.__name__ in api.__all__


def test_arguments_that_contradict_each_other_are_a_usage_error(api, shelf, given):
    with pytest.raises(api.UsageError, match="--upgrade cannot be combined") as error:
        api.resolve(shelf.spec(PINS[0]), locked=True, upgrade=True, **given)
    assert (error.value.report.status, error.value.code, error.value.hint) == ("failed", "usage", None)
    assert pickle.loads(pickle.dumps(error.value)).stderr == error.value.stderr != ""


def test_a_program_that_prints_something_else_is_an_error(api, stand_in):
    for printed in ("", "[]", '{"format": "modelkit-assets/report", "version": 2}'):
        with pytest.raises(api.AssetsError, match="did not print a report"):
            api.fetch("nlp/vectors", program=stand_in(f"print({printed!r})"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_program_that_is_interrupted_from_outside_is_an_error_with_a_report(api, long_shelf, number):
    with pytest.raises(api.RunInterruptedError) as error:
        long_shelf.resolve(on_event=once(lambda: os.kill(*program_of_this_process(), number)))
    assert (error.value.exit_status, error.value.report.status) == (128 + number, "interrupted")


@pytest.mark.parametrize(
    ("number", "kind"), [("SIGKILL", "AssetsError"), ("SIGSEGV", "AssetsError"), ("SIGINT", "RunInterruptedError")]
)
def test_a_program_that_a_signal_ends_without_a_word_is_an_error(api, stand_in, number, kind):
    program = stand_in(f"signal.signal(signal.SIGINT, signal.SIG_DFL); os.kill(os.getpid(), signal.{number})")
    with pytest.raises(api.AssetsError, match=f"^modelkit-assets was ended by {number}$") as error:
        api.fetch("nlp/vectors", program=program)
    assert (type(error.value).__name__, error.value.exit_status) == (kind, 128 + signal.Signals[number])


def once(action):
    """A callback that does this at the first event: at a second signal the program ends without a report."""
    actions = iter([action])
    return lambda event: next(actions, lambda: None)()


# Progress


def test_every_event_is_told_in_the_caller_s_thread(api, shelf, given, validate):
    events, threads = [], set()

    def on_event(event):
        events.append(event)
        threads.add(threading.current_thread())

    api.resolve(shelf.spec(*PINS), on_event=on_event, **given)
    for event in events:
        validate("progress", event.document)
    assert threads == {threading.current_thread()}
    for pin in PINS:
        mine = [event for event in events if event.asset == pin]
        assert [event.event for event in mine] == ["started", "ended"]
        assert mine[0].objects == shelf.store.object_count(pin) and mine[1].outcome == "fetched"
    assert events[-1].event == "finished" and events[-1].document["totals"]["fetched"] == 2


FLOOD = """
for number in range(20000):
    print(json.dumps({"event": "note", "message": str(number)}), file=sys.stderr)
    if number % 1000 == 0:
        print("no event", number, file=sys.stderr)
        print("x" * 100000)
os.write(2, b'{"event": "note", "mes')
sys.stderr.buffer.write(b"sage\\": \\"split\\"}\\n[1]\\n{\\"a\\": 1}\\n\\xff, without an end of line")
sys.exit(8)
"""


def test_a_slow_callback_loses_nothing_and_blocks_nothing(api, stand_in, tmp_path):
    """Far more on both streams than pipes hold, while the callback waits for the program's end."""
    told, ended = [], tmp_path / "ended"
    program = stand_in(FLOOD.replace("sys.exit(8)", f"sys.stderr.flush(); open({str(ended)!r}, 'w').close(); sys.exit(8)"))

    def on_event(event):
        told.append(event.message)
        if len(told) == 1:
            until(ended.exists)

    with pytest.raises(api.StoreUnavailableError) as error:
        api.fetch("nlp/vectors", program=program, on_event=on_event)
    assert told == [*map(str, range(20000)), "split"]
    lines = [f"no event {number}\n" for number in range(0, 20000, 1000)]
    assert error.value.stderr == "".join(lines) + '[1]\n{"a": 1}\n\\xff, without an end of line'


class Cancelled(Exception):
    pass


def test_a_callback_that_raises_ends_the_program(api, long_shelf):
    def on_event(event):
        raise Cancelled

    with pytest.raises(Cancelled):
        long_shelf.resolve(on_event=on_event)
    assert program_of_this_process() == []
    assert {asset.outcome for asset in long_shelf.resolve().assets} <= {"fetched", "present"}
    assert digests(long_shelf.workspace.assets) == long_shelf.workspace.store.digests(*LONG)


# Interruption

LONG = ["big/a:1.0", "big/b:1.0", "big/c:1.0"]


@pytest.fixture
def long_shelf(api, workspace):
    """A run that is still at it when its first event is told."""
    for pin in LONG:
        workspace.store.push(pin, b"small\n")
        os.truncate(workspace.store.data_object(pin), 256 * 1024 * 1024)
    keywords = {"env": workspace.tool.full_environment(), "jobs": 1}
    spec = workspace.spec(*LONG)
    return SimpleNamespace(workspace=workspace, spec=spec, resolve=lambda **more: api.resolve(spec, **keywords, **more))


def program_of_this_process():
    """The process id of the program that this process runs, if any."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        # A thread may have ended since the folder was read.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, (task / "children").read_text().split())
    return [process for process in found if process not in servers]


CALLER = """
import modelkit_assets, sys
try:
    modelkit_assets.resolve(sys.argv[1], jobs=1, on_event=lambda event: print(event.event, flush=True))
except KeyboardInterrupt:
    print("interrupted", flush=True)
    raise
"""


@pytest.mark.parametrize("whole_group", [False, True], ids=["this process alone", "a terminal's whole group"])
def test_an_interrupted_caller_ends_the_program(long_shelf, packages, whole_group):
    environment = {**long_shelf.workspace.tool.full_environment(), "PYTHONPATH": str(packages)}
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER, long_shelf.spec], env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert caller.stdout.readline() == "started\n"
    children = Path(f"/proc/{caller.pid}/task/{caller.pid}/children").read_text().split()
    (program,) = children
    os.killpg(caller.pid, signal.SIGINT) if whole_group else os.kill(caller.pid, signal.SIGINT)
    printed, error = caller.communicate(timeout=30)
    assert caller.returncode == -signal.SIGINT, error
    assert printed.splitlines()[-1] == "interrupted" and error.rstrip().endswith("KeyboardInterrupt"), printed + error
    assert not Path(f"/proc/{program}").exists()
    assert "finished" not in printed
    long_shelf.resolve()
    assert digests(long_shelf.workspace.assets) == long_shelf.workspace.store.digests(*LONG)


DEAF = """
signal.signal(signal.SIGINT, lambda *_: None)
print(json.dumps({"event": "note", "message": "begun"}), file=sys.stderr, flush=True)
while True:
    signal.pause()
"""


def test_a_program_that_does_not_heed_the_interruption_is_killed(api, stand_in, monkeypatch):
    monkeypatch.setattr(sys.modules["modelkit_assets._process"], "INTERRUPTION_SECONDS", 0.1)
    with pytest.raises(KeyboardInterrupt):
        api.fetch("nlp/vectors", program=stand_in(DEAF), on_event=lambda event: signal.raise_signal(signal.SIGINT))
    assert program_of_this_process() == []


# What surrounds it

SURROUNDINGS = """
places = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd") if int(name) > 2]
# The listing's own is closed by now.
opened = [os.readlink(place) for place in places if os.path.lexists(place)]
print(json.dumps([dict(os.environ), opened, os.getcwd(), sys.stdin.read()]), file=sys.stderr)
sys.exit(1)
"""


def surroundings(api, **keywords):
    with pytest.raises(api.AssetsError) as error:
        api.fetch("nlp/vectors", **keywords)
    environment, opened, folder, typed = json.loads(error.value.stderr)
    # The interpreter's own, which it sets where the environment names no locale.
    environment.pop("LC_CTYPE", None)
    return environment, opened, folder, typed


def test_the_program_gets_this_environment_or_the_one_that_is_given_and_no_more(api, stand_in, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "research")
    program = stand_in(SURROUNDINGS)
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        environment, opened, folder, typed = surroundings(api, program=program)
    assert environment == {name: value for name, value in os.environ.items() if name != "LC_CTYPE"}
    assert (opened, folder, typed) == ([], os.getcwd(), "")
    environment, _, folder, _ = surroundings(api, program=os.path.relpath(program), env={"A": "b"}, cwd=tmp_path)
    assert (environment, folder) == ({"A": "b"}, str(tmp_path))


def test_a_run_leaves_no_thread_process_or_descriptor(api, shelf, given):
    spec = shelf.spec(*PINS)
    api.resolve(spec, **given)
    before = left_open()
    for _ in range(5):
        api.resolve(spec, **given)
        with pytest.raises(api.ResolutionError):
            api.fetch("nlp/absent", **given)
    # Before as well as now, a thread that gave what it read may still be ending: what ten runs left would be more than that.
    until(lambda: all(now <= then for now, then in zip(left_open(), before)))
    assert program_of_this_process() == []


def left_open():
    return len(os.listdir("/proc/self/fd")), threading.active_count()


def test_several_threads_may_run_it_at_once(api, shelf, given):
    spec, reports = shelf.spec(*PINS), []
    threads = [threading.Thread(target=lambda: reports.append(api.resolve(spec, **given))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.status for report in reports] == ["done"] * 4
    assert digests(shelf.assets) == shelf.store.digests(*PINS)


def test_the_version_is_the_program_s(api, binary):
    for program in (binary, api.program_path()):
        said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
        assert said == f"{api.__version__}\n"


def until(condition):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "never so"
        time.sleep(0.002)
