"""Every command in docs/ and in the README is run, and its output is what the page says.

A page is played from top to bottom in a folder of its own, beside a store that Python modelkit filled:

- a fenced block after `<!-- file: NAME -->` is written to that file;
- `<!-- push: NAME:VERSION [DEPENDENCY …] -->` pushes a version that declares these dependencies;
- `<!-- run: COMMAND -->` runs a command that the page does not show;
- between `<!-- schema: PATH -->` or `<!-- include: FILE -->` and `<!-- end -->` stands what a part of the spec's schema
  says, as a table, or what a file of the repository has;
- in a `console` block, each line after `$ ` is run, and what follows is what it printed, both streams together.

`UPDATE_DOCS=1 pytest Tests/python/test_docs.py` writes the outputs into the pages.
"""

import json
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
    r"|<!-- (?P<made>schema|include): (?P<of>.+?) -->\n.*?<!-- end -->"
    r"|<!-- file: (?P<name>.+?) -->\n```\w*\n(?P<text>.*?)```"
    r"|```console\n(?P<console>.*?)```",
    re.DOTALL,
)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_the_page_says_what_its_commands_print(page, tmp_path, binary, request):
    said = page.read_text()
    player = Player(tmp_path, binary)
    if "import modelkit_assets" in said:
        player.environment["PYTHONPATH"] = str(request.getfixturevalue("packages"))
    printed = player.play(said)
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(printed)
    assert said == printed


def test_the_readme_says_what_its_commands_print_in_an_empty_folder(tmp_path, binary):
    path = DOCS.parent / "README.md"
    said = path.read_text()
    player = Player(tmp_path, binary)
    (player.folder / "assets").rmdir()
    player.environment = {name: value for name, value in player.environment.items() if "MODELKIT" not in name}
    printed = player.play(said)
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(printed)
    assert said == printed


def test_links_between_the_pages_lead_somewhere():
    for page in [DOCS.parent / "README.md", *DOCS.glob("*.md")]:
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(#[^)]*)?\)", page.read_text()):
            there = page.parent / target if target else page
            assert there.exists(), f"{page.name}: {target}"
            assert not anchor or anchor[1:] in anchors(there), f"{page.name}: {target}{anchor}"


def anchors(page):
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_variable_that_is_read_is_on_the_page_of_variables():
    page, found = (DOCS / "environment.md").read_text(), set()
    for path in (DOCS.parent / "Sources").rglob("*.swift"):
        found |= set(VARIABLE.findall(path.read_text()))
    assert len(found) > 60
    unsaid = {"GOOGLE_EXTERNAL_ACCOUNT_" + what for what in GIVEN_TO_PROGRAMS}
    assert sorted(name for name in found - unsaid if not re.search(rf"\b{name}\b", page)) == []


VARIABLE = re.compile(
    r'"((?:API|AWS|GOOGLE|GCE|CLOUDSDK|NO|STORAGE|MODELKIT|SSL|REQUESTS|S3|SOURCE|CLICOLOR|GITHUB)_[A-Z0-9_]+[A-Z0-9])"'
)
# What google-auth tells the programs that it runs; they are not read.
GIVEN_TO_PROGRAMS = "AUDIENCE ID IMPERSONATED_EMAIL INTERACTIVE OUTPUT_FILE REVOKE TOKEN_TYPE".split()


def schema_table(path):
    """The keys of a part of the spec, and what the schema says of them."""
    schema = json.loads((DOCS.parent / "schema/assets.schema.json").read_text())
    parts = {".": schema, "storage": schema["properties"]["storage"], "asset": schema["$defs"]["asset"]}
    required = parts[path].get("required", [])
    lines = ["| key | | means |", "| --- | --- | --- |"]
    for key, value in parts[path]["properties"].items():
        reference = value.get("$ref", "").removeprefix("#/$defs/")
        says = value.get("description") or schema["$defs"][reference]["description"]
        cell = says.replace("|", "\\|")
        lines.append(f"| `{key}` | {'required' if key in required else ''} | {cell} |")
    return "\n".join(lines) + "\n"


def included(path):
    return f"```dockerfile\n{(DOCS.parent / path).read_text()}```\n"


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
        if match["made"]:
            text = {"schema": schema_table, "include": included}[match["made"]](match["of"])
            return f"<!-- {match['made']}: {match['of']} -->\n{text}<!-- end -->"
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
        # What a command exports, those after it see.
        state = self.folder.parent / "exported"
        script = f"touch {state}; . {state}; {command}\nexport -p > {state}"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, text=True, timeout=120,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        return self.told(done.stdout)

    def told(self, output):
        """Without what differs from run to run: where it runs, how long it takes, what came first."""
        output = output.replace(str(self.folder), SHOWN).replace(str(self.store.bucket), "/srv/models")
        output = re.sub(r" in \d[\d.]*(ms|s)\b", " in 9ms", output)
        output = re.sub(r"(?<=^pushed {8})20.*Z$", "2026-03-02T09:30:00Z", output, flags=re.M)
        output = re.sub(r"\d[\d.]* [GT]B(?= free$)|(?<=free space {7})\d[\d.]* [GT]B$", "120 GB", output, flags=re.M)
        output = re.sub(r"\d+ requests were sent again: (\D+) \(\d+\)", r"3 requests were sent again: \1 (3)", output)
        output = re.sub(r"it was tried \d+ times", "it was tried 4 times", output)
        lines = output.splitlines(keepends=True)
        of_one = [line for line in lines if re.match(r"fetch(ing|ed) \S+:\d", line)]
        others = [line for line in lines if line not in of_one]
        return "".join(sorted(of_one, key=lambda line: (line.split()[1], line.startswith("fetched"))) + others)
