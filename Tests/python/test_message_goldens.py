"""Every sentence of the words that the program has for faults, warnings and wrong arguments stands in a golden file, which a
test compares as a whole: a new message needs one.

The sentences are what is constant in the literals of `Sources/Words`, of the words for what is typed, and of what commands and
checks say themselves. Goldens are the files below `Goldens`, the expectations of `Tests/PlanningWordsTests`, the refused specs
with what is said of them, and what commands print (`test_command_goldens`).
"""

import pytest

from harness.tool import REPOSITORY

COMMAND = REPOSITORY / "Sources/AssetsCommand"
WORDS = [
    *sorted((REPOSITORY / "Sources/Words").glob("*.swift")), COMMAND / "Usage/UsageWords.swift", COMMAND / "Options.swift",
    COMMAND / "StoreOptions.swift", *sorted((COMMAND / "Commands").glob("*.swift")), *sorted((COMMAND / "Check").glob("*.swift")),
]  # fmt: skip
GOLDENS = [
    *(REPOSITORY / "Tests/TerminalTests/Goldens").glob("*.txt"),
    *(REPOSITORY / "Tests/PlanningWordsTests").glob("*Tests.swift"),
    *(REPOSITORY / "Tests/Specs/refused").glob("*.txt"),
    *(REPOSITORY / "Tests/python/goldens").glob("*.txt"),
]
# What is looked for in messages of the argument parser, what only tells causes apart, and what is shown only while a command takes
# its time (`test_terminal`).
NO_MESSAGES = {
    "UsageWords.swift": {
        "Unknown option '", "Did you mean '", "Missing expected argument '", "nexpected argument '",
        " unexpected arguments: '", "Missing value for '", "' is invalid for '", "The value '", ". Please provide one of",
        "--output <layout>",
    },
    "PlanningWords.swift": {"not present", "not present: ", "left out: "},
    "PlanFileWords.swift": {"there in part"},
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
            text, place = text + source[place + 1], place + 2
        else:
            text, place = text + source[place], place + 1
    return [*parts, text, *inner], place + 1


def sentences(path):
    """Those of some words; one alone is a code, a name or a plural."""
    spoken = [part for part in constants(path.read_text()) if len(part) >= 8 and " " in part.strip()]
    return [part for part in spoken if part not in NO_MESSAGES.get(path.name, ())]


def test_literals_are_read_as_swift_reads_them():
    source = r'''
        // "a comment"
        let a = "it \(is ? "very \(deeply(1) + ")") nested" : "") and `on` \"goes\""
    '''
    assert constants(source) == ["it ", ' and `on` "goes"', "very ", " nested", ")", ""]


@pytest.mark.parametrize("path", WORDS, ids=lambda path: path.stem)
def test_every_message_is_in_a_golden(path):
    # Where help and tables are wrapped, a sentence goes on after spaces.
    goldens = " ".join(" ".join(golden.read_text().replace('\\"', '"').split()) for golden in GOLDENS)
    assert [part for part in sentences(path) if " ".join(part.split()) not in goldens] == []


def test_there_are_sentences_and_all_exceptions_are_needed():
    assert sum(len(sentences(path)) for path in WORDS) > 400
    for name, parts in NO_MESSAGES.items():
        path = next(path for path in WORDS if path.name == name)
        assert parts <= set(constants(path.read_text()))
