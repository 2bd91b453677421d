"""What was typed and what came of it, as a text that is the same on every machine, and the golden file that it must be."""

import os
import re
import signal
from pathlib import Path

GOLDENS = Path(__file__).resolve().parents[1] / "goldens"
# What differs from run to run.
VARYING = [
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\b(in|expires +in|expires +ok +in) (\d+h )?(\d+m )?\d+(\.\d+)?(s|ms|m)\b"), r"\1 TIME"),
    (re.compile(r"\d+(\.\d)? [kMGTP]?B free\b"), "SIZE free"),
    (re.compile(r"(free space +)\d+(\.\d)? [kMGTP]?B"), r"\1SIZE"),
    (re.compile(r"(SIZE free, )\d+(\.\d)? [kMGTP]?B missing\b"), r"\1SIZE missing"),
    (re.compile(r"\bprocess \d+ \([^)]*\)"), "process ID (PROGRAM)"),
    (re.compile(r"modelkit-assets-check-[0-9a-f-]+"), "modelkit-assets-check-ID"),
    (re.compile(r"(_seconds\{.*\}) \d+(\.\d+)?"), r"\1 TIME"),
]


class Transcript:
    def __init__(self, workspace):
        self.workspace = workspace
        self.text = ""

    def run(self, *arguments, status=0, **options):
        return self.tell(self.start(*arguments, **options).wait().failed(status))

    def interrupt(self, *arguments, when, what, said=""):
        """Sends SIGINT as soon as `when(run)` holds and the run has said this."""
        running = self.start(*arguments)
        running.until(lambda: when(running) and said in running.stderr.read_text(), what)
        running.process.send_signal(signal.SIGINT)
        return self.tell(running.wait().failed(130))

    def start(self, *arguments, **options):
        return self.workspace.tool.start(*arguments, **{"cwd": self.workspace.folder, **options})

    def tell(self, finished):
        shown = " ".join(f"'{word}'" if " " in word else word for word in finished.arguments)
        self.text += f"$ modelkit-assets {shown}\n{finished.stdout}{finished.stderr}[exit status {finished.status}]\n\n"
        return finished

    def show(self, name):
        """What a command wrote into a file."""
        self.text += f"$ cat {name}\n{(self.workspace.folder / name).read_text().rstrip()}\n\n"

    def matches(self, name):
        """Compares it with a golden file. `UPDATE_GOLDENS=1` writes the file instead."""
        text = self.text.replace(str(self.workspace.folder), "/demo")
        for pattern, word in VARYING:
            text = pattern.sub(word, text)
        golden = GOLDENS / f"{name}.txt"
        if os.environ.get("UPDATE_GOLDENS"):
            GOLDENS.mkdir(exist_ok=True)
            golden.write_text(text)
        assert text == golden.read_text(), f"differs from {golden.name}"
