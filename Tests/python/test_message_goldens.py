"""Every sentence of the words that the program has for faults, warnings and wrong arguments stands in a golden file, which a
test compares as a whole: a new message needs one.

The sentences are what is constant in the literals of `Sources/Words`, of all that commands say themselves, and of how that is
shown in a terminal. Goldens are the files below `Goldens`, the expectations of `Tests/PlanningWordsTests`, the refused specs
with what is said of them, and what commands print (`test_command_goldens`). Literals of several lines are not looked at: they are
help, which is a golden as a whole, and schemas, which `test_editors` compares.
"""

import pytest

from harness.tool import REPOSITORY

MODULES = ["Words", "AssetsCommand", "Terminal"]
WORDS = [path for module in MODULES for path in sorted((REPOSITORY / "Sources" / module).rglob("*.swift"))]
GOLDENS = [
    *(REPOSITORY / "Tests/TerminalTests/Goldens").glob("*.txt"),
    *(REPOSITORY / "Tests/PlanningWordsTests").glob("*Tests.swift"),
    *(REPOSITORY / "Tests/Specs/refused").glob("*.txt"),
    *(REPOSITORY / "Tests/python/goldens").glob("*.txt"),
]
# What is looked for in messages of the argument parser, what only tells causes apart, what is shown only while a command takes its
# time (`test_terminal`), and what a bug alone would print.
NO_MESSAGES = {
    "UsageWords.swift": {
        "Unknown option '", "Did you mean '", "Missing expected argument '", "nexpected argument '",
        " unexpected arguments: '", "Missing value for '", "' is invalid for '", "The value '", ". Please provide one of",
    },
    "PlanningWords.swift": {"not present", "not present: ", "left out: "},
    "PlanFileWords.swift": {"there in part"},
    "HelpText.swift": {"Show help information.", "; default: "},
    "ProgressRenderer.swift": {"waiting for data ("},
    "Interruption.swift": {"the body's task ended without a value"},
    "ApplyCommand.swift": {"checking the plan"}, "CacheCommand.swift": {"reading the cache"},
    "ImageCommand.swift": {"reading the lockfile"}, "InitCommand.swift": {"listing the store"},
}  # fmt: skip


def constants(source):
    """The constant parts of each string literal of Swift."""
    parts, place = [], 0
    while place < len(source):
        if source.startswith("//", place):
            place = source.index("\n", place)
        elif source.startswith('"""', place):
            place = source.index('"""', place + 3) + 3
        elif source[place] == '"':
            found, place = literal(source, place)
            parts += found
        else:
            place += 1
    return parts


def literal(source, place):
    """The constant parts of the literal that begins here, those of literals in its interpolations too; and where it ends."""
    parts, inner, text, place = [], [], "", place + 1
    while source[place] != '"':
        if source.startswith("\\(", place):
            parts, text, depth, place = [*parts, text], "", 1, place + 2
            while depth:
                if source[place] == '"':
                    found, place = literal(source, place)
                    inner += found
                    continue
                depth += {"(": 1, ")": -1}.get(source[place], 0)
                place += 1
        elif source[place] == "\\":
            text, place = text + source[place + 1].replace("n", "\n"), place + 2
        else:
            text, place = text + source[place], place + 1
    return [*parts, text, *inner], place + 1


def sentences(path):
    """Those of some words; one alone is a code, a name or a plural."""
    spoken = [part for part in constants(path.read_text()) if len(part) >= 8 and " " in part.strip()]
    return [part for part in spoken if part not in NO_MESSAGES.get(path.name, ())]


def not_in_goldens(parts):
    # Where help and tables are wrapped, a sentence goes on after spaces.
    goldens = " ".join(" ".join(golden.read_text().replace('\\"', '"').split()) for golden in GOLDENS)
    return [part for part in parts if " ".join(part.split()) not in goldens]


def test_literals_are_read_as_swift_reads_them():
    source = r'''
        // "a comment"
        let a = "it \(is ? "very \(deeply(1) + ")") nested" : "") and `on` \"goes\"\n"
    '''
    assert constants(source) == ["it ", ' and `on` "goes"\n', "very ", " nested", ")", ""]


@pytest.mark.parametrize("path", WORDS, ids=lambda path: path.stem)
def test_every_message_is_in_a_golden(path):
    assert not_in_goldens(sentences(path)) == []


def test_there_are_sentences_and_all_exceptions_are_needed():
    assert sum(len(sentences(path)) for path in WORDS) > 1000
    for name, parts in NO_MESSAGES.items():
        path = next(path for path in WORDS if path.name == name)
        assert parts <= set(constants(path.read_text()))
        assert set(not_in_goldens(parts)) == parts
