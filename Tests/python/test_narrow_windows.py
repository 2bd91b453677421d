"""Windows of 20 to 40 columns, and other terminals than tmux and xterm."""

import re
import shlex

import pytest

from harness.fault_server import FaultServer
from harness.gnu_screen import GNUScreen
from harness.terminal import Terminal
from harness.tmux import Tmux
from test_terminal import HISTORY, sees_one_frame, trickle, until

NARROW = [20, 30, 40]
NAMES = [f"nlp/an-asset-with-a-rather-long-name-{number}" for number in range(3)]


def typed(workspace, *arguments):
    return shlex.join([str(workspace.tool.binary), *map(str, arguments)])


@pytest.fixture
def window(tmp_path_factory):
    """`window(kind, workspace, columns, command)` runs a command in a window of so many columns."""
    opened = []

    def open_window(kind, workspace, columns, command):
        folder = tmp_path_factory.mktemp("w")
        opened.append(kind(folder, columns, 24, command, workspace.tool.full_environment()))
        return opened[-1]

    yield open_window
    for one in opened:
        one.close()


@pytest.fixture
def named(workspace):
    """A store whose assets have long names, and a spec of them."""
    for name in NAMES:
        workspace.store.push(f"{name}:1.0", b"x" * 1000)
    return workspace


# Whose lines are the program's, and not sentences or paths that the terminal breaks.
FITTING = {
    "plan": ["plan", "{spec}"],
    "check": ["check", "{spec}"],
    "help": ["resolve", "--help"],
    "help of all": ["--help"],
}


@pytest.mark.parametrize("columns", NARROW)
@pytest.mark.parametrize("case", FITTING)
def test_what_is_laid_out_fits_the_window(named, window, case, columns):
    spec = named.spec(*(f"{name}:1" for name in NAMES))
    arguments = [word.format(spec=spec) for word in FITTING[case]]
    shown = window(Tmux, named, columns, typed(named, *arguments))
    until(lambda: "ended with 0" in shown.lines(), lambda: "\n".join(shown.lines()))
    rows = shown.run("capture-pane", "-p", "-S", "-").splitlines()
    wrapped = [line for line in shown.lines() if len(line) > columns]
    # Labels, examples, and the totals of a plan, which are one sentence.
    allowed = re.compile(r" +-|Maintenance commands:|  modelkit-assets |  export |Usage: |See `|3 assets: |  [0-9, ]+ +[-\w]|  -\w, ")
    assert [line for line in wrapped if not allowed.match(line)] == []
    text = " ".join(" ".join(rows).split())
    if case == "plan":
        assert all(f"{name}:1.0" in "".join(text.split()) for name in NAMES)
        assert text.count("fetch, 1 file, 1.0 kB") == 3


@pytest.mark.parametrize("columns", NARROW)
def test_a_list_leaves_no_empty_rows(named, window, columns):
    named.store.push("nlp/x:1.0", b"x")
    shown = window(Tmux, named, columns, typed(named, "list"))
    until(lambda: "ended with 0" in shown.lines(), lambda: "\n".join(shown.lines()))
    assert shown.lines() == [*(f"{name}  1.0" for name in NAMES), "nlp/x  1.0", "ended with 0"]
    rows = shown.rows()
    assert "" not in rows[: rows.index("ended with 0")]


@pytest.mark.parametrize("columns", NARROW)
def test_an_excerpt_of_a_spec_fits_the_window(named, window, columns):
    spec = named.folder / "bad.yaml"
    spec.write_text('version: 1\nassets:\n  - {name: nlp/words, depends_on: [nlp/b:1, nlp/c:0, "nlp/other:what is this"]}\n')
    shown = window(Tmux, named, columns, typed(named, "resolve", spec))
    until(lambda: "ended with 3" in shown.lines(), lambda: "\n".join(shown.lines()))
    lines = shown.lines()
    [number] = [index for index, line in enumerate(lines) if line.startswith(" 3 |")]
    assert all(len(line) <= columns for line in lines[number : number + 2]), lines
    (source, carets) = lines[number], lines[number + 1]
    assert source[carets.index("^") :].startswith("what") and "…" in source


@pytest.mark.parametrize("kind", [Tmux, GNUScreen])
def test_a_narrow_window_that_is_resized_keeps_no_old_frame(workspace, window, kind):
    with FaultServer() as server:
        trickle(server, NAMES)
        spec = workspace.spec(*(f"{name}:1.0" for name in NAMES))
        workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
        before = f"for line in 1 2 3; do echo '{HISTORY[:15]}'; done\n"
        shown = window(kind, workspace, 40, before + typed(workspace, "resolve", spec, "--no-lock"))
        for columns in (40, 20, 30, 120, 20):
            shown.resize(columns, 24)
            until(lambda: is_frame(shown.lines(), columns), lambda: f"{columns}:\n" + "\n".join(shown.lines()))
        shown.press("C-c")
        until(lambda: "ended with 130" in shown.lines(), lambda: "\n".join(shown.lines()))
    left = [line for line in shown.lines() if re.match(r"nlp/|0/3|waiting", line)]
    assert left == []
    # GNU screen itself loses rows at the top when its window is made narrower.
    assert kind is GNUScreen or shown.lines()[:3] == [HISTORY[:15]] * 3


def is_frame(lines, columns):
    """Three assets, perhaps what is waited for, and the whole, as wide as there is room for."""
    frame = [line for line in lines if re.match(r"nlp/|0/3|waiting", line)]
    assets = [line for line in frame if line.startswith("nlp/")]
    longest = max(map(len, assets), default=0)
    return (
        len(assets) == 3
        and longest == min(columns - 3, 100)
        and [line[:10] for line in frame[3:] if not line.startswith("waiting")] == ["0/3 assets"]
        and lines[-len(frame) :] == frame
    )


# MARK: Other terminals


@pytest.mark.parametrize("term", ["vt100", "linux", "screen", "rxvt"])
def test_terminals_of_other_names_are_drawn_to_alike(workspace, term):
    shown = Terminal(80)
    with FaultServer() as server:
        trickle(server, NAMES)
        running = run_in(shown, workspace, server, term)
        running.until(lambda: sees_one_frame(shown), "it showed the assets")
        running.process.terminate()
        running.wait().failed(143)
    until(lambda: shown.screen.is_cursor_shown and "0/3 assets" not in shown.text, lambda: shown.text)
    shown.close()


def test_a_dumb_terminal_gets_lines_without_commands(workspace):
    shown = Terminal(80)
    with FaultServer() as server:
        trickle(server, NAMES)
        running = run_in(shown, workspace, server, "dumb")
        running.until(lambda: shown.text.count("fetching ") == 3, "it said what it does")
        running.process.terminate()
        running.wait().failed(143)
    until(lambda: "interrupted" in shown.text, lambda: shown.text)
    assert "\x1b" not in shown.written
    shown.close()


def run_in(terminal, workspace, server, term):
    workspace.tool.environment = {"MODELKIT_ASSETS_DIR": workspace.assets, **server.environment}
    spec = workspace.spec(*(f"{name}:1.0" for name in NAMES))
    arguments = ["resolve", spec, "--no-lock"]
    return workspace.tool.start(*arguments, environment={"TERM": term}, stderr=terminal.theirs)
