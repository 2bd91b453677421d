"""Which threads of a program read much, as the kernel counts it for each."""

from pathlib import Path


def reading_threads(running, at_least):
    """The threads that have read so many bytes, looked at until the program ends."""
    readers = set()
    while running.process.poll() is None:
        for counts in Path(f"/proc/{running.process.pid}/task").glob("*/io"):
            try:
                text = counts.read_text()
            except OSError:
                continue  # it has ended
            if int(dict(line.split(": ") for line in text.splitlines())["rchar"]) >= at_least:
                readers.add(counts.parent.name)
    return readers
