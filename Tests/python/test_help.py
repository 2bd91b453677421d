"""What `--help` says: commands in groups, options in one form, and nothing wider than a terminal."""

import os
import re
import struct
import subprocess
import termios
from fcntl import ioctl

import pytest

GROUPS = {
    "Project": "init add remove upgrade lock resolve plan apply verify check outdated tree why",
    "Asset": "fetch list show",
    "Publishing": "new update annotate image",
    "Maintenance": "prune cache cache-key schema",
}
COMMANDS = [name for names in GROUPS.values() for name in names.split()]
BELOW_CACHE = ["size", "prune", "clean"]
# The flags of the store that a command takes; the others have none.
REMOTE = {"provider", "bucket", "prefix", "region", "endpoint", "no-sign-request", "trust-spec-endpoint", "versioning"}
WITHOUT_STORE = {"schema": set(), "cache": set(), "prune": {"versioning"}}
WITHOUT_DIRECTORY = {"init", "schema", "cache", "list", "show", "new", "update", "annotate"}
WITHOUT_OFFLINE = WITHOUT_DIRECTORY | {"prune"}


def help_of(shelf, *command):
    return shelf.tool.run(*command, "--help").succeeded().stdout


def all_commands():
    return [(), *((name,) for name in COMMANDS), *(("cache", name) for name in BELOW_CACHE)]


def sections(text):
    """The title of each, and what is indented below it."""
    return {title: body for title, body in re.findall(r"^(\w[\w ]*):\n((?:  .*\n)+)", text + "\n", re.M)}


def flags(text):
    return set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)", text, re.M))


def test_the_commands_stand_in_groups_before_the_options(shelf):
    text = help_of(shelf)
    found = sections(text)
    listed = {title: re.findall(r"^  (\S+)", found[f"{title} commands"], re.M) for title in GROUPS}
    assert listed == {title: names.split() for title, names in GROUPS.items()}
    titles = [*(f"{group} commands" for group in GROUPS), "Options", "Example", "Exit status"]
    places = [text.index(f"{title}:") for title in titles]
    assert places == sorted(places)
    assert text.startswith("Fetch versioned ML assets from S3, GCS or a folder into MODELKIT_ASSETS_DIR\n\n")
    assert "Usage: modelkit-assets [<options>] <command>\n" in text


@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_every_help_fits_80_columns_and_has_one_form(shelf, command):
    text = help_of(shelf, *command)
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert "Usage: " in text and "Example:" in text
    abstract = text.splitlines()[0]
    assert re.match(r"[A-Z]\w+ ", abstract) and not abstract.endswith(".")
    for old in ("(default:", "(values:", "Else ", "Also MODELKIT", "may be repeated", "OVERVIEW", "USAGE", "SUBCOMMANDS"):
        assert old not in text, text
    for title, body in sections(text).items():
        if title.endswith(("ptions", "rguments")):
            entries = re.sub(r"\n {10,}", " ", body).splitlines()
            assert [entry for entry in entries if entry.endswith(".")] == []


BRACKETS = {
    "--provider": "[env: MODELKIT_STORAGE_PROVIDER, STORAGE_PROVIDER] [default: none] [possible values: s3, gcs, local, none]",
    "--endpoint": "[env: S3_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL]",
    "--prefix": "[env: MODELKIT_STORAGE_PREFIX] [default: modelkit-assets]",
    "--progress": "[default: auto] [possible values: auto, tty, plain, json, none]",
    "--color": "[env: NO_COLOR, CLICOLOR_FORCE] [default: auto] [possible values: auto, always, never]",
    "--format": "[default: text] [possible values: text, json, github, dot, mermaid]",
    "--jobs": "[default: adaptive]",
    "--max-rate": "[env: MODELKIT_ASSETS_MAX_RATE]",
    "<spec>": "[default: assets.yaml]",
}


@pytest.mark.parametrize("option", BRACKETS)
def test_options_tell_variables_defaults_and_values(shelf, option):
    words = " ".join(help_of(shelf, "resolve").split())
    assert re.search(rf" {re.escape(option)} (<\S+> )?[^\[]*{re.escape(BRACKETS[option])}", words), words


@pytest.mark.parametrize("command", COMMANDS)
def test_flags_of_the_store_are_where_they_mean_something(shelf, command):
    found = flags(help_of(shelf, command))
    assert found & REMOTE == WITHOUT_STORE.get(command, REMOTE)
    assert ("assets-dir" in found) == (command not in WITHOUT_DIRECTORY)
    assert ("offline" in found) == (command not in WITHOUT_OFFLINE)
    assert ("force-download" in found) == (command in {"resolve", "plan", "fetch"})


@pytest.mark.parametrize("words", [("-V",), ("--version",), ("resolve", "-V")])
def test_the_version_has_a_short_flag(shelf, words):
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", shelf.tool.run(*words).succeeded().stdout)


def test_help_of_a_command_is_the_same_by_both_ways(shelf):
    assert shelf.tool.run("help", "cache", "prune").succeeded().stdout == help_of(shelf, "cache", "prune")
    assert shelf.tool.run("cache").succeeded().stdout == help_of(shelf, "cache")
    assert shelf.tool.run().succeeded().stdout == help_of(shelf)


@pytest.mark.parametrize("columns", [50, 120])
def test_help_is_as_wide_as_the_terminal_up_to_100_columns(shelf, columns):
    master, slave = os.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    running = subprocess.Popen([shelf.tool.binary, "resolve", "--help"], stdout=slave, stderr=slave)
    os.close(slave)
    text = b""
    while chunk := read(master):
        text += chunk
    os.close(master)
    assert running.wait() == 0
    longest = max(len(line) for line in text.decode().split("Example:")[0].replace("\r", "").splitlines())
    assert min(columns, 100) - 15 < longest <= min(columns, 100)


def read(descriptor):
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:
        # The other end is closed: all of it was read.
        return b""


def test_the_commands_below_another_stand_before_its_options(shelf):
    text = help_of(shelf, "cache")
    assert text.index("\nCommands:\n") < text.index("\nOptions:\n") < text.index("\nExample:\n")
    assert "Usage: modelkit-assets cache <command>\n" in text
    assert "Usage: modelkit-assets cache prune [<options>]\n" in help_of(shelf, "cache", "prune")
    assert "Usage: modelkit-assets prune [<options>] [<spec>]\n" in help_of(shelf, "prune")
