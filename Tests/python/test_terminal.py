"""What a person sees in a terminal while a run takes its time, and after it."""

import re
import shlex
import time

import pytest

from harness.fault_server import FaultServer
from harness.fault_world import SLOW_DOWN, put_asset
from harness.faults import gets, stall_after
from harness.s3_world import large
from harness.terminal import Terminal
from harness.tmux import Tmux

NAMES = [f"nlp/an-asset-with-a-rather-long-name-{number}" for number in range(3)]
MIB = 1 << 20


@pytest.fixture
def terminal(request):
    opened = []

    def open_terminal(columns):
        opened.append(Terminal(columns))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.close()


def start(workspace, server, terminal, *arguments, **environment):
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
    return workspace.tool.start(
        *arguments, environment={"TERM": "xterm-256color", **environment}, stderr=terminal.theirs
    )


def trickling(exchange):
    """Half of the body, and then a byte now and then until the server closes."""
    response = exchange.normal()
    exchange.send(response.head() + response.body[: len(response.body) // 2])
    for byte in response.body[len(response.body) // 2 :]:
        if exchange.server.closing.wait(0.05):
            return
        exchange.send(bytes([byte]))


WIDTHS = {
    "narrower": [120, 50],
    "wider": [50, 120],
    "narrower and wider again": [120, 50, 120],
    "ever narrower": [200, 120, 80, 50],
    "ever wider": [50, 80, 120, 200],
}
# In a window of 24 rows.
STARTS = {"an empty window": 0, "a line above": 1, "the middle of the window": 12, "the end of the window": 40}
HISTORY = "a line that was there before, and is as long as this one is, which is more than fifty"


def trickle(server, names):
    for name in names:
        put_asset(server, name, large(MIB))
        server.on(gets(f"{name}/1.0"), trickling)


@pytest.fixture
def tmux(workspace, tmp_path_factory):
    """`tmux(server, names, columns, before)` resolves these assets in a window with so many lines before."""
    opened = []

    def open_window(server, names, columns, before):
        spec = workspace.spec(*(f"{name}:1.0" for name in names))
        workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
        lines = f"for line in $(seq {before}); do echo '{HISTORY}'; done"
        command = f"{lines}\n{shlex.join([str(workspace.tool.binary), 'resolve', str(spec), '--no-lock'])}"
        folder = tmp_path_factory.mktemp("t")
        opened.append(Tmux(folder, columns, 24, command, workspace.tool.full_environment()))
        return opened[-1]

    yield open_window
    for window in opened:
        window.close()


def frame_alone(window, before, assets):
    """Whether nothing stands in the window and in its history but the lines before, and a frame in the last rows."""
    bars = min(assets, 8)
    *above, whole = window.lines() or [""]
    rows = window.rows()
    return (
        above[:before] == [HISTORY] * before
        and [line.split("  ")[0][:6] for line in above[before : before + bars]] == ["nlp/an"] * bars
        and above[before + bars :] == [f"… and {assets - bars} more"] * (assets > bars)
        and whole.startswith(f"0/{assets} assets  ")
        and rows[-1] == whole
        and all(len(row) > 3 for row in rows[-1 - bars :])
    )


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("case", WIDTHS)
def test_a_window_whose_width_changes_keeps_no_old_frame(tmux, case, start):
    first, *later = WIDTHS[case]
    before = STARTS[start]
    with FaultServer() as server:
        trickle(server, NAMES)
        window = tmux(server, NAMES, first, before)
        until(lambda: frame_alone(window, before, len(NAMES)), lambda: "\n".join(window.lines()))
        for columns in later:
            window.resize(columns, 24)
            drawn_for(window, columns)
            until(lambda: frame_alone(window, before, len(NAMES)), lambda: f"{columns}:\n" + "\n".join(window.lines()))
        window.press("C-c")
        until(lambda: "ended with 130" in window.lines(), lambda: "\n".join(window.lines()))
    assert window.is_as_it_was
    assert window.lines()[:before] == [HISTORY] * before
    assert [line for line in window.lines() if "assets  [" in line or "[=" in line] == []


def test_a_window_made_half_as_wide_keeps_no_old_frame_of_many_assets(tmux):
    names = [f"nlp/an-asset-with-a-rather-long-name-{number}" for number in range(12)]
    with FaultServer() as server:
        trickle(server, names)
        window = tmux(server, names, 120, 0)
        for columns in (120, 50, 200):
            window.resize(columns, 24)
            drawn_for(window, columns)
            until(lambda: frame_alone(window, 0, len(names)), lambda: "\n".join(window.lines()))
        window.press("C-c")
        until(lambda: "ended with 130" in window.lines(), lambda: "\n".join(window.lines()))


def drawn_for(window, columns):
    """Waits until the frame is as wide as it should be in a window of so many columns."""
    widths = lambda: [len(row) for row in window.rows()[-2:]]
    longest = min(columns - 3, 100)
    until(lambda: max(widths()) == longest or "more" in window.rows()[-2], lambda: "\n".join(window.rows()))


@pytest.mark.parametrize("case", WIDTHS)
def test_a_terminal_that_cuts_lines_keeps_no_old_frame(workspace, terminal, case):
    first, *later = WIDTHS[case]
    with FaultServer() as server:
        trickle(server, NAMES)
        window = terminal(first)
        spec = workspace.spec(*(f"{name}:1.0" for name in NAMES))
        running = start(workspace, server, window, "resolve", spec, "--no-lock")
        running.until(lambda: sees_one_frame(window) and "waiting for data" in window.text, "some of each had come")
        for columns in later:
            window.resize(columns).join()
            until(lambda: sees_one_frame(window), lambda: f"{columns} columns:\n{window.text}")
        running.process.terminate()
        running.wait().failed(143)
    until(lambda: window.screen.is_cursor_shown and window.screen.wraps, lambda: window.text)
    assert "0/3 assets" not in window.text and "[" not in window.text, window.text


def sees_one_frame(window):
    return window.text.count("0/3 assets") == 1 and window.text.count("nlp/an") == 3


def until(condition, message):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, message()
        time.sleep(0.02)


# MARK: Signs of life

def test_a_resolution_that_is_not_answered_shows_life_within_a_second(workspace, terminal):
    with FaultServer() as server:
        server.on(lambda request: True, stall_after(None))
        window = terminal(80)
        running = start(workspace, server, window, "resolve", workspace.spec("nlp/words:1"))
        running.until(lambda: server.requests, "a request was sent")
        asked = time.monotonic()
        running.until(lambda: "resolving  " in window.text, "it said what it does")
        assert time.monotonic() - asked < 1
        running.until(lambda: "waiting for 127.0.0.1:" in window.text, "it said whom it waits for")
        assert time.monotonic() - asked < 1.5
        running.process.terminate()
        running.wait().failed(143)
    until(lambda: window.screen.is_cursor_shown and "resolving" not in window.text, lambda: window.text)


@pytest.mark.parametrize("command", [["list"], ["show", "nlp/words"], ["tree", "{spec}"], ["check", "{spec}"], ["init", "{spec}.new"]], ids=str)
def test_other_commands_show_life_too_and_leave_the_cursor_when_they_are_interrupted(workspace, terminal, command):
    with FaultServer() as server:
        server.on(lambda request: True, stall_after(None))
        window = terminal(80)
        spec = workspace.spec("nlp/words:1")
        running = start(workspace, server, window, *(word.format(spec=spec) for word in command))
        running.until(lambda: "waiting for 127.0.0.1:" in window.text, "it said whom it waits for")
        running.process.terminate()
        running.wait().failed(143)
    until(lambda: window.screen.is_cursor_shown and "waiting" not in window.text, lambda: window.text)


def test_retries_are_counted_in_a_terminal_while_resolving_and_while_fetching(workspace, terminal):
    with FaultServer() as server:
        put_asset(server, "nlp/words", b"one\n")
        server.on(gets("nlp/words.versions"), SLOW_DOWN, times=5)
        server.on(gets("nlp/words/1.0"), SLOW_DOWN, times=6)
        window = terminal(80)
        running = start(workspace, server, window, "resolve", workspace.spec("nlp/words:1"))
        running.until(lambda: re.search(r"resolving .*\n\d+ retr(y|ies): 503 SlowDown", window.text), "it resolves")
        running.until(lambda: re.search(r"\d+ retries: 503 SlowDown\n0/1 assets", window.text), "it fetches")
        running.wait().succeeded()


FORMS = {"plain": "resolving", "json": '"message":"resolving'}


@pytest.mark.parametrize("form", FORMS)
def test_a_log_says_within_a_second_that_something_is_done(workspace, form):
    with FaultServer() as server:
        server.on(lambda request: True, stall_after(None))
        workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
        running = workspace.tool.start("resolve", workspace.spec("nlp/words:1"), "--progress", form)
        running.until(lambda: server.requests, "a request was sent")
        asked = time.monotonic()
        running.until(lambda: FORMS[form] in running.stderr.read_text(), "it said so")
        assert time.monotonic() - asked < 1
        assert "waiting for 127.0.0.1:" in running.stderr.read_text()
        running.process.terminate()
        running.wait().failed(143)


@pytest.mark.parametrize("form", FORMS)
def test_a_log_says_soon_that_something_is_sent_again_and_why(workspace, form):
    with FaultServer() as server:
        put_asset(server, "nlp/words", b"one\n")
        server.on(gets("nlp/words/1.0"), SLOW_DOWN, times=6)
        workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
        finished = workspace.tool.run("resolve", workspace.spec("nlp/words:1"), "--progress", form).succeeded()
    lines = [line for line in finished.stderr.splitlines() if "retrying get" in line]
    assert re.search(r"\(attempt \d\): 503 SlowDown", lines[0]), finished


# MARK: Small objects

def test_small_objects_advance_the_bar_though_their_sizes_are_not_known(workspace, terminal):
    with FaultServer() as server:
        for number in range(8):
            put_asset(server, f"nlp/word-{number}", b"x")
            if number >= 4:
                server.on(gets(f"nlp/word-{number}/1.0"), stall_after(None))
        window = terminal(80)
        spec = workspace.spec(*(f"nlp/word-{number}:1.0" for number in range(8)))
        running = start(workspace, server, window, "resolve", spec, "--no-lock")
        half = r"4/8 assets  \[=+>? +\]"
        running.until(lambda: re.search(half, window.text), "half of the bar was full")
        bar = re.search(r"4/8 assets  \[(=*>?)( *)\]", window.text)
        assert abs(len(bar[1]) - len(bar[2])) <= 2, window.text
        running.process.terminate()
        running.wait().failed(143)


# MARK: Results

MANY = 300
EACH = {
    "resolve": ["resolve", "{spec}"],
    "plan": ["plan", "{spec}"],
    "list": ["list"],
    "tree": ["tree", "{spec}"],
    "outdated": ["outdated", "{spec}"],
    "verify": ["verify", "{spec}"],
    "prune": ["prune", "--dry-run", "{other}"],
    "why": ["why", "many/base", "{spec}"],
}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory, binary):
    """Three hundred assets that need one, an older version of each in the lockfile, and all in the assets directory."""
    from harness.workspace import Workspace

    workspace = Workspace.below(tmp_path_factory.mktemp("crowd"), binary)
    workspace.store.push("many/base:1.0", b"x")
    names = [f"many/asset-with-a-name-{number:03}" for number in range(MANY)]
    workspace.store.push(f"{names[0]}:1.0", b"x")
    for name in names:
        for version in ("1.0", "1.1"):
            for suffix in ("", ".meta"):
                source = workspace.store.path(f"{names[0]}/1.0{suffix}")
                target = workspace.store.path(f"{name}/{version}{suffix}")
                target.parent.mkdir(exist_ok=True)
                if not target.exists():
                    target.write_bytes(source.read_bytes())
        workspace.store.path(f"{name}.versions").write_text('{"versions": ["1.0"]}')
    entries = [{"name": name, "version": "1", "depends_on": ["many/base:1"]} for name in names]
    spec = workspace.spec(*entries)
    workspace.tool.run("resolve", spec).succeeded()
    other = workspace.spec("many/base:1", name="other.yaml")
    workspace.tool.run("lock", other).succeeded()
    for name in names:
        workspace.store.path(f"{name}.versions").write_text('{"versions": ["1.0", "1.1"]}')
    return workspace, {"spec": spec, "other": other}, names


@pytest.mark.parametrize("command", EACH)
def test_results_are_never_cut(crowd, command):
    workspace, places, names = crowd
    if command == "verify":
        for name in names:
            (workspace.assets / name / "1.0").write_bytes(b"y")
    arguments = [word.format(**places) for word in EACH[command]]
    finished = workspace.tool.run(*arguments)
    assert finished.status == (6 if command == "verify" else 0), finished
    missing = [name for name in names if name not in finished.stdout]
    assert missing == []
    assert len(finished.stdout.splitlines()) >= MANY
    assert "more;" not in finished.stdout and "…" not in finished.stdout
