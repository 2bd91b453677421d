"""Errors of the command line look as all others do: `error: …`, what is expected, the usage, a hint, and status 64."""

import pytest

RESOLVE = "  usage: modelkit-assets resolve [<options>] [<spec>]\n"
OPTIONS = "  hint: `modelkit-assets resolve --help` prints all options\n"

# What is typed, and all that is printed.
ERRORS = {
    "resolve --frobnicate": "error: unknown option `--frobnicate`\n" + RESOLVE + OPTIONS,
    "resolve --dry-rum": "error: unknown option `--dry-rum`\n" + RESOLVE + "  hint: did you mean `--dry-run`?\n",
    "resolve --format xml": (
        "error: invalid value `xml` for `--format <format>`\n"
        "  expected `text`, `json`, `github`, `dot` or `mermaid`\n" + RESOLVE + OPTIONS
    ),
    "resolve --locked --frozen": (
        "error: --locked, --frozen and --no-lock cannot be combined\n" + RESOLVE + OPTIONS
    ),
    "fetch": (
        "error: missing expected argument `<asset>`\n  usage: modelkit-assets fetch [<options>] <asset>\n"
        "  hint: `modelkit-assets fetch --help` prints all options\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("typed", ERRORS)
def test_what_is_typed_wrong_is_told_as_any_error(workspace, typed):
    finished = workspace.tool.run(*typed.split()).failed(64)
    assert finished.stderr == ERRORS[typed]
    assert finished.stdout == ""
