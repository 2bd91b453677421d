"""Runs of another user, who has to reach the folders of a test."""

import tempfile
from pathlib import Path

# nobody and nogroup of Debian
OTHER_USER = {"user": 65534, "group": 65534}


def opened_to_others(*folders):
    """Lets anyone into these and into what pytest made above them, which is closed to all but its user."""
    temporary = Path(tempfile.gettempdir()).resolve()
    for folder in folders:
        for each in [folder, *folder.parents]:
            if temporary in each.resolve().parents:
                each.chmod(0o755)
