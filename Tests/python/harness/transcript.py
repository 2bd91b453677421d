"""What was typed and what came of it, as a text that is the same on every machine, and the golden file that it must be."""

import os
import re
from pathlib import Path

GOLDENS = Path(__file__).resolve().parents[1] / "goldens"
# What differs from run to run.
VARYING = [
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\b(in|expires +in|expires +ok +in) (\d+h )?(\d+m )?\d+(\.\d+)?(s|ms|m)\b"), r"\1 TIME"),
    (re.compile(r"\d+(\.\d)? [kMGTP]?B free\b"), "SIZE free"),
    (re.compile(r"(free space +)\d+(\.\d)? [kMGTP]?B"), r"\1SIZE"),
    (re.compile(r"modelkit-assets-check-[0-9a-f-]+"), "modelkit-assets-check-ID"),
]


class Transcript:
    def __init__(self, workspace):
        self.workspace = workspace
        self.text = ""

    def run(self, *arguments, status=0, **options):
        finished = self.workspace.tool.run(*arguments, **{"cwd": self.workspace.folder, **options}).failed(status)
        shown = " ".join(f"'{word}'" if " " in str(word) else str(word) for word in arguments)
        self.text += f"$ modelkit-assets {shown}\n{finished.stdout}{finished.stderr}[exit status {status}]\n\n"
        return finished

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
