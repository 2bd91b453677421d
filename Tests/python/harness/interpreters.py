"""The Pythons that the wheel is tried with."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# What the wheel's metadata names.
OLDEST = 8


def interpreters():
    """Version to path: the Python that runs the tests, and the oldest CPython 3.8 or newer that the machine has."""
    found = {"%d.%d" % sys.version_info[:2]: sys.executable}
    for minor in range(OLDEST, sys.version_info[1]):
        path = next(filter(runs, places(minor)), None)
        if path:
            return {f"3.{minor}": path, **found}
    return found


def places(minor):
    name = f"python3.{minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return [*filter(None, [shutil.which(name)]), *sorted(map(str, pyenv.glob(f"versions/3.{minor}.*/bin/{name}")))]


def runs(path):
    return subprocess.run([path, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0
