"""What stands in the assets directory and is something else than the asset: it counts as missing and is fetched anew."""

import os
import shutil
import socket

import pytest

from harness.store import marker
from harness.trees import STAGING, digests, visible
from harness.workspace import actions, outcomes

FILE, FOLDER = "nlp/vectors:1.4", "nlp/lexicon:2.0"
PART = "en/words.txt"


@pytest.fixture
def there(shelf):
    shelf.resolve(FILE, FOLDER).succeeded()
    return shelf


def place(assets, pin):
    return assets / pin.replace(":", "/")


def a_file_for_a_folder(assets):
    shutil.rmtree(place(assets, FOLDER))
    place(assets, FOLDER).write_bytes(b"a file")
    (assets / marker(FOLDER, False)).touch()


def a_folder_for_a_file(assets):
    place(assets, FILE).unlink()
    place(assets, FILE).mkdir()
    (place(assets, FILE) / ".SUCCESS").touch()
    (place(assets, FILE) / "inside").write_bytes(b"inside")


def replaced(path, make):
    def spoil(assets):
        if (assets / path).is_dir():
            shutil.rmtree(assets / path)
        else:
            (assets / path).unlink()
        make(assets / path)

    return spoil


def a_link(path):
    path.symlink_to("/etc/hostname")


def a_socket(path):
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(here)


def a_folder(path):
    path.mkdir()


FILE_MARKER, FOLDER_MARKER = marker(FILE, False), marker(FOLDER, True)
FILE_PLACE = FILE.replace(":", "/")
PART_PLACE = f"{FOLDER.replace(':', '/')}/{PART}"
MISPLACED = {
    "a file for a folder": (a_file_for_a_folder, FOLDER, "misplaced"),
    "a folder for a file": (a_folder_for_a_file, FILE, "misplaced"),
    "a pipe for a file": (replaced(FILE_PLACE, os.mkfifo), FILE, "misplaced"),
    "a file's marker that is a link": (replaced(FILE_MARKER, a_link), FILE, "unmarked"),
    "a file's marker that is a pipe": (replaced(FILE_MARKER, os.mkfifo), FILE, "unmarked"),
    "a file's marker that is a folder": (replaced(FILE_MARKER, a_folder), FILE, "unmarked"),
    "a folder's marker that is a link": (replaced(FOLDER_MARKER, a_link), FOLDER, "unmarked"),
    "a folder's marker that is a pipe": (replaced(FOLDER_MARKER, os.mkfifo), FOLDER, "unmarked"),
    "a folder's marker that is a folder": (replaced(FOLDER_MARKER, a_folder), FOLDER, "unmarked"),
    "a part that is a link": (replaced(PART_PLACE, a_link), FOLDER, "misplaced"),
    "a part that is a socket": (replaced(PART_PLACE, a_socket), FOLDER, "misplaced"),
    "a part that is a folder": (replaced(PART_PLACE, a_folder), FOLDER, "misplaced"),
    "a part below a link": (replaced(os.path.dirname(PART_PLACE), a_link), FOLDER, "misplaced"),
}


@pytest.mark.parametrize("case", MISPLACED)
def test_it_is_fetched_anew(there, case):
    spoil, pin, kind = MISPLACED[case]
    spoil(there.assets)
    spec = there.folder / "assets.yaml"
    faults = [
        fault["kind"]
        for asset in there.tool.run("verify", spec, "--format", "json").failed(6).document["assets"]
        for fault in asset["faults"]
        if asset["asset"] == pin and fault["kind"] != "extra"
    ]
    assert faults == [kind]
    # What stood there is kept below the tool's folder, and may be a link or a pipe.
    report = there.resolve(FILE, FOLDER, options=["--no-lock"]).succeeded().report
    shutil.rmtree(there.assets / STAGING, ignore_errors=True)
    assert actions(report)[pin] == "refetch"
    assert outcomes(report)[pin] == "fetched"
    assert visible(digests(there.assets)) == visible(there.store.digests(FILE, FOLDER))
    there.tool.run("verify", spec).succeeded()


@pytest.mark.parametrize("case", ["a file for a folder", "a file's marker that is a pipe", "a part that is a socket"])
def test_a_repair_mends_it(there, case):
    spoil, _, _ = MISPLACED[case]
    spoil(there.assets)
    there.tool.run("verify", there.folder / "assets.yaml", "--repair").succeeded()
    shutil.rmtree(there.assets / STAGING, ignore_errors=True)
    assert visible(digests(there.assets)) == visible(there.store.digests(FILE, FOLDER))


@pytest.mark.parametrize("case", MISPLACED)
def test_force_download_replaces_it(there, case):
    spoil, _, _ = MISPLACED[case]
    spoil(there.assets)
    there.resolve(FILE, FOLDER, options=["--force-download"]).succeeded()
    assert digests(there.assets) == there.store.digests(FILE, FOLDER), "nothing is kept"


def test_a_part_that_is_a_link_is_none_where_nothing_can_be_fetched(there):
    replaced(PART_PLACE, a_link)(there.assets)
    there.without_provider()
    there.resolve(f"{FOLDER}[{PART}]").failed(5)
