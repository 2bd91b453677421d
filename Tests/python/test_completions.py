"""The completions of bash, zsh and fish: what stands on the line after the TAB key."""

import os
import re
import subprocess

import pytest

from harness.shells import Shells

# What is typed to what one TAB makes of it.
LINES = {
    "a command": ("resol", "resolve"),
    "a command below another": ("cache pr", "cache prune"),
    "a flag": ("resolve --froz", "resolve --frozen"),
    "a form of progress": ("resolve --progress pl", "resolve --progress plain"),
    "when to color": ("plan --color ne", "plan --color never"),
    "a format": ("resolve --format gi", "resolve --format github"),
    "a provider": ("list --provider gc", "list --provider gcs"),
    "a versioning system": ("list --versioning sim", "list --versioning simple_date"),
    "a document": ("schema prog", "schema progress"),
    "a role": ("check --for dev", "check --for developer"),
    "a spec file": ("resolve ow", "resolve own.yaml"),
    "a folder of spec files": ("resolve dep", "resolve deploy/"),
    "a spec file to edit": ("remove --file ow", "remove --file own.yaml"),
    "an assets directory": ("resolve --assets-dir pl", "resolve --assets-dir place/"),
    "a cache": ("cache size --cache-dir pl", "cache size --cache-dir place/"),
    "a saved plan": ("apply sav", "apply saved.json"),
    "a file to push": ("new vec", "new vectors.bin"),
    "an asset of the spec": ("remove nlp/to", "remove nlp/tokenizer"),
    "an asset to upgrade": ("lock --upgrade-asset nlp/to", "lock --upgrade-asset nlp/tokenizer"),
    "a group of the spec": ("resolve --group tr", "resolve --group training"),
}


@pytest.fixture(scope="module")
def shells(binary, tmp_path_factory):
    home = tmp_path_factory.mktemp("shells")
    (home / "bin").mkdir()
    (home / "bin/modelkit-assets").symlink_to(binary)
    for shell in ("bash", "zsh", "fish"):
        script = subprocess.run([binary, "--generate-completion-script", shell], check=True, capture_output=True)
        (home / shell).write_bytes(script.stdout)
    path = f"{home / 'bin'}:{os.environ['PATH']}"
    return Shells(home, {"PATH": path, "HOME": str(home), "ZDOTDIR": str(home), "TERM": "xterm", "LANG": "C.UTF-8"})


@pytest.fixture
def project(shelf):
    """A folder with files that fit and files that do not."""
    shelf.spec("nlp/tokenizer:1", {"name": "nlp/vectors", "groups": ["training"]})
    shelf.spec(name="own.yaml")
    for folder in ("deploy", "place"):
        (shelf.folder / folder).mkdir()
    for file in ("own.txt", "place.txt", "saved.json", "saved.txt", "vectors.bin"):
        (shelf.folder / file).touch()
    return shelf.folder


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_one_tab_completes(shells, project, shell):
    typed = [f"modelkit-assets {typed}" for typed, _ in LINES.values()]
    lines = shells.completed(shell, typed, project)
    completed = dict(zip(LINES, (line.removeprefix("modelkit-assets ") for line in lines), strict=True))
    assert completed == {case: line for case, (_, line) in LINES.items()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_spec_that_cannot_be_read_completes_to_nothing_and_says_nothing(shells, project, shell):
    (project / "assets.yaml").write_text("version: [")
    (line,) = shells.completed(shell, ["modelkit-assets remove nlp/to"], project)
    assert line == "modelkit-assets remove nlp/to"


def test_fish_tells_what_each_command_and_flag_does(shells):
    script = f"source {shells.home / 'fish'}; complete -C 'modelkit-assets '; complete -C 'modelkit-assets resolve --fro'"
    command = ["fish", "--no-config", "-c", script]
    said = subprocess.run(command, env=shells.environment, check=True, capture_output=True, text=True, timeout=60).stdout
    assert re.search(r"^resolve\tDownload the assets of a spec into the assets directory$", said, re.M), said
    assert re.search(r"^cache\tManage the shared cache$", said, re.M), said
    assert re.search(r"^--frozen\tUse the lockfile as it is, even if", said, re.M), said
