"""Runs the program, tells its progress while it runs, and never leaves it running."""

import json
import signal
import subprocess
import threading
from dataclasses import dataclass
from queue import SimpleQueue
from typing import IO, Any, Callable, Iterator, List, Optional, Tuple

from ._documents import Event, read

OnEvent = Callable[[Event], object]

# A ^C in a terminal goes to the program as well, which then has this long to end before it is sent another SIGINT: at the
# second it would stop without a report. As long as Python's own subprocess.run waits.
TERMINAL_SECONDS = 0.25
# The program ends within a second of a signal; one that does not is killed.
INTERRUPTION_SECONDS = 5.0


@dataclass(frozen=True)
class Finished:
    exit_status: int
    """As a shell counts."""
    stdout: bytes
    stderr: str
    """Without the events."""
    errors: Tuple[Event, ...]


def run(command: List[str], on_event: Optional[OnEvent], **place: Any) -> Finished:
    """Runs the command to its end. What `on_event` raises, and KeyboardInterrupt, ends it first.

    The callback is called in the caller's thread.
    """
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, **place)
    try:
        output = Output(process)
        errors, others = told(output.lines(), on_event)
        stdout = output.stdout()
        status = process.wait()
    except BaseException:
        end(process)
        raise
    return Finished(128 - status if status < 0 else status, stdout, "".join(others), tuple(errors))


def told(lines: Iterator[str], on_event: Optional[OnEvent]) -> Tuple[List[Event], List[str]]:
    """Tells every event; gives those that are errors, and the lines that are no events."""
    errors: List[Event] = []
    others: List[str] = []
    for line in lines:
        event = event_of(line)
        if event is None:
            others.append(line)
            continue
        if event.event == "error":
            errors.append(event)
        if on_event is not None:
            on_event(event)
    return errors, others


def event_of(line: str) -> Optional[Event]:
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return read(Event, document) if isinstance(document, dict) and "event" in document else None


class Output:
    """What the program prints, read as it comes: it drops events for a reader that does not keep up."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._lines: "SimpleQueue[Optional[bytes]]" = SimpleQueue()
        self._stdout: "SimpleQueue[bytes]" = SimpleQueue()
        for target, stream in ((self._read_lines, process.stderr), (self._read_stdout, process.stdout)):
            # Daemons: a process that the program left behind with its streams must not keep Python from ending.
            threading.Thread(target=target, args=(stream,), daemon=True).start()

    def lines(self) -> Iterator[str]:
        """The lines of standard error, until its end."""
        for line in iter(self._lines.get, None):
            assert line is not None
            yield line.decode("utf-8", "backslashreplace")

    def stdout(self) -> bytes:
        """All of standard output, once it has ended."""
        return self._stdout.get()

    def _read_lines(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self._lines.put(line)
        self._lines.put(None)

    def _read_stdout(self, stream: IO[bytes]) -> None:
        with stream:
            self._stdout.put(stream.read())


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ends the program as ^C does, and waits for it; another ^C kills it, which loses nothing that was fetched."""
    try:
        if not ends_within(process, TERMINAL_SECONDS):
            process.send_signal(signal.SIGINT)
            ends_within(process, INTERRUPTION_SECONDS)
    except KeyboardInterrupt:
        pass
    finally:
        # Does nothing to a process that has ended.
        process.kill()
        process.wait()


def ends_within(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
