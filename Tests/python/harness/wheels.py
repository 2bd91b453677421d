"""Makes the wheel, and installs it as pip does."""

import subprocess
import sys
from pathlib import Path

MAKE_WHEEL = Path(__file__).resolve().parents[3] / "scripts/make-wheel"


def make_wheel(program, folder):
    done = subprocess.run([sys.executable, MAKE_WHEEL, program, folder], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


def stripped(program, path):
    """A debug build is large because of its symbols."""
    subprocess.run(["strip", "-o", path, program], check=True)
    return path


def install(python, wheel, *options, environment=None):
    """`pip install`; gives what pip said."""
    command = [python, "-m", "pip", "install", "--no-index", "--no-compile", "--disable-pip-version-check", *options, wheel]
    done = subprocess.run(list(map(str, command)), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr
