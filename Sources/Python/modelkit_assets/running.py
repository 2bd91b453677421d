"""Runs the program and reads what it prints."""

import json
import os
import signal
import subprocess
import threading
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

from modelkit_assets.documents import Problem
from modelkit_assets.errors import AssetsError, error
from modelkit_assets.program import find_program

Text = Union[str, "os.PathLike[str]"]
Event = Dict[str, Any]
OnEvent = Callable[[Event], None]


class Finished:
    """A run that ended: its status, its standard output, and its standard error without the events."""

    def __init__(self, status: int, stdout: str, stderr: str) -> None:
        self.status = status
        self.stdout = stdout
        self.stderr = stderr

    @property
    def document(self) -> Optional[Dict[str, Any]]:
        """Standard output, where it is a JSON object."""
        try:
            document = json.loads(self.stdout)
        except ValueError:
            return None
        return document if isinstance(document, dict) else None

    def failure(self) -> AssetsError:
        document = self.document
        if document is None:
            return error(self.status, _printed_problems(self.stderr))
        problems = [*document.get("errors", [])]
        problems += [asset["error"] for asset in document.get("assets", []) if asset.get("error")]
        return error(self.status, [Problem.read(problem) for problem in problems], document)


def run(
    arguments: Sequence[Text],
    *,
    on_event: Optional[OnEvent] = None,
    program: Optional[Text] = None,
    environment: Optional[Mapping[str, str]] = None,
) -> Finished:
    """Runs the program to its end.

    `on_event` is called in this thread for each event of `--progress json`. Where it raises, and at Ctrl-C, the program is
    interrupted and waited for, and the exception goes on.
    """
    command = [os.fspath(program or find_program()), *map(os.fspath, arguments)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        encoding="utf-8",
        errors="replace",
    )
    output: List[str] = []
    # Both streams are read at the same time: a full pipe would stop the program.
    reader = threading.Thread(target=lambda: output.append(process.stdout.read() if process.stdout else ""), daemon=True)
    reader.start()
    try:
        rest = _read_events(process, on_event)
        status = process.wait()
    except BaseException:
        _interrupt(process)
        raise
    finally:
        reader.join()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
    return Finished(status, "".join(output), "".join(rest))


def _read_events(process: "subprocess.Popen[str]", on_event: Optional[OnEvent]) -> List[str]:
    """The lines that are no events."""
    rest = []
    for line in process.stderr or ():
        event = _event(line) if on_event else None
        if event is None or on_event is None:
            rest.append(line)
        else:
            on_event(event)
    return rest


def _event(line: str) -> Optional[Event]:
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _interrupt(process: "subprocess.Popen[str]") -> None:
    """As Ctrl-C does, which reaches the program only where it is in the terminal's group."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    # It ends within a second, and keeps what it has; unread output must not hold it up.
    if process.stderr:
        process.stderr.read()
    process.wait()


def _printed_problems(stderr: str) -> List[Problem]:
    """Those of a command that has no JSON form, as people read them."""
    problems: List[Problem] = []
    for block in stderr.split("error: ")[1:] or stderr.split("Error: ")[1:]:
        lines = [line.strip() for line in block.strip().splitlines()]
        hints = [line[len("hint: ") :] for line in lines if line.startswith("hint: ")]
        message = "; ".join(line for line in lines if line and not line.startswith("hint: "))
        problems.append(Problem("printed", message, hints[0] if hints else None))
    return problems
