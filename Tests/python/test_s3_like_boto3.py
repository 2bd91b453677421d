"""The program finds what boto3 finds: the same object's address, region and access key, in 200 random settings."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Callable

from harness.aws_settings import Generator
from harness.found_s3 import Found, by_boto3, by_program
from harness.tool import Tool

SEED = 20261123
COUNT = 200


@dataclass(frozen=True)
class Difference:
    """Where the program means to differ: it finds there what boto3 finds in the settings rewritten."""

    reason: str
    """Changes a combination into the one that boto3 would have to be given. A combination that it leaves alone is none
    of this difference's."""
    rewrite: Callable


def without_empty_variables(combination):
    combination.variables = {name: value for name, value in combination.variables.items() if value}


def without_empty_keys(combination):
    """An empty key hides that of a file, or of [DEFAULT], that it beats; but of credentials each file has its own."""
    empty = {key for key, value in combination.profile_says().items() if not value and not key.startswith("aws_")}
    for sections in combination.files.values():
        for section in sections:
            section.entries = [entry for entry in section.entries if entry.value and entry.key.lower() not in empty]


def with_region_of_other_sdks(combination):
    region = combination.variables.pop("AWS_REGION", None)
    if region and "region" not in combination.profile_says():
        combination.variables.setdefault("AWS_DEFAULT_REGION", region)


DIFFERENCES = [
    Difference(
        "an empty variable counts as unset: shells and CI systems cannot always unset one (S3Configuration.swift)",
        without_empty_variables,
    ),
    Difference(
        "an empty key of a profile counts as absent, as an empty variable does (AWSFiles.swift)",
        without_empty_keys,
    ),
    Difference(
        "AWS_REGION, which boto3 does not read, comes last, for those who set nothing else (S3Configuration.swift)",
        with_region_of_other_sdks,
    ),
]


def rewritten(combination, differences):
    """What boto3 is to be given so that it finds what the program finds."""
    combination = combination.copy()
    for difference in differences:
        difference.rewrite(combination)
    return combination


class Comparison:
    """One combination, asked of both."""

    def __init__(self, seed, folder):
        self.combination = Generator(seed).combination()
        self.folder = folder
        self.variables = self.combination.written_below(folder / "program")
        self.like_program = rewritten(self.combination, DIFFERENCES)
        self.boto3 = self.ask_boto3(self.like_program, "boto3")

    def ask_boto3(self, combination, name):
        folder = self.folder / name
        return by_boto3(combination.written_below(folder), folder, combination.bucket)

    def ask_program(self, binary):
        folder = self.folder / "program"
        self.program = by_program(Tool(binary, folder), self.variables, folder, self.combination.bucket)
        return self

    def hits(self):
        """The differences without which boto3 finds something else than the program here."""
        for number, difference in enumerate(DIFFERENCES):
            rest = [other for other in DIFFERENCES if other is not difference]
            without = rewritten(self.combination, rest)
            if without != self.like_program and self.ask_boto3(without, f"without-{number}") != self.program:
                yield number

    def __str__(self):
        return f"{self.combination}=== boto3:   {self.boto3}\n=== program: {self.program}\n"


def test_finds_what_boto3_finds(tmp_path, binary):
    """Both find the same access key, region, endpoint, addressing style and address of an object, or both fail."""
    comparisons = [Comparison(SEED + number, tmp_path / str(number)) for number in range(COUNT)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda comparison: comparison.ask_program(binary), comparisons))

    wrong = [comparison for comparison in comparisons if comparison.program != comparison.boto3]
    listed = "\n".join(map(str, wrong[:20]))
    assert not wrong, f"{len(wrong)} of {COUNT} combinations from seed {SEED} on differ:\n{listed}"

    hits = Counter(number for comparison in comparisons for number in comparison.hits())
    stale = [difference.reason for number, difference in enumerate(DIFFERENCES) if not hits[number]]
    assert not stale, "boto3 does the same, so these are no differences"

    # Of a seed that leaves nothing but failures, nothing would be learnt.
    found = [comparison.boto3 for comparison in comparisons if isinstance(comparison.boto3, Found)]
    assert len(found) > COUNT / 3
    assert {place.addressing for place in found} == {"path", "virtual"}
    assert {place.source for place in found} == {"environment variables", "config", "credentials"}
