"""Arguments that are not understood: one style of errors, status 64, and what was meant."""

import re

import pytest

# What is typed to the hint that it gets.
COMMANDS = {
    "pull": "`modelkit-assets resolve` downloads what assets.yaml lists, `modelkit-assets fetch ASSET` one asset",
    "download": "`modelkit-assets resolve` downloads what assets.yaml lists, `modelkit-assets fetch ASSET` one asset",
    "install": "`modelkit-assets resolve` downloads what assets.yaml lists, `modelkit-assets fetch ASSET` one asset",
    "sync": "`modelkit-assets resolve` downloads what assets.yaml lists, `modelkit-assets fetch ASSET` one asset",
    "get": "`modelkit-assets resolve` downloads what assets.yaml lists, `modelkit-assets fetch ASSET` one asset",
    "push": "`modelkit-assets new PATH NAME` pushes a new asset, `modelkit-assets update PATH NAME` a new version",
    "publish": "`modelkit-assets new PATH NAME` pushes a new asset, `modelkit-assets update PATH NAME` a new version",
    "upload": "`modelkit-assets new PATH NAME` pushes a new asset, `modelkit-assets update PATH NAME` a new version",
    "clean": "`modelkit-assets prune` cleans the assets directory, `modelkit-assets cache clean` the shared cache",
    "ls": "did you mean `modelkit-assets list`?",
    "info": "did you mean `modelkit-assets show ASSET`?",
    "doctor": "did you mean `modelkit-assets check`?",
    "rm": "did you mean `modelkit-assets remove NAME`?",
    "pin": "did you mean `modelkit-assets add NAME:VERSION`?",
    "export": "did you mean `modelkit-assets cache export FILE`?",
    "rollback": "restore an earlier assets.yaml and assets.lock, e.g. with `git checkout`, then run `modelkit-assets resolve --locked`",
    "resovle": "did you mean `modelkit-assets resolve`?",
    "Upgrade": "did you mean `modelkit-assets upgrade`?",
    "frobnicate": "`modelkit-assets --help` lists all commands",
}


@pytest.mark.parametrize("word", COMMANDS)
def test_an_unknown_command_is_told_with_what_does_it(shelf, word):
    for arguments in ([word], [word, "nlp/lexicon", "--force"], ["help", word]):
        refused = shelf.tool.run(*arguments).failed(64)
        assert (refused.stdout, refused.stderr) == ("", f"error: unknown command `{word}`\n  hint: {COMMANDS[word]}\n")


def test_an_unknown_command_of_the_cache(shelf):
    refused = shelf.tool.run("cache", "prnue").failed(64)
    assert refused.stderr == "error: unknown command `prnue`\n  hint: did you mean `modelkit-assets cache prune`?\n"
    refused = shelf.tool.run("cache", "frobnicate").failed(64)
    assert refused.stderr == "error: unknown command `frobnicate`\n  hint: `modelkit-assets cache --help` lists all commands\n"


def test_what_a_suggestion_names_is_a_command(shelf):
    named = {word for hint in COMMANDS.values() for word in re.findall(r"`modelkit-assets ([a-z]+(?: clean)?)", hint)}
    assert len(named) > 8
    for words in named:
        shelf.tool.run(*words.split(), "--help").succeeded()


# Arguments to all that is said.
USAGES = {
    ("resolve", "--lokced"): ["unknown option `--lokced`", "hint: did you mean `--locked`?"],
    ("resolve", "--json"): ["unknown option `--json`", "hint: did you mean `--format json`?"],
    ("resolve", "--force"): ["unknown option `--force`", "hint: did you mean `--force-download`?"],
    ("resolve", "--parallel", "4"): ["unknown option `--parallel`", "hint: did you mean `--jobs`?"],
    ("resolve", "--no-progress"): ["unknown option `--no-progress`", "hint: did you mean `--progress none`?"],
    # It has no such option: nothing that it does not take is suggested.
    ("init", "--parallel", "4"): ["unknown option `--parallel`", "hint: `modelkit-assets init --help` prints all options"],
    ("resolve", "--frobnicate-everything"): [
        "unknown option `--frobnicate-everything`", "hint: `modelkit-assets resolve --help` prints all options"],
    ("resolve", "-x"): ["unknown option `-x`", "hint: `modelkit-assets resolve --help` prints all options"],
    ("resolve", "--format", "jsno"): [
        "invalid value `jsno` for `--format <format>`", "possible values: text, json, github, dot, mermaid",
        "hint: did you mean `json`?"],
    ("schema", "it's"): [
        "invalid value `it's` for `<document>`",
        "possible values: spec, lock, plan, report, progress, check, annotate, image, lock-changes"],
    ("resolve", "--color"): ["missing value for `--color <when>`", "hint: `modelkit-assets resolve --help` prints all options"],
    ("resolve", "--jobs", "many"): ["invalid value `many` for `--jobs <n>`"],
    ("resolve", "--jobs", "0"): ["--jobs must be between 1 and 1024"],
    ("lock", "--locked"): ["unknown option `--locked`", "hint: did you mean `--check`?"],
    # The parser's nearest is far away.
    ("lock", "--docked"): ["unknown option `--docked`", "hint: `modelkit-assets lock --help` prints all options"],
    ("upgrade", "--precise", "1.4", "nlp/lexicon"): [
        "unknown option `--precise`", "hint: did you mean `modelkit-assets add NAME:VERSION`?"],
    ("tree", "--invert", "nlp/lexicon"): [
        "unknown option `--invert`", "hint: did you mean `modelkit-assets why NAME`?"],
    ("resolve", "--repair"): ["unknown option `--repair`", "hint: did you mean `modelkit-assets verify --repair`?"],
    **{
        (*command, "nlp/lexicon:1.0"): [
            "`nlp/lexicon:1.0` names a version, but an upgrade chooses the latest that is allowed",
            "hint: to use this version, run `modelkit-assets add nlp/lexicon:1.0`"]
        for command in (["upgrade"], ["lock", "--upgrade-asset"], ["resolve", "--upgrade-asset"])
    },
    ("outdated", "--offline"): ["--offline cannot be combined with outdated: only the store knows newer versions"],
    ("image", *["--platform", "linux/arm64"] * 2): ["--platform linux/arm64 is given twice"],
    ("resolve", "--locked", "--frozen"): ["--locked, --frozen and --no-lock cannot be combined"],
    ("resolve", "a.yaml", "b.yaml"): [
        "unexpected argument `b.yaml`", "usage: modelkit-assets resolve [<options>] [<spec>]",
        "hint: `modelkit-assets resolve --help` prints all options"],
    ("fetch",): ["missing argument `<asset>`", "usage: modelkit-assets fetch [<options>] <asset>"],
    ("update", "nlp/lexicon"): [
        "missing argument `<asset>`", "usage: modelkit-assets update [<options>] <path> <asset>",
        "hint: `modelkit-assets update` pushes a new version; to use newer versions, run `modelkit-assets upgrade [NAME…]`"],
    ("remove",): ["missing argument `<name> ...`", "usage: modelkit-assets remove [<options>] <name> ..."],
}  # fmt: skip


@pytest.mark.parametrize("arguments", USAGES, ids=" ".join)
def test_wrong_arguments_are_told_as_all_errors_are(shelf, arguments):
    refused = shelf.tool.run(*arguments).failed(64)
    first, *rest = USAGES[arguments]
    assert (refused.stdout, refused.stderr) == ("", "\n  ".join([f"error: {first}", *rest]) + "\n")
