"""The ten tasks of docs/tasks.md, done one after the other with the page alone, and what each has to leave behind."""

import json
import re
import subprocess
from typing import NamedTuple

import pytest

from harness.pages import STEP, Player, commands
from harness.tool import REPOSITORY
from harness.trees import digests, visible

PAGE = REPOSITORY / "docs/tasks.md"
LEXICON, OLD, NEW = "nlp/lexicon:2.0", "nlp/tokenizer:1.4", "nlp/tokenizer:1.5"

# What the page may type of this program for each task: what uv or cargo take, and `resolve` where their lock also installs.
TASKS = {
    "Start a project": ["init", "add", "resolve"],
    "Take a new version": ["outdated", "resolve"],
    "Pin a version": ["add", "resolve"],
    "Find out why an asset is there": ["why"],
    "Free disk space": ["prune", "prune"],
    "Roll back": ["resolve"],
    "Cache assets in CI": ["cache-key", "resolve"],
    "Supply an air-gapped machine": ["resolve", "verify", "resolve"],
    "Debug a 403": ["resolve", "check", "check"],
    "Recover a corrupted file": ["verify", "verify"],
}


class Done(NamedTuple):
    """What is there when a task is done: what was typed, what that printed, and the project."""

    typed: list
    printed: str
    assets: dict
    spec: str
    lock: str


class Project:
    def __init__(self, player):
        self.player, self.done = player, {}
        for heading, text in sections(PAGE.read_text()):
            before = player.play(text)
            self.done[heading] = Done(
                [line for match in STEP.finditer(text) if match["console"] for line in commands(match["console"])],
                before,
                visible(digests(player.folder / "assets")),
                *(path.read_text() if (path := player.folder / name).exists() else "" for name in FILES),
            )

    def assets(self, *pins):
        return visible(self.player.store.digests(*pins))

    def git(self, *arguments):
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=self.player.folder, env=self.player.environment, check=True, capture_output=True, text=True
        ).stdout


FILES = ("assets.yaml", "assets.lock")


def sections(page):
    """Each heading with its text; what stands before the first one belongs to that."""
    parts = re.split(r"^## (.+)\n", page, flags=re.M)
    texts = [parts[0] + parts[2], *parts[4::2]]
    return zip(parts[1::2], texts, strict=True)


@pytest.fixture(scope="module")
def project(binary):
    with Player(binary) as player:
        yield Project(player)


def test_the_page_has_the_ten_tasks_in_these_commands(project):
    ours = {
        heading: [word for line in done.typed for word in re.findall(r"(?:^|&& |\w )modelkit-assets ([\w-]+)", line)]
        for heading, done in project.done.items()
    }
    assert ours == TASKS


def test_the_index_of_the_docs_names_every_task():
    index = (PAGE.parent / "README.md").read_text()
    for heading in TASKS:
        assert f"tasks.md#{heading.lower().replace(' ', '-')}" in index


def test_a_project_is_started(project):
    done = project.done["Start a project"]
    assert done.assets == project.assets(LEXICON, OLD)
    assert project.git("show", "--name-only", "--format=", "HEAD~2").split() == [
        "assets.lock", "assets.schema.json", "assets.yaml",
    ]  # fmt: skip


def test_a_new_version_is_taken(project):
    done = project.done["Take a new version"]
    assert done.assets == project.assets(LEXICON, OLD, NEW)
    assert done.spec == project.done["Start a project"].spec
    assert 'version: "1.5"' in done.lock


def test_a_version_is_pinned(project):
    done = project.done["Pin a version"]
    assert "- nlp/tokenizer:1.4\n" in done.spec
    assert 'version: "1.4"' in done.lock
    assert 'version: "1.5"' not in done.lock


def test_it_is_said_why_an_asset_is_there(project):
    printed = project.done["Find out why an asset is there"].printed
    assert "nlp/lexicon:2" in printed and "assets.yaml:" in printed


def test_space_is_freed(project):
    assert project.done["Free disk space"].assets == project.assets(LEXICON, OLD)


def test_an_upgrade_is_rolled_back_to(project):
    done, earlier = project.done["Roll back"], project.done["Take a new version"]
    assert done.assets == project.assets(LEXICON, OLD, NEW)
    assert (done.spec, done.lock) == (earlier.spec, earlier.lock)


def test_ci_has_a_key_and_what_the_lockfile_says(project):
    done = project.done["Cache assets in CI"]
    assert re.search(r"^[0-9a-f]{64}$", done.printed, re.M)
    assert done.assets == project.assets(LEXICON, NEW)


def test_an_isolated_machine_has_what_is_verified(project):
    isolated = project.player.folder.parent / "isolated"
    assert "2 assets verified" in project.done["Supply an air-gapped machine"].printed
    assert visible(digests(isolated / "assets")) == project.assets(LEXICON, NEW)


def test_a_403_is_told_with_what_to_grant(project):
    printed = project.done["Debug a 403"].printed
    assert "s3:GetObject" in printed and "environment variables" in printed
    policy = json.loads((project.player.folder / "policy.json").read_text())
    assert policy["Statement"][0]["Action"] == ["s3:GetObject"]
    for name in ("nlp/lexicon", "nlp/tokenizer"):
        assert f"arn:aws:s3:::assets/modelkit-assets/{name}/*" in policy["Statement"][0]["Resource"]


def test_a_corrupted_file_is_recovered(project):
    done = project.done["Recover a corrupted file"]
    assert "nlp/lexicon:2.0" in done.printed
    assert done.assets == project.assets(LEXICON, NEW)
