"""Finds the program that was installed with this package, and no other that may be on the PATH."""

import csv
import os
from pathlib import Path
from typing import Optional, Tuple

from ._errors import ProgramNotFoundError
from ._version import version

NAME = "modelkit-assets"
# Not resolved: installers may link the files of a package to a cache that has no program beside it.
SITE = Path(os.path.abspath(__file__)).parents[1]
HINT = (
    "install the wheel with pip; where `pip install --target` found a folder `bin`, it left that as it was without "
    "--upgrade; an archive that Python imports from cannot hold a program"
)


def program_path() -> Path:
    """The program's path. Raises `ProgramNotFoundError` where this package is not installed as pip installs it."""
    recorded, size = recorded_program()
    # `pip install --target` puts scripts beside the packages, and its RECORD does not say so.
    places = [SITE / "bin" / NAME, *([recorded] if recorded else [])]
    for path in places:
        if is_program(path, size):
            return path
    looked = " and ".join(f"`{path}`" for path in places)
    raise ProgramNotFoundError(
        f"the program of modelkit_assets {version} is not installed: looked for {looked}\n  hint: {HINT}"
    )


def recorded_program() -> Tuple[Optional[Path], Optional[int]]:
    """Where the installer put the program by its RECORD, and the program's size in bytes."""
    record = SITE / f"modelkit_assets-{version}.dist-info" / "RECORD"
    try:
        with record.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file) if len(row) == 3]
    except OSError:
        # Installed by something that keeps no RECORD, or not installed: the other place is left.
        return None, None
    for path, _, size in rows:
        if os.path.basename(path) == NAME:
            return Path(os.path.normpath(SITE / path)), int(size) if size else None
    return None, None


def is_program(path: Path, size: Optional[int]) -> bool:
    """Whether it can be run and is of this version: another version's has another size."""
    return path.is_file() and os.access(path, os.X_OK) and size in (None, path.stat().st_size)
