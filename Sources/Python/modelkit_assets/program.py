"""Where the program is that came with this package."""

import os
import shutil
import sysconfig
from pathlib import Path
from typing import Iterator

from modelkit_assets.errors import ProgramNotFound

NAME = "modelkit-assets"


def find_program() -> str:
    """The path of the program of this installation, or else of the one on the PATH.

    Raises `ProgramNotFound` where there is neither.
    """
    places = list(_candidates())
    for path in places:
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    on_path = shutil.which(NAME)
    if on_path:
        return on_path
    raise ProgramNotFound(
        f"{NAME} is neither where its package was installed nor on the PATH: looked at {', '.join(map(str, places))}; "
        f"reinstall the wheel, or give its path as `program=`"
    )


def _candidates() -> Iterator[Path]:
    packages = Path(__file__).resolve().parent.parent
    # pip install --target: beside the packages.
    yield packages / "bin" / NAME
    # pip install, in a virtual environment or not, and with --prefix: PREFIX/lib/python3.X/site-packages.
    for parent in list(packages.parents)[1:4]:
        yield parent / "bin" / NAME
    yield Path(sysconfig.get_path("scripts")) / NAME
    # pip install --user
    yield Path(sysconfig.get_path("scripts", f"{os.name}_user")) / NAME
