"""What a release is called, and what is said of it: the version in Version.swift and its section of CHANGELOG.md."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
# What Semantic Versioning, wheels and tags of images spell alike.
VERSION = r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)"
SECTION = re.compile(rf"^## \[({VERSION})\] - (unreleased|\d{{4}}-\d\d-\d\d)\n(.*?)(?=^## |\Z)", re.M | re.S)


def version():
    """The one that Version.swift has."""
    path = REPOSITORY / "Sources/AssetsCommand/Version.swift"
    found = re.findall(rf'^ *static let version = "({VERSION})"$', path.read_text(), re.M)
    if len(found) != 1:
        raise ValueError(f"{path} has {len(found)} versions, expected one")
    return found[0]


def newest_section():
    """Version, date (or `unreleased`) and text of the first section of the changelog."""
    path = REPOSITORY / "CHANGELOG.md"
    found = SECTION.search(path.read_text())
    if not found:
        raise ValueError(f"{path} has no section `## [VERSION] - DATE`")
    return found[1], found[2], found[3].strip()

