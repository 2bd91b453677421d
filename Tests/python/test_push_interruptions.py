"""A signal at each request and at each answer of a push, and at each system call around its question: what it says is so."""

import random
import re
import signal
import threading
import time
from dataclasses import replace

import pytest

from harness import s3_servers
from harness.altering_proxy import AlteringProxy
from harness.s3_world import S3World
from harness.signalled import calls_before, signalled_before
from harness.terminal import Terminal
from harness.transcript import Transcript

# Longer than a run takes to notice that it was interrupted, in seconds; and than it is given to end.
A_WHILE, LONG = 0.15, 1.5
LISTED_OR_NOT = "interrupted while publishing nlp/x:"
NOTHING_PUSHED = "aborted; nothing was pushed"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with s3_servers.moto(tmp_path_factory.mktemp("moto")) as server:
        yield server, server.make_bucket("pushes")


class Push:
    """`new` or `update` of one file, by way of a proxy at which it is interrupted."""

    def __init__(self, workspace, server, proxy):
        self.tool = workspace.tool
        world = S3World(*server, prefix=f"push-{random.randrange(10**9)}")
        self.direct = {"MODELKIT_ASSETS_DIR": workspace.assets, **world.environment}
        self.behind = {key: value.replace(proxy.upstream, proxy.endpoint) for key, value in world.environment.items()}
        self.path = self.tool.folder / "content"
        self.path.write_bytes(b"content")

    def start(self):
        return self.tool.start("update", self.path, "nlp/x", "--yes", environment={**self.direct, **self.behind})

    def prepare(self):
        self.tool.run("new", self.path, "nlp/x", "--yes", environment=self.direct).succeeded()

    def versions(self):
        shown = self.tool.run("show", "nlp/x", "--format", "json", environment=self.direct).succeeded().document
        return shown["versions"]


class Interrupting:
    """A rule of the proxy: sends SIGINT when the request of this number arrived, or when it was answered."""

    def __init__(self, number, is_answered, hold):
        self.number, self.is_answered, self.hold = number, is_answered, hold
        self.requests, self.running = [], None

    def __call__(self, request, forward):
        self.requests.append(f"{request.method} {request.target}")
        if len(self.requests) != self.number:
            return forward(request)
        answer = forward(request) if self.is_answered else None
        self.running.process.send_signal(signal.SIGINT)
        time.sleep(self.hold)
        return answer or forward(request)


def interrupted(workspace, server, number, is_answered, hold):
    """Returns what it said, the versions, and the request; none where it makes fewer requests."""
    with AlteringProxy(server[0].endpoint) as proxy:
        push = Push(workspace, server, proxy)
        push.prepare()
        rule = Interrupting(number, is_answered, hold)
        proxy.on(lambda _: rule.running is not None, rule)
        # Until the run is known, requests wait.
        proxy.delay = lambda: 0 if rule.running else 0.3
        rule.running = push.start()
        finished = rule.running.wait()
        if len(rule.requests) < number:
            finished.succeeded()
            return None
        # What was held is done by then.
        time.sleep(hold)
        return finished, push.versions(), rule.requests[number - 1]


@pytest.mark.parametrize("hold", [A_WHILE, LONG], ids=["the answer comes in time", "no answer comes"])
@pytest.mark.parametrize("is_answered", [False, True], ids=["a request", "an answer"])
def test_an_interrupted_push_says_whether_the_version_was_published(workspace, server, is_answered, hold):
    number, told, doubtful, late = 1, 0, [], []
    while case := interrupted(workspace, server, number, is_answered, hold):
        run, versions, request = case
        place = f"request {number}, {request}: {run}"
        if run.status == 0:
            assert run.stdout == "nlp/x:0.1\n" and versions == ["0.1", "0.0"], place
            late.append(request)
        elif LISTED_OR_NOT in run.stderr:
            assert run.status == 130 and "`modelkit-assets list nlp/x`" in run.stderr, place
            doubtful.append(request)
        else:
            assert run.status == 130 and versions == ["0.0"], place
            # Before the push has begun, the signal itself ends it, without a word.
            told += "interrupted: no version was published" in run.stderr
        number += 1
    assert number > 10 and told > 3
    # A busy machine may need longer than the run is given to end.
    listed = doubtful if hold == LONG else late + doubtful
    assert any(re.search(r"PUT .*\.versions", request) for request in listed), listed
    assert late or hold == LONG


def test_what_is_said_where_the_version_may_be_published(workspace, server):
    with AlteringProxy(server[0].endpoint) as proxy:
        push = Push(workspace, server, proxy)
        push.prepare()
        ended = threading.Event()
        proxy.on(lambda request: is_list(request, "PUT"), lambda request, forward: ended.wait(60) and forward(request))
        workspace.tool.environment = {**push.direct, **push.behind}
        talk = Transcript(workspace)
        update = ["update", push.path, "nlp/x", "--yes", "--progress", "none"]
        talk.interrupt(*update, when=lambda _: proxy.altered, what="it was written")
        ended.set()
        talk.matches("push-interrupted")


def is_list(request, method):
    return request.method == method and request.path.endswith("/nlp/x.versions")


def test_half_of_a_list_of_versions_is_read_again(workspace, server):
    """As a store shows it that does not replace objects at once, while another push writes it."""
    with AlteringProxy(server[0].endpoint) as proxy:
        push = Push(workspace, server, proxy)
        push.prepare()

        def half(request, forward):
            answer = forward(request)
            return replace(answer, body=answer.body[: len(answer.body) // 2])

        proxy.on(lambda request: is_list(request, "GET") and len(proxy.altered) < 2, half)
        assert push.start().wait().succeeded().stdout == "nlp/x:0.1\n"
        assert len(proxy.altered) == 2
        assert push.versions() == ["0.1", "0.0"]


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_question_that_is_interrupted_says_so_at_each_system_call(workspace, format):
    """The terminal shows ^C, and nothing else would tell that nothing came of it."""
    path = workspace.tool.folder / "content"
    path.write_bytes(b"content")
    workspace.store.bucket.mkdir(parents=True, exist_ok=True)
    command = [workspace.tool.binary, "new", path, "nlp/x", "--format", format]
    environment = {**workspace.tool.full_environment(), "TERM": "xterm"}
    result = workspace.folder / "result"

    def trace(run, *arguments):
        terminal = Terminal(200)
        try:
            streams = {"input": terminal.name, "output": result, "error": terminal.name}
            outcome = run(*arguments, command, environment, is_asked(terminal), **streams)
            # What was written last is read a little later.
            for _ in range(100):
                if NOTHING_PUSHED in terminal.written or "[y/N]" not in terminal.written:
                    break
                time.sleep(0.02)
            return outcome, terminal.written
        finally:
            terminal.close()

    total, text = trace(calls_before)
    assert "[y/N]" in text
    asked = 0
    for number in range(total - 60, total + 1):
        status, text = trace(signalled_before, number, signal.SIGINT)
        if status is None:
            continue
        # Nothing was said before the question, and nothing came of it.
        assert status == 130, (number, status, text)
        if "[y/N]" in text:
            asked += 1
            assert NOTHING_PUSHED in text, (number, text)
        if format == "json":
            assert '"interrupted"' in result.read_text(), (number, text)
    assert asked > 3
    assert not (workspace.store.bucket / "nlp").exists()


def is_asked(terminal):
    """Whether the program has had a while to do something since it asked."""
    since = []

    def is_idle():
        if "[y/N]" in terminal.text and not since:
            since.append(time.monotonic())
        return bool(since) and time.monotonic() - since[0] > 0.2

    return is_idle
