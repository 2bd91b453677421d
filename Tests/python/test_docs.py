"""Every command in docs/ and in the README is run, and its output is what the page says.

A page is played from top to bottom in a folder of its own, beside a store that Python modelkit filled; harness/pages.py has
the marks that it is written with. The README is played in an empty folder and an empty environment, with nothing hidden.

`UPDATE_DOCS=1 pytest Tests/python/test_docs.py` writes the outputs into the pages.
"""

import json
import os
import re
import subprocess

import jsonschema
import pytest
import yaml

from harness.pages import STEP, Newcomer, Player, commands
from harness.tool import REPOSITORY

DOCS = REPOSITORY / "docs"
README = REPOSITORY / "README.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_the_page_says_what_its_commands_print(page, binary, request):
    with Player(binary) as player:
        if "import modelkit_assets" in page.read_text():
            player.environment["PYTHONPATH"] = str(request.getfixturevalue("packages"))
        says_what_it_prints(page, player)


def test_the_readme_says_what_its_commands_print_in_an_empty_folder(binary):
    with Newcomer(binary) as player:
        assert list(player.folder.iterdir()) == []
        assert not [name for name in player.environment if name.startswith(("MODELKIT", "STORAGE", "AWS"))]
        says_what_it_prints(README, player)
        kept = player.run("git diff --cached --name-only")
    assert kept.split() == ["assets.lock", "assets.schema.json", "assets.yaml"]


def says_what_it_prints(page, player):
    said = page.read_text()
    printed = player.play(said)
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(printed)
    assert said == printed


def test_the_readme_shows_all_that_a_reader_has_to_type():
    """No step between the lines, no command that is only in a comment, and no block that is not looked at."""
    text = README.read_text()
    assert {match["verb"] or match["made"] or match["name"] for match in STEP.finditer(text)} == {None}
    assert {language for language, _ in BLOCK.findall(text)} == {"console", "yaml", "dockerfile"}
    typed = [line for language, block in BLOCK.findall(text) if language == "console" for line in commands(block)]
    assert [line for line in typed if "#" in line] == []
    ours = [line.split()[1] for line in typed if line.startswith("modelkit-assets")]
    assert ours == ["init", "new", "add", "resolve", "resolve"]


def test_the_blocks_of_the_readme_that_are_not_run_are_those_that_are(workspace):
    blocks = {language: block for language, block in BLOCK.findall(README.read_text()) if language != "console"}
    dockerfile = (REPOSITORY / "examples/docker/Dockerfile").read_text()
    for step in re.split(r"\n(?=\w)", blocks["dockerfile"].strip()):
        assert f"\n{step}\n" in dockerfile
    schema = workspace.tool.run("schema", "spec").succeeded().document
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(blocks["yaml"]))


PAGES = [README, *DOCS.glob("*.md"), *(REPOSITORY / "examples").rglob("*.md")]
# Software has components and the field has nouns; and a heading names a thing.
LOOSE = re.compile(r"\b(whoever|nobody|somebody|anybody|entity tag|without a word|sent again|gives? up|given up)\b", re.I)
DANGLING = re.compile(r"^#+ .*\b(that there (is|are) not|what|whoever|which is)\b", re.I | re.M)


def test_prose_and_headings_use_the_nouns_of_the_field():
    for page in PAGES:
        prose = BLOCK.sub("", page.read_text())
        assert LOOSE.findall(prose) == [], page.name
        assert DANGLING.findall(prose) == [], page.name


def test_links_between_the_pages_lead_somewhere():
    for page in PAGES:
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(#[^)]*)?\)", page.read_text()):
            there = page.parent / target if target else page
            assert there.exists(), f"{page.name}: {target}"
            assert not anchor or anchor[1:] in anchors(there), f"{page.name}: {target}{anchor}"


def anchors(page):
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_index_has_every_page():
    linked = set(re.findall(r"\]\((\w+\.md)", (DOCS / "README.md").read_text()))
    assert linked == {page.name for page in DOCS.glob("*.md")} - {"README.md"}


def test_every_command_is_on_the_page_of_commands(binary):
    """Those of `cache` too; `help` is the parser's."""
    dumped = subprocess.run([binary, "--experimental-dump-help"], check=True, capture_output=True, timeout=60).stdout
    page, names = (DOCS / "commands.md").read_text(), list(paths(json.loads(dumped)["command"]))
    assert len(names) > 20
    assert [name for name in names if not re.search(rf"`{name}\b(?!-)", page)] == []


def paths(command, parents=()):
    """The commands that do something, as they are typed."""
    inner = [child for child in command.get("subcommands", []) if child["commandName"] != "help"]
    if not inner:
        yield " ".join(parents)
    for child in inner:
        yield from paths(child, (*parents, child["commandName"]))


def test_every_variable_that_is_read_is_on_the_page_of_variables():
    page, found = (DOCS / "environment.md").read_text(), set()
    for path in (REPOSITORY / "Sources").rglob("*.swift"):
        found |= set(VARIABLE.findall(path.read_text()))
    assert len(found) > 60
    unsaid = {"GOOGLE_EXTERNAL_ACCOUNT_" + what for what in GIVEN_TO_PROGRAMS}
    assert sorted(name for name in found - unsaid if not re.search(rf"\b{name}\b", page)) == []


VARIABLE = re.compile(
    r'"((?:API|AWS|GOOGLE|GCE|CLOUDSDK|NO|STORAGE|MODELKIT|SSL|REQUESTS|S3|SOURCE|CLICOLOR|GITHUB)_[A-Z0-9_]+[A-Z0-9])"'
)
# What google-auth tells the programs that it runs; they are not read.
GIVEN_TO_PROGRAMS = "AUDIENCE ID IMPERSONATED_EMAIL INTERACTIVE OUTPUT_FILE REVOKE TOKEN_TYPE".split()
