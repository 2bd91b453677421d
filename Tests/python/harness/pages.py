"""Plays a page of documentation: runs its commands and gives the page with what they printed.

- a fenced block after `<!-- file: NAME -->` is written to that file;
- `<!-- push: NAME:VERSION [DEPENDENCY …] -->` pushes a version that declares these dependencies;
- `<!-- run: COMMAND -->` runs a command that the page does not show;
- after `<!-- registry: HOST:PORT -->` there is a registry of images of that name;
- after `<!-- deny: ACTION -->` the store is an S3 that refuses this action (`s3:GetObject`), until `<!-- allow: ACTION -->`;
- between `<!-- schema: PATH -->` or `<!-- include: FILE -->` and `<!-- end -->` stands what a part of the spec's schema
  says, as a table, or what a file of the repository has;
- in a `console` block, each line after `$ ` is run, and what follows is what it printed, both streams together.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.fake_registry import FakeRegistry
from harness.fault_server import FaultServer
from harness.s3_messages import error
from harness.store import Store
from harness.tool import REPOSITORY

# Where the reader of a page stands.
HOME = "/home/ana"
SHOWN = f"{HOME}/service"
STEP = re.compile(
    r"<!-- (?P<verb>push|run|deny|allow|registry): (?P<what>.+?) -->"
    r"|<!-- (?P<made>schema|include): (?P<of>.+?) -->\n.*?<!-- end -->"
    r"|<!-- file: (?P<name>.+?) -->\n```\w*\n(?P<text>.*?)```"
    r"|```console\n(?P<console>.*?)```",
    re.DOTALL,
)
GIT_IDENTITY = "[user]\n\tname = Ana\n\temail = ana@example.com\n[init]\n\tdefaultBranch = main\n"


class Player:
    """A reader in a project: an empty folder and an assets directory, with a store in the environment."""

    def __init__(self, binary):
        self.servers = contextlib.ExitStack()
        # Always as long, as tables of paths are cut to a width.
        folder = Path(self.servers.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
        self.folder = folder / "service"
        self.folder.mkdir()
        (folder / "bin").mkdir()
        (folder / "bin/modelkit-assets").symlink_to(binary)
        self.store = Store(folder / "store")
        # What the commands so far have exported.
        self.exported = folder / "exported"
        self.endpoints = {}
        # What a page calls a server to where it is.
        self.places = {}
        self.environment = {
            "PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            **self.set_up(),
        }

    def set_up(self):
        """What a project has beside its own files; gives the variables that are set."""
        (self.folder / "assets").mkdir()
        (self.folder.parent / ".gitconfig").write_text(GIT_IDENTITY)
        return {
            "MODELKIT_ASSETS_DIR": str(self.folder / "assets"),
            "MODELKIT_STORAGE_PROVIDER": "local",
            "MODELKIT_STORAGE_BUCKET": str(self.store.bucket),
        }

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return self.servers.__exit__(*exception)

    def play(self, text):
        return STEP.sub(self.step, text)

    def step(self, match):
        if match["console"] is not None:
            return "```console\n" + "".join(f"$ {line}\n{self.run(line)}" for line in commands(match["console"])) + "```"
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
        size = 100_000 if "weights" in pin else 100
        self.store.push(pin, content if "classifier" in pin else f"{pin}\n".encode() * size)
        self.store.rewrite_meta(pin, dependencies=dependencies or None)

    def registry(self, shown):
        server = self.servers.enter_context(FakeRegistry())
        host = f"{shown.partition(':')[0]}:{server.port}"
        self.places[shown], self.endpoints[host] = host, shown

    def deny(self, action):
        """From here on, the store is an S3 with the same objects, which refuses to get any."""
        assert action == "s3:GetObject"
        server = self.servers.enter_context(FaultServer())
        for path in filter(Path.is_file, self.store.bucket.rglob("*")):
            server.put(str(path.relative_to(self.store.bucket)), path.read_bytes())
        server.on(lambda request: request.method == "GET" and not request.is_list, denied)
        self.endpoints[server.endpoint] = "http://127.0.0.1:9000"
        self.allowed = self.exported.read_text()
        self.exported.write_text(self.allowed + "".join(
            f"export {name}={value}\n" for name, value in server.environment.items() if value
        ))  # fmt: skip

    def allow(self, action):
        assert action == "s3:GetObject"
        self.exported.write_text(self.allowed)

    def run(self, command):
        for shown, place in self.places.items():
            command = command.replace(shown, place)
        # What a command exports, those after it see.
        # And they stand where those before them went.
        script = f"touch {self.exported}; . {self.exported}; {command}\n(export -p; printf 'cd %q\\n' \"$PWD\") > {self.exported}"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, text=True, timeout=120,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        return self.told(done.stdout)

    def told(self, output):
        """Without what differs from run to run: where it runs, how long it takes, what came first."""
        output = output.replace(str(self.folder), SHOWN).replace(str(self.store.bucket), "/srv/models")
        output = output.replace(str(self.folder.parent), HOME)
        for endpoint, shown in self.endpoints.items():
            output = output.replace(endpoint, shown)
        # A sign of life comes where something takes long, which retries may and may not.
        output = re.sub(r"^(resolving|listing the store): .*\n", "", output, flags=re.M)
        output = re.sub(r" in \d[\d.]*(ms|s)\b", " in 9ms", output)
        output = re.sub(r"(?<=^pushed {8})20.*Z$", "2026-03-02T09:30:00Z", output, flags=re.M)
        output = re.sub(r"\d[\d.]* [GT]B(?= free$)|(?<=free space {7})\d[\d.]* [GT]B$", "120 GB", output, flags=re.M)
        output = re.sub(r"retried \d+ requests", "retried 3 requests", output)
        output = re.sub(r"failed after \d+ attempts", "failed after 4 attempts", output)
        lines = output.splitlines(keepends=True)
        of_one = [line for line in lines if re.match(r"(fetch|pack)(ing|ed) \S+:\d", line)]
        others = [line for line in lines if line not in of_one]
        in_order = sorted(of_one, key=lambda line: (line.split()[1], line.startswith(("fetched", "packed"))))
        first = lines.index(next(line for line in lines if line in of_one)) if of_one else 0
        return "".join([*others[:first], *in_order, *others[first:]])


class Newcomer(Player):
    """A reader in an empty folder, with nothing in the environment but what every login has."""

    def __init__(self, binary):
        super().__init__(binary)
        self.environment["PATH"] = f"{self.folder.parent / 'bin'}:/usr/bin:/bin"

    def set_up(self):
        return {}


def commands(console):
    """What is typed in a `console` block."""
    return [line[2:] for line in console.splitlines() if line.startswith("$ ")]


def denied(exchange):
    user, key = "arn:aws:iam::123456789012:user/ci", exchange.request.key
    action = f'perform: s3:GetObject on resource: "arn:aws:s3:::assets/{key}"'
    return error(403, "AccessDenied", f"User: {user} is not authorized to {action}")


def schema_table(path):
    """The keys of a part of the spec, and what the schema says of them."""
    schema = json.loads((REPOSITORY / "schema/assets.schema.json").read_text())
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
    return f"```dockerfile\n{(REPOSITORY / path).read_text()}```\n"
