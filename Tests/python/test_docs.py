"""Every command in docs/, and in the README's section on pushing, is run, and its output is what the page says.

A page is played from top to bottom in a folder of its own, beside a store that Python modelkit filled:

- a fenced block after `<!-- file: NAME -->` is written to that file;
- `<!-- push: NAME:VERSION [DEPENDENCY …] -->` pushes a version that declares these dependencies;
- `<!-- run: COMMAND -->` runs a command that the page does not show;
- in a `console` block, each line after `$ ` is run, and what follows is what it printed, both streams together.

`UPDATE_DOCS=1 pytest Tests/python/test_docs.py` writes the outputs into the pages.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.store import Store

DOCS = Path(__file__).parents[2] / "docs"
# Where the reader of a page stands.
SHOWN = "/home/ana/service"
STEP = re.compile(
    r"<!-- (?P<verb>push|run): (?P<what>.+?) -->"
    r"|<!-- file: (?P<name>.+?) -->\n```\w*\n(?P<text>.*?)```"
    r"|```console\n(?P<console>.*?)```",
    re.DOTALL,
)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_the_page_says_what_its_commands_print(page, tmp_path, binary):
    said = page.read_text()
    printed = Player(tmp_path, binary).play(said)
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(printed)
    assert said == printed


def test_the_walk_through_of_pushing_says_what_its_commands_print(tmp_path, binary):
    path = DOCS.parent / "README.md"
    whole = path.read_text()
    said = re.search(r"^## Pushing\n.*?(?=^## )", whole, re.M | re.S)[0]
    printed = Player(tmp_path, binary).play(said)
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(whole.replace(said, printed))
    assert said == printed


class Player:
    def __init__(self, folder, binary):
        self.folder = folder / "service"
        (self.folder / "assets").mkdir(parents=True)
        (folder / "bin").mkdir()
        (folder / "bin/modelkit-assets").symlink_to(binary)
        self.store = Store(folder / "store")
        self.environment = {
            "PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "MODELKIT_ASSETS_DIR": str(self.folder / "assets"),
            "MODELKIT_STORAGE_PROVIDER": "local",
            "MODELKIT_STORAGE_BUCKET": str(self.store.bucket),
        }

    def play(self, text):
        return STEP.sub(self.step, text)

    def step(self, match):
        if match["console"] is not None:
            commands = [line[2:] for line in match["console"].splitlines() if line.startswith("$ ")]
            return "```console\n" + "".join(f"$ {line}\n{self.run(line)}" for line in commands) + "```"
        if match["name"]:
            (self.folder / match["name"]).write_text(match["text"])
        else:
            getattr(self, match["verb"])(match["what"])
        return match[0]

    def push(self, what):
        pin, *dependencies = what.split()
        content = {f"part-{part}.bin": f"{pin} {part}\n".encode() * 100 for part in "ab"}
        self.store.push(pin, content if "classifier" in pin else f"{pin}\n".encode() * 100)
        self.store.rewrite_meta(pin, dependencies=dependencies or None)

    def run(self, command):
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, text=True, timeout=120,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        return self.told(done.stdout)

    def told(self, output):
        """Without what differs from run to run: where it runs, how long it takes, what came first."""
        output = output.replace(str(self.folder), SHOWN).replace(str(self.store.bucket), "/srv/models")
        output = re.sub(r" in \d[\d.]*(ms|s)\b", " in 9ms", output)
        output = re.sub(r"(?<=^pushed {8})20.*Z$", "2026-03-02T09:30:00Z", output, flags=re.M)
        lines = output.splitlines(keepends=True)
        of_one = [line for line in lines if re.match(r"fetch(ing|ed) \S+:\d", line)]
        others = [line for line in lines if line not in of_one]
        return "".join(sorted(of_one, key=lambda line: (line.split()[1], line.startswith("fetched"))) + others)
